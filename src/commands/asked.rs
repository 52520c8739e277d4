//! The services that a question is about: named, or found in an inventory. The one place where `controls` and `export` ask for
//! them.

use std::io::BufRead;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::Context;
use super::selection::{not_counted, select};
use crate::analysis::matrix::Column;
use crate::analysis::usage::ServiceUsage;

/// What names and inventories hold.
pub(super) struct InUse<'c> {
    /// The services and modes, in the order in which they were met.
    pub(super) columns: Vec<Column<'c>>,
    /// What was read, left open, not matched and passed over, for stderr.
    pub(super) notes: Vec<String>,
    /// The same for the envelope of json and yaml.
    pub(super) envelope: Map<String, Value>,
}

/// Reads names and inventories; none where neither was given. A pipe alone is no inventory here: `-` asks for it.
///
/// # Errors
///
/// An unknown name, or an inventory that cannot be read.
pub(super) fn in_use<'c>(
    names: &[String],
    from: &[PathBuf],
    context: &Context<'c>,
    stdin: &mut dyn BufRead,
) -> anyhow::Result<Option<InUse<'c>>> {
    if names.is_empty() && from.is_empty() {
        return Ok(None);
    }
    let mut notes = Vec::new();
    let asked = select(names, from, context, stdin, &mut notes)?;
    notes.extend(not_counted(&asked.usage));
    let columns = asked.columns.unwrap_or_default();
    Ok(Some(InUse { columns, notes, envelope: envelope(&asked.usage) }))
}

/// What was not matched and what was passed over, for the envelope of json and yaml.
pub(super) fn envelope(usage: &ServiceUsage<'_>) -> Map<String, Value> {
    let unmatched = usage.unmatched().map(|(input, own)| {
        let mut entry = json!({ "input": input, "count": own.count });
        if !own.candidates.is_empty() {
            entry["candidates"] = own.candidates.clone().into();
        }
        entry
    });
    let ignored = usage.ignored().map(|own| json!({ "input": own.name, "count": own.count, "reason": own.reason }));
    [("unmatched".to_owned(), unmatched.collect()), ("ignored".to_owned(), ignored.collect())].into_iter().collect()
}
