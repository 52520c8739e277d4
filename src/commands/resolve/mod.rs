//! `whose resolve`: which service a name means. Names are arguments, or a stream of any mix of kinds on stdin.
//!
//! The stream is the one thing that does not become a view: a record is written for every name as it comes, in order, in
//! constant memory.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Write};

use anyhow::{Context as _, anyhow, bail};
use clap_complete::engine::ArgValueCandidates;

use crate::catalogue::resolve::Match;
use crate::commands::wording::retired_note;
use crate::commands::{Context, Outcome, completions};
use crate::input::{self, NotText};
use crate::output::{Format, csv_line};

mod view;

pub use view::ResolutionRecord;
use view::{COLUMNS, Found, Names};

/// The longest name of a stream, in bytes: whatever is longer is no list of names.
const LONGEST: usize = 64 * 1024;

#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Names of any kind: ids, ARNs, resource types, IAM actions, billing codes; `-` reads them from stdin, one per line
    #[arg(value_name = "NAME", add = ArgValueCandidates::new(completions::services))]
    pub names: Vec<String>,

    /// Names on stdin end with NUL, not with a line break or a tab
    #[arg(short = '0', long)]
    pub null: bool,
}

/// Resolves.
///
/// # Errors
///
/// No name at all, `-` among other names, or an unreadable stdin.
pub fn run(
    args: &Args,
    context: &Context<'_>,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let catalogue = context.catalogue();
    let piped = args.names.is_empty() && !std::io::IsTerminal::is_terminal(&std::io::stdin());
    if args.names == ["-"] || piped {
        return stream(args.null, context, input, out);
    }
    if args.names.is_empty() {
        bail!("no name to resolve\n  try: whose resolve aws_db_instance, or a list: … | whose resolve -");
    }
    if args.names.iter().any(|name| name == "-") {
        bail!("`-` reads names from stdin and stands alone");
    }
    let found: Vec<Found<'_>> = args.names.iter().map(|name| Found::new(name, catalogue)).collect();
    let no = found.iter().any(|found| found.resolution.how == Match::None);
    // A row has no room for it.
    let in_rows = matches!(context.format, Format::Tsv | Format::Csv | Format::Markdown);
    let retired = found.iter().filter_map(Found::retired).filter(|_| in_rows);
    let notes = retired.map(|(service, name)| retired_note(service, name)).collect();
    let view = Names { catalogue, found };
    Ok(Outcome { text: context.render(&view)?, notes, no })
}

/// Answers for the names on stdin. What stands between NULs is taken as it comes; lines are text, however it is delivered.
fn stream(null: bool, context: &Context<'_>, input: &mut dyn BufRead, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    if null {
        return answer(null, context, input, out);
    }
    let text = input::open(input).map_err(|error| match error {
        input::Error::NotText(NotText { what, remedy }) => {
            let step = remedy.step("whose resolve -", "whose resolve - < FILE", "whose resolve --help");
            anyhow!("stdin: {what}\n  try: {step}")
        }
        input::Error::Io(error) => anyhow::Error::new(error).context("cannot read stdin"),
    })?;
    let mut text = BufReader::with_capacity(64 << 10, text.into_reader());
    answer(null, context, &mut text, out)
}

fn answer(null: bool, context: &Context<'_>, input: &mut dyn BufRead, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let catalogue = context.catalogue();
    if !matches!(context.format, Format::Tsv | Format::Csv | Format::Ndjson) {
        // The other formats are one document: they need all names before they can begin.
        let mut kept: Vec<String> = Vec::new();
        each_name(null, input, |name| {
            kept.push(text(name).into_owned());
            Ok(())
        })?;
        let found: Vec<Found<'_>> = kept.iter().map(|name| Found::new(name, catalogue)).collect();
        let no = found.iter().any(|found| found.resolution.how == Match::None);
        let notes = unsuggested(found.iter().filter(|found| found.is_unknown()).count());
        return Ok(Outcome { text: context.render(&Names { catalogue, found })?, notes, no });
    }
    let (mut no, mut unknown) = (false, 0);
    // What is told before a name that ends the stream with an error has been told.
    let mut line = Vec::new();
    if context.format == Format::Csv {
        out.write_all(csv_line(&COLUMNS)?.as_bytes())?;
    }
    each_name(null, input, |name| {
        let text = text(name);
        let found = Found::new(&text, catalogue);
        no |= found.resolution.how == Match::None;
        unknown += usize::from(found.is_unknown());
        line.clear();
        match context.format {
            Format::Csv => line.extend(csv_line(&found.columns())?.into_bytes()),
            Format::Ndjson => {
                let record = found.record(catalogue, unknown <= MAX_SUGGESTED);
                serde_json::to_writer(&mut line, &record).map_err(std::io::Error::from)?;
                line.push(b'\n');
            }
            _ => found.write_line(&mut line),
        }
        Ok(out.write_all(&line)?)
    })?;
    let notes = if context.format == Format::Ndjson { unsuggested(unknown) } else { Vec::new() };
    Ok(Outcome { notes, no, ..Outcome::default() })
}

/// For so many unknown names the near ones are looked up: that takes as long as a hundred other answers, and nobody reads more.
const MAX_SUGGESTED: usize = 1_000;

/// What to say of unknown names for which no near ones were looked up.
fn unsuggested(unknown: usize) -> Vec<String> {
    let note = || format!("near names were looked up for the first {MAX_SUGGESTED} of {unknown} unknown names");
    (unknown > MAX_SUGGESTED).then(note).into_iter().collect()
}

/// A name as text: what of it is none is replaced.
fn text(name: &[u8]) -> Cow<'_, str> {
    // Text, as nearly every name is, is told as such much faster than it is searched for what to replace.
    std::str::from_utf8(name).map_or_else(|_| String::from_utf8_lossy(name), Cow::Borrowed)
}

/// Calls `each` for every name of the stream: one per line, or tabs between them as `aws --output text` writes; with
/// `null`, whatever stands between NULs.
fn each_name(
    null: bool,
    input: &mut dyn BufRead,
    mut each: impl FnMut(&[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (end, between) = if null { (0, 0) } else { (b'\n', b'\t') };
    let mut told = |name: &[u8]| {
        let name = if null { name } else { name.trim_ascii() };
        if name.is_empty() { Ok(()) } else { each(name) }
    };
    // What of a name stood at the end of the last window.
    let mut rest: Vec<u8> = Vec::new();
    let mut line = 1_u64;
    let too_long = |line| {
        let what = if null { "name" } else { "line" };
        anyhow::anyhow!("stdin, {what} {line}: longer than 64 KiB; expected names, one per line")
    };
    loop {
        let window = match input.fill_buf() {
            Ok(window) => window,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error).context("cannot read stdin"),
        };
        if window.is_empty() {
            break;
        }
        let mut from = 0;
        for at in memchr::memchr2_iter(end, between, window) {
            let name = &window[from..at];
            if rest.len() + name.len() > LONGEST {
                return Err(too_long(line));
            }
            if rest.is_empty() {
                told(name)?;
            } else {
                rest.extend_from_slice(name);
                told(&rest)?;
                rest.clear();
            }
            line += u64::from(window[at] == end);
            from = at + 1;
        }
        let name = &window[from..];
        if rest.len() + name.len() > LONGEST {
            return Err(too_long(line));
        }
        rest.extend_from_slice(name);
        let read = window.len();
        input.consume(read);
    }
    told(&rest)
}
