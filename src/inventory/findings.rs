//! Findings as inventories: what a scanner has looked at is in use. The formats are read by [`crate::findings`].

use super::attributes::Attributes;
use super::deduplicator::Deduplicator;
use super::{ANOTHER_PROVIDERS, Error, Item, Visitor};
use crate::findings;
use crate::input::Text;

impl From<findings::Error> for Error {
    fn from(error: findings::Error) -> Self {
        match error {
            findings::Error::Io(error) => Self::Io(error),
            findings::Error::Text(line, message) => Self::Text(line, message),
            findings::Error::NotText(not_text) => crate::input::Error::NotText(not_text).into(),
            unknown @ findings::Error::Unknown(_) => Self::Findings(unknown.to_string()),
        }
    }
}

/// Why a resource of a finding is passed over.
const NO_TYPE: &str = "a finding whose resource has no type";
const CLOSED: &str = "a finding that is archived or closed: what it is about may be gone";

/// Whether the text that begins with `head` is findings of resources. Compliance by rule names none, and an empty list is an
/// inventory of anything.
pub(super) fn looks_like(head: &[u8]) -> bool {
    findings::Format::recognize(head).is_some_and(|format| format != findings::Format::Nothing)
}

/// Reads findings to their end, and hands every resource on once.
pub(super) fn read(text: Text<'_>, visitor: &mut dyn Visitor) -> Result<&'static str, Error> {
    let none = Attributes::default();
    let mut seen = Deduplicator::default();
    let mut resources = 0_u64;
    let report = findings::read_text(text, &mut |result| {
        for resource in &result.resources {
            resources += 1;
            let name = resource.name();
            let label = [name, &resource.id].into_iter().find(|label| !label.is_empty()).unwrap_or("without an id");
            if !result.current {
                visitor.ignored(label, CLOSED, 1);
                continue;
            }
            // An ARN is one resource; another id is one of its type and account.
            let account = result.account.as_deref().unwrap_or_default();
            let first = match &*resource.id {
                "" => true,
                arn if arn.starts_with("arn:") => seen.is_new(arn),
                id => seen.is_new(&format!("{account}\n{name}\n{id}")),
            };
            if !first {
                continue;
            }
            if name.is_empty() {
                visitor.unseen(label, NO_TYPE, 1);
            } else {
                visitor.item(Item { name, count: 1, attributes: &none });
            }
        }
    })?;
    if resources == 0 && report.findings > 0 && report.other_clouds.is_empty() {
        let message = format!("{} without resources: use them with whose gaps --findings", report.format);
        return Err(Error::Shape(message));
    }
    for (cloud, count) in &report.other_clouds {
        visitor.ignored(cloud, ANOTHER_PROVIDERS, *count);
    }
    if report.not_findings > 0 {
        visitor.ignored(report.format, "entries that are not findings", report.not_findings);
    }
    seen.note().into_iter().for_each(|note| visitor.note(note));
    if report.is_cut {
        visitor.note(findings::ONE_PAGE.to_owned());
    }
    Ok(report.format)
}
