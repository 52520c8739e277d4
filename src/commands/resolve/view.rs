//! What names mean, as records, rows, lines of a stream and a table for people.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use super::MAX_SUGGESTED;
use crate::catalogue::Catalogue;
use crate::catalogue::model::{Control, IdentifierKind, Layer, Name, Service};
use crate::catalogue::resolve::{Match, Meaning, Resolution, retired_name};
use crate::commands::wording::retired_note;
use crate::output::{Block, Cell, Grid, Page, Row, Table, Tone, View, values};
use crate::sanitize::tame;

/// The columns of the tab-separated form and of csv.
pub(super) const COLUMNS: [&str; 5] = ["input", "service", "mode", "match", "origin"];

/// A name and what it means.
pub(super) struct Found<'n> {
    name: &'n str,
    pub(super) resolution: Resolution<'n>,
}

impl<'n> Found<'n> {
    pub(super) fn new(name: &'n str, catalogue: &'n Catalogue) -> Self {
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

    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.resolution.meaning, Meaning::Unknown)
    }

    pub(super) fn record(&self, catalogue: &'n Catalogue, suggests: bool) -> ResolutionRecord<'n> {
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
            suggestions: if suggests && self.is_unknown() { catalogue.suggestions(self.name, 3) } else { Vec::new() },
            note: self.note(),
            origin: self.origin(),
        }
    }

    fn origin(&self) -> Option<&'static str> {
        let Meaning::Service(service, _) = self.resolution.meaning else { return None };
        (!service.overlaid.is_empty()).then_some("overlay")
    }

    /// The service, and the name of something of it that AWS has ended or will end, where the name is that.
    pub(super) fn retired(&self) -> Option<(&'n Service, &'n Name)> {
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
    pub(super) fn columns(&self) -> [Cow<'n, str>; 5] {
        let services = match self.resolution.meaning {
            Meaning::Service(service, _) => Cow::Borrowed(&*service.id),
            _ => self.services().join(" ").into(),
        };
        [
            tame(self.name),
            services,
            self.mode().unwrap_or_default().into(),
            self.resolution.how.as_str().into(),
            self.origin().unwrap_or_default().into(),
        ]
    }

    pub(super) fn write_line(&self, to: &mut Vec<u8>) {
        for (place, cell) in self.columns().iter().enumerate() {
            to.extend_from_slice(if place > 0 { b"\t" } else { b"" });
            to.extend_from_slice(if cell.is_empty() { b"-" } else { cell.as_bytes() });
        }
        to.push(b'\n');
    }
}

pub(super) struct Names<'n> {
    pub(super) catalogue: &'n Catalogue,
    pub(super) found: Vec<Found<'n>>,
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
    /// Services of near names, where there is no match; of many unknown names, for the first thousand.
    pub suggestions: Vec<&'n str>,
    /// Why a name is ambiguous or no service's, or what AWS announced about the end of what is called so.
    pub note: Option<String>,
    /// `overlay` where an overlay adds the service or changes answers of it.
    pub origin: Option<&'static str>,
}

impl<'n> Names<'n> {
    fn typed(&self) -> Vec<ResolutionRecord<'n>> {
        let mut unknown = 0;
        let record = |found: &Found<'n>| {
            unknown += usize::from(found.is_unknown());
            found.record(self.catalogue, unknown <= MAX_SUGGESTED)
        };
        self.found.iter().map(record).collect()
    }
}

impl View for Names<'_> {
    fn records(&self) -> Vec<Value> {
        values(self.typed())
    }

    fn grid(&self) -> Grid {
        let row = |found: &Found<'_>| found.columns().map(Cow::into_owned).to_vec();
        Grid { columns: COLUMNS.to_vec(), rows: self.found.iter().map(row).collect() }
    }

    fn page(&self) -> Page {
        let row = |(found, record): (&Found<'_>, ResolutionRecord<'_>)| {
            let how = record.r#match;
            let means = match &found.resolution.meaning {
                Meaning::Service(service, mode) => {
                    let mode = mode.map_or_else(String::new, |mode| format!("@{}", mode.id));
                    let note = found.note().map_or_else(String::new, |note| format!("\n{note}"));
                    let origin = found.origin().map_or("", |_| " (your overlay)");
                    format!("{}{mode} - {}{origin}{note}", service.id, service.name)
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
        Page {
            blocks: vec![Block::Table(Table { columns, rows: self.found.iter().zip(self.typed()).map(row).collect() })],
        }
    }
}
