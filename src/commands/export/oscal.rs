//! An OSCAL component definition, version 1.2.1: one component a service and mode, whose layers implement the controls of
//! NIST's own catalogue that they bear on.
//!
//! OSCAL has no field for who is responsible. So it is said twice in what there is: as the roles of a statement, and as a
//! property in a namespace of our own. AWS's own property `service-id` is repeated, so that these components join the ones
//! that AWS publishes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Answered;
use crate::catalogue::model::{Catalogue, Control, Kind, Party};
use crate::commands::records::AnswerRecord;
use crate::commands::telling::joined;

/// The version of OSCAL that is written. No validator looks at it, so a test of ours does.
const VERSION: &str = "1.2.1";
/// The namespace of our properties, which is also the root of every UUID.
const NAMESPACE: &str = "urn:whose:ns:oscal";
/// AWS's namespace for its own properties.
const AWS_NAMESPACE: &str = "http://aws.amazon.com/ns/oscal";
/// NIST's catalogue, in which the control ids resolve.
const NIST: &str = "https://raw.githubusercontent.com/usnistgov/oscal-content/main/nist.gov/SP800-53/rev5/json/NIST_SP-800-53_rev5_catalog.json";

pub(super) fn write(catalogue: &Catalogue, answered: &[Answered<'_>]) -> anyhow::Result<String> {
    let root = Uuid::new_v5(&Uuid::NAMESPACE_URL, NAMESPACE.as_bytes());
    let components: Vec<Value> = answered.iter().map(|one| component(catalogue, one, root)).collect();
    let scope: Vec<String> = answered.iter().map(Answered::id).collect();
    let document = json!({
        "component-definition": {
            "uuid": id(root, &[&catalogue.date.to_string(), &scope.join(" ")]),
            "metadata": {
                "title": "Who secures what on AWS: responsibilities by service and layer",
                "last-modified": format!("{}T00:00:00Z", catalogue.date),
                "version": catalogue.date,
                "oscal-version": VERSION,
                "roles": [
                    { "id": "provider", "title": "AWS" },
                    { "id": "customer", "title": "The customer of AWS" },
                    { "id": "third-party", "title": "A third party that runs the service with AWS" },
                ],
                "remarks": "Made by whose. It says who is responsible for what; it does not say that anything is implemented.",
            },
            "components": components,
        }
    });
    // Tens of megabytes for the whole catalogue, which only programs read: no indentation.
    Ok(serde_json::to_string(&document)? + "\n")
}

/// The UUID of what `path` names: the same in every export.
fn id(root: Uuid, path: &[&str]) -> String {
    Uuid::new_v5(&root, path.join("\n").as_bytes()).to_string()
}

fn property(name: &str, value: &str) -> Value {
    json!({ "name": name, "ns": NAMESPACE, "value": value })
}

fn component(catalogue: &Catalogue, one: &Answered<'_>, root: Uuid) -> Value {
    let own = one.id();
    let records = one.records(catalogue);
    let mut properties: Vec<Value> = one
        .service
        .called(Kind::ServiceId)
        .map(|name| json!({ "name": "service-id", "ns": AWS_NAMESPACE, "value": name }))
        .collect();
    properties.push(property("service", one.service.id));
    properties.push(property("category", crate::catalogue::category(one.service, one.mode).word()));
    properties.extend(one.mode.map(|mode| property("mode", mode.id)));
    properties.extend(records.iter().map(|record| property(record.layer.word(), record.party.word())));
    let mut links = Map::new();
    for source in records.iter().flat_map(|record| &record.sources) {
        links.insert(source.url.clone(), json!({ "href": source.url, "rel": "reference", "text": source.title }));
    }
    let mut by_control: BTreeMap<Control, Vec<&AnswerRecord<'_>>> = BTreeMap::new();
    for record in &records {
        for control in record.controls {
            by_control.entry(*control).or_default().push(record);
        }
    }
    let requirements: Vec<Value> =
        by_control.iter().map(|(control, records)| requirement(&own, *control, records, root)).collect();
    json!({
        "uuid": id(root, &[&own]),
        "type": "service",
        "title": one.title(),
        "description": format!("Who secures {} layer by layer, as AWS documents it.", one.title()),
        "props": properties,
        "links": links.into_iter().map(|(_, link)| link).collect::<Vec<_>>(),
        "control-implementations": [{
            "uuid": id(root, &[&own, "controls"]),
            "source": NIST,
            "description": "The duties of AWS and of the customer in the layers that bear on each control.",
            "implemented-requirements": requirements,
        }],
    })
}

fn requirement(own: &str, control: Control, records: &[&AnswerRecord<'_>], root: Uuid) -> Value {
    let control_id = control_id(control);
    let mut statements = Vec::new();
    for record in records {
        let third = record.third_party.map(|third| third.duties).unwrap_or_default();
        let sides = [("provider", record.aws), ("customer", record.customer), ("third-party", third)];
        for (role, duties) in sides.into_iter().filter(|(_, duties)| !duties.is_empty()) {
            let mut properties =
                vec![property("layer", record.layer.word()), property("responsibility", record.party.word())];
            // The customer's duties are what the checks prove; the class says whose check it is.
            let checks = record.checks.iter().filter(|_| role == "customer");
            properties.extend(checks.map(|check| {
                json!({ "name": "check", "ns": NAMESPACE, "class": check.kind.word(), "value": check.id, "remarks": check.url })
            }));
            statements.push(json!({
                "statement-id": format!("{control_id}_smt"),
                "uuid": id(root, &[own, &control_id, record.layer.word(), role]),
                "description": joined(duties),
                "props": properties,
                "responsible-roles": [{ "role-id": role }],
            }));
        }
    }
    let layers = joined(records.iter().map(|record| record.layer));
    let mut parties: BTreeSet<Party> = BTreeSet::new();
    parties.extend(records.iter().map(|record| record.party));
    json!({
        "uuid": id(root, &[own, &control_id]),
        "control-id": control_id,
        "description": format!("Layers that bear on this control: {layers}."),
        "props": parties.into_iter().map(|party| property("responsibility", party.word())).collect::<Vec<_>>(),
        "responsible-roles": roles(records),
        "statements": statements,
    })
}

/// Everyone who holds one of the layers.
fn roles(records: &[&AnswerRecord<'_>]) -> Vec<Value> {
    let holds = |party: Party| records.iter().any(|record| record.party == party);
    let shared = holds(Party::Shared);
    [
        ("provider", shared || holds(Party::Aws)),
        ("customer", shared || holds(Party::Customer)),
        ("third-party", holds(Party::ThirdParty)),
    ]
    .into_iter()
    .filter(|(_, holds)| *holds)
    .map(|(role, _)| json!({ "role-id": role }))
    .collect()
}

/// `IA-2(1)` is `ia-2.1` in NIST's catalogue.
fn control_id(control: Control) -> String {
    let [a, b] = control.family.map(|letter| char::from(letter.to_ascii_lowercase()));
    let enhancement = if control.enhancement > 0 { format!(".{}", control.enhancement) } else { String::new() };
    format!("{a}{b}-{}{enhancement}", control.number)
}
