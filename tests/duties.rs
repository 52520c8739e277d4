//! `whose duties`: what a filter hides, what a list may be of, and what a record says of each duty.

#![cfg(feature = "cli")]

mod common;

use common::{answer, fed, whose};
use serde_json::Value;

fn parties(records: &[Value]) -> Vec<&str> {
    let mut parties: Vec<&str> = records.iter().filter_map(|record| record["party"].as_str()).collect();
    parties.sort_unstable();
    parties.dedup();
    parties
}

#[test]
fn a_filter_says_what_of_yours_it_hides() {
    let read = whose(&["duties", "rds", "--layer", "os", "--party", "aws", "-o", "tsv"]);
    let yours = answer(&["duties", "rds", "--layer", "os", "--party", "mine"]).lines().count();
    assert!(yours > 1);
    assert_eq!(read.err, format!("{yours} more are yours: --party mine\n"));
    let checks = whose(&["duties", "rds", "--checks", "-o", "json"]);
    let (all, checked) = (whose(&["duties", "rds", "--party", "mine", "-o", "json"]), checks.records());
    let hidden = all.records().len() - checked.len();
    assert!(
        checks.err.contains(&format!("{hidden} more duties of yours stand in layers without a check")),
        "{}",
        checks.err
    );
    assert!(checked.iter().all(|record| record["checks"].as_array().is_some_and(|list| !list.is_empty())));
    for args in [&["duties", "rds"][..], &["duties", "rds", "--party", "mine"], &["duties", "--category", "container"]]
    {
        assert_eq!(whose(args).err, "", "{args:?}");
    }
}

#[test]
fn parties_and_layers_come_in_lists() {
    let of = |args: &[&str]| whose(&[&["duties", "rds", "-o", "json"], args].concat()).records();
    assert_eq!(parties(&of(&["--party", "mine"])), ["customer"]);
    assert_eq!(of(&["--party", "mine"]), of(&["--party", "customer"]));
    assert_eq!(parties(&of(&["--party", "aws,customer"])), ["aws", "customer"]);
    let layers = of(&["--layer", "os,platform"]);
    assert!(layers.iter().all(|record| record["layer"] == "guest-os" || record["layer"] == "platform"));
    assert_eq!(layers, of(&["--layer", "os", "--layer", "platform"]));
    assert_eq!(
        whose(&["duties", "rosa", "--party", "third-party", "-o", "json"]).records()[0]["third_party"],
        "Red Hat"
    );
}

#[test]
fn names_and_inventories_are_asked_about() {
    let named = answer(&["duties", "rds", "s3", "--party", "mine"]);
    assert_eq!(named, answer(&["duties", "--service", "rds", "--service", "s3", "--party", "mine"]));
    let list = common::made("two.txt", "rds\ns3\naws_nonsense_thing\n");
    let read = whose(&["duties", "--from", &list, "--party", "mine", "-o", "json"]);
    assert_eq!(read.json()["unmatched"][0]["input"], "aws_nonsense_thing");
    assert!(read.err.contains("not matched: 1 of 3 things"), "{}", read.err);
    assert_eq!(read.records().len(), named.lines().count());
    assert_eq!(fed(&["duties", "-", "--party", "mine"], "rds\ns3\n").out, named);
}

#[test]
fn duties_that_speak_of_a_word_come_from_everywhere() {
    let of_kms = whose(&["duties", "kms", "--text", "Deletion", "-o", "json"]).records();
    assert!(!of_kms.is_empty());
    let speaks = |record: &Value| record["duty"].as_str().is_some_and(|duty| duty.to_lowercase().contains("deletion"));
    assert!(of_kms.iter().all(speaks));
    let everywhere = whose(&["duties", "--text", "deletion", "-o", "json"]).records();
    assert!(everywhere.len() > of_kms.len() / 5 && everywhere.iter().all(speaks));
    assert!(everywhere.iter().any(|record| record["service"] == "kms"));
    assert_eq!(whose(&["duties", "kms", "--text", "zzzz"]).code, Some(1));
}

#[test]
fn a_duty_says_on_what_it_rests() {
    let records = whose(&["duties", "rds", "--layer", "os,application", "-o", "json"]).records();
    for record in &records {
        let always = record["always"] == true;
        assert_eq!(record["rule"] == "every-service", always, "{record}");
        let basis = if always { "derived" } else { "stated" };
        assert_eq!(record["basis"], basis, "{record}");
        assert!(!record["sources"].as_array().expect("a list").is_empty(), "{record}");
    }
    let category = whose(&["duties", "--category", "container", "--layer", "os", "-o", "json"]).records();
    assert!(category.iter().all(|record| record["basis"] == "derived"));
    let hub = ["--catalogue", "tests/overlays/hub.yaml"];
    let of_team = |team: &str| whose(&[&["duties", "rds", "s3", "--team", team, "-o", "json"][..], &hub].concat());
    let data = of_team("Data Platform").records();
    assert!(!data.is_empty() && data.iter().all(|own| own["team"] == "data platform" && own["service"] == "rds"));
    assert!(data.iter().any(|own| own["origin"] == "overlay") && data.iter().any(|own| own.get("origin").is_none()));
    let nobody = of_team("nobody");
    assert_eq!((nobody.code, &*nobody.out), (Some(2), ""));
    assert!(nobody.err.contains("data platform"), "the teams that there are: {}", nobody.err);
    for args in [&["duties", "--team", "x"][..], &["duties", "rds", "--team", "x"], &["duties", "--checks"]] {
        let read = whose(args);
        assert_eq!((read.code, &*read.out), (Some(2), ""), "{args:?}");
        assert!(read.err.contains("whose"), "{args:?}: {}", read.err);
    }
}

#[test]
fn the_checks_of_two_services_stand_each_at_its_own() {
    let table = answer(&["duties", "rds", "s3", "--layer", "encryption-at-rest", "--checks", "-o", "table"]);
    assert_eq!(table.lines().filter(|line| line.contains("checks ")).count(), 2, "{table}");
    assert!(table.contains("RDS.3") && table.contains("s3_bucket"), "{table}");
}
