//! The parts of a resource's address as Terraform writes it: `module.a["k"].data.aws_ami.b[0]`.

/// What follows the modules of an address, with their indexes, and the word `data`; and whether that word is there. Elsewhere
/// it is a name: of a module, of a resource, or a part of a quoted index.
pub(crate) fn resource(text: &str) -> Option<(bool, &str)> {
    let mut rest = text;
    while let Some(module) = rest.strip_prefix("module.") {
        let (_, after) = label(module)?;
        rest = index(after)?.strip_prefix('.')?;
    }
    Some(match rest.strip_prefix("data.") {
        Some(after) => (true, after),
        None => (false, rest),
    })
}

/// A name at the beginning of `text`, and what follows it.
pub(crate) fn label(text: &str) -> Option<(&str, &str)> {
    let word = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-');
    let end = text.find(|char| !word(char)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    name.starts_with(|char: char| char.is_alphabetic() || char == '_').then_some((name, rest))
}

/// What follows the index at the beginning of `text`, if there is one: `[0]`, `["eu.west"]`.
pub(crate) fn index(text: &str) -> Option<&str> {
    let Some(inner) = text.strip_prefix('[') else { return Some(text) };
    let Some(quoted) = inner.strip_prefix('"') else { return inner.split_once(']').map(|(_, rest)| rest) };
    let mut escaped = false;
    let end = quoted.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    quoted[end + 1..].strip_prefix(']')
}
