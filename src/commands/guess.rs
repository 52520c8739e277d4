//! What people type first: a question that `whose` does not take as it was typed, and the command that was probably meant.

use std::path::Path;

use clap::{CommandFactory, Parser, ValueEnum};

use super::{Context, PartyFilter};
use crate::catalogue::model::{Category, Control};
use crate::catalogue::normalize::nearest;
use crate::catalogue::resolve::Meaning;
use crate::cli::Cli;
use crate::output::Format;

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
    ("version", "--version"),
    ("model", "categories"),
    ("shared-responsibility", "categories"),
    ("srm", "categories"),
    ("nist", "controls"),
];

/// Words of a question that say nothing of what it is about.
const FILLERS: &[&str] = &[
    "whose",
    "who",
    "what",
    "which",
    "is",
    "does",
    "do",
    "the",
    "a",
    "for",
    "of",
    "in",
    "on",
    "my",
    "our",
    "secures",
    "secure",
    "owns",
    "manages",
    "patches",
    "patch",
    "responsible",
];

/// A word as it is typed in a shell.
pub(super) fn quote(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '@' | ':' | '.' | '/' | ',' | '+' | '=');
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else if word.contains(['"', '$', '`', '\\', '!']) {
        format!("'{}'", word.replace('\'', "'\\''"))
    } else {
        format!("\"{word}\"")
    }
}

/// Words as they are typed in a shell.
fn typed(words: &[&str]) -> String {
    words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ")
}

/// The command that was probably meant by `words`, as it would be typed.
pub(super) fn guess(words: &[&str], context: &Context<'_>) -> Option<String> {
    let (first, rest) = words.split_first()?;
    let is_service = |word: &&str| matches!(context.catalogue.resolve(word).meaning, Meaning::Service(..));
    let is_layer = |word: &&str| context.catalogue.find_layer(word).is_some();
    let lower = first.to_ascii_lowercase();
    if let ("compare" | "diff", [old, new]) = (&*lower, rest)
        && [old, new].iter().all(|file| Path::new(file).is_file())
    {
        return Some(format!("whose matrix --from {} --against {}", quote(new), quote(old)));
    }
    if matches!(&*lower, "compare" | "diff" | "vs") {
        return Some(format!(
            "whose matrix {} --diff",
            if rest.is_empty() { "ec2 rds".to_owned() } else { typed(rest) }
        ));
    }
    if matches!(&*lower, "docker" | "containers") {
        return Some("whose categories container\n  Docker on AWS: whose ecs, whose eks, whose fargate".to_owned());
    }
    if let Some((_, command)) = SYNONYMS.iter().find(|(word, _)| *word == lower) {
        return Some(typed(&[&["whose", command], rest].concat()));
    }
    if FILLERS.contains(&&*lower) && !rest.is_empty() {
        let left: Vec<&str> =
            rest.iter().copied().filter(|word| !FILLERS.contains(&&*word.to_ascii_lowercase())).collect();
        return match left[..] {
            [service] if is_service(&service) => Some(format!("whose {}", quote(service))),
            [service, layer] if is_service(&service) && is_layer(&layer) => {
                Some(format!("whose {} {}", quote(service), quote(layer)))
            }
            _ => guess(&left, context),
        };
    }
    if Path::new(first).is_file() {
        return Some(format!("whose matrix --from {}", quote(first)));
    }
    if let Some((service, layer)) =
        first.rsplit_once(['@', ':']).filter(|(name, layer)| is_service(name) && is_layer(layer))
    {
        return Some(format!("whose {} {}", quote(service), quote(layer)));
    }
    if let Some(control) = Control::from_spelling(first).filter(|control| context.catalogue.control(*control).is_some())
        && !rest.is_empty()
        && rest.iter().all(is_service)
    {
        return Some(format!("whose controls {} --control {}", typed(rest), quote(&control.to_string())));
    }
    if let [name, word] = words
        && is_service(name)
        && let Ok(party) = PartyFilter::from_str(word, true)
        && let Some(party) = party.to_possible_value()
    {
        return Some(format!("whose matrix {} --party {}", quote(name), party.get_name()));
    }
    match (words, words.split_last()) {
        ([layer, service], _) if is_layer(layer) && is_service(service) => {
            Some(format!("whose {} {}", quote(service), quote(layer)))
        }
        (_, Some((layer, services))) if services.len() > 1 && services.iter().all(is_service) && is_layer(layer) => {
            Some(format!("whose matrix {} --layer {}", typed(services), quote(layer)))
        }
        _ if words.len() > 1 && words.iter().all(is_service) => Some(format!("whose matrix {}", typed(words))),
        _ => quoted(words, context).or_else(|| one_word(words, context)),
    }
}

/// Several services, or a question, in one word of the shell: `rds,s3`, `who patches rds?`.
fn one_word(words: &[&str], context: &Context<'_>) -> Option<String> {
    let [word] = words else { return None };
    let parts: Vec<&str> =
        word.split([' ', ',', ';', '+', '&', '?', '!']).map(str::trim).filter(|part| !part.is_empty()).collect();
    (parts.len() > 1).then(|| guess(&parts, context))?
}

/// A name of several words that nobody quoted, and after it perhaps a layer of several.
fn quoted(words: &[&str], context: &Context<'_>) -> Option<String> {
    (1..=words.len()).rev().map(|cut| words.split_at(cut)).find_map(|(name, layer)| {
        let (name, layer) = (name.join(" "), layer.join(" "));
        let meaning = context.catalogue.resolve(&name).meaning;
        let is_known = layer.is_empty() || context.catalogue.find_layer(&layer).is_some();
        let each = [&*name, &*layer];
        let each = if layer.is_empty() { &each[..1] } else { &each[..] };
        (matches!(meaning, Meaning::Service(..)) && is_known && words.len() > 1)
            .then(|| format!("whose {}", typed(each)))
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

/// What was meant by a flag that other programs have, or that another command has: `words` with it put right, if that is a
/// command that is understood.
#[must_use]
pub fn flag(unknown: &str, words: &[String]) -> Option<String> {
    let at = words.iter().position(|word| word == unknown || word.split('=').next() == Some(unknown))?;
    let (before, behind) = (&words[..at], &words[at + 1..]);
    let (value, after) = match (words[at].split_once('='), behind.split_first()) {
        (Some((_, value)), _) => (Some(value.to_owned()), behind),
        (None, Some((value, after))) if !value.starts_with('-') => (Some(value.clone()), after),
        (None, _) => (None, behind),
    };
    let put = |before: &[String], with: &[&str], after: &[String]| {
        let with = with.iter().map(|word| (*word).to_owned());
        before.iter().cloned().chain(with).chain(after.iter().cloned()).collect::<Vec<_>>()
    };
    let with_value = |with: &[&str]| Some(put(before, &[with, &[&**value.as_ref()?]].concat(), after));
    let mut tries: Vec<Vec<String>> = Vec::new();
    match unknown {
        "-j" | "-J" => tries.push(put(before, &["-o", "json"], behind)),
        "--format" | "-f" | "--out" | "-O" => tries.extend(with_value(&["-o"])),
        "--layer" | "-l" | "--service" | "-s" => tries.extend(with_value(&[])),
        "--file" | "--input" | "-i" => {
            tries.extend(with_value(&["--from"]));
            let with_matrix =
                || Some(put(&put(&["matrix".to_owned()], &[], before), &["--from", value.as_ref()?], after));
            tries.extend(with_matrix());
        }
        // Behind a layer it is a question of yes or no; `matrix` would take the layer for a service.
        "--party" if before.len() > 1 && !before.iter().any(|word| is_command(word)) => {
            tries.extend(with_value(&["--is"]));
        }
        "--verbose" | "-v" => tries.push(put(before, &["--long"], behind)),
        "--mode" | "-m" => tries.extend(value.as_ref().and_then(|mode| {
            let mut put = put(before, &[], after);
            let name = put.iter_mut().find(|word| !word.starts_with('-') && !is_command(word))?;
            name.push_str(&format!("@{mode}"));
            Some(put)
        })),
        _ => {}
    }
    if let Some(format) = unknown.strip_prefix("--").filter(|word| Format::from_str(word, true).is_ok()) {
        tries.push(put(before, &["-o", format], behind));
    }
    // What another command has.
    if !words.iter().any(|word| is_command(word)) {
        let others = ["matrix", "duties", "services", "controls", "gaps", "export"];
        tries.extend(others.map(|command| put(&[command.to_owned()], &[], words)));
    }
    let is_understood =
        |words: &Vec<String>| Cli::try_parse_from(["whose"].into_iter().chain(words.iter().map(|w| &**w))).is_ok();
    let meant = tries.into_iter().find(is_understood)?;
    Some(format!("whose {}", typed(&meant.iter().map(|word| &**word).collect::<Vec<_>>())))
}

fn is_command(word: &str) -> bool {
    Cli::command().find_subcommand(word).is_some()
}
