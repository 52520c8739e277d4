//! The services that a question is about: named, or found in an inventory. The one place where `controls` and `export` ask for
//! them.

use std::io::BufRead;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::Context;
use super::selection::{not_counted, select};
use crate::analysis::usage::ServiceUsage;
use crate::catalogue::model::{Mode, Service};

/// A service, in a mode where it has modes.
#[derive(Clone, Copy)]
pub(super) struct Variant<'c> {
    pub(super) service: &'c Service,
    pub(super) mode: Option<&'c Mode>,
    /// How many things of an inventory it stands for.
    pub(super) resources: Option<u64>,
}

impl Variant<'_> {
    /// `rds`, `eks@fargate`.
    pub(super) fn id(&self) -> String {
        match self.mode {
            Some(mode) => format!("{}@{}", self.service.id, mode.id),
            None => self.service.id.to_string(),
        }
    }

    /// The name in full, with the mode's.
    pub(super) fn title(&self) -> String {
        match self.mode {
            Some(mode) => format!("{} ({})", self.service.name, mode.name),
            None => self.service.name.to_string(),
        }
    }
}

/// What names and inventories hold.
pub(super) struct InUse<'c> {
    /// The services and modes, in the order in which they were met.
    pub(super) variants: Vec<Variant<'c>>,
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
    let variants = columns
        .iter()
        .map(|column| Variant { service: column.service, mode: column.mode, resources: column.resources })
        .collect();
    Ok(Some(InUse { variants, notes, envelope: envelope(&asked.usage) }))
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
