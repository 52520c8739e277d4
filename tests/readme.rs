//! The README's examples: each command of its `console` blocks is run as a person would, on a terminal of 80 columns.
//!
//! `WHOSE_BLESS=1 cargo test --test readme` writes what the program prints into the README.

#![cfg(all(feature = "cli", target_os = "linux"))]

use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What `line` prints on a terminal, stdout and stderr as they come. The folder has the files that the examples speak of.
fn on_a_terminal(line: &str) -> String {
    let folder = Path::new(ROOT).join("tests/readme");
    let program = Path::new(env!("CARGO_BIN_EXE_whose")).parent().expect("it is in a folder");
    let path = env::var("PATH").expect("there is a path");
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command", line, "/dev/null"])
        .current_dir(&folder)
        .env_clear()
        .env("PATH", format!("{}:{}:{path}", folder.join("bin").display(), program.display()))
        .envs([("SHELL", "/bin/sh"), ("LC_ALL", "C.UTF-8"), ("TERM", "xterm"), ("COLUMNS", "80")])
        .envs([("NO_COLOR", "1"), ("WHOSE_PAGER", "cat")])
        .stdin(Stdio::null())
        .output()
        .expect("script, of util-linux, is there");
    let text = String::from_utf8(output.stdout).expect("text").replace("\r\n", "\n");
    // jq before 1.7 colours what it prints on a terminal, whatever NO_COLOR says.
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}

/// Whether `line` can be run here: jq may be missing, save where CI says that this is CI.
fn is_runnable(line: &str) -> bool {
    let has_jq = || Command::new("jq").arg("--version").stdout(Stdio::null()).status().is_ok();
    let is_runnable = !line.contains("| jq") || has_jq();
    assert!(is_runnable || env::var_os("CI").is_none(), "jq is not installed");
    is_runnable
}

/// The README with the answers of today's program.
fn answered(readme: &str) -> String {
    let mut text = String::new();
    let mut is_console = false;
    let mut keeps_answer = false;
    for line in readme.lines() {
        let is_fence = line.starts_with("```");
        if is_fence {
            is_console = line == "```console";
        }
        let command = line.strip_prefix("$ ").filter(|_| is_console);
        keeps_answer = match command {
            Some(command) => !is_runnable(command),
            None => keeps_answer && !is_fence,
        };
        if command.is_some() || is_fence || !is_console || keeps_answer {
            text += &format!("{line}\n");
        }
        if let Some(command) = command.filter(|_| !keeps_answer) {
            text += &on_a_terminal(command);
        }
    }
    text
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let path = Path::new(ROOT).join("README.md");
    let readme = fs::read_to_string(&path).expect("a README");
    let answered = answered(&readme);
    if env::var_os("WHOSE_BLESS").is_some() {
        return fs::write(&path, &answered).expect("the README is written");
    }
    let differs = readme.lines().zip(answered.lines()).find(|(shown, printed)| shown != printed);
    assert!(readme == answered, "see the new answers with WHOSE_BLESS=1; the first that differs: {differs:#?}");
}
