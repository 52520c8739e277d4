//! csv with a header (RFC 4180, for spreadsheets) and tsv without one (for pipes: one record per line, always).

use std::fmt::Write;

use super::Grid;
use crate::sanitize::tame;

/// The grid as csv.
///
/// # Errors
///
/// Never in practice: it is written to memory.
pub fn write(grid: &Grid) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&grid.columns)?;
    for row in &grid.rows {
        writer.write_record(row.iter().map(|cell| defused(cell)))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// One line of csv, with its end.
///
/// # Errors
///
/// Never in practice: it is written to memory.
pub fn line(cells: &[impl AsRef<str>]) -> anyhow::Result<String> {
    let mut writer = csv::WriterBuilder::new().buffer_capacity(256).from_writer(Vec::new());
    writer.write_record(cells.iter().map(|cell| defused(cell.as_ref())))?;
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// A cell that no spreadsheet runs: one that begins as a formula does gets an apostrophe before it, as spreadsheets write it.
fn defused(cell: &str) -> String {
    let text = tame(cell);
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.into_owned() }
}

pub(super) fn tabs(grid: &Grid) -> String {
    let mut text = String::new();
    for row in &grid.rows {
        for (place, cell) in row.iter().enumerate() {
            // An empty cell is a dash, so that programs that split at white space count the columns right.
            let cell = if cell.is_empty() { "-".into() } else { tame(cell) };
            _ = write!(text, "{}{cell}", if place > 0 { "\t" } else { "" });
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_is_defused() {
        for (cell, written) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(1)", "'@SUM(1)"),
            ("\t=1", "'\u{fffd}=1"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(defused(cell), written, "{cell:?}");
        }
    }

    #[test]
    fn an_empty_cell_of_a_pipe_is_a_dash() {
        let rows = vec![vec!["rds".to_owned(), String::new(), "os".to_owned()]];
        assert_eq!(tabs(&Grid { columns: vec!["a", "b", "c"], rows }), "rds\t-\tos\n");
    }
}
