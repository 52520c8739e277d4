//! Which services an inventory uses, in which modes and how often; what in it was not matched, and what was passed over.
//!
//! An inventory is read item by item into a tally for each service, and only the tallies are kept. What an item does not say
//! (which mode, which of several services) is not guessed: all modes are counted and [`ServiceUsage::undecided`] says so, and
//! an ambiguous name is [`Unmatched`] with its candidates.
//!
//! ```
//! use whose::analysis::usage::ServiceUsage;
//! use whose::catalogue::Catalogue;
//! use whose::catalogue::model::{Layer, Party};
//!
//! let plan = r#"{ "format_version": "1.2", "planned_values": { "root_module": { "resources": [
//!     { "address": "aws_instance.web", "mode": "managed", "type": "aws_instance", "name": "web", "values": {} },
//!     { "address": "aws_sqs_queue.jobs", "mode": "managed", "type": "aws_sqs_queue", "name": "jobs", "values": {} }
//! ] } } }"#;
//!
//! let catalogue = Catalogue::built_in();
//! let mut usage = ServiceUsage::new(&catalogue);
//! usage.read(&mut plan.as_bytes())?;
//!
//! let mut to_patch = Vec::new();
//! for column in usage.columns() {
//!     let answer = catalogue.split(column.service, column.mode, Layer::GuestOs);
//!     if answer.split.party == Party::Customer {
//!         to_patch.push(column.label());
//!     }
//! }
//! assert_eq!(to_patch, ["ec2"]);
//! assert_eq!(usage.unmatched().len(), 0);
//! # Ok::<(), whose::inventory::Error>(())
//! ```

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::BufRead;

use super::matrix::Column;
use crate::catalogue::Catalogue;
use crate::catalogue::model::{Condition, IdentifierKind, Mode, Name, Service};
use crate::catalogue::normalize;
use crate::catalogue::resolve::{Meaning, retired_name, type_key};
use crate::inventory::{self, Address, Attributes, Item, Match, Visitor};
use crate::sanitize::tame;

/// How many different names are told apart among the unmatched, and among the ignored; the rest is only counted. An
/// inventory of nothing but unknown names must not fill the memory.
const MAX_NAMES: usize = 5_000;

/// How many characters of a name are kept: as many as an ARN may have.
const MAX_NAME_CHARS: usize = 2_048;

/// What stands for names beyond [`MAX_NAMES`].
const OTHERS: &str = "(others)";

/// Why a thing is passed over that runs no operating system, though its service runs machines.
const NO_MACHINE: &str = "an address, key or template: it runs no operating system";

/// Why a name is passed over that stands in lists of services and is none.
const NO_SERVICE: &str = "no service of AWS's";

/// What inventories hold, service by service.
#[derive(Debug)]
pub struct ServiceUsage<'c> {
    catalogue: &'c Catalogue,
    /// The rules in which a resource type takes part, in the order in which they are tried: a value before an absence before
    /// the bare type; of equals the one written last, because files begin with the plain way to run.
    rules: HashMap<&'c str, Vec<Rule<'c>>>,
    /// The types that belong to no machine, though their service runs machines.
    no_machines: HashSet<(IdentifierKind, String)>,
    /// The first level of every attribute that some rule looks at.
    attributes: HashSet<&'c str>,
    tallies: BTreeMap<&'c str, Tally<'c>>,
    unmatched: BTreeMap<String, Unmatched<'c>>,
    ignored: BTreeMap<(String, &'static str), u64>,
    retired: BTreeMap<&'c str, (&'c Service, &'c Name)>,
    items: u64,
    /// Whether nothing was found that could not be read, or that stands for more than can be seen.
    all_seen: bool,
    remarks: Vec<String>,
}

/// What reading one inventory gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// What kind of inventory it was, for people.
    pub format: &'static str,
    /// How many things it held, without what was passed over.
    pub items: u64,
    /// How many services came to those that earlier inventories use.
    pub new_services: usize,
}

/// Things that do not say in which of several modes their service is run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Undecided<'c> {
    /// The service.
    pub service: &'c Service,
    /// How many things.
    pub count: u64,
    /// The modes that are left, with each of which the things are counted; none where they say nothing at all, so that all
    /// modes of the service are.
    pub modes: Vec<&'c Mode>,
}

/// How often a name stood in inventories that no service was found for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unmatched<'c> {
    /// How many things are called so.
    pub count: u64,
    /// The ids of the services that it may mean.
    pub candidates: Vec<&'c str>,
}

/// Something that was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ignored<'u> {
    /// What it is called.
    pub name: &'u str,
    /// Why it was passed over.
    pub reason: &'static str,
    /// How many things.
    pub count: u64,
}

impl<'c> ServiceUsage<'c> {
    /// Nothing is used yet.
    #[must_use]
    pub fn new(catalogue: &'c Catalogue) -> Self {
        let mut rules: HashMap<&str, Vec<Rule<'_>>> = HashMap::new();
        let mut attributes = HashSet::new();
        for service in catalogue.services().iter() {
            let of_service = service.when.iter().map(|condition| Rule { service, mode: None, condition });
            let of_modes = service
                .modes
                .iter()
                .flat_map(|mode| mode.when.iter().map(move |condition| Rule { service, mode: Some(mode), condition }));
            for rule in of_service.chain(of_modes) {
                rules.entry(&rule.condition.r#type).or_default().push(rule);
                attributes.extend(rule.condition.attribute.as_ref().and_then(|path| path.split('.').next()));
            }
        }
        for rules in rules.values_mut() {
            rules.reverse();
            rules.sort_by_key(Rule::specificity);
        }
        let no_machines = catalogue.shared_identifiers().no_machine.iter();
        let no_machines = no_machines.map(|one| (one.kind, normalize::index_key(one.kind, &one.name))).collect();
        Self {
            catalogue,
            rules,
            no_machines,
            attributes,
            tallies: BTreeMap::new(),
            unmatched: BTreeMap::new(),
            ignored: BTreeMap::new(),
            retired: BTreeMap::new(),
            items: 0,
            all_seen: true,
            remarks: Vec::new(),
        }
    }

    /// Reads an inventory of any format to its end and adds what it holds.
    ///
    /// # Errors
    ///
    /// An input that cannot be read. A part of it may have been added by then, so the whole usage is worth nothing.
    pub fn read(&mut self, input: &mut dyn BufRead) -> Result<Summary, inventory::Error> {
        let (items, services) = (self.items, self.tallies.len());
        let format = inventory::read(input, self)?;
        Ok(Summary { format, items: self.items - items, new_services: self.tallies.len() - services })
    }

    /// Reads a Terraform plan to its end and adds what there will be; `before` gets what there was. Both come from the plan's
    /// changes, so what the plan did not look at counts on neither side.
    ///
    /// # Errors
    ///
    /// An input that cannot be read, or is no plan, or a plan that names no changes.
    pub fn read_plan(&mut self, before: &mut Self, input: &mut dyn BufRead) -> Result<Summary, inventory::Error> {
        let (items, services) = (self.items, self.tallies.len());
        let format = inventory::read(input, &mut BeforeAndAfter { before, after: self })?;
        if format != inventory::PLAN {
            return Err(inventory::Error::Refused(
                format!("this is a {format}, and only a Terraform plan says what there was before it"),
                "whose matrix --from NEW --against OLD".to_owned(),
            ));
        }
        Ok(Summary { format, items: self.items - items, new_services: self.tallies.len() - services })
    }

    /// The services and modes that are used, by id and in the order of the catalogue. A thing that is
    /// [undecided](Self::undecided), or that every mode has, counts with several modes of its service.
    #[must_use]
    pub fn columns(&self) -> Vec<Column<'c>> {
        let mut columns = Vec::new();
        for tally in self.tallies.values() {
            let service = tally.service;
            let shared = tally.neutral + tally.open;
            if service.modes.is_empty() {
                columns.push(Column { service, mode: None, resources: Some(shared) });
                continue;
            }
            let counts = tally.by_mode();
            for (place, mode) in service.modes.iter().enumerate() {
                let own = counts.get(&place).copied().unwrap_or(0);
                if own > 0 || tally.shows_all_modes() {
                    columns.push(Column { service, mode: Some(mode), resources: Some(own + shared) });
                }
            }
        }
        columns
    }

    /// What is left open about modes, in the order of [`columns`](Self::columns).
    #[must_use]
    pub fn undecided(&self) -> Vec<Undecided<'c>> {
        let mut undecided = Vec::new();
        for tally in self.tallies.values().filter(|tally| !tally.service.modes.is_empty()) {
            let service = tally.service;
            if tally.shows_all_modes() {
                let count = if tally.open > 0 { tally.open } else { tally.neutral };
                undecided.push(Undecided { service, count, modes: Vec::new() });
            }
            for (places, count) in tally.several.iter().filter(|(places, _)| tally.revealed(places).is_empty()) {
                let modes = places.iter().map(|place| &service.modes[*place]).collect();
                undecided.push(Undecided { service, count: *count, modes });
            }
        }
        undecided
    }

    /// How many things a service stands for, each counted once whatever its mode; none where it is not used.
    #[must_use]
    pub fn resources(&self, service: &Service) -> Option<u64> {
        self.tallies.get(&*service.id).map(Tally::total)
    }

    /// Whether no service is used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tallies.is_empty()
    }

    /// Whether everything in the inventories was read, seen and matched.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.all_seen && self.unmatched.is_empty()
    }

    /// How many things were read, the unmatched included.
    #[must_use]
    pub const fn items(&self) -> u64 {
        self.items
    }

    /// The names for which no service was found, by name. Beyond some thousands of names the rest is one entry, `(others)`,
    /// which has no candidates.
    #[must_use]
    pub fn unmatched(&self) -> impl ExactSizeIterator<Item = (&str, &Unmatched<'c>)> {
        self.unmatched.iter().map(|(name, unmatched)| (&**name, unmatched))
    }

    /// What was passed over, by name and reason.
    pub fn ignored(&self) -> impl Iterator<Item = Ignored<'_>> {
        self.ignored.iter().map(|((name, reason), count)| Ignored { name, reason, count: *count })
    }

    /// The names that were met of which AWS announced the end of what is called so.
    pub fn retired(&self) -> impl Iterator<Item = (&'c Service, &'c Name)> {
        self.retired.values().copied()
    }

    /// What has to be said about the inventories as a whole.
    #[must_use]
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    fn add_unmatched(&mut self, name: &str, count: u64, candidates: &[&'c str]) {
        let name = display_name(name);
        let told_apart = self.unmatched.len() < MAX_NAMES || self.unmatched.contains_key(&name);
        let own = self.unmatched.entry(if told_apart { name } else { OTHERS.to_owned() }).or_default();
        own.count += count;
        // The others have no candidates: those of one name are not another's.
        if told_apart {
            let new: Vec<_> = candidates.iter().filter(|id| !own.candidates.contains(id)).collect();
            own.candidates.extend(new);
        }
    }

    fn add_ignored(&mut self, name: &str, reason: &'static str, count: u64) {
        let key = (display_name(name), reason);
        let told_apart = self.ignored.len() < MAX_NAMES || self.ignored.contains_key(&key);
        let key = if told_apart { key } else { (OTHERS.to_owned(), reason) };
        *self.ignored.entry(key).or_default() += count;
    }

    /// What an item is, by the rules for its type and by its name.
    fn classify<'i>(&self, item: &Item<'i>) -> Thing<'c, 'i> {
        let Item { name, attributes, .. } = *item;
        if type_key(name).is_some_and(|key| self.no_machines.contains(&key)) {
            return Thing::Ignored(name, NO_MACHINE);
        }
        let of_services = || self.rules_of(name).iter().filter(|rule| rule.mode.is_none());
        if let Some(rule) = of_services().find(|rule| rule.holds(attributes) == Match::Yes) {
            return Thing::Service(rule.service, None);
        }
        match self.catalogue.resolve(name).meaning {
            Meaning::Service(service, mode) => {
                // A value that is computed may be any that would mean another service.
                let open = of_services().filter(|rule| rule.is_open(attributes)).map(|rule| &*rule.service.id);
                let mut others = open.filter(|id| *id != &*service.id).peekable();
                if others.peek().is_none() {
                    return Thing::Service(service, mode);
                }
                let mut candidates = vec![&*service.id];
                for id in others {
                    if !candidates.contains(&id) {
                        candidates.push(id);
                    }
                }
                Thing::Unmatched(candidates)
            }
            Meaning::Ambiguous(shared) => Thing::Unmatched(shared.services.iter().map(|id| &**id).collect()),
            Meaning::NoService(_) => Thing::Ignored(name, NO_SERVICE),
            Meaning::NoSuchMode(service) => Thing::Unmatched(vec![&*service.id]),
            Meaning::Check(_) | Meaning::Control(_) | Meaning::Unknown => match foreign_provider(name) {
                Some(provider) => Thing::Ignored(provider, inventory::ANOTHER_PROVIDERS),
                None => Thing::Unmatched(Vec::new()),
            },
        }
    }

    /// The rules for the type that a name is, or that it is an address of.
    fn rules_of(&self, name: &str) -> &[Rule<'c>] {
        let of_address = || self.rules.get(Address::parse(name)?.kind);
        self.rules.get(name).or_else(of_address).map_or(&[], |rules| rules)
    }
}

impl Visitor for ServiceUsage<'_> {
    fn item(&mut self, item: Item<'_>) -> bool {
        let Item { name, count, attributes } = item;
        self.items += count;
        match self.classify(&item) {
            Thing::Service(service, named) => {
                // Types and ARNs are no names of this kind.
                if let Some(retired) = (!name.contains([':', '_'])).then(|| retired_name(service, name)).flatten() {
                    self.retired.insert(retired, (service, retired));
                }
                let evidence = match named.and_then(|mode| place(service, mode)) {
                    Some(place) => Evidence::Mode(place),
                    None => Evidence::of(self.rules_of(name), service, attributes),
                };
                self.tallies.entry(&service.id).or_insert_with(|| Tally::new(service)).add(evidence, count);
                true
            }
            Thing::Ignored(name, reason) => {
                self.add_ignored(name, reason, count);
                true
            }
            Thing::Unmatched(candidates) => {
                self.add_unmatched(name, count, &candidates);
                !candidates.is_empty()
            }
        }
    }

    fn unmatched(&mut self, name: &str, count: u64) {
        self.items += count;
        self.add_unmatched(name, count, &[]);
    }

    fn note(&mut self, note: String) {
        self.remarks.push(note);
    }

    fn ignored(&mut self, name: &str, reason: &'static str, count: u64) {
        self.add_ignored(name, reason, count);
    }

    fn unseen(&mut self, name: &str, reason: &'static str, count: u64) {
        self.all_seen = false;
        self.add_ignored(name, reason, count);
    }

    fn wants(&self, name: &str) -> bool {
        self.attributes.contains(name)
    }
}

/// Hears a plan: what there was, and what there will be.
struct BeforeAndAfter<'u, 'c> {
    before: &'u mut ServiceUsage<'c>,
    after: &'u mut ServiceUsage<'c>,
}

impl Visitor for BeforeAndAfter<'_, '_> {
    fn item(&mut self, item: Item<'_>) -> bool {
        self.after.item(item)
    }

    fn ignored(&mut self, name: &str, reason: &'static str, count: u64) {
        Visitor::ignored(self.after, name, reason, count);
    }

    fn unseen(&mut self, name: &str, reason: &'static str, count: u64) {
        self.after.unseen(name, reason, count);
    }

    fn unmatched(&mut self, name: &str, count: u64) {
        Visitor::unmatched(self.after, name, count);
    }

    fn note(&mut self, note: String) {
        self.after.note(note);
    }

    fn wants(&self, name: &str) -> bool {
        self.after.wants(name)
    }

    fn compares(&self) -> bool {
        true
    }

    fn before(&mut self, item: Item<'_>) {
        self.before.item(item);
    }
}

/// What an item of an inventory is.
enum Thing<'c, 'i> {
    /// A service's, in the mode if its name says so much.
    Service(&'c Service, Option<&'c Mode>),
    /// Nothing that counts: what it is called, and why.
    Ignored(&'i str, &'static str),
    /// Nothing that is known; the services that it may belong to.
    Unmatched(Vec<&'c str>),
}

/// A condition of the catalogue, and what it reveals.
#[derive(Clone, Copy, Debug)]
struct Rule<'c> {
    service: &'c Service,
    mode: Option<&'c Mode>,
    condition: &'c Condition,
}

impl Rule<'_> {
    /// How early it is tried: a value, an absence, the bare type.
    fn specificity(&self) -> u8 {
        match self.condition {
            Condition { attribute: Some(_), is, .. } if !is.is_empty() => 0,
            Condition { attribute: Some(_), .. } => 1,
            Condition { .. } => 2,
        }
    }

    fn holds(&self, attributes: &Attributes) -> Match {
        match &self.condition.attribute {
            Some(path) => attributes.matches(path, &self.condition.is),
            None => Match::Yes,
        }
    }

    /// Whether it would hold for some value of an attribute that is computed later.
    fn is_open(&self, attributes: &Attributes) -> bool {
        !self.condition.is.is_empty() && self.holds(attributes) == Match::Computed
    }
}

/// What a thing says about the mode in which its service is run. Modes are told by their places.
#[derive(Debug, PartialEq, Eq)]
enum Evidence {
    /// It is this one.
    Mode(usize),
    /// It is one of these.
    OneOf(Vec<usize>),
    /// The thing could have said and did not.
    Open,
    /// Things of its kind never say.
    Neutral,
}

impl Evidence {
    /// What the `rules` for the type of a thing of `service` say. An EKS cluster in Auto Mode says so; one that is not leaves
    /// the word to its node groups and Fargate profiles.
    fn of(rules: &[Rule<'_>], service: &Service, attributes: &Attributes) -> Self {
        let own = || rules.iter().filter(|rule| rule.mode.is_some() && rule.service.id == service.id);
        let places = revealed_modes(own(), service, attributes);
        match places[..] {
            [place] => Self::Mode(place),
            [_, _, ..] => Self::OneOf(places),
            [] if own().any(|rule| rule.holds(attributes) != Match::No) => Self::Open,
            [] => Self::Neutral,
        }
    }
}

/// The modes that a thing reveals: those of the rules that hold, of the kind that is tried first. Where several attributes
/// decide, the one that leaves the fewest modes does; one that leaves several, such as what a task definition is compatible
/// with, reveals that it is one of these.
fn revealed_modes<'r, 'c: 'r>(
    rules: impl Iterator<Item = &'r Rule<'c>>,
    service: &Service,
    attributes: &Attributes,
) -> Vec<usize> {
    let mut holding = rules.filter(|rule| rule.holds(attributes) == Match::Yes).peekable();
    let Some(first) = holding.peek().map(|rule| rule.specificity()) else { return Vec::new() };
    let mut by_attribute: Vec<(Option<&str>, BTreeSet<usize>)> = Vec::new();
    for rule in holding.filter(|rule| rule.specificity() == first) {
        let attribute = rule.condition.attribute.as_deref();
        let at = by_attribute.iter().position(|(own, _)| *own == attribute).unwrap_or(by_attribute.len());
        if at == by_attribute.len() {
            by_attribute.push((attribute, BTreeSet::new()));
        }
        by_attribute[at].1.extend(rule.mode.and_then(|mode| place(service, mode)));
    }
    let fewest = by_attribute.into_iter().map(|(_, places)| places).min_by_key(BTreeSet::len);
    fewest.into_iter().flatten().collect()
}

/// The place of a mode among those of its service.
fn place(service: &Service, mode: &Mode) -> Option<usize> {
    service.modes.iter().position(|own| own.id == mode.id)
}

/// How many things of a service were found.
#[derive(Debug)]
struct Tally<'c> {
    service: &'c Service,
    /// Things that never reveal a mode.
    neutral: u64,
    /// Things that could have revealed one and did not.
    open: u64,
    /// Things by the mode that they reveal, by the place of the mode.
    modes: BTreeMap<usize, u64>,
    /// Things that may run in several modes, by the places of these: a task definition that is compatible with EC2 and
    /// Fargate.
    several: BTreeMap<Vec<usize>, u64>,
}

impl<'c> Tally<'c> {
    const fn new(service: &'c Service) -> Self {
        Self { service, neutral: 0, open: 0, modes: BTreeMap::new(), several: BTreeMap::new() }
    }

    fn add(&mut self, evidence: Evidence, count: u64) {
        *match evidence {
            Evidence::Mode(place) => self.modes.entry(place).or_default(),
            Evidence::OneOf(places) => self.several.entry(places).or_default(),
            Evidence::Open => &mut self.open,
            Evidence::Neutral => &mut self.neutral,
        } += count;
    }

    /// Each thing counted once.
    fn total(&self) -> u64 {
        self.neutral + self.open + self.modes.values().chain(self.several.values()).sum::<u64>()
    }

    /// Whether something did not say its mode, or nothing did.
    fn shows_all_modes(&self) -> bool {
        self.open > 0 || self.modes.is_empty() && self.several.is_empty()
    }

    /// Those of the modes at `places` that a thing reveals.
    fn revealed(&self, places: &[usize]) -> Vec<usize> {
        places.iter().copied().filter(|place| self.modes.contains_key(place)).collect()
    }

    /// How many things stand for each mode, by its place. What may run in several modes counts with those of them that
    /// another thing reveals: the service decides how its task definition is run. Where none does, it counts with each.
    fn by_mode(&self) -> BTreeMap<usize, u64> {
        let mut counts = self.modes.clone();
        for (places, count) in &self.several {
            let revealed = self.revealed(places);
            for place in if revealed.is_empty() { places } else { &revealed } {
                *counts.entry(*place).or_default() += count;
            }
        }
        counts
    }
}

/// A name of an inventory as people get to see it: without control characters, and not longer than names are.
fn display_name(name: &str) -> String {
    match name.char_indices().nth(MAX_NAME_CHARS) {
        Some((end, _)) => format!("{}…", tame(&name[..end])),
        None => tame(name).into_owned(),
    }
}

/// The provider of a type that is another's than AWS's: `Datadog::Monitors::Monitor`, `module.app.kubernetes_pod.web[0]`.
/// What a CloudFormation module stands for is not known, so it stays unmatched.
fn foreign_provider(name: &str) -> Option<&str> {
    let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if let Some((provider, rest)) = name.split_once("::") {
        let foreign = !provider.eq_ignore_ascii_case("AWS")
            && is_word(provider)
            && rest.contains("::")
            && !rest.ends_with("::MODULE");
        return foreign.then_some(provider);
    }
    let (provider, _) = Address::parse(name)?.kind.split_once('_')?;
    (!matches!(provider, "" | "aws" | "awscc")).then_some(provider)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::built_in);

    /// What is used by the inventories.
    fn usage(inventories: &[&str]) -> ServiceUsage<'static> {
        let mut usage = ServiceUsage::new(&CATALOGUE);
        for inventory in inventories {
            usage.read(&mut inventory.as_bytes()).expect("an inventory");
        }
        usage
    }

    /// A plan with resources of these types and values.
    fn plan(resources: &[(&str, &str)]) -> String {
        let resource = |(place, (kind, values)): (usize, &(&str, &str))| {
            format!(
                r#"{{ "address": "{kind}.r{place}", "mode": "managed", "type": "{kind}", "name": "r{place}", "values": {values} }}"#
            )
        };
        let resources: Vec<String> = resources.iter().enumerate().map(resource).collect();
        format!(
            r#"{{ "format_version": "1.2", "planned_values": {{ "root_module": {{ "resources": [{}] }} }} }}"#,
            resources.join(",")
        )
    }

    fn counted(usage: &ServiceUsage<'_>) -> Vec<String> {
        usage.columns().iter().map(Column::counted).collect()
    }

    #[test]
    fn a_type_alone_rules_modes_out() {
        let nodes = ["eks@managed-node-group (1)", "eks@managed-node-group-custom-ami (1)"];
        for inventory in
            ["module.a.aws_eks_node_group.b[0]", "AWS::EKS::Nodegroup", &plan(&[("aws_eks_node_group", "{}")])]
        {
            let own = usage(&[inventory]);
            assert_eq!(counted(&own), nodes, "{inventory}");
            assert_eq!(own.undecided()[0].modes.len(), 2, "{inventory}");
        }
    }

    #[test]
    fn services_are_counted_by_mode() {
        let ec2 = ("aws_ecs_service", r#"{ "launch_type": "EC2" }"#);
        let fargate = ("aws_ecs_service", r#"{ "launch_type": "FARGATE" }"#);
        let cluster = ("aws_ecs_cluster", "{}");
        let queue = ("aws_sqs_queue", "{}");
        let own = usage(&[&plan(&[ec2, fargate, fargate, queue]), &plan(&[cluster])]);
        // A cluster never says how its services are run: it stands for each mode.
        assert_eq!(counted(&own), ["ecs@fargate (3)", "ecs@ec2 (2)", "sqs (1)"]);
        assert_eq!((own.items(), own.undecided().len()), (5, 0));
        let resources = |id| own.resources(CATALOGUE.service(id).expect("a service"));
        assert_eq!([resources("ecs"), resources("sqs"), resources("s3")], [Some(4), Some(1), None]);
    }

    #[test]
    fn a_summary_counts_what_one_inventory_adds() {
        let mut usage = ServiceUsage::new(&CATALOGUE);
        let summary = |format, items, new_services| Summary { format, items, new_services };
        let mut read = |text: &str| usage.read(&mut text.as_bytes()).expect("an inventory");
        assert_eq!(read("rds\nsqs\nsqs\n"), summary("list of names", 3, 2));
        assert_eq!(read(&plan(&[("aws_sqs_queue", "{}"), ("aws_sns_topic", "{}")])), summary("Terraform plan", 2, 1));
        assert!(usage.read(&mut &b"PAR1"[..]).is_err());
    }

    #[test]
    fn things_that_do_not_say_their_mode_count_with_all_and_are_told() {
        let own = usage(&[&plan(&[("aws_eks_cluster", "{}")])]);
        let modes = CATALOGUE.service("eks").expect("a service").modes.len();
        assert_eq!(own.columns().len(), modes);
        assert!(own.columns().iter().all(|column| column.resources == Some(1)));
        let undecided = own.undecided();
        assert_eq!((undecided.len(), undecided[0].count, undecided[0].modes.len()), (1, 1, 0));

        // What is compatible with two modes is one of these, unless a service says which.
        let task = ("aws_ecs_task_definition", r#"{ "requires_compatibilities": ["EC2", "FARGATE"] }"#);
        let service = ("aws_ecs_service", r#"{ "launch_type": "FARGATE" }"#);
        let own = usage(&[&plan(&[task])]);
        let modes: Vec<&str> = own.undecided()[0].modes.iter().map(|mode| &*mode.id).collect();
        assert_eq!((counted(&own).len(), modes), (2, vec!["fargate", "ec2"]));
        let own = usage(&[&plan(&[task, service])]);
        assert_eq!((counted(&own), own.undecided().len()), (vec!["ecs@fargate (2)".to_owned()], 0));
    }

    #[test]
    fn what_may_run_in_several_modes_counts_with_those_that_another_thing_reveals() {
        type Counts = &'static [(usize, u64)];
        type Several = &'static [(&'static [usize], u64)];
        let cases: &[(Counts, Several, Counts, usize)] = &[
            (&[(0, 2)], &[], &[(0, 2)], 0),
            (&[(0, 2)], &[(&[0, 1], 3)], &[(0, 5)], 0),
            (&[(0, 2), (1, 1)], &[(&[0, 1], 3)], &[(0, 5), (1, 4)], 0),
            // Nothing reveals which: each that it may be, and it is told.
            (&[], &[(&[0, 1], 3)], &[(0, 3), (1, 3)], 1),
            // What is revealed is none of these.
            (&[(2, 1)], &[(&[0, 1], 3)], &[(0, 3), (1, 3), (2, 1)], 1),
            (&[(1, 1)], &[(&[0, 1], 1), (&[0, 2], 1)], &[(0, 1), (1, 2), (2, 1)], 1),
        ];
        for (modes, several, wanted, open) in cases {
            let mut tally = Tally::new(CATALOGUE.service("eks").expect("a service"));
            modes.iter().for_each(|(place, count)| tally.add(Evidence::Mode(*place), *count));
            several.iter().for_each(|(places, count)| tally.add(Evidence::OneOf(places.to_vec()), *count));
            let told = several.iter().filter(|(places, _)| tally.revealed(places).is_empty()).count();
            assert_eq!((tally.by_mode(), told), (wanted.iter().copied().collect(), *open), "{modes:?} {several:?}");
            let total =
                modes.iter().map(|(_, count)| count).sum::<u64>() + several.iter().map(|(_, count)| count).sum::<u64>();
            assert_eq!(tally.total(), total, "each once: {modes:?} {several:?}");
        }
    }

    #[test]
    fn a_service_that_depends_on_a_computed_value_is_not_guessed() {
        let template = |engine| {
            format!(
                r#"{{ "Resources": {{ "D": {{ "Type": "AWS::RDS::DBInstance", "Properties": {{ "Engine": {engine} }} }} }} }}"#
            )
        };
        let open = usage(&[&template(r#"{ "Ref": "Engine" }"#)]);
        assert_eq!(counted(&open), [""; 0]);
        let (name, unmatched) = open.unmatched().next().expect("not matched");
        assert_eq!((name, unmatched.count), ("AWS::RDS::DBInstance", 1));
        assert!(["rds", "aurora"].iter().all(|id| unmatched.candidates.contains(id)), "{unmatched:?}");
        assert_eq!(counted(&usage(&[&template("\"postgres\"")])).len(), 1);
    }

    #[test]
    fn what_is_beyond_the_names_told_apart_is_counted_without_candidates() {
        let mut own = ServiceUsage::new(&CATALOGUE);
        for n in 0..MAX_NAMES {
            own.add_unmatched(&format!("zzz-{n}"), 1, &[]);
        }
        own.add_unmatched("one more", 2, &["rds", "aurora"]);
        own.add_unmatched("zzz-7", 1, &["rds"]);
        own.add_unmatched("zzz-7", 1, &["aurora", "rds"]);
        let found: BTreeMap<&str, &Unmatched<'_>> = own.unmatched().collect();
        assert_eq!(found.len(), MAX_NAMES + 1);
        assert_eq!(*found[OTHERS], Unmatched { count: 2, candidates: Vec::new() });
        assert_eq!(*found["zzz-7"], Unmatched { count: 3, candidates: vec!["rds", "aurora"] });
        for n in 0..=MAX_NAMES {
            own.add_ignored(&format!("zzz-{n}"), NO_SERVICE, 1);
        }
        assert_eq!(own.ignored().count(), MAX_NAMES + 1);
        assert!(own.ignored().any(|ignored| ignored == Ignored { name: OTHERS, reason: NO_SERVICE, count: 1 }));
    }

    #[test]
    fn rows_of_a_query_are_what_the_list_around_them_would_hold() {
        let gone = r#"{ "InstanceId": "i-2", "VpcId": "vpc-1", "State": { "Name": "terminated" } }"#;
        for rows in [
            format!(r#"[{{ "InstanceId": "i-1", "VpcId": "vpc-1", "VolumeId": "vol-1" }}, {gone}]"#),
            r#"[{ "VpcId": "vpc-1", "InstanceId": "i-1" }, { "InstanceId": "i-2", "State": "terminated" }]"#.to_owned(),
            // JSON lines; and what stands twice is one thing.
            format!("{{ \"InstanceId\": \"i-1\" }}\n{{ \"InstanceId\": \"i-1\" }}\n{gone}\n"),
        ] {
            let own = usage(&[&rows]);
            assert_eq!(counted(&own), ["ec2 (1)"], "{rows}");
            let ignored: Vec<_> = own.ignored().collect();
            assert_eq!(ignored, [Ignored { name: "AWS::EC2::Instance", reason: "terminated", count: 1 }], "{rows}");
        }
        let engine = r#"{ "DBInstanceIdentifier": "a", "Engine": "aurora-mysql" }"#;
        for rows in [format!("[{engine}]"), engine.to_owned()] {
            assert!(usage(&[&rows]).resources(CATALOGUE.service("aurora").expect("a service")).is_some(), "{rows}");
        }
        // A VPC says no more than what stands in it.
        let own = usage(&[r#"[{ "VpcId": "vpc-1", "Id": "x" }, { "InstanceId": "i-1" }]"#]);
        assert_eq!((counted(&own), own.unmatched().count()), (vec!["ec2 (1)".to_owned()], 1));
    }

    #[test]
    fn what_is_gone_is_not_counted() {
        let item = |status: &str| {
            format!(
                r#"{{ "configurationItemStatus": "{status}", "arn": "arn:aws:sqs:eu-west-1:1:q", "resourceType": "AWS::SQS::Queue" }}"#
            )
        };
        let history =
            |first: &str, second: &str| format!(r#"{{ "configurationItems": [{}, {}] }}"#, item(first), item(second));
        let counted_all_the_same = "deleted, and counted for an entry before that";
        let finding = r#""SchemaVersion": "2018-10-08", "Resources": [{ "Type": "AwsSqsQueue", "Id": "arn:aws:sqs:eu-west-1:1:q" }]"#;
        let cluster = r#""clusterArn": "arn:aws:ecs:eu-west-1:1:cluster/c""#;
        for (text, resources, reason) in [
            // The newest stands first, as the command prints it, or last.
            (history("ResourceDeleted", "OK"), 0, "deleted"),
            (history("ResourceDeletedNotRecorded", "ResourceDeleted"), 0, "deleted"),
            (history("OK", "ResourceDeleted"), 1, counted_all_the_same),
            (item("ResourceDeleted"), 0, "deleted"),
            (format!("[{}]", item("ResourceDeleted")), 0, "deleted"),
            (
                r#"{ "resourceIdentifiers": [{ "resourceType": "AWS::SQS::Queue", "resourceDeletionTime": 1.7 }] }"#
                    .to_owned(),
                0,
                "deleted",
            ),
            (format!(r#"{{ "clusters": [{{ {cluster}, "status": "INACTIVE" }}] }}"#), 0, "inactive"),
            (
                format!(r#"{{ "Findings": [{{ {finding}, "RecordState": "ARCHIVED" }}] }}"#),
                0,
                "a finding that is archived or closed: what it is about may be gone",
            ),
            (
                format!(r#"{{ "Findings": [{{ {finding}, "RecordState": "ARCHIVED" }}, {{ {finding} }}] }}"#),
                1,
                "a finding that is archived or closed: what it is about may be gone",
            ),
        ] {
            let own = usage(&[&text]);
            let ignored: Vec<_> = own.ignored().map(|ignored| ignored.reason).collect();
            assert_eq!((own.items(), &ignored[..]), (resources, &[reason][..]), "{text}");
        }
    }

    #[test]
    fn no_element_of_a_list_vanishes() {
        let queue = r#""arn:aws:sqs:eu-west-1:1:q""#;
        for (text, items, unmatched) in [
            (r#"{ "clusterArns": [] }"#.to_owned(), 0, 0),
            (r#"{ "clusterArns": [], "nextToken": null }"#.to_owned(), 0, 0),
            (format!(r#"{{ "queueArns": [{queue}, 7, null] }}"#), 3, 2),
            (format!(r#"{{ "Results": [{{ "ResourceArn": {queue} }}, {{ "ResourceType": "SQS" }}, 7] }}"#), 3, 2),
            // Lists of lists: rows, cells, and cells that a row describes.
            (r#"[[{ "InstanceId": "i-1" }, { "InstanceId": "i-2" }], [{ "Id": "x" }]]"#.to_owned(), 3, 1),
            (format!("[[{queue}, {{ \"Key\": \"team\" }}, 7], [null, 8]]"), 3, 2),
            (format!("[[{queue}], [[{{ \"resourceArn\": {queue} }}]]]"), 2, 0),
        ] {
            let own = usage(&[&text]);
            let found: u64 = own.unmatched().map(|(_, unmatched)| unmatched.count).sum();
            assert_eq!((own.items(), found), (items, unmatched), "{text}");
        }
        // Fields without end, of which none is kept.
        let arns: String =
            (0..100_000).flat_map(|n| ["\"f".to_owned(), n.to_string(), "Arn\": \"x\", ".to_owned()]).collect();
        let error =
            ServiceUsage::new(&CATALOGUE).read(&mut format!("{{ {arns} \"a\": 1 }}").as_bytes()).expect_err("no row");
        assert!(error.to_string().contains("`f0Arn`"), "{error}");
    }

    #[test]
    fn a_page_that_names_another_is_told() {
        let queues = r#""QueueUrls": ["https://q"]"#;
        for (text, said) in [
            (format!(r#"{{ {queues}, "NextToken": "t" }}"#), Some("`QueueUrls`: the last page says that more follow")),
            (format!(r#"{{ "nextToken": "t", {queues} }}"#), Some("more follow")),
            (r#"{ "clusterArns": ["arn:aws:ecs:x:1:cluster/c"], "nextToken": "t" }"#.to_owned(), Some("`clusterArns`")),
            (format!(r#"{{ {queues}, "NextToken": "t" }} {{ {queues} }}"#), None),
            (format!(r#"{{ {queues}, "NextToken": "t" }} {{ "TableNames": ["a"] }}"#), Some("`QueueUrls`")),
            (format!(r#"{{ {queues}, "NextToken": "" }}"#), None),
            (format!(r#"{{ {queues}, "IsTruncated": true }}"#), Some("more follow")),
            (format!(r#"{{ {queues}, "IsTruncated": false, "Marker": "m" }}"#), None),
            (r#"{ "FileSystems": [], "Marker": "m" }"#.to_owned(), None),
            (r#"{ "FileSystems": [], "Marker": "m", "NextMarker": "n" }"#.to_owned(), Some("more follow")),
            (
                r#"{ "Count": { "Complete": false, "TotalResources": 1000 }, "Resources": [{ "Service": "sqs" }] }"#
                    .to_owned(),
                Some("list-resources"),
            ),
            (
                r#"{ "Findings": [{ "SchemaVersion": "2018-10-08", "Resources": [{ "Type": "AwsSqsQueue" }] }], "NextToken": "t" }"#.to_owned(),
                Some("more follow"),
            ),
        ] {
            let own = usage(&[&text]);
            let told = own.remarks().join("\n");
            assert!(said.map_or(told.is_empty(), |said| told.contains(said)), "{text}: {told}");
        }
        let report = r#"{ "ServicesLastAccessed": [], "JobStatus": "IN_PROGRESS" }"#;
        let error = ServiceUsage::new(&CATALOGUE).read(&mut report.as_bytes()).expect_err("it is not there yet");
        assert!(error.to_string().contains("JobStatus is IN_PROGRESS"), "{error}");
    }

    #[test]
    fn what_a_bill_does_not_say_clearly_is_in_use() {
        let header = "Service,DynamoDB($),Relational Database Service($),Total costs($)\n";
        let unpaid = |own: &ServiceUsage<'_>| own.ignored().any(|own| own.reason == "nothing was paid for it");
        for (rows, services, is_unpaid) in [
            ("Service total,0,12.5,12.5\n", &["rds (1)"][..], true),
            ("Service total,\"0,00\",\"12,50\",\"12,50\"\n", &["rds (1)"], true),
            ("Service total,0,-0.5,\"1.000,00\"\n", &["rds (1)"], true),
            // Decimal commas without quotes: the amounts stand in the wrong columns.
            ("Service total,0,00,12,50,12,50\n", &["dynamodb (1)", "rds (1)"], false),
        ] {
            let own = usage(&[&format!("{header}{rows}")]);
            assert_eq!(
                (counted(&own), unpaid(&own)),
                (services.iter().map(|own| (*own).to_owned()).collect(), is_unpaid)
            );
            assert_eq!(own.ignored().any(|own| own.name == "line 2"), !is_unpaid, "{rows}");
        }
        // A service that names no resource, in a bill of more services than are told apart.
        let many: String = (0..20_000).flat_map(|n| ["own-".to_owned(), n.to_string(), ",x\n".to_owned()]).collect();
        let own = usage(&[&format!("line_item_product_code,line_item_operation\n{many}AmazonRDS,x\n")]);
        assert_eq!(counted(&own), ["rds (1)"]);
    }

    #[test]
    fn rows_without_an_arn_are_things_of_their_own() {
        let own =
            usage(&["arn,Resource type\n,AWS::SQS::Queue\n,AWS::SQS::Queue\narn:aws:sqs:x:1:q,\narn:aws:sqs:x:1:q,\n"]);
        assert_eq!(counted(&own), ["sqs (3)"]);
    }

    #[test]
    fn addresses_keys_and_templates_are_no_machines() {
        let (own, none) = (ServiceUsage::new(&CATALOGUE), Attributes::default());
        for (name, is) in [
            ("AWS::EC2::EIP", true),
            ("aws_key_pair", true),
            ("module.a.aws_launch_template.b[0]", true),
            ("arn:aws:ec2:eu-west-1:111122223333:key-pair/key-1", true),
            ("ec2:elastic-ip", true),
            ("AwsEc2LaunchTemplate", true),
            ("AWS::EC2::Instance", false),
            ("arn:aws:ec2:eu-west-1:111122223333:instance/i-1", false),
            ("arn:aws:rds:eu-west-1:111122223333:key-pair/key-1", false),
            ("aws_instance.aws_key_pair", false),
            ("arn:aws:ec2", false),
            ("", false),
        ] {
            let thing = own.classify(&Item { name, count: 1, attributes: &none });
            assert_eq!(matches!(thing, Thing::Ignored(_, NO_MACHINE)), is, "{name}");
        }
    }

    #[test]
    fn what_is_passed_over_has_a_reason() {
        let own = usage(&["rds\nmodule.app.kubernetes_pod.web[0]\naws_eip.a\nmy-own-thing\n"]);
        let ignored: Vec<(&str, &str)> = own.ignored().map(|ignored| (ignored.name, ignored.reason)).collect();
        assert_eq!(ignored, [("aws_eip.a", NO_MACHINE), ("kubernetes", inventory::ANOTHER_PROVIDERS)]);
        assert_eq!(own.unmatched().map(|(name, _)| name).collect::<Vec<_>>(), ["my-own-thing"]);
    }

    #[test]
    fn types_of_other_providers_are_told_by_their_form() {
        for (name, provider) in [
            ("Datadog::Monitors::Monitor", Some("Datadog")),
            ("AWS::New::Thing", None),
            ("aws::new::thing", None),
            ("Acme::Net::Vpc::MODULE", None),
            ("Acme::Vpc", None),
            ("not a word::A::B", None),
            ("kubernetes_pod.web", Some("kubernetes")),
            ("module.app.kubernetes_pod.web[0]", Some("kubernetes")),
            ("module.a.module.b.google_sql.c", Some("google")),
            ("module.a[\"eu.west\"].kubernetes_pod.web[\"a.b\"]", Some("kubernetes")),
            ("module.a[\"kubernetes_pod.web\"].aws_thing.a", None),
            ("aws_thing.a", None),
            ("awscc_thing.a", None),
            ("_x.a", None),
            ("web.example.com", None),
            ("module.app", None),
            ("plain", None),
            ("", None),
        ] {
            assert_eq!(foreign_provider(name), provider, "{name}");
        }
    }

    #[test]
    fn names_are_shown_without_what_drives_a_terminal() {
        assert_eq!(display_name("rds"), "rds");
        assert!(!display_name("a\u{1b}[31mb").contains('\u{1b}'));
        let long = "ä".repeat(MAX_NAME_CHARS);
        assert_eq!(display_name(&long), long);
        assert_eq!(display_name(&format!("{long}b")), format!("{long}…"));
    }
}
