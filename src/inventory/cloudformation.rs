//! CloudFormation and SAM templates, in JSON and in YAML with short-form tags (`!Ref`, `!Sub`, `!If`).

use super::json::Json;
use super::{Attributes, Error, Found, Item, Sink, terraform};
use crate::yaml::{self, Node, Value};

const DIALECT: &str = "CloudFormation template";

/// Whether a text that is no JSON is a template: one of the fields that only templates have begins a line.
pub(super) fn looks_like_yaml(head: &[u8]) -> bool {
    let fields: [&[u8]; 3] = [b"Resources:", b"AWSTemplateFormatVersion:", b"Transform:"];
    head.split(|byte| *byte == b'\n').any(|line| fields.iter().any(|field| line.starts_with(field)))
}

/// The kinds of which SAM's `Globals` may speak are fewer.
const MOST_GLOBALS: usize = 16;

/// Loops stand in loops; no one has gone this deep.
const DEEPEST_LOOP: usize = 8;

/// Reads the fields of a template in JSON one by one: what SAM's `Globals` say of a kind holds for its resources.
#[derive(Default)]
pub(super) struct Reader {
    globals: Vec<(String, Attributes)>,
    attributes: Attributes,
    kind: String,
    scratch: String,
}

impl Reader {
    /// The object of globals, if it comes before the resources as it does in every template that people write.
    pub(super) fn globals(&mut self, json: &mut Json<'_>, sink: &mut dyn Sink) -> Result<Option<&'static str>, Error> {
        json.maybe_object(|kind, json| {
            if self.globals.len() >= MOST_GLOBALS {
                return json.skip();
            }
            let mut own = Attributes::default();
            properties(json, sink, &mut own, &mut self.scratch)?;
            computed(&mut own);
            self.globals.push((format!("{SERVERLESS}{kind}"), own));
            Ok(())
        })?;
        Ok(None)
    }

    /// The object of resources.
    pub(super) fn resources(
        &mut self,
        json: &mut Json<'_>,
        sink: &mut dyn Sink,
    ) -> Result<Option<&'static str>, Error> {
        self.loops(json, sink, 0)?;
        Ok(Some(DIALECT))
    }

    fn loops(&mut self, json: &mut Json<'_>, sink: &mut dyn Sink, depth: usize) -> Result<(), Error> {
        json.maybe_object(|key, json| {
            if key.starts_with(LOOP) && depth < DEEPEST_LOOP {
                // How often it runs may depend on parameters; what it makes is there once at least.
                return json.maybe_array(|json| self.loops(json, sink, depth + 1));
            }
            let Self { globals, attributes, kind, scratch } = self;
            attributes.clear(true);
            kind.clear();
            json.maybe_object(|key, json| match key {
                "Type" => json.scalar(kind).map(drop),
                "Properties" => properties(json, sink, attributes, scratch),
                _ => json.skip(),
            })?;
            tell(kind, attributes, globals, sink);
            Ok(())
        })
    }
}

const LOOP: &str = "Fn::ForEach::";
const SERVERLESS: &str = "AWS::Serverless::";

/// The properties that are wanted, out of an object of properties.
fn properties(json: &mut Json<'_>, sink: &dyn Sink, into: &mut Attributes, scratch: &mut String) -> Result<(), Error> {
    json.maybe_object(|key, json| {
        if !sink.wants(key) {
            return json.skip();
        }
        terraform::flatten(key, json, into, scratch, 0)
    })
}

/// Hands a resource on, with what the globals of its kind say where it does not speak for itself.
fn tell(kind: &str, attributes: &mut Attributes, globals: &[(String, Attributes)], sink: &mut dyn Sink) {
    if kind.is_empty() {
        return;
    }
    computed(attributes);
    if let Some((_, shared)) = globals.iter().find(|(own, _)| own == kind) {
        attributes.inherit(shared);
    }
    sink.item(Item { name: kind, count: 1, attributes });
}

/// What an intrinsic function gives is not known here: `LaunchType: { Ref: Type }` is a launch type, but which?
fn computed(attributes: &mut Attributes) {
    for (path, found) in &mut attributes.pairs {
        let function = path.rsplit('.').next().is_some_and(|last| last == "Ref" || last.starts_with("Fn::"));
        if function || path.contains(".Fn::") {
            *found = Found::Unknown;
        }
    }
}

/// Reads a template in YAML.
pub(super) fn read_yaml(text: &str, sink: &mut dyn Sink) -> Result<&'static str, Error> {
    let root = yaml::parse_loosely(text).map_err(|error| Error::Text(error.line, error.message))?;
    let Some(resources) = field(&root, "Resources") else {
        return Err(Error::Shape("a template without `Resources`".to_owned()));
    };
    if !matches!(resources.value, Value::Map(_)) {
        return Err(Error::Text(resources.line, "`Resources` must be a mapping of resources".to_owned()));
    }
    let wanted = |node: Option<&Node>, sink: &dyn Sink, into: &mut Attributes| -> Result<(), Error> {
        for (key, node) in entries(node).iter().filter(|(key, _)| sink.wants(&key.name)) {
            flatten(&key.name, node, into)?;
        }
        Ok(())
    };
    let mut globals = Vec::new();
    for (kind, node) in entries(field(&root, "Globals")).iter().take(MOST_GLOBALS) {
        let mut own = Attributes::default();
        wanted(Some(node), sink, &mut own)?;
        computed(&mut own);
        globals.push((format!("{SERVERLESS}{}", kind.name), own));
    }
    let mut attributes = Attributes::default();
    let mut open = vec![(resources, 0)];
    while let Some((resources, depth)) = open.pop() {
        for (key, resource) in entries(Some(resources)) {
            if let (true, Value::List(parts)) = (key.name.starts_with(LOOP) && depth < DEEPEST_LOOP, &resource.value) {
                open.extend(parts.iter().map(|part| (part, depth + 1)));
                continue;
            }
            attributes.clear(true);
            wanted(field(resource, "Properties"), sink, &mut attributes)?;
            if let Some(Value::Text(kind)) = field(resource, "Type").map(|node| &node.value) {
                tell(kind, &mut attributes, &globals, sink);
            }
        }
    }
    Ok(DIALECT)
}

/// The entries of a mapping; none of anything else.
fn entries(node: Option<&Node>) -> &[(yaml::Key, Node)] {
    match node.map(|node| &node.value) {
        Some(Value::Map(entries)) => entries,
        _ => &[],
    }
}

fn field<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    entries(Some(node)).iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
}

fn flatten(path: &str, node: &Node, into: &mut Attributes) -> Result<(), Error> {
    let found = match &node.value {
        _ if node.tag.is_some() => Found::Unknown,
        Value::Text(text) if !text.is_empty() => Found::Value(text.clone()),
        Value::List(items) if !items.is_empty() => {
            return items.iter().try_for_each(|item| flatten(path, item, into));
        }
        Value::Map(entries) if !entries.is_empty() => {
            return entries.iter().try_for_each(|(key, node)| flatten(&format!("{path}.{}", key.name), node, into));
        }
        _ => Found::Nothing,
    };
    into.push(path, found).map_err(|message| Error::Text(node.line, message.to_owned()))
}
