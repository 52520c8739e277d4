//! markdown: the grid as a table of GitHub's dialect.

use super::Grid;
use crate::sanitize::tame;

pub(super) fn write(grid: &Grid) -> String {
    let rows = grid.rows.iter().map(|row| row.iter().map(|cell| escape(cell)).collect());
    table(grid.columns.iter().map(|name| (*name).to_owned()).collect(), rows)
}

/// A table of cells that are escaped.
pub(super) fn table(columns: Vec<String>, rows: impl Iterator<Item = Vec<String>>) -> String {
    let rule = vec!["---".to_owned(); columns.len()];
    let lines = [columns, rule].into_iter().chain(rows).map(|cells| format!("| {} |\n", cells.join(" | ")));
    lines.collect::<Vec<_>>().concat()
}

/// What would end a cell or start markup is escaped; text stays text.
pub(super) fn escape(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len());
    for c in tame(cell).chars() {
        if matches!(c, '|' | '\\' | '`' | '*' | '_' | '<' | '[' | ']') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// An address between the angle brackets of a link: nothing in it ends them.
pub(super) fn address(url: &str) -> String {
    tame(url).replace('<', "%3C").replace('>', "%3E").replace('\\', "%5C")
}
