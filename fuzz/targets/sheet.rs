#![no_main]
//! Sheets, each with a header of its dialect or with whatever it brings.

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (header, rows) = whose_fuzz::inputs::sheet(data);
    let sheet = [header, rows].concat();
    _ = whose_fuzz::read(&sheet);
    let mut input = &*sheet;
    if let Err(error) = whose::findings::read(&mut input, &mut |_| {}) {
        whose_fuzz::refused(&error.into(), &sheet);
    }
});
