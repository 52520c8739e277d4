//! csv: the catalogue as rows, and whose columns csv may have.

use clap::ValueEnum;

use super::records;
use crate::analysis::matrix::Column;
use crate::catalogue::Catalogue;
use crate::catalogue::model::IdentifierKind;
use crate::commands::records::{AnswerRecord, LifecycleRecord};
use crate::commands::wording::joined;
use crate::output::{Grid, sheet};

/// Whose columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// One row a service, mode and layer, with identifiers to join by
    Default,
    /// The columns of CSA's CAIQ v4, with its words for who owns a control; one row a service, mode and layer
    Caiq,
    /// The columns of FedRAMP's customer responsibility matrix; one row a NIST control, for services that are named or in use
    FedrampCrm,
}

impl Profile {
    pub(crate) fn word(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// The catalogue as rows.
pub(crate) fn write(catalogue: &Catalogue, variants: &[Column<'_>]) -> anyhow::Result<String> {
    let columns = vec![
        "service",
        "name",
        "category",
        "mode",
        "layer",
        "party",
        "sharing",
        "aws",
        "customer",
        "controls",
        "sources",
        "checked",
        "iam",
        "cloudformation",
        "terraform",
        "billing",
        "catalogue",
        "checks",
        "basis",
        "rule",
        "note",
        "third_party",
        "third_party_duties",
        "lifecycle",
        "origin",
        "team",
    ];
    let mut rows = Vec::new();
    for one in variants {
        rows.extend(records(catalogue, one).iter().map(|record| row(catalogue, one, record)));
    }
    sheet(&Grid { columns, rows })
}

fn row(catalogue: &Catalogue, one: &Column<'_>, record: &AnswerRecord<'_>) -> Vec<String> {
    let names = |kind| joined(one.service.identifiers.of(kind));
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let third = record.third_party.as_ref();
    vec![
        record.service.to_owned(),
        record.name.to_owned(),
        record.category.to_string(),
        record.mode.unwrap_or_default().to_owned(),
        record.layer.to_string(),
        record.party.to_string(),
        record.sharing.map_or_else(String::new, |sharing| sharing.to_string()),
        joined(&record.aws),
        joined(&record.customer),
        joined(&record.controls),
        joined(record.sources.iter().map(|source| &source.url)),
        joined(record.sources.iter().map(|source| source.checked)),
        names(IdentifierKind::Iam),
        names(IdentifierKind::Cloudformation),
        names(IdentifierKind::Terraform),
        names(IdentifierKind::Billing),
        catalogue.date().to_string(),
        joined(record.checks.iter().map(|check| check.id)),
        record.basis.to_string(),
        record.rule.to_string(),
        text(record.note),
        text(third.map(|third| third.name)),
        third.map_or_else(String::new, |third| joined(&third.duties)),
        record.lifecycle.as_ref().map_or_else(String::new, LifecycleRecord::words),
        text(record.origin),
        text(record.team),
    ]
}
