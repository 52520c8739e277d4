//! A catalogue of one's own on top: own services, corrected answers, teams, and every fault with its line.

#![cfg(feature = "cli")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use common::{Run, command, made, run};
use serde_json::{Value, json};

const HUB: &str = "tests/overlays/hub.yaml";

/// The built-in catalogue alone.
fn plain(args: &[&str]) -> Run {
    run(command(args).env("COLUMNS", "120"))
}

/// The hub's catalogue on top.
fn hub(args: &[&str]) -> Run {
    plain(&[args, &["--catalogue", HUB]].concat())
}

/// The records of a question, by layer (and mode).
fn answers(read: &Run) -> BTreeMap<(String, String), Value> {
    assert_eq!(read.code, Some(0), "{}", read.err);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let place = |record: &Value| (text(&record["mode"]), text(&record["layer"]));
    read.records().into_iter().map(|record| (place(&record), record)).collect()
}

fn at<'a>(answers: &'a BTreeMap<(String, String), Value>, mode: &str, layer: &str) -> &'a Value {
    &answers[&(mode.to_owned(), layer.to_owned())]
}

#[test]
fn a_service_of_ones_own_is_answered_like_any_other() {
    for name in ["billing-hub", "Billing Hub", "the hub", "Acme::Billing::Tenant"] {
        let own = answers(&hub(&["show", name, "-o", "json"]));
        assert_eq!(own.len(), 18, "{name}: every layer");
        assert!(
            own.values().all(|answer| answer["service"] == "billing-hub" && answer["origin"] == "overlay"),
            "{name}"
        );
    }
    let own = answers(&hub(&["show", "billing-hub", "-o", "json"]));
    let application = at(&own, "", "application");
    assert_eq!(application["party"], "shared");
    assert_eq!(application["sharing"], "independent");
    assert_eq!(application["aws"], json!(["Run the platform beneath the hub."]));
    assert_eq!(application["customer"], json!(["Review the hub's rules every quarter."]));
    assert_eq!(application["controls"], json!(["CM-6"]));
    assert_eq!(application["rule"], "service");
    let page = json!([{ "id": "hub-handbook", "title": "Hub handbook", "url": "https://wiki.example.org/hub", "checked": "2026-01-15" }]);
    assert_eq!(application["sources"], page);
    // What it does not say follows from its category.
    let os = at(&own, "", "guest-os");
    assert_eq!((&os["party"], &os["rule"], &os["basis"]), (&json!("aws"), &json!("category"), &json!("derived")));
    // It is listed, found by its type, and near to what is misspelt.
    let listed = hub(&["services"]).out;
    assert!(
        listed.lines().any(|line| line == "billing-hub\tBilling Hub\tabstracted\t-\tstated\t-\t-\toverlay"),
        "{listed}"
    );
    assert!(!plain(&["services"]).out.contains("billing-hub"));
    assert_eq!(
        hub(&["resolve", "Acme::Billing::Tenant"]).out,
        "Acme::Billing::Tenant\tbilling-hub\t-\tprefix\toverlay\n"
    );
    let typo = hub(&["biling-hub"]);
    assert_eq!((typo.code, &*typo.out), (Some(2), ""));
    assert!(typo.err.contains("did you mean `billing-hub`"), "{}", typo.err);
    assert_eq!(plain(&["billing-hub"]).code, Some(2));
}

#[test]
fn modes_and_third_parties_of_ones_own() {
    let boxes = answers(&hub(&["show", "edge-boxes", "-o", "json"]));
    assert_eq!(boxes.len(), 2 * 18, "per mode, never by a silent default");
    assert_eq!(at(&boxes, "north", "guest-os")["party"], "customer");
    assert_eq!(at(&boxes, "south", "guest-os")["party"], "aws");
    assert_eq!(at(&boxes, "south", "guest-os")["rule"], "mode");
    let hardware = at(&boxes, "south", "hardware");
    assert_eq!((&hardware["party"], &hardware["rule"]), (&json!("third-party"), &json!("service")));
    assert_eq!(
        hardware["third_party"],
        json!({ "name": "Acme Racks", "duties": ["Replace broken boxes within a day."] })
    );
    assert!(hub(&["show", "edge-boxes@south", "hardware", "-o", "table"]).out.contains("Acme Racks"));
    assert_eq!(hub(&["edge-boxes@north", "os", "--is", "customer"]).code, Some(0));
    assert_eq!(hub(&["edge-boxes@south", "os", "--is", "customer"]).code, Some(1));
    assert_eq!(hub(&["edge-boxes", "os", "--is", "customer"]).code, Some(2), "the modes differ");
}

#[test]
fn a_corrected_layer_wins_whole_and_alone() {
    let (before, after) =
        (answers(&plain(&["show", "rds", "-o", "json"])), answers(&hub(&["show", "rds", "-o", "json"])));
    let platform = at(&after, "", "platform");
    assert_eq!(platform["party"], "customer");
    // Nothing of the built-in answer is left in it.
    assert_eq!(platform["aws"], json!([]));
    assert_eq!(platform["customer"], json!(["Apply engine patches in the quarterly window."]));
    assert_eq!(platform["controls"], json!(["SI-2"]));
    assert_eq!(platform["sharing"], Value::Null);
    assert_eq!(platform["note"], Value::Null);
    assert_eq!(platform["sources"].as_array().map(Vec::len), Some(1));
    assert_eq!(platform["origin"], "overlay");
    // The other layers are as they were, and say nothing of an overlay.
    for (place, answer) in after.iter().filter(|((_, layer), _)| layer != "platform") {
        let mut answer = answer.clone();
        answer.as_object_mut().expect("a record").remove("team");
        assert_eq!(answer, before[place], "{place:?}");
        assert_eq!(answer.get("origin"), None, "{place:?}");
    }
    let table = hub(&["rds", "-o", "table"]).out;
    assert!(table.contains("Some answers come from your overlay: platform."), "{table}");
    assert!(hub(&["billing-hub", "-o", "table"]).out.contains("The answers come from your overlay."));
    assert!(!plain(&["rds", "-o", "table"]).out.contains("overlay"));
}

#[test]
fn a_corrected_mode_leaves_the_others() {
    let (before, after) =
        (answers(&plain(&["show", "lambda", "-o", "json"])), answers(&hub(&["show", "lambda", "-o", "json"])));
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "no mode is lost");
    let changed: Vec<_> =
        after.iter().filter(|(_, answer)| answer["origin"] == "overlay").map(|(place, _)| place).collect();
    assert_eq!(changed, [&("container-image".to_owned(), "platform".to_owned())]);
    assert_eq!(
        at(&after, "container-image", "platform")["customer"],
        json!(["Rebuild from the house's base image every week."])
    );
}

#[test]
fn a_service_in_another_category_is_answered_anew() {
    let after = answers(&hub(&["show", "sqs", "-o", "json"]));
    assert!(after.values().all(|answer| answer["category"] == "container" && answer["origin"] == "overlay"));
    assert!(answers(&plain(&["show", "sqs", "-o", "json"])).values().all(|answer| answer["category"] == "abstracted"));
}

#[test]
fn a_team_is_said_wherever_the_customer_is() {
    let team =
        |service: &str, layer: &str| at(&answers(&hub(&["show", service, "-o", "json"])), "", layer)["team"].clone();
    // A service's team before a layer's, a layer's before the default.
    assert_eq!(team("rds", "guest-os"), "data platform");
    assert_eq!(team("rds", "application"), "data platform");
    assert_eq!(team("ec2", "guest-os"), "platform team");
    assert_eq!(team("s3", "identity-access"), "security team");
    assert_eq!(team("s3", "application"), "application team");

    let csv = |args: &[&str]| hub(&[args, &["-o", "csv"]].concat()).out;
    for args in
        [&["show", "s3"][..], &["matrix", "s3", "rds"], &["gaps", "rds", "--findings", "tests/findings/asff.json"]]
    {
        let text = csv(args);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().expect("csv has a header").clone();
        assert_eq!(header.iter().next_back(), Some("team"), "{args:?}");
        let layer = header.iter().position(|column| column == "layer").expect("a layer");
        for row in reader.records().map(|row| row.expect("csv parses")) {
            let by_service = row.get(0) == Some("rds");
            let idle = header.iter().position(|column| column == "customer").is_some_and(|at| row[at].is_empty());
            let wanted = match row.get(layer) {
                // Nothing to do, nobody to do it: what AWS holds alone is no team's.
                _ if idle => "",
                _ if by_service => "data platform",
                Some("guest-os") => "platform team",
                Some("identity-access") => "security team",
                _ => "application team",
            };
            assert_eq!(row.get(header.len() - 1), Some(wanted), "{args:?} {row:?}");
        }
    }
    for line in hub(&["matrix", "s3", "--layer", "iam"]).out.lines() {
        assert_eq!(line.split('\t').next_back(), Some("security team"));
    }
    // For people: the document, the tables, and the page with its filter.
    let document = hub(&["matrix", "s3", "-o", "markdown"]).out;
    assert!(document.contains("\n- security team: ") && document.contains("\n- application team: "), "{document}");
    let table = hub(&["matrix", "s3", "rds", "-o", "table"]).out;
    assert!(table.contains("\ndata platform     rds\n") && table.contains("\nsecurity team     s3 (iam)\n"), "{table}");
    let table = hub(&["matrix", "s3", "rds", "--layer", "iam", "-o", "table"]).out;
    assert!(table.contains("security team") && table.contains("data platform"), "{table}");
    let table = hub(&["show", "s3", "--long", "-o", "table"]).out;
    assert!(table.contains("security team"), "{table}");
    for args in
        [&["matrix", "s3", "rds"][..], &["show", "s3"], &["gaps", "s3", "--findings", "tests/findings/asff.json"]]
    {
        let page = hub(&[args, &["-o", "html"]].concat()).out;
        assert!(page.contains("data-team=\"security team\""), "{args:?}");
        assert!(page.contains("<option value=\"security team\">"), "{args:?}");
        assert!(page.contains("<dt>security team</dt>"), "{args:?}");
        let page = plain(&[args, &["-o", "html"]].concat()).out;
        assert!(!page.contains("data-team") && !page.contains("id=\"by-team\""), "{args:?}");
    }
    let hardware = answers(&hub(&["show", "s3", "-o", "json"]));
    assert_eq!(at(&hardware, "", "hardware").get("team"), None, "AWS's alone");
    // Without an overlay no record has the field at all.
    let record = answers(&plain(&["show", "s3", "-o", "json"])).into_values().next().expect("an answer");
    assert!(record.get("team").is_none() && record.get("origin").is_none());
}

#[test]
fn an_answer_of_an_overlay_says_so_in_every_command_and_format() {
    let findings = ["--findings", "tests/findings/asff.json"];
    let questions = [
        vec!["rds"],
        vec!["rds", "platform"],
        vec!["rds", "--long"],
        vec!["lambda"],
        vec!["lambda", "modes"],
        vec!["services", "--layer", "platform", "--party", "customer"],
        vec!["duties", "rds", "--layer", "platform"],
        vec!["controls", "rds"],
        vec!["controls", "rds", "--control", "SI-2"],
        vec!["resolve", "rds"],
        vec!["matrix", "rds", "s3"],
        [&["gaps", "rds"][..], &findings].concat(),
    ];
    for question in &questions {
        for format in ["table", "json", "csv", "markdown", "html", "svg"] {
            let read = hub(&[question, &["-o", format][..]].concat());
            if read.code == Some(2) && read.err.contains("has no") {
                continue;
            }
            assert_eq!(read.code, Some(0), "{question:?} {format}: {}", read.err);
            assert!(read.out.contains("overlay"), "{question:?} {format}: {}", read.out);
            // Rows have one source, and so have records: the other formats say what these say.
            if format == "table" {
                let read = plain(&[question, &["-o", format][..]].concat());
                assert!(!read.out.contains("overlay"), "{question:?} {format}: {}", read.out);
            }
        }
    }
    for args in [
        &["export", "json", "rds"][..],
        &["export", "csv", "rds"],
        &["export", "csv", "rds", "--profile", "caiq"],
        &["export", "csv", "rds", "--profile", "fedramp-crm"],
        &["export", "oscal", "rds"],
    ] {
        assert!(hub(args).out.contains("overlay"), "{args:?}");
        let plain = plain(args).out;
        let plain = plain.replace(",origin,", ",,");
        assert!(!plain.contains("overlay"), "{args:?}");
    }
    // A word, or no word at all, has no room for it.
    for args in [&["rds", "platform", "--short"][..], &["rds", "--short"], &["rds", "platform", "--is", "customer"]] {
        assert!(hub(args).err.contains("overlay"), "{args:?}");
        assert_eq!(plain(args).err, "", "{args:?}");
    }
    // What it did not change says nothing of it.
    for args in
        [&["rds", "os", "-o", "table"][..], &["rds", "os", "--short"], &["duties", "rds", "--layer", "os", "-o", "csv"]]
    {
        let read = hub(args);
        assert!(!(read.out.replace(",origin,", ",,") + &read.err).contains("overlay"), "{args:?}: {}", read.out);
    }
}

#[test]
fn a_faulty_catalogue_of_the_environment_leaves_what_does_not_need_it() {
    let with = |args: &[&str]| run(command(args).env("WHOSE_CATALOGUE", "tests/overlays/broken.yaml"));
    for (args, code) in [
        (&["check", "tests/overlays/good.yaml"][..], 0),
        (&["check", "tests/overlays/broken.yaml"], 1),
        (&["schema"], 0),
        (&["man"], 0),
        (&["completions", "bash"], 0),
        (&["--help"], 0),
    ] {
        let read = with(args);
        assert_eq!(read.code, Some(code), "{args:?}: {}", read.err);
        assert!(!read.err.contains("is on top of"), "{args:?}: {}", read.err);
    }
    assert_eq!(with(&["rds"]).code, Some(2));
}

#[test]
fn an_overlay_holds_for_an_estate() {
    let read = hub(&["matrix", "--from", "tests/overlays/estate.yaml", "--layer", "platform", "-o", "json"]);
    assert_eq!(read.err, "CloudFormation template: 4 resources, 3 services\nignored 1: of another provider (Acme)\n");
    let rows = read.records();
    let rows: Vec<_> =
        rows.iter().map(|row| (row["service"].clone(), row["party"].clone(), row["origin"].clone())).collect();
    let row = |service: &str, party: &str| (json!(service), json!(party), json!("overlay"));
    assert_eq!(rows, [row("billing-hub", "aws"), row("rds", "customer"), row("sqs", "aws")]);
    let page = hub(&["matrix", "--from", "tests/overlays/estate.yaml", "-o", "html"]).out;
    assert!(page.contains("https://wiki.example.org/hub") && page.contains("your overlay"));
}

#[test]
fn the_environment_names_a_catalogue_and_the_flag_another() {
    let by_environment = |args: &[&str], file: &str| run(command(args).env("WHOSE_CATALOGUE", file));
    assert_eq!(by_environment(&["billing-hub"], HUB).out, hub(&["billing-hub"]).out);
    let other = made(
        "other.yaml",
        "sources:\n  page: { title: A page, url: \"https://example.org/\", checked: 2026-01-01 }\n\
         services:\n  other: { name: Other, category: abstracted, basis: stated, sources: [page] }\n",
    );
    assert_eq!(by_environment(&["other"], &other).code, Some(0));
    assert_eq!(by_environment(&["other", "--catalogue", HUB], &other).code, Some(2));
    let gone = by_environment(&["rds"], "tests/overlays/none.yaml");
    assert_eq!((gone.code, &*gone.out), (Some(2), ""));
    assert!(gone.err.contains("error: cannot read the catalogue tests/overlays/none.yaml: "), "{}", gone.err);
    assert!(gone.err.starts_with("WHOSE_CATALOGUE: tests/overlays/none.yaml is on top"), "{}", gone.err);
}

/// A fault stands where it can be corrected, and that is never the built-in catalogue.
#[test]
fn a_namespace_is_one_services_or_nobodys() {
    let overlay = |claims: &str| {
        let page = "sources: { hub: { title: Hub, url: \"https://wiki.example.org/\", checked: 2026-01-15 } }\n";
        let service = format!(
            "services:\n  hub:\n    name: Hub\n    category: abstracted\n    basis: stated\n    sources: [hub]\n    \
             identifiers: {{ cloudformation: [{claims}] }}\n"
        );
        made("namespace.yaml", [page, &service].concat())
    };
    for (claims, fault) in [
        ("AWS::EC2", "types in `AWS::EC2` are others' (the built-in catalogue): list your own instead"),
        ("AWS::SQS::Hub", "`AWS::SQS` and all types in it are `sqs`'s (the built-in catalogue); choose another"),
    ] {
        let file = overlay(claims);
        let read = plain(&["check", &file]);
        assert_eq!((read.code, &*read.err), (Some(1), "1 fault\n"), "{claims}");
        assert_eq!(read.out, format!("{file}\t8\t{fault}\n"));
    }
    assert_eq!(plain(&["check", &overlay("Acme::Hub")]).code, Some(0));
}

/// The lines of `tests/overlays/faults.yaml` that have faults, and how each begins.
const FAULTS: &[(usize, &str)] = &[
    (3, "unknown field `layer`"),
    (4, "`guest-oz` is not a layer; use physical-facilities"),
    (5, "service `rdss` is not in the catalogue; did you mean `rds`?"),
    (7, "checked: `2026-13-01` is not a date"),
    (7, "url: `ftp://example.org/hub` is not an https:// address"),
    (9, "`billing-hub` is not in the catalogue: a new service needs `category`"),
    (9, "billing-hub: `sources` is missing"),
    (11, "basis: `sure` is not a basis; use stated or derived"),
    (13, "guest-os: `sources` is missing"),
    (14, "party: `vendor` is not a party; use aws, customer, shared or third-party"),
    (16, "unknown field `nmae`"),
    (18, "platform: shared means two duties"),
    (18, "platform: shared needs `sharing`"),
    (21, "source `no-such-page` is not in the bibliography"),
    (22, "`network` is not a layer"),
    (30, "customer: a duty is one sentence"),
    (31, "controls: `SI2` is not a NIST SP 800-53 Rev 5 control"),
    (38, "`sqs` (name) is claimed by `sqs` already (the built-in catalogue); choose another"),
];

#[test]
fn every_fault_is_told_at_once_with_its_line() {
    let file = "tests/overlays/faults.yaml";
    let read = plain(&["check", file]);
    assert_eq!((read.code, &*read.err), (Some(1), &*format!("{} faults\n", FAULTS.len())));
    let told: Vec<(usize, &str)> = read
        .out
        .lines()
        .map(|line| {
            let mut cells = line.splitn(3, '\t');
            assert_eq!(cells.next(), Some(file));
            let number = cells.next().and_then(|number| number.parse().ok()).expect("a line");
            (number, cells.next().expect("a fault"))
        })
        .collect();
    assert_eq!(told.len(), FAULTS.len(), "{told:?}");
    for ((line, told), (wanted, beginning)) in told.iter().zip(FAULTS) {
        assert!(line == wanted && told.starts_with(beginning), "{line}: {told}\n  wanted {wanted}: {beginning}");
    }
    // The same for scripts.
    let told = plain(&["check", file, "-o", "json"]).records();
    let lines: Vec<_> = told.iter().map(|fault| fault["line"].clone()).collect();
    assert_eq!(lines, FAULTS.iter().map(|(line, _)| json!(line)).collect::<Vec<_>>());
    // No question is answered with such an overlay; its faults are told.
    let asked = plain(&["rds", "--catalogue", file]);
    assert_eq!((asked.code, &*asked.out), (Some(2), ""));
    for (line, beginning) in FAULTS {
        assert!(asked.err.contains(&format!("{file}:{line}: {beginning}")), "{line}: {beginning}\n{}", asked.err);
    }
    assert!(asked.err.ends_with(&format!("try: whose check {file}\n")), "{}", asked.err);
}

#[test]
fn check_ends_by_what_it_found() {
    let sound = plain(&["check", HUB]);
    assert_eq!((sound.code, &*sound.out), (Some(0), ""));
    assert_eq!(sound.err, format!("{HUB}: no faults\n"));
    let broken = [
        (&b"services: [\n"[..], "2"),
        (b"a: b: c\n", "1"),
        (b"", "1"),
        (b"- list\n", "1"),
        (b"owners: { default: a }\n\xff\n", "2"),
        (b"owners:\n  default: a\n  default: b\n", "3"),
    ];
    for (text, line) in broken {
        let read = plain(&["check", &made("broken.yaml", text)]);
        assert_eq!((read.code, &*read.err), (Some(1), "1 fault\n"), "{text:?}");
        assert_eq!(read.out.split('\t').nth(1), Some(line), "{text:?}: {}", read.out);
        assert!(
            read.out.trim_end().split('\t').nth(2).is_some_and(|fault| !fault.is_empty()),
            "{text:?}: {}",
            read.out
        );
    }
    let gone = plain(&["check", "tests/overlays/none.yaml"]);
    assert_eq!((gone.code, &*gone.out), (Some(2), ""));
    assert!(gone.err.starts_with("error: cannot read the catalogue tests/overlays/none.yaml: "), "{}", gone.err);
}

#[test]
fn a_part_of_a_data_folder_is_checked_as_one_however_it_is_named() {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("check-data");
    fs::create_dir_all(home.join("container")).expect("a folder is made");
    fs::copy("data/layers.yaml", home.join("layers.yaml")).expect("a file is copied");
    let text = "name: A service\nbasis: stated\nsources: [nowhere]\ncolour: red\n";
    fs::write(home.join("container/own.yaml"), text).expect("a file is written");
    let whole = home.join("container/own.yaml").to_str().expect("a plain path").to_owned();
    for (folder, path) in [
        ("", "container/own.yaml"),
        ("", "./container/own.yaml"),
        ("container", "own.yaml"),
        ("container", "../container/own.yaml"),
        ("container", &whole),
    ] {
        let read = run(command(&["check", path]).current_dir(home.join(folder)));
        assert_eq!(read.code, Some(1), "{path}: {}", read.err);
        let told: Vec<(&str, &str)> =
            read.out.lines().filter_map(|line| line.rsplit_once('\t')?.0.split_once('\t')).collect();
        assert_eq!(told, [(path, "3"), (path, "4")], "{}", read.out);
        let [own, others] = &read.said[..] else { panic!("two notes: {}", read.err) };
        assert_eq!(own, "2 faults");
        assert!(others.contains(" faults in other files: whose check ") && others.ends_with("check-data"), "{others}");
    }
    let told = |folder: &str, path: &str| {
        let read = run(command(&["check", path]).current_dir(home.join(folder)));
        let files: BTreeSet<&str> = read.out.lines().filter_map(|line| line.split('\t').next()).collect();
        files.into_iter().map(|file| file.replace('\\', "/")).collect::<Vec<_>>()
    };
    assert_eq!(told("", "container"), ["container/own.yaml"]);
    assert_eq!(told("container", "."), ["./own.yaml"]);
    assert!(told("", ".").contains(&"./container/own.yaml".to_owned()));
    // What is no YAML is no part of it, and not free of faults for that.
    fs::write(home.join("notes.md"), "- no mapping\n").expect("a file is written");
    assert_eq!(told("", "notes.md"), ["notes.md"]);
}
