//! Terraform and OpenTofu: `terraform show -json` of a state or a plan, and the state file itself.
//!
//! In a plan the same resource stands in several places; the first section that holds resources is the one that counts.
//! Data sources own nothing and are passed over; what other providers manage is counted and set aside.

use super::json::Json;
use super::{ANOTHER_PROVIDERS, Attributes, Error, Found, Item, Sink};

/// Modules nest by directories of people's own; no one has gone this deep.
const DEEPEST_MODULE: usize = 64;

/// Reads the fields of the outermost object one by one, since which of them count depends on those before.
#[derive(Default)]
pub(super) struct Reader {
    plan: bool,
    /// Whether a version has been read: `resources` alone make no state.
    versioned: bool,
    /// Whether a section with resources has been read.
    done: bool,
    seen: u64,
    /// The attributes of a resource, or of the instances of one, those in a row that agree as one. Buffers that are used
    /// again: the vector may be longer than what is in use.
    attributes: Vec<(Attributes, u64)>,
    scratch: Scratch,
}

/// Buffers that are used again for every resource.
#[derive(Default)]
struct Scratch {
    mode: String,
    kind: String,
    provider: String,
    value: String,
}

/// What a reader makes of a field: not its own, or its own, with the dialect if that is clear.
type Field = Option<Option<&'static str>>;

impl Reader {
    pub(super) fn field(&mut self, key: &str, json: &mut Json<'_>, sink: &mut dyn Sink) -> Result<Field, Error> {
        match key {
            "terraform_version" | "format_version" => {
                self.versioned = true;
                json.skip()?;
                return Ok(Some(Some(self.dialect())));
            }
            "planned_values" | "resource_changes" => self.plan = true,
            "values" => {}
            // A state file keeps its resources at the top, with their instances inside.
            "resources" if json.peek()? == b'[' => {}
            _ => return Ok(None),
        }
        if self.done {
            json.skip()?;
            return Ok(Some(Some(self.dialect())));
        }
        let before = self.seen;
        match key {
            "resource_changes" => json.maybe_array(|json| self.resource(json, sink, Form::Change))?,
            "resources" => json.maybe_array(|json| self.resource(json, sink, Form::StateFile))?,
            _ => json.maybe_object(|key, json| match key {
                "root_module" => self.module(json, sink, 0),
                _ => json.skip(),
            })?,
        }
        self.done = self.seen > before;
        let known = self.done || self.versioned || key != "resources";
        Ok(Some(known.then(|| self.dialect())))
    }

    const fn dialect(&self) -> &'static str {
        if self.plan { "Terraform plan" } else { "Terraform state" }
    }

    fn module(&mut self, json: &mut Json<'_>, sink: &mut dyn Sink, depth: usize) -> Result<(), Error> {
        if depth > DEEPEST_MODULE {
            return Err(json.fault(format!("modules nested more than {DEEPEST_MODULE} levels deep")));
        }
        json.maybe_object(|key, json| match key {
            "resources" => json.maybe_array(|json| self.resource(json, sink, Form::Value)),
            "child_modules" => json.maybe_array(|json| self.module(json, sink, depth + 1)),
            _ => json.skip(),
        })
    }

    fn resource(&mut self, json: &mut Json<'_>, sink: &mut dyn Sink, form: Form) -> Result<(), Error> {
        // A state knows every attribute; in a plan one that is not there may be known later.
        let whole = !self.plan;
        let Self { attributes, scratch, .. } = self;
        fresh(attributes, 0, whole);
        let Scratch { mode, kind, provider, value } = scratch;
        mode.clear();
        kind.clear();
        provider.clear();
        let (mut used, mut deleted) = (usize::from(form != Form::StateFile), false);
        json.maybe_object(|key, json| match (key, form) {
            ("mode", _) => json.scalar(mode).map(drop),
            ("type", _) => json.scalar(kind).map(drop),
            ("provider_name" | "provider", _) => json.scalar(provider).map(drop),
            ("values", Form::Value) => collect(json, sink, &mut attributes[0].0, value),
            ("change", Form::Change) => json.maybe_object(|key, json| match key {
                "actions" => {
                    let mut only_delete = true;
                    json.maybe_array(|json| {
                        json.scalar(value)?;
                        only_delete &= value == "delete";
                        Ok(())
                    })?;
                    deleted = only_delete;
                    Ok(())
                }
                "after" => collect(json, sink, &mut attributes[0].0, value),
                _ => json.skip(),
            }),
            ("instances", Form::StateFile) => json.maybe_array(|json| {
                fresh(attributes, used, whole);
                json.maybe_object(|key, json| match key {
                    "attributes" => collect(json, sink, &mut attributes[used].0, value),
                    _ => json.skip(),
                })?;
                match attributes[..=used].split_last_mut() {
                    Some((last, [.., before])) if last.0 == before.0 => before.1 += 1,
                    _ => used += 1,
                }
                Ok(())
            }),
            _ => json.skip(),
        })?;
        let instances: u64 = attributes[..used].iter().map(|(_, count)| count).sum();
        if kind.is_empty() || deleted || instances == 0 {
            return Ok(());
        }
        self.seen += 1;
        if mode == "data" {
            sink.ignored(kind, "a data source: it owns nothing", instances);
        } else if kind.starts_with("aws_") || kind.starts_with("awscc_") {
            for (attributes, count) in &attributes[..used] {
                sink.item(Item { name: kind, count: *count, attributes });
            }
        } else {
            let maker = provider.rsplit(['/', '"']).find(|part| !part.is_empty() && *part != "]").unwrap_or(provider);
            let maker =
                if maker.is_empty() { kind.split('_').find(|part| !part.is_empty()).unwrap_or(kind) } else { maker };
            sink.ignored(maker, ANOTHER_PROVIDERS, instances);
        }
        Ok(())
    }
}

/// Empties the attributes at `place`, and makes them one instance's.
fn fresh(attributes: &mut Vec<(Attributes, u64)>, place: usize, whole: bool) {
    if place == attributes.len() {
        attributes.push(Default::default());
    }
    let (own, count) = &mut attributes[place];
    own.clear(whole);
    *count = 1;
}

/// Where a resource stands, and so how it is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// In a module of `values` or `planned_values`.
    Value,
    /// In `resource_changes`.
    Change,
    /// In a state file.
    StateFile,
}

/// The attributes that are wanted, out of an object of attributes.
fn collect(json: &mut Json<'_>, sink: &mut dyn Sink, into: &mut Attributes, scratch: &mut String) -> Result<(), Error> {
    json.maybe_object(|key, json| {
        if !sink.wants(key) {
            return json.skip();
        }
        flatten(key, json, into, scratch, 0)
    })
}

/// A value and everything in it as paths; lists add nothing to a path.
pub(super) fn flatten(
    path: &str,
    json: &mut Json<'_>,
    into: &mut Attributes,
    scratch: &mut String,
    depth: usize,
) -> Result<(), Error> {
    if depth > 16 {
        return json.skip();
    }
    let mut any = false;
    match json.peek()? {
        b'{' => json.object(|key, json| {
            any = true;
            flatten(&format!("{path}.{key}"), json, into, scratch, depth + 1)
        })?,
        b'[' => json.array(|json| {
            any = true;
            flatten(path, json, into, scratch, depth + 1)
        })?,
        _ => {
            any = json.scalar(scratch)? && !scratch.is_empty();
            if any {
                into.push(path, Found::Value(scratch.clone())).map_err(|message| json.fault(message))?;
            }
        }
    }
    if !any {
        into.push(path, Found::Nothing).map_err(|message| json.fault(message))?;
    }
    Ok(())
}
