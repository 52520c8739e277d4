//! What changes hands: two inventories, and a plan and what was there before it.

#![cfg(feature = "cli")]

mod common;

use std::collections::BTreeMap;

use common::{Run, fed, made, whose};
use serde_json::{Value, json};

const PLAN: &str = "tests/changes/plan.json";

/// The records, by service with its mode and by layer.
fn changes(run: &Run) -> BTreeMap<(String, String), Value> {
    let record = |record: &Value| {
        let service = record["service"].as_str().expect("a service");
        let name = record["mode"].as_str().map_or(service.to_owned(), |mode| format!("{service}@{mode}"));
        ((name, record["layer"].as_str().expect("a layer").to_owned()), record.clone())
    };
    run.records().iter().map(record).collect()
}

/// Who held and who holds a layer of a service.
fn sides(changes: &BTreeMap<(String, String), Value>, name: &str, layer: &str) -> Option<(Value, Value)> {
    let record = changes.get(&(name.to_owned(), layer.to_owned()))?;
    Some((record["before"].clone(), record["after"].clone()))
}

#[test]
fn a_plan_is_compared_with_what_was_there_before_it() {
    let run = whose(&["matrix", "--from", PLAN, "--against", "prior", "-o", "json"]);
    assert_eq!(
        run.said,
        [
            "Terraform plan: 7 managed resources, 6 services",
            "not compared: 1 that Terraform will forget, and that will stay in AWS",
            "ignored 1: data source (aws_iam_policy_document)",
            "ignored 1: of another provider (random)",
        ]
    );
    assert_eq!(run.code, Some(0));
    let all = changes(&run);
    // The function becomes an image, instances come, the database goes; what stays and what is forgotten is no change.
    let mut names: Vec<&str> = all.keys().map(|(name, _)| &**name).collect();
    names.dedup();
    assert_eq!(names, ["ec2", "lambda@container-image", "lambda@managed-runtime-auto", "rds"]);
    for (name, layer, before, after) in [
        ("ec2", "guest-os", Value::Null, json!("customer")),
        ("ec2", "physical-facilities", Value::Null, json!("aws")),
        ("lambda@container-image", "guest-os", json!("aws+"), json!("shared")),
        ("lambda@managed-runtime-auto", "guest-os", json!("aws+"), Value::Null),
        ("rds", "encryption-at-rest", json!("customer"), Value::Null),
    ] {
        assert_eq!(sides(&all, name, layer), Some((before, after)), "{name} {layer}");
    }
    assert_eq!(sides(&all, "lambda@container-image", "hardware"), None, "what is the same is no change");
    assert_eq!(all[&("ec2".to_owned(), "guest-os".to_owned())]["resources"], 2);
    // By a pipe: the same.
    let text = std::fs::read_to_string(PLAN).expect("the plan is there");
    assert_eq!(fed(&["matrix", "-", "--against", "prior", "-o", "json"], &text).out, run.out);
    assert_eq!(fed(&["matrix", "--against", "prior", "-o", "json"], &text).out, run.out);
}

#[test]
fn the_customers_new_duties_are_those_that_were_not_there_before() {
    let run = whose(&["matrix", "--from", PLAN, "--against", "prior", "-o", "json"]);
    let duties = |value: &Value| -> Vec<String> {
        let list = value["customer"].as_array().expect("a list").iter();
        list.map(|duty| duty.as_str().expect("a text").to_owned()).collect()
    };
    let of = |name: &str| -> BTreeMap<String, Vec<String>> {
        let records = whose(&["show", name, "-o", "json"]).records();
        records.iter().map(|record| (record["layer"].as_str().expect("a layer").to_owned(), duties(record))).collect()
    };
    let (image, runtime, ec2) = (of("lambda@container-image"), of("lambda@managed-runtime-auto"), of("ec2"));
    let mut seen = 0;
    for ((name, layer), record) in changes(&run) {
        let wanted: Vec<String> = match &*name {
            "ec2" => ec2[&layer].clone(),
            "lambda@container-image" => {
                image[&layer].iter().filter(|duty| !runtime[&layer].contains(duty)).cloned().collect()
            }
            _ => Vec::new(),
        };
        assert_eq!(duties(&record), wanted, "{name} {layer}");
        seen += wanted.len();
    }
    // The comment has each of them once, and says so on top.
    let comment = whose(&["matrix", "--from", PLAN, "--against", "prior", "-o", "markdown"]).out;
    assert_eq!(comment.matches("\n- [ ] ").count(), seen);
    let title = comment.lines().next().expect("a title");
    assert_eq!(
        title,
        format!(
            "### Who secures what: 1 new service, 1 service in other modes, 1 service gone; {seen} duties come to you"
        )
    );
    assert!(comment.contains(&format!("<summary>What you take on ({seen} duties)</summary>")));
    assert!(comment.contains("| lambda@container-image (1): instead of @managed-runtime-auto |"), "{comment}");
}

#[test]
fn two_inventories_of_any_dialect_are_compared() {
    let old = made("changes-old.txt", "aws_db_instance.a\naws_s3_bucket.b\n");
    let new = made("changes-new.txt", "AWS::S3::Bucket\ni-am-nothing-known\nAWS::SQS::Queue\n");
    let run = whose(&["matrix", "--from", &new, "--against", &old, "-o", "json"]);
    let all = changes(&run);
    let mut names: Vec<&str> = all.keys().map(|(name, _)| &**name).collect();
    names.dedup();
    assert_eq!(names, ["rds", "sqs"]);
    assert!(run.said.iter().any(|line| line == "before: list of names: 2 names, 2 services"), "{:?}", run.said);
    let document = run.json();
    assert_eq!(document["unmatched"][0]["input"], "i-am-nothing-known");
    assert_eq!(document["before"]["unmatched"], json!([]));
    // What was there may come on stdin, and what is may be named; both on stdin is one too many.
    let text = std::fs::read_to_string(&old).expect("it was made");
    let asked = fed(&["matrix", "s3", "sqs", "--against", "-", "-o", "json"], &text);
    let keys = |run: &Run| changes(run).into_keys().collect::<Vec<_>>();
    assert_eq!(keys(&asked), keys(&run));
    let both = fed(&["matrix", "-", "--against", "-"], &text);
    assert_eq!((both.code, &*both.out), (Some(2), ""));
    assert_eq!(both.said, ["error: stdin is read once: give `-` once"]);
}

#[test]
fn strict_says_no_if_something_moves_to_the_customer_or_is_not_matched() {
    let names = |name: &str, text: &str| made(&format!("changes-strict-{name}.txt"), text);
    let database = names("database", "aws_db_instance.a\n");
    let more = names("more", "aws_db_instance.a\naws_s3_bucket.b\n");
    let unknown = names("unknown", "aws_db_instance.a\naws_brand_new_thing.b\n");
    for (new, old, code) in [
        (&database, &more, 0),
        (&more, &database, 1),
        (&database, &database, 0),
        (&unknown, &database, 1),
        (&database, &unknown, 1),
    ] {
        let args = ["matrix", "--from", new, "--against", old];
        assert_eq!(whose(&args).code, Some(0), "{new} {old}");
        let strict = whose(&[&args[..], &["--strict"]].concat());
        assert_eq!(strict.code, Some(code), "{new} {old}: {:?}", strict.said);
        let moved = strict.said.iter().any(|line| line == "something moves to you");
        assert_eq!(moved, new == &more, "{new} {old}: {:?}", strict.said);
    }
    // Where nothing changes, that is an answer.
    let same = whose(&["matrix", "--from", &more, "--against", &more, "-o", "markdown"]);
    assert!(same.out.starts_with("### Who secures what: nothing changes hands\n"), "{}", same.out);
    assert!(same.out.contains("2 services stay as they are."), "{}", same.out);
}

#[test]
fn a_filter_is_named_where_the_answer_is_read() {
    let base = ["matrix", "--from", PLAN, "--against", "prior"];
    let os = whose(&[&base[..], &["--layer", "os", "-o", "markdown"]].concat());
    let title = os.out.lines().next().expect("a title");
    assert!(title.starts_with("### Who secures what (--layer guest-os): 1 new service"), "{title}");
    let records = whose(&[&base[..], &["--layer", "os", "-o", "json"]].concat()).records();
    assert!(records.iter().all(|record| record["layer"] == "guest-os") && records.len() == 4, "{records:?}");
    // What moves and is hidden is counted.
    let shared = whose(&[&base[..], &["--party", "shared", "-o", "json"]].concat());
    let last =
        |record: &Value| if record["after"].is_null() { record["before"].clone() } else { record["after"].clone() };
    assert!(shared.records().iter().all(|record| last(record) == "shared"));
    let moving = whose(&[&base[..], &["-o", "json"]].concat()).records();
    let to_customer = |record: &&Value| record["customer"].as_array().is_some_and(|duties| !duties.is_empty());
    let hidden = moving.iter().filter(to_customer).count() - shared.records().iter().filter(to_customer).count();
    let note = format!("{hidden} more layers that move to you are hidden by --party");
    assert!(shared.said.contains(&note), "{note}: {:?}", shared.said);
}

#[test]
fn a_plan_that_does_not_say_what_it_changes_is_refused() {
    for (file, said) in [
        ("tests/inventories/plan.json", "names resources that its `resource_changes` say nothing of"),
        ("tests/inventories/state.json", "this is a Terraform state, and only a Terraform plan says"),
        ("tests/inventories/names.txt", "this is a list of names, and only a Terraform plan says"),
    ] {
        let run = whose(&["matrix", "--from", file, "--against", "prior"]);
        assert_eq!((run.code, &*run.out), (Some(2), ""), "{file}");
        assert!(run.said[0].contains(said), "{:?}", run.said);
    }
    for args in [
        &["matrix", "rds", "--against", "prior"][..],
        &["matrix", "--from", PLAN, "--against", "prior", "--against", PLAN],
        &["matrix", "--from", PLAN, "--against", "prior", "-o", "html"],
        &["matrix", "--from", PLAN, "--against", "prior", "--diff"],
    ] {
        let run = whose(args);
        assert_eq!((run.code, &*run.out), (Some(2), ""), "{args:?}");
    }
    // A first plan has nothing before it; a plan that looked at one resource says nothing of the others.
    let resource = |actions: Value, before: Value| {
        json!({ "address": "aws_sqs_queue.a", "mode": "managed", "type": "aws_sqs_queue", "name": "a",
            "change": { "actions": actions, "before": before, "after": {} } })
    };
    let plan = |change: Value| {
        let other = json!({ "mode": "managed", "type": "aws_db_instance", "name": "b", "values": {} });
        json!({ "format_version": "1.2", "resource_changes": [change],
            "prior_state": { "values": { "root_module": { "resources": [other] } } } })
        .to_string()
    };
    let compare = |plan: String| changes(&fed(&["matrix", "-", "--against", "prior", "-o", "json"], plan));
    let first = compare(plan(resource(json!(["create"]), Value::Null)));
    assert!(!first.is_empty() && first.keys().all(|(name, _)| name == "sqs"));
    assert!(compare(plan(resource(json!(["update"]), json!({})))).is_empty());
}

#[test]
fn teams_and_overlays_are_named() {
    let args = ["matrix", "--from", PLAN, "--against", "prior", "--catalogue", "tests/overlays/hub.yaml"];
    let all = changes(&whose(&[&args[..], &["-o", "json"]].concat()));
    let team = |name: &str, layer: &str| all[&(name.to_owned(), layer.to_owned())]["team"].clone();
    assert_eq!(team("ec2", "guest-os"), "platform team");
    assert_eq!(team("ec2", "application"), "application team");
    assert_eq!(team("rds", "application"), "data platform");
    assert_eq!(team("ec2", "physical-facilities"), Value::Null);
    for format in ["table", "markdown"] {
        let text = whose(&[&args[..], &["-o", format]].concat()).out;
        assert!(text.contains("platform team"), "{text}");
        assert!(
            text.replace('\n', " ").contains("Some answers come from your overlay: lambda@container-image"),
            "{text}"
        );
    }
}

/// Thousands of resources of every type that Terraform has for AWS: a plan that nobody reviews at one sight.
#[test]
fn a_comment_on_three_thousand_resources_is_no_longer_than_a_comment_may_be() {
    let types: Vec<&str> =
        include_str!("published/terraform.txt").lines().filter(|line| line.starts_with("aws_")).collect();
    assert!(types.len() > 1_000, "{}", types.len());
    let change = |n: usize| {
        let kind = types.get(n).copied().map_or_else(|| format!("aws_made_up_thing_{n}"), str::to_owned);
        json!({ "address": format!("{kind}.r{n}"), "mode": "managed", "type": kind, "name": format!("r{n}"),
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": { "actions": ["create"], "before": null, "after": { "name": "x".repeat(200) } } })
    };
    let plan = json!({ "format_version": "1.2", "resource_changes": (0..3_000).map(change).collect::<Vec<_>>() });
    let run = fed(&["matrix", "-", "--against", "prior", "-o", "markdown"], plan.to_string());
    assert_eq!(run.code, Some(0));
    assert!(run.out.chars().count() < 60_000, "{}", run.out.chars().count());
    // What there is no room for is counted, so that nothing seems to be all.
    let title = run.out.lines().next().expect("a title");
    let number = |text: &str, before: &str| -> usize {
        let head = text.split(before).next().expect("a part");
        head.rsplit(' ').next().and_then(|word| word.parse().ok()).unwrap_or_else(|| panic!("{before}: {text}"))
    };
    let duties = number(title, " duties come to you");
    assert!(duties > 1_000, "{title}");
    let shown = run.out.matches("\n- [ ] ").count();
    let left = run.out.lines().find(|line| line.contains(" more duties: ")).expect("some are counted");
    let left: usize = left.split(' ').next().and_then(|word| word.parse().ok()).expect("a number");
    assert_eq!((shown + left, shown > 50), (duties, true));
    assert!(run.out.contains(" more rows: "), "{}", &run.out[run.out.len() - 500..]);
    assert!(run.out.trim_end().ends_with('.') && run.out.contains("not matched: "));
    assert_eq!(run.out.matches("<details>").count(), run.out.matches("</details>").count());
}
