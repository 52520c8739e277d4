//! What comes in: an inventory of any dialect → the things in it, one by one.
//!
//! The dialect is told by the shape of the text, never by a flag. Readers stream: an item is handed on as soon as it is
//! read, and nothing is kept. They know nothing of services: an item is the name by which the dialect calls a thing (a
//! resource type, an ARN, a product code), and the attributes that the caller asked for. One file a dialect, or a family
//! of dialects that share a maker.

use std::fmt;
use std::io::{self, BufRead, Read};

mod aws_cli;
mod cloudformation;
mod findings;
mod json;
mod plain;
mod sheet;
mod terraform;

use json::Json;

/// Why something is passed over that Terraform or CloudFormation manages for someone else.
pub const ANOTHER_PROVIDERS: &str = "another provider's";

/// Something in an inventory.
#[derive(Clone, Copy, Debug)]
pub struct Item<'i> {
    /// What the dialect calls it.
    pub name: &'i str,
    /// How many of it this stands for.
    pub count: u64,
    /// Those of its attributes that were asked for.
    pub attributes: &'i Attributes,
}

/// The attributes of an item, as paths (`compute_resources.type`) and values; lists are searched through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    pairs: Vec<(String, Found)>,
    /// Whether an attribute that is not there is known to be unset; in a Terraform plan it may just not be known yet.
    whole: bool,
    /// How much memory the pairs take, roughly.
    bytes: usize,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Found {
    /// A value.
    Value(String),
    /// Nothing: null, or an empty text, list or object.
    Nothing,
    /// Something that is computed later: a reference, an unknown.
    Unknown,
}

impl Attributes {
    /// Whether a value at `path` fits one of `patterns`, in which `*` stands for anything. Without patterns: whether the
    /// attribute is known to be unset.
    #[must_use]
    pub fn fit<P: AsRef<str>>(&self, path: &str, patterns: &[P]) -> bool {
        let mut there = self
            .pairs
            .iter()
            .filter(|(own, _)| own.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')));
        if patterns.is_empty() {
            let mut unset = self.whole;
            for (_, found) in there {
                match found {
                    Found::Nothing => unset = true,
                    _ => return false,
                }
            }
            return unset;
        }
        there.any(|(own, found)| match found {
            Found::Value(value) if own == path => patterns.iter().any(|pattern| glob(pattern.as_ref(), value)),
            Found::Value(_) | Found::Unknown => patterns.iter().any(|pattern| pattern.as_ref() == "*"),
            Found::Nothing => false,
        })
    }

    /// The most that the attributes of one thing may take; what people run takes kilobytes.
    const MOST: usize = 4 << 20;

    /// Whether the attribute at `path` is known to fit none of `patterns`: it has another value, or it would stand in a
    /// block in which nothing stands, and a feature without its block is not used. An attribute of the first level that
    /// is not set proves nothing, for it may have a default.
    #[must_use]
    pub fn rule_out<P: AsRef<str>>(&self, path: &str, patterns: &[P]) -> bool {
        let mut set = self.below(path).filter(|found| **found != Found::Nothing).peekable();
        if set.peek().is_some() {
            return set.all(|found| matches!(found, Found::Value(_))) && !self.fit(path, patterns);
        }
        path.match_indices('.').any(|(end, _)| {
            let mut block = self.below(&path[..end]).peekable();
            (self.whole || block.peek().is_some()) && block.all(|found| *found == Found::Nothing)
        })
    }

    /// Whether the attribute at `path`, or the block in which it stands, is computed later and so not known here.
    #[must_use]
    pub fn is_computed(&self, path: &str) -> bool {
        let at = |own: &str| path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.pairs.iter().any(|(own, found)| *found == Found::Unknown && at(own))
    }

    /// What stands at `path` and in what stands there.
    fn below(&self, path: &str) -> impl Iterator<Item = &Found> {
        let at = move |own: &str| own.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.pairs.iter().filter(move |(own, _)| at(own)).map(|(_, found)| found)
    }

    fn clear(&mut self, whole: bool) {
        self.pairs.clear();
        self.whole = whole;
        self.bytes = 0;
    }

    /// Adds what stands at `path`; fails with what is wrong if that is too much.
    fn push(&mut self, path: &str, found: Found) -> Result<(), &'static str> {
        let value = if let Found::Value(value) = &found { value.len() } else { 0 };
        self.bytes += path.len() + value + size_of::<(String, Found)>();
        if self.bytes > Self::MOST {
            return Err("one resource with more than 4 MiB of attributes");
        }
        self.pairs.push((path.to_owned(), found));
        Ok(())
    }
}

/// Whether `text` fits `pattern`, in which `*` stands for anything; case does not matter.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, mut rest)) = pattern.split_once('*') else { return pattern.eq_ignore_ascii_case(text) };
    let text = text.to_ascii_lowercase();
    let Some(mut text) = text.strip_prefix(&head.to_ascii_lowercase()) else { return false };
    while let Some((part, after)) = rest.split_once('*') {
        let part = part.to_ascii_lowercase();
        let Some(at) = text.find(&part) else { return false };
        text = &text[at + part.len()..];
        rest = after;
    }
    text.ends_with(&rest.to_ascii_lowercase())
}

/// Takes what a reader finds.
pub trait Sink {
    /// Something was found.
    fn item(&mut self, item: Item<'_>);

    /// Something was passed over on purpose.
    fn ignored(&mut self, name: &str, reason: &'static str, count: u64);

    /// Whether the attribute `name` (its first level) is of interest for anything.
    fn wants(&self, name: &str) -> bool;
}

/// Why an inventory could not be read.
#[derive(Debug)]
pub enum Error {
    /// The stream failed.
    Io(io::Error),
    /// The text is not what it must be; the line, and what is wrong.
    Text(usize, String),
    /// The text is sound, but no inventory of a shape that is known.
    Shape(String),
    /// The text is sound, but no findings of a shape that is known.
    Findings(String),
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot be read: {error}"),
            Self::Findings(message) => f.write_str(message),
            Self::Text(line, message) => write!(f, "line {line}: {message}"),
            Self::Shape(message) => write!(f, "{message}; these are known:\n  {}", SHAPES.join("\n  ")),
        }
    }
}

// A failure of the stream tells itself: it is not the source of another.
impl std::error::Error for Error {}

/// What can be read, for people who sent something else.
const SHAPES: &[&str] = &[
    "terraform show -json (state or plan), a terraform.tfstate file, terraform state list",
    "a CloudFormation or SAM template (JSON or YAML), cloudformation list-stack-resources",
    "resourcegroupstaggingapi get-resources, resource-explorer-2 search, a Steampipe query of arn",
    "configservice get-discovered-resource-counts, list-discovered-resources, select-resource-config",
    "ce get-cost-and-usage grouped by SERVICE, a Cost and Usage Report or FOCUS csv",
    "securityhub get-findings (ASFF, OCSF), prowler json-ocsf, json-asff or csv",
    "iam get-service-last-accessed-details, cloudtrail lookup-events, backup list-protected-resources",
    "organizations list-aws-service-access-for-organization",
    "a plain list of names of any kind, one a line, or a JSON list of them",
];

/// Reads `input` to its end and hands everything in it to `sink`; returns what kind of inventory it was.
///
/// # Errors
///
/// A stream that fails, text that breaks its format, or a shape that nobody knows.
pub fn read(input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<&'static str, Error> {
    let mut head = Vec::new();
    // Enough to tell every dialect: JSON by its first letter, sheets and templates by a line near the top.
    (&mut *input).take(64 << 10).read_to_end(&mut head)?;
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return Err(Error::Text(1, "this is UTF-16; save it as UTF-8".to_owned()));
    }
    let skip = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    head.drain(..skip);
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace()).copied();
    let findings = findings::looks_like(&head);
    let template = cloudformation::is_template(&head, (head.len() as u64) < (64 << 10) - 3);
    let header = sheet::header(&head);
    let mut whole = io::Cursor::new(head).chain(input);
    match (first, header) {
        (None, _) => Err(Error::Shape("the inventory is empty".to_owned())),
        _ if findings => findings::read(&mut whole, sink),
        _ if template => {
            let mut text = String::new();
            (&mut whole).take(cloudformation::MAX_BYTES + 1).read_to_string(&mut text)?;
            if text.len() as u64 > cloudformation::MAX_BYTES {
                return Err(Error::Text(1, "a template of more than 16 MiB".to_owned()));
            }
            cloudformation::read(&text, sink)
        }
        (Some(b'{' | b'['), _) => json_dialect(Json::new(&mut whole), sink),
        (_, Some(header)) => sheet::read(&mut whole, &header, sink),
        _ => plain::read(&mut whole, sink),
    }
}

/// A JSON document is known by the first field of its outermost object that belongs to one dialect only.
fn json_dialect(mut json: Json<'_>, sink: &mut dyn Sink) -> Result<&'static str, Error> {
    let mut dialect = None;
    if json.peek()? == b'[' {
        json.array(|json| {
            let found = match json.peek()? {
                b'"' => plain::json_item(json, sink)?,
                b'{' => aws_cli::row(json, sink)?,
                _ => {
                    json.skip()?;
                    None
                }
            };
            dialect = dialect.or(found);
            Ok(())
        })?;
        json.end()?;
        return dialect.ok_or_else(|| Error::Shape("a JSON list of something unknown".to_owned()));
    }
    let mut terraform = terraform::Reader::default();
    let mut keys: Vec<String> = Vec::new();
    json.object(|key, json| {
        let found = match key {
            "resourceCounts" => aws_cli::config_counts(json, sink)?,
            "Results" => aws_cli::results(json, sink)?,
            "ResultsByTime" => aws_cli::costs(json, sink)?,
            "ServicesLastAccessed" => aws_cli::last_accessed(json, sink)?,
            "Events" => aws_cli::events(json, sink)?,
            _ => {
                if let Some(found) = aws_cli::list(key, json, sink)? {
                    Some(found)
                } else if let Some(found) = terraform.field(key, json, sink)? {
                    found
                } else {
                    json.skip()?;
                    None
                }
            }
        };
        if found.is_none() && keys.len() < 8 {
            keys.push(key.to_owned());
        }
        // A plan shows itself to be one only after its version.
        dialect = found.or(dialect);
        Ok(())
    })?;
    json.end()?;
    dialect.ok_or_else(|| {
        let fields: Vec<String> = keys.iter().map(|key| format!("`{}`", key.escape_debug())).collect();
        Error::Shape(match &fields[..] {
            [] => "an empty JSON object".to_owned(),
            _ => format!("no known inventory has the fields {}", fields.join(", ")),
        })
    })
}
