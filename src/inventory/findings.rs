//! Findings as inventories: what a scanner has looked at is in use. The formats are read by [`crate::findings`].

use std::collections::HashSet;
use std::io::BufRead;

use super::{ANOTHER_PROVIDERS, Attributes, Error, Item, Sink};
use crate::findings;

/// Why a resource of a finding is passed over.
const NO_TYPE: &str = "a finding whose resource has no type";

/// One resource has many findings; it is counted once, up to a memory that stays small.
#[derive(Default)]
pub(super) struct Once {
    seen: HashSet<u64>,
}

impl Once {
    /// How many resources are told apart: two megabytes.
    const MAX_SEEN: usize = 200_000;

    pub(super) fn first(&mut self, id: &str) -> bool {
        use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(id);
        self.seen.len() >= Self::MAX_SEEN || self.seen.insert(hash)
    }
}

impl From<findings::Error> for Error {
    fn from(error: findings::Error) -> Self {
        match error {
            findings::Error::Io(error) => Self::Io(error),
            findings::Error::Text(line, message) => Self::Text(line, message),
            unknown @ findings::Error::Unknown(_) => Self::Findings(unknown.to_string()),
        }
    }
}

/// Whether the text that begins with `head` is findings of resources. Compliance by rule names none, and an empty list is an
/// inventory of anything.
pub(super) fn looks_like(head: &[u8]) -> bool {
    findings::Format::recognize(head).is_some_and(|format| format != findings::Format::Nothing)
}

/// Reads findings to their end, and hands every resource on once.
pub(super) fn read(input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<&'static str, Error> {
    let none = Attributes::default();
    let mut once = Once::default();
    let mut resources = 0_u64;
    let report = findings::read(input, &mut |result| {
        for resource in &result.resources {
            resources += 1;
            let name = resource.name();
            // An ARN is one resource; another id is one of its type and account.
            let account = result.account.as_deref().unwrap_or_default();
            let first = match &*resource.id {
                "" => true,
                arn if arn.starts_with("arn:") => once.first(arn),
                id => once.first(&format!("{account}\n{name}\n{id}")),
            };
            if !first {
                continue;
            }
            if name.is_empty() {
                let id = if resource.id.is_empty() { "without an id" } else { &resource.id };
                sink.ignored(id, NO_TYPE, 1);
            } else {
                sink.item(Item { name, count: 1, attributes: &none });
            }
        }
    })?;
    if resources == 0 && report.findings > 0 && report.other_clouds.is_empty() {
        let message = format!("{} without resources: use them with whose gaps --findings", report.format);
        return Err(Error::Shape(message));
    }
    for (cloud, count) in &report.other_clouds {
        sink.ignored(cloud, ANOTHER_PROVIDERS, *count);
    }
    if report.not_findings > 0 {
        sink.ignored(report.format, "entries that are not findings", report.not_findings);
    }
    Ok(report.format)
}
