//! `whose categories [CATEGORY]`: the picture of the model, or one category in full.

use serde_json::Value;

use super::records::CategoryRecord;
use super::wording::{HOLDERS, duty_rows, group_title, holder, joined, picture, sides};
use super::{Context, Outcome, word_parser};
use crate::catalogue::Catalogue;
use crate::catalogue::model::{Category, Layer};
use crate::output::{Block, Cell, Grid, Page, Picture, PictureColumn, Row, Table, Tone, View, values};

#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// One category in full, with both sides' duties
    #[arg(value_name = "CATEGORY", value_parser = word_parser(Category::ALL, Category::as_str))]
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

impl Model<'_> {
    fn categories(&self) -> Vec<Category> {
        self.one.map_or_else(|| Category::ALL.to_vec(), |one| vec![one])
    }

    fn picture(&self) -> Page {
        let mut rows = Vec::new();
        let mut group = None;
        for layer in self.catalogue.drawn() {
            let own = self.catalogue.group(layer);
            if group.replace(own) != Some(own) {
                rows.push(Row::Group(group_title(own).to_owned()));
            }
            let mut cells = vec![Cell::new(layer.as_str(), Tone::Strong)];
            for &category in Category::ALL {
                cells.push(holder(&self.catalogue.default_split(category, layer)));
            }
            rows.push(Row::Cells(cells));
        }
        let columns = ["Layer", "infrastructure", "container", "abstracted"].map(str::to_owned).to_vec();
        let about = |category: &Category| {
            let info = self.catalogue.category(*category);
            let docker =
                if *category == Category::Container { " \"Container\" does not mean Docker here." } else { "" };
            (category.to_string(), format!("{}{docker}", info.blurb))
        };
        let mut blocks = vec![Block::Facts(Category::ALL.iter().map(about).collect())];
        blocks.push(Block::Table(Table { columns, rows }));
        blocks.push(Block::Aside(format!(
            "{HOLDERS}\nExamples: EC2 is infrastructure, RDS container, S3 abstracted. One in full: whose categories container\nCatalogue dated {}.",
            self.catalogue.date()
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
        for layer in self.catalogue.drawn() {
            let own = self.catalogue.group(layer);
            if group.replace(own) != Some(own) {
                rows.push(Row::Group(group_title(own).to_owned()));
            }
            let answer = self.catalogue.default_split(category, layer);
            let name = Cell::new(layer.as_str(), Tone::Strong);
            rows.extend(duty_rows(vec![name, holder(&answer)], sides(&answer, None)));
        }
        let columns = ["Layer", "Who", "", "Must do"].map(str::to_owned).to_vec();
        blocks.push(Block::Table(Table { columns, rows }));
        let sources = self.catalogue.cited(&info.sources);
        let lines: Vec<String> = sources.map(|s| format!("{} ({})\n  {}", s.title, s.checked, s.url)).collect();
        blocks.push(Block::Aside(format!("Sources\n{}", lines.join("\n"))));
        blocks.push(Block::Aside(format!(
            "{HOLDERS}\n{} more duties hold whatever a category says, such as to protect the root user: whose layers LAYER\nList its services: whose services --category {category}\nCatalogue dated {}.",
            Layer::ALL.iter().map(|layer| self.catalogue.always(*layer).count()).sum::<usize>(),
            self.catalogue.date()
        )));
        Page { blocks }
    }
}

impl<'c> Model<'c> {
    fn typed(&self) -> Vec<CategoryRecord<'c>> {
        self.categories().into_iter().map(|category| CategoryRecord::new(self.catalogue, category)).collect()
    }
}

impl View for Model<'_> {
    fn records(&self) -> Vec<Value> {
        values(self.typed())
    }

    fn grid(&self) -> Grid {
        let rows = self.typed().into_iter().flat_map(|record| {
            record.splits.into_iter().map(move |split| {
                vec![
                    record.category.to_string(),
                    split.layer.to_string(),
                    split.party.to_string(),
                    joined(split.aws),
                    joined(split.customer),
                    joined(split.sources.iter().map(|source| &source.url)),
                ]
            })
        });
        Grid { columns: vec!["category", "layer", "party", "aws", "customer", "source"], rows: rows.collect() }
    }

    fn picture(&self) -> Option<Picture> {
        let categories = self.categories();
        let column = |category: &Category| {
            let info = self.catalogue.category(*category);
            let sources = self.catalogue.cited(&info.sources).map(|source| &*source.title).collect::<Vec<_>>();
            PictureColumn {
                label: category.to_string(),
                heading: (category.to_string(), String::new()),
                name: info.name.to_string(),
                about: vec![info.blurb.to_string(), info.note.to_string(), format!("From: {}.", sources.join("; "))],
                ..PictureColumn::default()
            }
        };
        let mut picture = picture(self.catalogue, Layer::ALL, categories.iter().map(column).collect(), |layer| {
            let answer = |category: &Category| Some((self.catalogue.default_split(*category, layer), None));
            categories.iter().map(answer).collect()
        });
        picture.title = match self.one {
            Some(category) => format!("The shared responsibility model: {category} services"),
            None => "The shared responsibility model by category".to_owned(),
        };
        picture.foot = format!("Catalogue dated {}", self.catalogue.date());
        picture.columns_are = "categories";
        // A default is the rule from which answers are derived; of itself it is neither derived nor stated.
        picture.summary[0] = ("Defaults", (categories.len() * Layer::ALL.len()).to_string());
        for cell in picture.rows.iter_mut().flat_map(|row| &mut row.answers) {
            cell.is_derived = false;
            cell.facts.retain(|(label, _)| *label != "basis");
        }
        picture.remarks = vec![
            "These are the defaults: they hold before a service says otherwise. Of yours: whose matrix ec2 rds s3 -o html."
                .to_owned(),
        ];
        Some(picture)
    }

    fn page(&self) -> Page {
        self.one.map_or_else(|| self.picture(), |one| self.full(one))
    }
}
