//! `whose export`: the catalogue, whole or in part, in the formats that other programs and auditors' forms take. The same
//! bytes from run to run, whatever the directory, the locale or the time zone.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::PathBuf;

use clap_complete::engine::ArgValueCandidates;

use super::selection::{InUse, in_use};
use super::{Context, Outcome, completions, variants, word_parser};
use crate::analysis::matrix::Column;
use crate::catalogue::Catalogue;
use crate::catalogue::model::{Baseline, Stage};
use crate::commands::records::lifecycle;
use crate::export::{self, Profile};

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
        Form::Json => export::json::write(catalogue, &columns)?,
        Form::Csv => match args.profile {
            Profile::Default => export::csv::write(catalogue, &columns)?,
            Profile::Caiq => export::forms::caiq(catalogue, &columns)?,
            Profile::FedrampCrm => export::forms::fedramp_crm(catalogue, &columns, args.baseline)?,
        },
        Form::Oscal => export::oscal::write(catalogue, &columns)?,
        Form::Html => export::page::write(catalogue, &columns, named.then_some(&notes))?,
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
