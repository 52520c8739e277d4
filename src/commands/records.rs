//! The records that the machine-readable formats write: what a command answers, as data. Their schema is made from these
//! types; within `whose/1`, fields are only added.

use serde::Serialize;

use crate::catalogue::model::{
    Basis, Catalogue, Category, Control, Date, Group, Layer, Lifecycle, Lines, Maker, Mode, Party, Rule, Service,
    Sharing, Source, Split, Stage, Text, ThirdParty,
};
use crate::catalogue::{Answer, category};

/// A source as the records tell it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SourceRecord<'c> {
    /// The key in the bibliography.
    pub id: &'c str,
    /// The page's title.
    pub title: &'c str,
    /// The page's address.
    pub url: String,
    /// The day to which the text that was read is dated.
    pub checked: Date,
}

impl<'c> From<&'c Source> for SourceRecord<'c> {
    fn from(source: &'c Source) -> Self {
        Self { id: source.id(), title: source.title(), url: source.url(), checked: source.checked }
    }
}

/// An automated check.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CheckRecord {
    /// Whose check.
    pub kind: Maker,
    /// Its id.
    pub id: Text,
    /// Its maker's page about it.
    pub url: String,
}

/// The checks that prove the customer's duties in a layer.
pub(super) fn checks(service: &Service, layer: Layer) -> Vec<CheckRecord> {
    let own = service.checks().filter(|check| check.layer == layer);
    own.map(|check| CheckRecord { kind: check.maker, id: check.id, url: check.url() }).collect()
}

/// The sources that a split cites.
pub(super) fn cited<'c>(catalogue: &'c Catalogue, split: &'c Split) -> Vec<&'c Source> {
    catalogue.sources(split.sources).collect()
}

/// The answer for one layer of one service in one mode, as `show` and `matrix` tell it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AnswerRecord<'c> {
    /// The service's id.
    pub service: &'c str,
    /// The service's name.
    pub name: &'c str,
    /// The category whose defaults hold.
    pub category: Category,
    /// The mode's id; none where the service has no modes.
    pub mode: Option<&'c str>,
    /// The layer.
    pub layer: Layer,
    /// Who holds it.
    pub party: Party,
    /// How the halves of a shared layer hang together.
    pub sharing: Option<Sharing>,
    /// AWS's duties.
    pub aws: Lines,
    /// The customer's duties.
    pub customer: Lines,
    /// The third party's name and duties.
    pub third_party: Option<&'static ThirdParty>,
    /// The level whose split answers.
    pub rule: Rule,
    /// Whether a page says it about this service.
    pub basis: Basis,
    /// NIST SP 800-53 Rev 5 control ids.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub controls: &'c [Control],
    /// Where AWS's pages disagree, or what to know.
    pub note: Option<&'c str>,
    /// The pages.
    pub sources: Vec<SourceRecord<'c>>,
    /// The automated checks that prove the customer's duties.
    pub checks: Vec<CheckRecord>,
    /// `overlay` where an overlay gives the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<&'static str>,
    /// The customer's team that holds the customer's side, where an overlay says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<&'c str>,
}

impl<'c> AnswerRecord<'c> {
    pub(super) fn new(catalogue: &'c Catalogue, service: &'c Service, mode: Option<&'c Mode>, layer: Layer) -> Self {
        let Answer { split, rule, basis } = catalogue.split(service, mode, layer);
        Self {
            service: service.id,
            name: service.name,
            category: category(service, mode),
            mode: mode.map(|mode| mode.id),
            layer,
            party: split.party,
            sharing: split.sharing,
            aws: split.aws,
            customer: split.customer,
            third_party: split.third_party,
            rule,
            basis,
            controls: split.controls,
            note: split.note,
            sources: cited(catalogue, split).into_iter().map(SourceRecord::from).collect(),
            checks: checks(service, layer),
            origin: (service.overlaid || split.overlaid).then_some("overlay"),
            // Where there is nothing for the customer to do, no team does it.
            team: catalogue.team(service, layer).filter(|_| !split.customer.is_empty()),
        }
    }
}

/// A service as `services` and `export` list it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ServiceRecord<'c> {
    /// The id.
    pub service: &'c str,
    /// The official name.
    pub name: &'c str,
    /// The category.
    pub category: Category,
    /// Whether a page puts the service into the category.
    pub basis: Basis,
    /// The ids of its modes; where a layer and a party were asked for, only those that fit.
    pub modes: Vec<&'c str>,
    /// The service of which it is a part.
    pub part_of: Option<&'c str>,
    /// What AWS announced about its end.
    pub lifecycle: Option<LifecycleRecord<'c>>,
    /// Everyday and former names.
    pub aliases: Vec<&'c str>,
}

/// What AWS announced about the end of a service.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LifecycleRecord<'c> {
    /// How far it has come.
    pub stage: Stage,
    /// Since when, or by when.
    pub date: Option<Date>,
    /// What else to know.
    pub note: Option<&'c str>,
    /// The pages' addresses.
    pub sources: Vec<String>,
}

impl<'c> LifecycleRecord<'c> {
    fn new(catalogue: &'c Catalogue, lifecycle: &'c Lifecycle) -> Self {
        Self {
            stage: lifecycle.stage,
            date: lifecycle.date,
            note: lifecycle.note,
            sources: catalogue.sources(lifecycle.sources).map(Source::url).collect(),
        }
    }
}

impl<'c> ServiceRecord<'c> {
    /// The record of a service, with all its modes.
    pub(super) fn new(catalogue: &'c Catalogue, service: &'c Service) -> Self {
        Self {
            service: service.id,
            name: service.name,
            category: service.category,
            basis: service.basis,
            modes: service.modes.iter().map(|mode| mode.id).collect(),
            part_of: service.part_of,
            lifecycle: service.lifecycle.as_ref().map(|lifecycle| LifecycleRecord::new(catalogue, lifecycle)),
            aliases: service.aliases.iter().chain(service.former_names).collect(),
        }
    }
}

/// A category.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CategoryRecord<'c> {
    /// The category.
    pub category: Category,
    /// Its name.
    pub name: &'c str,
    /// What AWS and the customer each do.
    pub blurb: &'c str,
    /// What a reader could trip over.
    pub note: &'c str,
    /// The default split of every layer.
    pub splits: Vec<SplitRecord<'c>>,
}

/// The default split of one layer.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SplitRecord<'c> {
    /// The layer.
    pub layer: Layer,
    /// Who holds it.
    pub party: Party,
    /// AWS's duties.
    pub aws: Lines,
    /// The customer's duties.
    pub customer: Lines,
    /// NIST SP 800-53 Rev 5 control ids.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub controls: &'c [Control],
    /// The pages.
    pub sources: Vec<SourceRecord<'c>>,
}

impl<'c> CategoryRecord<'c> {
    /// The record of a category.
    pub(super) fn new(catalogue: &'c Catalogue, category: Category) -> Self {
        let info = catalogue.category(category);
        let split = |layer| {
            let split = catalogue.default_split(category, layer).split;
            SplitRecord {
                layer,
                party: split.party,
                aws: split.aws,
                customer: split.customer,
                controls: split.controls,
                sources: cited(catalogue, split).into_iter().map(SourceRecord::from).collect(),
            }
        };
        Self {
            category,
            name: info.name,
            blurb: info.blurb,
            note: info.note,
            splits: Layer::ALL.iter().map(|layer| split(*layer)).collect(),
        }
    }
}

/// A layer.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LayerRecord<'c> {
    /// The id.
    pub layer: Layer,
    /// Its name.
    pub name: &'c str,
    /// Where it stands between the two sides.
    pub group: Group,
    /// What belongs to it.
    pub definition: &'c str,
    /// Everyday words for it.
    pub aliases: &'c [Text],
    /// Who holds it in each category when nothing more specific is said.
    pub defaults: Defaults,
}

/// Who holds a layer by default.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Defaults {
    /// In infrastructure services.
    pub infrastructure: Party,
    /// In container services.
    pub container: Party,
    /// In abstracted services.
    pub abstracted: Party,
}

impl Defaults {
    pub(super) const fn each(self) -> [Party; 3] {
        [self.infrastructure, self.container, self.abstracted]
    }
}

impl<'c> LayerRecord<'c> {
    /// The record of a layer.
    pub(super) fn new(catalogue: &'c Catalogue, layer: Layer) -> Self {
        let info = catalogue.layer(layer);
        let party = |category| catalogue.default_split(category, layer).split.party;
        Self {
            layer,
            name: info.name,
            group: catalogue.group(layer),
            definition: info.definition,
            aliases: info.aliases,
            defaults: Defaults {
                infrastructure: party(Category::Infrastructure),
                container: party(Category::Container),
                abstracted: party(Category::Abstracted),
            },
        }
    }
}
