//! What the AWS CLI prints about an account, and Steampipe's like of it: mostly a list of objects, of which one field counts.

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor as SerdeVisitor};
use serde_json::Value;

use super::attributes::Attributes;
use super::deduplicator::Deduplicator;
use super::document::{As, Collect, Each, Element, Session, Skip, Spelling};
use super::{Error, Item, Visitor, usage};
use crate::findings::ONE_PAGE;
use crate::json::{Scalar, expecting_anything, pass_over};

/// A list of objects under a field that only one command, or a few alike, write.
struct ListShape {
    /// The field of the outermost object.
    field: &'static str,
    /// What the output is called.
    dialect: &'static str,
    thing: Thing,
    /// The list that stands in each of the elements, if not they but its elements are the things.
    within: Option<&'static Self>,
    /// The paths whose value tells things apart, where a list names one thing several times.
    identity: &'static [&'static str],
    /// The path of how many things an element stands for.
    count: Option<&'static str>,
    /// Which elements stand for nothing that is there.
    aside: Option<Aside>,
    spelling: Spelling,
}

/// What an element of a list stands for.
enum Thing {
    /// What the first of these paths with a value names.
    Named(&'static [&'static str]),
    /// A thing of this type, if one of these paths has a value.
    Typed(&'static str, &'static [&'static str]),
    /// As [`Typed`](Self::Typed); and every text in the list is the name of a thing of the second type.
    TypedOrText(&'static str, &'static [&'static str], &'static str),
}

/// When an element stands for nothing that is there, and why it is passed over.
#[derive(Clone, Copy)]
enum Aside {
    /// One of the paths has a value that begins so.
    Where(&'static [&'static str], &'static str, &'static str),
    /// The path has a value.
    With(&'static str, &'static str),
    /// The path has no value.
    Without(&'static str, &'static str),
}

impl Aside {
    /// Whether the first level of a path is of interest.
    fn looks_at(self, key: &str) -> bool {
        let paths = match self {
            Self::Where(paths, ..) => paths,
            Self::With(ref path, _) | Self::Without(ref path, _) => std::slice::from_ref(path),
        };
        paths.iter().any(|path| is_first(path, key))
    }

    /// Why the element with these attributes stands for nothing, if it does.
    fn why(self, attributes: &Attributes) -> Option<&'static str> {
        let value = |path: &str| attributes.value(path).filter(|value| !value.is_empty());
        match self {
            Self::Where(paths, begins, why) => {
                paths.iter().filter_map(|path| value(path)).any(|value| value.starts_with(begins)).then_some(why)
            }
            Self::With(path, why) => value(path).is_some().then_some(why),
            Self::Without(path, why) => value(path).is_none().then_some(why),
        }
    }
}

/// Whether `key` is the first level of `path`.
fn is_first(path: &str, key: &str) -> bool {
    path.split('.').next() == Some(key)
}

const fn named(field: &'static str, dialect: &'static str, paths: &'static [&'static str]) -> ListShape {
    ListShape {
        field,
        dialect,
        thing: Thing::Named(paths),
        within: None,
        identity: &[],
        count: None,
        aside: None,
        spelling: Spelling::Same,
    }
}

const fn typed(field: &'static str, kind: &'static str, paths: &'static [&'static str]) -> ListShape {
    ListShape { thing: Thing::Typed(kind, paths), ..named(field, DESCRIBED, &[]) }
}

/// What output of `list-…` and `describe-…` commands is called.
pub(super) const DESCRIBED: &str = "AWS CLI list";

/// What ECS says for a while of what was deleted.
const INACTIVE: Option<Aside> = Some(Aside::Where(&["Status"], "INACTIVE", "inactive"));

const ARN_IDENTITY: &[&str] = &["ResourceArn", "Identifier.ResourceArn"];

/// What stands in every one of the `Reservations` of `ec2 describe-instances`. A query may have made a text of the state.
static INSTANCES: ListShape = ListShape {
    identity: &["InstanceId"],
    aside: Some(Aside::Where(&["State.Name", "State"], "terminated", "terminated")),
    ..typed("Instances", "AWS::EC2::Instance", &["InstanceId"])
};

/// Every list that is known. Fields that several commands use are told apart by what their elements have.
static LISTS: &[ListShape] = &[
    ListShape {
        aside: Some(Aside::Where(&["ResourceStatus"], "DELETE_COMPLETE", "deleted")),
        ..named("StackResourceSummaries", "CloudFormation stack", &["ResourceType"])
    },
    ListShape {
        aside: Some(Aside::Where(&["ResourceStatus"], "DELETE_COMPLETE", "deleted")),
        ..named("StackResources", "CloudFormation stack", &["ResourceType"])
    },
    named("ResourceTagMappingList", "Resource Groups Tagging API", &["ResourceARN"]),
    ListShape {
        identity: ARN_IDENTITY,
        ..named(
            "Resources",
            "Resource Explorer",
            &["CfnResourceType", "Arn", "ResourceType", "Service", "Identifier.ResourceType", "Identifier.ResourceArn"],
        )
    },
    // AWS Config aggregators name a type; resource groups a type and an ARN.
    ListShape {
        identity: ARN_IDENTITY,
        ..named("ResourceIdentifiers", "AWS Config resources", &["ResourceType", "ResourceArn"])
    },
    ListShape {
        aside: Some(Aside::With("resourceDeletionTime", "deleted")),
        ..named("resourceIdentifiers", "AWS Config resources", &["resourceType"])
    },
    ListShape {
        identity: &["ARN", "arn", "resourceId"],
        aside: Some(Aside::Where(&["configurationItemStatus"], "ResourceDeleted", "deleted")),
        ..named("configurationItems", "AWS Config snapshot", &["resourceType", "ARN", "arn"])
    },
    named("baseConfigurationItems", "AWS Config resources", &["resourceType", "arn"]),
    named("BaseConfigurationItems", "AWS Config resources", &["resourceType", "arn"]),
    ListShape { count: Some("count"), ..named("resourceCounts", "AWS Config counts", &["resourceType"]) },
    ListShape { count: Some("ResourceCount"), ..named("GroupedResourceCounts", "AWS Config counts", &["GroupName"]) },
    named("EnabledServicePrincipals", "AWS Organizations integrations", &["ServicePrincipal"]),
    ListShape {
        aside: Some(Aside::Without("LastAuthenticated", "never called")),
        ..named("ServicesLastAccessed", "IAM last accessed", &["ServiceNamespace"])
    },
    // A service that was called is a service in use, however often.
    ListShape { identity: &["EventSource"], ..named("Events", "CloudTrail events", &["EventSource"]) },
    ListShape { identity: &["eventSource"], ..named("Records", "CloudTrail events", &["eventSource"]) },
    named("rows", "Steampipe", &["arn"]),
    // `describe-…` and `list-…`.
    ListShape { within: Some(&INSTANCES), ..named("Reservations", DESCRIBED, &[]) },
    typed("DBInstances", "AWS::RDS::DBInstance", &["DBInstanceArn", "DBInstanceIdentifier"]),
    typed("DBClusters", "AWS::RDS::DBCluster", &["DBClusterArn", "DBClusterIdentifier"]),
    typed("Functions", "AWS::Lambda::Function", &["FunctionArn"]),
    ListShape {
        thing: Thing::TypedOrText("AWS::ECS::Cluster", &["ClusterArn"], "AWS::EKS::Cluster"),
        aside: INACTIVE,
        spelling: Spelling::LowerCamel,
        ..named("clusters", DESCRIBED, &[])
    },
    ListShape {
        aside: INACTIVE,
        spelling: Spelling::LowerCamel,
        ..typed("services", "AWS::ECS::Service", &["ServiceArn"])
    },
    ListShape {
        aside: INACTIVE,
        spelling: Spelling::LowerCamel,
        ..typed("taskDefinition", "AWS::ECS::TaskDefinition", &["TaskDefinitionArn"])
    },
    ListShape { spelling: Spelling::LowerCamel, ..typed("cluster", "AWS::EKS::Cluster", &["Arn"]) },
    ListShape { spelling: Spelling::LowerCamel, ..typed("nodegroup", "AWS::EKS::Nodegroup", &["NodegroupArn"]) },
    typed("Volumes", "AWS::EC2::Volume", &["VolumeId"]),
    typed("Vpcs", "AWS::EC2::VPC", &["VpcId"]),
    typed("Buckets", "AWS::S3::Bucket", &["Name"]),
    ListShape {
        thing: Thing::TypedOrText("AWS::SQS::Queue", &[], "AWS::SQS::Queue"),
        ..named("QueueUrls", DESCRIBED, &[])
    },
    ListShape {
        thing: Thing::TypedOrText("AWS::DynamoDB::Table", &[], "AWS::DynamoDB::Table"),
        ..named("TableNames", DESCRIBED, &[])
    },
    named("Topics", DESCRIBED, &["TopicArn"]),
    named("LoadBalancers", DESCRIBED, &["LoadBalancerArn"]),
    named("CacheClusters", DESCRIBED, &["ARN"]),
    named("ReplicationGroups", DESCRIBED, &["ARN"]),
    named("FileSystems", DESCRIBED, &["FileSystemArn", "ResourceARN"]),
    named("SecretList", DESCRIBED, &["ARN"]),
    named("Keys", DESCRIBED, &["KeyArn"]),
    named("stateMachines", DESCRIBED, &["stateMachineArn"]),
    named("repositories", DESCRIBED, &["repositoryArn"]),
];

/// Lists that are read by functions of their own.
const OTHER_FIELDS: [&str; 3] = ["Results", "ResultsByTime", "Findings"];

/// Fields that name the next page, where there is one.
const TOKENS: &[&str] = &[
    "NextToken",
    "nextToken",
    "NextPageToken",
    "PaginationToken",
    "ContinuationToken",
    "LastEvaluatedTableName",
    "Marker",
    "NextMarker",
];

/// Fields that stand beside those lists and say nothing about what is in them.
const COMPANIONS: &[&str] = &[
    "Count",
    "ViewArn",
    "QueryErrors",
    "TotalDiscoveredResources",
    "totalDiscoveredResources",
    "GroupByKey",
    "QueryInfo",
    "failures",
    "fileVersion",
    "configSnapshotId",
    "columns",
    "Owner",
    "Prefix",
    "JobStatus",
    "JobType",
    "JobCreationDate",
    "JobCompletionDate",
    "IsTruncated",
    "Truncated",
    "GroupDefinitions",
    "DimensionValueAttributes",
];

/// Whether the field `key` stands beside lists and says nothing about what is in them.
pub(super) fn is_companion(key: &str) -> bool {
    TOKENS.contains(&key) || COMPANIONS.contains(&key)
}

/// What a document says about being a part of the answer.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// The field that names the next page.
    token: Option<&'static str>,
    truncated: Option<bool>,
    /// Whether Resource Explorer stopped at its limit.
    capped: bool,
    /// How far IAM is with its report.
    job: Option<String>,
}

impl Part {
    /// Reads the value of `key` if it says such a thing; whether it does.
    pub(super) fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match (key, TOKENS.iter().find(|token| **token == key)) {
            (_, Some(token)) => {
                let names_one = map.next_value::<Scalar>()?.0.is_some_and(|value| !value.is_empty());
                if names_one && (*token != "Marker" || self.token.is_none()) {
                    self.token = Some(token);
                }
            }
            ("IsTruncated" | "Truncated", _) => {
                self.truncated = map.next_value::<Scalar>()?.0.map(|value| value == "true");
            }
            ("Count", _) => self.capped |= map.next_value::<Value>()?["Complete"] == false,
            ("JobStatus", _) => self.job = map.next_value::<Scalar>()?.0,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// What is left out of the list of the document.
    ///
    /// # Errors
    ///
    /// A report that is not there yet.
    pub(super) fn missing(&self, has: impl Fn(&str) -> bool) -> Result<Option<&'static str>, Error> {
        if let Some(job) = self.job.as_deref().filter(|job| has("ServicesLastAccessed") && *job != "COMPLETED") {
            return Err(Error::refused(
                format!("this report is not complete: its JobStatus is {}", job.escape_debug()),
                "aws iam get-service-last-accessed-details --job-id ID, once its JobStatus is COMPLETED",
            ));
        }
        // EFS repeats the marker of the question.
        let token = self.token.filter(|token| *token != "Marker" || !has("FileSystems"));
        Ok(match () {
            () if self.truncated.unwrap_or(token.is_some()) => Some(ONE_PAGE),
            () if self.capped => Some(CAPPED),
            () => None,
        })
    }
}

/// What is said of a search of Resource Explorer's that found more than it may tell.
const CAPPED: &str = "Resource Explorer stopped at its limit of 1000 results, and what is beyond is not counted: \
    aws resource-explorer-2 list-resources has no such limit";

/// What was found in a list.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    /// Its elements.
    pub(super) rows: u64,
    /// Those of them that are what the list is known for.
    pub(super) known: u64,
    /// What it is called.
    pub(super) dialect: &'static str,
}

/// Whether `key` is the field of a list that is known.
pub(super) fn is_list(key: &str) -> bool {
    LISTS.iter().any(|shape| shape.field == key) || OTHER_FIELDS.contains(&key)
}

/// Reads the value of `key`, for which [`is_list`] holds.
pub(super) fn field<'de, A: MapAccess<'de>>(
    key: &str,
    map: &mut A,
    session: &Session,
    visitor: &mut dyn Visitor,
    seen: &mut Deduplicator,
) -> Result<Found, A::Error> {
    match LISTS.iter().find(|shape| shape.field == key) {
        Some(shape) => map.next_value_seed(Things { shape, session, visitor, seen }),
        None => results(map, session, visitor),
    }
}

/// Fields by which a list knows its elements, and which rows of other things have as well.
const SHARED: &[&str] = &["Name", "VpcId"];

/// The shapes whose elements are known by a field of theirs wherever they stand. A row about an instance may name its volume.
fn unmistakable() -> impl Iterator<Item = (&'static ListShape, &'static [&'static str])> {
    [&INSTANCES].into_iter().chain(LISTS).filter_map(|shape| match shape.thing {
        Thing::Typed(_, paths)
            if shape.spelling == Spelling::Same && !paths.iter().any(|path| SHARED.contains(path)) =>
        {
            Some((shape, paths))
        }
        _ => None,
    })
}

/// Whether the field `key` of a row tells what the row is, or that it is gone.
pub(super) fn is_telling(key: &str) -> bool {
    unmistakable().any(|(shape, paths)| paths.contains(&key) || shape.aside.is_some_and(|aside| aside.looks_at(key)))
}

/// Hands a row on that is what a `describe-…` command lists, without the list around it; whether it is.
pub(super) fn described(row: &Value, visitor: &mut dyn Visitor, seen: &mut Deduplicator) -> bool {
    let has = |path: &&'static str| row.get(*path).is_some_and(Value::is_string);
    let Some((shape, _)) = unmistakable().find(|(_, paths)| paths.iter().any(has)) else { return false };
    let (session, mut found) = (Session::default(), Found::default());
    let attributes = Attributes::default();
    // A query chooses its fields: what is not there may be set all the same.
    let complete = false;
    let mut elements = Elements { shape, session: &session, visitor, seen, found: &mut found, attributes, complete };
    let row = Row { elements: &mut elements }.deserialize(row).unwrap_or(RowKind::Other);
    elements.tell(&row);
    true
}

/// The list of a shape, or one object of it.
pub(super) struct Things<'a> {
    shape: &'static ListShape,
    session: &'a Session,
    visitor: &'a mut dyn Visitor,
    seen: &'a mut Deduplicator,
}

impl<'de> DeserializeSeed<'de> for Things<'_> {
    type Value = Found;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> SerdeVisitor<'de> for Things<'_> {
    type Value = Found;
    expecting_anything!();
    pass_over!(Found { rows: 1, ..Found::default() }; bool, numbers, str, unit);

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Found, A::Error> {
        let Self { shape, session, visitor, seen } = self;
        let mut found = Found { dialect: shape.dialect, ..Found::default() };
        let attributes = Attributes::default();
        let each = Elements { shape, session, visitor, seen, found: &mut found, attributes, complete: true };
        Each { session, each }.visit_seq(seq)?;
        Ok(found)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Found, A::Error> {
        let Self { shape, session, visitor, seen } = self;
        let mut found = Found { dialect: shape.dialect, ..Found::default() };
        let attributes = Attributes::default();
        let mut elements = Elements { shape, session, visitor, seen, found: &mut found, attributes, complete: true };
        let row = Row { elements: &mut elements }.visit_map(map)?;
        elements.tell(&row);
        Ok(found)
    }
}

/// The elements of a list.
struct Elements<'a> {
    shape: &'static ListShape,
    session: &'a Session,
    visitor: &'a mut dyn Visitor,
    seen: &'a mut Deduplicator,
    found: &'a mut Found,
    attributes: Attributes,
    /// Whether what an element does not say is unset.
    complete: bool,
}

impl<'de> Element<'de> for Elements<'_> {
    fn next<A: SeqAccess<'de>>(&mut self, seq: &mut A) -> Result<bool, A::Error> {
        let Some(row) = seq.next_element_seed(Row { elements: self })? else { return Ok(false) };
        self.tell(&row);
        Ok(true)
    }
}

/// Why the end of a thing is passed over that was counted by then: it may have been made anew.
const COUNTED_ALL_THE_SAME: &str = "deleted, and counted for an entry before that";

/// Paths that tell an element apart for people, where it does not say what it is.
const LABELS: &[&str] = &["resourceId", "ResourceId", "resourceName", "LogicalResourceId", "Id", "id", "Name", "name"];

impl Elements<'_> {
    /// Whether the first level of a path is of interest.
    fn wants(&self, key: &str) -> bool {
        let first = |path: &&str| is_first(path, key);
        let paths = match self.shape.thing {
            Thing::Named(paths) | Thing::Typed(_, paths) | Thing::TypedOrText(_, paths, _) => paths,
        };
        paths.iter().chain(self.shape.identity).chain(LABELS).any(first)
            || self.shape.aside.is_some_and(|aside| aside.looks_at(key))
            || self.shape.count == Some(key)
            || !matches!(self.shape.thing, Thing::Named(_)) && self.visitor.wants(key)
    }

    fn tell(&mut self, row: &RowKind) {
        let Self { shape, visitor, seen, found, attributes, .. } = self;
        let value = |path: &&str| attributes.value(path).filter(|value| !value.is_empty());
        let name = match (&shape.thing, row) {
            (_, RowKind::Nested) => return,
            (Thing::Named(paths), RowKind::Object) => paths.iter().find_map(value),
            (Thing::Typed(kind, paths) | Thing::TypedOrText(kind, paths, _), RowKind::Object) => {
                paths.iter().any(|path| value(path).is_some()).then_some(*kind)
            }
            (Thing::TypedOrText(_, _, kind), RowKind::Text(_)) => Some(*kind),
            _ => None,
        };
        found.rows += 1;
        let Some(name) = name else {
            let label = match row {
                RowKind::Text(text) => Some(&**text).filter(|text| !text.is_empty()),
                _ => LABELS.iter().find_map(value),
            };
            let nameless = format!("an entry of `{}` without a type", shape.field);
            return visitor.unmatched(label.unwrap_or(&nameless), 1);
        };
        let name = match value(&"Engine") {
            Some(engine) => engine_type(name, engine),
            None => name,
        };
        found.known += 1;
        let identity = shape.identity.iter().find_map(value);
        if let Some(why) = shape.aside.and_then(|aside| aside.why(attributes)) {
            // In a history, what stands behind the end of a thing is how it was before.
            let first_end = identity.is_some_and(|identity| seen.is_new(&format!("the end of {identity}")));
            let counted = first_end && identity.is_some_and(|identity| !seen.is_new(identity));
            return visitor.ignored(name, if counted { COUNTED_ALL_THE_SAME } else { why }, 1);
        }
        let count = shape.count.and_then(|path| value(&path)).map_or(1, how_many);
        if count > 0 && identity.is_none_or(|identity| seen.is_new(identity)) {
            // A name by itself says nothing of the thing's attributes.
            let bare = matches!(shape.thing, Thing::Named(_)) || matches!(row, RowKind::Text(_));
            let none = Attributes::default();
            let attributes = if bare { &none } else { &*attributes };
            visitor.item(Item { name, count, attributes });
        }
    }
}

/// The type of a database that `rds describe-…` lists: Neptune's and DocumentDB's stand among RDS's.
fn engine_type<'n>(kind: &'n str, engine: &str) -> &'n str {
    match (kind, engine) {
        ("AWS::RDS::DBInstance", "neptune") => "AWS::Neptune::DBInstance",
        ("AWS::RDS::DBCluster", "neptune") => "AWS::Neptune::DBCluster",
        ("AWS::RDS::DBInstance", "docdb") => "AWS::DocDB::DBInstance",
        ("AWS::RDS::DBCluster", "docdb") => "AWS::DocDB::DBCluster",
        _ => kind,
    }
}

/// What an element is; the attributes of an object stand with the elements.
enum RowKind {
    Object,
    Text(String),
    /// It held a list of things, which were told one by one.
    Nested,
    Other,
}

/// Reads one element.
struct Row<'e, 'a> {
    elements: &'e mut Elements<'a>,
}

impl<'de> DeserializeSeed<'de> for Row<'_, '_> {
    type Value = RowKind;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<RowKind, D::Error> {
        let complete = self.elements.complete;
        self.elements.attributes.clear(complete);
        deserializer.deserialize_any(self)
    }
}

impl<'de> SerdeVisitor<'de> for Row<'_, '_> {
    type Value = RowKind;
    expecting_anything!();
    pass_over!(RowKind::Other; bool, numbers, unit, seq);

    fn visit_str<E: de::Error>(self, text: &str) -> Result<RowKind, E> {
        Ok(RowKind::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RowKind, A::Error> {
        let elements = self.elements;
        let Some(inner) = elements.shape.within else {
            let mut attributes = std::mem::take(&mut elements.attributes);
            let wants = &|key: &str| elements.wants(key);
            let spelling = elements.shape.spelling;
            let collect = Collect { session: elements.session, into: &mut attributes, wants, spelling };
            let read = collect.visit_map(map);
            elements.attributes = attributes;
            return read.map(|_| RowKind::Object);
        };
        let mut nested = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == inner.field {
                let Elements { session, visitor, seen, .. } = elements;
                let things = Things { shape: inner, session, visitor: *visitor, seen };
                let found = map.next_value_seed(things)?;
                elements.found.rows += found.rows;
                elements.found.known += found.known;
                nested = true;
            } else {
                map.next_value_seed(Skip(elements.session))?;
            }
        }
        Ok(if nested { RowKind::Nested } else { RowKind::Other })
    }
}

/// A count as it is written; one where it is no number. Nobody has four thousand million of a thing, and so no sum of
/// counts overflows.
pub(super) fn how_many(number: &str) -> u64 {
    number.parse::<u32>().map_or(1, u64::from)
}

/// A result of `configservice select-resource-config`: JSON within a text.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Selected {
    #[serde(rename = "resourceType")]
    resource_type: Scalar,
    #[serde(alias = "ARN")]
    arn: Scalar,
    #[serde(rename = "resourceId")]
    resource_id: Scalar,
    #[serde(rename = "resourceName")]
    resource_name: Scalar,
    #[serde(rename = "COUNT(*)")]
    count: Scalar,
}

/// A result of `backup list-protected-resources`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Protected {
    #[serde(rename = "ResourceArn")]
    resource_arn: Scalar,
}

/// `Results` of several commands: in `configservice select-resource-config` every one is a text that holds JSON, in
/// `backup list-protected-resources` an object.
fn results<'de, A: MapAccess<'de>>(
    map: &mut A,
    session: &Session,
    visitor: &mut dyn Visitor,
) -> Result<Found, A::Error> {
    let mut found = Found { dialect: "AWS Config selection", ..Found::default() };
    let none = Attributes::default();
    map.next_value_seed(As::new(session, |result: Value| {
        found.rows += 1;
        match result {
            Value::String(text) => {
                let Ok(row) = serde_json::from_str::<Selected>(&text) else {
                    visitor.unmatched(if text.is_empty() { "an empty result" } else { &text }, 1);
                    return Ok(());
                };
                found.known += 1;
                let count = row.count.0.as_deref().map_or(1, how_many);
                match (row.resource_type.0, row.arn.0) {
                    (Some(name), _) | (None, Some(name)) if !name.is_empty() => {
                        if count > 0 {
                            visitor.item(Item { name: &name, count, attributes: &none });
                        }
                    }
                    _ => {
                        let label = row.resource_id.0.or(row.resource_name.0).filter(|label| !label.is_empty());
                        visitor.unmatched(label.as_deref().unwrap_or("a result without resourceType"), count.max(1));
                    }
                }
            }
            Value::Object(_) => {
                let row: Protected = serde_json::from_value(result).unwrap_or_default();
                let Some(name) = row.resource_arn.0.filter(|name| !name.is_empty()) else {
                    visitor.unmatched("a result without ResourceArn", 1);
                    return Ok(());
                };
                found.dialect = "AWS Backup";
                found.known += 1;
                visitor.item(Item { name: &name, count: 1, attributes: &none });
            }
            other => visitor.unmatched(&other.to_string(), 1),
        }
        Ok(())
    }))?;
    Ok(found)
}

/// What `ce get-cost-and-usage` groups by.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct GroupDefinition {
    #[serde(rename = "Key")]
    key: Scalar,
}

/// A period of Cost Explorer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Period {
    #[serde(rename = "Groups")]
    groups: Vec<Group>,
}

/// What was paid for one group in a period.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Group {
    keys: Vec<Scalar>,
    metrics: std::collections::BTreeMap<String, Amount>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Amount {
    amount: Scalar,
}

impl Group {
    /// Whether anything was paid or used; what does not say counts as used.
    fn is_used(&self) -> bool {
        let zero = |amount: &Amount| {
            amount.amount.0.as_deref().and_then(|amount| amount.parse::<f64>().ok()).is_some_and(|amount| amount == 0.0)
        };
        self.metrics.is_empty() || !self.metrics.values().all(zero)
    }
}

/// Cost Explorer, whose groups are defined before they are used.
#[derive(Debug, Default)]
pub(super) struct Costs {
    keys: Vec<String>,
    /// Every service of the bill, and whether it was used in any period.
    services: std::collections::BTreeMap<String, bool>,
}

/// A bill has some hundred services; usage types make it some thousand names. Those beyond so many count once a period.
const MAX_SERVICES: usize = 20_000;

impl Costs {
    /// Reads `GroupDefinitions`.
    pub(super) fn definitions<'de, A: MapAccess<'de>>(
        &mut self,
        map: &mut A,
        session: &Session,
    ) -> Result<(), A::Error> {
        map.next_value_seed(As::new(session, |group: GroupDefinition| {
            self.keys.push(group.key.0.unwrap_or_default());
            Ok(())
        }))?;
        Ok(())
    }

    /// Reads `ResultsByTime`.
    pub(super) fn periods<'de, A: MapAccess<'de>>(
        &mut self,
        map: &mut A,
        session: &Session,
        visitor: &mut dyn Visitor,
    ) -> Result<Found, A::Error> {
        let place = |key: &str| self.keys.iter().position(|own| own == key);
        let service = if self.keys.is_empty() { Some(0) } else { place("SERVICE") };
        let usage_type = place("USAGE_TYPE");
        let by = self.keys.join(", ");
        let mut services = std::mem::take(&mut self.services);
        let mut found = Found { dialect: "Cost Explorer", ..Found::default() };
        map.next_value_seed(As::new(session, |period: Period| {
            found.rows += 1;
            for group in &period.groups {
                let key = |place: Option<usize>| place.and_then(|place| group.keys.get(place)?.0.as_deref());
                let Some(service) = key(service) else {
                    return Err(Error::refused(
                        format!("this bill is grouped by {by}, not by SERVICE"),
                        "aws ce get-cost-and-usage … --group-by Type=DIMENSION,Key=SERVICE",
                    ));
                };
                found.known += 1;
                let name = usage::thing(service, key(usage_type).unwrap_or_default(), "").unwrap_or(service);
                if services.len() < MAX_SERVICES || services.contains_key(name) {
                    *services.entry(name.to_owned()).or_default() |= group.is_used();
                } else if group.is_used() {
                    visitor.item(Item { name, count: 1, attributes: &Attributes::default() });
                }
            }
            Ok(())
        }))?;
        // A service stands once a month here; it is one service.
        for (name, used) in &services {
            if *used {
                visitor.item(Item { name, count: 1, attributes: &Attributes::default() });
            } else {
                visitor.ignored(name, "nothing was paid for it", 1);
            }
        }
        Ok(found)
    }
}
