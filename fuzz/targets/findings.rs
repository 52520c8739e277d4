#![no_main]
//! Whatever is fed as findings gives results of checks, or is refused with a reason and a line.

use libfuzzer_sys::fuzz_target;
use whose::findings;

fuzz_target!(|data: &[u8]| {
    let mut input = data;
    let mut handed_on = 0;
    let read = findings::read(&mut input, &mut |result| {
        handed_on += 1;
        assert!(result.checks.iter().all(|check| !check.id.is_empty()), "a check has an id");
        assert!(result.account.as_ref().is_none_or(|account| !account.is_empty()));
    });
    match read {
        Ok(report) => assert_eq!(report.findings, handed_on, "every finding is counted"),
        Err(error) => whose_fuzz::refused(&error.into(), data),
    }
});
