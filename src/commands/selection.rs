//! What the question is about: services that are named, or everything in inventories. What an inventory holds is counted by
//! [`crate::analysis::usage`].

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde_json::{Map, Value, json};

use super::wording::retired_note;
use super::{Context, variants};
use crate::analysis::matrix::Column;
use crate::analysis::usage::{ServiceUsage, Summary, Undecided};
use crate::catalogue::resolve::retired_name;
use crate::progress;

/// How many unmatched names are listed on stderr; `-o json` has them all.
const MAX_LISTED: usize = 10;

/// How many names are listed for a reason to pass something over.
const MAX_NAMES_OF_REASON: usize = 5;

/// What was asked about.
pub(super) struct Selection<'c> {
    /// The services and modes; none where nothing was asked about at all.
    pub(super) columns: Option<Vec<Column<'c>>>,
    /// What the inventories hold.
    pub(super) usage: ServiceUsage<'c>,
    /// What was read, as it was named.
    pub(super) inputs: Vec<String>,
}

/// What was in use, and what is.
pub(super) struct Comparison<'c> {
    pub(super) before: Selection<'c>,
    pub(super) after: Selection<'c>,
}

/// What stands for the state before a plan, instead of an inventory.
pub(super) const PRIOR: &str = "prior";

/// Reads what is asked about as [`select`] does, and what was there before it: the inventories in `against`, or where that is
/// [`PRIOR`], what the plans themselves say of it. What there was before has `before: ` in front of its notes.
pub(super) fn compare<'c>(
    names: &[String],
    from: &[PathBuf],
    against: &[PathBuf],
    context: &Context<'c>,
    stdin: &mut dyn BufRead,
    notes: &mut Vec<String>,
) -> anyhow::Result<Comparison<'c>> {
    let mut notes_before = Vec::new();
    let comparison = if against.iter().any(|path| path.as_os_str() == PRIOR) {
        if against.len() > 1 || names.iter().any(|name| name != "-") {
            bail!(
                "--against {PRIOR} compares plans with themselves and stands alone\n  try: whose matrix --from plan.json --against {PRIOR}"
            );
        }
        let mut before = ServiceUsage::new(context.catalogue());
        let after = select_from(names, from, context, stdin, notes, Some(&mut before))?;
        left_open(&before, &mut notes_before);
        Comparison { before: Selection { columns: Some(before.columns()), usage: before, inputs: Vec::new() }, after }
    } else {
        if against.iter().any(|path| is_stdin(path)) && (names == ["-"] || from.iter().any(|path| is_stdin(path))) {
            bail!("stdin is read once: give `-` once");
        }
        let before = select(&[], against, context, stdin, &mut notes_before)?;
        Comparison { before, after: select(names, from, context, stdin, notes)? }
    };
    notes.extend(notes_before.into_iter().map(|note| format!("before: {note}")));
    let (before, after) = (not_counted(&comparison.before.usage), not_counted(&comparison.after.usage));
    if before != after {
        let label = |line: String| if line.starts_with(' ') { line } else { format!("before: {line}") };
        notes.extend(before.into_iter().map(label));
    }
    notes.extend(after);
    Ok(comparison)
}

/// Reads names, the inventories in `from`, and the one on `stdin` where that is asked for: by `-` as a name or a file, or by a
/// pipe and nothing else. What was read and what is left open about it goes to `notes`; see [`not_counted`] for the rest.
pub(super) fn select<'c>(
    names: &[String],
    from: &[PathBuf],
    context: &Context<'c>,
    stdin: &mut dyn BufRead,
    notes: &mut Vec<String>,
) -> anyhow::Result<Selection<'c>> {
    select_from(names, from, context, stdin, notes, None)
}

/// [`select`]; `before` gets what there was before the plans, which all inventories must be then.
fn select_from<'c>(
    names: &[String],
    from: &[PathBuf],
    context: &Context<'c>,
    stdin: &mut dyn BufRead,
    notes: &mut Vec<String>,
    mut before: Option<&mut ServiceUsage<'c>>,
) -> anyhow::Result<Selection<'c>> {
    let mut usage = ServiceUsage::new(context.catalogue());
    let piped = names.is_empty() && from.is_empty() && !std::io::stdin().is_terminal();
    let is_dash = names == ["-"];
    if !is_dash && names.iter().any(|name| name == "-") {
        bail!("`-` reads an inventory from stdin and stands alone; beside names it is: --from -");
    }
    let (files, dashes): (Vec<&PathBuf>, Vec<&PathBuf>) = from.iter().partition(|path| !is_stdin(path));
    if dashes.len() + usize::from(is_dash) > 1 {
        bail!("stdin is read once: give `-` once");
    }
    let from_stdin = piped || is_dash || !dashes.is_empty();
    if from_stdin {
        notes.push(read(&mut usage, before.as_deref_mut(), stdin).context("stdin")?);
    }
    read_files(&mut usage, before, &files, notes)?;
    let files = files.iter().map(|path| path.display().to_string());
    let inputs = from_stdin.then(|| "stdin".to_owned()).into_iter().chain(files).collect();
    left_open(&usage, notes);
    let mut columns = usage.columns();
    for name in names.iter().filter(|_| !is_dash) {
        let (service, mode) = context.service(name)?;
        notes.extend(retired_name(service, name).map(|name| retired_note(service, name)));
        columns.extend(variants(service, mode).into_iter().map(|mode| Column { service, mode, resources: None }));
    }
    let mut seen = HashSet::new();
    columns.retain(|column| seen.insert((&column.service.id, column.mode.map(|mode| &mode.id))));
    let asked = from_stdin || !from.is_empty() || !names.is_empty();
    Ok(Selection { columns: asked.then_some(columns), usage, inputs })
}

/// What has to be said about inventories as a whole, and what is left open about modes.
fn left_open(usage: &ServiceUsage<'_>, notes: &mut Vec<String>) {
    notes.extend_from_slice(usage.remarks());
    notes.extend(undecided_notes(&usage.undecided()));
    notes.extend(usage.retired().map(|(service, name)| retired_note(service, name)));
}

/// Whether the path stands for stdin, as it does for other tools; a file of that name is `./-`.
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads every file, and reports all that cannot be read, so that nobody mends one to hear of the next.
fn read_files<'c>(
    usage: &mut ServiceUsage<'c>,
    mut before: Option<&mut ServiceUsage<'c>>,
    files: &[&PathBuf],
    notes: &mut Vec<String>,
) -> anyhow::Result<()> {
    let mut faults = Vec::new();
    for path in files {
        let file = progress::open(path).with_context(|| format!("cannot read {}", path.display()));
        let note = file.and_then(|mut file| {
            read(usage, before.as_deref_mut(), &mut file).with_context(|| path.display().to_string())
        });
        match note {
            Ok(note) => notes.push(note),
            Err(error) => faults.push(error),
        }
    }
    if faults.len() > 1 {
        let all: Vec<String> = faults.iter().map(|fault| format!("{fault:#}")).collect();
        bail!("{} of {} inventories cannot be read\n{}", faults.len(), files.len(), all.join("\n"));
    }
    faults.pop().map_or(Ok(()), Err)
}

/// Reads an inventory; returns what to say about it.
fn read<'c>(
    usage: &mut ServiceUsage<'c>,
    before: Option<&mut ServiceUsage<'c>>,
    input: &mut dyn BufRead,
) -> anyhow::Result<String> {
    let more = if usage.is_empty() { "" } else { " more" };
    let Summary { format, items, new_services } = match before {
        Some(before) => usage.read_plan(before, input)?,
        None => usage.read(input)?,
    };
    let things = match format {
        "list of names" => plural(items, "name"),
        "Terraform plan" | "Terraform state" => plural(items, "managed resource"),
        _ => plural(items, "resource"),
    };
    Ok(format!("{format}: {things}, {}{more}", plural(new_services as u64, "service")))
}

/// What to say of things that do not say their mode; many services of which nothing is said at all share a line.
fn undecided_notes(undecided: &[Undecided<'_>]) -> Vec<String> {
    let silent: Vec<&str> = undecided.iter().filter(|own| own.modes.is_empty()).map(|own| &*own.service.id).collect();
    let shared = silent.len() > MAX_LISTED;
    let mut notes: Vec<String> =
        undecided.iter().filter(|own| !shared || !own.modes.is_empty()).map(undecided_note).collect();
    if shared {
        let count = silent.len();
        notes.push(format!(
            "{count} services, of which nothing says in which mode they run; all their modes are listed: {}",
            silent.join(", ")
        ));
    }
    notes
}

/// What to say of things that do not say their mode.
fn undecided_note(undecided: &Undecided<'_>) -> String {
    let Undecided { service, count, modes } = undecided;
    let things = plural(*count, "resource");
    if modes.is_empty() {
        let (verb, runs) = if *count == 1 { ("does", "it runs") } else { ("do", "they run") };
        let every = match service.modes.len() {
            2 => "both".to_owned(),
            all => format!("all {all}"),
        };
        return format!("{}: {things} {verb} not say which mode {runs} in; {every} are listed", service.id);
    }
    let ids: Vec<&str> = modes.iter().map(|mode| &*mode.id).collect();
    format!("{}: {things} may run in any of these modes: {}", service.id, ids.join(", "))
}

/// What of the inventories is not counted: what was not matched, and what was passed over.
pub(super) fn not_counted(usage: &ServiceUsage<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let total: u64 = usage.unmatched().map(|(_, unmatched)| unmatched.count).sum();
    if total > 0 {
        lines.push(format!("not matched: {total} of {}", plural(total.max(usage.items()), "thing")));
        // What may be one of several services stands together, and first: it is in use, under whichever.
        let mut groups: Vec<(&str, &[&str], u64, usize)> = Vec::new();
        for (name, unmatched) in usage.unmatched() {
            let candidates = &unmatched.candidates[..];
            match groups.iter_mut().find(|(_, own, ..)| !candidates.is_empty() && *own == candidates) {
                Some((_, _, count, names)) => (*count, *names) = (*count + unmatched.count, *names + 1),
                None => groups.push((name, candidates, unmatched.count, 1)),
            }
        }
        groups.sort_unstable_by_key(|&(name, candidates, count, _)| (candidates.is_empty(), Reverse(count), name));
        for (name, candidates, count, names) in groups.iter().take(MAX_LISTED) {
            let more =
                if *names > 1 { format!(" and {}", plural(*names as u64 - 1, "more name")) } else { String::new() };
            let candidates =
                if candidates.is_empty() { String::new() } else { format!(" - may mean {}", candidates.join(", ")) };
            lines.push(format!("  {name}{more} ({count}){candidates}"));
        }
        let listed: usize = groups.iter().take(MAX_LISTED).map(|(.., names)| names).sum();
        if usage.unmatched().len() > listed {
            lines.push(format!("  and {} more names; all of them: -o json", usage.unmatched().len() - listed));
        }
    }
    let mut reasons: BTreeMap<&str, (u64, Vec<&str>)> = BTreeMap::new();
    for ignored in usage.ignored() {
        let (count, names) = reasons.entry(ignored.reason).or_default();
        *count += ignored.count;
        names.push(ignored.name);
    }
    for (reason, (count, names)) in reasons {
        let listed = names.iter().take(MAX_NAMES_OF_REASON).copied().collect::<Vec<_>>().join(", ");
        let more = match names.len().saturating_sub(MAX_NAMES_OF_REASON) {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        lines.push(format!("ignored {count}: {reason} ({listed}{more})"));
    }
    lines
}

pub(super) fn plural(count: u64, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// What names and inventories hold.
pub(super) struct InUse<'c> {
    /// The services and modes, in the order in which they were met.
    pub(super) columns: Vec<Column<'c>>,
    /// What was read, left open, not matched and passed over, for stderr.
    pub(super) notes: Vec<String>,
    /// The same for the envelope of json and yaml.
    pub(super) envelope: Map<String, Value>,
}

/// Reads names and inventories; none where neither was given. A pipe alone is no inventory here: `-` asks for it.
///
/// # Errors
///
/// An unknown name, or an inventory that cannot be read.
pub(super) fn in_use<'c>(
    names: &[String],
    from: &[PathBuf],
    context: &Context<'c>,
    stdin: &mut dyn BufRead,
) -> anyhow::Result<Option<InUse<'c>>> {
    if names.is_empty() && from.is_empty() {
        return Ok(None);
    }
    let mut notes = Vec::new();
    let asked = select(names, from, context, stdin, &mut notes)?;
    notes.extend(not_counted(&asked.usage));
    let columns = asked.columns.unwrap_or_default();
    Ok(Some(InUse { columns, notes, envelope: envelope(&asked.usage) }))
}

/// What was not matched and what was passed over, for the envelope of json and yaml.
pub(super) fn envelope(usage: &ServiceUsage<'_>) -> Map<String, Value> {
    let unmatched = usage.unmatched().map(|(input, own)| {
        let mut entry = json!({ "input": input, "count": own.count });
        if !own.candidates.is_empty() {
            entry["candidates"] = own.candidates.clone().into();
        }
        entry
    });
    let ignored = usage.ignored().map(|own| json!({ "input": own.name, "count": own.count, "reason": own.reason }));
    [("unmatched".to_owned(), unmatched.collect()), ("ignored".to_owned(), ignored.collect())].into_iter().collect()
}
