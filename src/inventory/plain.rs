//! A plain list of names of any kind: one per line, or tabs between them as `aws … --output text` writes; or a JSON list.

use std::io::{BufRead, Read};

use super::attributes::Attributes;
use super::deduplicator::Deduplicator;
use super::terraform::DATA_SOURCE;
use super::{Address, Error, Item, Visitor};

/// The longest line, in bytes: whatever is longer is no list of names.
const MAX_LINE: u64 = 64 << 10;

/// The most words of a name. `AWS Identity and Access Management Roles Anywhere` has seven.
const MAX_WORDS: usize = 10;

/// The longest name, in bytes: as long as an ARN may be.
const MAX_NAME: usize = 2_048;

pub(super) const DIALECT: &str = "list of names";

/// The names of a list, counted: whether it was one shows at its end.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// How many there were.
    pub(super) total: u64,
    /// How many of them somebody knows.
    known: u64,
    /// The ARNs among them: each is one thing, however often it stands.
    pub(super) arns: Deduplicator,
}

impl Names {
    /// Hands a name on.
    pub(super) fn tell(&mut self, name: &str, visitor: &mut dyn Visitor) {
        if name.starts_with("arn:") && !self.arns.is_new(name) {
            return;
        }
        self.total += 1;
        if Address::parse(name).is_some_and(|address| address.data) {
            self.known += 1;
            visitor.ignored(name, DATA_SOURCE, 1);
        } else if !is_name(name) {
            visitor.unmatched(if name.is_empty() { "an empty name" } else { name }, 1);
        } else if visitor.item(Item { name, count: 1, attributes: &Attributes::default() }) {
            self.known += 1;
        }
    }

    /// Whether it was a list of names, now that all were heard.
    ///
    /// # Errors
    ///
    /// Less than half of them mean anything: it is another text.
    pub(super) fn finish(&self) -> Result<&'static str, Error> {
        if self.known * 2 >= self.total {
            return Ok(DIALECT);
        }
        Err(Error::Shape(match (self.total, self.known) {
            (1, _) => "this is no inventory: nobody knows the one name in it".to_owned(),
            (total, 0) => format!("this is no list of names: none of the {total} is known"),
            (total, known) => format!("this is no list of names: only {known} of {total} are known"),
        }))
    }
}

/// Whether a text has the shape of a name: no control characters, no sentence, no code.
fn is_name(text: &str) -> bool {
    let words = text.split_whitespace().count();
    text.len() <= MAX_NAME
        && words <= MAX_WORDS
        && !text.chars().any(char::is_control)
        && (words <= 2 || !text.ends_with(['.', '!', '?', ';']))
        && !text.ends_with([':', '{', '}', '=', ';'])
        && !text.starts_with(['{', '}', '<', '|', '+', '=', '*'])
        && !text.starts_with("- ")
        && !text.starts_with("//")
        && text.chars().any(char::is_alphabetic)
}

/// Reads a list of names, one per line.
pub(super) fn read(input: &mut dyn BufRead, visitor: &mut dyn Visitor) -> Result<&'static str, Error> {
    let mut names = Names::default();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = (&mut *input).take(MAX_LINE + 1).read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        if read as u64 > MAX_LINE {
            return Err(Error::Text(number, "longer than 64 KiB; expected names, one per line".to_owned()));
        }
        let text = String::from_utf8_lossy(&line);
        if text.starts_with('#') {
            visitor.ignored(text.trim(), "a comment", 1);
            continue;
        }
        for name in text.split(['\t', '\n', '\r']).map(bare).filter(|name| !name.is_empty()) {
            names.tell(name, visitor);
        }
    }
    names.arns.note().into_iter().for_each(|note| visitor.note(note));
    names.finish()
}

/// A name without the quotes and the comma that it has in a list of JSON.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let inner = text.strip_suffix(',').unwrap_or(text);
    let unquoted = ['"', '\''].iter().find_map(|quote| inner.strip_prefix(*quote)?.strip_suffix(*quote));
    unquoted.unwrap_or(inner).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_a_shape() {
        for (text, is) in [
            ("rds", true),
            ("Amazon Simple Storage Service", true),
            ("AWS Identity and Access Management Roles Anywhere", true),
            ("EC2 - Other", true),
            ("arn:aws:sqs:eu-west-1:111122223333:q", true),
            ("AWS::RDS::DBInstance", true),
            ("module.a[\"x.y\"].aws_vpc.main", true),
            ("s3.amazonaws.com.", true),
            ("events:", false),
            ("resource \"aws_vpc\" \"x\" {", false),
            ("}", false),
            ("| a |", false),
            ("- support", false),
            ("* support", false),
            ("// support", false),
            ("<html>", false),
            ("Support has been told.", false),
            ("one two three four five six seven eight nine ten eleven", false),
            ("\u{1}Q", false),
            ("12", false),
            ("", false),
        ] {
            assert_eq!(is_name(text), is, "{text}");
        }
        assert!(!is_name(&"x".repeat(MAX_NAME + 1)));
    }

    #[test]
    fn quotes_and_commas_are_no_part_of_a_name() {
        for (text, name) in [
            ("  rds ", "rds"),
            ("\"arn:aws:s3:::b\",", "arn:aws:s3:::b"),
            ("'rds'", "rds"),
            ("rds,", "rds"),
            ("\"rds", "\"rds"),
            ("a[\"b\"]", "a[\"b\"]"),
            ("\"", "\""),
            ("", ""),
        ] {
            assert_eq!(bare(text), name, "{text}");
        }
    }

    #[test]
    fn half_of_a_list_must_be_known() {
        for (total, known, is) in [(0, 0, true), (1, 0, false), (1, 1, true), (2, 1, true), (3, 1, false), (4, 2, true)]
        {
            assert_eq!(Names { total, known, ..Names::default() }.finish().is_ok(), is, "{known} of {total}");
        }
    }
}
