//! `whose export`: the catalogue, whole or in part, in the formats that other programs and auditors' forms take. The same
//! bytes from run to run, whatever the directory, the locale or the time zone.

use clap_complete::engine::ArgValueCandidates;
use serde::Serialize;

use super::{Context, Outcome, completions, modes};
use crate::catalogue::model::{Catalogue, Category, Date, Layer, Mode, Service};
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
    let mut chosen: Vec<(&Service, Option<&Mode>)> = Vec::new();
    for name in &args.service {
        chosen.push(context.service(name)?);
    }
    if chosen.is_empty() {
        chosen.extend(catalogue.services.iter().map(|service| (service, None)));
    }
    let answered: Vec<Answered<'_>> = chosen
        .into_iter()
        .flat_map(|(service, named)| modes(service, named).into_iter().map(move |mode| Answered { service, mode }))
        .collect();
    Ok(Outcome::text(match args.form {
        Form::Json => json(catalogue, &answered)?,
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Document<'c> {
    /// The name and version of the record schema.
    schema: &'static str,
    /// The newest day on which a source was checked.
    catalogue: Date,
    /// The bibliography.
    sources: Vec<SourceRecord<'c>>,
    /// The layers.
    layers: Vec<LayerRecord<'c>>,
    /// The categories.
    categories: Vec<CategoryRecord<'c>>,
    /// The services.
    results: Vec<ExportRecord<'c>>,
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

fn json(catalogue: &Catalogue, answered: &[Answered<'_>]) -> anyhow::Result<String> {
    let mut results: Vec<ExportRecord<'_>> = Vec::new();
    for one in answered {
        let splits = one.records(catalogue);
        if let Some(last) = results.last_mut().filter(|last| last.service.service == one.service.id) {
            last.splits.extend(splits);
        } else {
            let mut identifiers: std::collections::BTreeMap<&str, Vec<&str>> = std::collections::BTreeMap::new();
            for own in one.service.identifiers {
                identifiers.entry(own.kind.word()).or_default().extend(own.names);
            }
            results.push(ExportRecord { service: ServiceRecord::new(catalogue, one.service), identifiers, splits });
        }
    }
    let document = Document {
        schema: crate::render::SCHEMA,
        catalogue: catalogue.date,
        sources: catalogue.sources.iter().map(SourceRecord::from).collect(),
        layers: Layer::ALL.iter().map(|layer| LayerRecord::new(catalogue, *layer)).collect(),
        categories: Category::ALL.iter().map(|category| CategoryRecord::new(catalogue, *category)).collect(),
        results,
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
