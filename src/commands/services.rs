//! `whose services`: the services, by category, lifecycle, or the party that holds a layer.

use clap_complete::engine::ArgValueCandidates;
use serde_json::Value;

use super::records::ServiceRecord;
use super::{Context, Outcome, completions, modes, word_parser};
use crate::catalogue::Catalogue;
use crate::catalogue::model::{Category, Layer, Mode, Party, Service, Stage};
use crate::render::{Block, Cell, Grid, Page, Row, Table, Tone, View, values};

/// The arguments of `services`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Only services of this category
    #[arg(long, value_name = "CATEGORY", value_parser = word_parser(Category::ALL, Category::as_str))]
    pub category: Option<Category>,

    /// Only services whose end AWS has announced so far: closed (to new customers), ending, ended
    #[arg(long, value_name = "STAGE", value_parser = word_parser(Stage::ALL, Stage::as_str))]
    pub lifecycle: Option<Stage>,

    /// Only services where PARTY holds this layer (in some mode at least)
    #[arg(long, value_name = "LAYER", requires = "party", add = ArgValueCandidates::new(completions::layers))]
    pub layer: Option<String>,

    /// The party that holds the layer
    #[arg(long, value_name = "PARTY", requires = "layer", value_parser = word_parser(Party::ALL, Party::as_str))]
    pub party: Option<Party>,
}

/// Lists.
///
/// # Errors
///
/// An unknown layer.
pub fn run(args: &Args, context: &Context<'_>) -> anyhow::Result<Outcome> {
    let catalogue = context.catalogue();
    let held = match (&args.layer, args.party) {
        (Some(word), Some(party)) => Some((context.layer(word, "whose services --layer")?, party)),
        _ => None,
    };
    let fits = |service: &&Service| {
        args.category.is_none_or(|category| service.category == category)
            && args.lifecycle.is_none_or(|stage| service.lifecycle.as_ref().is_some_and(|life| life.stage == stage))
    };
    let listed = catalogue.services().iter().filter(fits).filter_map(|service| {
        let Some((layer, party)) = held else { return Some(Listed { catalogue, service, holds: None }) };
        let all = modes(service, None);
        let holds: Vec<&Mode> = all
            .iter()
            .filter(|mode| catalogue.split(service, **mode, layer).split.party == party)
            .filter_map(|mode| *mode)
            .collect();
        let whole = catalogue.split(service, None, layer).split.party == party && service.modes.is_empty();
        (whole || !holds.is_empty()).then_some(Listed {
            catalogue,
            service,
            holds: (holds.len() < all.len() && !whole).then_some((layer, holds)),
        })
    });
    let view = List { services: listed.collect() };
    let no = view.services.is_empty();
    let notes = if no { vec!["no service fits".to_owned()] } else { Vec::new() };
    Ok(Outcome { text: context.render(&view)?, notes, no })
}

struct Listed<'c> {
    catalogue: &'c Catalogue,
    service: &'c Service,
    /// The modes in which the party that was asked for holds the layer, where it is not all of them.
    holds: Option<(Layer, Vec<&'c Mode>)>,
}

struct List<'c> {
    services: Vec<Listed<'c>>,
}

impl<'c> List<'c> {
    fn typed(&self) -> Vec<ServiceRecord<'c>> {
        let told = |Listed { catalogue, service, holds }: &Listed<'c>| {
            let mut record = ServiceRecord::new(catalogue, service);
            if let Some((_, modes)) = holds {
                record.modes = modes.iter().map(|mode| &*mode.id).collect();
            }
            record
        };
        self.services.iter().map(told).collect()
    }
}

impl View for List<'_> {
    fn records(&self) -> Vec<Value> {
        values(self.typed())
    }

    fn grid(&self) -> Grid {
        let row = |listed: &Listed<'_>| {
            [&*listed.service.id, &*listed.service.name, listed.service.category.as_str()].map(str::to_owned).to_vec()
        };
        Grid { columns: vec!["service", "name", "category"], rows: self.services.iter().map(row).collect() }
    }

    fn page(&self) -> Page {
        let mut rows = Vec::new();
        for category in Category::ALL {
            let mut own = self.services.iter().filter(|listed| listed.service.category == *category).peekable();
            if own.peek().is_some() {
                rows.push(Row::Group(match category {
                    Category::Container => "container (AWS runs the platform; not Docker)".to_owned(),
                    _ => category.to_string(),
                }));
            }
            for Listed { service, holds, .. } in own {
                let mut name = service.name.to_string();
                if let Some(lifecycle) = &service.lifecycle {
                    name.push_str(match lifecycle.stage {
                        Stage::Closed => " (closed to new customers)",
                        Stage::Ending => " (ending)",
                        Stage::Ended => " (ended)",
                    });
                }
                if let Some((_, modes)) = holds {
                    let ids: Vec<&str> = modes.iter().map(|mode| &*mode.id).collect();
                    name.push_str(&format!(" - only @{}", ids.join(", @")));
                }
                rows.push(Row::Cells(vec![Cell::new(&*service.id, Tone::Strong), Cell::plain(name)]));
            }
        }
        let count = self.services.len();
        let columns = vec!["Service".to_owned(), "Name".to_owned()];
        Page {
            blocks: vec![
                Block::Table(Table { columns, rows }),
                Block::Aside(format!("{count} {}.", if count == 1 { "service" } else { "services" })),
            ],
        }
    }
}
