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
    "securityhub get-findings (ASFF), Security Hub findings in OCSF",
    "configservice describe-compliance-by-config-rule",
    "prowler json-ocsf or csv",
];

/// Reads findings to their end: `tell` hears the id of every check that ran, and how it ended.
///
/// # Errors
///
/// A stream that fails, text that breaks its format, or a shape that nobody knows.
pub fn read(input: &mut dyn BufRead, tell: &mut dyn FnMut(&str, Verdict)) -> Result<&'static str, Error> {
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
            let mut any = false;
            json.array(|json| {
                any |= json.peek()? == b'{' && ocsf(json, tell)?;
                Ok(())
            })?;
            json.end()?;
            if any { Ok("OCSF findings") } else { Err(unknown()) }
        }
        Some(b'{') => {
            let mut json = Json::new(&mut whole);
            let mut dialect = None;
            json.object(|key, json| match key {
                "Findings" => {
                    dialect = Some("Security Hub findings");
                    json.maybe_array(|json| asff(json, tell))
                }
                "ComplianceByConfigRules" => {
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

/// A finding of Security Hub's own format.
fn asff(json: &mut Json<'_>, tell: &mut dyn FnMut(&str, Verdict)) -> Result<(), Error> {
    let (mut control, mut status, mut state, mut workflow) =
        (String::new(), String::new(), String::new(), String::new());
    let (mut generator, mut older) = (String::new(), String::new());
    json.maybe_object(|key, json| match key {
        "Compliance" => json.maybe_object(|key, json| match key {
            "SecurityControlId" => json.scalar(&mut control).map(drop),
            "Status" => json.scalar(&mut status).map(drop),
            _ => json.skip(),
        }),
        "ProductFields" => json.maybe_object(|key, json| match key {
            "ControlId" => json.scalar(&mut older).map(drop),
            _ => json.skip(),
        }),
        "GeneratorId" => json.scalar(&mut generator).map(drop),
        "RecordState" => json.scalar(&mut state).map(drop),
        "Workflow" => json.maybe_object(|key, json| match key {
            "Status" => json.scalar(&mut workflow).map(drop),
            _ => json.skip(),
        }),
        _ => json.skip(),
    })?;
    // `security-control/RDS.3`, or `aws-foundational-security-best-practices/v/1.0.0/RDS.3`.
    let last = generator.rsplit('/').next().unwrap_or_default();
    let id = [&*control, &*older, last].into_iter().find(|id| !id.is_empty()).unwrap_or_default();
    if id.is_empty() || state == "ARCHIVED" {
        return Ok(());
    }
    tell(
        id,
        match &*status {
            _ if workflow == "SUPPRESSED" => Verdict::Open,
            "PASSED" => Verdict::Passed,
            "FAILED" => Verdict::Failed,
            _ => Verdict::Open,
        },
    );
    Ok(())
}

/// A finding in OCSF, Prowler's or Security Hub's; whether it was one.
fn ocsf(json: &mut Json<'_>, tell: &mut dyn FnMut(&str, Verdict)) -> Result<bool, Error> {
    let (mut code, mut control, mut status) = (String::new(), String::new(), String::new());
    let (mut compliance, mut detail) = (String::new(), String::new());
    json.object(|key, json| match key {
        "metadata" => json.maybe_object(|key, json| match key {
            "event_code" => json.scalar(&mut code).map(drop),
            _ => json.skip(),
        }),
        "compliance" => json.maybe_object(|key, json| match key {
            "control" => json.scalar(&mut control).map(drop),
            "status" => json.scalar(&mut compliance).map(drop),
            _ => json.skip(),
        }),
        "status_code" => json.scalar(&mut status).map(drop),
        "status" => json.scalar(&mut detail).map(drop),
        _ => json.skip(),
    })?;
    let id = if control.is_empty() { &code } else { &control };
    if id.is_empty() {
        return Ok(false);
    }
    let word = if compliance.is_empty() { &status } else { &compliance };
    tell(
        id,
        match &*word.to_ascii_lowercase() {
            _ if matches!(&*detail, "Suppressed") => Verdict::Open,
            "pass" | "passed" => Verdict::Passed,
            "fail" | "failed" => Verdict::Failed,
            _ => Verdict::Open,
        },
    );
    Ok(true)
}

/// A rule of AWS Config and its compliance.
fn config(json: &mut Json<'_>, tell: &mut dyn FnMut(&str, Verdict)) -> Result<(), Error> {
    let (mut rule, mut kind) = (String::new(), String::new());
    json.maybe_object(|key, json| match key {
        "ConfigRuleName" => json.scalar(&mut rule).map(drop),
        "Compliance" => json.maybe_object(|key, json| match key {
            "ComplianceType" => json.scalar(&mut kind).map(drop),
            _ => json.skip(),
        }),
        _ => json.skip(),
    })?;
    let rule = managed_rule(&rule);
    if !rule.is_empty() {
        tell(
            rule,
            match &*kind {
                "COMPLIANT" => Verdict::Passed,
                "NON_COMPLIANT" => Verdict::Failed,
                _ => Verdict::Open,
            },
        );
    }
    Ok(())
}

/// The managed rule behind a rule's name. Security Hub and conformance packs put a prefix before it or a suffix behind it:
/// `securityhub-rds-storage-encrypted-1a2b3c4d`, `rds-storage-encrypted-conformance-pack-x1y2z3`.
fn managed_rule(name: &str) -> &str {
    let name = name.strip_prefix("securityhub-").unwrap_or(name);
    let name = name.split_once("-conformance-pack-").map_or(name, |(rule, _)| rule);
    match name.rsplit_once('-') {
        Some((rule, tail))
            if (6..=8).contains(&tail.len())
                && tail.bytes().any(|b| b.is_ascii_digit())
                && tail.bytes().all(|b| b.is_ascii_alphanumeric()) =>
        {
            rule
        }
        _ => name,
    }
}

/// Prowler's csv.
fn prowler(input: &mut dyn Read, tell: &mut dyn FnMut(&str, Verdict)) -> Result<&'static str, Error> {
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
        tell(&cell(check), verdict);
    }
    Ok("Prowler csv")
}
