//! `whose matrix`: the responsibility matrix of services that are named, or of everything in an inventory.
//!
//! A table for five services or for sixty: layers in which all agree are one line, services that agree in every layer one
//! row.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;
use std::path::PathBuf;

use anyhow::bail;
use clap_complete::engine::ArgValueCandidates;
use serde::Serialize;
use serde_json::Value;

use super::estate::{self, Asked, Column, Estate, plural};
use super::records::AnswerRecord;
use super::telling::{duty_rows, joined, party_cell, party_tone, party_word, picture_column, picture_rows, sides};
use super::{Context, Outcome, completions, word_parser};
use crate::catalogue::Catalogue;
use crate::catalogue::model::{Layer, Party};
use crate::render::{Block, Cell, Grid, Page, Picture, Row, Table, Tone, View, values};

/// The arguments of `matrix`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// Services by any name they go by, perhaps with a mode; `-` reads an inventory from stdin
    #[arg(value_name = "NAME[@MODE]", add = ArgValueCandidates::new(completions::services))]
    pub names: Vec<String>,

    /// Read an inventory from FILE; may be repeated. Told by its shape: Terraform, CloudFormation, AWS CLI output, csv, …
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub from: Vec<PathBuf>,

    /// Only this layer; may be repeated
    #[arg(long, value_name = "LAYER", add = ArgValueCandidates::new(completions::layers))]
    pub layer: Vec<String>,

    /// Only where PARTY holds the layer
    #[arg(long, value_name = "PARTY", value_parser = word_parser(Party::ALL, Party::as_str))]
    pub party: Option<Party>,

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
    let Asked { columns, estate } = estate::ask(&args.names, &args.from, context, stdin, &mut notes)?;
    let Some(columns) = columns else {
        bail!("of which services?\n  try: whose matrix ec2 rds s3, or: terraform show -json | whose matrix -");
    };
    notes.extend(estate.report());
    let unmatched = !estate.unmatched.is_empty();
    let mut view =
        Matrix { catalogue, columns, layers, party: args.party, diff: args.diff, estate, remarks: notes.clone() };
    view.narrow();
    let nothing = view.cells().next().is_none();
    if nothing {
        notes.push(if view.columns.is_empty() { "no service fits".to_owned() } else { "nothing fits".to_owned() });
    }
    let text = context.render(&view)?;
    Ok(Outcome { text, notes, no: nothing || (args.strict && unmatched) })
}

struct Matrix<'c> {
    catalogue: &'c Catalogue,
    columns: Vec<Column<'c>>,
    layers: Vec<Layer>,
    party: Option<Party>,
    diff: bool,
    estate: Estate<'c>,
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
    fn party_of(&self, column: &Column<'c>, layer: Layer) -> Party {
        self.catalogue.split(column.service, column.mode, layer).split.party
    }

    fn agree(&self, layer: Layer) -> bool {
        let mut parties = self.columns.iter().map(|column| self.party_of(column, layer));
        let first = parties.next();
        parties.all(|party| Some(party) == first)
    }

    /// Leaves out the layers that do not change hands, and the services of which nothing is left.
    fn narrow(&mut self) {
        if self.diff {
            let layers = std::mem::take(&mut self.layers);
            self.layers = layers.into_iter().filter(|layer| !self.agree(*layer)).collect();
        }
        if let Some(party) = self.party {
            let columns = std::mem::take(&mut self.columns);
            let holds = |column: &Column<'c>| self.layers.iter().any(|layer| self.party_of(column, *layer) == party);
            self.columns = columns.into_iter().filter(holds).collect();
        }
    }

    /// What is left of the matrix after the filters.
    fn cells(&self) -> impl Iterator<Item = (&Column<'c>, Layer)> {
        self.columns
            .iter()
            .flat_map(|column| self.layers.iter().map(move |layer| (column, *layer)))
            .filter(|(column, layer)| self.party.is_none_or(|party| self.party_of(column, *layer) == party))
    }

    /// One layer: who must do what, service by service.
    fn by_service(&self, layer: Layer) -> Vec<Block> {
        let info = self.catalogue.layer(layer);
        let mut rows = Vec::new();
        // What leaves most to the customer comes first.
        for party in [Party::Customer, Party::Shared, Party::ThirdParty, Party::Aws] {
            let mut own = self.columns.iter().filter(|column| self.party_of(column, layer) == party).peekable();
            if own.peek().is_none() || self.party.is_some_and(|wanted| wanted != party) {
                continue;
            }
            rows.push(Row::Group(party_word(party).to_uppercase()));
            for column in own {
                let answer = self.catalogue.split(column.service, column.mode, layer);
                let duties = sides(&answer, self.catalogue.team(column.service, layer))
                    .filter(|(side, ..)| *side != Party::Aws || party != Party::Customer);
                rows.extend(duty_rows(vec![Cell::new(column.counted(), Tone::Strong)], duties));
            }
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
                let party = self.party_of(column, layer);
                if self.party.is_some_and(|wanted| wanted != party) { Cell::default() } else { party_cell(party) }
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
        let mut profiles: BTreeMap<(Reverse<usize>, Vec<Party>), Vec<String>> = BTreeMap::new();
        for column in &self.columns {
            let profile: Vec<Party> = layers.iter().map(|layer| self.party_of(column, *layer)).collect();
            let yours = profile.iter().filter(|party| **party != Party::Aws).count();
            profiles.entry((Reverse(yours), profile)).or_default().push(column.counted());
        }
        // So many columns leave no room for names beside them.
        let below = layers.len() > MOST_BESIDE;
        let mut rows = Vec::new();
        for ((_, profile), services) in profiles {
            let party = |party: &Party| match self.party {
                Some(wanted) if wanted != *party => Cell::default(),
                _ => Cell::new(short_party(*party), party_tone(*party)),
            };
            let mut cells: Vec<Cell> = profile.iter().map(party).collect();
            let services = services.join(", ");
            if below {
                rows.extend([Row::Cells(cells), Row::Group(format!("  {services}"))]);
            } else {
                cells.push(Cell::plain(services));
                rows.push(Row::Cells(cells));
            }
        }
        let mut columns: Vec<String> = layers.iter().map(|layer| short_layer(*layer).to_owned()).collect();
        let counted = self.columns.iter().any(|column| column.resources.is_some());
        columns.extend((!below).then(|| if counted { "Services (resources)" } else { "Services" }.to_owned()));
        let legend = layers.iter().map(|layer| format!("{}={layer}", short_layer(*layer))).collect::<Vec<_>>();
        vec![
            Block::Table(Table { columns, rows }),
            Block::Aside(format!("{}.\nyou: the customer. both: shared. 3rd: a third party.", legend.join(", "))),
        ]
    }
}

/// Services stand across if their names take no more than this; a terminal of eighty columns has so much beside the layers.
const WIDEST_ACROSS: usize = 58;

/// More layers than this stand above the names of their services instead of beside them.
const MOST_BESIDE: usize = 9;

/// The party in a narrow column.
fn short_party(party: Party) -> &'static str {
    match party {
        Party::Aws => "AWS",
        Party::Customer => "you",
        Party::Shared => "both",
        Party::ThirdParty => "3rd",
    }
}

/// The layer above a narrow column.
fn short_layer(layer: Layer) -> &'static str {
    match layer {
        Layer::PhysicalFacilities => "site",
        Layer::GlobalInfrastructure => "glob",
        Layer::Hardware => "hw",
        Layer::NetworkInfrastructure => "wan",
        Layer::Virtualization => "virt",
        Layer::FoundationServices => "base",
        Layer::GuestOs => "os",
        Layer::Platform => "plat",
        Layer::Application => "app",
        Layer::NetworkConfiguration => "net",
        Layer::EncryptionInTransit => "tls",
        Layer::EncryptionAtRest => "rest",
        Layer::ClientSideEncryption => "cse",
        Layer::IdentityAccess => "iam",
        Layer::CustomerData => "data",
        Layer::BackupResilience => "bkup",
        Layer::LoggingMonitoring => "logs",
        Layer::RegionCompliance => "regn",
    }
}

impl<'c> Matrix<'c> {
    fn counts(&self) -> String {
        let services: BTreeSet<&str> = self.columns.iter().map(|column| &*column.service.id).collect();
        let count = plural(services.len() as u64, "service");
        match self.columns.len() {
            columns if columns > services.len() => format!("{count}, {columns} with their modes"),
            _ => count,
        }
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
        let unmatched = self.estate.unmatched.iter().map(|(input, own)| {
            let mut entry = serde_json::json!({ "input": input, "count": own.count });
            if !own.candidates.is_empty() {
                entry["candidates"] = own.candidates.clone().into();
            }
            entry
        });
        let ignored =
            self.estate.ignored.iter().map(
                |((input, reason), count)| serde_json::json!({ "input": input, "count": count, "reason": reason }),
            );
        [("unmatched".to_owned(), unmatched.collect()), ("ignored".to_owned(), ignored.collect())].into_iter().collect()
    }

    fn grid(&self) -> Grid {
        let teams = self.catalogue.has_owners();
        let rows = self.typed().into_iter().map(|CellRecord { answer, resources }| {
            let mut row = vec![
                answer.service.to_owned(),
                answer.mode.unwrap_or_default().to_owned(),
                resources.map_or_else(String::new, |count| count.to_string()),
                answer.layer.to_string(),
                answer.party.to_string(),
                joined(answer.aws),
                joined(answer.customer),
                joined(answer.sources.iter().map(|source| &source.url)),
            ];
            row.extend(teams.then(|| answer.team.unwrap_or_default().to_owned()));
            row
        });
        let mut columns = vec!["service", "mode", "resources", "layer", "party", "aws", "customer", "source"];
        columns.extend(teams.then_some("team"));
        Grid { columns, rows: rows.collect() }
    }

    fn picture(&self) -> Option<Picture> {
        let columns: Vec<_> = self.columns.iter().map(|column| (column.service, column.mode)).collect();
        let of = |column: &Column<'_>| picture_column(column.service, column.mode, column.resources);
        Some(Picture {
            title: "Who secures what: responsibility matrix".to_owned(),
            foot: format!("{}. Catalogue of {}", self.counts(), self.catalogue.date()),
            remarks: self.remarks.clone(),
            rows: picture_rows(self.catalogue, &self.layers, &columns, |party| {
                self.party.is_none_or(|own| own == party)
            }),
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
            for &party in Party::ALL {
                let of = |layer: &&Layer| {
                    self.agree(**layer) && self.columns.first().is_some_and(|c| self.party_of(c, **layer) == party)
                };
                let same: Vec<&str> = self.layers.iter().filter(of).map(|layer| layer.as_str()).collect();
                if !same.is_empty() && self.party.is_none_or(|wanted| wanted == party) {
                    folded.push((format!("{} in all", party_word(party)), same.join(", ")));
                }
            }
            if !folded.is_empty() {
                blocks.push(Block::Facts(folded));
            }
            let wide: usize = self.columns.iter().map(|column| column.counted().len() + 2).sum();
            if !differing.is_empty() && self.columns.len() <= 4 && wide <= WIDEST_ACROSS {
                blocks.push(self.by_layer(&differing));
            } else if !differing.is_empty() {
                blocks.extend(self.by_profile(&differing));
            } else if !self.columns.is_empty() {
                let names: Vec<String> = self.columns.iter().map(Column::counted).collect();
                blocks.push(Block::Text(names.join(", ")));
            }
        }
        blocks.push(Block::Aside(format!(
            "What each must do: --layer os, -o html, or -o json. Catalogue of {}.",
            self.catalogue.date()
        )));
        Page { blocks }
    }
}
