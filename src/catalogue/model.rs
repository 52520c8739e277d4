//! The catalogue as typed structs. The YAML file *is* the struct: these types read `data/` and overlays, are what is
//! compiled into the program, and make `schema/service.json` and `schema/overlay.json`.
//!
//! Plain data: no look-ups (`mod.rs`), no reading of files (`load.rs`), no rules between values (`validate.rs`). What can be
//! checked about a value alone is checked when it is read, here and on the command line, by its `FromStr`.
//!
//! The compiled-in form is postcard, which writes fields in order and knows no names: so no `untagged`, `flatten` or
//! `skip_serializing_if` here, and a value with two spellings asks `is_human_readable`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

/// The longest duty, in characters: a sentence that fits into a table's cell.
pub const MAX_DUTY_CHARS: usize = 220;

/// Declares a closed set whose members are written as words: in the data, on the command line and in every output. The noun
/// says what a word of it is called.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident ($noun:literal) { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[allow(clippy::enum_variant_names, reason = "the words are the field's")]
        pub enum $name {
            $($(#[$variant_doc])* #[cfg_attr(test, schemars(rename = $word))] $variant),+
        }

        impl $name {
            /// Every member, in the order in which it is shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that stands for this member.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::catalogue::model::InvalidValue;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.iter().copied().find(|member| member.as_str() == word);
                found.ok_or_else(|| {
                    let words: Vec<&str> = Self::ALL.iter().map(|member| member.as_str()).collect();
                    $crate::catalogue::model::InvalidValue::not_one_of(word, $noun, &words)
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_unit_variant(stringify!($name), *self as u32, self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    return deserializer.deserialize_str($crate::catalogue::model::FromText::new());
                }
                let place = u32::deserialize(deserializer)? as usize;
                Self::ALL.get(place).copied().ok_or_else(|| serde::de::Error::custom(concat!("no such ", $noun)))
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Who answers for a layer.
    Party ("party") {
        /// AWS. The customer may have duties beside it.
        Aws = "aws",
        /// The customer. AWS may have duties beside it.
        Customer = "customer",
        /// Both: the split says what each side does.
        Shared = "shared",
        /// A named third party, such as Red Hat for ROSA.
        ThirdParty = "third-party",
    }
}

words! {
    /// How the two halves of a shared split depend on each other.
    Sharing ("sharing") {
        /// AWS's half takes effect only when the customer acts: applies the update, sets the window, turns it on.
        Dependent = "dependent",
        /// Each side acts alone, in its own context.
        Independent = "independent",
    }
}

words! {
    /// The three kinds of service of the shared responsibility model; each is a set of default splits.
    Category ("category") {
        /// AWS runs the infrastructure; the customer runs everything from the guest operating system up (EC2).
        Infrastructure = "infrastructure",
        /// AWS also runs the operating system and the platform (RDS). Nothing to do with Docker.
        Container = "container",
        /// The customer sees an endpoint only (S3).
        Abstracted = "abstracted",
    }
}

words! {
    /// The 18 layers, bottom to top. Their names, definitions and aliases are in `data/layers.yaml`.
    Layer ("layer") {
        /// Buildings, power, cooling, on-site access.
        PhysicalFacilities = "physical-facilities",
        /// Regions, Availability Zones, edge locations.
        GlobalInfrastructure = "global-infrastructure",
        /// Servers, storage devices, firmware.
        Hardware = "hardware",
        /// Backbone, switches, links between zones.
        NetworkInfrastructure = "network-infrastructure",
        /// Hypervisor, host operating system, tenant isolation.
        Virtualization = "virtualization",
        /// AWS's own service software, control planes and endpoints.
        FoundationServices = "foundation-services",
        /// The operating system that the workload runs on.
        GuestOs = "guest-os",
        /// Engine, runtime, middleware.
        Platform = "platform",
        /// The customer's code, dependencies and service configuration.
        Application = "application",
        /// VPCs, subnets, security groups, firewalls.
        NetworkConfiguration = "network-configuration",
        /// TLS, certificates, refusing clear text.
        EncryptionInTransit = "encryption-in-transit",
        /// Server-side encryption and its keys.
        EncryptionAtRest = "encryption-at-rest",
        /// Encrypting and signing before data reaches AWS.
        ClientSideEncryption = "client-side-encryption",
        /// Users, roles, policies, credentials.
        IdentityAccess = "identity-access",
        /// Content, classification, retention, deletion.
        CustomerData = "customer-data",
        /// Backups, replication, restore tests.
        BackupResilience = "backup-resilience",
        /// Audit trails, detection, response.
        LoggingMonitoring = "logging-monitoring",
        /// Where data lives; laws, standards, evidence.
        RegionCompliance = "region-compliance",
    }
}

impl Layer {
    /// The word for it above a narrow column, which is a word for it like any other.
    #[must_use]
    pub const fn short(self) -> &'static str {
        match self {
            Self::PhysicalFacilities => "site",
            Self::GlobalInfrastructure => "glob",
            Self::Hardware => "hw",
            Self::NetworkInfrastructure => "wan",
            Self::Virtualization => "virt",
            Self::FoundationServices => "base",
            Self::GuestOs => "os",
            Self::Platform => "plat",
            Self::Application => "app",
            Self::NetworkConfiguration => "net",
            Self::EncryptionInTransit => "tls",
            Self::EncryptionAtRest => "rest",
            Self::ClientSideEncryption => "cse",
            Self::IdentityAccess => "iam",
            Self::CustomerData => "data",
            Self::BackupResilience => "bkup",
            Self::LoggingMonitoring => "logs",
            Self::RegionCompliance => "regn",
        }
    }
}

words! {
    /// What a split rests on.
    Basis ("basis") {
        /// An AWS page says it about this service, in this mode.
        Stated = "stated",
        /// It follows from the category, or from what a page says about something else.
        Derived = "derived",
    }
}

words! {
    /// How a layer is secured. One mechanism has one party in every service: see [`Mechanism::party`].
    #[non_exhaustive]
    Mechanism ("mechanism") {
        /// TLS at an API endpoint that all customers share.
        SharedEndpoint = "shared-endpoint",
        /// TLS at the endpoint of the customer's own resource, where clear text is accepted until the customer acts.
        OwnEndpoint = "own-endpoint",
        /// TLS at the endpoint of the customer's own resource, where clear text is refused without the customer's doing.
        OwnEndpointEnforced = "own-endpoint-enforced",
        /// Encryption at rest that is always on, or on by default.
        EncryptedByDefault = "encrypted-by-default",
        /// Encryption at rest that is off until the customer turns it on.
        EncryptedOnRequest = "encrypted-on-request",
        /// Updates that AWS installs in the end, whether or not the customer acts.
        UpdatedByAws = "updated-by-aws",
        /// Updates that the customer installs, with access to what is updated.
        UpdatedByCustomer = "updated-by-customer",
        /// Updates that are never installed unless the customer acts.
        UpdatedOnRequest = "updated-on-request",
        /// Encryption by the customer's own means.
        OwnMeans = "own-means",
        /// Two mechanisms in one layer, with different holders.
        Several = "several",
        /// The service has no such thing.
        NotApplicable = "not-applicable",
    }
}

impl Mechanism {
    /// The party that this mechanism has in every service, and for a shared one how it is shared.
    #[must_use]
    pub const fn party(self) -> (Party, Option<Sharing>) {
        match self {
            Self::SharedEndpoint
            | Self::OwnEndpointEnforced
            | Self::EncryptedByDefault
            | Self::UpdatedByAws
            | Self::NotApplicable => (Party::Aws, None),
            Self::OwnEndpoint | Self::EncryptedOnRequest | Self::UpdatedByCustomer | Self::OwnMeans => {
                (Party::Customer, None)
            }
            Self::UpdatedOnRequest => (Party::Shared, Some(Sharing::Dependent)),
            Self::Several => (Party::Shared, Some(Sharing::Independent)),
        }
    }

    /// The layers of which it speaks.
    #[must_use]
    pub const fn layers(self) -> &'static [Layer] {
        match self {
            Self::SharedEndpoint | Self::OwnEndpoint | Self::OwnEndpointEnforced => &[Layer::EncryptionInTransit],
            Self::EncryptedByDefault | Self::EncryptedOnRequest => &[Layer::EncryptionAtRest],
            Self::UpdatedByAws | Self::UpdatedByCustomer | Self::UpdatedOnRequest => &[Layer::GuestOs, Layer::Platform],
            Self::OwnMeans => &[Layer::EncryptionInTransit, Layer::EncryptionAtRest],
            Self::Several | Self::NotApplicable => {
                &[Layer::GuestOs, Layer::Platform, Layer::EncryptionInTransit, Layer::EncryptionAtRest]
            }
        }
    }
}

words! {
    /// What AWS announced about the end of something. No announcement, no word.
    Stage ("stage") {
        /// Closed to new customers; existing customers keep using it.
        Closed = "closed",
        /// A date after which it ends is announced.
        Ending = "ending",
        /// It has ended.
        Ended = "ended",
    }
}

words! {
    /// What a name is: the tool or list that calls a service so.
    #[non_exhaustive]
    IdentifierKind ("kind of identifier") {
        /// The catalogue's id, an official, former or everyday name.
        Name = "name",
        /// An SDK client or AWS CLI command.
        Sdk = "sdk",
        /// The `serviceId` of the SDK's model, which AWS's OSCAL content carries too.
        ServiceId = "service-id",
        /// An IAM service prefix or action.
        Iam = "iam",
        /// A service principal such as `rds.amazonaws.com`.
        Principal = "principal",
        /// The first label of an endpoint's host name.
        Endpoint = "endpoint",
        /// An Amazon Resource Name.
        Arn = "arn",
        /// A CloudFormation or AWS Config resource type.
        Cloudformation = "cloudformation",
        /// A Terraform resource type of the aws or awscc provider.
        Terraform = "terraform",
        /// A resource type of the AWS Security Finding Format.
        Asff = "asff",
        /// A product code of the price list and of cost and usage reports.
        Billing = "billing",
        /// A service name as Cost Explorer shows it.
        CostExplorer = "cost-explorer",
        /// A CloudWatch metric namespace.
        Metric = "metric",
        /// An `EventBridge` event source.
        Event = "event",
        /// A Prowler service.
        Prowler = "prowler",
        /// A Steampipe table.
        Steampipe = "steampipe",
        /// A control of AWS Security Hub.
        SecurityHub = "securityhub",
        /// A managed rule of AWS Config.
        ConfigRule = "config-rule",
        /// A check of Prowler.
        ProwlerCheck = "prowler-check",
        /// A control of NIST SP 800-53.
        Control = "control",
    }
}

words! {
    /// Who publishes a check.
    #[non_exhaustive]
    CheckProvider ("provider of checks") {
        /// AWS Security Hub, which calls its checks controls, with ids such as `RDS.3`.
        SecurityHub = "securityhub",
        /// AWS Config, with its managed rules, such as `rds-storage-encrypted`.
        Config = "config",
        /// Prowler, with ids such as `rds_instance_storage_encrypted`.
        Prowler = "prowler",
    }
}

impl CheckProvider {
    /// The kind of name that its ids are.
    #[must_use]
    pub const fn identifier_kind(self) -> IdentifierKind {
        match self {
            Self::SecurityHub => IdentifierKind::SecurityHub,
            Self::Config => IdentifierKind::ConfigRule,
            Self::Prowler => IdentifierKind::ProwlerCheck,
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SecurityHub => "Security Hub",
            Self::Config => "AWS Config",
            Self::Prowler => "Prowler",
        }
    }
}

/// Why a text is not a value of some type, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidValue(String);

impl InvalidValue {
    /// A word that is none of a closed set.
    pub(crate) fn not_one_of(word: &str, noun: &str, words: &[&str]) -> Self {
        Self(match words.split_last() {
            Some((last, others)) => format!("`{word}` is not a {noun}; use {} or {last}", others.join(", ")),
            None => format!("`{word}` is not a {noun}"),
        })
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidValue {}

/// Declares a text that is checked when it is read. It derefs to `str`; what is compiled in is not checked again.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:expr, { $($schema:tt)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl FromStr for $name {
            type Err = InvalidValue;

            fn from_str(text: &str) -> Result<Self, InvalidValue> {
                let check: fn(&str) -> Result<(), String> = $check;
                check(text).map_err(InvalidValue)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    deserializer.deserialize_str(FromText::new())
                } else {
                    String::deserialize(deserializer).map(Self)
                }
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", $($schema)* })
            }
        }
    };
}

/// Reads whatever is written as text and has a `FromStr`.
pub(crate) struct FromText<T>(std::marker::PhantomData<T>);

impl<T> FromText<T> {
    pub(crate) const fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for FromText<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// Whether a character cannot be seen or printed, or turns the direction of what follows: no text of a catalogue needs it.
#[must_use]
pub fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || u32::from(c) & 0xfffe == 0xfffe
        || matches!(c, '\u{fdd0}'..='\u{fdef}' | '\u{e0000}'..='\u{e0fff}')
}

checked_text! {
    /// Something that people read, on one line.
    Text,
    |text| {
        if text.trim().is_empty() {
            Err("expected text, found nothing".to_owned())
        } else if text.trim() != text {
            Err("spaces at the beginning or end of a text".to_owned())
        } else if let Some(c) = text.chars().find(|c| is_unprintable(*c)) {
            Err(format!("U+{:04X} in a text: no line breaks, control or invisible characters", u32::from(c)))
        } else {
            Ok(())
        }
    },
    { "minLength": 1 }
}

checked_text! {
    /// An id of the catalogue: a service, a mode, a source. Lower-case letters, digits and single hyphens.
    Id,
    |id| {
        let is_word = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if id.split('-').all(is_word) {
            Ok(())
        } else {
            Err(format!("`{id}` is not an id: use lower-case letters, digits and single hyphens"))
        }
    },
    { "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" }
}

checked_text! {
    /// The address of a page.
    Url,
    |url| {
        let rest = url.strip_prefix("https://").unwrap_or_default();
        if rest.is_empty() || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
            Err(format!("`{url}` is not an https:// address"))
        } else {
            Ok(())
        }
    },
    { "pattern": "^https://\\S+$" }
}

checked_text! {
    /// A resource type of Terraform (`aws_…`) or CloudFormation (`AWS::…`).
    ResourceType,
    |name| {
        let shaped = name.starts_with("aws_") || name.contains("::");
        if shaped && !name.contains(|c: char| c.is_whitespace() || c.is_control()) {
            Ok(())
        } else {
            Err(format!("`{name}` is not a resource type: write a Terraform type (aws_...) or a CloudFormation type (AWS::...)"))
        }
    },
    { "pattern": "^(aws_|.*::)" }
}

checked_text! {
    /// One imperative sentence of at most 220 characters.
    Sentence,
    |duty| {
        let length = duty.chars().count();
        if length > MAX_DUTY_CHARS {
            Err(format!("a duty has at most {MAX_DUTY_CHARS} characters, this one has {length}"))
        } else if !duty.ends_with('.') {
            Err("a duty is one sentence and ends with a full stop".to_owned())
        } else if !duty.starts_with(char::is_uppercase) {
            Err("a duty begins with a verb and a capital letter".to_owned())
        } else if let Some(c) = duty.chars().find(|c| is_unprintable(*c)) {
            Err(format!("U+{:04X} in a duty: no line breaks, control or invisible characters", u32::from(c)))
        } else {
            Ok(())
        }
    },
    { "maxLength": 220, "pattern": "^\\p{Lu}[^\\n]*\\.$" }
}

/// Reads and writes a value as text, and as its numbers where it is compiled in.
macro_rules! serde_as_text {
    ($name:ident, { $($schema:tt)* }) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    self.numbers().serialize(serializer)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    deserializer.deserialize_str(FromText::new())
                } else {
                    Deserialize::deserialize(deserializer).map(Self::from_numbers)
                }
            }
        }

        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", $($schema)* })
            }
        }
    };
}

/// A day, written as 2026-01-31.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

impl Date {
    /// The day in UTC on which so many seconds have passed since 1970; none beyond the year 9999.
    #[must_use]
    pub fn of_unix_time(seconds: u64) -> Option<Self> {
        let since = jiff::SignedDuration::from_secs(i64::try_from(seconds).ok()?);
        jiff::civil::date(1970, 1, 1).checked_add(since).ok().map(Self)
    }

    /// The days from this one to `later`; negative where that is earlier.
    #[must_use]
    pub fn days_until(self, later: Self) -> i64 {
        self.0.duration_until(later.0).as_hours() / 24
    }

    fn numbers(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    const fn from_numbers((year, month, day): (i16, i8, i8)) -> Self {
        Self(jiff::civil::date(year, month, day))
    }
}

impl FromStr for Date {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let day = text.parse().ok().map(Self).filter(|day| day.to_string() == text);
        day.ok_or_else(|| InvalidValue(format!("`{text}` is not a date: write it as 2026-01-31")))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

serde_as_text!(Date, { "format": "date" });

/// A control or control enhancement of NIST SP 800-53 Rev 5, written as SI-2 or IA-2(1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Control {
    /// The place of its family in [`Control::FAMILIES`].
    family: u8,
    number: u8,
    /// 0 for the control itself.
    enhancement: u8,
}

impl Control {
    /// The release of NIST SP 800-53 whose ids `data/controls.yaml` has.
    pub const RELEASE: &str = "5.1";

    /// The families of Rev 5.
    pub const FAMILIES: [&'static str; 20] = [
        "AC", "AT", "AU", "CA", "CM", "CP", "IA", "IR", "MA", "MP", "PE", "PL", "PM", "PS", "PT", "RA", "SA", "SC",
        "SI", "SR",
    ];

    /// What NIST calls the families, in the same order.
    pub const FAMILY_NAMES: [&'static str; 20] = [
        "Access Control",
        "Awareness and Training",
        "Audit and Accountability",
        "Assessment, Authorization, and Monitoring",
        "Configuration Management",
        "Contingency Planning",
        "Identification and Authentication",
        "Incident Response",
        "Maintenance",
        "Media Protection",
        "Physical and Environmental Protection",
        "Planning",
        "Program Management",
        "Personnel Security",
        "Personally Identifiable Information Processing and Transparency",
        "Risk Assessment",
        "System and Services Acquisition",
        "System and Communications Protection",
        "System and Information Integrity",
        "Supply Chain Risk Management",
    ];

    /// The two letters of its family.
    #[must_use]
    pub const fn family(self) -> &'static str {
        Self::FAMILIES[self.family as usize]
    }

    /// Its number in the family.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.number
    }

    /// The number of the enhancement, if it is one.
    #[must_use]
    pub fn enhancement(self) -> Option<u8> {
        Some(self.enhancement).filter(|number| *number > 0)
    }

    /// The control that it enhances, or itself.
    #[must_use]
    pub const fn base(self) -> Self {
        Self { enhancement: 0, ..self }
    }

    const fn numbers(self) -> (u8, u8, u8) {
        (self.family, self.number, self.enhancement)
    }

    const fn from_numbers((family, number, enhancement): (u8, u8, u8)) -> Self {
        Self { family, number, enhancement }
    }

    /// The control that people mean who write it as `AC-02`, `ac-2.3`, `AC-2 (1)` or `AC-02(01)`: in any case, with zeros in
    /// front and spaces between. Whether NIST has it is not looked at.
    #[must_use]
    pub fn from_spelling(text: &str) -> Option<Self> {
        let number = |text: &str| {
            let digits = text.trim();
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|number: &u8| plain && *number > 0)
        };
        let (family, rest) = text.trim().split_at_checked(2)?;
        let family = Self::FAMILIES.iter().position(|known| known.eq_ignore_ascii_case(family))?;
        let rest = rest.trim_start();
        let rest = rest.strip_prefix(['-', '_']).unwrap_or(rest);
        let (base, enhancement) = match rest.split_once(['(', '.']) {
            Some((base, tail)) if rest[base.len()..].starts_with('(') => (base, number(tail.strip_suffix(')')?)?),
            Some((base, tail)) => (base, number(tail)?),
            None => (rest, 0),
        };
        Some(Self { family: u8::try_from(family).ok()?, number: number(base)?, enhancement })
    }
}

impl FromStr for Control {
    type Err = InvalidValue;

    fn from_str(id: &str) -> Result<Self, InvalidValue> {
        Self::from_spelling(id).filter(|control| control.to_string() == id).ok_or_else(|| {
            InvalidValue(format!("`{id}` is not a NIST SP 800-53 Rev 5 control: write it as SI-2 or IA-2(1)"))
        })
    }
}

impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.family(), self.number)?;
        if self.enhancement > 0 { write!(f, "({})", self.enhancement) } else { Ok(()) }
    }
}

serde_as_text!(Control, { "pattern": r"^[A-Z]{2}-[1-9][0-9]*(\([1-9][0-9]*\))?$" });

words! {
    /// A baseline of NIST SP 800-53B.
    Baseline ("baseline") {
        /// For systems whose loss has a limited effect.
        Low = "low",
        /// For systems whose loss has a serious effect.
        Moderate = "moderate",
        /// For systems whose loss has a severe or catastrophic effect.
        High = "high",
        /// For systems that process personally identifiable information.
        Privacy = "privacy",
    }
}

/// What NIST says of a control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping")]
#[non_exhaustive]
pub struct ControlInfo {
    /// Its title; an enhancement's without the title of the control that it enhances.
    pub title: Text,
    /// The baselines in which it stands.
    #[serde(default)]
    pub baselines: Vec<Baseline>,
}

/// The controls that there are, family by family.
pub type Controls = BTreeMap<Control, ControlInfo>;

/// `data/controls.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping")]
pub(crate) struct ControlsFile {
    /// The controls.
    pub(crate) controls: Controls,
}

/// What stands in the files under a key that is its id.
pub trait Keyed {
    /// Takes the key as its id.
    fn set_id(&mut self, id: Id);
    /// Its id.
    fn id(&self) -> &Id;
}

/// Reads and writes a mapping from ids as a list in the order of the file, each of whose values knows its id.
mod keyed {
    use super::{Deserialize, Deserializer, Id, Keyed, MapAccess, Serialize, Serializer, Visitor, fmt};

    pub(super) fn serialize<T: Keyed + Serialize, S: Serializer>(list: &[T], to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(list.iter().map(|one| (one.id(), one)))
    }

    pub(super) fn deserialize<'de, T: Keyed + Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<T>, D::Error> {
        struct Entries<T>(std::marker::PhantomData<T>);

        impl<'de, T: Keyed + Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<T>, A::Error> {
                let mut list: Vec<T> = Vec::new();
                while let Some(id) = map.next_key::<Id>()? {
                    let mut one: T = map.next_value()?;
                    one.set_id(id);
                    list.push(one);
                }
                Ok(list)
            }
        }
        from.deserialize_map(Entries(std::marker::PhantomData))
    }
}

macro_rules! impl_keyed {
    ($($name:ident)+) => {$(
        impl Keyed for $name {
            fn set_id(&mut self, id: Id) {
                self.id = id;
            }

            fn id(&self) -> &Id {
                &self.id
            }
        }
    )+};
}
impl_keyed!(Source Service Mode);

impl Default for Id {
    /// The id of what has not been given its key yet.
    fn default() -> Self {
        Self(String::new())
    }
}

/// A page that says so. The bibliography is the only place for an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Source {
    /// The key by which splits cite it.
    #[serde(skip)]
    pub id: Id,
    /// The page's own title.
    pub title: Text,
    /// Its address.
    #[serde(with = "address")]
    #[cfg_attr(test, schemars(with = "Url"))]
    pub url: Url,
    /// The day to which the text that was read is dated.
    pub checked: Date,
}

/// Compiles addresses in without the host on which nearly all of AWS's guides stand.
mod address {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Url};

    const DOCS: &str = "https://docs.aws.amazon.com";

    pub(super) fn serialize<S: Serializer>(url: &Url, to: S) -> Result<S::Ok, S::Error> {
        match url.strip_prefix(DOCS).filter(|path| path.starts_with('/')) {
            Some(path) if !to.is_human_readable() => path.serialize(to),
            _ => url.serialize(to),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Url, D::Error> {
        if from.is_human_readable() {
            return Url::deserialize(from);
        }
        let text = String::deserialize(from)?;
        Ok(Url(if text.starts_with('/') { format!("{DOCS}{text}") } else { text }))
    }
}

/// One layer's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping")]
#[non_exhaustive]
pub struct LayerInfo {
    /// Its name in full.
    pub name: Text,
    /// What belongs to it.
    pub definition: Text,
    /// Everyday words for it.
    #[serde(default)]
    pub aliases: Vec<Text>,
}

impl LayerInfo {
    /// Every word for the layer: its id, its name, its short word and its aliases.
    pub fn words(&self, layer: Layer) -> impl Iterator<Item = &str> {
        [layer.as_str(), &*self.name, layer.short()].into_iter().chain(self.aliases.iter().map(|alias| &**alias))
    }
}

/// What one side must do: a sentence, or a sentence with more about it.
///
/// In the files `Rotate the keys.` or `{ do: Rotate the keys., controls: [SC-12] }`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Duty {
    /// The sentence.
    pub text: Sentence,
    /// The controls that this duty bears on; empty where only the split's are known.
    pub controls: Vec<Control>,
    /// Whether it holds whatever a service says about the layer. In `every-service.yaml` only.
    pub always: bool,
}

impl std::ops::Deref for Duty {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// A duty's long spelling.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Duty", deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "DutyFields"))]
struct DutyFields {
    /// The sentence.
    #[serde(rename = "do")]
    text: Sentence,
    /// NIST SP 800-53 Rev 5 ids that this duty bears on, and no others.
    #[serde(default)]
    controls: Vec<Control>,
    /// Whether it holds whatever a service says about the layer. In every-service.yaml only.
    #[serde(default)]
    always: bool,
}

/// Declares how a value with two spellings is read and written: as text where it is nothing but its text, else as the
/// mapping that `$fields` describes.
macro_rules! two_spellings {
    ($name:ident, $text:ty, $fields:ident, $expecting:literal, $is_plain:expr) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let is_plain: fn(&Self) -> Option<&$text> = $is_plain;
                match is_plain(self) {
                    Some(text) if serializer.is_human_readable() => text.serialize(serializer),
                    _ => $fields::serialize(self, serializer),
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Spelling;

                impl<'de> Visitor<'de> for Spelling {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse::<$text>().map($name::from).map_err(E::custom)
                    }

                    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<$name, A::Error> {
                        $fields::deserialize(de::value::MapAccessDeserializer::new(map))
                    }
                }
                if deserializer.is_human_readable() {
                    deserializer.deserialize_any(Spelling)
                } else {
                    $fields::deserialize(deserializer)
                }
            }
        }

        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let (text, fields) = (generator.subschema_for::<$text>(), generator.subschema_for::<$fields>());
                schemars::json_schema!({ "anyOf": [text, fields] })
            }
        }
    };
}

impl From<Sentence> for Duty {
    fn from(text: Sentence) -> Self {
        Self { text, controls: Vec::new(), always: false }
    }
}

two_spellings!(Duty, Sentence, DutyFields, "a duty: a sentence, or a mapping with `do`", |duty| {
    (duty.controls.is_empty() && !duty.always).then_some(&duty.text)
});

/// The part of a named third party in a split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ThirdParty {
    /// Who it is.
    pub name: Text,
    /// What it must do.
    #[serde(default)]
    pub duties: Vec<Duty>,
}

/// The answer for one layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Split {
    /// Who holds it.
    pub party: Party,
    /// For a shared split: does AWS's half wait for the customer's act (dependent), or does each act alone?
    #[serde(default)]
    pub sharing: Option<Sharing>,
    /// How the layer is secured; at guest-os, platform and the two encryption layers. It decides the party.
    #[serde(default)]
    pub mechanism: Option<Mechanism>,
    /// AWS's duties, in order of importance.
    #[serde(default)]
    pub aws: Vec<Duty>,
    /// The customer's duties, in order of importance.
    #[serde(default)]
    pub customer: Vec<Duty>,
    /// The part of a named third party.
    #[serde(default)]
    pub third_party: Option<ThirdParty>,
    /// `derived` where no page says it about this service in this mode; left out, it is `stated`.
    #[serde(default = "stated")]
    pub basis: Basis,
    /// NIST SP 800-53 Rev 5 ids on which the split bears, for duties that name none of their own.
    #[serde(default)]
    pub controls: Vec<Control>,
    /// Where AWS's own pages disagree, or what to know before relying on it.
    #[serde(default)]
    pub note: Option<Text>,
    /// The pages that say so, by their keys.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub sources: Vec<Id>,
}

impl Split {
    /// The duties of one side: of AWS, of the customer, or of the third party. A shared layer has no side of its own.
    #[must_use]
    pub fn duties(&self, side: Party) -> &[Duty] {
        match side {
            Party::Aws => &self.aws,
            Party::Customer => &self.customer,
            Party::ThirdParty => self.third_party.as_ref().map_or(&[], |third| &third.duties),
            Party::Shared => &[],
        }
    }
}

const fn stated() -> Basis {
    Basis::Stated
}

/// Splits by layer, bottom to top.
pub type Splits = BTreeMap<Layer, Split>;

/// What AWS announced about the end of a service, a mode, or what a name stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Lifecycle {
    /// How far it has come.
    pub stage: Stage,
    /// Since when, or by when.
    #[serde(default)]
    pub date: Option<Date>,
    /// What else to know.
    #[serde(default)]
    pub note: Option<Text>,
    /// The pages that announce it, by their keys.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub sources: Vec<Id>,
}

/// What in a Terraform or CloudFormation resource reveals a service or a mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Condition {
    /// The resource type, Terraform's or CloudFormation's.
    pub r#type: ResourceType,
    /// The attribute that decides, its levels separated by dots; left out where the type alone decides.
    #[serde(default)]
    pub attribute: Option<Text>,
    /// The value or values that fit; `*` stands for any text. Left out: the attribute is absent or empty.
    #[serde(default)]
    pub is: OneOrMore,
}

/// One text or several, written as text or as a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OneOrMore(pub Vec<Text>);

impl std::ops::Deref for OneOrMore {
    type Target = [Text];

    fn deref(&self) -> &[Text] {
        &self.0
    }
}

impl Serialize for OneOrMore {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Spelling;

        impl<'de> Visitor<'de> for Spelling {
            type Value = OneOrMore;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text or a list of texts")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<OneOrMore, E> {
                text.parse().map(|text| OneOrMore(vec![text])).map_err(E::custom)
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, list: A) -> Result<OneOrMore, A::Error> {
                Vec::deserialize(de::value::SeqAccessDeserializer::new(list)).map(OneOrMore)
            }
        }
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(Spelling)
        } else {
            Vec::deserialize(deserializer).map(Self)
        }
    }
}

#[cfg(test)]
impl schemars::JsonSchema for OneOrMore {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OneOrMore".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let (one, more) = (generator.subschema_for::<Text>(), generator.subschema_for::<Vec<Text>>());
        schemars::json_schema!({ "anyOf": [one, more] })
    }
}

/// A way to run a service that moves the line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Mode {
    /// The word after the `@`.
    #[serde(skip)]
    pub id: Id,
    /// What it means, in a few words.
    pub name: Text,
    /// The category whose defaults hold in this mode, where it is not the service's.
    #[serde(default)]
    pub category: Option<Category>,
    /// What AWS announced about its end.
    #[serde(default)]
    pub lifecycle: Option<Lifecycle>,
    /// The pages that describe the mode, by their keys.
    #[serde(default)]
    pub sources: Vec<Id>,
    /// What in an inventory reveals the mode; any one suffices.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// The layers that differ from the service's own splits.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "schema::ByLayer<Split>"))]
    pub splits: Splits,
}

/// A name of a service, and perhaps what AWS announced about the end of what it stands for.
///
/// In the files `simple ad` or `{ name: simple ad, lifecycle: … }`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Name {
    /// The name.
    pub name: Text,
    /// What AWS announced about the end of what is called so.
    pub lifecycle: Option<Lifecycle>,
}

impl std::ops::Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.name
    }
}

/// A name's long spelling.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Name", deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "NameFields"))]
struct NameFields {
    /// The name.
    name: Text,
    /// What AWS announced about the end of what is called so.
    #[serde(default)]
    lifecycle: Option<Lifecycle>,
}

impl From<Text> for Name {
    fn from(name: Text) -> Self {
        Self { name, lifecycle: None }
    }
}

two_spellings!(Name, Text, NameFields, "a name: text, or a mapping with `name`", |name| {
    name.lifecycle.is_none().then_some(&name.name)
});

/// Declares the identifiers of a service: a list for each kind that its file may name.
macro_rules! identifiers {
    ($($(#[$doc:meta])* $field:ident: $kind:ident),+ $(,)?) => {
        /// Every identifier by which tools call a service, by tool, as that tool writes it.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default, expecting = "a mapping")]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub struct Identifiers {
            $($(#[$doc])* pub $field: Vec<Text>),+
        }

        impl Identifiers {
            /// The identifiers of one kind.
            #[must_use]
            pub fn of(&self, kind: IdentifierKind) -> &[Text] {
                match kind {
                    $(IdentifierKind::$kind => &self.$field,)+
                    _ => &[],
                }
            }

            /// Every kind that a service's file may name, with the name of its field.
            pub const KINDS: &'static [(IdentifierKind, &'static str)] =
                &[$((IdentifierKind::$kind, stringify!($field))),+];
        }
    };
}

identifiers! {
    /// Client names of the SDKs and the CLI.
    sdk: Sdk,
    /// The SDK's service ids.
    service_id: ServiceId,
    /// Prefixes of IAM actions; service principals and ARNs are found by them too.
    iam: Iam,
    /// Further service principals, without `.amazonaws.com`.
    principal: Principal,
    /// Further first labels of host names.
    endpoint: Endpoint,
    /// Resources of ARNs under another service's prefix.
    arn: Arn,
    /// A CloudFormation namespace whole, or single types; AWS Config's too.
    cloudformation: Cloudformation,
    /// A prefix of Terraform types, or single types.
    terraform: Terraform,
    /// Resource types of Security Hub findings.
    asff: Asff,
    /// Product codes of cost and usage reports.
    billing: Billing,
    /// Names in Cost Explorer.
    cost_explorer: CostExplorer,
    /// CloudWatch namespaces.
    metric: Metric,
    /// EventBridge sources other than the id.
    event: Event,
    /// Prowler's names of the service.
    prowler: Prowler,
    /// Steampipe's tables.
    steampipe: Steampipe,
}

/// An automated check that proves a part of the customer's duties in a layer.
///
/// In the files its id, or `{ id: SSM.2, note: why it also stands at another layer }`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// Its id at its provider.
    pub id: Text,
    /// Why it also stands at another layer.
    pub note: Option<Text>,
}

impl Check {
    /// The provider's page about the check. Each provider writes its addresses by one rule.
    #[must_use]
    pub fn url(&self, provider: CheckProvider) -> String {
        match provider {
            CheckProvider::SecurityHub => {
                let id = self.id.to_ascii_lowercase();
                let (service, number) = id.split_once('.').unwrap_or((&id, ""));
                let page = "https://docs.aws.amazon.com/securityhub/latest/userguide";
                format!("{page}/{service}-controls.html#{service}-{number}")
            }
            CheckProvider::Config => {
                format!("https://docs.aws.amazon.com/config/latest/developerguide/{}.html", self.id)
            }
            CheckProvider::Prowler => format!("https://hub.prowler.com/check/{}", self.id),
        }
    }
}

/// A check's long spelling.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Check", deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "CheckFields"))]
struct CheckFields {
    /// The id.
    id: Text,
    /// Why it also stands at another layer.
    #[serde(default)]
    note: Option<Text>,
}

impl From<Text> for Check {
    fn from(id: Text) -> Self {
        Self { id, note: None }
    }
}

two_spellings!(Check, Text, CheckFields, "a check: its id, or a mapping with `id`", |check| {
    check.note.is_none().then_some(&check.id)
});

/// The checks of one layer, by provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a mapping")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LayerChecks {
    /// AWS Security Hub controls.
    pub securityhub: Vec<Check>,
    /// AWS Config managed rules.
    pub config: Vec<Check>,
    /// Prowler checks.
    pub prowler: Vec<Check>,
}

impl LayerChecks {
    /// The checks of one provider.
    #[must_use]
    pub fn of(&self, provider: CheckProvider) -> &[Check] {
        match provider {
            CheckProvider::SecurityHub => &self.securityhub,
            CheckProvider::Config => &self.config,
            CheckProvider::Prowler => &self.prowler,
        }
    }

    /// Every check, with who publishes it.
    pub fn iter(&self) -> impl Iterator<Item = (CheckProvider, &Check)> {
        CheckProvider::ALL.iter().flat_map(|provider| self.of(*provider).iter().map(|check| (*provider, check)))
    }
}

/// What AWS documents as a product, or a feature that people look up alone: a file `data/<category>/<id>.yaml`, or a
/// service of an overlay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Service {
    /// The id: the name of its file.
    #[serde(skip)]
    pub id: Id,
    /// The official name in full.
    pub name: Text,
    /// The name as people write it; left out where it is the same.
    #[serde(default)]
    pub short: Option<Text>,
    /// The category: in `data/` the folder of its file.
    pub category: Category,
    /// Whether an AWS page puts it into the category.
    pub basis: Basis,
    /// The service of which it is a part.
    #[serde(default)]
    pub part_of: Option<Id>,
    /// Which page, or which rule, puts it into the category.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub sources: Vec<Id>,
    /// The day on which somebody had read the whole file against AWS's pages; absent until somebody has.
    #[serde(default)]
    pub reviewed: Option<Date>,
    /// Everyday names.
    #[serde(default)]
    pub aliases: Vec<Name>,
    /// Names that AWS has given up.
    #[serde(default)]
    pub former_names: Vec<Name>,
    /// What AWS announced about its end.
    #[serde(default)]
    pub lifecycle: Option<Lifecycle>,
    /// Every identifier by which tools call it.
    #[serde(default)]
    pub identifiers: Identifiers,
    /// What in an inventory tells it from services that share its resource types.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// The layers that differ from the category's default.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "schema::ByLayer<Split>"))]
    pub splits: Splits,
    /// The ways to run it that move the line.
    #[serde(default, with = "keyed")]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, Mode>"))]
    pub modes: Vec<Mode>,
    /// The automated checks that prove the customer's duties, by layer.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "schema::ByLayer<LayerChecks>"))]
    pub checks: BTreeMap<Layer, LayerChecks>,
    /// The answers that an overlay changed: the mode, if it has modes, and the layer.
    #[serde(skip)]
    pub overlaid: BTreeSet<(Option<Id>, Layer)>,
}

impl Service {
    /// The name as people write it.
    #[must_use]
    pub fn short_name(&self) -> &str {
        self.short.as_deref().unwrap_or(&self.name)
    }

    /// The mode with this id.
    #[must_use]
    pub fn mode(&self, id: &str) -> Option<&Mode> {
        self.modes.iter().find(|mode| mode.id == *id)
    }

    /// The ways in which it is run, each of which has an answer of its own: its modes, or none where it has no modes.
    #[must_use]
    pub fn variants(&self) -> Vec<Option<&Mode>> {
        if self.modes.is_empty() { vec![None] } else { self.modes.iter().map(Some).collect() }
    }

    /// Every check that proves a duty of its customers, with its layer.
    pub fn checks(&self) -> impl Iterator<Item = (Layer, CheckProvider, &Check)> {
        self.checks.iter().flat_map(|(layer, checks)| checks.iter().map(|(provider, check)| (*layer, provider, check)))
    }

    /// Everything that people call it: its id, its official, everyday and former names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let own = [&*self.id, &*self.name].into_iter().chain(self.short.as_deref());
        own.chain(self.aliases.iter().chain(&self.former_names).map(|name| &**name))
    }
}

/// One of the three categories: `data/<category>/_category.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping")]
#[non_exhaustive]
pub struct CategoryInfo {
    /// Its name.
    pub name: Text,
    /// What AWS and the customer each do, in one or two sentences.
    pub blurb: Text,
    /// What a reader could trip over.
    pub note: Text,
    /// The pages that describe it, by their keys.
    #[serde(default)]
    pub sources: Vec<Id>,
    /// The default splits.
    #[serde(default)]
    pub splits: Splits,
}

/// An identifier that names several services, or none, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping")]
#[non_exhaustive]
pub struct SharedIdentifier {
    /// Which tool's identifier.
    pub kind: IdentifierKind,
    /// The identifier as that tool writes it.
    pub name: Text,
    /// The services that it may mean.
    #[serde(default)]
    pub services: Vec<Id>,
    /// Why.
    pub reason: Text,
}

/// `data/identifiers.yaml`: the identifiers that name several services, or none, and those that inventories pass over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a mapping")]
#[non_exhaustive]
pub struct SharedIdentifiers {
    /// Those that name several, or one of which everyday use has decided.
    pub ambiguous: Vec<SharedIdentifier>,
    /// Those that name none.
    pub no_service: Vec<SharedIdentifier>,
    /// Types of a service that runs machines, of which nothing runs an operating system.
    pub no_machine: Vec<SharedIdentifier>,
}

/// `data/layers.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping")]
pub(crate) struct LayersFile {
    /// The layers.
    pub(crate) layers: BTreeMap<Layer, LayerInfo>,
}

/// `data/every-service.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping")]
pub(crate) struct EveryServiceFile {
    /// The splits that hold for every service.
    pub(crate) splits: Splits,
}

/// Which of the customer's teams holds the customer's side. In an overlay only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a mapping")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Owners {
    /// The team where nothing more specific is said.
    pub default: Option<Text>,
    /// Teams by layer.
    #[cfg_attr(test, schemars(with = "schema::ByLayer<Text>"))]
    pub layers: BTreeMap<Layer, Text>,
    /// Teams by service.
    #[cfg_attr(test, schemars(with = "BTreeMap<String, Text>"))]
    pub services: BTreeMap<Id, Text>,
}

/// How types that schemars cannot describe by itself look in a schema.
#[cfg(test)]
mod schema {
    use std::borrow::Cow;
    use std::marker::PhantomData;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    use super::Layer;

    /// Something for each of some layers.
    pub(super) struct ByLayer<T>(PhantomData<T>);

    impl<T: JsonSchema> JsonSchema for ByLayer<T> {
        fn schema_name() -> Cow<'static, str> {
            format!("{}ByLayer", T::schema_name()).into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let value = generator.subschema_for::<T>();
            let layers: serde_json::Map<String, serde_json::Value> =
                Layer::ALL.iter().map(|layer| (layer.to_string(), value.as_value().clone())).collect();
            json_schema!({ "type": "object", "additionalProperties": false, "properties": layers })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Control;

    #[test]
    fn a_control_is_understood_in_every_spelling() {
        for (text, id) in [
            ("AC-2", "AC-2"),
            ("AC-02", "AC-2"),
            ("ac-2.3", "AC-2(3)"),
            ("ac-02.03", "AC-2(3)"),
            ("AC-2 (1)", "AC-2(1)"),
            ("ac-2(1)", "AC-2(1)"),
            ("AC-02(01)", "AC-2(1)"),
            (" si - 2 ", "SI-2"),
            ("SI_2", "SI-2"),
            ("si2", "SI-2"),
        ] {
            let control = Control::from_spelling(text).map(|control| control.to_string());
            assert_eq!(control.as_deref(), Some(id), "{text}");
            assert_eq!(id.parse().ok(), Control::from_spelling(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_control_is_none_in_any_spelling() {
        for text in [
            "",
            "A",
            "AC",
            "AC-",
            "AC-0",
            "AC-2(",
            "AC-2()",
            "AC-2(0)",
            "AC-2(1",
            "AC-2)",
            "AC-2.",
            "AC-2.3.4",
            "AC-2a",
            "XX-2",
            "AC-+2",
            "AC--2",
            "AC-256",
            "AC-2(1)(2)",
            "ÄC-2",
            "éé",
            "ec2",
            "AC-2 3",
        ] {
            assert_eq!(Control::from_spelling(text), None, "{text}");
        }
        assert!("AC-02".parse::<Control>().is_err(), "the catalogue's files have one spelling");
    }
}
