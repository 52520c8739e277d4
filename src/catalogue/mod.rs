//! What is known: the built-in catalogue, overlays on top of it, and the look-ups that read them.
//!
//! `model.rs` has the structs that the files of `data/` are. `load.rs` reads them, `validate.rs` checks what no single value
//! can show, `diagnostics.rs` tells what is wrong and where. `embedded.rs` is the compiled-in form, decoded service
//! by service. `normalize.rs`, `index.rs` and `resolve.rs` find a service by any name.

mod diagnostics;
mod embedded;
mod index;
pub mod load;
pub mod model;
pub mod normalize;
pub mod resolve;
mod validate;

use std::collections::BTreeSet;
use std::fmt;

pub use diagnostics::Diagnostic;
use diagnostics::Diagnostics;
pub use embedded::Table;
use embedded::{General, Lazy};
use index::Index;
use load::{Data, File};
use model::{
    Basis, Category, CategoryInfo, Control, ControlInfo, Controls, Date, Duty, Id, Layer, LayerInfo, Mode, Owners,
    Party, Service, SharedIdentifiers, Source, Split, Splits, words,
};
use resolve::Suggestions;

words! {
    /// The level whose split answers for a layer: the most specific one that speaks.
    Rule ("rule") {
        /// The mode's own split.
        Mode = "mode",
        /// The service's own split.
        Service = "service",
        /// The default of the service's (or mode's) category.
        Category = "category",
        /// What holds for every service.
        EveryService = "every-service",
    }
}

words! {
    /// Where a layer stands between the two sides. Follows from the three categories' defaults.
    Group ("group") {
        /// AWS holds it in every category.
        OfTheCloud = "of the cloud",
        /// It moves with the category.
        Moves = "moves",
        /// The customer holds it in every category.
        InTheCloud = "in the cloud",
    }
}

/// Who secures what: the built-in catalogue, or one with overlays on top.
#[derive(Debug)]
pub struct Catalogue {
    date: Date,
    general: Lazy<General>,
    controls: Lazy<Controls>,
    owners: Owners,
    services: Table<Service>,
    sources: Table<Source>,
    index: Index,
    suggestions: Suggestions,
}

/// The split that answers for a layer, and the level at which it stands.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Answer<'c> {
    /// The layer.
    pub layer: Layer,
    /// The split.
    pub split: &'c Split,
    /// The most specific level that speaks.
    pub rule: Rule,
    /// Whether a page says it about this service.
    pub basis: Basis,
    /// Whether an overlay changed it.
    pub is_overlaid: bool,
}

impl<'c> Answer<'c> {
    /// Whether the customer has at least one duty: `mine` on the command line.
    #[must_use]
    pub fn is_mine(&self) -> bool {
        self.duties(Party::Customer).next().is_some()
    }

    /// The duties of one side, without those that hold whatever a service says: of AWS, of the customer, or of the third
    /// party. A shared layer has no side of its own.
    pub fn duties(&self, side: Party) -> impl Iterator<Item = &'c Duty> + use<'c> {
        self.split.duties(side).iter().filter(|duty| !duty.always)
    }

    /// Every control on which the layer bears: the split's, and those of its duties.
    #[must_use]
    pub fn controls(&self) -> Vec<Control> {
        let mut controls = self.split.controls.clone();
        for duty in [Party::Aws, Party::Customer, Party::ThirdParty].into_iter().flat_map(|side| self.duties(side)) {
            controls.extend(duty.controls.iter().filter(|own| !controls.contains(own)).collect::<Vec<_>>());
        }
        controls
    }

    /// The controls on which one of its duties bears.
    #[must_use]
    pub fn controls_of(&self, duty: &'c Duty) -> &'c [Control] {
        if duty.controls.is_empty() { &self.split.controls } else { &duty.controls }
    }
}

/// A duty that holds whatever a service says about its layer, and whose it is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AlwaysDuty<'c> {
    /// Whose duty: `aws` or `customer`.
    pub party: Party,
    /// The duty.
    pub duty: &'c Duty,
}

/// Why a text is not a control.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownControl {
    /// The text.
    pub text: String,
    /// The controls that are written most like it, the nearest first.
    pub nearest: Vec<Control>,
}

impl fmt::Display for UnknownControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not among the controls of NIST SP 800-53 Rev {}, without those that it withdrew",
            self.text,
            Control::RELEASE
        )?;
        let near: Vec<String> = self.nearest.iter().map(|near| format!("`{near}`")).collect();
        if near.is_empty() { Ok(()) } else { write!(f, "; did you mean {}?", near.join(" or ")) }
    }
}

impl std::error::Error for UnknownControl {}

/// What the build script made of `data/`.
static EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.bin"));

impl Catalogue {
    /// The catalogue that is built into this crate. Services and sources are decoded when they are asked for.
    ///
    /// # Panics
    ///
    /// Never: the build script wrote what is decoded here.
    #[must_use]
    pub fn built_in() -> Self {
        let embedded: embedded::Embedded<'static> =
            postcard::from_bytes(EMBEDDED).expect("written by the build script");
        Self {
            date: embedded.date,
            general: Lazy::embedded(embedded.general, embedded.symbols),
            controls: Lazy::embedded(embedded.controls, embedded.symbols),
            owners: Owners::default(),
            services: Table::embedded(embedded.services),
            sources: Table::embedded(embedded.sources),
            index: Index::new(embedded.index.keys, embedded.index.targets),
            suggestions: Suggestions::default(),
        }
    }

    /// The catalogue of the files of a `data/` folder.
    ///
    /// # Errors
    ///
    /// Every fault, sorted by file and line.
    pub fn from_files(files: &[File]) -> Result<Self, Vec<Diagnostic>> {
        let data = load::load(files)?;
        let services: Vec<&Service> = data.services.values().collect();
        let (keys, targets) = Index::build(&services, &data.general)
            .map_err(|error| vec![Diagnostic::new("data", 1, error.to_string())])?;
        let newest = data.date();
        let Data { general, controls, sources, services } = data;
        Ok(Self {
            date: newest,
            general: general.into(),
            controls: controls.into(),
            owners: Owners::default(),
            services: services.into(),
            sources: sources.into(),
            index: Index::new(keys, targets),
            suggestions: Suggestions::default(),
        })
    }

    /// This catalogue with the overlay `text` on top; `file` is what faults call it.
    ///
    /// # Errors
    ///
    /// Every fault of the overlay, sorted by line.
    pub fn with_overlay(mut self, file: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut overlay = self.read_overlay(file, text)?;
        for service in overlay.services.values_mut() {
            service.overlaid = self.changed(service);
        }
        self.services = self.services.with(overlay.services);
        self.sources = self.sources.with(overlay.sources);
        let Owners { default, layers, services } = overlay.owners;
        self.owners.default = default.or(self.owners.default);
        self.owners.layers.extend(layers);
        self.owners.services.extend(services);
        let services: Vec<&Service> = self.services.iter().collect();
        let (keys, targets) = Index::build(&services, self.general.get())
            .map_err(|error| vec![Diagnostic::new(file, 1, error.to_string())])?;
        self.index = Index::new(keys, targets);
        self.suggestions = Suggestions::default();
        Ok(self)
    }

    /// The faults of the overlay `text` over this catalogue, sorted by line.
    #[must_use]
    pub fn check_overlay(&self, file: &str, text: &str) -> Vec<Diagnostic> {
        self.read_overlay(file, text).err().unwrap_or_default()
    }

    fn read_overlay(&self, file: &str, text: &str) -> Result<load::Overlay, Vec<Diagnostic>> {
        let mut diagnostics = Diagnostics::default();
        let (overlay, places) = load::read_overlay(file, text, &|id| self.services.get(id), &mut diagnostics);
        let known: Vec<&Service> = self.services.iter().collect();
        let sources: BTreeSet<&str> = self.sources.iter().map(|source| &*source.id).collect();
        validate::validate_overlay(
            &overlay,
            &known,
            &sources,
            self.controls(),
            &self.general.get().identifiers,
            &places,
            &mut diagnostics,
        );
        if diagnostics.is_empty() { Ok(overlay) } else { Err(diagnostics.finish()) }
    }

    /// The answers of a service that an overlay changes, and those that an earlier overlay had changed.
    fn changed(&self, service: &Service) -> BTreeSet<(Option<Id>, Layer)> {
        let known = self.services.get(&service.id);
        let mut changed = known.map_or_else(BTreeSet::new, |known| known.overlaid.clone());
        for mode in service.variants() {
            // A mode that the service did not have has no answers from before.
            let before = known.and_then(|known| match mode {
                Some(mode) => known.mode(&mode.id).map(|mode| (known, Some(mode))),
                None => known.modes.is_empty().then_some((known, None)),
            });
            let is_same_service = before.is_some_and(|(known, before)| said(known, before) == said(service, mode));
            for layer in Layer::ALL {
                let after = self.split(service, mode, *layer);
                let is_same = before.is_some_and(|(known, before)| {
                    let before = self.split(known, before, *layer);
                    (before.split, before.rule) == (after.split, after.rule)
                        && is_same_service
                        && known.checks.get(layer) == service.checks.get(layer)
                });
                if !is_same {
                    changed.insert((mode.map(|mode| mode.id.clone()), *layer));
                }
            }
        }
        changed
    }

    /// The day of the newest source that was read.
    #[must_use]
    pub const fn date(&self) -> Date {
        self.date
    }

    /// The services, by id.
    #[must_use]
    pub const fn services(&self) -> &Table<Service> {
        &self.services
    }

    /// The service with this id.
    #[must_use]
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.services.get(id)
    }

    /// The bibliography, by key.
    #[must_use]
    pub const fn sources(&self) -> &Table<Source> {
        &self.sources
    }

    /// The sources with these keys.
    pub fn cited<'c>(&'c self, keys: impl IntoIterator<Item = &'c Id>) -> impl Iterator<Item = &'c Source> {
        keys.into_iter().filter_map(|key| self.sources.get(key))
    }

    /// The controls of NIST SP 800-53 Rev 5, family by family.
    #[must_use]
    pub fn controls(&self) -> &Controls {
        self.controls.get()
    }

    /// What NIST says of a control; none where NIST has no such control.
    #[must_use]
    pub fn control(&self, control: Control) -> Option<&ControlInfo> {
        self.controls().get(&control)
    }

    /// The control that people mean by `text`, in whatever way they write it: `AC-02`, `ac-2.3`, `AC-2 (1)`.
    ///
    /// # Errors
    ///
    /// A text that has not the shape of a control, or stands for none that NIST has, with the nearest ones.
    pub fn find_control(&self, text: &str) -> Result<Control, UnknownControl> {
        let found = Control::from_spelling(text).filter(|control| self.control(*control).is_some());
        found.ok_or_else(|| UnknownControl {
            text: text.to_owned(),
            nearest: normalize::nearest_controls(self.controls(), text, 3),
        })
    }

    /// The identifiers that name several services, or none.
    #[must_use]
    pub fn shared_identifiers(&self) -> &SharedIdentifiers {
        &self.general.get().identifiers
    }

    /// The splits that hold for every service.
    #[must_use]
    pub fn every_service(&self) -> &Splits {
        &self.general.get().every_service
    }

    /// The words about a layer.
    ///
    /// # Panics
    ///
    /// Never: a catalogue that leaves a layer out is not loaded.
    #[must_use]
    pub fn layer(&self, layer: Layer) -> &LayerInfo {
        &self.general.get().layers[&layer]
    }

    /// The words about a category.
    ///
    /// # Panics
    ///
    /// Never: a catalogue that leaves a category out is not loaded.
    #[must_use]
    pub fn category(&self, category: Category) -> &CategoryInfo {
        &self.general.get().categories[&category]
    }

    /// The layer that people call `word`: its id, its name or an alias, whatever the case, spaces and hyphens.
    #[must_use]
    pub fn find_layer(&self, word: &str) -> Option<Layer> {
        self.index.layer(&normalize::normalize_word(word))
    }

    /// What holds for a layer of a category when no service is named.
    ///
    /// # Panics
    ///
    /// Never: a catalogue that leaves a layer unanswered is not loaded.
    #[must_use]
    pub fn default_split(&self, category: Category, layer: Layer) -> Answer<'_> {
        let (split, rule) = match self.category(category).splits.get(&layer) {
            Some(split) => (split, Rule::Category),
            None => (&self.every_service()[&layer], Rule::EveryService),
        };
        Answer { layer, split, rule, basis: Basis::Derived, is_overlaid: false }
    }

    /// Who secures `layer` of `service` in `mode`. One rule: the split of the most specific level that speaks is used whole.
    ///
    /// Without a mode it answers for a service that has none. For one that has modes that is no answer, only what its modes fall
    /// back to, which may hold in none of them: ask for each of its [`variants`](Service::variants).
    #[must_use]
    pub fn split<'c>(&'c self, service: &'c Service, mode: Option<&'c Mode>, layer: Layer) -> Answer<'c> {
        let own = |splits: &'c Splits, rule| {
            let split = splits.get(&layer)?;
            Some(Answer { layer, split, rule, basis: split.basis, is_overlaid: false })
        };
        let answer = mode
            .and_then(|mode| own(&mode.splits, Rule::Mode))
            .or_else(|| own(&service.splits, Rule::Service))
            .unwrap_or_else(|| self.default_split(category(service, mode), layer));
        let is_overlaid =
            !service.overlaid.is_empty() && service.overlaid.contains(&(mode.map(|mode| mode.id.clone()), layer));
        Answer { is_overlaid, ..answer }
    }

    /// The duties that hold in a layer whatever a service says about it.
    pub fn always(&self, layer: Layer) -> impl Iterator<Item = AlwaysDuty<'_>> {
        let sides = self
            .every_service()
            .get(&layer)
            .into_iter()
            .flat_map(|split| [(Party::Aws, &split.aws), (Party::Customer, &split.customer)]);
        sides
            .flat_map(|(party, duties)| duties.iter().map(move |duty| AlwaysDuty { party, duty }))
            .filter(|always| always.duty.always)
    }

    /// The controls on which a duty of [`Catalogue::always`] bears: its own, else those of what holds for every service.
    #[must_use]
    pub fn controls_of_always<'c>(&'c self, layer: Layer, duty: &'c Duty) -> &'c [Control] {
        let own = || self.every_service().get(&layer).map_or(&[][..], |split| &split.controls);
        if duty.controls.is_empty() { own() } else { &duty.controls }
    }

    /// Where a layer stands between the two sides, read off the categories' defaults.
    #[must_use]
    pub fn group(&self, layer: Layer) -> Group {
        let mut parties = Category::ALL.iter().map(|&category| self.default_split(category, layer).split.party);
        match parties.next() {
            Some(Party::Aws) if parties.all(|party| party == Party::Aws) => Group::OfTheCloud,
            Some(Party::Customer) if parties.all(|party| party == Party::Customer) => Group::InTheCloud,
            _ => Group::Moves,
        }
    }

    /// The layers, bottom to top within each group.
    #[must_use]
    pub fn grouped(&self) -> Vec<Layer> {
        let of = |group| Layer::ALL.iter().copied().filter(move |layer| self.group(*layer) == group);
        Group::ALL.iter().copied().flat_map(of).collect()
    }

    /// The layers top to bottom as everyone draws them: what is the customer's above, facilities below.
    #[must_use]
    pub fn drawn(&self) -> Vec<Layer> {
        let mut layers = self.grouped();
        layers.reverse();
        layers
    }

    /// The customer's teams that overlays name, each once.
    #[must_use]
    pub fn teams(&self) -> Vec<&str> {
        let Owners { default, layers, services } = &self.owners;
        let all: BTreeSet<&str> =
            default.iter().chain(layers.values()).chain(services.values()).map(|team| &**team).collect();
        all.into_iter().collect()
    }

    /// The customer's team that holds the customer's side, where an overlay says so.
    #[must_use]
    pub fn team(&self, service: &Service, layer: Layer) -> Option<&str> {
        let Owners { default, layers, services } = &self.owners;
        services.get(&service.id).or_else(|| layers.get(&layer)).or(default.as_ref()).map(|team| &**team)
    }
}

/// The category whose defaults hold: the mode's, where it names one, else the service's.
#[must_use]
pub fn category(service: &Service, mode: Option<&Mode>) -> Category {
    mode.and_then(|mode| mode.category).unwrap_or(service.category)
}

/// What every answer of a service in a mode says of these themselves.
fn said<'c>(service: &'c Service, mode: Option<&'c Mode>) -> impl PartialEq + use<'c> {
    let of_service = (&service.name, &service.short, &service.lifecycle, service.reviewed);
    (category(service, mode), of_service, mode.map(|mode| (&mode.name, &mode.lifecycle)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "sources:\n  page: { title: A page, url: \"https://example.org/\", checked: 2026-01-01 }\n";

    /// The built-in catalogue with overlays on top, each given without its page.
    fn overlaid(texts: &[&str]) -> Catalogue {
        texts.iter().enumerate().fold(Catalogue::built_in(), |catalogue, (place, text)| {
            let text =
                PAGE.replace("page:", &format!("page-{place}:")) + &text.replace("[page]", &format!("[page-{place}]"));
            catalogue.with_overlay("overlay.yaml", &text).expect("an overlay without faults")
        })
    }

    /// The answers of a service that an overlay changed: by the mode, how many layers.
    fn changed(catalogue: &Catalogue, id: &str) -> Vec<(String, usize)> {
        let service = catalogue.service(id).expect("the service is there");
        let count =
            |mode| Layer::ALL.iter().filter(|layer| catalogue.split(service, mode, **layer).is_overlaid).count();
        let counts =
            service.variants().into_iter().map(|mode| (mode.map_or("", |mode| &*mode.id).to_owned(), count(mode)));
        counts.filter(|(_, count)| *count > 0).collect()
    }

    #[test]
    fn whatever_an_answer_says_of_its_service_counts_as_changed() {
        let all = Layer::ALL.len();
        for fields in [
            "lifecycle: { stage: ended, date: 2020-01-01, sources: [page] }",
            "reviewed: 2026-01-01",
            "name: Our Queues",
        ] {
            let catalogue = overlaid(&[&format!("services:\n  sqs: {{ {fields} }}\n")]);
            assert_eq!(changed(&catalogue, "sqs"), [(String::new(), all)], "{fields}");
        }
        // What no answer shows changes none.
        let catalogue = overlaid(&["services:\n  sqs: { aliases: [our queues] }\n"]);
        assert_eq!(changed(&catalogue, "sqs"), []);
        for fields in ["lifecycle: { stage: ended, date: 2020-01-01, sources: [page] }", "name: Our images"] {
            let text = format!("services:\n  lambda: {{ modes: {{ container-image: {{ {fields} }} }} }}\n");
            assert_eq!(changed(&overlaid(&[&text]), "lambda"), [("container-image".to_owned(), all)], "{fields}");
        }
    }

    #[test]
    fn teams_of_several_overlays_hold_side_by_side() {
        let catalogue = overlaid(&[
            "owners: { default: first, layers: { guest-os: first os }, services: { rds: first rds, s3: first s3 } }\n",
            "owners: { layers: { platform: second platform }, services: { rds: second rds } }\n",
            "services: { sqs: { aliases: [our queues] } }\n",
        ]);
        let team = |id, layer| catalogue.team(catalogue.service(id).expect("the service is there"), layer);
        for (id, layer, wanted) in [
            ("rds", Layer::Platform, "second rds"),
            ("s3", Layer::Platform, "first s3"),
            ("ec2", Layer::Platform, "second platform"),
            ("ec2", Layer::GuestOs, "first os"),
            ("ec2", Layer::Application, "first"),
        ] {
            assert_eq!(team(id, layer), Some(wanted), "{id} {layer}");
        }
        let catalogue = overlaid(&["owners: { default: first }\n", "owners: { default: second }\n"]);
        assert_eq!(catalogue.team(catalogue.service("s3").expect("s3 is there"), Layer::Platform), Some("second"));
    }

    #[test]
    fn a_third_party_has_no_duty_that_always_holds() {
        let split = |duty| {
            format!(
                "{PAGE}services:\n  sqs:\n    splits:\n      platform:\n        party: third-party\n        sources: [page]\n        \
                 third_party: {{ name: Acme, duties: [{duty}] }}\n"
            )
        };
        let faults = |duty| Catalogue::built_in().check_overlay("overlay.yaml", &split(duty));
        assert_eq!(faults("Run the queues."), []);
        let told = faults("{ do: Run the queues., always: true }");
        let wanted = "platform: `always` is for duties of AWS and the customer, not of a third party";
        assert_eq!(told.iter().map(|fault| (fault.line, &*fault.message)).collect::<Vec<_>>(), [(6, wanted)]);
    }
}
