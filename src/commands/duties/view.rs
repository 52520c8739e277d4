//! Duties, as records, rows and a page for people.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::catalogue::model::{Basis, Category, Control, Duty, Layer, Mode, Party, Service};
use crate::catalogue::{Answer, Catalogue, Rule};
use crate::commands::overlay_note;
use crate::commands::records::{CheckRecord, LifecycleRecord, SourceRecord, checks, lifecycle};
use crate::commands::wording::{joined, party_tone};
use crate::output::{Block, Cell, Grid, ListingRow, Page, Row, Table, Tone, View, values};

/// Where a split answers.
#[derive(Clone, Copy)]
pub(super) struct Place<'c> {
    pub(super) category: Category,
    pub(super) service: Option<&'c Service>,
    pub(super) mode: Option<&'c Mode>,
    pub(super) layer: Layer,
    pub(super) answer: Answer<'c>,
}

impl<'c> Place<'c> {
    pub(super) fn new(catalogue: &'c Catalogue, service: &'c Service, mode: Option<&'c Mode>, layer: Layer) -> Self {
        let category = crate::catalogue::category(service, mode);
        Self { category, service: Some(service), mode, layer, answer: catalogue.split(service, mode, layer) }
    }

    /// The service and mode, or the category.
    fn of(&self) -> String {
        match (self.service, self.mode) {
            (Some(service), Some(mode)) => format!("{}@{}", service.id, mode.id),
            (Some(service), None) => service.id.to_string(),
            (None, _) => self.category.to_string(),
        }
    }

    pub(super) fn checks(&self) -> Vec<CheckRecord<'c>> {
        self.service.map_or_else(Vec::new, |service| checks(service, self.layer))
    }
}

/// One sentence of a split, and whose it is.
pub(super) struct Listed<'c> {
    pub(super) place: Place<'c>,
    pub(super) party: Party,
    pub(super) duty: &'c Duty,
    pub(super) controls: &'c [Control],
    /// Whether it holds whatever a service says about the layer.
    pub(super) always: bool,
    /// The customer's team that must do it.
    pub(super) team: Option<&'c str>,
}

pub(super) struct List<'c> {
    pub(super) catalogue: &'c Catalogue,
    pub(super) duties: Vec<Listed<'c>>,
    /// Whether the checks were asked for.
    pub(super) checks: bool,
    pub(super) envelope: Map<String, Value>,
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
    /// The level whose split has it; `every-service` where it holds whatever a service says.
    pub rule: Rule,
    /// Whether a page says it about this service.
    pub basis: Basis,
    /// Where AWS's pages about the layer disagree, or what to know.
    pub note: Option<&'c str>,
    /// The third party of the layer.
    pub third_party: Option<&'c str>,
    /// What AWS announced about the end of the mode, or of the service.
    pub lifecycle: Option<LifecycleRecord<'c>>,
    /// `overlay` where an overlay gives the duty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<&'static str>,
    /// The customer's team that must do it, where an overlay says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<&'c str>,
}

impl<'c> List<'c> {
    fn record(&self, listed: &Listed<'c>) -> DutyRecord<'c> {
        let Listed { place, party, duty, controls, always, team } = *listed;
        let catalogue = self.catalogue;
        let split = place.answer.split;
        let everywhere = catalogue.every_service().get(&place.layer).filter(|_| always);
        let lifecycle = place.service.and_then(|service| lifecycle(service, place.mode));
        DutyRecord {
            category: place.category,
            service: place.service.map(|service| &*service.id),
            mode: place.mode.map(|mode| &*mode.id),
            layer: place.layer,
            party,
            duty,
            always,
            controls,
            sources: catalogue.cited(&everywhere.unwrap_or(split).sources).map(SourceRecord::from).collect(),
            checks: if party == Party::Customer { place.checks() } else { Vec::new() },
            rule: if always { Rule::EveryService } else { place.answer.rule },
            basis: if always { Basis::Derived } else { place.answer.basis },
            note: split.note.as_deref().filter(|_| !always),
            third_party: split.third_party.as_ref().map(|third| &*third.name),
            lifecycle: lifecycle.map(|lifecycle| LifecycleRecord::new(catalogue, lifecycle)),
            origin: (place.answer.is_overlaid && !always).then_some("overlay"),
            team,
        }
    }

    fn typed(&self) -> impl Iterator<Item = DutyRecord<'c>> {
        self.duties.iter().map(|listed| self.record(listed))
    }
}

impl View for List<'_> {
    fn records(&self) -> Vec<Value> {
        values(self.typed())
    }

    fn envelope(&self) -> Map<String, Value> {
        self.envelope.clone()
    }

    fn grid(&self) -> Grid {
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let row = |record: DutyRecord<'_>| {
            vec![
                record.category.to_string(),
                text(record.service),
                text(record.mode),
                record.layer.to_string(),
                record.party.to_string(),
                record.duty.to_owned(),
                joined(record.controls),
                joined(record.sources.iter().map(|source| source.url)),
                joined(record.checks.iter().map(|check| check.id)),
                record.basis.to_string(),
                record.rule.to_string(),
                joined(record.sources.iter().map(|source| source.checked)),
                text(record.note),
                text(record.third_party),
                record.always.to_string(),
                record.lifecycle.as_ref().map_or_else(String::new, LifecycleRecord::words),
                text(record.origin),
                text(record.team),
            ]
        };
        let columns = vec![
            "category",
            "service",
            "mode",
            "layer",
            "party",
            "duty",
            "controls",
            "source",
            "checks",
            "basis",
            "rule",
            "checked",
            "note",
            "third_party",
            "always",
            "lifecycle",
            "origin",
            "team",
        ];
        Grid { columns, rows: self.typed().map(row).collect() }
    }

    fn page(&self) -> Page {
        let overlaid = self.duties.iter().filter(|listed| listed.place.answer.is_overlaid && !listed.always);
        let overlaid = overlay_note(overlaid.filter_map(|own| Some(&*own.place.service?.id)));
        let of_services = self.duties.iter().any(|listed| listed.place.service.is_some());
        let several_layers = self.duties.iter().any(|listed| listed.place.layer != self.duties[0].place.layer);
        let mut blocks = Vec::new();
        if several_layers && !of_services {
            blocks.push(Block::Listing(self.in_short()));
        } else {
            blocks.push(self.in_full());
        }
        blocks.extend(overlaid.map(Block::Aside));
        blocks.push(Block::Aside(self.foot(several_layers && !of_services)));
        Page { blocks }
    }
}

impl<'c> List<'c> {
    /// The duties in the order in which layers are drawn.
    fn drawn(&self) -> Vec<&Listed<'c>> {
        let layers = self.catalogue.drawn();
        let place = |layer: Layer| layers.iter().position(|own| *own == layer);
        let mut groups: Vec<Vec<&Listed<'c>>> = Vec::new();
        for listed in &self.duties {
            match groups.last_mut().filter(|group| group[0].place.of() == listed.place.of()) {
                Some(group) => group.push(listed),
                None => groups.push(vec![listed]),
            }
        }
        for group in &mut groups {
            group.sort_by_key(|listed| place(listed.place.layer));
        }
        groups.concat()
    }

    /// The duties of categories: a line each, cut at the edge, and those that hold in every service only counted.
    fn in_short(&self) -> Vec<ListingRow> {
        let mut rows = Vec::new();
        let mut before: Option<Place<'_>> = None;
        for listed in self.drawn().into_iter().filter(|listed| !listed.always) {
            let place = listed.place;
            if before.is_none_or(|before| before.category != place.category) {
                rows.push(ListingRow::Text(Cell::new(place.of(), Tone::Strong)));
            }
            let new = before.is_none_or(|before| (before.category, before.layer) != (place.category, place.layer));
            before = Some(place);
            let layer = if new { format!("  {}", place.layer) } else { String::new() };
            let (who, tone) = (Self::who(listed), party_tone(listed.party));
            let cells = vec![Cell::new(layer, Tone::Strong), Cell::new(who, tone), Cell::plain(&**listed.duty)];
            rows.push(ListingRow::Cells(cells));
        }
        rows
    }

    /// The duties of services, or of one layer, wrapped; those that hold whatever the service says stand below, once.
    fn in_full(&self) -> Block {
        let (always, own): (Vec<_>, Vec<_>) = self.drawn().into_iter().partition(|listed| listed.always);
        let mut rows = Vec::new();
        let mut before: Option<Place<'_>> = None;
        let is_of = |one: &Place<'_>, other: &Place<'_>| one.of() == other.of();
        for (at, listed) in own.iter().enumerate() {
            let place = listed.place;
            if !before.is_some_and(|before| is_of(&before, &place)) {
                rows.push(Row::Group(place.of()));
            }
            let new = !before.is_some_and(|before| is_of(&before, &place) && before.layer == place.layer);
            before = Some(place);
            rows.push(Self::row(new, listed));
            let last =
                own.get(at + 1).is_none_or(|next| !is_of(&next.place, &place) || next.place.layer != place.layer);
            if self.checks && last {
                let ids = joined(place.checks().iter().map(|check| check.id));
                let cells = vec![Cell::default(), Cell::new("checks", Tone::Faint), Cell::new(ids, Tone::Faint)];
                rows.push(Row::Cells(cells));
            }
        }
        let mut told: Vec<(Layer, &str, String)> = Vec::new();
        for layer in self.catalogue.drawn() {
            let mut new = true;
            for listed in always.iter().filter(|listed| listed.place.layer == layer) {
                let own = (layer, &**listed.duty, Self::who(listed));
                if told.contains(&own) {
                    continue;
                }
                if told.is_empty() {
                    rows.push(Row::Group("whatever the service says".to_owned()));
                }
                rows.push(Self::row(std::mem::replace(&mut new, false), listed));
                told.push(own);
            }
        }
        let columns = ["Layer", "Who", "Must do"].map(str::to_owned).to_vec();
        Block::Table(Table { columns, rows })
    }

    fn row(new: bool, listed: &Listed<'c>) -> Row {
        Row::Cells(vec![
            Cell::new(if new { listed.place.layer.as_str() } else { "" }, Tone::Strong),
            Cell::new(Self::who(listed), party_tone(listed.party)),
            Cell::plain(&**listed.duty),
        ])
    }

    fn who(listed: &Listed<'c>) -> String {
        let third = || listed.place.answer.split.third_party.as_ref().map_or("third party", |third| &*third.name);
        let who = match listed.party {
            Party::Customer => listed.team.unwrap_or("you"),
            Party::ThirdParty => third(),
            Party::Aws | Party::Shared => "AWS",
        };
        who.to_owned()
    }

    fn foot(&self, in_short: bool) -> String {
        let all = self.duties.len();
        let always = self.duties.iter().filter(|listed| listed.always).count();
        let mut foot = format!("{all} {}", if all == 1 { "duty" } else { "duties" });
        match (always, in_short) {
            (0, _) => foot.push('.'),
            (_, true) => foot.push_str(&format!(
                "; {always} of them hold whatever the service and are not listed: whose duties --layer application"
            )),
            (_, false) => foot.push_str(&format!("; {always} of them hold whatever the service says.")),
        }
        if in_short {
            foot.push_str("\nIn full: one layer (--layer os), one service (whose duties rds), or -o csv.");
        }
        format!("{foot} Catalogue dated {}.", self.catalogue.date())
    }
}
