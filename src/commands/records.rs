//! The records that the machine-readable formats write: what a command answers, as data. Their schema is made from these
//! types; within `whose/1`, fields are only added.

use serde::Serialize;

use super::wording::joined;
use crate::catalogue::model::{
    Basis, Category, CheckProvider, Control, Date, Layer, LayerChecks, Lifecycle, Mode, Party, Service, Sharing,
    Source, Stage,
};
use crate::catalogue::{Answer, Catalogue, Group, Rule, category};

/// A source as the records tell it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SourceRecord<'c> {
    /// The key in the bibliography.
    pub id: &'c str,
    /// The page's title.
    pub title: &'c str,
    /// The page's address.
    pub url: &'c str,
    /// The day to which the text that was read is dated.
    pub checked: Date,
}

impl<'c> From<&'c Source> for SourceRecord<'c> {
    fn from(source: &'c Source) -> Self {
        Self { id: &source.id, title: &source.title, url: &source.url, checked: source.checked }
    }
}

/// An automated check.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CheckRecord<'c> {
    /// Whose check.
    pub kind: CheckProvider,
    /// Its id.
    pub id: &'c str,
    /// Its provider's page about it.
    pub url: String,
}

/// The checks that prove the customer's duties in a layer.
pub(crate) fn checks(service: &Service, layer: Layer) -> Vec<CheckRecord<'_>> {
    let own = service.checks.get(&layer).into_iter().flat_map(LayerChecks::iter);
    own.map(|(kind, check)| CheckRecord { kind, id: &check.id, url: check.url(kind) }).collect()
}

/// What AWS announced about the end of a mode, else of its service.
pub(crate) fn lifecycle<'c>(service: &'c Service, mode: Option<&'c Mode>) -> Option<&'c Lifecycle> {
    mode.and_then(|mode| mode.lifecycle.as_ref()).or(service.lifecycle.as_ref())
}

/// The sentences of one side.
fn sentences<'c>(answer: &Answer<'c>, side: Party) -> Vec<&'c str> {
    answer.duties(side).map(|duty| &**duty).collect()
}

/// A duty that holds whatever the service says about the layer.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AlwaysRecord<'c> {
    /// Who must do it.
    pub party: Party,
    /// What must be done.
    pub duty: &'c str,
}

/// The part of a named third party.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ThirdPartyRecord<'c> {
    /// Who it is.
    pub name: &'c str,
    /// What it must do.
    pub duties: Vec<&'c str>,
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
    pub aws: Vec<&'c str>,
    /// The customer's duties.
    pub customer: Vec<&'c str>,
    /// What both sides must do whatever the service says about the layer.
    pub always: Vec<AlwaysRecord<'c>>,
    /// The third party's name and duties.
    pub third_party: Option<ThirdPartyRecord<'c>>,
    /// The level whose split answers.
    pub rule: Rule,
    /// Whether a page says it about this service.
    pub basis: Basis,
    /// NIST SP 800-53 Rev 5 control ids.
    pub controls: Vec<Control>,
    /// Where AWS's pages disagree, or what to know.
    pub note: Option<&'c str>,
    /// The pages.
    pub sources: Vec<SourceRecord<'c>>,
    /// The automated checks that prove the customer's duties.
    pub checks: Vec<CheckRecord<'c>>,
    /// What AWS announced about the end of the mode, or of the service.
    pub lifecycle: Option<LifecycleRecord<'c>>,
    /// The day on which the service's whole file had been read against AWS's pages.
    pub reviewed: Option<Date>,
    /// `overlay` where an overlay gives the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<&'static str>,
    /// The customer's team that holds the customer's side, where an overlay says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<&'c str>,
}

impl<'c> AnswerRecord<'c> {
    pub(crate) fn new(catalogue: &'c Catalogue, service: &'c Service, mode: Option<&'c Mode>, layer: Layer) -> Self {
        let answer = catalogue.split(service, mode, layer);
        let split = answer.split;
        Self {
            service: &service.id,
            name: &service.name,
            category: category(service, mode),
            mode: mode.map(|mode| &*mode.id),
            layer,
            party: split.party,
            sharing: split.sharing,
            aws: sentences(&answer, Party::Aws),
            customer: sentences(&answer, Party::Customer),
            always: catalogue.always(layer).map(|own| AlwaysRecord { party: own.party, duty: own.duty }).collect(),
            third_party: split
                .third_party
                .as_ref()
                .map(|third| ThirdPartyRecord { name: &third.name, duties: sentences(&answer, Party::ThirdParty) }),
            rule: answer.rule,
            basis: answer.basis,
            controls: answer.controls(),
            note: split.note.as_deref(),
            sources: catalogue.cited(&split.sources).map(SourceRecord::from).collect(),
            checks: checks(service, layer),
            lifecycle: lifecycle(service, mode).map(|lifecycle| LifecycleRecord::new(catalogue, lifecycle)),
            reviewed: service.reviewed,
            origin: answer.is_overlaid.then_some("overlay"),
            // Where there is nothing for the customer to do, no team does it.
            team: catalogue.team(service, layer).filter(|_| answer.duties(Party::Customer).next().is_some()),
        }
    }
}

/// The columns of `show` in sheets. `matrix` has `resources` behind the second one.
pub(crate) const ANSWER_COLUMNS: [&str; 18] = [
    "service",
    "mode",
    "layer",
    "party",
    "aws",
    "customer",
    "source",
    "basis",
    "rule",
    "sharing",
    "controls",
    "checked",
    "note",
    "third_party",
    "third_party_duties",
    "lifecycle",
    "origin",
    "team",
];

impl AnswerRecord<'_> {
    /// The record as a row of [`ANSWER_COLUMNS`].
    pub(crate) fn row(&self) -> Vec<String> {
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let third = self.third_party.as_ref();
        vec![
            self.service.to_owned(),
            text(self.mode),
            self.layer.to_string(),
            self.party.to_string(),
            joined(&self.aws),
            joined(&self.customer),
            joined(self.sources.iter().map(|source| source.url)),
            self.basis.to_string(),
            self.rule.to_string(),
            text(self.sharing.map(Sharing::as_str)),
            joined(&self.controls),
            joined(self.sources.iter().map(|source| source.checked)),
            text(self.note),
            text(third.map(|third| third.name)),
            third.map_or_else(String::new, |third| joined(&third.duties)),
            self.lifecycle.as_ref().map_or_else(String::new, LifecycleRecord::words),
            text(self.origin),
            text(self.team),
        ]
    }
}

impl LifecycleRecord<'_> {
    /// The stage, and the date where there is one: `closed 2026-06-30`.
    pub(crate) fn words(&self) -> String {
        self.date.map_or_else(|| self.stage.to_string(), |date| format!("{} {date}", self.stage))
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
    /// What AWS announced about the end of single modes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mode_lifecycles: Vec<ModeLifecycleRecord<'c>>,
    /// Everyday and former names.
    pub aliases: Vec<&'c str>,
    /// `overlay` where an overlay gives answers of it: of the layer, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<&'static str>,
}

/// What AWS announced about the end of a mode.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ModeLifecycleRecord<'c> {
    /// The mode's id.
    pub mode: &'c str,
    /// The announcement.
    pub lifecycle: LifecycleRecord<'c>,
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
    pub sources: Vec<&'c str>,
}

impl<'c> LifecycleRecord<'c> {
    pub(crate) fn new(catalogue: &'c Catalogue, lifecycle: &'c Lifecycle) -> Self {
        Self {
            stage: lifecycle.stage,
            date: lifecycle.date,
            note: lifecycle.note.as_deref(),
            sources: catalogue.cited(&lifecycle.sources).map(|source| &*source.url).collect(),
        }
    }
}

impl<'c> ServiceRecord<'c> {
    /// The service's lifecycle and its modes', in a few words: `closed 2026-06-30`, `@advanced ending 2027-06-30`.
    pub(crate) fn lifecycles(&self) -> String {
        let of_modes = self.mode_lifecycles.iter().map(|own| format!("@{} {}", own.mode, own.lifecycle.words()));
        joined(self.lifecycle.as_ref().map(LifecycleRecord::words).into_iter().chain(of_modes))
    }

    /// The record of a service, with all its modes.
    pub(crate) fn new(catalogue: &'c Catalogue, service: &'c Service) -> Self {
        Self {
            service: &service.id,
            name: &service.name,
            category: service.category,
            basis: service.basis,
            modes: service.modes.iter().map(|mode| &*mode.id).collect(),
            part_of: service.part_of.as_deref(),
            lifecycle: service.lifecycle.as_ref().map(|lifecycle| LifecycleRecord::new(catalogue, lifecycle)),
            mode_lifecycles: service
                .modes
                .iter()
                .filter_map(|mode| {
                    let lifecycle = LifecycleRecord::new(catalogue, mode.lifecycle.as_ref()?);
                    Some(ModeLifecycleRecord { mode: &mode.id, lifecycle })
                })
                .collect(),
            aliases: service.aliases.iter().chain(&service.former_names).map(|name| &**name).collect(),
            origin: (!service.overlaid.is_empty()).then_some("overlay"),
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
    pub aws: Vec<&'c str>,
    /// The customer's duties.
    pub customer: Vec<&'c str>,
    /// NIST SP 800-53 Rev 5 control ids.
    pub controls: Vec<Control>,
    /// The pages.
    pub sources: Vec<SourceRecord<'c>>,
}

impl<'c> CategoryRecord<'c> {
    /// The record of a category.
    pub(crate) fn new(catalogue: &'c Catalogue, category: Category) -> Self {
        let info = catalogue.category(category);
        let split = |layer| {
            let answer = catalogue.default_split(category, layer);
            SplitRecord {
                layer,
                party: answer.split.party,
                aws: answer.split.aws.iter().map(|duty| &**duty).collect(),
                customer: answer.split.customer.iter().map(|duty| &**duty).collect(),
                controls: answer.controls(),
                sources: catalogue.cited(&answer.split.sources).map(SourceRecord::from).collect(),
            }
        };
        Self {
            category,
            name: &info.name,
            blurb: &info.blurb,
            note: &info.note,
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
    pub aliases: Vec<&'c str>,
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
    pub(crate) const fn each(self) -> [Party; 3] {
        [self.infrastructure, self.container, self.abstracted]
    }
}

impl<'c> LayerRecord<'c> {
    /// The record of a layer.
    pub(crate) fn new(catalogue: &'c Catalogue, layer: Layer) -> Self {
        let info = catalogue.layer(layer);
        let party = |category| catalogue.default_split(category, layer).split.party;
        Self {
            layer,
            name: &info.name,
            group: catalogue.group(layer),
            definition: &info.definition,
            aliases: info.aliases.iter().map(|alias| &**alias).collect(),
            defaults: Defaults {
                infrastructure: party(Category::Infrastructure),
                container: party(Category::Container),
                abstracted: party(Category::Abstracted),
            },
        }
    }
}
