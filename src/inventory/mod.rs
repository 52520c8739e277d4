//! What comes in: an inventory of any dialect → the things in it, one by one.
//!
//! The dialect is told by the shape of the text, never by a flag. Readers stream: an item is handed on as soon as it is
//! read, and nothing is kept. They know nothing of services: an item is the name by which the dialect calls a thing (a
//! resource type, an ARN, a product code), and the attributes that the caller asked for. One file a dialect, or a family
//! of dialects that share a maker.

use std::fmt;
use std::io::{self, BufReader, Read};

use crate::input::{self, NotText, Text};
use crate::json::Fault;

mod attributes;
mod aws_cli;
mod cloudformation;
mod csv;
mod deduplicator;
mod detect;
mod dispatch;
mod document;
mod findings;
mod plain;
mod terraform;
mod usage;

pub use attributes::{Attributes, Match};
pub(crate) use terraform::Address;

/// What a Terraform plan is called.
pub const PLAN: &str = "Terraform plan";

/// Why something is passed over that another provider's than AWS's is.
pub const ANOTHER_PROVIDERS: &str = "of another provider";

/// Something in an inventory.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Item<'i> {
    /// What the dialect calls it.
    pub name: &'i str,
    /// How many of it this stands for.
    pub count: u64,
    /// Those of its attributes that were asked for.
    pub attributes: &'i Attributes,
}

/// Takes what a reader finds.
pub trait Visitor {
    /// Something was found. Whether its name means anything: a service, or something that is known to be none of AWS's.
    /// A list of names of which less than half mean anything is refused.
    fn item(&mut self, item: Item<'_>) -> bool;

    /// Something was passed over on purpose.
    fn ignored(&mut self, name: &str, reason: &'static str, count: u64);

    /// Something could not be read, or stands for more than can be seen here: it is passed over, and the inventory is not whole.
    fn unseen(&mut self, name: &str, reason: &'static str, count: u64) {
        self.ignored(name, reason, count);
    }

    /// Something was found that does not say what it is; `name` is what people know it by.
    fn unmatched(&mut self, name: &str, count: u64);

    /// Something must be said about the inventory as a whole.
    fn note(&mut self, note: String);

    /// Whether the attribute `name` (its first level) is of interest for anything.
    fn wants(&self, name: &str) -> bool;

    /// Whether what there was before a Terraform plan is wanted as well. Then [`item`](Self::item) takes what there will be,
    /// [`before`](Self::before) what there was, and both come from the plan's changes, which name every resource that the plan
    /// looked at, changed or not.
    fn compares(&self) -> bool {
        false
    }

    /// Something was there before the plan. Only where [`compares`](Self::compares) asks for it.
    fn before(&mut self, _item: Item<'_>) {}
}

/// Why an inventory could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The stream failed.
    Io(io::Error),
    /// The text is not what it must be; the line, and what is wrong.
    Text(usize, String),
    /// The text is sound, but no inventory of a shape that is known.
    Shape(String),
    /// The input is known to be something that cannot be read: what it is, and what to do instead.
    Refused(String, String),
    /// The text is sound, but no findings of a shape that is known.
    Findings(String),
}

impl Error {
    /// The input is `what`; `instead` can be read.
    fn refused(what: impl Into<String>, instead: impl Into<String>) -> Self {
        Self::Refused(what.into(), instead.into())
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<input::Error> for Error {
    fn from(error: input::Error) -> Self {
        match error {
            input::Error::Io(error) => Self::Io(error),
            input::Error::NotText(NotText { what, remedy }) => {
                Self::Refused(what, remedy.step("whose matrix -", "whose matrix --from FILE", "whose matrix --help"))
            }
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Io(error) => Self::Io(error),
            Fault::Text(line, message) => Self::Text(line, message),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => match input::not_text(error) {
                Some(what) => f.write_str(what),
                None => write!(f, "cannot be read: {error}"),
            },
            Self::Refused(what, instead) => write!(f, "{what}\n  try: {instead}"),
            Self::Findings(message) => f.write_str(message),
            Self::Text(line, message) => write!(f, "line {line}: {message}"),
            Self::Shape(message) => write!(f, "{message}; what can be read:\n  {}", SHAPES.join("\n  ")),
        }
    }
}

// A failure of the stream tells itself: it is not the source of another.
impl std::error::Error for Error {}

/// What can be read, for people who sent something else. `docs/inventories.md` says more about each.
const SHAPES: &[&str] = &[
    "terraform show -json (state or plan), a terraform.tfstate file, terraform state list",
    "a CloudFormation or SAM template (JSON or YAML), cloudformation list-stack-resources",
    "resourcegroupstaggingapi get-resources, resource-groups list-group-resources",
    "resource-explorer-2 search, a Steampipe query of arn",
    "configservice get-discovered-resource-counts, list-discovered-resources, select-resource-config; a Config snapshot",
    "ec2 describe-instances, rds describe-db-instances, lambda list-functions, and others of their kind",
    "ce get-cost-and-usage grouped by SERVICE, a Cost and Usage Report or FOCUS csv",
    "securityhub get-findings (ASFF, OCSF), prowler json-ocsf, json-asff or csv",
    "iam get-service-last-accessed-details, cloudtrail lookup-events, backup list-protected-resources",
    "organizations list-aws-service-access-for-organization",
    "a csv with a column of ARNs or resource types",
    "a plain list of names of any kind, one per line, or a JSON list of them",
];

/// Reads `input` to its end and hands everything in it to `visitor`; returns what kind of inventory it was.
///
/// # Errors
///
/// A stream that fails, text that breaks its format, or an input of no known kind. What was handed on before is worth
/// nothing then.
pub fn read(input: &mut dyn io::BufRead, visitor: &mut dyn Visitor) -> Result<&'static str, Error> {
    let text = input::open(input)?;
    let head = text.head();
    let skipped_lines = text.skipped_lines();
    match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => Err(Error::Shape("the inventory is empty".to_owned())),
        _ if findings::looks_like(head) => findings::read(text, visitor),
        _ if cloudformation::is_template(head, text.is_complete()) => read_template(text, visitor),
        Some(b'{' | b'[') if !is_section_or_wrapper(head) => {
            let jsonc = detect::is_jsonc(head);
            read_json(text.into_reader(), skipped_lines, visitor).map_err(|error| match error {
                Error::Text(..) if jsonc => {
                    Error::Shape("JSON with comments or trailing commas is no inventory".to_owned())
                }
                error => error,
            })
        }
        _ if is_wrapper(head) => {
            let mut rest = BufReader::new(text.into_reader());
            io::BufRead::skip_until(&mut rest, b'\n')?;
            read_json(rest, skipped_lines + 1, visitor)
        }
        _ => read_text(text, visitor),
    }
}

/// The line that HashiCorp's GitHub action puts before the output of Terraform.
fn is_wrapper(head: &[u8]) -> bool {
    head.trim_ascii_start().starts_with(b"[command]")
}

/// Whether a text that begins with a bracket is no JSON.
fn is_section_or_wrapper(head: &[u8]) -> bool {
    let line = head.trim_ascii_start().split(|byte| *byte == b'\n').next().unwrap_or_default();
    is_wrapper(head) || detect::is_section(&String::from_utf8_lossy(line))
}

/// JSON documents, one or several.
fn read_json(text: impl Read, skipped_lines: usize, visitor: &mut dyn Visitor) -> Result<&'static str, Error> {
    let session = document::Session::default();
    let mut input = dispatch::Input::default();
    document::documents(text, &session, skipped_lines, |json| {
        let document = dispatch::Document { input: &mut input, session: &session, visitor };
        serde::de::DeserializeSeed::deserialize(document, json)
    })?;
    input.finish(visitor)
}

/// A template, which is small enough to be read whole.
fn read_template(text: Text<'_>, visitor: &mut dyn Visitor) -> Result<&'static str, Error> {
    let mut whole = String::new();
    text.into_reader().take(cloudformation::MAX_BYTES + 1).read_to_string(&mut whole)?;
    if whole.len() as u64 > cloudformation::MAX_BYTES {
        return Err(Error::Text(1, "a template of more than 16 MiB".to_owned()));
    }
    cloudformation::read(&whole, visitor)
}

/// Text that is no JSON.
fn read_text(text: Text<'_>, visitor: &mut dyn Visitor) -> Result<&'static str, Error> {
    let header = csv::header(text.head());
    let refusal = if header.is_none() { detect::looks_like(text.head()) } else { None };
    if let Some(refusal) = refusal {
        return Err(refusal);
    }
    let mut text = BufReader::new(text.into_reader());
    if let Some(header) = header {
        return csv::read(&mut text, header, visitor);
    }
    plain::read(&mut text, visitor)
}

/// Whether the name of a provider, a publisher or a billing entity is AWS's.
fn is_aws(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    (name == "aws" || name.starts_with("aws ") || name.starts_with("amazon")) && !name.contains("marketplace")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_are_aws_by_any_of_its_names() {
        for (name, is) in [
            ("AWS", true),
            ("aws", true),
            ("Amazon Web Services", true),
            ("Amazon Web Services EMEA SARL", true),
            ("AWS Marketplace", false),
            ("Microsoft", false),
            ("Oracle", false),
            ("alibabacloud", false),
            ("awsome", false),
        ] {
            assert_eq!(is_aws(name), is, "{name}");
        }
    }
}
