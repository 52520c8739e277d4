//! What results prove, as records, rows, a page for people and a picture.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::analysis::coverage::{CheckOutcome, LayerCoverage, Outcome, State};
use crate::catalogue::Catalogue;
use crate::catalogue::model::{CheckProvider, Control, Layer, Party, Service};
use crate::commands::overlay_note;
use crate::commands::selection::plural;
use crate::commands::wording::{joined, picture_column, picture_row};
use crate::output::{Block, Cell, Grid, Page, Picture, PictureCell, Row, Table, Tone, View, values};

/// What the state of a layer rests on, in a few words.
fn because(row: &LayerCoverage<'_>) -> String {
    let ids = |outcome| row.ids(outcome).collect::<Vec<_>>().join(", ");
    let (all, ran) = (row.checks.len(), row.ran());
    let rest = match all - ran {
        0 => String::new(),
        1 => "; 1 other did not run".to_owned(),
        silent => format!("; {silent} others did not run"),
    };
    let open = if row.count(Outcome::NoVerdict) > 0 {
        format!("without a verdict (muted, or no data): {}", ids(Outcome::NoVerdict))
    } else {
        String::new()
    };
    match row.state {
        State::Failing => format!(
            "{} of {} failed: {}{rest}",
            row.count(Outcome::Failed),
            plural(all as u64, "check"),
            ids(Outcome::Failed)
        ),
        State::Proven => format!("proven by these checks: {}{rest}", ids(Outcome::Passed)),
        State::Partial => {
            let open = if open.is_empty() { open } else { format!("; {open}") };
            format!("{} of {all} checks passed: {}{open}{rest}", row.count(Outcome::Passed), ids(Outcome::Passed))
        }
        State::Unseen if !open.is_empty() => format!("{open}{rest}"),
        State::Unseen if all == 0 => "no check exists".to_owned(),
        State::Unseen if all == 1 => format!("its check did not run: {}", ids(Outcome::NotRun)),
        State::Unseen => format!("none of {all} checks ran; for instance {}", for_instance(row)),
    }
}

/// The first check of every provider.
fn for_instance(row: &LayerCoverage<'_>) -> String {
    let first = |provider: &CheckProvider| row.checks.iter().find(|own| own.provider == *provider);
    CheckProvider::ALL.iter().filter_map(first).map(|own| &*own.check.id).collect::<Vec<_>>().join(", ")
}

/// The tone of a state.
const fn tone(state: State) -> Tone {
    match state {
        State::Failing => Tone::Bad,
        State::Unseen | State::Partial => Tone::Open,
        State::Proven => Tone::Good,
    }
}

/// What a state means.
const fn meaning(state: State) -> &'static str {
    match state {
        State::Failing => "a check failed",
        State::Unseen => "no check came to a verdict",
        State::Partial => "checks passed, but not every one of a set",
        State::Proven => "every check of a provider passed",
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
    /// The NIST SP 800-53 controls of the layer.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub controls: Vec<Control>,
    /// What is known.
    pub state: State,
    /// How many checks ran and passed every time.
    pub passed: usize,
    /// How many checks failed at least once.
    pub failed: usize,
    /// How many checks ran and came to no verdict: no data, muted, to be judged by hand.
    pub no_verdict: usize,
    /// How many checks exist and did not run.
    pub not_run: usize,
    /// Every check that the catalogue has for the layer.
    pub checks: Vec<CheckRecord<'c>>,
    /// How many things in the inventory the service stands for.
    pub resources: Option<u64>,
    /// `overlay` where an overlay gives the layer's duties or its checks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<&'static str>,
    /// The customer's team, where an overlay says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<&'c str>,
}

/// A check, and how it ended.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CheckRecord<'c> {
    /// Its id.
    pub id: &'c str,
    /// Who publishes it.
    pub provider: CheckProvider,
    /// How it ended.
    pub outcome: Outcome,
}

pub(super) struct Gaps<'c> {
    pub(super) catalogue: &'c Catalogue,
    /// All rows: what is counted.
    pub(super) rows: Vec<LayerCoverage<'c>>,
    /// The only state that is shown.
    pub(super) state: Option<State>,
    /// What was read, as it was named.
    pub(super) inputs: Vec<String>,
    /// How many checks of the catalogue's ran.
    pub(super) checks_that_ran: usize,
    /// What was read, what is left open, what was not matched.
    pub(super) remarks: Vec<String>,
    pub(super) envelope: Map<String, Value>,
}

impl<'c> Gaps<'c> {
    fn typed(&self) -> Vec<GapRecord<'c>> {
        let check =
            |own: &CheckOutcome<'c>| CheckRecord { id: &own.check.id, provider: own.provider, outcome: own.outcome };
        let record = |row: &LayerCoverage<'c>| GapRecord {
            service: &row.service.id,
            layer: row.layer,
            controls: row.controls.clone(),
            state: row.state,
            passed: row.count(Outcome::Passed),
            failed: row.count(Outcome::Failed),
            no_verdict: row.count(Outcome::NoVerdict),
            not_run: row.count(Outcome::NotRun),
            checks: row.checks.iter().map(check).collect(),
            resources: row.resources,
            origin: self.is_overlaid(row).then_some("overlay"),
            team: self.catalogue.team(row.service, row.layer),
        };
        self.shown().map(record).collect()
    }

    /// The rows that are shown.
    pub(super) fn shown(&self) -> impl Iterator<Item = &LayerCoverage<'c>> {
        self.rows.iter().filter(|row| self.state.is_none_or(|state| state == row.state))
    }

    fn is_overlaid(&self, row: &LayerCoverage<'_>) -> bool {
        row.modes.iter().any(|mode| self.catalogue.split(row.service, *mode, row.layer).is_overlaid)
    }

    /// Which rows a filter leaves out.
    pub(super) fn filter(&self) -> Option<String> {
        let state = self.state?;
        let hidden = self.rows.len() - self.shown().count();
        (hidden > 0).then(|| format!("Shown are those in the state {}; {}.", state.as_str(), self.counts()))
    }

    /// What stands beneath the rows: the counts of all of them, whatever is shown.
    fn foot(&self) -> String {
        let overlaid = self.shown().filter(|row| self.is_overlaid(row)).map(|row| &*row.service.id);
        let counts = self.filter().unwrap_or_else(|| format!("{}.", self.counts()));
        [Some(counts), overlay_note(overlaid)].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// What the customer must do, and in which modes where not in all of them.
    fn duties(&self, row: &LayerCoverage<'_>) -> Vec<(String, String)> {
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
        let each: Vec<String> =
            State::ALL.iter().map(|state| format!("{} {}", count(*state), state.as_str())).collect();
        format!("{} of {} of yours", each.join(", "), plural(self.rows.len() as u64, "layer"))
    }

    /// A layer of a service in the diagram: the checks that failed come first, those that did not run last.
    fn cell(&self, row: &LayerCoverage<'_>) -> PictureCell {
        let mut checks = row.checks.clone();
        checks.sort_by_key(|own| match own.outcome {
            Outcome::Failed => 0,
            Outcome::Passed | Outcome::NoVerdict => 1,
            Outcome::NotRun => 2,
        });
        let page = |CheckOutcome { provider, check, outcome }: CheckOutcome<'_>| {
            (format!("{} ({}): {}", check.id, provider.name(), outcome.word()), check.url(provider), String::new())
        };
        PictureCell {
            word: row.state.as_str().to_owned(),
            means: meaning(row.state),
            tone: tone(row.state),
            is_mine: true,
            is_overlaid: self.is_overlaid(row),
            team: self.catalogue.team(row.service, row.layer).map(str::to_owned),
            duties: self.duties(row),
            facts: [
                Some(("because", because(row))),
                self.is_overlaid(row).then(|| ("origin", "your overlay".to_owned())),
            ]
            .into_iter()
            .flatten()
            .collect(),
            sources: checks.into_iter().map(page).collect(),
            ..PictureCell::default()
        }
    }
}

impl View for Gaps<'_> {
    fn records(&self) -> Vec<Value> {
        values(self.typed())
    }

    fn envelope(&self) -> Map<String, Value> {
        self.envelope.clone()
    }

    fn grid(&self) -> Grid {
        let rows = self.typed().into_iter().map(|record| {
            let failed = record.checks.iter().filter(|check| check.outcome == Outcome::Failed).map(|check| check.id);
            vec![
                record.service.to_owned(),
                record.layer.to_string(),
                record.resources.map_or_else(String::new, |count| count.to_string()),
                record.state.as_str().to_owned(),
                record.passed.to_string(),
                record.failed.to_string(),
                record.no_verdict.to_string(),
                record.not_run.to_string(),
                joined(failed),
                joined(record.controls),
                record.origin.unwrap_or_default().to_owned(),
                record.team.unwrap_or_default().to_owned(),
            ]
        });
        let columns = vec![
            "service",
            "layer",
            "resources",
            "state",
            "passed",
            "failed",
            "no_verdict",
            "not_run",
            "failed_checks",
            "controls",
            "origin",
            "team",
        ];
        Grid { columns, rows: rows.collect() }
    }

    fn page(&self) -> Page {
        let mut rows = Vec::new();
        for &state in State::ALL {
            let mut own = self.shown().filter(|row| row.state == state).peekable();
            if own.peek().is_some() {
                rows.push(Row::Group(format!("{}: {}", state.as_str().to_uppercase(), meaning(state))));
            }
            for row in own {
                rows.push(Row::Cells(vec![
                    Cell::new(&*row.service.id, Tone::Strong),
                    Cell::plain(row.layer.as_str()),
                    Cell::new(state.as_str(), tone(state)),
                    Cell::plain(format!("{} of {}", row.ran(), row.checks.len())),
                    Cell::plain(match self.catalogue.team(row.service, row.layer) {
                        Some(team) => format!("{} ({team})", because(row)),
                        None => because(row),
                    }),
                ]));
            }
        }
        let columns = ["Service", "Layer", "State", "Ran", "Because"].map(str::to_owned).to_vec();
        let foot = Block::Aside(format!(
            "{}\nA check that passes proves what it checks and no more. Catalogue dated {}.",
            self.foot(),
            self.catalogue.date()
        ));
        Page { blocks: vec![Block::Table(Table { columns, rows }), foot] }
    }

    fn picture(&self) -> Option<Picture> {
        let mut services: Vec<(&Service, Option<u64>)> = Vec::new();
        let mut cells: BTreeMap<(&str, Layer), &LayerCoverage<'_>> = BTreeMap::new();
        for row in self.shown() {
            if services.last().is_none_or(|(last, _)| last.id != row.service.id) {
                services.push((row.service, row.resources));
            }
            cells.insert((&*row.service.id, row.layer), row);
        }
        let mut layers = self.catalogue.drawn();
        layers.retain(|layer| cells.keys().any(|(_, own)| own == layer));
        let row = |layer: Layer| {
            let mut row = picture_row(self.catalogue, layer);
            for (service, _) in &services {
                row.push(cells.get(&(&*service.id, layer)).map(|own| self.cell(own)));
            }
            row
        };
        let mut remarks = vec!["A check that passes proves what it checks and no more.".to_owned()];
        remarks.extend_from_slice(&self.remarks);
        remarks.extend(self.filter());
        Some(Picture {
            title: "Which of our duties are proven".to_owned(),
            foot: format!("{} Catalogue dated {}", self.foot(), self.catalogue.date()),
            summary: vec![
                ("Services", services.len().to_string()),
                ("State", self.counts()),
                ("Checks that ran", self.checks_that_ran.to_string()),
                ("Read", self.inputs.join(", ")),
            ],
            remarks,
            words: "State",
            pages: "Checks",
            empty: "no duty of yours there, or not in the state that was asked for",
            columns_are: "services",
            rows_are: "layers",
            rows: layers.into_iter().map(row).collect(),
            columns: services.iter().map(|(service, count)| picture_column(service, None, *count)).collect(),
        })
    }
}
