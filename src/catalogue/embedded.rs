//! The catalogue as it is compiled in: services and sources are records in postcard, each decoded when it is first asked for,
//! so that a look-up pays for what it reads. The build script writes it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::index::EmbeddedIndex;
use super::model::{Category, CategoryInfo, Date, Id, Keyed, Layer, LayerInfo, SharedIdentifiers, Splits};

/// The catalogue as it is compiled in. What is bytes here is postcard of its own, decoded when it is first asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Embedded<'a> {
    /// The day of the newest source.
    pub(crate) date: Date,
    /// A [`General`].
    pub(crate) general: &'a [u8],
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

/// Something that is compiled in, and decoded when it is first asked for.
#[derive(Debug)]
pub(crate) struct Lazy<T> {
    /// It in postcard; empty where it did not come with the program.
    bytes: &'static [u8],
    value: OnceLock<Box<T>>,
}

impl<T: Deserialize<'static>> Lazy<T> {
    /// What was compiled in as `bytes`.
    pub(crate) const fn embedded(bytes: &'static [u8]) -> Self {
        Self { bytes, value: OnceLock::new() }
    }

    /// The value.
    pub(crate) fn get(&self) -> &T {
        self.value.get_or_init(|| postcard::from_bytes(self.bytes).expect("written by the build script"))
    }
}

impl<T> From<T> for Lazy<T> {
    fn from(value: T) -> Self {
        Self { bytes: &[], value: OnceLock::from(Box::new(value)) }
    }
}

/// How a table is compiled in: ids in order, each with its record in postcard.
pub(crate) type EmbeddedTable<'a> = Vec<(&'a str, &'a [u8])>;

/// Records by id, sorted by it.
#[derive(Debug)]
pub struct Table<T> {
    /// An [`EmbeddedTable`] in postcard.
    embedded: &'static [u8],
    /// The same as rows, made when one is first asked for.
    rows: OnceLock<Vec<Row<T>>>,
}

#[derive(Debug)]
struct Row<T> {
    id: Cow<'static, str>,
    /// The record in postcard; empty where it did not come with the program.
    bytes: &'static [u8],
    record: OnceLock<Box<T>>,
}

impl<T: Keyed + DeserializeOwned> Table<T> {
    /// The table that was compiled in as `embedded`.
    pub(super) const fn embedded(embedded: &'static [u8]) -> Self {
        Self { embedded, rows: OnceLock::new() }
    }

    fn rows(&self) -> &[Row<T>] {
        self.rows.get_or_init(|| {
            let rows: EmbeddedTable<'static> =
                postcard::from_bytes(self.embedded).expect("written by the build script");
            let row = |(id, bytes)| Row { id: Cow::Borrowed(id), bytes, record: OnceLock::new() };
            rows.into_iter().map(row).collect()
        })
    }

    fn record(row: &Row<T>) -> &T {
        row.record.get_or_init(|| {
            let mut record: Box<T> = postcard::from_bytes(row.bytes).expect("written by the build script");
            record.set_id(row.id.parse().expect("the loader has checked it"));
            record
        })
    }

    /// The record with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&T> {
        self.position(id).and_then(|place| self.at(place))
    }

    /// The record at a place.
    pub(super) fn at(&self, place: usize) -> Option<&T> {
        self.rows().get(place).map(Self::record)
    }

    /// The place of the record with this id.
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        self.rows().binary_search_by(|row| (*row.id).cmp(id)).ok()
    }

    /// Every record, by id.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.rows().iter().map(Self::record)
    }

    /// Every id, in order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.rows().iter().map(|row| &*row.id)
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows().is_empty()
    }

    /// Puts a record in, in place of one with the same id.
    pub(super) fn insert(&mut self, record: T) {
        let found = self.rows().binary_search_by(|row| (*row.id).cmp(record.id()));
        let row = Row { id: Cow::Owned(record.id().to_string()), bytes: &[], record: OnceLock::from(Box::new(record)) };
        let rows = self.rows.get_mut().expect("made above");
        match found {
            Ok(place) => rows[place] = row,
            Err(place) => rows.insert(place, row),
        }
    }
}

impl<T> From<BTreeMap<Id, T>> for Table<T> {
    fn from(records: BTreeMap<Id, T>) -> Self {
        let row = |(id, record): (Id, T)| Row {
            id: Cow::Owned(id.to_string()),
            bytes: &[],
            record: OnceLock::from(Box::new(record)),
        };
        Self { embedded: &[], rows: OnceLock::from(records.into_iter().map(row).collect::<Vec<_>>()) }
    }
}
