//! Every kind of name, and every trap: the program answers what `names.tsv` says, which was written apart from the data.

#![cfg(feature = "cli")]

#[path = "../common/mod.rs"]
mod common;
mod published;

use std::collections::{BTreeMap, BTreeSet};

const NAMES: &str = include_str!("../names.tsv");

/// A line of the file: the name, what it means, and how that is found.
fn lines() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    NAMES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [name, means, how] = cells[..] else { panic!("three columns are wanted: {line}") };
        (name, means, how)
    })
}

/// What the program answers to a stream of names, some of which mean nothing: a record a line.
fn answers<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.collect();
    let read = common::fed(&["resolve", "-", "-o", "tsv"], names.join("\n"));
    assert_eq!(read.code, Some(1), "some names mean nothing: {}", read.err);
    assert_eq!(read.out.lines().count(), names.len(), "one record for every name: {}", read.err);
    read.out
}

#[test]
fn every_name_means_what_it_should() {
    let answers = answers(lines().map(|(name, ..)| name));
    let mut offenders = Vec::new();
    for ((name, means, how), answer) in lines().zip(answers.lines()) {
        let cells: Vec<&str> = answer.split('\t').collect();
        let [asked, services, mode, found, "-"] = cells[..] else { panic!("five columns are promised: {answer}") };
        let mut services: Vec<&str> = services.split_whitespace().filter(|id| *id != "-").collect();
        services.sort_unstable();
        let mut said = if services.is_empty() { "-".to_owned() } else { services.join(",") };
        if mode != "-" {
            said += &format!("@{mode}");
        }
        if (asked, &*said, found) != (name, means, how) {
            offenders.push(format!("{name}: {means} ({how}) is right; {said} ({found}) is the answer"));
        }
    }
    assert!(offenders.is_empty(), "{} of {}\n{}", offenders.len(), lines().count(), offenders.join("\n"));
}

#[test]
fn every_group_of_traps_is_there() {
    let mut groups: BTreeMap<u8, u32> = BTreeMap::new();
    let mut group = None;
    for line in NAMES.lines() {
        if line.is_empty() || line.starts_with('#') {
            let number = line.strip_prefix("# group ").and_then(|rest| rest.split_once(": "));
            group = number.map(|(number, _)| number.parse().expect("a group has a number"));
        } else if let Some(group) = group {
            *groups.entry(group).or_default() += 1;
        }
    }
    assert_eq!(groups.keys().copied().collect::<Vec<_>>(), (1..=20).collect::<Vec<u8>>());
}

#[test]
fn no_name_stands_twice() {
    let mut seen = BTreeSet::new();
    let twice: Vec<&str> = lines().map(|(name, ..)| name).filter(|name| !seen.insert(*name)).collect();
    assert_eq!(twice, Vec::<&str>::new());
}
