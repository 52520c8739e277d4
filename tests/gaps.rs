//! The gap view: which of the customer's duties are proven, failing or unseen, by every kind of findings in
//! `tests/findings`. What is expected was read off the fixtures by eye, never off the program.

#![cfg(feature = "cli")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;

use common::{Run, command, fed, made, run};
use serde_json::Value;

fn whose(args: &[&str]) -> Run {
    run(command(args).env("COLUMNS", "100"))
}

impl Run {
    /// Service, layer and those of the checks that ended so, of every record in one of the states, in the order of the answer.
    fn in_state(&self, states: &[&str], outcome: &str) -> Vec<(String, String, Vec<String>)> {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let records = self.records();
        let wanted = records.iter().filter(|record| states.contains(&record["state"].as_str().expect("a state")));
        wanted
            .map(|record| {
                let checks = record["checks"].as_array().expect("a list of checks").iter();
                let ids = checks.filter(|check| check["outcome"] == outcome).map(|check| text(&check["id"])).collect();
                (text(&record["service"]), text(&record["layer"]), ids)
            })
            .collect()
    }

    fn failing(&self) -> Vec<(String, String, Vec<String>)> {
        self.in_state(&["failing"], "failed")
    }

    /// Where checks passed and none failed, whether they are all there are or not.
    fn passing(&self) -> Vec<(String, String, Vec<String>)> {
        self.in_state(&["partial", "proven"], "passed")
    }
}

fn row(service: &str, layer: &str, checks: &[&str]) -> (String, String, Vec<String>) {
    (service.to_owned(), layer.to_owned(), checks.iter().map(|id| (*id).to_owned()).collect())
}

fn findings(file: &str) -> String {
    format!("tests/findings/{file}")
}

/// A file, what is said about it, and what passed and what failed of RDS.
type Case =
    (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static [(&'static str, &'static str)]);

#[test]
fn every_kind_of_findings_gives_the_same_view() {
    let cases: &[Case] = &[
        // One is archived and does not count, one is muted and has no verdict.
        (
            "asff.json",
            "Security Hub findings: 3 results of checks",
            &[("encryption-at-rest", "RDS.3")],
            &[("network-configuration", "RDS.2")],
        ),
        (
            "ocsf.json",
            "OCSF findings: 3 results of checks",
            &[("encryption-at-rest", "rds_instance_storage_encrypted")],
            &[("network-configuration", "rds_instance_no_public_access")],
        ),
        (
            "prowler.csv",
            "Prowler csv: 3 results of checks",
            &[("encryption-at-rest", "rds_instance_storage_encrypted")],
            &[("network-configuration", "rds_instance_no_public_access")],
        ),
        (
            "config.json",
            "AWS Config compliance: 3 results of checks",
            &[("encryption-at-rest", "rds-storage-encrypted")],
            &[("network-configuration", "rds-instance-public-access-check")],
        ),
        (
            "config-pack.json",
            "AWS Config compliance: 2 results of checks",
            &[("encryption-at-rest", "rds-storage-encrypted")],
            &[("network-configuration", "rds-instance-public-access-check")],
        ),
        // One account passes and one fails: it fails.
        (
            "config-aggregate.json",
            "AWS Config compliance: 2 results of checks",
            &[],
            &[("encryption-at-rest", "rds-storage-encrypted")],
        ),
    ];
    for (file, said, proven, failing) in cases {
        let read = whose(&["gaps", "rds", "--findings", &findings(file), "-o", "json"]);
        assert_eq!((read.code, &*read.said[0]), (Some(0), *said), "{file}");
        let archived = &["ignored 1: archived or closed".to_owned()][usize::from(*file != "asff.json")..];
        assert_eq!(&read.said[1..], archived, "{file}");
        let rows = |rows: &[(&str, &str)]| rows.iter().map(|(layer, id)| row("rds", layer, &[id])).collect::<Vec<_>>();
        assert_eq!(read.passing(), rows(proven), "{file}");
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
        assert_eq!(read.passing(), [row("s3", "identity-access", &["S3.8"])], "{file}");
        assert_eq!(read.failing(), [row("s3", "encryption-in-transit", &["S3.5"])], "{file}");
    }
}

#[test]
fn findings_of_prowler_in_asff_count_by_their_check() {
    let read = whose(&["gaps", "--findings", &findings("prowler-asff.json"), "-o", "json"]);
    assert_eq!(read.passing(), [row("sqs", "encryption-at-rest", &["sqs_queues_server_side_encryption_enabled"])]);
    assert_eq!(read.failing(), [row("sqs", "identity-access", &["sqs_queues_not_publicly_accessible"])]);
}

#[test]
fn a_finding_of_any_standard_counts_by_its_control_or_by_the_rule_behind_it() {
    let read = whose(&["gaps", "--findings", &findings("standards.json"), "-o", "json"]);
    // CIS 5.0 names the control; CIS 1.2 only the rule of Config that ran for it; Config's own finding names its rule.
    // What GuardDuty saw is no check's verdict.
    assert_eq!(read.said, ["Security Hub findings: 3 results of checks", "ignored 1: not the result of a check"]);
    assert_eq!(
        read.failing(),
        [
            row("cloudtrail", "encryption-at-rest", &["cloud-trail-encryption-enabled"]),
            row("ebs", "encryption-at-rest", &["EC2.7"]),
            row("ec2", "encryption-at-rest", &["EC2.7"]),
        ]
    );
    assert_eq!(read.passing(), [row("rds", "encryption-at-rest", &["rds-storage-encrypted"])]);
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
        assert_eq!(read.said, ["AWS Config compliance: 1 result of checks"], "{name}");
    }
    // A rule of one's own is none of these, however its name begins.
    let own = r#"{ "ComplianceByConfigRules": [
        { "ConfigRuleName": "restricted-ssh-strictly", "Compliance": { "ComplianceType": "COMPLIANT" } },
        { "ConfigRuleName": "our-own-rule", "Compliance": { "ComplianceType": "COMPLIANT" } },
        { "ConfigRuleName": "rds-storage-encrypted", "Compliance": { "ComplianceType": "COMPLIANT" } } ] }"#;
    let read = whose(&["gaps", "rds", "--findings", &made("own.json", own), "-o", "json"]);
    assert!(read.said[1].starts_with("2 of the 3 checks that ran are not among the "), "{:?}", read.said);
    let read = whose(&["gaps", "ec2", "--findings", &made("own.json", own), "-o", "json"]);
    assert_eq!(read.passing(), []);
}

#[test]
fn a_layer_with_a_duty_of_yours_is_a_row_whoever_holds_it() {
    let read = whose(&["gaps", "rds", "s3", "--findings", &findings("asff.json"), "-o", "json"]);
    let rows: BTreeSet<(String, String)> =
        read.records().iter().map(|row| (row["service"].to_string(), row["layer"].to_string())).collect();
    assert_eq!(rows.len(), read.records().len(), "every layer of a service stands once");
    let mut yours = BTreeSet::new();
    for service in ["rds", "s3"] {
        for answer in whose(&["show", service, "-o", "json"]).records() {
            let any = |field: &str| answer[field].as_array().is_some_and(|list| !list.is_empty());
            if any("customer") || any("checks") {
                yours.insert((answer["service"].to_string(), answer["layer"].to_string()));
            }
        }
    }
    assert_eq!(rows, yours);
    let row = |layer: &str| rows.contains(&("\"rds\"".to_owned(), format!("\"{layer}\"")));
    assert!(row("guest-os"), "AWS patches it in the end; the customer chooses the window");
    assert!(!row("hardware"));
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
        [
            "Security Hub findings: 3 results of checks",
            "ignored 1: archived or closed",
            "OCSF findings: 2 results of checks",
            "AWS Config compliance: 2 results of checks"
        ]
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
    assert_eq!(read.passing(), [row("s3", "identity-access", &["S3.8"])]);
    let at_rest =
        read.records().into_iter().find(|row| row["layer"] == "encryption-at-rest" && row["service"] == "rds");
    assert_eq!(at_rest.expect("the row is there")["passed"], 1);
}

#[test]
fn an_inventory_says_which_services_and_how_many() {
    let args = ["gaps", "--findings", &findings("asff.json"), "-o", "json"];
    let from = whose(&[&args[..], &["--from", "tests/inventories/tagging.json"]].concat());
    // What was not matched is said here as well.
    assert_eq!(
        from.said,
        [
            "Security Hub findings: 3 results of checks",
            "ignored 1: archived or closed",
            "Resource Groups Tagging API: 3 resources, 2 services",
            "not matched: 1 of 3 things",
            "  arn:aws:rds:eu-central-1:123456789012:cluster:orders (1) - may mean rds, aurora, neptune, documentdb",
        ]
    );
    let services: BTreeSet<String> = from.records().iter().map(|row| row["service"].to_string()).collect();
    assert_eq!(services, BTreeSet::from(["\"ebs\"".to_owned(), "\"s3\"".to_owned()]));
    assert!(from.records().iter().all(|row| row["resources"] == 1 && row["state"] == "unseen"));
    let input = fs::File::open("tests/inventories/tagging.json").expect("the fixture opens");
    assert_eq!(run(command(&["gaps", "-"]).args(&args[1..]).stdin(input)).out, from.out);
}

#[test]
fn stdin_is_a_file_called_dash() {
    let estate = "tests/inventories/tagging.json";
    // Findings or the inventory: with a name beside them, with the other from a file, and alone.
    for (args, file) in [
        (&["rds", "--findings", "-"][..], &*findings("asff.json")),
        (&["--findings", "-", "--from", estate], &findings("asff.json")),
        (&["--findings", "-", "--findings", "tests/findings/prowler.csv"], &findings("asff.json")),
        (&["--findings", "-"], &findings("prowler.csv")),
        (&["--findings", "tests/findings/asff.json", "--from", "-"], estate),
        (&["rds", "--findings", "tests/findings/asff.json", "--from", "-"], estate),
    ] {
        let args = [&["gaps", "-o", "json"], args].concat();
        let named: Vec<&str> = args.iter().map(|arg| if *arg == "-" { file } else { *arg }).collect();
        let (piped, read) = (fed(&args, fs::read(file).expect("the fixture reads")), whose(&named));
        assert_eq!((piped.code, &*piped.err), (Some(0), &*read.err), "{args:?}");
        assert!(!piped.records().is_empty() && piped.out == read.out, "{args:?}");
    }
    let broken = fed(&["gaps", "rds", "--findings", "-"], "{}");
    assert_eq!((broken.code, &*broken.out), (Some(2), ""));
    assert!(broken.said[0].starts_with("error: stdin: these are no findings of a known format"), "{:?}", broken.said);
}

#[test]
fn stdin_is_read_once() {
    let file = findings("asff.json");
    for args in [
        &["-", "--findings", "-"][..],
        &["--from", "-", "--findings", "-"],
        &["--findings", "-", "--findings", "-"],
        &["-", "--from", "-", "--findings", &file],
        &["--from", "-", "--from", "-", "--findings", &file],
    ] {
        let read = fed(&[&["gaps"], args].concat(), fs::read(&file).expect("the fixture reads"));
        assert_eq!((read.code, &*read.out), (Some(2), ""), "{args:?}");
        assert_eq!(
            read.said,
            ["error: stdin is read once: give `-` to one of an inventory and --findings"],
            "{args:?}"
        );
    }
}

#[test]
fn a_layer_and_a_state_narrow_the_view() {
    let all = ["gaps", "rds", "--findings", "tests/findings/asff.json", "-o", "json"];
    let one = whose(&[&all[..], &["--layer", "firewall"]].concat());
    assert_eq!(one.records().len(), 1);
    assert_eq!(one.failing(), [row("rds", "network-configuration", &["RDS.2"])]);
    let partial = whose(&[&all[..], &["--state", "partial"]].concat());
    assert_eq!(partial.passing(), [row("rds", "encryption-at-rest", &["RDS.3"])]);
    let nothing = whose(&[&all[..], &["--state", "proven", "--layer", "platform"]].concat());
    assert_eq!((nothing.code, nothing.records().len()), (Some(1), 0));
    assert!(nothing.said.contains(&"nothing fits".to_owned()), "{:?}", nothing.said);
    let unseen = whose(&[&all[..], &["--state", "unseen"]].concat());
    assert_eq!(unseen.records().len() + 2, whose(&all).records().len());
}

#[test]
fn a_filter_leaves_the_totals_and_says_what_it_hides() {
    let all = ["gaps", "rds", "--findings", "tests/findings/asff.json", "-o"];
    let whole = whose(&[&all[..], &["table"]].concat()).out;
    let totals = whole.lines().find(|line| line.contains(" of ") && line.contains("proven of")).expect("totals");
    let totals = totals.trim_end_matches('.');
    for format in ["table", "svg", "html"] {
        let shown = whose(&[&all[..], &[format, "--state", "partial"]].concat()).out;
        let text = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("Shown are those in the state partial"), "{format}: {shown}");
        assert!(text.contains(totals), "{format}: {totals}: {shown}");
    }
    let rows = whose(&[&all[..], &["csv", "--state", "partial"]].concat());
    assert!(rows.err.contains("Shown are those in the state partial") && rows.err.contains(totals), "{}", rows.err);
}

#[test]
fn what_was_not_matched_stands_in_the_page_and_the_envelope() {
    let list = made("estate.txt", "rds\ns3\nsqs\nec2\naws_nonsense_thing\n");
    let args = ["gaps", "--from", &list, "--findings", "tests/findings/asff.json", "-o"];
    let unmatched = whose(&[&args[..], &["json"]].concat()).json()["unmatched"].clone();
    assert_eq!(unmatched[0]["input"], "aws_nonsense_thing");
    let page = whose(&[&args[..], &["html"]].concat()).out;
    assert!(page.contains("not matched: 1 of 5 things"), "{page}");
    // An inventory that holds no service is not the findings' fault.
    let none = made("none.txt", "aws_nonsense_thing\nrdss\nrds.nonsense\naws_x\n");
    let read = whose(&["gaps", "--from", &none, "--findings", "tests/findings/asff.json"]);
    assert_eq!((read.code, &*read.out), (Some(2), ""));
    assert!(!read.err.contains("findings name none"), "{}", read.err);
}

#[test]
fn strict_ends_with_1_unless_all_is_proven() {
    let asff = ["gaps", "rds", "--findings", "tests/findings/asff.json", "--strict"];
    let prowler = ["gaps", "sqs", "--findings", "tests/findings/prowler-asff.json", "--strict"];
    let at = |args: &[&str], layer| whose(&[args, &["--layer", layer]].concat()).code;
    assert_eq!(at(&prowler, "encryption-at-rest"), Some(0), "proven");
    assert_eq!(at(&asff, "encryption-at-rest"), Some(1), "partial");
    assert_eq!(at(&asff, "network-configuration"), Some(1), "failing");
    assert_eq!(at(&asff, "platform"), Some(1), "unseen");
    // What a filter leaves out of sight still counts.
    assert_eq!(whose(&[&prowler[..], &["--state", "proven"]].concat()).code, Some(1));
    assert_eq!(whose(&prowler).code, Some(1));
    assert_eq!(whose(&prowler[..4]).code, Some(0));
}

/// How many checks a layer has and how many ran: numbers that add up, and a word that gives no false comfort.
#[test]
fn one_check_of_many_is_not_proven() {
    let header = "PROVIDER;CHECK_ID;STATUS;MUTED;SERVICE_NAME;RESOURCE_UID\n";
    let one = format!("{header}aws;iam_root_hardware_mfa_enabled;PASS;False;iam;1\n");
    let read = whose(&["gaps", "iam", "--findings", &made("one.csv", &one), "-o", "json"]);
    let records = read.records();
    let layer = records.iter().find(|record| record["layer"] == "identity-access").expect("the layer is yours");
    let all = layer["checks"].as_array().expect("a list of checks").len() as u64;
    assert!(all > 20, "{layer}");
    assert_eq!(layer["state"], "partial");
    assert_eq!((&layer["passed"], &layer["failed"], &layer["no_verdict"]), (&1.into(), &0.into(), &0.into()));
    assert_eq!(layer["not_run"].as_u64(), Some(all - 1));
    assert!(layer["controls"].as_array().is_some_and(|controls| controls.contains(&"IA-2".into())), "{layer}");
    // The only check of the provider that has most: that is all that can be asked for.
    let read = whose(&["gaps", "--findings", &findings("prowler-asff.json"), "--state", "proven", "-o", "json"]);
    assert_eq!(read.passing(), [row("sqs", "encryption-at-rest", &["sqs_queues_server_side_encryption_enabled"])]);
    // A resource for which it was muted leaves it open.
    let check = "sqs_queues_server_side_encryption_enabled";
    let muted = format!("{header}aws;{check};PASS;False;sqs;a\naws;{check};FAIL;True;sqs;b\n");
    let args = ["gaps", "sqs", "--layer", "encryption-at-rest", "-o", "json", "--findings"];
    let read = whose(&[&args[..], &[&*made("muted.csv", &muted)]].concat());
    assert_eq!(read.records()[0]["state"], "unseen");
    assert_eq!(read.records()[0]["no_verdict"], 1);
}

#[test]
fn a_service_in_several_modes_counts_its_resources_once() {
    let function =
        |values: &str| format!("{{\"mode\": \"managed\", \"type\": \"aws_lambda_function\", \"values\": {values}}}");
    let zip = function("{\"package_type\": \"Zip\", \"runtime\": \"provided.al2023\"}");
    let image = function("{\"package_type\": \"Image\"}");
    let resources = [&*zip, &zip, &zip, &image, &image].join(", ");
    let state =
        format!("{{\"format_version\": \"1.0\", \"values\": {{\"root_module\": {{\"resources\": [{resources}]}}}}}}");
    let from = made("lambda.json", &state);
    let read = whose(&["gaps", "--from", &from, "--findings", &findings("asff.json"), "-o", "json"]);
    let records = read.records();
    assert!(!records.is_empty() && records.iter().all(|record| record["resources"] == 5), "{:?}", read.said);
}

#[test]
fn every_version_of_prowler_is_read_in_each_of_its_formats() {
    let cases = [
        ("prowler2.csv", "Prowler csv: 2 results of checks"),
        ("prowler2.json", "Prowler json: 2 results of checks"),
        ("prowler2-asff.json", "Security Hub findings: 2 results of checks"),
        ("prowler3.csv", "Prowler csv: 3 results of checks"),
        ("prowler3.json", "Prowler json: 3 results of checks"),
        ("prowler3-ocsf.json", "OCSF findings: 3 results of checks"),
        ("prowler3-asff.json", "Security Hub findings: 3 results of checks"),
        ("prowler5.csv", "Prowler csv: 3 results of checks"),
        ("prowler5-ocsf.json", "OCSF findings: 3 results of checks"),
    ];
    for (file, said) in cases {
        let read = whose(&["gaps", "s3", "--findings", &findings(file), "-o", "json"]);
        assert_eq!((read.code, &*read.said[0]), (Some(0), said), "{file}");
        // The ids of version 2 are other ids: they are counted as checks that nobody knows.
        if file.starts_with("prowler2") {
            assert!(
                read.said[1].starts_with("2 of the 2 checks that ran are not among the "),
                "{file}: {:?}",
                read.said
            );
            continue;
        }
        assert_eq!(read.passing(), [row("s3", "encryption-at-rest", &["s3_bucket_kms_encryption"])], "{file}");
        assert_eq!(
            read.failing(),
            [row("s3", "encryption-in-transit", &["s3_bucket_secure_transport_policy"])],
            "{file}"
        );
        // The same file as an inventory: what a scanner has looked at is in use.
        let matrix = whose(&["matrix", "--from", &findings(file), "--layer", "os", "-o", "json"]);
        assert_eq!(matrix.records()[0]["resources"], 2, "{file}: {:?}", matrix.said);
    }
}

#[test]
fn nothing_found_is_an_answer() {
    for text in ["[]", " [ ]\n", "{\"Findings\": []}", "{\"ComplianceByConfigRules\": []}", "CHECK_ID;STATUS\n"] {
        let read = whose(&["gaps", "s3", "--findings", &made("nothing.json", text), "-o", "json"]);
        assert_eq!(read.code, Some(0), "{text}: {:?}", read.said);
        assert!(read.said[0].ends_with(": 0 results of checks"), "{text}: {:?}", read.said);
        assert!(read.records().iter().all(|record| record["state"] == "unseen"), "{text}");
    }
}

#[test]
fn one_finding_lines_and_pages_are_read() {
    let one = "{\"GeneratorId\": \"security-control/S3.5\", \"Compliance\": {\"Status\": \"FAILED\"}, \
               \"Resources\": [{\"Type\": \"AwsS3Bucket\", \"Id\": \"arn:aws:s3:::b\"}]}";
    for (text, count) in [
        (one.to_owned(), "1 result"),
        (format!("{one}\n{one}\n"), "2 results"),
        (format!("{{\"Findings\": [{one}]}}\n{{\"Findings\": [{one}]}}\n"), "2 results"),
    ] {
        let file = made("shapes.json", &text);
        let read = whose(&["gaps", "s3", "--findings", &file, "-o", "json"]);
        assert_eq!(read.said, [format!("Security Hub findings: {count} of checks")], "{text}");
        assert_eq!(read.failing(), [row("s3", "encryption-in-transit", &["S3.5"])], "{text}");
        let matrix = whose(&["matrix", "--from", &file, "-o", "json"]);
        assert_eq!(matrix.said, ["Security Hub findings: 1 resource, 1 service"], "{text}");
    }
}

#[test]
fn compressed_findings_and_those_of_powershell_are_read() {
    let text = fs::read_to_string(findings("asff.json")).expect("the fixture reads");
    let utf16 = |unit: fn(u16) -> [u8; 2]| format!("\u{feff}{text}").encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text.as_bytes()).expect("memory takes it");
    let plain = whose(&["gaps", "rds", "--findings", &findings("asff.json"), "-o", "json"]);
    for bytes in [utf16(u16::to_le_bytes), utf16(u16::to_be_bytes), gzip.finish().expect("memory takes it")] {
        let read = whose(&["gaps", "rds", "--findings", &made("encoded.json", bytes), "-o", "json"]);
        assert_eq!((read.out, read.said), (plain.out.clone(), plain.said.clone()));
    }
}

#[test]
fn what_is_passed_over_is_counted_and_named() {
    let header = "PROVIDER;CHECK_ID;STATUS;MUTED;SERVICE_NAME;RESOURCE_UID\n";
    let clouds = format!(
        "{header}alibabacloud;iam_root_hardware_mfa_enabled;PASS;False;ram;1\nazure;x;PASS;False;y;2\n\
         aws;s3_bucket_kms_encryption;FAIL;False;s3;arn:aws:s3:::b1\n"
    );
    let file = made("clouds.csv", &clouds);
    let read = whose(&["gaps", "iam", "--findings", &file, "-o", "json"]);
    assert_eq!(read.said, ["Prowler csv: 1 result of checks", "ignored 2: of another provider (alibabacloud, azure)"]);
    assert_eq!(read.passing(), []);
    let matrix = whose(&["matrix", "--from", &file, "-o", "json"]);
    assert_eq!(
        matrix.said,
        ["Prowler csv: 1 resource, 1 service", "ignored 2: of another provider (alibabacloud, azure)"]
    );
    // A resource without a type.
    let text = "{\"Findings\": [{\"GeneratorId\": \"prowler-x\", \"Compliance\": {\"Status\": \"FAILED\"}, \
                \"Resources\": [{\"Type\": \"\", \"Id\": \"AWS::::Account:1\"}, {\"Type\": \"AwsS3Bucket\", \"Id\": \"b\"}]}]}";
    let matrix = whose(&["matrix", "--from", &made("typeless.json", text), "-o", "json"]);
    assert_eq!(
        matrix.said,
        [
            "Security Hub findings: 1 resource, 1 service",
            "ignored 1: a finding whose resource has no type (AWS::::Account:1)"
        ]
    );
    // Compliance by rule names no resources: it is refused as an inventory, with what it is good for.
    let matrix = whose(&["matrix", "--from", &findings("config.json"), "-o", "json"]);
    assert_eq!((matrix.code, &*matrix.out), (Some(2), ""));
    assert!(matrix.said[0].contains("use them with whose gaps --findings"), "{:?}", matrix.said);
    // A row that does not fit its header: no verdict is read from the wrong column.
    let read = whose(&["gaps", "s3", "--findings", &made("ragged.csv", format!("{header}aws;a;b;PASS;False;s3;x\n"))]);
    assert_eq!((read.code, &*read.out), (Some(2), ""));
    assert!(read.said[0].contains("line 2: 7 cells where the header has 6"), "{:?}", read.said);
}

#[test]
fn every_format_says_the_same() {
    let read = |format| whose(&["gaps", "rds", "ec2", "--findings", &findings("asff.json"), "-o", format]);
    let records = read("json").records();
    let count = |state: &str| records.iter().filter(|record| record["state"] == state).count();
    let (failing, unseen, partial) = (count("failing"), count("unseen"), count("partial"));
    assert_eq!((failing, partial), (1, 1));

    let lines: Vec<Value> = read("ndjson").out.lines().map(|line| serde_json::from_str(line).expect("json")).collect();
    assert_eq!(lines, records);
    let yaml: Value = serde_yaml::from_str(&read("yaml").out).expect("yaml parses");
    assert_eq!(yaml["results"], Value::Array(records.clone()));

    let columns = "service,layer,resources,state,passed,failed,no_verdict,not_run,failed_checks,controls,origin,team";
    let csv = read("csv").out;
    assert_eq!(csv.lines().next(), Some(columns));
    assert_eq!(csv.lines().count(), records.len() + 1);
    let at_rest = csv.lines().find(|line| line.starts_with("rds,encryption-at-rest,")).expect("the row is there");
    assert!(at_rest.starts_with("rds,encryption-at-rest,,partial,1,0,0,"), "{at_rest}");
    let network = csv.lines().find(|line| line.starts_with("rds,network-configuration,")).expect("the row is there");
    assert!(network.starts_with("rds,network-configuration,,failing,0,1,0,"), "{network}");
    assert_eq!(network.split(',').nth(8), Some("RDS.2"));
    let tsv = read("tsv").out;
    assert_eq!(tsv.lines().count(), records.len());
    assert!(tsv.lines().all(|line| line.split('\t').count() == columns.split(',').count()));
    assert_eq!(read("markdown").out.lines().count(), records.len() + 2);

    let table = read("table").out;
    assert!(table.contains("checks passed: RDS.3; "), "{table}");
    assert!(table.contains("checks failed: RDS.2; "), "{table}");
    assert!(table.contains("without a verdict (muted, or no data): RDS.8; "), "{table}");
    assert!(table.contains("no check exists"), "{table}");
    let counts =
        format!("{failing} failing, {unseen} unseen, {partial} partial, 0 proven of {} layers of yours", records.len());
    assert_eq!(failing + unseen + partial, records.len());
    assert!(table.contains(&counts), "{table}");
    assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
    for format in ["html", "svg"] {
        let picture = read(format).out;
        assert!(picture.contains(&counts), "{format}");
        assert!(["failing", "unseen", "partial"].iter().all(|word| picture.contains(&format!(">{word}<"))), "{format}");
    }
    assert!(read("html").out.contains("checks passed: RDS.3"));

    // Whatever the view says, it does not say that anyone is compliant; checks may be called so.
    for format in ["table", "json", "ndjson", "yaml", "csv", "tsv", "markdown", "html", "svg"] {
        let text = read(format).out.to_ascii_lowercase();
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
        assert!(!words.any(|word| word == "compliant"), "{format}");
    }
}

#[test]
fn what_are_no_findings_is_refused_with_the_formats_that_are_known() {
    let cases = [
        ("", "the file is empty"),
        ("{}", "no findings of a known format"),
        ("[1]", "no findings of a known format"),
        ("[{\"a\": 1}]", "no findings of a known format"),
        ("{\"a\": []}", "no findings of a known format"),
        ("a,b\n1,2\n", "no findings of a known format"),
        // Other tools' results are named.
        ("{\"SchemaVersion\": 2, \"ArtifactName\": \"a\", \"Results\": []}", "these are results of Trivy"),
        ("{\"Findings\": [{\"Type\": \"Recon\", \"Resource\": {}}]}", "these are findings of GuardDuty"),
        ("[{\"check_type\": \"terraform\", \"results\": {}}]", "these are results of Checkov"),
    ];
    for (text, message) in cases {
        let read = whose(&["gaps", "rds", "--findings", &made("none.json", text)]);
        assert_eq!((read.code, &*read.out), (Some(2), ""), "{text}");
        assert!(read.said[0].contains("none.json: ") && read.said[0].contains(message), "{text}: {:?}", read.said);
        assert!(read.said[0].ends_with("; what can be read:"), "{text}: {:?}", read.said);
        assert!(read.said.iter().any(|line| line.contains("describe-compliance-by-config-rule")), "{:?}", read.said);
    }
    let broken = whose(&["gaps", "--findings", &made("broken.json", "{ \"Findings\": [\n { \"Compliance\": } ] }")]);
    assert_eq!((broken.code, &*broken.out), (Some(2), ""));
    assert!(broken.said[0].contains("broken.json: line 2: not valid JSON: "), "{:?}", broken.said);
    let gone = whose(&["gaps", "rds", "--findings", "tests/findings/none.json"]);
    assert!(gone.said[0].starts_with("error: cannot read tests/findings/none.json: "), "{:?}", gone.said);
    assert_eq!(gone.code, Some(2));
    // Findings of checks that nobody knows name no service.
    let text = "CHECK_ID;STATUS\nour_own_check;PASS\n;FAIL\n";
    let strange = whose(&["gaps", "--findings", &made("strange.csv", text)]);
    assert_eq!((strange.code, &*strange.out), (Some(2), ""));
    assert!(strange.said[0].ends_with("the findings are of no check of a service"), "{:?}", strange.said);
    let strange = whose(&["gaps", "rds", "--findings", &made("strange.csv", text)]);
    assert_eq!(strange.said[..2], ["Prowler csv: 1 result of checks", "ignored 1: not findings"]);
    assert!(strange.said[2].starts_with("the check that ran is not among the "), "{:?}", strange.said);
    // Findings are asked for by name.
    assert_eq!(whose(&["gaps", "rds"]).code, Some(2));
}
