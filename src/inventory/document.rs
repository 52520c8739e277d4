//! JSON read as it comes, by serde_json: what is not asked for is passed over, and what is kept at a time is bounded.
//!
//! A plan of a hundred megabytes holds a megabyte that matters. Readers are visitors: each is handed the one value that it
//! asked for, and none builds a tree of the whole.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::io::{BufReader, Read};
use std::rc::Rc;

use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Error;
use super::attributes::{Attributes, Found};
use crate::input::{Bounded, Budget};
use crate::json::{self, expecting_anything, pass_over};

/// How many bytes are read from a stream at a time.
const WINDOW: usize = 64 << 10;

/// The deepest level of an attribute that a condition looks at.
const MAX_ATTRIBUTE_DEPTH: usize = 16;

/// What the readers of one input share: how much may still be read before the value at hand has ended, and the error that
/// ended the reading, since serde's own can only carry text.
#[derive(Clone, Debug)]
pub(super) struct Session {
    budget: Budget,
    error: Rc<RefCell<Option<Error>>>,
}

impl Default for Session {
    fn default() -> Self {
        Self { budget: Budget::new(json::MAX_VALUE), error: Rc::default() }
    }
}

impl Session {
    /// A new value begins.
    pub(super) fn renew(&self) {
        self.budget.renew();
    }

    /// Ends the reading with `error`.
    pub(super) fn fail<E: de::Error>(&self, error: Error) -> E {
        self.error.borrow_mut().get_or_insert(error);
        E::custom("refused")
    }
}

/// A deserializer of JSON from a stream, as [`documents`] hands it out.
pub(super) type Json<R> = serde_json::Deserializer<serde_json::de::IoRead<BufReader<Bounded<R>>>>;

/// Calls `read` for every document that stands in `input`, one behind the other.
pub(super) fn documents<R: Read>(
    input: R,
    session: &Session,
    skipped_lines: usize,
    mut read: impl FnMut(&mut Json<R>) -> serde_json::Result<()>,
) -> Result<(), Error> {
    let bounded = Bounded::new(input, session.budget.clone());
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(WINDOW, bounded));
    loop {
        session.renew();
        match json.end() {
            Ok(()) => return Ok(()),
            Err(error) if error.is_io() => return Err(fault(error, session, skipped_lines)),
            // Another document begins.
            Err(_) => read(&mut json).map_err(|error| fault(error, session, skipped_lines))?,
        }
    }
}

/// What went wrong, with its line.
fn fault(error: serde_json::Error, session: &Session, skipped_lines: usize) -> Error {
    session.error.take().unwrap_or_else(|| json::fault(error, skipped_lines).into())
}

/// Passes over one value, whatever it is and however long.
pub(super) struct Skip<'s>(pub(super) &'s Session);

impl<'de> DeserializeSeed<'de> for Skip<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.0.budget.lift();
        deserializer.deserialize_ignored_any(IgnoredAny)?;
        self.0.renew();
        Ok(())
    }
}

/// Reads a list and calls `each` for every element with the access to read it; whether it was a list. Any other value is
/// passed over.
pub(super) struct Each<'s, F> {
    pub(super) session: &'s Session,
    pub(super) each: F,
}

/// Reads one element of a list.
pub(super) trait Element<'de> {
    /// Reads the next element, if there is one; whether there was.
    fn next<A: SeqAccess<'de>>(&mut self, seq: &mut A) -> Result<bool, A::Error>;
}

impl<'de, F: Element<'de>> DeserializeSeed<'de> for Each<'_, F> {
    type Value = bool;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: Element<'de>> Visitor<'de> for Each<'_, F> {
    type Value = bool;
    expecting_anything!();
    pass_over!(false; bool, numbers, str, unit, map);

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<bool, A::Error> {
        loop {
            self.session.renew();
            if !self.each.next(&mut seq)? {
                return Ok(true);
            }
        }
    }
}

/// Calls a closure with each element of a list, read as a `T`.
pub(super) struct As<'s, T, F> {
    session: &'s Session,
    each: F,
    element: std::marker::PhantomData<T>,
}

impl<'s, T, F: FnMut(T) -> Result<(), Error>> As<'s, T, F> {
    pub(super) fn new(session: &'s Session, each: F) -> Each<'s, Self> {
        Each { session, each: Self { session, each, element: std::marker::PhantomData } }
    }
}

impl<'de, T: de::Deserialize<'de>, F: FnMut(T) -> Result<(), Error>> Element<'de> for As<'_, T, F> {
    fn next<A: SeqAccess<'de>>(&mut self, seq: &mut A) -> Result<bool, A::Error> {
        let Some(element) = seq.next_element()? else { return Ok(false) };
        (self.each)(element).map_err(|error| self.session.fail(error))?;
        Ok(true)
    }
}

/// How the attributes of a dialect are spelt, against the spelling of CloudFormation that conditions use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Spelling {
    /// As they stand.
    #[default]
    Same,
    /// `launchType` for `LaunchType`.
    LowerCamel,
}

/// Reads an object of attributes: those whose first level is wanted, as paths and values.
pub(super) struct Collect<'a> {
    pub(super) session: &'a Session,
    pub(super) into: &'a mut Attributes,
    pub(super) wants: &'a dyn Fn(&str) -> bool,
    pub(super) spelling: Spelling,
}

impl<'de> DeserializeSeed<'de> for Collect<'_> {
    /// Whether it was an object.
    type Value = bool;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Collect<'_> {
    type Value = bool;
    expecting_anything!();
    pass_over!(false; bool, numbers, str, unit, seq);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let Self { session, into, wants, spelling } = self;
        loop {
            session.renew();
            let Some(key) = map.next_key_seed(Wanted(&|key| wants(&respell(key, spelling))))? else { return Ok(true) };
            match key {
                Some(key) => {
                    map.next_value_seed(Flatten { path: &respell(&key, spelling), into, depth: 0, spelling })?;
                }
                None => map.next_value_seed(Skip(session))?,
            }
        }
    }
}

fn respell(key: &str, spelling: Spelling) -> Cow<'_, str> {
    let mut letters = key.chars();
    match (spelling, letters.next()) {
        (Spelling::LowerCamel, Some(first)) => Cow::Owned(first.to_ascii_uppercase().to_string() + letters.as_str()),
        _ => Cow::Borrowed(key),
    }
}

/// A key, if it is wanted.
struct Wanted<'a>(&'a dyn Fn(&str) -> bool);

impl<'de> DeserializeSeed<'de> for Wanted<'_> {
    type Value = Option<String>;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Wanted<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok((self.0)(key).then(|| key.to_owned()))
    }
}

/// A value and everything in it as paths; lists add nothing to a path.
pub(super) struct Flatten<'a> {
    pub(super) path: &'a str,
    pub(super) into: &'a mut Attributes,
    pub(super) depth: usize,
    pub(super) spelling: Spelling,
}

impl Flatten<'_> {
    fn value<E: de::Error>(self, value: String) -> Result<(), E> {
        let found = if value.is_empty() { Found::Nothing } else { Found::Value(value) };
        self.into.push(self.path, found).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Flatten<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.depth > MAX_ATTRIBUTE_DEPTH {
            return deserializer.deserialize_ignored_any(IgnoredAny).map(drop);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Flatten<'_> {
    type Value = ();
    expecting_anything!();

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.value(value.to_string())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.value(value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.value(value.to_string())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        self.value(value.to_string())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<(), E> {
        self.value(value.to_owned())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.value(String::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { path, into, depth, spelling } = self;
        let mut any = false;
        while seq.next_element_seed(Flatten { path, into, depth: depth + 1, spelling })?.is_some() {
            any = true;
        }
        if any { Ok(()) } else { into.push(path, Found::Nothing).map_err(de::Error::custom) }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { path, into, depth, spelling } = self;
        let mut any = false;
        while let Some(key) = map.next_key::<String>()? {
            any = true;
            let path = format!("{path}.{}", respell(&key, spelling));
            map.next_value_seed(Flatten { path: &path, into, depth: depth + 1, spelling })?;
        }
        if any { Ok(()) } else { into.push(path, Found::Nothing).map_err(de::Error::custom) }
    }
}
