//! `whose [show] NAME[@MODE] [LAYER]`: who secures a service, layer by layer, or one layer with everything known about it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use clap_complete::engine::ArgValueCandidates;

use serde_json::Value;

use super::first_screen::{FirstScreen, first_duty};
use super::modes::Modes;
use super::records::{ANSWER_COLUMNS, AnswerRecord, checks, lifecycle};
use super::wording::{
    duty_rows, group_title, holder, kind_sentence, lifecycle_sentence, matrix_picture, overlay_sentence, retired_note,
    sides,
};
use super::{Context, Outcome, PartyFilter, completions, fits_any, guess, speaks_of, variants};
use crate::analysis::matrix::{Column, Matrix};
use crate::catalogue::model::{Basis, Id, Layer, Mode, Party, Service, Sharing, Source};
use crate::catalogue::resolve::{Meaning, retired_name};
use crate::catalogue::{Answer, Catalogue, Group, Rule, category};
use crate::output::{Block, Cell, Grid, ListingRow, Page, Picture, Row, Table, Tone, View, values};

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

/// On what so many answers rest: pages about the service, its category, what holds for every service, or pages about something
/// else.
fn bases(counts: &BTreeMap<(Basis, Rule), usize>) -> String {
    let of = |wanted: fn(Basis, Rule) -> bool| {
        counts.iter().filter(|((basis, rule), _)| wanted(*basis, *rule)).map(|(_, count)| count).sum::<usize>()
    };
    let total = of(|_, _| true);
    let stated = of(|basis, _| basis == Basis::Stated);
    if stated == total {
        return format!("All {total} answers are stated on AWS's pages about this service.");
    }
    let derived = [
        (of(|basis, rule| basis == Basis::Derived && rule == Rule::Category), "from the category"),
        (of(|basis, rule| basis == Basis::Derived && rule == Rule::EveryService), "from what holds for every service"),
        (
            of(|basis, rule| basis == Basis::Derived && matches!(rule, Rule::Mode | Rule::Service)),
            "from pages about something else",
        ),
    ];
    let derived = derived.iter().filter(|(count, _)| *count > 0).map(|(count, from)| format!("{count} {from}"));
    let derived = derived.collect::<Vec<_>>().join(", ");
    format!("{stated} of {total} answers are stated on AWS's pages about this service; derived: {derived}.")
}

/// The question: one service, in one mode or each, in one layer or all.
struct Answers<'c> {
    catalogue: &'c Catalogue,
    service: &'c Service,
    named: Option<&'c Mode>,
    layer: Option<Layer>,
    long: bool,
}

impl<'c> Answers<'c> {
    fn layers(&self) -> Vec<Layer> {
        self.layer.map_or_else(|| Layer::ALL.to_vec(), |layer| vec![layer])
    }

    fn by_mode(&self, layer: Layer) -> Vec<(Option<&'c Mode>, Answer<'c>)> {
        let answer = |mode| (mode, self.catalogue.split(self.service, mode, layer));
        variants(self.service, self.named).into_iter().map(answer).collect()
    }

    /// Which of the answers an overlay gives.
    fn overlay_sentence(&self) -> Option<String> {
        overlay_sentence(self.layers().into_iter().flat_map(|layer| self.by_mode(layer)))
    }

    /// One row where all modes agree, else one a mode.
    fn rows(&self, layer: Layer) -> Vec<(Option<&'c Mode>, Answer<'c>)> {
        let mut answers = self.by_mode(layer);
        if answers.iter().all(|(_, answer)| answer.split == answers[0].1.split) {
            answers.truncate(1);
            if self.named.is_none() {
                answers[0].0 = None;
            }
        }
        answers
    }

    fn short(&self, layer: Layer) -> String {
        let answers = self.by_mode(layer);
        let first = answers[0].1.split.party;
        if answers.iter().all(|(_, answer)| answer.split.party == first) {
            return format!("{first}\n");
        }
        let line = |(mode, answer): &(Option<&Mode>, Answer<'_>)| {
            format!("{}\t{}\n", mode.map_or("", |mode| &*mode.id), answer.split.party)
        };
        answers.iter().map(line).collect()
    }

    /// `layer<TAB>party` per line; `mode<TAB>layer<TAB>party` where there are modes.
    fn short_of_all(&self) -> String {
        let mut text = String::new();
        for mode in variants(self.service, self.named) {
            for layer in Layer::ALL {
                let party = self.catalogue.split(self.service, mode, *layer).split.party;
                let mode =
                    mode.filter(|_| self.named.is_none()).map_or_else(String::new, |mode| format!("{}\t", mode.id));
                text.push_str(&format!("{mode}{layer}\t{party}\n"));
            }
        }
        text
    }

    fn heading(&self) -> String {
        let Service { name, id, .. } = self.service;
        let short = self.service.short_name();
        let called = if *short == **name { name.to_string() } else { format!("{short} - {name}") };
        match self.named {
            Some(mode) => format!("{called} ({id}@{}: {})", mode.id, mode.name),
            None => format!("{called} ({id})"),
        }
    }

    /// What the service is, before its layers.
    fn preamble(&self) -> Vec<Block> {
        let mut blocks = vec![Block::Heading(self.heading())];
        let kind = kind_sentence(category(self.service, self.named));
        let mixed = self.named.is_none()
            && self
                .service
                .modes
                .iter()
                .any(|mode| mode.category.is_some_and(|category| category != self.service.category));
        let mut about = if mixed { "The category depends on the mode.".to_owned() } else { kind.to_owned() };
        about
            .extend(lifecycle(self.service, self.named).map(|lifecycle| format!(" {}", lifecycle_sentence(lifecycle))));
        about.extend(self.overlay_sentence().map(|sentence| format!(" {sentence}")));
        blocks.push(Block::Aside(about));
        blocks
    }

    /// All layers in one table.
    fn overview(&self) -> Page {
        let mut blocks = self.preamble();
        let mut rows = Vec::new();
        let mut counts: BTreeMap<(Basis, Rule), usize> = BTreeMap::new();
        let mut sources: BTreeSet<&'c Id> = BTreeSet::new();
        let mut before = None;
        for layer in self.catalogue.drawn() {
            let group = self.catalogue.group(layer);
            if before.replace(group) != Some(group) {
                rows.push(Row::Group(group_title(group).to_owned()));
            }
            let answers = self.rows(layer);
            let several = answers.len() > 1;
            if several {
                let mut cells = vec![Cell::new(layer.as_str(), Tone::Strong)];
                cells.resize_with(4, Cell::default);
                rows.push(Row::Cells(cells));
            }
            for (mode, answer) in &answers {
                *counts.entry((answer.basis, answer.rule)).or_default() += 1;
                if matches!(answer.rule, Rule::Mode | Rule::Service) {
                    sources.extend(answer.split.sources.iter());
                }
                let label = match mode.filter(|_| several) {
                    Some(mode) => Cell::plain(format!("  @{}", mode.id)),
                    None => Cell::new(layer.as_str(), Tone::Strong),
                };
                rows.extend(self.duty_rows(label, layer, answer, group));
            }
        }
        let columns = ["Layer", "Who", "", "Must do"].map(str::to_owned).to_vec();
        blocks.push(Block::Table(Table { columns, rows }));
        blocks.extend(self.sources(&sources));
        blocks.push(Block::Aside(format!(
            "{}\nCatalogue dated {}. One layer in full: whose {} os",
            bases(&counts),
            self.catalogue.date(),
            self.asked()
        )));
        Page { blocks }
    }

    fn asked(&self) -> String {
        match self.named {
            Some(mode) => format!("{}@{}", self.service.id, mode.id),
            None => self.service.id.to_string(),
        }
    }

    /// The rows of one answer: the party beside the first duty.
    fn duty_rows(&self, label: Cell, layer: Layer, answer: &Answer<'_>, group: Group) -> Vec<Row> {
        let party = answer.split.party;
        // What AWS does everywhere, the learner reads once in `whose layers`; here it would bury what is particular.
        let everywhere = group == Group::OfTheCloud && answer.rule == Rule::EveryService;
        let is_shown = |side: Party| !everywhere && (side != Party::Aws || party != Party::Customer);
        let duties = sides(answer, self.catalogue.team(self.service, layer)).filter(|(side, ..)| is_shown(*side));
        duty_rows(vec![label, holder(answer)], duties)
    }

    fn sources(&self, keys: &BTreeSet<&Id>) -> Vec<Block> {
        let found: Vec<&Source> = keys.iter().filter_map(|key| self.catalogue.sources().get(key)).collect();
        if found.is_empty() {
            return Vec::new();
        }
        let lines = found.iter().map(|source| format!("{} ({})\n  {}", source.title, source.checked, source.url));
        vec![Block::Aside(format!("Sources\n{}", lines.collect::<Vec<_>>().join("\n")))]
    }

    /// One layer with everything that is known about it.
    fn full(&self, layer: Layer) -> Page {
        let info = self.catalogue.layer(layer);
        let mut blocks = self.preamble();
        blocks.push(Block::Heading(format!("{} ({layer})", info.name)));
        blocks.push(Block::Aside(info.definition.to_string()));
        let answers = self.rows(layer);
        if answers.len() > 1 {
            let row = |(mode, answer): &(Option<&Mode>, Answer<'_>)| {
                let mode = Cell::new(format!("@{}", mode.map_or("", |mode| &*mode.id)), Tone::Strong);
                ListingRow::Cells(vec![mode, holder(answer), Cell::plain(first_duty(answer))])
            };
            blocks.push(Block::Listing(answers.iter().map(row).collect()));
        }
        for (mode, answer) in answers {
            let split = answer.split;
            let mut facts = Vec::new();
            if let Some(mode) = mode {
                facts.push(("mode", format!("{}@{}: {}", self.service.id, mode.id, mode.name)));
            }
            let sharing = match split.sharing {
                Some(Sharing::Dependent) => ", dependent: AWS's half takes effect only when you act",
                Some(Sharing::Independent) => ", independent: each side acts alone",
                None => "",
            };
            facts.push(("held by", format!("{}{sharing}", holder(&answer).text)));
            if let Some(team) =
                self.catalogue.team(self.service, layer).filter(|_| answer.duties(Party::Customer).next().is_some())
            {
                facts.push(("your team", team.to_owned()));
            }
            for (side, label) in
                [(Party::Customer, "you must"), (Party::Aws, "AWS must"), (Party::ThirdParty, "third party")]
            {
                let duties = answer.duties(side).map(|duty| duty.to_string());
                facts.extend(duties.enumerate().map(|(n, duty)| (if n == 0 { label } else { "" }, duty)));
            }
            for always in self.catalogue.always(layer) {
                let label = if always.party == Party::Aws { "AWS, always" } else { "you, always" };
                facts.push((label, always.duty.to_string()));
            }
            facts.extend(split.note.iter().map(|note| ("note", note.to_string())));
            let rule = match answer.rule {
                Rule::Mode => "this mode's own split".to_owned(),
                Rule::Service => "this service's own split".to_owned(),
                Rule::Category => format!("the default of {} services", category(self.service, mode.or(self.named))),
                Rule::EveryService => "what holds for every service".to_owned(),
            };
            let basis = match answer.basis {
                Basis::Stated => "stated: a page says so about this service",
                Basis::Derived => "derived: no page says so about this service alone",
            };
            facts.push(("rule", rule));
            facts.push(("basis", basis.to_owned()));
            facts.extend(answer.is_overlaid.then(|| ("origin", "your overlay".to_owned())));
            let controls: Vec<String> = answer.controls().iter().map(ToString::to_string).collect();
            facts.extend((!controls.is_empty()).then(|| ("NIST 800-53", controls.join(", "))));
            for (n, source) in self.catalogue.cited(&split.sources).enumerate() {
                let label = if n == 0 { "sources" } else { "" };
                facts.push((label, format!("{} (checked {})\n{}", source.title, source.checked, source.url)));
            }
            let own = checks(self.service, layer);
            for (n, of_one) in own.chunk_by(|one, next| one.kind == next.kind).enumerate() {
                let label = if n == 0 { "checked by" } else { "" };
                let ids: Vec<&str> = of_one.iter().map(|check| check.id).collect();
                facts.push((label, format!("{}: {}", of_one[0].kind.name(), ids.join(", "))));
            }
            facts.extend((!own.is_empty()).then(|| ("", "Their pages: -o json".to_owned())));
            blocks.push(Block::Facts(facts.into_iter().map(|(label, body)| (label.to_owned(), body)).collect()));
        }
        blocks.push(Block::Aside(format!("Catalogue dated {}.", self.catalogue.date())));
        Page { blocks }
    }
}

impl<'c> Answers<'c> {
    fn typed(&self) -> Vec<AnswerRecord<'c>> {
        let mut records = Vec::new();
        for mode in variants(self.service, self.named) {
            for layer in self.layers() {
                records.push(AnswerRecord::new(self.catalogue, self.service, mode, layer));
            }
        }
        records
    }
}

impl View for Answers<'_> {
    fn records(&self) -> Vec<Value> {
        values(self.typed())
    }

    fn grid(&self) -> Grid {
        Grid { columns: ANSWER_COLUMNS.to_vec(), rows: self.typed().iter().map(AnswerRecord::row).collect() }
    }

    fn picture(&self) -> Option<Picture> {
        let columns: Vec<Column<'_>> = variants(self.service, self.named)
            .into_iter()
            .map(|mode| Column { service: self.service, mode, resources: None })
            .collect();
        let several = columns.len() > 1;
        let mut picture = matrix_picture(self.catalogue, &Matrix::new(self.catalogue, columns, &self.layers()));
        picture.title = format!("Who secures {}", self.heading());
        let foot = [self.overlay_sentence(), Some(format!("Catalogue dated {}", self.catalogue.date()))];
        picture.foot = foot.into_iter().flatten().collect::<Vec<_>>().join(" ");
        if several {
            picture.columns_are = "modes";
        }
        Some(picture)
    }

    fn page(&self) -> Page {
        match self.layer {
            Some(layer) => self.full(layer),
            None if self.long => self.overview(),
            None => FirstScreen { catalogue: self.catalogue, service: self.service, named: self.named }.page(),
        }
    }
}
