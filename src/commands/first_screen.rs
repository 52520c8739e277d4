//! The first screen of a service: one line for each layer that is not plainly AWS's, at most 24 lines of 80 columns for every
//! service of the catalogue. Everything else is `--long`.

use std::collections::{BTreeMap, BTreeSet};

use super::records::lifecycle;
use super::variants;
use super::wording::{
    MAX_NAME_IN_COLUMN, THIRD, age, first_duty, group_title, holder, lifecycle_sentence, mode_label, narrow_holder,
    overlay_sentence,
};
use crate::analysis::matrix::Holder;
use crate::catalogue::model::{Category, Layer, Mode, Party, Service};
use crate::catalogue::{Answer, Catalogue, Rule, category};
use crate::output::{Block, Cell, ListingRow, Page, Tone};

/// The lines of a terminal of the usual size.
const MAX_LINES: usize = 24;

/// The width for which the first screen is made.
const WIDTH: usize = 80;

/// What the names of modes take beside columns, and the gap between two columns.
const NAME_WIDTH: usize = 20;
const GAP: usize = 2;

/// What makes a first screen easier to read, where there is room for it.
#[derive(Clone, Copy)]
struct Extras {
    /// The titles of the groups of layers.
    titles: bool,
    /// Empty lines.
    blanks: bool,
    /// More than one command to type next.
    hints: bool,
}

/// The first screen of a service, in one mode or over all of them.
pub(crate) struct FirstScreen<'c> {
    pub(crate) catalogue: &'c Catalogue,
    pub(crate) service: &'c Service,
    pub(crate) named: Option<&'c Mode>,
}

/// The answers for one layer, mode by mode.
type ByMode<'c> = Vec<(Option<&'c Mode>, Answer<'c>)>;

impl<'c> FirstScreen<'c> {
    pub(super) fn page(&self) -> Page {
        let layers = self.layers();
        let differing: Vec<&(Layer, ByMode<'c>)> = layers.iter().filter(|(_, answers)| !is_same(answers)).collect();
        // What takes lines and can be done without goes first.
        let sparing = [
            Extras { titles: true, blanks: true, hints: true },
            Extras { titles: false, blanks: true, hints: true },
            Extras { titles: false, blanks: false, hints: true },
            Extras { titles: false, blanks: false, hints: false },
        ];
        let mut screens = sparing.into_iter().map(|extras| {
            if differing.is_empty() {
                self.by_layer(&layers, extras)
            } else {
                self.by_mode(&layers, &differing, extras)
            }
        });
        let mut rows = screens.next().unwrap_or_default();
        while height(&rows) > MAX_LINES
            && let Some(less) = screens.next()
        {
            rows = less;
        }
        Page { blocks: vec![Block::Listing(rows)] }
    }

    /// The layers from what is the customer's down to what is AWS's everywhere, with their answers.
    fn layers(&self) -> Vec<(Layer, ByMode<'c>)> {
        let answer = |layer| {
            let answer = |mode| (mode, self.catalogue.split(self.service, mode, layer));
            (layer, variants(self.service, self.named).into_iter().map(answer).collect())
        };
        self.catalogue.drawn().into_iter().map(answer).collect()
    }

    /// What the service is.
    fn heading(&self, about: &str, layers: &[(Layer, ByMode<'c>)]) -> Vec<ListingRow> {
        let Service { id, .. } = self.service;
        let short = self.service.short_name();
        let name = match self.named {
            Some(mode) => format!("{short} ({id}@{}: {})", mode.id, mode.name),
            None => format!("{short} ({id})"),
        };
        let mut said = Vec::new();
        said.extend(lifecycle(self.service, self.named).map(lifecycle_sentence));
        said.push(about.to_owned());
        said.extend(overlay_sentence(layers.iter().flat_map(|(_, answers)| answers.iter().copied())));
        let said = said.join(" ");
        if name.len() + 3 + said.len() <= WIDTH {
            let cells = vec![Cell::new(name, Tone::Strong), Cell::new(format!(" {said}"), Tone::Faint)];
            vec![ListingRow::Cells(cells)]
        } else {
            vec![ListingRow::Text(Cell::new(name, Tone::Strong)), ListingRow::Text(Cell::new(said, Tone::Faint))]
        }
    }

    /// A service that is answered once, or in each of its modes alike: a line for each layer that is not plainly AWS's.
    fn by_layer(&self, layers: &[(Layer, ByMode<'c>)], extras: Extras) -> Vec<ListingRow> {
        let about = match category(self.service, self.named) {
            Category::Infrastructure => "infrastructure service: AWS runs the machines, you run the rest.",
            Category::Container => "container service (AWS's word): it runs the platform for you.",
            Category::Abstracted => "abstracted service: AWS runs everything behind an endpoint.",
        };
        let mut rows = self.heading(about, layers);
        rows.extend(extras.blanks.then_some(ListingRow::Blank));
        let modes: Vec<String> = self.service.modes.iter().map(mode_label).collect();
        if self.named.is_none() && !modes.is_empty() {
            rows.push(ListingRow::Wrapped(Cell::plain("Modes"), modes.join(", ") + "; the party is the same in each"));
        }
        let mut before = None;
        let mut plain = Vec::new();
        for (layer, answers) in layers {
            let answer = &answers[0].1;
            let group = self.catalogue.group(*layer);
            if extras.titles && before.replace(group) != Some(group) {
                rows.push(ListingRow::Text(Cell::new(group_title(group), Tone::Faint)));
            }
            if is_plainly_aws(answer) {
                plain.push(layer.as_str());
            } else {
                rows.push(ListingRow::Cells(vec![
                    Cell::new(format!("  {layer}"), Tone::Strong),
                    holder(answer),
                    Cell::plain(Self::first_duty_of(answers)),
                ]));
            }
        }
        if !plain.is_empty() {
            rows.push(ListingRow::Wrapped(Cell::new("  AWS", Tone::Aws), plain.join(", ")));
        }
        rows.extend(extras.blanks.then_some(ListingRow::Blank));
        rows.extend(self.foot(layers, extras));
        rows
    }

    /// The first duty in a layer; with its mode where another mode begins with another.
    fn first_duty_of(answers: &ByMode<'c>) -> String {
        let (mode, answer) = &answers[0];
        let duty = first_duty(answer);
        match mode {
            Some(mode) if answers.iter().any(|(_, other)| first_duty(other) != duty) => format!("@{}: {duty}", mode.id),
            _ => duty,
        }
    }

    /// A service whose modes differ: the modes are rows, the layers in which they differ columns.
    fn by_mode(
        &self,
        layers: &[(Layer, ByMode<'c>)],
        differing: &[&(Layer, ByMode<'c>)],
        extras: Extras,
    ) -> Vec<ListingRow> {
        let mut rows = self.heading("The answer depends on the mode.", layers);
        rows.extend(extras.blanks.then_some(ListingRow::Blank));
        let mut header = vec![Cell::new("Mode", Tone::Faint)];
        header.extend(differing.iter().map(|(layer, _)| Cell::new(layer.short(), Tone::Faint)));
        rows.push(ListingRow::Cells(header));
        // Modes that agree in every layer share a row.
        let mut folded: Vec<(Vec<Cell>, Vec<String>)> = Vec::new();
        for (place, mode) in self.service.modes.iter().enumerate() {
            let shown = |(_, answers): &&(Layer, ByMode<'c>)| column_holder(&answers[place].1, differing.len());
            let cells: Vec<Cell> = differing.iter().map(shown).collect();
            match folded
                .iter_mut()
                .find(|(known, modes)| *known == cells && modes.join(", ").len() + mode.id.len() < 30)
            {
                Some((_, modes)) => modes.push(mode_label(mode)),
                None => folded.push((cells, vec![mode_label(mode)])),
            }
        }
        for (cells, modes) in folded {
            let name = Cell::new(modes.join(", "), Tone::Strong);
            rows.push(ListingRow::Cells([vec![name], cells].concat()));
        }
        rows.extend(extras.blanks.then_some(ListingRow::Blank));
        if extras.titles {
            rows.push(ListingRow::Text(Cell::new("The same in every mode", Tone::Faint)));
        }
        let mut same: BTreeMap<usize, (Cell, Vec<&str>)> = BTreeMap::new();
        for (layer, answers) in layers.iter().filter(|(_, answers)| is_same(answers)) {
            let cell = holder(&answers[0].1);
            let place = same.values().position(|(known, _)| *known == cell).unwrap_or(same.len());
            same.entry(place).or_insert_with(|| (cell, Vec::new())).1.push(layer.as_str());
        }
        for (cell, layers) in same.into_values() {
            rows.push(ListingRow::Wrapped(Cell::new(format!("  {}", cell.text), cell.tone), layers.join(", ")));
        }
        let first = differing.iter().find_map(|(layer, answers)| {
            let (mode, answer) = answers.iter().find(|(_, answer)| answer.duties(Party::Customer).next().is_some())?;
            Some((layer, mode.as_ref()?, answer))
        });
        if let Some((layer, mode, answer)) = first {
            let label = format!("@{} {}", mode.id, layer.short());
            rows.push(ListingRow::Cells(vec![Cell::new(label, Tone::Strong), Cell::plain(first_duty(answer))]));
        }
        rows.extend(extras.blanks.then_some(ListingRow::Blank));
        rows.extend(self.foot(layers, extras));
        rows
    }

    /// How many duties are the customer's, how old the text is, what to type next.
    fn foot(&self, layers: &[(Layer, ByMode<'c>)], extras: Extras) -> Vec<ListingRow> {
        let answers = || layers.iter().flat_map(|(_, answers)| answers.iter().map(|(_, answer)| answer));
        let mut duties: Vec<&str> =
            answers().flat_map(|answer| answer.duties(Party::Customer)).map(|duty| &**duty).collect();
        duties.sort_unstable();
        duties.dedup();
        let count = duties.len();
        let mut said = format!("{count} {} yours.", if count == 1 { "duty is" } else { "duties are" });
        if answers().any(is_aws_with_your_part) {
            said.push_str(" AWS+ leaves a part to you.");
        }
        let differing = layers.iter().filter(|(_, answers)| !is_same(answers));
        let columns = differing.clone().count();
        let in_columns = differing.flat_map(|(_, answers)| answers.iter().map(|(_, answer)| answer));
        let thirds: BTreeSet<String> =
            in_columns.filter(|own| column_holder(own, columns).text == THIRD).map(|own| holder(own).text).collect();
        let thirds = thirds.into_iter().collect::<Vec<_>>().join("; ");
        let thirds = (!thirds.is_empty()).then(|| format!("{THIRD}: {thirds}."));
        // The age of what is said of this service; where nothing is, of what holds for its category.
        let is_own = |answer: &&Answer<'_>| matches!(answer.rule, Rule::Mode | Rule::Service);
        let has_own = answers().any(|answer| is_own(&answer));
        let sources = answers()
            .filter(|answer| !has_own || is_own(answer))
            .flat_map(|answer| self.catalogue.cited(&answer.split.sources));
        if let Some(age) = age(&sources.map(|source| source.checked).collect::<Vec<_>>(), self.catalogue.date()) {
            said.push_str(&format!(" Text of {age}."));
        }
        let mut teams: Vec<(&str, Vec<&str>)> = Vec::new();
        for (layer, _) in layers.iter().filter(|(_, answers)| answers.iter().any(|(_, own)| own.is_mine())) {
            let Some(team) = self.catalogue.team(self.service, *layer) else { continue };
            match teams.iter_mut().find(|(known, _)| *known == team) {
                Some((_, layers)) => layers.push(layer.as_str()),
                None => teams.push((team, vec![layer.as_str()])),
            }
        }
        let asked = match self.named {
            Some(mode) => format!("{}@{}", self.service.id, mode.id),
            None => self.service.id.to_string(),
        };
        let third = match self.service.modes.first() {
            Some(mode) if self.named.is_none() => format!("One mode: whose {asked}@{}", mode.id),
            _ => format!("Scripts: whose {asked} | cat"),
        };
        // The next commands stand on one line, or below each other where their names are long.
        let mut lines: Vec<String> = Vec::new();
        let hints = if extras.hints { 3 } else { 1 };
        let all = [format!("Everything: whose {asked} --long"), format!("One layer: whose {asked} os"), third];
        for next in all.into_iter().take(hints) {
            match lines.last_mut().filter(|line| line.len() + 2 + next.len() <= WIDTH) {
                Some(line) => line.push_str(&format!("  {next}")),
                None => lines.push(next),
            }
        }
        let faint = |text: String| ListingRow::Cells(vec![Cell::new(text, Tone::Faint)]);
        let teams = teams
            .into_iter()
            .map(|(team, layers)| ListingRow::Wrapped(Cell::new(format!("{team}:"), Tone::Strong), layers.join(", ")));
        teams.chain(thirds.into_iter().chain([said]).chain(lines).map(faint)).collect()
    }
}

/// Whether AWS holds a layer and leaves nothing of it to the customer.
fn is_plainly_aws(answer: &Answer<'_>) -> bool {
    answer.split.party == Party::Aws && answer.duties(Party::Customer).next().is_none()
}

fn is_aws_with_your_part(answer: &Answer<'_>) -> bool {
    answer.split.party == Party::Aws && answer.duties(Party::Customer).next().is_some()
}

/// Who holds a layer, in one of so many columns that must fit the width together.
fn column_holder(answer: &Answer<'_>, columns: usize) -> Cell {
    let room = ((WIDTH - NAME_WIDTH) / columns.max(1)).saturating_sub(GAP);
    narrow_holder(Holder::of(answer), room.min(MAX_NAME_IN_COLUMN))
}

/// Whether all modes give a layer to the same holder.
fn is_same(answers: &ByMode<'_>) -> bool {
    answers.iter().all(|(_, answer)| holder(answer) == holder(&answers[0].1))
}

/// The lines that rows take on a terminal of 80 columns.
fn height(rows: &[ListingRow]) -> usize {
    rows.iter().map(|row| row.height(WIDTH)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_fits_the_first_screen() {
        let catalogue = Catalogue::built_in();
        let mut heights = Vec::new();
        for service in catalogue.services().iter() {
            let named = service.modes.iter().map(Some).chain([None]);
            for named in named {
                let page = FirstScreen { catalogue: &catalogue, service, named }.page();
                let Block::Listing(rows) = &page.blocks[0] else { panic!("a first screen is a listing") };
                assert!(height(rows) <= MAX_LINES, "{}@{:?}: {}", service.id, named.map(|mode| &mode.id), height(rows));
                heights.push(height(rows));
            }
        }
        heights.sort_unstable();
        assert!(heights[0] > 5, "a first screen says something");
    }
}
