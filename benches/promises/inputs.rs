//! What is measured with: names, plans, findings, bills and templates, the same on every run and machine.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::measure::{Result, Run};

/// Names of every kind that the catalogue lists, each with its service, as `whose export` lists them: ids, types, IAM
/// prefixes, billing codes, and ARNs made of the prefixes; and some that nobody has.
pub(crate) fn known_names(whose: &Path) -> Result<Vec<(String, String)>> {
    let export: Value = serde_json::from_str(&Run::new(whose, &["export", "json"]).output()?)?;
    let mut names = Vec::new();
    for service in export["results"].as_array().into_iter().flatten() {
        let id = service["service"].as_str().unwrap_or_default();
        for (kind, identifiers) in service["identifiers"].as_object().into_iter().flatten() {
            for name in identifiers.as_array().into_iter().flatten().filter_map(Value::as_str) {
                names.push((name.to_owned(), id.to_owned()));
                if kind == "iam" {
                    for (region, account) in [("eu-central-1", 111_122_223_333_u64), ("us-east-1", 444_455_556_666)] {
                        let arn = format!("arn:aws:{name}:{region}:{account}:resource/production");
                        names.push((arn, id.to_owned()));
                    }
                }
            }
        }
    }
    let unknown = (0..names.len() / 20).map(|n| (format!("acme_{n}_of_nobody"), String::new()));
    names.extend(unknown.collect::<Vec<_>>());
    Ok(names)
}

/// Mixes the names: every run and every machine gets the same list.
pub(crate) fn write_names(to: &Path, known: &[(String, String)], count: usize, every_arn_once: bool) -> Result<()> {
    let mut out = BufWriter::new(File::create(to)?);
    for n in 0..count {
        let (name, _) = &known[n * 7_919 % known.len()];
        out.write_all(name.as_bytes())?;
        if every_arn_once && name.starts_with("arn:") {
            write!(out, "-{n}")?;
        }
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// Writes a plan as `terraform show -json` does and returns how many resources of AWS are in it: modules in modules, other
/// providers, data sources, and every resource twice, among the planned values and among the changes.
pub(crate) fn write_plan(to: &Path, bytes: usize) -> Result<u64> {
    let (mut modules, mut changes, mut sources) = (Vec::new(), Vec::new(), Vec::new());
    let (mut own, mut number) = (0, 0);
    while modules.len() + changes.len() < bytes {
        let team = format!("module.team[\"{number}\"]");
        let mut inner = Vec::new();
        for part in ["network", "service", "data"] {
            let address = format!("{team}.module.{part}");
            let mut resources = Vec::new();
            for _ in 0..KINDS {
                let resource = resource(&address, number);
                let after = &resource["values"];
                own += u64::from(resource["type"].as_str().is_some_and(|kind| kind.starts_with("aws_")));
                let change = json!({ "actions": ["create"], "before": null, "after": after, "after_unknown": { "id": true },
                    "before_sensitive": false, "after_sensitive": { "tags": {} } });
                let named = ["address", "mode", "type", "name", "provider_name"];
                let mut record: Vec<(String, Value)> =
                    named.iter().map(|field| ((*field).to_owned(), resource[*field].clone())).collect();
                record.push(("change".to_owned(), change));
                append(&mut changes, &record.into_iter().collect())?;
                resources.push(resource);
                number += 1;
            }
            inner.push(json!({ "resources": resources, "address": address }));
        }
        let role = json!({ "address": format!("{team}.data.aws_iam_policy_document.this"), "mode": "data",
            "type": "aws_iam_policy_document", "name": "this", "provider_name": AWS, "values": policy() });
        append(&mut sources, &json!({ "resources": [role], "address": team }))?;
        append(&mut modules, &json!({ "resources": [], "address": team, "child_modules": inner }))?;
    }
    let mut out = BufWriter::new(File::create(to)?);
    for piece in [
        br#"{"format_version":"1.2","terraform_version":"1.9.5","planned_values":{"root_module":{"child_modules":["#,
        &modules[..],
        br#"]}},"resource_changes":["#,
        &changes,
        br#"],"prior_state":{"format_version":"1.0","values":{"root_module":{"child_modules":["#,
        &sources,
        b"]}}}}\n",
    ] {
        out.write_all(piece)?;
    }
    out.flush()?;
    Ok(own)
}

/// One more element of a JSON list.
fn append(list: &mut Vec<u8>, value: &Value) -> Result<()> {
    if !list.is_empty() {
        list.push(b',');
    }
    Ok(serde_json::to_writer(list, value)?)
}

const AWS: &str = "registry.terraform.io/hashicorp/aws";

/// How many kinds of resources there are.
const KINDS: usize = 10;

fn resource(module: &str, number: usize) -> Value {
    let (kind, mut values) = match number % KINDS {
        0 => (
            "aws_instance",
            json!({ "instance_type": "m5.large", "ami": "ami-0123456789abcdef0", "monitoring": true,
            "root_block_device": [{ "encrypted": true, "volume_size": 50, "volume_type": "gp3" }] }),
        ),
        1 => (
            "aws_db_instance",
            json!({ "engine": "postgres", "engine_version": "16.4", "allocated_storage": 100,
            "storage_encrypted": true, "multi_az": true, "backup_retention_period": 14 }),
        ),
        2 => (
            "aws_lambda_function",
            json!({ "package_type": "Image", "memory_size": 512,
            "environment": [{ "variables": { "STAGE": "production", "QUERY": "select \"id\"\nfrom orders" } }] }),
        ),
        3 => ("aws_s3_bucket", json!({ "bucket": format!("orders-{number}"), "force_destroy": false })),
        4 => ("aws_iam_role", json!({ "assume_role_policy": policy().to_string(), "max_session_duration": 3600 })),
        5 => (
            "aws_ecs_service",
            json!({ "launch_type": "FARGATE", "desired_count": 3,
            "network_configuration": [{ "subnets": ["subnet-0a1b", "subnet-2c3d"], "assign_public_ip": false }] }),
        ),
        6 => (
            "aws_security_group_rule",
            json!({ "type": "ingress", "protocol": "tcp", "from_port": 443, "to_port": 443,
            "cidr_blocks": ["10.0.0.0/8", "192.168.0.0/16"] }),
        ),
        7 => ("aws_sqs_queue", json!({ "kms_master_key_id": "alias/orders", "message_retention_seconds": 345_600 })),
        8 => ("random_password", json!({ "length": 32, "special": true, "keepers": null })),
        _ => ("kubernetes_deployment", json!({ "spec": [{ "replicas": 2, "template": [{ "metadata": [{}] }] }] })),
    };
    if kind.starts_with("aws_") {
        values["arn"] = format!("arn:aws:service:eu-central-1:111122223333:{kind}/{number}").into();
        values["tags"] = json!({ "Name": format!("orders-{number}"), "team": "shop", "cost-center": "4711",
            "description": "What this is for, as somebody wrote it: \"orders\" and a path C:\\orders, ü" });
        values["tags_all"] = values["tags"].clone();
        values["timeouts"] = Value::Null;
    }
    let provider = match kind.split_once('_') {
        Some(("random", _)) => "registry.terraform.io/hashicorp/random",
        Some(("kubernetes", _)) => "registry.terraform.io/hashicorp/kubernetes",
        _ => AWS,
    };
    json!({ "address": format!("{module}.{kind}.this"), "mode": "managed", "type": kind, "name": "this",
        "provider_name": provider, "schema_version": 1, "values": values,
        "sensitive_values": { "tags": {}, "tags_all": {} } })
}

fn policy() -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "Service": "ec2.amazonaws.com" } }] })
}

/// Writes `count` findings as `securityhub get-findings` does.
pub(crate) fn write_findings(to: &Path, count: usize) -> Result<()> {
    let mut out = BufWriter::new(File::create(to)?);
    out.write_all(br#"{"Findings":["#)?;
    for number in 0..count {
        let (control, kind) = [
            ("RDS.3", "AwsRdsDbInstance"),
            ("S3.5", "AwsS3Bucket"),
            ("EC2.8", "AwsEc2Instance"),
            ("Lambda.1", "AwsLambdaFunction"),
            ("SQS.1", "AwsSqsQueue"),
        ][number % 5];
        let region = ["eu-central-1", "us-east-1"][number % 2];
        let finding = json!({ "SchemaVersion": "2018-10-08", "AwsAccountId": "111122223333", "Region": region,
            "Id": format!("arn:aws:securityhub:{region}:111122223333:security-control/{control}/finding/{number}"),
            "ProductArn": format!("arn:aws:securityhub:{region}::product/aws/securityhub"), "ProductName": "Security Hub",
            "CompanyName": "AWS", "GeneratorId": format!("security-control/{control}"),
            "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"],
            "FirstObservedAt": "2026-04-01T08:00:00.000Z", "UpdatedAt": "2026-11-01T08:00:00.000Z",
            "Severity": { "Label": "MEDIUM", "Normalized": 40, "Original": "MEDIUM" },
            "Title": "What the control asks for, in a sentence",
            "Description": "What the control asks for and why, in the words of the service, over a line or two of text.",
            "Remediation": { "Recommendation": { "Text": "How to correct this, see the documentation.",
                "Url": format!("https://docs.aws.amazon.com/console/securityhub/{control}/remediation") } },
            "ProductFields": { "RelatedAWSResources:0/name": "securityhub-rule", "aws/securityhub/ProductName": "Security Hub" },
            "Resources": [{ "Type": kind, "Id": format!("arn:aws:service:{region}:111122223333:thing/{number}"),
                "Partition": "aws", "Region": region, "Details": { kind: { "Name": format!("thing-{number}"), "Encrypted": true } } }],
            "Compliance": { "Status": if number.is_multiple_of(7) { "FAILED" } else { "PASSED" }, "SecurityControlId": control,
                "AssociatedStandards": [{ "StandardsId": "standards/aws-foundational-security-best-practices/v/1.0.0" }] },
            "WorkflowState": "NEW", "Workflow": { "Status": "NEW" }, "RecordState": "ACTIVE" });
        if number > 0 {
            out.write_all(b",")?;
        }
        serde_json::to_writer(&mut out, &finding)?;
    }
    out.write_all(b"]}\n")?;
    Ok(out.flush()?)
}

/// Writes `count` lines of a bill in FOCUS's columns.
pub(crate) fn write_bill(to: &Path, count: usize) -> Result<()> {
    let mut out = BufWriter::new(File::create(to)?);
    writeln!(
        out,
        "BilledCost,BillingAccountId,ChargeCategory,EffectiveCost,ProviderName,PublisherName,RegionId,ResourceId,ServiceName,SkuMeter,SubAccountId,x_Operation,x_ServiceCode,x_UsageType"
    )?;
    for number in 0..count {
        let (service, code, usage) = [
            ("Amazon Elastic Compute Cloud", "AmazonEC2", "EUC1-BoxUsage:m7g.large"),
            ("Amazon Relational Database Service", "AmazonRDS", "EUC1-InstanceUsage:db.m7g.large"),
            ("Amazon Simple Storage Service", "AmazonS3", "EUC1-TimedStorage-ByteHrs"),
            ("AWS Lambda", "AWSLambda", "EUC1-Lambda-GB-Second"),
        ][number % 4];
        // Each resource has a line for every hour of a day.
        let thing = number / 24;
        writeln!(
            out,
            "0.0960000000,111122223333,Usage,0.0960000000,AWS,Amazon Web Services,eu-central-1,arn:aws:service:eu-central-1:111122223333:thing/{thing},{service},Usage,111122223333,Run,{code},{usage}"
        )?;
    }
    Ok(out.flush()?)
}

/// Writes `count` ARNs, one per line of a csv.
pub(crate) fn write_arns(to: &Path, count: usize) -> Result<()> {
    let mut out = BufWriter::new(File::create(to)?);
    writeln!(out, "arn,name")?;
    for number in 0..count {
        writeln!(out, "arn:aws:sqs:eu-central-1:111122223333:queue-{number},queue-{number}")?;
    }
    Ok(out.flush()?)
}

/// Writes names that nobody has, each once.
pub(crate) fn write_unknown_names(to: &Path, count: usize) -> Result<()> {
    let mut out = BufWriter::new(File::create(to)?);
    for number in 0..count {
        writeln!(out, "acme_{number}_of_nobody")?;
    }
    Ok(out.flush()?)
}

/// Writes a template of CloudFormation in YAML.
pub(crate) fn write_template(to: &Path, count: usize) -> Result<()> {
    let mut text = "AWSTemplateFormatVersion: 2010-09-09\nResources:\n".to_owned();
    for number in 0..count {
        writeln!(
            text,
            "  Queue{number}:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Sub \"q-{number}\""
        )?;
    }
    Ok(std::fs::write(to, text)?)
}

/// Writes a template of SAM with `count` functions and as many variables in its `Globals`, which each function inherits.
pub(crate) fn write_sam(to: &Path, count: usize) -> Result<()> {
    let mut text =
        "Transform: AWS::Serverless-2016-10-31\nGlobals:\n  Function:\n    Environment:\n      Variables:\n".to_owned();
    for number in 0..count {
        writeln!(text, "        NAME_{number}: value")?;
    }
    text += "Resources:\n";
    for number in 0..count {
        writeln!(text, "  F{number}:\n    Type: AWS::Serverless::Function\n    Properties:\n      PackageType: Image")?;
    }
    Ok(std::fs::write(to, text)?)
}

/// Writes an overlay with a fault in each of `count` services.
pub(crate) fn write_faults(to: &Path, count: usize) -> Result<()> {
    let mut text = "services:\n".to_owned();
    for number in 0..count {
        writeln!(text, "  own-{number}:\n    name: Own {number}\n    category: managed\n    color: red")?;
    }
    Ok(std::fs::write(to, text)?)
}
