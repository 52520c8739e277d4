#![no_main]
//! Texts that begin like a template, so that no input is spent on other dialects. What goes on unlike one may be a list of names.

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(dialect) = whose_fuzz::read(&whose_fuzz::inputs::template(text.as_bytes())) {
        assert!(matches!(dialect, "CloudFormation template" | "list of names"), "{dialect}");
    }
});
