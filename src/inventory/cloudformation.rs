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

/// Reads the object of resources of a template in JSON.
pub(super) fn read_json(json: &mut Json<'_>, sink: &mut dyn Sink) -> Result<Option<&'static str>, Error> {
    let mut attributes = Attributes::default();
    let (mut kind, mut scratch) = (String::new(), String::new());
    json.maybe_object(|_, json| {
        attributes.clear(true);
        kind.clear();
        json.maybe_object(|key, json| match key {
            "Type" => json.scalar(&mut kind).map(drop),
            "Properties" => json.maybe_object(|key, json| {
                if !sink.wants(key) {
                    return json.skip();
                }
                terraform::flatten(key, json, &mut attributes, &mut scratch, 0)
            }),
            _ => json.skip(),
        })?;
        if !kind.is_empty() {
            computed(&mut attributes);
            sink.item(Item { name: &kind, count: 1, attributes: &attributes });
        }
        Ok(())
    })?;
    Ok(Some(DIALECT))
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
    let root = yaml::parse(text).map_err(|error| Error::Text(error.line, error.message))?;
    let Some(resources) = field(&root, "Resources") else {
        return Err(Error::Shape("a template without `Resources`".to_owned()));
    };
    let Value::Map(entries) = &resources.value else {
        return Err(Error::Text(resources.line, "`Resources` must be a mapping of resources".to_owned()));
    };
    let mut attributes = Attributes::default();
    for (_, resource) in entries {
        attributes.clear(true);
        if let Some(Value::Map(properties)) = field(resource, "Properties").map(|node| &node.value) {
            for (key, node) in properties.iter().filter(|(key, _)| sink.wants(&key.name)) {
                flatten(&key.name, node, &mut attributes)?;
            }
        }
        computed(&mut attributes);
        if let Some(Value::Text(kind)) = field(resource, "Type").map(|node| &node.value) {
            sink.item(Item { name: kind, count: 1, attributes: &attributes });
        }
    }
    Ok(DIALECT)
}

fn field<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    match &node.value {
        Value::Map(entries) => entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node),
        _ => None,
    }
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
