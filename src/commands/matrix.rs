//! `whose matrix`: the responsibility matrix of services that are named, or of everything in an inventory.
//!
//! A table for five services or for sixty: layers in which all agree are one line, services that agree in every layer one
//! row.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io::BufRead;
use std::path::PathBuf;

use anyhow::bail;
use clap_complete::engine::ArgValueCandidates;
use serde::Serialize;
use serde_json::Value;

use super::records::{ANSWER_COLUMNS, AnswerRecord};
use super::selection::{Selection, not_counted, plural, select};
use super::telling::{duty_rows, holder, picture_column, picture_rows, short_holder, sides};
use super::{Context, Outcome, PartyFilter, completions, fits_any, hidden_note, overlay_note};
use crate::analysis::usage::{Column, ServiceUsage};
use crate::catalogue::model::{Layer, Party};
use crate::catalogue::{Answer, Catalogue};
use crate::render::{Block, Cell, Grid, Page, Picture, Row, Table, Tone, View, values};

/// The arguments of `matrix`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// Services by any name they go by, perhaps with a mode; `-` reads an inventory from stdin
    #[arg(value_name = "NAME[@MODE]", add = ArgValueCandidates::new(completions::services))]
    pub names: Vec<String>,

    /// Read an inventory from FILE, `-` for stdin; may be repeated. Told by its shape: Terraform, CloudFormation, AWS CLI output, csv, …
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

    /// End with 1 if anything in the inventory was not matched
    #[arg(long)]
    pub strict: bool,
}

/// Makes the matrix.
///
/// # Errors
///
/// An unknown or ambiguous name, an unknown layer, or an inventory that cannot be read.
pub fn run(args: &Args, context: &Context<'_>, stdin: &mut dyn BufRead) -> anyhow::Result<Outcome> {
    let catalogue = context.catalogue();
    let mut layers = BTreeSet::new();
    for word in &args.layer {
        layers.insert(context.layer(word, "whose matrix --layer")?);
    }
    let layers: Vec<Layer> = if layers.is_empty() { Layer::ALL.to_vec() } else { layers.into_iter().collect() };
    let mut notes = Vec::new();
    let Selection { columns, usage } = select(&args.names, &args.from, context, stdin, &mut notes)?;
    let Some(columns) = columns else {
        bail!("no services given\n  try: whose matrix ec2 rds s3, or: terraform show -json | whose matrix -");
    };
    notes.extend(not_counted(&usage));
    let unmatched = usage.unmatched().len() > 0;
    let mut view = Matrix {
        catalogue,
        columns,
        layers,
        party: args.party.clone(),
        diff: args.diff,
        usage,
        remarks: notes.clone(),
    };
    let hidden = view.narrow();
    let nothing = view.cells().next().is_none();
    if nothing {
        notes.push("nothing matched these filters".to_owned());
    }
    notes.extend(hidden_note(hidden).filter(|_| !args.party.contains(&PartyFilter::Mine)));
    let text = context.render(&view)?;
    Ok(Outcome { text, notes, no: nothing || (args.strict && unmatched) })
}

struct Matrix<'c> {
    catalogue: &'c Catalogue,
    columns: Vec<Column<'c>>,
    layers: Vec<Layer>,
    party: Vec<PartyFilter>,
    diff: bool,
    usage: ServiceUsage<'c>,
    /// What was read, what is left open, what was not matched.
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

impl<'c> Matrix<'c> {
    fn answer(&self, column: &Column<'c>, layer: Layer) -> Answer<'c> {
        self.catalogue.split(column.service, column.mode, layer)
    }

    fn is_wanted(&self, column: &Column<'c>, layer: Layer) -> bool {
        fits_any(&self.party, &self.answer(column, layer))
    }

    /// Whether all services give a layer to the same holder.
    fn agree(&self, layer: Layer) -> bool {
        let mut holders = self.columns.iter().map(|column| holder(&self.answer(column, layer)));
        let first = holders.next();
        holders.all(|holder| Some(holder) == first)
    }

    /// Leaves out the layers that do not change hands, and the services of which nothing is left. How many cells a filter
    /// by party hides in which the customer has a duty.
    fn narrow(&mut self) -> usize {
        if self.diff {
            let layers = std::mem::take(&mut self.layers);
            let party = |column: &Column<'c>, layer| self.answer(column, layer).split.party;
            let changes = |layer: &Layer| {
                let mut parties = self.columns.iter().map(|column| party(column, *layer));
                let first = parties.next();
                parties.any(|party| Some(party) != first)
            };
            self.layers = layers.into_iter().filter(changes).collect();
        }
        let all = self.columns.iter().flat_map(|column| self.layers.iter().map(move |layer| (column, *layer)));
        let hidden = all
            .filter(|(column, layer)| !self.is_wanted(column, *layer) && self.answer(column, *layer).is_mine())
            .count();
        let columns = std::mem::take(&mut self.columns);
        let has_any = |column: &Column<'c>| self.layers.iter().any(|layer| self.is_wanted(column, *layer));
        self.columns = columns.into_iter().filter(|column| self.party.is_empty() || has_any(column)).collect();
        hidden
    }

    /// What is left of the matrix after the filters.
    fn cells(&self) -> impl Iterator<Item = (&Column<'c>, Layer)> {
        self.columns
            .iter()
            .flat_map(|column| self.layers.iter().map(move |layer| (column, *layer)))
            .filter(|(column, layer)| self.is_wanted(column, *layer))
    }

    /// One layer: who must do what, service by service.
    fn by_service(&self, layer: Layer) -> Vec<Block> {
        let info = self.catalogue.layer(layer);
        // What leaves most to the customer comes first.
        let rank = |answer: &Answer<'_>| match (answer.split.party, answer.is_mine()) {
            (Party::Customer, _) => 0,
            (Party::Shared, _) => 1,
            (Party::ThirdParty, _) => 2,
            (Party::Aws, true) => 3,
            (Party::Aws, false) => 4,
        };
        let mut columns: Vec<(&Column<'c>, Answer<'c>)> =
            self.columns.iter().map(|column| (column, self.answer(column, layer))).collect();
        columns.retain(|(_, answer)| fits_any(&self.party, answer));
        columns.sort_by_key(|(_, answer)| rank(answer));
        let mut rows = Vec::new();
        let mut before = None;
        for (column, answer) in columns {
            if before.replace(rank(&answer)) != Some(rank(&answer)) {
                rows.push(Row::Group(holder(&answer).text));
            }
            let duties = sides(&answer, self.catalogue.team(column.service, layer))
                .filter(|(side, ..)| *side != Party::Aws || answer.split.party != Party::Customer);
            rows.extend(duty_rows(vec![Cell::new(column.counted(), Tone::Strong)], duties));
        }
        let columns = ["Service", "Who", "Must do"].map(str::to_owned).to_vec();
        vec![Block::Heading(format!("{} ({layer})", info.name)), Block::Table(Table { columns, rows })]
    }

    /// Few services: layers down, services across, as everyone draws it.
    fn by_layer(&self, layers: &[Layer]) -> Block {
        let mut rows = Vec::new();
        for &layer in layers.iter().rev() {
            let mut cells = vec![Cell::new(layer.as_str(), Tone::Strong)];
            cells.extend(self.columns.iter().map(|column| {
                let answer = self.answer(column, layer);
                if fits_any(&self.party, &answer) { holder(&answer) } else { Cell::default() }
            }));
            rows.push(Row::Cells(cells));
        }
        let mut columns = vec!["Layer".to_owned()];
        columns.extend(self.columns.iter().map(Column::counted));
        Block::Table(Table { columns, rows })
    }

    /// Many services: one row for those that agree in every layer, the layers across under short names.
    fn by_profile(&self, layers: &[Layer]) -> Vec<Block> {
        // What leaves most to the customer comes first.
        let mut profiles: Vec<(usize, Vec<Cell>, Vec<String>)> = Vec::new();
        for column in &self.columns {
            let answers: Vec<Answer<'_>> = layers.iter().map(|layer| self.answer(column, *layer)).collect();
            let yours = answers.iter().filter(|answer| answer.split.party != Party::Aws).count();
            let cell = |answer| if fits_any(&self.party, answer) { short_holder(answer) } else { Cell::default() };
            let cells: Vec<Cell> = answers.iter().map(cell).collect();
            match profiles.iter_mut().find(|(_, known, _)| *known == cells) {
                Some((.., services)) => services.push(column.counted()),
                None => profiles.push((yours, cells, vec![column.counted()])),
            }
        }
        profiles.sort_by_key(|(yours, ..)| Reverse(*yours));
        // So many columns leave no room for names beside them.
        let below = layers.len() > MAX_LAYERS_BESIDE;
        let mut rows = Vec::new();
        for (_, mut cells, services) in profiles {
            let services = services.join(", ");
            if below {
                rows.extend([Row::Cells(cells), Row::Group(format!("  {services}"))]);
            } else {
                cells.push(Cell::plain(services));
                rows.push(Row::Cells(cells));
            }
        }
        let mut columns: Vec<String> = layers.iter().map(|layer| layer.short().to_owned()).collect();
        let counted = self.columns.iter().any(|column| column.resources.is_some());
        columns.extend((!below).then(|| if counted { "Services (resources)" } else { "Services" }.to_owned()));
        let legend = layers.iter().map(|layer| format!("{}={layer}", layer.short())).collect::<Vec<_>>();
        vec![Block::Table(Table { columns, rows }), Block::Aside(format!("{}.\n{HOLDERS}", legend.join(", ")))]
    }
}

/// Services stand across if their names take no more than this; a terminal of eighty columns has so much beside the layers.
const MAX_WIDTH_ACROSS: usize = 58;

/// More layers than this stand above the names of their services instead of beside them.
const MAX_LAYERS_BESIDE: usize = 9;

/// Where the count of resources stands among the columns.
const RESOURCES_COLUMN: usize = 2;

/// What the words for holders mean.
const HOLDERS: &str = "AWS+: AWS's, with a part for you. both: shared. 3rd: a third party.";

impl<'c> Matrix<'c> {
    fn counts(&self) -> String {
        let services: BTreeSet<&str> = self.columns.iter().map(|column| &*column.service.id).collect();
        let count = plural(services.len() as u64, "service");
        match self.columns.len() {
            columns if columns > services.len() => format!("{count}, {columns} with their modes"),
            _ => count,
        }
    }

    /// Of which services an overlay gives answers.
    fn overlay_note(&self) -> Option<String> {
        let overlaid = self.cells().filter(|(column, layer)| self.answer(column, *layer).is_overlaid);
        overlay_note(overlaid.map(|(column, _)| &*column.service.id))
    }

    fn typed(&self) -> Vec<CellRecord<'c>> {
        let record = |(column, layer): (&Column<'c>, Layer)| CellRecord {
            answer: AnswerRecord::new(self.catalogue, column.service, column.mode, layer),
            resources: column.resources,
        };
        self.cells().map(record).collect()
    }
}

impl View for Matrix<'_> {
    fn records(&self) -> Vec<Value> {
        values(self.typed())
    }

    fn envelope(&self) -> serde_json::Map<String, serde_json::Value> {
        super::asked::envelope(&self.usage)
    }

    fn grid(&self) -> Grid {
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
        let columns: Vec<_> = self.columns.iter().map(|column| (column.service, column.mode)).collect();
        let of = |column: &Column<'_>| picture_column(column.service, column.mode, column.resources);
        Some(Picture {
            title: "Who secures what: responsibility matrix".to_owned(),
            foot: [
                Some(format!("{}.", self.counts())),
                self.overlay_note(),
                Some(format!("Catalogue of {}", self.catalogue.date())),
            ]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
            remarks: self.remarks.clone(),
            rows: picture_rows(self.catalogue, &self.layers, &columns, |answer| fits_any(&self.party, answer)),
            columns: self.columns.iter().map(of).collect(),
        })
    }

    fn page(&self) -> Page {
        let mut blocks = Vec::new();
        if let [layer] = self.layers[..] {
            blocks.extend(self.by_service(layer));
        } else {
            let differing: Vec<Layer> = self.layers.iter().copied().filter(|layer| !self.agree(*layer)).collect();
            let mut folded = Vec::new();
            let mut words: Vec<(Cell, Vec<&str>)> = Vec::new();
            for layer in self.layers.iter().filter(|layer| self.agree(**layer)) {
                let Some(column) = self.columns.first().filter(|column| self.is_wanted(column, *layer)) else {
                    continue;
                };
                let cell = holder(&self.answer(column, *layer));
                match words.iter_mut().find(|(known, _)| *known == cell) {
                    Some((_, layers)) => layers.push(layer.as_str()),
                    None => words.push((cell, vec![layer.as_str()])),
                }
            }
            folded.extend(words.into_iter().map(|(cell, layers)| (format!("{} in all", cell.text), layers.join(", "))));
            if !folded.is_empty() {
                blocks.push(Block::Facts(folded));
            }
            let wide: usize = self.columns.iter().map(|column| column.counted().len() + 2).sum();
            if !differing.is_empty() && self.columns.len() <= 4 && wide <= MAX_WIDTH_ACROSS {
                blocks.push(self.by_layer(&differing));
            } else if !differing.is_empty() {
                blocks.extend(self.by_profile(&differing));
            } else if !self.columns.is_empty() {
                let names: Vec<String> = self.columns.iter().map(Column::counted).collect();
                blocks.push(Block::Text(names.join(", ")));
            }
        }
        blocks.extend(self.overlay_note().map(Block::Aside));
        blocks.push(Block::Aside(format!(
            "For the duties, add --layer os or use -o html. Catalogue of {}.",
            self.catalogue.date()
        )));
        Page { blocks }
    }
}
