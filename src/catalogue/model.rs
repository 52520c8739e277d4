//! The words of the catalogue as types: parties, layers, splits, services, modes, sources.
//!
//! Plain data and nothing else: no look-ups (`mod.rs`), no reading (`load.rs`), no printing. The build script compiles
//! this same file to bake `data/` into constants. A catalogue is read once and stays for the life of the program, so an
//! overlay's text is leaked on purpose and has the same type as a constant: a third less of pointers than in a type that
//! could own, and one way to read everything.

/// Text of the catalogue.
pub type Text = &'static str;
/// A list of the catalogue.
pub type List<T> = &'static [T];

/// Several texts in one, a line each: of ten thousand sentences, each costs its letters and no pointer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines(pub Text);

impl Lines {
    /// The texts, in order.
    pub fn iter(self) -> std::str::Lines<'static> {
        self.0.lines()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

impl IntoIterator for Lines {
    type Item = Text;
    type IntoIter = std::str::Lines<'static>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl serde::Serialize for Lines {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Lines {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Lines".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Vec::<String>::json_schema(generator)
    }
}

/// Declares a closed set whose members are written as words in the data, on the command line and in every output.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[allow(clippy::enum_variant_names, reason = "the words are the field's")]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// Every member, in the order in which it is shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that stands for this member.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The member that `word` stands for.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|member| member.word() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }
    };
}

words! {
    /// Who answers for a layer.
    Party {
        /// AWS alone.
        Aws = "aws",
        /// The customer alone.
        Customer = "customer",
        /// Both: the split says what each side does.
        Shared = "shared",
        /// A named third party, such as Red Hat for ROSA.
        ThirdParty = "third-party",
    }
}

words! {
    /// How the two halves of a shared split hang together.
    Sharing {
        /// AWS's half takes effect only when the customer acts: applies the update, sets the window, turns it on.
        Dependent = "dependent",
        /// Each side acts alone, in its own context.
        Independent = "independent",
    }
}

words! {
    /// The three kinds of service of the shared responsibility model; each is a set of default splits.
    Category {
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
    Layer {
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

words! {
    /// Where a layer stands between the two sides. Follows from the three categories' defaults.
    Group {
        /// AWS holds it in every category.
        OfTheCloud = "of the cloud",
        /// It changes hands with the category.
        Moves = "moves",
        /// The customer holds it in every category.
        InTheCloud = "in the cloud",
    }
}

words! {
    /// What an answer rests on.
    Basis {
        /// An AWS page says it about this service.
        Stated = "stated",
        /// It follows from the service's category.
        Derived = "derived",
    }
}

words! {
    /// The level whose split was the most specific one that speaks.
    Rule {
        /// The mode's own split.
        Mode = "mode",
        /// The service's own split.
        Service = "service",
        /// The default of the service's (or mode's) category.
        Category = "category",
        /// What holds for every service.
        EveryService = "every-service",
    }
}

words! {
    /// What AWS announced about the end of a service. No announcement, no word.
    Stage {
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
    Kind {
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
    }
}

/// A control of NIST SP 800-53 Rev 5, such as `SI-2` or `IA-2(1)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Control {
    /// The two letters of its family.
    pub family: [u8; 2],
    /// Its number in the family.
    pub number: u8,
    /// The number of its enhancement; 0 for the control itself.
    pub enhancement: u8,
}

impl std::fmt::Display for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [a, b] = self.family.map(char::from);
        write!(f, "{a}{b}-{}", self.number)?;
        if self.enhancement > 0 { write!(f, "({})", self.enhancement) } else { Ok(()) }
    }
}

impl serde::Serialize for Control {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The place of a source in [`Catalogue::sources`].
pub type SourcePlace = u16;

/// A page that says so. The catalogue's only place for a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its key, its title, and its address: the path alone where the page stands on [`Source::DOCS`], as nine of ten do.
    pub page: Lines,
    /// The day to which the text that was read is dated.
    pub checked: Date,
}

impl Source {
    /// Where AWS's guides stand.
    pub const DOCS: &'static str = "https://docs.aws.amazon.com";

    /// The key by which splits cite it.
    #[must_use]
    pub fn id(&self) -> Text {
        self.line(0)
    }

    /// The page's title.
    #[must_use]
    pub fn title(&self) -> Text {
        self.line(1)
    }

    /// The page's address.
    #[must_use]
    pub fn url(&self) -> String {
        let address = self.line(2);
        let host = if address.starts_with('/') { Self::DOCS } else { "" };
        format!("{host}{address}")
    }

    fn line(&self, place: usize) -> Text {
        self.page.iter().nth(place).unwrap_or_default()
    }
}

/// A day, as the number that its digits make: 20260131.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub u32);

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0 / 10_000, self.0 / 100 % 100, self.0 % 100)
    }
}

impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Date {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date" })
    }
}

/// One layer's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerInfo {
    /// Which layer.
    pub layer: Layer,
    /// Its name in full.
    pub name: Text,
    /// What belongs to it.
    pub definition: Text,
    /// Everyday words for it.
    pub aliases: List<Text>,
}

/// The part of a named third party in a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ThirdParty {
    /// Who it is.
    pub name: Text,
    /// What it must do, one imperative sentence each.
    pub duties: Lines,
}

/// The answer for one layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// Which layer.
    pub layer: Layer,
    /// Who holds it.
    pub party: Party,
    /// For a shared split: whether AWS's half waits for the customer.
    pub sharing: Option<Sharing>,
    /// AWS's duties, one imperative sentence each.
    pub aws: Lines,
    /// The customer's duties, one imperative sentence each.
    pub customer: Lines,
    /// The third party's part, if there is one.
    pub third_party: Option<&'static ThirdParty>,
    /// Whether a page says it about this service.
    pub basis: Basis,
    /// The NIST SP 800-53 Rev 5 controls that it bears on.
    pub controls: List<Control>,
    /// Where AWS's own pages disagree, or what to know before relying on it.
    pub note: Option<Text>,
    /// The sources.
    pub sources: List<SourcePlace>,
    /// Whether an overlay says so.
    pub overlaid: bool,
}

/// A way to run a service that moves the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// The word after the `@`.
    pub id: Text,
    /// What it means, in a few words.
    pub name: Text,
    /// The category whose defaults hold in this mode, where it is not the service's.
    pub category: Option<Category>,
    /// The sources that describe the mode.
    pub sources: List<SourcePlace>,
    /// What in an inventory reveals the mode.
    pub when: List<Condition>,
    /// The mode's own splits, in the order of the layers.
    pub splits: List<Split>,
}

/// What in a Terraform or CloudFormation resource reveals a service or a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The resource type, Terraform's or CloudFormation's.
    pub resource: Text,
    /// The attribute that decides, its levels separated by dots; none where the type alone decides.
    pub attribute: Option<Text>,
    /// The values that fit; a trailing `*` stands for any ending. Empty: the attribute is absent or empty.
    pub is: List<Text>,
}

/// What AWS announced about the end of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    /// How far it has come.
    pub stage: Stage,
    /// Since when, or by when.
    pub date: Option<Date>,
    /// What else to know.
    pub note: Option<Text>,
    /// The sources.
    pub sources: List<SourcePlace>,
}

/// The identifiers by which one kind of tool calls a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identifiers {
    /// Which tool's.
    pub kind: Kind,
    /// The identifiers as that tool writes them.
    pub names: Lines,
}

/// An automated check that proves a customer's duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// The layer whose duty it proves.
    pub layer: Layer,
    /// Whose check.
    pub maker: Maker,
    /// Its id at its maker.
    pub id: Text,
    /// Why it also stands at another layer.
    pub note: Option<Text>,
}

/// Checks of a service that differ in their ids only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks {
    /// The layer whose duties they prove.
    pub layer: Layer,
    /// Whose checks.
    pub maker: Maker,
    /// Their ids at their maker.
    pub ids: Lines,
    /// Why they also stand at another layer.
    pub note: Option<Text>,
}

words! {
    /// Who publishes a check.
    Maker {
        /// An AWS Security Hub control.
        SecurityHub = "securityhub",
        /// An AWS Config managed rule.
        Config = "config",
        /// A Prowler check.
        Prowler = "prowler",
    }
}

impl Maker {
    /// The kind of name that its ids are.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::SecurityHub => Kind::SecurityHub,
            Self::Config => Kind::ConfigRule,
            Self::Prowler => Kind::ProwlerCheck,
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

impl Check {
    /// The maker's page about the check. Each maker writes its addresses by one rule.
    #[must_use]
    pub fn url(&self) -> String {
        match self.maker {
            Maker::SecurityHub => {
                let id = self.id.to_ascii_lowercase();
                let (service, number) = id.split_once('.').unwrap_or((&id, ""));
                let page = "https://docs.aws.amazon.com/securityhub/latest/userguide";
                format!("{page}/{service}-controls.html#{service}-{number}")
            }
            Maker::Config => format!("https://docs.aws.amazon.com/config/latest/developerguide/{}.html", self.id),
            Maker::Prowler => format!("https://hub.prowler.com/check/{}", self.id),
        }
    }
}

/// What AWS documents as a product, or a feature that people look up alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// The id: the name of its file.
    pub id: Text,
    /// The official name in full.
    pub name: Text,
    /// The name as people write it.
    pub short: Text,
    /// The category: the folder of its file.
    pub category: Category,
    /// Whether an AWS page puts it into the category.
    pub basis: Basis,
    /// The service of which it is a part.
    pub part_of: Option<Text>,
    /// The sources for the category.
    pub sources: List<SourcePlace>,
    /// Everyday names.
    pub aliases: Lines,
    /// Names that AWS has given up.
    pub former_names: Lines,
    /// What AWS announced about its end.
    pub lifecycle: Option<Lifecycle>,
    /// Every identifier by which tools call it.
    pub identifiers: List<Identifiers>,
    /// What in an inventory tells it from services that share its resource types.
    pub when: List<Condition>,
    /// Its own splits, in the order of the layers.
    pub splits: List<Split>,
    /// The ways to run it that move the line.
    pub modes: List<Mode>,
    /// The automated checks that prove the customer's duties.
    pub checks: List<Checks>,
    /// Whether an overlay added it or moved it to another category, so that all its answers are the overlay's.
    pub overlaid: bool,
}

impl Service {
    /// By what tools of one kind call it.
    pub fn called(&self, kind: Kind) -> impl Iterator<Item = Text> + use<> {
        self.identifiers.iter().filter(move |own| own.kind == kind).flat_map(|own| own.names)
    }

    /// The checks that prove its customer's duties, one by one.
    pub fn checks(&self) -> impl Iterator<Item = Check> + use<> {
        let one = |group: &'static Checks| {
            let Checks { layer, maker, ids, note } = *group;
            ids.iter().map(move |id| Check { layer, maker, id, note })
        };
        self.checks.iter().flat_map(one)
    }
}

/// One of the three categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CategoryInfo {
    /// Which category.
    pub category: Category,
    /// Its name.
    pub name: Text,
    /// What AWS and the customer each do, in one or two sentences.
    pub blurb: Text,
    /// What a reader could trip over.
    pub note: Text,
    /// The sources.
    pub sources: List<SourcePlace>,
    /// The default splits, in the order of the layers.
    pub splits: List<Split>,
}

/// An identifier that names several services, or none, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Which tool's identifier.
    pub kind: Kind,
    /// The identifier as that tool writes it.
    pub name: Text,
    /// The services it may mean; none: it is no service.
    pub services: List<Text>,
    /// Why.
    pub reason: Text,
}

/// Which of the customer's teams holds the customer's side; written in an overlay only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owners {
    /// The team where nothing more specific is said.
    pub default: Option<Text>,
    /// Teams by layer.
    pub layers: List<(Layer, Text)>,
    /// Teams by service id.
    pub services: List<(Text, Text)>,
}

/// Everything that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// The newest day on which a source was checked.
    pub date: Date,
    /// The layers, bottom to top.
    pub layers: List<LayerInfo>,
    /// The bibliography: the built-in pages by id, behind them those of an overlay.
    pub sources: List<Source>,
    /// The splits that hold for every service.
    pub every_service: List<Split>,
    /// The three categories.
    pub categories: List<CategoryInfo>,
    /// The services, by id.
    pub services: List<Service>,
    /// The identifiers that name several services, or none.
    pub exceptions: List<Exception>,
    /// The customer's teams.
    pub owners: Owners,
}
