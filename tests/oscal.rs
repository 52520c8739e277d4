//! The OSCAL export is what NIST's schema, NIST's catalogue and AWS's own OSCAL content say that it must be.

#![cfg(feature = "cli")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use common::{answer, whose};
use serde_json::Value;

const NAMESPACE: &str = "https://github.com/whose-cli/whose";
const AWS_NAMESPACE: &str = "http://aws.amazon.com/ns/oscal";

fn export(args: &[&str]) -> Value {
    serde_json::from_str(&answer(&[&["export", "oscal"], args].concat())).expect("OSCAL is JSON")
}

fn whole() -> &'static Value {
    static WHOLE: OnceLock<Value> = OnceLock::new();
    WHOLE.get_or_init(|| export(&[]))
}

fn faults(document: &Value) -> Vec<String> {
    let schema: Value =
        serde_json::from_str(include_str!("oscal/component-definition-1.2.1.json")).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    validator.iter_errors(document).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

fn lines(text: &str) -> BTreeSet<&str> {
    text.lines().collect()
}

fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value[name].as_array().into_iter().flatten()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

fn components(document: &Value) -> impl Iterator<Item = &Value> {
    list(&document["component-definition"], "components")
}

/// The values of an object's properties of one name.
fn properties<'v>(value: &'v Value, ns: &str, name: &str) -> Vec<&'v str> {
    list(value, "props")
        .filter(|property| text(property, "ns") == ns && text(property, "name") == name)
        .map(|property| text(property, "value"))
        .collect()
}

fn service<'v>(document: &'v Value, id: &str) -> &'v Value {
    let mut own = components(document).filter(|component| properties(component, NAMESPACE, "service") == [id]);
    own.next().unwrap_or_else(|| panic!("{id} is a component"))
}

/// The requirements of a component under the control catalogue whose address has `catalogue` in it.
fn requirements<'v>(component: &'v Value, catalogue: &str) -> Vec<&'v Value> {
    list(component, "control-implementations")
        .filter(|implementation| text(implementation, "source").contains(catalogue))
        .flat_map(|implementation| list(implementation, "implemented-requirements"))
        .collect()
}

/// Every value that a member called `name` has, however deep.
fn every<'v>(value: &'v Value, name: &str, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get(name).and_then(Value::as_str));
            members.values().for_each(|member| every(member, name, found));
        }
        Value::Array(items) => items.iter().for_each(|item| every(item, name, found)),
        _ => {}
    }
}

#[test]
fn the_whole_catalogue_and_a_part_fit_nists_schema() {
    assert_eq!(faults(whole()), Vec::<String>::new());
    let part = export(&["rds", "eks"]);
    assert_eq!(faults(&part), Vec::<String>::new());
    let services = components(&part).filter(|component| text(component, "type") == "service");
    let ids: BTreeSet<&str> = services.flat_map(|one| properties(one, NAMESPACE, "service")).collect();
    assert_eq!(ids, BTreeSet::from(["eks", "rds"]));
}

#[test]
fn the_schema_would_refuse_a_broken_copy() {
    let good = export(&["s3"]);
    let broken = |pointer: &str, value: Value| {
        let mut copy = good.clone();
        *copy.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is there")) = value;
        faults(&copy)
    };
    assert_ne!(broken("/component-definition/uuid", "019b0000-0000-7000-8000-000000000000".into()), [""; 0]);
    assert_ne!(broken("/component-definition/components/0/props/0/name", "two words".into()), [""; 0]);
    assert_ne!(broken("/component-definition/components/0/control-implementations", Value::Array(vec![])), [""; 0]);
    assert_ne!(broken("/component-definition/metadata/last-modified", "2026-01-31".into()), [""; 0]);
}

#[test]
fn an_overlays_teams_services_and_odd_texts_fit_the_schema_too() {
    let overlay = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/overlays/odd.yaml");
    let document = export(&["3d-hub", "--catalogue", overlay]);
    assert_eq!(faults(&document), Vec::<String>::new());
    let names: Vec<&str> =
        list(&document["component-definition"]["metadata"], "parties").map(|party| text(party, "name")).collect();
    assert_eq!(names, ["Amazon Web Services", "application team", "platform | \"team\""]);
}

#[test]
fn the_version_is_pinned_and_the_date_is_the_catalogues() {
    let metadata = &whole()["component-definition"]["metadata"];
    // No validator looks at it: 9.9.9 would pass everywhere.
    assert_eq!(metadata["oscal-version"], "1.2.1");
    assert_eq!(metadata["last-modified"], format!("{}T00:00:00Z", text(metadata, "version")));
}

#[test]
fn uuids_are_made_of_names_and_unique() {
    let mut uuids = Vec::new();
    every(whole(), "uuid", &mut uuids);
    assert!(
        uuids.iter().all(|uuid| uuid.as_bytes()[14] == b'4' && b"89ab".contains(&uuid.as_bytes()[19])),
        "the shape of version 4"
    );
    let unique: BTreeSet<&&str> = uuids.iter().collect();
    assert_eq!(unique.len(), uuids.len());
    // A component keeps its UUID whatever else is exported; a document of other content has another.
    let part = export(&["rds"]);
    assert_eq!(service(&part, "rds")["uuid"], service(whole(), "rds")["uuid"]);
    assert_ne!(part["component-definition"]["uuid"], whole()["component-definition"]["uuid"]);
}

#[test]
fn links_inside_the_document_meet_resources_and_each_resource_is_linked() {
    let mut hrefs = Vec::new();
    every(whole(), "href", &mut hrefs);
    let linked: BTreeSet<&str> = hrefs.into_iter().filter_map(|href| href.strip_prefix('#')).collect();
    let resources = list(&whole()["component-definition"]["back-matter"], "resources");
    let resources: BTreeSet<&str> = resources.map(|resource| text(resource, "uuid")).collect();
    assert_eq!(linked, resources);
    let mut roles = Vec::new();
    every(whole(), "role-id", &mut roles);
    let declared = list(&whole()["component-definition"]["metadata"], "roles").map(|role| text(role, "id"));
    assert_eq!(roles.into_iter().collect::<BTreeSet<_>>(), declared.collect());
}

#[test]
fn every_control_is_one_of_nists_and_has_one_requirement_a_component() {
    let controls = lines(include_str!("oscal/controls.txt"));
    let mut seen = 0;
    for component in components(whole()).filter(|component| text(component, "type") == "service") {
        let own: Vec<&str> =
            requirements(component, "NIST_SP-800-53_rev5").into_iter().map(|one| text(one, "control-id")).collect();
        let unknown: Vec<&&str> = own.iter().filter(|id| !controls.contains(**id)).collect();
        assert!(unknown.is_empty(), "{}: {unknown:?} are no controls of NIST SP 800-53 Rev 5", component["title"]);
        assert_eq!(own.iter().collect::<BTreeSet<_>>().len(), own.len(), "{}", component["title"]);
        seen += own.len();
    }
    assert!(seen > 10_000, "{seen} requirements");
}

#[test]
fn every_service_id_is_the_sdks_and_joins_awss_own_content() {
    let aws = lines(include_str!("oscal/aws-service-ids.txt"));
    let sdk = lines(include_str!("oscal/sdk-service-ids.txt"));
    let mut ours: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for component in components(whole()) {
        for id in properties(component, AWS_NAMESPACE, "service-id") {
            ours.entry(id).or_default().extend(properties(component, NAMESPACE, "service"));
        }
    }
    let unknown: Vec<&&str> = ours.keys().filter(|id| !aws.contains(**id) && !sdk.contains(**id)).collect();
    assert!(unknown.is_empty(), "neither AWS's content nor the SDK has {unknown:?}");
    let several: Vec<_> = ours.iter().filter(|(_, services)| services.len() != 1).collect();
    assert!(several.is_empty(), "a component of AWS's would join several services: {several:?}");
    // The older name of EventBridge's API, which has the same endpoint.
    let left_out = ["CloudWatch Events"];
    let missing: Vec<&&str> =
        aws.intersection(&sdk).filter(|id| !ours.contains_key(**id) && !left_out.contains(*id)).collect();
    assert!(missing.is_empty(), "components of AWS's content that join nothing: {missing:?}");
}

#[test]
fn a_component_says_what_show_says() {
    let shown = whose(&["show", "rosa", "-o", "json"]).records();
    let rosa = service(whole(), "rosa");
    let said = |layer: &str, name: &str, class: Option<&str>| -> Vec<&str> {
        list(rosa, "props")
            .filter(|one| text(one, "group") == layer && text(one, "name") == name)
            .filter(|one| class.is_none_or(|class| text(one, "class") == class))
            .map(|one| text(one, "value"))
            .collect()
    };
    for record in &shown {
        let layer = text(record, "layer");
        assert_eq!(said(layer, "responsibility", None), [text(record, "party")], "{layer}");
        assert_eq!(said(layer, "basis", None), [text(record, "basis")], "{layer}");
        let duties = |value: &Value, name: &str| -> Vec<String> {
            list(value, name).map(|duty| duty.as_str().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(said(layer, "duty", Some("provider")), duties(record, "aws"), "{layer}");
        assert_eq!(said(layer, "duty", Some("customer")), duties(record, "customer"), "{layer}");
        assert_eq!(said(layer, "duty", Some("third-party")), duties(&record["third_party"], "duties"), "{layer}");
    }
    // Everyone who has duties in a requirement has a role in it, and nobody else; who holds a layer is told apart.
    for own in requirements(rosa, "NIST_SP-800-53_rev5") {
        let roles: Vec<&str> = list(own, "responsible-roles").map(|role| text(role, "role-id")).collect();
        let told = text(own, "description");
        for (role, sign) in
            [("provider", "\n- AWS: "), ("customer", "\n- Customer: "), ("third-party", "\n- Red Hat: ")]
        {
            assert_eq!(roles.contains(&role), told.contains(sign), "{}: {roles:?} {told}", own["control-id"]);
        }
        let layers: Vec<(&str, &str)> = list(own, "props")
            .filter(|one| text(one, "name") == "responsibility")
            .map(|one| (text(one, "group"), text(one, "value")))
            .collect();
        for (layer, party) in &layers {
            assert_eq!(said(layer, "responsibility", None), [*party], "{} {layer}", own["control-id"]);
        }
        assert!(!layers.is_empty() && list(own, "links").count() > 0, "{}", own["control-id"]);
    }
}

#[test]
fn every_component_implements_controls() {
    for component in components(whole()) {
        assert_eq!(text(component, "type"), "service", "{}", component["title"]);
        assert!(!requirements(component, "NIST_SP-800-53_rev5").is_empty(), "{}", component["title"]);
    }
}

#[test]
fn checks_stand_as_in_awss_own_content() {
    let rds = service(whole(), "rds");
    let hub = requirements(rds, "aws_security-hub.oscal.json");
    let encrypted = hub.iter().find(|one| text(one, "control-id") == "RDS.3").expect("RDS.3 checks RDS");
    assert_eq!(properties(encrypted, NAMESPACE, "proves"), ["rds/encryption-at-rest"]);
    // Other checks implement no control, so they are properties of the layer whose duties they prove.
    let checks = |maker: &str| -> Vec<&str> {
        list(rds, "props")
            .filter(|one| text(one, "name") == "check" && text(one, "group") == "encryption-at-rest")
            .filter(|one| text(one, "class") == maker && text(one, "remarks").contains("https://"))
            .map(|one| text(one, "value"))
            .collect()
    };
    assert!(checks("config").contains(&"rds-storage-encrypted"));
    assert!(checks("prowler").contains(&"rds_instance_storage_encrypted"));
}
