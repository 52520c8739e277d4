//! Findings in JSON, streamed: a list of them, one alone, pages under a field such as `Findings`, or any number of such
//! documents one after the other, as JSON lines and paginated commands write them.

use std::fmt;
use std::io::{BufReader, Read};
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IgnoredAny, IntoDeserializer as _, MapAccess,
    SeqAccess, Visitor,
};

use super::shape::WRAPPERS;
use super::{Collector, Entry, Error, Format};
use crate::input::{Bounded, Budget};
use crate::json::{MAX_VALUE, Text, expecting_anything, fault, pass_over};

/// How deep lists and pages stand in each other: a list of pages of findings is three.
const MAX_DEPTH: usize = 8;

/// Reads findings, each as a `T`.
pub(super) fn read<T: DeserializeOwned + Into<Entry>>(
    input: &mut dyn Read,
    format: Format,
    collector: &mut Collector<'_>,
) -> Result<(), Error> {
    let budget = Budget::new(MAX_VALUE);
    let reader = BufReader::with_capacity(64 << 10, Bounded::new(input, budget.clone()));
    let mut json = serde_json::Deserializer::from_reader(reader);
    loop {
        budget.renew();
        let document = Value::<T> { collector, budget: &budget, depth: 0, finding: PhantomData };
        document.deserialize(&mut json).map_err(|error| fault(error, 0))?;
        if let Err(rest) = json.end() {
            if format == Format::Nothing {
                return Err(Error::Text(rest.line().max(1), "nothing may follow an empty list of findings".to_owned()));
            }
        } else {
            break;
        }
    }
    let report = &collector.report;
    let nothing = report.findings == 0 && report.other_clouds.is_empty() && report.not_findings > 0;
    if nothing { Err(Error::Unknown("these are no findings of a known format".to_owned())) } else { Ok(()) }
}

/// What is wrong with the JSON that begins with `head`, which may be cut; nothing where the text does not begin like JSON.
pub(super) fn syntax_error(head: &[u8]) -> Option<Error> {
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    if !matches!(first, Some(b'{' | b'[')) {
        return None;
    }
    let mut json = serde_json::Deserializer::from_slice(head);
    let error = IgnoredAny::deserialize(&mut json).err().filter(serde_json::Error::is_syntax)?;
    Some(fault(error, 0).into())
}

/// A list of findings, a page of them, or one of them.
struct Value<'a, 'c, T> {
    collector: &'a mut Collector<'c>,
    budget: &'a Budget,
    depth: usize,
    finding: PhantomData<T>,
}

impl<'de, T: DeserializeOwned + Into<Entry>> DeserializeSeed<'de> for Value<'_, '_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.depth > MAX_DEPTH {
            return Err(D::Error::custom(format!("lists nested more than {MAX_DEPTH} levels deep")));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: DeserializeOwned + Into<Entry>> Visitor<'de> for Value<'_, '_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a finding or a list of findings")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let Self { collector, budget, depth, .. } = self;
        let (mut is_page, mut token) = (false, Text::default());
        let object = Fields {
            map,
            collector: &mut *collector,
            budget,
            depth,
            is_page: &mut is_page,
            token: &mut token,
            finding: PhantomData::<T>,
        };
        let entry = T::deserialize(MapAccessDeserializer::new(object))?.into();
        // What stands beside the findings of a page makes no finding of it, unless it is one.
        if !is_page || !matches!(entry, Entry::NotAFinding) {
            collector.add(entry);
        }
        if is_page {
            collector.report.is_cut = !token.0.is_empty();
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { collector, budget, depth, .. } = self;
        loop {
            budget.renew();
            let item = Value::<T> { collector, budget, depth: depth + 1, finding: PhantomData };
            if list.next_element_seed(item)?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.collector.add(Entry::NotAFinding);
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.collector.add(Entry::NotAFinding);
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.collector.add(Entry::NotAFinding);
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.collector.add(Entry::NotAFinding);
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.collector.add(Entry::NotAFinding);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        if self.depth > 0 {
            self.collector.add(Entry::NotAFinding);
        }
        Ok(())
    }
}

/// The fields of an object: what stands under one of [`WRAPPERS`] is handed to the collector, wherever it comes, and the rest
/// is what may be a finding.
struct Fields<'a, 'c, A, T> {
    map: A,
    collector: &'a mut Collector<'c>,
    budget: &'a Budget,
    depth: usize,
    is_page: &'a mut bool,
    /// What names the next page.
    token: &'a mut Text,
    finding: PhantomData<T>,
}

impl<'de, A: MapAccess<'de>, T: DeserializeOwned + Into<Entry>> MapAccess<'de> for Fields<'_, '_, A, T> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.map.next_key::<String>()? {
            if key == "NextToken" {
                *self.token = self.map.next_value()?;
                continue;
            }
            if !WRAPPERS.contains(&&*key) {
                return seed.deserialize(key.into_deserializer()).map(Some);
            }
            *self.is_page = true;
            let Self { map, collector, budget, depth, .. } = self;
            map.next_value_seed(Value::<T> { collector, budget, depth: *depth + 1, finding: PhantomData })?;
            budget.renew();
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

/// An object of a field whose shape the format leaves open; nothing for anything but an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Object<T>(pub(super) Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData)).map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Option<T>;

    expecting_anything!();
    pass_over!(None; bool, numbers, str, unit, seq);

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }
}
