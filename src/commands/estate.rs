//! What the question is about: services that are named, or everything in inventories.
//!
//! An inventory is read item by item into a tally of services and modes; only the tally is kept. What an item does not say
//! (which mode, which of several services) is not guessed: all modes are shown and said to be, an ambiguous name is
//! reported with its candidates.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal};
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use super::{Context, variants};
use crate::catalogue::Catalogue;
use crate::catalogue::model::{Condition, Mode, Service};
use crate::catalogue::resolve::Meaning;
use crate::inventory::{self, Item, Match, Visitor};
use crate::render::tame;

/// What was asked about.
pub(super) struct Asked<'c> {
    /// The services and modes; none where nothing was asked about at all.
    pub(super) columns: Option<Vec<Column<'c>>>,
    /// What the inventories held besides.
    pub(super) estate: Estate<'c>,
}

/// Reads names, the inventories in `from`, and the one on `stdin` where that is asked for: by `-`, or by a pipe and
/// nothing else. What to say about them goes to `notes`.
pub(super) fn ask<'c>(
    names: &[String],
    from: &[PathBuf],
    context: &Context<'c>,
    stdin: &mut dyn BufRead,
    notes: &mut Vec<String>,
) -> anyhow::Result<Asked<'c>> {
    let mut estate = Estate::new(context.catalogue());
    let piped = names.is_empty() && from.is_empty() && !std::io::stdin().is_terminal();
    let from_stdin = piped || names == ["-"];
    if !from_stdin && names.iter().any(|name| name == "-") {
        bail!("`-` reads an inventory from stdin and stands alone");
    }
    if from_stdin {
        notes.push(estate.read(stdin).context("stdin")?);
    }
    let mut faults = Vec::new();
    for path in from {
        let read = File::open(path)
            .with_context(|| format!("cannot read {}", path.display()))
            .and_then(|file| estate.read(&mut BufReader::new(file)).with_context(|| path.display().to_string()));
        match read {
            Ok(note) => notes.push(note),
            Err(error) => faults.push(error),
        }
    }
    // All of them, so that nobody mends one file to hear of the next.
    if faults.len() > 1 {
        let all: Vec<String> = faults.iter().map(|fault| format!("{fault:#}")).collect();
        bail!("{} of {} inventories cannot be read\n{}", faults.len(), from.len(), all.join("\n"));
    }
    if let Some(fault) = faults.pop() {
        return Err(fault);
    }
    notes.append(&mut estate.notes);
    let mut columns = estate.columns(notes);
    for name in names.iter().filter(|_| !from_stdin) {
        let (service, mode) = context.service(name)?;
        columns.extend(variants(service, mode).into_iter().map(|mode| Column { service, mode, resources: None }));
    }
    let mut seen = HashSet::new();
    columns.retain(|column| seen.insert((&column.service.id, column.mode.map(|mode| &mode.id))));
    let asked = from_stdin || !from.is_empty() || !names.is_empty();
    Ok(Asked { columns: asked.then_some(columns), estate })
}

/// At most so many different names are told apart among the unmatched and the ignored; the rest is only counted.
const MOST_NAMES: usize = 5_000;

/// The longest name that is told in full, in characters: as long as an ARN may be.
const LONGEST_NAME: usize = 2_048;

/// What stands for names beyond [`MOST_NAMES`].
const OTHERS: &str = "(others)";

/// What an inventory holds, service by service.
pub(super) struct Estate<'c> {
    catalogue: &'c Catalogue,
    /// The conditions that a resource type takes part in, in the order in which they are tried: a value before an
    /// absence before the bare type; of equals the one written last, because files begin with the plain way to run.
    conditions: HashMap<&'c str, Vec<Clue<'c>>>,
    /// The first level of every attribute that some condition looks at.
    attributes: HashSet<&'c str>,
    tallies: BTreeMap<&'c str, Tally<'c>>,
    pub(super) unmatched: BTreeMap<String, Unmatched<'c>>,
    pub(super) ignored: BTreeMap<(String, &'static str), u64>,
    items: u64,
    /// What readers say about an inventory as a whole.
    notes: Vec<String>,
}

/// What a condition reveals.
#[derive(Clone, Copy)]
struct Clue<'c> {
    service: &'c Service,
    mode: Option<&'c Mode>,
    condition: &'c Condition,
}

/// How many things of a service were found.
#[derive(Default)]
struct Tally<'c> {
    /// Things that never reveal a mode.
    neutral: u64,
    /// Things that could have revealed one and did not.
    open: u64,
    /// Things by the mode that they reveal, by the place of the mode.
    modes: BTreeMap<usize, u64>,
    /// Things that may run in several modes, by the places of these: a task definition that is compatible with EC2 and Fargate.
    several: BTreeMap<Vec<usize>, u64>,
    service: Option<&'c Service>,
}

impl Tally<'_> {
    /// How many things stand for each mode, by its place. What may run in several modes counts with those of them that
    /// another thing reveals: the service decides how its task definition is run. Where none does, it counts with each, and
    /// `open` is told.
    fn by_mode(&self, mut open: impl FnMut(&[usize], u64)) -> BTreeMap<usize, u64> {
        let mut counts = self.modes.clone();
        for (places, count) in &self.several {
            let mut revealed: Vec<usize> =
                places.iter().copied().filter(|place| self.modes.contains_key(place)).collect();
            if revealed.is_empty() {
                open(places, *count);
                revealed.clone_from(places);
            }
            for place in revealed {
                *counts.entry(place).or_default() += count;
            }
        }
        counts
    }
}

/// A name that no service was found for.
#[derive(Default)]
pub(super) struct Unmatched<'c> {
    pub(super) count: u64,
    pub(super) candidates: Vec<&'c str>,
}

impl<'c> Estate<'c> {
    fn new(catalogue: &'c Catalogue) -> Self {
        let mut conditions: HashMap<&str, Vec<Clue<'_>>> = HashMap::new();
        let mut attributes = HashSet::new();
        for service in catalogue.services().iter() {
            let own = service.when.iter().map(|condition| (None, condition));
            let moded =
                service.modes.iter().flat_map(|mode| mode.when.iter().map(move |condition| (Some(mode), condition)));
            for (mode, condition) in own.chain(moded) {
                conditions.entry(&condition.r#type).or_default().push(Clue { service, mode, condition });
                attributes.extend(condition.attribute.as_ref().and_then(|path| path.split('.').next()));
            }
        }
        for clues in conditions.values_mut() {
            let rank = |clue: &Clue<'_>| match clue.condition {
                Condition { attribute: Some(_), is, .. } if !is.is_empty() => 0,
                Condition { attribute: Some(_), .. } => 1,
                Condition { .. } => 2,
            };
            let of = |wanted| clues.iter().rev().filter(move |clue| rank(clue) == wanted).copied();
            *clues = (0..=2).flat_map(of).collect();
        }
        Self {
            catalogue,
            conditions,
            attributes,
            tallies: BTreeMap::new(),
            unmatched: BTreeMap::new(),
            ignored: BTreeMap::new(),
            items: 0,
            notes: Vec::new(),
        }
    }

    /// Reads an inventory; returns what to say about it.
    fn read(&mut self, input: &mut dyn BufRead) -> anyhow::Result<String> {
        let (items, before) = (self.items, self.tallies.len());
        let dialect = inventory::read(input, self)?;
        let count = self.items - items;
        let things = match dialect {
            "list of names" => plural(count, "name"),
            "Terraform plan" | "Terraform state" => plural(count, "managed resource"),
            _ => plural(count, "resource"),
        };
        let services = self.tallies.len() - before;
        let more = if before > 0 { " more" } else { "" };
        Ok(format!("{dialect}: {things}, {}{more}", plural(services as u64, "service")))
    }

    fn miss(&mut self, name: &str, count: u64, candidates: Vec<&'c str>) {
        let name = told(name);
        let known = self.unmatched.len() < MOST_NAMES || self.unmatched.contains_key(&name);
        let own = self.unmatched.entry(if known { name } else { OTHERS.to_owned() }).or_default();
        own.count += count;
        own.candidates = candidates;
    }

    /// The services and modes that were found, with what is left open said in `notes`.
    fn columns(&self, notes: &mut Vec<String>) -> Vec<Column<'c>> {
        let mut rows = Vec::new();
        for tally in self.tallies.values() {
            let Some(service) = tally.service else { continue };
            let shared = tally.neutral + tally.open;
            if service.modes.is_empty() {
                rows.push(Column { service, mode: None, resources: Some(shared) });
                continue;
            }
            let all = tally.open > 0 || tally.modes.is_empty() && tally.several.is_empty();
            if all {
                let silent = if tally.open > 0 { tally.open } else { shared };
                let things = if silent == 1 { "one thing does".to_owned() } else { format!("{silent} things do") };
                let every =
                    if service.modes.len() == 2 { "both".to_owned() } else { format!("all {}", service.modes.len()) };
                notes.push(format!("{}: {things} not say which mode; {every} modes are shown", service.id));
            }
            let counts = tally.by_mode(|places, count| {
                let ids: Vec<&str> = places.iter().map(|place| &*service.modes[*place].id).collect();
                let things = if count == 1 { "one thing".to_owned() } else { format!("{count} things") };
                notes.push(format!("{}: {things} may run in any of these modes: {}", service.id, ids.join(", ")));
            });
            for (place, mode) in service.modes.iter().enumerate() {
                let own = counts.get(&place).copied().unwrap_or(0);
                if all || own > 0 {
                    rows.push(Column { service, mode: Some(mode), resources: Some(own + shared) });
                }
            }
        }
        rows
    }

    /// How many things of the inventories a service stands for, each counted once whatever its mode.
    pub(super) fn resources(&self, service: &Service) -> Option<u64> {
        let tally = self.tallies.get(&*service.id)?;
        let revealed = tally.modes.values().chain(tally.several.values()).sum::<u64>();
        Some(tally.neutral + tally.open + revealed)
    }

    /// What was not matched and what was passed over, for stderr.
    pub(super) fn report(&self) -> Vec<String> {
        const MOST: usize = 10;
        let mut lines = Vec::new();
        if !self.unmatched.is_empty() {
            let total: u64 = self.unmatched.values().map(|own| own.count).sum();
            lines.push(format!("not matched: {} of {}", total, plural(total.max(self.items), "thing")));
            let mut worst: Vec<_> = self.unmatched.iter().collect();
            worst.sort_unstable_by_key(|(name, own)| (std::cmp::Reverse(own.count), *name));
            for (name, own) in worst.iter().take(MOST) {
                let candidates = match &own.candidates[..] {
                    [] => String::new(),
                    some => format!(" - may mean {}", some.join(", ")),
                };
                lines.push(format!("  {name} ({}){candidates}", own.count));
            }
            if worst.len() > MOST {
                lines.push(format!("  and {} more names; all of them: -o json", worst.len() - MOST));
            }
        }
        let mut reasons: BTreeMap<&str, (u64, Vec<&str>)> = BTreeMap::new();
        for ((name, reason), count) in &self.ignored {
            let own = reasons.entry(reason).or_default();
            own.0 += count;
            own.1.push(name);
        }
        for (reason, (count, names)) in reasons {
            let some = names.iter().take(5).copied().collect::<Vec<_>>().join(", ");
            let more = if names.len() > 5 { format!(", and {} more", names.len() - 5) } else { String::new() };
            lines.push(format!("ignored: {count} - {reason} ({some}{more})"));
        }
        lines
    }
}

/// A name of an inventory as people get to see it.
fn told(name: &str) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", tame(&name[..end])),
        None => tame(name).into_owned(),
    }
}

pub(super) fn plural(count: u64, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// The provider of a type that is another's than AWS's: `Datadog::Monitors::Monitor`, `module.app.kubernetes_pod.web[0]`.
/// What a CloudFormation module stands for is not known, so it stays unmatched.
fn stranger(name: &str) -> Option<&str> {
    let word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if let Some((provider, rest)) = name.split_once("::") {
        let foreign = provider != "AWS" && word(provider) && rest.contains("::") && !rest.ends_with("::MODULE");
        return foreign.then_some(provider);
    }
    let mut address = name;
    while let Some(module) = address.strip_prefix("module.") {
        address = module.split_once('.')?.1;
    }
    let (kind, own) = address.split_once('.')?;
    let (provider, _) = kind.split_once('_').filter(|(provider, _)| !matches!(*provider, "" | "aws" | "awscc"))?;
    (word(kind) && word(own.split('[').next()?)).then_some(provider)
}

/// The modes that a thing reveals, in the order of their ids: those of the conditions that fit, of the kind that is
/// tried first. Where several attributes fit, the one that leaves the fewest modes decides; one that leaves several, such as
/// what a task definition is compatible with, reveals that it is one of these.
fn modes_of<'c, 'k>(clues: impl Iterator<Item = &'k Clue<'c>>, fits: impl Fn(&&'k Clue<'c>) -> bool) -> Vec<&'c Mode>
where
    'c: 'k,
{
    let rank = |clue: &Clue<'_>| (clue.condition.attribute.is_none(), clue.condition.is.is_empty());
    let mut fitting = clues.filter(fits).peekable();
    let Some(first) = fitting.peek().map(|clue| rank(clue)) else { return Vec::new() };
    let mut by_attribute: Vec<(Option<&str>, Vec<&'c Mode>)> = Vec::new();
    for clue in fitting.filter(|clue| rank(clue) == first) {
        let Some(mode) = clue.mode else { continue };
        let attribute = clue.condition.attribute.as_deref();
        let place = by_attribute.iter().position(|(own, _)| *own == attribute).unwrap_or(by_attribute.len());
        if place == by_attribute.len() {
            by_attribute.push((attribute, Vec::new()));
        }
        if !by_attribute[place].1.iter().any(|own| own.id == mode.id) {
            by_attribute[place].1.push(mode);
        }
    }
    let mut modes = by_attribute.into_iter().map(|(_, modes)| modes).min_by_key(Vec::len).unwrap_or_default();
    modes.sort_by_key(|mode| &mode.id);
    modes
}

impl Visitor for Estate<'_> {
    fn item(&mut self, item: Item<'_>) -> bool {
        let Item { name, count, attributes } = item;
        self.items += count;
        if inventory::is_no_machine(name) {
            self.ignored(name, inventory::NO_MACHINE, count);
            return true;
        }
        let clues = self.conditions.get(name).map_or(&[][..], |clues| &clues[..]);
        let fits = |clue: &&Clue<'_>| {
            clue.condition
                .attribute
                .as_ref()
                .is_none_or(|path| attributes.matches(path, &clue.condition.is) == Match::Yes)
        };
        let told = clues.iter().filter(|clue| clue.mode.is_none()).find(fits).map(|clue| clue.service);
        // A value that is computed may be any that would mean another service.
        let computed = |clue: &&Clue<'_>| {
            !clue.condition.is.is_empty()
                && clue
                    .condition
                    .attribute
                    .as_ref()
                    .is_some_and(|path| attributes.matches(path, &clue.condition.is) == Match::Computed)
        };
        let may_mean =
            || clues.iter().filter(|clue| clue.mode.is_none()).filter(computed).map(|clue| &*clue.service.id);
        let (service, named) = match (told, self.catalogue.resolve(name).meaning) {
            (Some(service), _) => (service, None),
            (None, Meaning::Service(service, _)) if may_mean().any(|id| *id != *service.id) => {
                let mut candidates: Vec<&str> = std::iter::once(&*service.id).chain(may_mean()).collect();
                let mut seen = HashSet::new();
                candidates.retain(|id| seen.insert(*id));
                self.miss(name, count, candidates);
                return true;
            }
            (None, Meaning::Service(service, mode)) => (service, mode),
            (None, Meaning::Ambiguous(exception)) => {
                let candidates = exception.services.iter().map(|id| &**id).collect();
                self.miss(name, count, candidates);
                return true;
            }
            (None, Meaning::NoService(_)) => {
                self.ignored(name, "no service of AWS's", count);
                return true;
            }
            (None, Meaning::Check(_) | Meaning::NoSuchMode(_) | Meaning::Unknown) => {
                let provider = stranger(name);
                match provider {
                    Some(provider) => self.ignored(provider, inventory::ANOTHER_PROVIDERS, count),
                    None => self.miss(name, count, Vec::new()),
                }
                return provider.is_some();
            }
        };
        let own = || clues.iter().filter(|clue| clue.mode.is_some() && clue.service.id == service.id);
        let modes = match named {
            Some(mode) => vec![mode],
            None => modes_of(own(), fits),
        };
        let denies = |clue: &Clue<'_>| {
            clue.condition
                .attribute
                .as_ref()
                .is_some_and(|path| attributes.matches(path, &clue.condition.is) == Match::No)
        };
        // An EKS cluster in Auto Mode says so; one that is not leaves the word to its node groups and Fargate profiles.
        let could = own().any(|clue| !denies(clue));
        let tally = self.tallies.entry(&service.id).or_default();
        tally.service = Some(service);
        let place = |mode: &&Mode| service.modes.iter().position(|own| own.id == mode.id);
        let places: Vec<usize> = modes.iter().filter_map(place).collect();
        match places[..] {
            [place] => *tally.modes.entry(place).or_default() += count,
            [_, _, ..] => *tally.several.entry(places).or_default() += count,
            [] if could => tally.open += count,
            [] => tally.neutral += count,
        }
        true
    }

    fn unmatched(&mut self, name: &str, count: u64) {
        self.items += count;
        self.miss(name, count, Vec::new());
    }

    fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    fn ignored(&mut self, name: &str, reason: &'static str, count: u64) {
        let key = (told(name), reason);
        let known = self.ignored.len() < MOST_NAMES || self.ignored.contains_key(&key);
        let key = if known { key } else { (OTHERS.to_owned(), reason) };
        *self.ignored.entry(key).or_default() += count;
    }

    fn wants(&self, name: &str) -> bool {
        self.attributes.contains(name)
    }
}

/// A service, in a mode, of the matrix.
#[derive(Clone, Copy)]
pub(super) struct Column<'c> {
    pub(super) service: &'c Service,
    pub(super) mode: Option<&'c Mode>,
    /// How many things of an inventory it stands for.
    pub(super) resources: Option<u64>,
}

impl Column<'_> {
    pub(super) fn label(&self) -> String {
        match self.mode {
            Some(mode) => format!("{}@{}", self.service.id, mode.id),
            None => self.service.id.to_string(),
        }
    }

    pub(super) fn counted(&self) -> String {
        match self.resources {
            Some(count) => format!("{} ({count})", self.label()),
            None => self.label(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_run_in_several_modes_counts_with_those_that_another_thing_reveals() {
        type Counts = &'static [(usize, u64)];
        type Several = &'static [(&'static [usize], u64)];
        let cases: &[(Counts, Several, Counts, usize)] = &[
            (&[(0, 2)], &[], &[(0, 2)], 0),
            (&[(0, 2)], &[(&[0, 1], 3)], &[(0, 5)], 0),
            (&[(0, 2), (1, 1)], &[(&[0, 1], 3)], &[(0, 5), (1, 4)], 0),
            // Nothing reveals which: each that it may be, and it is said.
            (&[], &[(&[0, 1], 3)], &[(0, 3), (1, 3)], 1),
            // What is revealed is none of these.
            (&[(2, 1)], &[(&[0, 1], 3)], &[(0, 3), (1, 3), (2, 1)], 1),
            (&[(1, 1)], &[(&[0, 1], 1), (&[0, 2], 1)], &[(0, 1), (1, 2), (2, 1)], 1),
        ];
        for (modes, several, wanted, open) in cases {
            let mut tally = Tally { modes: modes.iter().copied().collect(), ..Tally::default() };
            tally.several = several.iter().map(|(places, count)| (places.to_vec(), *count)).collect();
            let mut told = 0;
            let counts = tally.by_mode(|_, _| told += 1);
            assert_eq!((counts, told), (wanted.iter().copied().collect(), *open), "{modes:?} {several:?}");
        }
    }
}
