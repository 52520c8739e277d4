//! yaml: the json document in YAML.

use serde_json::{Map, Value};

use super::json;

pub(super) fn document(records: &[Value], extra: Map<String, Value>, date: &str) -> anyhow::Result<String> {
    Ok(serde_yaml::to_string(&json::envelope(records, extra, date))?)
}
