//! csv: the catalogue as rows, and the two forms that auditors fill in, in their own words.

use clap::ValueEnum;

use super::Answered;
use crate::catalogue::Catalogue;
use crate::catalogue::model::{IdentifierKind, Party, Sharing};
use crate::commands::records::AnswerRecord;
use crate::commands::telling::joined;
use crate::render::{Grid, sheet};

/// Whose columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// One row a service, mode and layer, with identifiers to join by
    Default,
    /// The columns of CSA's CAIQ v4, with its words for the ownership of a control
    Caiq,
    /// The columns of FedRAMP's customer responsibility matrix
    FedrampCrm,
}

impl Profile {
    pub(super) fn word(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// What both forms must say: their rows are layers, not the controls that the forms ask for.
const ABOUT: &str = "Rows are layers of AWS services as the catalogue of whose answers them, not controls of a framework: copy \
    from them what fits the control at hand.";

pub(super) fn write(catalogue: &Catalogue, answered: &[Answered<'_>], profile: Profile) -> anyhow::Result<String> {
    let mut grid = match profile {
        Profile::Default => Grid {
            columns: vec![
                "service",
                "name",
                "category",
                "mode",
                "layer",
                "party",
                "sharing",
                "aws",
                "customer",
                "controls",
                "sources",
                "checked",
                "iam",
                "cloudformation",
                "terraform",
                "billing",
                "catalogue",
                "checks",
            ],
            rows: Vec::new(),
        },
        Profile::Caiq => Grid {
            columns: vec![
                "Question ID",
                "Question",
                "CSP CAIQ Answer",
                "SSRM Control Ownership",
                "CSP Implementation Description (Optional/Recommended)",
                "CSC Responsibilities (Optional/Recommended)",
            ],
            rows: vec![["whose:about", ABOUT, "", "", "", ""].map(str::to_owned).to_vec()],
        },
        Profile::FedrampCrm => Grid {
            columns: vec![
                "Control ID",
                "Can Be Inherited from CSP",
                "Specific Inheritance and Customer Agency/CSP Responsibilities",
            ],
            rows: vec![["whose:about", "", ABOUT].map(str::to_owned).to_vec()],
        },
    };
    let teams = profile == Profile::Default && catalogue.has_owners();
    grid.columns.extend(teams.then_some("team"));
    for one in answered {
        for record in one.records(catalogue) {
            let mut row = match profile {
                Profile::Default => default(catalogue, one, &record),
                Profile::Caiq => caiq(catalogue, one, &record),
                Profile::FedrampCrm => fedramp(one, &record),
            };
            row.extend(teams.then(|| record.team.unwrap_or_default().to_owned()));
            grid.rows.push(row);
        }
    }
    sheet(&grid)
}

fn default(catalogue: &Catalogue, one: &Answered<'_>, record: &AnswerRecord<'_>) -> Vec<String> {
    let names = |kind| joined(one.service.identifiers.of(kind));
    vec![
        record.service.to_owned(),
        record.name.to_owned(),
        record.category.to_string(),
        record.mode.unwrap_or_default().to_owned(),
        record.layer.to_string(),
        record.party.to_string(),
        record.sharing.map_or_else(String::new, |sharing| sharing.to_string()),
        joined(&record.aws),
        joined(&record.customer),
        joined(&record.controls),
        joined(record.sources.iter().map(|source| &source.url)),
        joined(record.sources.iter().map(|source| source.checked)),
        names(IdentifierKind::Iam),
        names(IdentifierKind::Cloudformation),
        names(IdentifierKind::Terraform),
        names(IdentifierKind::Billing),
        catalogue.date().to_string(),
        joined(record.checks.iter().map(|check| check.id)),
    ]
}

fn caiq(catalogue: &Catalogue, one: &Answered<'_>, record: &AnswerRecord<'_>) -> Vec<String> {
    let owner = match record.party {
        Party::Aws => "CSP-owned",
        Party::Customer => "CSC-owned",
        Party::Shared => "Shared CSP and CSC",
        Party::ThirdParty if record.aws.is_empty() => "3rd-party outsourced",
        Party::ThirdParty => "Shared CSP and 3rd-party",
    };
    // The form has one word for what is shared; that it is dependent or independent is said in the description.
    let sharing = match record.sharing {
        Some(Sharing::Dependent) => "Dependent: takes effect only when the customer acts.",
        Some(Sharing::Independent) => "Independent: each side acts alone.",
        None => "",
    };
    vec![
        format!("whose:{}/{}", one.id(), record.layer),
        format!("{}: {}", one.title(), catalogue.layer(record.layer).name),
        String::new(),
        owner.to_owned(),
        filled(&[sharing.to_owned(), joined(&record.aws), third(record)]),
        joined(&record.customer),
    ]
}

fn fedramp(one: &Answered<'_>, record: &AnswerRecord<'_>) -> Vec<String> {
    let aws = side("Inherited", joined(&record.aws));
    let customer = side("Customer", joined(&record.customer));
    let (answer, told) = match record.party {
        // The form's own rule: what is inherited whole needs no words. Where AWS holds a layer and leaves something to the
        // customer, that must be said; so it is inherited in part.
        Party::Aws if record.customer.is_empty() => ("Yes", String::new()),
        Party::Customer => ("No", filled(&[customer, third(record)])),
        Party::Aws | Party::Shared | Party::ThirdParty => ("Partial", filled(&[aws, customer, third(record)])),
    };
    vec![format!("{}/{}", one.id(), record.layer), answer.to_owned(), told]
}

/// The third party's part.
fn third(record: &AnswerRecord<'_>) -> String {
    record.third_party.as_ref().map_or_else(String::new, |third| side(third.name, joined(&third.duties)))
}

fn side(name: &str, duties: String) -> String {
    if duties.is_empty() { duties } else { format!("{name}: {duties}") }
}

fn filled(parts: &[String]) -> String {
    joined(parts.iter().filter(|part| !part.is_empty()))
}
