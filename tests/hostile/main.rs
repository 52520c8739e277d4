//! Input that was made to break the program: whatever it is, it is answered or refused with a reason, and nothing that
//! is repeated of it drives a terminal.

#![cfg(all(unix, feature = "cli"))]

#[path = "../common/mod.rs"]
mod common;
mod corpora;

use std::fs::{self, File};
use std::io::BufReader;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;

use common::{clean, command, feed, made};
use serde_json::{Value, json};
use whose::catalogue::Catalogue;
use whose::findings;
use whose::inventory::{self, Item, Match, Visitor};

/// The most memory that the program may take for anything, in KiB, its own image and libraries included.
const MEMORY: u32 = 192 << 10;

/// The stack that it may take, in KiB: as much as a program has on Windows.
const STACK: u32 = 1 << 10;

/// A script of the shell, to which the program is `$0`.
fn shell(script: &str) -> Command {
    let mut command = clean("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_whose")]);
    command
}

/// The program with `input` on stdin, its memory bounded by the shell that starts it.
fn whose(args: &[&str], input: &[u8]) -> Output {
    let mut bounded = shell(&format!("ulimit -v {MEMORY}; ulimit -s {STACK}; exec \"$0\" \"$@\""));
    // The program may well leave before it has read everything.
    feed(bounded.args(args), input).0
}

/// What holds for every answer to anything; returns the exit code and what was said on stderr.
fn sound(what: &str, output: &Output) -> (i32, String) {
    let said = String::from_utf8(output.stderr.clone()).expect("messages are text");
    let shown = format!("{what}: {:?}\n{said}", output.status);
    let code = output.status.code().expect(&shown);
    assert!((0..=2).contains(&code), "{shown}");
    assert_eq!(code == 2, said.lines().any(|line| line.starts_with("error: ")), "{shown}");
    if code == 2 {
        assert!(output.stdout.is_empty(), "{shown}: an answer and an error");
        assert!(said.lines().any(|line| line.starts_with("error: ") && line.len() > 10), "{shown}: no reason");
    }
    let text = String::from_utf8(output.stdout.clone()).expect("answers are text");
    for (stream, text) in [("stdout", text.replace('\t', "")), ("stderr", said.clone())] {
        assert_eq!(whose::sanitize::tame_lines(&text), text, "{shown}: raw on {stream}");
    }
    (code, said)
}

/// The fixtures of a folder of ours, with their names.
fn fixtures(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut all: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .expect("the fixtures are there")
        .map(|entry| entry.expect("a fixture").path())
        .map(|path| (path.display().to_string(), fs::read(&path).expect("a fixture can be read")))
        .collect();
    all.sort();
    assert!(all.len() > 3, "fixtures are missing");
    all
}

/// Every reader of the program that takes a stream, by the arguments that make it read stdin.
const READERS: &[&[&str]] = &[
    &["resolve", "-"],
    &["resolve", "-", "--null"],
    &["matrix", "-", "--layer", "os"],
    &["gaps", "--findings", "-"],
    &["gaps", "-", "--findings", "/dev/null"],
    &["--catalogue", "/dev/stdin", "categories"],
    &["check", "/dev/stdin"],
];

/// Bytes of `alphabet` without any order, the same in every run.
fn random(seed: usize, length: usize, alphabet: &[u8]) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        alphabet[(state >> 33) % alphabet.len()]
    };
    (0..length).map(|_| next()).collect()
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    text.encode_utf16().flat_map(bytes).collect()
}

/// `part` again and again behind `head`.
fn again(head: &str, part: &str, times: usize) -> Vec<u8> {
    (head.to_owned() + &part.repeat(times)).into()
}

/// Where the attributes of a resource begin in a state file.
const ATTRIBUTES: &str = r#"{"resources":[{"type":"aws_db_instance","instances":[{"attributes":{"engine":"#;

/// The most that a count in JSON can say.
const COUNTS: &str = r#"{"resourceCounts":[
    {"resourceType":"AWS::S3::Bucket","count":18446744073709551615},
    {"resourceType":"AWS::S3::Bucket","count":18446744073709551615},
    {"resourceType":"AWS::S3::Bucket","count":4294967295}]}"#;

/// What would clear a screen or name a window, as JSON writes it.
const ESCAPES: &str = r#"{"\u001b[31m":1,"\u009b2J":2,"Findings":[{"GeneratorId":"\u001b[31m"}],
    "Resources":{"a":{"Type":"\u001b]0;x\u0007"}}}"#;

/// Texts that no reader was made for, with their names.
fn anything() -> Vec<(&'static str, Vec<u8>)> {
    let every: Vec<u8> = (0..=255).collect();
    let steps = |most: usize| (1..most).map(|depth| " ".repeat(depth) + "a:\n").collect::<String>();
    vec![
        ("nothing", Vec::new()),
        ("a byte order mark", b"\xef\xbb\xbf".to_vec()),
        ("half of one", b"\xef\xbb".to_vec()),
        ("random bytes", random(7, 40_000, &every)),
        ("more random bytes", random(11, 1 << 20, &every)),
        ("random brackets", random(13, 100_000, b"{}[]\",:\\ \n1a")),
        ("random YAML", random(17, 100_000, b"ab:- \n\n#&*!|>'\"{}[],?%@")),
        ("invalid UTF-8", b"rds\n\xff\xfe\xc3\x28\xed\xa0\x80\xf4\x90\x80\x80\n".to_vec()),
        ("NULs", vec![0; 200_000]),
        ("NULs between names", b"rds\0ec2\0\0s3".to_vec()),
        ("UTF-16 with its mark", [&b"\xff\xfe"[..], &utf16("rds\r\nec2\r\n", false)].concat()),
        ("UTF-16, the other way", [&b"\xfe\xff"[..], &utf16("{\"Findings\": []}", true)].concat()),
        ("UTF-16 without", utf16("services:\n  rds: {}\n", false)),
        ("one line of fifty megabytes", again("", "a", 50_000_000)),
        ("one text of fifty megabytes", again("[\"", "a", 50_000_000)),
        ("a number of a megabyte", again("[1", "0", 1 << 20)),
        ("a million empty lines", again("", "\n", 1_000_000)),
        ("a million returns", again("", "\r", 1_000_000)),
        ("a million tabs", again("", "\t", 1_000_000)),
        ("lists in lists", again("", "[", 100_000)),
        ("objects in objects", again("", "{\"Resources\":", 100_000)),
        ("lists in an object", again("{\"Findings\":", "[", 100_000)),
        ("modules in modules", again("{\"values\":{\"root_module\":", "{\"child_modules\":[", 100_000)),
        ("attributes in attributes", again(ATTRIBUTES, "{\"engine\":", 100_000)),
        ("attributes without end", again(&format!("{ATTRIBUTES}["), "1,", 100_000)),
        ("YAML by indentation", format!("Resources:\n{}", steps(3_000)).into()),
        ("YAML by brackets", again("Resources: ", "[", 10_000)),
        ("YAML by braces", again("Resources: ", "{a: ", 10_000)),
        ("YAML by dashes", again("Resources:\n  ", "- ", 10_000)),
        ("YAML by questions", again("Resources:\n  ", "? ", 10_000)),
        ("an alias bomb", bomb()),
        ("an alias of itself", b"Resources: &all\n  Loop: *all\n".to_vec()),
        ("a merge of itself", b"Resources: &all\n  <<: *all\n".to_vec()),
        ("a sheet with a quote left open", again("line_item_product_code,b\n\"", "x", 20_000_000)),
        ("findings with a quote left open", again("CHECK_ID;STATUS\n\"", "x", 20_000_000)),
        ("counts beyond counting", COUNTS.into()),
        ("numbers beyond numbers", br#"{"Findings":[1e999999,-0,1E+400,0.0000000001e-999]}"#.to_vec()),
        (
            "escapes for a terminal",
            "\u{1b}]0;x\u{7}\u{1b}[2J\u{9b}31m\u{202e}sdr\u{2028}\u{85}\n\"\u{1b}c\": x\n".into(),
        ),
        ("escapes in JSON", ESCAPES.into()),
        ("escapes in YAML", b"\"\\e[31m\": \"\\e[2J\"\nservices: { \"\\x9b\": { name: \"\\a\" } }\n".to_vec()),
        ("two documents", b"Resources: {}\n---\nResources: {}\n".to_vec()),
        ("words behind JSON", b"{\"Findings\":[]} rds".to_vec()),
    ]
}

/// A thousand million values in a few lines, for whoever writes aliases out.
fn bomb() -> Vec<u8> {
    let mut text = "Resources:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let inner = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("  a{level}: &a{level} [{inner}]\n"));
    }
    text.into()
}

#[test]
fn anything_at_all_is_answered_or_refused_in_little_memory() {
    for (name, input) in anything() {
        for args in READERS {
            let output = whose(args, &input);
            // A stream is answered as it comes: what stood before the fault has gone out.
            let streamed = args[0] == "resolve" && output.status.code() == Some(2);
            let output = if streamed { Output { stdout: Vec::new(), ..output } } else { output };
            sound(&format!("{name} to {args:?}"), &output);
        }
    }
}

/// What is refused is refused for its own reason, and the message names the place.
#[test]
fn a_refusal_says_what_is_wrong_and_where() {
    let all = anything();
    let input = |name: &str| &all.iter().find(|(own, _)| *own == name).expect("named in `anything`").1;
    let matrix = &["matrix", "-"][..];
    let check = &["--catalogue", "/dev/stdin", "layers"][..];
    let gaps = &["gaps", "--findings", "-"][..];
    for (name, args, reason) in [
        ("nothing", matrix, "error: stdin: the inventory is empty; what can be read:\n"),
        ("UTF-16 without", matrix, "error: stdin: this is UTF-16 without a byte order mark\n  try: iconv -f UTF-16LE"),
        ("NULs between names", matrix, "error: stdin: not text: it holds a NUL byte (byte 4)"),
        ("one line of fifty megabytes", matrix, "error: stdin: line 1: longer than 64 KiB;"),
        ("one line of fifty megabytes", &["resolve", "-"], "error: stdin, line 1: longer than 64 KiB;"),
        ("one line of fifty megabytes", check, "error: /dev/stdin: more than 16 MiB;"),
        ("one text of fifty megabytes", matrix, "error: stdin: line 1: a value of more than 4 MiB"),
        ("lists in lists", matrix, "error: stdin: line 1: nested too deeply"),
        ("lists in an object", gaps, "error: stdin: line 1: lists nested more than 8 levels deep"),
        ("modules in modules", matrix, "error: stdin: line 1: modules nested more than 40 levels deep"),
        ("attributes without end", matrix, "error: stdin: line 1: one resource with more than 4 MiB of attributes"),
        ("YAML by indentation", matrix, "error: stdin: line 102: nested more than 100 levels deep"),
        ("an alias bomb", matrix, "more than 500000 values"),
        ("an alias bomb", check, "/dev/stdin:1: more aliases (`*name`) than any document needs"),
        ("an alias of itself", matrix, "error: stdin: line 2: an alias"),
        (
            "a sheet with a quote left open",
            matrix,
            "error: stdin: line 2: a row of more than 1 MiB: is a quote left open?",
        ),
        ("findings with a quote left open", gaps, "error: stdin: line 2: a row of more than 1 MiB"),
        ("two documents", matrix, "error: stdin: line 2: a second document"),
        ("words behind JSON", gaps, "error: stdin: line 1: not valid JSON: "),
        ("invalid UTF-8", check, "/dev/stdin:2: not UTF-8 text"),
    ] {
        let (code, said) = sound(name, &whose(args, input(name)));
        assert_eq!(code, 2, "{name}: {said}");
        assert!(said.contains(reason), "{name} to {args:?}: {said}");
    }
}

#[test]
fn marks_and_line_ends_of_other_systems_do_no_harm() {
    let text = |output: &Output| String::from_utf8(output.stdout.clone()).expect("text");
    for (folder, args) in [
        ("tests/inventories", &["matrix", "-", "--layer", "os"][..]),
        ("tests/inventories", &["resolve", "-"]),
        ("tests/findings", &["gaps", "rds", "s3", "--findings", "-"]),
    ] {
        for (name, plain) in fixtures(folder) {
            let unix = String::from_utf8(plain).expect("fixtures are text");
            let marked = format!("\u{feff}{unix}");
            let windows = unix.replace('\n', "\r\n");
            let wanted = whose(args, unix.as_bytes());
            for other in [marked, windows] {
                let output = whose(args, other.as_bytes());
                sound(&name, &output);
                assert_eq!(
                    (output.status.code(), text(&output)),
                    (wanted.status.code(), text(&wanted)),
                    "{name} to {args:?}"
                );
            }
        }
    }
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::built_in);

/// Hears an inventory and resolves every name in it, wanting every attribute.
struct Listener;

impl Visitor for Listener {
    fn item(&mut self, item: Item<'_>) -> bool {
        assert!(item.count > 0, "{}: nothing stands for no things", item.name);
        // Neither may fail, whatever they answer.
        _ = CATALOGUE.resolve(item.name);
        item.attributes.matches("engine", &["aurora*"]) != Match::No
    }

    fn ignored(&mut self, _: &str, _: &'static str, _: u64) {}

    fn unmatched(&mut self, name: &str, _: u64) {
        assert!(!name.is_empty(), "what is not matched has a name");
    }

    fn note(&mut self, note: String) {
        assert!(!note.is_empty(), "a note says something");
    }

    fn wants(&self, _: &str) -> bool {
        true
    }
}

/// Reads `text` as an inventory and as findings, in this process: for thousands of texts that differ by a byte.
fn survives(what: &str, text: &[u8]) {
    let lines = text.split(|byte| *byte == b'\n').count();
    let read = findings::read(&mut BufReader::new(text), &mut |result| {
        assert!(result.checks.iter().all(|check| !check.id.is_empty()), "{what}");
    });
    let refusals =
        [inventory::read(&mut BufReader::new(text), &mut Listener).err(), read.err().map(inventory::Error::from)];
    for error in refusals.into_iter().flatten() {
        if let inventory::Error::Text(line, message) = &error {
            assert!((1..=lines + 1).contains(line), "{what}: line {line} of {lines}");
            assert!(!message.is_empty(), "{what}: no reason");
        }
        assert!(!error.to_string().is_empty(), "{what}: no reason");
    }
}

#[test]
fn every_dialect_may_end_anywhere() {
    for (name, text) in fixtures("tests/inventories").into_iter().chain(fixtures("tests/findings")) {
        for end in 0..=text.len() {
            survives(&format!("{name}, {end} bytes of it"), &text[..end]);
        }
        // JSON that ends early is never taken for the whole.
        if serde_json::from_slice::<Value>(&text).is_ok() {
            let cut = &text[..text.trim_ascii_end().len() - 1];
            let (code, said) = sound(&name, &whose(&["matrix", "-"], cut));
            assert_eq!(code, 2, "{name}: {said}");
        }
    }
}

/// Calls `each` with every variant of `whole` in which one value, at any depth, is another.
fn variants(whole: &Value, each: &mut dyn FnMut(&str, &Value)) {
    fn places(value: &Value, path: &str, all: &mut Vec<String>) {
        all.push(path.to_owned());
        match value {
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    places(item, &format!("{path}/{place}"), all);
                }
            }
            Value::Object(fields) => {
                for (key, field) in fields {
                    places(field, &format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), all);
                }
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    places(whole, "", &mut all);
    for path in all {
        for other in [json!(null), json!(true), json!(0), json!(""), json!([]), json!({}), json!([[]]), json!({"": {}})]
        {
            let mut changed = whole.clone();
            *changed.pointer_mut(&path).expect("a place in the document") = other.clone();
            each(&format!("{other} at `{path}`"), &changed);
        }
    }
}

#[test]
fn any_value_may_be_of_any_type() {
    for (name, text) in fixtures("tests/inventories").into_iter().chain(fixtures("tests/findings")) {
        let Ok(whole) = serde_json::from_slice::<Value>(&text) else { continue };
        variants(&whole, &mut |what, changed| survives(&format!("{name}: {what}"), changed.to_string().as_bytes()));
    }
}

/// Everything that an overlay may say.
const OVERLAY: &str = r#"{
"owners": {"default": "a", "layers": {"guest-os": "b"}, "services": {"rds": "c"}},
"sources": {"hub": {"title": "Hub", "url": "https://hub.example.org", "checked": "2026-01-15"}},
"services": {"billing-hub": {
  "name": "Billing Hub", "short": "Hub", "category": "abstracted", "basis": "stated", "sources": ["hub"],
  "part_of": "rds",
  "aliases": ["bills"], "former_names": ["Old Bills"],
  "lifecycle": {"stage": "closed", "date": "2026-01-01", "note": "n", "sources": ["hub"]},
  "identifiers": {"terraform": ["hub_thing"], "iam": ["hubhub"]},
  "when": [{"type": "aws_hub", "attribute": "engine", "is": ["x", "y*"]}],
  "splits": {"guest-os": {"party": "shared", "sharing": "dependent", "aws": ["Does."], "customer": ["Do."], "note": "n",
    "controls": ["SI-2"], "sources": ["hub"], "basis": "stated", "third_party": {"name": "T", "duties": ["Does."]}}},
  "modes": {"big": {"name": "Big", "category": "container", "sources": ["hub"], "when": [{"type": "aws_hub_big"}],
    "splits": {"platform": {"party": "customer", "customer": ["Do."], "sources": ["hub"]}}}},
  "checks": {"guest-os": {"prowler": ["x", {"id": "y", "note": "n"}]}}
}}}"#;

#[test]
fn an_overlay_may_end_anywhere_and_hold_anything() {
    // Thousands of overlays over the whole catalogue take minutes; over five services of it, which they name, seconds.
    let base = common::small_catalogue();
    let overlay = |what: &str, text: &str| {
        let last = text.lines().count() + 1;
        for fault in base.check_overlay("overlay.yaml", text) {
            assert!((1..=last).contains(&fault.line), "{what}: {fault}");
            assert!(!fault.message.is_empty(), "{what}: no reason");
        }
    };
    assert_eq!(base.check_overlay("overlay.yaml", OVERLAY), []);
    for end in 0..OVERLAY.len() {
        overlay(&format!("{end} bytes"), &OVERLAY[..end]);
    }
    let whole: Value = serde_json::from_str(OVERLAY).expect("the overlay is JSON as well");
    variants(&whole, &mut |what, changed| overlay(what, &changed.to_string()));
}

/// A fault in every line, more values than a tree may have, more bytes than a file.
#[test]
fn an_overlay_of_too_much_is_refused() {
    let many = |times: usize, line: fn(usize) -> String| (0..times).map(line).collect::<String>();
    for (name, text, reason) in [
        ("faults", many(5_000, |n| format!("field{n}: 1\n")), "more; fix these first"),
        ("values", format!("owners: [{}]\n", "1,".repeat(500_000)), "more than 500000 values"),
        ("bytes", format!("owners: {{ default: {} }}\n", "a".repeat(17 << 20)), "more than 16 MiB"),
    ] {
        let path = made(&format!("{}.yaml", name.replace(' ', "-")), text);
        let output = command(&["--catalogue", &path, "layers"]).output().expect("runs");
        let (code, said) = sound(name, &output);
        assert_eq!(code, 2, "{name}");
        assert!(said.contains(reason), "{name}: {}", said.lines().take(3).collect::<String>());
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/findings");
    let findings = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/findings/asff.json");
    // Reading one's own memory at address 0 fails for everyone; a file without permissions opens for root.
    let unreadable = if cfg!(target_os = "linux") { "/proc/self/mem" } else { "/nowhere" };
    for path in ["/nowhere/at/all", folder, unreadable] {
        for args in [
            &["matrix", "--from", path][..],
            &["gaps", "--findings", path],
            &["gaps", "rds", "--from", path, "--findings", findings],
            &["rds", "--catalogue", path],
            &["check", path],
        ] {
            let (code, said) = sound(&format!("{args:?}"), &whose(args, b""));
            assert_eq!(code, 2, "{args:?}: {said}");
            let reason = ["cannot read", "cannot be read", "no .yaml file"].iter().any(|word| said.contains(word));
            assert!(reason && said.contains(path), "{args:?}: {said}");
            assert_eq!(said.matches("(os error").count().max(1), 1, "{args:?}: the reason once: {said}");
        }
    }
}

#[test]
fn arguments_need_not_be_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let broken = OsStr::from_bytes(b"rds\xff\x1b[31m");
    for args in [&[][..], &["resolve"], &["matrix"], &["rds"], &["matrix", "--from"], &["check"], &["--catalogue"]] {
        let output = command(args).arg(broken).arg("rds").output().expect("runs");
        let (code, said) = sound(&format!("{args:?}"), &output);
        assert_eq!(code, 2, "{args:?}: {said}");
    }
}

#[test]
fn a_folder_that_leads_back_to_itself_is_checked_once() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("circles");
    for name in ["a", "b"] {
        let below = folder.join(name);
        fs::create_dir_all(&below).expect("the folder for tests' files is writable");
        for link in ["one", "two"] {
            _ = std::os::unix::fs::symlink(&folder, below.join(link));
        }
    }
    fs::write(folder.join("a/broken.yaml"), b"\xff").expect("writable");
    let (code, said) = sound("circles", &whose(&["check", folder.to_str().expect("ours")], b""));
    assert_eq!((code, said.contains("fault")), (1, true), "{said}");
}

/// A stream that was closed before the start is one that has nothing to say, and swallows what is said.
#[test]
fn closed_streams_are_no_reason_to_fall_over() {
    let told = |script: &str| sound(script, &shell(script).output().expect("sh is there"));
    let (code, said) = told("exec \"$0\" matrix - <&-");
    assert_eq!(code, 2);
    assert!(said.contains("the inventory is empty"), "{said}");
    assert_eq!(told("exec \"$0\" resolve - <&-"), (0, String::new()));
    let (code, said) = told("exec \"$0\" rds os >&-");
    assert_eq!(code, 2);
    assert!(said.contains("stdout is closed"), "{said}");
    // Without stderr there is no reason to be heard, but the code says it.
    for script in ["\"$0\" nothing-of-the-kind 2>&-; echo $?", "\"$0\" --nonsense 2>&- >&-; echo $?"] {
        assert_eq!(shell(script).output().expect("sh is there").stdout, b"2\n", "{script}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_wherever_it_is_met() {
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/inventories/plan.json");
    let findings = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/findings/asff.json");
    let names = "aws_db_instance\nunknown\n".repeat(50_000);
    for args in [
        &["resolve", "-"][..],
        &["resolve", "-", "-o", "ndjson"],
        &["matrix", "--from", fixture],
        &["matrix", "--from", fixture, "-o", "html"],
        &["gaps", "--findings", findings],
        &["export", "csv"],
        &["check", fixture],
        &["completions", "bash"],
        &["man"],
        &["--version"],
    ] {
        let full = File::options().write(true).open("/dev/full").expect("/dev/full is there");
        let input = File::open(made("names.txt", &names)).expect("ours");
        let output = command(args).stdin(input).stdout(full).output().expect("the program runs");
        let (code, said) = sound(&format!("{args:?}"), &output);
        assert_eq!(code, 2, "{args:?}: {said}");
        assert!(said.contains("No space left"), "{args:?}: {said}");
    }
}

/// Whatever is typed, fed or written into a file comes back without what drives terminals, whichever way it comes back.
#[test]
fn nothing_that_is_repeated_drives_a_terminal() {
    const EVIL: &str = "a\u{1b}[31mred\u{1b}]0;owned\u{7}\u{9b}2J\u{7f}\u{8}\r\u{202e}\u{2028}z";
    let overlay =
        &*made("evil.yaml", format!("{}: 1\nowners: {{ {0}: x }}\n", serde_json::to_string(EVIL).expect("text")));
    let inventory = &*made("evil.txt", format!("{EVIL}\naws_{EVIL}\nrds@{EVIL}\n\u{1b}[31mrds\n"));
    let flag = format!("--{EVIL}");
    let mode = format!("rds@{EVIL}");
    let evil_file = &*made("x\u{1b}[31m.yaml", "a: 1\n");
    let mut asked: Vec<Vec<&str>> = vec![
        vec![EVIL],
        vec![&mode],
        vec!["rds", EVIL],
        vec!["rds", "os", "--is", EVIL],
        vec![&flag],
        vec!["rds", &flag],
        vec!["rds", "-o", EVIL],
        vec!["duties", "--control", EVIL],
        vec!["services", "--layer", EVIL],
        vec!["export", EVIL],
        vec!["completions", EVIL],
        vec!["check", EVIL],
        vec!["check", overlay],
        vec!["check", evil_file],
        vec!["rds", "--catalogue", overlay],
        vec!["rds", "--catalogue", evil_file],
        vec!["matrix", "--from", EVIL],
        vec!["gaps", "--findings", EVIL],
        vec!["gaps", EVIL, "--findings", "/dev/null"],
    ];
    for format in ["table", "json", "ndjson", "yaml", "csv", "tsv", "markdown", "html", "svg"] {
        asked.push(vec!["matrix", "rds", "--from", inventory, "--layer", "os", "-o", format]);
        asked.push(vec!["check", overlay, "-o", format]);
        asked.push(vec!["check", evil_file, "-o", format]);
        asked.push(vec!["resolve", EVIL, &mode, "-o", format]);
    }
    for args in asked {
        // Where colour is forced, escapes of the program's own are welcome, and only those.
        for force in ["0", "1"] {
            let mut output = command(&args).env("CLICOLOR_FORCE", force).output().expect("the program runs");
            output.stdout = without_colour(&output.stdout);
            sound(&format!("{args:?}"), &output);
        }
    }
}

/// What an overlay or an inventory says stands in a page as text, never as a part of the page.
#[test]
fn nothing_that_is_repeated_is_markup() {
    const EVIL: &str = "X</title></style></script><img src=x onerror=alert(1)>\"'`|.";
    let said = Value::from(EVIL);
    let split = json!({ "party": "third-party", "third_party": { "name": said, "duties": [said] }, "aws": [said],
        "customer": [said], "note": said, "sources": ["page"] });
    let page = json!({ "title": said, "url": "https://example.org/?a=\"><img+src=x>", "checked": "2026-01-15" });
    let mode = json!({ "name": said, "splits": { "platform": split } });
    let own = json!({ "name": said, "category": "abstracted", "basis": "stated", "sources": ["page"], "aliases": [said],
        "splits": { "guest-os": split }, "modes": { "big": mode } });
    let overlay = json!({ "owners": { "default": said }, "sources": { "page": page }, "services": { "own": own } });
    let overlay = &*made("markup.yaml", overlay.to_string());
    let inventory = &*made("markup.txt", format!("own\nrds\n{EVIL}\naws_{EVIL}\n"));
    let before = &*made("markup-before.txt", "rds\ns3\n");
    for format in ["html", "svg", "markdown"] {
        let mut asked = vec![
            vec!["show", "own", "--catalogue", overlay, "-o", format],
            vec!["show", "own", "os", "--catalogue", overlay, "-o", format],
            vec!["matrix", "own", "rds", "--from", inventory, "--catalogue", overlay, "-o", format],
        ];
        if format == "markdown" {
            asked.push(vec!["matrix", "--from", inventory, "--against", before, "--catalogue", overlay, "-o", format]);
        }
        for args in &asked {
            let output = whose(args, b"");
            assert_eq!(sound(&format!("{args:?}"), &output).0, 0, "{args:?}");
            // In Markdown a backslash before it makes a sign text.
            let page = String::from_utf8(output.stdout).expect("text").replace("\\<", "");
            assert!(page.contains("onerror"), "{args:?}: not even as text");
            let own = usize::from(format == "html");
            assert_eq!(page.matches("<script").count(), own, "{args:?}");
            assert_eq!(page.matches("<img").count(), 0, "{args:?}");
            assert_eq!(page.matches("</style>").count(), page.matches("<style").count(), "{args:?}");
        }
    }
}

/// Text without the colours that tables have: `ESC [ … m`.
fn without_colour(text: &[u8]) -> Vec<u8> {
    let mut rest = text;
    let mut out = Vec::new();
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\x1b[") {
        out.extend_from_slice(&rest[..at]);
        let end = rest[at + 2..].iter().position(|byte| !byte.is_ascii_digit() && *byte != b';');
        let end = end.filter(|end| rest[at + 2 + end] == b'm').expect("a colour ends with m");
        rest = &rest[at + 2 + end + 1..];
    }
    out.extend_from_slice(rest);
    out
}
