//! Documents: a table with a section for each of its rows, in Markdown and as one self-contained page.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::html::STYLE;
use super::markdown::{address, escape};
use super::{Cell, Document, Entry, Row, Table, svg};
use crate::sanitize::tame;

/// The document in GitHub's dialect.
pub(super) fn markdown(document: &Document) -> String {
    let mut text = format!("# {}\n\n", escape(&document.title));
    let paragraphs = |lines: &[String]| lines.iter().map(|line| escape(line) + "\n\n").collect::<String>();
    text.push_str(&paragraphs(&document.remarks));
    text.push_str(&table(&document.table));
    text.push('\n');
    text.push_str(&paragraphs(&document.foot));
    for section in &document.sections {
        if document.is_folded {
            text.push_str(&format!("<details>\n<summary>{}</summary>\n\n", html! { (tame(&section.heading)) }.0));
        } else {
            text.push_str(&format!("## {}\n\n", escape(&section.heading)));
        }
        for entry in &section.entries {
            text.push_str(&format!("**{}: {}**\n\n", escape(&entry.word.text), escape(&entry.of)));
            for (label, fact) in &entry.facts {
                text.push_str(&format!("- {}: {}\n", escape(label), escape(fact)));
            }
            for (title, url, checked) in &entry.sources {
                text.push_str(&format!("- source: [{}](<{}>), {checked}\n", escape(title), address(url)));
            }
            text.push('\n');
        }
        if document.is_folded {
            text.push_str("</details>\n");
        }
    }
    text.trim_end().to_owned() + "\n"
}

fn table(table: &Table) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = line(table.columns.iter().map(|column| escape(column)).collect());
    text.push_str(&line(table.columns.iter().map(|_| "---".to_owned()).collect()));
    for row in &table.rows {
        match row {
            Row::Cells(cells) => text.push_str(&line(cells.iter().map(|cell| escape(&cell.text)).collect())),
            Row::Group(title) => text.push_str(&line(vec![format!("**{}**", escape(title))])),
        }
    }
    text
}

/// The document as a page that fetches nothing.
pub(super) fn html(document: &Document) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content={ "whose " (env!("CARGO_PKG_VERSION")) };
                title { (tame(&document.title)) }
                style { (PreEscaped(STYLE)) (PreEscaped(svg::PALETTE)) }
            }
            body {
                header {
                    h1 { (tame(&document.title)) }
                    @for line in &document.remarks { p.foot { (tame(line)) } }
                }
                main {
                    section { div.scroll tabindex="0" { (pivot(document)) } }
                    @for line in &document.foot { p.legend { (tame(line)) } }
                    @for section in &document.sections {
                        section id=(section.id) {
                            h3 { (tame(&section.heading)) }
                            @for entry in &section.entries { (article(entry)) }
                        }
                    }
                }
            }
        }
    };
    page.into_string() + "\n"
}

fn pivot(document: &Document) -> Markup {
    let linked = |text: &str| document.sections.iter().any(|section| section.id == text);
    html! {
        table.matrix {
            thead { tr { @for column in &document.table.columns { th scope="col" { (tame(column)) } } } }
            tbody {
                @for row in &document.table.rows {
                    tr {
                        @match row {
                            Row::Group(title) => th colspan=(document.table.columns.len()) { (tame(title)) },
                            Row::Cells(cells) => {
                                @for (place, cell) in cells.iter().enumerate() {
                                    @if place > 0 { td { (word(cell)) } }
                                    @else if linked(&cell.text) {
                                        th scope="row" { a href={ "#" (cell.text) } { (tame(&cell.text)) } }
                                    }
                                    @else { th scope="row" { (tame(&cell.text)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn article(entry: &Entry) -> Markup {
    let mut before = "";
    html! {
        article {
            h4 { (word(&entry.word)) " " (tame(&entry.of)) }
            dl {
                @for (label, fact) in &entry.facts {
                    @if label != before { dt { (tame(label)) } }
                    dd { (tame(fact)) }
                    (PreEscaped({ before = label; "" }))
                }
                @if !entry.sources.is_empty() { dt.fact { "sources" } }
                @for (title, url, checked) in &entry.sources {
                    dd.fact { a href=(url) rel="noreferrer" { (tame(title)) } " " span.date { "(checked " (checked) ")" } }
                }
            }
        }
    }
}

/// A cell in its colour, or plain text where it has none.
fn word(cell: &Cell) -> Markup {
    match svg::class(cell.tone) {
        "none" => html! { (tame(&cell.text)) },
        class => html! { span class={ "cell " (class) } { (tame(&cell.text)) } },
    }
}
