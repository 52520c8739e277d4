//! Which dialect a JSON document is, and who reads it. A document is known by the first field of its outermost object that
//! belongs to one dialect only; what else is in it decides where several dialects share a field.

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor as SerdeVisitor};
use serde_json::{Map, Value};

use super::attributes::Attributes;
use super::deduplicator::Deduplicator;
use super::document::{As, Session, Skip};
use super::plain::Names;
use super::{Error, Item, Visitor, aws_cli, terraform};
use crate::json::{expecting_anything, pass_over};

/// What is known of an input after some of its documents.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// What the last document was.
    pub(super) dialect: Option<&'static str>,
    /// Names that stood in lists, counted.
    names: Names,
    /// Resources that stood in several documents count once.
    seen: Deduplicator,
    /// Rows that named a thing.
    rows: u64,
    /// Lists of which the last page that was read says that it leaves something out, and what that is.
    missing: Vec<(String, &'static str)>,
}

/// The most lists whose pages are told apart.
const MAX_LISTS: usize = 64;

/// What rows of a query are called.
const ROWS: &str = "list of resources";

/// Fields of a row that name its type, the best first.
const TYPES: &[&str] = &["CfnResourceType", "ResourceType", "resourceType", "resource_type", "type", "Type"];
/// Fields of a row that hold its ARN, the best first; other fields that end so come after these.
const ARNS: &[&str] = &["arn", "Arn", "ARN", "ResourceARN", "ResourceArn", "resourceArn", "resource_arn"];
/// Fields of a row by which people know what it is about.
const LABELS: &[&str] = &["resourceId", "ResourceId", "resource_id", "Id", "id", "Name", "name"];

/// Fields of a row by which AWS Config says that what it is about is deleted.
const ITEM_STATUS: &str = "configurationItemStatus";
const DELETION_TIME: &str = "resourceDeletionTime";

/// Output of other tools: the fields that only it has, its name, and what to do.
const FOREIGN: &[(&[&str], &str, &str)] = &[
    (&["ArtifactName", "Results"], "a report of Trivy", ""),
    (&["check_type", "results"], "a report of Checkov", ""),
    (&["matches", "source"], "a report of Grype", ""),
    (&["bomFormat"], "a CycloneDX bill of materials", ""),
    (&["spdxVersion"], "an SPDX bill of materials", ""),
    (&["$schema", "runs"], "a SARIF report", ""),
    (&["apiVersion", "kind"], "a Kubernetes manifest", ""),
    (&["Statement", "Version"], "an IAM policy", ""),
    (&["provider_schemas"], "the schemas of Terraform's providers", "terraform show -json | whose matrix -"),
    (&["provider_selections"], "Terraform's version", "terraform show -json | whose matrix -"),
    (&["valid", "diagnostics"], "the result of `terraform validate`", "terraform show -json | whose matrix -"),
    (&["projects", "currency"], "a report of Infracost", "terraform show -json | whose matrix -"),
    (&["contentVersion", "resources"], "an Azure Resource Manager template", ""),
    (&["compilerOptions"], "a configuration of TypeScript", ""),
    (&["dependencies", "version"], "a package.json", ""),
    (&["deployment", "version"], "an export of Pulumi", PULUMI),
    (&["artifacts", "version"], "a manifest of the CDK", "whose matrix --from cdk.out/STACK.template.json"),
    (&["AccountId", "Severity", "Resource"], "a finding of GuardDuty", "aws securityhub get-findings | whose matrix -"),
];

/// How the resources of a Pulumi stack become a list.
const PULUMI: &str = "pulumi stack export | jq -r '.deployment.resources[].outputs.arn // empty' | whose matrix -";

/// Fields of Terraform's documents.
const TERRAFORM: &[&str] = &[
    "format_version",
    "terraform_version",
    "version",
    "serial",
    "lineage",
    "outputs",
    "output_changes",
    "check_results",
    "checks",
    "variables",
    "configuration",
    "prior_state",
    "relevant_attributes",
    "resource_drift",
    "timestamp",
    "applyable",
    "errored",
    "proposed_unknown",
    "planned_values",
    "resource_changes",
    "deferred_changes",
    "complete",
    "values",
    "resources",
    "modules",
];

/// Reads one document.
pub(super) struct Document<'a> {
    pub(super) input: &'a mut Input,
    pub(super) session: &'a Session,
    pub(super) visitor: &'a mut dyn Visitor,
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> SerdeVisitor<'de> for Document<'_> {
    type Value = ();
    expecting_anything!();
    pass_over!((); bool, numbers, unit);

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.input.names.tell(text, self.visitor);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        let Self { input, session, visitor } = self;
        let mut elements = 0_u64;
        As::new(session, |element: Value| {
            elements += 1;
            input.element(&element, visitor)
        })
        .visit_seq(seq)?;
        if elements == 0 {
            input.dialect.get_or_insert(super::plain::DIALECT);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let Self { input, session, visitor } = self;
        let mut fields = Fields {
            input,
            session,
            visitor,
            terraform: terraform::Reader::default(),
            costs: aws_cli::Costs::default(),
            part: aws_cli::Part::default(),
            row: Map::new(),
            keys: Keys::default(),
            found: None,
            empty: None,
        };
        fields.read(map)?;
        fields.finish().map_err(|error| session.fail(error))
    }
}

/// The most fields of a document that are remembered, and of a row that are kept.
const MAX_KEYS: usize = 64;

/// The most bytes of a field of a row: more than whatever tells what the row is.
const MAX_FIELD: usize = 64 << 10;

/// The fields of a document that were met.
#[derive(Debug, Default)]
struct Keys {
    names: Vec<String>,
    /// Whether there were more.
    more: bool,
}

impl Keys {
    fn add(&mut self, key: String) {
        if !self.has(&key) {
            self.more |= self.names.len() == MAX_KEYS;
            if !self.more {
                self.names.push(key);
            }
        }
    }

    fn has(&self, key: &str) -> bool {
        self.names.iter().any(|own| own == key)
    }

    fn all(&self, is: impl Fn(&str) -> bool) -> bool {
        !self.more && self.names.iter().all(|key| is(key))
    }
}

/// The fields of an outermost object.
struct Fields<'a> {
    input: &'a mut Input,
    session: &'a Session,
    visitor: &'a mut dyn Visitor,
    terraform: terraform::Reader,
    costs: aws_cli::Costs,
    part: aws_cli::Part,
    /// The values of fields that make the document a row or a finding, should it be one.
    row: Map<String, Value>,
    keys: Keys,
    /// What the document is.
    found: Option<&'static str>,
    /// What it is if nothing else in it speaks against that: a list that is known by its field alone, for it is empty.
    empty: Option<&'static str>,
}

impl Fields<'_> {
    fn read<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<(), A::Error> {
        loop {
            self.session.renew();
            let Some(key) = map.next_key::<String>()? else { return Ok(()) };
            self.field(key, &mut map)?;
        }
    }

    fn field<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        let session = self.session;
        match &*key {
            "@level" => {
                return Err(session.fail(Error::refused(
                    "these are the log lines of `terraform plan -json` or `terraform apply -json`, which name changes only",
                    "terraform plan -out PLAN && terraform show -json PLAN | whose matrix -",
                )));
            }
            "GroupDefinitions" => self.costs.definitions(map, session)?,
            "ResultsByTime" => {
                let found = self.costs.periods(map, session, self.visitor)?;
                self.list(found);
            }
            "Findings" => self.findings(map)?,
            _ if self.terraform.field(&key, map, session, self.visitor)? => {}
            _ if aws_cli::is_list(&key) => {
                let found = aws_cli::field(&key, map, session, self.visitor, &mut self.input.seen)?;
                self.list(found);
            }
            _ if is_list_of_arns(&key) => self.arns(map)?,
            _ if self.part.field(&key, map)? => {}
            _ => self.other(&key, map)?,
        }
        self.keys.add(key);
        Ok(())
    }

    /// A list of ARNs under a field.
    fn arns<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        let Self { input, visitor, found, session, .. } = self;
        let mut elements = 0_u64;
        let is_list = map.next_value_seed(As::new(session, |arn: Value| {
            elements += 1;
            if let Some(arn) = arn.as_str() {
                input.names.tell(arn, *visitor);
                *found = Some(aws_cli::DESCRIBED);
            } else {
                visitor.unmatched(&arn.to_string(), 1);
            }
            Ok(())
        }))?;
        if is_list && elements == 0 {
            self.empty = Some(aws_cli::DESCRIBED);
        }
        Ok(())
    }

    /// A field that may make the document a row, or says nothing.
    fn other<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let of = |fields: &[&str]| fields.contains(&key);
        let kept = of(TYPES)
            || of(ARNS)
            || of(LABELS)
            || of(&["GroupByKey", "count", ITEM_STATUS, DELETION_TIME])
            || is_arn_field(key)
            || aws_cli::is_telling(key)
            || self.visitor.wants(key);
        if kept && self.row.len() < MAX_KEYS {
            let value: Value = map.next_value()?;
            if key == "GroupByKey" && value.as_str().is_some_and(|by| by != "RESOURCE_TYPE") {
                return Err(self.session.fail(Error::refused(
                    "these counts are not by resource type",
                    "aws configservice get-aggregate-discovered-resource-counts … --group-by-key RESOURCE_TYPE",
                )));
            }
            if value.to_string().len() <= MAX_FIELD {
                self.row.insert(key.to_owned(), value);
            }
        } else {
            map.next_value_seed(Skip(self.session))?;
        }
        Ok(())
    }

    /// What a list that is known by its field turned out to be.
    fn list(&mut self, found: aws_cli::Found) {
        if found.known > 0 {
            self.found = Some(found.dialect);
        } else if found.rows == 0 && !found.dialect.is_empty() {
            self.empty = Some(found.dialect);
        }
    }

    /// `Findings` that are not Security Hub's: GuardDuty's stand under the same field.
    fn findings<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        let session = self.session;
        map.next_value_seed(As::new(session, |element: Value| {
            let Value::Object(fields) = &element else { return Ok(()) };
            if let Some(error) = foreign(fields.keys().map(|key| &**key)) {
                return Err(error);
            }
            Ok(())
        }))?;
        Ok(())
    }

    /// What the document was, now that all of it was read.
    fn finish(self) -> Result<(), Error> {
        let Self { input, visitor, terraform, part, row, keys, found, empty, .. } = self;
        let missing = part.missing(|key| keys.has(key))?;
        if let Some(list) = keys.names.iter().find(|key| aws_cli::is_list(key) || is_list_of_arns(key)) {
            input.page(list, missing);
        }
        if terraform.section {
            if terraform.lacks_changes() {
                return Err(Error::refused(
                    "not all of this plan is here: it names resources that its `resource_changes` say nothing of",
                    "terraform show -json PLAN | whose matrix - --against prior",
                ));
            }
            terraform.notes().for_each(|note| visitor.note(note));
            input.dialect = Some(terraform.dialect());
            return Ok(());
        }
        if found.is_some() {
            input.dialect = found;
            return Ok(());
        }
        let has = |key: &str| keys.has(key);
        if has("backend") {
            return Err(Error::refused(
                "this names the backend of a Terraform state and holds no resources",
                "terraform show -json | whose matrix -",
            ));
        }
        if has("resource") && (has("provider") || has("terraform") || has("//") || has("variable") || has("output")) {
            return Err(Error::refused(
                "this is Terraform configuration in JSON; it does not say how many of each resource there will be",
                "terraform plan -out PLAN && terraform show -json PLAN | whose matrix -",
            ));
        }
        if let Some(error) = foreign(keys.names.iter().map(|key| &**key)) {
            return Err(error);
        }
        let versioned = has("format_version") || has("terraform_version");
        if versioned && keys.all(|key| TERRAFORM.contains(&key)) {
            input.dialect = Some(terraform.dialect());
            return Ok(());
        }
        let beside = |key: &str| aws_cli::is_companion(key) || aws_cli::is_list(key) || is_list_of_arns(key);
        if empty.is_some() && keys.all(beside) {
            input.dialect = empty;
            return Ok(());
        }
        if input.row(&Value::Object(row), visitor) {
            return Ok(());
        }
        let fields: Vec<String> = keys.names.iter().take(8).map(|key| format!("`{}`", key.escape_debug())).collect();
        Err(Error::Shape(match &fields[..] {
            [] => "an empty JSON object".to_owned(),
            _ => format!("no known inventory has the fields {}", fields.join(", ")),
        }))
    }
}

impl Input {
    /// A page of `list` was read, which says what it leaves out: the page after it makes up for that.
    fn page(&mut self, list: &str, missing: Option<&'static str>) {
        self.missing.retain(|(own, _)| own != list);
        if let Some(what) = missing
            && self.missing.len() < MAX_LISTS
        {
            self.missing.push((list.to_owned(), what));
        }
    }

    /// One element of an outermost list.
    fn element(&mut self, element: &Value, visitor: &mut dyn Visitor) -> Result<(), Error> {
        match element {
            Value::String(name) => self.names.tell(name, visitor),
            Value::Array(values) => self.cells(values, visitor)?,
            Value::Object(fields) => {
                if let Some(error) = foreign(fields.keys().map(|key| &**key)) {
                    return Err(error);
                } else if !self.row(element, visitor) {
                    visitor.unmatched(label(fields).unwrap_or("an entry without a type or an ARN"), 1);
                }
            }
            _ => visitor.unmatched(&element.to_string(), 1),
        }
        Ok(())
    }

    /// A list in a list: the cells of a row, as `--query '…[].[Type, Name]'` writes it, more rows, or more names. Where some
    /// are types or ARNs the others only describe them.
    fn cells(&mut self, values: &[Value], visitor: &mut dyn Visitor) -> Result<(), Error> {
        let texts = || values.iter().filter_map(Value::as_str);
        let wanted: [fn(&str) -> bool; 3] = [is_type, |text| text.starts_with("arn:"), |_| true];
        if let Some(wanted) = wanted.into_iter().find(|wanted| texts().any(wanted)) {
            texts().filter(|text| wanted(text)).for_each(|text| self.names.tell(text, visitor));
        }
        let described = texts().any(|text| is_type(text) || text.starts_with("arn:"));
        for value in values {
            match value {
                Value::String(_) => {}
                Value::Array(values) => self.cells(values, visitor)?,
                Value::Object(_) if described => {}
                Value::Object(_) => self.element(value, visitor)?,
                // A number, or what a query did not find.
                _ if texts().next().is_some() => {}
                _ => self.element(value, visitor)?,
            }
        }
        Ok(())
    }

    /// A row of a query, as the thing that it names; whether it names one.
    fn row(&mut self, row: &Value, visitor: &mut dyn Visitor) -> bool {
        let Value::Object(fields) = row else { return false };
        let known = aws_cli::described(row, visitor, &mut self.seen) || {
            let text = |field: &str| fields.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
            let kind = TYPES.iter().find_map(|field| text(field).filter(|text| is_type(text)));
            let others = fields.keys().filter(|key| is_arn_field(key)).map(|key| &**key);
            let arn =
                ARNS.iter().copied().chain(others).find_map(|key| text(key).filter(|own| own.starts_with("arn:")));
            match kind.or(arn) {
                None => false,
                Some(name) => {
                    let count = fields.get("count").or_else(|| fields.get("COUNT(*)"));
                    let count = count.map_or(1, |count| aws_cli::how_many(&count.to_string()));
                    let is_deleted = text(ITEM_STATUS).is_some_and(|status| status.starts_with("ResourceDeleted"))
                        || fields.get(DELETION_TIME).is_some_and(|time| !time.is_null());
                    if is_deleted {
                        visitor.ignored(name, "deleted", count);
                    } else if count > 0 && arn.is_none_or(|arn| self.seen.is_new(arn)) {
                        visitor.item(Item { name, count, attributes: &Attributes::default() });
                    }
                    true
                }
            }
        };
        if known {
            self.rows += 1;
            self.dialect = Some(ROWS);
        } else if self.dialect == Some(ROWS) {
            // Rows came before it, one per line.
            visitor.unmatched(label(fields).unwrap_or("a row without a type or an ARN"), 1);
        }
        known || self.dialect == Some(ROWS)
    }

    /// What the whole was.
    ///
    /// # Errors
    ///
    /// Names of which less than half are known, or nothing of a shape that is known.
    pub(super) fn finish(self, visitor: &mut dyn Visitor) -> Result<&'static str, Error> {
        self.seen.note().into_iter().chain(self.names.arns.note()).for_each(|note| visitor.note(note));
        for (list, what) in &self.missing {
            visitor.note(format!("`{list}`: {what}"));
        }
        if self.names.total > 0 {
            let names = self.names.finish()?;
            return Ok(self.dialect.unwrap_or(names));
        }
        self.dialect.ok_or_else(|| Error::Shape("a JSON list of something unknown".to_owned()))
    }
}

/// Whether a text is a resource type as CloudFormation and AWS Config write it.
fn is_type(text: &str) -> bool {
    text.contains("::") && !text.starts_with("arn:")
}

/// Whether a field holds an ARN, by its name.
fn is_arn_field(key: &str) -> bool {
    ["Arn", "ARN", "_arn"].iter().any(|ending| key.ends_with(ending))
}

/// Whether a field lists ARNs and nothing more, as `clusterArns` and `serviceArns` do.
fn is_list_of_arns(key: &str) -> bool {
    key.ends_with("Arns")
}

/// What people know a row by.
fn label(fields: &Map<String, Value>) -> Option<&str> {
    LABELS.iter().find_map(|field| fields.get(*field)?.as_str()).filter(|label| !label.is_empty())
}

/// The tool whose output has these fields.
fn foreign<'k>(keys: impl Iterator<Item = &'k str>) -> Option<Error> {
    let keys: Vec<&str> = keys.collect();
    let (_, what, instead) = FOREIGN.iter().find(|(fields, ..)| fields.iter().all(|field| keys.contains(field)))?;
    Some(match *instead {
        "" => Error::Shape(format!("this is {what}, which is not an inventory of AWS")),
        instead => Error::refused(format!("this is {what}, which is not a known inventory"), instead),
    })
}

#[cfg(test)]
mod tests {
    use super::foreign;

    #[test]
    fn other_tools_are_told_by_all_of_their_fields() {
        for (keys, said) in [
            (&["SchemaVersion", "ArtifactName", "Results"][..], Some("Trivy")),
            (&["matches", "source", "Resources"], Some("Grype")),
            (&["check_type", "results"], Some("Checkov")),
            (&["version", "deployment"], Some("pulumi stack export")),
            (&["matches"], None),
            (&["deployment"], None),
            (&[], None),
        ] {
            let error = foreign(keys.iter().copied()).map(|error| error.to_string());
            assert_eq!(error.is_some(), said.is_some(), "{keys:?}");
            assert!(said.is_none_or(|said| error.is_some_and(|error| error.contains(said))), "{keys:?}");
        }
    }
}
