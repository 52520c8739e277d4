//! `whose matrix`: the responsibility matrix of services that are named, or of everything in an inventory.
//!
//! A table for five services or for sixty: layers in which all agree are one line, services that agree in every layer one
//! row.

use std::collections::BTreeSet;
use std::io::BufRead;
use std::path::PathBuf;

use anyhow::bail;
use clap_complete::engine::ArgValueCandidates;
use serde::Serialize;
use serde_json::Value;

use crate::analysis::matrix::{Column, Holder, Matrix, Sort};
use crate::analysis::usage::ServiceUsage;
use crate::catalogue::model::{Basis, Layer};
use crate::catalogue::{Answer, Catalogue};
use crate::commands::records::{ANSWER_COLUMNS, AnswerRecord, LifecycleRecord};
use crate::commands::selection::{Selection, not_counted, plural, select};
use crate::commands::wording::matrix_picture;
use crate::commands::{Context, Outcome, PartyFilter, completions, fits_any, hidden_note, overlay_note};
use crate::output::{Block, Document, Format, Grid, Page, Picture, View, values};

mod against;
mod page;

pub use against::ChangeRecord;
use page::MatrixPage;

#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// Services by any name they go by, perhaps with a mode; `-` reads an inventory from stdin
    #[arg(value_name = "NAME[@MODE]", add = ArgValueCandidates::new(completions::services))]
    pub names: Vec<String>,

    /// Read an inventory from FILE, `-` for stdin; may be repeated: Terraform, CloudFormation, AWS CLI output, csv, …; the format is detected automatically
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub from: Vec<PathBuf>,

    /// Only this layer; may be repeated
    #[arg(long, value_name = "LAYER", value_delimiter = ',', add = ArgValueCandidates::new(completions::layers))]
    pub layer: Vec<String>,

    /// Only where PARTY holds the layer; may be repeated. mine: you have at least one duty in it
    #[arg(long, value_name = "PARTY", value_enum, value_delimiter = ',')]
    pub party: Vec<PartyFilter>,

    /// Only the layers that change hands between the services
    #[arg(long)]
    pub diff: bool,

    /// What changes hands since the inventory in FILE; `prior` for what a Terraform plan itself says was there before it; may be
    /// repeated
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, conflicts_with_all = ["diff", "sort", "wide"])]
    pub against: Vec<PathBuf>,

    /// The services by name, or with those first that leave most to you
    #[arg(long, value_name = "ORDER", value_enum)]
    pub sort: Option<Order>,

    /// In csv and tsv, one row for each service and one column for each layer, which says who holds it
    #[arg(long)]
    pub wide: bool,

    /// End with 1 if anything in the inventory was not matched, or could not be read or seen; with --against, also if anything moves to you
    #[arg(long)]
    pub strict: bool,
}

/// What is said where nothing was asked about.
const NO_SERVICES: &str =
    "no services given\n  try: whose matrix ec2 rds s3, or: terraform show -json | whose matrix -";

/// In which order services stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Order {
    /// By name
    Name,
    /// Those first that leave most layers to you
    Mine,
}

impl From<Order> for Sort {
    fn from(order: Order) -> Self {
        match order {
            Order::Name => Self::Name,
            Order::Mine => Self::Mine,
        }
    }
}

/// Makes the matrix.
///
/// # Errors
///
/// An unknown or ambiguous name, an unknown layer, or an inventory that cannot be read.
pub fn run(args: &Args, context: &Context<'_>, stdin: &mut dyn BufRead) -> anyhow::Result<Outcome> {
    let catalogue = context.catalogue();
    if args.wide && matches!(context.format, Format::Json | Format::Ndjson | Format::Yaml | Format::Html | Format::Svg)
    {
        bail!("--wide is a form of csv and tsv\n  try: whose matrix ec2 rds --wide -o csv");
    }
    let mut layers = BTreeSet::new();
    for word in &args.layer {
        layers.insert(context.layer(word, "whose matrix --layer")?);
    }
    let layers: Vec<Layer> = if layers.is_empty() { Layer::ALL.to_vec() } else { layers.into_iter().collect() };
    if !args.against.is_empty() {
        return against::run(args, &layers, context, stdin);
    }
    let mut notes = Vec::new();
    let Selection { columns, usage, inputs } = select(&args.names, &args.from, context, stdin, &mut notes)?;
    let Some(columns) = columns else {
        bail!(NO_SERVICES);
    };
    notes.extend(not_counted(&usage));
    let is_whole = usage.is_whole();
    let mut matrix = Matrix::new(catalogue, columns, &layers);
    if args.diff {
        matrix = matrix.differing();
    }
    if !args.party.is_empty() {
        matrix = matrix.filtered(|answer| fits_any(&args.party, answer));
    }
    if let Some(order) = args.sort {
        matrix = matrix.sorted(order.into());
    }
    let no = matrix.is_empty() || (args.strict && !is_whole);
    let is_filtered = args.diff || !args.party.is_empty();
    let nothing = if is_filtered { "nothing matched these filters" } else { "no service found" };
    if matrix.is_empty() {
        notes.push(nothing.to_owned());
    }
    notes.extend(hidden_note(matrix.hidden()).filter(|_| !args.party.contains(&PartyFilter::Mine)));
    let page = MatrixPage {
        catalogue,
        matrix: &matrix,
        nothing,
        one_layer: layers.len() == 1,
        all_layers: args.layer.is_empty(),
        sorted: args.sort.is_some(),
        width: usize::from(context.canvas.width),
    };
    let view = MatrixView { page, wide: args.wide, usage: &usage, inputs, remarks: notes.clone() };
    Ok(Outcome { text: context.render(&view)?, notes, no })
}

struct MatrixView<'c> {
    page: MatrixPage<'c>,
    wide: bool,
    usage: &'c ServiceUsage<'c>,
    /// What was read, as it was named.
    inputs: Vec<String>,
    /// What was read, what is left open, what was not matched, what is hidden.
    remarks: Vec<String>,
}

/// A cell of the matrix.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CellRecord<'c> {
    /// The answer.
    #[serde(flatten)]
    pub answer: AnswerRecord<'c>,
    /// How many things in the inventory it stands for; none where services were named.
    pub resources: Option<u64>,
}

/// Where the count of resources stands among the columns.
const RESOURCES_COLUMN: usize = 2;

impl<'c> MatrixView<'c> {
    fn catalogue(&self) -> &'c Catalogue {
        self.page.catalogue
    }

    fn matrix(&self) -> &'c Matrix<'c> {
        self.page.matrix
    }

    fn counts(&self) -> String {
        let services: BTreeSet<&str> = self.matrix().columns().map(|column| &*column.service.id).collect();
        let count = plural(services.len() as u64, "service");
        match self.matrix().columns().len() {
            columns if columns > services.len() => format!("{count}, {columns} with their modes"),
            _ => count,
        }
    }

    /// Of which services an overlay gives answers.
    fn overlay_note(&self) -> Option<String> {
        let overlaid = self.matrix().cells().filter(|(_, answer)| answer.is_overlaid);
        overlay_note(overlaid.map(|(column, _)| &*column.service.id))
    }

    fn typed(&self) -> Vec<CellRecord<'c>> {
        let record = |(column, answer): (&Column<'c>, _)| CellRecord {
            answer: self.record(column, answer),
            resources: column.resources,
        };
        self.matrix().cells().map(record).collect()
    }

    /// One row a service, one column a layer.
    fn pivot(&self) -> Grid {
        let layers = self.matrix().layers();
        let mut columns = vec!["service", "mode", "resources"];
        columns.extend(layers.iter().map(|layer| layer.as_str()));
        columns.extend(["derived", "third_party", "lifecycle", "origin", "team"]);
        let row = |(column, answers): (&Column<'c>, &[Option<Answer<'c>>])| {
            let records = || answers.iter().flatten().map(|answer| self.record(column, answer));
            let each = |of: &dyn Fn(&AnswerRecord<'c>) -> Option<String>| -> Vec<String> {
                let mut texts: Vec<String> = Vec::new();
                for text in records().filter_map(|record| of(&record)) {
                    if !texts.contains(&text) {
                        texts.push(text);
                    }
                }
                texts
            };
            let mut cells = vec![
                column.service.id.to_string(),
                column.mode.map_or_else(String::new, |mode| mode.id.to_string()),
                column.resources.map_or_else(String::new, |count| count.to_string()),
            ];
            let word = |answer: &Answer<'c>| Holder::of(answer).to_string();
            cells.extend(answers.iter().map(|answer| answer.as_ref().map_or_else(String::new, word)));
            let derived =
                |record: &AnswerRecord<'c>| (record.basis == Basis::Derived).then(|| record.layer.to_string());
            cells.extend([
                each(&derived).join(" "),
                each(&|record| record.third_party.as_ref().map(|third| third.name.to_owned())).join(", "),
                each(&|record| record.lifecycle.as_ref().map(LifecycleRecord::words)).join(", "),
                each(&|record| record.origin.map(str::to_owned)).join(", "),
                each(&|record| record.team.map(str::to_owned)).join(", "),
            ]);
            cells
        };
        Grid { columns, rows: self.matrix().answers().map(row).collect() }
    }

    fn record(&self, column: &Column<'c>, answer: &Answer<'c>) -> AnswerRecord<'c> {
        AnswerRecord::new(self.catalogue(), column.service, column.mode, answer.layer)
    }
}

impl View for MatrixView<'_> {
    fn records(&self) -> Vec<Value> {
        values(self.typed())
    }

    fn envelope(&self) -> serde_json::Map<String, serde_json::Value> {
        super::selection::envelope(self.usage)
    }

    fn grid(&self) -> Grid {
        if self.wide {
            return self.pivot();
        }
        let mut columns = ANSWER_COLUMNS.to_vec();
        columns.insert(RESOURCES_COLUMN, "resources");
        let row = |CellRecord { answer, resources }: CellRecord<'_>| {
            let mut row = answer.row();
            row.insert(RESOURCES_COLUMN, resources.map_or_else(String::new, |count| count.to_string()));
            row
        };
        Grid { columns, rows: self.typed().into_iter().map(row).collect() }
    }

    fn picture(&self) -> Option<Picture> {
        let mut picture = matrix_picture(self.catalogue(), self.matrix());
        picture.title = String::from("Who secures what: responsibility matrix");
        let dated = format!("Catalogue dated {}", self.catalogue().date());
        let foot = [Some(format!("{}.", self.counts())), self.overlay_note(), Some(dated)];
        picture.foot = foot.into_iter().flatten().collect::<Vec<_>>().join(" ");
        picture.summary.insert(0, ("Asked about", self.counts()));
        picture.summary.extend((!self.inputs.is_empty()).then(|| ("Read", self.inputs.join(", "))));
        picture.remarks.clone_from(&self.remarks);
        Some(picture)
    }

    fn document(&self) -> Option<Document> {
        self.picture().map(|picture| self.page.document(picture))
    }

    fn page(&self) -> Page {
        let mut page = self.page.page();
        let foot = page.blocks.len().saturating_sub(1);
        page.blocks.splice(foot..foot, self.overlay_note().map(Block::Aside));
        page
    }
}
