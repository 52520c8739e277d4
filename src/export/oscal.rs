//! An OSCAL component definition, version 1.2.1: one component a service and mode.
//!
//! OSCAL has no field for who is responsible. So it is said twice in what there is: as the roles of a requirement, and as
//! properties in a namespace of our own, which hold all that is known about a layer (their group is the layer). A control
//! is answered by one requirement, however many layers bear on it: tools key what they read by component and control, and
//! of several they keep the last.
//!
//! What AWS publishes about its services in OSCAL is met in its own forms: the property `service-id`, and Security Hub's
//! controls as requirements under AWS's catalogue of them. Other checks are properties: as components they would implement no
//! control, and the tools that make a system security plan of components refuse such.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::records;
use crate::analysis::controls::{ControlAnswer, controls};
use crate::analysis::matrix::Column;
use crate::catalogue::model::{Check, CheckProvider, Control, Id, IdentifierKind, Layer, LayerChecks, Party, Service};
use crate::catalogue::{Catalogue, category};
use crate::commands::records::{AnswerRecord, SourceRecord};
use crate::commands::wording::{ControlLine, control_lines, control_sources};
use crate::sanitize::tame;

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

pub(crate) fn write(catalogue: &Catalogue, variants: &[Column<'_>]) -> anyhow::Result<String> {
    let root = Uuid::new_v5(&Uuid::NAMESPACE_URL, NAMESPACE.as_bytes());
    let mut definition = ComponentDefinition { catalogue, root, resources: Map::new(), parties: Map::new() };
    let provider = definition.party(PROVIDER);
    // One after the other: as one tree, the whole catalogue takes hundreds of megabytes.
    let mut components = Vec::new();
    for one in variants {
        components.push(serde_json::to_string(&definition.service(one))?);
    }
    let components = components.join(",");
    let uuid = uuid(&root, &components);
    let metadata = serde_json::to_string(&metadata(catalogue, &provider, listed(definition.parties)))?;
    let resources = serde_json::to_string(&listed(definition.resources))?;
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
struct ComponentDefinition<'c> {
    catalogue: &'c Catalogue,
    root: Uuid,
    /// The pages, by UUID.
    resources: Map<String, Value>,
    /// Third parties and the customer's teams, by UUID.
    parties: Map<String, Value>,
}

/// A UUID that is made of what it names, the same in every export. It has the shape of version 4, for tools look for references
/// by that shape alone: of a version 5 they say that nothing refers to it, and drop what it names.
fn uuid(root: &Uuid, name: &str) -> String {
    let hashed = Uuid::new_v5(root, name.as_bytes());
    uuid::Builder::from_random_bytes(hashed.into_bytes()).into_uuid().to_string()
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

impl<'c> ComponentDefinition<'c> {
    /// The UUID of what `path` names: the same in every export.
    fn id(&self, path: &[&str]) -> String {
        uuid(&self.root, &path.join("\n"))
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

    fn service(&mut self, one: &Column<'c>) -> Value {
        let (own, title) = (one.label(), tame(&one.title()).into_owned());
        let category = category(one.service, one.mode);
        let records = records(self.catalogue, one);
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
            properties.extend(record.origin.map(|origin| of_layer(record, "origin", origin)));
            for (role, _, duties) in sides(record) {
                properties.extend(duties.into_iter().map(|duty| {
                    let mut property = of_layer(record, "duty", duty);
                    property["class"] = role.into();
                    property
                }));
            }
            properties.extend(checks(one.service, record));
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
        let answers = controls(catalogue, one.service, one.mode);
        // A layer that bears on no control has its pages here.
        let bears = |layer: Layer| answers.iter().any(|answer| answer.parts.iter().any(|part| part.layer() == layer));
        let alone = records.iter().filter(|record| !bears(record.layer)).flat_map(|record| record.sources.clone());
        put(&mut component, "links", self.links(&mut pages.chain(alone)));
        let implementations = [self.controls(&own, one, &answers), self.security_hub(&own, one.service)];
        put(&mut component, "control-implementations", implementations.into_iter().flatten().collect());
        component
    }

    /// NIST's controls on which the layers bear.
    fn controls(&mut self, own: &str, one: &Column<'c>, answers: &[ControlAnswer<'c>]) -> Option<Value> {
        let requirements: Vec<Value> = answers.iter().map(|answer| self.requirement(own, one, answer)).collect();
        let about = "What AWS and the customer each do in the layers that bear on a control.";
        self.implementation(&[own, "controls"], NIST, about, requirements)
    }

    fn requirement(&mut self, own: &str, one: &Column<'c>, answer: &ControlAnswer<'c>) -> Value {
        let control = control_id(answer.control);
        let lines = control_lines(answer);
        let told: Vec<String> =
            answer.parts.iter().map(|part| self.told(part.layer(), part.answer.split.party, &lines)).collect();
        let mut properties = vec![property("control-responsibility", answer.responsibility().as_str())];
        properties.extend(answer.parts.iter().map(|part| {
            let party = part.answer.split.party.as_str();
            json!({ "name": "responsibility", "ns": NAMESPACE, "group": part.layer(), "value": party })
        }));
        let mut requirement = json!({
            "uuid": self.id(&[own, &control]),
            "control-id": control,
            "description": told.join("\n\n"),
        });
        let catalogue = self.catalogue;
        let keys = control_sources(catalogue, answer);
        let mut pages = keys.into_iter().filter_map(|key| catalogue.sources().get(key)).map(SourceRecord::from);
        put(&mut requirement, "props", properties);
        put(&mut requirement, "links", self.links(&mut pages));
        put(&mut requirement, "responsible-roles", self.roles(one, &lines));
        requirement
    }

    /// What a layer has to do with a control, in Markdown, which is OSCAL's markup.
    fn told(&self, layer: Layer, party: Party, lines: &[ControlLine<'_>]) -> String {
        let mut text = format!("**{}**: {}\n", self.catalogue.layer(layer).name, party_word(party));
        for line in lines.iter().filter(|line| line.layer == layer) {
            let who = match line.side {
                Party::Customer => "Customer",
                Party::ThirdParty => line.third_party.unwrap_or("Third party"),
                Party::Aws | Party::Shared => "AWS",
            };
            text += &format!("\n- {who}: {}", line.duty);
        }
        text
    }

    /// Everyone who has duties, by name where it is not AWS.
    fn roles(&mut self, one: &Column<'c>, lines: &[ControlLine<'c>]) -> Vec<Value> {
        let mut roles = Vec::new();
        for (id, side) in [("provider", Party::Aws), ("customer", Party::Customer), ("third-party", Party::ThirdParty)]
        {
            let mut own = lines.iter().filter(|line| line.side == side).peekable();
            if own.peek().is_none() {
                continue;
            }
            let mut parties = Map::new();
            for line in own {
                let name = match side {
                    Party::Customer => self.catalogue.team(one.service, line.layer),
                    Party::ThirdParty => line.third_party,
                    Party::Aws | Party::Shared => None,
                };
                if let Some(name) = name {
                    let uuid = self.party(name);
                    parties.insert(uuid.clone(), uuid.into());
                }
            }
            let mut role = json!({ "role-id": id });
            put(&mut role, "party-uuids", listed(parties));
            roles.push(role);
        }
        roles
    }

    /// The controls of Security Hub that check the service.
    fn security_hub(&mut self, own: &str, service: &'c Service) -> Option<Value> {
        let mut proven: BTreeMap<&str, Vec<(Layer, &Check)>> = BTreeMap::new();
        for (layer, provider, check) in service.checks() {
            if provider == CheckProvider::SecurityHub {
                proven.entry(&check.id).or_default().push((layer, check));
            }
        }
        let requirement = |(id, proven): (&&str, &Vec<(Layer, &Check)>)| {
            let names: Vec<&str> = proven.iter().map(|(layer, _)| &*self.catalogue.layer(*layer).name).collect();
            let properties = proven.iter().map(|(layer, check)| {
                let mut proof = property("proves", &format!("{}/{layer}", service.id));
                if let Some(note) = &check.note {
                    proof["remarks"] = (&**note).into();
                }
                proof
            });
            let mut requirement = json!({
                "uuid": self.id(&[own, "securityhub", id]),
                "control-id": id,
                "description": format!("Proves duties of the customer: {} ({}).", service.short_name(), names.join(", ")),
            });
            put(&mut requirement, "props", properties.collect());
            put(&mut requirement, "links", vec![link(&proven[0].1.url(CheckProvider::SecurityHub))]);
            requirement["responsible-roles"] = json!([{ "role-id": "customer" }]);
            requirement
        };
        let requirements: Vec<Value> = proven.iter().map(requirement).collect();
        let about = "Controls of AWS Security Hub that prove the customer's duties.";
        self.implementation(&[own, "securityhub"], SECURITY_HUB, about, requirements)
    }

    fn implementation(&self, path: &[&str], source: &str, about: &str, requirements: Vec<Value>) -> Option<Value> {
        let holds = !requirements.is_empty();
        let mut implementation = json!({ "uuid": self.id(path), "source": source, "description": about });
        put(&mut implementation, "implemented-requirements", requirements);
        holds.then_some(implementation)
    }
}

/// The checks of other providers than Security Hub that prove a part of a layer's duties, with their pages.
fn checks(service: &Service, record: &AnswerRecord<'_>) -> Vec<Value> {
    let own = service.checks.get(&record.layer).into_iter().flat_map(LayerChecks::iter);
    let others = own.filter(|(provider, _)| *provider != CheckProvider::SecurityHub);
    let told = others.map(|(provider, check)| {
        let mut property = of_layer(record, "check", &check.id);
        property["class"] = provider.as_str().into();
        let note = check.note.as_ref().map_or_else(String::new, |note| format!("{note}. "));
        property["remarks"] = format!("{note}{}", check.url(provider)).into();
        property
    });
    told.collect()
}

/// The party as a reader of the document calls it, who is neither side.
const fn party_word(party: Party) -> &'static str {
    match party {
        Party::Aws => "AWS",
        Party::Customer => "customer",
        Party::Shared => "shared",
        Party::ThirdParty => "third party",
    }
}

/// `IA-2(1)` is `ia-2.1` in NIST's catalogue.
fn control_id(control: Control) -> String {
    let enhancement = control.enhancement().map_or_else(String::new, |number| format!(".{number}"));
    format!("{}-{}{enhancement}", control.family().to_ascii_lowercase(), control.number())
}
