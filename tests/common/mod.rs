//! What the tests share: one way to run the program, and a small catalogue to lay overlays over.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

use serde_json::Value;
use whose::catalogue::Catalogue;
use whose::catalogue::load::File;

/// A program, and nothing of whoever runs the tests: no catalogue of theirs, no colours, one width, an empty stdin.
pub fn clean(program: &str) -> Command {
    let mut command = Command::new(program);
    for name in ["WHOSE_CATALOGUE", "COMPLETE", "NO_COLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.env("COLUMNS", "80").stdin(Stdio::null());
    command
}

pub fn command(args: &[&str]) -> Command {
    let mut command = clean(env!("CARGO_BIN_EXE_whose"));
    command.args(args);
    command
}

/// What the program did.
pub struct Run {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
    /// The lines of `err`.
    pub said: Vec<String>,
}

pub fn run(command: &mut Command) -> Run {
    command.output().expect("the program runs").into()
}

pub fn whose(args: &[&str]) -> Run {
    run(&mut command(args))
}

/// What the program answers where it must.
pub fn answer(args: &[&str]) -> String {
    let run = whose(args);
    assert_eq!(run.code, Some(0), "{args:?}: {}", run.err);
    run.out
}

/// What a command does with `input` on a pipe, and whether it read all of it.
pub fn feed(command: &mut Command, input: &[u8]) -> (Output, bool) {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    thread::scope(|scope| {
        let writer = scope.spawn(move || stdin.write_all(input).is_ok());
        let output = child.wait_with_output().expect("the program ends");
        (output, writer.join().expect("the writer ends"))
    })
}

/// The program with `input` on a pipe. It must read all of it, unless it refuses it.
pub fn fed(args: &[&str], input: impl AsRef<[u8]>) -> Run {
    let (output, whole) = feed(&mut command(args), input.as_ref());
    let run = Run::from(output);
    assert!(whole || run.code == Some(2), "{args:?}: an answer before the end of stdin");
    run
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let err = String::from_utf8(output.stderr).expect("stderr is text");
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("stdout is text"),
            said: err.lines().map(str::to_owned).collect(),
            err,
        }
    }
}

impl Run {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).expect("json parses")
    }

    /// The records of an answer in JSON.
    pub fn records(&self) -> Vec<Value> {
        self.json()["results"].as_array().expect("results is a list").clone()
    }

    /// The services and modes of a matrix in JSON, and how many things stand for each.
    pub fn columns(&self) -> BTreeMap<String, Option<u64>> {
        let column = |record: &Value| {
            let service = record["service"].as_str().expect("a service");
            let name = record["mode"].as_str().map_or(service.to_owned(), |mode| format!("{service}@{mode}"));
            (name, record["resources"].as_u64())
        };
        self.records().iter().map(column).collect()
    }
}

/// A file that a test makes.
pub fn made(name: &str, content: impl AsRef<[u8]>) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).expect("the file is written");
    path.to_str().expect("a plain path").to_owned()
}

/// The files of `data/`.
pub fn data_files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let mut files = Vec::new();
    for folder in ["", "infrastructure", "container", "abstracted"] {
        for entry in fs::read_dir(root.join(folder)).expect("data can be read").filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().extension().is_some_and(|ending| ending == "yaml") {
                let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
                files.push(File { text: fs::read_to_string(entry.path()).expect("a file of text"), path });
            }
        }
    }
    files
}

/// A catalogue of a few services, for tests that lay thousands of overlays over one.
pub fn small_catalogue() -> Catalogue {
    let services = ["ec2", "eks", "lambda", "rds", "s3"];
    let is_wanted = |file: &File| match file.path.split_once('/') {
        Some((_, name)) => name == "_category.yaml" || services.contains(&name.trim_end_matches(".yaml")),
        None => file.path != "identifiers.yaml",
    };
    let files: Vec<File> = data_files().into_iter().filter(is_wanted).collect();
    Catalogue::from_files(&files).expect("a part of the catalogue is a catalogue")
}
