//! csv with a header (RFC 4180, for spreadsheets) and tsv without one (for pipes: one record a line, always).

use std::fmt::Write;

use super::{Grid, tame};

/// The grid as csv.
///
/// # Errors
///
/// Never in practice: it is written to memory.
pub fn write(grid: &Grid) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&grid.columns)?;
    for row in &grid.rows {
        writer.write_record(row.iter().map(|cell| tame(cell).into_owned()))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

pub(super) fn tabs(grid: &Grid) -> String {
    let mut text = String::new();
    for row in &grid.rows {
        for (place, cell) in row.iter().enumerate() {
            _ = write!(text, "{}{}", if place > 0 { "\t" } else { "" }, tame(cell));
        }
        text.push('\n');
    }
    text
}
