//! yaml: the json document in YAML.

use serde::Serialize;
use serde_json::{Map, Value};

use super::json;

pub(super) fn document<R: Serialize>(records: &[R], extra: Map<String, Value>, date: &str) -> anyhow::Result<String> {
    Ok(serde_saphyr::to_string(&json::envelope(records, extra, date))?)
}
