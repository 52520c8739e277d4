//! `whose NAME modes`: the modes of a service, with what they mean.

use serde::Serialize;
use serde_json::Value;

use super::records::{LifecycleRecord, lifecycle};
use super::wording::lifecycle_sentence;
use crate::catalogue::model::{Category, Service};
use crate::catalogue::{Catalogue, category};
use crate::output::{Block, Cell, Grid, Page, Row, Table, Tone, View, values};

/// The modes of a service.
pub(super) struct Modes<'c> {
    pub(super) catalogue: &'c Catalogue,
    pub(super) service: &'c Service,
}

/// A way to run a service that moves the line.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ModeRecord<'c> {
    /// The service's id.
    pub service: &'c str,
    /// The mode's id.
    pub mode: &'c str,
    /// What it means.
    pub name: &'c str,
    /// The category whose defaults hold in it.
    pub category: Category,
    /// What AWS announced about its end, or the service's.
    pub lifecycle: Option<LifecycleRecord<'c>>,
    /// `overlay` where an overlay gives answers of the mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<&'static str>,
}

impl<'c> Modes<'c> {
    fn typed(&self) -> impl Iterator<Item = ModeRecord<'c>> {
        let Self { catalogue, service } = *self;
        service.modes.iter().map(move |mode| {
            let is_overlaid = service.overlaid.iter().any(|(own, _)| own.as_ref() == Some(&mode.id));
            ModeRecord {
                service: &service.id,
                mode: &mode.id,
                name: &mode.name,
                category: category(service, Some(mode)),
                lifecycle: lifecycle(service, Some(mode)).map(|own| LifecycleRecord::new(catalogue, own)),
                origin: is_overlaid.then_some("overlay"),
            }
        })
    }
}

impl View for Modes<'_> {
    fn records(&self) -> Vec<Value> {
        values(self.typed())
    }

    fn grid(&self) -> Grid {
        let row = |record: ModeRecord<'_>| {
            vec![
                record.service.to_owned(),
                record.mode.to_owned(),
                record.name.to_owned(),
                record.category.to_string(),
                record.lifecycle.as_ref().map_or_else(String::new, LifecycleRecord::words),
                record.origin.unwrap_or_default().to_owned(),
            ]
        };
        let columns = vec!["service", "mode", "name", "category", "lifecycle", "origin"];
        Grid { columns, rows: self.typed().map(row).collect() }
    }

    fn page(&self) -> Page {
        let rows = self.service.modes.iter().zip(self.typed()).map(|(mode, record)| {
            let mut name = mode.name.to_string();
            name.extend(lifecycle(self.service, Some(mode)).map(|own| format!(". {}", lifecycle_sentence(own))));
            name.push_str(record.origin.map_or("", |_| " (some answers from your overlay)"));
            Row::Cells(vec![Cell::new(format!("{}@{}", self.service.id, mode.id), Tone::Strong), Cell::plain(name)])
        });
        let columns = vec!["Mode".to_owned(), "Means".to_owned()];
        let mut blocks = vec![Block::Table(Table { columns, rows: rows.collect() })];
        blocks.extend(self.service.modes.first().map(|first| {
            Block::Aside(format!(
                "Where they differ: whose {}. One of them: whose {0}@{}\nCatalogue dated {}.",
                self.service.id,
                first.id,
                self.catalogue.date()
            ))
        }));
        Page { blocks }
    }
}
