//! `whose export`: the catalogue, whole or in part, in the formats that other programs and auditors' forms take. The same
//! bytes from run to run, whatever the directory, the locale or the time zone.

use clap_complete::engine::ArgValueCandidates;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Context, Outcome, completions, variants};
use crate::catalogue::Catalogue;
use crate::catalogue::model::{Category, Date, Identifiers, Layer, Mode, Service};
use crate::commands::records::{AnswerRecord, CategoryRecord, LayerRecord, ServiceRecord, SourceRecord};

mod oscal;
mod sheets;

pub use sheets::Profile;

/// The arguments of `export`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The form
    #[arg(value_enum)]
    pub form: Form,

    /// Only this service; may be repeated
    #[arg(long, value_name = "NAME[@MODE]", add = ArgValueCandidates::new(completions::services))]
    pub service: Vec<String>,

    /// The columns of csv
    #[arg(long, value_enum, default_value = "default")]
    pub profile: Profile,
}

/// The forms of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// One document: sources, layers, categories, and every service with its identifiers and answered splits
    Json,
    /// One row a service, mode and layer
    Csv,
    /// An OSCAL component definition (1.2.1): one component a service and mode
    Oscal,
}

/// Exports.
///
/// # Errors
///
/// An unknown service, or `--profile` with a form that has none.
pub fn run(args: &Args, context: &Context<'_>) -> anyhow::Result<Outcome> {
    if args.profile != Profile::Default && args.form != Form::Csv {
        anyhow::bail!("--profile is for csv\n  try: whose export csv --profile {}", args.profile.word());
    }
    let catalogue = context.catalogue();
    let mut chosen = Vec::new();
    for name in &args.service {
        chosen.push(context.service(name)?);
    }
    // In the catalogue's order and once each, whatever was asked for in which order and how often.
    let every = catalogue
        .services()
        .iter()
        .flat_map(|service| variants(service, None).into_iter().map(move |mode| Answered { service, mode }));
    let wanted = |one: &Answered<'_>| {
        let fits = |(service, mode): &(&Service, Option<&Mode>)| {
            service.id == one.service.id && mode.is_none_or(|mode| one.mode.is_some_and(|own| own.id == mode.id))
        };
        chosen.is_empty() || chosen.iter().any(fits)
    };
    let answered: Vec<Answered<'_>> = every.filter(wanted).collect();
    Ok(Outcome::text(match args.form {
        Form::Json => document(catalogue, &answered)?,
        Form::Csv => sheets::write(catalogue, &answered, args.profile)?,
        Form::Oscal => oscal::write(catalogue, &answered)?,
    }))
}

/// A service in a mode, to be answered in every layer.
#[derive(Clone, Copy)]
struct Answered<'c> {
    service: &'c Service,
    mode: Option<&'c Mode>,
}

impl<'c> Answered<'c> {
    /// `rds`, `eks@fargate`.
    fn id(&self) -> String {
        match self.mode {
            Some(mode) => format!("{}@{}", self.service.id, mode.id),
            None => self.service.id.to_string(),
        }
    }

    /// The name in full, with the mode's.
    fn title(&self) -> String {
        match self.mode {
            Some(mode) => format!("{} ({})", self.service.name, mode.name),
            None => self.service.name.to_string(),
        }
    }

    fn records(&self, catalogue: &'c Catalogue) -> Vec<AnswerRecord<'c>> {
        Layer::ALL.iter().map(|layer| AnswerRecord::new(catalogue, self.service, self.mode, *layer)).collect()
    }
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
    answered: &'c [Answered<'c>],
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
    identifiers: std::collections::BTreeMap<&'static str, Vec<&'c str>>,
    /// The answer for every mode and layer.
    splits: Vec<AnswerRecord<'c>>,
}

impl<'c> ExportRecord<'c> {
    /// The record of one service in the modes that were asked for.
    fn new(catalogue: &'c Catalogue, modes: &[Answered<'c>]) -> Self {
        let service = modes[0].service;
        let mut identifiers: std::collections::BTreeMap<&str, Vec<&str>> = std::collections::BTreeMap::new();
        for (kind, _) in Identifiers::KINDS {
            let names: Vec<&str> = service.identifiers.of(*kind).iter().map(|name| &**name).collect();
            if !names.is_empty() {
                identifiers.insert(kind.as_str(), names);
            }
        }
        let splits = modes.iter().flat_map(|mode| mode.records(catalogue)).collect();
        Self { service: ServiceRecord::new(catalogue, service), identifiers, splits }
    }
}

fn document(catalogue: &Catalogue, answered: &[Answered<'_>]) -> anyhow::Result<String> {
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
