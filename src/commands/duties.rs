//! `whose duties`: what each side must do, one duty a row; of the categories, or of the services that are named or in use.

use std::collections::BTreeSet;
use std::io::BufRead;
use std::path::PathBuf;

use clap_complete::engine::ArgValueCandidates;
use serde::Serialize;
use serde_json::{Map, Value};

use super::records::{CheckRecord, LifecycleRecord, SourceRecord, checks, lifecycle};
use super::selection::{InUse, in_use};
use super::wording::{joined, party_tone, sides};
use super::{Context, Outcome, PartyFilter, completions, overlay_note, speaks_of, word_parser};
use crate::catalogue::model::{Basis, Category, Control, Duty, Layer, Mode, Party, Service};
use crate::catalogue::resolve::Meaning;
use crate::catalogue::{AlwaysDuty, Answer, Catalogue, Rule};
use crate::output::{Block, Cell, Grid, ListingRow, Page, Row, Table, Tone, View, values};

#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// Of these services, by any name they go by; `-` reads an inventory from stdin. Without any: of the categories
    #[arg(value_name = "NAME[@MODE]", add = ArgValueCandidates::new(completions::services))]
    pub names: Vec<String>,

    /// Of the services of the inventory in FILE, `-` for stdin; may be repeated
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub from: Vec<PathBuf>,

    /// The same as NAME
    #[arg(long, value_name = "NAME[@MODE]", hide = true)]
    pub service: Vec<String>,

    /// Only of this category
    #[arg(long, value_name = "CATEGORY", value_parser = word_parser(Category::ALL, Category::as_str))]
    pub category: Option<Category>,

    /// Only for this layer; may be repeated
    #[arg(long, value_name = "LAYER", value_delimiter = ',', add = ArgValueCandidates::new(completions::layers))]
    pub layer: Vec<String>,

    /// Only what PARTY must do; may be repeated. shared: both sides of the shared layers; mine: the same as customer
    #[arg(long, value_name = "PARTY", value_enum, value_delimiter = ',')]
    pub party: Vec<PartyFilter>,

    /// Only duties that bear on this NIST SP 800-53 Rev 5 control, such as SI-2; without a service, everywhere
    #[arg(long, value_name = "ID")]
    pub control: Option<String>,

    /// Only duties that speak of WORD; without a service, everywhere
    #[arg(long, value_name = "WORD")]
    pub text: Option<String>,

    /// Only your duties in layers for which an automated check exists, with the checks
    #[arg(long)]
    pub checks: bool,

    /// Only the duties of this team of yours, which an overlay names
    #[arg(long, value_name = "TEAM")]
    pub team: Option<String>,
}

/// Lists.
///
/// # Errors
///
/// An unknown or ambiguous service, an unknown layer or control, an inventory that cannot be read, or `--checks` or `--team`
/// without a service.
pub fn run(args: &Args, context: &Context<'_>, stdin: &mut dyn BufRead) -> anyhow::Result<Outcome> {
    let catalogue = context.catalogue();
    for name in &args.names {
        if let Some(flag) = flag_meant(name, context) {
            anyhow::bail!("`{name}` is no service\n  try: whose duties {flag} {}", name.to_ascii_lowercase());
        }
    }
    let mut layers = BTreeSet::new();
    for word in &args.layer {
        layers.insert(context.layer(word, "whose duties --layer")?);
    }
    let layers: Vec<Layer> = if layers.is_empty() { Layer::ALL.to_vec() } else { layers.into_iter().collect() };
    let control = args.control.as_deref().map(|text| context.control(text, "whose duties --control")).transpose()?;
    let names: Vec<String> = args.names.iter().chain(&args.service).cloned().collect();
    let asked = in_use(&names, &args.from, context, stdin)?;
    // Who asks by control or word asks everywhere: what the services say themselves, too.
    let everywhere = asked.is_none() && (control.is_some() || args.text.is_some());
    if args.text.as_ref().is_some_and(|text| text.trim().is_empty()) {
        anyhow::bail!("an empty word\n  try: whose duties --text deletion");
    }
    if asked.is_none() && !everywhere {
        if args.checks {
            anyhow::bail!("a check is a service's: name one\n  try: whose duties rds --checks");
        }
        if args.team.is_some() {
            anyhow::bail!("a team has duties in services: name some\n  try: whose duties rds s3 --team TEAM");
        }
    }
    if args.team.is_some() && !catalogue.has_owners() {
        anyhow::bail!(
            "no overlay names a team\n  `owners` of a catalogue of yours does: whose --catalogue FILE duties rds --team TEAM"
        );
    }
    let mut places = Vec::new();
    let (mut notes, envelope) = match &asked {
        Some(InUse { columns, notes, envelope }) => {
            for one in columns {
                places.extend(layers.iter().map(|layer| Place::new(catalogue, one.service, one.mode, *layer)));
            }
            (notes.clone(), envelope.clone())
        }
        None => Default::default(),
    };
    if asked.is_none() {
        for &category in Category::ALL {
            places.extend(layers.iter().map(|&layer| {
                let answer = catalogue.default_split(category, layer);
                Place { category, service: None, mode: None, layer, answer }
            }));
        }
    }
    if everywhere {
        places.extend(catalogue.services().iter().flat_map(|service| own_places(catalogue, service, &layers)));
    }
    let places = places.into_iter().filter(|place| args.category.is_none_or(|wanted| wanted == place.category));
    let fits = |listed: &Listed<'_>| {
        control.is_none_or(|wanted| listed.controls.contains(&wanted))
            && args.text.as_ref().is_none_or(|text| speaks_of(listed.duty, text))
            && args.team.as_ref().is_none_or(|team| listed.team.is_some_and(|own| own.eq_ignore_ascii_case(team)))
    };
    let all = places.flat_map(|place| listed(catalogue, place, everywhere)).filter(fits);
    let (duties, hidden): (Vec<_>, Vec<_>) =
        all.partition(|listed| args.is_of_party(listed) && args.is_checked(listed));
    let of_party = |listed: &&Listed<'_>| listed.party == Party::Customer && args.is_of_party(listed);
    let unchecked = hidden.iter().filter(of_party).count();
    let others = hidden.iter().filter(|listed| listed.party == Party::Customer).count() - unchecked;
    let no = duties.is_empty();
    if no {
        notes.push("nothing matched".to_owned());
    }
    if others > 0 {
        notes.push(format!("{others} more {} yours: --party mine", if others == 1 { "is" } else { "are" }));
    }
    if unchecked > 0 {
        let have = if unchecked == 1 { "duty of yours stands" } else { "duties of yours stand" };
        notes.push(format!("{unchecked} more {have} in layers without a check: leave out --checks"));
    }
    let list = List { catalogue, duties, checks: args.checks, envelope };
    Ok(Outcome { text: context.render(&list)?, notes, no })
}

/// The flag that was meant by a category, a layer or a party in the place of a name.
fn flag_meant(name: &str, context: &Context<'_>) -> Option<&'static str> {
    use clap::ValueEnum;
    let is_service = matches!(context.catalogue.resolve(name).meaning, Meaning::Service(..));
    match () {
        () if name.parse::<Category>().is_ok() => Some("--category"),
        () if PartyFilter::from_str(name, true).is_ok() => Some("--party"),
        () if !is_service && context.catalogue.find_layer(name).is_some() => Some("--layer"),
        () => None,
    }
}

/// Where a service's own splits answer, each once: not what it has of its category, and not a mode's that the service says.
fn own_places<'c>(catalogue: &'c Catalogue, service: &'c Service, layers: &[Layer]) -> Vec<Place<'c>> {
    let levels =
        std::iter::once((None, &service.splits)).chain(service.modes.iter().map(|mode| (Some(mode), &mode.splits)));
    let mut places = Vec::new();
    for (mode, splits) in levels {
        let own = layers.iter().filter(|layer| splits.contains_key(layer));
        places.extend(own.map(|layer| Place::new(catalogue, service, mode, *layer)));
    }
    places
}

/// The duties of one split, the customer's first, and those that hold beneath every split.
fn listed<'c>(catalogue: &'c Catalogue, place: Place<'c>, everywhere: bool) -> Vec<Listed<'c>> {
    let team =
        |party| place.service.filter(|_| party == Party::Customer).and_then(|own| catalogue.team(own, place.layer));
    let own = sides(&place.answer, None).map(|(party, _, duty)| Listed {
        place,
        party,
        duty,
        controls: place.answer.controls_of(duty),
        always: false,
        team: team(party),
    });
    // In a list of what the services say themselves, what holds for all of them stands with the categories.
    let is_listed = !(everywhere && place.service.is_some());
    let always = catalogue.always(place.layer).filter(|_| is_listed).map(|AlwaysDuty { party, duty }| Listed {
        place,
        party,
        duty,
        controls: catalogue.controls_of_always(place.layer, duty),
        always: true,
        team: team(party),
    });
    own.chain(always).collect()
}

impl Args {
    fn is_of_party(&self, listed: &Listed<'_>) -> bool {
        let fits = |filter: &PartyFilter| match filter {
            PartyFilter::Aws => listed.party == Party::Aws,
            PartyFilter::Customer | PartyFilter::Mine => listed.party == Party::Customer,
            PartyFilter::ThirdParty => listed.party == Party::ThirdParty,
            PartyFilter::Shared => listed.place.answer.split.party == Party::Shared,
        };
        self.party.is_empty() || self.party.iter().any(fits)
    }

    fn is_checked(&self, listed: &Listed<'_>) -> bool {
        !self.checks || listed.party == Party::Customer && !listed.place.checks().is_empty()
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
    fn new(catalogue: &'c Catalogue, service: &'c Service, mode: Option<&'c Mode>, layer: Layer) -> Self {
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
    /// The customer's team that must do it.
    team: Option<&'c str>,
}

struct List<'c> {
    catalogue: &'c Catalogue,
    duties: Vec<Listed<'c>>,
    /// Whether the checks were asked for.
    checks: bool,
    envelope: Map<String, Value>,
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
