#![no_main]
//! Any text is a name that is known or unknown; the same name means the same, whatever stands around it.

use libfuzzer_sys::fuzz_target;
use whose::catalogue::Known;
use whose_fuzz::consistent;

fuzz_target!(|name: &str| {
    let resolver = Known::default().resolver();
    let found = resolver.resolve(name);
    consistent(&found);
    let again = resolver.resolve(&format!(" {name}\t"));
    assert_eq!(format!("{:?}", found.meaning), format!("{:?}", again.meaning), "white space around a name");
    // Near names are a search through all of them: too slow to be made for every input.
    if name.len() == 7 {
        let near = resolver.suggestions(name, 3);
        assert!(near.len() <= 3 && near.iter().all(|id| Known::default().catalogue().service(id).is_some()));
    }
});
