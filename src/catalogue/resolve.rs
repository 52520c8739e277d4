//! Any name → the service that it means, and how sure that is.
//!
//! The shape of an input tells which tool wrote it; the tables of `index.rs` tell whose it is. Where a table holds rules
//! for whole families, the longest prefix of whole words wins. Nothing falls back silently: an answer says whether the
//! name itself is known (`exact`) or only a family that it belongs to (`prefix`).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::Catalogue;
use super::index::{CheckPlace, Target};
use super::model::{
    Check, CheckProvider, Control, IdentifierKind, Layer, Mode, Name, Service, SharedIdentifier, words,
};
use super::normalize::{self, Candidates};
use crate::address;

words! {
    /// How a name was matched.
    Match ("match") {
        /// The name itself is in the catalogue.
        Exact = "exact",
        /// A family of names to which it belongs is.
        Prefix = "prefix",
        /// Several services are called so.
        Ambiguous = "ambiguous",
        /// No service is.
        None = "none",
    }
}

/// What a name means.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Meaning<'c> {
    /// One service, and the mode if the name says so much.
    Service(&'c Service, Option<&'c Mode>),
    /// A name that AWS uses for several services.
    Ambiguous(&'c SharedIdentifier),
    /// A name that stands in lists of services and is none.
    NoService(&'c SharedIdentifier),
    /// A check, and the duties that it proves a part of.
    Check(Vec<ProvenDuty<'c>>),
    /// A control of NIST SP 800-53 Rev 5, which bears on many services.
    Control(Control),
    /// A service is meant, but it has no mode of that name.
    NoSuchMode(&'c Service),
    /// Nothing is called so.
    Unknown,
}

/// A layer of a service whose duties a check proves a part of.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ProvenDuty<'c> {
    /// The service.
    pub service: &'c Service,
    /// The layer.
    pub layer: Layer,
    /// Who publishes the check.
    pub provider: CheckProvider,
    /// The check.
    pub check: &'c Check,
}

/// What a name means, what kind of name it is, and how sure that is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Resolution<'c> {
    /// The kind, as far as the shape or a table tells.
    pub kind: Option<IdentifierKind>,
    /// The meaning.
    pub meaning: Meaning<'c>,
    /// How it was matched.
    pub how: Match,
}

/// A name as it stands in the table.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KnownName<'c> {
    /// What kind of name it is.
    pub kind: IdentifierKind,
    /// The name as names of its kind are compared: see [`normalize::index_key`].
    pub key: String,
    /// What it means.
    pub meaning: Meaning<'c>,
}

/// The name of a service as which `name` is written, where AWS announced the end of what is called so.
#[must_use]
pub fn retired_name<'c>(service: &'c Service, name: &str) -> Option<&'c Name> {
    let mut retired =
        service.aliases.iter().chain(&service.former_names).filter(|own| own.lifecycle.is_some()).peekable();
    retired.peek()?;
    let typed = normalize::normalize(name.rsplit_once('@').map_or(name, |(left, _)| left));
    retired.find(|own| normalize::normalize(own) == typed)
}

/// The longest key of the index, in bytes; anything longer is no name.
const MAX_KEY: usize = 200;

/// The longest input that is looked at, in bytes: an ARN has at most 2,048 characters.
const MAX_NAME: usize = 2048;

/// A target that was found, and whether the whole name led to it.
type Found = Option<(Target, bool)>;

impl Catalogue {
    /// What `name` means; `name` may be `NAME@MODE`.
    #[must_use]
    pub fn resolve(&self, name: &str) -> Resolution<'_> {
        let name = name.trim();
        if let Some((left, right)) = name.rsplit_once('@') {
            let service = self.resolve_whole(left);
            // Behind the @ of a word stands a mode: nothing there is none, not the service without one.
            let names_mode = right.contains(char::is_alphanumeric) || is_typed(service.kind);
            if let (Meaning::Service(found, _), false) = (&service.meaning, names_mode) {
                return Resolution { meaning: Meaning::NoSuchMode(found), how: Match::None, ..service };
            }
            if let Meaning::Service(found, None) = service.meaning {
                if let Some(mode) = found.modes.iter().find(|mode| mode.id.eq_ignore_ascii_case(right.trim())) {
                    return Resolution { meaning: Meaning::Service(found, Some(mode)), ..service };
                }
                // Names with an @ of their own: Lambda@Edge, Oracle Database@AWS.
                let whole = self.resolve_whole(name);
                if matches!(whole.meaning, Meaning::Unknown) {
                    return Resolution { meaning: Meaning::NoSuchMode(found), how: Match::None, ..service };
                }
                return whole;
            }
        }
        self.resolve_whole(name)
    }

    fn resolve_whole(&self, name: &str) -> Resolution<'_> {
        let bytes = name.as_bytes();
        let (kind, found) = if bytes.len() > MAX_NAME {
            (None, None)
        } else if starts(bytes, b"arn:") {
            (Some(IdentifierKind::Arn), self.arn(name))
        } else if name.contains("::") {
            (Some(IdentifierKind::Cloudformation), self.cloudformation(name))
        } else if let Some(resource) = terraform_type(name) {
            (Some(IdentifierKind::Terraform), self.terraform(resource))
        } else if let Some(host) = host(name) {
            (Some(IdentifierKind::Principal), self.host(host))
        } else if let Some(rest) = endpoint_service(name) {
            (Some(IdentifierKind::Endpoint), self.endpoint_service(rest))
        } else if starts(bytes, b"aws/") || starts(bytes, b"/aws/") {
            (Some(IdentifierKind::Metric), self.exact(IdentifierKind::Metric, name))
        } else if starts(bytes, b"aws.") {
            let found = self.exact(IdentifierKind::Event, name).or_else(|| self.exact(IdentifierKind::Iam, &name[4..]));
            (Some(IdentifierKind::Event), found)
        } else if let Some((prefix, rest)) = action(name) {
            let found = if rest.starts_with(|c: char| c.is_ascii_lowercase()) {
                self.arn_fields(prefix, rest)
            } else {
                self.exact(IdentifierKind::Iam, prefix)
            };
            (Some(IdentifierKind::Iam), found)
        } else {
            (None, None)
        };
        if let (Some(kind), Some((target, exact))) = (kind, found) {
            return self.answer(kind, &target, exact);
        }
        // A shape can mislead (`AWS/Config`, `aws.rds`): words are tried for whatever no table of its kind holds,
        // but never for a type, whose namespace would answer for it.
        if let Some((table, target)) = (!is_typed(kind)).then(|| self.word(name)).flatten() {
            return self.answer(self.kind_of_word(name, table, &target), &target, true);
        }
        if let Some(control) = Control::from_spelling(name).filter(|control| self.control(*control).is_some()) {
            return Resolution {
                kind: Some(IdentifierKind::Control),
                meaning: Meaning::Control(control),
                how: Match::Exact,
            };
        }
        Resolution { kind, meaning: Meaning::Unknown, how: Match::None }
    }

    /// Every name in the table, of services, modes, checks, and what stands in lists of services and is none.
    #[must_use]
    pub fn known_names(&self) -> Vec<KnownName<'_>> {
        let known = |(kind, key, target)| Some(KnownName { kind, key, meaning: self.meaning(&target, true)? });
        self.index.entries().into_iter().filter_map(known).collect()
    }

    fn answer(&self, kind: IdentifierKind, target: &Target, exact: bool) -> Resolution<'_> {
        let how = if exact { Match::Exact } else { Match::Prefix };
        let (meaning, how) = self.meaning(target, exact).map_or((Meaning::Unknown, Match::None), |meaning| {
            let how = match meaning {
                Meaning::NoService(_) => Match::None,
                Meaning::Ambiguous(_) => Match::Ambiguous,
                _ => how,
            };
            (meaning, how)
        });
        Resolution { kind: Some(kind), meaning, how }
    }

    fn meaning(&self, target: &Target, exact: bool) -> Option<Meaning<'_>> {
        let service = |place: &u16| self.services.at(usize::from(*place));
        Some(match target {
            Target::Service(place) | Target::Default(place) => Meaning::Service(service(place)?, None),
            Target::Mode(place, mode) => {
                let service = service(place)?;
                // The type reveals the mode; another type of the same family does not.
                Meaning::Service(service, exact.then(|| &service.modes[usize::from(*mode)]))
            }
            Target::Ambiguous(place) => {
                Meaning::Ambiguous(self.general.get().identifiers.ambiguous.get(usize::from(*place))?)
            }
            Target::NoService(place) => {
                Meaning::NoService(self.general.get().identifiers.no_service.get(usize::from(*place))?)
            }
            Target::Layer(_) => return None,
            Target::Checks(places) => Meaning::Check(places.iter().filter_map(|place| self.proven(*place)).collect()),
        })
    }

    /// A check of the service at a place.
    fn proven(&self, place: CheckPlace) -> Option<ProvenDuty<'_>> {
        let CheckPlace { service, layer, provider, number } = place;
        let service = self.services.at(usize::from(service))?;
        let check = service.checks.get(&layer)?.of(provider).get(usize::from(number))?;
        Some(ProvenDuty { service, layer, provider, check })
    }

    /// A free text: whatever it is when case, spaces, hyphens and a leading `Amazon` or `AWS` are left out.
    fn word(&self, name: &str) -> Option<(IdentifierKind, Target)> {
        let plain = normalize::alphanumeric(name);
        if plain.len() > MAX_KEY {
            return None;
        }
        // With its vendor a name may be another service's: AWS Auto Scaling is not what everyone calls Auto Scaling.
        let short = ["amazon", "aws"].iter().find_map(|vendor| plain.strip_prefix(vendor));
        let bare = || self.index.get(IdentifierKind::Name, short.filter(|rest| !rest.is_empty())?);
        let others = [
            IdentifierKind::Endpoint,
            IdentifierKind::Metric,
            IdentifierKind::Asff,
            IdentifierKind::SecurityHub,
            IdentifierKind::ConfigRule,
            IdentifierKind::ProwlerCheck,
        ];
        let named = self.index.get(IdentifierKind::Name, &plain).or_else(bare);
        named
            .map(|target| (IdentifierKind::Name, target))
            .or_else(|| others.into_iter().find_map(|kind| Some((kind, self.lowered(kind, name)?))))
    }

    /// Whose word it is: a name of the catalogue's, or else the first tool's that writes it so.
    fn kind_of_word(&self, name: &str, kind: IdentifierKind, target: &Target) -> IdentifierKind {
        if kind != IdentifierKind::Name {
            return kind;
        }
        if let Target::Service(place) = target
            && let Some(service) = self.services.at(usize::from(*place))
            && [&*service.id, &*service.name, service.short_name()].iter().any(|own| own.eq_ignore_ascii_case(name))
        {
            return IdentifierKind::Name;
        }
        let tools = [
            IdentifierKind::Billing,
            IdentifierKind::CostExplorer,
            IdentifierKind::Sdk,
            IdentifierKind::Iam,
            IdentifierKind::Prowler,
        ];
        tools.into_iter().find(|tool| self.lowered(*tool, name).is_some()).unwrap_or(IdentifierKind::Name)
    }

    fn lowered(&self, kind: IdentifierKind, name: &str) -> Option<Target> {
        self.index.get(kind, &lower(name)?)
    }

    fn exact(&self, kind: IdentifierKind, name: &str) -> Found {
        self.lowered(kind, name).map(|target| (target, true))
    }

    /// `arn:partition:service:region:account:resource`; the resource may hold colons and slashes of its own.
    fn arn(&self, name: &str) -> Found {
        let mut fields = name.splitn(6, ':').skip(2);
        let (service, _region, _account, resource) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        self.arn_fields(service, resource)
    }

    fn arn_fields(&self, service: &str, resource: &str) -> Found {
        let field = lower(service)?;
        let whole = self.index.get(IdentifierKind::Arn, &field).or_else(|| self.index.get(IdentifierKind::Iam, &field));
        if let Some(target @ Target::Service(_)) = whole {
            // All that begins so is this service's.
            return Some((target, true));
        }
        // Only the resource's type matters; what follows may be as long as it likes.
        let end = resource.char_indices().map(|(at, _)| at).nth(60).unwrap_or(resource.len());
        let key = format!("{field}:{}", resource[..end].to_ascii_lowercase());
        let mut end = key.len();
        while end > field.len() + 1 {
            if let Some(target) = self.index.get(IdentifierKind::Arn, &key[..end]) {
                // Cut at a slash or a colon it is the resource's type; at a hyphen, the family of types that begin so.
                return Some((target, !key[end..].starts_with('-')));
            }
            end = key[..end].rfind(['/', ':', '-']).unwrap_or(0);
        }
        whole.map(|target| {
            let is_default = matches!(target, Target::Default(_));
            (target, !is_default)
        })
    }

    /// A CloudFormation or Config type: itself, then its families word by word, then its namespace.
    fn cloudformation(&self, name: &str) -> Found {
        let key = lower(name)?;
        let mut end = key.len();
        loop {
            if let Some(target) = self.index.get(IdentifierKind::Cloudformation, &key[..end]) {
                return Some((target, end == key.len()));
            }
            end = (1..end).rev().find(|at| key.is_char_boundary(*at) && camel_boundary(name.as_bytes(), *at))?;
        }
    }

    /// A Terraform resource type (or Steampipe table): itself, then cut token by token.
    fn terraform(&self, resource: &str) -> Found {
        let key = lower(resource)?;
        if let Some(rest) = key.strip_prefix("awscc_") {
            return self.awscc(rest);
        }
        let mut end = key.len();
        while end > "aws_".len() {
            for kind in [IdentifierKind::Terraform, IdentifierKind::Steampipe] {
                if let Some(target) = self.index.get(kind, &key[..end]) {
                    return Some((target, end == key.len()));
                }
            }
            end = key[..end].rfind('_')?;
        }
        None
    }

    /// A type of the awscc provider is a CloudFormation type in snake case: `awscc_ec2_transit_gateway`.
    fn awscc(&self, rest: &str) -> Found {
        let (namespace, words) = rest.split_once('_').unwrap_or((rest, ""));
        let mut end = words.len();
        loop {
            let name = words[..end].replace('_', "");
            let key = if end == 0 { format!("aws::{namespace}") } else { format!("aws::{namespace}::{name}") };
            if let Some(target) = self.index.get(IdentifierKind::Cloudformation, &key) {
                return Some((target, end == words.len()));
            }
            if end == 0 {
                return None;
            }
            end = words[..end].rfind('_').unwrap_or(0);
        }
    }

    /// What stands before `.amazonaws.com`: a principal, or an endpoint with names in front and a Region behind.
    fn host(&self, host: &str) -> Found {
        let mut rest = host.strip_suffix(".vpce").unwrap_or(host);
        let mut whole = true;
        while let Some((left, _)) = rest.rsplit_once('.').filter(|(_, last)| is_region(last) || *last == "dualstack") {
            rest = left;
        }
        loop {
            // `s3-eu-west-1` and `s3-website-eu-west-1` carry the Region with a hyphen; `kms-fips` is KMS.
            let mut label = rest.strip_suffix("-fips").unwrap_or(rest);
            let joined = label.match_indices('-').map(|(at, _)| at).find(|at| is_region(&label[at + 1..]));
            label = joined.map_or(label, |at| &label[..at]);
            label = label.strip_suffix("-website").unwrap_or(label);
            for table in [IdentifierKind::Principal, IdentifierKind::Iam, IdentifierKind::Endpoint, IdentifierKind::Sdk]
            {
                if let Some(target) = self.lowered(table, label) {
                    return Some((target, whole));
                }
            }
            rest = rest.split_once('.')?.1;
            whole = false;
        }
    }

    /// What stands behind `com.amazonaws.`: a Region and a service, both with dots perhaps.
    fn endpoint_service(&self, rest: &str) -> Found {
        let mut service = match rest.split_once('.') {
            Some((first, after)) if is_region(first) => after,
            _ => rest.strip_suffix("-global").unwrap_or(rest),
        };
        let mut whole = true;
        loop {
            for table in [IdentifierKind::Endpoint, IdentifierKind::Iam, IdentifierKind::Sdk, IdentifierKind::Principal]
            {
                if let Some(target) = self.lowered(table, service) {
                    return Some((target, whole));
                }
            }
            service = service.rsplit_once('.')?.0;
            whole = false;
        }
    }

    /// Up to `most` services that `name` could have been meant for, as ids, best first.
    #[must_use]
    pub fn suggestions(&self, name: &str, most: usize) -> Vec<&str> {
        let name = name.rsplit_once('@').map_or(name, |(left, _)| left);
        let (kinds, prepared): (&[IdentifierKind], _) = if name.contains("::") {
            (&[IdentifierKind::Cloudformation], &self.suggestions.types)
        } else if terraform_type(name).is_some() {
            (&[IdentifierKind::Terraform], &self.suggestions.terraform)
        } else {
            (&[IdentifierKind::Name, IdentifierKind::Sdk, IdentifierKind::Iam], &self.suggestions.names)
        };
        let Called { ids, names } = prepared.get_or_init(|| self.called(kinds));
        let near = Candidates::nearest(names, name, most * 4);
        let mut found: Vec<&str> = Vec::new();
        let mut add = |place: u16| {
            let id = self.services.at(usize::from(place)).map(|service| &*service.id);
            found.extend(id.filter(|id| !found.contains(id)));
        };
        for close in near {
            ids.get(close).into_iter().flatten().copied().for_each(&mut add);
        }
        if let Some((namespace, _)) = name.rsplit_once("::") {
            // A new type of a namespace that several services share: those with the most types in it come first.
            let inside = ids.iter().filter(|(called, _)| starts(called.as_bytes(), namespace.as_bytes()));
            let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
            inside.flat_map(|(_, places)| places).for_each(|place| *counts.entry(*place).or_default() += 1);
            let mut counts: Vec<(u16, usize)> = counts.into_iter().collect();
            counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            for (place, _) in counts {
                add(place);
            }
        }
        found.truncate(most);
        found
    }

    /// By what tools of these kinds call services.
    fn called(&self, kinds: &[IdentifierKind]) -> Called {
        let mut ids: BTreeMap<String, Vec<u16>> = BTreeMap::new();
        let mut add = |name: &str, place: usize| {
            let places = ids.entry(name.to_owned()).or_default();
            places.extend(u16::try_from(place).ok().filter(|place| !places.contains(place)));
        };
        for (place, service) in self.services.iter().enumerate() {
            if kinds.contains(&IdentifierKind::Name) {
                service.names().for_each(|name| add(name, place));
                service.modes.iter().for_each(|mode| add(&mode.name, place));
            }
            kinds.iter().flat_map(|kind| service.identifiers.of(*kind)).for_each(|name| add(name, place));
        }
        for shared in self.general.get().identifiers.ambiguous.iter().filter(|shared| kinds.contains(&shared.kind)) {
            let places = shared.services.iter().filter_map(|id| self.services.position(id));
            places.for_each(|place| add(&shared.name, place));
        }
        Called { names: Candidates::new(ids.keys().map(|name| &**name)), ids }
    }
}

/// What misspelt names are compared with, prepared when the first one comes.
#[derive(Debug, Default)]
pub(super) struct Suggestions {
    names: OnceLock<Called>,
    types: OnceLock<Called>,
    terraform: OnceLock<Called>,
}

/// Names, and the places of the services that are called so.
#[derive(Debug)]
struct Called {
    ids: BTreeMap<String, Vec<u16>>,
    names: Candidates,
}

/// Whether a name of this kind is a type or an ARN, which may hold anything behind its first words.
const fn is_typed(kind: Option<IdentifierKind>) -> bool {
    matches!(kind, Some(IdentifierKind::Arn | IdentifierKind::Cloudformation | IdentifierKind::Terraform))
}

/// The Terraform type in a type, a data source or an address such as `module.a["k"].aws_db_instance.b[0]`.
fn terraform_type(name: &str) -> Option<&str> {
    let (_, rest) = address::resource(name)?;
    let of_aws = starts(rest.as_bytes(), b"aws_") || starts(rest.as_bytes(), b"awscc_");
    let word = rest.split(['.', '[']).next().unwrap_or(rest);
    (of_aws && !word.contains(char::is_whitespace)).then_some(word)
}

/// The kind and the key of the type that `name` says: of an ARN, of a type in any notation, of an address.
#[cfg(feature = "cli")]
pub(crate) fn type_key(name: &str) -> Option<(IdentifierKind, String)> {
    let (kind, of) = if starts(name.as_bytes(), b"arn:") {
        let mut fields = name.splitn(6, ':').skip(2);
        let (service, resource) = (fields.next()?, fields.nth(2)?);
        (IdentifierKind::Arn, format!("{service}:{}", resource.split(['/', ':']).next()?))
    } else if name.contains("::") {
        (IdentifierKind::Cloudformation, name.to_owned())
    } else if let Some(resource) = terraform_type(name) {
        (IdentifierKind::Terraform, resource.to_owned())
    } else if action(name).is_some() {
        (IdentifierKind::Arn, name.to_owned())
    } else {
        (IdentifierKind::Asff, name.to_owned())
    };
    Some((kind, normalize::index_key(kind, &of)))
}

/// What stands before the domain of AWS's endpoints and principals.
fn host(name: &str) -> Option<&str> {
    let name = after(name, "https://").unwrap_or(name);
    let name = name.split(['/', ':']).next().unwrap_or(name);
    // A name of DNS may end with the dot of its root.
    let name = name.strip_suffix('.').unwrap_or(name);
    [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"].iter().find_map(|domain| before(name, domain))
}

/// What stands behind the reversed domain in the name of a VPC endpoint service, the Region in front:
/// `com.amazonaws.eu-west-1.ecr.dkr`, `cn.com.amazonaws.cn-north-1.sqs`, `aws.sagemaker.eu-west-1.notebook`.
fn endpoint_service(name: &str) -> Option<&str> {
    let name = after(name, "cn.").unwrap_or(name);
    if let Some(rest) = after(name, "com.amazonaws.") {
        return Some(rest);
    }
    let rest = after(name, "aws.")?;
    let (service, region) = rest.split_once('.')?;
    region.split('.').next().filter(|label| is_region(label)).map(|_| service)
}

/// An IAM action (`s3:GetObject`) or a resource type of the tagging API (`ec2:instance`).
fn action(name: &str) -> Option<(&str, &str)> {
    let (prefix, rest) = name.split_once(':')?;
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (plain(prefix) && !rest.is_empty() && !rest.contains(char::is_whitespace)).then_some((prefix, rest))
}

/// `eu-central-1`, `us-gov-west-1`, `cn-north-1`.
fn is_region(label: &str) -> bool {
    let mut parts = label.rsplit('-');
    let number = parts.next().is_some_and(|part| part.len() == 1 && part.bytes().all(|b| b.is_ascii_digit()));
    number && parts.clone().count() >= 2 && parts.all(|part| part.bytes().all(|b| b.is_ascii_alphabetic()))
}

/// Whether a word of a type's name begins at `at`: after `::`, or where a capital starts a word.
fn camel_boundary(name: &[u8], at: usize) -> bool {
    let is = |place: usize, what: fn(&u8) -> bool| name.get(place).is_some_and(what);
    if name[at..].starts_with(b"::") {
        return true;
    }
    is(at, u8::is_ascii_uppercase)
        && (!is(at - 1, u8::is_ascii_uppercase) || is(at + 1, u8::is_ascii_lowercase))
        && name[at - 1] != b':'
}

fn starts(text: &[u8], prefix: &[u8]) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// What stands behind `head`, in whatever case that is written.
fn after<'n>(name: &'n str, head: &str) -> Option<&'n str> {
    let (own, rest) = name.split_at_checked(head.len())?;
    own.eq_ignore_ascii_case(head).then_some(rest)
}

/// What stands before `tail`, in whatever case that is written.
fn before<'n>(name: &'n str, tail: &str) -> Option<&'n str> {
    let (rest, own) = name.split_at_checked(name.len().checked_sub(tail.len())?)?;
    own.eq_ignore_ascii_case(tail).then_some(rest)
}

/// `name` in lower case; none where it is too long to be one.
fn lower(name: &str) -> Option<String> {
    (name.len() <= MAX_KEY).then(|| name.to_ascii_lowercase())
}
