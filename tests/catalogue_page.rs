//! `whose export html`: one file that needs nothing else, with every answer in it. What a browser makes of it is in
//! `tests/page/catalogue.mjs`.

#![cfg(feature = "cli")]

mod common;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::LazyLock;

use common::{answer, made, whose};
use data_encoding::BASE64;
use serde_json::{Value, json};

/// The most that the page of the whole catalogue may take, in bytes.
const MAX_PAGE: usize = 2 << 20;

/// The page of the whole catalogue.
static WHOLE: LazyLock<String> = LazyLock::new(|| answer(&["export", "html"]));

/// What stands between two texts, the first time that they occur.
fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start}"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end}")).0
}

/// What the page holds.
fn unpacked(page: &str) -> Value {
    let packed = BASE64.decode(between(page, "id=\"data\">", "</script>").as_bytes()).expect("base64");
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*packed).read_to_string(&mut text).expect("gzip");
    serde_json::from_str(&text).expect("json")
}

fn list<'v>(value: &'v Value, key: &str) -> &'v Vec<Value> {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is a list"))
}

#[test]
fn it_is_one_file_that_asks_for_nothing() {
    let page = &*WHOLE;
    assert!(page.starts_with("<!doctype html>\n") && page.ends_with("</html>\n"));
    assert!(page.len() <= MAX_PAGE, "{} bytes", page.len());
    assert_eq!(*page, answer(&["export", "html"]), "the same bytes from run to run");

    // The policy allows what stands in the file, by its hash, and nothing else.
    let policy = between(page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    for (directive, text) in
        [("script-src", between(page, "<script>", "</script>")), ("style-src", between(page, "<style>", "</style>"))]
    {
        let hash = BASE64.encode(&hmac_sha256::Hash::hash(text.as_bytes()));
        assert!(policy.contains(&format!("{directive} 'sha256-{hash}';")), "{policy}");
        assert!(!text.contains("@import") && !text.contains("url("), "{directive}");
    }
    for directive in
        ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'"]
    {
        assert!(policy.contains(directive), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    let shell = page.replace(between(page, "<script>", "</script>"), "");
    for fetched in ["src=", "href=\"http", "href=\"//", "<iframe", "<object", "<img"] {
        assert!(!shell.contains(fetched), "{fetched}");
    }
    assert_eq!(page.matches("<script").count(), 2);
    // Without a script it is no empty page.
    assert!(between(page, "<noscript>", "</noscript>").contains("whose rds"));
}

#[test]
fn every_answer_in_it_is_the_programs() {
    let page = unpacked(&WHOLE);
    let document = whose(&["export", "json"]).json();
    assert_eq!(page["catalogue"], document["catalogue"]);
    assert_eq!(page["remarks"], Value::Null);
    let at = |list: &'static str, place: &Value| {
        let place = usize::try_from(place.as_u64().expect("a place")).expect("a place");
        page[list][place].clone()
    };
    let texts = |duties: &Value, side: &str| -> Vec<Value> {
        let duties = duties.as_array().expect("a list").iter();
        duties.filter(|duty| duty["side"] == side).map(|duty| duty["text"].clone()).collect()
    };
    let layers: BTreeMap<&str, usize> =
        list(&page, "layers").iter().map(|layer| layer["layer"].as_str().expect("an id")).zip(0..).collect();
    let services: BTreeMap<&str, &Value> =
        list(&page, "services").iter().map(|one| (one["service"].as_str().expect("an id"), one)).collect();
    assert_eq!(services.len(), list(&document, "results").len());
    let mut answers = 0;
    for service in list(&document, "results") {
        let shown = services[service["service"].as_str().expect("an id")];
        assert_eq!(shown["identifiers"], service["identifiers"]);
        assert_eq!(shown["part_of"], service["part_of"]);
        assert_eq!(shown["lifecycle"]["stage"], service["lifecycle"]["stage"]);
        for split in list(service, "splits") {
            let what = format!("{} {} {}", split["service"], split["mode"], split["layer"]);
            let variant = list(shown, "variants").iter().find(|variant| variant["mode"] == split["mode"]).expect(&what);
            let place = layers[split["layer"].as_str().expect("an id")];
            let answer = at("answers", &variant["answers"][place]);
            for same in ["party", "sharing", "rule", "basis", "note"] {
                assert_eq!(answer[same], split[same], "{what} {same}");
            }
            assert_eq!(variant["category"], split["category"], "{what}");
            for side in ["aws", "customer"] {
                assert_eq!(json!(texts(&answer["duties"], side)), split[side], "{what} {side}");
                let always = list(split, "always").iter().filter(|duty| duty["party"] == side);
                let always: Vec<Value> = always.map(|duty| duty["duty"].clone()).collect();
                assert_eq!(texts(&page["layers"][place]["always"], side), always, "{what} always {side}");
            }
            assert_eq!(answer["third_party"], split["third_party"]["name"], "{what}");
            let of = |key: &str, table: &'static str| -> Vec<Value> {
                list(&answer, key).iter().map(|place| at(table, place)).collect()
            };
            let controls: Vec<Value> = of("controls", "controls").iter().map(|one| one["control"].clone()).collect();
            assert_eq!(json!(controls), split["controls"], "{what}");
            assert_eq!(json!(of("checks", "checks")), split["checks"], "{what}");
            for (source, wanted) in of("sources", "sources").iter().zip(list(split, "sources")) {
                for same in ["title", "url", "checked"] {
                    assert_eq!(source[same], wanted[same], "{what}");
                }
            }
            assert_eq!(list(&answer, "sources").len(), list(split, "sources").len(), "{what}");
            answers += 1;
        }
    }
    assert!(answers > 7000, "{answers}");
}

#[test]
fn an_estate_has_its_services_and_what_was_not_understood() {
    let file = made("page-estate.txt", "rds\neks@fargate\nnosuchthing\n");
    let page = unpacked(&answer(&["export", "html", "--from", &file]));
    let services: Vec<&Value> = list(&page, "services").iter().map(|one| &one["service"]).collect();
    assert_eq!(services, ["eks", "rds"]);
    let eks = &page["services"][0];
    assert_eq!(list(eks, "variants").len(), 1);
    assert_eq!(eks["variants"][0]["mode"], "fargate");
    assert_eq!(eks["variants"][0]["resources"], 1);
    assert_eq!(eks["left_out"], 5);
    let remarks = page["remarks"].to_string();
    assert!(remarks.contains("nosuchthing"), "{remarks}");
    // Nobody is led to what is not there.
    let names = page["names"].to_string();
    assert!(names.contains("\"rds\"") && !names.contains("dynamodb"));
}

#[test]
fn what_an_overlay_says_is_data() {
    const EVIL: &str = "X</title></style></script><img src=x onerror=alert(1)>\"'`|.";
    let split = json!({ "party": "third-party", "third_party": { "name": EVIL, "duties": [EVIL] }, "aws": [EVIL],
        "customer": [EVIL], "note": EVIL, "sources": ["page"] });
    let page = json!({ "title": EVIL, "url": "https://example.org/?a=\"><img+src=x>", "checked": "2026-01-15" });
    let own = json!({ "name": EVIL, "category": "abstracted", "basis": "stated", "sources": ["page"], "aliases": [EVIL],
        "splits": { "guest-os": split }, "modes": { "big": { "name": EVIL, "splits": { "platform": split } } } });
    let overlay = json!({ "owners": { "default": EVIL }, "sources": { "page": page }, "services": { "own": own } });
    let file = made("page-markup.yaml", overlay.to_string());
    let plain = answer(&["export", "html", "rds"]);
    let page = answer(&["export", "html", "own", "rds", "--catalogue", &file]);
    let shell = |page: &str| page.replace(between(page, "id=\"data\">", "</script>"), "");
    assert_eq!(shell(&page), shell(&plain), "only the data differs");
    let data = unpacked(&page);
    assert_eq!(data["services"][0]["name"], EVIL);
    assert_eq!(data["services"][0]["origin"], "The answers come from your overlay.");
    let answers = list(&data, "answers").iter().filter(|answer| answer["third_party"] == EVIL);
    assert!(answers.clone().all(|answer| answer["overlaid"] == true) && answers.count() > 0);
}
