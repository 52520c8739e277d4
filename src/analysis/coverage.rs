//! Which of the customer's duties checks have looked at: the layers in which the customer has any, joined with the results of
//! checks.
//!
//! # What the states mean
//!
//! The catalogue says which checks exist for a layer of a service; findings say which of them ran. A check says something about
//! what it checks and nothing about the rest of the layer, so the rule is strict:
//!
//! - [`Failing`](State::Failing): a check failed, for any resource, in any account. Nothing outweighs it.
//! - [`Unseen`](State::Unseen): no check passed and none failed. None exists, none ran, or those that ran came to no verdict.
//! - [`Partial`](State::Partial): checks passed and none failed, but not enough of them ran to say more.
//! - [`Proven`](State::Proven): one provider's whole set of checks for the layer ran and passed, no other provider has a larger
//!   set, and no check of any provider failed or ended without a verdict.
//!
//! Providers check the same things in parallel (Security Hub's `RDS.3` runs Config's `rds-storage-encrypted`, and Prowler has
//! `rds_instance_storage_encrypted`), so that the checks of all of them together are nobody's aim; the largest set is what can
//! be asked for. A check passed if all its results did: one that was muted or suppressed for a resource has no verdict.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

use crate::catalogue::Catalogue;
use crate::catalogue::model::{Check, CheckProvider, Control, Layer, LayerChecks, Mode, Service, words};
use crate::findings::{CheckId, CheckResult, Status};

/// How many checks that the catalogue does not know are told apart; the scanners together have fewer.
const MAX_UNKNOWN_CHECKS: usize = 100_000;

words! {
    /// What is known about the customer's duties in a layer of a service, the worst first.
    State ("state") {
        /// A check failed.
        Failing = "failing",
        /// No check passed and none failed: none exists, none ran, or none came to a verdict.
        Unseen = "unseen",
        /// Checks passed and none failed, but not every check of the provider that has most.
        Partial = "partial",
        /// Every check of the provider that has most ran and passed, and no other failed or ended without a verdict.
        Proven = "proven",
    }
}

impl State {
    /// The state of a layer with these checks.
    #[must_use]
    pub fn of(checks: &[(CheckProvider, Outcome)]) -> Self {
        let any = |wanted| checks.iter().any(|(_, outcome)| *outcome == wanted);
        if any(Outcome::Failed) {
            return Self::Failing;
        }
        if !any(Outcome::Passed) {
            return Self::Unseen;
        }
        let size = |provider| checks.iter().filter(|(own, _)| *own == provider).count();
        let passed =
            |provider| checks.iter().filter(|(own, _)| *own == provider).all(|(_, own)| *own == Outcome::Passed);
        let largest = CheckProvider::ALL.iter().map(|provider| size(*provider)).max().unwrap_or(0);
        let whole = CheckProvider::ALL.iter().any(|provider| size(*provider) == largest && passed(*provider));
        if whole && !any(Outcome::NoVerdict) { Self::Proven } else { Self::Partial }
    }
}

/// How a check ended, over all its results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It failed at least once.
    Failed,
    /// It ran and did not fail, but at least one result was no verdict: no data, muted, to be judged by hand.
    NoVerdict,
    /// It ran and passed every time.
    Passed,
    /// It exists and did not run.
    NotRun,
}

impl Outcome {
    /// The words for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::NoVerdict => "no verdict",
            Self::Passed => "passed",
            Self::NotRun => "did not run",
        }
    }
}

/// The results of one check, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// How often it passed.
    pub passed: u64,
    /// How often it failed.
    pub failed: u64,
    /// How often it came to no verdict.
    pub no_verdict: u64,
}

impl Counts {
    const fn outcome(self) -> Outcome {
        match self {
            Self { failed: 1.., .. } => Outcome::Failed,
            Self { no_verdict: 1.., .. } => Outcome::NoVerdict,
            Self { passed: 1.., .. } => Outcome::Passed,
            Self { .. } => Outcome::NotRun,
        }
    }
}

/// The results of all findings, by check.
#[derive(Debug)]
pub struct Results {
    /// The checks of the catalogue; ids in lower case.
    known: HashSet<(CheckProvider, String)>,
    ran: HashMap<(CheckProvider, String), Counts>,
    unknown: HashSet<u64>,
}

impl Results {
    /// No results yet, for the checks of a catalogue.
    #[must_use]
    pub fn new(catalogue: &Catalogue) -> Self {
        let checks = catalogue.services().iter().flat_map(Service::checks);
        let known = checks.map(|(_, provider, check)| (provider, check.id.to_ascii_lowercase())).collect();
        Self { known, ran: HashMap::new(), unknown: HashSet::new() }
    }

    /// Counts a finding, if it still stands and is a check's result; whether it is.
    pub fn add(&mut self, result: &CheckResult) -> bool {
        let (true, Some(first)) = (result.current, result.checks.first()) else { return false };
        match result.checks.iter().map(key).find(|key| self.known.contains(key)) {
            Some(key) => {
                let counts = self.ran.entry(key).or_default();
                match result.status {
                    Status::Passed => counts.passed += 1,
                    Status::Failed => counts.failed += 1,
                    Status::NoVerdict => counts.no_verdict += 1,
                }
            }
            None if self.unknown.len() < MAX_UNKNOWN_CHECKS => {
                self.unknown.insert(self.unknown.hasher().hash_one(key(first)));
            }
            None => {}
        }
        true
    }

    /// How many checks the catalogue knows.
    #[must_use]
    pub fn known_checks(&self) -> usize {
        self.known.len()
    }

    /// How many of those ran.
    #[must_use]
    pub fn checks_that_ran(&self) -> usize {
        self.ran.len()
    }

    /// How many checks ran that the catalogue does not know. They say nothing here.
    #[must_use]
    pub fn unknown_checks(&self) -> usize {
        self.unknown.len()
    }

    /// The results of a check of a provider's.
    #[must_use]
    pub fn counts(&self, provider: CheckProvider, check: &Check) -> Counts {
        self.ran.get(&(provider, check.id.to_ascii_lowercase())).copied().unwrap_or_default()
    }

    /// Whether any check of the service ran.
    #[must_use]
    pub fn any_ran(&self, service: &Service) -> bool {
        service.checks().any(|(_, provider, check)| self.counts(provider, check) != Counts::default())
    }
}

/// A check as it is looked up.
fn key(check: &CheckId) -> (CheckProvider, String) {
    (check.provider, check.id.to_ascii_lowercase())
}

/// A service whose duties are looked at. Findings do not tell its modes apart, so it stands once.
#[derive(Clone, Debug)]
pub struct Scope<'c> {
    /// The service.
    pub service: &'c Service,
    /// The modes in which it is run; one `None` for a service without modes.
    pub modes: Vec<Option<&'c Mode>>,
    /// How many things of an inventory it stands for, each counted once whatever its mode.
    pub resources: Option<u64>,
}

/// A layer of a service in which the customer has a part, and what its checks say.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LayerCoverage<'c> {
    /// The service.
    pub service: &'c Service,
    /// The modes in which it is run.
    pub modes: Vec<Option<&'c Mode>>,
    /// How many things of an inventory the service stands for.
    pub resources: Option<u64>,
    /// The layer.
    pub layer: Layer,
    /// The NIST SP 800-53 controls of the layer, in all the modes.
    pub controls: Vec<Control>,
    /// What is known.
    pub state: State,
    /// Every check that the catalogue has for the layer, and how it ended.
    pub checks: Vec<CheckOutcome<'c>>,
}

/// A check of the catalogue's, and how it ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CheckOutcome<'c> {
    /// Who publishes it.
    pub provider: CheckProvider,
    /// The check.
    pub check: &'c Check,
    /// How it ended.
    pub outcome: Outcome,
}

impl<'c> LayerCoverage<'c> {
    /// How many checks ended so.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        self.checks.iter().filter(|own| own.outcome == outcome).count()
    }

    /// How many checks ran, whatever came of it.
    #[must_use]
    pub fn ran(&self) -> usize {
        self.checks.len() - self.count(Outcome::NotRun)
    }

    /// The ids of the checks that ended so.
    pub fn ids(&self, outcome: Outcome) -> impl Iterator<Item = &'c str> {
        self.checks.iter().filter(move |own| own.outcome == outcome).map(|own| &*own.check.id)
    }
}

/// Joins services with the results of checks: a row for each layer in which the customer has a duty in one of the modes, whoever
/// holds it, and for each that has checks.
#[must_use]
pub fn coverage<'c>(
    catalogue: &'c Catalogue,
    scopes: &[Scope<'c>],
    only: Option<Layer>,
    results: &Results,
) -> Vec<LayerCoverage<'c>> {
    let mut rows = Vec::new();
    for scope in scopes {
        for &layer in Layer::ALL.iter().filter(|layer| only.is_none_or(|only| only == **layer)) {
            let answers = || scope.modes.iter().map(|mode| catalogue.split(scope.service, *mode, layer));
            let checks: Vec<_> = scope.service.checks.get(&layer).into_iter().flat_map(LayerChecks::iter).collect();
            if checks.is_empty() && !answers().any(|answer| answer.is_mine()) {
                continue;
            }
            let checks: Vec<CheckOutcome<'c>> = checks
                .into_iter()
                .map(|(provider, check)| {
                    let outcome = results.counts(provider, check).outcome();
                    CheckOutcome { provider, check, outcome }
                })
                .collect();
            let mut seen = HashSet::new();
            let outcomes: Vec<_> = checks.iter().map(|own| (own.provider, own.outcome)).collect();
            rows.push(LayerCoverage {
                service: scope.service,
                modes: scope.modes.clone(),
                resources: scope.resources,
                layer,
                controls: answers().flat_map(|answer| answer.controls()).filter(|id| seen.insert(*id)).collect(),
                state: State::of(&outcomes),
                checks,
            });
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::model::Party;

    #[test]
    fn a_state_gives_no_false_comfort() {
        use CheckProvider::{Config, Prowler, SecurityHub};
        use Outcome::{Failed, NoVerdict, NotRun, Passed};
        let cases: &[(&[(CheckProvider, Outcome)], State)] = &[
            (&[], State::Unseen),
            (&[(Prowler, NotRun)], State::Unseen),
            (&[(Prowler, NoVerdict)], State::Unseen),
            (&[(Prowler, NoVerdict), (Prowler, NotRun)], State::Unseen),
            (&[(Prowler, Passed)], State::Proven),
            (&[(Prowler, Passed), (Prowler, Passed)], State::Proven),
            // One of several is no proof.
            (&[(Prowler, Passed), (Prowler, NotRun)], State::Partial),
            (&[(Prowler, Passed), (Prowler, NoVerdict)], State::Partial),
            // What fails outweighs everything.
            (&[(Prowler, Passed), (Prowler, Failed)], State::Failing),
            (&[(Prowler, Passed), (Config, Failed)], State::Failing),
            // Another provider that has no more checks need not have run; one that has more must.
            (&[(Prowler, Passed), (Config, NotRun)], State::Proven),
            (&[(Prowler, Passed), (Config, NotRun), (Config, NotRun)], State::Partial),
            (&[(Prowler, Passed), (Prowler, Passed), (Config, NotRun), (SecurityHub, NotRun)], State::Proven),
            // Half of each of two providers is neither's whole set.
            (&[(Prowler, Passed), (Prowler, NotRun), (Config, Passed), (Config, NotRun)], State::Partial),
            // What another provider could not decide, or somebody muted there, is not proven.
            (&[(Prowler, Passed), (Config, NoVerdict)], State::Partial),
        ];
        for (checks, state) in cases {
            assert_eq!(State::of(checks), *state, "{checks:?}");
        }
    }

    #[test]
    fn a_check_passed_if_all_its_results_did() {
        let counts = |passed, failed, no_verdict| Counts { passed, failed, no_verdict }.outcome();
        assert_eq!(counts(0, 0, 0), Outcome::NotRun);
        assert_eq!(counts(3, 0, 0), Outcome::Passed);
        assert_eq!(counts(3, 0, 1), Outcome::NoVerdict);
        assert_eq!(counts(3, 1, 1), Outcome::Failed);
    }

    fn result(provider: CheckProvider, ids: &[&str], status: Status, current: bool) -> CheckResult {
        let checks = ids.iter().map(|id| CheckId { provider, id: (*id).to_owned() }).collect();
        CheckResult { checks, status, current, resources: Vec::new(), account: None }
    }

    #[test]
    fn results_count_by_the_first_id_that_is_known() {
        let catalogue = &Catalogue::built_in();
        let mut results = Results::new(catalogue);
        let rds = catalogue.service("rds").expect("rds is there");
        assert!(!results.any_ran(rds));
        assert!(results.add(&result(CheckProvider::SecurityHub, &["nonsense", "rds.3"], Status::Passed, true)));
        // An id is an id of its provider's only.
        assert!(results.add(&result(CheckProvider::Prowler, &["RDS.3"], Status::Failed, true)));
        // What is archived, or no check's, is not counted.
        assert!(!results.add(&result(CheckProvider::SecurityHub, &["RDS.3"], Status::Failed, false)));
        assert!(!results.add(&result(CheckProvider::SecurityHub, &[], Status::Failed, true)));
        let (_, provider, check) = rds.checks().find(|(_, _, check)| check.id == *"RDS.3").expect("the check is there");
        assert_eq!(results.counts(provider, check), Counts { passed: 1, failed: 0, no_verdict: 0 });
        assert_eq!((results.checks_that_ran(), results.unknown_checks()), (1, 1));
        assert!(results.any_ran(rds));
    }

    #[test]
    fn every_layer_of_yours_is_a_row_with_all_its_checks() {
        let catalogue = &Catalogue::built_in();
        let rds = catalogue.service("rds").expect("rds is there");
        let scope = Scope { service: rds, modes: vec![None], resources: Some(2) };
        let mut results = Results::new(catalogue);
        let encryption = || rds.checks().filter(|(layer, _, _)| *layer == Layer::EncryptionAtRest);
        let rows = |results: &Results, only| coverage(catalogue, std::slice::from_ref(&scope), only, results);
        let all = rows(&results, None);
        assert!(all.iter().all(|row| row.state == State::Unseen && row.resources == Some(2) && row.ran() == 0));
        assert!(!all.iter().any(|row| row.layer == Layer::Hardware), "a layer of AWS's alone");
        for (_, own, check) in encryption() {
            assert!(results.add(&result(own, &[&check.id], Status::Passed, true)));
        }
        let row = rows(&results, Some(Layer::EncryptionAtRest)).remove(0);
        assert_eq!(row.state, State::Proven);
        assert_eq!(row.count(Outcome::Passed), encryption().count());
        assert_eq!(row.count(Outcome::NotRun), 0);
        assert!(row.controls.iter().any(|control| control.to_string() == "SC-28"), "{:?}", row.controls);
    }

    #[test]
    fn a_layer_with_a_duty_of_the_customers_is_a_row_whoever_holds_it() {
        let catalogue = &Catalogue::built_in();
        let results = Results::new(catalogue);
        let mut held_by_aws = Vec::new();
        for service in catalogue.services().iter() {
            let scope = Scope { service, modes: service.variants(), resources: None };
            let rows = coverage(catalogue, std::slice::from_ref(&scope), None, &results);
            for &layer in Layer::ALL {
                let answers = || scope.modes.iter().map(|mode| catalogue.split(service, *mode, layer));
                let is_row = rows.iter().any(|row| row.layer == layer);
                let is_mine = answers().any(|answer| answer.is_mine());
                assert_eq!(is_row, is_mine || service.checks.contains_key(&layer), "{} {layer}", service.id);
                if is_row && answers().all(|answer| answer.split.party == Party::Aws) {
                    held_by_aws.push((&*service.id, layer));
                }
            }
        }
        // AWS patches it in the end; the customer chooses the window.
        assert!(held_by_aws.contains(&("rds", Layer::GuestOs)), "{held_by_aws:?}");
    }
}
