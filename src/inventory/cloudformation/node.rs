//! A template as a tree, whichever notation it is in.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// The most values that a template may have, aliases expanded. AWS allows 500 resources in 1 MB; a value is many times larger
/// in memory than as text.
pub(super) const MAX_VALUES: usize = 500_000;

/// What is said of a template with more.
pub(super) fn too_many_values() -> String {
    format!("more than {MAX_VALUES} values")
}

/// A value and where it stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// The line, from 1; 1 where it is not known.
    pub(super) line: usize,
    /// The short form of a function without its `!`, such as `Ref` or `Sub`, if the value has one.
    pub(super) tag: Option<String>,
    pub(super) value: Value,
}

/// The shapes of YAML and JSON. Numbers and truth values are text as written. Aliases share what they stand for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Null,
    List(Vec<Rc<Node>>),
    Map(Vec<(String, Rc<Node>)>),
}

impl Node {
    /// The entries of a mapping; none of anything else.
    pub(super) fn entries(&self) -> &[(String, Rc<Self>)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// What stands under a key of a mapping.
    pub(super) fn field(&self, name: &str) -> Option<&Self> {
        self.entries().iter().find(|(key, _)| key == name).map(|(_, node)| &**node)
    }

    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The function whose result the value is, if it is one, and the function's argument: `!Ref X` or `{ Ref: X }`.
    pub(super) fn function(&self) -> Option<(&str, &Self)> {
        if let Some(tag) = &self.tag {
            return Some((tag, self));
        }
        match self.entries() {
            [(key, argument)] if key == "Ref" || key == "Condition" => Some((key, argument)),
            [(key, argument)] => key.strip_prefix("Fn::").map(|name| (name, &**argument)),
            _ => None,
        }
    }
}

/// Reads a template in JSON.
pub(super) fn from_json(text: &str) -> Result<Node, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let values = Cell::new(0);
    let node = NodeSeed { values: &values, depth: 0 }.deserialize(&mut json)?;
    json.end()?;
    Ok(node)
}

/// Reads a value of JSON as a node, and counts the values in it.
#[derive(Clone, Copy)]
struct NodeSeed<'v> {
    values: &'v Cell<usize>,
    depth: usize,
}

impl NodeSeed<'_> {
    const fn below(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }
}

impl<'de> DeserializeSeed<'de> for NodeSeed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        self.values.set(self.values.get() + 1);
        if self.values.get() > MAX_VALUES {
            return Err(D::Error::custom(too_many_values()));
        }
        deserializer.deserialize_any(self)
    }
}

/// A node of JSON, of which the line is not known.
const fn node(value: Value) -> Node {
    Node { line: 1, tag: None, value }
}

impl<'de> Visitor<'de> for NodeSeed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(node(Value::Text(value.to_string())))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(node(Value::Text(value.to_string())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(node(Value::Text(value.to_string())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(node(Value::Text(value.to_string())))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(node(Value::Text(text.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(node(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self.below())? {
            items.push(Rc::new(item));
        }
        Ok(node(Value::List(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Entries::default();
        while let Some(key) = map.next_key::<String>()? {
            if self.depth <= MAX_DEPTH_OF_NAMES && entries.contains(&key) {
                return Err(A::Error::custom(stands_twice(&key)));
            }
            entries.insert(key, Rc::new(map.next_value_seed(self.below())?));
        }
        Ok(node(Value::Map(entries.finish())))
    }
}

/// How deep a key may not stand twice: a section, a resource or an attribute of one would be lost, also where all of it stands
/// in a field of its own. Of a property CloudFormation takes the last.
pub(super) const MAX_DEPTH_OF_NAMES: usize = 2;

/// What is said of a key that stands twice.
pub(super) fn stands_twice(key: &str) -> String {
    format!("`{}` stands twice in one mapping, of which one is lost", key.escape_debug())
}

/// The entries of a mapping in their order. Of a key that stands twice the last one counts, as in most programs.
#[derive(Default)]
pub(super) struct Entries {
    entries: Vec<(String, Rc<Node>)>,
    places: std::collections::HashMap<String, usize>,
}

impl Entries {
    pub(super) fn insert(&mut self, key: String, node: Rc<Node>) {
        if let Some(place) = self.places.get(&key) {
            self.entries[*place].1 = node;
        } else {
            self.places.insert(key.clone(), self.entries.len());
            self.entries.push((key, node));
        }
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        self.places.contains_key(key)
    }

    pub(super) fn finish(self) -> Vec<(String, Rc<Node>)> {
        self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_told_from_values() {
        let cases = [
            (r#"{"Ref": "X"}"#, Some("Ref")),
            (r#"{"Fn::Sub": "x"}"#, Some("Sub")),
            (r#"{"Fn::If": ["c", 1, 2]}"#, Some("If")),
            (r#"{"Ref": "X", "Other": 1}"#, None),
            (r#"{"Engine": "mysql"}"#, None),
            (r#""Ref""#, None),
        ];
        for (text, name) in cases {
            let node = from_json(text).expect("JSON");
            assert_eq!(node.function().map(|(name, _)| name), name, "{text}");
        }
    }

    #[test]
    fn json_is_a_tree_of_texts() {
        let node = from_json(r#"{"b": [true, null, 1.5], "a": "last", "c": {"d": {"e": {"f": 1, "f": "last"}}}}"#)
            .expect("JSON");
        assert_eq!(node.field("a").and_then(Node::text), Some("last"));
        let property = node.field("c").and_then(|c| c.field("d")?.field("e")?.field("f"));
        assert_eq!(property.and_then(Node::text), Some("last"), "CloudFormation takes the last of two");
        let Some(Value::List(items)) = node.field("b").map(|node| &node.value) else { panic!("a list") };
        assert_eq!(items.iter().map(|item| item.text()).collect::<Vec<_>>(), [Some("true"), None, Some("1.5")]);
        assert!(from_json("{} {}").is_err());
        assert!(from_json(&"[".repeat(100_000)).is_err());
        assert!(from_json(&format!("[{}0]", "0,".repeat(MAX_VALUES))).is_err());
    }
}
