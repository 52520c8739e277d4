//! What the shell does to the program: readers that leave early, full disks, closed streams.

#![cfg(feature = "cli")]

mod common;

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use common::{answer, command, run};

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    for args in [&["services", "-o", "json"][..], &["show", "eks", "-o", "table"], &["duties", "-o", "csv"], &["man"]] {
        let mut child =
            command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        // Closed before anything is read: every write meets a closed pipe.
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().expect("stderr is piped").read_to_string(&mut said).expect("stderr is text");
        let status = child.wait().expect("the program ends");
        assert_eq!((status.code(), &*said), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn a_stream_whose_reader_leaves_early_ends_quietly() {
    let mut child = command(&["resolve", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().expect("stdin is piped");
    // More than any pipe holds, so that the program must have written by then; it may be gone before all is sent.
    let names = "aws_db_instance\n".repeat(1 << 16);
    _ = stdin.write_all(names.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    for args in [&["services"][..], &["show", "rds"], &["resolve", "rds"], &["--help"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("/dev/full is there");
        let read = run(command(args).stdout(full));
        assert_eq!(read.code, Some(2), "{args:?}: {}", read.err);
        assert!(read.err.contains("No space left"), "{args:?}: {}", read.err);
    }
}

#[cfg(unix)]
#[test]
fn a_closed_stdout_is_an_error_where_there_is_an_answer() {
    for args in ["services", "rds", "resolve rds", "resolve -", "--help", "--version"] {
        let line = format!("echo rds | {} {args} >&-", env!("CARGO_BIN_EXE_whose"));
        let read = run(std::process::Command::new("sh").args(["-c", &line]));
        assert_eq!(read.code, Some(2), "{args}: {}", read.err);
        assert!(read.err.contains("stdout is closed"), "{args}: {}", read.err);
    }
    // What says yes or no by its exit code alone does not need it.
    let line = format!("{} rds os --is aws >&-", env!("CARGO_BIN_EXE_whose"));
    assert_eq!(run(std::process::Command::new("sh").args(["-c", &line])).code, Some(0));
    // Who throws the answer away gets it there.
    let python = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode)";
    let thrown = run(std::process::Command::new("python3").args(["-c", python, env!("CARGO_BIN_EXE_whose"), "rds"]));
    assert_eq!(thrown.code, Some(0), "{}", thrown.err);
}

#[cfg(unix)]
#[test]
fn a_pipe_gets_plain_records_and_nothing_else() {
    let read = run(command(&["rds"]).env("CLICOLOR_FORCE", ""));
    let lines: Vec<&str> = read.out.lines().collect();
    assert_eq!(lines.len(), 18, "one record a layer");
    assert!(lines.iter().all(|line| line.split('\t').count() == 18), "the same columns in every record");
    assert!(lines.iter().all(|line| line.split('\t').all(|cell| !cell.is_empty())), "an empty cell is a dash");
    assert!(!read.out.contains('\u{1b}'), "no colour");
    assert_eq!(read.err, "");
}

#[test]
fn colour_is_where_it_is_asked_for() {
    let coloured = |command: &mut Command| run(command).out.contains('\u{1b}');
    let table = ["rds", "-o", "table"];
    assert!(!coloured(&mut command(&table)));
    assert!(coloured(command(&table).env("CLICOLOR_FORCE", "1")));
    assert!(!coloured(command(&table).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1")));
    assert!(!coloured(command(&table).env("CLICOLOR_FORCE", "0")));
    assert!(coloured(command(&["rds", "-o", "table", "--color", "always"]).env("NO_COLOR", "1")));
    assert!(!coloured(command(&["rds", "-o", "table", "--color", "never"]).env("CLICOLOR_FORCE", "1")));
    // The words are the same either way: colour says nothing of its own.
    let bare = |text: String| {
        let mut out = String::new();
        let mut rest = &*text;
        while let Some(at) = rest.find('\u{1b}') {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            rest = &rest[rest.find('m').map_or(rest.len(), |end| end + 1)..];
        }
        out + rest
    };
    let trimmed = |text: String| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    let plain = answer(&["rds", "-o", "table", "--color", "never"]);
    assert_eq!(trimmed(bare(answer(&["rds", "-o", "table", "--color", "always"]))), trimmed(plain));
}
