//! The Open Cybersecurity Schema Framework, as Security Hub (`get-findings-v2`, Security Lake) and Prowler (`json-ocsf`, since
//! version 3) write it.

use serde::Deserialize;

use super::json::Object;
use super::{CheckId, CheckResult, Entry, Resource, Status, other_cloud};
use crate::catalogue::model::CheckProvider;
use crate::json::Text;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Finding {
    class_uid: Option<Text>,
    metadata: Option<Metadata>,
    #[serde(rename = "finding_info")]
    info: Option<serde::de::IgnoredAny>,
    compliance: Option<Compliance>,
    /// `PASS`, `FAIL` or `MANUAL`, by Prowler since version 4.
    status_code: Text,
    /// The workflow; a verdict in Prowler 3, whose `compliance` has it too.
    status: Text,
    /// The same as a number.
    status_id: Text,
    activity_name: Text,
    cloud: Option<Cloud>,
    unmapped: Object<Unmapped>,
    resources: Option<Vec<AffectedResource>>,
    /// OCSF 1.1: one resource instead of a list.
    resource: Option<AffectedResource>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    /// The check, by Prowler since version 4.
    event_code: Text,
    product: Option<Product>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Product {
    feature: Option<Feature>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Feature {
    /// The check, by Prowler 3.
    uid: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Compliance {
    control: Text,
    status: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Cloud {
    provider: Text,
    account: Option<Account>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Account {
    uid: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Unmapped {
    /// Prowler names the provider here too, and only here where there is no cloud: `kubernetes`.
    provider: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AffectedResource {
    r#type: Text,
    uid: Text,
    group: Option<Group>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Group {
    name: Text,
}

impl Finding {
    /// The checks that it may be the result of, the likeliest first.
    fn checks(&self) -> Vec<CheckId> {
        let control = self.compliance.as_ref().map(|compliance| &compliance.control.0);
        let code = self.metadata.as_ref().map(|metadata| &metadata.event_code.0);
        let product = self.metadata.as_ref().and_then(|metadata| metadata.product.as_ref());
        let feature = product.and_then(|product| product.feature.as_ref()).map(|feature| &feature.uid.0);
        [(CheckProvider::SecurityHub, control), (CheckProvider::Prowler, code), (CheckProvider::Prowler, feature)]
            .into_iter()
            .filter_map(|(provider, id)| Some(CheckId { provider, id: id.filter(|id| !id.is_empty())?.clone() }))
            .collect()
    }

    /// The word for the verdict; empty where it is no check's result.
    fn verdict(&self) -> &str {
        let compliance = self.compliance.as_ref().map_or("", |compliance| &compliance.status.0);
        if compliance.is_empty() { &self.status_code.0 } else { compliance }
    }

    /// Whether it no longer counts: it was closed, archived or deleted.
    fn is_closed(&self) -> bool {
        self.activity_name.0.eq_ignore_ascii_case("close")
            || ["archived", "deleted"].iter().any(|status| self.status.0.eq_ignore_ascii_case(status))
            || ["5", "6"].contains(&&*self.status_id.0)
    }

    fn cloud(&self) -> Option<String> {
        let cloud = self.cloud.as_ref().map_or("", |cloud| &cloud.provider.0);
        let unmapped = self.unmapped.0.as_ref().map_or("", |unmapped| &unmapped.provider.0);
        other_cloud(if cloud.is_empty() { unmapped } else { cloud })
    }
}

impl From<Finding> for Entry {
    fn from(finding: Finding) -> Self {
        let known = finding.class_uid.is_some()
            || finding.metadata.is_some()
            || finding.info.is_some()
            || finding.compliance.is_some();
        if !known {
            return Self::NotAFinding;
        }
        if let Some(cloud) = finding.cloud() {
            return Self::OtherCloud(cloud);
        }
        let suppressed = finding.status.0.eq_ignore_ascii_case("suppressed");
        let verdict = finding.verdict().to_ascii_lowercase();
        let status = match &*verdict {
            "pass" | "passed" | "success" if !suppressed => Status::Passed,
            "fail" | "failed" | "failure" if !suppressed => Status::Failed,
            _ => Status::NoVerdict,
        };
        let checks = if verdict.is_empty() { Vec::new() } else { finding.checks() };
        let resource = |resource: AffectedResource| Resource {
            kind: resource.r#type.0,
            id: resource.uid.0,
            service: resource.group.unwrap_or_default().name.0,
        };
        let current = !finding.is_closed();
        let account = finding.cloud.and_then(|cloud| cloud.account).map(|account| account.uid.0);
        let resources = finding.resources.unwrap_or_default().into_iter().chain(finding.resource);
        Self::Result(CheckResult {
            checks,
            status,
            current,
            resources: resources.map(resource).collect(),
            account: account.filter(|account| !account.is_empty()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::results;
    use super::*;

    #[test]
    fn every_writer_names_its_check_and_verdict() {
        let hub =
            |control: &str, status| (CheckId { provider: CheckProvider::SecurityHub, id: control.to_owned() }, status);
        let prowler =
            |check: &str, status| (CheckId { provider: CheckProvider::Prowler, id: check.to_owned() }, status);
        let cases = [
            (
                r#"{"class_uid": 2003, "compliance": {"control": "RDS.3", "status": "FAILED"}}"#,
                hub("RDS.3", Status::Failed),
            ),
            (
                r#"{"class_uid": 2003, "compliance": {"control": "RDS.3", "status": "Pass"}}"#,
                hub("RDS.3", Status::Passed),
            ),
            // Prowler 4 and 5.
            (
                r#"{"metadata": {"event_code": "s3_x"}, "status_code": "PASS", "status": "New"}"#,
                prowler("s3_x", Status::Passed),
            ),
            (
                r#"{"metadata": {"event_code": "s3_x"}, "status_code": "FAIL", "status": "Suppressed"}"#,
                prowler("s3_x", Status::NoVerdict),
            ),
            (r#"{"metadata": {"event_code": "s3_x"}, "status_code": "MANUAL"}"#, prowler("s3_x", Status::NoVerdict)),
            // Prowler 3.
            (
                r#"{"finding": {}, "metadata": {"product": {"feature": {"uid": "s3_x", "name": "s3_x"}}},
                "compliance": {"status": "Failure", "requirements": []}, "status": "Failure"}"#,
                prowler("s3_x", Status::Failed),
            ),
            (
                r#"{"finding": {}, "metadata": {"product": {"feature": {"uid": "s3_x"}}}, "compliance": {"status": "Success"}}"#,
                prowler("s3_x", Status::Passed),
            ),
            (
                r#"{"finding": {}, "metadata": {"product": {"feature": {"uid": "s3_x"}}}, "compliance": {"status": "Other"}}"#,
                prowler("s3_x", Status::NoVerdict),
            ),
        ];
        for (text, (check, status)) in cases {
            let (all, _) = results(&format!("[{text}]")).expect("it is read");
            assert_eq!((&all[0].checks[..], all[0].status), (&[check][..], status), "{text}");
        }
    }

    #[test]
    fn resources_stand_in_a_list_or_alone() {
        let resource = r#"{"type": "AwsRdsDbInstance", "uid": "arn:aws:rds:x:1:db:o", "group": {"name": "rds"}}"#;
        for field in [format!("\"resource\": {resource}"), format!("\"resources\": [{resource}]")] {
            let text = format!("[{{\"class_uid\": 2003, {field}, \"cloud\": {{\"account\": {{\"uid\": \"1\"}}}}}}]");
            let (all, _) = results(&text).expect("it is read");
            assert_eq!(all[0].resources[0].service, "rds", "{text}");
            assert_eq!(all[0].account.as_deref(), Some("1"));
        }
    }

    #[test]
    fn findings_of_other_clouds_are_counted_by_name() {
        let text = r#"[{"metadata": {"event_code": "a"}, "status_code": "PASS", "cloud": {"provider": "azure"}},
            {"metadata": {"event_code": "a"}, "status_code": "PASS", "unmapped": {"provider": "kubernetes"}},
            {"metadata": {"event_code": "a"}, "status_code": "PASS", "cloud": {"provider": "AWS"}, "unmapped": "text"}, {"a": 1}]"#;
        let (all, report) = results(text).expect("it is read");
        assert_eq!((all.len(), report.not_findings), (1, 1));
        assert_eq!(
            report.other_clouds.into_iter().collect::<Vec<_>>(),
            [("azure".into(), 1), ("kubernetes".into(), 1)]
        );
    }

    #[test]
    fn a_closed_finding_does_not_count() {
        for (fields, current) in [
            (r#""activity_name": "Close""#, false),
            (r#""status": "Archived", "activity_name": "Update""#, false),
            (r#""status": "Deleted""#, false),
            (r#""status_id": 5"#, false),
            (r#""status_id": 4, "status": "Resolved""#, true),
            (r#""status_id": 1, "status": "New", "activity_name": "Create""#, true),
        ] {
            let text = format!(
                r#"[{{"class_uid": 2003, {fields}, "compliance": {{"control": "RDS.3", "status": "FAILED"}}}}]"#
            );
            assert_eq!(results(&text).expect("it is read").0[0].current, current, "{fields}");
        }
    }
}
