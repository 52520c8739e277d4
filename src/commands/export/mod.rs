//! `whose export`: the catalogue, whole or in part, in the formats that other programs and auditors' forms take. The same
//! bytes from run to run, whatever the directory, the locale or the time zone.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::PathBuf;

use clap_complete::engine::ArgValueCandidates;
use serde::Serialize;
use serde_json::{Value, json};

use super::asked::{InUse, in_use};
use super::{Context, Outcome, completions, variants, word_parser};
use crate::analysis::matrix::Column;
use crate::catalogue::Catalogue;
use crate::catalogue::model::{Baseline, Category, Date, Identifiers, Layer, Stage};
use crate::commands::records::{AnswerRecord, CategoryRecord, LayerRecord, ServiceRecord, SourceRecord, lifecycle};

mod forms;
mod oscal;
mod page;
mod sheets;

pub use sheets::Profile;

#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The form
    #[arg(value_enum)]
    pub form: Form,

    /// Only these services, by any name they go by; `-` reads an inventory from stdin
    #[arg(value_name = "NAME[@MODE]", add = ArgValueCandidates::new(completions::services))]
    pub names: Vec<String>,

    /// Only the services of the inventory in FILE; may be repeated
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub from: Vec<PathBuf>,

    /// The same as NAME
    #[arg(long, value_name = "NAME[@MODE]", hide = true)]
    pub service: Vec<String>,

    /// The columns of csv
    #[arg(long, value_enum, default_value = "default")]
    pub profile: Profile,

    /// The controls of fedramp-crm: those of this baseline of NIST SP 800-53B [default: all]
    #[arg(long, value_name = "BASELINE", value_parser = word_parser(Baseline::ALL, Baseline::as_str))]
    pub baseline: Option<Baseline>,
}

/// The forms of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// One document: sources, layers, categories, and every service with its identifiers and answered splits
    Json,
    /// One row a service, mode and layer, or one of two auditors' forms
    Csv,
    /// An OSCAL component definition (1.2.1): one component a service and mode
    Oscal,
    /// The catalogue as one page, to be searched and read in a browser
    Html,
}

/// Exports.
///
/// # Errors
///
/// An unknown service, an inventory that cannot be read, `--profile` or `--baseline` with a form that has none, or a form that
/// is made for services without any.
pub fn run(args: &Args, context: &Context<'_>, stdin: &mut dyn BufRead) -> anyhow::Result<Outcome> {
    if args.profile != Profile::Default && args.form != Form::Csv {
        anyhow::bail!("--profile is for csv\n  try: whose export csv --profile {}", args.profile.word());
    }
    if args.baseline.is_some() && args.profile != Profile::FedrampCrm {
        anyhow::bail!("--baseline is for the form fedramp-crm\n  try: whose export csv rds s3 --profile fedramp-crm");
    }
    let catalogue = context.catalogue();
    let services: Vec<String> = args.names.iter().chain(&args.service).cloned().collect();
    let asked = in_use(&services, &args.from, context, stdin)?;
    let named = asked.is_some();
    let InUse { columns, mut notes, .. } = asked.unwrap_or_else(|| every(catalogue));
    if named && columns.is_empty() {
        anyhow::bail!("no service found in the inventory, so there is nothing to export\n  {}", notes.join("\n  "));
    }
    let mut columns = in_order(catalogue, &columns);
    if args.profile == Profile::FedrampCrm && !named {
        anyhow::bail!(
            "the form fedramp-crm has one row for each control, so it is made for some services\n  try: whose export csv rds s3 \
             --profile fedramp-crm, or --from plan.json"
        );
    }
    if args.profile != Profile::Default && !named {
        let all = columns.len();
        columns.retain(|column| !has_ended(column));
        let ended = all - columns.len();
        if ended > 0 {
            notes.push(format!(
                "{ended} services and modes that AWS has ended are not in the form; name one to have it"
            ));
        }
    }
    let text = match args.form {
        Form::Json => document(catalogue, &columns)?,
        Form::Csv => match args.profile {
            Profile::Default => sheets::default(catalogue, &columns)?,
            Profile::Caiq => forms::caiq(catalogue, &columns)?,
            Profile::FedrampCrm => forms::fedramp_crm(catalogue, &columns, args.baseline)?,
        },
        Form::Oscal => oscal::write(catalogue, &columns)?,
        Form::Html => page::page(catalogue, &columns, named.then_some(&notes))?,
    };
    Ok(Outcome { text, notes, no: false })
}

/// Every service in every mode.
fn every(catalogue: &Catalogue) -> InUse<'_> {
    let all = catalogue.services().iter().flat_map(|service| {
        variants(service, None).into_iter().map(move |mode| Column { service, mode, resources: None })
    });
    InUse { columns: all.collect(), notes: Vec::new(), envelope: serde_json::Map::new() }
}

/// In the catalogue's order and once each, whatever was asked for in which order and how often.
fn in_order<'c>(catalogue: &'c Catalogue, columns: &[Column<'c>]) -> Vec<Column<'c>> {
    let wanted: BTreeMap<String, Column<'c>> = columns.iter().map(|column| (column.label(), *column)).collect();
    every(catalogue).columns.iter().filter_map(|column| wanted.get(&column.label()).copied()).collect()
}

/// Whether AWS has ended it.
fn has_ended(column: &Column<'_>) -> bool {
    lifecycle(column.service, column.mode).is_some_and(|lifecycle| lifecycle.stage == Stage::Ended)
}

/// The answers of a service in a mode, layer by layer.
fn records<'c>(catalogue: &'c Catalogue, one: &Column<'c>) -> Vec<AnswerRecord<'c>> {
    Layer::ALL.iter().map(|layer| AnswerRecord::new(catalogue, one.service, one.mode, *layer)).collect()
}

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

fn document(catalogue: &Catalogue, answered: &[Column<'_>]) -> anyhow::Result<String> {
    let document = Document {
        schema: crate::render::SCHEMA,
        catalogue: catalogue.date(),
        sources: catalogue.sources().iter().map(|source| json!(SourceRecord::from(source))).collect(),
        layers: Layer::ALL.iter().map(|layer| json!(LayerRecord::new(catalogue, *layer))).collect(),
        categories: Category::ALL.iter().map(|category| json!(CategoryRecord::new(catalogue, *category))).collect(),
        results: Services { catalogue, answered },
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
