//! `whose schema`: the JSON Schema of what the program writes, or of what it reads. Both are committed files, made from the
//! types by a test and compared with them by the same test.

use flate2::read::GzDecoder;

use super::Outcome;

#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Of what: the records that commands write, or the YAML of a catalogue file (for editors)
    #[arg(value_enum, default_value = "records")]
    pub of: Of,
}

/// Of what a schema is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Of {
    /// What commands write as json, ndjson and yaml
    Records,
    /// A service's file in data/
    Service,
    /// A catalogue of your own for --catalogue
    Overlay,
}

/// Prints.
///
/// # Errors
///
/// None: the schemas that the program carries are text.
pub fn run(args: &Args) -> anyhow::Result<Outcome> {
    let carried: &[u8] = match args.of {
        Of::Records => include_bytes!(concat!(env!("OUT_DIR"), "/records.json.gz")),
        Of::Service => include_bytes!(concat!(env!("OUT_DIR"), "/service.json.gz")),
        Of::Overlay => include_bytes!(concat!(env!("OUT_DIR"), "/overlay.json.gz")),
    };
    Ok(Outcome::text(std::io::read_to_string(GzDecoder::new(carried))?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;

    use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
    use serde_json::{Value, json};

    use crate::catalogue::model::{Owners, Service, Source};
    use crate::commands::records::{AnswerRecord, CategoryRecord, LayerRecord, ServiceRecord};
    use crate::commands::{check, controls, duties, gaps, matrix, modes, resolve};

    const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

    fn of<T: JsonSchema>(generator: SchemaGenerator, title: &str, description: &str) -> Value {
        let mut schema = generator.into_root_schema_for::<T>().to_value();
        schema["title"] = title.into();
        schema["description"] = description.into();
        without_null(&mut schema);
        schema
    }

    fn reading() -> SchemaGenerator {
        SchemaSettings::draft2020_12().for_deserialize().into_generator()
    }

    /// A file of `data/`: its folder says the category.
    fn service_file() -> Value {
        let title = "A service's file of the catalogue of `whose`";
        let mut schema = of::<Service>(reading(), title, "data/<category>/<id>.yaml");
        schema["properties"].as_object_mut().expect("a struct has properties").remove("category");
        schema["required"].as_array_mut().expect("some are required").retain(|field| field != "category");
        schema
    }

    /// An overlay: its services need nothing but what they change.
    fn overlay() -> Value {
        #[derive(JsonSchema)]
        #[schemars(deny_unknown_fields)]
        #[allow(dead_code, reason = "the type is described, never made")]
        struct Overlay {
            /// Which of your teams holds the customer's side.
            owners: Option<Owners>,
            /// Pages of your own.
            sources: Option<BTreeMap<String, Source>>,
            /// Services of your own, and corrections of built-in ones. A new one needs name, category, basis and sources.
            services: Option<BTreeMap<String, Service>>,
        }
        let title = "A catalogue of your own for `whose --catalogue`";
        let mut schema = of::<Overlay>(reading(), title, "Laid over the built-in catalogue.");
        schema["$defs"]["Service"].as_object_mut().expect("a service is a definition").remove("required");
        schema
    }

    /// In the files a field is left out, never written as nothing.
    fn without_null(schema: &mut Value) {
        if let Some(types) = schema.get_mut("type").filter(|types| types.is_array()) {
            let kept = types.as_array().into_iter().flatten().find(|name| *name != "null").cloned();
            *types = kept.unwrap_or_default();
        }
        let only = schema.get("anyOf").and_then(Value::as_array).and_then(|any| match &any[..] {
            [one, null] if null["type"] == "null" => Some(one.clone()),
            _ => None,
        });
        if let (Some(only), Some(object)) = (only, schema.as_object_mut()) {
            object.remove("anyOf");
            object.extend(only.as_object().cloned().unwrap_or_default());
        }
        match schema {
            Value::Object(fields) => fields.values_mut().for_each(without_null),
            Value::Array(items) => items.iter_mut().for_each(without_null),
            _ => {}
        }
    }

    /// Leaves out what names a format of Rust's numbers: strict validators refuse formats that JSON Schema does not define.
    fn without_unknown_formats(schema: &mut Value) {
        if let Value::Object(fields) = schema {
            fields.retain(|name, value| {
                name != "format" || value.as_str().is_none_or(|format| FORMATS.contains(&format))
            });
        }
        match schema {
            Value::Object(fields) => fields.values_mut().for_each(without_unknown_formats),
            Value::Array(items) => items.iter_mut().for_each(without_unknown_formats),
            _ => {}
        }
    }

    /// The formats of JSON Schema that the types use.
    const FORMATS: [&str; 1] = ["date"];

    /// One definition a command, and the envelope around its records.
    fn records() -> Value {
        let mut generator: SchemaGenerator = SchemaSettings::draft2020_12().for_serialize().into_generator();
        let records = [
            ("show", generator.subschema_for::<AnswerRecord<'_>>()),
            ("matrix", generator.subschema_for::<matrix::CellRecord<'_>>()),
            ("changes", generator.subschema_for::<matrix::ChangeRecord<'_>>()),
            ("controls", generator.subschema_for::<controls::ControlRecord<'_>>()),
            ("modes", generator.subschema_for::<modes::ModeRecord<'_>>()),
            ("services", generator.subschema_for::<ServiceRecord<'_>>()),
            ("categories", generator.subschema_for::<CategoryRecord<'_>>()),
            ("layers", generator.subschema_for::<LayerRecord<'_>>()),
            ("duties", generator.subschema_for::<duties::DutyRecord<'_>>()),
            ("resolve", generator.subschema_for::<resolve::ResolutionRecord<'_>>()),
            ("gaps", generator.subschema_for::<gaps::GapRecord<'_>>()),
            ("export", generator.subschema_for::<crate::export::ExportRecord<'_>>()),
            ("check", generator.subschema_for::<check::FaultRecord<'_>>()),
        ];
        let mut definitions = generator.take_definitions(true);
        let mut any = Vec::new();
        for (command, record) in records {
            definitions.insert(command.to_owned(), record.to_value());
            any.push(json!({ "$ref": format!("#/$defs/{command}") }));
        }
        json!({
            "$schema": DIALECT,
            "title": "whose/1: the records that `whose` writes",
            "description": "A json or yaml document is an envelope; a line of ndjson is a bare record, defined below under the name \
                of its command. Within whose/1 fields are only added: ignore what you do not know. A field that is removed or \
                changes its meaning makes whose/2.",
            "type": "object",
            "required": ["schema", "catalogue", "results"],
            "properties": {
                "schema": { "const": "whose/1" },
                "catalogue": { "type": "string", "description": "The newest day on which a source was checked." },
                "results": { "type": "array", "items": { "anyOf": any } },
                "unmatched": { "type": "array", "description": "matrix, controls: names of the inventory that no service was found for." },
                "ignored": { "type": "array", "description": "matrix, controls: what was passed over, and why." },
                "before": { "type": "object", "description": "changes (matrix --against): unmatched and ignored of what it is compared with." },
                "sources": { "type": "array", "description": "export: the bibliography." },
                "layers": { "type": "array", "items": { "$ref": "#/$defs/layers" }, "description": "export: the layers." },
                "categories": { "type": "array", "items": { "$ref": "#/$defs/categories" }, "description": "export: the categories." },
            },
            "$defs": definitions,
        })
    }

    /// The committed file is what the types say; `WHOSE_BLESS=1 cargo test` writes it anew.
    fn committed(file: &str, mut made: Value) {
        without_unknown_formats(&mut made);
        let path = format!("{}/schema/{file}", env!("CARGO_MANIFEST_DIR"));
        let made = serde_json::to_string_pretty(&made).expect("a schema is JSON") + "\n";
        if std::env::var_os("WHOSE_BLESS").is_some() {
            fs::write(&path, &made).expect("the schema can be written");
        }
        let stands = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            stands == made,
            "{path} is not what the types say; write it anew with `WHOSE_BLESS=1 cargo test schema`"
        );
    }

    #[test]
    fn the_committed_schemas_are_made_from_the_types() {
        committed("records.json", records());
        committed("service.json", service_file());
        committed("overlay.json", overlay());
    }
}
