//! Findings as verdicts: which check ran, and how it ended. Security Hub in ASFF and OCSF, AWS Config by rule, Prowler in
//! OCSF and csv; told by shape like every inventory.

use std::io::{self, BufRead, Read};

use super::Error;
use super::json::Json;
use super::sheet::Rows;

/// How a check ended for one resource, or for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It ran and came to no verdict: no data, muted, to be judged by hand.
    Open,
}

/// What can be read.
const SHAPES: &[&str] = &[
    "securityhub get-findings (ASFF) or get-findings-v2 (OCSF)",
    "configservice describe-compliance-by-config-rule, describe-conformance-pack-compliance",
    "configservice describe-aggregate-compliance-by-config-rules",
    "prowler json-ocsf, json-asff or csv",
];

/// Hears of every check that ran: the names by which it may be known, the likeliest first, and how it ended.
pub type Tell<'t> = dyn FnMut(&[&str], Verdict) + 't;

/// Reads findings to their end.
///
/// # Errors
///
/// A stream that fails, text that breaks its format, or a shape that nobody knows.
pub fn read(input: &mut dyn BufRead, tell: &mut Tell<'_>) -> Result<&'static str, Error> {
    let mut head = Vec::new();
    (&mut *input).take(64 << 10).read_to_end(&mut head)?;
    let skip = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    head.drain(..skip);
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace()).copied();
    let csv = head.split(|byte| *byte == b'\n').next().is_some_and(|line| {
        let line = String::from_utf8_lossy(line);
        line.contains("CHECK_ID") && line.contains("STATUS")
    });
    let mut whole = io::Cursor::new(head).chain(input);
    let unknown = || {
        Error::Findings(format!("these are no findings of a known shape; these are known:\n  {}", SHAPES.join("\n  ")))
    };
    match first {
        Some(b'[') => {
            let mut json = Json::new(&mut whole);
            let mut dialect = None;
            json.array(|json| {
                if json.peek()? != b'{' {
                    return json.skip();
                }
                dialect = finding(json, tell)?.or(dialect);
                Ok(())
            })?;
            json.end()?;
            dialect.ok_or_else(unknown)
        }
        Some(b'{') => {
            let mut json = Json::new(&mut whole);
            let mut dialect = None;
            json.object(|key, json| match key {
                "Findings" => {
                    dialect = Some("Security Hub findings");
                    json.maybe_array(|json| finding(json, tell).map(drop))
                }
                "ComplianceByConfigRules"
                | "AggregateComplianceByConfigRules"
                | "ConformancePackRuleComplianceList" => {
                    dialect = Some("AWS Config compliance");
                    json.maybe_array(|json| config(json, tell))
                }
                _ => json.skip(),
            })?;
            json.end()?;
            dialect.ok_or_else(unknown)
        }
        _ if csv => prowler(&mut whole, tell),
        _ => Err(unknown()),
    }
}

/// A finding in ASFF or OCSF, Security Hub's or Prowler's; which, if it is one. What is no check's verdict, such as a
/// threat that GuardDuty saw, tells nothing.
fn finding(json: &mut Json<'_>, tell: &mut Tell<'_>) -> Result<Option<&'static str>, Error> {
    let mut dialect = None;
    let (mut control, mut older, mut generator, mut code) =
        (String::new(), String::new(), String::new(), String::new());
    let (mut verdict, mut status, mut aside, mut rule) = (String::new(), String::new(), false, String::new());
    let mut word = String::new();
    json.maybe_object(|key, json| match key {
        // ASFF.
        "SchemaVersion" | "GeneratorId" => {
            dialect = Some("Security Hub findings");
            if key == "GeneratorId" { json.scalar(&mut generator).map(drop) } else { json.skip() }
        }
        "Compliance" => json.maybe_object(|key, json| match key {
            "SecurityControlId" => json.scalar(&mut control).map(drop),
            "Status" => json.scalar(&mut verdict).map(drop),
            _ => json.skip(),
        }),
        "ProductFields" => json.maybe_object(|key, json| match key {
            "ControlId" => json.scalar(&mut older).map(drop),
            // The rule that Security Hub had Config run, or whose verdict Config itself reported.
            "RelatedAWSResources:0/name" | "aws/config/ConfigRuleName" => json.scalar(&mut rule).map(drop),
            _ => json.skip(),
        }),
        "RecordState" => {
            json.scalar(&mut word)?;
            aside |= word == "ARCHIVED";
            Ok(())
        }
        "Workflow" => json.maybe_object(|key, json| match key {
            "Status" => json.scalar(&mut status).map(drop),
            _ => json.skip(),
        }),
        // OCSF.
        "metadata" => json.maybe_object(|key, json| match key {
            "event_code" => {
                dialect = Some("OCSF findings");
                json.scalar(&mut code).map(drop)
            }
            _ => json.skip(),
        }),
        "compliance" => {
            dialect = Some("OCSF findings");
            json.maybe_object(|key, json| match key {
                "control" => json.scalar(&mut control).map(drop),
                "status" => json.scalar(&mut verdict).map(drop),
                _ => json.skip(),
            })
        }
        "status_code" => {
            json.scalar(&mut word)?;
            if verdict.is_empty() {
                std::mem::swap(&mut verdict, &mut word);
            }
            Ok(())
        }
        "status" => json.scalar(&mut status).map(drop),
        "activity_name" => {
            json.scalar(&mut word)?;
            aside |= word == "Close";
            Ok(())
        }
        _ => json.skip(),
    })?;
    if aside || verdict.is_empty() {
        return Ok(dialect);
    }
    // `security-control/RDS.3`, `aws-foundational-security-best-practices/v/1.0.0/RDS.3`, `prowler-rds_instance_…`.
    let last = generator.rsplit('/').next().unwrap_or_default();
    let last = last.strip_prefix("prowler-").unwrap_or(last);
    let rules = rules(&rule);
    let names = [&*control, &*older, last, &*code].into_iter().chain(rules.iter().map(|name| &**name));
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    if !names.is_empty() {
        let muted = ["SUPPRESSED", "Suppressed"].contains(&&*status);
        tell(
            &names,
            match &*verdict.to_ascii_lowercase() {
                _ if muted => Verdict::Open,
                "pass" | "passed" => Verdict::Passed,
                "fail" | "failed" => Verdict::Failed,
                _ => Verdict::Open,
            },
        );
    }
    Ok(dialect)
}

/// A rule of AWS Config and its compliance.
fn config(json: &mut Json<'_>, tell: &mut Tell<'_>) -> Result<(), Error> {
    let (mut rule, mut kind) = (String::new(), String::new());
    json.maybe_object(|key, json| match key {
        "ConfigRuleName" => json.scalar(&mut rule).map(drop),
        "ComplianceType" => json.scalar(&mut kind).map(drop),
        "Compliance" => json.maybe_object(|key, json| match key {
            "ComplianceType" => json.scalar(&mut kind).map(drop),
            _ => json.skip(),
        }),
        _ => json.skip(),
    })?;
    let names = rules(&rule);
    if !names.is_empty() {
        tell(
            &names.iter().map(|name| &**name).collect::<Vec<_>>(),
            match &*kind {
                "COMPLIANT" => Verdict::Passed,
                "NON_COMPLIANT" => Verdict::Failed,
                _ => Verdict::Open,
            },
        );
    }
    Ok(())
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

/// The managed rules that a rule's name may stand for. It is given by whoever makes the rule: the managed rule's own name
/// or identifier (`INCOMING_SSH_DISABLED`), or with something before or behind it, as Security Hub
/// (`securityhub-rds-storage-encrypted-1a2b3c4d`), conformance packs (`rds-storage-encrypted-conformance-pack-x1y2z3`),
/// AWS Organizations (`OrgConfigRule-rds-storage-encrypted-x1y2z3`) and Control Tower
/// (`AWSControlTower_AWS-GR_RDS_STORAGE_ENCRYPTED`) name theirs.
fn rules(name: &str) -> Vec<String> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let whole = name.split_once("-conformance-pack-").map_or(&*name, |(rule, _)| rule);
    let prefixes = ["securityhub-", "orgconfigrule-", "awscontroltower-aws-gr-"];
    let plain = prefixes.iter().find_map(|prefix| whole.strip_prefix(prefix)).unwrap_or(whole);
    // Behind a prefix whatever comes last may be the maker's mark; else only what looks like one.
    let mark = |tail: &str| plain.len() < whole.len() || tail.bytes().any(|byte| byte.is_ascii_digit());
    let short = plain.rsplit_once('-').filter(|(_, tail)| (6..=10).contains(&tail.len()) && mark(tail));
    let short = short.map(|(rule, _)| rule);
    let known_as = |name: &str| {
        let renamed = RENAMED.iter().find(|(identifier, _)| *identifier == name);
        renamed.map_or(name, |(_, name)| name).to_owned()
    };
    [Some(plain), short].into_iter().flatten().filter(|name| !name.is_empty()).map(known_as).collect()
}

/// Prowler's csv.
fn prowler(input: &mut dyn Read, tell: &mut Tell<'_>) -> Result<&'static str, Error> {
    let mut rows = Rows::new(input, b';');
    let names = rows.names()?;
    let place = |wanted: &[u8]| names.iter().position(|name| name == wanted);
    let (Some(check), Some(status)) = (place(b"CHECK_ID"), place(b"STATUS")) else {
        return Err(Error::Text(1, "no columns CHECK_ID and STATUS between semicolons".to_owned()));
    };
    let muted = place(b"MUTED");
    let mut row = csv::ByteRecord::new();
    while rows.next(&mut row)? {
        let cell = |place: usize| String::from_utf8_lossy(row.get(place).unwrap_or_default());
        if cell(check).is_empty() {
            continue;
        }
        let verdict = match &*cell(status) {
            _ if muted.is_some_and(|muted| cell(muted).eq_ignore_ascii_case("true")) => Verdict::Open,
            "PASS" => Verdict::Passed,
            "FAIL" => Verdict::Failed,
            _ => Verdict::Open,
        };
        tell(&[&cell(check)], verdict);
    }
    Ok("Prowler csv")
}
