//! What an input is, by its first bytes and its shape: whatever is made readable here (gzip, UTF-16), and whatever can be
//! named but not read, with the command that makes it readable.
//!
//! Used by everything that reads what people have at hand: inventories, findings, streams of names.

use std::io::{self, BufRead, Cursor, Read};

use super::Error;

/// How much of an input is looked at to tell what it is: enough for a header, a prologue or a comment.
const MAX_HEAD: u64 = 64 << 10;

/// An input as UTF-8 text, whatever it was delivered as, and its beginning.
pub struct Text<'r> {
    head: Vec<u8>,
    rest: Box<dyn Read + 'r>,
    skipped_lines: usize,
}

impl<'r> Text<'r> {
    /// The first 64 KiB, white space that fills more than that left out.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// How many lines of white space were left out before the head.
    #[must_use]
    pub fn skipped_lines(&self) -> usize {
        self.skipped_lines
    }

    /// Whether the head is the whole text.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        (self.head.len() as u64) < MAX_HEAD / 2
    }

    /// The whole text. Reading it fails at the first NUL.
    #[must_use]
    pub fn into_reader(self) -> Box<dyn Read + 'r> {
        Box::new(Cursor::new(self.head).chain(self.rest))
    }
}

/// Opens `input`: decompresses gzip, decodes UTF-16 with a byte order mark, drops the mark of UTF-8.
///
/// # Errors
///
/// A stream that fails, or an input that is not text; the message says what it is and how it becomes readable.
pub fn open<'r>(input: &'r mut dyn BufRead) -> Result<Text<'r>, Error> {
    let mut head = Vec::new();
    (&mut *input).take(MAX_HEAD).read_to_end(&mut head)?;
    let gzip = head.starts_with(&[0x1f, 0x8b]);
    let mut rest: Box<dyn Read + 'r> = Box::new(input);
    if gzip {
        rest = Box::new(flate2::read::MultiGzDecoder::new(Cursor::new(head).chain(rest)));
        head = Vec::new();
        (&mut rest).take(MAX_HEAD).read_to_end(&mut head)?;
    }
    if let Some(mark) = [[0xff, 0xfe], [0xfe, 0xff]].iter().find(|mark| head.starts_with(&mark[..])) {
        let units = Cursor::new(head.split_off(2)).chain(rest);
        rest = Box::new(Utf16Reader { units, big_endian: mark[0] == 0xfe, high: None, text: Vec::new(), at: 0 });
        head.clear();
        (&mut rest).take(MAX_HEAD).read_to_end(&mut head)?;
    } else if head.starts_with(b"\xef\xbb\xbf") {
        head.drain(..3);
    }
    if let Some(binary) = binary(&head) {
        return Err(binary);
    }
    let mut rest: Box<dyn Read + 'r> = Box::new(NulGuard { text: rest });
    let skipped_lines = skip_blank_lines(&mut head, &mut rest)?;
    Ok(Text { head, rest, skipped_lines })
}

/// Where white space fills the head, drops whole lines of it until something else stands there.
fn skip_blank_lines(head: &mut Vec<u8>, rest: &mut dyn Read) -> io::Result<usize> {
    let mut lines = 0;
    while head.len() as u64 >= MAX_HEAD && head.iter().all(u8::is_ascii_whitespace) {
        lines += memchr::memchr_iter(b'\n', head).count();
        let last = memchr::memrchr(b'\n', head).map_or(head.len(), |end| end + 1);
        head.drain(..last);
        rest.take(MAX_HEAD).read_to_end(head)?;
    }
    Ok(lines)
}

/// UTF-16 as UTF-8. Half of a surrogate pair becomes the replacement character.
struct Utf16Reader<R> {
    units: R,
    big_endian: bool,
    /// The first half of a pair whose second half is still to come.
    high: Option<u16>,
    text: Vec<u8>,
    at: usize,
}

impl<R: Read> Utf16Reader<R> {
    fn fill(&mut self) -> io::Result<()> {
        const MAX_UNITS: u64 = 8 << 10;
        let mut bytes = Vec::new();
        (&mut self.units).take(2 * MAX_UNITS).read_to_end(&mut bytes)?;
        self.text.clear();
        self.at = 0;
        let unit = |pair: &[u8]| match *pair {
            [a, b] if self.big_endian => u16::from_be_bytes([a, b]),
            [a, b] => u16::from_le_bytes([a, b]),
            _ => 0xfffd,
        };
        let ended = bytes.len() < usize::try_from(2 * MAX_UNITS).unwrap_or(usize::MAX);
        let mut units: Vec<u16> = self.high.take().into_iter().chain(bytes.chunks(2).map(unit)).collect();
        if !ended {
            self.high = units.pop_if(|last| (0xd800..0xdc00).contains(last));
        }
        for char in char::decode_utf16(units) {
            let char = char.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.text.len() {
            self.fill()?;
        }
        let read = (&self.text[self.at..]).read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

/// What NUL says of an input, wherever it stands.
pub(super) const NUL: &str = "not text: it holds a NUL byte";

/// Text that ends with an error where a NUL stands.
struct NulGuard<R> {
    text: R,
}

impl<R: Read> Read for NulGuard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.text.read(buffer)?;
        match memchr::memchr(0, &buffer[..read]) {
            Some(_) => Err(io::Error::new(io::ErrorKind::InvalidData, NUL)),
            None => Ok(read),
        }
    }
}

/// The first bytes of formats that are not text, what they are, and what to do instead.
const MAGIC: &[(&[u8], &str, &str)] = &[
    (b"PAR1", "a Parquet file", "duckdb -csv -c \"from 'FILE'\" | whose matrix -"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "zstd -dc FILE | whose matrix -"),
    (b"BZh", "compressed with bzip2", "bzip2 -dc FILE | whose matrix -"),
    (b"\xfd7zXZ\0", "compressed with xz", "xz -dc FILE | whose matrix -"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "7z x -so FILE | whose matrix -"),
    (b"\x7fELF", "a program (binary), not text", "whose matrix --help"),
    (b"MZ\x90\0", "a program (binary), not text", "whose matrix --help"),
    (b"\xcf\xfa\xed\xfe", "a program (binary), not text", "whose matrix --help"),
    (b"\xca\xfe\xba\xbe", "a program (binary), not text", "whose matrix --help"),
    (b"SQLite format 3\0", "a SQLite database", "sqlite3 -csv -header FILE 'select …' | whose matrix -"),
    (b"%PDF-", "a PDF", "whose matrix --help"),
    (b"\xd0\xcf\x11\xe0", "an Office document", "save the sheet as csv, then: whose matrix --from FILE.csv"),
    (b"Obj\x01", "an Avro file", "avro-tools tojson FILE | whose matrix -"),
    (b"ORC", "an ORC file", "save the table as csv, then: whose matrix --from FILE.csv"),
];

/// What an input is that is not text.
fn binary(head: &[u8]) -> Option<Error> {
    if head.starts_with(b"PK\x03\x04") {
        return Some(zip(head));
    }
    let known = MAGIC.iter().find(|(magic, ..)| head.starts_with(magic) && (magic.len() > 3 || head.contains(&0)));
    let bzip2 = MAGIC.iter().find(|(magic, ..)| *magic == b"BZh" && head.starts_with(magic) && !head.is_ascii());
    if let Some((_, what, instead)) = known.or(bzip2) {
        return Some(Error::refused(format!("this is {what}"), *instead));
    }
    let nul = memchr::memchr(0, head)?;
    let (low, high) = head
        .chunks_exact(2)
        .take(512)
        .fold((0, 0), |(low, high), pair| (low + usize::from(pair[0] == 0), high + usize::from(pair[1] == 0)));
    let pairs = (head.len() / 2).min(512);
    let order = match () {
        () if high * 2 > pairs && low * 8 < pairs => Some("UTF-16LE"),
        () if low * 2 > pairs && high * 8 < pairs => Some("UTF-16BE"),
        () => None,
    };
    Some(match order {
        Some(order) => Error::refused(
            "this is UTF-16 without a byte order mark",
            format!("iconv -f {order} -t UTF-8 FILE | whose matrix -"),
        ),
        None => Error::refused(format!("{NUL} (byte {})", nul + 1), "whose matrix --help"),
    })
}

/// A plan of Terraform, a workbook, or any other archive.
fn zip(head: &[u8]) -> Error {
    let holds = |name: &[u8]| memchr::memmem::find(head, name).is_some();
    if holds(b"tfplan") || holds(b"tfstate") || holds(b"tfconfig/") {
        let what = "this is a plan in Terraform's own format, as `terraform plan -out` writes it";
        return Error::refused(what, "terraform show -json FILE | whose matrix -");
    }
    if holds(b"[Content_Types].xml") || holds(b"xl/") {
        return Error::refused(
            "this is an Excel workbook",
            "save the sheet as csv, then: whose matrix --from FILE.csv",
        );
    }
    Error::refused("this is a zip archive", "unzip -p FILE | whose matrix -")
}

/// What a text looks like that is none of the inventories that can be read; nothing if it may be a list of names.
pub(super) fn looks_like(head: &[u8]) -> Option<Error> {
    const MAX_LINES: usize = 2_000;
    let text = String::from_utf8_lossy(head);
    let lines: Vec<&str> = text.lines().take(MAX_LINES).filter(|line| !line.trim().is_empty()).collect();
    let first = lines.first()?.trim_start();
    let begins = |prefix: &str| lines.iter().any(|line| line.starts_with(prefix));
    let refused = |what: &str, instead: &str| Some(Error::refused(what, instead));
    if first.starts_with('<') {
        return refused("this is XML or HTML", "whose matrix --help");
    }
    if first.starts_with("#!") {
        return refused("this is a script", "run it, and send what it prints: … | whose matrix -");
    }
    if lines.iter().any(|line| is_rule(line)) && lines.iter().any(|line| line.starts_with('|')) {
        return refused("this is a table for people", "run the command again with --output json");
    }
    if lines.iter().skip(1).any(|line| line.starts_with("{\"") || *line == "{" || *line == "[") {
        return refused(
            "text stands before the JSON",
            "keep the JSON alone: sed -n '/^[{[]/,$p' FILE | whose matrix -",
        );
    }
    if let Some(error) = terraform_text(&lines).or_else(|| yaml(&lines, &begins)).or_else(|| aws_cli_text(&lines)) {
        return Some(error);
    }
    if is_section(first) {
        return refused("this is an ini or TOML file", "whose matrix --help");
    }
    unknown_csv(&lines)
}

/// The line between the header and the rows of a table.
fn is_rule(line: &str) -> bool {
    let line = line.trim_end();
    line.len() > 4
        && line.bytes().all(|byte| matches!(byte, b'-' | b'+' | b'|' | b'=' | b':' | b' '))
        && line.contains("---")
}

/// The head of a section: `[profile dev]`.
pub(super) fn is_section(line: &str) -> bool {
    let inner = line.trim().strip_prefix('[').and_then(|line| line.strip_suffix(']'));
    inner.is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'.' | b'-' | b'_'))
    })
}

/// HCL, and what `terraform plan` and `terraform show` print without `-json`.
fn terraform_text(lines: &[&str]) -> Option<Error> {
    const BLOCKS: [&str; 8] =
        ["resource ", "data ", "module ", "provider ", "variable ", "output ", "terraform ", "locals "];
    let block = |line: &str| {
        BLOCKS.iter().any(|block| line.starts_with(block))
            && line.contains('{')
            && line.trim_end().ends_with(['{', '}'])
    };
    let printed = |line: &&str| {
        line.starts_with("Terraform will perform")
            || line.starts_with("OpenTofu will perform")
            || line.trim_start().starts_with("# ") && line.trim_end().ends_with(':') && line.contains('.')
            || line.trim_start().trim_start_matches(['+', '-', '~', '/', ' ']).starts_with("resource \"")
                && line.starts_with(' ')
    };
    if !lines.iter().any(|line| block(line) || printed(line) && line.starts_with(['T', 'O', ' '])) {
        return None;
    }
    Some(if lines.iter().any(printed) {
        Error::refused(
            "this is what Terraform prints for people",
            "terraform show -json | whose matrix -, or for a plan: terraform show -json PLAN | whose matrix -",
        )
    } else {
        Error::refused(
            "this is Terraform configuration (HCL); it does not say how many of each resource there will be",
            "terraform plan -out PLAN && terraform show -json PLAN | whose matrix -",
        )
    })
}

/// YAML of any kind.
fn yaml(lines: &[&str], begins: &dyn Fn(&str) -> bool) -> Option<Error> {
    let keys = lines.iter().filter(|line| is_yaml_key(line)).count();
    if keys == 0 || keys * 2 < lines.iter().filter(|line| !line.trim_start().starts_with('#')).count() {
        return None;
    }
    let refused = |what: &str, instead: &str| Some(Error::refused(what, instead));
    if begins("service:") && begins("provider:") {
        let template = ".serverless/cloudformation-template-update-stack.json";
        let instead = format!("sls package && whose matrix --from {template}");
        return Some(Error::refused("this is a serverless.yml (YAML of the Serverless Framework)", instead));
    }
    if begins("apiVersion:") && begins("kind:") {
        return refused("this is a Kubernetes manifest (YAML)", "whose eks");
    }
    if begins("services:") {
        return refused("this is a Docker Compose file (YAML): it names no resources of AWS", "whose matrix --help");
    }
    if super::aws_cli::FIELDS
        .iter()
        .any(|field| lines[0].strip_prefix(*field).is_some_and(|rest| rest.starts_with(':')))
    {
        return refused("this is YAML of the AWS CLI", "run the command again with --output json");
    }
    refused("this is YAML, but no CloudFormation template: it has no `Resources`", "whose matrix --help")
}

/// A key of YAML with or without a value: `events:`, `- sqs: arn…`, `"a": b`.
fn is_yaml_key(line: &str) -> bool {
    let line = line.trim();
    let line = line.strip_prefix("- ").unwrap_or(line);
    let Some(end) = line.find(": ").or_else(|| line.strip_suffix(':').map(str::len)) else { return line == "---" };
    let key = line[..end].trim_matches(['"', '\'']);
    !key.is_empty() && !key.contains("::") && !key.contains([' ', '/', '(', ',', '['])
}

/// `aws … --output text`: a label in capitals before every row.
fn aws_cli_text(lines: &[&str]) -> Option<Error> {
    let row = |line: &&str| {
        let mut cells = line.split('\t');
        let label = cells.next().unwrap_or_default();
        let capitals = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase());
        let rest: Vec<&str> = cells.collect();
        label.len() >= 8 && capitals(label) && !rest.is_empty() && !rest.iter().all(|cell| capitals(cell))
    };
    let found = lines.iter().filter(|line| row(line)).count();
    (found > 0 && found * 2 >= lines.len())
        .then(|| Error::refused("this is text of the AWS CLI", "run the command again with --output json"))
}

/// A table in csv none of whose columns is known.
fn unknown_csv(lines: &[&str]) -> Option<Error> {
    let [header, row, ..] = lines else { return None };
    let separator = [',', ';'].into_iter().find(|separator| {
        let cells = header.matches(*separator).count();
        cells > 0 && row.matches(*separator).count() >= cells && !header.contains("arn:")
    })?;
    let columns: Vec<&str> = header.split(separator).map(|cell| cell.trim().trim_matches('"')).take(8).collect();
    Some(Error::Shape(format!("a csv without a column that is known (it has {})", columns.join(", "))))
}

/// Whether a text that begins like JSON is JSON with comments or commas behind the last element: JSONC or JSON5.
pub(super) fn is_jsonc(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.iter().any(|line| line.starts_with("//") || line.starts_with("/*"))
        || lines.windows(2).any(|pair| pair[0].ends_with(',') && pair[1].starts_with(['}', ']']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(mut input: &[u8]) -> Result<String, String> {
        let mut text = String::new();
        let opened = open(&mut input).map_err(|error| error.to_string())?;
        opened.into_reader().read_to_string(&mut text).map_err(|error| error.to_string())?;
        Ok(text)
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn what_is_text_under_a_cover_is_read() {
        let long = "rds\n".repeat(50_000) + "😀\n";
        let gzip = |text: &str| {
            let mut out = Vec::new();
            let mut encoder = flate2::read::GzEncoder::new(text.as_bytes(), flate2::Compression::fast());
            encoder.read_to_end(&mut out).expect("memory");
            out
        };
        // A pair of surrogates over the edge of what is decoded at once.
        let edge = "x".repeat((8 << 10) - 1) + "😀y";
        for (input, text) in [
            (b"rds\n".to_vec(), "rds\n"),
            (b"\xef\xbb\xbfrds".to_vec(), "rds"),
            ([&b"\xff\xfe"[..], &utf16(&long, false)].concat(), &long),
            ([&b"\xfe\xff"[..], &utf16(&long, true)].concat(), &long),
            ([&b"\xff\xfe"[..], &utf16(&edge, false)].concat(), &edge),
            ([&b"\xff\xfe"[..], &utf16("a", false), b"b"].concat(), "a\u{fffd}"),
            (gzip(&long), &long),
            // Bills come in several members, one behind the other.
            ([gzip("a\n"), gzip("b\n")].concat(), "a\nb\n"),
            (Vec::new(), ""),
        ] {
            assert!(opened(&input).as_deref() == Ok(text), "{:?}", &text[..text.len().min(20)]);
        }
    }

    #[test]
    fn white_space_that_fills_the_head_is_left_out_and_its_lines_are_counted() {
        let input = format!("{}   {{}}", "\n".repeat(70_000));
        let mut bytes = input.as_bytes();
        let text = open(&mut bytes).expect("text");
        assert_eq!((text.head().trim_ascii(), text.skipped_lines() >= 65_536), (&b"{}"[..], true));
    }

    #[test]
    fn what_is_not_text_is_named_with_the_way_out() {
        for (input, said) in [
            (&b"PK\x03\x04....tfplan"[..], "terraform show -json"),
            (b"PK\x03\x04....[Content_Types].xml", "Excel"),
            (b"PK\x03\x04....x", "zip archive"),
            (b"PAR1....", "Parquet"),
            (b"\x7fELF\x02\x01\x01", "program"),
            (b"BZh91AY&SY\xff", "bzip2"),
            (b"rds\0s3", "NUL byte (byte 4)"),
            (&utf16("rds\r\ns3", false), "iconv -f UTF-16LE"),
            (&utf16("rds\r\ns3", true), "iconv -f UTF-16BE"),
            // The edge of what is looked at.
            (&[&b"rds\n".repeat(20_000)[..], b"\0"].concat(), "NUL"),
        ] {
            let told = opened(input).expect_err("not text");
            assert!(told.contains(said), "{said}: {told}");
        }
        // Names that begin like a format of bytes are names.
        for name in ["BZh\n", "ORC\n", "MZ\n"] {
            assert_eq!(opened(name.as_bytes()).as_deref(), Ok(name));
        }
    }

    #[test]
    fn text_that_is_no_inventory_is_named() {
        for (text, said) in [
            ("service: a\nprovider:\n  name: aws\n", Some("sls package")),
            ("services:\n  db:\n    image: x\n", Some("Docker Compose")),
            ("apiVersion: v1\nkind: Pod\n", Some("Kubernetes")),
            ("StackResourceSummaries:\n- ResourceType: AWS::RDS::DBInstance\n", Some("--output json")),
            ("a: b\nc:\n- d: e\n", Some("YAML")),
            ("resource \"aws_instance\" \"web\" {\n  ami = \"x\"\n}\n", Some("terraform plan -out")),
            ("// c\nresource \"aws_vpc\" \"x\" {}\n", Some("terraform plan -out")),
            ("# aws_instance.web:\nresource \"aws_instance\" \"web\" {\n}\n", Some("terraform show -json")),
            ("\nTerraform will perform the following actions:\n", Some("terraform show -json")),
            ("----------\n|  List  |\n+-----+--+\n|  a  |b |\n", Some("--output json")),
            ("STACKRESOURCES\tx\tAWS::RDS::DBInstance\n", Some("--output json")),
            ("<html>", Some("HTML")),
            ("#!/bin/sh\n", Some("script")),
            ("[profile dev]\nregion = x\n", Some("ini")),
            ("Acquiring state lock.\n{\"format_version\": \"1.2\"}\n", Some("before the JSON")),
            ("name,size\na,1\n", Some("name, size")),
            // Names of every kind.
            ("rds\ns3\n", None),
            ("rds\tAmazon SQS\n", None),
            ("CLOUDTRAIL\tGUARDDUTY\n", None),
            ("aws_db_instance.a\nmodule.b[\"c: d\"].aws_sqs_queue.e\n", None),
            ("arn:aws:sqs:eu-west-1:111122223333:q\n", None),
            ("AWS::RDS::DBInstance\n", None),
            ("# from production\nrds\n", None),
            ("Amazon Route 53, a name\nrds\n", None),
            ("", None),
        ] {
            let error = looks_like(text.as_bytes()).map(|error| error.to_string());
            match said {
                Some(said) => assert!(error.as_deref().is_some_and(|error| error.contains(said)), "{text}: {error:?}"),
                None => assert_eq!(error, None, "{text}"),
            }
        }
    }

    #[test]
    fn comments_and_last_commas_tell_jsonc() {
        for (text, told) in [
            ("{\n  // options\n  \"a\": 1\n}", true),
            ("{ \"a\": [1,\n] }", true),
            ("/* a */ {}", true),
            ("{ \"a\": \"http://x\" }", false),
            ("{ \"a\": 1,\n  \"b\": 2 }", false),
        ] {
            assert_eq!(is_jsonc(text.as_bytes()), told, "{text}");
        }
    }
}
