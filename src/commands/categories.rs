//! `whose categories [CATEGORY]`: the picture of the model, or one category in full.

use serde::Serialize;

use super::{Context, Outcome, SourceRecord, cited, group_title, joined, party_cell, word_parser};
use crate::catalogue::Answer;
use crate::catalogue::model::{Catalogue, Category, Control, Layer, Party, Text};
use crate::render::{Block, Cell, Grid, Page, Row, Table, Tone, View};

/// The arguments of `categories`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// One category in full, with both sides' duties
    #[arg(value_name = "CATEGORY", value_parser = word_parser(Category::ALL, Category::word))]
    pub category: Option<Category>,
}

/// Shows.
///
/// # Errors
///
/// If the view cannot be written in the format.
pub fn run(args: &Args, context: &Context<'_>) -> anyhow::Result<Outcome> {
    let view = Model { catalogue: context.catalogue(), one: args.category };
    Ok(Outcome::text(context.render(&view)?))
}

struct Model<'c> {
    catalogue: &'c Catalogue,
    one: Option<Category>,
}

/// A category.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CategoryRecord<'c> {
    /// The category.
    pub category: Category,
    /// Its name.
    pub name: &'c str,
    /// What AWS and the customer each do.
    pub blurb: &'c str,
    /// What a reader could trip over.
    pub note: &'c str,
    /// The default split of every layer.
    pub splits: Vec<SplitRecord<'c>>,
}

/// The default split of one layer.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SplitRecord<'c> {
    /// The layer.
    pub layer: Layer,
    /// Who holds it.
    pub party: Party,
    /// AWS's duties.
    pub aws: &'c [Text],
    /// The customer's duties.
    pub customer: &'c [Text],
    /// NIST SP 800-53 Rev 5 control ids.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub controls: &'c [Control],
    /// The pages.
    pub sources: Vec<SourceRecord<'c>>,
}

impl Model<'_> {
    fn categories(&self) -> Vec<Category> {
        self.one.map_or_else(|| Category::ALL.to_vec(), |one| vec![one])
    }

    fn picture(&self) -> Page {
        let mut rows = Vec::new();
        // Top to bottom as everyone draws it: what is the customer's above, facilities below.
        let mut layers = self.catalogue.grouped();
        layers.reverse();
        let mut group = None;
        for layer in layers {
            let own = self.catalogue.group(layer);
            if group.replace(own) != Some(own) {
                rows.push(Row::Group(group_title(own).to_owned()));
            }
            let mut cells = vec![Cell::new(&*self.catalogue.layer(layer).name, Tone::Strong)];
            for &category in Category::ALL {
                let party = self.catalogue.default_split(category, layer).split.party;
                cells.push(party_cell(party));
            }
            rows.push(Row::Cells(cells));
        }
        let columns = ["Layer", "infrastructure", "container", "abstracted"].map(str::to_owned).to_vec();
        let mut blocks = vec![Block::Table(Table { columns, rows })];
        let about = |category: &Category| {
            let info = self.catalogue.category(*category);
            (category.to_string(), format!("{}\n{}", info.blurb, info.note))
        };
        blocks.push(Block::Facts(Category::ALL.iter().map(about).collect()));
        blocks.push(Block::Aside(format!(
            "Examples: EC2 is infrastructure, RDS container, S3 abstracted. One in full: whose categories container\nCatalogue of {}.",
            self.catalogue.date
        )));
        Page { blocks }
    }

    fn full(&self, category: Category) -> Page {
        let info = self.catalogue.category(category);
        let mut blocks = vec![
            Block::Heading(format!("{} ({category})", info.name)),
            Block::Text(info.blurb.to_string()),
            Block::Text(info.note.to_string()),
        ];
        let mut rows = Vec::new();
        let mut group = None;
        for layer in self.catalogue.grouped() {
            let own = self.catalogue.group(layer);
            if group.replace(own) != Some(own) {
                rows.push(Row::Group(group_title(own).to_owned()));
            }
            let Answer { split, .. } = self.catalogue.default_split(category, layer);
            let mut first =
                Some((Cell::new(&*self.catalogue.layer(layer).name, Tone::Strong), party_cell(split.party)));
            let sides = [("you", Tone::Customer, &split.customer), ("AWS", Tone::Aws, &split.aws)];
            for (side, tone, duties) in sides {
                for duty in duties.iter() {
                    let (label, who) = first.take().unwrap_or_default();
                    rows.push(Row::Cells(vec![label, who, Cell::new(side, tone), Cell::plain(&**duty)]));
                }
            }
        }
        let columns = ["Layer", "Who", "", "Must do"].map(str::to_owned).to_vec();
        blocks.push(Block::Table(Table { columns, rows }));
        let sources = self.catalogue.sources(&info.sources);
        let lines: Vec<String> = sources.map(|s| format!("{} ({})\n  {}", s.title, s.checked, s.url)).collect();
        blocks.push(Block::Aside(format!("Sources\n{}", lines.join("\n"))));
        blocks.push(Block::Aside(format!(
            "Its services: whose services --category {category}\nCatalogue of {}.",
            self.catalogue.date
        )));
        Page { blocks }
    }
}

impl<'c> View for Model<'c> {
    type Record = CategoryRecord<'c>;

    fn records(&self) -> Vec<Self::Record> {
        let split = |category, layer| {
            let Answer { split, .. } = self.catalogue.default_split(category, layer);
            SplitRecord {
                layer,
                party: split.party,
                aws: &split.aws,
                customer: &split.customer,
                controls: &split.controls,
                sources: cited(self.catalogue, split).into_iter().map(SourceRecord::from).collect(),
            }
        };
        let record = |category| {
            let info = self.catalogue.category(category);
            CategoryRecord {
                category,
                name: &info.name,
                blurb: &info.blurb,
                note: &info.note,
                splits: Layer::ALL.iter().map(|&layer| split(category, layer)).collect(),
            }
        };
        self.categories().into_iter().map(record).collect()
    }

    fn grid(&self) -> Grid {
        let rows = self.records().into_iter().flat_map(|record| {
            record.splits.into_iter().map(move |split| {
                vec![
                    record.category.to_string(),
                    split.layer.to_string(),
                    split.party.to_string(),
                    joined(split.aws),
                    joined(split.customer),
                    joined(split.sources.iter().map(|source| source.url)),
                ]
            })
        });
        Grid { columns: vec!["category", "layer", "party", "aws", "customer", "source"], rows: rows.collect() }
    }

    fn page(&self) -> Page {
        self.one.map_or_else(|| self.picture(), |one| self.full(one))
    }
}
