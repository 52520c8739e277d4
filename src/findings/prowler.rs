//! Prowler's own formats: csv of versions 2 to 5, and json of versions 2 and 3. Its `json-asff` and `json-ocsf` are read as what
//! they are.

use std::io::Read;

use serde::Deserialize;

use super::{CheckId, CheckResult, Collector, Entry, Error, Resource, Status, other_cloud};
use crate::catalogue::model::CheckProvider;
use crate::input::{self, Bounded, Budget};
use crate::json::Text;

/// Json: version 3 in one list, version 2 one object a line with keys in words.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Finding {
    #[serde(rename = "Provider")]
    provider: Text,
    #[serde(rename = "CheckID", alias = "Control ID")]
    check: Text,
    #[serde(rename = "Status")]
    status: Text,
    #[serde(rename = "ServiceName", alias = "Service")]
    service: Text,
    #[serde(rename = "ResourceType")]
    resource_type: Text,
    #[serde(rename = "ResourceArn")]
    resource_arn: Text,
    #[serde(rename = "ResourceId", alias = "Resource ID")]
    resource_id: Text,
    #[serde(rename = "AccountId", alias = "Account Number")]
    account: Text,
}

impl From<Finding> for Entry {
    fn from(finding: Finding) -> Self {
        let id = if finding.resource_arn.0.is_empty() { finding.resource_id.0 } else { finding.resource_arn.0 };
        let resource = Resource { kind: finding.resource_type.0, id, service: finding.service.0 };
        entry(&finding.provider.0, finding.check.0, &finding.status.0, false, resource, finding.account.0)
    }
}

/// A row of csv. Version 2 names its columns in other words; from version 4 on `RESOURCE_UID` replaces `RESOURCE_ARN`. The
/// files of the folder `compliance` leave the underscores out.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
struct Row {
    provider: String,
    #[serde(alias = "TITLE_ID", alias = "CHECKID")]
    check_id: String,
    #[serde(alias = "CHECK_RESULT")]
    status: String,
    muted: String,
    #[serde(alias = "CHECK_SERVICENAME")]
    service_name: String,
    #[serde(alias = "CHECK_ASFF_RESOURCE_TYPE")]
    resource_type: String,
    resource_uid: String,
    resource_arn: String,
    #[serde(alias = "CHECK_RESOURCE_ID", alias = "RESOURCEID")]
    resource_id: String,
    #[serde(alias = "ACCOUNT_UID", alias = "ACCOUNT_NUM", alias = "ACCOUNTID")]
    account_id: String,
}

impl From<Row> for Entry {
    fn from(row: Row) -> Self {
        let ids = [row.resource_uid, row.resource_arn, row.resource_id];
        let id = ids.into_iter().find(|id| !id.is_empty()).unwrap_or_default();
        let resource = Resource { kind: row.resource_type, id, service: row.service_name };
        let muted = row.muted.eq_ignore_ascii_case("true");
        entry(&row.provider, row.check_id, &row.status, muted, resource, row.account_id)
    }
}

/// What both formats say in the end.
fn entry(cloud: &str, check: String, status: &str, muted: bool, resource: Resource, account: String) -> Entry {
    if check.is_empty() {
        return Entry::NotAFinding;
    }
    if let Some(cloud) = other_cloud(cloud) {
        return Entry::OtherCloud(cloud);
    }
    Entry::Result(CheckResult {
        checks: vec![CheckId { provider: CheckProvider::Prowler, id: check }],
        status: match status {
            "PASS" if !muted => Status::Passed,
            "FAIL" if !muted => Status::Failed,
            _ => Status::NoVerdict,
        },
        current: true,
        resources: if resource == Resource::default() { Vec::new() } else { vec![resource] },
        account: Some(account).filter(|account| !account.is_empty()),
    })
}

/// The separator, if the first line is the header of a csv of Prowler's.
pub(super) fn separator(head: &[u8]) -> Option<u8> {
    let line = String::from_utf8_lossy(head.split(|byte| *byte == b'\n').next()?);
    [b';', b','].into_iter().find(|separator| {
        let columns: Vec<&str> =
            line.trim().split(char::from(*separator)).map(|name| name.trim().trim_matches('"')).collect();
        let has = |name| columns.contains(&name);
        (has("CHECK_ID") || has("CHECKID")) && has("STATUS") || has("TITLE_ID") && has("CHECK_RESULT")
    })
}

/// Reads csv. A row with more or fewer cells than the header is an error: a verdict must not be read from the wrong column.
pub(super) fn read_csv(input: &mut dyn Read, separator: u8, collector: &mut Collector<'_>) -> Result<(), Error> {
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(separator)
        .trim(csv::Trim::Headers)
        .from_reader(Bounded::new(input, Budget::of_row()));
    let names = rows.byte_headers().map_err(|error| fault(error, 1))?.clone();
    let mut row = csv::ByteRecord::new();
    loop {
        rows.get_ref().budget.renew();
        match rows.read_byte_record(&mut row) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => return Err(fault(error, line_of(rows.position()))),
        }
        collector
            .add(row.deserialize::<Row>(Some(&names)).map_err(|error| fault(error, line_of(rows.position())))?.into());
    }
}

fn line_of(position: &csv::Position) -> usize {
    usize::try_from(position.line()).unwrap_or(usize::MAX)
}

/// What is wrong, and where: where the error says so, else at `line`.
fn fault(error: csv::Error, line: usize) -> Error {
    let at = error.position().map_or(line, line_of);
    match error.into_kind() {
        csv::ErrorKind::Io(error) if input::is_over_budget(&error) => Error::Text(at, input::LONG_ROW.to_owned()),
        csv::ErrorKind::Io(error) => Error::Io(error),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Error::Text(at, format!("{len} cells where the header has {expected_len}"))
        }
        csv::ErrorKind::Deserialize { err, .. } => Error::Text(at, err.to_string()),
        csv::ErrorKind::Utf8 { .. } => Error::Text(at, "not UTF-8: save the file as UTF-8".to_owned()),
        _ => Error::Text(at, "not valid csv".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::results;
    use super::*;

    #[test]
    fn csv_of_every_version() {
        let cases = [
            // 2
            "PROFILE,ACCOUNT_NUM,REGION,TITLE_ID,CHECK_RESULT,CHECK_SERVICENAME,CHECK_ASFF_RESOURCE_TYPE,CHECK_RESOURCE_ID\n\
             p,1,eu,7.73,FAIL,s3,AwsS3Bucket,b\n",
            // 3
            "PROVIDER;ACCOUNT_ID;CHECK_ID;STATUS;SERVICE_NAME;RESOURCE_ID;RESOURCE_ARN;RESOURCE_TYPE\n\
             aws;1;7.73;FAIL;s3;b;arn:aws:s3:::b;AwsS3Bucket\n",
            // 4 and 5
            "ACCOUNT_UID;PROVIDER;CHECK_ID;STATUS;MUTED;SERVICE_NAME;RESOURCE_TYPE;RESOURCE_UID\n\
             1;aws;7.73;FAIL;False;s3;AwsS3Bucket;arn:aws:s3:::b\n",
            // What a spreadsheet makes of it.
            "\"ACCOUNT_UID\",\"PROVIDER\",\"CHECK_ID\",\"STATUS\",\"RESOURCE_TYPE\"\r\n1,aws,7.73,FAIL,AwsS3Bucket\r\n",
            // The folder `compliance`.
            "PROVIDER;ACCOUNTID;STATUS;CHECKID;RESOURCEID;MUTED;RESOURCE_TYPE\naws;1;FAIL;7.73;b;False;AwsS3Bucket\n",
        ];
        for text in cases {
            let (all, report) = results(text).expect("it is read");
            assert_eq!((report.format, all.len()), ("Prowler csv", 1), "{text}");
            assert_eq!((all[0].checks[0].id.as_str(), all[0].status), ("7.73", Status::Failed), "{text}");
            assert_eq!(all[0].resources[0].name(), "AwsS3Bucket", "{text}");
            assert_eq!(all[0].account.as_deref(), Some("1"), "{text}");
        }
    }

    #[test]
    fn json_of_versions_2_and_3() {
        let two = "{\"Account Number\": \"1\", \"Status\": \"PASS\", \"Control ID\": \"1.2\", \"Service\": \"iam\", \"Resource ID\": \"u\"}";
        let three = r#"{"Provider": "aws", "CheckID": "1.2", "Status": "PASS", "ServiceName": "iam", "ResourceArn": "arn:aws:iam::1:user/u",
            "ResourceId": "u", "AccountId": "1"}"#;
        for (text, name) in
            [(format!("{two}\n{two}\n"), "iam"), (format!("[{three},{three}]"), "arn:aws:iam::1:user/u")]
        {
            let (all, report) = results(&text).expect("it is read");
            assert_eq!((report.format, all.len(), all[0].status), ("Prowler json", 2, Status::Passed), "{text}");
            assert_eq!((all[0].resources[0].name(), all[0].account.as_deref()), (name, Some("1")), "{text}");
        }
    }

    #[test]
    fn a_verdict_needs_a_check_of_aws_that_is_not_muted() {
        let header = "PROVIDER;CHECK_ID;STATUS;MUTED\n";
        let cases = [
            ("aws;a;PASS;False", Some(Status::Passed)),
            ("aws;a;PASS;True", Some(Status::NoVerdict)),
            ("aws;a;MANUAL;False", Some(Status::NoVerdict)),
            ("azure;a;PASS;False", None),
            ("aws;;PASS;False", None),
        ];
        for (row, status) in cases {
            let (all, _) = results(&format!("{header}{row}\n")).expect("it is read");
            assert_eq!(all.first().map(|result| result.status), status, "{row}");
        }
        assert!(results(&format!("{header}\"open")).is_err());
    }
}
