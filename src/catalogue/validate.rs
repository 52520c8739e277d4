//! The rules that no single value can show: what belongs together in a split, references, completeness, names claimed twice.
//!
//! The same rules hold for the built-in catalogue and for an overlay.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::diagnostics::{Diagnostics, Place};
use super::load::{Data, Overlay, Places};
use super::model::{
    Basis, Category, Condition, Control, Controls, Duty, Id, IdentifierKind, Identifiers, Layer, Lifecycle, Mechanism,
    Mode, Name, Party, Service, SharedIdentifiers, Split, Splits,
};
use super::normalize;

/// Checks all of a `data/` folder.
pub(super) fn validate(data: &Data, places: &Places, diagnostics: &mut Diagnostics) {
    let references = References {
        sources: places.source_keys.keys().map(|key| &**key).collect(),
        services: data.services.keys().map(|id| &**id).chain(places.faulty_services.iter().map(|id| &**id)).collect(),
        controls: &data.controls,
    };
    let mut rules = Rules { references, diagnostics };
    if let Some(place) = &places.every_service {
        rules.splits(&data.general.every_service, &place.at("splits"), true);
    }
    for (category, info) in &data.general.categories {
        let Some(place) = places.categories.get(category) else { continue };
        rules.cited(&info.sources, &place.at("sources"));
        rules.splits(&info.splits, &place.at("splits"), false);
        for layer in Layer::ALL {
            if !info.splits.contains_key(layer) && !data.general.every_service.contains_key(layer) {
                let message = format!("nothing answers layer `{layer}`: neither this file nor every-service.yaml");
                rules.diagnostics.report(place, message);
            }
        }
    }
    for (id, service) in &data.services {
        if let Some(place) = places.services.get(id) {
            rules.service(service, place);
        }
    }
    if let Some(place) = &places.identifiers {
        rules.shared_identifiers(&data.general.identifiers, place);
    }
    check_claims(&data.services.values().collect::<Vec<_>>(), &data.general.identifiers, &places.services, diagnostics);
    check_layer_words(data, places, diagnostics);
    let missing = [
        ("layers.yaml", Layer::ALL.len() - data.general.layers.len(), "layers"),
        ("_category.yaml", Category::ALL.len() - places.categories.len(), "categories"),
        ("controls.yaml", Control::FAMILIES.len() - families_of(data, places), "families of controls"),
    ];
    for (file, count, what) in missing.into_iter().filter(|(_, count, _)| *count > 0) {
        let place = diagnostics.add_document(file, "");
        diagnostics.report(&place, format!("{count} {what} missing: they are closed sets"));
    }
}

/// How many families of controls there are, none of which is missing where the file is faulty.
fn families_of(data: &Data, places: &Places) -> usize {
    let families: BTreeSet<&str> = data.controls.keys().map(|control| control.family()).collect();
    if data.controls.is_empty() && places.controls.is_some() { Control::FAMILIES.len() } else { families.len() }
}

/// Checks what an overlay says over the services that were known.
pub(super) fn validate_overlay(
    overlay: &Overlay,
    known: &[&Service],
    known_sources: &BTreeSet<&str>,
    known_controls: &Controls,
    shared: &SharedIdentifiers,
    places: &Places,
    diagnostics: &mut Diagnostics,
) {
    let merged: BTreeMap<&Id, &Service> =
        known.iter().map(|service| (&service.id, *service)).chain(&overlay.services).collect();
    let references = References {
        sources: known_sources.iter().copied().chain(places.source_keys.keys().map(|key| &**key)).collect(),
        services: merged.keys().map(|id| &***id).chain(places.faulty_services.iter().map(|id| &**id)).collect(),
        controls: known_controls,
    };
    for (key, place) in places.source_keys.iter().filter(|(key, _)| known_sources.contains(&***key)) {
        let message = format!("`{key}` is a page of the built-in bibliography: give yours another key");
        diagnostics.report_shape(place, message);
    }
    let mut rules = Rules { references, diagnostics };
    if let Some(place) = &places.owners {
        for id in overlay.owners.services.keys() {
            rules.service_exists(id, &place.at("services").at(&**id));
        }
    }
    for (id, service) in &overlay.services {
        if let Some(place) = places.services.get(id) {
            rules.service(service, place);
        }
    }
    check_claims(&merged.into_values().collect::<Vec<_>>(), shared, &places.services, diagnostics);
}

/// What may be referred to.
struct References<'a> {
    sources: BTreeSet<&'a str>,
    services: BTreeSet<&'a str>,
    controls: &'a Controls,
}

struct Rules<'a> {
    references: References<'a>,
    diagnostics: &'a mut Diagnostics,
}

impl Rules<'_> {
    fn service(&mut self, service: &Service, place: &Place) {
        self.cited(&service.sources, &place.at("sources"));
        if service.sources.is_empty() {
            let message = "`sources` is empty: say which page, or which rule, puts the service into its category";
            self.diagnostics.report(&place.at("sources"), message);
        }
        if let Some(whole) = &service.part_of {
            if *whole == service.id {
                self.diagnostics.report(&place.at("part_of"), "a service is not a part of itself");
            }
            self.service_exists(whole, &place.at("part_of"));
        }
        self.lifecycle(service.lifecycle.as_ref(), &place.at("lifecycle"));
        for (field, names) in [("aliases", &service.aliases), ("former_names", &service.former_names)] {
            self.names(names, &place.at(field));
        }
        self.conditions(&service.when, &place.at("when"));
        self.splits(&service.splits, &place.at("splits"), false);
        for mode in &service.modes {
            self.mode(mode, &place.at("modes").at(&*mode.id));
        }
        self.bare_types(service, place);
        for layer in service.splits.keys() {
            if !service.modes.is_empty() && service.modes.iter().all(|mode| mode.splits.contains_key(layer)) {
                let message = format!(
                    "{layer}: no question reaches this split, because every mode has its own; move what it says to the modes"
                );
                self.diagnostics.report(&place.at("splits").at(layer.as_str()), message);
            }
        }
    }

    fn mode(&mut self, mode: &Mode, place: &Place) {
        self.cited(&mode.sources, &place.at("sources"));
        self.lifecycle(mode.lifecycle.as_ref(), &place.at("lifecycle"));
        self.conditions(&mode.when, &place.at("when"));
        self.splits(&mode.splits, &place.at("splits"), false);
    }

    /// A type alone reveals one mode, or leaves several of which its attributes tell which; then each of these names it.
    fn bare_types(&mut self, service: &Service, place: &Place) {
        let is_named = |mode: &Mode, name: &str, alone: bool| {
            mode.when.iter().any(|one| *one.r#type == *name && (!alone || one.attribute.is_none()))
        };
        for mode in &service.modes {
            for (item, condition) in mode.when.iter().enumerate().filter(|(_, one)| one.attribute.is_none()) {
                let name = &*condition.r#type;
                let others: Vec<_> = service.modes.iter().filter(|other| other.id != mode.id).collect();
                let named = others.iter().filter(|other| is_named(other, name, false));
                if let Some(other) = named.clone().find(|other| !is_named(other, name, true)) {
                    let message = format!(
                        "`{name}` alone reveals this mode, and mode `{}` names it with an attribute; add an `attribute` here, or \
                         `{{ type: {name} }}` there too, if a thing of this type may run in either",
                        other.id
                    );
                    self.diagnostics.report(&place.at("modes").at(&*mode.id).at("when").at(item), message);
                }
            }
        }
    }

    fn conditions(&mut self, conditions: &[Condition], place: &Place) {
        for (item, condition) in conditions.iter().enumerate() {
            if condition.attribute.is_none() && !condition.is.is_empty() {
                self.diagnostics.report(&place.at(item), "`is` needs the `attribute` that it is compared with");
            }
        }
    }

    fn names(&mut self, names: &[Name], place: &Place) {
        for (item, name) in names.iter().enumerate() {
            self.lifecycle(name.lifecycle.as_ref(), &place.at(item).at("lifecycle"));
        }
    }

    fn lifecycle(&mut self, lifecycle: Option<&Lifecycle>, place: &Place) {
        let Some(lifecycle) = lifecycle else { return };
        self.cited(&lifecycle.sources, &place.at("sources"));
        if lifecycle.sources.is_empty() {
            self.diagnostics.report(place, "lifecycle: `sources` is empty: no announcement, no lifecycle");
        }
    }

    fn splits(&mut self, splits: &Splits, place: &Place, of_every_service: bool) {
        for (layer, split) in splits {
            self.split(*layer, split, &place.at(layer.as_str()), of_every_service);
        }
    }

    fn split(&mut self, layer: Layer, split: &Split, place: &Place, of_every_service: bool) {
        self.cited(&split.sources, &place.at("sources"));
        let always = |duties: &[Duty]| duties.iter().any(|duty| duty.always);
        let mut faults: Vec<&str> = Vec::new();
        match split.party {
            Party::Aws if split.aws.is_empty() => faults.push("AWS holds it: `aws` must say what AWS does"),
            Party::Customer if split.customer.is_empty() => {
                faults.push("the customer holds it: `customer` must say what the customer does");
            }
            Party::Shared => {
                if split.aws.is_empty() || split.customer.is_empty() {
                    faults.push("shared means two duties: `aws` and `customer` must both say what that side does");
                }
                if split.sharing.is_none() {
                    faults.push("shared needs `sharing`: `dependent` (AWS's half waits for the customer's act) or `independent`");
                }
            }
            Party::ThirdParty if split.third_party.is_none() => faults.push("`third_party` must name the third party"),
            _ => {}
        }
        if split.party != Party::Shared && split.sharing.is_some() {
            faults.push("`sharing` belongs to a shared split only");
        }
        if split.sources.is_empty() {
            faults.push("`sources` is empty: every split rests on a page");
        }
        if !of_every_service && (always(&split.aws) || always(&split.customer)) {
            faults.push("`always` belongs in every-service.yaml only");
        }
        if always(split.duties(Party::ThirdParty)) {
            faults.push("`always` is for duties of AWS and the customer, not of a third party");
        }
        for fault in faults {
            self.diagnostics.report(place, format!("{layer}: {fault}"));
        }
        self.controls_exist(&split.controls, &place.at("controls"));
        let third_place = place.at("third_party").at("duties");
        let sides =
            [(Party::Aws, place.at("aws")), (Party::Customer, place.at("customer")), (Party::ThirdParty, third_place)];
        for (side, place) in sides {
            for (item, duty) in split.duties(side).iter().enumerate() {
                self.controls_exist(&duty.controls, &place.at(item).at("controls"));
            }
        }
        if let Some(mechanism) = split.mechanism {
            self.mechanism(mechanism, layer, split, &place.at("mechanism"));
        }
    }

    /// One mechanism, one party.
    fn mechanism(&mut self, mechanism: Mechanism, layer: Layer, split: &Split, place: &Place) {
        if !mechanism.layers().contains(&layer) {
            let layers = super::load::one_of(mechanism.layers().iter().map(|layer| layer.as_str()));
            self.diagnostics.report(place, format!("{layer}: `{mechanism}` is a mechanism of {layers} only"));
        }
        let (party, sharing) = mechanism.party();
        if (split.party, split.sharing) != (party, sharing) {
            let sharing = sharing.map_or_else(String::new, |sharing| format!(", {sharing}"));
            let message = format!("{layer}: the party of `{mechanism}` is {party}{sharing} in every service");
            self.diagnostics.report(place, message);
        }
        if mechanism == Mechanism::NotApplicable && (split.basis != Basis::Derived || split.note.is_none()) {
            let message = format!("{layer}: `{mechanism}` is `derived`, with a note that says so");
            self.diagnostics.report(place, message);
        }
    }

    fn cited(&mut self, sources: &[Id], place: &Place) {
        for (item, key) in sources.iter().enumerate() {
            if !self.references.sources.contains(&**key) && !self.diagnostics.is_full() {
                let near = did_you_mean(key, &self.references.sources);
                self.diagnostics.report(&place.at(item), format!("source `{key}` is not in the bibliography{near}"));
            }
        }
    }

    fn controls_exist(&mut self, controls: &[Control], place: &Place) {
        // Without the file everything would be unknown, and its absence is told once.
        if self.references.controls.is_empty() {
            return;
        }
        for (item, control) in controls.iter().enumerate() {
            if !self.references.controls.contains_key(control) && !self.diagnostics.is_full() {
                let near = normalize::nearest_controls(self.references.controls, &control.to_string(), 1);
                let near = near.first().map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                let message = format!("`{control}` is not a control of NIST SP 800-53 Rev 5: see controls.yaml{near}");
                self.diagnostics.report(&place.at(item), message);
            }
        }
    }

    fn service_exists(&mut self, id: &Id, place: &Place) {
        if !self.references.services.contains(&**id) && !self.diagnostics.is_full() {
            let near = did_you_mean(id, &self.references.services);
            self.diagnostics.report(place, format!("service `{id}` is not in the catalogue{near}"));
        }
    }

    fn shared_identifiers(&mut self, shared: &SharedIdentifiers, place: &Place) {
        for (item, identifier) in shared.ambiguous.iter().enumerate() {
            let place = place.at("ambiguous").at(item);
            if identifier.services.is_empty() {
                self.diagnostics.report(&place, "ambiguous: `services` is missing");
            }
            for (item, id) in identifier.services.iter().enumerate() {
                self.service_exists(id, &place.at("services").at(item));
            }
        }
        for (list, identifiers) in [("no_service", &shared.no_service), ("no_machine", &shared.no_machine)] {
            for (item, identifier) in identifiers.iter().enumerate() {
                if !identifier.services.is_empty() {
                    let message = format!("{list}: `services` belongs to `ambiguous`");
                    self.diagnostics.report(&place.at(list).at(item), message);
                }
            }
        }
    }
}

/// A word means one layer.
fn check_layer_words(data: &Data, places: &Places, diagnostics: &mut Diagnostics) {
    let Some(place) = &places.layers else { return };
    let mut first: HashMap<String, Layer> = HashMap::new();
    for (layer, info) in &data.general.layers {
        for word in info.words(*layer) {
            let before = *first.entry(normalize::normalize_word(word)).or_insert(*layer);
            if before != *layer {
                let place = place.at("layers").at(layer.as_str());
                diagnostics
                    .report(&place, format!("`{word}` is a word for `{before}` already: a word means one layer"));
            }
        }
    }
}

fn did_you_mean(wanted: &str, known: &BTreeSet<&str>) -> String {
    let near = normalize::nearest(wanted, known.iter().copied(), 1);
    near.first().map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// A name or identifier that a service claims.
struct Claim<'a> {
    kind: IdentifierKind,
    name: String,
    service: &'a Id,
    place: Place,
}

/// Every name and identifier that a service claims.
fn claims<'a>(service: &'a Service, place: Option<&Place>) -> Vec<Claim<'a>> {
    let mut all: Vec<Claim<'a>> = Vec::new();
    // In the built-in catalogue beneath an overlay, no place is finer than the whole.
    let at = |steps: &[super::diagnostics::Step]| {
        place.map_or(Place::BUILT_IN, |place| steps.iter().fold(place.clone(), |place, step| place.at(step.clone())))
    };
    let mut claim = |kind, name: &str, place: Place| {
        all.push(Claim { kind, name: name.to_owned(), service: &service.id, place });
    };
    claim(IdentifierKind::Name, &service.id, at(&[]));
    claim(IdentifierKind::Name, &service.name, at(&["name".into()]));
    if let Some(short) = &service.short {
        claim(IdentifierKind::Name, short, at(&["short".into()]));
    }
    for (field, names) in [("aliases", &service.aliases), ("former_names", &service.former_names)] {
        for (item, name) in names.iter().enumerate() {
            claim(IdentifierKind::Name, name, at(&[field.into(), item.into()]));
        }
    }
    for mode in &service.modes {
        for name in normalize::mode_names(service, mode) {
            claim(IdentifierKind::Name, &name, at(&["modes".into(), (&*mode.id).into()]));
        }
    }
    for (kind, field) in Identifiers::KINDS {
        for (item, name) in service.identifiers.of(*kind).iter().enumerate() {
            claim(*kind, name, at(&["identifiers".into(), (*field).into(), item.into()]));
        }
    }
    all
}

/// Two services that claim one identifier of one kind, or one everyday word.
fn check_claims(
    services: &[&Service],
    shared: &SharedIdentifiers,
    places: &BTreeMap<Id, Place>,
    diagnostics: &mut Diagnostics,
) {
    let excused: BTreeSet<(IdentifierKind, String)> = shared
        .ambiguous
        .iter()
        .chain(&shared.no_service)
        .map(|one| (one.kind, normalize::index_key(one.kind, &one.name)))
        .collect();
    // The built-in catalogue's claims come first: what an overlay claims too is the overlay's fault.
    let mut all: Vec<Claim<'_>> =
        services.iter().flat_map(|service| claims(service, places.get(&service.id))).collect();
    all.sort_by_key(|claim| claim.place.document.is_some());
    let mut first: HashMap<(IdentifierKind, String), &Claim<'_>> = HashMap::new();
    for claim in &all {
        let keys = normalize::index_keys(claim.kind, &claim.name);
        if keys.is_empty() {
            diagnostics.report(&claim.place, format!("`{}` has no letter or digit to be found by", claim.name));
        }
        for key in keys.into_iter().filter(|key| !excused.contains(key)) {
            let kind = key.0;
            let before = *first.entry(key).or_insert(claim);
            if before.service != claim.service {
                let file = diagnostics.file(&before.place).to_owned();
                let advice = match before.place.document {
                    None => "choose another",
                    Some(_) => "if both are right, say so in identifiers.yaml with the reason",
                };
                let message =
                    format!("`{}` ({kind}) is claimed by `{}` already ({file}); {advice}", claim.name, before.service);
                diagnostics.report(&claim.place, message);
            }
        }
    }
    check_namespaces(&all, &first, diagnostics);
}

/// A namespace is one service's or nobody's: otherwise a new type in it would silently go to the wrong one.
fn check_namespaces(
    all: &[Claim<'_>],
    first: &HashMap<(IdentifierKind, String), &Claim<'_>>,
    diagnostics: &mut Diagnostics,
) {
    for claim in all.iter().filter(|claim| claim.kind == IdentifierKind::Cloudformation) {
        let Some((namespace, _)) = claim.name.rsplit_once("::").filter(|(left, _)| left.contains("::")) else {
            continue;
        };
        let key = (claim.kind, normalize::index_key(claim.kind, namespace));
        let Some(whole) = first.get(&key).filter(|whole| whole.service != claim.service) else { continue };
        let file = |claim: &Claim<'_>| diagnostics.file(&claim.place).to_owned();
        // Nobody can correct the built-in catalogue from an overlay: the fault is the other's.
        let (place, message) = if claim.place.document.is_none() {
            (&whole.place, format!("types in `{namespace}` are others' ({}): list your own instead", file(claim)))
        } else if whole.place.document.is_none() {
            let message = format!(
                "`{namespace}` and all types in it are `{}`'s ({}); choose another",
                whole.service,
                file(whole)
            );
            (&claim.place, message)
        } else {
            let message = format!(
                "`{namespace}` is claimed whole by `{}` ({}): there, list its types instead",
                whole.service,
                file(whole)
            );
            (&claim.place, message)
        };
        diagnostics.report(place, message);
    }
}
