//! What the tests share: one way to run the program, and a small catalogue to lay overlays over.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::fs;
use std::path::Path;

use whose::catalogue::Catalogue;
use whose::catalogue::load::File;

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
