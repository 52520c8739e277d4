//! `whose matrix --against`: what changes hands between two inventories, as a table, as records, and as a comment beneath the
//! change that makes it so.

use std::collections::BTreeMap;
use std::io::BufRead;

use anyhow::bail;
use clap::ValueEnum;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Args, NO_SERVICES};
use crate::analysis::changes::{ChangeKind, Changes, LayerChange, ModeChange, TakenOn};
use crate::analysis::matrix::{Column, Holder};
use crate::analysis::usage::ServiceUsage;
use crate::catalogue::model::{Basis, Layer};
use crate::catalogue::{Answer, Catalogue};
use crate::commands::records::SourceRecord;
use crate::commands::selection::{Comparison, compare, envelope, plural};
use crate::commands::wording::{HOLDERS, holder_cell, joined};
use crate::commands::{Context, Outcome, fits_any};
use crate::output::{Block, Cell, Comment, Format, Grid, Page, Row, Table, TaskGroup, TaskList, Tone, View, values};

/// Compares.
///
/// # Errors
///
/// An unknown or ambiguous name, or an inventory that cannot be read.
pub(super) fn run(
    args: &Args,
    layers: &[Layer],
    context: &Context<'_>,
    stdin: &mut dyn BufRead,
) -> anyhow::Result<Outcome> {
    if matches!(context.format, Format::Html | Format::Svg) {
        bail!("--against has no {} output\n  try: -o markdown, which is made to be a comment", context.format);
    }
    let catalogue = context.catalogue();
    let mut notes = Vec::new();
    let Comparison { before, after } = compare(&args.names, &args.from, &args.against, context, stdin, &mut notes)?;
    let Some(columns) = after.columns else { bail!(NO_SERVICES) };
    let changes = Changes::new(catalogue, &before.columns.unwrap_or_default(), &columns, layers)
        .filtered(|answer| fits_any(&args.party, answer));
    if changes.hidden > 0 {
        notes.push(format!("{} that move to you are hidden by --party", plural(changes.hidden as u64, "more layer")));
    }
    let view = ChangesView {
        catalogue,
        scope: scope(args, layers),
        taken_on: changes.taken_on(catalogue),
        changes: &changes,
        before: &before.usage,
        after: &after.usage,
        remarks: notes.clone(),
    };
    let text = context.render(&view)?;
    let is_whole = before.usage.is_whole() && after.usage.is_whole();
    if args.strict && changes.is_to_customer() {
        notes.push("something moves to you".to_owned());
    }
    Ok(Outcome { text, notes, no: args.strict && (!is_whole || changes.is_to_customer()) })
}

/// The flags of `args` that leave layers or parties out.
fn scope(args: &Args, layers: &[Layer]) -> String {
    let mut flags = Vec::new();
    if !args.layer.is_empty() {
        flags.push(format!("--layer {}", layers.iter().map(|layer| layer.as_str()).collect::<Vec<_>>().join(",")));
    }
    if !args.party.is_empty() {
        let words = args.party.iter().filter_map(ValueEnum::to_possible_value);
        flags.push(format!("--party {}", words.map(|word| word.get_name().to_owned()).collect::<Vec<_>>().join(",")));
    }
    flags.join(" ")
}

struct ChangesView<'c> {
    catalogue: &'c Catalogue,
    changes: &'c Changes<'c>,
    taken_on: Vec<TakenOn<'c>>,
    before: &'c ServiceUsage<'c>,
    after: &'c ServiceUsage<'c>,
    /// The flags that leave something out; empty where nothing is.
    scope: String,
    /// What was read, what is left open, what was not matched.
    remarks: Vec<String>,
}

/// A layer whose holder changes between two inventories, or in which duties come to the customer (`matrix --against`).
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ChangeRecord<'c> {
    /// The service's id.
    pub service: &'c str,
    /// The mode that came or went; none where the service has no modes.
    pub mode: Option<&'c str>,
    /// The layer.
    pub layer: Layer,
    /// Who held it: `aws`, `aws+` where AWS left a part to the customer, `customer`, `shared`, `third-party`; none where the
    /// service was not used. Of a mode that came in place of others, who held it in these.
    pub before: Option<String>,
    /// Who holds it, in the same words; none where the service or the mode is not used any more.
    pub after: Option<String>,
    /// The customer's duties that the service did not bring before.
    pub customer: Vec<&'c str>,
    /// The customer's team that holds the customer's side, where an overlay says so.
    pub team: Option<&'c str>,
    /// How many things in the inventory it stands for; none where services were named.
    pub resources: Option<u64>,
    /// Whether a page says who holds it about this service; of what went, what was said.
    pub basis: Basis,
    /// The pages.
    pub sources: Vec<SourceRecord<'c>>,
    /// `overlay` where an overlay gives the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<&'static str>,
}

/// The columns of the changes in sheets.
const COLUMNS: [&str; 12] = [
    "service",
    "mode",
    "layer",
    "before",
    "after",
    "customer",
    "team",
    "resources",
    "basis",
    "source",
    "checked",
    "origin",
];

impl<'c> ChangesView<'c> {
    fn typed(&self) -> Vec<ChangeRecord<'c>> {
        let record = |mode: &ModeChange<'c>, change: &LayerChange<'c>| {
            let (before, after) = change.holders();
            let answer = change.answer();
            let service = mode.column.service;
            let sides = change.before.iter().chain(&change.after);
            ChangeRecord {
                service: &service.id,
                mode: mode.column.mode.map(|mode| &*mode.id),
                layer: change.layer,
                before: before.map(|holder| holder.to_string()),
                after: after.map(|holder| holder.to_string()),
                customer: change.duties.iter().map(|duty| &***duty).collect(),
                team: self.catalogue.team(service, change.layer).filter(|_| sides.clone().any(Answer::is_mine)),
                resources: mode.column.resources,
                basis: answer.basis,
                sources: self.catalogue.cited(&answer.split.sources).map(SourceRecord::from).collect(),
                origin: answer.is_overlaid.then_some("overlay"),
            }
        };
        self.changes.modes.iter().flat_map(|mode| mode.layers.iter().map(move |change| record(mode, change))).collect()
    }

    /// What it is about, and what it comes to, in one line.
    fn title(&self) -> String {
        let scope = if self.scope.is_empty() { String::new() } else { format!(" ({})", self.scope) };
        format!("Who secures what{scope}: {}", self.summary())
    }

    fn summary(&self) -> String {
        let services = |kinds: &[ChangeKind]| {
            let mut services: Vec<&str> = Vec::new();
            let of_kind = self.changes.modes.iter().filter(|mode| kinds.contains(&mode.kind));
            services.extend(of_kind.map(|mode| &*mode.column.service.id));
            services.dedup();
            services.len() as u64
        };
        let modes = [ChangeKind::ReplacingMode, ChangeKind::NewMode, ChangeKind::GoneMode];
        let (new, moved, gone) =
            (services(&[ChangeKind::NewService]), services(&modes), services(&[ChangeKind::GoneService]));
        let mut parts = Vec::new();
        parts.extend((new > 0).then(|| plural(new, "new service")));
        parts.extend((moved > 0).then(|| format!("{} in other modes", plural(moved, "service"))));
        parts.extend((gone > 0).then(|| format!("{} gone", plural(gone, "service"))));
        let verb = if self.taken_on.len() == 1 { "comes" } else { "come" };
        if parts.is_empty() {
            return "nothing changes hands".to_owned();
        }
        format!("{}; {} {verb} to you", parts.join(", "), duties(self.taken_on.len()))
    }

    /// What the table says: what came or went, and who held and who holds its layers. Modes of a service of which the same is
    /// said stand together.
    fn told(&self) -> Vec<(String, Vec<[Cell; 3]>)> {
        let mut modes: Vec<&ModeChange<'c>> =
            self.changes.modes.iter().filter(|mode| mode.kind != ChangeKind::ReplacedMode).collect();
        modes.sort_by_key(|mode| mode.kind);
        let mut told: Vec<(Vec<&ModeChange<'c>>, Vec<[Cell; 3]>)> = Vec::new();
        for mode in modes {
            let rows = self.rows(mode);
            let same = |(modes, known): &&mut (Vec<&ModeChange<'c>>, Vec<[Cell; 3]>)| {
                modes[0].kind == mode.kind && modes[0].column.service.id == mode.column.service.id && *known == rows
            };
            match told.iter_mut().rev().find(same) {
                Some((modes, _)) => modes.push(mode),
                None => told.push((vec![mode], rows)),
            }
        }
        told.into_iter().map(|(modes, rows)| (name(&modes), rows)).collect()
    }

    /// Who held and who holds the layers of a service or mode that came or went.
    fn rows(&self, mode: &ModeChange<'c>) -> Vec<[Cell; 3]> {
        let cell = |holder: Option<Holder<'_>>| holder.map_or_else(|| Cell::plain("-"), holder_cell);
        let mut rows = Vec::new();
        for ((before, after), layers) in by_holders(&mode.layers) {
            let layers = layers.iter().map(|layer| layer.as_str()).collect::<Vec<_>>().join(", ");
            let layers = if before == after { format!("{layers} (other duties)") } else { layers };
            rows.push([cell(before), cell(after), Cell::plain(layers)]);
        }
        if rows.is_empty() {
            let nothing =
                if self.scope.is_empty() { "no layer changes hands" } else { "nothing of what was asked for" };
            rows.push([Cell::default(), Cell::default(), Cell::plain(nothing)]);
        }
        rows
    }

    /// What stays, what an overlay says, and how old the knowledge is.
    fn foot(&self) -> String {
        let unchanged = match self.changes.unchanged as u64 {
            0 => String::new(),
            1 => "1 service stays as it is. ".to_owned(),
            count => format!("{} stay as they are. ", plural(count, "service")),
        };
        let mut overlaid: Vec<String> = Vec::new();
        for mode in &self.changes.modes {
            let mut sides = mode.layers.iter().flat_map(|change| change.before.iter().chain(&change.after));
            if sides.any(|answer| answer.is_overlaid) {
                overlaid.push(mode.column.label());
            }
        }
        let overlay = match &overlaid[..] {
            [] => String::new(),
            labels => format!("Some answers come from your overlay: {}. ", labels.join(", ")),
        };
        format!("{unchanged}{overlay}Catalogue dated {}.", self.catalogue.date())
    }
}

/// Who held a layer, and who holds it.
type Sides<'c> = (Option<Holder<'c>>, Option<Holder<'c>>);

/// What the table says of a mode: the layers by who held them and who holds them, what is left to the customer most first.
/// What is AWS's alone and was nobody's, or is nobody's any more, is no news.
fn by_holders<'c>(layers: &[LayerChange<'c>]) -> Vec<(Sides<'c>, Vec<Layer>)> {
    let mut all: BTreeMap<Sides<'c>, Vec<Layer>> = BTreeMap::new();
    for change in layers {
        let holders = change.holders();
        if !matches!(holders, (None, Some(Holder::Aws)) | (Some(Holder::Aws), None)) {
            all.entry(holders).or_default().push(change.layer);
        }
    }
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by_key(|((before, after), _)| std::cmp::Reverse((*after, *before)));
    all
}

/// `no duties`, `1 duty`, `2 duties`.
fn duties(count: usize) -> String {
    match count {
        0 => "no duties".to_owned(),
        1 => "1 duty".to_owned(),
        _ => format!("{count} duties"),
    }
}

/// So many services are named beside a duty that they share.
const MAX_LABELS: usize = 4;

/// With which services and in which layer a duty comes.
fn place(taken: &TakenOn<'_>) -> (String, Layer) {
    let mut labels: Vec<String> = taken.columns.iter().take(MAX_LABELS).map(Column::label).collect();
    let more = taken.columns.len().saturating_sub(MAX_LABELS);
    labels.extend((more > 0).then(|| format!("{more} more")));
    (labels.join(", "), taken.answer.layer)
}

/// What the words for holders mean, and what the table leaves out.
fn legend() -> String {
    format!("{HOLDERS} What is AWS's alone in a service that came or went is left out.")
}

/// What the table calls a service, or modes of one, that came or went.
fn name(modes: &[&ModeChange<'_>]) -> String {
    let labels = modes.iter().map(|mode| mode.column.counted()).collect::<Vec<_>>().join(", ");
    let compared = || modes[0].compared.iter().map(|mode| format!("@{}", mode.id)).collect::<Vec<_>>().join(", ");
    let what = match modes[0].kind {
        ChangeKind::NewService => "new".to_owned(),
        ChangeKind::ReplacingMode | ChangeKind::ReplacedMode => format!("instead of {}", compared()),
        ChangeKind::NewMode => format!("beside {}", compared()),
        ChangeKind::GoneMode => "gone, in other modes only".to_owned(),
        ChangeKind::GoneService => "gone".to_owned(),
    };
    format!("{labels}: {what}")
}

impl View for ChangesView<'_> {
    fn records(&self) -> Vec<Value> {
        values(self.typed())
    }

    fn envelope(&self) -> Map<String, Value> {
        let mut fields = envelope(self.after);
        fields.insert("before".to_owned(), envelope(self.before).into());
        fields
    }

    fn grid(&self) -> Grid {
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let row = |record: ChangeRecord<'_>| {
            vec![
                record.service.to_owned(),
                text(record.mode),
                record.layer.to_string(),
                text(record.before.as_deref()),
                text(record.after.as_deref()),
                joined(&record.customer),
                text(record.team),
                record.resources.map_or_else(String::new, |count| count.to_string()),
                record.basis.to_string(),
                joined(record.sources.iter().map(|source| source.url)),
                joined(record.sources.iter().map(|source| source.checked)),
                text(record.origin),
            ]
        };
        Grid { columns: COLUMNS.to_vec(), rows: self.typed().into_iter().map(row).collect() }
    }

    fn page(&self) -> Page {
        let mut blocks = vec![Block::Heading(self.title())];
        let mut rows = Vec::new();
        for (name, cells) in self.told() {
            rows.push(Row::Group(name));
            rows.extend(cells.into_iter().map(|cells| Row::Cells(cells.to_vec())));
        }
        if !rows.is_empty() {
            let columns = ["Before", "After", "Layers"].map(str::to_owned).to_vec();
            blocks.push(Block::Table(Table { columns, rows }));
        }
        let mut rows = Vec::new();
        let mut before = None;
        for taken in &self.taken_on {
            let (labels, layer) = place(taken);
            if before.as_ref() != Some(&labels) {
                rows.push(Row::Group(labels.clone()));
                before = Some(labels);
            }
            let who = Cell::new(taken.team.unwrap_or("you"), Tone::Customer);
            rows.push(Row::Cells(vec![Cell::new(layer.as_str(), Tone::Strong), who, Cell::plain(&**taken.duty)]));
        }
        if !rows.is_empty() {
            blocks.push(Block::Heading(format!("What you take on ({})", duties(self.taken_on.len()))));
            let columns = ["Layer", "Who", "Must do"].map(str::to_owned).to_vec();
            blocks.push(Block::Table(Table { columns, rows }));
        }
        let legend = if self.changes.modes.is_empty() { String::new() } else { format!("{}\n", legend()) };
        blocks.push(Block::Aside(format!("{legend}{}", self.foot())));
        Page { blocks }
    }

    fn comment(&self) -> Option<Comment> {
        let mut rows = Vec::new();
        for (name, cells) in self.told() {
            let mut label = Cell::new(name, Tone::Strong);
            rows.extend(
                cells
                    .into_iter()
                    .map(|cells| Row::Cells([std::mem::take(&mut label)].into_iter().chain(cells).collect())),
            );
        }
        let label = |taken: &TakenOn<'_>| {
            let (labels, layer) = place(taken);
            let team = taken.team.map_or_else(String::new, |team| format!(" ({team})"));
            format!("{labels} {layer}{team}")
        };
        let group = |own: &[TakenOn<'_>]| {
            let taken = &own[0];
            let mut remarks = Vec::new();
            remarks.extend((taken.answer.basis == Basis::Derived).then_some("derived"));
            remarks.extend(taken.answer.is_overlaid.then_some("your overlay"));
            let sources = self.catalogue.cited(&taken.answer.split.sources);
            TaskGroup {
                label: label(taken),
                remark: remarks.join(", "),
                sources: sources.map(|source| (source.title.to_string(), source.url.to_string())).collect(),
                tasks: own.iter().map(|taken| taken.duty.to_string()).collect(),
            }
        };
        let groups = self.taken_on.chunk_by(|one, other| label(one) == label(other)).map(group).collect();
        let mut foot = vec![self.foot()];
        if !self.changes.modes.is_empty() {
            foot.insert(0, legend());
        }
        Some(Comment {
            title: self.title(),
            table: Table { columns: ["service", "before", "after", "layers"].map(str::to_owned).to_vec(), rows },
            table_title: "What changes hands".to_owned(),
            remarks: self.remarks.clone(),
            tasks: TaskList { summary: format!("What you take on ({})", duties(self.taken_on.len())), groups },
            foot,
            rest: "they are in the output of whose matrix --against … -o csv".to_owned(),
        })
    }
}
