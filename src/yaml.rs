//! YAML text → a tree in which every value knows its line.
//!
//! Types lose line numbers, and typed readers stop at the first fault; the catalogue's loader and the template reader
//! need neither to happen. Scalars stay text as written (`no`, `1.10` and dates are never turned into something else),
//! tags are kept, aliases are refused where they could blow up. Nesting is bounded, so no input can exhaust the stack.

use std::fmt;

use granit_parser::{Event, Parser, Span};

/// Deeper than any document that people write; shallow enough for the smallest stack.
const DEEPEST: usize = 100;

/// More than any document has; few enough that their tree fits anywhere: a value is many times larger in memory than as
/// text.
const MOST: usize = 500_000;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// The line, from 1.
    pub line: usize,
    /// The short-form tag without its `!`, such as `Ref` or `Sub`, if the value has one.
    pub tag: Option<String>,
    /// The value itself.
    pub value: Value,
}

/// The three shapes of YAML.
#[derive(Clone, Debug)]
pub enum Value {
    /// A scalar, as written. Empty text that is not quoted is [`Value::Null`].
    Text(String),
    /// Nothing at all, `~` or `null`.
    Null,
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<(Key, Node)>),
}

/// A mapping's key and where it stands.
#[derive(Clone, Debug)]
pub struct Key {
    /// The line, from 1.
    pub line: usize,
    /// The key.
    pub name: String,
}

/// Why a text is not readable YAML.
#[derive(Clone, Debug)]
pub struct Error {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl Node {
    /// What kind of value this is, for messages.
    #[must_use]
    pub fn shape(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "text",
            Value::Null => "nothing",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

/// Reads the single document in `text`.
///
/// # Errors
///
/// Text that is not YAML, holds more than one document, an alias, a key that is not plain text, a key twice, or is
/// nested too deeply or too large.
pub fn parse(text: &str) -> Result<Node, Error> {
    document(text, true)
}

/// Reads the single document in `text` as most programs do: of a key that stands twice, the last one counts.
///
/// # Errors
///
/// The same as [`parse`], but for keys that stand twice.
pub fn parse_loosely(text: &str) -> Result<Node, Error> {
    document(text, false)
}

fn document(text: &str, strict: bool) -> Result<Node, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { parser: Parser::new_from_str(text), line: 1, values: 0, strict };
    loop {
        match reader.next()? {
            (Event::StreamEnd, line) => return Ok(Node { line, tag: None, value: Value::Null }),
            (Event::StreamStart | Event::DocumentStart(..), _) => {}
            (event, line) => {
                let node = reader.node(event, line, 0)?;
                loop {
                    match reader.next()? {
                        (Event::StreamEnd, _) => return Ok(node),
                        (Event::DocumentStart(..), line) => {
                            return Err(fault(line, "a second document: one file holds one document"));
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

fn fault(line: usize, message: impl Into<String>) -> Error {
    Error { line, message: message.into() }
}

struct Reader<'a> {
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    line: usize,
    /// How many values were read.
    values: usize,
    /// Whether a key that stands twice is refused.
    strict: bool,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, usize), Error> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                self.line = line(&span);
                Ok((event, self.line))
            }
            Some(Err(error)) => Err(fault(error.marker().line().max(1), error.info())),
            None => Ok((Event::StreamEnd, self.line)),
        }
    }

    fn node(&mut self, event: Event<'a>, line: usize, depth: usize) -> Result<Node, Error> {
        if depth > DEEPEST {
            return Err(fault(line, format!("nested more than {DEEPEST} levels deep")));
        }
        self.values += 1;
        if self.values > MOST {
            return Err(fault(line, format!("more than {MOST} values")));
        }
        let tag = event.tag().filter(|tag| tag.is_custom()).map(|tag| tag.suffix().to_owned());
        let value = match event {
            Event::Scalar(text, style, ..) => {
                let plain = matches!(style, granit_parser::ScalarStyle::Plain);
                if plain && matches!(&*text, "" | "~" | "null") { Value::Null } else { Value::Text(text.into_owned()) }
            }
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break Value::List(items),
                        (event, line) => items.push(self.node(event, line, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(..) => {
                let mut entries: Vec<(Key, Node)> = Vec::new();
                let mut seen = std::collections::HashMap::new();
                loop {
                    let name = match self.next()? {
                        (Event::MappingEnd, _) => break Value::Map(entries),
                        (Event::Scalar(text, ..), line) => Key { line, name: text.into_owned() },
                        (_, line) => return Err(fault(line, "a key that is not plain text")),
                    };
                    let first = seen.get(&name.name).copied();
                    if let Some((_, line)) = first.filter(|_| self.strict) {
                        let message = format!("`{}` stands here twice (first on line {line})", name.name);
                        return Err(fault(name.line, message));
                    }
                    let (event, line) = self.next()?;
                    let node = self.node(event, line, depth + 1)?;
                    if let Some((place, _)) = first {
                        entries[place] = (name, node);
                    } else {
                        seen.insert(name.name.clone(), (entries.len(), name.line));
                        entries.push((name, node));
                    }
                }
            }
            Event::Alias(_) => return Err(fault(line, "an alias (`*name`): write the value out")),
            _ => return Err(fault(line, "a value is missing")),
        };
        Ok(Node { line, tag, value })
    }
}

fn line(span: &Span) -> usize {
    span.start.line().max(1)
}
