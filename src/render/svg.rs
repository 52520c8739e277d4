//! The picture as SVG: coloured by party and labelled with the party's word, so that it reads in grey and aloud.

use maud::{Markup, PreEscaped, html};
use unicode_width::UnicodeWidthStr;

use super::{Picture, PictureColumn, Tone};

/// The colours of the parties and of what is known, light and dark; in grey, the more it wants you, the darker the cell.
pub(super) const PALETTE: &str = "\
.aws{fill:#e9f2e4}.customer{fill:#f0a850}.shared{fill:#ddd0f4}.third{fill:#b9dbe6}\
.bad{fill:#f0998d}.open{fill:#f3e2a6}.good{fill:#dcefdc}\
.ink{fill:#1c1c1c}.faint{fill:#5c5c5c}.line{stroke:#8a8a8a}.none{fill:none}";

/// The same at night.
pub(super) const NIGHT: &str = "\
.aws{fill:#2b3a27}.customer{fill:#8c5a0e}.shared{fill:#5d3f86}.third{fill:#23586a}\
.bad{fill:#8e3128}.open{fill:#63551c}.good{fill:#25472a}\
.ink{fill:#f2f2f2}.faint{fill:#b4b4b4}.line{stroke:#777}";

const ROW: usize = 26;
const LEFT: usize = 292;
const FONT: &str = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";

/// A file of its own.
pub(super) fn document(picture: &Picture) -> String {
    let style =
        format!("{PALETTE}@media(prefers-color-scheme:dark){{{NIGHT}.paper{{fill:#16181b}}}}.paper{{fill:#fff}}");
    // The night's paper must win over the day's, so it is said last.
    let style = style.replacen(".paper{fill:#fff}", "", 1).replacen("@media", ".paper{fill:#fff}@media", 1);
    format!("{}\n", drawing(picture, &style, true).into_string())
}

/// The drawing, to be put into a page that has the colours already, or with `style` of its own.
pub(super) fn drawing(picture: &Picture, style: &str, alone: bool) -> Markup {
    let widths: Vec<usize> = picture.columns.iter().map(width).collect();
    let groups = picture.rows.iter().enumerate().filter(|(at, row)| starts_group(picture, *at, row.group)).count();
    let top = if alone { 84 } else { 44 };
    // A title may be wider than what it stands above: at most eleven to a letter.
    let words = if alone { (picture.title.width() * 11).max(picture.foot.width() * 6) + 24 } else { 0 };
    let total = (LEFT + widths.iter().sum::<usize>() + 12).max(words);
    let two_lines = |column: &PictureColumn| !column.heading.1.is_empty() || column.resources.is_some();
    let raised = if picture.columns.iter().any(two_lines) { 15 } else { 0 };
    let height = top + picture.rows.len() * ROW + groups * ROW + if alone { 34 } else { 8 };
    let mut y = top;
    html! {
        svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="picture-title picture-text"
            viewBox={ "0 0 " (total) " " (height) } width=(total) height=(height) style=(FONT) {
            title id="picture-title" { (picture.title) }
            desc id="picture-text" { (aloud(picture)) }
            @if !style.is_empty() { style { (PreEscaped(style)) } }
            @if alone {
                rect class="paper" width="100%" height="100%" {}
                text class="ink" x="12" y="28" font-size="17" font-weight="600" { (picture.title) }
            }
            @for (column, x) in picture.columns.iter().zip(offsets(&widths)) {
                @let (first, second) = &column.heading;
                g {
                    title { (column.name) }
                    text class="ink" x=(x + 4) y=(top - 9 - raised) font-size="13" font-weight="600" { (first) }
                    text class="faint" x=(x + 4) y=(top - 9) font-size="12" {
                        (second) @if let Some(count) = column.resources { " (" (count) ")" }
                    }
                }
            }
            @for (at, row) in picture.rows.iter().enumerate() {
                @if starts_group(picture, at, row.group) {
                    text class="faint" x="12" y=(y + 18) font-size="11" font-weight="600" letter-spacing="0.4" { (row.group) }
                    (PreEscaped({ y += ROW; "" }))
                }
                text class="ink" x="12" y=(y + 17) font-size="13" { (row.label) }
                @for ((cell, x), width) in row.cells.iter().zip(offsets(&widths)).zip(&widths) {
                    @if let Some(cell) = cell {
                        rect class={ (class(cell.tone)) " line" } x=(x) y=(y) width=(width - 4) height=(ROW - 3) rx="2"
                            stroke-width="0.5" {}
                        text class="ink" x=(x + (width - 4) / 2) y=(y + 16) font-size="12" text-anchor="middle" { (cell.word) }
                    }
                }
                (PreEscaped({ y += ROW; "" }))
            }
            @if alone { text class="faint" x="12" y=(y + 22) font-size="11" { (picture.foot) } }
        }
    }
}

/// What a screen reader says: every layer, and who holds it in which column.
fn aloud(picture: &Picture) -> String {
    let row = |row: &super::PictureRow| {
        let cells = picture.columns.iter().zip(&row.cells);
        let said = cells.filter_map(|(column, cell)| Some(format!("{} {}", column.label, cell.as_ref()?.word)));
        format!("{}: {}.", row.label, said.collect::<Vec<_>>().join(", "))
    };
    picture.rows.iter().map(row).collect::<Vec<_>>().join(" ")
}

fn starts_group(picture: &Picture, at: usize, group: &str) -> bool {
    at.checked_sub(1).and_then(|before| picture.rows.get(before)).is_none_or(|before| before.group != group)
}

/// The class of a party's colour.
pub(super) fn class(tone: Tone) -> &'static str {
    match tone {
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

fn width(column: &PictureColumn) -> usize {
    let (first, second) = &column.heading;
    let count = column.resources.map_or(0, |count| count.to_string().len() + 3);
    (first.width().max(second.width() + count) * 15 / 2 + 16).max(88)
}

fn offsets(widths: &[usize]) -> impl Iterator<Item = usize> {
    widths.iter().scan(LEFT, |x, width| {
        let here = *x;
        *x += width;
        Some(here)
    })
}
