//! `whose gaps`: which of the customer's duties checks have proven, which they disprove, and which nobody has looked at.
//!
//! The services come from names, inventories or the findings themselves; [`analysis::coverage`](crate::analysis::coverage) says
//! what the states mean. The answer is "proven by these checks", never "compliant".

use std::io::BufRead;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap_complete::engine::ArgValueCandidates;
use serde_json::Map;

use crate::analysis::coverage::{Results, Scope, State, coverage};
use crate::commands::selection::{Selection, is_stdin, not_counted, plural, select};
use crate::commands::{Context, Outcome as Done, completions, word_parser};
use crate::findings::{self, Report};
use crate::output::Format;
use crate::progress;
use crate::sanitize::tame;

mod view;

use view::Gaps;
pub use view::{CheckRecord, GapRecord};

#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Services by any name they go by; `-` reads an inventory from stdin. Without either: the services that the findings name
    #[arg(value_name = "NAME", add = ArgValueCandidates::new(completions::services))]
    pub names: Vec<String>,

    /// Read an inventory from FILE, `-` for stdin; may be repeated
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub from: Vec<PathBuf>,

    /// Findings, `-` for stdin: Security Hub (ASFF, OCSF), AWS Config compliance by rule, Prowler (csv, json, OCSF, ASFF); may be
    /// repeated
    #[arg(long, value_name = "FILE", required = true, value_hint = clap::ValueHint::FilePath)]
    pub findings: Vec<PathBuf>,

    /// Only this layer
    #[arg(long, value_name = "LAYER", add = ArgValueCandidates::new(completions::layers))]
    pub layer: Option<String>,

    /// Only rows in this state: `failing`, a check failed; `unseen`, none came to a verdict; `partial`, checks passed but not
    /// every one of the provider that has most; `proven`, all of those passed and no other failed
    #[arg(long, value_name = "STATE", value_parser = word_parser(State::ALL, State::as_str))]
    pub state: Option<State>,

    /// End with 1 unless everything is proven
    #[arg(long)]
    pub strict: bool,
}

/// Joins services and findings.
///
/// # Errors
///
/// An unknown name or layer, or an inventory or findings that cannot be read.
pub fn run(args: &Args, context: &Context<'_>, stdin: &mut dyn BufRead) -> anyhow::Result<Done> {
    let catalogue = context.catalogue();
    let layer = args.layer.as_deref().map(|word| context.layer(word, "whose gaps --layer")).transpose()?;
    let mut notes = Vec::new();
    let mut results = Results::new(catalogue);
    let dashes = args.findings.iter().chain(&args.from).filter(|path| is_stdin(path)).count();
    if dashes + args.names.iter().filter(|name| *name == "-").count() > 1 {
        bail!("stdin is read once: give `-` to one of an inventory and --findings");
    }
    for path in &args.findings {
        if is_stdin(path) {
            notes.extend(read(stdin, &mut results).context("stdin")?);
        } else {
            let mut file = progress::open(path).with_context(|| format!("cannot read {}", path.display()))?;
            let read = read(&mut file, &mut results);
            notes.extend(read.with_context(|| path.display().to_string())?);
        }
    }
    let mut inputs: Vec<String> = args.findings.iter().map(|path| path.display().to_string()).collect();
    let mut envelope = Map::new();
    let by_findings = args.names.is_empty() && args.from.is_empty();
    let scopes = if by_findings {
        let named = catalogue.services().iter().filter(|service| results.any_ran(service));
        named.map(|service| Scope { service, modes: super::variants(service, None), resources: None }).collect()
    } else {
        let selection = select(&args.names, &args.from, context, stdin, &mut notes)?;
        notes.extend(not_counted(&selection.usage));
        envelope = super::selection::envelope(&selection.usage);
        inputs.extend_from_slice(&selection.inputs);
        scopes(&selection)
    };
    notes.extend(unknown_checks(&results));
    if scopes.is_empty() {
        let of = if by_findings { "the findings are of no check of a service" } else { "the inventory holds none" };
        bail!(
            "no service to look at: {of}\n  {}\n  try: whose gaps rds s3 --findings FILE",
            notes.join("\n  ").trim_end()
        );
    }
    let rows = coverage(catalogue, &scopes, layer, &results);
    let checks_that_ran = results.checks_that_ran();
    let view = Gaps { catalogue, rows, state: args.state, inputs, checks_that_ran, remarks: notes.clone(), envelope };
    let open = view.rows.iter().any(|row| row.state != State::Proven);
    let nothing = view.shown().next().is_none();
    if nothing {
        notes.push("nothing fits".to_owned());
    }
    // The table says so at its foot.
    notes.extend(view.filter().filter(|_| context.format != Format::Table));
    Ok(Done { text: context.render(&view)?, no: nothing || (args.strict && open), notes })
}

/// Reads findings; returns what to say about them.
fn read(input: &mut dyn BufRead, results: &mut Results) -> Result<Vec<String>, findings::Error> {
    let (mut counted, mut closed, mut no_check) = (0, 0, 0);
    let report = findings::read(input, &mut |result| match (results.add(&result), result.current) {
        (true, _) => counted += 1,
        (false, false) => closed += 1,
        (false, true) => no_check += 1,
    })?;
    let Report { format, other_clouds, not_findings, is_cut, .. } = report;
    let mut notes = vec![format!("{format}: {} of checks", plural(counted, "result"))];
    let reasons =
        [(closed, "archived or closed"), (no_check, "not the result of a check"), (not_findings, "not findings")];
    let ignored = reasons.iter().filter(|(count, _)| *count > 0);
    notes.extend(ignored.map(|(count, reason)| format!("ignored {count}: {reason}")));
    if !other_clouds.is_empty() {
        let names: Vec<&str> = other_clouds.keys().map(|name| &**name).collect();
        let count: u64 = other_clouds.values().sum();
        notes.push(format!("ignored {count}: of another provider ({})", names.join(", ")));
    }
    if is_cut {
        notes.push(findings::ONE_PAGE.to_owned());
    }
    Ok(notes.iter().map(|note| tame(note).into_owned()).collect())
}

/// The services that were asked about, each once.
fn scopes<'c>(selection: &Selection<'c>) -> Vec<Scope<'c>> {
    let mut scopes: Vec<Scope<'c>> = Vec::new();
    for column in selection.columns.iter().flatten() {
        match scopes.iter_mut().find(|scope| scope.service.id == column.service.id) {
            Some(scope) => scope.modes.push(column.mode),
            None => scopes.push(Scope {
                service: column.service,
                modes: vec![column.mode],
                resources: selection.usage.resources(column.service),
            }),
        }
    }
    scopes
}

/// What to say of checks that the catalogue does not know.
fn unknown_checks(results: &Results) -> Option<String> {
    let (unknown, all) = (results.unknown_checks(), results.unknown_checks() + results.checks_that_ran());
    let these = match (unknown, all) {
        (0, _) => return None,
        (1, 1) => "the check that ran is".to_owned(),
        (1, _) => format!("1 of the {all} checks that ran is"),
        _ => format!("{unknown} of the {all} checks that ran are"),
    };
    Some(format!("{these} not among the {} that the catalogue knows", results.known_checks()))
}
