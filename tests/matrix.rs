//! The matrix as people and programs get it: what is folded, what a filter leaves, the pivot, the document.

#![cfg(feature = "cli")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::whose;
use serde_json::Value;

/// The records of `args`, by service with its mode and by layer.
fn records(args: &[&str]) -> BTreeMap<(String, String), Value> {
    let read = whose(&[args, &["-o", "ndjson"]].concat());
    let record = |line| {
        let record: Value = serde_json::from_str(line).expect("a record");
        let text = |field: &str| record[field].as_str().unwrap_or_default().to_owned();
        let mode = text("mode");
        let name = if mode.is_empty() { text("service") } else { format!("{}@{mode}", text("service")) };
        ((name, text("layer")), record)
    };
    read.out.lines().map(record).collect()
}

/// Who holds the layer of a record, as the pivot says it.
fn holder(record: &Value) -> String {
    let party = record["party"].as_str().expect("a party");
    let has_part = record["customer"].as_array().is_some_and(|duties| !duties.is_empty());
    if party == "aws" && has_part { "aws+".to_owned() } else { party.to_owned() }
}

const ESTATE: [&str; 3] = ["matrix", "--from", "tests/inventories/modes.json"];

#[test]
fn diff_leaves_the_layers_that_have_not_one_holder() {
    for names in [&["ec2", "ecs@fargate"][..], &["rds", "s3"], &["rosa", "eks@fargate", "ec2"]] {
        let args = [&["matrix"], names].concat();
        let all = records(&args);
        let mut holders: BTreeMap<&String, BTreeSet<String>> = BTreeMap::new();
        for ((_, layer), record) in &all {
            let third = record["third_party"]["name"].as_str().filter(|_| record["party"] == "third-party");
            holders.entry(layer).or_default().insert(holder(record) + third.unwrap_or_default());
        }
        let differing: BTreeSet<&String> =
            holders.iter().filter(|(_, own)| own.len() > 1).map(|(layer, _)| *layer).collect();
        let left = records(&[&args[..], &["--diff"]].concat());
        let layers: BTreeSet<&String> = left.keys().map(|(_, layer)| layer).collect();
        assert_eq!(layers, differing, "{names:?}");
        assert_eq!(left.len(), names.len() * differing.len(), "{names:?}");
        assert!(differing.iter().any(|layer| *layer == "guest-os"), "{names:?}: {differing:?}");
    }
}

#[test]
fn what_is_empty_says_so_in_every_format_for_people() {
    for args in [&["matrix", "ec2", "--diff"][..], &["matrix", "s3", "sqs", "--party", "third-party", "--layer", "os"]]
    {
        for format in ["table", "markdown", "html"] {
            let read = whose(&[args, &["-o", format]].concat());
            assert_eq!(
                (read.code, read.said.first().map(String::as_str)),
                (Some(1), Some("nothing matched these filters"))
            );
            assert!(read.out.contains("nothing matched these filters"), "{format}: {}", read.out);
        }
        let read = whose(args);
        assert_eq!((read.code, &*read.out), (Some(1), ""));
    }
}

#[test]
fn what_a_filter_hides_is_said_where_the_matrix_is_read() {
    for format in ["table", "markdown", "html"] {
        let read = whose(&["matrix", "rds", "s3", "--layer", "os", "--party", "customer,shared", "-o", format]);
        assert_eq!(read.said.last().map(String::as_str), Some("1 more has a part of yours (1 AWS+): --party mine"));
        assert!(
            format == "table" || read.out.contains("1 more has a part of yours (1 AWS+): --party mine"),
            "{}",
            read.out
        );
    }
}

#[test]
fn a_folded_line_holds_for_every_service_of_the_table() {
    // Of the operating system only EC2's cell is left; that is no agreement of all.
    let table = whose(&["matrix", "ec2", "rds", "s3", "--party", "customer", "-o", "table"]).out;
    let (folded, rest) = table.split_once("\n\n").expect("folded lines stand first");
    assert!(folded.starts_with("you in all  ") && !folded.contains("guest-os"), "{table}");
    let os = rest.lines().find(|line| line.starts_with("guest-os")).expect("the row is there");
    assert_eq!(os.split_whitespace().collect::<Vec<_>>(), ["guest-os", "you"]);
    assert!(!table.contains("AWS in all"), "{table}");
}

#[test]
fn wide_is_a_row_for_each_service_and_a_column_for_each_layer() {
    let csv = whose(&[&ESTATE[..], &["--wide", "-o", "csv"]].concat()).out;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let all = records(&ESTATE);
    let mut cells = 0;
    for row in reader.records().map(|row| row.expect("csv parses")) {
        let name = if row[1].is_empty() { row[0].to_owned() } else { format!("{}@{}", &row[0], &row[1]) };
        let derived: Vec<&str> =
            row[header.iter().position(|column| column == "derived").expect("a column")].split(' ').collect();
        for (column, cell) in header.iter().zip(row.iter()) {
            if let Some(record) = all.get(&(name.clone(), column.clone())) {
                assert_eq!(cell, holder(record), "{name} {column}");
                assert_eq!(derived.contains(&&**column), record["basis"] == "derived", "{name} {column}");
                assert_eq!(row[2], record["resources"].to_string(), "{name}");
                cells += 1;
            }
        }
    }
    assert_eq!(cells, all.len());
    // Only the layers that are left, and the same in a pipe.
    let two = whose(&["matrix", "rds", "s3", "--layer", "os,tls", "--wide"]).out;
    assert!(two.lines().all(|line| line.split('\t').count() == 10), "{two}");
    let refused = whose(&["matrix", "rds", "--wide", "-o", "json"]);
    assert_eq!((refused.code, &*refused.out), (Some(2), ""));
}

#[test]
fn services_stand_in_the_order_that_is_asked_for() {
    let services = |more: &[&str]| -> Vec<String> {
        let read = whose(&[&["matrix", "s3", "rds", "ec2", "--layer", "os,platform"], more, &["--wide"]].concat());
        read.out.lines().filter_map(|line| line.split('\t').next()).map(str::to_owned).collect()
    };
    assert_eq!(services(&[]), ["s3", "rds", "ec2"]);
    assert_eq!(services(&["--sort", "name"]), ["ec2", "rds", "s3"]);
    assert_eq!(services(&["--sort", "mine"]), ["ec2", "rds", "s3"]);
}

#[test]
fn markdown_is_the_whole_matrix_and_the_duties_are_folded() {
    for (args, rows) in [(&["matrix", "rds", "s3"][..], 18), (&ESTATE, 21)] {
        let all = records(args);
        let document = whose(&[args, &["-o", "markdown"]].concat()).out;
        let table: Vec<&str> = document.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(table.len(), rows + 2, "{document}");
        let bars = |line: &str| line.replace("\\|", "").matches('|').count();
        assert!(table.iter().all(|line| bars(line) == bars(table[0])), "{document}");
        assert_eq!(document.matches("<details>").count(), document.matches("</details>").count());
        // No duty and no page is lost; the basis stands with them.
        let plain = document.replace('\\', "");
        for ((name, layer), record) in &all {
            for duty in record["customer"].as_array().expect("a list").iter().filter_map(Value::as_str) {
                assert!(plain.contains(duty), "{name} {layer}: {duty}");
            }
            for source in record["sources"].as_array().expect("a list") {
                assert!(document.contains(source["url"].as_str().expect("an address")), "{name} {layer}");
            }
        }
        assert!(document.contains("\n- basis: stated\n") && document.contains("\n- basis: derived\n"));
    }
}
