//! markdown: the grid as a table of GitHub's dialect.

use super::Grid;
use crate::sanitize::tame;

pub(super) fn write(grid: &Grid) -> String {
    let line = |cells: &mut dyn Iterator<Item = String>| format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
    let mut text = line(&mut grid.columns.iter().map(|name| (*name).to_owned()));
    text.push_str(&line(&mut grid.columns.iter().map(|_| "---".to_owned())));
    for row in &grid.rows {
        text.push_str(&line(&mut row.iter().map(|cell| escape(cell))));
    }
    text
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
