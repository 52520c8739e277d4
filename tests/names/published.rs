//! Every name that AWS's SDK, its other published models and Terraform's provider list is answered, and names of one thing
//! mean one service. The lists are written by `.ci/current`, which also asks whether they are still the newest.

use std::collections::{BTreeMap, BTreeSet};

/// A list, and how many lines it has at least, so that one that was cut short is noticed.
const LISTS: &[(&str, &str, usize)] = &[
    ("sdk", include_str!("../published/sdk.txt"), 400),
    ("cloudformation", include_str!("../published/cloudformation.txt"), 1_800),
    ("terraform", include_str!("../published/terraform.txt"), 2_300),
    ("iam", include_str!("../published/iam.txt"), 430),
    ("arn", include_str!("../published/arn.txt"), 2_100),
    ("config", include_str!("../published/config.txt"), 500),
];

fn lines(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

/// Names that rightly mean several services, none, or another one than their neighbours.
fn exceptions() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let rows = lines(include_str!("../published/exceptions.tsv"));
    rows.map(|row| {
        let [name, services, reason] = row[..] else { panic!("three columns are wanted: {row:?}") };
        assert!(reason.ends_with('.'), "{name}: a reason is a sentence");
        (name, services.split(',').filter(|id| *id != "-").collect())
    })
    .collect()
}

/// What the program answers: a set of services, and whether that is one.
fn answers(names: &BTreeSet<&'static str>) -> BTreeMap<&'static str, (BTreeSet<String>, bool)> {
    let text = super::answers(names.iter().copied());
    names
        .iter()
        .zip(text.lines())
        .map(|(name, line)| {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells[0], *name, "records come in order");
            (
                *name,
                (
                    cells[1].split_whitespace().filter(|id| *id != "-").map(str::to_owned).collect(),
                    matches!(cells[3], "exact" | "prefix"),
                ),
            )
        })
        .collect()
}

#[test]
fn every_published_name_is_answered_and_neighbours_agree() {
    let names = LISTS.iter().flat_map(|(_, text, _)| lines(text)).flatten().collect();
    let known = answers(&names);
    let exceptions = exceptions();
    let mut faults = Vec::new();
    for (list, text, least) in LISTS {
        assert!(text.starts_with("# "), "{list}: the first line says of which packages it is made");
        assert!(lines(text).count() >= *least, "{list}: {} lines are too few to be the list", lines(text).count());
        for line in lines(text) {
            let plain: Vec<&str> = line.into_iter().filter(|name| !exceptions.contains_key(name)).collect();
            for name in &plain {
                let (services, answered) = &known[name];
                if !answered {
                    faults.push(format!("{list}: {name} is answered by {services:?}"));
                }
            }
            for pair in plain.windows(2).filter(|pair| known[pair[0]].0 != known[pair[1]].0) {
                let [one, other] = [pair[0], pair[1]].map(|name| format!("{name} means {:?}", known[name].0));
                faults.push(format!("{list}: {one}, {other}"));
            }
        }
    }
    for (name, services) in &exceptions {
        match known.get(name) {
            None => faults.push(format!("exceptions: {name} stands in no list any more")),
            Some((said, _)) if !said.iter().map(String::as_str).eq(services.iter().copied()) => {
                faults.push(format!("exceptions: {name} means {said:?}"));
            }
            Some(_) => {}
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}
