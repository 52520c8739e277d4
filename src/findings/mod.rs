//! The results of checks: what Security Hub, AWS Config and Prowler found, in every format that they write.
//!
//! [`read`] recognises the format by what only it has, streams through it and hands on one [`CheckResult`] after another;
//! what it passed over stands in the [`Report`]. One reader serves both uses of findings: which checks ran and how they ended
//! (`whose gaps`), and which resources exist (`whose matrix`). Nothing here looks into the catalogue: of it there is only the
//! word for who publishes a check.
//!
//! Each format has a file with one derived struct and its conversion: `asff`, `ocsf`, `config`, `prowler`.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead};

use crate::catalogue::model::CheckProvider;
use crate::input::{self, NotText, Text};
use crate::json::Fault;

mod asff;
mod config;
mod json;
mod ocsf;
mod prowler;
mod shape;

/// How many names of other clouds are told apart; there are fewer clouds.
const MAX_CLOUDS: usize = 32;

/// A check as a finding names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CheckId {
    /// Who publishes the check.
    pub provider: CheckProvider,
    /// Its id, in the case in which the finding has it.
    pub id: String,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It ran and came to no verdict: no data, muted, suppressed, or to be judged by hand.
    NoVerdict,
}

/// A resource that a finding is about. Every field may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resource {
    /// Its type, such as `AwsS3Bucket` or `AWS::S3::Bucket`.
    pub kind: String,
    /// Its id, mostly an ARN.
    pub id: String,
    /// The service that was scanned, where the format says so.
    pub service: String,
}

impl Resource {
    /// What names the service best: a type of AWS's, else an ARN, else the service, else any type. Generic types such as
    /// `Other` say nothing. Empty where the finding says none of these.
    #[must_use]
    pub fn name(&self) -> &str {
        let candidates = [&self.service, &self.kind];
        if self.kind.starts_with("Aws") || self.kind.starts_with("AWS::") {
            &self.kind
        } else if self.id.starts_with("arn:") {
            &self.id
        } else {
            candidates.into_iter().find(|name| !name.is_empty()).map_or("", |name| name)
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckResult {
    /// The checks that it may be the result of, the likeliest first. Empty for what is no check's result, such as a threat
    /// that GuardDuty saw.
    pub checks: Vec<CheckId>,
    /// How the check ended.
    pub status: Status,
    /// Whether it still counts: an archived or closed finding does not.
    pub current: bool,
    /// What it is about.
    pub resources: Vec<Resource>,
    /// The account, where the finding names it.
    pub account: Option<String>,
}

/// What was read, and what was passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The name of the format, for people.
    pub format: &'static str,
    /// How many findings were handed on.
    pub findings: u64,
    /// Findings about another provider's resources, by the name of that provider. They were not handed on.
    pub other_clouds: BTreeMap<String, u64>,
    /// Entries that are no findings of the format: numbers, texts, objects without any of its fields.
    pub not_findings: u64,
    /// Whether the last page says that another one follows, which is not there.
    pub is_cut: bool,
}

/// What is said of an answer whose last page names another one.
pub const ONE_PAGE: &str = "the last page says that more follow, and what they hold is not counted: run the command without \
    --max-items and --no-paginate, or add the other pages";

/// Why findings could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The stream failed.
    Io(io::Error),
    /// The input is not text.
    NotText(NotText),
    /// The text is not what it must be; the line, and what is wrong.
    Text(usize, String),
    /// The text is no findings of a format that is known.
    Unknown(String),
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<input::Error> for Error {
    fn from(error: input::Error) -> Self {
        match error {
            input::Error::Io(error) => Self::Io(error),
            input::Error::NotText(not_text) => Self::NotText(not_text),
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Io(error) => Self::Io(error),
            Fault::Text(line, message) => Self::Text(line, message),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => match input::not_text(error) {
                Some(what) => f.write_str(what),
                None => write!(f, "cannot be read: {error}"),
            },
            Self::NotText(NotText { what, remedy }) => {
                let step = remedy.step("whose gaps --findings -", "whose gaps --findings FILE", "whose gaps --help");
                write!(f, "{what}\n  try: {step}")
            }
            Self::Text(line, message) => write!(f, "line {line}: {message}"),
            Self::Unknown(message) => write!(f, "{message}; what can be read:\n  {}", FORMATS.join("\n  ")),
        }
    }
}

// A failure of the stream is told in full by `Display`: it is not the source of another.
impl std::error::Error for Error {}

/// What can be read, for people who sent something else.
const FORMATS: &[&str] = &[
    "securityhub get-findings (ASFF), get-findings-v2 (OCSF)",
    "prowler csv, json-ocsf, json-asff and json, of versions 2 to 5",
    "configservice describe-compliance-by-config-rule, describe-conformance-pack-compliance",
    "configservice describe-aggregate-compliance-by-config-rules, get-compliance-details-by-config-rule",
];

/// A format of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// The AWS Security Finding Format, by Security Hub or Prowler.
    Asff,
    /// The Open Cybersecurity Schema Framework, by Security Hub or Prowler.
    Ocsf,
    /// Compliance by rule, by AWS Config.
    Config,
    /// Prowler's own JSON, of versions 2 and 3.
    ProwlerJson,
    /// Prowler's csv, with the separator.
    ProwlerCsv(u8),
    /// An empty list: nothing was found.
    Nothing,
}

impl Format {
    /// Its name, for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asff => "Security Hub findings",
            Self::Ocsf => "OCSF findings",
            Self::Config => "AWS Config compliance",
            Self::ProwlerJson => "Prowler json",
            Self::ProwlerCsv(_) => "Prowler csv",
            Self::Nothing => "empty list",
        }
    }

    /// The format of the text that begins with `head`: UTF-8 without a byte order mark. It may be cut anywhere.
    #[must_use]
    pub fn recognize(head: &[u8]) -> Option<Self> {
        match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{' | b'[') => shape::Shape::of(head).format(),
            _ => prowler::separator(head).map(Self::ProwlerCsv),
        }
    }
}

/// Reads findings to their end and hands every one to `each`.
///
/// # Errors
///
/// A stream that fails, an input that is not text, text that breaks its format, or a format that is not known.
pub fn read(input: &mut dyn BufRead, each: &mut dyn FnMut(CheckResult)) -> Result<Report, Error> {
    read_text(input::open(input)?, each)
}

/// Reads findings like [`read`], of an input that is open already.
///
/// # Errors
///
/// A stream that fails, text that breaks its format, or a format that is not known.
pub fn read_text(text: Text<'_>, each: &mut dyn FnMut(CheckResult)) -> Result<Report, Error> {
    let skipped_lines = text.skipped_lines();
    read_format(text, each).map_err(|error| match error {
        Error::Text(line, message) => Error::Text(line + skipped_lines, message),
        error => error,
    })
}

fn read_format(text: Text<'_>, each: &mut dyn FnMut(CheckResult)) -> Result<Report, Error> {
    let Some(format) = Format::recognize(text.head()) else { return Err(unknown(text.head())) };
    let mut input = text.into_reader();
    let mut collector = Collector { each, report: Report { format: format.name(), ..Report::default() } };
    match format {
        // Nothing may follow an empty list, so it does not matter as what it is read.
        Format::Asff | Format::Nothing => json::read::<asff::Finding>(&mut input, format, &mut collector)?,
        Format::Ocsf => json::read::<ocsf::Finding>(&mut input, format, &mut collector)?,
        Format::Config => json::read::<config::Rule>(&mut input, format, &mut collector)?,
        Format::ProwlerJson => json::read::<prowler::Finding>(&mut input, format, &mut collector)?,
        Format::ProwlerCsv(separator) => prowler::read_csv(&mut input, separator, &mut collector)?,
    }
    Ok(collector.report)
}

/// What is wrong with a text whose format is not known: it is broken, another tool's, or anything else.
fn unknown(head: &[u8]) -> Error {
    if head.iter().all(u8::is_ascii_whitespace) {
        return Error::Unknown("the file is empty".to_owned());
    }
    if let Some(tool) = shape::Shape::of(head).other_tool() {
        return Error::Unknown(format!("these are {tool}, not the results of checks"));
    }
    match json::syntax_error(head) {
        Some(broken) => broken,
        None => Error::Unknown("these are no findings of a known format".to_owned()),
    }
}

/// What a record of a format turned out to be.
enum Entry {
    Result(CheckResult),
    /// A finding about another provider's resource.
    OtherCloud(String),
    NotAFinding,
}

/// Takes what a format's reader finds.
struct Collector<'c> {
    each: &'c mut dyn FnMut(CheckResult),
    report: Report,
}

impl Collector<'_> {
    fn add(&mut self, entry: Entry) {
        match entry {
            Entry::Result(result) => {
                self.report.findings += 1;
                (self.each)(result);
            }
            Entry::OtherCloud(name) => {
                let clouds = &mut self.report.other_clouds;
                let known = clouds.len() < MAX_CLOUDS || clouds.contains_key(&name);
                *clouds.entry(if known { name } else { "(others)".to_owned() }).or_default() += 1;
            }
            Entry::NotAFinding => self.report.not_findings += 1,
        }
    }
}

/// The name of another cloud than AWS, if `provider` names one.
fn other_cloud(provider: &str) -> Option<String> {
    let name = provider.trim().to_ascii_lowercase();
    let aws = name.is_empty() || name == "aws" || name.starts_with("aws-") || name.starts_with("amazon");
    (!aws).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every result of `text`, and the report.
    pub(super) fn results(text: &str) -> Result<(Vec<CheckResult>, Report), Error> {
        let mut all = Vec::new();
        let report = read(&mut text.as_bytes(), &mut |result| all.push(result))?;
        Ok((all, report))
    }

    #[test]
    fn formats_are_recognized_by_what_only_they_have() {
        let cases = [
            ("[]", Some(Format::Nothing)),
            (" [ ] ", Some(Format::Nothing)),
            (r#"{"Findings": []}"#, Some(Format::Asff)),
            (r#"{"Findings": [{"GeneratorId": "x", "Resour"#, Some(Format::Asff)),
            (r#"{"NextToken": "t", "Findings": [{"ProductArn": "x"}]}"#, Some(Format::Asff)),
            (r#"{"SchemaVersion": "2018-10-08", "Resources": []}"#, Some(Format::Asff)),
            (r#"[{"metadata": {"event_code": "x"}, "status_code": "PASS"}]"#, Some(Format::Ocsf)),
            (r#"{"class_uid": 2003}"#, Some(Format::Ocsf)),
            (r#"{"Findings": [{"class_uid": 2003}]}"#, Some(Format::Ocsf)),
            (r#"{"ComplianceByConfigRules": []}"#, Some(Format::Config)),
            (r#"{"EvaluationResults": []}"#, Some(Format::Config)),
            (r#"[{"Provider": "aws", "CheckID": "x", "Status": "PASS"}]"#, Some(Format::ProwlerJson)),
            (r#"{"Control ID": "1.2", "Status": "PASS"}"#, Some(Format::ProwlerJson)),
            ("CHECK_ID;STATUS\n", Some(Format::ProwlerCsv(b';'))),
            ("\"PROVIDER\",\"CHECK_ID\",\"STATUS\"\r\n", Some(Format::ProwlerCsv(b','))),
            ("TITLE_ID,CHECK_RESULT\n", Some(Format::ProwlerCsv(b','))),
            ("CHECK_ID,RESULT\n", None),
            ("", None),
            ("{", None),
            ("[1]", None),
            (r#"[{"a": 1}]"#, None),
            (r#"{"SchemaVersion": 2, "ArtifactName": "a", "Results": []}"#, None),
            (r#"{"Findings": [{"AccountId": "1", "Type": "Recon", "Resource": {}}]}"#, None),
            (r#"{"planned_values": {}}"#, None),
            (
                r#"{"$schema": "x", "contentVersion": "1.0.0.0", "metadata": {"_generator": {}}, "resources": [{}]}"#,
                None,
            ),
        ];
        for (head, format) in cases {
            assert_eq!(Format::recognize(head.as_bytes()), format, "{head}");
        }
    }

    #[test]
    fn other_tools_are_named() {
        let cases = [
            (r#"{"SchemaVersion": 2, "ArtifactName": "a", "Results": []}"#, "Trivy"),
            (r#"{"Findings": [{"AccountId": "1", "Type": "Recon", "Resource": {}}]}"#, "GuardDuty"),
            (r#"[{"check_type": "terraform", "results": {}}]"#, "Checkov"),
            (r#"{"matches": [], "source": {}}"#, "Grype"),
            (r#"{"version": "2.1.0", "runs": []}"#, "SARIF"),
            (r#"{"configurationItems": []}"#, "Config"),
            (r#"{"findings": [{"findingArn": "x"}]}"#, "Inspector"),
            ("{\"a\": 1}", "no findings of a known format"),
            ("", "empty"),
        ];
        for (text, word) in cases {
            let error = results(text).expect_err("it is refused").to_string();
            assert!(error.contains(word) && error.contains("prowler csv"), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_not_text_is_named_with_the_next_command() {
        for (input, said) in [
            (&b"PAR1"[..], "this is a Parquet file\n  try: duckdb -csv -c \"from 'FILE'\" | whose gaps --findings -"),
            (
                b"PK\x03\x04xl/",
                "this is an Excel workbook\n  try: save the table as csv, then: whose gaps --findings FILE",
            ),
            (b"%PDF-1.7", "this is a PDF\n  try: whose gaps --help"),
            (b"[1, 2]\0", "not text: it holds a NUL byte (byte 7)\n  try: whose gaps --help"),
        ] {
            let mut input = input;
            let error = read(&mut input, &mut |_| {}).expect_err("not text");
            assert_eq!(error.to_string(), said);
        }
    }

    #[test]
    fn pages_and_lines_are_one_answer() {
        let one = r#"{"GeneratorId": "security-control/S3.1", "Compliance": {"Status": "PASSED"}, "Resources": []}"#;
        let cases = [
            (one.to_owned(), 1),
            (format!("[{one}, {one}]"), 2),
            (format!("{{\"Findings\": [{one}]}}"), 1),
            (format!("{{\"Findings\": [{one}]}}\n{{\"Findings\": [{one}, {one}]}}"), 3),
            (format!("[{{\"Findings\": [{one}], \"NextToken\": \"t\"}}, {{\"Findings\": []}}]"), 1),
            (format!("[[{one}], [{one}]]"), 2),
            (format!("{one}\n{one}\n\n{one}\n"), 3),
            (format!("{{\"note\": 1, \"Findings\": [{one}]}}"), 1),
        ];
        for (text, count) in cases {
            let (all, report) = results(&text).expect("it is read");
            assert_eq!((all.len() as u64, report.findings, report.not_findings), (count, count, 0), "{text}");
        }
        for (text, is_cut) in [
            (format!("{{\"Findings\": [{one}], \"NextToken\": \"t\"}}"), true),
            (format!("{{\"NextToken\": \"t\", \"Findings\": [{one}]}}\n{{\"Findings\": []}}"), false),
            (format!("[{{\"Findings\": [{one}]}}, {{\"Findings\": [{one}], \"NextToken\": \"t\"}}]"), true),
            (format!("{{\"Findings\": [{one}], \"NextToken\": null}}"), false),
            (one.to_owned(), false),
        ] {
            assert_eq!(results(&text).expect("it is read").1.is_cut, is_cut, "{text}");
        }
        // Pages and findings by themselves in one text, in any order, and a page whose list comes last.
        for text in [
            format!("{{\"Findings\": [{one}], \"NextToken\": \"t\"}}\n{one}\n"),
            format!("{one}\n{{\"Findings\": [{one}]}}\n"),
            format!("[{{\"Findings\": [{one}]}}, {one}]"),
            format!("[{one}, {{\"note\": 1, \"Findings\": [{one}]}}]"),
            format!("{{\"Findings\": [{one}], {}", &one[1..]),
        ] {
            let (all, report) = results(&text).expect("it is read");
            assert_eq!((all.len(), report.not_findings), (2, 0), "{text}");
        }
        let (all, report) = results(&format!("[{one}, 1, \"x\", null, {{}}]")).expect("it is read");
        assert_eq!((all.len(), report.not_findings), (1, 4));
    }

    #[test]
    fn broken_text_is_told_with_its_line() {
        let cases = [
            ("{ \"Findings\": [\n { \"Compliance\": } ] }", "line 2: not valid JSON: expected value"),
            ("{ \"Findings\": [\n { \"GeneratorId\": } ] }", "line 2: not valid JSON: expected value"),
            ("{\"Findings\": [\n\n", "line 3: the JSON ends in the middle"),
            ("{\"Findings\": [{\"GeneratorId\": \"x\"}]} oops", "line 1: not valid JSON"),
            ("[] {}", "line 1: nothing may follow an empty list"),
            ("CHECK_ID;STATUS\na;PASS\nb;PASS;more\n", "line 3: 3 cells where the header has 2"),
        ];
        for (text, message) in cases {
            let error = results(text).expect_err("it is refused").to_string();
            assert!(error.contains(message), "{text}: {error}");
        }
    }

    #[test]
    fn the_best_name_of_a_resource() {
        let cases = [
            (("AwsS3Bucket", "arn:aws:s3:::b", "s3"), "AwsS3Bucket"),
            (("AWS::S3::Bucket", "b", ""), "AWS::S3::Bucket"),
            (("Other", "arn:aws:s3:::b", "s3"), "arn:aws:s3:::b"),
            (("Other", "b", "s3"), "s3"),
            (("Other", "b", ""), "Other"),
            (("", "b", ""), ""),
        ];
        for ((kind, id, service), name) in cases {
            let resource = Resource { kind: kind.to_owned(), id: id.to_owned(), service: service.to_owned() };
            assert_eq!(resource.name(), name, "{resource:?}");
        }
    }

    #[test]
    fn other_clouds_are_told_from_aws() {
        for aws in ["", "aws", "AWS", "aws-cn", "Amazon Web Services"] {
            assert_eq!(other_cloud(aws), None, "{aws}");
        }
        for (name, cloud) in [("Azure", "azure"), ("alibabacloud", "alibabacloud"), ("kubernetes", "kubernetes")] {
            assert_eq!(other_cloud(name).as_deref(), Some(cloud));
        }
    }
}
