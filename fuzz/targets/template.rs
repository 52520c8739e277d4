#![no_main]
//! Templates, told by their first line so that no input is spent on other dialects.

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(dialect) = whose_fuzz::read(&whose_fuzz::inputs::template(text.as_bytes())) {
        assert_eq!(dialect, "CloudFormation template");
    }
});
