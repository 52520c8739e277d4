//! The desk on which a file of YAML is read field by field: every field that is asked for is remembered, and every fault is
//! gathered with its place, so that all of them are told at once. `load.rs` asks.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::fmt;

use super::model::{Catalogue, Date, Kind, Lines, List, Source, SourcePlace, Text};
use super::names;
use crate::yaml::{self, Key, Node, Value};

/// The most faults that are listed: what is wrong so often is wrong once, and said often enough.
const MOST_FAULTS: usize = 1_000;

/// The longest duty, in characters: a sentence that fits a table cell.
const LONGEST_DUTY: usize = 220;

/// Something wrong in a data file, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, as it was named to the loader.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// A list that stays: see `model.rs`.
pub(super) fn kept<T>(items: impl IntoIterator<Item = T>) -> List<T> {
    Vec::from_iter(items).leak()
}

/// Texts in one, a line each.
pub(super) fn lined(items: impl IntoIterator<Item = Text>) -> Lines {
    Lines(Vec::from_iter(items).join("\n").leak())
}

/// Where faults and marks are gathered while files are read.
#[derive(Default)]
pub(super) struct Desk {
    /// Whether what is read is an overlay.
    pub(super) overlay: bool,
    faults: RefCell<Vec<Fault>>,
    /// The bibliography as far as it is read.
    pub(super) sources: RefCell<Bibliography>,
    /// Where a service's id is named.
    pub(super) named: RefCell<Vec<(String, Place)>>,
    /// Where names and identifiers are claimed.
    pub(super) claims: RefCell<Vec<(Kind, String, String, Place)>>,
}

/// The sources, and where each stands among them.
#[derive(Default)]
pub(super) struct Bibliography {
    pub(super) all: Vec<Source>,
    places: HashMap<Text, usize>,
}

impl Bibliography {
    /// Takes `source` in, in place of one of the same key.
    pub(super) fn add(&mut self, source: Source) {
        let place = *self.places.entry(source.id()).or_insert(self.all.len());
        match self.all.get_mut(place) {
            Some(known) => *known = source,
            None => self.all.push(source),
        }
    }
}

/// A file and a line; without a line, the catalogue beneath an overlay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) line: usize,
}

impl Place {
    pub(super) fn is_built_in(&self) -> bool {
        self.line == 0
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}

/// One file being read.
#[derive(Clone, Copy)]
pub(super) struct Sheet<'a> {
    pub(super) desk: &'a Desk,
    path: &'a str,
}

impl Desk {
    /// A desk on which an overlay is read.
    pub(super) fn of_overlay() -> Self {
        Self { overlay: true, ..Self::default() }
    }

    pub(super) fn sheet<'a>(&'a self, path: &'a str) -> Sheet<'a> {
        Sheet { desk: self, path }
    }

    pub(super) fn close(self, made: Catalogue) -> Result<Catalogue, Vec<Fault>> {
        let mut faults = self.faults.into_inner();
        if faults.is_empty() {
            return Ok(made);
        }
        faults.sort_unstable();
        faults.dedup();
        if faults.len() >= MOST_FAULTS
            && let Some(Fault { file, line, .. }) = faults.last().cloned()
        {
            faults.push(Fault { file, line, message: "more faults than these: mend them first".to_owned() });
        }
        Err(faults)
    }

    pub(super) fn fault(&self, place: &Place, message: String) {
        if !self.full() {
            self.faults.borrow_mut().push(Fault { file: place.file.clone(), line: place.line, message });
        }
    }

    /// Whether so many faults are found that no more are looked for.
    pub(super) fn full(&self) -> bool {
        self.faults.borrow().len() >= MOST_FAULTS
    }
}

impl<'a> Sheet<'a> {
    pub(super) fn fault(self, line: usize, message: impl Into<String>) {
        self.desk.fault(&self.place(line), message.into());
    }

    pub(super) fn place(self, line: usize) -> Place {
        Place { file: self.path.to_owned(), line }
    }

    pub(super) fn root(self, text: &str) -> Option<Node> {
        match yaml::parse(text) {
            Ok(root) => Some(root),
            Err(error) => {
                self.fault(error.line, error.message);
                None
            }
        }
    }

    /// The fields of a mapping; `what` names it in messages.
    pub(super) fn fields(self, node: &'a Node, what: &str) -> Fields<'a> {
        let entries = if let Value::Map(entries) = &node.value {
            entries.iter().map(|(key, node)| (key, node, false)).collect()
        } else {
            self.fault(node.line, format!("{what}: a mapping is wanted here, not {}", node.shape()));
            Vec::new()
        };
        Fields { sheet: self, line: node.line, what: what.to_owned(), entries, known: Vec::new() }
    }

    pub(super) fn text(self, node: &Node, what: &str) -> Option<Text> {
        match &node.value {
            Value::Text(text) if text.chars().any(|c| c.is_control() && c != '\n') => {
                self.fault(node.line, format!("`{what}`: a control character in a text"));
                None
            }
            Value::Text(text) if !text.trim().is_empty() => Some(text.clone().leak()),
            _ => {
                self.fault(node.line, format!("`{what}`: text is wanted here, not {}", node.shape()));
                None
            }
        }
    }

    pub(super) fn items(self, node: &'a Node, what: &str) -> &'a [Node] {
        if let Value::List(items) = &node.value {
            return items;
        }
        self.fault(node.line, format!("`{what}`: a list is wanted here (`[…]`), not {}", node.shape()));
        &[]
    }

    /// The texts of a list, each with its line.
    pub(super) fn lines(self, node: &Node, what: &str) -> Vec<(usize, Text)> {
        let items = self.items(node, what).iter();
        let lines = items.filter_map(|item| Some((item.line, self.text(item, what)?)));
        lines
            .inspect(|(line, text)| {
                if text.trim() != *text || text.contains('\n') {
                    self.fault(*line, format!("`{what}`: an item stands on one line, without blanks at its ends"));
                }
            })
            .collect()
    }

    pub(super) fn check_id(self, line: usize, id: &str) {
        let good = !id.is_empty()
            && id
                .split('-')
                .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        if !good {
            self.fault(line, format!("`{id}` is no id: lower-case letters, digits and single hyphens"));
        }
    }

    pub(super) fn date(self, line: usize, date: &str) -> Option<Date> {
        let parts: Vec<&str> = date.split('-').collect();
        let numbers: Vec<u32> = parts.iter().filter_map(|part| part.parse().ok()).collect();
        let shaped = parts.iter().map(|part| part.len()).eq([4, 2, 2]);
        let days = |year: u32, month| match month {
            2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        match numbers[..] {
            [y, m, d] if shaped && (1..=12).contains(&m) && (1..=days(y, m)).contains(&d) => {
                Some(Date(y * 10_000 + m * 100 + d))
            }
            _ => {
                self.fault(line, format!("`{date}` is no date: write it as 2026-01-31"));
                None
            }
        }
    }

    /// The place of the source that `key` cites.
    pub(super) fn cite(self, line: usize, key: &str) -> Option<SourcePlace> {
        let sources = self.desk.sources.borrow();
        let found = sources.places.get(key);
        if found.is_none() && !self.desk.full() {
            let keys = sources.places.keys().copied().collect();
            self.fault(line, format!("source `{key}` is not in the bibliography{}", nearest(key, &keys)));
        }
        found.and_then(|place| SourcePlace::try_from(*place).ok())
    }

    pub(super) fn claim(self, line: usize, kind: Kind, name: &str, service: &str) {
        self.desk.claims.borrow_mut().push((kind, name.to_owned(), service.to_owned(), self.place(line)));
    }
}

/// The fields of one mapping. Every field that is asked for is remembered, so that the others are faults.
pub(super) struct Fields<'a> {
    pub(super) sheet: Sheet<'a>,
    pub(super) line: usize,
    what: String,
    entries: Vec<(&'a Key, &'a Node, bool)>,
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub(super) fn take(&mut self, name: &'static str) -> Option<&'a Node> {
        self.known.push(name);
        let entry = self.entries.iter_mut().find(|(key, ..)| key.name == name)?;
        entry.2 = true;
        Some(entry.1)
    }

    /// Whether the field stands in the file, whatever it says.
    pub(super) fn wrote(&self, name: &str) -> bool {
        self.entries.iter().any(|(key, ..)| key.name == name)
    }

    /// Every entry, for a mapping whose keys are data.
    pub(super) fn all(&mut self) -> Vec<(&'a Key, &'a Node)> {
        for entry in &mut self.entries {
            entry.2 = true;
        }
        self.entries.iter().map(|(key, node, _)| (*key, *node)).collect()
    }

    pub(super) fn inner(&mut self, name: &'static str) -> Option<Self> {
        let node = self.take(name)?;
        Some(self.sheet.fields(node, name))
    }

    /// The entries of the mapping `name`, whose values are mappings themselves.
    pub(super) fn entries(&mut self, name: &'static str) -> Vec<(&'a Key, Self)> {
        let Some(mut inner) = self.inner(name) else { return Vec::new() };
        inner.all().into_iter().map(|(key, node)| (key, self.sheet.fields(node, &key.name))).collect()
    }

    pub(super) fn each<T>(&mut self, name: &'static str, make: impl Fn(&Key, &mut Self) -> Option<T>) -> Vec<T> {
        let mut all = Vec::new();
        for (key, mut fields) in self.entries(name) {
            all.extend(make(key, &mut fields));
            fields.finish();
        }
        all
    }

    pub(super) fn text(&mut self, name: &'static str) -> Option<Text> {
        let node = self.take(name)?;
        self.sheet.text(node, name)
    }

    pub(super) fn need(&mut self, name: &'static str) -> Text {
        if !self.wrote(name) {
            self.known.push(name);
            self.missing(name);
            return Text::default();
        }
        self.text(name).unwrap_or_default()
    }

    pub(super) fn missing(&self, name: &str) {
        self.sheet.fault(self.line, format!("{}: `{name}` is missing", self.what));
    }

    /// The items of the list `name`, each with its line.
    pub(super) fn lines(&mut self, name: &'static str) -> Vec<(usize, Text)> {
        self.take(name).map_or_else(Vec::new, |node| self.sheet.lines(node, name))
    }

    pub(super) fn list(&mut self, name: &'static str) -> List<Text> {
        kept(self.lines(name).into_iter().map(|(_, text)| text))
    }

    pub(super) fn word<T: Copy + fmt::Display>(
        &mut self,
        name: &'static str,
        all: &[T],
        from: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let node = self.take(name)?;
        let text = self.sheet.text(node, name)?;
        let found = from(text);
        if found.is_none() {
            self.sheet.fault(node.line, format!("`{name}: {text}`: the words are {}", one_of(all)));
        }
        found
    }

    pub(super) fn date(&mut self, name: &'static str) -> Option<Date> {
        let node = self.take(name)?;
        let text = self.sheet.text(node, name)?;
        self.sheet.date(node.line, text)
    }

    pub(super) fn cites(&mut self) -> List<SourcePlace> {
        let keys = self.lines("sources");
        kept(keys.iter().filter_map(|(line, key)| self.sheet.cite(*line, key)))
    }

    /// The duties of one side: sentences, each one line of a table.
    pub(super) fn duties(&mut self, name: &'static str) -> Lines {
        let duties = self.lines(name);
        for (line, duty) in &duties {
            let length = duty.chars().count();
            if length > LONGEST_DUTY {
                let message = format!("`{name}`: a duty has at most {LONGEST_DUTY} characters; this one has {length}");
                self.sheet.fault(*line, message);
            }
            if !duty.ends_with('.') {
                self.sheet.fault(*line, format!("`{name}`: a duty is one sentence and ends with a full stop"));
            }
            if !duty.starts_with(|c: char| c.is_uppercase()) {
                self.sheet.fault(*line, format!("`{name}`: a duty starts with a verb, capitalised"));
            }
        }
        lined(duties.into_iter().map(|(_, duty)| duty))
    }

    /// Faults for every field that nobody asked for.
    pub(super) fn finish(self) {
        for (key, _, taken) in &self.entries {
            if !taken && !self.sheet.desk.full() {
                let known = self.known.join(", ");
                let message = format!("{}: unknown field `{}`; the fields are {known}", self.what, key.name);
                self.sheet.fault(key.line, message);
            }
        }
    }
}

pub(super) fn one_of<T: fmt::Display>(all: &[T]) -> String {
    all.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

pub(super) fn nearest(wanted: &str, known: &BTreeSet<&str>) -> String {
    let close = names::nearest(wanted, known.iter().copied(), 1);
    close.first().map_or_else(String::new, |close| format!("; nearest is `{close}`"))
}
