//! json and ndjson: the records as they are, json in an envelope that names the schema and the catalogue.

use serde::Serialize;
use serde_json::{Map, Value};

/// The name and version of the record schema.
pub const SCHEMA: &str = "whose/1";

/// The envelope around `records`, as json and yaml share it.
#[derive(Serialize)]
pub(super) struct Envelope<'a> {
    schema: &'static str,
    catalogue: &'a str,
    results: &'a [Value],
    #[serde(flatten)]
    extra: Map<String, Value>,
}

pub(super) fn envelope<'a>(records: &'a [Value], extra: Map<String, Value>, date: &'a str) -> Envelope<'a> {
    Envelope { schema: SCHEMA, catalogue: date, results: records, extra }
}

pub(super) fn document(records: &[Value], extra: Map<String, Value>, date: &str) -> anyhow::Result<String> {
    let mut text = serde_json::to_string_pretty(&envelope(records, extra, date))?;
    text.push('\n');
    Ok(text)
}

pub(super) fn lines(records: &[Value]) -> anyhow::Result<String> {
    let mut text = String::new();
    for record in records {
        text.push_str(&serde_json::to_string(record)?);
        text.push('\n');
    }
    Ok(text)
}
