//! Any name → the service that it means, and how sure that is.
//!
//! The shape of an input tells which tool wrote it; the tables of `index.rs` tell whose it is. Where a table holds rules
//! for whole families, the longest prefix of whole words wins. Nothing falls back silently: an answer says whether the
//! name itself is known (`exact`) or only a family that it belongs to (`prefix`).

use super::index::{Index, Proof, Target};
use super::model::{Catalogue, Check, Exception, Kind, Mode, Service};
use super::names;

/// How a name was matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Match {
    /// The name itself is in the catalogue.
    Exact,
    /// A family of names to which it belongs is.
    Prefix,
    /// Several services are called so.
    Ambiguous,
    /// No service is.
    None,
}

impl Match {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Prefix => "prefix",
            Self::Ambiguous => "ambiguous",
            Self::None => "none",
        }
    }
}

/// What a name means.
#[derive(Clone, Copy, Debug)]
pub enum Meaning<'c> {
    /// One service, and the mode if the name says so much.
    Service(&'c Service, Option<&'c Mode>),
    /// A name that AWS uses for several services.
    Several(&'c Exception),
    /// A name that stands in lists of services and is none.
    Nothing(&'c Exception),
    /// A check, and what it proves.
    Check(Proofs<'c>),
    /// A service is meant, but it has no mode of that name.
    NoSuchMode(&'c Service),
    /// Nobody is called so.
    Unknown,
}

/// What a check proves: a layer of a service, or of several.
#[derive(Clone, Copy, Debug)]
pub struct Proofs<'c> {
    catalogue: &'c Catalogue,
    pairs: &'c [Proof],
}

impl<'c> Proofs<'c> {
    /// Every service and check of this id.
    pub fn iter(&self) -> impl Iterator<Item = (&'c Service, Check)> + use<'c> {
        let catalogue = self.catalogue;
        self.pairs.iter().filter_map(move |proof| {
            let service = &catalogue.services[usize::from(proof.service)];
            Some((service, service.checks().nth(usize::from(proof.check))?))
        })
    }
}

/// What a name means, what kind of name it is, and how sure that is.
#[derive(Clone, Copy, Debug)]
pub struct Resolution<'c> {
    /// The kind, as far as the shape or a table tells.
    pub kind: Option<Kind>,
    /// The meaning.
    pub meaning: Meaning<'c>,
    /// How it was matched.
    pub how: Match,
}

/// The longest key of any table; anything longer is no name.
const LONGEST: usize = 200;

/// Resolves names against one catalogue. Cheap to copy; allocates nothing while it resolves.
#[derive(Clone, Copy, Debug)]
pub struct Resolver<'c> {
    catalogue: &'c Catalogue,
    index: &'c Index,
}

impl<'c> Resolver<'c> {
    /// A resolver over `catalogue` and the index made of it.
    pub(super) const fn new(catalogue: &'c Catalogue, index: &'c Index) -> Self {
        Self { catalogue, index }
    }

    /// What `name` means; `name` may be `NAME@MODE`.
    #[must_use]
    pub fn resolve(&self, name: &str) -> Resolution<'c> {
        let name = name.trim();
        if let Some((left, right)) = name.rsplit_once('@') {
            let service = self.plain(left);
            if let Meaning::Service(found, None) = service.meaning {
                if let Some(mode) = found.modes.iter().find(|mode| mode.id.eq_ignore_ascii_case(right.trim())) {
                    return Resolution { meaning: Meaning::Service(found, Some(mode)), ..service };
                }
                // Names with an @ of their own: Lambda@Edge, Oracle Database@AWS.
                let whole = self.plain(name);
                if matches!(whole.meaning, Meaning::Unknown) {
                    return Resolution { meaning: Meaning::NoSuchMode(found), how: Match::None, ..service };
                }
                return whole;
            }
        }
        self.plain(name)
    }

    fn plain(&self, name: &str) -> Resolution<'c> {
        let bytes = name.as_bytes();
        let (kind, found) = if bytes.len() > 2048 {
            (None, None)
        } else if starts(bytes, b"arn:") {
            (Some(Kind::Arn), self.arn(name))
        } else if name.contains("::") {
            (Some(Kind::Cloudformation), self.cloudformation(name))
        } else if let Some(resource) = terraform_type(name) {
            (Some(Kind::Terraform), self.terraform(resource))
        } else if let Some(host) = host(name) {
            (Some(Kind::Principal), self.host(host))
        } else if let Some(rest) = endpoint_service(name) {
            (Some(Kind::Endpoint), self.endpoint_service(rest))
        } else if starts(bytes, b"aws/") || starts(bytes, b"/aws/") {
            (Some(Kind::Metric), self.exact(Kind::Metric, name))
        } else if starts(bytes, b"aws.") {
            let found = self.exact(Kind::Event, name).or_else(|| self.exact(Kind::Iam, &name[4..]));
            (Some(Kind::Event), found)
        } else if let Some((prefix, rest)) = action(name) {
            let found = if rest.starts_with(|c: char| c.is_ascii_lowercase()) {
                self.arn_fields(prefix, rest)
            } else {
                self.exact(Kind::Iam, prefix)
            };
            (Some(Kind::Iam), found)
        } else {
            (None, None)
        };
        if let (Some(kind), Some((target, exact))) = (kind, found) {
            return self.answer(kind, target, exact);
        }
        // A shape can mislead (`AWS/Config`, `aws.rds`): words are tried for whatever no table of its kind holds,
        // but never for a type, whose namespace would answer for it.
        let typed = matches!(kind, Some(Kind::Arn | Kind::Cloudformation | Kind::Terraform));
        if let Some((table, target)) = (!typed).then(|| self.word(name)).flatten() {
            return self.answer(self.kind_of_word(name, table, target), target, true);
        }
        Resolution { kind, meaning: Meaning::Unknown, how: Match::None }
    }

    fn answer(&self, kind: Kind, target: Target, exact: bool) -> Resolution<'c> {
        let how = if exact { Match::Exact } else { Match::Prefix };
        let service = |place: u16| &self.catalogue.services[usize::from(place)];
        let (meaning, how) = match target {
            Target::Service(place) | Target::Default(place) => (Meaning::Service(service(place), None), how),
            Target::Mode(place, mode) => {
                let service = service(place);
                // The type reveals the mode; another type of the same family does not.
                let mode = exact.then(|| &service.modes[usize::from(mode)]);
                (Meaning::Service(service, mode), how)
            }
            Target::Check(place) => {
                let rest = &self.index.proofs[usize::from(place)..];
                let id = |proof: &Proof| {
                    let service = &self.catalogue.services[usize::from(proof.service)];
                    service.checks().nth(usize::from(proof.check)).map(|check| (check.maker, check.id))
                };
                let same = rest.iter().take_while(|proof| id(proof) == id(&rest[0])).count();
                (Meaning::Check(Proofs { catalogue: self.catalogue, pairs: &rest[..same] }), how)
            }
            Target::Exception(place) => {
                let exception = &self.catalogue.exceptions[usize::from(place)];
                if exception.services.is_empty() {
                    (Meaning::Nothing(exception), Match::None)
                } else {
                    (Meaning::Several(exception), Match::Ambiguous)
                }
            }
        };
        Resolution { kind: Some(kind), meaning, how }
    }

    /// A free text: whatever it is when case, spaces, hyphens and its maker are left out.
    fn word(&self, name: &str) -> Option<(Kind, Target)> {
        let mut buffer = [0; LONGEST];
        let mut length = 0;
        for c in name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase) {
            let room = buffer.get_mut(length..length + c.len_utf8())?;
            c.encode_utf8(room);
            length += c.len_utf8();
        }
        let plain = &buffer[..length];
        // With its maker a name may be another service's: AWS Auto Scaling is not what everyone calls Auto Scaling.
        let short = [&b"amazon"[..], b"aws"].iter().find_map(|maker| plain.strip_prefix(*maker));
        let bare = || self.index.get(Kind::Name, short.filter(|rest| !rest.is_empty())?);
        let others =
            [Kind::Endpoint, Kind::Metric, Kind::Asff, Kind::SecurityHub, Kind::ConfigRule, Kind::ProwlerCheck];
        let named = self.index.get(Kind::Name, plain).or_else(bare).map(|target| (Kind::Name, target));
        named.or_else(|| others.into_iter().find_map(|table| Some((table, self.lowered(table, name)?))))
    }

    /// Whose word it is: a name of the catalogue's, or else the first tool's that writes it so.
    fn kind_of_word(&self, name: &str, table: Kind, target: Target) -> Kind {
        if table != Kind::Name {
            return table;
        }
        if let Target::Service(place) = target {
            let service = &self.catalogue.services[usize::from(place)];
            if [&service.id, &service.name, &service.short].iter().any(|own| own.eq_ignore_ascii_case(name)) {
                return Kind::Name;
            }
        }
        let tools = [Kind::Billing, Kind::CostExplorer, Kind::Sdk, Kind::Iam, Kind::Prowler];
        tools.into_iter().find(|tool| self.lowered(*tool, name).is_some()).unwrap_or(Kind::Name)
    }

    fn lowered(&self, table: Kind, name: &str) -> Option<Target> {
        let mut buffer = [0; LONGEST];
        self.index.get(table, lower(name, &mut buffer)?)
    }

    fn exact(&self, table: Kind, name: &str) -> Option<(Target, bool)> {
        self.lowered(table, name).map(|target| (target, true))
    }

    /// `arn:partition:service:region:account:resource`; the resource may hold colons and slashes of its own.
    fn arn(&self, name: &str) -> Option<(Target, bool)> {
        let mut colons = name.bytes().enumerate().filter(|(_, byte)| *byte == b':').map(|(at, _)| at).skip(1);
        let (partition, service, account) = (colons.next()?, colons.next()?, colons.nth(1)?);
        self.arn_fields(&name[partition + 1..service], &name[account + 1..])
    }

    fn arn_fields(&self, service: &str, resource: &str) -> Option<(Target, bool)> {
        let mut buffer = [0; LONGEST];
        let field = lower(service, &mut buffer)?;
        let whole = self.index.get(Kind::Arn, field).or_else(|| self.index.get(Kind::Iam, field));
        if let Some(target @ Target::Service(_)) = whole {
            // All that begins so is this service's.
            return Some((target, true));
        }
        let colon = service.len();
        // Only the resource's type matters; what follows may be as long as it likes.
        let typed = resource.as_bytes().iter().take(60).copied();
        let mut length = colon;
        for byte in [b':'].into_iter().chain(typed) {
            *buffer.get_mut(length)? = byte.to_ascii_lowercase();
            length += 1;
        }
        let mut end = length;
        while end > colon + 1 {
            if let Some(target) = self.index.get(Kind::Arn, &buffer[..end]) {
                // Cut at a slash or a colon it is the resource's type; at a hyphen, the family of types that begin so.
                return Some((target, buffer[..length].get(end) != Some(&b'-')));
            }
            end = buffer[..end].iter().rposition(|byte| matches!(byte, b'/' | b':' | b'-')).unwrap_or(0);
        }
        whole.map(|target| (target, !matches!(target, Target::Default(_))))
    }

    /// A CloudFormation or Config type: itself, then its families word by word, then its namespace.
    fn cloudformation(&self, name: &str) -> Option<(Target, bool)> {
        let mut buffer = [0; LONGEST];
        let key = lower(name, &mut buffer)?;
        let from = if key.starts_with(b"aws::") { 5 } else { 0 };
        let bytes = name.as_bytes();
        let mut end = key.len();
        loop {
            if let Some(target) = self.index.get(Kind::Cloudformation, &key[from..end]) {
                return Some((target, end == key.len()));
            }
            end = (from + 1..end).rev().find(|&at| camel_boundary(bytes, at))?;
        }
    }

    /// A Terraform resource type (or Steampipe table): itself, then cut token by token.
    fn terraform(&self, resource: &str) -> Option<(Target, bool)> {
        let mut buffer = [0; LONGEST];
        let key = lower(resource, &mut buffer)?;
        if let Some(rest) = key.strip_prefix(b"awscc_") {
            return self.awscc(rest);
        }
        let mut end = key.len();
        while end > 4 {
            for table in [Kind::Terraform, Kind::Steampipe] {
                if let Some(target) = self.index.get(table, &key[..end]) {
                    return Some((target, end == key.len()));
                }
            }
            end = key[..end].iter().rposition(|byte| *byte == b'_')?;
        }
        None
    }

    /// A type of the awscc provider is a CloudFormation type in snake case: `awscc_ec2_transit_gateway`.
    fn awscc(&self, rest: &[u8]) -> Option<(Target, bool)> {
        let namespace = rest.iter().position(|byte| *byte == b'_').unwrap_or(rest.len());
        let mut end = rest.len();
        loop {
            let mut key = [0; LONGEST];
            key[..namespace].copy_from_slice(&rest[..namespace]);
            let mut length = namespace;
            if end > namespace {
                key[length..length + 2].copy_from_slice(b"::");
                length += 2;
                for byte in rest[namespace..end].iter().filter(|byte| **byte != b'_') {
                    key[length] = *byte;
                    length += 1;
                }
            }
            if let Some(target) = self.index.get(Kind::Cloudformation, &key[..length]) {
                return Some((target, end == rest.len()));
            }
            end = rest[..end].iter().rposition(|byte| *byte == b'_')?;
        }
    }

    /// What stands before `.amazonaws.com`: a principal, or an endpoint with names in front and a Region behind.
    fn host(&self, host: &str) -> Option<(Target, bool)> {
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
            for table in [Kind::Principal, Kind::Iam, Kind::Endpoint, Kind::Sdk] {
                if let Some(target) = self.lowered(table, label) {
                    return Some((target, whole));
                }
            }
            rest = rest.split_once('.')?.1;
            whole = false;
        }
    }

    /// What stands behind `com.amazonaws.`: a Region and a service, both with dots perhaps.
    fn endpoint_service(&self, rest: &str) -> Option<(Target, bool)> {
        let mut service = match rest.split_once('.') {
            Some((first, after)) if is_region(first) => after,
            _ => rest.strip_suffix("-global").unwrap_or(rest),
        };
        let mut whole = true;
        loop {
            for table in [Kind::Endpoint, Kind::Iam, Kind::Sdk, Kind::Principal] {
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
    pub fn suggestions(&self, name: &str, most: usize) -> Vec<&'c str> {
        let name = name.rsplit_once('@').map_or(name, |(left, _)| left);
        let kinds: &[Kind] = if name.contains("::") {
            &[Kind::Cloudformation]
        } else if terraform_type(name).is_some() {
            &[Kind::Terraform]
        } else {
            &[Kind::Name, Kind::Sdk, Kind::Iam]
        };
        let mut every: Vec<(&str, &str)> =
            self.catalogue.services.iter().flat_map(|service| called(service, kinds)).collect();
        for shared in self.catalogue.exceptions.iter().filter(|exception| kinds.contains(&exception.kind)) {
            every.extend(shared.services.iter().map(|id| (shared.name, *id)));
        }
        let mut ids: Vec<&str> = Vec::new();
        for close in names::nearest(name, every.iter().map(|(called, _)| *called), most * 4) {
            for (_, id) in every.iter().filter(|(called, _)| *called == close) {
                if !ids.contains(id) {
                    ids.push(id);
                }
            }
        }
        if let Some((namespace, _)) = name.rsplit_once("::") {
            // A new type of a namespace that several services share: those with the most types in it come first.
            let inside = |(called, _): &&(&str, &str)| {
                called.get(..namespace.len()).is_some_and(|head| head.eq_ignore_ascii_case(namespace))
            };
            let mut counts: Vec<(usize, &str)> = Vec::new();
            for (_, id) in every.iter().filter(inside) {
                match counts.iter_mut().find(|(_, known)| known == id) {
                    Some((count, _)) => *count += 1,
                    None => counts.push((1, id)),
                }
            }
            counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
            ids.extend(counts.iter().map(|(_, id)| *id).filter(|id| !ids.contains(id)).collect::<Vec<_>>());
        }
        ids.truncate(most);
        ids
    }
}

/// What a service is called by tools of these kinds, each with its id.
fn called<'c>(service: &'c Service, kinds: &[Kind]) -> Vec<(&'c str, &'c str)> {
    let mut all: Vec<&str> = Vec::new();
    if kinds.contains(&Kind::Name) {
        all.extend([service.id, service.name, service.short]);
        all.extend(service.aliases.iter().chain(service.former_names));
        all.extend(service.modes.iter().map(|mode| mode.name));
    }
    all.extend(kinds.iter().flat_map(|kind| service.called(*kind)));
    all.into_iter().map(|called| (called, &*service.id)).collect()
}

/// The Terraform type in a type, a data source or an address such as `module.a["k"].aws_db_instance.b[0]`.
fn terraform_type(name: &str) -> Option<&str> {
    let is_type = |part: &str| starts(part.as_bytes(), b"aws_") || starts(part.as_bytes(), b"awscc_");
    if !is_type(name) && !name.contains(".aws_") && !name.contains(".awscc_") {
        return None;
    }
    let segments = name.split('.').map(|segment| segment.split('[').next().unwrap_or(segment));
    let addressed = name.starts_with("module.") || name.starts_with("data.");
    if addressed {
        // A resource may be named `aws_x` too: the type is the last one but one that looks like a type.
        let all: Vec<&str> = segments.collect();
        let last = all.iter().rposition(|part| is_type(part))?;
        return Some(if last == all.len() - 1 && last > 0 && is_type(all[last - 1]) {
            all[last - 1]
        } else {
            all[last]
        });
    }
    segments.into_iter().next().filter(|part| is_type(part))
}

/// What stands before the domain of AWS's endpoints and principals.
fn host(name: &str) -> Option<&str> {
    let name = after(name, "https://").unwrap_or(name);
    let name = name.split(['/', ':']).next().unwrap_or(name);
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

fn lower<'b>(name: &str, buffer: &'b mut [u8; LONGEST]) -> Option<&'b [u8]> {
    let room = buffer.get_mut(..name.len())?;
    for (to, from) in room.iter_mut().zip(name.bytes()) {
        *to = from.to_ascii_lowercase();
    }
    Some(room)
}
