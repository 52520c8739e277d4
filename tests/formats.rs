//! Every output format of every command is what it says: it parses, it fits the published schema, and it says the same.

#![cfg(feature = "cli")]

mod common;

use std::collections::BTreeSet;
use std::fs;

use common::{command, run};
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
    ("matrix", &["matrix", "rds", "lambda@container-image", "rosa"]),
    ("matrix", &["matrix", "--from", "tests/inventories/plan.json"]),
    ("matrix", &["matrix", "--from", "tests/inventories/template.yaml", "--from", "tests/inventories/cur.csv"]),
    ("changes", &["matrix", "--from", "tests/changes/plan.json", "--against", "prior"]),
    ("changes", &["matrix", "rds", "eks", "--against", "tests/inventories/modes.json", "--layer", "os,platform"]),
    ("gaps", &["gaps", "rds", "--findings", "tests/findings/asff.json"]),
    ("gaps", &["gaps", "--from", "tests/inventories/state.json", "--findings", "tests/findings/prowler.csv"]),
    ("gaps", &["gaps", "--findings", "tests/findings/config.json", "--findings", "tests/findings/ocsf.json"]),
    ("check", &["check", "tests/overlays/broken.yaml"]),
];

fn whose(args: &[&str], format: &str) -> String {
    let read = run(command(args).args(["-o", format]));
    assert!(read.code.is_some_and(|code| code < 2), "{args:?}: {}", read.err);
    read.out
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
fn the_export_fits_the_schema() {
    let mut schema = schema();
    schema["properties"]["results"]["items"] = json!({ "$ref": "#/$defs/export" });
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    for args in [&["export", "json"][..], &["export", "json", "--service", "eks@fargate", "--service", "rosa"]] {
        let document: Value = serde_json::from_str(&whose(args, "json")).expect("json parses");
        let faults: Vec<String> =
            validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(faults.is_empty(), "{args:?}\n{}", faults.join("\n"));
        // Each page that a split cites is in the bibliography.
        let ids = |value: &Value| -> BTreeSet<String> {
            let sources = value["sources"].as_array().expect("sources is a list").iter();
            sources.map(|source| source["id"].as_str().expect("a key").to_owned()).collect()
        };
        let known = ids(&document);
        let services = document["results"].as_array().expect("results is a list").iter();
        let splits = services.flat_map(|service| service["splits"].as_array().expect("splits is a list"));
        let cited: BTreeSet<String> = splits.flat_map(ids).collect();
        assert!(!cited.is_empty() && cited.is_subset(&known), "{args:?}");
    }
}

/// What the schema in `file` has against a YAML text.
fn faults(file: &str, yaml: &str) -> Vec<String> {
    let schema = fs::read_to_string(format!("schema/{file}")).expect("the schema is there");
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let value: Value = serde_yaml::from_str(yaml).expect("yaml parses");
    validator.iter_errors(&value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

#[test]
fn every_services_file_fits_the_schema_for_editors() {
    let mut seen = 0;
    for category in ["infrastructure", "container", "abstracted"] {
        for entry in fs::read_dir(format!("data/{category}")).expect("the folder is there") {
            let path = entry.expect("the folder can be read").path();
            if path.file_name().is_some_and(|name| name != "_category.yaml") {
                let faults = faults("service.json", &fs::read_to_string(&path).expect("the file can be read"));
                assert_eq!(faults, Vec::<String>::new(), "{}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 300, "{seen} files");
}

#[test]
fn the_schema_for_editors_refuses_a_broken_file() {
    let good = fs::read_to_string("data/container/rds.yaml").expect("the file can be read");
    assert_eq!(faults("service.json", &good), Vec::<String>::new());
    for (right, wrong) in [
        ("\nbasis: stated", "\nbasis: certain"),
        ("\nbasis: stated", ""),
        ("\naliases: ", "\nalias: "),
        ("  guest-os:\n    party: aws", "  guest-os:\n    party: amazon"),
        ("  guest-os:", "  operating-system:"),
        ("controls: [SI-2, MA-2]", "controls: [SI-2, maintenance]"),
        ("sources: [rds-maintenance, rds-shared-responsibility]", "sources: []"),
        ("    aws:\n      - Build, test", "    aws:\n      - build, test"),
        ("  sdk: [rds, rds-data]", "  sdk: rds"),
    ] {
        assert!(good.contains(right), "{right:?} is in the file");
        let broken = good.replacen(right, wrong, 1);
        assert_ne!(faults("service.json", &broken), Vec::<String>::new(), "{wrong:?}");
    }
}

#[test]
fn the_schema_of_overlays_refuses_what_check_refuses() {
    for (path, code) in [("tests/overlays/good.yaml", 0), ("tests/overlays/broken.yaml", 1)] {
        let faults = faults("overlay.json", &fs::read_to_string(path).expect("the overlay is there"));
        let checked = common::whose(&["check", path]).code;
        assert_eq!((checked, faults.is_empty()), (Some(code), code == 0), "{path}: {faults:?}");
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
        let yaml: Value = serde_yaml::from_str(&whose(args, "yaml")).expect("yaml parses");
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
        // In Markdown the matrix is a document, and what changes is a comment.
        if matches!(*command, "matrix" | "changes") {
            continue;
        }
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
            &["duties", "rds", "-o", "table"],
            &["controls", "rds", "s3", "lambda", "eks", "kms", "-o", "table"],
            &["gaps", "rds", "lambda", "--findings", "tests/findings/asff.json", "-o", "table"],
            &["check", "tests/overlays/broken.yaml", "-o", "table"],
            &["lambda", "modes", "-o", "table"],
        ] {
            let text = run(command(args).env("COLUMNS", width)).out;
            let wide = text.lines().filter(|line| {
                // A check's id may be longer than any line.
                let is_one_word = line.split_whitespace().count() == 1;
                line.chars().count() > width.parse().unwrap_or(0) && !line.contains("https://") && !is_one_word
            });
            assert_eq!(wide.collect::<Vec<_>>(), Vec::<&str>::new(), "{args:?} at {width}");
            // Names stay whole.
            let name = "lambda@managed-runtime-function-update";
            let is_named = args.contains(&"modes") || args[0] == "controls";
            assert!(!is_named || text.contains(name), "{args:?} at {width}: {text}");
        }
    }
}

#[test]
fn what_people_read_first_fits_a_screen() {
    for (args, most) in [
        (&["-h"][..], 45),
        (&["duties", "--category", "container", "-o", "table"], 75),
        (&["duties", "--category", "container", "--party", "customer", "-o", "table"], 40),
    ] {
        let text = common::answer(args);
        assert!(text.lines().count() <= most, "{args:?}: {}", text.lines().count());
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{args:?}: {text}");
    }
    let services = common::whose(&["services", "-o", "json"]).records();
    assert!(services.len() > 300);
    for service in services {
        let service = service["service"].as_str().expect("an id");
        let text = common::answer(&[service, "-o", "table"]);
        assert!(text.lines().count() <= 24, "{service}: {text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{service}: {text}");
    }
    for args in [&["--help"][..], &["categories", "-o", "table"], &["layers", "-o", "table"]] {
        let text = common::answer(args).to_lowercase();
        assert!(text.contains("security of the cloud") && text.contains("security in the cloud"), "{args:?}: {text}");
    }
}

#[test]
fn an_empty_result_draws_no_table() {
    for args in [
        &["services", "--lifecycle", "ending", "--category", "infrastructure", "zzz"][..],
        &["duties", "rds", "--text", "zzz"],
    ] {
        let read = common::whose(&[args, &["-o", "table"]].concat());
        assert_eq!(read.code, Some(1), "{args:?}");
        assert!(!read.out.contains("\u{2500}") && !read.out.contains("Must do"), "{args:?}: {}", read.out);
    }
}

#[test]
fn layers_stand_in_one_order_under_their_ids() {
    let ids: Vec<String> = common::whose(&["layers", "-o", "json"])
        .records()
        .iter()
        .map(|record| record["layer"].as_str().expect("an id").to_owned())
        .collect();
    let order = |args: &[&str]| {
        let text = common::whose(&[args, &["-o", "table"]].concat()).out;
        let mut seen: Vec<String> = Vec::new();
        for line in text.lines() {
            let first = line.split_whitespace().next().unwrap_or_default();
            if ids.iter().any(|id| id == first) && !seen.iter().any(|id| id == first) {
                seen.push(first.to_owned());
            }
        }
        seen
    };
    let layers = order(&["layers"]);
    assert_eq!(layers.len(), 18);
    for args in
        [&["categories"][..], &["categories", "container"], &["rds", "--long"], &["duties", "--category", "container"]]
    {
        assert_eq!(order(args), layers, "{args:?}");
    }
}

#[test]
fn a_page_says_what_it_is_of_and_when_it_was_made() {
    let plan = "tests/inventories/plan.json";
    let made = |args: &[&str], format: &str| {
        let read = run(command(args).args(["-o", format]).env("SOURCE_DATE_EPOCH", "1798761600"));
        assert_eq!(read.code, Some(0), "{args:?}: {}", read.err);
        read.out
    };
    let page = made(&["matrix", "--from", plan, "--title", "Ours & <theirs>"], "html");
    assert!(page.contains("<title>Ours &amp; &lt;theirs&gt;</title>"));
    for said in
        [plan, "Terraform plan: 7 managed resources, 5 services", "not matched: 1 of 7 things", "aws_brand_new (1)"]
    {
        assert!(page.contains(said), "{said}");
    }
    assert!(page.contains("<dd>2027-01-01</dd>"), "the day in UTC");
    // What a word means stands before the first cell that has it.
    let meaning = page.find("AWS secures it and leaves a part to you").expect("the legend");
    assert!(meaning < page.find("<table").expect("the matrix"));
    assert!(page.contains("default-src 'none'") && !page.contains(" src=") && !page.contains("<link"));
    let drawing = made(&["matrix", "rds", "s3", "--title", "Ours"], "svg");
    assert!(drawing.contains("<title id=\"picture-title\">Ours</title>"));
    assert!(drawing.contains("AWS secures it and leaves a part to you"), "a legend");
    // What a filter hides is said where the matrix is read.
    let filtered = made(&["matrix", "rds", "--party", "customer"], "html");
    assert!(
        filtered.contains("hidden by the filter that was asked for") || filtered.contains("more have a part of yours")
    );

    let refused = run(&mut command(&["matrix", "rds", "--title", "Ours", "-o", "json"]));
    assert_eq!((refused.code, &*refused.out), (Some(2), ""));
    assert!(refused.err.contains("--title"), "{}", refused.err);
}

#[test]
fn a_drawing_of_many_services_names_each_of_them() {
    let names = ["ec2", "rds", "s3", "sqs", "sns", "kms", "lambda", "eks", "ecs", "ebs", "efs", "dynamodb", "athena"];
    let drawing = whose(&[&["matrix"][..], &names].concat(), "svg");
    for name in names {
        assert!(drawing.contains(&format!(">{name}<")) || drawing.contains(&format!(">{name}@")), "{name}");
    }
}
