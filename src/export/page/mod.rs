//! html: the catalogue as one page that needs nothing else, to be opened from disk, mailed or published.
//!
//! The program answers, the page shows. Every answer travels resolved, each once, as compressed JSON; `page.js` unpacks
//! it, finds names in the program's own table, and writes text. What stands in the data can never become a part of the
//! page: the script is allowed by its hash, and nothing is ever parsed as html.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Write};

use data_encoding::BASE64;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::Serialize;

use crate::analysis::controls::{ControlAnswer, Responsibility, controls, default_controls};
use crate::analysis::matrix::Column;
use crate::catalogue::model::{
    Baseline, Basis, Category, Control, Date, Duty, Id, Identifiers, Layer, Lifecycle, Name, Party, Service, Sharing,
    Stage,
};
use crate::catalogue::resolve::Meaning;
use crate::catalogue::{Answer, Catalogue, Rule, category};
use crate::commands::records::{CheckRecord, LayerRecord, checks};
use crate::commands::wording::{
    MAX_AGE_IN_DAYS, first_duty, group_title, holder, kind_sentence, lifecycle_sentence, overlay_sentence,
    responsibility_means, responsibility_word, sides,
};
use crate::output::policy_hash;

const PAGE: &str = include_str!("page.html");
/// `page.css` and `page.js`, compressed by the build script.
const STYLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/page.css.gz"));
const SCRIPT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/page.js.gz"));

/// The page. `remarks` is what to know of the inventory before reading it; none where it is of the whole catalogue.
pub(crate) fn write(
    catalogue: &Catalogue,
    variants: &[Column<'_>],
    remarks: Option<&[String]>,
) -> anyhow::Result<String> {
    let style = io::read_to_string(GzDecoder::new(STYLE))?;
    let script = io::read_to_string(GzDecoder::new(SCRIPT))?;
    let mut json = GzEncoder::new(Vec::new(), Compression::best());
    json.write_all(&serde_json::to_vec(&Payload::new(catalogue, variants, remarks))?)?;
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        policy_hash(&script),
        policy_hash(&style)
    );
    let parts = [
        ("{policy}", &*policy),
        ("{version}", env!("CARGO_PKG_VERSION")),
        ("{date}", &catalogue.date().to_string()),
        ("{style}", &style),
        ("{data}", &BASE64.encode(&json.finish()?)),
        ("{script}", &script),
    ];
    let mut page = String::new();
    let mut rest = PAGE;
    for (marker, text) in parts {
        let (before, after) = rest.split_once(marker).expect("page.html has every marker, in this order");
        page.extend([before, text]);
        rest = after;
    }
    page.push_str(rest);
    Ok(page)
}

/// What the page shows. What several places share stands once, and they have its number.
#[derive(Serialize)]
struct Payload<'c> {
    version: &'static str,
    catalogue: Date,
    /// What to know of the inventory; none where the page is of the whole catalogue.
    remarks: Option<&'c [String]>,
    layers: Vec<LayerEntry<'c>>,
    categories: Vec<CategoryEntry<'c>>,
    services: Vec<ServiceEntry<'c>>,
    answers: Vec<AnswerEntry<'c>>,
    responsibilities: Vec<ResponsibilityEntry>,
    families: Vec<FamilyEntry>,
    controls: Vec<ControlEntry<'c>>,
    checks: Vec<CheckRecord<'c>>,
    sources: Vec<SourceEntry<'c>>,
    names: BTreeMap<&'static str, Vec<NameEntry<'c>>>,
}

#[derive(Serialize)]
struct LayerEntry<'c> {
    #[serde(flatten)]
    record: LayerRecord<'c>,
    /// Its heading in a narrow column, which is a word for it too.
    short: &'static str,
    /// What its group is called.
    title: &'static str,
    /// What holds whatever a service says about it, and the pages.
    always: Vec<DutyEntry<'c>>,
    sources: Vec<usize>,
}

#[derive(Serialize)]
struct DutyEntry<'c> {
    side: Party,
    who: &'c str,
    text: &'c str,
    /// The controls on which it bears here.
    controls: Vec<usize>,
}

#[derive(Serialize)]
struct CategoryEntry<'c> {
    category: Category,
    name: &'c str,
    kind: &'static str,
    blurb: &'c str,
    note: &'c str,
    sources: Vec<usize>,
    /// The answers, layer by layer.
    answers: Vec<usize>,
}

#[derive(Serialize)]
struct ServiceEntry<'c> {
    service: &'c str,
    name: &'c str,
    short: &'c str,
    category: Category,
    basis: Basis,
    part_of: Option<&'c str>,
    lifecycle: Option<LifecycleEntry<'c>>,
    reviewed: Option<Date>,
    origin: Option<String>,
    sources: Vec<usize>,
    aliases: Vec<AliasEntry<'c>>,
    former: Vec<AliasEntry<'c>>,
    identifiers: BTreeMap<&'static str, Vec<&'c str>>,
    /// How many of its modes the page does not have.
    left_out: usize,
    variants: Vec<VariantEntry<'c>>,
}

#[derive(Serialize)]
struct AliasEntry<'c> {
    name: &'c str,
    lifecycle: Option<LifecycleEntry<'c>>,
}

#[derive(Serialize)]
struct LifecycleEntry<'c> {
    stage: Stage,
    sentence: String,
    note: Option<&'c str>,
    sources: Vec<usize>,
}

#[derive(Serialize)]
struct VariantEntry<'c> {
    mode: Option<&'c str>,
    name: Option<&'c str>,
    category: Category,
    lifecycle: Option<LifecycleEntry<'c>>,
    resources: Option<u64>,
    sources: Vec<usize>,
    /// The answers, layer by layer.
    answers: Vec<usize>,
    defaults: Vec<DefaultEntry<'c>>,
}

/// What a category has somebody do for controls on which a service's own split is silent.
#[derive(Serialize)]
struct DefaultEntry<'c> {
    layer: Layer,
    duty: DutyEntry<'c>,
    sources: Vec<usize>,
}

#[derive(Serialize)]
struct AnswerEntry<'c> {
    party: Party,
    /// Who holds the layer, as every table says it.
    word: String,
    mine: bool,
    sharing: Option<Sharing>,
    third_party: Option<&'c str>,
    /// What the first screen says.
    first: String,
    duties: Vec<DutyEntry<'c>>,
    rule: Rule,
    basis: Basis,
    note: Option<&'c str>,
    controls: Vec<usize>,
    sources: Vec<usize>,
    checks: Vec<usize>,
    overlaid: bool,
}

#[derive(Serialize)]
struct ResponsibilityEntry {
    id: Responsibility,
    word: &'static str,
    means: &'static str,
}

#[derive(Serialize)]
struct FamilyEntry {
    family: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
struct ControlEntry<'c> {
    control: Control,
    title: &'c str,
    baselines: &'c [Baseline],
    /// Who answers for it in each category that says nothing else, and in each service and mode: the number of a
    /// responsibility, and whether all of it is stated.
    defaults: Vec<(usize, bool)>,
    variants: Vec<(usize, bool)>,
}

#[derive(Serialize)]
struct SourceEntry<'c> {
    title: &'c str,
    url: &'c str,
    checked: Date,
    old: bool,
}

#[derive(Serialize)]
struct NameEntry<'c> {
    key: String,
    services: Vec<usize>,
    mode: Option<&'c str>,
    /// Why it names several services, or none.
    reason: Option<&'c str>,
    /// The layers of which a check proves a part, one for each service.
    layers: Option<Vec<Layer>>,
}

/// What is met while the page is put together, each thing once.
struct Builder<'c> {
    catalogue: &'c Catalogue,
    controls: BTreeMap<Control, usize>,
    sources: Vec<SourceEntry<'c>>,
    source_places: HashMap<&'c str, usize>,
    checks: Vec<CheckRecord<'c>>,
    check_places: HashMap<(&'static str, &'c str), usize>,
    answers: Vec<AnswerEntry<'c>>,
    answer_places: HashMap<String, usize>,
}

/// The controls on which a duty bears, by layer, side and sentence.
type Bearing<'c> = HashMap<(Layer, Party, &'c str), Vec<usize>>;

impl<'c> Payload<'c> {
    fn new(catalogue: &'c Catalogue, variants: &[Column<'c>], remarks: Option<&'c [String]>) -> Self {
        let mut builder = Builder {
            catalogue,
            controls: catalogue.controls().keys().copied().zip(0..).collect(),
            sources: Vec::new(),
            source_places: HashMap::new(),
            checks: Vec::new(),
            check_places: HashMap::new(),
            answers: Vec::new(),
            answer_places: HashMap::new(),
        };
        let mut defaults = Vec::new();
        let mut categories = Vec::new();
        for &category in Category::ALL {
            let answered = default_controls(catalogue, category);
            categories.push(builder.category(category, &answered));
            defaults.push(responsibilities(&answered));
        }
        let mut columns = Vec::new();
        let mut services = Vec::new();
        for modes in variants.chunk_by(|one, next| one.service.id == next.service.id) {
            let mut entries = Vec::new();
            for variant in modes {
                let answered = controls(catalogue, variant.service, variant.mode);
                entries.push(builder.variant(variant, &answered));
                columns.push(responsibilities(&answered));
            }
            services.push(builder.service(modes[0].service, entries));
        }
        let layers = Layer::ALL.iter().map(|layer| builder.layer(*layer)).collect();
        let places: HashMap<&str, usize> = services.iter().map(|entry| entry.service).zip(0..).collect();
        let shown: HashSet<String> = variants.iter().map(Column::label).collect();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            catalogue: catalogue.date(),
            remarks,
            layers,
            categories,
            names: names(catalogue, &places, &shown),
            services,
            answers: builder.answers,
            responsibilities: Responsibility::ALL
                .iter()
                .map(|one| ResponsibilityEntry {
                    id: *one,
                    word: responsibility_word(*one),
                    means: responsibility_means(*one),
                })
                .collect(),
            families: Control::FAMILIES
                .into_iter()
                .zip(Control::FAMILY_NAMES)
                .map(|(family, name)| FamilyEntry { family, name })
                .collect(),
            controls: catalogue
                .controls()
                .iter()
                .map(|(control, info)| ControlEntry {
                    control: *control,
                    title: &info.title,
                    baselines: &info.baselines,
                    defaults: row(&defaults, *control),
                    variants: row(&columns, *control),
                })
                .collect(),
            checks: builder.checks,
            sources: builder.sources,
        }
    }
}

type Responsibilities = HashMap<Control, (usize, bool)>;

/// Who answers for each control, and whether all of that is stated.
fn responsibilities(answered: &[ControlAnswer<'_>]) -> Responsibilities {
    let entry = |answer: &ControlAnswer<'_>| {
        (answer.control, (answer.responsibility() as usize, answer.basis() == Some(Basis::Stated)))
    };
    answered.iter().map(entry).collect()
}

/// A control in each column; none at all where nothing in any has to do with it.
fn row(columns: &[Responsibilities], control: Control) -> Vec<(usize, bool)> {
    if columns.iter().all(|column| !column.contains_key(&control)) {
        return Vec::new();
    }
    let not_addressed = (Responsibility::NotAddressed as usize, false);
    columns.iter().map(|column| column.get(&control).copied().unwrap_or(not_addressed)).collect()
}

/// The table of names, by kind, without those of services that the page does not have.
fn names<'c>(
    catalogue: &'c Catalogue,
    places: &HashMap<&str, usize>,
    shown: &HashSet<String>,
) -> BTreeMap<&'static str, Vec<NameEntry<'c>>> {
    let mut all: BTreeMap<&str, Vec<NameEntry<'c>>> = BTreeMap::new();
    for name in catalogue.known_names() {
        let mut entry = NameEntry { key: name.key, services: Vec::new(), mode: None, reason: None, layers: None };
        let place = |id: &Id| places.get(&**id).copied();
        match name.meaning {
            Meaning::Service(service, mode) => {
                entry.services.extend(place(&service.id));
                let is_shown = |mode: &str| shown.contains(&format!("{}@{mode}", service.id));
                entry.mode = mode.map(|mode| &*mode.id).filter(|mode| is_shown(mode));
            }
            Meaning::Ambiguous(shared) => {
                entry.services.extend(shared.services.iter().filter_map(place));
                entry.reason = Some(&shared.reason);
            }
            Meaning::NoService(shared) => entry.reason = Some(&shared.reason),
            Meaning::Check(proven) => {
                let here = proven.iter().filter_map(|one| Some((place(&one.service.id)?, one.layer)));
                let (services, layers) = here.unzip();
                entry.services = services;
                entry.layers = Some(layers);
            }
            Meaning::Control(_) | Meaning::NoSuchMode(_) | Meaning::Unknown => {}
        }
        if !entry.services.is_empty() || (entry.reason.is_some() && entry.layers.is_none()) {
            all.entry(name.kind.as_str()).or_default().push(entry);
        }
    }
    all
}

impl<'c> Builder<'c> {
    fn sources(&mut self, keys: &'c [Id]) -> Vec<usize> {
        let mut places = Vec::new();
        for source in self.catalogue.cited(keys) {
            let place = *self.source_places.entry(&source.id).or_insert_with(|| {
                self.sources.push(SourceEntry {
                    title: &source.title,
                    url: &source.url,
                    checked: source.checked,
                    old: source.checked.days_until(self.catalogue.date()) > MAX_AGE_IN_DAYS,
                });
                self.sources.len() - 1
            });
            places.push(place);
        }
        places
    }

    fn numbers(&self, controls: &[Control]) -> Vec<usize> {
        controls.iter().filter_map(|control| self.controls.get(control).copied()).collect()
    }

    fn layer(&mut self, layer: Layer) -> LayerEntry<'c> {
        let catalogue = self.catalogue;
        let always = catalogue.always(layer).map(|own| DutyEntry {
            side: own.party,
            who: if own.party == Party::Aws { "AWS" } else { "you" },
            text: own.duty,
            controls: self.numbers(catalogue.controls_of_always(layer, own.duty)),
        });
        let always: Vec<_> = always.collect();
        let keys = catalogue.every_service().get(&layer).filter(|_| !always.is_empty());
        LayerEntry {
            record: LayerRecord::new(catalogue, layer),
            short: layer.short(),
            title: group_title(catalogue.group(layer)),
            sources: keys.map_or_else(Vec::new, |split| self.sources(&split.sources)),
            always,
        }
    }

    fn category(&mut self, category: Category, answered: &[ControlAnswer<'c>]) -> CategoryEntry<'c> {
        let catalogue = self.catalogue;
        let info = catalogue.category(category);
        let bearing = self.bearing(answered);
        let answer = |layer: &Layer| self.answer(&catalogue.default_split(category, *layer), None, None, &bearing);
        let answers = Layer::ALL.iter().map(answer).collect();
        CategoryEntry {
            category,
            name: &info.name,
            kind: kind_sentence(category),
            blurb: &info.blurb,
            note: &info.note,
            sources: self.sources(&info.sources),
            answers,
        }
    }

    fn service(&mut self, service: &'c Service, variants: Vec<VariantEntry<'c>>) -> ServiceEntry<'c> {
        let named = Identifiers::KINDS.iter().filter_map(|(kind, _)| {
            let names: Vec<&str> = service.identifiers.of(*kind).iter().map(|name| &**name).collect();
            (!names.is_empty()).then(|| (kind.as_str(), names))
        });
        let catalogue = self.catalogue;
        let answers = service
            .variants()
            .into_iter()
            .flat_map(|mode| Layer::ALL.iter().map(move |layer| (mode, catalogue.split(service, mode, *layer))));
        ServiceEntry {
            service: &service.id,
            name: &service.name,
            short: service.short_name(),
            category: service.category,
            basis: service.basis,
            part_of: service.part_of.as_deref(),
            lifecycle: self.lifecycle(service.lifecycle.as_ref()),
            reviewed: service.reviewed,
            origin: overlay_sentence(answers),
            sources: self.sources(&service.sources),
            aliases: self.aliases(&service.aliases),
            former: self.aliases(&service.former_names),
            identifiers: named.collect(),
            left_out: service.variants().len() - variants.len(),
            variants,
        }
    }

    fn aliases(&mut self, names: &'c [Name]) -> Vec<AliasEntry<'c>> {
        let alias =
            |name: &'c Name| AliasEntry { name: &name.name, lifecycle: self.lifecycle(name.lifecycle.as_ref()) };
        names.iter().map(alias).collect()
    }

    fn lifecycle(&mut self, lifecycle: Option<&'c Lifecycle>) -> Option<LifecycleEntry<'c>> {
        let entry = |lifecycle: &'c Lifecycle| LifecycleEntry {
            stage: lifecycle.stage,
            sentence: lifecycle_sentence(lifecycle),
            note: lifecycle.note.as_deref(),
            sources: self.sources(&lifecycle.sources),
        };
        lifecycle.map(entry)
    }

    fn variant(&mut self, variant: &Column<'c>, answered: &[ControlAnswer<'c>]) -> VariantEntry<'c> {
        let Column { service, mode, resources } = *variant;
        let catalogue = self.catalogue;
        let bearing = self.bearing(answered);
        let mut answers = Vec::new();
        for &layer in Layer::ALL {
            let answer = catalogue.split(service, mode, layer);
            answers.push(self.answer(&answer, Some(service), catalogue.team(service, layer), &bearing));
        }
        VariantEntry {
            mode: mode.map(|mode| &*mode.id),
            name: mode.map(|mode| &*mode.name),
            category: category(service, mode),
            lifecycle: self.lifecycle(mode.and_then(|mode| mode.lifecycle.as_ref())),
            resources,
            sources: mode.map_or_else(Vec::new, |mode| self.sources(&mode.sources)),
            answers,
            defaults: self.defaults(answered, |layer| catalogue.split(service, mode, layer)),
        }
    }

    fn defaults(&mut self, answered: &[ControlAnswer<'c>], own: impl Fn(Layer) -> Answer<'c>) -> Vec<DefaultEntry<'c>> {
        let mut entries: Vec<DefaultEntry<'c>> = Vec::new();
        for answer in answered {
            let control = self.controls[&answer.control];
            for part in &answer.parts {
                let layer = part.layer();
                if std::ptr::eq(part.answer.split, own(layer).split) {
                    continue;
                }
                for (side, who, duty) in sides(&part.answer, None) {
                    if !part.duties_of_split().any(|bears| bears == duty) {
                        continue;
                    }
                    match entries.iter_mut().find(|entry| entry.layer == layer && entry.duty.text == &**duty) {
                        Some(entry) => entry.duty.controls.push(control),
                        None => entries.push(DefaultEntry {
                            layer,
                            duty: DutyEntry { side, who, text: duty, controls: vec![control] },
                            sources: self.sources(&part.answer.split.sources),
                        }),
                    }
                }
            }
        }
        entries
    }

    /// The number of an answer.
    fn answer(
        &mut self,
        answer: &Answer<'c>,
        service: Option<&'c Service>,
        team: Option<&'c str>,
        bearing: &Bearing<'c>,
    ) -> usize {
        let split = answer.split;
        let duty = |(side, who, duty): (Party, &'c str, &'c Duty)| DutyEntry {
            side,
            who,
            text: duty,
            controls: bearing.get(&(answer.layer, side, &**duty)).cloned().unwrap_or_default(),
        };
        let entry = AnswerEntry {
            party: split.party,
            word: holder(answer).text,
            mine: answer.is_mine(),
            sharing: split.sharing,
            third_party: split.third_party.as_ref().map(|third| &*third.name),
            first: first_duty(answer),
            duties: sides(answer, team).map(duty).collect(),
            rule: answer.rule,
            basis: answer.basis,
            note: split.note.as_deref(),
            controls: self.numbers(&answer.controls()),
            sources: self.sources(&split.sources),
            checks: service.map_or_else(Vec::new, |service| self.checks(service, answer.layer)),
            overlaid: answer.is_overlaid,
        };
        let key = serde_json::to_string(&entry).unwrap_or_default();
        *self.answer_places.entry(key).or_insert_with(|| {
            self.answers.push(entry);
            self.answers.len() - 1
        })
    }

    fn checks(&mut self, service: &'c Service, layer: Layer) -> Vec<usize> {
        let mut places = Vec::new();
        for check in checks(service, layer) {
            let place = *self.check_places.entry((check.kind.as_str(), check.id)).or_insert_with(|| {
                self.checks.push(check);
                self.checks.len() - 1
            });
            places.push(place);
        }
        places
    }

    /// On which controls each duty bears.
    fn bearing(&self, answered: &[ControlAnswer<'c>]) -> Bearing<'c> {
        let mut bearing = Bearing::new();
        for answer in answered {
            let control = self.controls[&answer.control];
            for part in &answer.parts {
                let sides = [
                    (Party::Aws, &part.aws),
                    (Party::Customer, &part.customer),
                    (Party::ThirdParty, &part.third_party),
                ];
                for (side, duties) in sides {
                    for duty in duties {
                        bearing.entry((part.layer(), side, &***duty)).or_default().push(control);
                    }
                }
            }
        }
        bearing
    }
}
