//! `whose check PATH`: every fault of a catalogue file, with its line. PATH is an overlay, a file or folder in the catalogue's
//! own `data/` folder, or the whole of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::Serialize;

use super::selection::plural;
use super::{Context, Outcome};
use crate::catalogue::load::{self, File};
use crate::catalogue::{Catalogue, Diagnostic};
use crate::output::{Block, Cell, Grid, Page, Row, Table, Tone, View};
use crate::sanitize::tame;

#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// An overlay, a service's file such as data/container/rds.yaml, or a whole data folder
    #[arg(value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    pub path: PathBuf,
}

/// Checks.
///
/// # Errors
///
/// A path that cannot be read.
pub fn run(args: &Args, context: &Context<'_>) -> anyhow::Result<Outcome> {
    let path = &args.path;
    let shown = path.display().to_string();
    let mut elsewhere = None;
    let faults = if let Some((root, part)) = data_folder(path) {
        // A part of a catalogue is only right or wrong among the others.
        let (own, others): (Vec<_>, Vec<_>) =
            folder(&root)?.into_iter().partition(|fault| Path::new(&fault.file).starts_with(&part));
        if !others.is_empty() {
            elsewhere = Some(format!(
                "{} in other files: whose check {}",
                plural(others.len() as u64, "fault"),
                root.display()
            ));
        }
        let placed = |fault: Diagnostic| {
            let below = Path::new(&fault.file).strip_prefix(&part).unwrap_or(Path::new(""));
            let below = if below == Path::new("") { path.clone() } else { path.join(below) };
            Diagnostic { file: below.display().to_string(), ..fault }
        };
        own.into_iter().map(placed).collect()
    } else {
        match super::text(path, super::LARGEST)? {
            Ok(text) => Catalogue::built_in().check_overlay(&shown, &text),
            Err(fault) => vec![fault],
        }
    };
    // Whatever stands in a file, and however it is called: it goes to a terminal.
    let harmless = |text: &str| tame(text).into_owned();
    let faults: Vec<Diagnostic> = faults
        .iter()
        .map(|fault| Diagnostic::new(harmless(&fault.file), fault.line, harmless(&fault.message)))
        .collect();
    let no = !faults.is_empty();
    let found = if no { plural(faults.len() as u64, "fault") } else { format!("{shown}: no faults") };
    let notes = [found].into_iter().chain(elsewhere).collect();
    Ok(Outcome { text: context.render(&Faults { faults })?, notes, no })
}

/// The `data` folder of a catalogue in which `path` is a file or a folder, and what of it that is: nothing for the whole. None
/// for a file that is no part of one. The folder has `layers.yaml`.
fn data_folder(path: &Path) -> Option<(PathBuf, PathBuf)> {
    // A name alone does not tell in which folder it stands.
    let whole = path.canonicalize().ok()?;
    let is_part = whole.is_dir() || whole.extension().is_some_and(|ending| ending == "yaml");
    let mut above = whole.ancestors().take(3).filter(|_| is_part);
    let root = above.find(|folder| folder.join("layers.yaml").is_file()).or(whole.is_dir().then_some(&whole))?;
    Some((root.to_owned(), whole.strip_prefix(root).ok()?.to_owned()))
}

/// Every fault of a `data` folder, with the paths of files below it.
fn folder(root: &Path) -> anyhow::Result<Vec<Diagnostic>> {
    let mut files: BTreeMap<String, File> = BTreeMap::new();
    let mut faults = Vec::new();
    let mut left = super::LARGEST;
    let mut open = vec![(root.to_owned(), String::new())];
    while let Some((folder, below)) = open.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read {}", folder.display()))?;
            let (path, name) = (entry.path(), format!("{below}{}", entry.file_name().to_string_lossy()));
            // A link to a folder is not followed: it may lead back to where it stands.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                open.push((path, format!("{name}/")));
            } else if path.extension().is_some_and(|ending| ending == "yaml") && path.is_file() {
                match super::text(&path, left)? {
                    Ok(text) => {
                        left -= text.len();
                        files.insert(name.clone(), File { path: name, text });
                    }
                    Err(fault) => faults.push(Diagnostic { file: name, ..fault }),
                }
            }
        }
    }
    if files.is_empty() && faults.is_empty() {
        bail!("no .yaml file in {}", root.display());
    }
    let files: Vec<File> = files.into_values().collect();
    faults.extend(load::load(&files).err().unwrap_or_default());
    faults.sort_unstable();
    Ok(faults)
}

struct Faults {
    faults: Vec<Diagnostic>,
}

/// A fault.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FaultRecord<'c> {
    /// The file.
    pub file: &'c str,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub fault: &'c str,
}

impl View for Faults {
    fn records(&self) -> Vec<serde_json::Value> {
        let record = |fault: &Diagnostic| {
            serde_json::json!(FaultRecord { file: &fault.file, line: fault.line, fault: &fault.message })
        };
        self.faults.iter().map(record).collect()
    }

    fn grid(&self) -> Grid {
        let row = |fault: &Diagnostic| vec![fault.file.clone(), fault.line.to_string(), fault.message.clone()];
        Grid { columns: vec!["file", "line", "fault"], rows: self.faults.iter().map(row).collect() }
    }

    fn page(&self) -> Page {
        let row = |fault: &Diagnostic| {
            let place = Cell::new(format!("{}:{}", fault.file, fault.line), Tone::Strong);
            Row::Cells(vec![place, Cell::plain(&*fault.message)])
        };
        if self.faults.is_empty() {
            return Page::default();
        }
        let columns = ["Where", "Diagnostic"].map(str::to_owned).to_vec();
        Page { blocks: vec![Block::Table(Table { columns, rows: self.faults.iter().map(row).collect() })] }
    }
}
