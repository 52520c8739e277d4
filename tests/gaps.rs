//! The gap view: which of the customer's duties are proven, failing or unseen, by every kind of findings in
//! `tests/findings`. What is expected was read off the fixtures by eye, never off the program.

#![cfg(feature = "cli")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What the program did.
struct Run {
    code: Option<i32>,
    out: String,
    said: Vec<String>,
}

fn whose(args: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_whose"))
        .args(args)
        .env_remove("WHOSE_CATALOGUE")
        .env("COLUMNS", "100")
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    let said = String::from_utf8(output.stderr).expect("stderr is text");
    Run {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("stdout is text"),
        said: said.lines().map(str::to_owned).collect(),
    }
}

impl Run {
    fn records(&self) -> Vec<Value> {
        let document: Value = serde_json::from_str(&self.out).expect("json parses");
        document["results"].as_array().expect("results is a list").clone()
    }

    /// Service, layer and the checks of every record in a state, in the order of the answer.
    fn in_state(&self, state: &str, checks: &str) -> Vec<(String, String, Vec<String>)> {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        self.records()
            .iter()
            .filter(|record| record["state"] == state)
            .map(|record| {
                let ids = record[checks].as_array().expect("a list of checks").iter().map(text).collect();
                (text(&record["service"]), text(&record["layer"]), ids)
            })
            .collect()
    }

    fn failing(&self) -> Vec<(String, String, Vec<String>)> {
        self.in_state("failing", "failing")
    }

    fn proven(&self) -> Vec<(String, String, Vec<String>)> {
        self.in_state("proven", "passing")
    }
}

fn row(service: &str, layer: &str, checks: &[&str]) -> (String, String, Vec<String>) {
    (service.to_owned(), layer.to_owned(), checks.iter().map(|id| (*id).to_owned()).collect())
}

fn findings(file: &str) -> String {
    format!("tests/findings/{file}")
}

/// A file of findings that a test makes.
fn made(name: &str, text: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("the file is written");
    path.to_str().expect("a plain path").to_owned()
}

/// A file, what is said about it, and what it proves and disproves of RDS.
type Case =
    (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static [(&'static str, &'static str)]);

#[test]
fn every_kind_of_findings_gives_the_same_view() {
    let cases: &[Case] = &[
        // One is archived and does not count, one is muted and has no verdict.
        (
            "asff.json",
            "Security Hub findings: 3 verdicts",
            &[("encryption-at-rest", "RDS.3")],
            &[("network-configuration", "RDS.2")],
        ),
        (
            "ocsf.json",
            "OCSF findings: 3 verdicts",
            &[("encryption-at-rest", "rds_instance_storage_encrypted")],
            &[("network-configuration", "rds_instance_no_public_access")],
        ),
        (
            "prowler.csv",
            "Prowler csv: 3 verdicts",
            &[("encryption-at-rest", "rds_instance_storage_encrypted")],
            &[("network-configuration", "rds_instance_no_public_access")],
        ),
        (
            "config.json",
            "AWS Config compliance: 3 verdicts",
            &[("encryption-at-rest", "rds-storage-encrypted")],
            &[("network-configuration", "rds-instance-public-access-check")],
        ),
        (
            "config-pack.json",
            "AWS Config compliance: 2 verdicts",
            &[("encryption-at-rest", "rds-storage-encrypted")],
            &[("network-configuration", "rds-instance-public-access-check")],
        ),
        // One account passes and one fails: it fails.
        (
            "config-aggregate.json",
            "AWS Config compliance: 2 verdicts",
            &[],
            &[("encryption-at-rest", "rds-storage-encrypted")],
        ),
    ];
    for (file, said, proven, failing) in cases {
        let read = whose(&["gaps", "rds", "--findings", &findings(file), "-o", "json"]);
        assert_eq!((read.code, &*read.said), (Some(0), &[(*said).to_owned()][..]), "{file}");
        let rows = |rows: &[(&str, &str)]| rows.iter().map(|(layer, id)| row("rds", layer, &[id])).collect::<Vec<_>>();
        assert_eq!(read.proven(), rows(proven), "{file}");
        assert_eq!(read.failing(), rows(failing), "{file}");
        // What is muted or has no data proves nothing and fails nothing.
        let backup = read.records().into_iter().find(|record| record["layer"] == "backup-resilience");
        assert_eq!(backup.expect("the layer is yours")["state"], "unseen", "{file}");
    }
}

#[test]
fn findings_of_security_hub_in_ocsf_count_by_their_control() {
    for file in ["securityhub-ocsf.json", "securityhub-v2.json"] {
        let read = whose(&["gaps", "s3", "--findings", &findings(file), "-o", "json"]);
        assert_eq!(read.proven(), [row("s3", "identity-access", &["S3.8"])], "{file}");
        assert_eq!(read.failing(), [row("s3", "encryption-in-transit", &["S3.5"])], "{file}");
    }
}

#[test]
fn findings_of_prowler_in_asff_count_by_their_check() {
    let read = whose(&["gaps", "--findings", &findings("prowler-asff.json"), "-o", "json"]);
    assert_eq!(read.proven(), [row("sqs", "encryption-at-rest", &["sqs_queues_server_side_encryption_enabled"])]);
    assert_eq!(read.failing(), [row("sqs", "identity-access", &["sqs_queues_not_publicly_accessible"])]);
}

#[test]
fn a_finding_of_any_standard_counts_by_its_control_or_by_the_rule_behind_it() {
    let read = whose(&["gaps", "--findings", &findings("standards.json"), "-o", "json"]);
    // CIS 5.0 names the control; CIS 1.2 only the rule of Config that ran for it; Config's own finding names its rule.
    // What GuardDuty saw is no check's verdict.
    assert_eq!(read.said, ["Security Hub findings: 3 verdicts"]);
    assert_eq!(
        read.failing(),
        [
            row("cloudtrail", "encryption-at-rest", &["cloud-trail-encryption-enabled"]),
            row("ebs", "encryption-at-rest", &["EC2.7"]),
            row("ec2", "encryption-at-rest", &["EC2.7"]),
        ]
    );
    assert_eq!(read.proven(), [row("rds", "encryption-at-rest", &["rds-storage-encrypted"])]);
}

#[test]
fn a_rule_of_config_is_known_by_every_name_that_is_made_of_it() {
    let names = [
        ("restricted-ssh", "restricted-ssh"),
        ("INCOMING_SSH_DISABLED", "restricted-ssh"),
        ("incoming-ssh-disabled", "restricted-ssh"),
        ("securityhub-restricted-ssh-1a2b3c4d", "restricted-ssh"),
        ("securityhub-restricted-ssh-abcdefgh", "restricted-ssh"),
        ("securityhub-restricted-ssh", "restricted-ssh"),
        ("restricted-ssh-conformance-pack-x1y2z3a4b", "restricted-ssh"),
        ("OrgConfigRule-restricted-ssh-ab12cd34", "restricted-ssh"),
        ("AWSControlTower_AWS-GR_RESTRICTED_SSH", "restricted-ssh"),
        ("RESTRICTED_INCOMING_TRAFFIC", "restricted-common-ports"),
        ("INSTANCES_IN_VPC", "ec2-instances-in-vpc"),
        ("CLOUD_TRAIL_ENABLED", "cloudtrail-enabled"),
        ("MULTI_REGION_CLOUD_TRAIL_ENABLED", "multi-region-cloudtrail-enabled"),
        ("EC2_INSTANCE_MANAGED_BY_SSM", "ec2-instance-managed-by-systems-manager"),
        ("securityhub-ec2-instance-managed-by-ssm-0f1e2d3c", "ec2-instance-managed-by-systems-manager"),
        ("RDS_STORAGE_ENCRYPTED", "rds-storage-encrypted"),
        ("securityhub-ec2-imdsv2-check-1a2b3c", "ec2-imdsv2-check"),
        ("securityhub-iam-inline-policy-blocked-kms-actions-baa2cf8c", "iam-inline-policy-blocked-kms-actions"),
        ("securityhub-s3-bucket-ssl-requests-only-55c8a7cd", "s3-bucket-ssl-requests-only"),
    ];
    for (name, rule) in names {
        let text = format!(
            "{{ \"ComplianceByConfigRules\": [ {{ \"ConfigRuleName\": \"{name}\", \
             \"Compliance\": {{ \"ComplianceType\": \"NON_COMPLIANT\" }} }} ] }}"
        );
        let read = whose(&["gaps", "--findings", &made("rule.json", &text), "-o", "json"]);
        let failing = read.failing();
        assert!(!failing.is_empty() && failing.iter().all(|(_, _, checks)| *checks == [rule]), "{name}: {failing:?}");
        assert_eq!(read.said, ["AWS Config compliance: 1 verdict"], "{name}");
    }
    // A rule of one's own is none of these, however its name begins.
    let own = r#"{ "ComplianceByConfigRules": [
        { "ConfigRuleName": "restricted-ssh-strictly", "Compliance": { "ComplianceType": "COMPLIANT" } },
        { "ConfigRuleName": "our-own-rule", "Compliance": { "ComplianceType": "COMPLIANT" } },
        { "ConfigRuleName": "rds-storage-encrypted", "Compliance": { "ComplianceType": "COMPLIANT" } } ] }"#;
    let read = whose(&["gaps", "rds", "--findings", &made("own.json", own), "-o", "json"]);
    assert!(read.said[1].starts_with("2 of the 3 checks that ran are not among the "), "{:?}", read.said);
    let read = whose(&["gaps", "ec2", "--findings", &made("own.json", own), "-o", "json"]);
    assert_eq!(read.proven(), []);
}

#[test]
fn what_is_yours_is_a_row_and_no_more() {
    let read = whose(&["gaps", "rds", "s3", "--findings", &findings("asff.json"), "-o", "json"]);
    let rows: BTreeSet<(String, String)> =
        read.records().iter().map(|row| (row["service"].to_string(), row["layer"].to_string())).collect();
    assert_eq!(rows.len(), read.records().len(), "every layer of a service stands once");
    let mut yours = BTreeSet::new();
    for service in ["rds", "s3"] {
        for answer in whose(&["show", service, "-o", "json"]).records() {
            if answer["party"] != "aws" || answer["checks"].as_array().is_some_and(|checks| !checks.is_empty()) {
                yours.insert((answer["service"].to_string(), answer["layer"].to_string()));
            }
        }
    }
    assert_eq!(rows, yours);
    assert!(!rows.contains(&("\"rds\"".to_owned(), "\"hardware\"".to_owned())));
}

#[test]
fn several_files_are_one_view() {
    let read = whose(&[
        "gaps",
        "rds",
        "s3",
        "--findings",
        &findings("asff.json"),
        "--findings",
        &findings("securityhub-ocsf.json"),
        "--findings",
        &findings("config-aggregate.json"),
        "-o",
        "json",
    ]);
    assert_eq!(
        read.said,
        ["Security Hub findings: 3 verdicts", "OCSF findings: 2 verdicts", "AWS Config compliance: 2 verdicts"]
    );
    // RDS.3 passed, and the rule behind it failed in one account: what fails is what counts.
    assert_eq!(
        read.failing(),
        [
            row("rds", "network-configuration", &["RDS.2"]),
            row("rds", "encryption-at-rest", &["rds-storage-encrypted"]),
            row("s3", "encryption-in-transit", &["S3.5"]),
        ]
    );
    assert_eq!(read.proven(), [row("s3", "identity-access", &["S3.8"])]);
    let at_rest =
        read.records().into_iter().find(|row| row["layer"] == "encryption-at-rest" && row["service"] == "rds");
    assert_eq!(at_rest.expect("the row is there")["passing"][0], "RDS.3");
}

#[test]
fn an_inventory_says_which_services_and_how_many() {
    let args = ["gaps", "--findings", &findings("asff.json"), "-o", "json"];
    let from = whose(&[&args[..], &["--from", "tests/inventories/tagging.json"]].concat());
    // What was not matched is said here as well.
    assert_eq!(
        from.said,
        [
            "Security Hub findings: 3 verdicts",
            "Resource Groups Tagging API: 3 resources, 2 services",
            "not matched: 1 of 3 things",
            "  arn:aws:rds:eu-central-1:123456789012:cluster:orders (1) - may mean rds, aurora, neptune, documentdb",
        ]
    );
    let services: BTreeSet<String> = from.records().iter().map(|row| row["service"].to_string()).collect();
    assert_eq!(services, BTreeSet::from(["\"ebs\"".to_owned(), "\"s3\"".to_owned()]));
    assert!(from.records().iter().all(|row| row["resources"] == 1 && row["state"] == "unseen"));
    let output = Command::new(env!("CARGO_BIN_EXE_whose"))
        .args(["gaps", "-"])
        .args(&args[1..])
        .env_remove("WHOSE_CATALOGUE")
        .stdin(fs::File::open("tests/inventories/tagging.json").expect("the fixture opens"))
        .output()
        .expect("the program runs");
    assert_eq!(String::from_utf8(output.stdout).expect("text"), from.out);
}

#[test]
fn a_layer_and_a_state_narrow_the_view() {
    let all = ["gaps", "rds", "--findings", "tests/findings/asff.json", "-o", "json"];
    let one = whose(&[&all[..], &["--layer", "firewall"]].concat());
    assert_eq!(one.records().len(), 1);
    assert_eq!(one.failing(), [row("rds", "network-configuration", &["RDS.2"])]);
    let proven = whose(&[&all[..], &["--state", "proven"]].concat());
    assert_eq!(proven.records().len(), 1);
    let nothing = whose(&[&all[..], &["--state", "proven", "--layer", "platform"]].concat());
    assert_eq!((nothing.code, nothing.said.last().map(String::as_str)), (Some(1), Some("nothing fits")));
    let unseen = whose(&[&all[..], &["--state", "unseen"]].concat());
    assert_eq!(unseen.records().len() + 2, whose(&all).records().len());
}

#[test]
fn strict_ends_with_1_unless_all_is_proven() {
    let args = ["gaps", "rds", "--findings", "tests/findings/asff.json", "--strict"];
    let at = |layer| whose(&[&args[..], &["--layer", layer]].concat()).code;
    assert_eq!(at("encryption-at-rest"), Some(0), "proven");
    assert_eq!(at("network-configuration"), Some(1), "failing");
    assert_eq!(at("platform"), Some(1), "unseen");
    // What a filter leaves out of sight still counts.
    assert_eq!(whose(&[&args[..], &["--state", "proven"]].concat()).code, Some(1));
    assert_eq!(whose(&args).code, Some(1));
    assert_eq!(whose(&args[..4]).code, Some(0));
}

#[test]
fn every_format_says_the_same() {
    let read = |format| whose(&["gaps", "rds", "ec2", "--findings", &findings("asff.json"), "-o", format]);
    let records = read("json").records();
    let count = |state: &str| records.iter().filter(|record| record["state"] == state).count();
    let (failing, unseen, proven) = (count("failing"), count("unseen"), count("proven"));
    assert_eq!((failing, proven), (1, 1));

    let lines: Vec<Value> = read("ndjson").out.lines().map(|line| serde_json::from_str(line).expect("json")).collect();
    assert_eq!(lines, records);
    let yaml: Value = serde_yaml::from_str(&read("yaml").out).expect("yaml parses");
    assert_eq!(yaml["results"], Value::Array(records.clone()));

    let columns = "service,layer,resources,state,passing,failing,silent,failing_checks";
    let csv = read("csv").out;
    assert_eq!(csv.lines().next(), Some(columns));
    assert_eq!(csv.lines().count(), records.len() + 1);
    let at_rest = csv.lines().find(|line| line.starts_with("rds,encryption-at-rest,")).expect("the row is there");
    assert!(at_rest.starts_with("rds,encryption-at-rest,,proven,1,0,"), "{at_rest}");
    let network = csv.lines().find(|line| line.starts_with("rds,network-configuration,")).expect("the row is there");
    assert!(network.starts_with("rds,network-configuration,,failing,0,1,") && network.ends_with(",RDS.2"), "{network}");
    let tsv = read("tsv").out;
    assert_eq!(tsv.lines().count(), records.len());
    assert!(tsv.lines().all(|line| line.split('\t').count() == columns.split(',').count()));
    assert_eq!(read("markdown").out.lines().count(), records.len() + 2);

    let table = read("table").out;
    assert!(table.contains("proven by these checks: RDS.3"), "{table}");
    assert!(table.contains("failing: RDS.2"), "{table}");
    assert!(table.contains("without a verdict (muted, or no data): RDS.8; "), "{table}");
    assert!(table.contains("no check exists"), "{table}");
    let counts =
        format!("{failing} failing, {unseen} unseen, {proven} proven of {} layers of yours", failing + unseen + proven);
    assert!(table.contains(&counts), "{table}");
    assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
    for format in ["html", "svg"] {
        let picture = read(format).out;
        assert!(picture.contains(&counts), "{format}");
        assert!(["failing", "unseen", "proven"].iter().all(|word| picture.contains(&format!(">{word}<"))), "{format}");
    }
    assert!(read("html").out.contains("proven by these checks: RDS.3"));

    // Whatever the view says, it does not say that anyone is compliant; checks may be called so.
    for format in ["table", "json", "ndjson", "yaml", "csv", "tsv", "markdown", "html", "svg"] {
        let text = read(format).out.to_ascii_lowercase();
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
        assert!(!words.any(|word| word == "compliant"), "{format}");
    }
}

#[test]
fn what_are_no_findings_is_refused_with_the_shapes_that_are_known() {
    for text in ["", "{}", "[]", "[1]", "[{\"a\": 1}]", "{\"a\": []}", "a,b\n1,2\n"] {
        let read = whose(&["gaps", "rds", "--findings", &made("none.json", text)]);
        assert_eq!((read.code, &*read.out), (Some(2), ""), "{text}");
        assert!(read.said[0].contains("none.json: these are no findings of a known shape; these are known:"), "{text}");
        assert!(read.said.iter().any(|line| line.contains("describe-compliance-by-config-rule")), "{:?}", read.said);
    }
    let broken = whose(&["gaps", "--findings", &made("broken.json", "{ \"Findings\": [\n { \"Compliance\": } ] }")]);
    assert_eq!((broken.code, &*broken.out), (Some(2), ""));
    assert!(broken.said[0].contains("broken.json: line 2: no JSON: "), "{:?}", broken.said);
    let gone = whose(&["gaps", "rds", "--findings", "tests/findings/none.json"]);
    assert!(gone.said[0].starts_with("error: cannot read tests/findings/none.json: "), "{:?}", gone.said);
    assert_eq!(gone.code, Some(2));
    // Findings of checks that nobody knows name no service.
    let text = "CHECK_ID;STATUS\nour_own_check;PASS\n;FAIL\n";
    let strange = whose(&["gaps", "--findings", &made("strange.csv", text)]);
    assert_eq!((strange.code, &*strange.out), (Some(2), ""));
    assert!(strange.said[0].contains("the findings name none"), "{:?}", strange.said);
    let strange = whose(&["gaps", "rds", "--findings", &made("strange.csv", text)]);
    assert_eq!(strange.said[0], "Prowler csv: 1 verdict");
    assert!(strange.said[1].starts_with("the check that ran is not among the "), "{:?}", strange.said);
    // Findings are asked for by name.
    assert_eq!(whose(&["gaps", "rds"]).code, Some(2));
}
