//! From an estate to its matrix: every dialect of `tests/inventories`, by file and by stdin. What is expected was read off
//! the fixtures by eye, never off the program.

#![cfg(feature = "cli")]

mod common;

use std::collections::BTreeMap;
use std::fs::{self, File};

use common::{Run, command, fed, run, whose};
use serde_json::{Value, json};

/// What one fixture must give.
struct Case {
    file: &'static str,
    /// Every line on stderr.
    said: &'static [&'static str],
    /// Every service or mode, and how many things stand for it.
    columns: &'static [(&'static str, u64)],
}

const CASES: &[Case] = &[
    // Terraform: `show -json` of plans and states, state files, `state list`.
    Case {
        file: "plan.json",
        said: &[
            "Terraform plan: 7 managed resources, 5 services",
            "aurora: 1 resource does not say which mode it runs in; both are listed",
            "not matched: 1 of 7 things",
            "  aws_brand_new (1)",
            "ignored 1: data source (aws_caller_identity)",
            "ignored 1: of another provider (random)",
        ],
        // Two ECS services in a module, a queue in a module of that module; what `prior_state` and `configuration` hold
        // is no part of what is planned.
        columns: &[
            ("aurora@provisioned", 1),
            ("aurora@serverless-v2", 1),
            ("ecs@fargate", 2),
            ("lambda@container-image", 1),
            ("rds", 1),
            ("sqs", 1),
        ],
    },
    Case {
        file: "modes.json",
        said: &["Terraform state: 28 managed resources, 13 services"],
        // What a cluster does not say, its node groups and Fargate profiles do: it counts with each of them.
        columns: &[
            ("aurora@serverless-v2", 2),
            ("batch@ec2", 1),
            ("batch@fargate", 1),
            ("documentdb@elastic-clusters", 1),
            ("documentdb@instance-based", 1),
            ("ec2", 1),
            ("ecs@ec2", 2),
            ("ecs@fargate", 3),
            ("eks@fargate", 3),
            ("eks@managed-node-group", 3),
            ("eks@managed-node-group-custom-ami", 3),
            ("elasticache@node-based", 1),
            ("elasticache@serverless", 1),
            ("lambda@container-image", 1),
            ("lambda@managed-runtime-auto", 1),
            ("lambda@os-only-runtime", 2),
            ("msk@serverless", 1),
            ("neptune", 1),
            ("opensearch-serverless", 1),
            ("rds", 2),
            ("redshift-serverless", 1),
        ],
    },
    Case {
        file: "eks-auto.json",
        said: &["Terraform plan: 1 managed resource, 1 service"],
        columns: &[("eks@auto-mode", 1)],
    },
    Case {
        file: "plan-open.json",
        said: &[
            "Terraform plan: 5 managed resources, 2 services",
            "ecs: 1 resource does not say which mode it runs in; all 4 are listed",
            "eks: 1 resource does not say which mode it runs in; all 6 are listed",
            "not matched: 1 of 5 things",
            "  aws_rds_cluster (1) - may mean aurora, rds",
        ],
        columns: &[
            ("ecs@anywhere", 1),
            ("ecs@ec2", 1),
            ("ecs@fargate", 2),
            ("ecs@managed-instances", 1),
            ("eks@auto-mode", 1),
            ("eks@fargate", 1),
            ("eks@hybrid-nodes", 1),
            ("eks@managed-node-group", 2),
            ("eks@managed-node-group-custom-ami", 1),
            ("eks@self-managed-nodes", 1),
        ],
    },
    Case {
        file: "changes.json",
        said: &[
            "Terraform plan: 3 managed resources, 2 services",
            "ignored 1: data source (aws_iam_policy_document)",
            "ignored 1: of another provider (cloudflare)",
        ],
        columns: &[("lambda@container-image", 1), ("sqs", 2)],
    },
    Case {
        file: "state.json",
        said: &["Terraform state: 3 managed resources, 2 services"],
        columns: &[("eks@fargate", 2), ("s3", 1)],
    },
    Case {
        file: "terraform.tfstate",
        said: &[
            "Terraform state: 2 managed resources, 1 service",
            "ignored 1: data source (aws_region)",
            "ignored 1: of another provider (null)",
        ],
        columns: &[("ec2", 2)],
    },
    Case {
        file: "instances.tfstate",
        said: &["Terraform state: 6 managed resources, 2 services"],
        columns: &[("eks@fargate", 3), ("lambda@container-image", 1), ("lambda@managed-runtime-auto", 2)],
    },
    Case {
        file: "state-list.txt",
        said: &[
            "list of names: 5 names, 3 services",
            "ignored 2: data source (data.aws_caller_identity.me, module.app[\"eu\"].data.aws_region.here)",
            "ignored 2: of another provider (null, random)",
        ],
        columns: &[("elb", 1), ("rds", 1), ("vpc", 1)],
    },
    // CloudFormation: templates and stacks.
    Case {
        file: "template.json",
        said: &[
            "CloudFormation template: 5 resources, 3 services",
            "ecs: 1 resource does not say which mode it runs in; all 4 are listed",
            "not matched: 1 of 5 things",
            "  AWS::EC2::NewThing (1)",
            "ignored 1: no service of AWS's (Custom::Thing)",
        ],
        columns: &[
            ("ecs@anywhere", 1),
            ("ecs@ec2", 1),
            ("ecs@fargate", 1),
            ("ecs@managed-instances", 1),
            ("lambda@container-image", 1),
            ("sqs", 1),
        ],
    },
    Case {
        file: "template.yaml",
        said: &[
            "CloudFormation template: 3 resources, 3 services",
            "aurora: 1 resource does not say which mode it runs in; both are listed",
        ],
        columns: &[
            ("aurora@provisioned", 1),
            ("aurora@serverless-v2", 1),
            ("dynamodb", 1),
            ("lambda@container-image", 1),
        ],
    },
    Case {
        file: "modes.template.json",
        said: &["CloudFormation template: 13 resources, 10 services"],
        columns: &[
            ("aurora@provisioned", 2),
            ("batch@fargate", 1),
            ("documentdb@instance-based", 1),
            ("ecs@fargate", 1),
            ("eks@managed-node-group", 2),
            ("elasticache@serverless", 1),
            ("lambda@container-image", 1),
            ("neptune", 1),
            ("rds", 1),
            ("sns", 2),
        ],
    },
    Case {
        file: "sam.yaml",
        said: &[
            "CloudFormation template: 10 resources, 3 services",
            "ecs: 1 resource does not say which mode it runs in; all 4 are listed",
            "not matched: 2 of 10 things",
            "  AWS::RDS::DBCluster (1) - may mean aurora, rds, neptune, documentdb",
            "  Acme::Landing::Zone::MODULE (1)",
            "ignored 2: no service of AWS's (AWS::Serverless::Connector, Custom::Hook)",
            "ignored 1: of another provider (Datadog)",
        ],
        columns: &[
            ("ecs@anywhere", 1),
            ("ecs@ec2", 1),
            ("ecs@fargate", 1),
            ("ecs@managed-instances", 1),
            ("lambda@managed-runtime-auto", 1),
            ("lambda@os-only-runtime", 1),
            ("sqs", 2),
        ],
    },
    Case {
        file: "stack.json",
        said: &["CloudFormation stack: 2 resources, 1 service", "ignored 1: no service of AWS's (AWS::CDK::Metadata)"],
        columns: &[("s3", 1)],
    },
    Case {
        file: "stack-described.json",
        said: &["CloudFormation stack: 3 resources, 2 services"],
        columns: &[("sqs", 2), ("vpc", 1)],
    },
    // What the AWS CLI prints, and Steampipe.
    Case {
        file: "tagging.json",
        said: &[
            "Resource Groups Tagging API: 3 resources, 2 services",
            "not matched: 1 of 3 things",
            "  arn:aws:rds:eu-central-1:123456789012:cluster:orders (1) - may mean rds, aurora, neptune, documentdb",
        ],
        columns: &[("ebs", 1), ("s3", 1)],
    },
    Case {
        file: "explorer.json",
        said: &["Resource Explorer: 2 resources, 2 services"],
        columns: &[("efs", 1), ("step-functions", 1)],
    },
    Case {
        file: "costs.json",
        said: &[
            "Cost Explorer: 4 resources, 2 services",
            "not matched: 1 of 4 things",
            "  EC2 - Other (1) - may mean ec2, ebs, vpc",
            "ignored 1: no service of AWS's (Tax)",
        ],
        columns: &[("cloudwatch", 1), ("rds", 1)],
    },
    Case {
        file: "config-counts.json",
        said: &[
            "AWS Config counts: 12 resources, 2 services",
            "acm: 5 resources do not say which mode they run in; both are listed",
        ],
        columns: &[("acm@amazon-issued", 5), ("acm@imported", 5), ("ec2", 7)],
    },
    Case { file: "config-list.json", said: &["AWS Config resources: 2 resources, 1 service"], columns: &[("efs", 2)] },
    Case {
        file: "config-select.json",
        said: &[
            "AWS Config selection: 5 resources, 2 services",
            "kms: 3 resources do not say which mode they run in; all 4 are listed",
        ],
        columns: &[
            ("kms@cloudhsm-key-store", 3),
            ("kms@external-key-store", 3),
            ("kms@imported-key-material", 3),
            ("kms@kms-key-store", 3),
            ("sns", 2),
        ],
    },
    Case {
        file: "last-accessed.json",
        said: &["IAM last accessed: 1 resource, 1 service", "ignored 1: never called (batch)"],
        columns: &[("s3", 1)],
    },
    Case {
        file: "cloudtrail.json",
        said: &["CloudTrail events: 2 resources, 2 services"],
        columns: &[("cloudwatch", 1), ("ec2", 1)],
    },
    Case {
        file: "organizations.json",
        said: &["AWS Organizations integrations: 2 resources, 2 services"],
        columns: &[("config", 1), ("guardduty", 1)],
    },
    Case {
        file: "backup.json",
        said: &["AWS Backup: 2 resources, 2 services"],
        columns: &[("dynamodb", 1), ("efs", 1)],
    },
    Case { file: "steampipe.json", said: &["Steampipe: 2 resources, 2 services"], columns: &[("sns", 1), ("sqs", 1)] },
    Case {
        file: "steampipe-older.json",
        said: &["list of resources: 2 resources, 2 services"],
        columns: &[("sqs", 1), ("step-functions", 1)],
    },
    // What scanners found: a resource counts once, however many findings it has.
    Case {
        file: "asff.json",
        said: &["Security Hub findings: 2 resources, 2 services"],
        columns: &[("backup", 1), ("s3", 1)],
    },
    Case { file: "securityhub-v2.json", said: &["OCSF findings: 1 resource, 1 service"], columns: &[("s3", 1)] },
    Case { file: "prowler-asff.json", said: &["Security Hub findings: 1 resource, 1 service"], columns: &[("sqs", 1)] },
    Case {
        file: "ocsf.json",
        said: &["OCSF findings: 3 resources, 3 services"],
        columns: &[("iam-access-analyzer", 1), ("rds", 1), ("sns", 1)],
    },
    Case { file: "prowler.csv", said: &["Prowler csv: 2 resources, 2 services"], columns: &[("iam", 1), ("s3", 1)] },
    // Bills: a service counts once, however many lines it has.
    Case {
        file: "cur.csv",
        said: &["Cost and Usage Report: 2 resources, 2 services"],
        columns: &[("ec2", 1), ("neptune", 1)],
    },
    Case { file: "focus.csv", said: &["FOCUS: 2 resources, 2 services"], columns: &[("dynamodb", 1), ("s3", 1)] },
    // Names of any kind.
    Case {
        file: "names.txt",
        said: &[
            "list of names: 6 names, 4 services",
            "lambda: 1 resource does not say which mode it runs in; all 7 are listed",
            "not matched: 1 of 6 things",
            "  my-own-thing (1)",
            "ignored 1: of another provider (kubernetes)",
        ],
        columns: &[
            ("eks@fargate", 1),
            ("lambda@container-image", 1),
            ("lambda@customer-managed-runtime", 1),
            ("lambda@managed-instances", 1),
            ("lambda@customer-managed-runtime", 1),
            ("lambda@managed-runtime-auto", 1),
            ("lambda@managed-runtime-function-update", 1),
            ("lambda@managed-runtime-manual", 1),
            ("lambda@os-only-runtime", 1),
            ("rds", 1),
            ("sqs", 1),
        ],
    },
    Case { file: "names.json", said: &["list of names: 2 names, 2 services"], columns: &[("s3", 1), ("vpc", 1)] },
    // Terraform of other ages and makers, and addresses that only look like data sources.
    Case {
        file: "state-v3.tfstate",
        said: &[
            "Terraform state: 3 managed resources, 2 services",
            "ignored 1: data source (aws_ami)",
            "ignored 1: of another provider (random)",
        ],
        columns: &[("aurora@serverless-v2", 1), ("ec2", 2)],
    },
    Case {
        file: "plan-deferred.json",
        said: &[
            "Terraform plan: 2 managed resources, 2 services",
            "the plan is not complete: deferred changes are counted as if made (1)",
        ],
        columns: &[("s3", 1), ("sqs", 1)],
    },
    Case {
        file: "plans.ndjson",
        said: &["Terraform plan: 3 managed resources, 2 services"],
        columns: &[("s3", 1), ("sqs", 2)],
    },
    Case { file: "plan-wrapped.txt", said: &["Terraform plan: 1 managed resource, 1 service"], columns: &[("sqs", 1)] },
    Case {
        file: "addresses.txt",
        said: &[
            "list of names: 4 names, 4 services",
            "ignored 1: data source (module.data.data.aws_caller_identity.me)",
        ],
        columns: &[("iot-core", 1), ("rds", 1), ("s3", 1), ("sqs", 1)],
    },
    // `describe-…` and `list-…`: attributes tell modes as in a template, names alone do not.
    Case {
        file: "instances.json",
        said: &["AWS CLI list: 2 resources, 1 service", "ignored 1: terminated (AWS::EC2::Instance)"],
        columns: &[("ec2", 2)],
    },
    Case {
        file: "db-instances.json",
        said: &["AWS CLI list: 3 resources, 2 services"],
        columns: &[("aurora@serverless-v2", 1), ("rds", 2)],
    },
    Case {
        file: "db-clusters.json",
        said: &["AWS CLI list: 2 resources, 2 services"],
        columns: &[("neptune", 1), ("rds", 1)],
    },
    Case {
        file: "ecs-clusters.json",
        said: &[
            "AWS CLI list: 1 resource, 1 service",
            "ecs: 1 resource does not say which mode it runs in; all 4 are listed",
        ],
        columns: &[("ecs@anywhere", 1), ("ecs@ec2", 1), ("ecs@fargate", 1), ("ecs@managed-instances", 1)],
    },
    Case {
        file: "ecs-services.json",
        said: &["AWS CLI list: 2 resources, 1 service"],
        columns: &[("ecs@ec2", 1), ("ecs@fargate", 1)],
    },
    Case {
        file: "eks-clusters.json",
        said: &[
            "AWS CLI list: 3 resources, 1 service",
            "eks: 2 resources do not say which mode they run in; all 6 are listed",
        ],
        columns: &[
            ("eks@auto-mode", 3),
            ("eks@fargate", 2),
            ("eks@hybrid-nodes", 2),
            ("eks@managed-node-group", 2),
            ("eks@managed-node-group-custom-ami", 2),
            ("eks@self-managed-nodes", 2),
        ],
    },
    Case {
        file: "functions.json",
        said: &["AWS CLI list: 2 resources, 1 service"],
        columns: &[("lambda@container-image", 1), ("lambda@os-only-runtime", 1)],
    },
    // AWS Config by aggregator and by snapshot, resource groups; the same thing in two lists is one.
    Case {
        file: "aggregate-counts.json",
        said: &["AWS Config counts: 5 resources, 1 service"],
        columns: &[("rds", 5)],
    },
    Case {
        file: "aggregate-list.json",
        said: &["AWS Config resources: 1 resource, 1 service"],
        columns: &[("rds", 1)],
    },
    Case {
        file: "config-snapshot.json",
        said: &["AWS Config snapshot: 1 resource, 1 service", "ignored 1: deleted (AWS::S3::Bucket)"],
        columns: &[("s3", 1)],
    },
    Case {
        file: "config-select-arn.json",
        said: &["AWS Config selection: 2 resources, 1 service", "not matched: 1 of 2 things", "  vol-1 (1)"],
        columns: &[("sqs", 1)],
    },
    Case {
        file: "group-resources.json",
        said: &["AWS Config resources: 2 resources, 2 services"],
        columns: &[("s3", 1), ("sqs", 1)],
    },
    // Lists that a query made.
    Case {
        file: "query-types.json",
        said: &["list of resources: 3 resources, 2 services"],
        columns: &[("rds", 1), ("s3", 2)],
    },
    Case {
        file: "query-arns.json",
        said: &["list of resources: 2 resources, 2 services"],
        columns: &[("s3", 1), ("sqs", 1)],
    },
    Case {
        file: "query-cells.json",
        said: &["list of names: 3 names, 3 services"],
        columns: &[("rds", 1), ("s3", 1), ("sqs", 1)],
    },
    Case {
        file: "arns.ndjson",
        said: &["list of resources: 3 resources, 2 services", "not matched: 1 of 3 things", "  x (1)"],
        columns: &[("s3", 1), ("sqs", 1)],
    },
    Case {
        file: "arns.csv",
        said: &[
            "csv of resources: 3 resources, 2 services",
            "not matched: 1 of 3 things",
            "  line 4, which names no resource (1)",
        ],
        columns: &[("s3", 1), ("sqs", 1)],
    },
    // Bills of several clouds and by usage: resource ids are the count, what was not paid for is not in use.
    Case {
        file: "focus-clouds.csv",
        said: &["FOCUS: 1 resource, 1 service", "ignored 3: of another provider (Datadog, Microsoft, Oracle)"],
        columns: &[("rds", 1)],
    },
    Case {
        file: "cur-usage.csv",
        said: &[
            "Cost and Usage Report: 6 resources, 5 services",
            "ignored 1: data transfer (AmazonEC2)",
            "ignored 1: of another provider (AWS Marketplace)",
        ],
        columns: &[("aurora@provisioned", 1), ("ecs@fargate", 1), ("rds", 2), ("s3", 1), ("vpc", 1)],
    },
    Case {
        file: "cur-ragged.csv",
        said: &[
            "Cost and Usage Report: 1 resource, 1 service",
            "ignored 2: a row with more or fewer cells than the header (line 3, line 4)",
        ],
        columns: &[("rds", 1)],
    },
    Case {
        file: "costs-by-account.json",
        said: &["Cost Explorer: 2 resources, 2 services", "ignored 1: nothing was paid for it (Amazon DynamoDB)"],
        columns: &[("rds", 1), ("sqs", 1)],
    },
    Case {
        file: "costs-console.csv",
        said: &["Cost Explorer csv: 2 resources, 2 services", "ignored 1: nothing was paid for it (DynamoDB)"],
        columns: &[("ec2", 1), ("rds", 1)],
    },
    // Findings of several clouds, one alone, and one about nothing in particular.
    Case {
        file: "prowler-clouds.csv",
        said: &["Prowler csv: 1 resource, 1 service", "ignored 1: of another provider (alibabacloud)"],
        columns: &[("s3", 1)],
    },
    Case { file: "prowler-3.csv", said: &["Prowler csv: 2 resources, 1 service"], columns: &[("s3", 2)] },
    Case {
        file: "asff-one.json",
        said: &[
            "Security Hub findings: 1 resource, 1 service",
            "ignored 1: a finding whose resource has no type (AWS::::Account:111122223333)",
        ],
        columns: &[("s3", 1)],
    },
    Case {
        file: "ocsf-one.json",
        said: &["OCSF findings: 1 resource, 1 service", "ignored 1: of another provider (gcp)"],
        columns: &[("rds", 1)],
    },
    // Addresses, keys and templates run no operating system.
    Case {
        file: "no-machines.json",
        said: &[
            "CloudFormation template: 4 resources, 1 service",
            "ignored 3: an address, key or template: it runs no operating system (AWS::EC2::EIP, AWS::EC2::KeyPair, AWS::EC2::LaunchTemplate)",
        ],
        columns: &[("ec2", 1)],
    },
    // A list of ARNs under a field.
    Case {
        file: "cluster-arns.json",
        said: &[
            "AWS CLI list: 2 resources, 1 service",
            "ecs: 2 resources do not say which mode they run in; all 4 are listed",
        ],
        columns: &[("ecs@anywhere", 2), ("ecs@ec2", 2), ("ecs@fargate", 2), ("ecs@managed-instances", 2)],
    },
];

fn path(file: &str) -> String {
    format!("tests/inventories/{file}")
}

#[test]
fn every_dialect_is_recognised_counted_and_reported() {
    for Case { file, said, columns } in CASES {
        let from = whose(&["matrix", "--from", &path(file), "-o", "json"]);
        assert_eq!(from.said, *said, "{file}");
        let columns = columns.iter().map(|(name, count)| ((*name).to_owned(), Some(*count))).collect();
        assert_eq!(from.columns(), columns, "{file}");
        assert_eq!(from.code, Some(0), "{file}");
        // By a pipe, with `-` and without: the same answer, and the same said about it.
        for args in [&["matrix", "-", "-o", "json"][..], &["matrix", "-o", "json"]] {
            let input = File::open(path(file)).expect("the fixture opens");
            let piped = run(command(args).stdin(input));
            assert_eq!((&piped.out, &piped.said), (&from.out, &from.said), "{file} {args:?}");
        }
    }
}

#[test]
fn every_fixture_has_a_case() {
    let mut files: Vec<String> = fs::read_dir("tests/inventories")
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    files.sort();
    let mut cases: Vec<&str> = CASES.iter().map(|case| case.file).collect();
    cases.sort_unstable();
    assert_eq!(files, cases);
}

#[test]
fn every_layer_of_every_column_is_answered() {
    let document = whose(&["matrix", "--from", &path("modes.json"), "-o", "json"]).json();
    // 21 services and modes, 18 layers.
    assert_eq!(document["results"].as_array().map(Vec::len), Some(21 * 18));
    assert_eq!((&document["unmatched"], &document["ignored"]), (&json!([]), &json!([])));
}

#[test]
fn the_envelope_names_what_was_not_matched_and_what_was_passed_over() {
    let document = whose(&["matrix", "--from", &path("sam.yaml"), "-o", "json"]).json();
    let candidates = ["aurora", "rds", "neptune", "documentdb"];
    assert_eq!(
        document["unmatched"],
        json!([
            { "input": "AWS::RDS::DBCluster", "count": 1, "candidates": candidates },
            { "input": "Acme::Landing::Zone::MODULE", "count": 1 },
        ])
    );
    assert_eq!(
        document["ignored"],
        json!([
            { "input": "AWS::Serverless::Connector", "count": 1, "reason": "no service of AWS's" },
            { "input": "Custom::Hook", "count": 1, "reason": "no service of AWS's" },
            { "input": "Datadog", "count": 1, "reason": "of another provider" },
        ])
    );
}

#[test]
fn the_sentence_about_a_plan_of_many_modules() {
    // Twenty-three types of as many services: 412 resources, spread over modules that stand in each other.
    let types = [
        "aws_instance",
        "aws_sqs_queue",
        "aws_sns_topic",
        "aws_s3_bucket",
        "aws_dynamodb_table",
        "aws_db_instance",
        "aws_efs_file_system",
        "aws_lb",
        "aws_cloudfront_distribution",
        "aws_route53_record",
        "aws_iam_role",
        "aws_secretsmanager_secret",
        "aws_cloudwatch_log_group",
        "aws_cloudtrail",
        "aws_config_config_rule",
        "aws_guardduty_detector",
        "aws_sfn_state_machine",
        "aws_glue_job",
        "aws_kinesis_stream",
        "aws_ecr_repository",
        "aws_redshift_cluster",
        "aws_neptune_cluster",
        "aws_vpc",
    ];
    let resource = |place: usize| {
        let kind = types[place % types.len()];
        json!({ "address": format!("{kind}.r[{place}]"), "mode": "managed", "type": kind, "index": place, "values": {},
                "provider_name": "registry.terraform.io/hashicorp/aws" })
    };
    let resources: Vec<Value> = (0..412).map(resource).collect();
    let mut module = json!({ "resources": [] });
    for (depth, some) in resources.chunks(50).enumerate() {
        module = json!({ "address": format!("module.m{depth}"), "resources": some, "child_modules": [module] });
    }
    let plan = json!({ "format_version": "1.2", "planned_values": { "root_module": module } });
    let read = fed(&["matrix", "-", "-o", "json"], plan.to_string());
    assert_eq!(read.said, ["Terraform plan: 412 managed resources, 23 services"]);
    let columns = read.columns();
    assert_eq!(columns.len(), 23);
    // 412 = 17 × 23 + 21: the first 21 types stand once more.
    assert_eq!(columns["ec2"], Some(18));
    assert_eq!(columns["vpc"], Some(17));
    assert_eq!(columns.values().flatten().sum::<u64>(), 412);
}

#[test]
fn several_inventories_are_one_estate() {
    let both = whose(&["matrix", "--from", &path("terraform.tfstate"), "--from", &path("cur.csv"), "-o", "json"]);
    assert_eq!(
        both.said,
        [
            "Terraform state: 2 managed resources, 1 service",
            "Cost and Usage Report: 2 resources, 1 service more",
            "ignored 1: data source (aws_region)",
            "ignored 1: of another provider (null)",
        ]
    );
    // Two instances in the state, one line of the bill.
    assert_eq!(both.columns(), BTreeMap::from([("ec2".to_owned(), Some(3)), ("neptune".to_owned(), Some(1))]));
    // A name besides an inventory: it stands for nothing that was counted.
    let named = whose(&["matrix", "sqs", "ec2", "--from", &path("terraform.tfstate"), "-o", "json"]);
    assert_eq!(named.columns(), BTreeMap::from([("ec2".to_owned(), Some(2)), ("sqs".to_owned(), None)]));
}

#[test]
fn strict_ends_with_1_if_anything_was_not_matched() {
    for (file, code) in [("plan.json", 1), ("tagging.json", 1), ("terraform.tfstate", 0), ("last-accessed.json", 0)] {
        let read = whose(&["matrix", "--from", &path(file), "--strict"]);
        assert_eq!(read.code, Some(code), "{file}");
        assert!(!read.out.is_empty(), "{file}: the answer is given all the same");
    }
}

#[test]
fn strict_ends_with_1_if_anything_could_not_be_read_or_seen() {
    let nested = "Resources:\n  A: { Type: AWS::SQS::Queue }\n  B: { Type: AWS::CloudFormation::Stack }\n";
    let untyped = "Resources:\n  A: { Type: AWS::SQS::Queue }\n  B: { Properties: { X: 1 } }\n";
    let whole = "Resources:\n  A: { Type: AWS::SQS::Queue }\n";
    let ragged = "arn,account\narn:aws:sqs:eu-west-1:111122223333:q,1\narn:aws:s3:::b,1,x\n";
    for (input, code) in [(nested, 1), (untyped, 1), (ragged, 1), (whole, 0)] {
        let read = fed(&["matrix", "-", "--strict"], input);
        assert_eq!(read.code, Some(code), "{input}");
        assert!(read.out.contains("sqs"), "{input}: the answer is given all the same");
    }
}

#[test]
fn an_arn_that_stands_twice_in_a_list_is_one_thing() {
    let list = "arn:aws:s3:::b\naws_s3_bucket\narn:aws:s3:::b\naws_s3_bucket\n";
    let json = r#"["arn:aws:s3:::b", "aws_s3_bucket", "arn:aws:s3:::b", "aws_s3_bucket"]"#;
    for input in [list, json] {
        let read = fed(&["matrix", "-", "--layer", "os"], input);
        assert!(read.out.starts_with("s3\t-\t3\t"), "{}", read.out);
    }
}

#[test]
fn what_is_no_inventory_is_refused_with_the_shapes_that_are_known() {
    let refused = [
        ("{\"a\": 1, \"b\": {}}", "no known inventory has the fields `a`, `b`; what can be read:"),
        ("{}", "an empty JSON object; what can be read:"),
        ("[1, 2]", "a JSON list of something unknown; what can be read:"),
        ("[{\"name\": \"x\"}]", "a JSON list of something unknown; what can be read:"),
        // Resources that are shared with other accounts, which look like those of a state at first sight.
        ("{\"resources\": [{\"arn\": \"arn:aws:ec2:x\", \"type\": \"ec2:Subnet\"}]}", "no known inventory"),
        ("Transform: x\nOther: y\n", "a template without `Resources`; what can be read:"),
        // Other tools, by name; prose; one name that nobody knows.
        (
            "{\"matches\": [], \"source\": {}, \"Resources\": []}",
            "this is a report of Grype, which is not an inventory",
        ),
        (
            "{\"SchemaVersion\": 2, \"ArtifactName\": \"x\", \"Results\": [{\"Target\": \"x\"}]}",
            "this is a report of Trivy",
        ),
        ("[{\"check_type\": \"terraform\", \"results\": {}}]", "this is a report of Checkov"),
        ("{\"Resources\": [{\"a\": \"b\"}]}", "no known inventory has the fields `Resources`"),
        ("{\n  // options\n  \"a\": 1\n}", "JSON with comments or trailing commas"),
        ("name,size\na,1\n", "a csv without a column that is known (it has name, size)"),
        ("The events of\nlast night. The config\nwas changed.\n", "this is no list of names: none of the 3 is known"),
        (
            "# Title\n\nSome config and events here.\n\n- support\n- batch\n",
            "this is no list of names: none of the 3 is known",
        ),
        ("rds\nzz-one\nzz-two\n", "this is no list of names: only 1 of 3 are known"),
        ("\u{1}Q\n\u{2}rds\n", "this is no list of names"),
        ("nothing-of-the-kind\n", "nobody knows the one name in it"),
        ("[\"nothing-of-the-kind\", \"rds\", \"events:\"]", "only 1 of 3 are known"),
        ("", "the inventory is empty; what can be read:"),
    ];
    for (input, message) in refused {
        let read = fed(&["matrix", "-"], input);
        assert_eq!((read.code, &*read.out), (Some(2), ""), "{input}");
        assert!(read.said[0].starts_with("error: stdin: ") && read.said[0].contains(message), "{:?}", read.said);
        assert!(read.said.iter().any(|line| line.contains("terraform show -json")), "{:?}", read.said);
    }
    let broken = [
        ("{\"planned_values\": ", "error: stdin: line 1: the JSON ends in the middle"),
        ("{\n\"Findings\": nope }", "error: stdin: line 2: not valid JSON: "),
        ("{\"Resources\": {}} rds", "error: stdin: line 1: not valid JSON: "),
        ("Transform: x\nResources:\n- a\n", "error: stdin: line 3: `Resources` must be a mapping of resources"),
        ("\u{feff}Resources:\n  A: [\n", "error: stdin: line "),
    ];
    for (input, message) in broken {
        let read = fed(&["matrix", "-"], input);
        assert_eq!((read.code, &*read.out), (Some(2), ""), "{input}");
        assert!(read.said[0].starts_with(message), "{:?}", read.said);
    }
    let gone = whose(&["matrix", "--from", "tests/inventories/none.json"]);
    assert_eq!((gone.code, &*gone.out), (Some(2), ""));
    assert!(gone.said[0].starts_with("error: cannot read tests/inventories/none.json: "), "{:?}", gone.said);
    let beside = whose(&["matrix", "rds", "-"]);
    assert_eq!((beside.code, &*beside.out), (Some(2), ""));
    let said = "error: `-` reads an inventory from stdin and stands alone; beside names it is: --from -";
    assert_eq!(beside.said, [said]);
}

#[test]
fn stdin_is_a_file_called_dash() {
    let plan = fs::read_to_string(path("plan.json")).expect("the fixture reads");
    // Beside names and beside other files, it is read as a file of that content is.
    for beside in [&[][..], &["ses"], &["--from", "tests/inventories/cur.csv"]] {
        let args = [&["matrix", "-o", "json"], beside].concat();
        let piped = fed(&[&args[..], &["--from", "-"]].concat(), &plan);
        let read = whose(&[&args[..], &["--from", "tests/inventories/plan.json"]].concat());
        assert_eq!(piped.code, Some(0), "{beside:?}: {}", piped.err);
        assert_eq!(piped.columns(), read.columns(), "{beside:?}");
    }
    let columns = fed(&["matrix", "ses", "--from", "-", "-o", "json"], "rds\n").columns();
    assert_eq!(columns, BTreeMap::from([("rds".to_owned(), Some(1)), ("ses".to_owned(), None)]));
    let broken = fed(&["matrix", "--from", "-"], "");
    assert_eq!((broken.code, &*broken.out), (Some(2), ""));
    assert!(broken.said[0].starts_with("error: stdin: the inventory is empty"), "{:?}", broken.said);
}

#[test]
fn stdin_is_read_once() {
    for command in [&["matrix"][..], &["controls"], &["export", "csv"]] {
        for dashes in [&["-", "--from", "-"][..], &["--from", "-", "--from", "-"]] {
            let read = fed(&[command, dashes].concat(), "rds\n");
            assert_eq!((read.code, &*read.out), (Some(2), ""), "{command:?} {dashes:?}");
            assert_eq!(read.said, ["error: stdin is read once: give `-` once"], "{command:?} {dashes:?}");
        }
    }
}

#[test]
fn what_a_sender_adds_does_no_harm() {
    // A mark at the beginning, and line ends of Windows.
    let plain = whose(&["matrix", "--from", &path("names.txt"), "-o", "json"]);
    let text = fs::read_to_string(path("names.txt")).expect("the fixture reads");
    let dressed = fed(&["matrix", "-", "-o", "json"], format!("\u{feff}{}", text.replace('\n', "\r\n")));
    assert_eq!((plain.out, plain.said), (dressed.out, dressed.said));
    // Controls in names reach neither stderr nor a table.
    let wild = fed(&["matrix", "-", "-o", "json"], "[\"rds\", \"\\u001b[31mred\\u0007\"]");
    assert!(wild.said.iter().all(|line| !line.chars().any(char::is_control)), "{:?}", wild.said);
}

/// What is known but cannot be read is refused by name, and the next thing to type is said.
#[test]
fn what_cannot_be_read_is_named_with_the_command_that_makes_it_readable() {
    let table: &[(&[u8], &str, &str)] = &[
        (b"PK\x03\x04\x14\0\0\0tfplan", "a plan in Terraform's own format", "terraform show -json FILE | whose matrix -"),
        (b"PAR1\x15\x04", "a Parquet file", "duckdb"),
        (b"\x7fELF\x02\x01\x01\0rds\nQ\n", "a program (binary)", "whose matrix --help"),
        (b"rds\nq\0s3\n", "a NUL byte (byte 6)", "whose matrix --help"),
        (b"r\0d\0s\0\n\0", "UTF-16 without a byte order mark", "iconv -f UTF-16LE"),
        (b"service: x\nprovider:\n  name: aws\nfunctions:\n  f:\n    events:\n", "a serverless.yml", "sls package"),
        (b"services:\n  queue:\n    image: x\n", "Docker Compose", "whose matrix --help"),
        (b"apiVersion: v1\nkind: Pod\n", "a Kubernetes manifest", "whose eks"),
        (b"events:\n- rds\n", "YAML", "whose matrix --help"),
        (b"DBInstances:\n- Engine: mysql\n", "YAML, as the AWS CLI prints it", "--output json"),
        (b"STACKRESOURCES\tx\tAWS::RDS::DBInstance\n", "text of the AWS CLI", "--output json"),
        (b"-------\n| List |\n+-----+\n| rds |\n", "a table for people", "--output json"),
        (b"resource \"aws_instance\" \"web\" {\n}\n", "Terraform configuration (HCL)", "terraform plan -out"),
        (b"# aws_instance.web:\nresource \"aws_instance\" \"web\" {\n}\n", "prints for people", "terraform show -json"),
        (b"Acquiring state lock\n{\"planned_values\": {}}\n", "text stands before the JSON", "sed -n"),
        (b"{\"version\": 3, \"backend\": {\"type\": \"s3\"}}", "the backend of a Terraform state", "terraform show -json"),
        (b"{\"resource\": {\"aws_vpc\": {}}, \"provider\": {}}", "Terraform configuration in JSON", "terraform plan -out"),
        (b"{\"@level\": \"info\"}\n{\"@level\": \"info\"}\n", "log lines of `terraform plan -json`", "terraform show -json"),
        (b"{\"version\": 3, \"deployment\": {}}", "an export of Pulumi", "pulumi stack export | jq"),
        (b"{\"GroupByKey\": \"ACCOUNT_ID\", \"GroupedResourceCounts\": []}", "not by resource type", "RESOURCE_TYPE"),
        (
            b"{\"GroupDefinitions\": [{\"Key\": \"REGION\"}], \"ResultsByTime\": [{\"Groups\": [{\"Keys\": [\"eu\"]}]}]}",
            "grouped by REGION, not by SERVICE",
            "Key=SERVICE",
        ),
        (
            b"{\"Findings\": [{\"AccountId\": \"1\", \"Severity\": 2, \"Resource\": {}}]}",
            "a finding of GuardDuty",
            "aws securityhub get-findings",
        ),
    ];
    for (input, what, instead) in table {
        for command in [&["matrix", "-"][..], &["gaps", "-", "--findings", "tests/findings/asff.json"]] {
            let read = fed(command, input);
            let shown = format!("{}: {:?}", String::from_utf8_lossy(input), read.said);
            assert_eq!((read.code, &*read.out), (Some(2), ""), "{shown}");
            assert!(read.said[0].starts_with("error: stdin: ") && read.said[0].contains(what), "{shown}");
            assert!(read.said[1].starts_with("  try: ") || read.said[1].starts_with("  "), "{shown}");
            assert!(read.said[1].contains(instead), "{shown}");
        }
    }
}

/// The bill of `cur.csv` as AWS delivers it, and a plan as PowerShell writes it.
#[test]
fn what_is_compressed_or_in_utf_16_is_read() {
    let bill = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x4c\x49\xcd\x2b\xc9\x2c\xa9\x8c\xcf\xc9\xcc\x4b\x8d\xcf\x2c\x49\xcd\x8d\xcf\x4c\xd1\x41\x70\x0a\x8a\xf2\x53\x4a\x93\x4b\xe2\x93\xf3\x53\x52\xb9\x0c\x75\x1c\x73\x13\xab\xf2\xf3\x82\x5c\x82\xb9\x8c\xa0\xec\x60\x63\x2e\x00\x44\x32\x31\xaa\x44\x00\x00\x00";
    let read = fed(&["matrix", "-", "-o", "json"], bill);
    assert_eq!(read.said, ["Cost and Usage Report: 2 resources, 2 services"]);
    assert_eq!(read.columns(), BTreeMap::from([("rds".to_owned(), Some(1)), ("s3".to_owned(), Some(1))]));
    // A bill that ends early is not the whole bill.
    let cut = fed(&["matrix", "-"], &bill[..bill.len() - 12]);
    assert_eq!((cut.code, &*cut.out), (Some(2), ""), "{:?}", cut.said);
    let plain = fs::read_to_string(path("plan.json")).expect("the fixture reads");
    let wanted = fed(&["matrix", "-", "-o", "json"], &plain);
    for (mark, bytes) in [([0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]), ([0xfe, 0xff], u16::to_be_bytes)] {
        let text: Vec<u8> = plain.encode_utf16().flat_map(bytes).collect();
        let read = fed(&["matrix", "-", "-o", "json"], [&mark[..], &text].concat());
        assert_eq!((&read.out, &read.said), (&wanted.out, &wanted.said));
    }
}

#[test]
fn white_space_before_json_means_nothing_however_much_of_it() {
    let plan = fs::read_to_string(path("plan.json")).expect("the fixture reads");
    let wanted = fed(&["matrix", "-", "-o", "json"], &plan);
    for space in ["\n".repeat(200_000), " ".repeat(200_000), " \r\n".repeat(70_000)] {
        assert_eq!(fed(&["matrix", "-", "-o", "json"], format!("{space}{plan}")).out, wanted.out);
    }
    // The line of a fault is still the line of the file.
    let broken = fed(&["matrix", "-"], format!("{}{{\"planned_values\": nope}}", "\n".repeat(100_000)));
    assert!(broken.said[0].starts_with("error: stdin: line 100001: not valid JSON"), "{:?}", broken.said);
}

#[test]
fn every_inventory_that_cannot_be_read_is_reported() {
    let files = [path("plan.json"), "none.json".to_owned(), path("cur.csv"), "Cargo.toml".to_owned()];
    let args: Vec<&str> = files.iter().flat_map(|file| ["--from", file]).collect();
    let read = whose(&[&["matrix"], &args[..]].concat());
    assert_eq!((read.code, &*read.out), (Some(2), ""));
    assert_eq!(read.said[0], "error: 2 of 4 inventories cannot be read");
    assert!(read.said[1].starts_with("cannot read none.json: "), "{:?}", read.said);
    assert!(read.said[2].starts_with("Cargo.toml: this is an ini or TOML file"), "{:?}", read.said);
}

/// Every dialect that the document names is one that the program says it has read, and the other way round.
#[test]
fn the_document_names_every_dialect() {
    let document = fs::read_to_string("docs/inventories.md").expect("the document is there");
    let mut missing = Vec::new();
    for Case { file, said, .. } in CASES {
        let dialect = said[0].split(": ").next().unwrap_or_default();
        if !document.contains(&format!("`{dialect}`")) {
            missing.push(format!("{dialect} ({file})"));
        }
    }
    assert!(missing.is_empty(), "docs/inventories.md does not name {missing:?}");
    let read: Vec<&str> = CASES.iter().filter_map(|case| case.said[0].split(": ").next()).collect();
    let table = document.split("## What is refused").next().unwrap_or_default();
    for row in table.lines().filter_map(|line| line.strip_prefix("| `")) {
        let dialect = row.split('`').next().unwrap_or_default();
        assert!(read.contains(&dialect), "docs/inventories.md names `{dialect}`, of which there is no fixture");
    }
}

/// The parties of a layer, by service and mode.
fn parties(read: &Run) -> Vec<(String, String)> {
    let text = |record: &Value, field: &str| record[field].as_str().unwrap_or_default().to_owned();
    read.records()
        .iter()
        .map(|record| {
            let place = format!("{}@{} {}", text(record, "service"), text(record, "mode"), text(record, "layer"));
            (place, text(record, "party"))
        })
        .collect()
}

#[test]
fn a_layer_and_a_party_narrow_the_matrix() {
    let from = path("modes.json");
    let base = ["matrix", "--from", &from, "-o", "json"];
    let os = parties(&whose(&[&base[..], &["--layer", "os"]].concat()));
    assert_eq!(os.len(), 21);
    assert!(os.iter().all(|(place, _)| place.ends_with(" guest-os")));
    // The question of the day on which a kernel has a hole: which of ours are ours to patch?
    let ours = parties(&whose(&[&base[..], &["--layer", "guest-os", "--party", "customer"]].concat()));
    let names: Vec<&str> = ours.iter().map(|(place, _)| place.split_once(' ').map_or("", |(name, _)| name)).collect();
    assert_eq!(names, ["batch@ec2", "ec2@", "ecs@ec2", "eks@managed-node-group-custom-ami"]);
    assert!(ours.iter().all(|(_, party)| party == "customer"));
    // Several layers, in the order of the model.
    let two = parties(&whose(&[&base[..], &["--layer", "platform", "--layer", "hardware"]].concat()));
    assert_eq!(two.len(), 42);
    assert!(two[0].0.ends_with(" hardware") && two[1].0.ends_with(" platform"), "{two:?}");
    // Nothing fits: the answer is no.
    let none = whose(&[&base[..], &["--layer", "hardware", "--party", "third-party"]].concat());
    assert_eq!(
        (none.code, none.said.last().map(String::as_str)),
        (Some(1), Some("1 more has a part of yours (1 AWS+): --party mine"))
    );
    let wrong = whose(&[&base[..], &["--layer", "patchign"]].concat());
    assert_eq!((wrong.code, &*wrong.out), (Some(2), ""));
    assert!(wrong.said[0].contains("did you mean"), "{:?}", wrong.said);
}

#[test]
fn a_pipe_gets_one_record_a_line() {
    let read = whose(&["matrix", "--from", &path("terraform.tfstate")]);
    let lines: Vec<Vec<&str>> = read.out.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(lines.len(), 18);
    assert!(lines.iter().all(|line| line.len() == 19 && line[0] == "ec2" && line[1] == "-" && line[2] == "2"));
    assert!(lines.iter().all(|line| line[7].starts_with("https://")), "every answer has its page");
}

/// Services of every category and most families; some with modes, some with long names.
const SIXTY: &[&str] = &[
    "acm",
    "amplify",
    "api-gateway",
    "app-runner",
    "appsync",
    "athena",
    "aurora",
    "backup",
    "batch",
    "bedrock",
    "cloudformation",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "cloudwatch-observability-access-manager",
    "codebuild",
    "codedeploy",
    "cognito",
    "config",
    "data-firehose",
    "directory-service",
    "dms",
    "documentdb",
    "dynamodb",
    "ebs",
    "ec2",
    "ec2-auto-scaling",
    "ecr",
    "ecs",
    "efs",
    "eks",
    "elastic-beanstalk",
    "elasticache",
    "elb",
    "emr",
    "eventbridge",
    "fsx",
    "glue",
    "guardduty",
    "iam",
    "kinesis-data-streams",
    "kms",
    "lambda",
    "mq",
    "msk",
    "neptune",
    "opensearch",
    "rds",
    "redshift",
    "route53",
    "s3",
    "sagemaker",
    "secrets-manager",
    "ses",
    "sns",
    "sqs",
    "step-functions",
    "transfer-family",
    "vpc",
    "waf",
];

fn table(args: &[&str], width: &str) -> String {
    let read = run(command(args).args(["-o", "table"]).env("COLUMNS", width));
    assert_eq!(read.code, Some(0), "{args:?}: {:?}", read.said);
    read.out
}

#[test]
fn a_table_of_sixty_services_fits_a_hundred_columns() {
    let sixty = [&["matrix"], SIXTY].concat();
    let estate = ["matrix", "--from", "tests/inventories/modes.json"];
    let long = ["matrix", "eks@managed-node-group-custom-ami", "eks@self-managed-nodes", "lambda@os-only-runtime"];
    for args in [&sixty[..], &estate, &long, &["matrix", "ec2", "rds", "s3"]] {
        for more in
            [&[][..], &["--layer", "os"], &["--diff"], &["--party", "customer"], &["--layer", "os", "--layer", "tls"]]
        {
            for width in ["80", "100", "140"] {
                let args = [args, more].concat();
                let text = table(&args, width);
                let wide: Vec<&str> =
                    text.lines().filter(|line| line.chars().count() > width.parse().unwrap_or(0)).collect();
                assert_eq!(wide, Vec::<&str>::new(), "{args:?} at {width}");
            }
        }
    }
    // No name is cut in two, and every service stands once.
    let text = table(&sixty, "100");
    let names: Vec<&str> = text.split([' ', ',', '\n']).collect();
    for service in SIXTY {
        let own = names.iter().filter(|name| name.split('@').next() == Some(service));
        assert!(own.count() > 0, "{service}\n{text}");
    }
    assert_eq!(names.iter().filter(|name| **name == "cloudwatch-observability-access-manager").count(), 1);
    assert_eq!(names.iter().filter(|name| **name == "eks@managed-node-group-custom-ami").count(), 1);
    // What leaves most to the customer comes first.
    let place = |name: &str| text.find(&format!(" {name}")).unwrap_or(usize::MAX);
    assert!(place("ec2") < place("rds") && place("rds") < place("s3"), "{text}");
}

#[test]
fn many_services_that_do_not_say_their_mode_share_a_line() {
    let names =
        ["acm", "athena", "aurora", "batch", "bedrock", "braket", "cloud9", "codebuild", "ecs", "eks", "lambda"];
    let read = fed(&["matrix", "-", "--layer", "os"], names.join("\n"));
    let lines: Vec<&str> = read.err.lines().collect();
    let all = format!(
        "11 services, of which nothing says in which mode they run; all their modes are listed: {}",
        names.join(", ")
    );
    assert_eq!(lines, ["list of names: 11 names, 11 services", &all]);
}
