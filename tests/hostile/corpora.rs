//! What the fuzzers found worth keeping. `fuzz/corpus` has a folder for each target: of the small inputs those that reach the
//! most code.

#[path = "../../fuzz/src/inputs.rs"]
#[allow(unreachable_pub, reason = "the targets need what the tests of one file share")]
mod inputs;

use super::{fixtures, sound, whose};

/// Runs the program on every input of a target, each made what it stands for, with each of the arguments.
fn replay(target: &str, meant: impl Fn(&[u8]) -> Vec<u8>, commands: &[&[&str]]) {
    let all = fixtures(&format!("fuzz/corpus/{target}"));
    assert!(all.len() > 20, "{target}: {} inputs", all.len());
    for (path, input) in all {
        for args in commands {
            sound(&format!("{path} to {args:?}"), &whose(args, &meant(&input)));
        }
    }
}

#[test]
fn names() {
    replay("names", <[u8]>::to_vec, &[&["resolve", "-0", "-"], &["resolve", "-0", "-", "-o", "json"]]);
}

#[test]
fn streams() {
    replay("stream", <[u8]>::to_vec, &[&["resolve", "-"]]);
}

#[test]
fn inventories() {
    let against: &[&str] = &["matrix", "-", "--against", "prior", "-o", "markdown"];
    replay("inventory", <[u8]>::to_vec, &[&["matrix", "-", "--layer", "os"], against]);
}

#[test]
fn templates() {
    replay("template", inputs::template, &[&["matrix", "-", "--layer", "os"]]);
}

#[test]
fn sheets() {
    let sheet = |input: &[u8]| <[&[u8]; 2]>::from(inputs::sheet(input)).concat();
    replay("sheet", sheet, &[&["matrix", "-", "--layer", "os"], &["gaps", "--findings", "-"]]);
}

#[test]
fn findings() {
    replay("findings", <[u8]>::to_vec, &[&["gaps", "rds", "--findings", "-"]]);
}

#[test]
fn overlays() {
    replay("overlay", <[u8]>::to_vec, &[&["check", "/dev/stdin"], &["rds", "--catalogue", "/dev/stdin"]]);
}

/// From the bytes of an inventory to the page, in the formats for people and for programs.
#[test]
fn matrices() {
    let inventory = |input: &[u8]| inputs::chosen(input).1.to_vec();
    replay("matrix", inventory, &[&["matrix", "-", "-o", "table"], &["matrix", "-", "--layer", "os", "-o", "json"]]);
}
