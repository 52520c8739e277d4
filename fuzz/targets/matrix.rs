#![no_main]
//! From the bytes of an inventory to what people read, in every format: nothing in an inventory can drive a terminal, move
//! a column or break a document. The first byte chooses the format, and whether a plan is compared with what was before it.

use libfuzzer_sys::fuzz_target;
use whose::commands::{Context, matrix};
use whose::output::{Canvas, Format};
use whose_fuzz::{CATALOGUE, harmless, inputs};

const FORMATS: [Format; 9] = [
    Format::Table,
    Format::Json,
    Format::Ndjson,
    Format::Yaml,
    Format::Csv,
    Format::Tsv,
    Format::Markdown,
    Format::Html,
    Format::Svg,
];

fuzz_target!(|data: &[u8]| {
    let (choice, mut input) = inputs::chosen(data);
    let format = FORMATS[choice % FORMATS.len()];
    let canvas = Canvas { width: 80, colour: false, unicode: true };
    let context = Context { catalogue: &CATALOGUE, format, canvas, title: None, made: None };
    let mut args =
        matrix::Args { names: vec!["-".to_owned()], layer: vec!["guest-os".to_owned()], ..Default::default() };
    if choice / FORMATS.len() % 2 == 1 {
        args.against = vec!["prior".into()];
    }
    let Ok(done) = matrix::run(&args, &context, &mut input) else { return };
    harmless(&done.text);
    for note in &done.notes {
        harmless(note);
        assert!(!note.contains('\t'));
    }
    match format {
        Format::Json => _ = serde_json::from_str::<serde_json::Value>(&done.text).expect("json parses"),
        Format::Tsv => {
            let mut cells = done.text.lines().map(|line| line.split('\t').count());
            let first = cells.next();
            assert!(cells.all(|cells| Some(cells) == first), "columns do not move: {}", done.text);
        }
        _ => {}
    }
});
