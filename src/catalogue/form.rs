//! The shape of the catalogue's YAML files as types, from which the schemas for editors are made.
//!
//! Compiled for tests only: the loader reads the tree itself, to tell every fault with its line. A test holds the two
//! together: every file of `data/` fits these types, and what the loader refuses for its shape, they refuse.

#![allow(dead_code, reason = "the types are described, never made")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use super::model::{Basis, Category, Layer, Party, Sharing, Stage};
use super::names;

/// A date, `YYYY-MM-DD`.
type Date = String;

/// Something for each of some layers.
pub(crate) struct ByLayer<T>(PhantomData<T>);

impl<T: JsonSchema> JsonSchema for ByLayer<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}ByLayer", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        let layers: Map<String, Value> =
            Layer::ALL.iter().map(|layer| (layer.to_string(), value.as_value().clone())).collect();
        json_schema!({ "type": "object", "additionalProperties": false, "properties": layers })
    }
}

/// Identifiers by the tool that writes them so.
pub(crate) struct ByTool;

impl JsonSchema for ByTool {
    fn schema_name() -> Cow<'static, str> {
        "Identifiers".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names = json_schema!({ "type": "array", "items": { "type": "string" } });
        let tools = names::WRITTEN.iter().map(|kind| (kind.word().replace('-', "_"), names.as_value().clone()));
        json_schema!({ "type": "object", "additionalProperties": false, "properties": tools.collect::<Map<_, _>>() })
    }
}

/// One imperative sentence of at most 220 characters that ends with a full stop.
#[derive(JsonSchema)]
#[schemars(transparent)]
pub(crate) struct Duty(#[schemars(length(max = 220), regex(pattern = r"^\p{Lu}[^\n]*\.$"))] pub(crate) String);

/// A NIST SP 800-53 Rev 5 control id, such as SI-2 or IA-2(1).
#[derive(JsonSchema)]
#[schemars(transparent)]
pub(crate) struct Control(#[schemars(regex(pattern = r"^[A-Z]{2}-[1-9][0-9]*(\([1-9][0-9]*\))?$"))] pub(crate) String);

/// A key of the bibliography.
#[derive(JsonSchema)]
#[schemars(transparent)]
pub(crate) struct SourceKey(#[schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$"))] pub(crate) String);

/// A service's file: `data/<category>/<id>.yaml`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct ServiceFile {
    /// The official name in full.
    pub(crate) name: String,
    /// What the file says besides its name.
    #[schemars(flatten)]
    pub(crate) rest: Service,
    /// Whether an AWS page puts the service into the category of its folder.
    pub(crate) basis: Basis,
    /// Which page, or which rule, puts it there.
    pub(crate) sources: Vec<SourceKey>,
}

/// What may be said about a service.
#[derive(JsonSchema)]
pub(crate) struct Service {
    /// The name as people write it; without it, the full name.
    pub(crate) short: Option<String>,
    /// The service of which it is a part.
    pub(crate) part_of: Option<String>,
    /// Everyday names.
    pub(crate) aliases: Option<Vec<String>>,
    /// Names that AWS has given up.
    pub(crate) former_names: Option<Vec<String>>,
    /// What AWS announced about its end.
    pub(crate) lifecycle: Option<Lifecycle>,
    /// Every identifier by which tools call it, by tool.
    pub(crate) identifiers: Option<ByTool>,
    /// What in an inventory tells it from services that share its resource types.
    pub(crate) when: Option<Vec<Condition>>,
    /// The layers that differ from the category's default.
    pub(crate) splits: Option<ByLayer<Split>>,
    /// The ways to run it that move the line.
    pub(crate) modes: Option<BTreeMap<String, Mode>>,
    /// The automated checks that prove the customer's duties, by layer.
    pub(crate) checks: Option<ByLayer<Checks>>,
}

/// A catalogue of your own, laid over the built-in one.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Overlay {
    /// Which of your teams holds the customer's side.
    pub(crate) owners: Option<Owners>,
    /// Pages of your own.
    pub(crate) sources: Option<BTreeMap<String, Source>>,
    /// Services of your own, and corrections of built-in ones.
    pub(crate) services: Option<BTreeMap<String, OverlayService>>,
}

/// A service of an overlay: a new one needs `name`, `category`, `basis` and `sources`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct OverlayService {
    /// The official name in full.
    pub(crate) name: Option<String>,
    /// The category.
    pub(crate) category: Option<Category>,
    /// Whether a page puts the service into the category.
    pub(crate) basis: Option<Basis>,
    /// Which page.
    pub(crate) sources: Option<Vec<SourceKey>>,
    /// What else may be said.
    #[schemars(flatten)]
    pub(crate) rest: Service,
}

/// Your teams.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Owners {
    /// Where nothing more specific is said.
    pub(crate) default: Option<String>,
    /// By layer.
    pub(crate) layers: Option<ByLayer<String>>,
    /// By service id.
    pub(crate) services: Option<BTreeMap<String, String>>,
}

/// A page.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Source {
    /// Its title.
    pub(crate) title: String,
    /// Its address.
    #[schemars(regex(pattern = r"^https://\S+$"))]
    pub(crate) url: String,
    /// The day to which the text that was read is dated.
    pub(crate) checked: Date,
}

/// What AWS announced about the end of a service.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Lifecycle {
    /// How far it has come.
    pub(crate) stage: Stage,
    /// Since when, or by when.
    pub(crate) date: Option<Date>,
    /// What else to know.
    pub(crate) note: Option<String>,
    /// Which page announces it.
    pub(crate) sources: Vec<SourceKey>,
}

/// What in a Terraform or CloudFormation resource reveals a service or a mode.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Condition {
    /// The resource type.
    #[schemars(regex(pattern = "^(aws_|.*::)"))]
    pub(crate) r#type: String,
    /// The attribute that decides, its levels separated by dots.
    pub(crate) attribute: Option<String>,
    /// The values that fit; a trailing `*` stands for any ending. Left out: the attribute is absent or empty.
    pub(crate) is: Option<OneOrMore>,
}

/// One value or several.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(crate) enum OneOrMore {
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

/// The answer for one layer.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Split {
    /// Who holds it.
    pub(crate) party: Party,
    /// For a shared split: does AWS's half wait for the customer's act (dependent), or does each act alone?
    pub(crate) sharing: Option<Sharing>,
    /// AWS's duties.
    pub(crate) aws: Option<Vec<Duty>>,
    /// The customer's duties.
    pub(crate) customer: Option<Vec<Duty>>,
    /// The part of a named third party.
    pub(crate) third_party: Option<ThirdParty>,
    /// `derived` where no page says who does it; left out, it is `stated`.
    pub(crate) basis: Option<Basis>,
    /// NIST SP 800-53 Rev 5 control ids.
    pub(crate) controls: Option<Vec<Control>>,
    /// Where AWS's own pages disagree, or what to know before relying on it.
    pub(crate) note: Option<String>,
    /// The pages that say so.
    #[schemars(length(min = 1))]
    pub(crate) sources: Vec<SourceKey>,
}

/// A third party's part.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct ThirdParty {
    /// Who it is.
    pub(crate) name: String,
    /// What it must do.
    pub(crate) duties: Option<Vec<Duty>>,
}

/// A way to run a service.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Mode {
    /// What it means, in a few words.
    pub(crate) name: String,
    /// The category whose defaults hold, where it is not the service's.
    pub(crate) category: Option<Category>,
    /// The pages that describe the mode.
    pub(crate) sources: Option<Vec<SourceKey>>,
    /// What in an inventory reveals it.
    pub(crate) when: Option<Vec<Condition>>,
    /// The layers that differ from the service's own splits.
    pub(crate) splits: Option<ByLayer<Split>>,
}

/// The checks of one layer, by maker.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Checks {
    /// AWS Security Hub controls.
    pub(crate) securityhub: Option<Vec<CheckId>>,
    /// AWS Config managed rules.
    pub(crate) config: Option<Vec<CheckId>>,
    /// Prowler checks.
    pub(crate) prowler: Option<Vec<CheckId>>,
}

/// A check's id, with the reason where it stands at two layers.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(crate) enum CheckId {
    /// The id.
    Id(String),
    /// The id and the reason.
    Noted {
        /// The id.
        id: String,
        /// Why it also stands at another layer.
        note: Option<String>,
    },
}
