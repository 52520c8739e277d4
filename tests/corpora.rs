//! What the fuzzers found worth keeping, through the real program. `fuzz/corpus` has a folder for each target: of the small
//! inputs those that reach the most code.

#![cfg(all(unix, feature = "cli"))]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs the program on every input of a target, each made ready by `ready`, which also gives the arguments.
fn replay(target: &str, ready: impl Fn(&[u8]) -> (Vec<u8>, &'static [&'static [&'static str]])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("every target has a corpus") {
        let path = entry.expect("an input").path();
        let (input, commands) = ready(&fs::read(&path).expect("an input can be read"));
        for args in commands {
            runs(&path, args, &input);
        }
        count += 1;
    }
    assert!(count > 20, "{target}: {count} inputs");
}

fn runs(path: &Path, args: &[&str], input: &[u8]) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_whose"))
        .args(args)
        .env_remove("WHOSE_CATALOGUE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // What is kept here fits into a pipe; the program may leave before it has read it.
    _ = child.stdin.take().expect("stdin is piped").write_all(input);
    let output = child.wait_with_output().expect("the program ends");
    let said = String::from_utf8(output.stderr).expect("messages are text");
    let text = String::from_utf8(output.stdout).expect("answers are text");
    let shown = format!("{} to {args:?}: {}\n{said}", path.display(), output.status);
    let code = output.status.code().expect(&shown);
    assert!((0..=2).contains(&code), "{shown}");
    assert_eq!(code == 2, said.lines().any(|line| line.starts_with("error: ")), "{shown}");
    assert!(code != 2 || text.is_empty() || args[0] == "resolve", "{shown}: an answer and an error");
    let raw = |text: &str| text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    assert_eq!((raw(&text), raw(&said)), (None, None), "{shown}: raw control characters");
}

#[test]
fn names() {
    replay("names", |name| (name.to_vec(), &[&["resolve", "-0", "-"], &["resolve", "-0", "-", "-o", "json"]]));
}

#[test]
fn streams() {
    replay("stream", |text| (text.to_vec(), &[&["resolve", "-"]]));
}

#[test]
fn inventories() {
    replay("inventory", |text| (text.to_vec(), &[&["matrix", "-", "--layer", "os"]]));
}

#[test]
fn templates() {
    replay("template", |text| ([b"Transform: x\n", text].concat(), &[&["matrix", "-", "--layer", "os"]]));
}

/// The first byte of an input chooses a header there, as it does in the target.
#[test]
fn sheets() {
    const HEADERS: [&[u8]; 5] = [
        b"",
        b"identity/LineItemId,lineItem/ProductCode,product/servicecode\n",
        b"line_item_product_code,product_servicecode\r\n",
        b"\"BilledCost\",\"ServiceName\",\"x_ServiceCode\"\n",
        b"CHECK_ID;STATUS;MUTED;SERVICE_NAME;RESOURCE_UID\n",
    ];
    replay("sheet", |text| {
        let (choice, rows) = text.split_first().map_or((0, text), |(choice, rows)| (usize::from(*choice), rows));
        let sheet = [HEADERS[choice % HEADERS.len()], rows].concat();
        (sheet, &[&["matrix", "-", "--layer", "os"], &["gaps", "--findings", "/dev/stdin"]])
    });
}

#[test]
fn findings() {
    replay("findings", |text| (text.to_vec(), &[&["gaps", "rds", "--findings", "/dev/stdin"]]));
}

#[test]
fn overlays() {
    replay("overlay", |text| (text.to_vec(), &[&["check", "/dev/stdin"], &["rds", "--catalogue", "/dev/stdin"]]));
}

/// From the bytes of an inventory to the page, in the formats for people and for programs.
#[test]
fn matrices() {
    replay("matrix", |text| {
        let inventory = text.split_first().map_or(text, |(_, rest)| rest).to_vec();
        (inventory, &[&["matrix", "-", "-o", "table"], &["matrix", "-", "--layer", "os", "-o", "json"]])
    });
}
