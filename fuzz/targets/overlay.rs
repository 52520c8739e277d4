#![no_main]
//! An overlay is laid over the catalogue, and then every layer of every service has an answer; or every fault has a line.
//!
//! The catalogue beneath is a small part of the real one, over which thousands are laid in a second.

use std::collections::HashSet;
use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use whose::catalogue::Catalogue;
use whose::catalogue::load::File;
use whose::catalogue::model::Layer;
use whose_fuzz::consistent;

const FILES: &[&str] = &[
    "layers.yaml",
    "controls.yaml",
    "sources.yaml",
    "every-service.yaml",
    "infrastructure/_category.yaml",
    "container/_category.yaml",
    "abstracted/_category.yaml",
    "infrastructure/ec2.yaml",
    "container/eks.yaml",
    "container/rds.yaml",
    "abstracted/lambda.yaml",
    "abstracted/s3.yaml",
];

/// The files, and of the bibliography what they cite, since most of the work would be to read the rest.
static READ: LazyLock<Vec<File>> = LazyLock::new(|| {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data");
    let read = |path: &str| std::fs::read_to_string(data.join(path)).expect("a file of the catalogue");
    let mut files: Vec<File> = FILES.iter().map(|path| File { path: (*path).to_owned(), text: read(path) }).collect();
    let cited: String = files.iter().filter(|file| file.path != "sources.yaml").map(|file| &*file.text).collect();
    let is_word = |char: char| char.is_ascii_alphanumeric() || char == '-';
    let words: HashSet<&str> = cited.split(|char| !is_word(char)).collect();
    let sources = files.iter_mut().find(|file| file.path == "sources.yaml").expect("it is among them");
    let mut is_cited = false;
    let mut kept = String::new();
    for line in sources.text.lines() {
        if let Some(key) = line.strip_suffix(':').filter(|_| !line.starts_with(' ')) {
            is_cited = words.contains(key);
        }
        if is_cited {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    sources.text = kept;
    files
});

fn base() -> Catalogue {
    Catalogue::from_files(&READ).expect("a part of the catalogue is a catalogue")
}

static BASE: LazyLock<Catalogue> = LazyLock::new(base);

fuzz_target!(|text: &str| {
    let lines = text.lines().count() + text.matches('\r').count() + 1;
    let faults = BASE.check_overlay("overlay.yaml", text);
    assert!(faults.is_sorted());
    for fault in &faults {
        assert!((1..=lines + 1).contains(&fault.line), "line {} of {lines}: {}", fault.line, fault.message);
        assert_eq!(fault.file, "overlay.yaml");
        assert!(!fault.message.is_empty());
    }
    // To lay one over takes a catalogue of its own, half a second: for every eighth length only.
    if faults.is_empty() && text.len() < 4096 && text.len() % 8 == 0 {
        let catalogue = base().with_overlay("overlay.yaml", text).expect("it has no faults");
        assert!(catalogue.services().len() >= BASE.services().len(), "an overlay takes nothing away");
        for service in catalogue.services().iter() {
            consistent(&catalogue.resolve(&service.id));
            consistent(&catalogue.resolve(&service.name));
            for layer in Layer::ALL {
                for mode in service.variants() {
                    assert!(!catalogue.split(service, mode, *layer).split.sources.is_empty());
                }
                _ = catalogue.team(service, *layer);
            }
        }
    }
});
