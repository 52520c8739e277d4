#![no_main]
//! Sheets, each with a header of its dialect or with whatever it brings.

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (header, rows) = whose_fuzz::inputs::sheet(data);
    let sheet = [header, rows].concat();
    let read = whose_fuzz::read(&sheet);
    assert!(header.is_empty() || read.is_ok(), "every csv can be read: {read:?}");
    let mut input = &*sheet;
    if let Err(error) = whose::inventory::verdicts::read(&mut input, &mut |_, _| {}) {
        whose_fuzz::refused(&error, &sheet);
    }
});
