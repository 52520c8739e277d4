//! Findings as inventories: what a scanner has looked at is in use. Security Hub's ASFF, and OCSF as Security Hub and
//! Prowler write it.

use std::collections::HashSet;

use super::json::Json;
use super::{Attributes, Error, Item, Sink};

/// One resource has many findings; it is counted once, up to a memory that stays small.
#[derive(Default)]
pub(super) struct Once {
    seen: HashSet<u64>,
}

impl Once {
    const MOST: usize = 200_000;

    pub(super) fn first(&mut self, id: &str) -> bool {
        use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(id);
        self.seen.len() >= Self::MOST || self.seen.insert(hash)
    }
}

/// `securityhub get-findings` and `get-findings-v2`.
pub(super) fn list(json: &mut Json<'_>, sink: &mut dyn Sink) -> Result<Option<&'static str>, Error> {
    let mut once = Once::default();
    let mut dialect = None;
    json.maybe_array(|json| {
        if json.peek()? != b'{' {
            return json.skip();
        }
        dialect = one(json, sink, &mut once)?.or(dialect);
        Ok(())
    })?;
    Ok(dialect.or(Some("Security Hub findings")))
}

/// One object of a list: a finding, or a row of a query that has an ARN. Which it was, if it was one.
pub(super) fn one(json: &mut Json<'_>, sink: &mut dyn Sink, once: &mut Once) -> Result<Option<&'static str>, Error> {
    let none = Attributes::default();
    let mut arn = String::new();
    let mut found = None;
    json.object(|key, json| match key {
        "Resources" => {
            found = Some("Security Hub findings");
            json.maybe_array(|json| resource(json, sink, once))
        }
        "resources" => {
            found = Some("OCSF findings");
            json.maybe_array(|json| resource(json, sink, once))
        }
        "arn" => json.scalar(&mut arn).map(drop),
        _ => json.skip(),
    })?;
    if found.is_none() && arn.starts_with("arn:") {
        sink.item(Item { name: &arn, count: 1, attributes: &none });
        found = Some("list of ARNs");
    }
    Ok(found)
}

/// A resource of a finding: `Type` and `Id` in ASFF; `type`, `uid` and `group.name` in OCSF.
fn resource(json: &mut Json<'_>, sink: &mut dyn Sink, once: &mut Once) -> Result<(), Error> {
    let (mut kind, mut id, mut group) = (String::new(), String::new(), String::new());
    json.maybe_object(|key, json| match key {
        "Type" | "type" => json.scalar(&mut kind).map(drop),
        "Id" | "uid" => json.scalar(&mut id).map(drop),
        "group" => json.maybe_object(|key, json| match key {
            "name" => json.scalar(&mut group).map(drop),
            _ => json.skip(),
        }),
        _ => json.skip(),
    })?;
    // A generic type such as `Other` says nothing; an ARN does, and so does the service that was scanned.
    let name = if kind.starts_with("Aws") || kind.starts_with("AWS::") {
        &kind
    } else if id.starts_with("arn:") {
        &id
    } else if group.is_empty() {
        &kind
    } else {
        &group
    };
    if !name.is_empty() && (id.is_empty() || once.first(&id)) {
        sink.item(Item { name, count: 1, attributes: &Attributes::default() });
    }
    Ok(())
}
