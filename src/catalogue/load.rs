//! Files of YAML → typed structs, or every fault in their shape with file and line.
//!
//! A text is read into a tree, whose size is bounded, and the tree into a struct of `model.rs`. Where that fails the faulty
//! value is noted and left out, and the rest is read again: so all independent faults are told at once. The rules between
//! values are `validate.rs`.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_yaml::{Mapping, Value};

use super::diagnostics::{Diagnostic, Diagnostics, Path, Place, Step};
use super::embedded::General;
use super::model::{
    Category, Controls, ControlsFile, Date, EveryServiceFile, Id, Keyed, LayersFile, Owners, Service, Source,
};

/// Deeper than any document that people write.
const MAX_DEPTH: usize = 100;

/// More values than any document has; few enough that their tree fits anywhere. An alias counts as what it stands for.
const MAX_VALUES: usize = 500_000;

/// The most faults that are looked for in one value, such as a service: each costs reading the value once more.
const MAX_FAULTS: usize = 50;

/// One data file: its path below `data/` with forward slashes, and its text.
#[derive(Clone, Debug)]
pub struct File {
    /// Such as `container/rds.yaml`.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// All files of a `data/` folder, read.
#[derive(Debug, Default)]
pub(crate) struct Data {
    /// What is said of no single service.
    pub(crate) general: General,
    /// `controls.yaml`.
    pub(crate) controls: Controls,
    /// `sources.yaml`.
    pub(crate) sources: BTreeMap<Id, Source>,
    /// The services' files.
    pub(crate) services: BTreeMap<Id, Service>,
}

impl Data {
    /// The day of the newest source.
    pub(crate) fn date(&self) -> Date {
        self.sources.values().map(|source| source.checked).max().unwrap_or_default()
    }
}

/// Where the parts of what was read stand.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) layers: Option<Place>,
    pub(super) every_service: Option<Place>,
    pub(super) categories: BTreeMap<Category, Place>,
    pub(super) services: BTreeMap<Id, Place>,
    pub(super) identifiers: Option<Place>,
    pub(super) controls: Option<Place>,
    pub(super) owners: Option<Place>,
    /// The keys of the bibliography, those of faulty entries too.
    pub(super) source_keys: BTreeMap<String, Place>,
    /// The ids of services whose files are faulty.
    pub(super) faulty_services: Vec<String>,
}

/// Reads all files of a `data/` folder and checks them; or every fault, sorted by file and line.
pub(crate) fn load(files: &[File]) -> Result<Data, Vec<Diagnostic>> {
    let mut diagnostics = Diagnostics::default();
    let (data, places) = read_files(files, &mut diagnostics);
    super::validate::validate(&data, &places, &mut diagnostics);
    if diagnostics.is_empty() { Ok(data) } else { Err(diagnostics.finish()) }
}

fn read_files(files: &[File], diagnostics: &mut Diagnostics) -> (Data, Places) {
    let (mut data, mut places) = (Data::default(), Places::default());
    for file in files {
        let place = diagnostics.add_document(&file.path, &file.text);
        let folder_and_name = file.path.split('/').collect::<Vec<_>>();
        if let [folder, name] = folder_and_name[..] {
            read_in_category(&file.text, folder, name, &place, &mut data, &mut places, diagnostics);
            continue;
        }
        let Some(tree) = parse(&file.text, &place, diagnostics) else { continue };
        match &*file.path {
            "layers.yaml" => {
                data.general.layers = read::<LayersFile>(tree, &place, diagnostics).unwrap_or_default().layers;
                places.layers = Some(place);
            }
            "sources.yaml" => {
                places.source_keys = keys(&tree).map(|key| (key.to_owned(), place.at(key))).collect();
                data.sources = read_keyed(tree, &place, diagnostics);
            }
            "every-service.yaml" => {
                data.general.every_service =
                    read::<EveryServiceFile>(tree, &place, diagnostics).unwrap_or_default().splits;
                places.every_service = Some(place);
            }
            "controls.yaml" => {
                data.controls = read::<ControlsFile>(tree, &place, diagnostics).unwrap_or_default().controls;
                places.controls = Some(place);
            }
            "identifiers.yaml" => {
                data.general.identifiers = read(tree, &place, diagnostics).unwrap_or_default();
                places.identifiers = Some(place);
            }
            _ => diagnostics.report_line(&place, 1, "no such file belongs in the catalogue; see data/README.md"),
        }
    }
    (data, places)
}

/// Reads a file of a category's folder.
fn read_in_category(
    text: &str,
    folder: &str,
    name: &str,
    place: &Place,
    data: &mut Data,
    places: &mut Places,
    diagnostics: &mut Diagnostics,
) {
    let Ok(category) = folder.parse::<Category>() else {
        let folders = one_of(Category::ALL.iter().map(|category| category.as_str()));
        return diagnostics.report_line(place, 1, format!("`{folder}` is not a category; the folders are {folders}"));
    };
    let Some(id) = name.strip_suffix(".yaml") else {
        return diagnostics.report_line(place, 1, "the file's name must end in `.yaml`");
    };
    let Some(mut tree) = parse(text, place, diagnostics) else { return places.faulty_services.push(id.to_owned()) };
    if id == "_category" {
        data.general.categories.extend(read(tree, place, diagnostics).map(|info| (category, info)));
        places.categories.insert(category, place.clone());
        return;
    }
    let id: Id = match id.parse() {
        Ok(id) => id,
        Err(error) => return diagnostics.report_line(place, 1, error.to_string()),
    };
    if let Value::Mapping(fields) = &mut tree
        && fields.insert("category".into(), category.as_str().into()).is_some()
    {
        diagnostics.report_shape(&place.at("category"), "the folder says the category; leave it out here");
    }
    let Some(mut service) = read::<Service>(tree, place, diagnostics) else {
        return places.faulty_services.push(id.to_string());
    };
    if let Some(before) = places.services.insert(id.clone(), place.clone()) {
        let other = diagnostics.file(&before).to_owned();
        diagnostics.report_line(place, 1, format!("{other} has this service already: a service has one category"));
    }
    service.set_id(id.clone());
    data.services.insert(id, service);
}

/// An overlay, as far as its own shape goes.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a mapping")]
struct OverlayFile {
    owners: Owners,
    sources: Mapping,
    services: Mapping,
}

/// What an overlay says: its own pages and teams, and the services that it adds or changes, each laid over what was known.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    pub(super) owners: Owners,
    pub(super) sources: BTreeMap<Id, Source>,
    pub(super) services: BTreeMap<Id, Service>,
}

/// Reads an overlay over the services that `known` finds.
pub(super) fn read_overlay<'c>(
    file: &str,
    text: &str,
    known: &dyn Fn(&str) -> Option<&'c Service>,
    diagnostics: &mut Diagnostics,
) -> (Overlay, Places) {
    let (mut overlay, mut places) = (Overlay::default(), Places::default());
    let place = diagnostics.add_document(file, text);
    let Some(tree) = parse(text, &place, diagnostics) else { return (overlay, places) };
    let written = read::<OverlayFile>(tree, &place, diagnostics).unwrap_or_default();
    overlay.owners = written.owners;
    places.owners = Some(place.at("owners"));
    let place_of_sources = place.at("sources");
    let sources = Value::Mapping(written.sources);
    places.source_keys = keys(&sources).map(|key| (key.to_owned(), place_of_sources.at(key))).collect();
    overlay.sources = read_keyed(sources, &place_of_sources, diagnostics);
    for (key, mut fields) in written.services {
        let key = key.as_str().unwrap_or_default();
        let place = place.at("services").at(key);
        let id = match key.parse::<Id>() {
            Ok(id) => id,
            Err(error) => {
                diagnostics.report_shape(&place, error.to_string());
                // So that the rest of it is checked too.
                let Ok(id) = super::normalize::alphanumeric(key).parse() else { continue };
                id
            }
        };
        let known = known(&id);
        if let Value::Mapping(fields) = &mut fields
            && known.is_none()
            && !fields.contains_key("category")
        {
            let words = one_of(Category::ALL.iter().map(|category| category.as_str()));
            let message = format!("`{key}` is not in the catalogue: a new service needs `category`, one of {words}");
            diagnostics.report_shape(&place, message);
            // So that the rest of it is checked too.
            fields.insert("category".into(), Category::Abstracted.as_str().into());
        }
        match read_over(known, fields, &place, diagnostics) {
            Some(mut service) => {
                service.set_id(id.clone());
                places.services.insert(id.clone(), place);
                overlay.services.insert(id, service);
            }
            None => places.faulty_services.push(key.to_owned()),
        }
    }
    (overlay, places)
}

/// A service of an overlay, laid over what is known of it.
fn read_over(known: Option<&Service>, fields: Value, place: &Place, diagnostics: &mut Diagnostics) -> Option<Service> {
    let mut tree = known.and_then(|known| serde_yaml::to_value(known).ok()).unwrap_or(Mapping::new().into());
    lay_over(&mut tree, fields, Level::Service);
    read::<Service>(tree, place, diagnostics)
}

/// What a mapping of a service's file is, so that an overlay replaces no more of it than it says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// A service.
    Service,
    /// A mapping from modes.
    Modes,
    /// A mode.
    Mode,
    /// A mapping from layers or kinds, each of which is replaced whole.
    Entries,
    /// A mapping from kinds to names, which are added.
    Names,
}

/// Lays `own` over `known`. One rule: what is written replaces that split, that mode's split, that layer's checks, that
/// field, and nothing else; names are added to those that are known.
fn lay_over(known: &mut Value, own: Value, level: Level) {
    let (Value::Mapping(fields), Value::Mapping(own)) = (&mut *known, own.clone()) else {
        *known = own;
        return;
    };
    for (key, value) in own {
        let inner = match (level, key.as_str().unwrap_or_default()) {
            (Level::Service, "modes") => Some(Level::Modes),
            (Level::Modes, _) => Some(Level::Mode),
            (Level::Service, "splits" | "checks") | (Level::Mode, "splits") => Some(Level::Entries),
            (Level::Service, "identifiers") => Some(Level::Names),
            _ => None,
        };
        let adds = level == Level::Names
            || level == Level::Service && matches!(key.as_str(), Some("aliases" | "former_names"));
        match (fields.get_mut(&key), inner) {
            (Some(before), Some(inner)) => lay_over(before, value, inner),
            (Some(Value::Sequence(before)), None) if adds && value.is_sequence() => {
                before.extend(value.as_sequence().into_iter().flatten().cloned());
            }
            _ => {
                fields.insert(key, value);
            }
        }
    }
}

/// The keys of a mapping.
fn keys(tree: &Value) -> impl Iterator<Item = &str> {
    tree.as_mapping().into_iter().flatten().filter_map(|(key, _)| key.as_str())
}

pub(super) fn one_of<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// A mapping from ids, entry by entry.
fn read_keyed<T: Keyed + DeserializeOwned>(
    tree: Value,
    place: &Place,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<Id, T> {
    let mut entries = BTreeMap::new();
    let Value::Mapping(mapping) = tree else {
        diagnostics.report_shape(place, "expected a mapping");
        return entries;
    };
    for (key, fields) in mapping {
        let place = place.at(key.as_str().unwrap_or_default());
        match key.as_str().unwrap_or_default().parse::<Id>() {
            Ok(id) => {
                if let Some(mut entry) = read::<T>(fields, &place, diagnostics) {
                    entry.set_id(id.clone());
                    entries.insert(id, entry);
                }
            }
            Err(error) => diagnostics.report_shape(&place, error.to_string()),
        }
    }
    entries
}

/// The struct that a tree is. A value that does not fit is noted and left out, and the rest read again.
fn read<T: DeserializeOwned>(mut tree: Value, place: &Place, diagnostics: &mut Diagnostics) -> Option<T> {
    let mut holes: Vec<Path> = Vec::new();
    loop {
        let error = match serde_path_to_error::deserialize(&tree) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        let path: Path = error.path().iter().filter_map(step).collect();
        let message = error.into_inner().to_string();
        let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        let hole = missing.map(|field| path.iter().cloned().chain([field.into()]).collect::<Path>());
        let follows = hole.is_some_and(|hole| holes.contains(&hole));
        let written = as_written(&path, &holes);
        let fault = Place { document: place.document, path: [&place.path[..], &written].concat() };
        if !follows {
            diagnostics.report_shape(&fault, explain(&message, &fault.path));
        }
        diagnostics.leave_out(&fault);
        if holes.len() >= MAX_FAULTS || diagnostics.is_full() {
            return None;
        }
        holes.push(written);
        // For a word that is none of its set the first one stands in, so that what needs one is read all the same.
        let word = message.split_once("; use ").and_then(|(_, words)| words.split([',', ' ']).next());
        if let (Some(word), Some(Value::String(value))) = (word, value_at(&mut tree, &path))
            && message.starts_with(&format!("`{value}`"))
        {
            word.clone_into(value);
        } else if !remove(&mut tree, &path) {
            return None;
        }
    }
}

fn step(segment: &serde_path_to_error::Segment) -> Option<Step> {
    match segment {
        serde_path_to_error::Segment::Seq { index } => Some(Step::Item(*index)),
        serde_path_to_error::Segment::Map { key } => Some(Step::Key(key.clone())),
        _ => None,
    }
}

/// A path as the file has it: where items of a list were left out, those behind them stand further down than in the tree.
fn as_written(path: &[Step], holes: &[Path]) -> Path {
    let mut written = Path::new();
    for step in path {
        let mut step = step.clone();
        if let Step::Item(item) = &mut step {
            let mut gone: Vec<usize> = holes
                .iter()
                .filter_map(|hole| match hole.split_last() {
                    Some((Step::Item(gone), list)) if list == written => Some(*gone),
                    _ => None,
                })
                .collect();
            gone.sort_unstable();
            for place in gone {
                *item += usize::from(place <= *item);
            }
        }
        written.push(step);
    }
    written
}

/// The value at a path.
fn value_at<'t>(tree: &'t mut Value, path: &[Step]) -> Option<&'t mut Value> {
    path.iter().try_fold(tree, |value, step| match step {
        Step::Key(key) => value.get_mut(&**key),
        Step::Item(item) => value.get_mut(*item),
    })
}

/// Takes the value at a path out of a tree. Whether there is one.
fn remove(tree: &mut Value, path: &[Step]) -> bool {
    let Some((last, above)) = path.split_last() else { return false };
    match (value_at(tree, above), last) {
        (Some(Value::Mapping(fields)), Step::Key(key)) => fields.shift_remove(&**key).is_some(),
        (Some(Value::Sequence(items)), Step::Item(item)) if *item < items.len() => {
            items.remove(*item);
            true
        }
        _ => false,
    }
}

/// serde's message in plain words, with the field of which it speaks.
fn explain(message: &str, path: &[Step]) -> String {
    let field = path.iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(&**key),
        Step::Item(_) => None,
    });
    let said = if let Some(rest) = message.strip_prefix("invalid type: ") {
        let (found, expected) = rest.split_once(", expected ").unwrap_or((rest, "something else"));
        let found = match found {
            "unit value" | "null" => "nothing".to_owned(),
            "map" => "a mapping".to_owned(),
            "sequence" => "a list".to_owned(),
            other => {
                let value = other.rsplit_once(' ').map_or(other, |(_, value)| value).trim_matches(['`', '"']);
                format!("`{value}`; write it in quotes if it is meant as text")
            }
        };
        let expected = match expected {
            "a sequence" => "a list",
            "a map" => "a mapping",
            "a string" => "text",
            other => other,
        };
        format!("expected {expected}, found {found}")
    } else if let Some(rest) = message.strip_prefix("unknown field ") {
        let (name, known) = rest.split_once(", ").unwrap_or((rest, ""));
        let known = known.trim_start_matches("expected one of ").trim_start_matches("expected ");
        return format!("unknown field {name}; the fields are {known}");
    } else if let Some(rest) = message.strip_prefix("missing field ") {
        format!("{rest} is missing")
    } else {
        message.to_owned()
    };
    match field {
        Some(field) if !said.contains(&format!("`{field}`")) => format!("{field}: {said}"),
        _ => said,
    }
}

/// The tree of a text, which holds one document.
fn parse(text: &str, place: &Place, diagnostics: &mut Diagnostics) -> Option<Value> {
    let mut report = |line, message: String| diagnostics.report_line(place, line, message);
    if let Some(line) = too_deep(text) {
        report(line, format!("nested more than {MAX_DEPTH} levels deep"));
        return None;
    }
    let left = Cell::new(MAX_VALUES);
    let mut documents = serde_yaml::Deserializer::from_str(text);
    let tree = documents.next().map_or(Ok(Value::Null), |document| Tree(&left).deserialize(document));
    let line_of = |error: &serde_yaml::Error| error.location().map_or(1, |location| location.line());
    let is_indented_by_tab = |line: usize| {
        let indentation = text.lines().nth(line - 1).unwrap_or_default().split(|c: char| !c.is_whitespace()).next();
        indentation.is_some_and(|indentation| indentation.contains('\t'))
    };
    match tree {
        Err(error) if is_indented_by_tab(line_of(&error)) => {
            report(line_of(&error), "a tab in the indentation: YAML takes only spaces".to_owned());
        }
        Err(error) => report(line_of(&error), without_location(&error.to_string()).to_owned()),
        Ok(tree) => match documents.next().map(|second| Tree(&Cell::new(0)).deserialize(second)) {
            None => return Some(tree),
            // Reading none of its values says where it begins.
            Some(second) => {
                let line = second.err().as_ref().map_or(1, line_of);
                report(line, "a second document: one file holds one document".to_owned());
            }
        },
    }
    None
}

/// An error's message without the line and column, which are told apart from it.
fn without_location(message: &str) -> &str {
    match message.rsplit_once(" at line ").map_or(message, |(message, _)| message) {
        "repetition limit exceeded" => "more aliases (`*name`) than any document needs: write the values out",
        message if message.ends_with("recursion limit exceeded") => "nested too deeply",
        message => message,
    }
}

/// The line on which more brackets are open than any document needs. The parser's own limit speaks too, but only after
/// time that grows with the square of their number.
fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut line) = (0_usize, 1);
    for byte in text.bytes() {
        match byte {
            b'\n' => line += 1,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Some(line);
        }
    }
    None
}

/// Reads a tree of as many values as are left.
struct Tree<'c>(&'c Cell<usize>);

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Tree<'_> {
    fn count<E: de::Error>(&self) -> Result<(), E> {
        let left = self.0.get().checked_sub(1);
        self.0.set(left.ok_or_else(|| E::custom(format!("more than {MAX_VALUES} values")))?);
        Ok(())
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without a tag")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        self.count().map(|()| Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        self.count().map(|()| value.into())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        self.count().map(|()| value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        self.count().map(|()| value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        self.count().map(|()| value.into())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        self.count().map(|()| value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        self.count()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Tree(self.0))? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        self.count()?;
        let mut fields = Mapping::new();
        while let Some(key) = map.next_key_seed(NewKey(&fields))? {
            let value = map.next_value_seed(Tree(self.0))?;
            fields.insert(key.into(), value);
        }
        Ok(fields.into())
    }

    fn visit_enum<A: de::EnumAccess<'de>>(self, _: A) -> Result<Value, A::Error> {
        Err(de::Error::custom("a tag (`!name`): the catalogue uses none"))
    }
}

/// A key that its mapping does not have yet.
struct NewKey<'m>(&'m Mapping);

impl<'de> DeserializeSeed<'de> for NewKey<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NewKey<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key of plain text")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<String, E> {
        if self.0.contains_key(key) {
            return Err(E::custom(format!("`{key}` is written twice in one mapping")));
        }
        Ok(key.to_owned())
    }
}
