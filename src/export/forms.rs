//! Two forms that auditors fill in, in their own words: CSA's CAIQ and FedRAMP's customer responsibility matrix.
//!
//! Both say who is responsible by the rule of [`crate::analysis::controls`].

use std::collections::{BTreeMap, BTreeSet};

use super::records;
use crate::analysis::controls::{ControlAnswer, Responsibility};
use crate::analysis::matrix::Column;
use crate::catalogue::model::{Baseline, Control, Layer, Party, Sharing};
use crate::catalogue::{AlwaysDuty, Catalogue};
use crate::commands::records::AnswerRecord;
use crate::commands::wording::{ControlLine, control_lines, joined};
use crate::output::{Grid, sheet};

/// The most characters that spreadsheets keep of a cell; they cut what is longer without a word.
const MAX_CELL_CHARS: usize = 32_767;

/// What every form must say first: whose answers these are, and what they are not.
const ABOUT: &str = "The provider (CSP) of this sheet is AWS, and the customer (CSC, agency) is whoever uses AWS. If you offer a service of your \
    own on AWS, turn it round: AWS is your subservice organization, what is the customer's here is yours as the provider, and only you can \
    say what you leave to your own customers. Check in AWS Artifact that AWS is authorized in your program and that each service is in its \
    scope. Nothing here says that anything is implemented.";

const CAIQ_ABOUT: &str = "Rows are layers of AWS services, not questions of the questionnaire: copy what fits the question at hand. Columns and \
    words are those of CAIQ 4.0; CSA published CAIQ and CCM 4.1 in January 2026, so compare them with the version that you fill in.";

const CRM_ABOUT: &str = "One row for each control of NIST SP 800-53 Rev 5. Columns and words are those of the CRM worksheet in FedRAMP's CIS/CRM \
    workbook for Rev 5; FedRAMP's baselines name more controls than NIST's. A control that is not addressed here is yours unless AWS's \
    reports in AWS Artifact say otherwise.";

/// CSA's questionnaire: a row for each layer of a service.
pub(crate) fn caiq(catalogue: &Catalogue, variants: &[Column<'_>]) -> anyhow::Result<String> {
    let columns = vec![
        "Question ID",
        "Question",
        "CSP CAIQ Answer",
        "SSRM Control Ownership",
        "CSP Implementation Description (Optional/Recommended)",
        "CSC Responsibilities (Optional/Recommended)",
    ];
    let about = about(catalogue, CAIQ_ABOUT, variants);
    let mut rows = vec![["whose:about", &about, "", "", "", ""].map(str::to_owned).to_vec()];
    rows.extend(Layer::ALL.iter().filter_map(|layer| caiq_always(catalogue, *layer)));
    for one in variants {
        rows.extend(records(catalogue, one).iter().map(|record| caiq_row(catalogue, one, record)));
    }
    sheet(&Grid { columns, rows })
}

/// What the first row says: whose the sheet is, of what its rows are, and which catalogue it comes from.
fn about(catalogue: &Catalogue, form: &str, variants: &[Column<'_>]) -> String {
    format!(
        "{ABOUT} {form} Made by whose {}, catalogue dated {}, control ids of Rev {}; the pages are in: whose controls -o csv.{}",
        env!("CARGO_PKG_VERSION"),
        catalogue.date(),
        Control::RELEASE,
        overlaid(catalogue, variants)
    )
}

/// Which services and modes have answers of an overlay, for the first row.
fn overlaid(catalogue: &Catalogue, variants: &[Column<'_>]) -> String {
    let is_overlaid =
        |one: &&Column<'_>| Layer::ALL.iter().any(|layer| catalogue.split(one.service, one.mode, *layer).is_overlaid);
    let ids: Vec<String> = variants.iter().filter(is_overlaid).map(Column::label).collect();
    if ids.is_empty() {
        return String::new();
    }
    format!(" Answers of these come from your overlay, in whole or in part: {}.", ids.join(", "))
}

/// The duties of a layer that hold in every service, whatever the service says.
fn caiq_always(catalogue: &Catalogue, layer: Layer) -> Option<Vec<String>> {
    let always: Vec<AlwaysDuty<'_>> = catalogue.always(layer).collect();
    let of = |party| joined(always.iter().filter(|own| own.party == party).map(|own| &*own.duty.text));
    let (aws, customer) = (of(Party::Aws), of(Party::Customer));
    let owner = match (aws.is_empty(), customer.is_empty()) {
        (true, true) => return None,
        (false, true) => caiq_owner(Responsibility::Inherited, false),
        (true, false) => caiq_owner(Responsibility::Customer, false),
        (false, false) => caiq_owner(Responsibility::Shared, false),
    };
    let name = &catalogue.layer(layer).name;
    Some(vec![
        format!("whose:every-service/{layer}"),
        format!("Every service of AWS: {name}"),
        String::new(),
        owner.to_owned(),
        aws,
        customer,
    ])
}

fn caiq_row(catalogue: &Catalogue, one: &Column<'_>, record: &AnswerRecord<'_>) -> Vec<String> {
    let responsibility = Responsibility::of(record.party, !record.customer.is_empty());
    // The form has one word for what is shared; that it is dependent or independent is said in the description.
    let sharing = match record.sharing {
        Some(Sharing::Dependent) => "Dependent: takes effect only when the customer acts.",
        Some(Sharing::Independent) => "Independent: each side acts alone.",
        None => "",
    };
    let third = record
        .third_party
        .as_ref()
        .map_or_else(String::new, |third| format!("{}: {}", third.name, joined(&third.duties)));
    vec![
        format!("whose:{}/{}", one.label(), record.layer),
        format!("{}: {}", one.title(), catalogue.layer(record.layer).name),
        String::new(),
        caiq_owner(responsibility, !record.aws.is_empty()).to_owned(),
        filled(&[sharing.to_owned(), joined(&record.aws), third]),
        joined(&record.customer),
    ]
}

/// The words of the form's drop-down list. "CSP-owned" means that the provider is responsible for all of it.
const fn caiq_owner(responsibility: Responsibility, aws_has_duties: bool) -> &'static str {
    match responsibility {
        Responsibility::Inherited => "CSP-owned",
        Responsibility::Customer => "CSC-owned",
        Responsibility::Shared => "Shared CSP and CSC",
        Responsibility::ThirdParty if aws_has_duties => "Shared CSP and 3rd-party",
        Responsibility::ThirdParty => "3rd-party outsourced",
        Responsibility::NotAddressed => "",
    }
}

/// FedRAMP's matrix: a row for each control, with the services in it.
///
/// # Errors
///
/// More services than a spreadsheet's cell holds.
pub(crate) fn fedramp_crm(
    catalogue: &Catalogue,
    variants: &[Column<'_>],
    baseline: Option<Baseline>,
) -> anyhow::Result<String> {
    let columns = vec![
        "Control ID",
        "Can Be Inherited from CSP",
        "Specific Inheritance and Customer Agency/CSP Responsibilities",
    ];
    let about = about(catalogue, CRM_ABOUT, variants);
    let mut rows = vec![["whose:about", "", &about].map(str::to_owned).to_vec()];
    for (control, info) in catalogue.controls() {
        if baseline.is_some_and(|wanted| !info.baselines.contains(&wanted)) {
            continue;
        }
        let answers: Vec<(String, ControlAnswer<'_>)> = variants
            .iter()
            .map(|one| (one.label(), ControlAnswer::new(catalogue, one.service, one.mode, *control)))
            .collect();
        rows.push(crm_row(*control, &answers)?);
    }
    sheet(&Grid { columns, rows })
}

fn crm_row(control: Control, answers: &[(String, ControlAnswer<'_>)]) -> anyhow::Result<Vec<String>> {
    let mut by_responsibility: BTreeMap<Responsibility, Vec<&str>> = BTreeMap::new();
    for (id, answer) in answers {
        by_responsibility.entry(answer.responsibility()).or_default().push(id);
    }
    let all = by_responsibility.keys().fold(Responsibility::NotAddressed, |all, one| all.and(*one));
    let some_open = by_responsibility.contains_key(&Responsibility::NotAddressed);
    let aws_has_duties = answers.iter().any(|(_, answer)| !answer.duties(Party::Aws).is_empty());
    let word = match all {
        Responsibility::NotAddressed => "",
        // What one service does not address is not known to be inherited.
        Responsibility::Inherited if some_open => "Partial",
        Responsibility::Inherited => "Yes",
        Responsibility::Customer => "No",
        Responsibility::ThirdParty if !aws_has_duties => "No",
        Responsibility::Shared | Responsibility::ThirdParty => "Partial",
    };
    let of = by_responsibility.iter().map(|(one, ids)| format!("{}: {}.", crm_word(*one), ids.join(", ")));
    let mut told = vec![joined(of)];
    // The form's own rule: what is inherited whole needs no more words.
    if !matches!(all, Responsibility::Inherited | Responsibility::NotAddressed) || word == "Partial" {
        told.extend(crm_duties(answers));
    }
    let told = filled(&told);
    let length = told.chars().count();
    if length > MAX_CELL_CHARS {
        anyhow::bail!(
            "the row of {control} has {length} characters, and spreadsheets cut a cell at {MAX_CELL_CHARS}\n  name fewer services, \
             or take: whose controls -o csv"
        );
    }
    Ok(vec![control.to_string(), word.to_owned(), told])
}

const fn crm_word(responsibility: Responsibility) -> &'static str {
    match responsibility {
        Responsibility::Inherited => "Inherited",
        Responsibility::Shared => "Shared",
        Responsibility::Customer => "Customer",
        Responsibility::ThirdParty => "Third party",
        Responsibility::NotAddressed => "Not addressed here",
    }
}

/// The duties of each side, each once, with the services in which it holds where those are not all.
fn crm_duties(answers: &[(String, ControlAnswer<'_>)]) -> Vec<String> {
    struct Told<'c> {
        whose: (Party, Option<&'c str>),
        duty: &'c str,
        ids: Vec<&'c str>,
    }
    let mut duties: Vec<Told<'_>> = Vec::new();
    for (id, answer) in answers {
        for ControlLine { side, third_party, duty, .. } in control_lines(answer) {
            let whose = (side, third_party);
            match duties.iter_mut().find(|told| (told.whose, told.duty) == (whose, duty)) {
                Some(told) if told.ids.last() != Some(&&**id) => told.ids.push(id),
                Some(_) => {}
                None => duties.push(Told { whose, duty, ids: vec![id] }),
            }
        }
    }
    let sides: BTreeSet<(Party, Option<&str>)> = duties.iter().map(|told| told.whose).collect();
    let of = |whose: (Party, Option<&str>)| {
        let name = match whose {
            (Party::Customer, _) => "Customer duties",
            (Party::ThirdParty, Some(name)) => name,
            _ => "AWS duties",
        };
        let own = duties.iter().filter(|told| told.whose == whose).map(|Told { duty, ids, .. }| {
            if ids.len() == answers.len() { (*duty).to_owned() } else { format!("{duty} ({})", ids.join(", ")) }
        });
        format!("{name}: {}", joined(own))
    };
    sides.into_iter().map(of).collect()
}

fn filled(parts: &[String]) -> String {
    joined(parts.iter().filter(|part| !part.is_empty()))
}
