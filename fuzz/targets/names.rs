#![no_main]
//! Any text is a name that is known or unknown; the same name means the same, whatever stands around it.

use libfuzzer_sys::fuzz_target;
use whose::catalogue::resolve::Meaning;
use whose_fuzz::{CATALOGUE, consistent};

fuzz_target!(|name: &str| {
    let found = CATALOGUE.resolve(name);
    consistent(&found);
    let again = CATALOGUE.resolve(&format!(" {name}\t"));
    assert_eq!(said(found.meaning), said(again.meaning), "white space around a name");
    // Near names are a search through all of them: too slow to be made for every input.
    if name.len() < 40 && name.bytes().fold(0, u8::wrapping_add) == 7 {
        let near = CATALOGUE.suggestions(name, 3);
        assert!(near.len() <= 3 && near.iter().all(|id| CATALOGUE.service(id).is_some()));
    }
});

fn said(meaning: Meaning<'static>) -> (Vec<&'static str>, Option<&'static str>) {
    match meaning {
        Meaning::Service(service, mode) => (vec![&service.id], mode.map(|mode| &*mode.id)),
        Meaning::NoSuchMode(service) => (vec![&service.id], Some("?")),
        Meaning::Ambiguous(shared) => (shared.services.iter().map(|id| &**id).collect(), None),
        Meaning::Check(proven) => (proven.iter().map(|proven| &*proven.service.id).collect(), None),
        Meaning::NoService(shared) => (vec![&shared.name], None),
        _ => (Vec::new(), None),
    }
}
