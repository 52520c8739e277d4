//! The doors: one file a command, with its arguments, its view and its run. Commands do not know each other; what several
//! of them need is here: the question they are asked in, and the record in which an answer is told.

use serde::Serialize;

use crate::catalogue::model::{
    Catalogue, Category, Control, Group, Layer, Mode, Party, Rule, Service, Sharing, Source, Split, ThirdParty,
};
use crate::catalogue::resolve::{Meaning, Resolution};
use crate::catalogue::{Answer, Known, category};
use crate::render::{Canvas, Cell, Format, Tone, View};

pub mod categories;
pub mod check;
pub mod completions;
pub mod duties;
pub mod layers;
pub mod man;
pub mod resolve;
pub mod schema;
pub mod services;
pub mod show;

/// What a command works with.
#[derive(Clone, Copy, Debug)]
pub struct Context<'c> {
    /// The catalogue, with an overlay if there is one.
    pub known: &'c Known,
    /// The output format.
    pub format: Format,
    /// What there is to write on.
    pub canvas: Canvas,
}

/// What a command has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// For stdout.
    pub text: String,
    /// For stderr, a line each.
    pub notes: Vec<String>,
    /// Whether the answer is yes (exit code 0) or no (1).
    pub no: bool,
}

impl Outcome {
    /// Some text, and yes.
    #[must_use]
    pub fn text(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

impl<'c> Context<'c> {
    fn catalogue(&self) -> &'c Catalogue {
        self.known.catalogue()
    }

    /// The view in the format that was asked for.
    fn render(&self, view: &impl View) -> anyhow::Result<String> {
        crate::render::render(view, self.format, self.canvas, &self.catalogue().date)
    }

    /// The service (and mode) that `name` means.
    ///
    /// # Errors
    ///
    /// An unknown or ambiguous name, with what to do next.
    fn service(&self, name: &str) -> anyhow::Result<(&'c Service, Option<&'c Mode>)> {
        if let Some(category) = Category::from_word(&name.to_ascii_lowercase()) {
            let docker =
                if category == Category::Container { " (and not Docker: for that see ecs, eks, fargate)" } else { "" };
            anyhow::bail!("`{name}` is a category, not a service{docker}\n  try: whose categories {category}");
        }
        let resolver = self.known.resolver();
        let Resolution { meaning, .. } = resolver.resolve(name);
        match meaning {
            Meaning::Service(service, mode) => Ok((service, mode)),
            Meaning::Several(exception) => {
                let candidates = exception.services.join(", ");
                anyhow::bail!(
                    "`{name}` may mean {candidates}: {}\n  name one: whose {}",
                    exception.reason,
                    exception.services.first().map_or("", |id| id)
                )
            }
            Meaning::Nothing(exception) => anyhow::bail!("`{name}` is no AWS service: {}", exception.reason),
            Meaning::NoSuchMode(service) => {
                let wanted = name.rsplit_once('@').map_or(name, |(_, mode)| mode);
                if service.modes.is_empty() {
                    anyhow::bail!("{} has no modes\n  try: whose {}", service.short, service.id)
                }
                let near = crate::catalogue::names::nearest(wanted, service.modes.iter().map(|mode| &*mode.id), 1);
                let modes: Vec<&str> = service.modes.iter().map(|mode| &*mode.id).collect();
                anyhow::bail!(
                    "{} has no mode `{wanted}`; its modes are {}\n  try: whose {}@{}",
                    service.short,
                    modes.join(", "),
                    service.id,
                    near.first().unwrap_or(&modes[0])
                )
            }
            Meaning::Unknown => anyhow::bail!(unknown(name, self)),
        }
    }

    /// The layer that `word` means.
    ///
    /// # Errors
    ///
    /// An unknown word, with what to do next; `command` is what stands before the layer when it is tried again.
    fn layer(&self, word: &str, command: &str) -> anyhow::Result<Layer> {
        if let Some(layer) = self.catalogue().find_layer(word) {
            return Ok(layer);
        }
        let mut every: Vec<&str> = Vec::new();
        for info in &*self.catalogue().layers {
            every.extend([info.layer.word(), &info.name]);
            every.extend(info.aliases.iter().map(|alias| &**alias));
        }
        let mut near: Vec<&str> = Vec::new();
        for called in crate::catalogue::names::nearest(word, every, 6) {
            let id = self.catalogue().find_layer(called).map_or(called, |layer| layer.word());
            if !near.contains(&id) {
                near.push(id);
            }
        }
        near.truncate(3);
        match near.first() {
            Some(first) => anyhow::bail!(
                "no layer is called `{word}`; did you mean {}?\n  try: {command} {first}",
                near.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" or ")
            ),
            None => anyhow::bail!("no layer is called `{word}`\n  the 18 layers: whose layers"),
        }
    }
}

/// The message for a name that nobody has, with up to three suggestions and the next command to try.
fn unknown(name: &str, context: &Context<'_>) -> String {
    if let Some(layer) = context.catalogue().find_layer(name) {
        return format!("`{name}` is a layer, not a service\n  try: whose layers {layer}");
    }
    let near = context.known.resolver().suggestions(name, 3);
    match near.first() {
        Some(first) => format!(
            "no service is called `{name}`; did you mean {}?\n  try: whose {first}",
            near.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" or ")
        ),
        None => format!("no service is called `{name}`\n  all services: whose services"),
    }
}

/// A source as the records tell it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SourceRecord<'c> {
    /// The key in the bibliography.
    pub id: &'c str,
    /// The page's title.
    pub title: &'c str,
    /// The page's address.
    pub url: &'c str,
    /// The day to which the text that was read is dated.
    pub checked: &'c str,
}

impl<'c> From<&'c Source> for SourceRecord<'c> {
    fn from(source: &'c Source) -> Self {
        Self { id: &source.id, title: &source.title, url: &source.url, checked: &source.checked }
    }
}

/// The sources that a split cites.
fn cited<'c>(catalogue: &'c Catalogue, split: &'c Split) -> Vec<&'c Source> {
    catalogue.sources(&split.sources).collect()
}

/// The answer for one layer of one service in one mode, as `show` and `matrix` tell it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AnswerRecord<'c> {
    /// The service's id.
    pub service: &'c str,
    /// The service's name.
    pub name: &'c str,
    /// The category whose defaults hold.
    pub category: Category,
    /// The mode's id; none where the service has no modes.
    pub mode: Option<&'c str>,
    /// The layer.
    pub layer: Layer,
    /// Who holds it.
    pub party: Party,
    /// How the halves of a shared layer hang together.
    pub sharing: Option<Sharing>,
    /// AWS's duties.
    pub aws: &'c [crate::catalogue::model::Text],
    /// The customer's duties.
    pub customer: &'c [crate::catalogue::model::Text],
    /// The third party's name and duties.
    pub third_party: Option<&'c ThirdParty>,
    /// The level whose split answers.
    pub rule: Rule,
    /// Whether a page says it about this service.
    pub basis: crate::catalogue::model::Basis,
    /// NIST SP 800-53 Rev 5 control ids.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub controls: &'c [Control],
    /// Where AWS's pages disagree, or what to know.
    pub note: Option<&'c str>,
    /// The pages.
    pub sources: Vec<SourceRecord<'c>>,
    /// `overlay` where an overlay added or changed the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<&'static str>,
    /// The customer's team that holds the customer's side, where an overlay says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<&'c str>,
}

impl<'c> AnswerRecord<'c> {
    fn new(catalogue: &'c Catalogue, service: &'c Service, mode: Option<&'c Mode>, layer: Layer) -> Self {
        let Answer { split, rule, basis } = catalogue.split(service, mode, layer);
        Self {
            service: &service.id,
            name: &service.name,
            category: category(service, mode),
            mode: mode.map(|mode| &*mode.id),
            layer,
            party: split.party,
            sharing: split.sharing,
            aws: &split.aws,
            customer: &split.customer,
            third_party: split.third_party.as_ref(),
            rule,
            basis,
            controls: &split.controls,
            note: split.note.as_deref(),
            sources: cited(catalogue, split).into_iter().map(SourceRecord::from).collect(),
            origin: service.overlaid.then_some("overlay"),
            team: catalogue.team(service, layer),
        }
    }
}

/// The modes in which a question is answered: the one that was named, else each, else none.
fn modes<'c>(service: &'c Service, named: Option<&'c Mode>) -> Vec<Option<&'c Mode>> {
    match named {
        Some(mode) => vec![Some(mode)],
        None if service.modes.is_empty() => vec![None],
        None => service.modes.iter().map(Some).collect(),
    }
}

/// The tone of a party.
fn party_tone(party: Party) -> Tone {
    match party {
        Party::Aws => Tone::Aws,
        Party::Customer => Tone::Customer,
        Party::Shared => Tone::Shared,
        Party::ThirdParty => Tone::ThirdParty,
    }
}

/// What a group is called above its layers.
fn group_title(group: Group) -> &'static str {
    match group {
        Group::OfTheCloud => "OF THE CLOUD: AWS's in every service",
        Group::Moves => "MOVES with the category",
        Group::InTheCloud => "IN THE CLOUD: yours in every service, as a rule",
    }
}

/// The party as people read it.
fn party_word(party: Party) -> &'static str {
    match party {
        Party::Aws => "AWS",
        Party::Customer => "customer",
        Party::Shared => "shared",
        Party::ThirdParty => "third party",
    }
}

/// The party in a table.
fn party_cell(party: Party) -> Cell {
    Cell::new(party_word(party), party_tone(party))
}

/// Values inside one cell, joined by a space.
fn joined<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(" ")
}

/// Reads the word of a closed set for clap, with the words in `--help` and in errors.
fn word_parser<T: Copy + Send + Sync + 'static>(
    words: &'static [T],
    word: fn(T) -> &'static str,
) -> impl clap::builder::TypedValueParser<Value = T> {
    use clap::builder::TypedValueParser;
    clap::builder::PossibleValuesParser::new(words.iter().map(move |member| word(*member)))
        .map(move |text| *words.iter().find(|member| word(**member) == text).expect("clap takes listed words only"))
}

/// The catalogue, with the overlay in `file` on top if one is named.
///
/// # Errors
///
/// A file that cannot be read, or one with faults, which are all listed.
pub fn open(file: Option<&std::path::Path>) -> anyhow::Result<Known> {
    use anyhow::Context as _;
    let Some(file) = file else { return Ok(Known::default()) };
    let shown = file.display().to_string();
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read the catalogue {shown}"))?;
    Known::with_overlay(&shown, &text).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the catalogue {shown} has faults\n  {}\n  try: whose check {shown}", lines.join("\n  "))
    })
}

/// Runs the command that was asked for. `out` is for streams alone; everything else is in the outcome.
///
/// # Errors
///
/// Whatever keeps the question from being answered.
pub fn run(cli: &crate::cli::Cli, context: &Context<'_>, out: &mut dyn std::io::Write) -> anyhow::Result<Outcome> {
    use crate::cli::Command;
    match (&cli.command, &cli.show) {
        (Some(Command::Show(args)), _) | (None, Some(args)) => show::run(args, context),
        (Some(Command::Services(args)), _) => services::run(args, context),
        (Some(Command::Categories(args)), _) => categories::run(args, context),
        (Some(Command::Layers(args)), _) => layers::run(args, context),
        (Some(Command::Duties(args)), _) => duties::run(args, context),
        (Some(Command::Resolve(args)), _) => resolve::run(args, context, &mut std::io::stdin().lock(), out),
        (Some(Command::Check(args)), _) => check::run(args, context),
        (Some(Command::Schema(args)), _) => Ok(schema::run(args)),
        (Some(Command::Completions(args)), _) => completions::run(args),
        (Some(Command::Man(args)), _) => man::run(args),
        (None, None) => anyhow::bail!("which service?\n  try: whose rds, or whose --help"),
    }
}
