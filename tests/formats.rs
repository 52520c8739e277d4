//! Every output format of every command is what it says: it parses, it fits the published schema, and it says the same.

use std::process::Command;

use serde_json::{Value, json};

/// The commands that write records, and the definition of their record in the schema.
const COMMANDS: &[(&str, &[&str])] = &[
    ("show", &["show", "rds"]),
    ("show", &["show", "eks"]),
    ("show", &["show", "lambda@container-image", "platform"]),
    ("services", &["services"]),
    ("services", &["services", "--layer", "os", "--party", "customer"]),
    ("categories", &["categories"]),
    ("categories", &["categories", "container"]),
    ("layers", &["layers"]),
    ("layers", &["layers", "os"]),
    ("duties", &["duties"]),
    ("duties", &["duties", "--service", "rds", "--party", "customer"]),
    ("resolve", &["resolve", "aws_lb", "rds", "AWS::EC2::NewThing", "arn:aws:rds:eu-west-1:1:cluster:x"]),
];

fn whose(args: &[&str], format: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_whose"))
        .args(args)
        .args(["-o", format])
        .env_remove("WHOSE_CATALOGUE")
        .output()
        .expect("the program runs");
    assert!(output.status.code().is_some_and(|code| code < 2), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("every format is text")
}

fn schema() -> Value {
    serde_json::from_str(include_str!("../schema/records.json")).expect("the schema is JSON")
}

#[test]
fn json_fits_the_schema() {
    let mut schema = schema();
    for (command, args) in COMMANDS {
        schema["properties"]["results"]["items"] = json!({ "$ref": format!("#/$defs/{command}") });
        let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
        let document: Value = serde_json::from_str(&whose(args, "json")).expect("json parses");
        let faults: Vec<String> =
            validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(faults.is_empty(), "{args:?}\n{}", faults.join("\n"));
        assert!(!document["results"].as_array().expect("results is a list").is_empty(), "{args:?}");
    }
}

#[test]
fn ndjson_and_yaml_say_what_json_says() {
    for (_, args) in COMMANDS {
        let document: Value = serde_json::from_str(&whose(args, "json")).expect("json parses");
        let lines = whose(args, "ndjson");
        let records: Vec<Value> =
            lines.lines().map(|line| serde_json::from_str(line).expect("every line parses")).collect();
        assert_eq!(document["results"], Value::Array(records), "{args:?}");
        let yaml: Value = serde_saphyr::from_str(&whose(args, "yaml")).expect("yaml parses");
        assert_eq!(document, yaml, "{args:?}");
    }
}

#[test]
fn sheets_have_as_many_rows_as_there_are_records() {
    for (command, args) in COMMANDS {
        let document: Value = serde_json::from_str(&whose(args, "json")).expect("json parses");
        let results = document["results"].as_array().expect("results is a list");
        // A category is a record with its splits inside, and a row a split.
        let rows = if *command == "categories" { results.len() * 18 } else { results.len() };
        let csv = whose(args, "csv");
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let columns = reader.headers().expect("csv has a header").len();
        assert_eq!(
            reader.records().map(|row| row.expect("csv parses").len()).filter(|len| *len == columns).count(),
            rows,
            "{args:?}"
        );
        let tsv = whose(args, "tsv");
        assert_eq!(tsv.lines().filter(|line| line.split('\t').count() == columns).count(), rows, "{args:?}");
        assert_eq!(tsv.lines().count(), rows, "{args:?}: one record a line");
        let markdown = whose(args, "markdown");
        assert_eq!(markdown.lines().count(), rows + 2, "{args:?}");
        // A cell's own bars are escaped: what is left divides the columns.
        let bars = |line: &str| line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        assert!(markdown.lines().all(|line| bars(line) == columns + 1), "{args:?}");
    }
}

#[test]
fn every_row_of_show_fits_any_width() {
    for width in ["60", "80", "100", "140"] {
        for args in [
            &["rds", "-o", "table"][..],
            &["eks", "-o", "table"],
            &["services", "-o", "table"],
            &["categories", "-o", "table"],
        ] {
            let output =
                Command::new(env!("CARGO_BIN_EXE_whose")).args(args).env("COLUMNS", width).output().expect("runs");
            let text = String::from_utf8(output.stdout).expect("text");
            let wide = text
                .lines()
                .filter(|line| line.chars().count() > width.parse().unwrap_or(0) && !line.contains("https://"));
            assert_eq!(wide.collect::<Vec<_>>(), Vec::<&str>::new(), "{args:?} at {width}");
        }
    }
}
