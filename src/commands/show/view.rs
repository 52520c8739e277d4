//! The answers for one service, as records, rows, a page for people and a picture.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::analysis::matrix::{Column, Matrix};
use crate::catalogue::model::{Basis, Id, Layer, Mode, Party, Service, Sharing, Source};
use crate::catalogue::{Answer, Catalogue, Group, Rule, category};
use crate::commands::first_screen::FirstScreen;
use crate::commands::records::{ANSWER_COLUMNS, AnswerRecord, checks, lifecycle};
use crate::commands::variants;
use crate::commands::wording::{
    duty_rows, first_duty, group_title, holder, kind_sentence, lifecycle_sentence, matrix_picture, overlay_sentence,
    sides,
};
use crate::output::{Block, Cell, Grid, ListingRow, Page, Picture, Row, Table, Tone, View, values};

/// On what so many answers rest: pages about the service, its category, what holds for every service, or pages about something
/// else.
fn bases(counts: &BTreeMap<(Basis, Rule), usize>) -> String {
    let of = |wanted: fn(Basis, Rule) -> bool| {
        counts.iter().filter(|((basis, rule), _)| wanted(*basis, *rule)).map(|(_, count)| count).sum::<usize>()
    };
    let total = of(|_, _| true);
    let stated = of(|basis, _| basis == Basis::Stated);
    if stated == total {
        return format!("All {total} answers are stated on AWS's pages about this service.");
    }
    let derived = [
        (of(|basis, rule| basis == Basis::Derived && rule == Rule::Category), "from the category"),
        (of(|basis, rule| basis == Basis::Derived && rule == Rule::EveryService), "from what holds for every service"),
        (
            of(|basis, rule| basis == Basis::Derived && matches!(rule, Rule::Mode | Rule::Service)),
            "from pages about something else",
        ),
    ];
    let derived = derived.iter().filter(|(count, _)| *count > 0).map(|(count, from)| format!("{count} {from}"));
    let derived = derived.collect::<Vec<_>>().join(", ");
    format!("{stated} of {total} answers are stated on AWS's pages about this service; derived: {derived}.")
}

/// The question: one service, in one mode or each, in one layer or all.
pub(super) struct Answers<'c> {
    pub(super) catalogue: &'c Catalogue,
    pub(super) service: &'c Service,
    pub(super) named: Option<&'c Mode>,
    pub(super) layer: Option<Layer>,
    pub(super) long: bool,
}

impl<'c> Answers<'c> {
    fn layers(&self) -> Vec<Layer> {
        self.layer.map_or_else(|| Layer::ALL.to_vec(), |layer| vec![layer])
    }

    pub(super) fn by_mode(&self, layer: Layer) -> Vec<(Option<&'c Mode>, Answer<'c>)> {
        let answer = |mode| (mode, self.catalogue.split(self.service, mode, layer));
        variants(self.service, self.named).into_iter().map(answer).collect()
    }

    /// Which of the answers an overlay gives.
    pub(super) fn overlay_sentence(&self) -> Option<String> {
        overlay_sentence(self.layers().into_iter().flat_map(|layer| self.by_mode(layer)))
    }

    /// One row where all modes agree, else one a mode.
    fn rows(&self, layer: Layer) -> Vec<(Option<&'c Mode>, Answer<'c>)> {
        let mut answers = self.by_mode(layer);
        if answers.iter().all(|(_, answer)| answer.split == answers[0].1.split) {
            answers.truncate(1);
            if self.named.is_none() {
                answers[0].0 = None;
            }
        }
        answers
    }

    pub(super) fn short(&self, layer: Layer) -> String {
        let answers = self.by_mode(layer);
        let first = answers[0].1.split.party;
        if answers.iter().all(|(_, answer)| answer.split.party == first) {
            return format!("{first}\n");
        }
        let line = |(mode, answer): &(Option<&Mode>, Answer<'_>)| {
            format!("{}\t{}\n", mode.map_or("", |mode| &*mode.id), answer.split.party)
        };
        answers.iter().map(line).collect()
    }

    /// `layer<TAB>party` per line; `mode<TAB>layer<TAB>party` where there are modes.
    pub(super) fn short_of_all(&self) -> String {
        let mut text = String::new();
        for mode in variants(self.service, self.named) {
            for layer in Layer::ALL {
                let party = self.catalogue.split(self.service, mode, *layer).split.party;
                let mode =
                    mode.filter(|_| self.named.is_none()).map_or_else(String::new, |mode| format!("{}\t", mode.id));
                text.push_str(&format!("{mode}{layer}\t{party}\n"));
            }
        }
        text
    }

    fn heading(&self) -> String {
        let Service { name, id, .. } = self.service;
        let short = self.service.short_name();
        let called = if *short == **name { name.to_string() } else { format!("{short} - {name}") };
        match self.named {
            Some(mode) => format!("{called} ({id}@{}: {})", mode.id, mode.name),
            None => format!("{called} ({id})"),
        }
    }

    /// What the service is, before its layers.
    fn preamble(&self) -> Vec<Block> {
        let mut blocks = vec![Block::Heading(self.heading())];
        let kind = kind_sentence(category(self.service, self.named));
        let mixed = self.named.is_none()
            && self
                .service
                .modes
                .iter()
                .any(|mode| mode.category.is_some_and(|category| category != self.service.category));
        let mut about = if mixed { "The category depends on the mode.".to_owned() } else { kind.to_owned() };
        about
            .extend(lifecycle(self.service, self.named).map(|lifecycle| format!(" {}", lifecycle_sentence(lifecycle))));
        about.extend(self.overlay_sentence().map(|sentence| format!(" {sentence}")));
        blocks.push(Block::Aside(about));
        blocks
    }

    /// All layers in one table.
    fn overview(&self) -> Page {
        let mut blocks = self.preamble();
        let mut rows = Vec::new();
        let mut counts: BTreeMap<(Basis, Rule), usize> = BTreeMap::new();
        let mut sources: BTreeSet<&'c Id> = BTreeSet::new();
        let mut before = None;
        for layer in self.catalogue.drawn() {
            let group = self.catalogue.group(layer);
            if before.replace(group) != Some(group) {
                rows.push(Row::Group(group_title(group).to_owned()));
            }
            let answers = self.rows(layer);
            let several = answers.len() > 1;
            if several {
                let mut cells = vec![Cell::new(layer.as_str(), Tone::Strong)];
                cells.resize_with(4, Cell::default);
                rows.push(Row::Cells(cells));
            }
            for (mode, answer) in &answers {
                *counts.entry((answer.basis, answer.rule)).or_default() += 1;
                if matches!(answer.rule, Rule::Mode | Rule::Service) {
                    sources.extend(answer.split.sources.iter());
                }
                let label = match mode.filter(|_| several) {
                    Some(mode) => Cell::plain(format!("  @{}", mode.id)),
                    None => Cell::new(layer.as_str(), Tone::Strong),
                };
                rows.extend(self.duty_rows(label, layer, answer, group));
            }
        }
        let columns = ["Layer", "Who", "", "Must do"].map(str::to_owned).to_vec();
        blocks.push(Block::Table(Table { columns, rows }));
        blocks.extend(self.sources(&sources));
        blocks.push(Block::Aside(format!(
            "{}\nCatalogue dated {}. One layer in full: whose {} os",
            bases(&counts),
            self.catalogue.date(),
            self.asked()
        )));
        Page { blocks }
    }

    fn asked(&self) -> String {
        match self.named {
            Some(mode) => format!("{}@{}", self.service.id, mode.id),
            None => self.service.id.to_string(),
        }
    }

    /// The rows of one answer: the party beside the first duty.
    fn duty_rows(&self, label: Cell, layer: Layer, answer: &Answer<'_>, group: Group) -> Vec<Row> {
        let party = answer.split.party;
        // What AWS does everywhere, the learner reads once in `whose layers`; here it would bury what is particular.
        let everywhere = group == Group::OfTheCloud && answer.rule == Rule::EveryService;
        let is_shown = |side: Party| !everywhere && (side != Party::Aws || party != Party::Customer);
        let duties = sides(answer, self.catalogue.team(self.service, layer)).filter(|(side, ..)| is_shown(*side));
        duty_rows(vec![label, holder(answer)], duties)
    }

    fn sources(&self, keys: &BTreeSet<&Id>) -> Vec<Block> {
        let found: Vec<&Source> = keys.iter().filter_map(|key| self.catalogue.sources().get(key)).collect();
        if found.is_empty() {
            return Vec::new();
        }
        let lines = found.iter().map(|source| format!("{} ({})\n  {}", source.title, source.checked, source.url));
        vec![Block::Aside(format!("Sources\n{}", lines.collect::<Vec<_>>().join("\n")))]
    }

    /// One layer with everything that is known about it.
    fn full(&self, layer: Layer) -> Page {
        let info = self.catalogue.layer(layer);
        let mut blocks = self.preamble();
        blocks.push(Block::Heading(format!("{} ({layer})", info.name)));
        blocks.push(Block::Aside(info.definition.to_string()));
        let answers = self.rows(layer);
        if answers.len() > 1 {
            let row = |(mode, answer): &(Option<&Mode>, Answer<'_>)| {
                let mode = Cell::new(format!("@{}", mode.map_or("", |mode| &*mode.id)), Tone::Strong);
                ListingRow::Cells(vec![mode, holder(answer), Cell::plain(first_duty(answer))])
            };
            blocks.push(Block::Listing(answers.iter().map(row).collect()));
        }
        for (mode, answer) in answers {
            let split = answer.split;
            let mut facts = Vec::new();
            if let Some(mode) = mode {
                facts.push(("mode", format!("{}@{}: {}", self.service.id, mode.id, mode.name)));
            }
            let sharing = match split.sharing {
                Some(Sharing::Dependent) => ", dependent: AWS's half takes effect only when you act",
                Some(Sharing::Independent) => ", independent: each side acts alone",
                None if split.party == Party::Aws && answer.is_mine() => ": AWS's, with a part for you",
                None => "",
            };
            facts.push(("held by", format!("{}{sharing}", holder(&answer).text)));
            if let Some(team) =
                self.catalogue.team(self.service, layer).filter(|_| answer.duties(Party::Customer).next().is_some())
            {
                facts.push(("your team", team.to_owned()));
            }
            for (side, label) in
                [(Party::Customer, "you must"), (Party::Aws, "AWS must"), (Party::ThirdParty, "third party")]
            {
                let duties = answer.duties(side).map(|duty| duty.to_string());
                facts.extend(duties.enumerate().map(|(n, duty)| (if n == 0 { label } else { "" }, duty)));
            }
            for always in self.catalogue.always(layer) {
                let label = if always.party == Party::Aws { "AWS, always" } else { "you, always" };
                facts.push((label, always.duty.to_string()));
            }
            facts.extend(split.note.iter().map(|note| ("note", note.to_string())));
            let rule = match answer.rule {
                Rule::Mode => "this mode's own split".to_owned(),
                Rule::Service => "this service's own split".to_owned(),
                Rule::Category => format!("the default of {} services", category(self.service, mode.or(self.named))),
                Rule::EveryService => "what holds for every service".to_owned(),
            };
            let basis = match answer.basis {
                Basis::Stated => "stated: a page says so about this service",
                Basis::Derived => "derived: no page says so about this service alone",
            };
            facts.push(("rule", rule));
            facts.push(("basis", basis.to_owned()));
            facts.extend(answer.is_overlaid.then(|| ("origin", "your overlay".to_owned())));
            let controls: Vec<String> = answer.controls().iter().map(ToString::to_string).collect();
            facts.extend((!controls.is_empty()).then(|| ("NIST 800-53", controls.join(", "))));
            for (n, source) in self.catalogue.cited(&split.sources).enumerate() {
                let label = if n == 0 { "sources" } else { "" };
                facts.push((label, format!("{} (checked {})\n{}", source.title, source.checked, source.url)));
            }
            let own = checks(self.service, layer);
            for (n, of_one) in own.chunk_by(|one, next| one.kind == next.kind).enumerate() {
                let label = if n == 0 { "checked by" } else { "" };
                let ids: Vec<&str> = of_one.iter().map(|check| check.id).collect();
                facts.push((label, format!("{}: {}", of_one[0].kind.name(), ids.join(", "))));
            }
            facts.extend((!own.is_empty()).then(|| ("", "Their pages: -o json".to_owned())));
            blocks.push(Block::Facts(facts.into_iter().map(|(label, body)| (label.to_owned(), body)).collect()));
        }
        blocks.push(Block::Aside(format!("Catalogue dated {}.", self.catalogue.date())));
        Page { blocks }
    }
}

impl<'c> Answers<'c> {
    fn typed(&self) -> Vec<AnswerRecord<'c>> {
        let mut records = Vec::new();
        for mode in variants(self.service, self.named) {
            for layer in self.layers() {
                records.push(AnswerRecord::new(self.catalogue, self.service, mode, layer));
            }
        }
        records
    }
}

impl View for Answers<'_> {
    fn records(&self) -> Vec<Value> {
        values(self.typed())
    }

    fn grid(&self) -> Grid {
        Grid { columns: ANSWER_COLUMNS.to_vec(), rows: self.typed().iter().map(AnswerRecord::row).collect() }
    }

    fn picture(&self) -> Option<Picture> {
        let columns: Vec<Column<'_>> = variants(self.service, self.named)
            .into_iter()
            .map(|mode| Column { service: self.service, mode, resources: None })
            .collect();
        let several = columns.len() > 1;
        let mut picture = matrix_picture(self.catalogue, &Matrix::new(self.catalogue, columns, &self.layers()));
        picture.title = format!("Who secures {}", self.heading());
        let foot = [self.overlay_sentence(), Some(format!("Catalogue dated {}", self.catalogue.date()))];
        picture.foot = foot.into_iter().flatten().collect::<Vec<_>>().join(" ");
        if several {
            picture.columns_are = "modes";
        }
        Some(picture)
    }

    fn page(&self) -> Page {
        match self.layer {
            Some(layer) => self.full(layer),
            None if self.long => self.overview(),
            None => FirstScreen { catalogue: self.catalogue, service: self.service, named: self.named }.page(),
        }
    }
}
