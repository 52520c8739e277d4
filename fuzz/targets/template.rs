#![no_main]
//! Templates in YAML, told by their first line so that no input is spent on other dialects; and YAML by itself.

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let lines = text.lines().count() + text.matches('\r').count() + 1;
    if let Err(error) = whose::yaml::parse(text) {
        assert!((1..=lines + 1).contains(&error.line), "line {} of {lines}: {}", error.line, error.message);
        assert!(!error.message.is_empty());
    }
    if let Ok(dialect) = whose_fuzz::read(&whose_fuzz::inputs::template(text.as_bytes())) {
        assert_eq!(dialect, "CloudFormation template");
    }
});
