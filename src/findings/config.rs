//! AWS Config: compliance by rule, of an account, a conformance pack or an aggregator, and the evaluations of one rule.

use serde::Deserialize;

use super::{CheckId, CheckResult, Entry, Resource, Status};
use crate::catalogue::model::CheckProvider;
use crate::json::Text;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Rule {
    config_rule_name: Text,
    compliance_type: Text,
    compliance: Option<Compliance>,
    evaluation_result_identifier: Option<EvaluationResultIdentifier>,
    account_id: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Compliance {
    compliance_type: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct EvaluationResultIdentifier {
    evaluation_result_qualifier: Option<EvaluationResultQualifier>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct EvaluationResultQualifier {
    config_rule_name: Text,
    resource_type: Text,
    resource_id: Text,
}

impl From<Rule> for Entry {
    fn from(rule: Rule) -> Self {
        let evaluation = rule.evaluation_result_identifier.and_then(|own| own.evaluation_result_qualifier);
        let name = match &evaluation {
            Some(evaluation) => &evaluation.config_rule_name.0,
            None => &rule.config_rule_name.0,
        };
        if name.is_empty() {
            return Self::NotAFinding;
        }
        let checks = rule_ids(name).into_iter().map(|id| CheckId { provider: CheckProvider::Config, id }).collect();
        let verdict = rule.compliance.map_or(rule.compliance_type.0, |compliance| compliance.compliance_type.0);
        let resource = |evaluation: EvaluationResultQualifier| Resource {
            kind: evaluation.resource_type.0,
            id: evaluation.resource_id.0,
            service: String::new(),
        };
        Self::Result(CheckResult {
            checks,
            status: match &*verdict {
                "COMPLIANT" => Status::Passed,
                "NON_COMPLIANT" => Status::Failed,
                _ => Status::NoVerdict,
            },
            current: true,
            resources: evaluation.into_iter().map(resource).collect(),
            account: Some(rule.account_id.0).filter(|account| !account.is_empty()),
        })
    }
}

/// The managed rules whose identifier is not their name in capitals.
const RENAMED: &[(&str, &str)] = &[
    ("cloud-trail-enabled", "cloudtrail-enabled"),
    ("ec2-instance-managed-by-ssm", "ec2-instance-managed-by-systems-manager"),
    ("incoming-ssh-disabled", "restricted-ssh"),
    ("instances-in-vpc", "ec2-instances-in-vpc"),
    ("multi-region-cloud-trail-enabled", "multi-region-cloudtrail-enabled"),
    ("restricted-incoming-traffic", "restricted-common-ports"),
];

/// The managed rules that a rule's name may stand for, the likeliest first. Whoever makes a rule names it: after the managed
/// rule or its identifier (`INCOMING_SSH_DISABLED`), or with something before or behind it, as Security Hub
/// (`securityhub-rds-storage-encrypted-1a2b3c4d`), conformance packs (`rds-storage-encrypted-conformance-pack-x1y2z3`),
/// AWS Organizations (`OrgConfigRule-rds-storage-encrypted-x1y2z3`) and Control Tower
/// (`AWSControlTower_AWS-GR_RDS_STORAGE_ENCRYPTED`) do.
pub(super) fn rule_ids(name: &str) -> Vec<String> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let whole = name.split_once("-conformance-pack-").map_or(&*name, |(rule, _)| rule);
    let prefixes = ["securityhub-", "orgconfigrule-", "awscontroltower-aws-gr-"];
    let plain = prefixes.iter().find_map(|prefix| whole.strip_prefix(prefix)).unwrap_or(whole);
    // Behind a prefix whatever comes last may be a generated suffix; else only what looks like one.
    let suffix = |tail: &str| plain.len() < whole.len() || tail.bytes().any(|byte| byte.is_ascii_digit());
    let short = plain.rsplit_once('-').filter(|(_, tail)| (6..=10).contains(&tail.len()) && suffix(tail));
    let short = short.map(|(rule, _)| rule);
    let renamed = |name: &str| {
        let renamed = RENAMED.iter().find(|(identifier, _)| *identifier == name);
        renamed.map_or(name, |(_, name)| name).to_owned()
    };
    [Some(plain), short].into_iter().flatten().filter(|name| !name.is_empty()).map(renamed).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::results;
    use super::*;

    #[test]
    fn a_rule_is_known_by_every_name_that_is_made_of_it() {
        let cases = [
            ("restricted-ssh", &["restricted-ssh"][..]),
            ("INCOMING_SSH_DISABLED", &["restricted-ssh"]),
            ("securityhub-restricted-ssh-abcdefgh", &["restricted-ssh-abcdefgh", "restricted-ssh"]),
            ("restricted-ssh-conformance-pack-x1y2z3a4b", &["restricted-ssh"]),
            ("AWSControlTower_AWS-GR_RESTRICTED_SSH", &["restricted-ssh"]),
            // Without a prefix only what has a digit is a generated suffix.
            ("restricted-ssh-strictly", &["restricted-ssh-strictly"]),
            ("restricted-ssh-1a2b3c", &["restricted-ssh-1a2b3c", "restricted-ssh"]),
            ("securityhub-", &[]),
        ];
        for (name, ids) in cases {
            assert_eq!(rule_ids(name), ids, "{name}");
        }
    }

    #[test]
    fn every_command_is_read() {
        let cases = [
            r#"{"ComplianceByConfigRules": [{"ConfigRuleName": "r", "Compliance": {"ComplianceType": "NON_COMPLIANT"}}]}"#,
            r#"{"AggregateComplianceByConfigRules": [{"ConfigRuleName": "r", "Compliance": {"ComplianceType": "NON_COMPLIANT"}, "AccountId": "1"}]}"#,
            r#"{"ConformancePackName": "p", "ConformancePackRuleComplianceList": [{"ConfigRuleName": "r", "ComplianceType": "NON_COMPLIANT"}]}"#,
            r#"{"EvaluationResults": [{"EvaluationResultIdentifier": {"EvaluationResultQualifier": {"ConfigRuleName": "r",
                "ResourceType": "AWS::S3::Bucket", "ResourceId": "b"}}, "ComplianceType": "NON_COMPLIANT"}]}"#,
        ];
        for text in cases {
            let (all, report) = results(text).expect("it is read");
            assert_eq!(report.format, "AWS Config compliance");
            assert_eq!((all[0].checks[0].id.as_str(), all[0].status), ("r", Status::Failed), "{text}");
        }
        let (all, _) = results(cases[3]).expect("it is read");
        assert_eq!(all[0].resources[0].name(), "AWS::S3::Bucket");
        let open = r#"{"ComplianceByConfigRules": [{"ConfigRuleName": "r", "Compliance": {"ComplianceType": "INSUFFICIENT_DATA"}}, {}]}"#;
        let (all, report) = results(open).expect("it is read");
        assert_eq!((all[0].status, report.not_findings), (Status::NoVerdict, 1));
    }
}
