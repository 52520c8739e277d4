//! What people type first: a question that `whose` does not take as it was typed, and the command that was probably meant.

use std::path::Path;

use clap::CommandFactory;

use super::Context;
use crate::catalogue::model::Category;
use crate::catalogue::normalize::nearest;
use crate::catalogue::resolve::Meaning;
use crate::cli::Cli;

/// Words that other programs have for commands of this one; what follows them is kept.
const SYNONYMS: &[(&str, &str)] = &[
    ("list", "services"),
    ("ls", "services"),
    ("search", "services"),
    ("find", "services"),
    ("service", "show"),
    ("get", "show"),
    ("describe", "show"),
    ("layer", "layers"),
    ("category", "categories"),
    ("duty", "duties"),
    ("todo", "duties"),
    ("mat", "matrix"),
    ("gap", "gaps"),
    ("control", "controls"),
    ("validate", "check"),
    ("lint", "check"),
    ("completion", "completions"),
];

/// The command that was probably meant by `words`, as it would be typed.
pub(super) fn guess(words: &[&str], context: &Context<'_>) -> Option<String> {
    let (first, rest) = words.split_first()?;
    let is_service = |word: &&str| matches!(context.catalogue.resolve(word).meaning, Meaning::Service(..));
    let is_layer = |word: &&str| context.catalogue.find_layer(word).is_some();
    let lower = first.to_ascii_lowercase();
    if matches!(&*lower, "compare" | "diff" | "vs") {
        return (!rest.is_empty()).then(|| format!("whose matrix {} --diff", rest.join(" ")));
    }
    if matches!(&*lower, "docker" | "containers") {
        return Some("whose categories container; for Docker on AWS: whose ecs, whose eks, whose fargate".to_owned());
    }
    if matches!(&*lower, "model" | "shared-responsibility" | "srm") {
        return Some("whose categories".to_owned());
    }
    if let Some((_, command)) = SYNONYMS.iter().find(|(word, _)| *word == lower) {
        return Some(["whose", command].iter().chain(rest).copied().collect::<Vec<_>>().join(" "));
    }
    if Path::new(first).is_file() {
        return Some(format!("whose matrix --from {first}"));
    }
    if let Some((service, layer)) =
        first.rsplit_once(['@', ':']).filter(|(name, layer)| is_service(name) && is_layer(layer))
    {
        return Some(format!("whose {service} {layer}"));
    }
    match (words, words.split_last()) {
        ([layer, service], _) if is_layer(layer) && is_service(service) => Some(format!("whose {service} {layer}")),
        (_, Some((layer, services))) if services.len() > 1 && services.iter().all(is_service) && is_layer(layer) => {
            Some(format!("whose matrix {} --layer {layer}", services.join(" ")))
        }
        _ if words.len() > 1 && words.iter().all(is_service) => Some(format!("whose matrix {}", words.join(" "))),
        _ => quoted(words, context),
    }
}

/// A name of several words that nobody quoted, and after it perhaps a layer of several.
fn quoted(words: &[&str], context: &Context<'_>) -> Option<String> {
    let argument = |words: &[&str]| match words {
        [] => String::new(),
        [word] => format!(" {word}"),
        _ => format!(" \"{}\"", words.join(" ")),
    };
    (1..=words.len()).rev().map(|cut| words.split_at(cut)).find_map(|(name, layer)| {
        let meaning = context.catalogue.resolve(&name.join(" ")).meaning;
        let is_known = layer.is_empty() || context.catalogue.find_layer(&layer.join(" ")).is_some();
        (matches!(meaning, Meaning::Service(..)) && is_known && words.len() > 1)
            .then(|| format!("whose{}{}", argument(name), argument(layer)))
    })
}

/// The command of which a word is a misspelling, where it is near no service.
pub(super) fn command(word: &str, context: &Context<'_>) -> Option<String> {
    let is_known = !matches!(context.catalogue.resolve(word).meaning, Meaning::Unknown);
    if is_known || word.parse::<Category>().is_ok() || !context.catalogue.suggestions(word, 1).is_empty() {
        return None;
    }
    nearest(word, Cli::command().get_subcommands().map(clap::Command::get_name), 1).pop()
}

/// What was meant by a flag that other programs have.
#[must_use]
pub fn flag(unknown: &str) -> Option<&'static str> {
    Some(match unknown {
        "--json" | "-j" | "-J" => "-o json",
        "--format" | "-f" | "--out" | "-O" => "-o FORMAT",
        "--yaml" => "-o yaml",
        "--csv" => "-o csv",
        "--mode" | "-m" => "NAME@MODE, for instance lambda@container-image",
        "--layer" | "-l" => "the layer behind the name: whose rds os",
        "--service" | "-s" => "the service by its name alone: whose matrix rds",
        "--file" | "--input" | "-i" => "--from FILE",
        "--verbose" | "-v" => "--long",
        _ => return None,
    })
}
