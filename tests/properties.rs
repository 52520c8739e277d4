//! What holds for every name, inventory and overlay, whatever is in it. The inputs are random and the same in every run;
//! `PROPTEST_CASES=10000` tries more of them.

#![cfg(feature = "cli")]

mod common;

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use common::{command, fed, run, whose};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;
use whose::catalogue::Catalogue;
use whose::catalogue::model::{Id, Layer, Service, SharedIdentifier};
use whose::catalogue::normalize;
use whose::catalogue::resolve::{Match, Meaning, Resolution};
use whose::commands::{Context, matrix};
use whose::output::{Canvas, Format};
use whose::sanitize::tame;

fn few() -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(18), ..default }
}

/// For what starts a process, or lays an overlay over the catalogue: an eighth as many.
fn fewer() -> ProptestConfig {
    ProptestConfig { cases: few().cases / 8, ..few() }
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::built_in);

fn resolve(name: &str) -> Resolution<'static> {
    CATALOGUE.resolve(name)
}

/// What a name means, without the catalogue that says so: services, mode, and how it was matched.
fn said(resolution: &Resolution<'_>) -> (Vec<String>, Option<String>, Match) {
    let owned = |ids: &[Id]| ids.iter().map(ToString::to_string).collect();
    let (services, mode) = match &resolution.meaning {
        Meaning::Service(service, mode) => (vec![service.id.to_string()], mode.map(|mode| mode.id.to_string())),
        Meaning::Ambiguous(shared) => (owned(&shared.services), None),
        Meaning::Check(proven) => (proven.iter().map(|proven| proven.service.id.to_string()).collect(), None),
        Meaning::NoSuchMode(service) => (vec![format!("{}@?", service.id)], None),
        Meaning::NoService(shared) => (vec![format!("not {}", shared.name)], None),
        _ => (Vec::new(), None),
    };
    (services, mode, resolution.how)
}

/// Every service, as `whose export json` has it.
static EXPORT: LazyLock<Vec<Value>> = LazyLock::new(|| whose(&["export", "json"]).records());

/// Every identifier of every service: the service's id, the kind, the identifier.
static IDENTIFIERS: LazyLock<Vec<(String, String, String)>> = LazyLock::new(|| {
    let mut all = Vec::new();
    for service in EXPORT.iter() {
        let id = service["service"].as_str().expect("a service has an id");
        for (kind, names) in service["identifiers"].as_object().expect("identifiers by kind") {
            for name in names.as_array().expect("a list of names") {
                all.push((id.to_owned(), kind.clone(), name.as_str().expect("a name").to_owned()));
            }
        }
    }
    assert!(all.len() > 2_000, "{} identifiers", all.len());
    all
});

/// The forms in which an identifier of a kind is met.
fn forms(kind: &str, name: &str) -> Vec<String> {
    match kind {
        "principal" => vec![format!("{name}.amazonaws.com")],
        "endpoint" => vec![format!("com.amazonaws.eu-west-1.{name}"), format!("{name}.eu-west-1.amazonaws.com")],
        "iam" => vec![name.to_owned(), format!("{name}:DescribeThing")],
        "arn" => {
            let (service, resource) = name.split_once(':').unwrap_or((name, "thing"));
            vec![format!("arn:aws:{service}:eu-west-1:123456789012:{resource}")]
        }
        "event" if !name.starts_with("aws.") => vec![format!("aws.{name}")],
        _ => vec![name.to_owned()],
    }
}

/// The exceptions that speak of a name: several services, none, or another than the one that lists it.
fn exceptions(name: &str) -> impl Iterator<Item = &'static SharedIdentifier> {
    let squashed = normalize::normalize(name);
    let about = move |exception: &&SharedIdentifier| normalize::normalize(&exception.name) == squashed;
    let shared = CATALOGUE.shared_identifiers();
    shared.ambiguous.iter().chain(&shared.no_service).filter(about)
}

#[test]
fn every_identifier_means_the_service_that_lists_it() {
    let mut wrong = Vec::new();
    for (id, kind, name) in IDENTIFIERS.iter() {
        for form in forms(kind, name) {
            let (services, _, how) = said(&resolve(&form));
            // What ends in a hyphen is a family by what its members have in common, and no name itself.
            let family = how == Match::Prefix && name.ends_with('-');
            let own = services.contains(id) && (family || matches!(how, Match::Exact | Match::Ambiguous));
            if !own && exceptions(name).next().is_none() {
                wrong.push(format!("{kind} `{form}` of {id}: {} {services:?}", how.as_str()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), IDENTIFIERS.len(), wrong.join("\n"));
}

/// Everything by which people call services.
fn names_of(service: &'static Service) -> impl Iterator<Item = &'static str> {
    service.names()
}

/// Whose a name is, without its spaces and signs.
static OWNERS: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
    let services = CATALOGUE.services().iter();
    services.flat_map(|service| names_of(service).map(|name| (normalize::alphanumeric(name), &*service.id))).collect()
});

fn called() -> impl Strategy<Value = (&'static Service, &'static str)> {
    let services = CATALOGUE.services().iter();
    select(services.flat_map(|service| names_of(service).map(move |name| (service, name))).collect::<Vec<_>>())
}

/// Text of the kinds of characters that names are made of, and of those that they are not.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-zA-Z0-9:_@./ -]{0,40}",
        "(aws|awscc)_[a-z_]{0,30}",
        "(arn:aws[a-z-]{0,4}|AWS|com\\.amazonaws):{1,2}[a-z0-9:/-]{0,30}",
        "[a-z0-9.-]{0,30}\\.amazonaws\\.com(\\.cn)?",
        "\\PC{0,20}[\\x00-\\x1f\\x7f-\\x9f\u{202e}\u{2028}]{0,3}[a-z]{0,5}",
        select(&**IDENTIFIERS).prop_map(|(_, _, name)| name),
        (select(&**IDENTIFIERS), "[_:./@a-zA-Z-]{0,3}\\PC{0,10}").prop_map(|((_, _, name), tail)| name + &tail),
    ]
}

/// The catalogue with an overlay on top that changes no name: its index is made at run time, not baked.
static OVERLAID: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::built_in().with_overlay("overlay.yaml", "owners: { default: us }\n").expect("an overlay without faults")
});

proptest! {
    #![proptest_config(few())]

    /// The same answer every time, whatever stands around the name, from the baked index and from one made just now.
    #[test]
    fn a_name_means_one_thing(name in text()) {
        let first = said(&resolve(&name));
        prop_assert_eq!(&first, &said(&resolve(&name)));
        prop_assert_eq!(&first, &said(&resolve(&format!("\t {name} "))));
        prop_assert_eq!(&first, &said(&OVERLAID.resolve(&name)));
    }

    /// Case, spaces, hyphens and the maker do not matter.
    #[test]
    fn names_may_be_written_any_way(
        (service, name) in called(),
        upper in prop::collection::vec(any::<bool>(), 60),
        gaps in prop::collection::vec(select(&["", "", "", " ", "-"]), 60),
        maker in select(&["", "Amazon ", "AWS ", "amazon-", "aws", "Amazon"]),
    ) {
        let plain: Vec<char> = name.chars().collect();
        let mut written = maker.to_owned();
        for (place, c) in plain.iter().enumerate() {
            let (upper, gap) = (upper[place % upper.len()], gaps[place % gaps.len()]);
            match c {
                // A gap may be written as another, or left out.
                ' ' | '-' => written.push_str(gap),
                _ if upper => written.extend(c.to_uppercase()),
                _ => written.extend(c.to_lowercase()),
            }
            // And words may be torn apart, but not what is no word.
            let next = plain.get(place + 1);
            if c.is_ascii_alphabetic() && next.is_some_and(char::is_ascii_alphabetic) {
                written.push_str(gap);
            }
        }
        // With a maker before it, a name may be another's: AWS Auto Scaling is not what everyone calls Auto Scaling.
        prop_assume!(OWNERS.get(&normalize::alphanumeric(&written)).is_none_or(|owner| **owner == *service.id));
        prop_assume!(exceptions(name).next().is_none());
        prop_assert_eq!(said(&resolve(&written)).0, vec![service.id.to_string()], "`{}` for `{}`", written, name);
    }

    /// An answer by family is an answer by whole words: cut at one of the name's own seams, it is known.
    #[test]
    fn families_are_told_by_whole_words(
        (id, kind, name) in select(&**IDENTIFIERS),
        joint in select(&["", "_", "::", ":", "/", "-"]),
        tail in "[A-Za-z0-9]{1,8}",
    ) {
        prop_assume!(["terraform", "cloudformation", "arn"].contains(&&*kind));
        for form in forms(&kind, &name) {
            let longer = format!("{form}{joint}{tail}");
            let Resolution { meaning, how, .. } = resolve(&longer);
            let (Meaning::Service(service, _), Match::Prefix) = (meaning, how) else { continue };
            let seam = |at: &usize| {
                let (left, right) = longer.split_at(*at);
                let camel = right.starts_with(|c: char| c.is_ascii_uppercase()) && !left.ends_with(':');
                // The families of ARNs end in what joins them to their members.
                right.starts_with(['_', ':', '/', '-']) || camel || (kind == "arn" && left.ends_with(['/', ':']))
            };
            let cuts = (1..longer.len()).filter(|at| longer.is_char_boundary(*at)).filter(seam);
            let whole = |cut: usize| match resolve(&longer[..cut]) {
                Resolution { meaning: Meaning::Service(own, _), how: Match::Exact, .. } => own.id == service.id,
                // Of a field that others share, the owner answers by default only.
                Resolution { meaning: Meaning::Service(own, _), .. } => kind == "arn" && own.id == service.id,
                _ => false,
            };
            let cuts: Vec<usize> = cuts.collect();
            let told = cuts.iter().copied().any(whole);
            prop_assert!(told, "`{}`, longer than one of {}: {} by {:?}", longer, id, service.id, cuts);
        }
    }
}

proptest! {
    #![proptest_config(fewer())]

    /// One record per name, in order, in four columns, whatever the lines hold: on stdin as in arguments. What holds a NUL is
    /// no text, and refused.
    #[test]
    fn every_line_has_its_record(lines in prop::collection::vec(text(), 0..40)) {
        let lines: Vec<String> = lines.iter().map(|line| line.replace('\0', "")).collect();
        let read = fed(&["resolve", "-"], lines.join("\n"));
        let asked: Vec<String> = lines
            .join("\n")
            .trim_start_matches('\u{feff}')
            .split(['\n', '\t'])
            .map(|name| name.trim_matches(|c: char| c.is_ascii_whitespace()))
            .filter(|name| !name.is_empty())
            .map(|name| tame(name).into_owned())
            .collect();
        let rows: Vec<Vec<&str>> = read.out.split_terminator('\n').map(|row| row.split('\t').collect()).collect();
        prop_assert_eq!(rows.iter().map(|row| row[0].to_owned()).collect::<Vec<_>>(), asked);
        prop_assert!(rows.iter().all(|row| row.len() == 5));
        prop_assert_eq!(read.code, Some(i32::from(rows.iter().any(|row| row[3] == "none"))));
        for row in rows {
            let (services, mode, how) = said(&resolve(row[0]));
            if !row[0].contains(char::REPLACEMENT_CHARACTER) {
                prop_assert_eq!((row[2], row[3]), (mode.as_deref().unwrap_or("-"), how.as_str()));
                let known: BTreeSet<&str> = row[1].split(' ').filter(|id| *id != "-").collect();
                let services: BTreeSet<&str> = services.iter().map(|id| &**id).filter(|_| how != Match::None).collect();
                prop_assert_eq!(known, services);
            }
        }
    }

    /// In arguments a name may even hold line breaks and tabs.
    #[test]
    fn columns_never_move(
        names in prop::collection::vec("[a-z@]\\PC{0,9}[\t\n\r\u{85}\u{2028}\u{1b}|,;\"'\\\\]{0,3}[a-z]{0,9}", 1..8),
    ) {
        for (format, mark) in [("tsv", '\t'), ("csv", ','), ("markdown", '|')] {
            let mut args = vec!["resolve", "-o", format];
            args.extend(names.iter().map(|name| &**name));
            let sheet = whose(&args).out;
            let lines: Vec<&str> = sheet.split_terminator('\n').collect();
            match format {
                "tsv" => {
                    prop_assert_eq!(lines.len(), names.len());
                    prop_assert!(lines.iter().all(|line| line.matches(mark).count() == 4));
                }
                "csv" => {
                    let mut reader = csv::Reader::from_reader(sheet.as_bytes());
                    let rows: Vec<usize> = reader.records().map(|row| row.expect("csv parses").len()).collect();
                    prop_assert_eq!(rows, vec![5; names.len()]);
                }
                _ => {
                    let bars = |line: &str| line.replace("\\\\", "").replace("\\|", "").matches(mark).count();
                    prop_assert_eq!(lines.len(), names.len() + 2);
                    prop_assert!(lines.iter().all(|line| bars(line) == 6), "{}", sheet);
                }
            }
        }
    }

    /// A table is as wide as it may be and no wider, whatever it holds, but for a word that is wider by itself.
    #[test]
    fn tables_fit(names in prop::collection::vec("[a-z]\\PC{0,70}\t?", 1..6), width in 60..120_usize) {
        let read = run(command(&["resolve", "-o", "table"]).args(&names).env("COLUMNS", width.to_string()));
        let wide = read.out.lines().find(|line| line.width() > width && line.contains(' '));
        prop_assert_eq!(wide, None, "{} columns:\n{}", width, read.out);
        prop_assert!(matches!(read.code, Some(0 | 1)));
    }

    /// The order of an inventory says nothing.
    #[test]
    fn a_shuffled_inventory_is_the_same(
        things in prop::collection::vec((resource_type(), attributes()), 1..30),
        order in prop::collection::vec(any::<Index>(), 30),
    ) {
        let mut shuffled = things.clone();
        for (place, other) in order.iter().enumerate().take(things.len()) {
            let other = other.index(shuffled.len());
            shuffled.swap(place, other);
        }
        for write in [state, list] {
            for format in [Format::Json, Format::Tsv] {
                prop_assert_eq!(made(&write(&things), format), made(&write(&shuffled), format));
            }
        }
    }

    /// JSON of the words that the dialects know, in any order and of any type: read or refused.
    #[test]
    fn any_json_is_an_inventory_or_none(document in document(WORDS)) {
        let text = document.to_string();
        if let Ok(answer) = made(&text, Format::Tsv) {
            prop_assert!(answer.lines().all(|line| line.matches('\t').count() == 7), "{}", answer);
        }
    }

    /// An overlay of the words that overlays know: every layer of every service has an answer, or every fault a line.
    #[test]
    fn any_overlay_leaves_every_layer_answered(document in document(FIELDS)) {
        let text = format!("{document:#}");
        match Catalogue::built_in().with_overlay("overlay.yaml", &text) {
            Ok(catalogue) => {
                for service in catalogue.services().iter() {
                    for layer in Layer::ALL {
                        let answer = catalogue.split(service, service.modes.first(), *layer);
                        prop_assert!(!answer.split.sources.is_empty());
                    }
                }
            }
            Err(faults) => {
                for fault in faults {
                    prop_assert!((1..=text.lines().count()).contains(&fault.line), "{}\n{}", fault, text);
                    prop_assert!(!fault.message.is_empty());
                }
            }
        }
    }
}

/// The matrix of an inventory: the answer in `format` and the notes, or the refusal.
fn made(inventory: &str, format: Format) -> Result<String, String> {
    let canvas = Canvas { width: 80, colour: false, unicode: true };
    let context = Context { catalogue: &CATALOGUE, format, canvas, title: None, made: None };
    let args = matrix::Args { names: vec!["-".to_owned()], layer: vec!["guest-os".to_owned()], ..Default::default() };
    let done = matrix::run(&args, &context, &mut inventory.as_bytes()).map_err(|error| format!("{error:#}"))?;
    Ok(done.text)
}

/// A resource type of Terraform's: a service's, or one that several services share and an attribute tells apart.
fn resource_type() -> impl Strategy<Value = String> {
    let types = || IDENTIFIERS.iter().filter(|(_, kind, _)| kind == "terraform").map(|(_, _, name)| name.clone());
    let shared = &["aws_rds_cluster", "aws_ecs_service", "aws_lambda_function", "aws_batch_compute_environment"];
    prop_oneof![
        select(types().collect::<Vec<_>>()),
        select(shared).prop_map(str::to_owned),
        "aws_[a-z]{1,8}",
        "(random|azurerm|data)_[a-z]{1,8}",
    ]
}

fn attributes() -> impl Strategy<Value = Value> {
    let engine = select(&["aurora-mysql", "mysql", "postgres", "neptune", ""]);
    let launch = select(&["FARGATE", "EC2", "EXTERNAL", ""]);
    let package = prop_oneof![Just(json!("Image")), Just(json!("Zip")), Just(Value::Null)];
    (engine, launch, package).prop_map(|(engine, launch, package)| {
        let resources = json!([{ "type": launch }]);
        json!({ "engine": engine, "launch_type": launch, "package_type": package, "compute_resources": resources })
    })
}

fn state(things: &[(String, Value)]) -> String {
    let resource = |(kind, attributes): &(String, Value)| {
        let mode = if kind.starts_with("data") { "data" } else { "managed" };
        let provider = "provider[\"registry.terraform.io/hashicorp/aws\"]";
        json!({ "mode": mode, "type": kind, "provider": provider, "instances": [{ "attributes": attributes }] })
    };
    json!({ "version": 4, "terraform_version": "1.9.0", "resources": things.iter().map(resource).collect::<Vec<_>>() })
        .to_string()
}

fn list(things: &[(String, Value)]) -> String {
    things.iter().map(|(kind, _)| &**kind).collect::<Vec<_>>().join("\n")
}

/// What the dialects of inventories and findings look for.
const WORDS: &[&str] = &[
    "Resources",
    "Type",
    "Properties",
    "resources",
    "values",
    "planned_values",
    "root_module",
    "child_modules",
    "mode",
    "type",
    "name",
    "instances",
    "attributes",
    "change",
    "actions",
    "after",
    "engine",
    "format_version",
    "Findings",
    "Results",
    "ResultsByTime",
    "Groups",
    "Keys",
    "resourceCounts",
    "resourceType",
    "count",
    "ServicesLastAccessed",
    "ServiceNamespace",
    "LastAuthenticated",
    "ResourceTagMappingList",
    "ResourceARN",
    "StackResources",
    "ResourceType",
    "Arn",
    "Service",
    "group",
    "uid",
    "Id",
    "AWS::S3::Bucket",
    "AWS::RDS::DBCluster",
    "aws_db_instance",
    "data",
    "arn:aws:s3:::b",
    "AwsS3Bucket",
    "delete",
    "Fn::If",
    "Ref",
    "",
    "\u{1b}[31m",
    "a\tb\nc",
];

/// What an overlay may say.
const FIELDS: &[&str] = &[
    "owners",
    "default",
    "layers",
    "services",
    "sources",
    "title",
    "url",
    "checked",
    "name",
    "short",
    "category",
    "basis",
    "part_of",
    "aliases",
    "former_names",
    "lifecycle",
    "stage",
    "date",
    "note",
    "identifiers",
    "terraform",
    "iam",
    "when",
    "type",
    "attribute",
    "is",
    "splits",
    "guest-os",
    "platform",
    "party",
    "sharing",
    "aws",
    "customer",
    "third_party",
    "duties",
    "controls",
    "modes",
    "checks",
    "prowler",
    "id",
    "rds",
    "ec2",
    "eks",
    "fargate",
    "new-one",
    "shared",
    "stated",
    "dependent",
    "abstracted",
    "container",
    "closed",
    "2026-01-01",
    "https://example.org",
    "SI-2",
    "Does it.",
    "aws_x",
    "",
];

/// A document of such words: lists and objects of them, a few levels deep.
fn document(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => select(words).prop_map(|word| json!(word)),
        1 => any::<u64>().prop_map(|number| json!(number)),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(|truth| json!(truth)),
    ];
    leaf.prop_recursive(8, 96, 6, move |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            3 => prop::collection::hash_map(select(words).prop_map(str::to_owned), inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}
