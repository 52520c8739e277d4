//! The picture as SVG: coloured by party and labelled with the party's word, so that it reads in grey and aloud.

use maud::{Markup, PreEscaped, html};
use unicode_width::UnicodeWidthStr;

use super::{Picture, PictureCell, PictureRow, Tone};
use crate::sanitize::tame;

/// The colours, by class, day and night; in grey, the more it wants you, the darker the cell.
const COLOURS: [(&str, &str, &str); 12] = [
    ("aws", "#edf4ea", "#24301f"),
    ("plus", "#cfe3c4", "#3b5230"),
    ("customer", "#f0a850", "#8c5a0e"),
    ("shared", "#ddd0f4", "#5d3f86"),
    ("third", "#b9dbe6", "#23586a"),
    ("bad", "#f0998d", "#8e3128"),
    ("open", "#f3e2a6", "#63551c"),
    ("good", "#dcefdc", "#25472a"),
    ("ink", "#1c1c1c", "#f2f2f2"),
    ("faint", "#5c5c5c", "#b4b4b4"),
    ("line", "#8a8a8a", "#777777"),
    ("paper", "#ffffff", "#16181b"),
];

/// The colours as variables of a page's style.
pub(super) fn variables() -> String {
    let list = |colour: fn(&(&str, &str, &str)) -> String| COLOURS.iter().map(colour).collect::<String>();
    let day = list(|(name, day, _)| format!("--{name}:{day};"));
    let night = list(|(name, _, night)| format!("--{name}:{night};"));
    format!(":root{{{day}}}@media screen and (prefers-color-scheme:dark){{:root{{{night}}}}}\n")
}

/// The colours as the style of a drawing: variables are not known to every program that draws one.
fn style() -> String {
    let rule = |name: &str, colour: &str| {
        if name == "line" { format!(".line{{stroke:{colour}}}") } else { format!(".{name}{{fill:{colour}}}") }
    };
    let day: String = COLOURS.iter().map(|(name, day, _)| rule(name, day)).collect();
    let night: String = COLOURS.iter().map(|(name, _, night)| rule(name, night)).collect();
    format!("{day}.none{{fill:none}}@media(prefers-color-scheme:dark){{{night}}}")
}

/// The class of a cell's colour.
pub(super) fn class(cell: &PictureCell) -> &'static str {
    match cell.tone {
        Tone::Aws if cell.is_mine => "plus",
        Tone::Aws => "aws",
        Tone::Customer => "customer",
        Tone::Shared => "shared",
        Tone::ThirdParty => "third",
        Tone::Bad => "bad",
        Tone::Open => "open",
        Tone::Good => "good",
        Tone::Plain | Tone::Strong | Tone::Faint => "none",
    }
}

/// In which order words stand: what wants the reader most comes first.
pub(super) const fn rank(tone: Tone) -> usize {
    match tone {
        Tone::Bad => 0,
        Tone::Customer => 1,
        Tone::Shared => 2,
        Tone::ThirdParty => 3,
        Tone::Open => 4,
        Tone::Aws => 5,
        Tone::Good => 6,
        Tone::Plain | Tone::Strong | Tone::Faint => 7,
    }
}

/// So many columns stand across, as everyone draws it; more are rows, and the layers stand across.
const MAX_COLUMNS_ACROSS: usize = 12;

const ROW: usize = 26;
const MARGIN: usize = 12;
const FONT: &str = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";

/// How wide a text is at a size, at most: letters of proportional type are narrower than their size.
fn width(text: &str, size: usize) -> usize {
    text.width() * size * 64 / 100 + 2
}

/// A text of a drawing.
struct Text {
    class: &'static str,
    x: usize,
    y: usize,
    size: usize,
    weight: usize,
    anchor: &'static str,
    /// Whether it is written upwards.
    upwards: bool,
    italic: bool,
    body: String,
}

impl Text {
    fn new(x: usize, y: usize, size: usize, body: impl Into<String>) -> Self {
        Self {
            class: "ink",
            x,
            y,
            size,
            weight: 400,
            anchor: "start",
            upwards: false,
            italic: false,
            body: body.into(),
        }
    }

    fn bold(self) -> Self {
        Self { weight: 600, ..self }
    }

    fn faint(self) -> Self {
        Self { class: "faint", ..self }
    }

    fn middle(self) -> Self {
        Self { anchor: "middle", ..self }
    }

    fn upwards(self) -> Self {
        Self { upwards: true, ..self }
    }

    fn draw(&self) -> Markup {
        let turned = self.upwards.then(|| format!("rotate(-90 {} {})", self.x, self.y));
        let weight = (self.weight != 400).then_some(self.weight);
        let anchor = (self.anchor != "start").then_some(self.anchor);
        let style = self.italic.then_some("italic");
        html! {
            text class=(self.class) x=(self.x) y=(self.y) font-size=(self.size) font-weight=[weight] font-style=[style] text-anchor=[anchor]
                transform=[turned] { (tame(&self.body)) }
        }
    }
}

/// The coloured field of a cell.
struct Field {
    class: &'static str,
    x: usize,
    y: usize,
    width: usize,
}

/// What is on the paper.
#[derive(Default)]
struct Drawing {
    fields: Vec<Field>,
    texts: Vec<Text>,
    width: usize,
    height: usize,
}

impl Drawing {
    fn text(&mut self, text: Text) {
        let wide = if text.upwards { text.size } else { width(&text.body, text.size) };
        let wide = if text.anchor == "middle" { wide / 2 } else { wide };
        self.width = self.width.max(text.x + wide + MARGIN);
        self.texts.push(text);
    }

    fn cell(&mut self, cell: &PictureCell, x: usize, y: usize, width: usize, italic: bool) {
        self.fields.push(Field { class: class(cell), x, y, width: width - 4 });
        self.width = self.width.max(x + width + MARGIN);
        self.text(Text { italic, ..Text::new(x + (width - 4) / 2, y + 16, 12, &*cell.word).middle() });
    }
}

/// The picture as a file of its own.
pub(super) fn document(picture: &Picture) -> String {
    let mut drawing = Drawing::default();
    drawing.text(Text::new(MARGIN, 28, 17, &*picture.title).bold());
    let below = if picture.columns.len() <= MAX_COLUMNS_ACROSS {
        across(picture, &mut drawing)
    } else {
        down(picture, &mut drawing)
    };
    let below = legend(picture, &mut drawing, below + 12);
    drawing.text(Text::new(MARGIN, below + 16, 11, &*picture.foot).faint());
    drawing.height = below + 30;
    let Drawing { fields, texts, width, height } = drawing;
    let svg = html! {
        svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="picture-title picture-text"
            viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height) font-family=(FONT) {
            title id="picture-title" { (tame(&picture.title)) }
            desc id="picture-text" { (tame(&aloud(picture))) }
            style { (PreEscaped(style())) }
            rect class="paper" width="100%" height="100%" {}
            @for field in &fields {
                rect class={ (field.class) " line" } x=(field.x) y=(field.y) width=(field.width) height=(ROW - 3) rx="2"
                    stroke-width="0.5" {}
            }
            @for text in &texts { (text.draw()) }
        }
    };
    svg.into_string() + "\n"
}

/// The widest word of some cells, and room around it.
fn room<'p>(cells: impl Iterator<Item = &'p PictureCell>) -> usize {
    cells.map(|cell| width(&cell.word, 12) + 16).max().unwrap_or(0)
}

/// Layers down, columns across. Returns where it ends.
fn across(picture: &Picture, drawing: &mut Drawing) -> usize {
    let left = picture.rows.iter().map(|row| width(&row.label, 13)).max().unwrap_or(0) + 2 * MARGIN;
    let second = |place: usize| {
        let column = &picture.columns[place];
        let count = column.resources.map_or_else(String::new, |count| format!("({count})"));
        format!("{} {count}", column.heading.1).trim().to_owned()
    };
    let has_second = (0..picture.columns.len()).any(|place| !second(place).is_empty());
    let top = if has_second { 84 } else { 69 };
    let (mut x, mut columns) = (left, Vec::new());
    for (place, column) in picture.columns.iter().enumerate() {
        let heading = (width(&column.heading.0, 14)).max(width(&second(place), 12)) + 16;
        let words = room(picture.rows.iter().filter_map(|row| row.cell(place)));
        let wide = heading.max(words).max(88);
        drawing.text(Text::new(x + 4, 60, 13, &*column.heading.0).bold());
        drawing.text(Text::new(x + 4, 75, 12, second(place)).faint());
        columns.push((x, wide));
        x += wide;
    }
    let (mut y, mut group) = (top, None);
    for row in &picture.rows {
        if group.replace(row.group) != Some(row.group) {
            drawing.text(Text::new(MARGIN, y + 18, 11, row.group).bold().faint());
            y += ROW;
        }
        drawing.text(Text::new(MARGIN, y + 17, 13, &*row.label));
        for (place, (x, wide)) in columns.iter().enumerate() {
            if let Some(cell) = row.cell(place) {
                drawing.cell(cell, *x, y, *wide, cell.is_derived);
            }
        }
        y += ROW;
    }
    y
}

/// Columns down, layers across with their names written upwards. Returns where it ends.
fn down(picture: &Picture, drawing: &mut Drawing) -> usize {
    let label = |place: usize| {
        let column = &picture.columns[place];
        column.resources.map_or_else(|| column.label.clone(), |count| format!("{} ({count})", column.label))
    };
    let left = (0..picture.columns.len()).map(|place| width(&label(place), 13)).max().unwrap_or(0) + 2 * MARGIN;
    let top = 44 + picture.rows.iter().map(|row| width(&row.label, 12)).max().unwrap_or(0);
    let mut x = left;
    for row in &picture.rows {
        let wide = room(row.answers.iter()).max(58);
        drawing.text(Text::new(x + wide / 2 + 2, top - 6, 12, &*row.label).upwards());
        for place in 0..picture.columns.len() {
            if let Some(cell) = row.cell(place) {
                drawing.cell(cell, x, top + place * ROW, wide, cell.is_derived);
            }
        }
        x += wide;
    }
    for place in 0..picture.columns.len() {
        drawing.text(Text::new(MARGIN, top + place * ROW + 17, 13, label(place)));
    }
    top + picture.columns.len() * ROW
}

/// What the words mean, a line each. Returns where it ends.
fn legend(picture: &Picture, drawing: &mut Drawing, top: usize) -> usize {
    let mut words: Vec<&PictureCell> = Vec::new();
    for cell in picture.rows.iter().flat_map(|row| &row.answers) {
        if !words.iter().any(|known| known.word == cell.word) {
            words.push(cell);
        }
    }
    words.sort_by_key(|cell| (rank(cell.tone), !cell.is_mine));
    let wide = room(words.iter().copied()).max(60);
    let mut y = top;
    for cell in words {
        drawing.cell(cell, MARGIN, y, wide, false);
        drawing.text(Text::new(MARGIN + wide + 6, y + 16, 12, cell.means).faint());
        y += ROW;
    }
    if picture.rows.iter().flat_map(|row| &row.answers).any(|cell| cell.is_derived) {
        let said = "In italics: derived from the category, or from a page about something else.";
        drawing.text(Text { italic: true, ..Text::new(MARGIN, y + 16, 12, said).faint() });
        y += ROW;
    }
    y
}

/// What a screen reader says: every layer, and who holds it in which column.
fn aloud(picture: &Picture) -> String {
    let row = |row: &PictureRow| {
        let said = picture.columns.iter().enumerate();
        let said = said.filter_map(|(place, column)| Some(format!("{} {}", column.label, row.cell(place)?.word)));
        format!("{}: {}.", row.label, said.collect::<Vec<_>>().join(", "))
    };
    picture.rows.iter().map(row).collect::<Vec<_>>().join(" ")
}
