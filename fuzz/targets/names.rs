#![no_main]
//! Any text is a name that is known or unknown; the same name means the same, whatever stands around it.

use libfuzzer_sys::fuzz_target;
use whose::catalogue::Known;
use whose::catalogue::resolve::Meaning;
use whose_fuzz::consistent;

fuzz_target!(|name: &str| {
    let resolver = Known::default().resolver();
    let found = resolver.resolve(name);
    consistent(&found);
    let again = resolver.resolve(&format!(" {name}\t"));
    assert_eq!(said(found.meaning), said(again.meaning), "white space around a name");
    // Near names are a search through all of them: too slow to be made for every input.
    if name.len() < 40 && name.bytes().fold(0, u8::wrapping_add) == 7 {
        let near = resolver.suggestions(name, 3);
        assert!(near.len() <= 3 && near.iter().all(|id| Known::default().catalogue().service(id).is_some()));
    }
});

fn said(meaning: Meaning<'static>) -> (Vec<&'static str>, Option<&'static str>) {
    match meaning {
        Meaning::Service(service, mode) => (vec![service.id], mode.map(|mode| mode.id)),
        Meaning::NoSuchMode(service) => (vec![service.id], Some("?")),
        Meaning::Several(exception) => (exception.services.to_vec(), None),
        Meaning::Check(proofs) => (proofs.iter().map(|(service, _)| service.id).collect(), None),
        Meaning::Nothing(exception) => (vec![exception.name], None),
        Meaning::Unknown => (Vec::new(), None),
    }
}
