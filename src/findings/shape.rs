//! What the beginning of a JSON text shows: enough to tell the formats of findings apart, however it is cut.

use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Format;

/// The fields under which lists of findings stand.
pub(super) const WRAPPERS: &[&str] = &[
    "Findings",
    "ComplianceByConfigRules",
    "AggregateComplianceByConfigRules",
    "ConformancePackRuleComplianceList",
    "EvaluationResults",
    "AggregateEvaluationResults",
    "ConformancePackRuleEvaluationResults",
];

/// How many keys are kept; the formats are told by fewer.
const MAX_KEYS: usize = 128;

/// How deep lists and wrappers stand in each other: a list of pages of findings is three.
const MAX_DEPTH: usize = 4;

/// The keys of the outermost object and of the first finding in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    keys: Vec<String>,
    /// Whether the text is an empty list and nothing else was seen.
    empty_list: bool,
}

impl Shape {
    /// The shape of the text that begins with `head`.
    pub(super) fn of(head: &[u8]) -> Self {
        let mut shape = Self::default();
        let mut json = serde_json::Deserializer::from_slice(head);
        // An error is the end of what was given, or is told by whoever reads the whole.
        let read = Level { shape: &mut shape, depth: 0 }.deserialize(&mut json);
        shape.empty_list &= read.is_ok();
        shape
    }

    fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|own| own == key)
    }

    fn has_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.has(key))
    }

    /// The format of findings, if it is one.
    pub(super) fn format(&self) -> Option<Format> {
        // Templates of Azure have `metadata` and `resources` too.
        let ocsf = self.has_any(&["class_uid", "finding_info"])
            || self.has("metadata") && self.has_any(&["compliance", "status_code", "finding"]);
        let asff = self.has_any(&["GeneratorId", "ProductArn"])
            || self.has("Resources") && self.has_any(&["SchemaVersion", "AwsAccountId"])
            || self.has("Compliance") && self.has_any(&["Resources", "RecordState", "ProductFields"]);
        if self.has_any(&WRAPPERS[1..]) {
            Some(Format::Config)
        } else if asff {
            Some(Format::Asff)
        } else if ocsf {
            Some(Format::Ocsf)
        } else if self.has("Status") && self.has_any(&["CheckID", "Control ID"]) {
            Some(Format::ProwlerJson)
        } else if self.has("Findings") && self.keys.iter().all(|key| ["Findings", "NextToken"].contains(&&**key)) {
            Some(Format::Asff)
        } else if self.empty_list {
            Some(Format::Nothing)
        } else {
            None
        }
    }

    /// The name of another tool's output, for people who sent that.
    pub(super) fn other_tool(&self) -> Option<&'static str> {
        let tools: &[(&[&str], &str)] = &[
            (&["ArtifactName"], "results of Trivy"),
            (&["check_type"], "results of Checkov"),
            (&["matches", "source"], "results of Grype"),
            (&["runs"], "results in SARIF"),
            (&["configurationItems"], "a snapshot of AWS Config"),
            (&["findings", "findingArn"], "findings of Amazon Inspector"),
            (&["findings"], "findings of a tool that is not known"),
            (
                &["Findings", "Resource", "Type"],
                "findings of GuardDuty (securityhub get-findings has the checks' results)",
            ),
            (&["planned_values"], "a Terraform plan"),
            (&["resource_changes"], "a Terraform plan"),
        ];
        tools.iter().find(|(keys, _)| keys.iter().all(|key| self.has(key))).map(|(_, name)| *name)
    }
}

/// One value: the object whose keys are wanted, or the list in which it stands.
struct Level<'s> {
    shape: &'s mut Shape,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("findings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let wrapper = WRAPPERS.contains(&&*key) || key == "findings";
            if self.shape.keys.len() < MAX_KEYS {
                self.shape.keys.push(key);
            }
            if wrapper && self.depth < MAX_DEPTH {
                map.next_value_seed(Level { shape: self.shape, depth: self.depth + 1 })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let next = Level { shape: &mut *self.shape, depth: self.depth + 1 };
        let any = if self.depth < MAX_DEPTH {
            list.next_element_seed(next)?.is_some()
        } else {
            list.next_element::<IgnoredAny>()?.is_some()
        };
        self.shape.empty_list |= !any && self.depth == 0;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
