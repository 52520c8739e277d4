//! What is in a template: its resources with what bears on how they are run, loops counted, and what cannot be seen said.

use super::super::attributes::{Attributes, Found};
use super::super::{Error, Item, Visitor};
use super::node::{Node, Value};

/// The prefix of the types that SAM's `Globals` speak of: `Function` there is `AWS::Serverless::Function` here.
const SERVERLESS: &str = "AWS::Serverless::";

/// How deep loops stand in each other. AWS takes fewer than ten.
const MAX_LOOPS: usize = 8;

/// How many values of one kind of SAM's `Globals` are looked at: they hold for each of the kind's resources, so what they cost
/// is multiplied. What is beyond counts as set to something that is not known.
const MAX_GLOBALS: usize = 64;

/// How many of these may be of one property, so that many environment variables do not hide the runtime.
const MAX_GLOBALS_OF_PROPERTY: usize = 16;

/// The largest count of one resource; no sum of these overflows.
const MAX_COUNT: u64 = u32::MAX as u64;

/// The transforms that are known to add no resources but those that are written.
const KNOWN_TRANSFORMS: [&str; 5] = [
    "AWS::Serverless-2016-10-31",
    "AWS::LanguageExtensions",
    "AWS::CodeDeployBlueGreen",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
];

// Why something is said to be passed over.
const INCLUDE: &str = "brings in parts of the template that are not seen here";
const MACRO: &str = "a macro: what it adds or changes is not seen here";
const OPEN_LOOP: &str = "a loop over a list that is not in the template: counted once";
const DEEP_LOOP: &str = "a loop in more than 8 others";
const NO_LOOP: &str = "a loop that is not written as one";
const NO_TYPE: &str = "a resource without a type";
const NESTED: &str = "a nested stack: the resources of its template are not seen here";

/// What stands for a logical id that is empty.
const NO_NAME: &str = "(no name)";

/// Hands the resources of a template to `visitor`.
pub(super) fn read(root: &Node, visitor: &mut dyn Visitor) -> Result<(), Error> {
    let Some(resources) = root.field("Resources") else {
        return Err(Error::Shape("a template without `Resources`".to_owned()));
    };
    if !matches!(resources.value, Value::Map(_)) {
        return Err(Error::Text(resources.line, "`Resources` must be a mapping of resources".to_owned()));
    }
    transforms(root.field("Transform"), visitor);
    let globals = root.field("Globals").map_or(&[][..], Node::entries).iter();
    let globals = globals.map(|(kind, node)| Globals::new(kind, node, visitor)).collect();
    let mut reader = Reader { globals, attributes: Attributes::default() };
    reader.resources(resources, &mut Vec::new(), visitor)
}

/// Says which of the transforms of a template bring in what is not seen here.
fn transforms(transform: Option<&Node>, visitor: &mut dyn Visitor) {
    let Some(transform) = transform else { return };
    let each = match &transform.value {
        Value::List(items) => items.iter().map(|item| &**item).collect(),
        _ => vec![transform],
    };
    for one in each {
        if let Some(name) = one.field("Name").unwrap_or(one).text() {
            unseen(name, visitor);
        }
    }
}

/// Says that a transform brings in what is not seen here, unless it is known to add nothing.
fn unseen(name: &str, visitor: &mut dyn Visitor) {
    if name == "AWS::Include" {
        visitor.unseen(name, INCLUDE, 1);
    } else if !name.is_empty() && !KNOWN_TRANSFORMS.contains(&name) {
        visitor.unseen(name, MACRO, 1);
    }
}

/// What SAM's `Globals` say of one kind of resource: what was asked for, by the first level.
struct Globals {
    kind: String,
    sections: Vec<(String, Vec<(String, Found)>)>,
}

impl Globals {
    fn new(kind: &str, node: &Node, visitor: &dyn Visitor) -> Self {
        let mut left = MAX_GLOBALS;
        let mut sections = Vec::new();
        for (key, node) in node.entries().iter().filter(|(key, _)| visitor.wants(key)) {
            let mut values = Vec::new();
            let mut add = |path: &str, found| {
                let room = values.len() < left.min(MAX_GLOBALS_OF_PROPERTY);
                if room {
                    values.push((path.to_owned(), found));
                }
                if room { Ok(()) } else { Err("too much") }
            };
            if flatten(key, node, false, &mut add).is_err() {
                values = vec![(key.clone(), Found::Unknown)];
            }
            left = left.saturating_sub(values.len());
            sections.push((key.clone(), values));
        }
        Self { kind: format!("{SERVERLESS}{kind}"), sections }
    }
}

/// A loop around resources: the variable, and the values that it takes. None where the list is not in the template.
struct Loop<'n> {
    variable: &'n str,
    values: Option<Vec<&'n str>>,
}

struct Reader {
    globals: Vec<Globals>,
    attributes: Attributes,
}

impl Reader {
    /// A mapping of resources, within loops.
    fn resources<'n>(
        &mut self,
        node: &'n Node,
        loops: &mut Vec<Loop<'n>>,
        visitor: &mut dyn Visitor,
    ) -> Result<(), Error> {
        for (key, node) in node.entries() {
            if key == "Fn::Transform" {
                unseen(node.field("Name").and_then(Node::text).unwrap_or("Fn::Transform"), visitor);
            } else if key.starts_with("Fn::ForEach::") {
                self.repeated(key, node, loops, visitor)?;
            } else {
                self.resource(key, node, loops, visitor)?;
            }
        }
        Ok(())
    }

    /// `Fn::ForEach::Name: [variable, [values], { resources }]`.
    fn repeated<'n>(
        &mut self,
        key: &str,
        node: &'n Node,
        loops: &mut Vec<Loop<'n>>,
        visitor: &mut dyn Visitor,
    ) -> Result<(), Error> {
        let parts = match &node.value {
            Value::List(parts) => &parts[..],
            _ => &[],
        };
        let [variable, values, body] = parts else {
            visitor.unseen(key, NO_LOOP, 1);
            return Ok(());
        };
        if loops.len() >= MAX_LOOPS {
            visitor.unseen(key, DEEP_LOOP, 1);
            return Ok(());
        }
        let literal = match &values.value {
            Value::List(items) if values.function().is_none() => {
                items.iter().map(|item| item.text().filter(|_| item.function().is_none())).collect()
            }
            _ => None,
        };
        if literal.is_none() {
            visitor.ignored(key, OPEN_LOOP, 1);
        }
        loops.push(Loop { variable: variable.text().unwrap_or_default(), values: literal });
        let read = self.resources(body, loops, visitor);
        loops.pop();
        read
    }

    fn resource(&mut self, key: &str, node: &Node, loops: &[Loop<'_>], visitor: &mut dyn Visitor) -> Result<(), Error> {
        if let Some(("Transform", argument)) = node.function() {
            unseen(argument.field("Name").and_then(Node::text).unwrap_or("Fn::Transform"), visitor);
            return Ok(());
        }
        let kind = node.field("Type").filter(|kind| kind.function().is_none()).and_then(Node::text);
        let Some(kind) = kind.filter(|kind| !kind.is_empty()) else {
            visitor.unseen(if key.is_empty() { NO_NAME } else { key }, NO_TYPE, count(loops));
            return Ok(());
        };
        self.collect(kind, node.field("Properties"), !loops.is_empty(), visitor)?;
        for (kind, count) in kinds(kind, loops) {
            if kind == "AWS::CloudFormation::Stack" || kind == "AWS::Serverless::Application" {
                visitor.unseen(key, NESTED, count);
            }
            visitor.item(Item { name: &kind, count, attributes: &self.attributes });
        }
        Ok(())
    }

    /// The attributes that are asked for: of the resource, and of SAM's `Globals` where it does not speak for itself.
    fn collect(
        &mut self,
        kind: &str,
        node: Option<&Node>,
        looped: bool,
        visitor: &mut dyn Visitor,
    ) -> Result<(), Error> {
        let Self { globals, attributes } = self;
        let properties = node.map_or(&[][..], Node::entries);
        // What a transform brings in may set anything.
        let include = properties.iter().find(|(key, _)| key == "Fn::Transform");
        if let Some((_, node)) = include {
            unseen(node.field("Name").and_then(Node::text).unwrap_or("Fn::Transform"), visitor);
        }
        attributes.clear(include.is_none() && node.is_none_or(|node| node.function().is_none()));
        let line = node.map_or(1, |node| node.line);
        let mut add =
            |path: &str, found| attributes.push(path, found).map_err(|message| Error::Text(line, message.to_owned()));
        for (key, node) in properties.iter().filter(|(key, _)| visitor.wants(key)) {
            flatten(key, node, looped, &mut add)?;
        }
        let shared = globals.iter().find(|globals| globals.kind == kind).map_or(&[][..], |globals| &globals.sections);
        for (_, values) in shared.iter().filter(|(key, _)| !properties.iter().any(|(own, _)| own == key)) {
            for (path, found) in values {
                add(path, found.clone())?;
            }
        }
        Ok(())
    }
}

/// How many resources a definition within loops makes; a loop over a list that is not known counts once.
fn count(loops: &[Loop<'_>]) -> u64 {
    let counts = loops.iter().map(|own| own.values.as_ref().map_or(1, |values| values.len() as u64));
    counts.fold(1_u64, u64::saturating_mul).min(MAX_COUNT)
}

/// The types that a definition within loops makes, and how often; mostly one. A type that names the variables of several
/// loops stays as it is written.
fn kinds(kind: &str, loops: &[Loop<'_>]) -> Vec<(String, u64)> {
    let total = count(loops);
    let named_in_kind = |own: &&Loop<'_>| kind.contains(&format!("${{{}}}", own.variable));
    let mut variables = loops.iter().filter(named_in_kind);
    let kinds = match (variables.next(), variables.next()) {
        (Some(Loop { variable, values: Some(values) }), None) => {
            let each = total / (values.len() as u64).max(1);
            values.iter().map(|value| (kind.replace(&format!("${{{variable}}}"), value), each)).collect()
        }
        _ => vec![(kind.to_owned(), total)],
    };
    kinds.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// A value and everything in it as paths; lists add nothing to a path. What a function gives is not known here, and neither is
/// what names a loop's variable.
fn flatten<E>(
    path: &str,
    node: &Node,
    looped: bool,
    add: &mut impl FnMut(&str, Found) -> Result<(), E>,
) -> Result<(), E> {
    let found = match (&node.value, node.function()) {
        (_, Some(("Ref", argument))) if argument.text() == Some("AWS::NoValue") => Found::Nothing,
        (_, Some(_)) => Found::Unknown,
        (Value::Text(text), None) if looped && (text.contains("${") || text.contains("&{")) => Found::Unknown,
        (Value::Text(text), None) if !text.is_empty() => Found::Value(text.clone()),
        (Value::List(items), None) if !items.is_empty() => {
            return items.iter().try_for_each(|item| flatten(path, item, looped, add));
        }
        (Value::Map(entries), None) if !entries.is_empty() => {
            return entries.iter().try_for_each(|(key, node)| flatten(&format!("{path}.{key}"), node, looped, add));
        }
        _ => Found::Nothing,
    };
    add(path, found)
}

#[cfg(test)]
mod tests {
    use super::super::super::Match;
    use super::*;

    /// What a template gives: types with their counts and attributes, and what was passed over.
    #[derive(Default)]
    struct Seen {
        items: Vec<(String, u64)>,
        attributes: Vec<Attributes>,
        ignored: Vec<(String, &'static str)>,
    }

    impl Visitor for Seen {
        fn item(&mut self, item: Item<'_>) -> bool {
            self.items.push((item.name.to_owned(), item.count));
            self.attributes.push(item.attributes.clone());
            true
        }

        fn ignored(&mut self, name: &str, reason: &'static str, _: u64) {
            self.ignored.push((name.to_owned(), reason));
        }

        fn unmatched(&mut self, _: &str, _: u64) {}

        fn note(&mut self, _: String) {}

        fn wants(&self, _: &str) -> bool {
            true
        }
    }

    fn seen(text: &str) -> Seen {
        let mut seen = Seen::default();
        super::super::read(text, &mut seen).expect("it is a template");
        seen
    }

    #[test]
    fn loops_over_literal_lists_count() {
        let topic = "Type: AWS::SNS::Topic";
        let nested = format!("'Fn::ForEach::B': [Y, [1, 2, 3], {{'T${{X}}${{Y}}': {{{topic}}}}}]");
        let deep = (0..9).fold(format!("{{T: {{{topic}}}}}"), |body, level| {
            format!("{{'Fn::ForEach::L{level}': [V{level}, [a], {body}]}}")
        });
        let cases: &[(&str, &[u64], &[&str])] = &[
            (&format!("{{'Fn::ForEach::A': [X, [a, b, c], {{'T${{X}}': {{{topic}}}}}]}}"), &[3], &[]),
            (&format!("{{'Fn::ForEach::A': [X, [a, b], {{{nested}}}], U: {{{topic}}}}}"), &[6, 1], &[]),
            (&format!("{{'Fn::ForEach::A': [X, [], {{'T${{X}}': {{{topic}}}}}]}}"), &[], &[]),
            (&format!("{{'Fn::ForEach::A': [X, !Ref Names, {{'T${{X}}': {{{topic}}}}}]}}"), &[1], &[OPEN_LOOP]),
            (&format!("{{'Fn::ForEach::A': [X, {{Ref: Names}}, {{'T${{X}}': {{{topic}}}}}]}}"), &[1], &[OPEN_LOOP]),
            (&format!("{{'Fn::ForEach::A': [X, [a, !Ref B], {{'T${{X}}': {{{topic}}}}}]}}"), &[1], &[OPEN_LOOP]),
            (&format!("{{'Fn::ForEach::A': {{{topic}}}}}"), &[], &[NO_LOOP]),
            (&deep, &[], &[DEEP_LOOP]),
        ];
        for (resources, counts, reasons) in cases {
            let seen = seen(&format!("Resources: {resources}"));
            assert_eq!(seen.items.iter().map(|(_, count)| *count).collect::<Vec<_>>(), *counts, "{resources}");
            assert_eq!(seen.ignored.iter().map(|(_, reason)| *reason).collect::<Vec<_>>(), *reasons, "{resources}");
        }
        let kinds =
            seen("Resources: {'Fn::ForEach::A': [X, [SNS::Topic, SQS::Queue], {'T${X}': {Type: 'AWS::${X}'}}]}").items;
        assert_eq!(kinds, [("AWS::SNS::Topic".to_owned(), 1), ("AWS::SQS::Queue".to_owned(), 1)]);
    }

    /// A template, what is passed over in it and why, and how many resources are counted.
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], usize);

    #[test]
    fn what_cannot_be_seen_is_said() {
        let bucket = "B: {Type: AWS::S3::Bucket}";
        let cases: &[Case<'_>] = &[
            (
                &format!("Resources: {{Fn::Transform: {{Name: AWS::Include}}, {bucket}}}"),
                &[("AWS::Include", INCLUDE)],
                1,
            ),
            (
                &format!("Resources: {{I: !Transform {{Name: AWS::Include}}, {bucket}}}"),
                &[("AWS::Include", INCLUDE)],
                1,
            ),
            (
                &format!("Transform: [{{Name: AWS::Include}}, AWS::LanguageExtensions]\nResources: {{{bucket}}}"),
                &[("AWS::Include", INCLUDE)],
                1,
            ),
            (&format!("Transform: OurMacro\nResources: {{{bucket}}}"), &[("OurMacro", MACRO)], 1),
            (&format!("Transform: AWS::Serverless-2016-10-31\nResources: {{{bucket}}}"), &[], 1),
            (
                "Resources: {B: {Type: AWS::S3::Bucket, Properties: {Fn::Transform: {Name: AWS::Include}}}}",
                &[("AWS::Include", INCLUDE)],
                1,
            ),
            ("Resources: {S: {Type: AWS::CloudFormation::Stack}}", &[("S", NESTED)], 1),
            (
                "Resources: {A: {Properties: {}}, B: {Type: !Ref X}, C:, D: text}",
                &[("A", NO_TYPE), ("B", NO_TYPE), ("C", NO_TYPE), ("D", NO_TYPE)],
                0,
            ),
            ("Resources: { ! }", &[(NO_NAME, NO_TYPE)], 0),
        ];
        for (text, ignored, items) in cases {
            let seen = seen(text);
            let names: Vec<_> = seen.ignored.iter().map(|(name, reason)| (&**name, *reason)).collect();
            assert_eq!((&names[..], seen.items.len()), (*ignored, *items), "{text}");
        }
    }

    #[test]
    fn values_are_known_open_or_unset() {
        let cases = [
            ("Engine: aurora", "Engine", &["aurora"][..], true),
            ("Engine: !Ref E", "Engine", &["aurora"], false),
            // Whatever it is, it is set.
            ("Engine: !Ref E", "Engine", &["*"], true),
            ("Engine: {Ref: E}", "Engine", &["*"], true),
            ("Engine: !Ref AWS::NoValue", "Engine", &["*"], false),
            ("Engine: {Ref: 'AWS::NoValue'}", "Engine", &[], true),
            ("Engine: !If [A, aurora, mysql]", "Engine", &["aurora"], false),
            ("A: {B: [{C: x}, {C: y}]}", "A.B.C", &["y"], true),
            ("A: {B: []}", "A.B", &[], true),
            ("A: 1", "B", &[], true),
            ("Fn::Transform: {Name: AWS::Include}", "B", &[], false),
        ];
        for (properties, path, patterns, fits) in cases {
            let seen = seen(&format!("Resources: {{R: {{Type: T, Properties: {{{properties}}}}}}}"));
            assert_eq!(
                (seen.attributes[0].matches(path, patterns) == Match::Yes),
                fits,
                "{properties} {path} {patterns:?}"
            );
        }
        let open = seen("Resources: {R: {Type: T, Properties: !If [A, {B: 1}, {B: 2}]}}");
        assert!(!(open.attributes[0].matches::<&str>("B", &[]) == Match::Yes), "it may be set");
        let looped = seen("Resources: {'Fn::ForEach::A': [X, [a], {R: {Type: T, Properties: {B: 'x${X}'}}}]}");
        assert!(
            (looped.attributes[0].matches("B", &["*"]) == Match::Yes)
                && !(looped.attributes[0].matches("B", &["x*"]) == Match::Yes)
        );
    }

    #[test]
    fn globals_hold_where_a_function_is_silent() {
        let text = "Globals: {Function: {Runtime: python3.13, CapacityProviderConfig: {Arn: !GetAtt P.Arn}}}\n\
                    Resources:\n  F: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}\n  \
                    G: {Type: AWS::Serverless::Function, Properties: {Runtime: provided.al2023}}\n  \
                    H: {Type: AWS::Lambda::Function}\n";
        let runtimes: Vec<_> = seen(text)
            .attributes
            .iter()
            .map(|own| {
                (
                    (own.matches("Runtime", &["python*"]) == Match::Yes),
                    (own.matches("CapacityProviderConfig.Arn", &["*"]) == Match::Yes),
                )
            })
            .collect();
        assert_eq!(runtimes, [(true, true), (false, true), (false, false)]);
        // More than anybody writes: it is set, and to what is not looked into.
        let many = (0..1000).map(|n| format!("V{n}: x, ")).collect::<Vec<_>>().concat();
        let text = format!(
            "Globals: {{Function: {{Environment: {{{many}}}, Runtime: x}}}}\nResources: {{F: {{Type: AWS::Serverless::Function}}}}"
        );
        let own = &seen(&text).attributes[0];
        assert!(
            (own.matches("Environment", &["*"]) == Match::Yes)
                && (own.matches("Runtime", &["x"]) == Match::Yes)
                && !(own.matches("Environment.V1", &["x"]) == Match::Yes)
        );
    }

    #[test]
    fn a_template_is_found_in_what_holds_it() {
        let body = r#"{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}"#;
        let quoted = serde_json::to_string(body).expect("JSON");
        let yaml = serde_json::to_string("Resources:\n  B:\n    Type: AWS::S3::Bucket\n").expect("JSON");
        for text in [
            format!("{{\"TemplateBody\": {body}, \"StagesAvailable\": [\"Original\"]}}"),
            format!("{{\"TemplateBody\": {quoted}}}"),
            format!("{{\"TemplateBody\": {yaml}}}"),
            format!("{{\"template\": {quoted}, \"previousTemplate\": null, \"changedResources\": []}}"),
        ] {
            assert_eq!(seen(&text).items, [("AWS::S3::Bucket".to_owned(), 1)], "{text}");
        }
    }
}
