//! CloudFormation and SAM templates, by the program: every legal spelling is the same template, and what cannot be seen in one
//! is said. What is expected was read off the templates by eye, never off the program.

#![cfg(feature = "cli")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use common::{Run, made, whose};
use serde_json::Value;

/// The matrix of a template for one layer.
fn matrix(file: &str) -> Run {
    whose(&["matrix", "--from", file, "--layer", "os", "-o", "json"])
}

fn columns(pairs: &[(&str, u64)]) -> BTreeMap<String, Option<u64>> {
    pairs.iter().map(|(name, count)| ((*name).to_owned(), Some(*count))).collect()
}

#[test]
fn every_spelling_is_the_same_template() {
    let long =
        |section: &str, entry: fn(usize) -> String| section.to_owned() + &(0..4_096).map(entry).collect::<String>();
    let body = r#"{"Resources": {"B": {"Type": "AWS::S3::Bucket"}, "Q": {"Type": "AWS::SQS::Queue"}}}"#;
    let block = "Resources:\n  B:\n    Type: AWS::S3::Bucket\n  Q:\n    Type: AWS::SQS::Queue\n";
    let cases = [
        block.to_owned(),
        block.replace('\n', "\r\n"),
        format!("\u{feff}{block}"),
        format!("---\n# a comment\n{block}...\n"),
        block.lines().map(|line| format!("  {line}\n")).collect::<Vec<_>>().concat(),
        "\"Resources\":\n  \"B\":\n    \"Type\": \"AWS::S3::Bucket\"\n  \"Q\":\n    \"Type\": \"AWS::SQS::Queue\"\n".to_owned(),
        "'Resources' :\n  'B' :\n    'Type' : 'AWS::S3::Bucket'\n  'Q' :\n    'Type' : 'AWS::SQS::Queue'\n".to_owned(),
        "Resources: {B: {Type: AWS::S3::Bucket}, Q: {Type: AWS::SQS::Queue}}\n".to_owned(),
        "{Resources: {B: {Type: 'AWS::S3::Bucket'}, Q: {Type: AWS::SQS::Queue}}}\n".to_owned(),
        body.to_owned(),
        format!("# Made by a tool\n\n{body}\n"),
        format!("\n\n   {body}"),
        // `Resources` behind the first 64 KiB.
        format!("{}{block}", long("Parameters:\n", |n| format!("  Name{n}: {{Type: String, Description: some words to fill the line}}\n"))),
        format!("{}{block}", long("Metadata:\n  Notes:\n", |_| "    - some words to fill the line\n".to_owned())),
        format!("{} \"x\": 1}}, {}", long("{\"Metadata\": {", |n| format!("\"key {n}\": \"some words\", ")), &body[1..]),
        format!("{}{block}", long("AWSTemplateFormatVersion: '2010-09-09'\n", |_| "# a comment that fills the line\n".to_owned())),
        // Anchors, aliases and merges.
        "X-Bucket: &bucket {Type: AWS::S3::Bucket}\nResources:\n  B: *bucket\n  Q: {<<: *bucket, Type: AWS::SQS::Queue}\n".to_owned(),
        // What holds a template.
        format!("{{\"TemplateBody\": {body}, \"StagesAvailable\": [\"Original\", \"Processed\"]}}"),
        format!("{{\"StagesAvailable\": [], \"TemplateBody\": {}}}", Value::from(body)),
        format!("{{\"TemplateBody\": {}}}", Value::from(block)),
        format!("{{\"template\": {}, \"previousTemplate\": null, \"changedResources\": []}}", Value::from(block)),
    ];
    for (number, text) in cases.iter().enumerate() {
        let read = matrix(&made("spelling.template", text));
        let shown = &text[..text.floor_char_boundary(200)];
        assert_eq!(read.said, ["CloudFormation template: 2 resources, 2 services"], "{number}: {shown}");
        assert_eq!(read.columns(), columns(&[("s3", 1), ("sqs", 1)]), "{number}: {shown}");
    }
}

/// A template, what is said about it, and its services.
type Case = (&'static str, &'static [&'static str], &'static [(&'static str, u64)]);

#[test]
fn what_runs_where_is_read_off_the_whole_template() {
    let cases: &[Case] = &[
        // Compatibility is what a task definition may run on; the service decides.
        ("ecs-launch-type.yaml", &["CloudFormation template: 2 resources, 1 service"], &[("ecs@fargate", 2)]),
        ("ecs-capacity-provider.yaml", &["CloudFormation template: 2 resources, 1 service"], &[("ecs@fargate", 2)]),
        // Where nothing decides, each of what it may be is shown, and no other.
        (
            "ecs-undecided.yaml",
            &[
                "CloudFormation template: 1 resource, 1 service",
                "ecs: 1 resource may run in any of these modes: fargate, ec2",
            ],
            &[("ecs@ec2", 1), ("ecs@fargate", 1)],
        ),
        // Two services decide differently: it counts with both.
        ("ecs-both.yaml", &["CloudFormation template: 3 resources, 1 service"], &[("ecs@ec2", 2), ("ecs@fargate", 2)]),
        // An engine that is not known yet is no engine.
        (
            "engine-open.yaml",
            &[
                "CloudFormation template: 2 resources, 1 service",
                "not matched: 1 of 2 things",
                "  AWS::RDS::DBInstance (1) - may mean rds, rds-custom, aurora",
            ],
            &[("rds", 1)],
        ),
        (
            "loops.yaml",
            &[
                "CloudFormation template: 6 resources, 2 services",
                "ignored 1: a loop over a list that is not in the template: counted once (Fn::ForEach::Queues)",
            ],
            &[("sns", 5), ("sqs", 1)],
        ),
        (
            "unseen.yaml",
            &[
                "CloudFormation template: 2 resources, 2 services",
                "ignored 1: a macro: what it adds or changes is not seen here (OurMacro)",
                "ignored 1: a nested stack: the resources of its template are not seen here (Network)",
                "ignored 1: a resource without a type (Forgotten)",
                "ignored 1: brings in parts of the template that are not seen here (AWS::Include)",
            ],
            &[("cloudformation", 1), ("s3", 1)],
        ),
    ];
    for (file, said, services) in cases {
        let read = matrix(&format!("tests/cloudformation/{file}"));
        assert_eq!(read.said, *said, "{file}");
        assert_eq!(read.columns(), columns(services), "{file}");
    }
    let mut fixtures: Vec<String> = fs::read_dir("tests/cloudformation")
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    fixtures.sort();
    let mut files: Vec<&str> = cases.iter().map(|(file, ..)| *file).collect();
    files.sort_unstable();
    assert_eq!(fixtures, files, "every fixture has a case");
}

#[test]
fn what_is_no_template_is_refused_with_its_place() {
    let cases = [
        ("Transform: AWS::Serverless-2016-10-31\nOther: y\n", "a template without `Resources`"),
        ("AWSTemplateFormatVersion: '2010-09-09'\nResources:\n- a\n", "line 3: `Resources` must be a mapping"),
        ("Resources:\n  A: {Type: x}\n---\nb: 1\n", "line 3: a second document"),
        ("{\"Resources\": {\"A\": {\"Type\": ]}}}", "line 1: not valid JSON: expected value"),
        ("{\"TemplateBody\": \"Resources: [\"}", "line 1: "),
        ("Resources:\n  A: {Type: *nowhere}\n", "line 2: "),
    ];
    for (text, message) in cases {
        let read = matrix(&made("refused.template", text));
        assert_eq!((read.code, &*read.out), (Some(2), ""), "{text}");
        assert!(read.said[0].contains(message), "{text}: {:?}", read.said);
    }
}

/// SAM's `Globals` hold for every function: what they cost must not be multiplied by how long they are.
#[test]
fn growth_is_linear() {
    let globals = (0..16_000).map(|n| format!("    V{n}: x\n")).collect::<Vec<_>>().concat();
    let functions = (0..4_000)
        .map(|n| format!("  F{n}: {{Type: AWS::Serverless::Function, Properties: {{Timeout: 1}}}}\n"))
        .collect::<Vec<_>>()
        .concat();
    let text =
        format!("Globals:\n  Function:\n    Environment:\n{globals}    Runtime: python3.13\nResources:\n{functions}");
    let file = made("globals.yaml", &text);
    let start = Instant::now();
    let read = matrix(&file);
    // A debug build on a busy machine: what is quadratic takes minutes.
    assert!(start.elapsed() < Duration::from_secs(10), "{:?} for {} KB", start.elapsed(), text.len() >> 10);
    assert_eq!(read.columns(), columns(&[("lambda@managed-runtime-auto", 4_000)]));
}
