#![no_main]
//! Whatever is fed as an inventory is read, or refused with a reason and a line.

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    _ = whose_fuzz::read(data);
});
