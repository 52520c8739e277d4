//! `whose controls`, and what it shares with the exports: one answer for a control in a service, whoever tells it.

#![cfg(feature = "cli")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{answer, fed, whose};
use serde_json::Value;

fn records(args: &[&str]) -> Vec<Value> {
    answer(args).lines().map(|line| serde_json::from_str(line).expect("ndjson parses")).collect()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value[name].as_array().into_iter().flatten()
}

fn id_of(record: &Value) -> String {
    match record["mode"].as_str() {
        Some(mode) => format!("{}@{mode}", text(record, "service")),
        None => text(record, "service").to_owned(),
    }
}

/// Services of every kind: with modes, with a third party, with layers that are shared.
const SERVICES: [&str; 10] = ["ec2", "rds", "s3", "lambda", "eks", "rosa", "kms", "vpc", "elasticache", "workspaces"];

fn with<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<&'a str> {
    [before, &SERVICES, after].concat()
}

#[test]
fn controls_caiq_crm_and_oscal_agree_on_every_cell() {
    let records = records(&with(&["controls"], &["--baseline", "high", "-o", "ndjson"]));
    let mut cells: BTreeMap<(String, String), &Value> = BTreeMap::new();
    for record in &records {
        cells.insert((text(record, "control").to_owned(), id_of(record)), record);
    }
    assert_eq!(cells.len(), records.len(), "one record a control and service");
    let ids: BTreeSet<String> = cells.keys().map(|(_, id)| id.clone()).collect();
    oscal_agrees(&cells);
    crm_agrees(&cells, ids.len());
    caiq_agrees(&cells);
}

fn oscal_agrees(cells: &BTreeMap<(String, String), &Value>) {
    let document: Value = serde_json::from_str(&answer(&with(&["export", "oscal"], &[]))).expect("OSCAL is JSON");
    let mut told: BTreeMap<(String, String), &Value> = BTreeMap::new();
    for component in list(&document["component-definition"], "components") {
        let property =
            |name: &str| list(component, "props").find(|one| text(one, "name") == name).map(|one| text(one, "value"));
        let service = property("service").expect("a component is of a service");
        let id = property("mode").map_or_else(|| service.to_owned(), |mode| format!("{service}@{mode}"));
        let implementations = list(component, "control-implementations");
        for requirement in implementations
            .filter(|one| text(one, "source").contains("SP-800-53"))
            .flat_map(|one| list(one, "implemented-requirements"))
        {
            let (family, number) = text(requirement, "control-id").split_once('-').expect("family-number");
            let number = match number.split_once('.') {
                Some((number, enhancement)) => format!("{number}({enhancement})"),
                None => number.to_owned(),
            };
            told.insert((format!("{}-{number}", family.to_uppercase()), id.clone()), requirement);
        }
    }
    for (key, record) in cells {
        let Some(requirement) = told.get(key) else {
            assert_eq!(text(record, "responsibility"), "not-addressed", "{key:?}");
            continue;
        };
        let properties = || list(requirement, "props");
        let says = properties().find(|one| text(one, "name") == "control-responsibility").expect("it says so");
        assert_eq!(text(says, "value"), text(record, "responsibility"), "{key:?}");
        let layers: Vec<&str> =
            properties().filter(|one| text(one, "name") == "responsibility").map(|one| text(one, "group")).collect();
        assert_eq!(layers, list(record, "layers").filter_map(Value::as_str).collect::<Vec<_>>(), "{key:?}");
        let roles: BTreeSet<&str> = list(requirement, "responsible-roles").map(|role| text(role, "role-id")).collect();
        let has = |side: &str| list(record, side).next().is_some();
        assert!(!has("aws") || roles.contains("provider"), "{key:?}: {roles:?}");
        assert!(!has("customer") || roles.contains("customer"), "{key:?}: {roles:?}");
        for duty in list(record, "aws").chain(list(record, "customer")).filter_map(Value::as_str) {
            assert!(text(requirement, "description").contains(duty), "{key:?}: {duty}");
        }
    }
}

fn crm_agrees(cells: &BTreeMap<(String, String), &Value>, services: usize) {
    let sheet = answer(&with(&["export", "csv"], &["--profile", "fedramp-crm", "--baseline", "high"]));
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(sheet.as_bytes()).into_records().map(|row| row.expect("csv parses")).collect();
    for row in &rows[1..] {
        let (control, word, told) = (&row[0], &row[1], &row[2]);
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, responsibility) in [
            ("Inherited", "inherited"),
            ("Shared", "shared"),
            ("Customer", "customer"),
            ("Third party", "third-party"),
            ("Not addressed here", "not-addressed"),
        ] {
            let named = told.split(". ").find_map(|part| part.strip_prefix(name)?.strip_prefix(": "));
            seen.extend(
                named.into_iter().flat_map(|ids| ids.trim_end_matches('.').split(", ")).map(|id| (id, responsibility)),
            );
        }
        assert_eq!(seen.len(), services, "{control}: {told}");
        for (id, responsibility) in &seen {
            let record = cells[&(control.to_owned(), (*id).to_owned())];
            assert_eq!(text(record, "responsibility"), *responsibility, "{control} {id}");
        }
        let all: BTreeSet<&str> = seen.values().copied().collect();
        let wanted = match &all.iter().copied().collect::<Vec<_>>()[..] {
            ["inherited"] => "Yes",
            ["customer"] | ["customer", "not-addressed"] => "No",
            ["not-addressed"] => "",
            _ => "Partial",
        };
        assert_eq!(word, wanted, "{control}: {told}");
    }
    assert_eq!(rows.len() - 1, cells.len() / services);
}

/// CAIQ's rows are layers, of which a control's answer is the sum.
fn caiq_agrees(cells: &BTreeMap<(String, String), &Value>) {
    let sheet = answer(&with(&["export", "csv"], &["--profile", "caiq"]));
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for row in csv::Reader::from_reader(sheet.as_bytes()).into_records() {
        let row = row.expect("csv parses");
        owners.insert(row[0].trim_start_matches("whose:").to_owned(), row[3].to_owned());
    }
    for ((control, id), record) in cells {
        for layer in list(record, "layers").filter_map(Value::as_str) {
            let owner = &*owners[&format!("{id}/{layer}")];
            let fits = match text(record, "responsibility") {
                // Every part is AWS's, or AWS's with duties of the customer's that bear on other controls.
                "inherited" => ["CSP-owned", "Shared CSP and CSC"].contains(&owner),
                "customer" => owner == "CSC-owned",
                "third-party" => !owner.contains("CSC-owned"),
                _ => true,
            };
            assert!(fits, "{control} {id} {layer}: {owner}, {record}");
        }
    }
}

#[test]
fn a_control_is_asked_for_in_every_spelling() {
    let wanted = answer(&["controls", "rds", "--control", "AC-2", "-o", "json"]);
    for spelling in ["ac-2", "AC-02", "ac_2", "AC 2"] {
        assert_eq!(answer(&["controls", "rds", "--control", spelling, "-o", "json"]), wanted, "{spelling}");
    }
    assert_eq!(answer(&["rds", "AC-2", "-o", "json"]), wanted);
    assert_eq!(answer(&["AC-02", "-o", "json"]), answer(&["controls", "--control", "AC-2", "-o", "json"]));
    assert_eq!(answer(&["duties", "--control", "cp-9.1"]), answer(&["duties", "--control", "CP-9(1)"]));
    let resolved = records(&["resolve", "ac-02.03", "-o", "ndjson"]);
    assert_eq!((text(&resolved[0], "kind"), text(&resolved[0], "control")), ("control", "AC-2(3)"));
}

#[test]
fn a_control_that_nist_does_not_have_is_refused_with_the_nearest() {
    for (args, near) in [
        (&["controls", "rds", "--control", "AC-99"][..], "did you mean `AC-9`"),
        (&["controls", "--control", "AC-2(10)"], "did you mean `AC-2`"),
        (&["controls", "--control", "access"], "is not among the controls"),
        (&["duties", "--control", "SI-2("], "did you mean `SI-2`"),
        (&["duties", "--control", ""], "write it as SI-2"),
        (&["AC-99"], "did you mean `AC-9`"),
        (&["matrix", "AC-2"], "try: whose controls --control AC-2"),
    ] {
        let read = whose(args);
        assert_eq!((read.code, &*read.out), (Some(2), ""), "{args:?}: {}", read.err);
        assert!(read.err.contains(near), "{args:?}: {}", read.err);
    }
}

#[test]
fn a_baseline_leaves_nothing_out() {
    let count = |args: &[&str]| records(&[&["controls"], args, &["-o", "ndjson"]].concat()).len();
    assert_eq!(count(&["rds", "--baseline", "low"]), 149);
    assert_eq!(count(&["rds", "s3", "--baseline", "moderate"]), 2 * 287);
    // The model itself, by category.
    assert_eq!(count(&["--baseline", "privacy"]), 3 * 96);
    let page = answer(&["controls", "rds", "--baseline", "moderate", "-o", "table"]);
    assert!(page.contains("Not addressed here: ") && page.contains(" of 287"), "{page}");
}

#[test]
fn what_nothing_bears_on_is_said_to_be_not_addressed_and_ends_with_1() {
    let every: BTreeSet<String> =
        records(&["controls", "rds", "-o", "ndjson"]).iter().map(|record| text(record, "control").to_owned()).collect();
    let open = records(&["controls", "rds", "--baseline", "high", "-o", "ndjson"])
        .iter()
        .map(|record| text(record, "control").to_owned())
        .find(|control| !every.contains(control))
        .expect("not every control is addressed");
    let read = whose(&["controls", "rds", "--control", &open, "-o", "ndjson"]);
    let record = read.json();
    assert_eq!(read.code, Some(1), "{open}");
    assert_eq!((text(&record, "responsibility"), &record["basis"]), ("not-addressed", &Value::Null));
}

#[test]
fn an_inventory_is_answered_for_what_is_in_it() {
    let plan = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/inventories/plan.json");
    let wanted = answer(&["controls", "--from", plan, "-o", "json"]);
    let piped = fed(&["controls", "-", "-o", "json"], std::fs::read(plan).expect("a plan"));
    assert_eq!(piped.out, wanted);
    let document: Value = serde_json::from_str(&wanted).expect("json parses");
    let used: BTreeSet<String> = list(&document, "results").map(id_of).collect();
    let matrix: Value = serde_json::from_str(&answer(&["matrix", "--from", plan, "-o", "json"])).expect("json parses");
    assert_eq!(used, list(&matrix, "results").map(id_of).collect());
    for name in ["unmatched", "ignored"] {
        assert_eq!(document[name], matrix[name], "{name}");
    }
    // A pipe that nobody named is no inventory.
    assert_eq!(answer(&["controls", "--control", "PE-3"]).lines().count(), 3);
    // Exports take the same.
    let part = answer(&["export", "csv", "--from", plan]);
    assert!(part.lines().count() > 18 && part.lines().count() < answer(&["export", "csv"]).lines().count());
}

#[test]
fn markdown_and_html_are_the_pivot_with_details() {
    let markdown = answer(&["controls", "rds", "s3", "-o", "markdown"]);
    assert!(markdown.contains("| Control | Title | rds | s3 |"), "{markdown}");
    assert!(markdown.contains("\n## PE-3 Physical Access Control\n"), "{markdown}");
    let html = answer(&["controls", "rds", "s3", "-o", "html"]);
    assert!(html.contains("<a href=\"#PE-3\">") && html.contains("id=\"PE-3\""));
    assert!(!html.contains("<link") && !html.contains(" src="));
}

#[test]
fn duties_by_control_come_from_everywhere() {
    let everywhere = records(&["duties", "--control", "SI-2", "-o", "ndjson"]);
    assert!(everywhere.iter().any(|record| record["service"].is_null()), "the categories'");
    assert!(everywhere.iter().any(|record| text(record, "service") == "rds"), "a service's own");
    for record in &everywhere {
        assert!(list(record, "controls").any(|control| control == "SI-2"), "{record}");
    }
    let lines: BTreeSet<String> = everywhere.iter().map(Value::to_string).collect();
    assert_eq!(lines.len(), everywhere.len(), "each once");
}

#[test]
fn a_control_outside_the_baseline_is_named() {
    let read = whose(&["controls", "rds", "--control", "SI-2,AC-2(11)", "--baseline", "low", "-o", "tsv"]);
    assert_eq!((read.code, read.out.lines().count()), (Some(0), 1));
    assert_eq!(read.err, "AC-2(11) is not in the low baseline; to see it, leave out --baseline\n");
    let none = whose(&["controls", "rds", "--control", "AC-2(11)", "--baseline", "low", "-o", "tsv"]);
    assert_eq!((none.code, &*none.out), (Some(1), ""));
    assert!(none.err.contains("AC-2(11) is not in the low baseline"), "{}", none.err);
}
