//! YAML → a tree in which every value knows its line. It reads what the libraries for typed data do not give: the tags of
//! short forms (`!Ref`), aliases expanded within bounds, and the line of every fault.
//!
//! Scalars stay text as written (`no`, `1.10` and dates are never turned into something else). Nesting and the number of values
//! are bounded with aliases expanded, so no input can exhaust the stack or the memory.

use std::collections::HashMap;
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle, StrInput};

use super::node::{Entries, MAX_DEPTH_OF_NAMES, MAX_VALUES, Node, Value, stands_twice, too_many_values};

/// Deeper than any template that people write; shallow enough for the smallest stack.
const MAX_DEPTH: usize = 100;

/// Why a text is not readable YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The line, from 1.
    pub(super) line: usize,
    /// What is wrong.
    pub(super) message: String,
}

fn fault(line: usize, message: impl Into<String>) -> Fault {
    Fault { line, message: message.into() }
}

/// Reads the single document in `text`.
pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let mut reader = Reader { parser: Parser::new_from_str(text), line: 1, values: 0, anchors: HashMap::new() };
    let mut root = None;
    loop {
        match reader.next()? {
            (Event::StreamEnd, line) => {
                let node: Option<Built> = root;
                let node = node.map(|built| Rc::try_unwrap(built.node).unwrap_or_else(|shared| copy(&shared)));
                return Ok(node.unwrap_or(Node { line, tag: None, value: Value::Null }));
            }
            (Event::StreamStart | Event::DocumentEnd, _) => {}
            (Event::DocumentStart(..), line) => {
                if root.is_some() {
                    return Err(fault(line, "a second document: one file holds one template"));
                }
            }
            (event, line) => root = Some(reader.node(event, line, 0)?),
        }
    }
}

/// The node itself, where an alias shares it: its first level is copied, what is below stays shared.
fn copy(node: &Node) -> Node {
    let value = match &node.value {
        Value::Text(text) => Value::Text(text.clone()),
        Value::Null => Value::Null,
        Value::List(items) => Value::List(items.clone()),
        Value::Map(entries) => Value::Map(entries.clone()),
    };
    Node { line: node.line, tag: node.tag.clone(), value }
}

/// A node, how many values it holds with aliases expanded, and how many levels.
#[derive(Clone)]
struct Built {
    node: Rc<Node>,
    values: usize,
    levels: usize,
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    line: usize,
    /// How many values were read, aliases expanded.
    values: usize,
    anchors: HashMap<usize, Built>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, usize), Fault> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                self.line = span.start.line().max(1);
                Ok((event, self.line))
            }
            Some(Err(error)) => Err(fault(error.marker().line().max(1), error.info())),
            None => Ok((Event::StreamEnd, self.line)),
        }
    }

    /// Counts values that were read or that an alias repeats.
    fn count(&mut self, values: usize, line: usize) -> Result<(), Fault> {
        self.values += values;
        if self.values > MAX_VALUES { Err(fault(line, too_many_values())) } else { Ok(()) }
    }

    fn node(&mut self, event: Event<'a>, line: usize, depth: usize) -> Result<Built, Fault> {
        let too_deep = || fault(line, format!("nested more than {MAX_DEPTH} levels deep"));
        if let Some(id) = event.alias_id() {
            let Some(built) = self.anchors.get(&id).cloned() else {
                return Err(fault(line, "an alias of the value in which it stands"));
            };
            self.count(built.values, line)?;
            return if depth + built.levels > MAX_DEPTH { Err(too_deep()) } else { Ok(built) };
        }
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        self.count(1, line)?;
        let tag = event.tag().filter(|tag| tag.is_custom()).map(|tag| tag.suffix().to_owned());
        let anchor = event.anchor_id().filter(|id| *id > 0);
        let (value, values, levels) = match event {
            Event::Scalar(text, style, ..) => {
                let plain = matches!(style, ScalarStyle::Plain);
                let null = plain && matches!(&*text, "" | "~" | "null");
                (if null { Value::Null } else { Value::Text(text.into_owned()) }, 1, 0)
            }
            Event::SequenceStart(..) => self.list(depth)?,
            Event::MappingStart(..) => self.map(depth)?,
            _ => return Err(fault(line, "a value is missing")),
        };
        let built = Built { node: Rc::new(Node { line, tag, value }), values, levels };
        if let Some(id) = anchor {
            self.anchors.insert(id, built.clone());
        }
        Ok(built)
    }

    fn list(&mut self, depth: usize) -> Result<(Value, usize, usize), Fault> {
        let (mut items, mut values, mut levels) = (Vec::new(), 1, 0);
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok((Value::List(items), values, levels + 1)),
                (event, line) => {
                    let built = self.node(event, line, depth + 1)?;
                    values += built.values;
                    levels = levels.max(built.levels);
                    items.push(built.node);
                }
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<(Value, usize, usize), Fault> {
        let (mut entries, mut values, mut levels) = (Entries::default(), 1, 0);
        let mut merged: Vec<Rc<Node>> = Vec::new();
        loop {
            let (key, plain, line) = match self.next()? {
                (Event::MappingEnd, _) => break,
                (Event::Scalar(text, style, ..), line) => {
                    (text.into_owned(), matches!(style, ScalarStyle::Plain), line)
                }
                (_, line) => return Err(fault(line, "a key that is not plain text")),
            };
            if depth <= MAX_DEPTH_OF_NAMES && entries.contains(&key) {
                return Err(fault(line, stands_twice(&key)));
            }
            let (event, line) = self.next()?;
            let built = self.node(event, line, depth + 1)?;
            values += built.values;
            levels = levels.max(built.levels);
            if key == "<<" && plain {
                merged.push(built.node);
            } else {
                entries.insert(key, built.node);
            }
        }
        // What `<<` brings in stands behind what the mapping itself says.
        for node in &merged {
            let lists: Vec<&Node> = match &node.value {
                Value::List(items) => items.iter().map(|item| &**item).collect(),
                _ => vec![node],
            };
            for (key, value) in lists.into_iter().flat_map(Node::entries) {
                if !entries.contains(key) {
                    entries.insert(key.clone(), Rc::clone(value));
                }
            }
        }
        Ok((Value::Map(entries.finish()), values, levels + 1))
    }
}

/// The shape of a value at the outermost level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Scalar,
    List,
    Map,
}

/// The keys of the outermost mapping of the text that begins with `head`, and what stands under them. It may be cut anywhere.
pub(super) fn outline(head: &str) -> Vec<(String, Kind)> {
    let body = super::without_comments(head);
    if body.starts_with('{') { flow_outline(body) } else { block_outline(head) }
}

/// The same of JSON and of YAML in flow style. Parsers of YAML refuse a flow collection that is not closed; where brackets and
/// quotes stand is enough.
fn flow_outline(body: &str) -> Vec<(String, Kind)> {
    let mut keys = Vec::new();
    let (mut depth, mut word, mut key) = (0_usize, String::new(), None);
    let mut chars = body.chars();
    while let Some(char) = chars.next() {
        let kind = match char {
            '{' => Some(Kind::Map),
            '[' => Some(Kind::List),
            '"' | '\'' => Some(Kind::Scalar),
            _ => None,
        };
        if depth == 1 {
            match char {
                ':' if key.is_none() => key = Some(std::mem::take(&mut word)),
                ',' | '}' => {
                    keys.extend(key.take().map(|key| (key, Kind::Scalar)));
                    word.clear();
                }
                _ if kind.is_some() => keys.extend(key.take().zip(kind)),
                _ if char.is_whitespace() => {}
                _ => word.push(char),
            }
        }
        match char {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            '"' | '\'' => {
                let quoted = quoted(&mut chars, char);
                if depth == 1 {
                    word = quoted;
                }
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    keys
}

/// What stands up to the closing quote, as it is written.
fn quoted(chars: &mut std::str::Chars<'_>, quote: char) -> String {
    let mut text = String::new();
    while let Some(char) = chars.next() {
        match char {
            '\\' if quote == '"' => _ = chars.next(),
            _ if char == quote => break,
            _ => text.push(char),
        }
    }
    text
}

fn block_outline(head: &str) -> Vec<(String, Kind)> {
    let mut parser = Parser::new_from_str(head);
    let mut keys = Vec::new();
    let (mut depth, mut key) = (0_usize, None);
    while let Some(Ok((event, _))) = parser.next_event() {
        let kind = match &event {
            Event::Scalar(..) | Event::Alias(_) => Some(Kind::Scalar),
            Event::SequenceStart(..) => Some(Kind::List),
            Event::MappingStart(..) => Some(Kind::Map),
            _ => None,
        };
        if depth == 1 {
            match (key.take(), kind, &event) {
                (Some(name), Some(kind), _) => keys.push((name, kind)),
                (None, Some(Kind::Scalar), Event::Scalar(text, ..)) => key = Some(text.to_string()),
                _ => {}
            }
        }
        match event {
            Event::SequenceStart(..) if depth == 0 => return Vec::new(),
            Event::SequenceStart(..) | Event::MappingStart(..) => depth += 1,
            Event::SequenceEnd | Event::MappingEnd => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        parse(text).map_or_else(|fault| format!("{}: {}", fault.line, fault.message), |_| "read".to_owned())
    }

    #[test]
    fn tags_lines_and_texts_are_kept() {
        let node = parse("a: !Ref X\nb:\n  - no\n  - 1.10\n  - '~'\n  - ~\nc:\n").expect("YAML");
        let a = node.field("a").expect("a");
        assert_eq!((a.tag.as_deref(), a.text(), a.line), (Some("Ref"), Some("X"), 1));
        let Some(Value::List(items)) = node.field("b").map(|node| &node.value) else { panic!("a list") };
        assert_eq!(
            items.iter().map(|item| item.text()).collect::<Vec<_>>(),
            [Some("no"), Some("1.10"), Some("~"), None]
        );
        assert_eq!(node.field("c").map(|node| &node.value), Some(&Value::Null));
        assert_eq!(items[1].line, 4);
    }

    #[test]
    fn aliases_and_merges_are_expanded() {
        let node =
            parse("x: &x {a: 1, b: 2}\ny: *x\nz: {<<: *x, b: 3, c: 4}\nw: {<<: [*x, {d: 5, a: 9}]}\n").expect("YAML");
        let texts = |name: &str| {
            let entries = node.field(name).expect("it is there").entries();
            entries.iter().map(|(key, node)| format!("{key}{}", node.text().unwrap_or("-"))).collect::<Vec<_>>()
        };
        assert_eq!(texts("y"), ["a1", "b2"]);
        assert_eq!(texts("z"), ["b3", "c4", "a1"]);
        assert_eq!(texts("w"), ["a1", "b2", "d5"]);
    }

    #[test]
    fn what_would_grow_without_bound_is_refused() {
        // Nine levels of nine aliases each.
        let laughs = (1..=9)
            .map(|level| format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", ")))
            .collect::<Vec<_>>()
            .concat();
        assert!(message(&format!("a0: &a0 [x]\n{laughs}")).ends_with("more than 500000 values"));
        assert!(message(&format!("{}x{}", "[".repeat(102), "]".repeat(102))).contains("levels deep"));
        // Deep only through its aliases.
        let chain =
            (1..=120).map(|level| format!("a{level}: &a{level} [*a{}]\n", level - 1)).collect::<Vec<_>>().concat();
        assert!(message(&format!("a0: &a0 [x]\n{chain}")).contains("levels deep"));
        assert!(message("a: &a [*a]").starts_with("1: "), "{}", message("a: &a [*a]"));
        assert!(message("a: *b").starts_with("1: "));
        assert_eq!(message("a: 1\n---\nb: 2\n"), "2: a second document: one file holds one template");
        assert_eq!(message("? [a]\n: b\n"), "1: a key that is not plain text");
        assert_eq!(message("---\na: 1\n...\n"), "read");
    }

    #[test]
    fn an_outline_is_read_off_a_text_that_is_cut() {
        let cases: &[(&str, &[(&str, Kind)])] = &[
            ("a: 1\nb:\n  c: 2\n", &[("a", Kind::Scalar), ("b", Kind::Map)]),
            ("{\"a\": {\"b\": [", &[("a", Kind::Map)]),
            (
                "{\"a\": \"{\\\"b\\\": 1}\", \"c\" : [1, {}], \"d\": 1, \"e\": nul",
                &[("a", Kind::Scalar), ("c", Kind::List), ("d", Kind::Scalar)],
            ),
            ("# c\n{a: {b: 1}, 'c': 'it''s', d: [", &[("a", Kind::Map), ("c", Kind::Scalar), ("d", Kind::List)]),
            ("{a: 1}", &[("a", Kind::Scalar)]),
            ("{} {a: {}}", &[]),
            ("# comment\n---\na: [1, 2]\nReso", &[("a", Kind::List)]),
            ("  a: 1\n  b: 2\n", &[("a", Kind::Scalar), ("b", Kind::Scalar)]),
            ("- a: 1\n", &[]),
            ("plain text\nof two lines\n", &[]),
            ("", &[]),
        ];
        for (head, keys) in cases {
            let outline = outline(head);
            let outline: Vec<_> = outline.iter().map(|(key, kind)| (&**key, *kind)).collect();
            assert_eq!(outline, *keys, "{head}");
        }
    }
}
