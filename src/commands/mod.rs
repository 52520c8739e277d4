//! One file a command, with its arguments, its view and its run. Commands do not know each other; what several
//! of them need is here (the question they are asked in), in `records` (the answer as data), in `wording` (the answer for
//! people) and in `selection` (the services that it is about).

use std::collections::BTreeMap;

use crate::analysis::matrix::Holder;
use crate::catalogue::model::{Category, Control, Date, Id, Layer, Mode, Party, Service};
use crate::catalogue::resolve::{Meaning, Resolution};
use crate::catalogue::{Answer, Catalogue, Diagnostic};
use crate::output::{Canvas, Format, Imprint, View};

pub mod categories;
pub mod check;
pub mod completions;
pub mod controls;
pub mod duties;
pub mod export;
mod first_screen;
pub mod gaps;
mod guess;
pub mod layers;
pub mod man;
pub mod matrix;
pub mod modes;
pub mod records;
pub mod resolve;
pub mod schema;
mod selection;
pub mod services;
pub mod show;
pub(crate) mod wording;

pub use guess::flag as guess_flag;

/// What a command works with.
#[derive(Clone, Copy, Debug)]
pub struct Context<'c> {
    /// The catalogue, with an overlay if there is one.
    pub catalogue: &'c Catalogue,
    /// The output format.
    pub format: Format,
    /// What there is to write on.
    pub canvas: Canvas,
    /// The title of a page or picture, where another one is wanted.
    pub title: Option<&'c str>,
    /// The day on which a page is made, where it is to say so.
    pub made: Option<Date>,
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
        self.catalogue
    }

    /// The view in the format that was asked for.
    fn render(&self, view: &dyn View) -> anyhow::Result<String> {
        let imprint = Imprint {
            catalogue: self.catalogue().date().to_string(),
            title: self.title.map(str::to_owned),
            made: self.made.map(|day| day.to_string()),
        };
        crate::output::render(view, self.format, self.canvas, &imprint)
    }

    /// The service (and mode) that `name` means.
    ///
    /// # Errors
    ///
    /// An unknown or ambiguous name, with what to do next.
    fn service(&self, name: &str) -> anyhow::Result<(&'c Service, Option<&'c Mode>)> {
        if name.trim().is_empty() {
            anyhow::bail!("an empty name\n  try: whose rds");
        }
        if let Some(service) = name.strip_suffix('@') {
            let modes = match self.catalogue.resolve(service).meaning {
                Meaning::Service(service, _) => mode_list(service),
                _ => String::new(),
            };
            anyhow::bail!("`{name}` has no mode behind the @{modes}\n  without a mode: whose {service}");
        }
        if name.starts_with('@') {
            anyhow::bail!("`{name}` has no service before the @\n  try: whose lambda{name}");
        }
        if let Ok(category) = name.to_ascii_lowercase().parse::<Category>() {
            let docker =
                if category == Category::Container { " (and not Docker: for that see ecs, eks, fargate)" } else { "" };
            anyhow::bail!("`{name}` is a category, not a service{docker}\n  try: whose categories {category}");
        }
        let Resolution { meaning, .. } = self.catalogue.resolve(name);
        match meaning {
            Meaning::Service(service, mode) => Ok((service, mode)),
            Meaning::Ambiguous(exception) => {
                let candidates = joined_ids(&exception.services);
                anyhow::bail!(
                    "`{name}` may mean {candidates}: {}\n  name one: whose {}",
                    exception.reason,
                    exception.services.first().map_or("", |id| &**id)
                )
            }
            Meaning::Check(proofs) => {
                let of: Vec<String> =
                    proofs.iter().map(|proof| format!("{} {}", proof.service.id, proof.layer)).collect();
                anyhow::bail!("`{name}` is a check of {}\n  try: whose {}", of.join(", "), of[0])
            }
            Meaning::Control(control) => {
                anyhow::bail!(
                    "`{name}` is a NIST control, not a service\n  try: whose controls --control {}",
                    guess::quote(&control.to_string())
                )
            }
            Meaning::NoService(exception) => anyhow::bail!("`{name}` is no AWS service: {}", exception.reason),
            Meaning::NoSuchMode(service) => {
                let wanted = name.rsplit_once('@').map_or(name, |(_, mode)| mode);
                if service.modes.is_empty() {
                    anyhow::bail!("{} has no modes\n  try: whose {}", service.short_name(), service.id)
                }
                let near = crate::catalogue::normalize::nearest(wanted, service.modes.iter().map(|mode| &*mode.id), 1);
                let first = near.first().map_or(&*service.modes[0].id, |near| near);
                anyhow::bail!(
                    "{} has no mode `{wanted}`{}\n  try: whose {}@{first}",
                    service.short_name(),
                    mode_list(service),
                    service.id
                )
            }
            Meaning::Unknown => anyhow::bail!(unknown(name, self)),
        }
    }

    /// The NIST control that people mean by `text`.
    ///
    /// # Errors
    ///
    /// A malformed or unknown id, with the nearest; `command` is what stands before the control when it is tried again.
    fn control(&self, text: &str, command: &str) -> anyhow::Result<Control> {
        self.catalogue.find_control(text).map_err(|error| match error.nearest.first() {
            Some(near) => anyhow::anyhow!("{error}\n  try: {command} {}", guess::quote(&near.to_string())),
            None => anyhow::anyhow!("{error}\n  write it as SI-2 or IA-2(1): {command} SI-2"),
        })
    }

    /// The layer that `word` means.
    ///
    /// # Errors
    ///
    /// An unknown word, with what to do next; `command` is what stands before the layer when it is tried again.
    fn layer(&self, word: &str, command: &str) -> anyhow::Result<Layer> {
        if word.trim().is_empty() {
            anyhow::bail!("an empty layer\n  try: {command} os");
        }
        if let Some(layer) = self.catalogue().find_layer(word) {
            return Ok(layer);
        }
        let mut every: Vec<&str> = Vec::new();
        for layer in Layer::ALL {
            let info = self.catalogue.layer(*layer);
            every.extend([layer.as_str(), &*info.name]);
            every.extend(info.aliases.iter().map(|alias| &**alias));
        }
        match self.catalogue.resolve(word).meaning {
            Meaning::Check(proofs) => {
                let of = &proofs[0];
                anyhow::bail!(
                    "`{word}` is a check of {} {}, not a layer\n  try: whose {0} {1}",
                    of.service.id,
                    of.layer
                )
            }
            Meaning::Service(service, _) if service.id.eq_ignore_ascii_case(word) => {
                anyhow::bail!("`{word}` is a service, not a layer\n  try: whose {}", service.id)
            }
            _ => {}
        }
        let mut near: Vec<Layer> = Vec::new();
        for called in crate::catalogue::normalize::nearest(word, every, 6) {
            near.extend(self.catalogue.find_layer(&called).filter(|layer| !near.contains(layer)));
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

/// What to say of answers that an overlay changed, where no field of theirs says so: of which services they are.
fn overlay_note<'c>(changed: impl IntoIterator<Item = &'c str>) -> Option<String> {
    let mut ids: Vec<&str> = Vec::new();
    for id in changed {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    (!ids.is_empty()).then(|| format!("From your overlay: answers of {}.", ids.join(", ")))
}

/// The modes of a service with what they mean, for a message.
fn mode_list(service: &Service) -> String {
    let modes = service.modes.iter().map(|mode| format!("\n  {}@{}: {}", service.id, mode.id, mode.name));
    if service.modes.is_empty() { String::new() } else { format!("; its modes are{}", modes.collect::<String>()) }
}

/// A filter by party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum PartyFilter {
    /// AWS holds the layer
    Aws,
    /// You hold it
    Customer,
    /// Both must act
    Shared,
    /// A named third party holds it
    ThirdParty,
    /// You have at least one duty in it, whoever holds it
    Mine,
}

impl PartyFilter {
    /// Whether an answer fits.
    #[must_use]
    pub fn fits(self, answer: &Answer<'_>) -> bool {
        match self {
            Self::Aws => answer.split.party == Party::Aws,
            Self::Customer => answer.split.party == Party::Customer,
            Self::Shared => answer.split.party == Party::Shared,
            Self::ThirdParty => answer.split.party == Party::ThirdParty,
            Self::Mine => answer.is_mine(),
        }
    }
}

/// Whether an answer fits one of the filters; without any, every answer does.
fn fits_any(filters: &[PartyFilter], answer: &Answer<'_>) -> bool {
    filters.is_empty() || filters.iter().any(|filter| filter.fits(answer))
}

/// What a filter by party hides although the customer has a part in it, and who holds that, for stderr.
fn hidden_note(hidden: &[Holder<'_>]) -> Option<String> {
    let verb = if hidden.len() == 1 { "has" } else { "have" };
    let mut counts: BTreeMap<Holder<'_>, usize> = BTreeMap::new();
    for holder in hidden {
        *counts.entry(*holder).or_default() += 1;
    }
    // A party by the word that the filter takes.
    let counts: Vec<_> = counts
        .into_iter()
        .map(|(holder, count)| match holder {
            Holder::AwsAndCustomer => format!("{count} AWS+"),
            holder => format!("{count} {}", holder.party()),
        })
        .collect();
    (!hidden.is_empty())
        .then(|| format!("{} more {verb} a part of yours ({}): --party mine", hidden.len(), counts.join(", ")))
}

/// The message for a name that nobody has, with up to three suggestions and the next command to try.
fn unknown(name: &str, context: &Context<'_>) -> String {
    if let Some(layer) = context.catalogue().find_layer(name) {
        return format!("`{name}` is a layer, not a service\n  try: whose layers {layer}");
    }
    if name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("cve-")) {
        return format!(
            "`{name}` is a vulnerability, not a service\n  what of yours is yours to patch: terraform show -json | whose matrix - --layer os --party mine"
        );
    }
    if std::path::Path::new(name).is_file() {
        return format!(
            "`{name}` is a file, not a service\n  as an inventory: whose matrix --from {}",
            guess::quote(name)
        );
    }
    if Control::from_spelling(name).is_some()
        && let Err(error) = context.control(name, "whose controls --control")
    {
        return error.to_string();
    }
    let near = context.catalogue().suggestions(name, 3);
    match near.first() {
        Some(first) => format!(
            "no service is called `{name}`; did you mean {}?\n  try: whose {first}",
            near.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" or ")
        ),
        None => format!("no service is called `{name}`\n  all services: whose services"),
    }
}

/// The ways to run a service in which a question is answered: the mode that was named, else each, else none.
fn variants<'c>(service: &'c Service, named: Option<&'c Mode>) -> Vec<Option<&'c Mode>> {
    named.map_or_else(|| service.variants(), |mode| vec![Some(mode)])
}

/// Whether a duty speaks of every word of `text`, in whatever case.
fn speaks_of(duty: &str, text: &str) -> bool {
    let duty = duty.to_lowercase();
    text.to_lowercase().split_whitespace().all(|word| duty.contains(word))
}

fn joined_ids(ids: &[Id]) -> String {
    ids.iter().map(|id| &**id).collect::<Vec<_>>().join(", ")
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

/// The most that a catalogue of files may hold: six times the built-in one.
const LARGEST: usize = 16 << 20;

/// The text of a catalogue file that may take up to `room` bytes; not UTF-8 is a fault of the file.
///
/// # Errors
///
/// A file that cannot be read, or is larger than that.
fn text(file: &std::path::Path, room: usize) -> anyhow::Result<Result<String, Diagnostic>> {
    use anyhow::Context as _;
    use std::io::Read;
    let shown = file.display().to_string();
    let mut bytes = Vec::new();
    std::fs::File::open(file)
        .and_then(|file| file.take(room as u64 + 1).read_to_end(&mut bytes))
        .with_context(|| format!("cannot read the catalogue {shown}"))?;
    if bytes.len() > room {
        let more = if room < LARGEST { "with this file the folder holds more" } else { "more" };
        anyhow::bail!("{shown}: {more} than {} MiB; a catalogue is smaller", LARGEST >> 20);
    }
    Ok(String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = memchr::memchr_iter(b'\n', valid).count() + 1;
        Diagnostic::new(shown, line, "not UTF-8 text")
    }))
}

/// The overlay that the environment names. An empty variable is an unset one, as in every other program.
#[must_use]
pub fn overlay_of_environment() -> Option<std::path::PathBuf> {
    std::env::var_os("WHOSE_CATALOGUE").filter(|file| !file.is_empty()).map(Into::into)
}

/// The catalogue, with the overlays in `files` on top, one after the other.
///
/// # Errors
///
/// A file that cannot be read, or one with faults, which are all listed.
pub fn open(files: &[std::path::PathBuf]) -> anyhow::Result<Catalogue> {
    let mut catalogue = Catalogue::built_in();
    for file in files {
        let shown = file.display().to_string();
        let text = text(file, LARGEST)?.map_err(|fault| vec![fault]);
        catalogue = text.and_then(|text| catalogue.with_overlay(&shown, &text)).map_err(|faults| {
            let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("the catalogue {shown} has faults\n  {}\n  try: whose check {shown}", lines.join("\n  "))
        })?;
    }
    Ok(catalogue)
}
