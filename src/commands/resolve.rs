//! `whose resolve`: which service a name means. Names are arguments, or a stream of any mix of kinds on stdin.
//!
//! The stream is the one thing that does not become a view: a record is written for every name as it comes, in order, in
//! constant memory.

use std::borrow::Cow;
use std::io::{BufRead, Write};

use anyhow::{Context as _, bail};
use clap_complete::engine::ArgValueCandidates;
use serde::Serialize;
use serde_json::Value;

use super::telling::retired_note;
use super::{Context, Outcome, completions};
use crate::catalogue::Catalogue;
use crate::catalogue::model::{Control, IdentifierKind, Layer, Name, Service};
use crate::catalogue::resolve::{Match, Meaning, Resolution, retired_name};
use crate::render::{Block, Cell, Format, Grid, Page, Row, Table, Tone, View, tame, values};

/// The longest name of a stream, in bytes: whatever is longer is no list of names.
const LONGEST: usize = 64 * 1024;

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
    let catalogue = context.catalogue();
    let piped = args.names.is_empty() && !std::io::IsTerminal::is_terminal(&std::io::stdin());
    if args.names == ["-"] || piped {
        return stream(args.null, context, catalogue, input, out);
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

fn stream(
    null: bool,
    context: &Context<'_>,
    catalogue: &Catalogue,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let mut no = false;
    match context.format {
        Format::Tsv => {
            let mut memo = Memo::default();
            let mut sheet = Sheet::default();
            each_name(null, input, |name| {
                no |= memo.tell(name, &mut sheet).unwrap_or_else(|| {
                    let text = text(name);
                    let found = Found::new(&text, catalogue);
                    let none = found.resolution.how == Match::None;
                    found.write_line(&mut sheet.long);
                    memo.keep(name, &sheet.long, none);
                    none
                });
                sheet.turn(out)
            })?;
            sheet.write(out)?;
        }
        Format::Ndjson => each_name(null, input, |name| {
            let text = text(name);
            let found = Found::new(&text, catalogue);
            no |= found.resolution.how == Match::None;
            serde_json::to_writer(&mut *out, &found.record(catalogue)).map_err(std::io::Error::from)?;
            Ok(out.write_all(b"\n")?)
        })?,
        // The other formats are one document: they need all names before they can begin.
        _ => {
            let mut kept: Vec<String> = Vec::new();
            each_name(null, input, |name| {
                kept.push(text(name).into_owned());
                Ok(())
            })?;
            let found: Vec<Found<'_>> = kept.iter().map(|name| Found::new(name, catalogue)).collect();
            no = found.iter().any(|found| found.resolution.how == Match::None);
            let view = Names { catalogue, found };
            return Ok(Outcome { text: context.render(&view)?, no, ..Outcome::default() });
        }
    }
    Ok(Outcome { no, ..Outcome::default() })
}

/// A name as text: what of it is none is replaced.
fn text(name: &[u8]) -> Cow<'_, str> {
    // Text, as nearly every name is, is told as such much faster than it is searched for what to replace.
    std::str::from_utf8(name).map_or_else(|_| String::from_utf8_lossy(name), Cow::Borrowed)
}

/// Calls `each` for every name of the stream: one a line, or tabs between them as `aws --output text` writes; with
/// `null`, whatever stands between NULs.
fn each_name(
    null: bool,
    input: &mut dyn BufRead,
    mut each: impl FnMut(&[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (end, between) = if null { (0, 0) } else { (b'\n', b'\t') };
    let mut told = |mut name: &[u8], first: bool| {
        if first {
            name = name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name);
        }
        let name = if null { name } else { name.trim_ascii() };
        if name.is_empty() { Ok(()) } else { each(name) }
    };
    // What of a name stood at the end of the last window.
    let mut rest: Vec<u8> = Vec::new();
    let (mut line, mut first) = (1_u64, true);
    let too_long = |line| {
        let what = if null { "name" } else { "line" };
        anyhow::anyhow!("stdin, {what} {line}: longer than 64 KiB; names are wanted here, one a line")
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
                told(name, first)?;
            } else {
                rest.extend_from_slice(name);
                told(&rest, first)?;
                rest.clear();
            }
            first = false;
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
    told(&rest, first)
}

/// What of the tab-separated stream is gathered before it is written. A line from memory is copied at its slot's full size,
/// which is one machine move or two where a copy of its own length would be a call.
struct Sheet {
    bytes: Box<[u8]>,
    end: usize,
    /// A line that was not remembered.
    long: String,
}

impl Default for Sheet {
    fn default() -> Self {
        Self { bytes: vec![0; 64 << 10].into(), end: 0, long: String::new() }
    }
}

impl Sheet {
    #[inline]
    fn add(&mut self, slot: &Slot) {
        if let Some(room) = self.bytes.get_mut(self.end..self.end + Slot::ROOM) {
            room.copy_from_slice(&slot.line);
            self.end += usize::from(slot.length);
        }
    }

    /// Writes a sheet that is nearly full, and whatever did not come from memory.
    #[inline]
    fn turn(&mut self, out: &mut dyn Write) -> anyhow::Result<()> {
        if self.end + Slot::ROOM > self.bytes.len() || !self.long.is_empty() { self.write(out) } else { Ok(()) }
    }

    fn write(&mut self, out: &mut dyn Write) -> anyhow::Result<()> {
        out.write_all(&self.bytes[..self.end])?;
        out.write_all(self.long.as_bytes())?;
        self.end = 0;
        self.long.clear();
        Ok(())
    }
}

/// Lines of the tab-separated stream that were just told, so that a name that comes again (and in inventories they do, by
/// the thousand) costs a comparison and a copy. Of fixed size: a name has two places, and may lose them to another; one
/// that has come again stays once longer, so that the many names that come once do not drive out the others.
struct Memo {
    slots: Box<[Slot]>,
}

/// A name and its line in one piece, since the line begins with the name.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Slot {
    name: u8,
    length: u8,
    /// Whether the line says that there is no service.
    none: bool,
    /// Whether the name has come again.
    again: bool,
    line: [u8; Self::ROOM],
}

impl Slot {
    const ROOM: usize = 124;
    const EMPTY: Self = Self { name: 0, length: 0, none: false, again: false, line: [0; Self::ROOM] };

    #[inline]
    fn is_of(&self, name: &[u8]) -> bool {
        usize::from(self.name) == name.len() && self.line.get(..name.len()) == Some(name)
    }
}

impl Default for Memo {
    fn default() -> Self {
        Self { slots: vec![Slot::EMPTY; 1 << 14].into() }
    }
}

impl Memo {
    /// Writes the line of `name` if it is remembered; whether it says that there is no service.
    #[inline]
    fn tell(&mut self, name: &[u8], sheet: &mut Sheet) -> Option<bool> {
        let place = self.places(name).into_iter().find(|place| self.slots[*place].is_of(name))?;
        let slot = &mut self.slots[place];
        slot.again = true;
        sheet.add(slot);
        Some(slot.none)
    }

    /// Remembers a line, if it begins with the name as it came and is not too long.
    fn keep(&mut self, name: &[u8], line: &str, none: bool) {
        if line.len() <= Slot::ROOM && line.as_bytes().strip_prefix(name).is_some_and(|rest| rest.starts_with(b"\t")) {
            let places = self.places(name);
            let find = |free: fn(&Slot) -> bool| places.into_iter().find(|place| free(&self.slots[*place]));
            let Some(place) = find(|slot| slot.length == 0).or_else(|| find(|slot| !slot.again)) else {
                for place in places {
                    self.slots[place].again = false;
                }
                return;
            };
            let slot = &mut self.slots[place];
            slot.line[..line.len()].copy_from_slice(line.as_bytes());
            slot.name = u8::try_from(name.len()).unwrap_or(0);
            slot.length = u8::try_from(line.len()).unwrap_or(0);
            slot.none = none;
        }
    }

    #[inline]
    fn places(&self, name: &[u8]) -> [usize; 2] {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut hash = name.len() as u64;
        let mut mix = |word: u64| hash = (hash.rotate_left(5) ^ word).wrapping_mul(ODD);
        for chunk in name.as_chunks::<8>().0 {
            mix(u64::from_le_bytes(*chunk));
        }
        // The last eight bytes overlap the chunk before them; a shorter name is folded byte by byte.
        mix(name.last_chunk().map_or_else(
            || name.iter().fold(1, |word, byte| word << 8 | u64::from(*byte)),
            |last| u64::from_le_bytes(*last),
        ));
        #[allow(clippy::cast_possible_truncation, reason = "14 bits of either half are what is wanted")]
        let [low, high] = [(hash >> 20) as usize, (hash >> 44) as usize];
        [low, high].map(|half| half & (self.slots.len() - 1))
    }
}

/// A name and what it means.
struct Found<'n> {
    name: &'n str,
    resolution: Resolution<'n>,
}

impl<'n> Found<'n> {
    fn new(name: &'n str, catalogue: &'n Catalogue) -> Self {
        Self { name, resolution: catalogue.resolve(name) }
    }

    fn services(&self) -> Vec<&'n str> {
        match &self.resolution.meaning {
            Meaning::Service(service, _) => vec![&*service.id],
            Meaning::Ambiguous(shared) => shared.services.iter().map(|id| &**id).collect(),
            Meaning::Check(proven) => {
                let mut ids: Vec<&str> = proven.iter().map(|proven| &*proven.service.id).collect();
                ids.dedup();
                ids
            }
            _ => Vec::new(),
        }
    }

    fn layers(&self) -> Vec<Layer> {
        let Meaning::Check(proven) = &self.resolution.meaning else { return Vec::new() };
        let is_proven = |layer: &Layer| proven.iter().any(|proven| proven.layer == *layer);
        Layer::ALL.iter().copied().filter(is_proven).collect()
    }

    fn mode(&self) -> Option<&'n str> {
        match self.resolution.meaning {
            Meaning::Service(_, Some(mode)) => Some(&mode.id),
            _ => None,
        }
    }

    fn record(&self, catalogue: &'n Catalogue) -> ResolutionRecord<'n> {
        let unknown = matches!(self.resolution.meaning, Meaning::Unknown);
        ResolutionRecord {
            input: tame(self.name).into_owned(),
            kind: self.resolution.kind,
            r#match: self.resolution.how,
            services: self.services(),
            mode: self.mode(),
            layers: self.layers(),
            control: match self.resolution.meaning {
                Meaning::Control(control) => Some(control),
                _ => None,
            },
            suggestions: if unknown { catalogue.suggestions(self.name, 3) } else { Vec::new() },
            note: self.note(),
        }
    }

    /// The service, and the name of something of it that AWS has ended or will end, where the name is that.
    fn retired(&self) -> Option<(&'n Service, &'n Name)> {
        let Meaning::Service(service, _) = self.resolution.meaning else { return None };
        retired_name(service, self.name).map(|name| (service, name))
    }

    fn note(&self) -> Option<String> {
        match &self.resolution.meaning {
            Meaning::Service(..) => self.retired().map(|(service, name)| retired_note(service, name)),
            Meaning::Ambiguous(shared) | Meaning::NoService(shared) => Some(shared.reason.to_string()),
            _ => None,
        }
    }

    /// The columns of the tab-separated form.
    fn columns(&self) -> [Cow<'n, str>; 4] {
        let services = match self.resolution.meaning {
            Meaning::Service(service, _) => Cow::Borrowed(&*service.id),
            _ => self.services().join(" ").into(),
        };
        [tame(self.name), services, self.mode().unwrap_or_default().into(), self.resolution.how.as_str().into()]
    }

    fn write_line(&self, to: &mut String) {
        let [input, services, mode, how] = self.columns();
        let cell = |cell: &'_ str| if cell.is_empty() { "-".to_owned() } else { cell.to_owned() };
        for piece in [&*input, "\t", &*cell(&services), "\t", &*cell(&mode), "\t", &*how, "\n"] {
            to.push_str(piece);
        }
    }
}

struct Names<'n> {
    catalogue: &'n Catalogue,
    found: Vec<Found<'n>>,
}

/// What a name means.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ResolutionRecord<'n> {
    /// The name as it came, control characters replaced.
    pub input: String,
    /// What kind of name it is, as far as its shape or a table tells.
    pub kind: Option<IdentifierKind>,
    /// How it was matched.
    pub r#match: Match,
    /// The services: one, several where the name is ambiguous, or none.
    pub services: Vec<&'n str>,
    /// The mode, where the name says so much.
    pub mode: Option<&'n str>,
    /// The layers that a check proves, where the name is a check's; the service's in the same place, or the only one.
    pub layers: Vec<Layer>,
    /// The control of NIST SP 800-53 Rev 5, where the name is one's.
    pub control: Option<Control>,
    /// Services of near names, where there is no match.
    pub suggestions: Vec<&'n str>,
    /// Why a name is ambiguous or no service's, or what AWS announced about the end of what is called so.
    pub note: Option<String>,
}

impl<'n> Names<'n> {
    fn typed(&self) -> Vec<ResolutionRecord<'n>> {
        self.found.iter().map(|found| found.record(self.catalogue)).collect()
    }
}

impl View for Names<'_> {
    fn records(&self) -> Vec<Value> {
        values(self.typed())
    }

    fn grid(&self) -> Grid {
        let row = |found: &Found<'_>| found.columns().map(Cow::into_owned).to_vec();
        Grid { columns: vec!["input", "service", "mode", "match"], rows: self.found.iter().map(row).collect() }
    }

    fn page(&self) -> Page {
        let row = |found: &Found<'_>| {
            let record = found.record(self.catalogue);
            let how = record.r#match;
            let means = match &found.resolution.meaning {
                Meaning::Service(service, mode) => {
                    let mode = mode.map_or_else(String::new, |mode| format!("@{}", mode.id));
                    let note = found.note().map_or_else(String::new, |note| format!("\n{note}"));
                    format!("{}{mode} - {}{note}", service.id, service.name)
                }
                Meaning::Ambiguous(shared) => format!("{}: {}", record.services.join(", "), shared.reason),
                Meaning::Check(proven) => {
                    let of = proven.iter().map(|proven| format!("{} {}", proven.service.id, proven.layer));
                    format!("a check of {}", of.collect::<Vec<_>>().join(", "))
                }
                Meaning::Control(control) => {
                    let title = self.catalogue.control(*control).map_or("", |info| &*info.title);
                    format!("NIST control {control}, {title}: whose controls --control \"{control}\"")
                }
                Meaning::NoService(exception) => format!("no service: {}", exception.reason),
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
            let kind = record.kind.map_or("", IdentifierKind::as_str);
            Row::Cells(vec![
                Cell::new(found.name, Tone::Strong),
                Cell::plain(kind),
                Cell::new(how.as_str(), tone),
                Cell::plain(means),
            ])
        };
        let columns = ["Name", "Kind", "Match", "Means"].map(str::to_owned).to_vec();
        Page { blocks: vec![Block::Table(Table { columns, rows: self.found.iter().map(row).collect() })] }
    }
}
