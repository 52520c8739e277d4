//! `whose resolve -`: whatever bytes a pipe brings, a record for every name, in order, in its own columns.

#![cfg(feature = "cli")]

mod common;

use common::Run;
use serde_json::Value;

/// What `whose resolve` does with these arguments and this on stdin.
fn resolve(args: &[&str], input: impl AsRef<[u8]>) -> Run {
    common::fed(&[&["resolve"], args].concat(), input)
}

/// The records of a stream that is answered, without a word on stderr.
fn records(args: &[&str], input: impl AsRef<[u8]>) -> Vec<String> {
    let read = resolve(args, input);
    assert!(matches!(read.code, Some(0 | 1)), "{:?}: {}", read.code, read.err);
    assert_eq!(read.err, "");
    read.out.lines().map(str::to_owned).collect()
}

const THREE: &[&str] = &["rds\trds\t-\texact\t-", "aws_lb\telb\t-\texact\t-", "ec3\t-\t-\tnone\t-"];

#[test]
fn one_record_a_line_in_order() {
    assert_eq!(records(&["-"], "rds\naws_lb\nec3\n"), THREE);
    assert_eq!(records(&["-"], "rds\naws_lb\nec3"), THREE, "the last line may lack its end");
    assert_eq!(records(&[], "rds\naws_lb\nec3\n"), THREE, "a pipe is read without being asked for");
}

#[test]
fn lines_that_hold_no_name_have_no_record() {
    assert_eq!(records(&["-"], "\n\nrds\n \t \naws_lb\n\n  ec3  \n\n"), THREE);
    let empty = resolve(&["-"], "");
    assert_eq!((empty.code, &*empty.out, &*empty.err), (Some(0), "", ""));
}

#[test]
fn a_hash_begins_no_comment() {
    assert_eq!(records(&["-"], "# rds\n#rds\n"), ["# rds\trds\t-\texact\t-", "#rds\trds\t-\texact\t-"]);
}

#[test]
fn tabs_stand_between_names() {
    assert_eq!(records(&["-"], "rds\taws_lb\tec3\n"), THREE, "as `aws --output text` writes");
    assert_eq!(records(&["-"], "\trds\t\taws_lb\nec3\t\n"), THREE);
}

#[test]
fn windows_files_are_files() {
    assert_eq!(records(&["-"], "rds\r\naws_lb\r\nec3\r\n"), THREE);
    assert_eq!(records(&["-"], "\u{feff}rds\naws_lb\nec3\n"), THREE);
    assert_eq!(records(&["-"], "\u{feff}\r\nrds\r\naws_lb\r\nec3"), THREE);
}

#[test]
fn names_are_read_however_they_are_delivered() {
    let utf16: Vec<u8> = "\u{feff}rds\r\naws_lb\r\nec3\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(records(&["-"], utf16), THREE);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, b"rds\naws_lb\nec3\n").expect("memory takes all");
    assert_eq!(records(&["-"], gzip.finish().expect("memory takes all")), THREE);
    for (input, said) in [
        (
            &b"PAR1\x15\x04"[..],
            "error: stdin: this is a Parquet file\n  try: duckdb -csv -c \"from 'FILE'\" | whose resolve -\n",
        ),
        (b"rds\0aws_lb\0", "error: stdin: not text: it holds a NUL byte (byte 4)\n  try: whose resolve --help\n"),
    ] {
        let read = resolve(&["-"], input);
        assert_eq!((read.code, &*read.out, &*read.err), (Some(2), "", said));
    }
}

#[test]
fn nul_ends_a_name_and_nothing_else_does() {
    assert_eq!(records(&["-0", "-"], "rds\0aws_lb\0ec3\0"), THREE);
    assert_eq!(records(&["--null"], "\0rds\0\0aws_lb\0ec3"), THREE);
    let odd = records(&["-0", "-"], "Amazon\tRDS\0aws_lb\n\0ec3\r\n\0");
    assert_eq!(odd.len(), 3, "{odd:?}");
    assert!(odd.iter().all(|record| record.split('\t').count() == 5), "no name moves a column: {odd:?}");
    let services: Vec<&str> = odd.iter().filter_map(|record| record.split('\t').nth(1)).collect();
    assert_eq!(services, ["rds", "elb", "-"]);
}

#[test]
fn control_characters_reach_no_terminal() {
    for format in ["tsv", "ndjson", "json", "csv", "table", "markdown", "yaml"] {
        let out = resolve(&["-", "-o", format], "\u{1b}[31mrds\u{7}\u{9b}1m\nrds\n").out;
        let control = |c: char| c.is_control() && c != '\n' && c != '\t';
        assert!(!out.contains(control), "{format}: {out:?}");
    }
    let lines = records(&["-"], b"caf\xe9\nrds\n");
    assert_eq!(
        lines,
        ["caf\u{fffd}\t-\t-\tnone\t-", "rds\trds\t-\texact\t-"],
        "what is no text is no name, and harms no other"
    );
}

#[test]
fn a_line_of_more_than_64_kib_is_refused_with_its_number() {
    for (args, before) in [(&["-"][..], "rds\n\naws_lb\t"), (&["-0", "-"], "rds\0\0")] {
        let fits = format!("{before}{}\n", "a".repeat(64 << 10));
        let read = resolve(args, &fits[..fits.len() - 1]);
        assert_eq!((read.code, &*read.err), (Some(1), ""), "64 KiB is long enough for any name");
        assert!(read.out.lines().last().is_some_and(|last| last.ends_with("\tnone\t-")));
        for end in ["", "\n", "\nrds\n"] {
            let Run { code, err, .. } = resolve(args, format!("{before}{}{end}", "a".repeat((64 << 10) + 1)));
            let place = if args.len() > 1 { "name 3" } else { "line 3" };
            assert_eq!(code, Some(2), "{err}");
            assert!(err.contains(&format!("stdin, {place}: longer than 64 KiB")), "{err}");
            assert!(err.len() < 1000, "the line itself is not repeated");
        }
    }
}

#[test]
fn a_line_of_many_names_may_be_as_long_as_it_likes() {
    let many = records(&["-"], "arn:aws:rds:eu-west-1:123456789012:og:x\t".repeat(20_000));
    assert_eq!(many.len(), 20_000);
    assert!(many.iter().all(|record| record.ends_with(":og:x\trds\t-\tprefix\t-")));
}

#[test]
fn the_exit_code_says_whether_all_were_answered() {
    let code = |input: &str| resolve(&["-"], input).code;
    assert_eq!(code("rds\naws_lb\n"), Some(0));
    assert_eq!(code("rds\nec3\naws_lb\n"), Some(1));
    // Several candidates are an answer; no service is none.
    assert_eq!(code("VPN\n"), Some(0));
    assert_eq!(code("AWS::CDK::Metadata\n"), Some(1));
    // A name that is remembered counts like one that is looked up.
    assert_eq!(code("ec3\nrds\nrds\n"), Some(1));
    let beside = resolve(&["rds", "-"], "");
    assert_eq!((beside.code, &*beside.out), (Some(2), ""));
    assert!(beside.err.contains("stands alone"), "{}", beside.err);
}

/// The stream remembers names that it has just told, reads in windows and writes in sheets: none of that may show.
#[test]
fn a_long_stream_says_what_a_document_says() {
    let golden = include_str!("names.tsv").lines().filter_map(|line| line.split_once('\t')).map(|(name, _)| name);
    let golden: Vec<&str> = golden.collect();
    let mut names = Vec::new();
    for round in 0..20 {
        for (place, name) in golden.iter().enumerate() {
            // Known names over and over, unknown ones of every length, and enough different ones to push others out.
            names.push(golden[(place * 7 + round * 13) % golden.len()].to_owned());
            names.push(format!("{name} {}x", "x".repeat((place * 31 + round) % 150)));
            names.push(format!("module.m[{place}].aws_instance.i[{round}]"));
        }
    }
    let input = names.join("\n");
    let told = records(&["-", "-o", "tsv"], &input);
    let document = resolve(&["-", "-o", "csv"], &input).out;
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(document.as_bytes()).records().map(|row| row.expect("csv parses")).collect();
    assert_eq!((told.len(), rows.len()), (names.len(), names.len()));
    for ((name, line), row) in names.iter().zip(&told).zip(&rows) {
        assert_eq!(&row[0], name);
        assert_eq!(line, &row.iter().map(dash).collect::<Vec<_>>().join("\t"));
    }
}

/// An empty cell, as a pipe gets it.
fn dash(cell: &str) -> &str {
    if cell.is_empty() { "-" } else { cell }
}

#[test]
fn every_format_says_the_same() {
    let input = "rds\nMSK Serverless\naws_rds_cluster\nlamda\nAWS::CDK::Metadata\nRDS.1\n";
    let sheet = records(&["-", "-o", "tsv"], input);
    let lines: Vec<Value> = records(&["-", "-o", "ndjson"], input)
        .iter()
        .map(|line| serde_json::from_str(line).expect("every line parses"))
        .collect();
    assert_eq!(resolve(&["-", "-o", "json"], input).records(), lines);
    for (line, record) in sheet.iter().zip(&lines) {
        let text = |field: &str| record[field].as_str().unwrap_or_default().to_owned();
        let services: Vec<&str> =
            record["services"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        assert_eq!(
            line,
            &[text("input"), services.join(" "), text("mode"), text("match"), text("origin")]
                .map(|cell| dash(&cell).to_owned())
                .join("\t")
        );
    }
    assert_eq!(lines[3]["suggestions"], serde_json::json!(["lambda"]));
}

#[test]
fn a_line_too_long_does_not_lose_the_answers_before_it() {
    for (format, before) in
        [("tsv", "rds\trds\t-\texact\t-\n"), ("csv", "input,service,mode,match,origin\nrds,rds,,exact,\n")]
    {
        let read = resolve(&["-", "-o", format], format!("rds\n{}\naws_lb\n", "x".repeat(70_000)));
        assert_eq!((read.code, &*read.out), (Some(2), before), "{format}");
        assert!(read.err.contains("line 2: longer than 64 KiB"), "{}", read.err);
    }
}

#[test]
fn a_host_name_may_end_with_the_dot_of_the_root() {
    for name in ["rds.amazonaws.com.", "https://rds.eu-west-1.amazonaws.com./", "sqs.eu-west-1.api.aws."] {
        assert_ne!(records(&["-"], name)[0].split('\t').nth(1), Some("-"), "{name}");
    }
}

#[test]
fn near_names_are_looked_up_for_the_first_thousand_and_that_is_said() {
    let names: Vec<String> = (0..1_100).map(|n| format!("rdz{n:04}")).collect();
    let read = resolve(&["-", "-o", "ndjson"], names.join("\n") + "\nrdz\n");
    assert_eq!(read.out.lines().count(), 1_101);
    assert_eq!(read.err, "near names were looked up for the first 1000 of 1101 unknown names\n");
    let last: Value = serde_json::from_str(read.out.lines().next_back().expect("a record")).expect("json");
    assert_eq!(last["suggestions"], serde_json::json!([]));
    let few = resolve(&["-", "-o", "ndjson"], "rdz\n");
    assert!(few.json()["suggestions"].as_array().is_some_and(|near| near.contains(&"rds".into())), "{}", few.out);
}

#[test]
fn a_name_of_what_aws_has_ended_says_so() {
    for name in ["WAF Classic", "Snowmobile", "S3 Select"] {
        let read = common::whose(&["resolve", name, "-o", "ndjson"]);
        let note = read.json()["note"].as_str().unwrap_or_default().to_owned();
        assert!(note.starts_with(&format!("{name}: ")) && note.contains("The answer is that of "), "{note}");
        for args in [
            &["resolve", name][..],
            &[name],
            &[name, "os", "--short"],
            &["matrix", name],
            &["duties", name],
            &["controls", name],
        ] {
            assert!(common::whose(args).err.contains(&note), "{args:?}");
        }
    }
    let list = common::made("names.txt", "WAF Classic\nrds\n");
    let read = common::whose(&["matrix", "--from", &list]);
    assert!(read.err.contains("WAF Classic: AWS ended it on "), "{}", read.err);
    // Of a service under its own name there is nothing to say, and a mode says it of itself.
    assert_eq!(common::whose(&["resolve", "waf", "-o", "ndjson"]).json()["note"], Value::Null);
    let ending = common::answer(&["services", "--lifecycle", "ending", "-o", "csv"]);
    assert!(ending.contains("managed-services,AWS Managed Services,infrastructure,advanced,"), "{ending}");
    assert!(ending.contains("@advanced ending "), "{ending}");
}
