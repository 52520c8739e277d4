//! `whose resolve`: which service a name means. Names are arguments, or a stream of any mix of kinds on stdin.
//!
//! The stream is the one thing that does not become a view: a record is written for every name as it comes, in order, in
//! constant memory.

use std::io::{BufRead, Read, Write};

use anyhow::{Context as _, bail};
use clap_complete::engine::ArgValueCandidates;
use serde::Serialize;

use super::{Context, Outcome, completions};
use crate::catalogue::model::Kind;
use crate::catalogue::resolve::{Match, Meaning, Resolution, Resolver};
use crate::render::{Block, Cell, Format, Grid, Page, Row, Table, Tone, View, tame};

/// The longest line of a stream, in bytes: whatever is longer is no list of names.
const LONGEST_LINE: u64 = 64 * 1024;

/// The arguments of `resolve`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Names of any kind: ids, ARNs, resource types, IAM actions, billing codes; `-` reads them from stdin, one a line
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
    let resolver = context.known.resolver();
    let piped = args.names.is_empty() && !std::io::IsTerminal::is_terminal(&std::io::stdin());
    if args.names == ["-"] || piped {
        return stream(args.null, context, resolver, input, out);
    }
    if args.names.is_empty() {
        bail!("no name to resolve\n  try: whose resolve aws_db_instance, or a list: … | whose resolve -");
    }
    if args.names.iter().any(|name| name == "-") {
        bail!("`-` reads names from stdin and stands alone");
    }
    let found: Vec<Found<'_>> = args.names.iter().map(|name| Found::new(name, resolver)).collect();
    let no = found.iter().any(|found| found.resolution.how == Match::None);
    let view = Names { resolver, found };
    Ok(Outcome { text: context.render(&view)?, no, ..Outcome::default() })
}

fn stream(
    null: bool,
    context: &Context<'_>,
    resolver: Resolver<'_>,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let whole_page =
        matches!(context.format, Format::Table | Format::Json | Format::Yaml | Format::Csv | Format::Markdown);
    let mut kept: Vec<String> = Vec::new();
    let (mut no, mut line, mut number) = (false, Vec::new(), 0_u64);
    let end = if null { 0 } else { b'\n' };
    loop {
        line.clear();
        number += 1;
        let read = (&mut *input).take(LONGEST_LINE + 1).read_until(end, &mut line).context("cannot read stdin")?;
        if read == 0 {
            break;
        }
        if line.last() == Some(&end) {
            line.pop();
        } else if read as u64 > LONGEST_LINE {
            bail!("stdin, line {number}: longer than 64 KiB; names are wanted here, one a line");
        }
        let text = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| number == 1).unwrap_or(&line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let names = text.split(|byte| !null && *byte == b'\t');
        for name in names.map(String::from_utf8_lossy).filter(|name| !name.trim().is_empty()) {
            if whole_page {
                kept.push(name.into_owned());
                continue;
            }
            let found = Found::new(&name, resolver);
            no |= found.resolution.how == Match::None;
            found.write(context.format, resolver, out)?;
        }
    }
    if !whole_page {
        return Ok(Outcome { no, ..Outcome::default() });
    }
    let found: Vec<Found<'_>> = kept.iter().map(|name| Found::new(name, resolver)).collect();
    let no = found.iter().any(|found| found.resolution.how == Match::None);
    let view = Names { resolver, found };
    Ok(Outcome { text: context.render(&view)?, no, ..Outcome::default() })
}

/// A name and what it means.
struct Found<'n> {
    name: &'n str,
    resolution: Resolution<'n>,
}

impl<'n> Found<'n> {
    fn new(name: &'n str, resolver: Resolver<'n>) -> Self {
        Self { name, resolution: resolver.resolve(name) }
    }

    fn services(&self) -> Vec<&'n str> {
        match self.resolution.meaning {
            Meaning::Service(service, _) => vec![&service.id],
            Meaning::Several(exception) => exception.services.iter().map(|id| &**id).collect(),
            _ => Vec::new(),
        }
    }

    fn mode(&self) -> Option<&'n str> {
        match self.resolution.meaning {
            Meaning::Service(_, Some(mode)) => Some(&mode.id),
            _ => None,
        }
    }

    fn record(&self, resolver: Resolver<'n>) -> ResolutionRecord<'n> {
        let unknown = matches!(self.resolution.meaning, Meaning::Unknown);
        ResolutionRecord {
            input: tame(self.name).into_owned(),
            kind: self.resolution.kind,
            r#match: self.resolution.how,
            services: self.services(),
            mode: self.mode(),
            suggestions: if unknown { resolver.suggestions(self.name, 3) } else { Vec::new() },
        }
    }

    /// One record of the stream. The tab-separated form is written without an allocation: it is the one that is fed
    /// millions of names.
    fn write(&self, format: Format, resolver: Resolver<'n>, out: &mut dyn Write) -> anyhow::Result<()> {
        if format == Format::Ndjson {
            serde_json::to_writer(&mut *out, &self.record(resolver)).map_err(std::io::Error::from)?;
            out.write_all(b"\n")?;
            return Ok(());
        }
        out.write_all(tame(self.name).as_bytes())?;
        out.write_all(b"\t")?;
        if let Meaning::Service(service, mode) = self.resolution.meaning {
            out.write_all(service.id.as_bytes())?;
            out.write_all(b"\t")?;
            out.write_all(mode.map_or(&b""[..], |mode| mode.id.as_bytes()))?;
        } else {
            for (place, service) in self.services().into_iter().enumerate() {
                out.write_all(if place > 0 { b" " } else { b"" })?;
                out.write_all(service.as_bytes())?;
            }
            out.write_all(b"\t")?;
        }
        out.write_all(b"\t")?;
        out.write_all(self.resolution.how.word().as_bytes())?;
        out.write_all(b"\n")?;
        Ok(())
    }
}

struct Names<'n> {
    resolver: Resolver<'n>,
    found: Vec<Found<'n>>,
}

/// What a name means.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ResolutionRecord<'n> {
    /// The name as it came, control characters replaced.
    pub input: String,
    /// What kind of name it is, as far as its shape or a table tells.
    pub kind: Option<Kind>,
    /// How it was matched.
    pub r#match: Match,
    /// The services: one, several where the name is ambiguous, or none.
    pub services: Vec<&'n str>,
    /// The mode, where the name says so much.
    pub mode: Option<&'n str>,
    /// Services of near names, where there is no match.
    pub suggestions: Vec<&'n str>,
}

impl<'n> View for Names<'n> {
    type Record = ResolutionRecord<'n>;

    fn records(&self) -> Vec<Self::Record> {
        self.found.iter().map(|found| found.record(self.resolver)).collect()
    }

    fn grid(&self) -> Grid {
        let row = |found: &Found<'_>| {
            vec![
                found.name.to_owned(),
                found.services().join(" "),
                found.mode().unwrap_or_default().to_owned(),
                found.resolution.how.word().to_owned(),
            ]
        };
        Grid { columns: vec!["input", "service", "mode", "match"], rows: self.found.iter().map(row).collect() }
    }

    fn page(&self) -> Page {
        let row = |found: &Found<'n>| {
            let record = found.record(self.resolver);
            let how = record.r#match;
            let means = match found.resolution.meaning {
                Meaning::Service(service, mode) => {
                    let mode = mode.map_or_else(String::new, |mode| format!("@{}", mode.id));
                    format!("{}{mode} - {}", service.id, service.name)
                }
                Meaning::Several(exception) => format!("{}: {}", exception.services.join(", "), exception.reason),
                Meaning::Nothing(exception) => format!("no service: {}", exception.reason),
                Meaning::NoSuchMode(service) => {
                    let modes: Vec<&str> = service.modes.iter().map(|mode| &*mode.id).collect();
                    format!(
                        "{} has no such mode{}{}",
                        service.id,
                        if modes.is_empty() { "" } else { ": " },
                        modes.join(", ")
                    )
                }
                Meaning::Unknown if record.suggestions.is_empty() => "unknown".to_owned(),
                Meaning::Unknown => format!("unknown; near: {}", record.suggestions.join(", ")),
            };
            let tone = if how == Match::None { Tone::Strong } else { Tone::Plain };
            let kind = record.kind.map_or("", Kind::word);
            Row::Cells(vec![
                Cell::new(found.name, Tone::Strong),
                Cell::plain(kind),
                Cell::new(how.word(), tone),
                Cell::plain(means),
            ])
        };
        let columns = ["Name", "Kind", "Match", "Means"].map(str::to_owned).to_vec();
        Page { blocks: vec![Block::Table(Table { columns, rows: self.found.iter().map(row).collect() })] }
    }
}
