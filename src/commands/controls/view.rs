//! Controls against columns, as records, rows, a page for people and a picture.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use super::stands_in;
use crate::analysis::controls::{ControlAnswer, Part, Responsibility, controls, default_controls};
use crate::analysis::matrix;
use crate::catalogue::model::{Baseline, Basis, Category, Control, Date, Id, Layer, Party};
use crate::catalogue::{self, Catalogue};
use crate::commands::overlay_note;
use crate::commands::records::{SourceRecord, ThirdPartyRecord};
use crate::commands::wording::{
    ControlLine, age, control_lines, control_sources, joined, party_tone, picture_column, responsibility_means,
    responsibility_tone, responsibility_word,
};
use crate::output::{
    Block, Cell, Document, Entry, Grid, Page, Picture, PictureCell, PictureColumn, PictureRow, Row, Section, Table,
    Tone, View, values,
};

/// What is answered: a service, or what holds in a category before a service says otherwise.
#[derive(Clone, Copy)]
pub(super) enum Column<'c> {
    Service(matrix::Column<'c>),
    Category(Category),
}

impl<'c> Column<'c> {
    fn label(&self) -> String {
        match self {
            Self::Service(column) => column.label(),
            Self::Category(category) => category.to_string(),
        }
    }

    fn counted(&self) -> String {
        match self {
            Self::Service(column) => column.counted(),
            Self::Category(_) => self.label(),
        }
    }

    /// Every control on which something bears.
    fn answers(&self, catalogue: &'c Catalogue) -> Vec<ControlAnswer<'c>> {
        match self {
            Self::Service(column) => controls(catalogue, column.service, column.mode),
            Self::Category(category) => default_controls(catalogue, *category),
        }
    }

    /// Who answers for a control.
    fn answer(&self, catalogue: &'c Catalogue, control: Control) -> ControlAnswer<'c> {
        match self {
            Self::Service(column) => ControlAnswer::new(catalogue, column.service, column.mode, control),
            Self::Category(category) => ControlAnswer::by_default(catalogue, *category, control),
        }
    }

    /// The teams that hold the customer's duties of an answer.
    fn teams(&self, catalogue: &'c Catalogue, answer: &ControlAnswer<'c>) -> Vec<&'c str> {
        let Self::Service(column) = self else { return Vec::new() };
        let has_duties = answer.parts.iter().filter(|part| part.duties(Party::Customer).next().is_some());
        let mut teams: Vec<&str> = Vec::new();
        for team in has_duties.filter_map(|part| catalogue.team(column.service, part.layer())) {
            if !teams.contains(&team) {
                teams.push(team);
            }
        }
        teams
    }
}

/// A control, and its answer in every column.
pub(super) struct RowOf<'c> {
    control: Control,
    pub(super) answers: Vec<ControlAnswer<'c>>,
}

impl RowOf<'_> {
    /// Who answers for it, where all columns agree.
    fn agreed(&self) -> Option<Responsibility> {
        let mut each = self.answers.iter().map(ControlAnswer::responsibility);
        let first = each.next()?;
        each.all(|one| one == first).then_some(first)
    }
}

/// Columns that say the same of a control.
struct Same<'c> {
    columns: Vec<Column<'c>>,
    /// Their places among all columns.
    places: Vec<usize>,
    answer: ControlAnswer<'c>,
    lines: Vec<ControlLine<'c>>,
}

pub(super) struct Controls<'c> {
    catalogue: &'c Catalogue,
    pub(super) columns: Vec<Column<'c>>,
    pub(super) rows: Vec<RowOf<'c>>,
    /// Whether single controls were asked for.
    named: bool,
    baseline: Option<Baseline>,
    /// What was read, what is left open, what was not matched.
    remarks: Vec<String>,
    envelope: Map<String, Value>,
}

/// Who answers for a control in a service.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ControlRecord<'c> {
    /// The control of NIST SP 800-53 Rev 5.
    pub control: Control,
    /// Its title.
    pub title: &'c str,
    /// The baselines in which it stands.
    pub baselines: &'c [Baseline],
    /// The service's id; none where only the category's defaults were asked for.
    pub service: Option<&'c str>,
    /// The mode's id; none where the service has no modes.
    pub mode: Option<&'c str>,
    /// The category whose defaults hold.
    pub category: Category,
    /// How many things in the inventory the service stands for; none where services were named.
    pub resources: Option<u64>,
    /// Who answers for it. It says nothing of whether anything is implemented.
    pub responsibility: Responsibility,
    /// The layers that have to do with it.
    pub layers: Vec<Layer>,
    /// AWS's duties that bear on it.
    pub aws: Vec<&'c str>,
    /// The customer's duties that bear on it.
    pub customer: Vec<&'c str>,
    /// The third party's name, and its duties that bear on it.
    pub third_party: Option<ThirdPartyRecord<'c>>,
    /// Whether an AWS page says all of it about this service; none where it is not addressed.
    pub basis: Option<Basis>,
    /// The pages.
    pub sources: Vec<SourceRecord<'c>>,
    /// `overlay` where an overlay gives a part of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<&'static str>,
    /// The customer's teams that hold the customer's duties, where an overlay says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
}

impl<'c> Controls<'c> {
    pub(super) fn new(
        catalogue: &'c Catalogue,
        columns: Vec<Column<'c>>,
        named: &BTreeSet<Control>,
        baseline: Option<Baseline>,
        remarks: Vec<String>,
        envelope: Map<String, Value>,
    ) -> Self {
        let mut answered: Vec<BTreeMap<Control, ControlAnswer<'c>>> = Vec::new();
        for column in &columns {
            answered.push(column.answers(catalogue).into_iter().map(|answer| (answer.control, answer)).collect());
        }
        let stands = |control: &Control| baseline.is_none_or(|wanted| stands_in(catalogue, *control, wanted));
        let wanted: BTreeSet<Control> = match (named.is_empty(), baseline) {
            (false, _) => named.iter().copied().filter(stands).collect(),
            (true, Some(_)) => catalogue.controls().keys().copied().filter(stands).collect(),
            (true, None) => answered.iter().flat_map(BTreeMap::keys).copied().collect(),
        };
        let mut row = |control| RowOf {
            control,
            answers: answered
                .iter_mut()
                .zip(&columns)
                .map(|(own, column)| own.remove(&control).unwrap_or_else(|| column.answer(catalogue, control)))
                .collect(),
        };
        let rows = wanted.into_iter().map(&mut row).collect();
        Self { catalogue, columns, rows, named: !named.is_empty(), baseline, remarks, envelope }
    }

    fn title(&self, control: Control) -> &'c str {
        self.catalogue.control(control).map_or("", |info| &info.title)
    }

    fn heading(&self, control: Control) -> String {
        format!("{control} {}", self.title(control))
    }

    fn record(&self, column: &Column<'c>, answer: &ControlAnswer<'c>) -> ControlRecord<'c> {
        let catalogue = self.catalogue;
        let info = catalogue.control(answer.control);
        let texts = |side| answer.duties(side).into_iter().map(|duty| &**duty).collect::<Vec<&str>>();
        let third = answer.parts.iter().find_map(|part| {
            let named = part.answer.split.party == Party::ThirdParty || !part.third_party.is_empty();
            part.answer.split.third_party.as_ref().filter(|_| named)
        });
        let teams = column.teams(catalogue, answer);
        let (service, mode, resources) = match column {
            Column::Service(column) => (Some(column.service), column.mode, column.resources),
            Column::Category(_) => (None, None, None),
        };
        ControlRecord {
            control: answer.control,
            title: self.title(answer.control),
            baselines: info.map_or(&[], |info| &info.baselines),
            service: service.map(|service| &*service.id),
            mode: mode.map(|mode| &*mode.id),
            category: match column {
                Column::Service(column) => catalogue::category(column.service, column.mode),
                Column::Category(category) => *category,
            },
            resources,
            responsibility: answer.responsibility(),
            layers: answer.parts.iter().map(Part::layer).collect(),
            aws: texts(Party::Aws),
            customer: texts(Party::Customer),
            third_party: third.map(|third| ThirdPartyRecord { name: &third.name, duties: texts(Party::ThirdParty) }),
            basis: answer.basis(),
            sources: self.sources(answer),
            origin: answer.is_overlaid.then_some("overlay"),
            team: (!teams.is_empty()).then(|| teams.join(", ")),
        }
    }

    fn sources(&self, answer: &ControlAnswer<'c>) -> Vec<SourceRecord<'c>> {
        let keys = control_sources(self.catalogue, answer);
        keys.into_iter().filter_map(|key| self.catalogue.sources().get(key)).map(SourceRecord::from).collect()
    }

    fn typed(&self) -> impl Iterator<Item = ControlRecord<'c>> {
        self.rows
            .iter()
            .flat_map(|row| self.columns.iter().zip(&row.answers).map(|(column, answer)| self.record(column, answer)))
    }

    /// The columns of a row by what is said of them, what leaves most to the customer first.
    fn same(&self, row: &RowOf<'c>) -> Vec<Same<'c>> {
        let mut all: Vec<Same<'c>> = Vec::new();
        for (place, (column, answer)) in self.columns.iter().zip(&row.answers).enumerate() {
            let lines = control_lines(answer);
            let pages = control_sources(self.catalogue, answer);
            let teams = column.teams(self.catalogue, answer);
            let found = all.iter_mut().find(|same| {
                same.lines == lines
                    && same.answer.responsibility() == answer.responsibility()
                    && control_sources(self.catalogue, &same.answer) == pages
                    && same.columns[0].teams(self.catalogue, &same.answer) == teams
                    && same.answer.is_overlaid == answer.is_overlaid
            });
            match found {
                Some(same) => {
                    same.columns.push(*column);
                    same.places.push(place);
                }
                None => {
                    all.push(Same { columns: vec![*column], places: vec![place], answer: answer.clone(), lines });
                }
            }
        }
        all.sort_by_key(|same| rank(same.answer.responsibility()));
        all
    }

    /// What a line says of who must do it.
    fn who(&self, same: &Same<'c>, line: &ControlLine<'c>) -> String {
        let team = same.columns.first().and_then(|column| match column {
            Column::Service(column) => self.catalogue.team(column.service, line.layer),
            Column::Category(_) => None,
        });
        let who = match line.side {
            Party::Customer => team.unwrap_or("you"),
            Party::ThirdParty => line.third_party.unwrap_or("third party"),
            Party::Aws | Party::Shared => "AWS",
        };
        if line.always { format!("{who}, always") } else { who.to_owned() }
    }

    /// One control in full, for a terminal.
    fn full(&self, row: &RowOf<'c>) -> Vec<Block> {
        let mut rows = Vec::new();
        for same in self.same(row) {
            let responsibility = same.answer.responsibility();
            let of: Vec<String> = same.columns.iter().map(Column::counted).collect();
            rows.push(Row::Group(format!("{}: {}", responsibility_word(responsibility).to_uppercase(), of.join(", "))));
            let mut before = None;
            for line in &same.lines {
                let new = before.replace(line.layer) != Some(line.layer);
                rows.push(Row::Cells(vec![
                    Cell::new(if new { line.layer.as_str() } else { "" }, Tone::Strong),
                    Cell::new(self.who(&same, line), party_tone(line.side)),
                    Cell::plain(line.duty),
                ]));
            }
        }
        let baselines = self.catalogue.control(row.control).map_or(&[][..], |info| &info.baselines);
        let baselines = match baselines {
            [] => "In no baseline of NIST SP 800-53B.".to_owned(),
            some => format!("Baselines: {}.", some.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        };
        let columns = ["Layer", "Who", "Must do"].map(str::to_owned).to_vec();
        let table = (!rows.is_empty()).then_some(Block::Table(Table { columns, rows }));
        [Block::Heading(self.heading(row.control)), Block::Text(baselines)].into_iter().chain(table).collect()
    }

    /// Few services stand across.
    fn across(&self, rows: &[&RowOf<'c>]) -> Block {
        let cells = rows.iter().map(|row| {
            let mut cells = vec![Cell::new(self.heading(row.control), Tone::Strong)];
            cells.extend(row.answers.iter().map(|answer| responsibility_cell(answer.responsibility())));
            Row::Cells(cells)
        });
        let columns = [title("Control")].into_iter().chain(self.columns.iter().map(Column::counted)).collect();
        Block::Table(Table { columns, rows: cells.collect() })
    }

    /// Many services stand under who answers; the most of them are "the others".
    fn under(&self, rows: &[&RowOf<'c>]) -> Block {
        let shown: Vec<Responsibility> = SHOWN
            .iter()
            .copied()
            .filter(|one| rows.iter().any(|row| row.answers.iter().any(|answer| answer.responsibility() == *one)))
            .collect();
        let cells = rows.iter().map(|row| {
            let of = |wanted: Responsibility| -> Vec<String> {
                let both = self.columns.iter().zip(&row.answers);
                both.filter(|(_, answer)| answer.responsibility() == wanted)
                    .map(|(column, _)| column.counted())
                    .collect()
            };
            let most = shown.iter().map(|one| of(*one).len()).max().unwrap_or(0);
            let mut cells = vec![Cell::new(self.heading(row.control), Tone::Strong)];
            let mut told = false;
            for &one in &shown {
                let own = of(one);
                let folded = own.len() == most && most > MAX_LISTED && !std::mem::replace(&mut told, own.len() == most);
                let text = if folded { format!("the other {most}") } else { own.join(", ") };
                cells.push(Cell::new(text, responsibility_tone(one)));
            }
            Row::Cells(cells)
        });
        let columns = [title("Control")].into_iter().chain(shown.iter().map(|one| title(responsibility_word(*one))));
        Block::Table(Table { columns: columns.collect(), rows: cells.collect() })
    }

    /// How many controls nothing here addresses, family by family.
    fn not_addressed(&self) -> Option<String> {
        let none: Vec<Control> = self
            .rows
            .iter()
            .filter(|row| row.agreed() == Some(Responsibility::NotAddressed))
            .map(|row| row.control)
            .collect();
        let mut families: BTreeMap<&str, usize> = BTreeMap::new();
        for control in &none {
            *families.entry(control.family()).or_default() += 1;
        }
        let each: Vec<String> = families.iter().map(|(family, count)| format!("{family} {count}")).collect();
        (!none.is_empty()).then(|| {
            format!(
                "Not addressed here: {} of {} ({}). They are yours unless AWS's reports in AWS Artifact say otherwise.",
                none.len(),
                self.rows.len(),
                each.join(", ")
            )
        })
    }

    /// What to know when reading an answer.
    fn foot(&self) -> Vec<String> {
        let mut foot: Vec<String> = self.not_addressed().into_iter().collect();
        if matches!(self.columns.first(), Some(Column::Category(_))) {
            foot.push(
                "This holds before a service says otherwise; of yours: whose controls rds s3, or --from plan.json. \
                 \"container\" means that AWS runs the platform for you, as in Amazon RDS, and not Docker."
                    .to_owned(),
            );
        }
        let overlaid = self.columns.iter().enumerate().filter_map(|(at, column)| match column {
            Column::Service(column) if self.rows.iter().any(|row| row.answers[at].is_overlaid) => {
                Some(&*column.service.id)
            }
            _ => None,
        });
        foot.extend(overlay_note(overlaid));
        let answers = || self.rows.iter().flat_map(|row| &row.answers);
        let shown = SHOWN.iter().filter(|one| answers().any(|answer| answer.responsibility() == **one));
        let words = joined(shown.map(|one| format!("{}: {}.", responsibility_word(*one), responsibility_means(*one))));
        let keys: BTreeSet<&Id> = answers().flat_map(|answer| control_sources(self.catalogue, answer)).collect();
        let dates: Vec<Date> = self.catalogue.cited(keys).map(|source| source.checked).collect();
        let texts = age(&dates, self.catalogue.date())
            .map_or_else(String::new, |age| format!(" Texts of {age}: -o markdown names them."));
        foot.push(format!(
            "{words} It says who is responsible, never that anything is implemented.{texts} NIST SP 800-53 Rev {}. Catalogue dated {}.",
            Control::RELEASE,
            self.catalogue.date()
        ));
        foot
    }

    fn name(&self) -> String {
        match self.baseline {
            Some(baseline) => format!("Who answers for NIST SP 800-53 Rev 5, {baseline} baseline"),
            None => "Who answers for NIST SP 800-53 Rev 5".to_owned(),
        }
    }

    fn picture_row(&self, row: &RowOf<'c>) -> PictureRow {
        let mut drawn = PictureRow {
            id: row.control.to_string(),
            label: self.heading(row.control),
            group: row.control.family(),
            is_same: self.columns.len() > 1 && row.agreed().is_some(),
            cells: vec![None; self.columns.len()],
            ..PictureRow::default()
        };
        for (place, same) in self.same(row).into_iter().enumerate() {
            for column in &same.places {
                drawn.cells[*column] = Some(place);
            }
            drawn.answers.push(self.picture_cell(&same));
        }
        drawn
    }

    fn picture_cell(&self, same: &Same<'c>) -> PictureCell {
        let answer = &same.answer;
        let responsibility = answer.responsibility();
        let basis = answer.basis().filter(|_| !same.lines.is_empty());
        let teams = same.columns[0].teams(self.catalogue, answer);
        PictureCell {
            word: responsibility_word(responsibility).to_owned(),
            means: responsibility_means(responsibility),
            tone: responsibility_tone(responsibility),
            is_mine: same.lines.iter().any(|line| line.side == Party::Customer),
            is_derived: basis == Some(Basis::Derived),
            is_overlaid: answer.is_overlaid,
            team: (!teams.is_empty()).then(|| teams.join(", ")),
            duties: same
                .lines
                .iter()
                .map(|line| (format!("{}, {}", self.who(same, line), line.layer), line.duty.to_owned()))
                .collect(),
            facts: basis.map(|basis| ("basis", basis.to_string())).into_iter().collect(),
            sources: self
                .sources(answer)
                .iter()
                .filter(|_| !same.lines.is_empty())
                .map(|source| (source.title.to_owned(), source.url.to_owned(), source.checked.to_string()))
                .collect(),
        }
    }

    fn section(&self, row: &RowOf<'c>) -> Section {
        let entry = |same: Same<'c>| Entry {
            of: same.columns.iter().map(Column::counted).collect::<Vec<_>>().join(", "),
            word: responsibility_cell(same.answer.responsibility()),
            facts: same
                .lines
                .iter()
                .map(|line| (format!("{}, {}", self.who(&same, line), line.layer), line.duty.to_owned()))
                .chain(same.answer.basis().map(|basis| ("basis".to_owned(), basis.to_string())))
                .chain(same.answer.is_overlaid.then(|| ("origin".to_owned(), "your overlay".to_owned())))
                .collect(),
            sources: self
                .sources(&same.answer)
                .iter()
                .map(|source| (source.title.to_owned(), source.url.to_owned(), source.checked.to_string()))
                .collect(),
        };
        let is_addressed = |same: &Same<'c>| !same.lines.is_empty();
        Section {
            id: row.control.to_string(),
            heading: self.heading(row.control),
            entries: self.same(row).into_iter().filter(is_addressed).map(entry).collect(),
        }
    }
}

/// What leaves most to the customer comes first.
const SHOWN: [Responsibility; 5] = [
    Responsibility::Customer,
    Responsibility::Shared,
    Responsibility::ThirdParty,
    Responsibility::Inherited,
    Responsibility::NotAddressed,
];

fn rank(responsibility: Responsibility) -> usize {
    SHOWN.iter().position(|one| *one == responsibility).unwrap_or(SHOWN.len())
}

/// More services than this in one cell are only counted, if they are the most of their row.
const MAX_LISTED: usize = 4;

/// As many services stand across as this, if their names take no more than [`MAX_ACROSS_WIDTH`].
const MAX_ACROSS: usize = 4;

/// What a terminal of eighty columns has beside the longest titles, which wrap.
const MAX_ACROSS_WIDTH: usize = 58;

fn title(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn responsibility_cell(responsibility: Responsibility) -> Cell {
    Cell::new(responsibility_word(responsibility), responsibility_tone(responsibility))
}

impl<'c> View for Controls<'c> {
    fn records(&self) -> Vec<Value> {
        values(self.typed())
    }

    fn envelope(&self) -> Map<String, Value> {
        self.envelope.clone()
    }

    fn grid(&self) -> Grid {
        let row = |record: ControlRecord<'_>| {
            let (third_party, third_party_duties) =
                record.third_party.map_or_else(Default::default, |third| (third.name.to_owned(), joined(third.duties)));
            vec![
                record.control.to_string(),
                record.title.to_owned(),
                joined(record.baselines),
                record.service.unwrap_or_default().to_owned(),
                record.mode.unwrap_or_default().to_owned(),
                record.resources.map_or_else(String::new, |count| count.to_string()),
                record.responsibility.to_string(),
                joined(record.layers),
                joined(record.aws),
                joined(record.customer),
                joined(record.sources.iter().map(|source| source.url)),
                record.basis.map_or_else(String::new, |basis| basis.to_string()),
                joined(record.sources.iter().map(|source| source.checked)),
                third_party,
                third_party_duties,
                record.category.to_string(),
                record.origin.unwrap_or_default().to_owned(),
                record.team.unwrap_or_default(),
            ]
        };
        let columns = vec![
            "control",
            "title",
            "baselines",
            "service",
            "mode",
            "resources",
            "responsibility",
            "layers",
            "aws",
            "customer",
            "source",
            "basis",
            "checked",
            "third_party",
            "third_party_duties",
            "category",
            "origin",
            "team",
        ];
        Grid { columns, rows: self.typed().map(row).collect() }
    }

    fn page(&self) -> Page {
        let mut blocks = Vec::new();
        if self.named {
            blocks.extend(self.rows.iter().flat_map(|row| self.full(row)));
            blocks.extend(self.foot().into_iter().map(Block::Aside));
            return Page { blocks };
        }
        // Alone, a service agrees with itself.
        let alone = self.columns.len() == 1;
        let mut folded = Vec::new();
        for &one in &SHOWN[..4] {
            let same = self.rows.iter().filter(|row| !alone && row.agreed() == Some(one));
            let ids: Vec<String> = same.map(|row| row.control.to_string()).collect();
            if !ids.is_empty() {
                folded.push((format!("{} in all", responsibility_word(one)), ids.join(", ")));
            }
        }
        if !folded.is_empty() {
            blocks.push(Block::Facts(folded));
        }
        let differs = |row: &&RowOf<'_>| match row.agreed() {
            Some(Responsibility::NotAddressed) => false,
            Some(_) => alone,
            None => true,
        };
        let differing: Vec<&RowOf<'_>> = self.rows.iter().filter(differs).collect();
        let wide: usize = self.columns.iter().map(|column| column.counted().len() + 2).sum();
        if !differing.is_empty() {
            let fits = self.columns.len() <= MAX_ACROSS && wide <= MAX_ACROSS_WIDTH;
            blocks.push(if fits { self.across(&differing) } else { self.under(&differing) });
        }
        blocks.extend(self.foot().into_iter().map(Block::Aside));
        if let Some(row) = differing.first().copied().or(self.rows.first()) {
            blocks.push(Block::Aside(format!("What each side does: --control \"{}\", or -o html.", row.control)));
        }
        Page { blocks }
    }

    fn picture(&self) -> Option<Picture> {
        let column = |column: &Column<'c>| match column {
            Column::Service(matrix::Column { service, mode, resources }) => picture_column(service, *mode, *resources),
            Column::Category(category) => PictureColumn {
                label: category.to_string(),
                heading: (category.to_string(), String::new()),
                name: self.catalogue.category(*category).name.to_string(),
                ..PictureColumn::default()
            },
        };
        let of_categories = matches!(self.columns.first(), Some(Column::Category(_)));
        let mut remarks = self.foot();
        remarks.extend_from_slice(&self.remarks);
        Some(Picture {
            title: self.name(),
            foot: self.foot().join(" "),
            summary: vec![("Controls", self.rows.len().to_string())],
            remarks,
            words: "Who answers",
            pages: "Sources",
            empty: "",
            columns_are: if of_categories { "categories" } else { "services" },
            rows_are: "controls",
            columns: self.columns.iter().map(column).collect(),
            rows: self.rows.iter().map(|row| self.picture_row(row)).collect(),
        })
    }

    fn document(&self) -> Option<Document> {
        let row = |row: &RowOf<'_>| {
            let mut cells = vec![Cell::plain(row.control.to_string()), Cell::plain(self.title(row.control))];
            cells.extend(row.answers.iter().map(|answer| responsibility_cell(answer.responsibility())));
            Row::Cells(cells)
        };
        let columns =
            ["Control", "Title"].map(str::to_owned).into_iter().chain(self.columns.iter().map(Column::counted));
        Some(Document {
            title: self.name(),
            remarks: self.remarks.iter().map(|line| line.trim_start().to_owned()).collect(),
            table: Table { columns: columns.collect(), rows: self.rows.iter().map(row).collect() },
            foot: self.foot(),
            sections: self
                .rows
                .iter()
                .map(|row| self.section(row))
                .filter(|section| !section.entries.is_empty())
                .collect(),
            is_folded: false,
        })
    }
}
