//! `whose controls`: who answers for NIST's controls in the services that are named or in use, or for every customer of AWS.
//!
//! Controls on which all services agree are one line of the table, as in `matrix`.

use std::collections::BTreeSet;
use std::io::BufRead;
use std::path::PathBuf;

use clap_complete::engine::ArgValueCandidates;

use crate::catalogue::Catalogue;
use crate::catalogue::model::{Baseline, Category, Control};
use crate::commands::selection::{InUse, in_use};
use crate::commands::{Context, Outcome, completions, word_parser};

mod view;

pub use view::ControlRecord;
use view::{Column, Controls, RowOf};

#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// Services by any name they go by, perhaps with a mode; `-` reads an inventory from stdin. Without any: what every
    /// customer of AWS inherits, by category
    #[arg(value_name = "NAME[@MODE]", add = ArgValueCandidates::new(completions::services))]
    pub names: Vec<String>,

    /// Read an inventory from FILE, `-` for stdin; may be repeated
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub from: Vec<PathBuf>,

    /// Only this control of NIST SP 800-53 Rev 5, such as AC-2, ac-2.3 or "AC-2 (3)"; may be repeated
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub control: Vec<String>,

    /// Every control of this baseline of NIST SP 800-53B, and those that nothing here addresses too
    #[arg(long, value_name = "BASELINE", value_parser = word_parser(Baseline::ALL, Baseline::as_str))]
    pub baseline: Option<Baseline>,
}

/// Answers.
///
/// # Errors
///
/// A malformed or unknown control, an unknown or ambiguous name, or an inventory that cannot be read.
pub fn run(args: &Args, context: &Context<'_>, stdin: &mut dyn BufRead) -> anyhow::Result<Outcome> {
    let catalogue = context.catalogue();
    let mut named = BTreeSet::new();
    for text in &args.control {
        named.insert(context.control(text, "whose controls --control")?);
    }
    let outside = named.iter().filter(|control| args.baseline.is_some_and(|own| !stands_in(catalogue, **control, own)));
    let outside: Vec<String> = outside.map(ToString::to_string).collect();
    let asked = in_use(&args.names, &args.from, context, stdin)?;
    let columns = match &asked {
        Some(InUse { columns, .. }) => columns.iter().copied().map(Column::Service).collect(),
        None => Category::ALL.iter().copied().map(Column::Category).collect(),
    };
    let (mut notes, envelope) = asked.map_or_else(Default::default, |asked| (asked.notes, asked.envelope));
    let view = Controls::new(catalogue, columns, &named, args.baseline, notes.clone(), envelope);
    let addressed = |row: &RowOf<'_>| row.answers.iter().any(|answer| !answer.parts.is_empty());
    let no = !view.rows.iter().any(addressed);
    if view.columns.is_empty() {
        notes.push("no service found, so no control has an answer".to_owned());
    } else if no && !view.rows.is_empty() {
        notes.push("not addressed: no duty in the catalogue bears on it".to_owned());
    }
    if let Some(baseline) = args.baseline.filter(|_| !outside.is_empty()) {
        let (are, and) = if outside.len() == 1 { ("is", "it") } else { ("are", "them") };
        let outside = outside.join(", ");
        notes.push(format!("{outside} {are} not in the {baseline} baseline; to see {and}, leave out --baseline"));
    }
    Ok(Outcome { text: context.render(&view)?, notes, no })
}

/// Whether a control stands in a baseline.
fn stands_in(catalogue: &Catalogue, control: Control, baseline: Baseline) -> bool {
    catalogue.control(control).is_some_and(|info| info.baselines.contains(&baseline))
}
