//! `whose [show] NAME[@MODE] [LAYER]`: who secures a service, layer by layer, or one layer with everything known about it.

use anyhow::bail;
use clap_complete::engine::ArgValueCandidates;

use crate::catalogue::Answer;
use crate::catalogue::model::{Layer, Mode, Party, Service};
use crate::catalogue::resolve::{Meaning, retired_name};
use crate::commands::modes::Modes;
use crate::commands::wording::retired_note;
use crate::commands::{Context, Outcome, PartyFilter, completions, fits_any, guess, speaks_of, variants};

mod view;

use view::Answers;

#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The service, by any name: rds, "Amazon SQS", eks@fargate
    #[arg(value_name = "NAME[@MODE]", add = ArgValueCandidates::new(completions::services))]
    pub name: String,

    /// One layer, by its id or an everyday word: os, patching, kms
    #[arg(value_name = "LAYER", add = ArgValueCandidates::new(completions::layers))]
    pub layer: Option<String>,

    /// Words beyond these two: most likely of a name that nobody quoted
    #[arg(hide = true)]
    pub more: Vec<String>,

    /// Print nothing; exit 0 if PARTY holds the layer, 1 if not
    ///
    /// PARTY is aws, customer, shared, third-party, or mine: you have at least one duty in it, whoever holds it. Several are
    /// separated by commas.
    #[arg(
        long,
        value_name = "PARTY",
        requires = "layer",
        value_enum,
        value_delimiter = ',',
        hide_possible_values = true
    )]
    pub is: Vec<PartyFilter>,

    /// Print the parties alone
    ///
    /// One word for a layer, or one line per layer; one line per mode where the modes differ.
    #[arg(long, conflicts_with_all = ["is", "output", "long"])]
    pub short: bool,

    /// Everything: all duties of both sides, and their sources
    #[arg(long, conflicts_with = "is")]
    pub long: bool,
}

/// A shorter word stands in too many others.
const MIN_WORD: usize = 4;

/// Answers.
///
/// # Errors
///
/// An unknown or ambiguous name, an unknown layer, more words than these, or `--is` where the modes differ.
pub fn run(args: &Args, context: &Context<'_>) -> anyhow::Result<Outcome> {
    if args.layer.as_ref().is_some_and(|word| matches!(&*word.to_ascii_lowercase(), "modes" | "mode")) {
        return modes(args, context);
    }
    if args.layer.as_ref().is_some_and(|word| word.trim().is_empty()) {
        bail!("an empty layer\n  try: whose {} os", args.name);
    }
    let ((service, mode), layer) =
        misread(args, context).map_or_else(|| asked(args, context), Err).or_else(|error| {
            let words: Vec<&str> =
                [&args.name].into_iter().chain(&args.layer).chain(&args.more).map(String::as_str).collect();
            match (guess::guess(&words, context), guess::command(&args.name, context)) {
                (Some(command), _) => {
                    let wanted = if words.len() == 1 { "a service" } else { "a service and a layer" };
                    bail!("`{}` is not {wanted}\n  try: {command}", words.join(" "))
                }
                (None, Some(near)) if words.len() == 1 => bail!(
                    "`{}` is no service and no command; did you mean the command `{near}`?\n  try: whose {near} --help",
                    args.name
                ),
                _ => Err(error),
            }
        })?;
    let view = Answers { catalogue: context.catalogue(), service, named: mode, layer, long: args.long };
    let mut notes = said_of_name(args, service, context);
    let (text, no) = match layer {
        Some(layer) if !args.is.is_empty() => (String::new(), !is(&view, layer, &args.is)?),
        Some(layer) if args.short => (view.short(layer), false),
        None if args.short => (view.short_of_all(), false),
        _ => (context.render(&view)?, false),
    };
    // One word has no room for it.
    notes.extend(view.overlay_sentence().filter(|_| args.short || !args.is.is_empty()));
    Ok(Outcome { text, notes, no })
}

/// `whose lambda modes`: the modes with what they mean.
fn modes(args: &Args, context: &Context<'_>) -> anyhow::Result<Outcome> {
    let (service, _) = context.service(&args.name)?;
    let flags = [("--is", !args.is.is_empty()), ("--short", args.short), ("--long", args.long)];
    if let Some(word) = args.more.first() {
        bail!("unexpected argument `{word}`\n  try: whose {} modes", args.name);
    }
    if let Some((flag, _)) = flags.iter().find(|(_, is_given)| *is_given) {
        bail!(
            "`modes` lists the modes and takes no {flag}\n  try: whose {} modes, or a layer: whose {0} os",
            args.name
        );
    }
    if service.modes.is_empty() {
        bail!("{} has no modes\n  try: whose {}", service.short_name(), service.id);
    }
    let text = context.render(&Modes { catalogue: context.catalogue(), service })?;
    Ok(Outcome { text, notes: said_of_name(args, service, context), no: false })
}

/// What AWS announced about what is called so; and where name and layer together name another service, as `cloudwatch logs`
/// does, which.
fn said_of_name(args: &Args, service: &Service, context: &Context<'_>) -> Vec<String> {
    let retired = retired_name(service, &args.name).map(|name| retired_note(service, name));
    let other = other_meant(args, service, context);
    retired.into_iter().chain(other).collect()
}

fn other_meant(args: &Args, service: &Service, context: &Context<'_>) -> Option<String> {
    let layer = args.layer.as_ref()?;
    let both = format!("{} {layer}", args.name);
    match context.catalogue().resolve(&both).meaning {
        Meaning::Service(other, _) if other.id != service.id => {
            Some(format!("`{both}` together names another service: whose {}", other.id))
        }
        _ => None,
    }
}

/// `rds:os` has the shape of an action of IAM, and is none.
fn misread(args: &Args, context: &Context<'_>) -> Option<anyhow::Error> {
    let (_, layer) = args.name.split_once(':').filter(|(name, _)| !name.contains([':', '@']))?;
    let is_layer =
        layer.starts_with(|c: char| c.is_ascii_lowercase()) && context.catalogue().find_layer(layer).is_some();
    is_layer.then(|| anyhow::anyhow!("`{}` is no service", args.name))
}

type Asked<'c> = ((&'c Service, Option<&'c Mode>), Option<Layer>);

fn asked<'c>(args: &Args, context: &Context<'c>) -> anyhow::Result<Asked<'c>> {
    let service = context.service(&args.name)?;
    let layer = args.layer.as_deref().map(|word| context.layer(word, &format!("whose {}", args.name)));
    let layer = layer.transpose().map_err(|error| duties_that_speak_of(args, service, context).unwrap_or(error))?;
    if let (Some(layer), Some(word)) = (layer, args.more.first()) {
        bail!("unexpected argument `{word}`: one service and one layer at a time\n  try: whose {} {layer}", args.name);
    }
    Ok((service, layer))
}

/// What to say of a word which is no layer's, but of which duties speak: so it is no layer misspelt.
fn duties_that_speak_of(
    args: &Args,
    (service, named): (&Service, Option<&Mode>),
    context: &Context<'_>,
) -> Option<anyhow::Error> {
    let catalogue = context.catalogue();
    let word = args.layer.as_deref().filter(|word| word.chars().count() >= MIN_WORD)?;
    let mut answers = variants(service, named)
        .into_iter()
        .flat_map(|mode| Layer::ALL.iter().map(move |layer| catalogue.split(service, mode, *layer)));
    let sides = [Party::Customer, Party::Aws, Party::ThirdParty];
    let speaks = |answer: &Answer<'_>| sides.iter().any(|side| answer.duties(*side).any(|duty| speaks_of(duty, word)));
    let (name, quoted) = (guess::quote(&args.name), guess::quote(word));
    answers.any(|answer| speaks(&answer)).then(|| {
        anyhow::anyhow!(
            "no layer is called `{word}`, but duties speak of it\n  try: whose duties {name} --text {quoted}"
        )
    })
}

fn is(view: &Answers<'_>, layer: Layer, wanted: &[PartyFilter]) -> anyhow::Result<bool> {
    let answers = view.by_mode(layer);
    let fits: Vec<bool> = answers.iter().map(|(_, answer)| fits_any(wanted, answer)).collect();
    if fits.iter().any(|fit| *fit != fits[0]) {
        let of = answers.iter().map(|(mode, answer)| {
            format!("{}@{}: {}", view.service.id, mode.map_or("", |mode| &*mode.id), answer.split.party)
        });
        bail!(
            "the modes of {} differ in {layer}; name one\n  {}",
            view.service.short_name(),
            of.collect::<Vec<_>>().join("\n  ")
        );
    }
    Ok(fits[0])
}
