//! How names are compared: what counts as the same name, and which names are near.
//!
//! The loader asks this to refuse collisions, the index to place names, resolution to find them; so all three agree.

use std::collections::BTreeMap;

use super::model::{Kind, Mode};

/// The kinds of identifier that a service's file lists; the others are names, or ids of checks.
pub const WRITTEN: &[Kind] = &[
    Kind::Sdk,
    Kind::ServiceId,
    Kind::Iam,
    Kind::Principal,
    Kind::Endpoint,
    Kind::Arn,
    Kind::Cloudformation,
    Kind::Terraform,
    Kind::Asff,
    Kind::Billing,
    Kind::CostExplorer,
    Kind::Metric,
    Kind::Event,
    Kind::Prowler,
    Kind::Steampipe,
];

/// `name` as it stands in the table of its kind.
#[must_use]
pub fn key(kind: Kind, name: &str) -> String {
    match kind {
        Kind::Name => squash(name),
        Kind::Cloudformation => cloudformation(name),
        // `ec2:natgateway/` and `ec2:network-` are written as AWS writes them; a family ends at a separator anyway.
        Kind::Arn => name.trim_end_matches(['/', ':', '-']).to_ascii_lowercase(),
        _ => name.to_ascii_lowercase(),
    }
}

/// Every table in which an identifier takes a place: its kind's own, and the everyday one for names that people type.
#[must_use]
pub fn slots(kind: Kind, name: &str) -> Vec<(Kind, String)> {
    let mut all = vec![(kind, key(kind, name))];
    let typed = [Kind::Name, Kind::Sdk, Kind::ServiceId, Kind::Iam, Kind::Billing, Kind::CostExplorer, Kind::Prowler];
    if typed.contains(&kind) {
        all.extend([(Kind::Name, squash(name)), (Kind::Name, plain(name))]);
    }
    let mut slots = Vec::new();
    for slot in all {
        if !slot.1.is_empty() && !slots.contains(&slot) {
            slots.push(slot);
        }
    }
    slots
}

/// What a mode of `service` is called besides `service@mode`: its own name (`EKS Auto Mode`), and the same two ids as one
/// says them (`eks auto mode`).
#[must_use]
pub fn of_mode(service: &str, mode: &Mode) -> [String; 2] {
    [mode.name.to_owned(), format!("{service} {}", mode.id)]
}

/// Lower case, letters and digits only.
#[must_use]
pub fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The same without a leading `Amazon` or `AWS`, which people write or leave out.
#[must_use]
pub fn squash(name: &str) -> String {
    let plain = plain(name);
    ["amazon", "aws"]
        .iter()
        .find_map(|maker| plain.strip_prefix(maker).filter(|rest| !rest.is_empty()))
        .map_or_else(|| plain.clone(), str::to_owned)
}

/// `AWS::EC2::TransitGateway` → `ec2::transitgateway`; other vendors keep their first part.
fn cloudformation(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    lower.strip_prefix("aws::").map_or_else(|| lower.clone(), str::to_owned)
}

/// The names among `known` that `wanted` could have been meant for, best first, at most `most`.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    ranked(wanted, &mut known.into_iter(), most)
}

fn ranked<'a>(wanted: &str, known: &mut dyn Iterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let plain = squash(wanted);
    let length = plain.chars().count();
    if !(2..=64).contains(&length) {
        return Vec::new();
    }
    let allowed = if length <= 4 { 1 } else { 2 + length / 8 };
    let mut best: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for name in known {
        let other = squash(name);
        // Names whose lengths alone set them apart further are not measured: that is most of them, and slow.
        let slips = (other.chars().count().abs_diff(length) <= allowed)
            .then(|| strsim::damerau_levenshtein(&plain, &other))
            .filter(|distance| *distance <= allowed);
        // A name that contains what was typed is near too, but behind every mere slip.
        let near = if let Some(distance) = slips {
            Some((distance, name.len()))
        } else if length >= 3 && (other.starts_with(&plain) || other.contains(&plain)) {
            Some((allowed + 1 + usize::from(!other.starts_with(&plain)), name.len()))
        } else {
            None
        };
        if let Some(rank) = near {
            let seat = best.entry(name).or_insert(rank);
            *seat = (*seat).min(rank);
        }
    }
    let mut ranked: Vec<(&str, (usize, usize))> = best.into_iter().collect();
    ranked.sort_unstable_by_key(|(name, rank)| (*rank, *name));
    ranked.into_iter().take(most).map(|(name, _)| name).collect()
}
