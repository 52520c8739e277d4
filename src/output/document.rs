//! Documents: a table with a section for each of its rows, in Markdown.

use maud::html;

use super::markdown::{self, address, escape};
use super::{Document, Row, Table};
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
    let row = |row: &Row| match row {
        Row::Cells(cells) => cells.iter().map(|cell| escape(&cell.text)).collect(),
        Row::Group(title) => vec![format!("**{}**", escape(title))],
    };
    markdown::table(table.columns.iter().map(|column| escape(column)).collect(), table.rows.iter().map(row))
}
