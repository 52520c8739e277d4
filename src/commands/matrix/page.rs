//! The matrix for people: on a terminal, in which layers on which all agree are one line and services that agree in every
//! other layer one row, and as a document, in which it is whole and the duties are folded away.

use std::collections::BTreeMap;

use crate::analysis::matrix::{Column, Folded, Holder, Matrix, Profile, Sort};
use crate::catalogue::model::{Layer, Party};
use crate::catalogue::{Answer, Catalogue};
use crate::commands::wording::{
    HOLDERS, MAX_NAME_IN_COLUMN, THIRD, duty_rows, holder_cell, lifecycle_sentence, narrow_holder, overlay_sentence,
    sides,
};
use crate::output::{Block, Cell, Document, Entry, Page, Picture, PictureCell, Row, Section, Table, Tone};

/// The matrix, and how it is to be drawn.
pub(super) struct MatrixPage<'c> {
    pub(super) catalogue: &'c Catalogue,
    pub(super) matrix: &'c Matrix<'c>,
    /// What is said where nothing is left of it.
    pub(super) nothing: &'static str,
    /// Whether one layer was asked about; its duties are told then.
    pub(super) one_layer: bool,
    /// Whether no layer was asked about.
    pub(super) all_layers: bool,
    /// Whether an order of the services was asked for.
    pub(super) sorted: bool,
    /// The width of the terminal.
    pub(super) width: usize,
}

/// What a table leaves between two columns, where there is room.
const GAP: usize = 2;

/// Names that have at least this much room stand beside what is said of them.
const MIN_ROOM_FOR_NAMES: usize = 24;

/// So many services stand across in a document; more are rows.
const MAX_ACROSS_IN_DOCUMENT: usize = 6;

impl<'c> MatrixPage<'c> {
    /// The page for a terminal.
    pub(super) fn page(&self) -> Page {
        let mut blocks = Vec::new();
        if self.matrix.is_empty() {
            blocks.push(Block::Text(self.nothing.to_owned()));
            return Page { blocks };
        }
        match self.matrix.layers() {
            [layer] if self.one_layer => blocks.extend(self.by_service(*layer)),
            _ => blocks.extend(self.folded()),
        }
        // Whoever asked about layers knows the flag.
        let next = if self.all_layers { "For the duties, add --layer os or use -o html. " } else { "" };
        blocks.push(Block::Aside(format!("{next}Catalogue dated {}.", self.catalogue.date())));
        Page { blocks }
    }

    /// One layer: who must do what, service by service. What leaves most to the customer comes first.
    fn by_service(&self, layer: Layer) -> Vec<Block> {
        let info = self.catalogue.layer(layer);
        let mut cells: Vec<(&Column<'c>, &Answer<'c>)> = self.matrix.cells().collect();
        cells.sort_by(|(_, one), (_, other)| Holder::of(other).cmp(&Holder::of(one)));
        let mut rows = Vec::new();
        let mut before = None;
        for (column, answer) in cells {
            let holder = Holder::of(answer);
            if before.replace(holder) != Some(holder) {
                rows.push(Row::Group(holder_cell(holder).text));
            }
            let duties = sides(answer, self.catalogue.team(column.service, layer))
                .filter(|(side, ..)| *side != Party::Aws || answer.split.party != Party::Customer);
            rows.extend(duty_rows(vec![Cell::new(column.counted(), Tone::Strong)], duties));
        }
        let columns = ["Service", "Who", "Must do"].map(str::to_owned).to_vec();
        vec![Block::Heading(format!("{} ({layer})", info.name)), Block::Table(Table { columns, rows })]
    }

    /// Several layers: those on which all agree by themselves, then the others.
    fn folded(&self) -> Vec<Block> {
        let folded = self.matrix.fold();
        let mut blocks = Vec::new();
        let in_all = if self.matrix.columns().len() > 1 { " in all" } else { "" };
        let ids = |layers: &[Layer]| layers.iter().map(|layer| layer.as_str()).collect::<Vec<_>>().join(", ");
        let same = folded.same.iter();
        let same: Vec<_> = same.map(|(holder, layers)| (holder_cell(*holder).text + in_all, ids(layers))).collect();
        if !same.is_empty() {
            blocks.push(Block::Facts(same));
        }
        if folded.differing.is_empty() {
            blocks.push(Block::Text(self.matrix.columns().map(Column::counted).collect::<Vec<_>>().join(", ")));
        } else if self.fits_across(&folded.differing) {
            blocks.push(self.by_layer(&folded));
        } else if self.sorted {
            blocks.extend(self.by_profile(&folded));
        } else {
            blocks.extend(self.by_profile(&self.matrix.clone().sorted(Sort::Mine).fold()));
        }
        blocks.extend(self.teams());
        blocks
    }

    /// Whether the services fit beside the names of the layers.
    fn fits_across(&self, layers: &[Layer]) -> bool {
        let names = layers.iter().map(|layer| layer.as_str().len()).max().unwrap_or(0);
        let columns: usize = self.matrix.columns().map(|column| GAP + column.counted().len()).sum();
        names + columns <= self.width
    }

    /// Layers down, services across, as everyone draws it.
    fn by_layer(&self, folded: &Folded<'c>) -> Block {
        let mut rows = Vec::new();
        for layer in folded.differing.iter().rev() {
            let mut cells = vec![Cell::new(layer.as_str(), Tone::Strong)];
            cells.extend(self.matrix.answers().map(|(_, answers)| {
                let own = answers.iter().flatten().find(|answer| answer.layer == *layer);
                own.map_or_else(Cell::default, |answer| holder_cell(Holder::of(answer)))
            }));
            rows.push(Row::Cells(cells));
        }
        let mut columns = vec!["Layer".to_owned()];
        columns.extend(self.matrix.columns().map(Column::counted));
        Block::Table(Table { columns, rows })
    }

    /// One row for services that agree in every layer, the layers across under short names.
    fn by_profile(&self, folded: &Folded<'c>) -> Vec<Block> {
        let layers = &folded.differing;
        let cells = |profile: &Profile<'c>| -> Vec<Cell> {
            profile.holders.iter().map(|holder| holder.map_or_else(Cell::default, in_column)).collect()
        };
        let width_of = |place: usize| {
            let cells = folded.profiles.iter().map(|profile| cells(profile)[place].text.chars().count());
            cells.chain([layers[place].short().len()]).max().unwrap_or(0)
        };
        let taken: usize = (0..layers.len()).map(|place| width_of(place) + 1).sum();
        let longest = self.matrix.columns().map(|column| column.counted().len()).max().unwrap_or(0);
        let beside = taken + longest.max(MIN_ROOM_FOR_NAMES) <= self.width;
        let mut rows = Vec::new();
        for profile in &folded.profiles {
            let names = profile.columns.iter().map(Column::counted).collect::<Vec<_>>().join(", ");
            let mut cells = cells(profile);
            if beside {
                cells.push(Cell::plain(names));
                rows.push(Row::Cells(cells));
            } else {
                rows.extend([Row::Cells(cells), Row::Group(format!("  {names}"))]);
            }
        }
        let mut columns: Vec<String> = layers.iter().map(|layer| layer.short().to_owned()).collect();
        let counted = self.matrix.columns().any(|column| column.resources.is_some());
        columns.extend(beside.then(|| if counted { "Services (resources)" } else { "Services" }.to_owned()));
        vec![Block::Table(Table { columns, rows }), Block::Aside(legend(folded))]
    }

    /// Which team holds the customer's side of what, where an overlay names teams.
    fn teams(&self) -> Option<Block> {
        let mut teams: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (column, answers) in self.matrix.answers() {
            let mut own: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for answer in answers.iter().flatten().filter(|answer| answer.is_mine()) {
                let team = self.catalogue.team(column.service, answer.layer);
                if let Some(team) = team {
                    own.entry(team).or_default().push(answer.layer.short());
                }
            }
            let is_only = own.len() == 1;
            for (team, layers) in own {
                let layers = if is_only { String::new() } else { format!(" ({})", layers.join(", ")) };
                teams.entry(team).or_default().push(column.label() + &layers);
            }
        }
        let facts = teams.into_iter().map(|(team, of)| (team.to_owned(), of.join(", ")));
        let facts: Vec<_> = facts.collect();
        (!facts.is_empty()).then_some(Block::Facts(facts))
    }

    /// The document: the whole matrix, and the duties of each service folded away.
    pub(super) fn document(&self, picture: Picture) -> Document {
        let mut sections = Vec::new();
        // What is the same in all is said once.
        let is_same = |cells: &[Option<usize>]| cells.len() > 1 && cells.iter().all(|cell| *cell == cells[0]);
        let (same, own): (Vec<_>, Vec<_>) = picture.rows.iter().partition(|row| is_same(&row.cells));
        let entries = same.iter().filter_map(|row| Some(entry(&row.id, row.cell(0)?.clone())));
        let entries: Vec<Entry> = entries.collect();
        if !entries.is_empty() {
            sections.push(Section { id: "same".to_owned(), heading: "The same in all".to_owned(), entries });
        }
        for (place, (column, answers)) in self.matrix.answers().enumerate() {
            let entries = own.iter().filter_map(|row| Some(entry(&row.id, row.cell(place)?.clone()))).collect();
            sections.push(Section { id: column.label(), heading: heading(column, answers), entries });
        }
        let mut foot = vec![picture.foot];
        if !self.matrix.is_empty() {
            foot.insert(0, HOLDERS.to_owned());
        }
        if self.matrix.columns().len() > MAX_ACROSS_IN_DOCUMENT {
            foot.insert(0, headings(self.matrix.layers()));
        }
        Document {
            title: picture.title,
            remarks: picture.remarks,
            table: self.pivot(),
            foot,
            sections,
            is_folded: true,
        }
    }

    /// Every layer and every service.
    fn pivot(&self) -> Table {
        let cell = |answer: &Option<Answer<'c>>| {
            answer.as_ref().map_or_else(Cell::default, |answer| holder_cell(Holder::of(answer)))
        };
        let layers = self.matrix.layers();
        if self.matrix.columns().len() > MAX_ACROSS_IN_DOCUMENT {
            let columns = layers.iter().map(|layer| layer.short().to_owned());
            let row = |(column, answers): (&Column<'c>, &[Option<Answer<'c>>])| {
                let name = Cell::new(column.counted(), Tone::Strong);
                Row::Cells([name].into_iter().chain(answers.iter().map(cell)).collect())
            };
            return Table {
                columns: ["service".to_owned()].into_iter().chain(columns).collect(),
                rows: self.matrix.answers().map(row).collect(),
            };
        }
        let row = |(place, layer): (usize, &Layer)| {
            let name = Cell::new(layer.as_str(), Tone::Strong);
            let cells = self.matrix.answers().map(|(_, answers)| cell(&answers[place]));
            Row::Cells([name].into_iter().chain(cells).collect())
        };
        Table {
            columns: ["layer".to_owned()].into_iter().chain(self.matrix.columns().map(Column::counted)).collect(),
            rows: layers.iter().enumerate().rev().map(row).collect(),
        }
    }
}

/// What the short names of layers mean.
fn headings(layers: &[Layer]) -> String {
    let each = layers.iter().map(|layer| format!("{}={layer}", layer.short()));
    format!("{}.", each.collect::<Vec<_>>().join(", "))
}

/// What the short words of a folded matrix mean.
fn legend(folded: &Folded<'_>) -> String {
    let mut text = format!("{}\n{HOLDERS}", headings(&folded.differing));
    let mut thirds: Vec<&str> = Vec::new();
    for holder in folded.profiles.iter().flat_map(|profile| profile.holders.iter().copied().flatten()) {
        if let Holder::ThirdParty(name) = holder
            && in_column(holder).text != name
            && !thirds.contains(&name)
        {
            thirds.push(name);
        }
    }
    if !thirds.is_empty() {
        text.push_str(&format!(" {THIRD}: {}.", thirds.join("; ")));
    }
    text
}

/// What a section of a document says of itself while it is folded.
fn heading(column: &Column<'_>, answers: &[Option<Answer<'_>>]) -> String {
    let duties = answers.iter().flatten().map(|answer| answer.duties(Party::Customer).count()).sum::<usize>();
    let yours = if duties == 1 { "1 duty is yours".to_owned() } else { format!("{duties} duties are yours") };
    let mut text = format!("{}: {yours}.", column.counted());
    let lifecycle = column.mode.and_then(|mode| mode.lifecycle.as_ref()).or(column.service.lifecycle.as_ref());
    let overlay = overlay_sentence(answers.iter().flatten().map(|answer| (None, *answer)));
    for sentence in lifecycle.map(lifecycle_sentence).into_iter().chain(overlay) {
        text.push_str(&format!(" {sentence}"));
    }
    text
}

/// A layer of a section of a document.
fn entry(layer: &str, cell: PictureCell) -> Entry {
    let facts = cell.facts.into_iter().map(|(label, text)| (label.to_owned(), text));
    Entry {
        of: layer.to_owned(),
        word: Cell::new(cell.word, cell.tone),
        facts: cell.duties.into_iter().chain(facts).collect(),
        sources: cell.sources,
    }
}

/// A holder in a column of the table.
fn in_column(holder: Holder<'_>) -> Cell {
    narrow_holder(holder, MAX_NAME_IN_COLUMN)
}
