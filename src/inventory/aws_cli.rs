//! What the AWS CLI prints about an account, and Steampipe's like of it: a list of objects, of which one field counts.

use super::findings::Once;
use super::json::Json;
use super::{Attributes, Error, Item, Sink};

type Dialect = Result<Option<&'static str>, Error>;

/// The commands whose output is a list of objects under one field: that field, the fields of the objects that name a
/// thing, the one that says most first, and what the output is called.
const LISTS: &[(&str, &[&str], &str)] = &[
    ("StackResourceSummaries", &["ResourceType"], "CloudFormation stack"),
    ("StackResources", &["ResourceType"], "CloudFormation stack"),
    ("ResourceTagMappingList", &["ResourceARN"], "Resource Groups Tagging API"),
    ("Resources", &["CfnResourceType", "Arn", "ResourceType", "Service"], "Resource Explorer"),
    ("resourceIdentifiers", &["resourceType"], "AWS Config resources"),
    ("EnabledServicePrincipals", &["ServicePrincipal"], "AWS Organizations integrations"),
    ("rows", &["arn"], "Steampipe"),
];

/// Reads the list under `field`; nothing if that is none of [`LISTS`].
pub(super) fn list(field: &str, json: &mut Json<'_>, sink: &mut dyn Sink) -> Dialect {
    let Some((_, fields, dialect)) = LISTS.iter().find(|(own, ..)| *own == field) else { return Ok(None) };
    if json.peek()? != b'[' {
        return Ok(None);
    }
    json.array(|json| named(json, sink, fields))?;
    Ok(Some(dialect))
}

/// One object, as the item that the best of `fields` names.
fn named(json: &mut Json<'_>, sink: &mut dyn Sink, fields: &[&str]) -> Result<(), Error> {
    let none = Attributes::default();
    let (mut name, mut value) = (String::new(), String::new());
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
}

/// `cloudtrail lookup-events`: a service that was called is a service in use, however often.
pub(super) fn events(json: &mut Json<'_>, sink: &mut dyn Sink) -> Dialect {
    let none = Attributes::default();
    let (mut source, mut once) = (String::new(), Once::default());
    json.maybe_array(|json| {
        json.maybe_object(|key, json| match key {
            "EventSource" => {
                if json.scalar(&mut source)? && once.first(&source) {
                    sink.item(Item { name: &source, count: 1, attributes: &none });
                }
                Ok(())
            }
            _ => json.skip(),
        })
    })?;
    Ok(Some("CloudTrail events"))
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

/// `Results` of several commands: in `configservice select-resource-config` every one is a text that holds JSON, in
/// `backup list-protected-resources` an object.
pub(super) fn results(json: &mut Json<'_>, sink: &mut dyn Sink) -> Dialect {
    let none = Attributes::default();
    let (mut result, mut kind, mut number) = (String::new(), String::new(), String::new());
    let mut dialect = "AWS Config selection";
    json.maybe_array(|json| {
        if json.peek()? == b'{' {
            dialect = "AWS Backup";
            return named(json, sink, &["ResourceArn"]);
        }
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
    Ok(Some(dialect))
}

/// `ce get-cost-and-usage` grouped by service: a service that costs something is a service in use.
pub(super) fn costs(json: &mut Json<'_>, sink: &mut dyn Sink) -> Dialect {
    let none = Attributes::default();
    let (mut name, mut once) = (String::new(), Once::default());
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

/// A row of a query, in a list: the thing that its ARN names.
pub(super) fn row(json: &mut Json<'_>, sink: &mut dyn Sink) -> Dialect {
    let none = Attributes::default();
    let mut arn = String::new();
    json.object(|key, json| if key == "arn" { json.scalar(&mut arn).map(drop) } else { json.skip() })?;
    if !arn.starts_with("arn:") {
        return Ok(None);
    }
    sink.item(Item { name: &arn, count: 1, attributes: &none });
    Ok(Some("list of ARNs"))
}
