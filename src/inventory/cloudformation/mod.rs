//! CloudFormation and SAM templates in every legal spelling: JSON, and YAML in block or flow style, with short forms (`!Ref`),
//! quoted keys, comments, anchors and aliases. Also what `get-template` prints and what a Hook is given of a change set, which
//! hold a template in a field.
//!
//! A template is at most 1 MB, so it is read whole, as a tree ([`node`]); [`template`] says what is in it.

use super::{Error, Visitor};
use crate::json;

mod node;
mod template;
mod yaml;

use node::{Node, Value};
use yaml::Kind;

const DIALECT: &str = "CloudFormation template";

/// The largest template. AWS takes 1 MB.
pub(super) const MAX_BYTES: u64 = 16 << 20;

/// The sections that a template may have besides `Resources`.
const SECTIONS: [&str; 11] = [
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Mappings",
    "Conditions",
    "Rules",
    "Transform",
    "Globals",
    "Hooks",
    "Outputs",
];

/// The fields that hold a template as an object or as text: `get-template`, and the input of a Hook for a change set.
const WRAPPERS: [&str; 3] = ["TemplateBody", "resolvedTemplate", "template"];

/// Whether `text` is a template. It is UTF-8 without a byte order mark; if it is not `complete`, it is the first part of a
/// longer text, cut anywhere. A template whose `Resources` stand further down is recognised by its other sections.
pub(super) fn is_template(text: &[u8], complete: bool) -> bool {
    let holds = |word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
    if !holds("Resources") && !SECTIONS.iter().chain(&WRAPPERS).any(|section| holds(section)) {
        return false;
    }
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let keys = yaml::outline(text);
    let kind = |name: &str| keys.iter().find(|(key, _)| key == name).map(|(_, kind)| *kind);
    let wrapped = kind("TemplateBody").is_some_and(|kind| kind != Kind::List)
        || (kind("changedResources").is_some() || kind("previousTemplate").is_some())
            && WRAPPERS.iter().any(|name| kind(name).is_some());
    let resources = kind("Resources") == Some(Kind::Map) && kind("matches").is_none();
    let marked = kind("AWSTemplateFormatVersion") == Some(Kind::Scalar) || kind("Transform").is_some();
    let begun = || {
        let sections = || keys.iter().filter(|(key, _)| SECTIONS.contains(&&**key));
        !complete && sections().count() == keys.len() && sections().any(|(_, kind)| *kind == Kind::Map)
    };
    resources || wrapped || marked || begun()
}

/// Reads a template and hands its resources to `visitor`.
///
/// # Errors
///
/// Text that is not a template, with the line where that is known.
pub(super) fn read(text: &str, visitor: &mut dyn Visitor) -> Result<&'static str, Error> {
    let root = parse(text)?;
    match WRAPPERS.iter().find_map(|name| root.field(name).filter(|_| root.field("Resources").is_none())) {
        Some(Node { value: Value::Text(text), .. }) => template::read(&parse(text)?, visitor)?,
        Some(body) => template::read(body, visitor)?,
        None => template::read(&root, visitor)?,
    }
    Ok(DIALECT)
}

/// A template in JSON or YAML. Comment lines may stand before JSON.
fn parse(text: &str) -> Result<Node, Error> {
    let yaml = || yaml::parse(text).map_err(|fault| Error::Text(fault.line, fault.message));
    let body = without_comments(text);
    if !body.starts_with('{') {
        return yaml();
    }
    node::from_json(body).or_else(|error| {
        // What is not JSON may be YAML in flow style; if it is neither, a quoted key says which was meant.
        let quoted = body[1..].trim_start().starts_with('"');
        let lines = memchr::memchr_iter(b'\n', &text.as_bytes()[..text.len() - body.len()]).count();
        yaml().map_err(|fault| if quoted { json::fault(error, lines).into() } else { fault })
    })
}

/// The text behind the comments, the white space and the mark of a document before it.
fn without_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with('#') || rest.starts_with("---") {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_template_is_recognized() {
        let long = format!("Parameters:\n{}Resources:\n  A: {{}}\n", "  P: {Type: String}\n".repeat(10));
        let cases = [
            ("Resources:\n  A:\n    Type: AWS::S3::Bucket\n", true),
            ("  Resources:\n    A:\n      Type: AWS::S3::Bucket\n", true),
            ("\"Resources\":\n  \"A\": {}\n", true),
            ("'Resources' :\n  A: {}\n", true),
            ("{Resources: {A: {Type: AWS::S3::Bucket}}}", true),
            ("# c\n{\"Resources\": {\"A\": {}}}", true),
            ("{\"Resources\": {\"A\": {}}}", true),
            ("{\"AWSTemplateFormatVersion\": \"2010-09-09\"}", true),
            ("---\nTransform: AWS::Serverless-2016-10-31\n", true),
            ("{\"TemplateBody\": {\"Resources\": {}}}", true),
            ("{\"TemplateBody\": \"Resources: {}\", \"StagesAvailable\": []}", true),
            ("{\"template\": \"Resources: {}\", \"changedResources\": []}", true),
            (&long, true),
            // Lists under the same key are other things, and so are other tools' texts.
            ("{\"Resources\": [{\"Arn\": \"x\"}]}", false),
            ("{\"matches\": [], \"Resources\": {}}", false),
            ("resources:\n  Resources:\n    A: {}\n", false),
            ("template: x\n", false),
            ("Resources are these\n", false),
            ("services:\n  web: {}\n", false),
            ("Description: x\n", false),
            ("rds\ns3\n", false),
            ("", false),
        ];
        for (text, wanted) in cases {
            assert_eq!(is_template(text.as_bytes(), true), wanted, "{text}");
        }
    }

    #[test]
    fn a_first_part_is_recognized_by_its_sections() {
        let cases = [
            ("Description: x\nParameters:\n  P:\n    Ty", true),
            ("{\"Description\": \"x\", \"Mappings\": {\"a\": {\"b\"", true),
            ("Metadata:\n  A: ü", true),
            ("Description: x\n", false),
            ("Parameters:\n  P: 1\nOther:\n  a: 1\n", false),
            ("Parameters: [1]\n", false),
        ];
        for (text, wanted) in cases {
            assert_eq!(is_template(text.as_bytes(), false), wanted, "{text}");
            assert!(!is_template(text.as_bytes(), true), "{text}");
        }
        // Cut in the middle of a character.
        assert!(is_template(&"Metadata:\n  A: ü".as_bytes()[..16], false));
    }

    #[test]
    fn faults_are_told_in_the_notation_that_was_meant() {
        let message = |text: &str| parse(text).expect_err("it is refused").to_string();
        assert!(message("# c\n{\"Resources\": {\"A\": ]}}").starts_with("line 2: not valid JSON: "));
        assert!(message("{Resources: [}").starts_with("line 1: "));
        assert!(!message("{Resources: [}").contains("JSON"));
        assert!(message("Resources:\n  A: [\n").starts_with("line "));
        // One of two resources of a name would be lost, and nobody would know which.
        for (text, fault) in [
            ("Resources:\n  A: {Type: x}\n  B: {}\n  A: {Type: y}\n", "line 4: `A` stands twice"),
            ("Resources:\n  A: {}\nOutputs: {}\n\"Resources\":\n  B: {}\n", "line 4: `Resources` stands twice"),
            ("{\"Resources\": {\n\"A\": {},\n\"A\": {}}}", "line 3: `A` stands twice"),
            ("{\"Resources\": {},\n\"Resources\": {}}", "line 2: `Resources` stands twice"),
        ] {
            assert!(message(text).starts_with(fault), "{text}: {}", message(text));
        }
    }
}
