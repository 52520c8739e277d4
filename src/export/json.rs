//! The catalogue, whole or in part, as one JSON document.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::records;
use crate::analysis::matrix::Column;
use crate::catalogue::Catalogue;
use crate::catalogue::model::{Category, Date, Identifiers, Layer};
use crate::commands::records::{AnswerRecord, CategoryRecord, LayerRecord, ServiceRecord, SourceRecord};

/// The whole catalogue as one document.
#[derive(Serialize)]
struct Document<'c> {
    schema: &'static str,
    catalogue: Date,
    sources: Value,
    layers: Value,
    categories: Value,
    results: Services<'c>,
}

/// Services whose records are made one by one while they are written.
struct Services<'c> {
    catalogue: &'c Catalogue,
    answered: &'c [Column<'c>],
}

impl Serialize for Services<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let services = self.answered.chunk_by(|one, next| one.service.id == next.service.id);
        serializer.collect_seq(services.map(|modes| json!(ExportRecord::new(self.catalogue, modes))))
    }
}

/// A service with its identifiers and answered splits.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExportRecord<'c> {
    /// The service.
    #[serde(flatten)]
    service: ServiceRecord<'c>,
    /// Its identifiers, by the tool that writes them so.
    identifiers: BTreeMap<&'static str, Vec<&'c str>>,
    /// The answer for every mode and layer.
    splits: Vec<AnswerRecord<'c>>,
}

impl<'c> ExportRecord<'c> {
    /// The record of one service in the modes that were asked for.
    fn new(catalogue: &'c Catalogue, modes: &[Column<'c>]) -> Self {
        let service = modes[0].service;
        let mut identifiers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (kind, _) in Identifiers::KINDS {
            let names: Vec<&str> = service.identifiers.of(*kind).iter().map(|name| &**name).collect();
            if !names.is_empty() {
                identifiers.insert(kind.as_str(), names);
            }
        }
        let splits = modes.iter().flat_map(|mode| records(catalogue, mode)).collect();
        Self { service: ServiceRecord::new(catalogue, service), identifiers, splits }
    }
}

/// The document.
pub(crate) fn write(catalogue: &Catalogue, answered: &[Column<'_>]) -> anyhow::Result<String> {
    let document = Document {
        schema: crate::output::SCHEMA,
        catalogue: catalogue.date(),
        sources: catalogue.sources().iter().map(|source| json!(SourceRecord::from(source))).collect(),
        layers: Layer::ALL.iter().map(|layer| json!(LayerRecord::new(catalogue, *layer))).collect(),
        categories: Category::ALL.iter().map(|category| json!(CategoryRecord::new(catalogue, *category))).collect(),
        results: Services { catalogue, answered },
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
