//! Identifier → service: one hash table over everything that claims a name, built once and baked.
//!
//! The build script makes it of the checked catalogue, an overlay remakes it at start. It only places and finds whole
//! keys; which keys to try for an input is `resolve.rs`.

use std::collections::BTreeMap;

use super::model::{Catalogue, Kind, List, Text};
use super::names;

/// The most that a catalogue may have of anything: services, pages, names.
pub const MOST: usize = u16::MAX as usize;

/// The table. Open addressing, two of three slots taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// 0 for an empty slot, else one more than a place in `entries`.
    pub slots: List<u16>,
    /// Where in `entries` the claims of each kind begin, in the order of [`Kind::ALL`], and at last where all end.
    pub tables: List<u16>,
    /// The claims, sorted by table and key.
    pub entries: List<Entry>,
    /// Every check of every service, those with the same id side by side.
    pub proofs: List<Proof>,
    /// All keys in one text: some thousand of them, so each costs its letters and no pointer.
    pub keys: Text,
}

/// One claimed key. There are some thousand of them, so each is eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where in [`Index::keys`] its key begins, the name as [`names::key`] writes it; it ends where the next one begins.
    pub start: u32,
    /// What it leads to.
    pub target: Target,
}

const _: () = assert!(size_of::<Entry>() == 8);

/// What a key leads to; numbers are places in the catalogue's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A service.
    Service(u16),
    /// A service, but by default only: longer keys that begin with this one belong to other services.
    Default(u16),
    /// A service, in one of its modes.
    Mode(u16, u8),
    /// An entry of the exceptions: several services, or none.
    Exception(u16),
    /// A check: the first of its entries in [`Index::proofs`].
    Check(u16),
}

/// A check of a service: places of the service, and of the check in the service's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Proof {
    /// The service.
    pub service: u16,
    /// The check.
    pub check: u16,
}

/// What each key of each table leads to.
type Claims = BTreeMap<(Kind, String), Target>;

impl Index {
    /// The index of `catalogue`, whose claims are known to be free of collisions.
    ///
    /// None if the catalogue has more than [`MOST`] of anything, or a service 255 modes.
    #[must_use]
    pub fn of(catalogue: &Catalogue) -> Option<Self> {
        let lists = [
            catalogue.services.len(),
            catalogue.sources.len(),
            catalogue.exceptions.len(),
            catalogue.services.iter().map(|service| service.checks().count()).sum(),
        ];
        let modes = catalogue.services.iter().map(|service| service.modes.len()).max();
        if lists.into_iter().any(|length| length > MOST) || modes >= Some(usize::from(u8::MAX)) {
            return None;
        }
        let mut claims = claims(catalogue);
        let mut checks: BTreeMap<(Kind, Text), Vec<Proof>> = BTreeMap::new();
        for (place, service) in catalogue.services.iter().enumerate() {
            for (own, check) in service.checks().enumerate() {
                let proof = Proof { service: number(place), check: number(own) };
                checks.entry((check.maker.kind(), check.id)).or_default().push(proof);
            }
        }
        let mut proofs = Vec::new();
        for ((kind, id), own) in checks {
            claims.entry((kind, names::key(kind, id))).or_insert(Target::Check(number(proofs.len())));
            proofs.extend(own);
        }
        let mut keys = String::new();
        let mut entries: Vec<Entry> = Vec::new();
        let mut tables: Vec<u16> = Vec::new();
        for ((table, key), target) in &claims {
            tables.resize(*table as usize + 1, number(entries.len()));
            let family = (Kind::Arn, format!("{key}:"));
            let mut longer = claims
                .range(&family..)
                .take_while(|((table, key), _)| *table == Kind::Arn && key.starts_with(&*family.1));
            let target = match *target {
                Target::Service(place)
                    if matches!(table, Kind::Iam | Kind::Arn) && longer.any(|(_, other)| other != target) =>
                {
                    Target::Default(place)
                }
                target => target,
            };
            let start = u32::try_from(keys.len()).ok().filter(|_| entries.len() < MOST)?;
            entries.push(Entry { start, target });
            keys.push_str(key);
        }
        tables.resize(Kind::ALL.len() + 1, number(entries.len()));
        let mut slots = vec![0; entries.len() * 3 / 2 + 1];
        let mut made = Self {
            slots: &[],
            tables: tables.leak(),
            entries: entries.leak(),
            proofs: proofs.leak(),
            keys: keys.leak(),
        };
        for &table in Kind::ALL {
            for place in made.places(table) {
                let mut seats = seats(table, made.key(place), slots.len());
                let room = seats.find(|seat| slots[*seat] == 0)?;
                slots[room] = number(place + 1);
            }
        }
        made.slots = slots.leak();
        Some(made)
    }

    /// The key of the entry at `place`.
    fn key(&self, place: usize) -> &[u8] {
        let start = |place: usize| self.entries.get(place).map_or(self.keys.len(), |entry| entry.start as usize);
        self.keys.as_bytes().get(start(place)..start(place + 1)).unwrap_or_default()
    }

    /// Where the entries of `table` are.
    fn places(&self, table: Kind) -> std::ops::Range<usize> {
        match self.tables.get(table as usize..) {
            Some([from, to, ..]) => usize::from(*from)..usize::from(*to),
            _ => 0..0,
        }
    }

    /// What `key` in `table` leads to.
    #[must_use]
    pub fn get(&self, table: Kind, key: &[u8]) -> Option<Target> {
        let own = self.places(table);
        seats(table, key, self.slots.len())
            .map_while(|seat| usize::from(self.slots[seat]).checked_sub(1))
            .find(|place| own.contains(place) && self.key(*place) == key)
            .and_then(|place| self.entries.get(place))
            .map(|entry| entry.target)
    }
}

/// Places of lists that are known to be short enough.
fn number(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}

/// Every name that services, modes and exceptions claim. Who comes first keeps it.
fn claims(catalogue: &Catalogue) -> Claims {
    let mut claims: Claims = Claims::new();
    let mut claim = |kind: Kind, name: &str, target: Target| {
        for slot in names::slots(kind, name) {
            claims.entry(slot).or_insert(target);
        }
    };
    // The exceptions first: what they settle, no claim unsettles.
    for (place, exception) in catalogue.exceptions.iter().enumerate() {
        let target = match exception.services {
            [one] => catalogue
                .services
                .binary_search_by(|service| service.id.cmp(one))
                .map_or(Target::Exception(number(place)), |found| Target::Service(number(found))),
            _ => Target::Exception(number(place)),
        };
        claim(exception.kind, exception.name, target);
    }
    // Then what a service calls itself, and its modes; so a mode wins over an alias that says less.
    for (place, service) in catalogue.services.iter().enumerate() {
        for name in [service.id, service.name, service.short] {
            claim(Kind::Name, name, Target::Service(number(place)));
        }
        for (mode_place, mode) in (0..).zip(service.modes) {
            for name in names::of_mode(service.id, mode) {
                claim(Kind::Name, &name, Target::Mode(number(place), mode_place));
            }
        }
    }
    for (place, service) in catalogue.services.iter().enumerate() {
        for name in service.aliases.into_iter().chain(service.former_names) {
            claim(Kind::Name, name, Target::Service(number(place)));
        }
    }
    for kind in &Kind::ALL[1..] {
        for (place, service) in catalogue.services.iter().enumerate() {
            for (mode_place, mode) in (0..).zip(service.modes) {
                // A type that alone reveals a mode leads straight to it.
                for condition in mode.when.iter().filter(|condition| condition.attribute.is_none()) {
                    let of_kind =
                        if condition.resource.contains("::") { Kind::Cloudformation } else { Kind::Terraform };
                    if of_kind == *kind {
                        claim(*kind, condition.resource, Target::Mode(number(place), mode_place));
                    }
                }
            }
            for name in service.called(*kind) {
                claim(*kind, name, Target::Service(number(place)));
            }
        }
    }
    claims
}

/// The slots in which `key` may be, of `room` many: from where its hash points on, and round.
fn seats(table: Kind, key: &[u8], room: usize) -> impl Iterator<Item = usize> {
    let first = usize::try_from((hash(table, key) * room as u64) >> 32).unwrap_or_default();
    (first..room).chain(0..first)
}

/// Eight bytes at a time, multiplied and folded: short keys, a table that never meets an adversary's keys.
fn hash(table: Kind, key: &[u8]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut state = (table as u64 + 1).wrapping_mul(ODD) ^ key.len() as u64;
    let mut chunks = key.chunks_exact(8);
    let mut mix = |word: u64| state = (state.rotate_left(5) ^ word).wrapping_mul(ODD);
    for chunk in &mut chunks {
        mix(chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)));
    }
    mix(chunks.remainder().iter().fold(1, |word, byte| word << 8 | u64::from(*byte)));
    // The upper half is the better mixed one.
    state >> 32
}
