//! What the AWS CLI prints about an account: each of these readers takes the list that one command's output holds.

use super::findings::Once;
use super::json::Json;
use super::{Attributes, Error, Item, Sink};

type Dialect = Result<Option<&'static str>, Error>;

/// One field of every object of a list, as items.
fn each(json: &mut Json<'_>, sink: &mut dyn Sink, fields: &[&str]) -> Result<(), Error> {
    let none = Attributes::default();
    let (mut name, mut value) = (String::new(), String::new());
    json.maybe_array(|json| {
        // The earlier a field stands in `fields`, the more it says.
        let mut best = fields.len();
        json.maybe_object(|key, json| {
            let place = fields.iter().position(|field| *field == key).unwrap_or(fields.len());
            if place >= best {
                return json.skip();
            }
            if json.scalar(&mut value)? && !value.is_empty() {
                best = place;
                std::mem::swap(&mut name, &mut value);
            }
            Ok(())
        })?;
        if best < fields.len() {
            sink.item(Item { name: &name, count: 1, attributes: &none });
        }
        Ok(())
    })
}

/// `cloudformation list-stack-resources` and `describe-stack-resources`.
pub(super) fn stack_resources(json: &mut Json<'_>, sink: &mut dyn Sink) -> Dialect {
    each(json, sink, &["ResourceType"])?;
    Ok(Some("CloudFormation stack"))
}

/// `resourcegroupstaggingapi get-resources`.
pub(super) fn tagged(json: &mut Json<'_>, sink: &mut dyn Sink) -> Dialect {
    each(json, sink, &["ResourceARN"])?;
    Ok(Some("Resource Groups Tagging API"))
}

/// `resource-explorer-2 search`.
pub(super) fn explored(json: &mut Json<'_>, sink: &mut dyn Sink) -> Dialect {
    each(json, sink, &["CfnResourceType", "Arn", "ResourceType", "Service"])?;
    Ok(Some("Resource Explorer"))
}

/// A count as it is written; one where it is no number. Nobody has four thousand million of a thing, and so no sum of
/// counts overflows.
fn how_many(number: &str) -> u64 {
    number.parse::<u32>().map_or(1, u64::from)
}

/// `configservice get-discovered-resource-counts`.
pub(super) fn config_counts(json: &mut Json<'_>, sink: &mut dyn Sink) -> Dialect {
    let none = Attributes::default();
    let (mut kind, mut number) = (String::new(), String::new());
    json.maybe_array(|json| {
        kind.clear();
        let mut count = 1;
        json.maybe_object(|key, json| match key {
            "resourceType" => json.scalar(&mut kind).map(drop),
            "count" => {
                json.scalar(&mut number)?;
                count = how_many(&number);
                Ok(())
            }
            _ => json.skip(),
        })?;
        if !kind.is_empty() && count > 0 {
            sink.item(Item { name: &kind, count, attributes: &none });
        }
        Ok(())
    })?;
    Ok(Some("AWS Config counts"))
}

/// `configservice select-resource-config`: every result is a text that holds JSON.
pub(super) fn config_selection(json: &mut Json<'_>, sink: &mut dyn Sink) -> Dialect {
    let none = Attributes::default();
    let (mut result, mut kind, mut number) = (String::new(), String::new(), String::new());
    json.maybe_array(|json| {
        if !json.scalar(&mut result)? {
            return Ok(());
        }
        kind.clear();
        let mut count = 1;
        let mut text = result.as_bytes();
        let mut inner = Json::new(&mut text);
        if inner.peek()? != b'{' {
            return Ok(());
        }
        inner.object(|key, json| match key {
            "resourceType" => json.scalar(&mut kind).map(drop),
            "COUNT(*)" => {
                json.scalar(&mut number)?;
                count = how_many(&number);
                Ok(())
            }
            _ => json.skip(),
        })?;
        if !kind.is_empty() && count > 0 {
            sink.item(Item { name: &kind, count, attributes: &none });
        }
        Ok(())
    })?;
    Ok(Some("AWS Config selection"))
}

/// `ce get-cost-and-usage` grouped by service: a service that costs something is a service in use.
pub(super) fn costs(json: &mut Json<'_>, sink: &mut dyn Sink) -> Dialect {
    let none = Attributes::default();
    let mut name = String::new();
    let mut once = Once::default();
    json.maybe_array(|json| {
        json.maybe_object(|key, json| match key {
            "Groups" => json.maybe_array(|json| {
                json.maybe_object(|key, json| match key {
                    "Keys" => {
                        let mut first = true;
                        json.maybe_array(|json| {
                            if !std::mem::take(&mut first) {
                                return json.skip();
                            }
                            // A service stands once a month here; it is one service.
                            if json.scalar(&mut name)? && once.first(&name) {
                                sink.item(Item { name: &name, count: 1, attributes: &none });
                            }
                            Ok(())
                        })
                    }
                    _ => json.skip(),
                })
            }),
            _ => json.skip(),
        })
    })?;
    Ok(Some("Cost Explorer"))
}

/// `iam get-service-last-accessed-details`: services that were never called are not in use.
pub(super) fn last_accessed(json: &mut Json<'_>, sink: &mut dyn Sink) -> Dialect {
    let none = Attributes::default();
    let (mut namespace, mut when) = (String::new(), String::new());
    json.maybe_array(|json| {
        namespace.clear();
        let mut used = false;
        json.maybe_object(|key, json| match key {
            "ServiceNamespace" => json.scalar(&mut namespace).map(drop),
            "LastAuthenticated" => {
                used = json.scalar(&mut when)?;
                Ok(())
            }
            _ => json.skip(),
        })?;
        if used {
            sink.item(Item { name: &namespace, count: 1, attributes: &none });
        } else if !namespace.is_empty() {
            sink.ignored(&namespace, "never called", 1);
        }
        Ok(())
    })?;
    Ok(Some("IAM last accessed"))
}
