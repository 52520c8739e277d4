//! The catalogue as it is compiled in: services and sources are records in postcard, each decoded when it is first asked for,
//! so that a look-up pays for what it reads. The build script writes it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::index::EmbeddedIndex;
use super::model::{Category, CategoryInfo, Date, Id, Keyed, Layer, LayerInfo, SharedIdentifiers, Splits};

/// The catalogue as it is compiled in. What is bytes here is postcard of its own, decoded when it is first asked for; but for
/// the names, it is compressed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Embedded<'a> {
    /// The day of the newest source.
    pub(crate) date: Date,
    /// What `general` and `controls` are compressed by.
    #[serde(borrow)]
    pub(crate) symbols: Symbols<'a>,
    /// A [`General`].
    pub(crate) general: &'a [u8],
    /// The controls, [`Controls`](super::model::Controls).
    pub(crate) controls: &'a [u8],
    /// The services, an [`EmbeddedTable`].
    pub(crate) services: &'a [u8],
    /// The sources, an [`EmbeddedTable`].
    pub(crate) sources: &'a [u8],
    /// The index of names.
    #[serde(borrow)]
    pub(crate) index: EmbeddedIndex<'a>,
}

/// What is said of no single service.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct General {
    /// `layers.yaml`.
    pub(crate) layers: BTreeMap<Layer, LayerInfo>,
    /// `every-service.yaml`.
    pub(crate) every_service: Splits,
    /// Each category's `_category.yaml`.
    pub(crate) categories: BTreeMap<Category, CategoryInfo>,
    /// `identifiers.yaml`.
    pub(crate) identifiers: SharedIdentifiers,
}

/// The commonest groups of up to eight bytes, by which each record is compressed alone (FSST): a look-up decompresses the one
/// that it asks for, about as fast as it would copy it.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Symbols<'a> {
    /// The groups, each filled up to eight bytes.
    pub(crate) groups: &'a [u8],
    /// The length of each group.
    pub(crate) lengths: &'a [u8],
}

/// What decompresses, made of [`Symbols`] once.
#[derive(Debug)]
pub(crate) struct Decompressor {
    groups: [fsst::Symbol; 255],
    lengths: [u8; 255],
}

impl From<Symbols<'_>> for Decompressor {
    fn from(symbols: Symbols<'_>) -> Self {
        let (mut groups, mut lengths) = ([fsst::Symbol::ZERO; 255], [1; 255]);
        for (group, bytes) in groups.iter_mut().zip(symbols.groups.as_chunks().0) {
            *group = fsst::Symbol::from_slice(bytes);
        }
        lengths[..symbols.lengths.len()].copy_from_slice(symbols.lengths);
        Self { groups, lengths }
    }
}

impl Decompressor {
    fn decompress(&self, bytes: &[u8]) -> Vec<u8> {
        fsst::Decompressor::new(&self.groups, &self.lengths).decompress(bytes)
    }
}

/// Something that is compiled in, and decoded when it is first asked for.
#[derive(Debug)]
pub(crate) struct Lazy<T> {
    /// It in postcard, compressed; empty where it did not come with the program.
    bytes: &'static [u8],
    symbols: Symbols<'static>,
    value: OnceLock<Box<T>>,
}

impl<T: DeserializeOwned> Lazy<T> {
    /// What was compiled in as `bytes`.
    pub(crate) const fn embedded(bytes: &'static [u8], symbols: Symbols<'static>) -> Self {
        Self { bytes, symbols, value: OnceLock::new() }
    }

    /// The value.
    pub(crate) fn get(&self) -> &T {
        self.value.get_or_init(|| {
            let bytes = Decompressor::from(self.symbols).decompress(self.bytes);
            postcard::from_bytes(&bytes).expect("written by the build script")
        })
    }
}

impl<T> From<T> for Lazy<T> {
    fn from(value: T) -> Self {
        Self { bytes: &[], symbols: Symbols::default(), value: OnceLock::from(Box::new(value)) }
    }
}

/// How a table is compiled in.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct EmbeddedTable<'a> {
    /// What the records are compressed by.
    #[serde(borrow)]
    pub(crate) symbols: Symbols<'a>,
    /// Ids in order → the places of their records, an [`fst::Map`].
    pub(crate) ids: &'a [u8],
    /// Where the record at each place begins, four bytes each, the lowest first.
    pub(crate) starts: &'a [u8],
    /// The records, each in postcard without its id, compressed.
    pub(crate) records: &'a [u8],
}

impl EmbeddedTable<'_> {
    /// The bytes of the record at a place.
    fn record(&self, place: usize) -> &[u8] {
        let starts = self.starts.as_chunks().0;
        let start = |place: usize| starts.get(place).and_then(|bytes| usize::try_from(u32::from_le_bytes(*bytes)).ok());
        let end = start(place + 1).unwrap_or(self.records.len());
        start(place).and_then(|start| self.records.get(start..end)).expect("written by the build script")
    }
}

/// Records by id, sorted by it.
#[derive(Debug)]
pub struct Table<T>(Rows<T>);

#[derive(Debug)]
enum Rows<T> {
    /// Those that came with the program, each decoded when it is first asked for.
    Embedded {
        table: EmbeddedTable<'static>,
        decompressor: Box<Decompressor>,
        ids: fst::Map<&'static [u8]>,
        /// Made when the first one is asked for.
        records: OnceLock<Vec<OnceLock<Box<T>>>>,
    },
    /// Those that were read from files, or have some that were.
    Owned(Vec<T>),
}

impl<T: Keyed + DeserializeOwned> Table<T> {
    /// The table that was compiled in as `bytes`, an [`EmbeddedTable`] in postcard.
    pub(super) fn embedded(bytes: &'static [u8]) -> Self {
        let table: EmbeddedTable<'static> = postcard::from_bytes(bytes).expect("written by the build script");
        let ids = fst::Map::new(table.ids).expect("written by the build script");
        Self(Rows::Embedded { decompressor: Box::new(table.symbols.into()), table, ids, records: OnceLock::new() })
    }

    /// The record with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&T> {
        self.position(id).and_then(|place| self.called(place, Some(id)))
    }

    /// The record at a place.
    pub(super) fn at(&self, place: usize) -> Option<&T> {
        self.called(place, None)
    }

    /// The record at a place, whose id may be known.
    fn called(&self, place: usize, id: Option<&str>) -> Option<&T> {
        match &self.0 {
            Rows::Embedded { table, decompressor, ids, records } => {
                let records = records.get_or_init(|| (0..ids.len()).map(|_| OnceLock::new()).collect());
                Some(records.get(place)?.get_or_init(|| {
                    let bytes = decompressor.decompress(table.record(place));
                    let mut record: Box<T> = postcard::from_bytes(&bytes).expect("written by the build script");
                    let key = || ids.as_fst().get_key(place as u64).and_then(|key| String::from_utf8(key).ok());
                    let id = id.map_or_else(key, |id| Some(id.to_owned())).and_then(|id| id.parse().ok());
                    record.set_id(id.expect("written by the build script"));
                    record
                }))
            }
            Rows::Owned(records) => records.get(place),
        }
    }

    /// The place of the record with this id.
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        match &self.0 {
            Rows::Embedded { ids, .. } => usize::try_from(ids.get(id)?).ok(),
            Rows::Owned(records) => records.binary_search_by(|record| (**record.id()).cmp(id)).ok(),
        }
    }

    /// Every record, by id.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        (0..self.len()).filter_map(|place| self.at(place))
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Rows::Embedded { ids, .. } => ids.len(),
            Rows::Owned(records) => records.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// This table with more records, each in place of one with the same id.
    pub(super) fn with(self, more: BTreeMap<Id, T>) -> Self
    where
        T: Clone,
    {
        let mut all: BTreeMap<Id, T> = self.iter().map(|record| (record.id().clone(), record.clone())).collect();
        all.extend(more);
        all.into()
    }
}

impl<T> From<BTreeMap<Id, T>> for Table<T> {
    fn from(records: BTreeMap<Id, T>) -> Self {
        Self(Rows::Owned(records.into_values().collect()))
    }
}
