#![no_main]
//! An overlay is laid over the catalogue, and then every layer of every service has an answer; or every fault has a line.
//!
//! The loader keeps what it reads for the life of the program, so the catalogue beneath is a small part of the real one,
//! and a run ends after a number of inputs: `-runs=100000 -detect_leaks=0`.

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use whose::catalogue::Known;
use whose::catalogue::model::{Catalogue, Layer, Service};
use whose_fuzz::consistent;

static BASE: LazyLock<Catalogue> = LazyLock::new(|| {
    let whole = Known::default().catalogue();
    let some = ["ec2", "eks", "lambda", "rds", "s3"];
    let services: Vec<Service> = whole.services.iter().filter(|own| some.contains(&own.id)).copied().collect();
    Catalogue { services: services.leak(), sources: &whole.sources[..40], exceptions: &whole.exceptions[..4], ..*whole }
});

fuzz_target!(|text: &str| {
    let lines = text.lines().count() + text.matches('\r').count() + 1;
    match Known::laid_over(&BASE, "overlay.yaml", text) {
        Err(faults) => {
            assert!(!faults.is_empty() && faults.is_sorted());
            for fault in faults {
                assert!((1..=lines + 1).contains(&fault.line), "line {} of {lines}: {}", fault.line, fault.message);
                assert_eq!(fault.file, "overlay.yaml");
                assert!(!fault.message.is_empty());
            }
        }
        Ok(known) => {
            let (catalogue, resolver) = (known.catalogue(), known.resolver());
            assert!(catalogue.services.len() >= BASE.services.len(), "an overlay takes nothing away");
            for service in catalogue.services {
                consistent(&resolver.resolve(service.id));
                consistent(&resolver.resolve(service.name));
                for &layer in Layer::ALL {
                    for mode in std::iter::once(None).chain(service.modes.iter().map(Some)) {
                        assert_eq!(catalogue.split(service, mode, layer).split.layer, layer);
                    }
                    _ = catalogue.team(service, layer);
                }
            }
        }
    }
});
