//! The page for people: tables fitted to the terminal, wrapped at words, coloured by party.

use comfy_table::{Attribute, Color, ColumnConstraint, ContentArrangement, TableStyle, Width};
use unicode_width::UnicodeWidthStr;

use super::{Block, Canvas, Cell, ListingRow, Page, Row, Table, Tone};
use crate::sanitize::tame;

/// The space between two columns.
const GAP: u16 = 2;

pub(super) fn draw(page: &Page, canvas: Canvas) -> String {
    let mut text = String::new();
    // A table without rows says nothing.
    let is_empty = |block: &&Block| matches!(block, Block::Table(table) if table.rows.is_empty());
    for (place, block) in page.blocks.iter().filter(|block| !is_empty(block)).enumerate() {
        if place > 0 {
            text.push('\n');
        }
        match block {
            Block::Heading(heading) => line(&mut text, &wrap(heading, canvas.width), canvas, Some("1")),
            Block::Text(body) => line(&mut text, &wrap(body, canvas.width), canvas, None),
            Block::Aside(body) => line(&mut text, &wrap(body, canvas.width), canvas, Some("2")),
            Block::Facts(facts) => draw_facts(&mut text, facts, canvas),
            Block::Table(table) => draw_table(&mut text, table, canvas),
            Block::Listing(rows) => draw_listing(&mut text, rows, canvas),
        }
    }
    text
}

/// Appends lines, in the given SGR style where colour is wanted.
fn line(text: &mut String, body: &[String], canvas: Canvas, style: Option<&str>) {
    for part in body {
        match style.filter(|_| canvas.colour) {
            Some(style) => text.push_str(&format!("\x1b[{style}m{part}\x1b[0m\n")),
            None => text.push_str(&format!("{part}\n")),
        }
    }
}

/// How many columns of a terminal a text takes. Nearly every text is ASCII, each of whose characters takes one.
fn width_of(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// `body` in lines of at most `width` columns, broken at spaces; what a line of the body starts with, its continuations
/// start with too.
fn wrap(body: &str, width: u16) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in body.split('\n') {
        let lead = &paragraph[..paragraph.len() - paragraph.trim_start_matches(' ').len()];
        let mut current = lead.to_owned();
        let mut fresh = true;
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            let word = tame(word);
            if !fresh && width_of(&current) + 1 + width_of(&word) > usize::from(width) {
                lines.push(std::mem::take(&mut current));
                current.push_str(lead);
            } else if !fresh {
                current.push(' ');
            }
            current.push_str(&word);
            fresh = false;
        }
        lines.push(current);
    }
    lines
}

fn draw_facts(text: &mut String, facts: &[(String, String)], canvas: Canvas) {
    let label_width = facts.iter().map(|(label, _)| width_of(label)).max().unwrap_or(0);
    for (label, body) in facts {
        let indent = " ".repeat(label_width + 2);
        let room = canvas.width.saturating_sub(u16::try_from(label_width + 2).unwrap_or(0)).max(20);
        for (place, part) in wrap(body, room).into_iter().enumerate() {
            if place > 0 {
                text.push_str(&format!("{indent}{part}\n"));
                continue;
            }
            let padding = " ".repeat(label_width - width_of(label) + 2);
            let gap = if part.is_empty() { "" } else { &padding };
            if canvas.colour {
                text.push_str(&format!("\x1b[2m{label}\x1b[0m{gap}{part}\n"));
            } else {
                text.push_str(&format!("{label}{gap}{part}\n"));
            }
        }
    }
}

/// How far the text beside a label of a listing is indented: behind the widest word for a party.
const LISTING_INDENT: usize = 8;

fn draw_listing(text: &mut String, rows: &[ListingRow], canvas: Canvas) {
    // Rows of equally many cells share their columns.
    let cells = |row: &ListingRow| if let ListingRow::Cells(cells) = row { cells.clone() } else { Vec::new() };
    let need = |count: usize, place: usize| {
        let alike = rows.iter().map(cells).filter(|cells| cells.len() == count);
        alike.filter_map(|cells| cells.get(place).map(|cell| width_of(&cell.text))).max().unwrap_or(0)
    };
    for row in rows {
        match row {
            ListingRow::Blank => text.push('\n'),
            ListingRow::Text(cell) => {
                for part in wrap(&cell.text, canvas.width) {
                    text.push_str(&styled(&part, cell.tone, canvas));
                    text.push('\n');
                }
            }
            ListingRow::Wrapped(label, body) => {
                let indent = LISTING_INDENT.max(width_of(&label.text) + 2);
                let room = usize::from(canvas.width).saturating_sub(indent).max(20);
                for (place, part) in wrap(body, u16::try_from(room).unwrap_or(u16::MAX)).into_iter().enumerate() {
                    let padding = indent - if place == 0 { width_of(&label.text) } else { 0 };
                    let label = if place == 0 { styled(&label.text, label.tone, canvas) } else { String::new() };
                    text.push_str(&format!("{label}{}{part}\n", " ".repeat(padding)));
                }
            }
            ListingRow::Cells(cells) => {
                let widths: Vec<usize> = (0..cells.len()).map(|place| need(cells.len(), place)).collect();
                text.push_str(&listing_line(cells, &widths, canvas));
            }
        }
    }
}

/// Cells in their columns, the last one cut at the edge. A row of many columns that does not fit stands below its first cell.
fn listing_line(cells: &[Cell], widths: &[usize], canvas: Canvas) -> String {
    let whole: usize = widths.iter().map(|width| width + usize::from(GAP)).sum();
    if cells.len() > 3 && whole > usize::from(canvas.width) + usize::from(GAP) {
        let first = styled(&tame(&cells[0].text), cells[0].tone, canvas);
        return format!("{first}\n  {}", listing_line(&cells[1..], &widths[1..], canvas));
    }
    let (mut line, mut used) = (String::new(), 0);
    for (place, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let is_last = place + 1 == cells.len();
        let room = usize::from(canvas.width).saturating_sub(used);
        let shown = if is_last { cut(&cell.text, room, canvas) } else { tame(&cell.text).into_owned() };
        let padding = if is_last { 0 } else { width.saturating_sub(width_of(&shown)) + usize::from(GAP) };
        line.push_str(&styled(&shown, cell.tone, canvas));
        line.push_str(&" ".repeat(padding));
        used += width + usize::from(GAP);
    }
    line.trim_end().to_owned() + "\n"
}

/// The lines that a row of a listing takes.
pub(super) fn listing_height(row: &ListingRow, width: u16) -> usize {
    match row {
        ListingRow::Blank | ListingRow::Cells(_) => 1,
        ListingRow::Text(cell) => wrap(&cell.text, width).len(),
        ListingRow::Wrapped(label, body) => {
            let indent = LISTING_INDENT.max(width_of(&label.text) + 2);
            let room = usize::from(width).saturating_sub(indent).max(20);
            wrap(body, u16::try_from(room).unwrap_or(u16::MAX)).len()
        }
    }
}

/// `text` in at most `width` columns, cut at a word where it is longer.
fn cut(text: &str, width: usize, canvas: Canvas) -> String {
    let text = tame(text);
    if width_of(&text) <= width {
        return text.into_owned();
    }
    let end = if canvas.unicode { "…" } else { "..." };
    let mut shown = String::new();
    for word in text.split(' ') {
        let space = usize::from(!shown.is_empty());
        if width_of(&shown) + space + width_of(word) + width_of(end) > width {
            break;
        }
        shown.push_str(&" ".repeat(space));
        shown.push_str(word);
    }
    shown.trim_end_matches([',', ';', ':', '(']).to_owned() + end
}

/// `text` in a tone, where colour is wanted.
fn styled(text: &str, tone: Tone, canvas: Canvas) -> String {
    let style = match tone {
        Tone::Plain => None,
        Tone::Strong => Some("1"),
        Tone::Faint => Some("2"),
        Tone::Aws | Tone::Good => Some("32"),
        Tone::Customer => Some("1;33"),
        Tone::Shared => Some("1;35"),
        Tone::ThirdParty => Some("1;36"),
        Tone::Bad => Some("1;31"),
        Tone::Open => Some("33"),
    };
    match style.filter(|_| canvas.colour && !text.is_empty()) {
        Some(style) => format!("\x1b[{style}m{text}\x1b[0m"),
        None => text.to_owned(),
    }
}

/// A table of at most so many columns is drawn row by row where the words of its cells do not fit beside each other.
const MAX_STACKED: usize = 6;

fn draw_table(text: &mut String, table: &Table, canvas: Canvas) {
    let Columns { widths, gap, breaks_words } = columns(table, canvas.width);
    if breaks_words && table.columns.len() <= MAX_STACKED {
        return draw_stacked(text, table, canvas);
    }
    let rule = if canvas.unicode { '─' } else { '-' };
    let header = table.columns.iter().map(|title| Cell::new(&**title, Tone::Strong)).collect();
    text.push_str(&block(&[header], &widths, gap, canvas));
    let drawn: usize = widths.iter().map(|width| usize::from(*width)).sum();
    text.push_str(&String::from(rule).repeat(drawn.min(usize::from(canvas.width))));
    text.push('\n');
    let mut section = Vec::new();
    for row in &table.rows {
        match row {
            Row::Cells(cells) => section.push(cells.clone()),
            Row::Group(title) => {
                text.push_str(&block(&std::mem::take(&mut section), &widths, gap, canvas));
                line(text, &wrap(title, canvas.width), canvas, Some("2"));
            }
        }
    }
    text.push_str(&block(&section, &widths, gap, canvas));
}

/// Rows one below the other: the first cell, and what stands under the other titles.
fn draw_stacked(text: &mut String, table: &Table, canvas: Canvas) {
    for row in &table.rows {
        match row {
            Row::Group(title) => line(text, &wrap(title, canvas.width), canvas, Some("2")),
            Row::Cells(cells) => {
                let mut cells = table.columns.iter().zip(cells).filter(|(_, cell)| !cell.text.is_empty());
                if let Some((_, first)) = cells.next() {
                    line(text, &wrap(&first.text, canvas.width), canvas, Some("1"));
                }
                let facts: Vec<_> = cells.map(|(title, cell)| (format!("  {title}"), cell.text.clone())).collect();
                draw_facts(text, &facts, canvas);
            }
        }
    }
}

/// How wide the columns of a table are.
struct Columns {
    /// Each with its gap.
    widths: Vec<u16>,
    gap: u16,
    /// Whether there is no room for the words of all columns.
    breaks_words: bool,
}

/// The width of every column, its gap included. Where not all get what they need, the widest give way first, and none gives up
/// so much that a word of it breaks, as long as there is room for the words.
fn columns(table: &Table, width: u16) -> Columns {
    let count = table.columns.len();
    let cells = |place: usize| {
        let rows = table.rows.iter().filter_map(move |row| match row {
            Row::Cells(cells) => cells.get(place).map(|cell| &*cell.text),
            Row::Group(_) => None,
        });
        rows.chain([&*table.columns[place]])
    };
    let most = |widths: &mut dyn Iterator<Item = usize>| u16::try_from(widths.max().unwrap_or(0)).unwrap_or(u16::MAX);
    let needs: Vec<u16> =
        (0..count).map(|place| most(&mut cells(place).flat_map(str::lines).map(str::width))).collect();
    let words: Vec<u16> =
        (0..count).map(|place| most(&mut cells(place).flat_map(str::split_whitespace).map(str::width))).collect();
    let total = |widths: &[u16]| widths.iter().fold(0, |sum: u16, width| sum.saturating_add(*width));
    let gaps = |gap: u16| gap * u16::try_from(count.saturating_sub(1)).unwrap_or(u16::MAX);
    // Many narrow columns stand closer.
    let gap = if count > 10 && total(&needs).saturating_add(gaps(GAP)) > width { 1 } else { GAP };
    let room = width.saturating_sub(gaps(gap)).max(1);
    let capped = |cap: u16, floors: &[u16]| -> Vec<u16> {
        needs.iter().zip(floors).map(|(need, floor)| (*need).min(cap.max(*floor)).max(1)).collect()
    };
    let widest = |floors: &[u16]| (1..=room).rev().map(|cap| capped(cap, floors)).find(|widths| total(widths) <= room);
    let whole = widest(&words);
    let breaks_words = whole.is_none();
    let mut widths = whole.or_else(|| widest(&vec![1; count])).unwrap_or_else(|| capped(1, &vec![1; count]));
    for width in widths.iter_mut().rev().skip(1) {
        *width += gap;
    }
    Columns { widths, gap, breaks_words }
}

/// Rows under each other, every cell wrapped at words to its column's width.
fn block(rows: &[Vec<Cell>], widths: &[u16], gap: u16, canvas: Canvas) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut drawn = comfy_table::Table::new();
    drawn.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Dynamic);
    if canvas.colour {
        // Whether colour is wanted has been decided; the drawing library must not ask the environment again.
        crossterm::style::force_color_output(true);
        drawn.enforce_styling();
    } else {
        drawn.force_no_tty();
    }
    drawn.set_width(widths.iter().sum());
    drawn.add_rows(rows.iter().map(|cells| cells.iter().map(cell).collect::<Vec<_>>()));
    for (place, (column, width)) in drawn.column_iter_mut().zip(widths).enumerate() {
        column.set_padding((0, if place + 1 < widths.len() { gap } else { 0 }));
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(*width)));
    }
    drawn.lines().fold(String::new(), |text, line| text + line.trim_end() + "\n")
}

fn cell(cell: &Cell) -> comfy_table::Cell {
    let drawn = comfy_table::Cell::new(tame(&cell.text));
    match cell.tone {
        Tone::Plain => drawn,
        Tone::Strong => drawn.add_attribute(Attribute::Bold),
        Tone::Faint => drawn.add_attribute(Attribute::Dim),
        Tone::Aws | Tone::Good => drawn.fg(Color::DarkGreen),
        Tone::Customer => drawn.fg(Color::DarkYellow).add_attribute(Attribute::Bold),
        Tone::Shared => drawn.fg(Color::DarkMagenta).add_attribute(Attribute::Bold),
        Tone::ThirdParty => drawn.fg(Color::DarkCyan).add_attribute(Attribute::Bold),
        Tone::Bad => drawn.fg(Color::DarkRed).add_attribute(Attribute::Bold),
        Tone::Open => drawn.fg(Color::DarkYellow),
    }
}
