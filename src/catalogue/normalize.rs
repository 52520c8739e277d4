//! How names are compared: what counts as the same name, and which names are near.
//!
//! `validate` asks this to refuse collisions, the index to place names, resolution to find them; so all three agree.

use std::collections::BTreeMap;

use super::model::{Control, Controls, IdentifierKind, Mode, Service};

/// `name` as it stands in the index under its kind.
#[must_use]
pub fn index_key(kind: IdentifierKind, name: &str) -> String {
    match kind {
        IdentifierKind::Name => normalize(name),
        // `ec2:natgateway/` and `ec2:network-` are written as AWS writes them; a family ends at a separator anyway.
        IdentifierKind::Arn => name.trim_end_matches(['/', ':', '-']).to_ascii_lowercase(),
        _ => name.to_ascii_lowercase(),
    }
}

/// Every place that an identifier takes in the index: under its kind, and for names that people type under everyday names.
#[must_use]
pub fn index_keys(kind: IdentifierKind, name: &str) -> Vec<(IdentifierKind, String)> {
    let mut all = vec![(kind, index_key(kind, name))];
    if matches!(
        kind,
        IdentifierKind::Name
            | IdentifierKind::Sdk
            | IdentifierKind::ServiceId
            | IdentifierKind::Iam
            | IdentifierKind::Billing
            | IdentifierKind::CostExplorer
            | IdentifierKind::Prowler
    ) {
        all.extend([(IdentifierKind::Name, normalize(name)), (IdentifierKind::Name, alphanumeric(name))]);
    }
    let mut keys = Vec::new();
    for key in all {
        if !key.1.is_empty() && !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// What a mode is called besides `service@mode`: the two ids as one says them (`eks auto mode`), and its own name where that
/// names the service too (`EKS Auto Mode`). `Imported certificate` alone is a phrase, and anybody's.
#[must_use]
pub fn mode_names(service: &Service, mode: &Mode) -> Vec<String> {
    let name = alphanumeric(&mode.name);
    let names_service = service.names().any(|own| name.contains(&normalize(own)));
    let own = names_service.then(|| mode.name.to_string());
    own.into_iter().chain([format!("{} {}", service.id, mode.id)]).collect()
}

/// Lower case, letters and digits only.
#[must_use]
pub fn alphanumeric(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The same without a leading `Amazon` or `AWS`, which people write or leave out.
#[must_use]
pub fn normalize(name: &str) -> String {
    let plain = alphanumeric(name);
    let rest = ["amazon", "aws"].iter().find_map(|vendor| plain.strip_prefix(vendor).filter(|rest| !rest.is_empty()));
    rest.map_or_else(|| plain.clone(), str::to_owned)
}

/// A layer's word as it is compared: `Encryption at rest` and `encryption-at-rest` are one. No vendor is left out, for `aws
/// network` is not the customer's network.
#[must_use]
pub fn normalize_word(word: &str) -> String {
    alphanumeric(word)
}

/// Names that something misspelt may have been meant for, prepared once for many questions.
#[derive(Debug)]
pub struct Candidates {
    all: Vec<Candidate>,
}

#[derive(Debug)]
struct Candidate {
    name: String,
    normal: String,
    chars: usize,
    letters: u64,
}

/// Which letters and digits occur in a normal form, as bits: names that differ in more bits than slips are allowed are not
/// near, which tells most of them apart at once.
fn letters(normal: &str) -> u64 {
    normal.bytes().fold(0, |bits, byte| bits | 1 << (byte & 63))
}

impl Candidates {
    /// Prepares names.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let candidate = |name: &str| {
            let normal = normalize(name);
            Candidate { name: name.to_owned(), chars: normal.chars().count(), letters: letters(&normal), normal }
        };
        Self { all: names.into_iter().map(candidate).collect() }
    }

    /// The names that `wanted` could have been meant for, best first, at most `most`.
    #[must_use]
    pub fn nearest(&self, wanted: &str, most: usize) -> Vec<&str> {
        let wanted = normalize(wanted);
        let chars = wanted.chars().count();
        if !(2..=64).contains(&chars) {
            return Vec::new();
        }
        let allowed = if chars <= 4 { 1 } else { 2 + chars / 8 };
        let wanted_letters = letters(&wanted);
        let mut best: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for candidate in &self.all {
            let Candidate { name, normal, chars: length, letters } = candidate;
            let is_close =
                length.abs_diff(chars) <= allowed && (letters ^ wanted_letters).count_ones() as usize <= 2 * allowed;
            let distance = is_close.then(|| strsim::damerau_levenshtein(&wanted, normal)).filter(|d| *d <= allowed);
            // A name that contains what was typed is near too, but behind every mere slip.
            let rank = if let Some(distance) = distance {
                (distance, name.len())
            } else if chars >= 3
                && wanted_letters & !letters == 0
                && (normal.starts_with(&wanted) || chars >= 5 && normal.contains(&wanted))
            {
                (allowed + 1 + usize::from(!normal.starts_with(&wanted)), name.len())
            } else {
                continue;
            };
            let known = best.entry(name).or_insert(rank);
            *known = (*known).min(rank);
        }
        let mut ranked: Vec<(&str, (usize, usize))> = best.into_iter().collect();
        ranked.sort_unstable_by_key(|(name, rank)| (*rank, *name));
        ranked.into_iter().take(most).map(|(name, _)| name).collect()
    }
}

/// The names among `known` that `wanted` could have been meant for, best first, at most `most`.
#[must_use]
pub fn nearest<'n>(wanted: &str, known: impl IntoIterator<Item = &'n str>, most: usize) -> Vec<String> {
    Candidates::new(known).nearest(wanted, most).into_iter().map(str::to_owned).collect()
}

/// The controls that `wanted` could have been meant for, at most `most`: the control whose enhancement there is none of, and
/// those that are written much like it.
#[must_use]
pub(super) fn nearest_controls(controls: &Controls, wanted: &str, most: usize) -> Vec<Control> {
    let ids: BTreeMap<String, Control> = controls.keys().map(|control| (control.to_string(), *control)).collect();
    let enhanced = Control::from_spelling(wanted).map(Control::base).filter(|base| controls.contains_key(base));
    let mut found: Vec<Control> = enhanced.into_iter().collect();
    for near in nearest(wanted, ids.keys().map(|id| &**id), most) {
        found
            .extend(ids.get(&near).filter(|control| !found.contains(control)).copied().into_iter().collect::<Vec<_>>());
    }
    found.truncate(most);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_in_every_spelling() {
        for (name, normal) in [
            ("Amazon RDS", "rds"),
            ("AWS Lambda", "lambda"),
            ("Step Functions", "stepfunctions"),
            ("step-functions", "stepfunctions"),
            ("EC2 - Other", "ec2other"),
            ("AWS", "aws"),
            ("Amazon", "amazon"),
            ("ÉCR", "écr"),
            ("--", ""),
        ] {
            assert_eq!(normalize(name), normal, "{name}");
        }
    }

    #[test]
    fn a_key_has_the_form_of_its_kind() {
        for (kind, name, key) in [
            (IdentifierKind::Cloudformation, "AWS::EC2::TransitGateway", "aws::ec2::transitgateway"),
            (IdentifierKind::Cloudformation, "Acme::Hub::Tenant", "acme::hub::tenant"),
            (IdentifierKind::Arn, "ec2:natgateway/", "ec2:natgateway"),
            (IdentifierKind::Arn, "ec2:network-", "ec2:network"),
            (IdentifierKind::Terraform, "aws_DB_instance", "aws_db_instance"),
            (IdentifierKind::Name, "Amazon S3", "s3"),
        ] {
            assert_eq!(index_key(kind, name), key, "{name}");
        }
        assert_eq!(index_keys(IdentifierKind::Name, "--"), [], "nothing to be found by");
        let everyday = index_keys(IdentifierKind::CostExplorer, "AWS Lambda");
        assert!(everyday.contains(&(IdentifierKind::Name, "lambda".to_owned())), "{everyday:?}");
        assert!(everyday.contains(&(IdentifierKind::Name, "awslambda".to_owned())), "{everyday:?}");
    }

    #[test]
    fn a_slip_is_nearer_than_a_part_and_far_is_nothing() {
        let candidates = Candidates::new(["rds", "redshift", "dynamodb", "dynamodb-streams", "s3"]);
        assert_eq!(candidates.nearest("rdz", 3), ["rds"]);
        assert_eq!(candidates.nearest("dynamo", 3), ["dynamodb", "dynamodb-streams"]);
        assert_eq!(candidates.nearest("dynmaodb", 1), ["dynamodb"]);
        assert_eq!(candidates.nearest("qqqqqq", 3), [] as [&str; 0]);
        assert_eq!(candidates.nearest("x", 3), [] as [&str; 0], "one letter says nothing");
        assert_eq!(candidates.nearest("", 3), [] as [&str; 0]);
    }
}
