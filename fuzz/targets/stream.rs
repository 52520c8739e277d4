#![no_main]
//! `whose resolve -` gives a record for every name, in order, in columns that do not move.

use libfuzzer_sys::fuzz_target;
use whose::commands::{Context, resolve};
use whose::output::{Canvas, Format};
use whose::sanitize::tame;
use whose_fuzz::{CATALOGUE, harmless};

fuzz_target!(|data: &[u8]| {
    // What is compressed or in UTF-16 holds other bytes than its names.
    if [&[0x1f, 0x8b][..], &[0xff, 0xfe], &[0xfe, 0xff]].iter().any(|mark| data.starts_with(mark)) {
        return;
    }
    let canvas = Canvas { width: 80, colour: false, unicode: true };
    let context = |format| Context { catalogue: &CATALOGUE, format, canvas, title: None, made: None };
    let args = resolve::Args { names: vec!["-".to_owned()], null: false };
    let answer = |format| {
        let mut out = Vec::new();
        let mut input = data;
        let done = resolve::run(&args, &context(format), &mut input, &mut out)?;
        out.extend(done.text.into_bytes());
        anyhow::Ok((String::from_utf8(out)?, done.no))
    };
    let text = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
    let names: Vec<&[u8]> = text
        .split(|byte| matches!(byte, b'\n' | b'\t'))
        .map(<[u8]>::trim_ascii)
        .filter(|name| !name.is_empty())
        .collect();
    let (sheet, no) = match answer(Format::Tsv) {
        Ok(answer) => answer,
        Err(error) => return assert!(error.to_string().contains("stdin"), "a refusal says where: {error}"),
    };
    harmless(&sheet);
    let rows: Vec<Vec<&str>> = sheet.split_terminator('\n').map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), names.len(), "one record a name");
    assert!(rows.iter().all(|row| row.len() == 5), "five columns");
    assert_eq!(no, rows.iter().any(|row| row[3] == "none"));
    for (row, name) in rows.iter().zip(&names) {
        assert_eq!(row[0], tame(&String::from_utf8_lossy(name)), "in order");
    }
    // A record in JSON has near names, which are slow to find: for some inputs only.
    if data.len() < 200 && data.iter().copied().fold(0, u8::wrapping_add) == 7 {
        let (lines, _) = answer(Format::Ndjson).expect("what one format takes, all take");
        harmless(&lines);
        assert_eq!(lines.split_terminator('\n').count(), names.len());
        for (line, row) in lines.split_terminator('\n').zip(&rows) {
            let record: serde_json::Value = serde_json::from_str(line).expect("every line is JSON");
            assert_eq!((&record["input"], &record["match"]), (&row[0].into(), &row[3].into()));
        }
    }
});
