#![no_main]
//! Whatever is fed as findings gives verdicts, or is refused with a reason and a line.

use libfuzzer_sys::fuzz_target;
use whose::inventory::verdicts;

fuzz_target!(|data: &[u8]| {
    let mut input = data;
    let mut told = 0;
    let read = verdicts::read(&mut input, &mut |check, _| {
        assert!(!check.is_empty(), "a verdict is of a check");
        told += 1;
    });
    match read {
        Ok(_) => {}
        Err(error) => whose_fuzz::refused(&error, data),
    }
});
