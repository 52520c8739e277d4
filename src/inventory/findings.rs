//! Findings as inventories: what a scanner has looked at is in use. Security Hub's ASFF, and OCSF as Prowler writes it.

use super::json::Json;
use super::{Attributes, Error, Item, Sink};
use std::collections::HashSet;

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

/// `securityhub get-findings`.
pub(super) fn asff(json: &mut Json<'_>, sink: &mut dyn Sink) -> Result<Option<&'static str>, Error> {
    let none = Attributes::default();
    let mut once = Once::default();
    let (mut kind, mut id) = (String::new(), String::new());
    json.maybe_array(|json| {
        json.maybe_object(|key, json| match key {
            "Resources" => json.maybe_array(|json| {
                kind.clear();
                id.clear();
                json.maybe_object(|key, json| match key {
                    "Type" => json.scalar(&mut kind).map(drop),
                    "Id" => json.scalar(&mut id).map(drop),
                    _ => json.skip(),
                })?;
                if once.first(&id) {
                    // A generic type says nothing; an ARN does.
                    let name = if kind.starts_with("Aws") || !id.starts_with("arn:") { &kind } else { &id };
                    if !name.is_empty() {
                        sink.item(Item { name, count: 1, attributes: &none });
                    }
                }
                Ok(())
            }),
            _ => json.skip(),
        })
    })?;
    Ok(Some("Security Hub findings"))
}

/// One finding of a list in OCSF; whether it was one.
pub(super) fn ocsf(json: &mut Json<'_>, sink: &mut dyn Sink) -> Result<Option<&'static str>, Error> {
    let none = Attributes::default();
    let (mut group, mut kind, mut uid) = (String::new(), String::new(), String::new());
    let mut found = None;
    json.object(|key, json| match key {
        "resources" => {
            found = Some("OCSF findings");
            json.maybe_array(|json| {
                group.clear();
                kind.clear();
                uid.clear();
                json.maybe_object(|key, json| match key {
                    "group" => json.maybe_object(|key, json| match key {
                        "name" => json.scalar(&mut group).map(drop),
                        _ => json.skip(),
                    }),
                    "type" => json.scalar(&mut kind).map(drop),
                    "uid" => json.scalar(&mut uid).map(drop),
                    _ => json.skip(),
                })?;
                let name =
                    [&kind, &uid, &group].into_iter().find(|name| name.starts_with("Aws") || name.starts_with("arn:"));
                let name = name.unwrap_or(if group.is_empty() { &kind } else { &group });
                if !name.is_empty() {
                    sink.item(Item { name, count: 1, attributes: &none });
                }
                Ok(())
            })
        }
        _ => json.skip(),
    })?;
    Ok(found)
}
