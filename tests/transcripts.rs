//! What the program prints in a pipe and in each format: one transcript per behaviour in `tests/cmd`.
//!
//! `TRYCMD=overwrite cargo test` rewrites the expectations; the diff then shows what changed for users.

#![cfg(feature = "cli")]

#[test]
fn transcripts() {
    let cases = trycmd::TestCases::new();
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "WHOSE_CATALOGUE", "LC_ALL", "LC_CTYPE", "LANG"] {
        // The environment of whoever runs the tests must not show in what they see.
        cases.env(name, "");
    }
    cases.env("COLUMNS", "80");
    cases.case("tests/cmd/*.trycmd");
}
