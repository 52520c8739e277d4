//! YAML → a checked [`Catalogue`], or every fault in it with file and line.
//!
//! The build script runs this over `data/`; `whose check` and the overlay run it at start. Nothing is guessed and nothing
//! skipped: an unknown field, an unknown word, a missing source, a layer that nobody answers and a name claimed twice are
//! all refused, and all are reported at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use super::desk::Fault;
use super::desk::{Desk, Fields, Place, Sheet, kept, lined, nearest, one_of};
use super::model::{
    Basis, Catalogue, Category, CategoryInfo, Checks, Condition, Control, Date, Exception, Identifiers, Kind, Layer,
    LayerInfo, Lifecycle, Lines, List, Maker, Mode, Owners, Party, Service, Source, Split, Text, ThirdParty,
};
use super::names;
use crate::yaml::{Key, Value};

/// One data file: its path below `data/` with forward slashes, and its text.
#[derive(Clone, Debug)]
pub struct File {
    /// Such as `container/rds.yaml`.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// Checks all files of a `data/` folder and makes the catalogue of them.
///
/// # Errors
///
/// All faults, sorted by file and line.
pub fn catalogue(files: &[File]) -> Result<Catalogue, Vec<Fault>> {
    let desk = Desk::default();
    let mut made = Catalogue {
        date: Date::default(),
        layers: List::default(),
        sources: List::default(),
        every_service: List::default(),
        categories: List::default(),
        services: List::default(),
        exceptions: List::default(),
        owners: Owners::default(),
    };
    let (mut categories, mut services) = (BTreeMap::new(), Vec::new());
    // The bibliography first: everything else cites it.
    let (bibliography, others): (Vec<&File>, Vec<&File>) = files.iter().partition(|file| file.path == "sources.yaml");
    for file in bibliography.into_iter().chain(others) {
        let sheet = desk.sheet(&file.path);
        let Some(root) = sheet.root(&file.text) else { continue };
        let mut fields = sheet.fields(&root, "file");
        match file.path.split('/').collect::<Vec<_>>()[..] {
            ["layers.yaml"] => made.layers = fields.each("layers", layer_info).leak(),
            ["sources.yaml"] => sources(&sheet, &mut fields),
            ["every-service.yaml"] => made.every_service = over(&[], splits(&sheet, &mut fields)),
            ["identifiers.yaml"] => made.exceptions = exceptions(&mut fields).leak(),
            [folder, name] => match (Category::from_word(folder), name.strip_suffix(".yaml")) {
                (None, _) => {
                    sheet.fault(1, format!("`{folder}` is no category; the folders are {}", one_of(Category::ALL)));
                    continue;
                }
                (_, None) => {
                    sheet.fault(1, "the file's name must end in `.yaml`");
                    continue;
                }
                (Some(category), Some("_category")) => {
                    categories.insert(category, category_info(category, &mut fields));
                }
                (Some(category), Some(id)) => {
                    sheet.check_id(1, id);
                    let fallback = Some(category);
                    services.push(service(id, fallback, &mut fields));
                }
            },
            _ => {
                sheet.fault(1, "no such file belongs into the catalogue; see data/README.md");
                continue;
            }
        }
        fields.finish();
    }
    services.sort_unstable_by(|a: &Service, b| a.id.cmp(b.id));
    made.categories = kept(categories.into_values());
    made.services = services.leak();
    made.sources = desk.sources.take().all.leak();
    made.date = made.sources.iter().map(|source| source.checked).max().unwrap_or_default();
    desk.check_whole(&made);
    desk.close(made)
}

/// Reads an overlay and lays it over `base`.
///
/// # Errors
///
/// All faults, sorted by line.
pub fn overlay(path: &str, text: &str, base: &Catalogue) -> Result<Catalogue, Vec<Fault>> {
    let desk = Desk::of_overlay();
    let sheet = desk.sheet(path);
    let mut made = *base;
    let Some(root) = sheet.root(text) else { return desk.close(made) };
    let mut fields = sheet.fields(&root, "overlay");
    if let Some(mut own) = fields.inner("owners") {
        made.owners = owners(&mut own);
        own.finish();
    }
    for source in base.sources {
        desk.sources.borrow_mut().add(*source);
    }
    if let Some(mut own) = fields.inner("sources") {
        sources(&sheet, &mut own);
        own.finish();
    }
    desk.claims.replace(base.services.iter().flat_map(claims).collect());
    let mut all: BTreeMap<Text, Service> = BTreeMap::new();
    for service in base.services {
        all.insert(service.id, *service);
    }
    for (key, mut own) in fields.entries("services") {
        sheet.check_id(key.line, &key.name);
        let known = all.remove(&*key.name);
        let category = own.word("category", Category::ALL, Category::from_word);
        let merged = match (known, category) {
            (Some(known), category) => {
                let moved = category.is_some_and(|category| category != known.category);
                let category = category.unwrap_or(known.category);
                Service { overlaid: moved, ..corrected(known, category, &mut own) }
            }
            (None, Some(category)) => Service { overlaid: true, ..service(&key.name, Some(category), &mut own) },
            (None, None) => {
                if !own.wrote("category") {
                    let words = one_of(Category::ALL);
                    let message = format!(
                        "`{}` is not in the catalogue: a new service needs `category`, one of {words}",
                        key.name
                    );
                    own.sheet.fault(key.line, message);
                }
                service(&key.name, None, &mut own)
            }
        };
        all.insert(merged.id, merged);
        own.finish();
    }
    fields.finish();
    made.services = kept(all.into_values());
    made.sources = desk.sources.take().all.leak();
    desk.check_whole(&made);
    desk.close(made)
}

/// The names and identifiers that a service of the catalogue beneath an overlay has: the overlay may not claim them for
/// another one.
fn claims(service: &Service) -> Vec<(Kind, String, String, Place)> {
    let named = [service.id, service.name, service.short].into_iter();
    let named = named.chain(service.aliases).chain(service.former_names).map(|name| (Kind::Name, name.to_owned()));
    let modes = service.modes.iter().flat_map(|mode| names::of_mode(service.id, mode)).map(|name| (Kind::Name, name));
    let written =
        service.identifiers.iter().flat_map(|own| own.names.into_iter().map(|name| (own.kind, name.to_owned())));
    let place = Place { file: "the built-in catalogue".to_owned(), line: 0 };
    let all = named.chain(modes).chain(written);
    all.map(|(kind, name)| (kind, name, service.id.to_owned(), place.clone())).collect()
}

impl Desk {
    /// What no single file can show: references, completeness, names claimed twice.
    fn check_whole(&self, made: &Catalogue) {
        let services: BTreeSet<&str> = made.services.iter().map(|service| service.id).collect();
        for (id, place) in self.named.borrow().iter() {
            if !services.contains(&**id) && !self.full() {
                self.fault(place, format!("service `{id}` is not in the catalogue{}", nearest(id, &services)));
            }
        }
        for info in made.categories {
            for &layer in Layer::ALL {
                let answered = info.splits.iter().chain(made.every_service).any(|split| split.layer == layer);
                if !answered {
                    let place = Place { file: format!("{}/_category.yaml", info.category), line: 1 };
                    self.fault(
                        &place,
                        format!("nobody answers layer `{layer}`: neither here nor in every-service.yaml"),
                    );
                }
            }
        }
        for (what, missing) in [
            ("layers.yaml", Layer::ALL.len() - made.layers.len().min(Layer::ALL.len())),
            ("_category.yaml", Category::ALL.len() - made.categories.len().min(Category::ALL.len())),
        ] {
            if missing > 0 {
                let place = Place { file: what.to_owned(), line: 1 };
                self.fault(&place, format!("{missing} missing: the layers and the categories are closed sets"));
            }
        }
        let ids: Vec<&str> = made.services.iter().map(|service| service.id).collect();
        for pair in ids.windows(2).filter(|pair| pair[0] == pair[1]) {
            let place = Place { file: format!("*/{}.yaml", pair[0]), line: 1 };
            self.fault(&place, "this service stands in two folders: a service has one category".to_owned());
        }
        self.check_claims(made);
    }

    /// Two services that claim one identifier of one kind, or one everyday word.
    fn check_claims(&self, made: &Catalogue) {
        let excused: BTreeSet<(Kind, String)> =
            made.exceptions.iter().map(|e| (e.kind, names::key(e.kind, e.name))).collect();
        let mut first: HashMap<(Kind, String), (String, Place)> = HashMap::new();
        for (kind, name, service, place) in self.claims.borrow().iter() {
            let slots = names::slots(*kind, name);
            if slots.is_empty() {
                self.fault(place, format!("`{name}` has no letter or digit to be found by"));
            }
            for slot in slots {
                if excused.contains(&slot) {
                    continue;
                }
                match first.get(&slot) {
                    Some((other, before)) if other != service => {
                        let advice = if before.is_built_in() {
                            "choose another"
                        } else {
                            "if both are right, say so in identifiers.yaml with the reason"
                        };
                        let message =
                            format!("`{name}` ({}) is claimed by `{other}` already ({before}); {advice}", slot.0);
                        self.fault(place, message);
                    }
                    Some(_) => {}
                    None => {
                        first.insert(slot, (service.clone(), place.clone()));
                    }
                }
            }
        }
        // A namespace is one service's or nobody's: otherwise a new type in it would silently go to the wrong one.
        for (kind, name, service, place) in self.claims.borrow().iter().filter(|claim| claim.0 == Kind::Cloudformation)
        {
            let Some((namespace, _)) = name.rsplit_once("::").filter(|(left, _)| left.contains("::")) else { continue };
            let claimed = first.get(&(*kind, names::key(*kind, namespace)));
            let Some((other, whole)) = claimed.filter(|(other, _)| other != service) else { continue };
            // Nobody can correct the built-in catalogue from an overlay: the fault is the other's.
            if place.is_built_in() {
                self.fault(whole, format!("types in `{namespace}` are others' ({place}): list your own instead"));
            } else if whole.is_built_in() {
                self.fault(
                    place,
                    format!("`{namespace}` and all types in it are `{other}`'s ({whole}); choose another"),
                );
            } else {
                self.fault(
                    place,
                    format!("`{namespace}` is claimed whole by `{other}` ({whole}): there, list its types instead"),
                );
            }
        }
    }
}

fn layer_info(key: &Key, fields: &mut Fields<'_>) -> Option<LayerInfo> {
    let layer = layer(fields.sheet, key)?;
    Some(LayerInfo {
        layer,
        name: fields.need("name"),
        definition: fields.need("definition"),
        aliases: fields.list("aliases"),
    })
}

fn layer(sheet: Sheet<'_>, key: &Key) -> Option<Layer> {
    let found = Layer::from_word(&key.name);
    if found.is_none() {
        sheet.fault(key.line, format!("`{}` is no layer; the layers are {}", key.name, one_of(Layer::ALL)));
    }
    found
}

fn sources(sheet: &Sheet<'_>, fields: &mut Fields<'_>) {
    for (key, node) in fields.all() {
        sheet.check_id(key.line, &key.name);
        let mut own = sheet.fields(node, &key.name);
        let url = own.need("url");
        if !url.starts_with("https://") || url.contains(char::is_whitespace) {
            sheet.fault(node.line, format!("{}: `url` must be an https:// address", key.name));
        }
        let checked = own.date("checked");
        if !own.wrote("checked") {
            own.missing("checked");
        }
        let title = own.need("title");
        if title.contains('\n') {
            sheet.fault(node.line, format!("{}: `title` stands on one line", key.name));
        }
        let address = url.strip_prefix(Source::DOCS).filter(|rest| rest.starts_with('/')).unwrap_or(url);
        let page = Lines(format!("{}\n{title}\n{address}", key.name).leak());
        sheet.desk.sources.borrow_mut().add(Source { page, checked: checked.unwrap_or_default() });
        own.finish();
    }
}

fn splits(sheet: &Sheet<'_>, fields: &mut Fields<'_>) -> BTreeMap<Layer, Split> {
    let mut made = BTreeMap::new();
    for (key, mut own) in fields.entries("splits") {
        // What stands under a layer that is none needs no faults of its own.
        let Some(layer) = layer(*sheet, key) else { continue };
        made.insert(layer, split(layer, key, &mut own));
        own.finish();
    }
    made
}

fn split(layer: Layer, key: &Key, fields: &mut Fields<'_>) -> Split {
    let sheet = fields.sheet;
    let fault = |message: &str| sheet.fault(key.line, format!("{layer}: {message}"));
    let party = fields.word("party", Party::ALL, Party::from_word);
    if !fields.wrote("party") {
        fault("`party` is missing");
    }
    let made = Split {
        layer,
        party: party.unwrap_or(Party::Aws),
        sharing: fields.word("sharing", super::model::Sharing::ALL, super::model::Sharing::from_word),
        aws: fields.duties("aws"),
        customer: fields.duties("customer"),
        third_party: fields.inner("third_party").map(|mut own| {
            let made = ThirdParty { name: own.need("name"), duties: own.duties("duties") };
            own.finish();
            &*Box::leak(Box::new(made))
        }),
        basis: fields.word("basis", Basis::ALL, Basis::from_word).unwrap_or(Basis::Stated),
        controls: controls(fields),
        note: fields.text("note"),
        sources: fields.cites(),
        overlaid: sheet.desk.overlay,
    };
    match party {
        Some(Party::Aws) if made.aws.is_empty() => fault("AWS holds it: `aws` must say what AWS does"),
        Some(Party::Customer) if made.customer.is_empty() => {
            fault("the customer holds it: `customer` must say what the customer does");
        }
        Some(Party::Shared) => {
            if made.aws.is_empty() || made.customer.is_empty() {
                fault("shared means two duties: `aws` and `customer` must both say what that side does");
            }
            if made.sharing.is_none() {
                fault("shared needs `sharing`: `dependent` (AWS's half waits for the customer's act) or `independent`");
            }
        }
        Some(Party::ThirdParty) if made.third_party.is_none() => fault("`third_party` must name the third party"),
        _ => {}
    }
    if party != Some(Party::Shared) && made.sharing.is_some() {
        fault("`sharing` belongs to a shared split only");
    }
    if !fields.wrote("sources") {
        fault("`sources` is missing: every split rests on a page");
    }
    made
}

fn controls(fields: &mut Fields<'_>) -> List<Control> {
    let lines = fields.lines("controls");
    let read = |(line, id): &(usize, Text)| {
        let control = control(id);
        if control.is_none() {
            fields.sheet.fault(*line, format!("`{id}` is no NIST SP 800-53 Rev 5 id: write it as SI-2 or IA-2(1)"));
        }
        control
    };
    kept(lines.iter().filter_map(read))
}

fn control(id: &str) -> Option<Control> {
    let number = |text: &str| text.parse().ok().filter(|number: &u8| *number > 0 && !text.starts_with(['0', '+']));
    let (family, rest) = id.split_once('-')?;
    let family: [u8; 2] = family.as_bytes().try_into().ok()?;
    let (base, enhancement) = match rest.split_once('(') {
        Some((base, tail)) => (base, number(tail.strip_suffix(')')?)?),
        None => (rest, 0),
    };
    family.iter().all(u8::is_ascii_uppercase).then_some(Control { family, number: number(base)?, enhancement })
}

fn category_info(category: Category, fields: &mut Fields<'_>) -> CategoryInfo {
    let sheet = fields.sheet;
    CategoryInfo {
        category,
        name: fields.need("name"),
        blurb: fields.need("blurb"),
        note: fields.need("note"),
        sources: fields.cites(),
        splits: over(&[], splits(&sheet, fields)),
    }
}

fn service(id: &str, category: Option<Category>, fields: &mut Fields<'_>) -> Service {
    let blank = Service {
        id: id.to_owned().leak(),
        name: Text::default(),
        short: Text::default(),
        category: category.unwrap_or(Category::Abstracted),
        basis: Basis::Derived,
        part_of: None,
        sources: List::default(),
        aliases: Lines::default(),
        former_names: Lines::default(),
        lifecycle: None,
        identifiers: List::default(),
        when: List::default(),
        splits: List::default(),
        modes: List::default(),
        checks: List::default(),
        overlaid: false,
    };
    if !fields.wrote("basis") {
        fields.missing("basis");
    }
    let line = fields.line;
    let made = corrected(blank, category.unwrap_or(Category::Abstracted), fields);
    if made.name.is_empty() {
        fields.sheet.fault(line, format!("{id}: `name` is missing"));
    }
    if !fields.wrote("sources") {
        fields.sheet.fault(line, format!("{id}: `sources` is missing: say which page, or which rule, puts it here"));
    }
    fields.sheet.claim(line, Kind::Name, id, id);
    made
}

/// `known` with what the fields say in place of what it said; splits and modes are replaced one by one.
fn corrected(known: Service, category: Category, fields: &mut Fields<'_>) -> Service {
    let sheet = fields.sheet;
    let id = known.id;
    let named = |fields: &mut Fields<'_>, field: &'static str| {
        let names = fields.lines(field);
        for (line, name) in &names {
            sheet.claim(*line, Kind::Name, name, id);
        }
        kept(names.into_iter().map(|(_, name)| name))
    };
    let one_name = |fields: &mut Fields<'_>, field: &'static str| {
        let node = fields.take(field)?;
        let text = sheet.text(node, field)?;
        sheet.claim(node.line, Kind::Name, text, id);
        Some(text)
    };
    let name = one_name(fields, "name").unwrap_or(known.name);
    let short = one_name(fields, "short").unwrap_or(if known.short.is_empty() { name } else { known.short });
    let part_of = fields.take("part_of").and_then(|node| {
        let whole = sheet.text(node, "part_of")?;
        sheet.desk.named.borrow_mut().push((whole.to_string(), sheet.place(node.line)));
        Some(whole)
    });
    let sources = fields.cites();
    let aliases = named(fields, "aliases");
    let former_names = named(fields, "former_names");
    let lifecycle = fields.inner("lifecycle").and_then(|mut own| {
        let stage = own.word("stage", super::model::Stage::ALL, super::model::Stage::from_word);
        if !own.wrote("stage") {
            own.missing("stage");
        }
        let made = Lifecycle { stage: stage?, date: own.date("date"), note: own.text("note"), sources: own.cites() };
        if !own.wrote("sources") {
            own.sheet.fault(own.line, "lifecycle: `sources` is missing: no announcement, no lifecycle");
        }
        own.finish();
        Some(made)
    });
    let mut identifiers: Vec<Identifiers> = known.identifiers.to_vec();
    if let Some(mut own) = fields.inner("identifiers") {
        for (key, node) in own.all() {
            match Kind::from_word(&key.name.replace('_', "-")).filter(|kind| names::WRITTEN.contains(kind)) {
                Some(kind) => {
                    let own = sheet.lines(node, &key.name);
                    for (line, name) in &own {
                        sheet.claim(*line, kind, name, id);
                    }
                    identifiers.push(Identifiers { kind, names: lined(own.into_iter().map(|(_, name)| name)) });
                }
                None => sheet.fault(
                    key.line,
                    format!("identifiers: unknown kind `{}`; the kinds are {}", key.name, one_of(names::WRITTEN)),
                ),
            }
        }
        own.finish();
    }
    let when = conditions(fields);
    let own_splits = splits(&sheet, fields);
    let own_modes = modes(id, known.modes, fields);
    let own_checks = checks(&sheet, fields);
    let basis = fields.word("basis", Basis::ALL, Basis::from_word).unwrap_or(known.basis);
    Service {
        name,
        short,
        category,
        basis,
        part_of: part_of.or(known.part_of),
        sources: if sources.is_empty() { known.sources } else { sources },
        aliases: lined(known.aliases.into_iter().chain(aliases.iter().copied())),
        former_names: lined(known.former_names.into_iter().chain(former_names.iter().copied())),
        lifecycle: lifecycle.or(known.lifecycle),
        identifiers: identifiers.leak(),
        when: if when.is_empty() { known.when } else { when },
        splits: over(known.splits, own_splits),
        modes: own_modes,
        checks: if own_checks.is_empty() { known.checks } else { own_checks.leak() },
        ..known
    }
}

/// The modes of the service `id`: the known ones, changed by what the fields say, and new ones behind them.
fn modes(id: Text, known: List<Mode>, fields: &mut Fields<'_>) -> List<Mode> {
    let sheet = fields.sheet;
    let mut modes = known.to_vec();
    for (key, mut own) in fields.entries("modes") {
        sheet.check_id(key.line, &key.name);
        let before = known.iter().position(|mode| mode.id == key.name);
        let made = mode(key, before.map(|place| modes[place]), &mut own);
        for name in names::of_mode(id, &made) {
            sheet.claim(key.line, Kind::Name, &name, id);
        }
        match before {
            Some(place) => modes[place] = made,
            None => modes.push(made),
        }
        own.finish();
    }
    // A type alone is looked up as a name: where its attributes decide as well, the name would be answered by a guess.
    let mut seen: HashMap<Text, usize> = HashMap::new();
    for condition in modes.iter().flat_map(|mode| mode.when) {
        *seen.entry(condition.resource).or_default() += 1;
    }
    for bare in modes.iter().flat_map(|mode| mode.when).filter(|condition| condition.attribute.is_none()) {
        let resource = bare.resource;
        if seen.get(resource).is_some_and(|count| *count > 1) {
            sheet.fault(
                fields.line,
                format!("{id}: `{resource}` alone reveals a mode, so no other condition may name it; give this one its `attribute`"),
            );
        }
    }
    modes.leak()
}

/// `own` over `known`, layer by layer.
fn over(known: &[Split], mut own: BTreeMap<Layer, Split>) -> List<Split> {
    for split in known {
        own.entry(split.layer).or_insert(*split);
    }
    kept(own.into_values())
}

fn mode(key: &Key, known: Option<Mode>, fields: &mut Fields<'_>) -> Mode {
    let sheet = fields.sheet;
    let name = match &known {
        Some(known) => fields.text("name").unwrap_or(known.name),
        None => fields.need("name"),
    };
    let known = known.unwrap_or_else(|| Mode {
        id: key.name.clone().leak(),
        name: Text::default(),
        category: None,
        sources: List::default(),
        when: List::default(),
        splits: List::default(),
    });
    let sources = fields.cites();
    let when = conditions(fields);
    Mode {
        name,
        category: fields.word("category", Category::ALL, Category::from_word).or(known.category),
        sources: if sources.is_empty() { known.sources } else { sources },
        when: if when.is_empty() { known.when } else { when },
        splits: over(known.splits, splits(&sheet, fields)),
        id: known.id,
    }
}

fn conditions(fields: &mut Fields<'_>) -> List<Condition> {
    let sheet = fields.sheet;
    let Some(node) = fields.take("when") else { return List::default() };
    let mut made = Vec::new();
    for item in sheet.items(node, "when") {
        let mut own = sheet.fields(item, "when");
        let resource = own.need("type");
        if !resource.starts_with("aws_") && !resource.contains("::") {
            sheet.fault(item.line, "when: `type` is a Terraform type (aws_…) or a CloudFormation type (AWS::…)");
        }
        let is = own.take("is").map(|node| match &node.value {
            Value::List(_) => sheet.items(node, "is").iter().filter_map(|item| sheet.text(item, "is")).collect(),
            _ => sheet.text(node, "is").into_iter().collect::<Vec<_>>(),
        });
        let attribute = own.text("attribute");
        if attribute.is_none() && is.is_some() {
            sheet.fault(item.line, "when: `is` needs the `attribute` that it is compared with");
        }
        made.push(Condition { resource, attribute, is: is.unwrap_or_default().leak() });
        own.finish();
    }
    made.leak()
}

fn checks(sheet: &Sheet<'_>, fields: &mut Fields<'_>) -> Vec<Checks> {
    let mut made = Vec::new();
    for (key, mut own) in fields.entries("checks") {
        let Some(layer) = layer(*sheet, key) else { continue };
        for &maker in Maker::ALL {
            let Some(list) = own.take(maker.word()) else { continue };
            let mut groups: BTreeMap<Option<Text>, Vec<Text>> = BTreeMap::new();
            for item in sheet.items(list, maker.word()) {
                let (id, note) = match &item.value {
                    Value::Map(_) => {
                        let mut own = sheet.fields(item, "check");
                        let pair = (Some(own.need("id")), own.text("note"));
                        own.finish();
                        pair
                    }
                    _ => (sheet.text(item, maker.word()), None),
                };
                if let Some(id) = id {
                    groups.entry(note).or_default().push(id);
                }
            }
            made.extend(groups.into_iter().map(|(note, ids)| Checks { layer, maker, ids: lined(ids), note }));
        }
        own.finish();
    }
    made
}

fn exceptions(fields: &mut Fields<'_>) -> Vec<Exception> {
    let sheet = fields.sheet;
    let mut made = Vec::new();
    for section in ["ambiguous", "no_service"] {
        let Some(node) = fields.take(section) else { continue };
        for item in sheet.items(node, section) {
            let mut own = sheet.fields(item, section);
            let kind = own.word("kind", Kind::ALL, Kind::from_word);
            let name = own.need("name");
            let reason = own.need("reason");
            let services = if section == "ambiguous" { own.lines("services") } else { Vec::new() };
            if section == "ambiguous" && services.is_empty() {
                own.missing("services");
            }
            for (line, id) in &services {
                sheet.desk.named.borrow_mut().push((id.to_string(), sheet.place(*line)));
            }
            own.finish();
            let services = kept(services.into_iter().map(|(_, id)| id));
            made.extend(kind.map(|kind| Exception { kind, name, services, reason }));
        }
    }
    made
}

fn owners(fields: &mut Fields<'_>) -> Owners {
    let sheet = fields.sheet;
    let default = fields.text("default");
    let mut layers = Vec::new();
    if let Some(mut own) = fields.inner("layers") {
        for (key, node) in own.all() {
            if let (Some(layer), Some(team)) = (layer(sheet, key), sheet.text(node, &key.name)) {
                layers.push((layer, team));
            }
        }
        own.finish();
    }
    let mut services = Vec::new();
    if let Some(mut own) = fields.inner("services") {
        for (key, node) in own.all() {
            sheet.desk.named.borrow_mut().push((key.name.clone(), sheet.place(key.line)));
            services.extend(sheet.text(node, &key.name).map(|team| (&*key.name.clone().leak(), team)));
        }
        own.finish();
    }
    Owners { default, layers: layers.leak(), services: services.leak() }
}
