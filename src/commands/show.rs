//! `whose [show] NAME[@MODE] [LAYER]`: who secures a service, layer by layer, or one layer with everything known about it.

use std::collections::BTreeSet;

use anyhow::bail;
use clap_complete::engine::ArgValueCandidates;

use serde_json::Value;

use super::first_screen::{FirstScreen, first_duty};
use super::records::{ANSWER_COLUMNS, AnswerRecord, checks};
use super::telling::{
    duty_rows, group_title, holder, lifecycle_sentence, overlay_sentence, party_cell, party_word, picture_column,
    picture_rows, sides,
};
use super::{Context, Outcome, PartyFilter, completions, fits_any, guess, overlay_notes, variants};
use crate::catalogue::model::{Basis, Category, Id, Layer, Mode, Party, Service, Sharing, Source};
use crate::catalogue::resolve::Meaning;
use crate::catalogue::{Answer, Catalogue, Group, Rule, category};
use crate::render::{Block, Cell, Grid, ListingRow, Page, Picture, Row, Table, Tone, View, values};

/// The arguments of `show`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The service, by any name it goes by, and perhaps a mode: rds, "Amazon SQS", aws_lb, eks@fargate
    #[arg(value_name = "NAME[@MODE]", add = ArgValueCandidates::new(completions::services))]
    pub name: String,

    /// One layer, by its id or an everyday word: guest-os, os, patching, kms
    #[arg(value_name = "LAYER", add = ArgValueCandidates::new(completions::layers))]
    pub layer: Option<String>,

    /// Words beyond these two: most likely of a name that nobody quoted
    #[arg(hide = true)]
    pub more: Vec<String>,

    /// Print nothing; exit 0 if PARTY holds the layer (mine: if you have a duty in it), 1 if not
    #[arg(long, value_name = "PARTY", requires = "layer", value_enum, value_delimiter = ',')]
    pub is: Vec<PartyFilter>,

    /// Print the parties alone: one word for a layer, or one line per layer; one line per mode where the modes differ
    #[arg(long, conflicts_with_all = ["is", "output", "long"])]
    pub short: bool,

    /// Everything: all duties of both sides, and the pages
    #[arg(long, conflicts_with = "is")]
    pub long: bool,
}

/// Answers.
///
/// # Errors
///
/// An unknown or ambiguous name, an unknown layer, more words than these, or `--is` where the modes differ.
pub fn run(args: &Args, context: &Context<'_>) -> anyhow::Result<Outcome> {
    if let Some(listed) = modes_asked(args, context)? {
        return Ok(Outcome::text(listed));
    }
    let ((service, mode), layer) = asked(args, context).or_else(|error| {
        let words: Vec<&str> =
            [&args.name].into_iter().chain(&args.layer).chain(&args.more).map(String::as_str).collect();
        match (guess::guess(&words, context), guess::command(&args.name, context)) {
            (Some(command), _) => bail!("did you mean this?\n  try: {command}"),
            (None, Some(near)) if words.len() == 1 => bail!(
                "`{}` is no service and no command; did you mean the command `{near}`?\n  try: whose {near} --help",
                args.name
            ),
            _ => Err(error),
        }
    })?;
    let view = Answers { catalogue: context.catalogue(), service, named: mode, layer, long: args.long };
    match layer {
        Some(layer) if !args.is.is_empty() => is(&view, layer, &args.is),
        Some(layer) if args.short => {
            Ok(Outcome { notes: overlay_notes(service, &view.by_mode(layer)), ..Outcome::text(view.short(layer)) })
        }
        None if args.short => Ok(Outcome::text(view.short_of_all())),
        _ => Ok(Outcome { notes: other_meant(args, service, context), ..Outcome::text(context.render(&view)?) }),
    }
}

/// `whose lambda modes`: the modes with what they mean.
fn modes_asked(args: &Args, context: &Context<'_>) -> anyhow::Result<Option<String>> {
    if !args.layer.as_ref().is_some_and(|word| matches!(&*word.to_ascii_lowercase(), "modes" | "mode")) {
        return Ok(None);
    }
    let (service, _) = context.service(&args.name)?;
    if service.modes.is_empty() {
        bail!("{} has no modes\n  try: whose {}", service.short_name(), service.id);
    }
    let lines: Vec<String> =
        service.modes.iter().map(|mode| format!("{}@{}\t{}", service.id, mode.id, mode.name)).collect();
    Ok(Some(lines.join("\n") + "\n"))
}

/// A note where name and layer together name another service, as `cloudwatch logs` does.
fn other_meant(args: &Args, service: &Service, context: &Context<'_>) -> Vec<String> {
    let Some(layer) = &args.layer else { return Vec::new() };
    let both = format!("{} {layer}", args.name);
    match context.catalogue().resolve(&both).meaning {
        Meaning::Service(other, _) if other.id != service.id => {
            vec![format!("`{both}` together names another service: whose {}", other.id)]
        }
        _ => Vec::new(),
    }
}

type Asked<'c> = ((&'c Service, Option<&'c Mode>), Option<Layer>);

fn asked<'c>(args: &Args, context: &Context<'c>) -> anyhow::Result<Asked<'c>> {
    let service = context.service(&args.name)?;
    let layer = args.layer.as_deref().map(|word| context.layer(word, &format!("whose {}", args.name))).transpose()?;
    if let (Some(layer), Some(word)) = (layer, args.more.first()) {
        bail!("unexpected argument `{word}`: one service and one layer at a time\n  try: whose {} {layer}", args.name);
    }
    Ok((service, layer))
}

fn is(view: &Answers<'_>, layer: Layer, wanted: &[PartyFilter]) -> anyhow::Result<Outcome> {
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
    Ok(Outcome { no: !fits[0], notes: overlay_notes(view.service, &answers), ..Outcome::default() })
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
        let kind = match category(self.service, self.named) {
            Category::Infrastructure => "Infrastructure service: AWS runs the machines, you run what is on them.",
            Category::Container => "Container service: AWS runs the platform for you. Not Docker.",
            Category::Abstracted => "Abstracted service: AWS runs everything behind an endpoint.",
        };
        let mixed = self.named.is_none()
            && self
                .service
                .modes
                .iter()
                .any(|mode| mode.category.is_some_and(|category| category != self.service.category));
        let mut about = if mixed { "The category depends on the mode.".to_owned() } else { kind.to_owned() };
        let lifecycle = self.named.and_then(|mode| mode.lifecycle.as_ref()).or(self.service.lifecycle.as_ref());
        about.extend(lifecycle.map(|lifecycle| format!(" {}", lifecycle_sentence(lifecycle))));
        about.extend(overlay_sentence(self.service).map(|sentence| format!(" {sentence}")));
        blocks.push(Block::Aside(about));
        blocks
    }

    /// All layers in one table.
    fn overview(&self) -> Page {
        let mut blocks = self.preamble();
        let mut rows = Vec::new();
        let (mut stated, mut derived) = (0, 0);
        let mut sources: BTreeSet<&'c Id> = BTreeSet::new();
        let mut before = None;
        for layer in self.catalogue.grouped() {
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
                match answer.basis {
                    Basis::Stated => stated += 1,
                    Basis::Derived => derived += 1,
                }
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
        let total = stated + derived;
        let basis = match (stated, derived) {
            (_, 0) => format!("All {total} answers stand on AWS's pages about this service."),
            (0, _) => "No answer is stated about this service alone: all follow from its category.".to_owned(),
            _ => format!(
                "{stated} of {total} answers are stated on pages about this service; {derived} follow from its category."
            ),
        };
        blocks.push(Block::Aside(format!(
            "{basis}\nCatalogue of {}. One layer in full: whose {} os",
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
        duty_rows(vec![label, party_cell(party)], duties)
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
            let third = split.third_party.as_ref().map_or_else(String::new, |third| format!(" ({})", third.name));
            facts.push(("held by", format!("{}{third}{sharing}", party_word(split.party))));
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
            let controls: Vec<String> = answer.controls().iter().map(ToString::to_string).collect();
            facts.extend((!controls.is_empty()).then(|| ("NIST 800-53", controls.join(", "))));
            for (n, check) in checks(self.service, layer).into_iter().enumerate() {
                let label = if n == 0 { "proven by" } else { "" };
                facts.push((label, format!("{} ({})\n{}", check.id, check.kind.name(), check.url)));
            }
            for (n, source) in self.catalogue.cited(&split.sources).enumerate() {
                let label = if n == 0 { "sources" } else { "" };
                facts.push((label, format!("{} (checked {})\n{}", source.title, source.checked, source.url)));
            }
            blocks.push(Block::Facts(facts.into_iter().map(|(label, body)| (label.to_owned(), body)).collect()));
        }
        blocks.push(Block::Aside(format!("Catalogue of {}.", self.catalogue.date())));
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
        let columns: Vec<_> = variants(self.service, self.named).into_iter().map(|mode| (self.service, mode)).collect();
        Some(Picture {
            title: format!("Who secures {}", self.heading()),
            foot: format!("Catalogue of {}", self.catalogue.date()),
            remarks: Vec::new(),
            rows: picture_rows(self.catalogue, &self.layers(), &columns, |_| true),
            columns: columns.into_iter().map(|(service, mode)| picture_column(service, mode, None)).collect(),
        })
    }

    fn page(&self) -> Page {
        match self.layer {
            Some(layer) => self.full(layer),
            None if self.long => self.overview(),
            None => FirstScreen { catalogue: self.catalogue, service: self.service, named: self.named }.page(),
        }
    }
}
