//! `whose gaps`: which of the customer's duties are proven by checks that ran, which fail, and which nobody has looked at.
//!
//! It joins three things: the services in use, the layers of theirs that the customer holds or shares, and the findings
//! that the organisation's own tools exported. It says "proven by these checks", never "compliant".

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::hash::BuildHasher;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap_complete::engine::ArgValueCandidates;
use serde::Serialize;
use serde_json::Value;

use super::estate::{self, Column, plural};
use super::telling::{group_title, joined, picture_column};
use super::{Context, Outcome, completions, word_parser};
use crate::catalogue::Catalogue;
use crate::catalogue::model::{Check, CheckProvider, Layer, LayerChecks, Mode, Party, Service};
use crate::inventory::verdicts::{self, Verdict};
use crate::render::{Block, Cell, Grid, Page, Picture, PictureCell, PictureRow, Row, Table, Tone, View, values};

/// The arguments of `gaps`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Services by any name they go by; `-` reads an inventory from stdin. Without either: the services that the findings name
    #[arg(value_name = "NAME", add = ArgValueCandidates::new(completions::services))]
    pub names: Vec<String>,

    /// Read an inventory from FILE; may be repeated
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub from: Vec<PathBuf>,

    /// Findings: Security Hub (ASFF, OCSF), AWS Config compliance by rule, Prowler (OCSF, csv); may be repeated
    #[arg(long, value_name = "FILE", required = true, value_hint = clap::ValueHint::FilePath)]
    pub findings: Vec<PathBuf>,

    /// Only this layer
    #[arg(long, value_name = "LAYER", add = ArgValueCandidates::new(completions::layers))]
    pub layer: Option<String>,

    /// Only rows in this state
    #[arg(long, value_name = "STATE", value_parser = word_parser(State::ALL, State::word))]
    pub state: Option<State>,

    /// End with 1 if anything fails or was not looked at
    #[arg(long)]
    pub strict: bool,
}

/// What is known about the customer's duties in a layer of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// A check failed.
    Failing,
    /// No check came to a verdict: none exists, or none ran.
    Unseen,
    /// Checks passed and none failed.
    Proven,
}

impl State {
    /// Every state, the worst first.
    pub const ALL: &'static [Self] = &[Self::Failing, Self::Unseen, Self::Proven];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Unseen => "unseen",
            Self::Proven => "proven",
        }
    }

    const fn tone(self) -> Tone {
        match self {
            Self::Failing => Tone::Bad,
            Self::Unseen => Tone::Open,
            Self::Proven => Tone::Good,
        }
    }
}

/// At most so many checks that the catalogue does not know are told apart.
const MOST_STRANGERS: usize = 100_000;

/// Joins.
///
/// # Errors
///
/// An unknown name or layer, or an inventory or findings that cannot be read.
pub fn run(args: &Args, context: &Context<'_>, stdin: &mut dyn BufRead) -> anyhow::Result<Outcome> {
    let catalogue = context.catalogue();
    let layer = args.layer.as_deref().map(|word| context.layer(word, "whose gaps --layer")).transpose()?;
    let mut notes = Vec::new();
    let checks = catalogue.services().iter().flat_map(Service::checks);
    let known: HashSet<String> = checks.map(|(_, _, check)| check.id.to_ascii_lowercase()).collect();
    let mut ran: HashMap<String, Ran> = HashMap::new();
    let mut strangers = HashSet::new();
    for path in &args.findings {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut findings = 0_u64;
        let dialect = verdicts::read(&mut BufReader::new(file), &mut |names, verdict| {
            findings += 1;
            let names: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
            let Some(id) = names.iter().find(|name| known.contains(*name)) else {
                if strangers.len() < MOST_STRANGERS {
                    strangers.insert(strangers.hasher().hash_one(names.first()));
                }
                return;
            };
            let ran = ran.entry(id.clone()).or_default();
            match verdict {
                Verdict::Passed => ran.passed += 1,
                Verdict::Failed => ran.failed += 1,
                Verdict::Open => {}
            }
        })
        .with_context(|| path.display().to_string())?;
        notes.push(format!("{dialect}: {}", plural(findings, "verdict")));
    }
    let named = !args.names.is_empty() || !args.from.is_empty();
    let columns = if named {
        let asked = estate::ask(&args.names, &args.from, context, stdin, &mut notes)?;
        notes.extend(asked.estate.report());
        asked.columns.unwrap_or_default()
    } else {
        seen(catalogue, &ran)
    };
    if columns.is_empty() {
        bail!("no service to look at: the findings name none\n  try: whose gaps rds s3 --findings FILE");
    }
    if !strangers.is_empty() {
        let (strange, all) = (strangers.len(), strangers.len() + ran.len());
        let least = if strange < MOST_STRANGERS { "" } else { "at least " };
        notes.push(format!(
            "{} not among the {} that the catalogue knows",
            match (strange, all) {
                (1, 1) => "the check that ran is".to_owned(),
                (1, _) => format!("1 of the {all} checks that ran is"),
                _ => format!("{least}{strange} of the {all} checks that ran are"),
            },
            known.len()
        ));
    }
    let mut view = Gaps { catalogue, rows: Vec::new() };
    // A service is looked at once, whatever its modes: findings do not tell them apart.
    let mut services: Vec<(&Service, Option<u64>)> = Vec::new();
    for column in &columns {
        match services.iter_mut().find(|(service, _)| service.id == column.service.id) {
            Some((_, resources)) => *resources = (*resources).max(column.resources),
            None => services.push((column.service, column.resources)),
        }
    }
    for (service, resources) in services {
        for &own in Layer::ALL.iter().filter(|own| layer.is_none_or(|wanted| wanted == **own)) {
            let modes: Vec<_> =
                columns.iter().filter(|column| column.service.id == service.id).map(|column| column.mode).collect();
            let held = modes.iter().any(|mode| catalogue.split(service, *mode, own).split.party != Party::Aws);
            let proofs = service.checks.contains_key(&own);
            if held || proofs {
                view.rows.push(Gap::new((service, modes), own, resources, &ran));
            }
        }
    }
    let bad = view.rows.iter().any(|row| row.state != State::Proven);
    if let Some(state) = args.state {
        view.rows.retain(|row| row.state == state);
    }
    if view.rows.is_empty() {
        notes.push("nothing fits".to_owned());
    }
    Ok(Outcome { text: context.render(&view)?, no: view.rows.is_empty() || (args.strict && bad), notes })
}

/// How a check ended, over all findings.
#[derive(Clone, Copy, Debug, Default)]
struct Ran {
    passed: u64,
    failed: u64,
}

/// The services of which a check ran.
fn seen<'c>(catalogue: &'c Catalogue, ran: &HashMap<String, Ran>) -> Vec<Column<'c>> {
    let of =
        |service: &&Service| service.checks().any(|(_, _, check)| ran.contains_key(&check.id.to_ascii_lowercase()));
    let modes = |service: &'c Service| {
        super::variants(service, None).into_iter().map(move |mode| Column { service, mode, resources: None })
    };
    catalogue.services().iter().filter(of).flat_map(modes).collect()
}

/// A layer of a service, and what its checks say.
struct Gap<'c> {
    service: &'c Service,
    modes: Vec<Option<&'c Mode>>,
    layer: Layer,
    resources: Option<u64>,
    state: State,
    passing: Vec<&'c str>,
    failing: Vec<&'c str>,
    /// Checks that ran and came to no verdict.
    undecided: Vec<&'c str>,
    /// Checks that exist and did not run.
    silent: Vec<&'c str>,
}

impl<'c> Gap<'c> {
    fn new(
        (service, modes): (&'c Service, Vec<Option<&'c Mode>>),
        layer: Layer,
        resources: Option<u64>,
        ran: &HashMap<String, Ran>,
    ) -> Self {
        let (mut passing, mut failing, mut undecided, mut silent) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (_, check) in service.checks.get(&layer).into_iter().flat_map(LayerChecks::iter) {
            let check: &Check = check;
            match ran.get(&check.id.to_ascii_lowercase()) {
                Some(ran) if ran.failed > 0 => failing.push(&*check.id),
                Some(ran) if ran.passed > 0 => passing.push(&*check.id),
                Some(_) => undecided.push(&*check.id),
                None => silent.push(&*check.id),
            }
        }
        let state = match (failing.is_empty(), passing.is_empty()) {
            (false, _) => State::Failing,
            (true, false) => State::Proven,
            (true, true) => State::Unseen,
        };
        Self { service, modes, layer, resources, state, passing, failing, undecided, silent }
    }

    /// What the state rests on, in a few words: every check that came to a verdict, and how many did not.
    fn because(&self) -> String {
        let others = match self.silent.len() {
            0 => String::new(),
            1 => "; 1 other did not run".to_owned(),
            silent => format!("; {silent} others did not run"),
        };
        match (self.state, &self.undecided[..], &self.silent[..]) {
            (State::Failing, ..) => format!("failing: {}", self.failing.join(", ")),
            (State::Proven, ..) => format!("proven by these checks: {}{others}", self.passing.join(", ")),
            (State::Unseen, [], []) => "no check exists".to_owned(),
            (State::Unseen, [], [only]) => format!("its check did not run: {only}"),
            (State::Unseen, [], all) => {
                format!("none of {} checks ran; for instance {}", all.len(), self.for_instance())
            }
            (State::Unseen, some, _) => format!("without a verdict (muted, or no data): {}{others}", some.join(", ")),
        }
    }

    /// The first silent check of every maker.
    fn for_instance(&self) -> String {
        let first = |maker: &CheckProvider| {
            let own = self.service.checks.get(&self.layer).map_or(&[][..], |checks| checks.of(*maker));
            own.iter().map(|check| &*check.id).find(|id| self.silent.contains(id))
        };
        CheckProvider::ALL.iter().filter_map(first).collect::<Vec<_>>().join(", ")
    }
}

/// What is known about the customer's duties in a layer of a service.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GapRecord<'c> {
    /// The service's id.
    pub service: &'c str,
    /// The layer.
    pub layer: Layer,
    /// How many things in the inventory the service stands for.
    pub resources: Option<u64>,
    /// What is known.
    pub state: State,
    /// The checks that passed.
    pub passing: Vec<&'c str>,
    /// The checks that failed.
    pub failing: Vec<&'c str>,
    /// The checks that exist and did not run, or came to no verdict.
    pub silent: Vec<&'c str>,
    /// The customer's team, where an overlay says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<&'c str>,
}

struct Gaps<'c> {
    catalogue: &'c Catalogue,
    rows: Vec<Gap<'c>>,
}

impl<'c> Gaps<'c> {
    fn typed(&self) -> Vec<GapRecord<'c>> {
        let record = |row: &Gap<'c>| GapRecord {
            service: &row.service.id,
            layer: row.layer,
            resources: row.resources,
            state: row.state,
            passing: row.passing.clone(),
            failing: row.failing.clone(),
            silent: row.undecided.iter().chain(&row.silent).copied().collect(),
            team: self.catalogue.team(row.service, row.layer),
        };
        self.rows.iter().map(record).collect()
    }

    /// What the customer must do, and in which modes where not in all of them.
    fn duties(&self, row: &Gap<'c>) -> Vec<(String, String)> {
        let team = self.catalogue.team(row.service, row.layer).unwrap_or("you");
        let mut duties: Vec<(&str, Vec<&str>)> = Vec::new();
        for mode in &row.modes {
            let id = mode.map_or("", |mode| &*mode.id);
            for duty in self.catalogue.split(row.service, *mode, row.layer).duties(Party::Customer) {
                let duty: &str = duty;
                match duties.iter_mut().find(|(own, _)| *own == duty) {
                    Some((_, modes)) => modes.push(id),
                    None => duties.push((duty, vec![id])),
                }
            }
        }
        let who = |modes: &[&str]| {
            if modes.len() < row.modes.len() { format!("{team} @{}", modes.join(", @")) } else { team.to_owned() }
        };
        duties.into_iter().map(|(duty, modes)| (who(&modes), duty.to_owned())).collect()
    }

    fn counts(&self) -> String {
        let count = |state| self.rows.iter().filter(|row| row.state == state).count();
        let each: Vec<String> = State::ALL.iter().map(|state| format!("{} {}", count(*state), state.word())).collect();
        format!("{} of {} layers of yours", each.join(", "), self.rows.len())
    }
}

impl View for Gaps<'_> {
    fn records(&self) -> Vec<Value> {
        values(self.typed())
    }

    fn grid(&self) -> Grid {
        let teams = self.catalogue.has_owners();
        let rows = self.typed().into_iter().map(|record| {
            let mut row = vec![
                record.service.to_owned(),
                record.layer.to_string(),
                record.resources.map_or_else(String::new, |count| count.to_string()),
                record.state.word().to_owned(),
                record.passing.len().to_string(),
                record.failing.len().to_string(),
                record.silent.len().to_string(),
                joined(record.failing),
            ];
            row.extend(teams.then(|| record.team.unwrap_or_default().to_owned()));
            row
        });
        let mut columns =
            vec!["service", "layer", "resources", "state", "passing", "failing", "silent", "failing_checks"];
        columns.extend(teams.then_some("team"));
        Grid { columns, rows: rows.collect() }
    }

    fn page(&self) -> Page {
        let mut rows = Vec::new();
        for &state in State::ALL {
            let mut own = self.rows.iter().filter(|row| row.state == state).peekable();
            if own.peek().is_some() {
                rows.push(Row::Group(match state {
                    State::Failing => "FAILING: a check of yours says no".to_owned(),
                    State::Unseen => "UNSEEN: nobody has looked".to_owned(),
                    State::Proven => "PROVEN by checks that ran".to_owned(),
                }));
            }
            for row in own {
                rows.push(Row::Cells(vec![
                    Cell::new(&*row.service.id, Tone::Strong),
                    Cell::plain(row.layer.as_str()),
                    Cell::new(state.word(), state.tone()),
                    Cell::plain(row.because()),
                ]));
            }
        }
        let columns = ["Service", "Layer", "State", "Because"].map(str::to_owned).to_vec();
        Page {
            blocks: vec![
                Block::Table(Table { columns, rows }),
                Block::Aside(format!(
                    "{}.\nA check that passes proves what it checks and no more. Catalogue of {}.",
                    self.counts(),
                    self.catalogue.date()
                )),
            ],
        }
    }

    fn picture(&self) -> Option<Picture> {
        let mut services: Vec<&Gap<'_>> = Vec::new();
        let mut cells: BTreeMap<(&str, Layer), &Gap<'_>> = BTreeMap::new();
        for row in &self.rows {
            if services.last().is_none_or(|last| last.service.id != row.service.id) {
                services.push(row);
            }
            cells.insert((&*row.service.id, row.layer), row);
        }
        let cell = |service: &str, layer| {
            let row = cells.get(&(service, layer))?;
            // What a check said; those that said no come first.
            let said = |id: &str| match id {
                _ if row.failing.contains(&id) => "fails",
                _ if row.passing.contains(&id) => "passes",
                _ if row.undecided.contains(&id) => "no verdict",
                _ => "did not run",
            };
            let rank = |id| match said(id) {
                "fails" => 0,
                "did not run" => 2,
                _ => 1,
            };
            let own = || row.service.checks.get(&layer).into_iter().flat_map(LayerChecks::iter);
            let checks: Vec<_> =
                (0..=2).flat_map(|wanted| own().filter(move |(_, check)| rank(&check.id) == wanted)).collect();
            Some(PictureCell {
                word: row.state.word().to_owned(),
                tone: row.state.tone(),
                team: self.catalogue.team(row.service, layer).map(str::to_owned),
                duties: self.duties(row),
                facts: vec![("because", row.because())],
                sources: checks
                    .iter()
                    .map(|(provider, check)| {
                        let title = format!("{} ({}): {}", check.id, provider.name(), said(&check.id));
                        (title, check.url(*provider), String::new())
                    })
                    .collect(),
            })
        };
        let mut layers = self.catalogue.grouped();
        layers.reverse();
        layers.retain(|layer| cells.keys().any(|(_, own)| own == layer));
        let row = |layer: Layer| PictureRow {
            id: layer.as_str(),
            label: self.catalogue.layer(layer).name.to_string(),
            group: group_title(self.catalogue.group(layer)),
            cells: services.iter().map(|row| cell(&row.service.id, layer)).collect(),
        };
        Some(Picture {
            title: "Which of our duties are proven".to_owned(),
            foot: format!("{}. Catalogue of {}", self.counts(), self.catalogue.date()),
            remarks: vec!["A check that passes proves what it checks and no more.".to_owned()],
            rows: layers.into_iter().map(row).collect(),
            columns: services.iter().map(|row| picture_column(row.service, None, row.resources)).collect(),
        })
    }
}
