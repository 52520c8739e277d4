//! `whose services`: the services, by category, lifecycle, or the party that holds a layer.

use clap_complete::engine::ArgValueCandidates;
use serde_json::Value;

use super::records::{self, ServiceRecord};
use super::wording::mode_label;
use super::{Context, Outcome, PartyFilter, completions, fits_any, hidden_note, variants, word_parser};
use crate::analysis::matrix::Holder;
use crate::catalogue::model::{Category, Identifiers, Lifecycle, Mode, Service, Stage};
use crate::catalogue::normalize::normalize;
use crate::catalogue::{Answer, Catalogue};
use crate::output::{Block, Cell, Grid, Page, Row, Table, Tone, View, values};

#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Only services whose names contain this word
    #[arg(value_name = "WORD")]
    pub word: Option<String>,

    /// Only services of this category
    #[arg(long, value_name = "CATEGORY", value_parser = word_parser(Category::ALL, Category::as_str))]
    pub category: Option<Category>,

    /// Only services and modes that AWS is retiring, at this stage: closed (to new customers), ending, ended
    #[arg(long, value_name = "STAGE", value_parser = word_parser(Stage::ALL, Stage::as_str))]
    pub lifecycle: Option<Stage>,

    /// Only services where PARTY holds this layer (in some mode at least)
    #[arg(long, value_name = "LAYER", requires = "party", add = ArgValueCandidates::new(completions::layers))]
    pub layer: Option<String>,

    /// The party that holds the layer; may be repeated. mine: you have at least one duty in it
    #[arg(long, value_name = "PARTY", requires = "layer", value_enum, value_delimiter = ',')]
    pub party: Vec<PartyFilter>,
}

/// Lists.
///
/// # Errors
///
/// An unknown layer.
pub fn run(args: &Args, context: &Context<'_>) -> anyhow::Result<Outcome> {
    let catalogue = context.catalogue();
    let layer = args.layer.as_deref().map(|word| context.layer(word, "whose services --layer")).transpose()?;
    let word = args.word.as_deref().map(normalize);
    let stands = |lifecycle: Option<&Lifecycle>| {
        args.lifecycle.is_none_or(|stage| lifecycle.is_some_and(|lifecycle| lifecycle.stage == stage))
    };
    let fits = |service: &&Service| {
        args.category.is_none_or(|category| service.category == category)
            && word.as_ref().is_none_or(|word| is_called(service, word))
    };
    let mut hidden = Vec::new();
    let mut listed = Vec::new();
    let mut retired_names = Vec::new();
    for service in catalogue.services().iter().filter(fits) {
        let all = variants(service, None);
        let mut left: Vec<Option<&Mode>> =
            all.iter().copied().filter(|mode| stands(records::lifecycle(service, *mode))).collect();
        if left.is_empty() {
            let names = service.aliases.iter().chain(&service.former_names);
            let names = names.filter(|name| name.lifecycle.is_some() && stands(name.lifecycle.as_ref()));
            retired_names.extend(names.map(|name| format!("{} ({})", &**name, service.id)));
            continue;
        }
        let mut is_overlaid = !service.overlaid.is_empty();
        if let Some(layer) = layer {
            let of = |mode| catalogue.split(service, mode, layer);
            let mine =
                left.iter().map(|mode| of(*mode)).filter(Answer::is_mine).map(|answer| Holder::of(&answer)).max();
            left.retain(|mode| fits_any(&args.party, &of(*mode)));
            if left.is_empty() {
                hidden.extend(mine);
                continue;
            }
            is_overlaid = left.iter().any(|mode| of(*mode).is_overlaid);
        }
        let some = left.len() < all.len();
        listed.push(Listed {
            catalogue,
            service,
            some: some.then(|| left.into_iter().flatten().collect()),
            is_overlaid,
        });
    }
    let view = List { services: listed };
    let no = view.services.is_empty();
    let mut notes: Vec<String> = no.then(|| nothing_matched(args)).into_iter().collect();
    notes.extend(hidden_note(&hidden));
    if !retired_names.is_empty() {
        notes.push(format!("names at this stage, of services that are not: {}", retired_names.join(", ")));
    }
    Ok(Outcome { text: context.render(&view)?, notes, no })
}

/// Whether a service is called by a word, in its names or identifiers.
fn is_called(service: &Service, word: &str) -> bool {
    let identifiers = Identifiers::KINDS.iter().flat_map(|(kind, _)| service.identifiers.of(*kind));
    let modes = service.modes.iter().flat_map(|mode| [&*mode.id, &*mode.name]);
    let mut names = service.names().chain(modes).chain(identifiers.map(|name| &**name));
    names.any(|name| normalize(name).contains(word))
}

/// Which filters left nothing.
fn nothing_matched(args: &Args) -> String {
    match &args.word {
        Some(word) => format!("nothing matched `{word}`\n  by any name: whose resolve {word}"),
        None => "nothing matched these filters".to_owned(),
    }
}

struct Listed<'c> {
    catalogue: &'c Catalogue,
    service: &'c Service,
    /// The modes that fit what was asked for, where it is not all of them.
    some: Option<Vec<&'c Mode>>,
    /// Whether an overlay gives the answers, or some of them.
    is_overlaid: bool,
}

struct List<'c> {
    services: Vec<Listed<'c>>,
}

impl<'c> List<'c> {
    fn typed(&self) -> Vec<ServiceRecord<'c>> {
        let told = |Listed { catalogue, service, some, is_overlaid }: &Listed<'c>| {
            let mut record = ServiceRecord::new(catalogue, service);
            record.origin = is_overlaid.then_some("overlay");
            if let Some(modes) = some {
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
        let row = |record: ServiceRecord<'_>| {
            vec![
                record.service.to_owned(),
                record.name.to_owned(),
                record.category.to_string(),
                record.modes.join(" "),
                record.basis.to_string(),
                record.part_of.unwrap_or_default().to_owned(),
                record.lifecycles(),
                record.origin.unwrap_or_default().to_owned(),
            ]
        };
        let columns = vec!["service", "name", "category", "modes", "basis", "part_of", "lifecycle", "origin"];
        Grid { columns, rows: self.typed().into_iter().map(row).collect() }
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
            for Listed { service, some, is_overlaid, .. } in own {
                let mut name = service.name.to_string();
                if let Some(lifecycle) = &service.lifecycle {
                    name.push_str(match lifecycle.stage {
                        Stage::Closed => " (closed to new customers)",
                        Stage::Ending => " (ending)",
                        Stage::Ended => " (ended)",
                    });
                }
                if let Some(modes) = some {
                    let ids: Vec<String> = modes.iter().map(|mode| mode_label(mode)).collect();
                    name.push_str(&format!(" - only @{}", ids.join(", @")));
                }
                name.push_str(if *is_overlaid { " (your overlay)" } else { "" });
                rows.push(Row::Cells(vec![Cell::new(&*service.id, Tone::Strong), Cell::plain(name)]));
            }
        }
        let count = self.services.len();
        let columns = vec!["Service".to_owned(), "Name".to_owned()];
        let foot = format!("{count} {}.", if count == 1 { "service" } else { "services" });
        Page { blocks: vec![Block::Table(Table { columns, rows }), Block::Aside(foot)] }
    }
}
