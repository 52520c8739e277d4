//! The exports for spreadsheets, forms and programs: their columns, words and rows, and the same bytes each time.

#![cfg(feature = "cli")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{answer, command, run, whose};
use serde_json::Value;

/// A sheet: its columns, and its rows by column.
fn sheet(args: &[&str]) -> (Vec<String>, Vec<BTreeMap<String, String>>) {
    let text = answer(args);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns: Vec<String> = reader.headers().expect("csv has a header").iter().map(str::to_owned).collect();
    let rows = reader.deserialize().map(|row| row.expect("csv parses")).collect();
    (columns, rows)
}

/// Every answer of the catalogue, by `service@mode` and layer.
fn answers() -> BTreeMap<(String, String), Value> {
    let services = whose(&["export", "json"]).records();
    let splits = services.iter().flat_map(|service| service["splits"].as_array().expect("splits is a list"));
    let keyed = splits.map(|split| {
        let text = |name: &str| split[name].as_str().unwrap_or_default().to_owned();
        let mode = split["mode"].as_str().map_or_else(String::new, |mode| format!("@{mode}"));
        ((text("service") + &mode, text("layer")), split.clone())
    });
    keyed.collect()
}

#[test]
fn the_default_sheet_has_the_promised_columns_and_a_row_a_service_mode_and_layer() {
    let (columns, rows) = sheet(&["export", "csv"]);
    let promised = "service, name, category, mode, layer, party, sharing, aws, customer, controls, sources, checked, iam, \
                    cloudformation, terraform, billing, catalogue";
    let promised: Vec<&str> = promised.split(", ").collect();
    assert_eq!(columns[..promised.len()], promised);
    // Additions stand at the end.
    let added = "checks, basis, rule, note, third_party, third_party_duties, lifecycle, origin, team";
    assert_eq!(columns[promised.len()..], added.split(", ").collect::<Vec<_>>());

    let services = whose(&["services", "-o", "json"]).records();
    let modes = services.iter().map(|service| service["modes"].as_array().map_or(0, Vec::len).max(1));
    assert_eq!(rows.len(), modes.sum::<usize>() * 18);

    // Each row says what the records say.
    let answers = answers();
    let mut seen = BTreeSet::new();
    for row in &rows {
        let mode = if row["mode"].is_empty() { String::new() } else { format!("@{}", row["mode"]) };
        let key = (row["service"].clone() + &mode, row["layer"].clone());
        let answer = &answers[&key];
        for column in ["party", "sharing", "category", "name", "basis", "rule", "note"] {
            assert_eq!(row[column], answer[column].as_str().unwrap_or_default(), "{key:?} {column}");
        }
        for column in ["aws", "customer", "controls"] {
            let list = answer[column].as_array().expect("a list").iter();
            let list: Vec<&str> = list.map(|item| item.as_str().unwrap_or_default()).collect();
            assert_eq!(row[column], list.join(" "), "{key:?} {column}");
        }
        seen.insert(key);
    }
    assert_eq!(seen.len(), rows.len(), "no row stands twice");
}

#[test]
fn an_overlays_teams_are_a_column_at_the_end() {
    let overlay = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/overlays/odd.yaml");
    let (columns, rows) = sheet(&["export", "csv", "3d-hub", "--catalogue", overlay]);
    assert_eq!(columns.last().map(String::as_str), Some("team"));
    // Not where AWS does everything: facilities, hardware, the network beneath, virtualization.
    assert_eq!(rows.iter().filter(|row| row["team"] == "application team").count(), 11);
    assert_eq!(rows.iter().filter(|row| row["team"] == "platform | \"team\"").count(), 1);
}

#[test]
fn the_caiq_sheet_has_the_forms_columns_and_words() {
    let (columns, mut rows) = sheet(&["export", "csv", "--profile", "caiq"]);
    assert_eq!(
        columns,
        [
            "Question ID",
            "Question",
            "CSP CAIQ Answer",
            "SSRM Control Ownership",
            "CSP Implementation Description (Optional/Recommended)",
            "CSC Responsibilities (Optional/Recommended)",
        ]
    );
    let about = rows.remove(0);
    assert_eq!(about["Question ID"], "whose:about");
    for said in ["CSP) of this sheet is AWS", "turn it round", "AWS Artifact", "Nothing here says", "CAIQ 4.0", "4.1"] {
        assert!(about["Question"].contains(said), "{said}: {about:?}");
    }

    // What holds in every service stands once, before the services.
    rows.retain(|row| !row["Question ID"].starts_with("whose:every-service/"));
    let answers = answers();
    let mut seen = BTreeSet::new();
    for row in &rows {
        let id = row["Question ID"].strip_prefix("whose:").expect("ours");
        let (service, layer) = id.split_once('/').expect("service/layer");
        let key = (service.to_owned(), layer.to_owned());
        let answer = &answers[&key];
        seen.insert(key);
        assert_ne!(answer["lifecycle"]["stage"], "ended", "{id}: only where it is named");
        let empty = |side: &str| answer[side].as_array().is_some_and(Vec::is_empty);
        // The words of the form's drop-down list.
        let owner = match answer["party"].as_str() {
            Some("aws") if empty("customer") => "CSP-owned",
            Some("customer") => "CSC-owned",
            Some("third-party") if empty("customer") && empty("aws") => "3rd-party outsourced",
            Some("third-party") if empty("customer") => "Shared CSP and 3rd-party",
            _ => "Shared CSP and CSC",
        };
        assert_eq!(row["SSRM Control Ownership"], owner, "{id}");
        // CSA defines it as fully responsible.
        let left = &row["CSC Responsibilities (Optional/Recommended)"];
        assert!(owner != "CSP-owned" || left.is_empty(), "{id}: {left}");
        let described = &row["CSP Implementation Description (Optional/Recommended)"];
        match answer["sharing"].as_str() {
            Some("dependent") => assert!(described.starts_with("Dependent: "), "{id}: {described}"),
            Some("independent") => assert!(described.starts_with("Independent: "), "{id}: {described}"),
            _ => assert!(!described.contains("ependent: "), "{id}: {described}"),
        }
        // Whether it is done is for the one who fills the form in to say.
        assert_eq!(row["CSP CAIQ Answer"], "", "{id}");
    }
    let in_use = answers.iter().filter(|(_, answer)| answer["lifecycle"]["stage"] != "ended").count();
    assert_eq!((rows.len(), seen.len()), (in_use, in_use));
}

#[test]
fn an_ended_service_is_in_a_form_only_where_it_is_named() {
    let answers = answers();
    let is_ended = |(_, answer): &(&(String, String), &Value)| answer["lifecycle"]["stage"] == "ended";
    let ended = &answers.iter().find(is_ended).expect("AWS has ended some").0.0;
    let has = |args: &[&str]| sheet(args).1.iter().any(|row| row["Question ID"] == format!("whose:{ended}/guest-os"));
    assert!(!has(&["export", "csv", "--profile", "caiq"]), "{ended}");
    assert!(has(&["export", "csv", ended, "--profile", "caiq"]), "{ended}");
    let read = whose(&["export", "csv", "--profile", "caiq"]);
    assert!(read.err.contains("that AWS has ended are not in the form"), "{}", read.err);
}

#[test]
fn the_fedramp_sheet_has_the_forms_columns_and_a_row_a_control() {
    let (columns, mut rows) = sheet(&["export", "csv", "rds", "s3", "--profile", "fedramp-crm"]);
    let [id, inherited, what] =
        ["Control ID", "Can Be Inherited from CSP", "Specific Inheritance and Customer Agency/CSP Responsibilities"];
    assert_eq!(columns, [id, inherited, what]);
    let about = rows.remove(0);
    assert_eq!(about[id], "whose:about");
    for said in ["CSP) of this sheet is AWS", "turn it round", "AWS Artifact", "Nothing here says", "Rev 5"] {
        assert!(about[what].contains(said), "{said}: {about:?}");
    }
    let ids: Vec<&str> = rows.iter().map(|row| &*row[id]).collect();
    assert_eq!(ids.len(), include_str!("oscal/controls.txt").lines().count(), "a row a control");
    for row in &rows {
        assert!(["", "Yes", "No", "Partial"].contains(&&*row[inherited]), "{row:?}");
        assert!(!row[what].is_empty() && row[what].chars().count() <= 32_767, "{row:?}");
        let has = |text: &str| row[what].contains(text);
        match &*row[inherited] {
            "" => assert_eq!(row[what], "Not addressed here: rds, s3."),
            "Yes" => assert_eq!(row[what], "Inherited: rds, s3."),
            "No" => assert!(has("Customer: ") && !has("Shared: ") && !has("Inherited: "), "{row:?}"),
            _ => assert!(has("duties: "), "{row:?}"),
        }
    }
    let moderate = sheet(&["export", "csv", "rds", "--profile", "fedramp-crm", "--baseline", "moderate"]).1;
    assert_eq!(moderate.len(), 1 + 287);
}

#[test]
fn what_makes_no_form_is_refused() {
    for (args, advice) in [
        (&["export", "csv", "--profile", "fedramp-crm"][..], "try: whose export csv rds s3 --profile fedramp-crm"),
        (&["export", "csv", "rds", "--baseline", "low"], "--baseline is for the form fedramp-crm"),
        (&["export", "oscal", "no-such-service-at-all"], "no service is called"),
    ] {
        let read = whose(args);
        assert_eq!((read.code, &*read.out), (Some(2), ""), "{args:?}");
        assert!(read.err.contains(advice), "{args:?}: {}", read.err);
    }
}

#[test]
fn a_profile_of_another_form_is_refused() {
    let read = whose(&["export", "json", "--profile", "caiq"]);
    assert_eq!((read.code, &*read.out), (Some(2), ""));
    assert!(read.err.contains("try: whose export csv --profile caiq"), "{}", read.err);
}

#[test]
fn exports_are_the_same_bytes_wherever_and_whenever_they_are_made() {
    for args in [
        &["export", "json"][..],
        &["export", "csv"],
        &["export", "oscal"],
        &["export", "csv", "--profile", "caiq"],
        &["export", "csv", "rds", "ec2", "--profile", "fedramp-crm"],
        &["controls", "rds", "ec2", "-o", "json"],
        &["controls", "rds", "ec2", "-o", "html"],
    ] {
        let here = run(command(args).env("LC_ALL", "C").env("TZ", "UTC").env("COLUMNS", "60"));
        let there = run(command(args)
            .current_dir(std::env::temp_dir())
            .env("LC_ALL", "tr_TR.UTF-8")
            .env("TZ", "Pacific/Kiritimati")
            .env("COLUMNS", "200")
            .env("CLICOLOR_FORCE", "1"));
        assert!(here.code == Some(0) && !here.out.is_empty(), "{args:?}");
        // Not assert_eq: nobody reads a difference of megabytes.
        assert!(here.out == there.out, "{args:?} differs");
    }
    // What is asked for in another order, or twice, is the same export.
    let asked = |names: &[&str]| answer(&[&["export", "oscal"], names].concat());
    assert_eq!(asked(&["rds", "eks"]), asked(&["eks@fargate", "eks", "rds", "rds"]));
}
