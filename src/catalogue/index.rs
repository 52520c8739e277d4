//! Identifier → service: one sorted table over everything that claims a name, an [`fst::Map`].
//!
//! The build script makes it of the checked catalogue, an overlay makes it anew. It only places and finds whole keys; which
//! keys to try for an input is `resolve.rs`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::embedded::General;
use super::model::{CheckProvider, Id, IdentifierKind, Layer, Service, SharedIdentifiers};
use super::normalize;

/// The table.
#[derive(Debug)]
pub(crate) struct Index {
    /// A kind (its number as one byte, or [`LAYER_WORDS`]) and a key → where in `targets` its target begins.
    keys: fst::Map<Cow<'static, [u8]>>,
    /// Targets in postcard.
    targets: Cow<'static, [u8]>,
}

/// What stands before the words for layers, in the place of a kind.
const LAYER_WORDS: u8 = u8::MAX;

/// How an index is compiled in.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct EmbeddedIndex<'a> {
    /// The bytes of the map.
    pub(crate) keys: &'a [u8],
    /// The targets.
    pub(crate) targets: &'a [u8],
}

/// What a key leads to. Numbers are places: of a service among the services by id, of a mode among its service's, of a
/// shared identifier in its list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Target {
    /// A service.
    Service(u16),
    /// A service, but by default only: longer keys that begin with this one belong to other services.
    Default(u16),
    /// A service, in one of its modes.
    Mode(u16, u8),
    /// Several services.
    Ambiguous(u16),
    /// No service.
    NoService(u16),
    /// A check, which proves duties of these services in these layers.
    Checks(Vec<CheckPlace>),
    /// A layer.
    Layer(Layer),
}

/// A check of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct CheckPlace {
    /// The service.
    pub(crate) service: u16,
    /// The layer whose duty it proves.
    pub(crate) layer: Layer,
    /// Who publishes it.
    pub(crate) provider: CheckProvider,
    /// Its place among this provider's checks there.
    pub(crate) number: u16,
}

/// What each key of each kind leads to.
type Claims = BTreeMap<(IdentifierKind, String), Target>;

impl Index {
    /// The index of services, by id, whose claims are known to be free of collisions. As bytes: keys and targets.
    ///
    /// # Errors
    ///
    /// More than 65,535 services or shared identifiers, or more than 255 modes of a service.
    pub(crate) fn build(services: &[&Service], general: &General) -> Result<(Vec<u8>, Vec<u8>), TooLarge> {
        let claims = claims(services, &general.identifiers)?;
        let mut entries: BTreeMap<Vec<u8>, Target> = BTreeMap::new();
        for ((kind, key), target) in &claims {
            let target = match target {
                Target::Service(place) if is_default(&claims, *kind, key, target) => Target::Default(*place),
                target => target.clone(),
            };
            entries.insert(prefixed(*kind as u8, key), target);
        }
        for (layer, info) in &general.layers {
            let words = info.words(*layer).map(normalize::normalize_word);
            entries.extend(words.map(|word| (prefixed(LAYER_WORDS, &word), Target::Layer(*layer))));
        }
        let mut map = fst::MapBuilder::memory();
        let mut targets = Vec::new();
        let mut places: BTreeMap<Target, u64> = BTreeMap::new();
        for (key, target) in entries {
            let place = *places.entry(target.clone()).or_insert(targets.len() as u64);
            if place == targets.len() as u64 {
                targets = postcard::to_extend(&target, targets).expect("a target fits into memory");
            }
            map.insert(key, place).expect("a BTreeMap gives its keys in order");
        }
        Ok((map.into_inner().expect("memory does not fail"), targets))
    }

    /// An index of bytes that [`Index::build`] made.
    #[must_use]
    pub(crate) fn new(keys: impl Into<Cow<'static, [u8]>>, targets: impl Into<Cow<'static, [u8]>>) -> Self {
        let keys = fst::Map::new(keys.into()).expect("made by `build`");
        Self { keys, targets: targets.into() }
    }

    /// What `key` of `kind` leads to.
    #[must_use]
    pub(crate) fn get(&self, kind: IdentifierKind, key: &str) -> Option<Target> {
        self.target(&prefixed(kind as u8, key))
    }

    /// The layer that is called `word`, as [`normalize::normalize_word`] writes it.
    #[must_use]
    pub(crate) fn layer(&self, word: &str) -> Option<Layer> {
        match self.target(&prefixed(LAYER_WORDS, word))? {
            Target::Layer(layer) => Some(layer),
            _ => None,
        }
    }

    /// Every key of every kind, and what it leads to.
    pub(crate) fn entries(&self) -> Vec<(IdentifierKind, String, Target)> {
        let keys = self.keys.stream().into_byte_vec();
        let entry = |(key, place): (Vec<u8>, u64)| {
            let (kind, key) = key.split_first()?;
            let kind = IdentifierKind::ALL.get(usize::from(*kind))?;
            Some((*kind, String::from_utf8(key.to_vec()).ok()?, self.target_at(place)?))
        };
        keys.into_iter().filter_map(entry).collect()
    }

    fn target(&self, key: &[u8]) -> Option<Target> {
        self.target_at(self.keys.get(key)?)
    }

    fn target_at(&self, place: u64) -> Option<Target> {
        let place = usize::try_from(place).ok()?;
        postcard::take_from_bytes(self.targets.get(place..)?).ok().map(|(target, _)| target)
    }
}

fn prefixed(prefix: u8, key: &str) -> Vec<u8> {
    [&[prefix], key.as_bytes()].concat()
}

/// Whether longer keys that begin with this one lead elsewhere.
fn is_default(claims: &Claims, kind: IdentifierKind, key: &str, target: &Target) -> bool {
    let family = (IdentifierKind::Arn, format!("{key}:"));
    let longer = claims
        .range(&family..)
        .take_while(|((kind, key), _)| *kind == IdentifierKind::Arn && key.starts_with(&*family.1));
    matches!(kind, IdentifierKind::Iam | IdentifierKind::Arn) && longer.into_iter().any(|(_, other)| other != target)
}

/// More of something than an index can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

impl std::fmt::Display for TooLarge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("too large: more than 65,535 services or checks of a layer, or 255 modes of a service")
    }
}

impl std::error::Error for TooLarge {}

/// Every name that services, modes and shared identifiers claim. Who comes first keeps it.
fn claims(services: &[&Service], shared: &SharedIdentifiers) -> Result<Claims, TooLarge> {
    let number = |place: usize| u16::try_from(place).map_err(|_| TooLarge);
    let mut claims = Claims::new();
    let mut claim = |kind: IdentifierKind, name: &str, target: Target| {
        for key in normalize::index_keys(kind, name) {
            claims.entry(key).or_insert_with(|| target.clone());
        }
    };
    let place_of = |id: &Id| services.binary_search_by(|service| service.id.cmp(id)).ok();
    // The shared ones first: what they settle, no claim unsettles.
    for (place, identifier) in shared.ambiguous.iter().enumerate() {
        let one = match &identifier.services[..] {
            [one] => place_of(one),
            _ => None,
        };
        let target = match one {
            Some(service) => Target::Service(number(service)?),
            None => Target::Ambiguous(number(place)?),
        };
        claim(identifier.kind, &identifier.name, target);
    }
    for (place, identifier) in shared.no_service.iter().enumerate() {
        claim(identifier.kind, &identifier.name, Target::NoService(number(place)?));
    }
    // Then what a service calls itself, and its modes; so a mode wins over an alias that says less.
    for (place, service) in services.iter().enumerate() {
        let place = number(place)?;
        for name in [&*service.id, &*service.name, service.short_name()] {
            claim(IdentifierKind::Name, name, Target::Service(place));
        }
        for (mode_place, mode) in service.modes.iter().enumerate() {
            let mode_place = u8::try_from(mode_place).map_err(|_| TooLarge)?;
            for name in normalize::mode_names(service, mode) {
                claim(IdentifierKind::Name, &name, Target::Mode(place, mode_place));
            }
        }
    }
    for (place, service) in services.iter().enumerate() {
        let place = number(place)?;
        for name in service.names() {
            claim(IdentifierKind::Name, name, Target::Service(place));
        }
    }
    for (kind, _) in super::model::Identifiers::KINDS {
        for (place, service) in services.iter().enumerate() {
            let place = number(place)?;
            for (mode_place, mode) in (0..).zip(&service.modes) {
                // A type that alone reveals a mode leads straight to it; one that leaves several to its service.
                let others = || service.modes.iter().filter(|other| other.id != mode.id).flat_map(|other| &other.when);
                let alone = mode.when.iter().filter(|condition| condition.attribute.is_none());
                for condition in alone.filter(|own| others().all(|other| other.r#type != own.r#type)) {
                    let is_cloudformation = condition.r#type.contains("::");
                    let of = if is_cloudformation { IdentifierKind::Cloudformation } else { IdentifierKind::Terraform };
                    if of == *kind {
                        claim(*kind, &condition.r#type, Target::Mode(place, mode_place));
                    }
                }
            }
            for name in service.identifiers.of(*kind) {
                claim(*kind, name, Target::Service(place));
            }
        }
    }
    for (kind, key, checks) in checks(services)? {
        claims.entry((kind, key)).or_insert(Target::Checks(checks));
    }
    Ok(claims)
}

/// Every check of every service, by kind and key.
fn checks(services: &[&Service]) -> Result<Vec<(IdentifierKind, String, Vec<CheckPlace>)>, TooLarge> {
    let mut all: BTreeMap<(IdentifierKind, String), Vec<CheckPlace>> = BTreeMap::new();
    for (place, service) in services.iter().enumerate() {
        let place = u16::try_from(place).map_err(|_| TooLarge)?;
        for (layer, checks) in &service.checks {
            for provider in CheckProvider::ALL {
                for (number, check) in checks.of(*provider).iter().enumerate() {
                    let kind = provider.identifier_kind();
                    let number = u16::try_from(number).map_err(|_| TooLarge)?;
                    let place = CheckPlace { service: place, layer: *layer, provider: *provider, number };
                    all.entry((kind, normalize::index_key(kind, &check.id))).or_default().push(place);
                }
            }
        }
    }
    Ok(all.into_iter().map(|((kind, key), places)| (kind, key, places)).collect())
}
