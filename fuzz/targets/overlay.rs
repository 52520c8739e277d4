#![no_main]
//! An overlay is laid over the catalogue, and then every layer of every service has an answer; or every fault has a line.
//!
//! The catalogue beneath is a small part of the real one, over which thousands are laid in a second.

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

fn base() -> Catalogue {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data");
    let file = |path: &&str| File {
        path: (*path).to_owned(),
        text: std::fs::read_to_string(data.join(path)).expect("a file of the catalogue"),
    };
    Catalogue::from_files(&FILES.iter().map(file).collect::<Vec<_>>()).expect("a part of the catalogue is a catalogue")
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
    // To lay one over takes a catalogue of its own: for some inputs only.
    if faults.is_empty() && text.len() < 4096 {
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
