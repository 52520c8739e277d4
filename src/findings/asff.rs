//! The AWS Security Finding Format: `securityhub get-findings`, and Prowler's `json-asff`.

use serde::Deserialize;

use super::{CheckId, CheckResult, Entry, Resource, Status, config};
use crate::catalogue::model::CheckProvider;
use crate::json::Text;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Finding {
    schema_version: Option<Text>,
    product_arn: Text,
    generator_id: Option<Text>,
    aws_account_id: Text,
    compliance: Option<Compliance>,
    product_fields: Option<ProductFields>,
    record_state: Text,
    workflow: Option<Workflow>,
    resources: Option<Vec<AffectedResource>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Compliance {
    security_control_id: Text,
    status: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ProductFields {
    #[serde(rename = "ControlId")]
    control_id: Text,
    /// The rule that Security Hub had AWS Config run.
    #[serde(rename = "RelatedAWSResources:0/name")]
    related_rule: Text,
    /// The rule whose result AWS Config itself reported.
    #[serde(rename = "aws/config/ConfigRuleName")]
    config_rule: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Workflow {
    status: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AffectedResource {
    r#type: Text,
    id: Text,
}

impl Finding {
    /// The checks that it may be the result of, the likeliest first.
    fn checks(&self) -> Vec<CheckId> {
        let generator = self.generator_id.as_ref().map_or("", |id| &id.0);
        // `security-control/RDS.3`, `aws-foundational-security-best-practices/v/1.0.0/RDS.3`, `prowler-rds_instance_…`.
        let last = generator.rsplit('/').next().unwrap_or_default();
        let mut checks = Vec::new();
        let mut add = |provider, id: &str| {
            if !id.is_empty() {
                checks.push(CheckId { provider, id: id.to_owned() });
            }
        };
        if let Some(check) = last.strip_prefix("prowler-") {
            add(CheckProvider::Prowler, check);
        }
        if let Some(compliance) = &self.compliance {
            add(CheckProvider::SecurityHub, &compliance.security_control_id.0);
        }
        if let Some(fields) = &self.product_fields {
            add(CheckProvider::SecurityHub, &fields.control_id.0);
        }
        if !last.starts_with("prowler-") {
            add(CheckProvider::SecurityHub, last);
        }
        if let Some(fields) = &self.product_fields {
            for name in [&fields.related_rule.0, &fields.config_rule.0] {
                for rule in config::rule_ids(name) {
                    add(CheckProvider::Config, &rule);
                }
            }
        }
        checks
    }
}

impl From<Finding> for Entry {
    fn from(finding: Finding) -> Self {
        let known = finding.schema_version.is_some()
            || finding.generator_id.is_some()
            || !finding.product_arn.0.is_empty()
            || finding.compliance.is_some()
            || finding.resources.is_some();
        if !known {
            return Self::NotAFinding;
        }
        let suppressed = finding.workflow.as_ref().is_some_and(|workflow| workflow.status.0 == "SUPPRESSED");
        let verdict = finding.compliance.as_ref().map_or("", |compliance| &compliance.status.0);
        let status = match verdict {
            "PASSED" if !suppressed => Status::Passed,
            "FAILED" if !suppressed => Status::Failed,
            _ => Status::NoVerdict,
        };
        // What has no compliance status is no check's result.
        let checks = if verdict.is_empty() { Vec::new() } else { finding.checks() };
        let resource = |resource: AffectedResource| Resource {
            kind: resource.r#type.0,
            id: resource.id.0,
            service: String::new(),
        };
        Self::Result(CheckResult {
            checks,
            status,
            current: finding.record_state.0 != "ARCHIVED",
            resources: finding.resources.unwrap_or_default().into_iter().map(resource).collect(),
            account: Some(finding.aws_account_id.0).filter(|account| !account.is_empty()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::results;
    use super::*;

    fn ids(finding: &str) -> Vec<String> {
        let (all, _) = results(&format!("{{\"Findings\": [{finding}]}}")).expect("it is read");
        all.iter().flat_map(|result| &result.checks).map(|check| format!("{:?} {}", check.provider, check.id)).collect()
    }

    #[test]
    fn a_check_is_named_in_several_ways() {
        let cases = [
            (
                r#"{"GeneratorId": "security-control/RDS.3", "Compliance": {"Status": "PASSED", "SecurityControlId": "RDS.3"}}"#,
                &["SecurityHub RDS.3", "SecurityHub RDS.3"][..],
            ),
            (
                r#"{"GeneratorId": "a/v/1.0.0/RDS.3", "Compliance": {"Status": "PASSED"}, "ProductFields": {"ControlId": "RDS.3",
               "RelatedAWSResources:0/name": "securityhub-rds-storage-encrypted-1a2b3c4d"}}"#,
                &[
                    "SecurityHub RDS.3",
                    "SecurityHub RDS.3",
                    "Config rds-storage-encrypted-1a2b3c4d",
                    "Config rds-storage-encrypted",
                ],
            ),
            (
                r#"{"GeneratorId": "prowler-s3_bucket_acl", "Compliance": {"Status": "PASSED"}}"#,
                &["Prowler s3_bucket_acl"],
            ),
            // A threat: no compliance, and so no check.
            (r#"{"GeneratorId": "arn:aws:guardduty:x", "ProductArn": "x"}"#, &[]),
        ];
        for (finding, wanted) in cases {
            assert_eq!(ids(finding), wanted, "{finding}");
        }
    }

    #[test]
    fn a_status_is_a_verdict_or_none() {
        let cases = [
            (r#""Compliance": {"Status": "PASSED"}"#, Status::Passed, true),
            (r#""Compliance": {"Status": "FAILED"}"#, Status::Failed, true),
            (r#""Compliance": {"Status": "WARNING"}"#, Status::NoVerdict, true),
            (r#""Compliance": {"Status": "NOT_AVAILABLE"}"#, Status::NoVerdict, true),
            (r#""Compliance": {"Status": "FAILED"}, "Workflow": {"Status": "SUPPRESSED"}"#, Status::NoVerdict, true),
            (r#""Compliance": {"Status": "FAILED"}, "RecordState": "ARCHIVED""#, Status::Failed, false),
            (r#""Compliance": null, "Resources": null"#, Status::NoVerdict, true),
        ];
        for (fields, status, current) in cases {
            let (all, _) = results(&format!("{{\"GeneratorId\": \"x\", {fields}}}")).expect("it is read");
            assert_eq!((all[0].status, all[0].current), (status, current), "{fields}");
        }
    }

    #[test]
    fn resources_and_account_are_kept() {
        let text = r#"{"GeneratorId": "x", "AwsAccountId": 111122223333,
            "Resources": [{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::b", "Details": {"deep": [1]}}, {"Type": "", "Id": "y"}]}"#;
        let (all, _) = results(text).expect("it is read");
        assert_eq!(all[0].account.as_deref(), Some("111122223333"));
        assert_eq!(all[0].resources.iter().map(Resource::name).collect::<Vec<_>>(), ["AwsS3Bucket", ""]);
    }
}
