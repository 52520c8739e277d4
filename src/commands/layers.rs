//! `whose layers [LAYER]`: the layers and who holds each by default, or one layer in full.

use clap_complete::engine::ArgValueCandidates;
use serde_json::Value;

use super::records::LayerRecord;
use super::wording::{HOLDERS, always_sides, duty_rows, group_title, holder, sides};
use super::{Context, Outcome, completions};
use crate::catalogue::Catalogue;
use crate::catalogue::model::{Category, Layer};
use crate::output::{Block, Cell, Grid, Page, Row, Table, Tone, View, values};

#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// One layer in full, by its id or an everyday word
    #[arg(value_name = "LAYER", add = ArgValueCandidates::new(completions::layers))]
    pub layer: Option<String>,
}

/// Shows.
///
/// # Errors
///
/// An unknown layer.
pub fn run(args: &Args, context: &Context<'_>) -> anyhow::Result<Outcome> {
    let one = args.layer.as_deref().map(|word| context.layer(word, "whose layers")).transpose()?;
    let view = Layers { catalogue: context.catalogue(), one };
    Ok(Outcome::text(context.render(&view)?))
}

struct Layers<'c> {
    catalogue: &'c Catalogue,
    one: Option<Layer>,
}

impl Layers<'_> {
    fn full(&self, layer: Layer) -> Page {
        let info = self.catalogue.layer(layer);
        let mut blocks = vec![
            Block::Heading(format!("{} ({layer})", info.name)),
            Block::Text(info.definition.to_string()),
            Block::Facts(vec![
                ("group".to_owned(), self.catalogue.group(layer).to_string()),
                ("also called".to_owned(), info.aliases.iter().map(|alias| &**alias).collect::<Vec<_>>().join(", ")),
            ]),
        ];
        let mut rows = Vec::new();
        for &category in Category::ALL {
            let answer = self.catalogue.default_split(category, layer);
            let name = Cell::new(category.as_str(), Tone::Strong);
            rows.extend(duty_rows(vec![name, holder(&answer)], sides(&answer, None)));
        }
        if self.catalogue.always(layer).next().is_some() {
            let name = vec![Cell::new("always", Tone::Strong), Cell::default()];
            rows.extend(duty_rows(name, always_sides(self.catalogue, layer)));
        }
        let columns = ["Category", "By default", "", "Must do"].map(str::to_owned).to_vec();
        blocks.push(Block::Table(Table { columns, rows }));
        blocks.push(Block::Aside(format!(
            "{HOLDERS}\nWhere it is yours, list: whose services --layer {layer} --party customer\nCatalogue dated {}.",
            self.catalogue.date()
        )));
        Page { blocks }
    }
}

impl<'c> Layers<'c> {
    fn typed(&self) -> Vec<LayerRecord<'c>> {
        let shown = Layer::ALL.iter().filter(|layer| self.one.is_none_or(|one| one == **layer));
        shown.map(|layer| LayerRecord::new(self.catalogue, *layer)).collect()
    }
}

impl View for Layers<'_> {
    fn records(&self) -> Vec<Value> {
        values(self.typed())
    }

    fn grid(&self) -> Grid {
        let rows = self.typed().into_iter().map(|record| {
            let mut row = vec![record.layer.to_string(), record.name.to_owned(), record.group.to_string()];
            row.extend(record.defaults.each().map(|party| party.to_string()));
            row
        });
        Grid {
            columns: vec!["layer", "name", "group", "infrastructure", "container", "abstracted"],
            rows: rows.collect(),
        }
    }

    fn page(&self) -> Page {
        if let Some(layer) = self.one {
            return self.full(layer);
        }
        let mut rows = Vec::new();
        let mut before = None;
        for layer in self.catalogue.drawn() {
            let group = self.catalogue.group(layer);
            if before.replace(group) != Some(group) {
                rows.push(Row::Group(group_title(group).to_owned()));
            }
            let mut cells = vec![Cell::new(layer.as_str(), Tone::Strong)];
            let of = |category: &Category| holder(&self.catalogue.default_split(*category, layer));
            cells.extend(Category::ALL.iter().map(of));
            rows.push(Row::Cells(cells));
        }
        let columns = ["Layer", "infrastructure", "container", "abstracted"].map(str::to_owned).to_vec();
        Page {
            blocks: vec![
                Block::Table(Table { columns, rows }),
                Block::Aside(format!(
                    "Who holds each layer when nothing more specific is said. {HOLDERS}\nOne in full: whose layers os\nCatalogue dated {}.",
                    self.catalogue.date()
                )),
            ],
        }
    }
}
