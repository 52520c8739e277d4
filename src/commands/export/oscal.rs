//! An OSCAL component definition, version 1.2.1: one component a service and mode, and one for each rule that checks it.
//!
//! OSCAL has no field for who is responsible. So it is said twice in what there is: as the roles of a requirement, and as
//! properties in a namespace of our own, which hold all that is known about a layer (their group is the layer). A control
//! is answered by one requirement, however many layers bear on it: tools key what they read by component and control, and
//! of several they keep the last.
//!
//! What AWS publishes about its services in OSCAL is met in its own forms: the property `service-id`, Security Hub's
//! controls as requirements under AWS's catalogue of them, rules as software whose asset type is an automated inspection.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Answered;
use crate::catalogue::model::{Check, CheckProvider, Control, Id, IdentifierKind, Layer, Party, Service};
use crate::catalogue::{Catalogue, category};
use crate::commands::records::{AnswerRecord, SourceRecord};
use crate::commands::telling::{joined, party_word};
use crate::render::tame;

/// The version of OSCAL that is written. No validator looks at it, so a test of ours does.
const VERSION: &str = "1.2.1";
/// The namespace of our properties, which is also the root of every UUID: it stays, wherever the project may move.
const NAMESPACE: &str = "https://github.com/whose-cli/whose";
/// AWS's namespace for its own properties.
const AWS_NAMESPACE: &str = "http://aws.amazon.com/ns/oscal";
/// NIST's catalogue of SP 800-53 Rev 5.
const NIST: &str = "https://raw.githubusercontent.com/usnistgov/oscal-content/main/nist.gov/SP800-53/rev5/json/NIST_SP-800-53_rev5_catalog.json";
/// AWS's catalogue of Security Hub's controls.
const SECURITY_HUB: &str = "https://raw.githubusercontent.com/awslabs/oscal-content-for-aws-services/main/catalogs/aws_security-hub.oscal.json";
/// Who holds the role of the provider.
const PROVIDER: &str = "Amazon Web Services";

pub(super) fn write(catalogue: &Catalogue, answered: &[Answered<'_>]) -> anyhow::Result<String> {
    let root = Uuid::new_v5(&Uuid::NAMESPACE_URL, NAMESPACE.as_bytes());
    let mut book = Book { catalogue, root, resources: Map::new(), parties: Map::new(), rules: Checks::new() };
    let provider = book.party(PROVIDER);
    // One after the other: as one tree, the whole catalogue takes hundreds of megabytes.
    let mut components = Vec::new();
    for one in answered {
        components.push(serde_json::to_string(&book.service(one))?);
    }
    for proofs in book.rules.values() {
        components.push(serde_json::to_string(&book.rule(proofs))?);
    }
    let components = components.join(",");
    let uuid = Uuid::new_v5(&root, components.as_bytes());
    let metadata = serde_json::to_string(&metadata(catalogue, &provider, listed(book.parties)))?;
    let resources = serde_json::to_string(&listed(book.resources))?;
    // Without indentation, for only programs read so much of it.
    Ok(format!(
        r#"{{"component-definition":{{"uuid":"{uuid}","metadata":{metadata},"components":[{components}],"back-matter":{{"resources":{resources}}}}}}}"#
    ) + "\n")
}

fn metadata(catalogue: &Catalogue, provider: &str, parties: Vec<Value>) -> Value {
    let mut metadata = json!({
        "title": "Who secures what on AWS: responsibilities by service and layer",
        "last-modified": format!("{}T00:00:00Z", catalogue.date()),
        "version": catalogue.date(),
        "oscal-version": VERSION,
        "links": [link(NAMESPACE)],
        "roles": [
            { "id": "provider", "title": "AWS" },
            { "id": "customer", "title": "The customer of AWS" },
            { "id": "third-party", "title": "A third party that runs a part of the service" },
        ],
        "responsible-parties": [{ "role-id": "provider", "party-uuids": [provider] }],
        "remarks": "Made by whose from the pages that are its resources. It says who is responsible for what; it does not say \
            that anything is implemented.",
    });
    put(&mut metadata, "parties", parties);
    metadata
}

/// What the components refer to, gathered while they are made.
struct Book<'c> {
    catalogue: &'c Catalogue,
    root: Uuid,
    /// The pages, by UUID.
    resources: Map<String, Value>,
    /// Third parties and the customer's teams, by UUID.
    parties: Map<String, Value>,
    /// The checks that are components of their own.
    rules: Checks<'c>,
}

/// Checks with the services of which they prove a duty.
type Checks<'c> = BTreeMap<(CheckProvider, &'c str), Vec<Proof<'c>>>;

/// A check, and the layer of a service whose duties it proves a part of.
#[derive(Clone, Copy)]
struct Proof<'c> {
    service: &'c Service,
    layer: Layer,
    provider: CheckProvider,
    check: &'c Check,
}

fn property(name: &str, value: &str) -> Value {
    json!({ "name": name, "ns": NAMESPACE, "value": tame(value) })
}

fn link(href: &str) -> Value {
    json!({ "href": href, "rel": "reference" })
}

/// The values of a map, in the order in which they came.
fn listed(map: Map<String, Value>) -> Vec<Value> {
    map.into_iter().map(|(_, value)| value).collect()
}

/// A property of one layer.
fn of_layer(record: &AnswerRecord<'_>, name: &str, value: &str) -> Value {
    json!({ "name": name, "ns": NAMESPACE, "group": record.layer, "value": value })
}

/// Puts a list into an object; OSCAL knows no empty ones.
fn put(object: &mut Value, name: &str, list: Vec<Value>) {
    if !list.is_empty() {
        object[name] = list.into();
    }
}

/// The duties by the role that must carry them out.
fn sides<'c>(record: &AnswerRecord<'c>) -> impl Iterator<Item = (&'static str, &'c str, Vec<&'c str>)> + use<'c> {
    let third = record.third_party.as_ref().map(|third| ("third-party", third.name, third.duties.clone()));
    [Some(("provider", "AWS", record.aws.clone())), Some(("customer", "Customer", record.customer.clone())), third]
        .into_iter()
        .flatten()
        .filter(|(_, _, duties)| !duties.is_empty())
}

impl<'c> Book<'c> {
    /// The UUID of what `path` names: the same in every export.
    fn id(&self, path: &[&str]) -> String {
        Uuid::new_v5(&self.root, path.join("\n").as_bytes()).to_string()
    }

    /// The UUID of a party, which is declared with the document.
    fn party(&mut self, name: &str) -> String {
        let name = tame(name);
        let uuid = self.id(&["party", &name]);
        self.parties.insert(uuid.clone(), json!({ "uuid": uuid, "type": "organization", "name": name }));
        uuid
    }

    /// Links to pages, which become resources of the document.
    fn links(&mut self, sources: &mut dyn Iterator<Item = SourceRecord<'c>>) -> Vec<Value> {
        let mut links = Map::new();
        for source in sources {
            let uuid = self.id(&["source", source.id]);
            if !self.resources.contains_key(&uuid) {
                let resource = json!({
                    "uuid": uuid,
                    "title": source.title,
                    "props": [property("checked", &source.checked.to_string())],
                    "rlinks": [{ "href": source.url }],
                });
                self.resources.insert(uuid.clone(), resource);
            }
            let link = link(&format!("#{uuid}"));
            links.insert(uuid, link);
        }
        listed(links)
    }

    fn service(&mut self, one: &Answered<'c>) -> Value {
        let (own, title) = (one.id(), tame(&one.title()).into_owned());
        let category = category(one.service, one.mode);
        let records = one.records(self.catalogue);
        let mut properties: Vec<Value> = one
            .service
            .identifiers
            .of(IdentifierKind::ServiceId)
            .iter()
            .map(|name| json!({ "name": "service-id", "ns": AWS_NAMESPACE, "value": &**name }))
            .collect();
        properties.push(property("service", &one.service.id));
        properties.extend(one.mode.map(|mode| property("mode", &mode.id)));
        properties.push(property("category", category.as_str()));
        for record in &records {
            let mut responsibility = of_layer(record, "responsibility", record.party.as_str());
            if let Some(note) = record.note {
                responsibility["remarks"] = note.into();
            }
            properties.push(responsibility);
            properties.extend(record.sharing.map(|sharing| of_layer(record, "sharing", sharing.as_str())));
            properties.push(of_layer(record, "basis", record.basis.as_str()));
            for (role, _, duties) in sides(record) {
                properties.extend(duties.into_iter().map(|duty| {
                    let mut property = of_layer(record, "duty", duty);
                    property["class"] = role.into();
                    property
                }));
            }
        }
        let blurb = &self.catalogue.category(category).blurb;
        let mut component = json!({
            "uuid": self.id(&[&own]),
            "type": "service",
            "title": title,
            "description": format!("Who secures {title}, layer by layer. {blurb}"),
        });
        put(&mut component, "props", properties);
        let keys: [&[Id]; 2] = [&one.service.sources, one.mode.map_or(&[], |mode| &mode.sources)];
        let catalogue = self.catalogue;
        let pages = keys.into_iter().flat_map(|keys| catalogue.cited(keys)).map(SourceRecord::from);
        // A layer that bears on no control has its pages here.
        let alone =
            records.iter().filter(|record| record.controls.is_empty()).flat_map(|record| record.sources.clone());
        put(&mut component, "links", self.links(&mut pages.chain(alone)));
        let implementations = [self.controls(&own, &records), self.security_hub(&own, one.service)];
        put(&mut component, "control-implementations", implementations.into_iter().flatten().collect());
        component
    }

    /// NIST's controls on which the layers bear.
    fn controls(&mut self, own: &str, records: &[AnswerRecord<'c>]) -> Option<Value> {
        let mut by_control: BTreeMap<Control, Vec<&AnswerRecord<'c>>> = BTreeMap::new();
        for record in records {
            for control in &record.controls {
                by_control.entry(*control).or_default().push(record);
            }
        }
        let requirements: Vec<Value> =
            by_control.iter().map(|(control, records)| self.requirement(own, *control, records)).collect();
        let about = "What AWS and the customer each do in the layers that bear on a control.";
        self.implementation(&[own, "controls"], NIST, about, requirements)
    }

    fn requirement(&mut self, own: &str, control: Control, records: &[&AnswerRecord<'c>]) -> Value {
        let control = control_id(control);
        let told: Vec<String> = records.iter().map(|record| self.told(record)).collect();
        let party = |record: &&AnswerRecord<'_>| of_layer(record, "responsibility", record.party.as_str());
        let mut requirement = json!({
            "uuid": self.id(&[own, &control]),
            "control-id": control,
            "description": told.join("\n\n"),
        });
        put(&mut requirement, "props", records.iter().map(party).collect());
        put(&mut requirement, "links", self.links(&mut records.iter().flat_map(|record| record.sources.clone())));
        put(&mut requirement, "responsible-roles", self.roles(records));
        requirement
    }

    /// A layer's answer in Markdown, which is OSCAL's markup.
    fn told(&self, record: &AnswerRecord<'_>) -> String {
        let sharing = record.sharing.map_or_else(String::new, |sharing| format!(", {sharing}"));
        let layer = &self.catalogue.layer(record.layer).name;
        let mut text = format!("**{layer}**: {}{sharing}\n", party_word(record.party));
        for (_, name, duties) in sides(record) {
            text += &format!("\n- {name}: {}", joined(duties));
        }
        text
    }

    /// Everyone who holds one of the layers, by name where it is not AWS.
    fn roles(&mut self, records: &[&AnswerRecord<'_>]) -> Vec<Value> {
        let mut roles = Vec::new();
        for id in ["provider", "customer", "third-party"] {
            let mut role = json!({ "role-id": id });
            let mut holds = false;
            let mut parties = Map::new();
            for record in records {
                let name = match (id, record.party) {
                    ("provider", Party::Aws | Party::Shared) => None,
                    ("customer", Party::Customer | Party::Shared) => record.team,
                    ("third-party", Party::ThirdParty) => record.third_party.as_ref().map(|third| third.name),
                    _ => continue,
                };
                holds = true;
                if let Some(name) = name {
                    let uuid = self.party(name);
                    parties.insert(uuid.clone(), uuid.into());
                }
            }
            put(&mut role, "party-uuids", listed(parties));
            roles.extend(holds.then_some(role));
        }
        roles
    }

    /// The controls of Security Hub that check the service. Its other checks are noted, to become components.
    fn security_hub(&mut self, own: &str, service: &'c Service) -> Option<Value> {
        let mut controls = Checks::new();
        for (layer, provider, check) in service.checks() {
            let checks = if provider == CheckProvider::SecurityHub { &mut controls } else { &mut self.rules };
            let proofs = checks.entry((provider, &*check.id)).or_default();
            // A service is here once for each of its modes.
            if !proofs.iter().any(|proof| proof.service.id == service.id && proof.layer == layer) {
                proofs.push(Proof { service, layer, provider, check });
            }
        }
        let requirement = |((_, id), proofs): (&(CheckProvider, &str), &Vec<Proof<'_>>)| {
            let head = json!({ "uuid": self.id(&[own, "securityhub", id]), "control-id": id });
            self.proving(head, vec![], proofs)
        };
        let requirements: Vec<Value> = controls.iter().map(requirement).collect();
        let about = "Controls of AWS Security Hub that prove the customer's duties.";
        self.implementation(&[own, "securityhub"], SECURITY_HUB, about, requirements)
    }

    fn implementation(&self, path: &[&str], source: &str, about: &str, requirements: Vec<Value>) -> Option<Value> {
        let holds = !requirements.is_empty();
        let mut implementation = json!({ "uuid": self.id(path), "source": source, "description": about });
        put(&mut implementation, "implemented-requirements", requirements);
        holds.then_some(implementation)
    }

    /// A rule of AWS Config or a check of Prowler.
    fn rule(&self, proofs: &[Proof<'_>]) -> Value {
        let Proof { provider, check, .. } = proofs[0];
        let head = json!({
            "uuid": self.id(&["check", provider.as_str(), &check.id]),
            "type": "software",
            "title": &*check.id,
        });
        let mut own = property("check", &check.id);
        own["class"] = provider.as_str().into();
        self.proving(head, vec![json!({ "name": "asset-type", "value": "automated-inspection" }), own], proofs)
    }

    /// What is said of every check: which duties it proves, and where its maker describes it.
    fn proving(&self, mut head: Value, mut properties: Vec<Value>, proofs: &[Proof<'_>]) -> Value {
        let mut told = Vec::new();
        for Proof { service, layer, check, .. } in proofs {
            told.push(format!("{} ({})", service.short_name(), self.catalogue.layer(*layer).name));
            let mut proof = property("proves", &format!("{}/{layer}", service.id));
            if let Some(note) = &check.note {
                proof["remarks"] = (&**note).into();
            }
            properties.push(proof);
        }
        head["description"] = format!("Proves duties of the customer: {}.", told.join(", ")).into();
        put(&mut head, "props", properties);
        put(&mut head, "links", vec![link(&proofs[0].check.url(proofs[0].provider))]);
        head["responsible-roles"] = json!([{ "role-id": "customer" }]);
        head
    }
}

/// `IA-2(1)` is `ia-2.1` in NIST's catalogue.
fn control_id(control: Control) -> String {
    let enhancement = control.enhancement().map_or_else(String::new, |number| format!(".{number}"));
    format!("{}-{}{enhancement}", control.family().to_ascii_lowercase(), control.number())
}
