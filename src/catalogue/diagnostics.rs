//! What is wrong in a file of YAML, and where: a fault is noted at its path (`splits`, `guest-os`, `party`), and gets its
//! line when all are told.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The most faults that are told with their lines. serde_yaml knows the line of the place where it stops, so each costs
/// reading the file once more, up to there.
pub(super) const MAX_LOCATED: usize = 50;

/// The most text that is read once more for lines, in bytes: in a file of 16 MiB, for a handful of faults.
const MAX_READ_FOR_LINES: usize = 64 << 20;

/// Something wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The file, as it was named to the loader.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl Diagnostic {
    /// Something wrong in a line.
    #[must_use]
    pub fn new(file: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self { file: file.into(), line, message: message.into() }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for Diagnostic {}

/// One step from a value to a value in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// To what stands under a key.
    Key(String),
    /// To an item of a list.
    Item(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for Step {
    fn from(item: usize) -> Self {
        Self::Item(item)
    }
}

/// The steps from a document's root to a value.
pub(super) type Path = Vec<Step>;

/// A value of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The document, by its place in [`Diagnostics`]; none for the built-in catalogue beneath an overlay.
    pub(super) document: Option<usize>,
    pub(super) path: Path,
}

impl Place {
    /// The built-in catalogue, in which nobody can correct anything from an overlay.
    pub(super) const BUILT_IN: Self = Self { document: None, path: Vec::new() };

    /// What stands at `step` in it.
    pub(super) fn at(&self, step: impl Into<Step>) -> Self {
        let path = self.path.iter().cloned().chain([step.into()]).collect();
        Self { document: self.document, path }
    }
}

/// A file, as far as its faults need it.
struct Document {
    file: String,
    text: String,
}

enum Where {
    Line(usize),
    Path(Path),
}

/// Gathers what is wrong in some files.
#[derive(Default)]
pub(super) struct Diagnostics {
    documents: Vec<Document>,
    faults: Vec<(usize, Where, String)>,
    /// Where faulty values were left out, so that what their absence seems to break is no fault of its own.
    holes: Vec<Place>,
}

impl Diagnostics {
    /// Takes a file in, and gives its place.
    pub(super) fn add_document(&mut self, file: &str, text: &str) -> Place {
        self.documents.push(Document { file: file.to_owned(), text: text.to_owned() });
        Place { document: Some(self.documents.len() - 1), path: Path::new() }
    }

    /// The file of a place.
    pub(super) fn file(&self, place: &Place) -> &str {
        place.document.map_or("the built-in catalogue", |document| &self.documents[document].file)
    }

    pub(super) fn report_line(&mut self, place: &Place, line: usize, message: impl Into<String>) {
        self.faults.extend(place.document.map(|document| (document, Where::Line(line), message.into())));
    }

    /// Notes a fault, unless a faulty value was left out there.
    pub(super) fn report(&mut self, place: &Place, message: impl Into<String>) {
        let follows = |hole: &Place| hole.document == place.document && hole.path.starts_with(&place.path);
        if !self.holes.iter().any(follows) {
            self.report_shape(place, message);
        }
    }

    /// Notes a fault in the shape of a value.
    pub(super) fn report_shape(&mut self, place: &Place, message: impl Into<String>) {
        self.faults.extend(place.document.map(|document| (document, Where::Path(place.path.clone()), message.into())));
    }

    /// Notes that a faulty value was left out.
    pub(super) fn leave_out(&mut self, place: &Place) {
        self.holes.push(place.clone());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    /// Whether so much is wrong that no more is looked for.
    pub(super) fn is_full(&self) -> bool {
        self.faults.len() >= 20 * MAX_LOCATED
    }

    /// Every fault with its line, sorted by file and line; behind the first [`MAX_LOCATED`] how many more there are.
    pub(super) fn finish(self) -> Vec<Diagnostic> {
        let total = self.faults.len();
        let mut left = MAX_READ_FOR_LINES;
        let mut told: Vec<Diagnostic> = Vec::new();
        for (document, place, message) in self.faults {
            let Document { file, text } = &self.documents[document];
            let line = match place {
                Where::Line(line) => line,
                Where::Path(path) if told.len() < MAX_LOCATED && (told.is_empty() || left >= text.len()) => {
                    left = left.saturating_sub(text.len());
                    line_of(text, &path)
                }
                Where::Path(_) => continue,
            };
            told.push(Diagnostic { file: file.clone(), line, message });
        }
        let untold = total - told.len();
        told.sort_unstable();
        told.dedup();
        if untold > 0
            && let Some(Diagnostic { file, line, .. }) = told.last().cloned()
        {
            told.push(Diagnostic { file, line, message: format!("and {untold} more; fix these first") });
        }
        told
    }
}

/// The line on which a value stands, or the nearest one around it that is there.
fn line_of(text: &str, path: &[Step]) -> usize {
    let line = |path: &[Step]| {
        let document = serde_yaml::Deserializer::from_str(text).next()?;
        let error = Walk(path).deserialize(document).err()?;
        error.to_string().contains(FOUND).then(|| error.location().map(|location| location.line()))?
    };
    (0..=path.len()).rev().find_map(|length| line(&path[..length])).unwrap_or(1)
}

/// Goes to a value and stops there with an error, to which serde_yaml adds the line.
struct Walk<'p>(&'p [Step]);

const FOUND: &str = "found it";

/// What is raised at the end of the walk; serde_yaml puts the path to the value before it.
fn found<E: de::Error>() -> E {
    E::custom(FOUND)
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(FOUND)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((Step::Key(wanted), rest)) = self.0.split_first() else { return self.end() };
        while let Some(key) = map.next_key_seed(WalkKey { wanted, is_last: rest.is_empty() })? {
            if key {
                return map.next_value_seed(Walk(rest));
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Some((Step::Item(wanted), rest)) = self.0.split_first() else { return self.end() };
        for _ in 0..*wanted {
            if list.next_element::<IgnoredAny>()?.is_none() {
                return Ok(());
            }
        }
        list.next_element_seed(Walk(rest)).map(|_| ())
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<(), E> {
        self.end()
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.end()
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<(), E> {
        self.end()
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<(), E> {
        self.end()
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<(), E> {
        self.end()
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<(), E> {
        self.end()
    }
}

impl Walk<'_> {
    fn end<E: de::Error>(self) -> Result<(), E> {
        if self.0.is_empty() { Err(found()) } else { Ok(()) }
    }
}

/// A key of a mapping: whether it is the one that is wanted. The last one of a path is where the walk ends, because a
/// mapping begins on the line behind its key.
struct WalkKey<'p> {
    wanted: &'p str,
    is_last: bool,
}

impl<'de> DeserializeSeed<'de> for WalkKey<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for WalkKey<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<bool, E> {
        if key == self.wanted && self.is_last { Err(found()) } else { Ok(key == self.wanted) }
    }
}
