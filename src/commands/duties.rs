//! `whose duties`: what each side must do, one duty a row; of the categories, or of the services that are asked for.

use clap_complete::engine::ArgValueCandidates;
use serde::Serialize;
use serde_json::Value;

use super::records::{CheckRecord, SourceRecord, checks};
use super::telling::{joined, party_tone, sides};
use super::{Context, Outcome, completions, variants, word_parser};
use crate::catalogue::model::{Category, Control, Duty, Layer, Mode, Party, Service};
use crate::catalogue::{AlwaysDuty, Answer, Catalogue};
use crate::render::{Block, Cell, Grid, Page, Row, Table, Tone, View, values};

/// The arguments of `duties`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Only of this category
    #[arg(long, value_name = "CATEGORY", value_parser = word_parser(Category::ALL, Category::as_str))]
    pub category: Option<Category>,

    /// Of this service; may be repeated. Without it, the duties of the categories are listed
    #[arg(long, value_name = "NAME[@MODE]", add = ArgValueCandidates::new(completions::services))]
    pub service: Vec<String>,

    /// Only for this layer
    #[arg(long, value_name = "LAYER", add = ArgValueCandidates::new(completions::layers))]
    pub layer: Option<String>,

    /// Only what this party must do: aws, customer, third-party; shared lists both sides of the shared layers
    #[arg(long, value_name = "PARTY", value_parser = word_parser(Party::ALL, Party::as_str))]
    pub party: Option<Party>,

    /// Only duties for whose layer an automated check exists, with the checks
    #[arg(long)]
    pub checks: bool,

    /// Only duties that bear on this NIST SP 800-53 Rev 5 control, such as SI-2; without a service, everywhere
    #[arg(long, value_name = "ID")]
    pub control: Option<String>,
}

/// Lists.
///
/// # Errors
///
/// An unknown service, mode or layer.
pub fn run(args: &Args, context: &Context<'_>) -> anyhow::Result<Outcome> {
    let catalogue = context.catalogue();
    let layer = args.layer.as_deref().map(|word| context.layer(word, "whose duties --layer")).transpose()?;
    let layers: Vec<Layer> = layer.map_or_else(|| Layer::ALL.to_vec(), |layer| vec![layer]);
    let control = args.control.as_deref().map(|text| context.control(text, "whose duties --control")).transpose()?;
    let mut duties = Vec::new();
    if args.service.is_empty() {
        for &category in Category::ALL {
            for &layer in &layers {
                let answer = catalogue.default_split(category, layer);
                duties.extend(args.wanted(
                    catalogue,
                    control,
                    Place { category, service: None, mode: None, layer, answer },
                ));
            }
        }
        // Who asks by control asks everywhere: what the services say themselves, too.
        if control.is_some() {
            for place in catalogue.services().iter().flat_map(|service| own_places(catalogue, service, &layers)) {
                duties.extend(args.wanted(catalogue, control, place));
            }
        }
    }
    for name in &args.service {
        let (service, named) = context.service(name)?;
        for mode in variants(service, named) {
            let category = crate::catalogue::category(service, mode);
            for &layer in &layers {
                let answer = catalogue.split(service, mode, layer);
                let place = Place { category, service: Some(service), mode, layer, answer };
                duties.extend(args.wanted(catalogue, control, place));
            }
        }
    }
    let list = List { catalogue, duties, checks: args.checks };
    let no = list.duties.is_empty();
    let notes = if no { vec!["no duty fits".to_owned()] } else { Vec::new() };
    Ok(Outcome { text: context.render(&list)?, notes, no })
}

/// Where a service's own splits answer, each once: not what it has of its category, and not a mode's that the service says.
fn own_places<'c>(catalogue: &'c Catalogue, service: &'c Service, layers: &[Layer]) -> Vec<Place<'c>> {
    let levels =
        std::iter::once((None, &service.splits)).chain(service.modes.iter().map(|mode| (Some(mode), &mode.splits)));
    let mut places = Vec::new();
    for (mode, splits) in levels {
        for &layer in layers.iter().filter(|layer| splits.contains_key(layer)) {
            let answer = catalogue.split(service, mode, layer);
            let category = crate::catalogue::category(service, mode);
            places.push(Place { category, service: Some(service), mode, layer, answer });
        }
    }
    places
}

impl Args {
    /// The duties of one split that were asked for, the customer's first, and those that hold beneath every split.
    fn wanted<'c>(&self, catalogue: &'c Catalogue, control: Option<Control>, place: Place<'c>) -> Vec<Listed<'c>> {
        if self.category.is_some_and(|wanted| wanted != place.category) {
            return Vec::new();
        }
        let is_wanted = |side: Party| match self.party {
            None => true,
            Some(Party::Shared) => place.answer.split.party == Party::Shared,
            Some(party) => party == side,
        };
        let bears = |controls: &[Control]| control.is_none_or(|wanted| controls.contains(&wanted));
        let has_checks = !self.checks || !place.checks().is_empty();
        let own = sides(&place.answer, None).map(|(party, _, duty)| Listed {
            place,
            party,
            duty,
            controls: place.answer.controls_of(duty),
            always: false,
        });
        // In a list of what the services say themselves, what holds for all of them stands with the categories.
        let is_listed = !(self.service.is_empty() && place.service.is_some());
        let always = catalogue.always(place.layer).filter(|_| is_listed).map(|AlwaysDuty { party, duty }| Listed {
            place,
            party,
            duty,
            controls: catalogue.controls_of_always(place.layer, duty),
            always: true,
        });
        let fits = |listed: &Listed<'_>| {
            let side = listed.party;
            is_wanted(side) && bears(listed.controls) && has_checks && (!self.checks || side == Party::Customer)
        };
        own.chain(always).filter(fits).collect()
    }
}

/// Where a split answers.
#[derive(Clone, Copy)]
struct Place<'c> {
    category: Category,
    service: Option<&'c Service>,
    mode: Option<&'c Mode>,
    layer: Layer,
    answer: Answer<'c>,
}

impl<'c> Place<'c> {
    fn checks(&self) -> Vec<CheckRecord<'c>> {
        self.service.map_or_else(Vec::new, |service| checks(service, self.layer))
    }
}

/// One sentence of a split, and whose it is.
struct Listed<'c> {
    place: Place<'c>,
    party: Party,
    duty: &'c Duty,
    controls: &'c [Control],
    /// Whether it holds whatever a service says about the layer.
    always: bool,
}

struct List<'c> {
    catalogue: &'c Catalogue,
    duties: Vec<Listed<'c>>,
    /// Whether the checks were asked for.
    checks: bool,
}

/// One duty.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DutyRecord<'c> {
    /// The category.
    pub category: Category,
    /// The service's id; none for a category's own duty.
    pub service: Option<&'c str>,
    /// The mode's id.
    pub mode: Option<&'c str>,
    /// The layer.
    pub layer: Layer,
    /// Who must do it.
    pub party: Party,
    /// What must be done.
    pub duty: &'c str,
    /// Whether it holds whatever a service says about the layer.
    pub always: bool,
    /// NIST SP 800-53 Rev 5 controls on which the duty bears; the split's where the duty names none.
    pub controls: &'c [Control],
    /// The pages.
    pub sources: Vec<SourceRecord<'c>>,
    /// The automated checks that prove the customer's duties in this layer.
    pub checks: Vec<CheckRecord<'c>>,
}

impl<'c> List<'c> {
    fn typed(&self) -> Vec<DutyRecord<'c>> {
        self.duties
            .iter()
            .map(|duty| DutyRecord {
                category: duty.place.category,
                service: duty.place.service.map(|service| &*service.id),
                mode: duty.place.mode.map(|mode| &*mode.id),
                layer: duty.place.layer,
                party: duty.party,
                duty: duty.duty,
                always: duty.always,
                controls: duty.controls,
                sources: self.catalogue.cited(&duty.place.answer.split.sources).map(SourceRecord::from).collect(),
                checks: if duty.party == Party::Customer { duty.place.checks() } else { Vec::new() },
            })
            .collect()
    }
}

impl View for List<'_> {
    fn records(&self) -> Vec<Value> {
        values(self.typed())
    }

    fn grid(&self) -> Grid {
        let rows = self.typed().into_iter().map(|record| {
            let mut row = vec![
                record.category.to_string(),
                record.service.unwrap_or_default().to_owned(),
                record.mode.unwrap_or_default().to_owned(),
                record.layer.to_string(),
                record.party.to_string(),
                record.duty.to_owned(),
                joined(record.controls),
                joined(record.sources.iter().map(|source| &source.url)),
            ];
            row.extend(self.checks.then(|| joined(record.checks.iter().map(|check| check.id))));
            row
        });
        let mut columns = vec!["category", "service", "mode", "layer", "party", "duty", "controls", "source"];
        columns.extend(self.checks.then_some("checks"));
        Grid { columns, rows: rows.collect() }
    }

    fn page(&self) -> Page {
        let mut rows = Vec::new();
        let mut whose = None;
        let mut before = None;
        for (place, duty) in self.duties.iter().enumerate() {
            let own = (
                duty.place.category,
                duty.place.service.map(|service| &service.id),
                duty.place.mode.map(|mode| &mode.id),
            );
            if whose.replace(own) != Some(own) {
                before = None;
                rows.push(Row::Group(match (duty.place.service, duty.place.mode) {
                    (Some(service), Some(mode)) => format!("{}@{}", service.id, mode.id),
                    (Some(service), None) => service.id.to_string(),
                    (None, _) => duty.place.category.to_string(),
                }));
            }
            let new = before.replace(duty.place.layer) != Some(duty.place.layer);
            let label = if new { self.catalogue.layer(duty.place.layer).name.to_string() } else { String::new() };
            let side = match duty.party {
                Party::Customer => self.team(duty).unwrap_or("you"),
                Party::ThirdParty => {
                    duty.place.answer.split.third_party.as_ref().map_or("third party", |third| &*third.name)
                }
                _ => "AWS",
            };
            let side = if duty.always { format!("{side}, always") } else { side.to_owned() };
            rows.push(Row::Cells(vec![
                Cell::new(label, Tone::Strong),
                Cell::new(side, party_tone(duty.party)),
                Cell::plain(&**duty.duty),
            ]));
            let last = self
                .duties
                .get(place + 1)
                .is_none_or(|next| next.place.layer != duty.place.layer || next.place.mode != duty.place.mode);
            if self.checks && last {
                let ids = joined(duty.place.checks().iter().map(|check| check.id));
                rows.push(Row::Cells(vec![
                    Cell::default(),
                    Cell::new("checks", Tone::Faint),
                    Cell::new(ids, Tone::Faint),
                ]));
            }
        }
        let count = self.duties.len();
        let columns = ["Layer", "Who", "Must do"].map(str::to_owned).to_vec();
        Page {
            blocks: vec![
                Block::Table(Table { columns, rows }),
                Block::Aside(format!(
                    "{count} {}. Catalogue of {}.",
                    if count == 1 { "duty" } else { "duties" },
                    self.catalogue.date()
                )),
            ],
        }
    }
}

impl List<'_> {
    fn team(&self, duty: &Listed<'_>) -> Option<&str> {
        duty.place.service.and_then(|service| self.catalogue.team(service, duty.place.layer))
    }
}
