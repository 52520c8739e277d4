//! The picture as one self-contained page: the diagram, the matrix with filters, and every cell's duties and sources.
//!
//! Nothing is fetched: no script, style, font or image from elsewhere. Everything is in the page once, as text; the script
//! only filters it and brings a cell's duties to the front, so that the page reads without it, prints whole, and can be
//! searched by the browser.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Picture, PictureCell, PictureColumn, PictureRow, Tone, svg};

/// More columns than this make a diagram that nobody reads; then those that agree everywhere share one.
const MOST_COLUMNS: usize = 12;

/// From so many columns on, what most of them say of a layer is written once.
const FEWEST_FOR_MOST: usize = 4;

/// Facts that are longer stand in a line of their own.
const LONG_FACT: usize = 60;

pub(super) const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

pub(super) fn page(picture: &Picture) -> String {
    let of = Of::new(picture);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content={ "whose " (env!("CARGO_PKG_VERSION")) };
                title { (picture.title) }
                style { (PreEscaped(STYLE)) (PreEscaped(svg::PALETTE)) "@media screen and (prefers-color-scheme:dark){" (PreEscaped(svg::NIGHT)) "}" }
            }
            body {
                header {
                    h1 { (picture.title) }
                    p.foot { (picture.foot) }
                    @if !picture.remarks.is_empty() { (remarks(&picture.remarks)) }
                }
                main {
                    (of.diagram())
                    (of.filters())
                    (of.matrix())
                    (of.duties())
                    (of.sources())
                }
                dialog #cell aria-labelledby="cell-title" { form method="dialog" { button aria-label="Close" { "×" } } div #cell-body {} }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string() + "\n"
}

/// Lines that begin with spaces belong to the one above them.
fn remarks(lines: &[String]) -> Markup {
    html! {
        details.remarks open {
            summary { "Before you read it" }
            ul { @for line in lines { li.sub[line.starts_with(' ')] { (line.trim_start()) } } }
        }
    }
}

/// A picture, and what is read off it once.
struct Of<'p> {
    picture: &'p Picture,
    /// The words of the cells, and how they look.
    words: BTreeMap<&'p str, Tone>,
    teams: BTreeSet<&'p str>,
    /// Of every row the cell that most columns have, if most have the same.
    most: Vec<Option<&'p PictureCell>>,
    /// The sources in the order in which they are met, each with its number.
    sources: Vec<&'p (String, String, String)>,
    numbers: HashMap<&'p str, usize>,
}

impl<'p> Of<'p> {
    fn new(picture: &'p Picture) -> Self {
        let cells = || picture.rows.iter().flat_map(|row| row.cells.iter().flatten());
        let mut of = Self {
            picture,
            words: BTreeMap::new(),
            teams: BTreeSet::new(),
            most: picture.rows.iter().map(most).collect(),
            sources: Vec::new(),
            numbers: HashMap::new(),
        };
        of.words.extend(cells().map(|cell| (&*cell.word, cell.tone)));
        of.teams.extend(cells().filter_map(|cell| cell.team.as_deref()));
        for source in cells().flat_map(|cell| &cell.sources) {
            of.numbers.entry(&source.1).or_insert_with(|| {
                of.sources.push(source);
                of.sources.len()
            });
        }
        of
    }

    /// Whether the words are of what is known, and not of who is responsible.
    fn states(&self) -> bool {
        self.words.values().any(|tone| matches!(tone, Tone::Bad | Tone::Open | Tone::Good))
    }

    fn diagram(&self) -> Markup {
        let (drawn, left_out) = condensed(self.picture);
        let merged = drawn.columns.len() + left_out < self.picture.columns.len();
        html! {
            section.diagram aria-label="Diagram" {
                div.scroll tabindex="0" { (svg::drawing(&drawn, "", false)) }
                p.legend {
                    @for (word, tone) in &self.words {
                        span.key { span class={ "cell " (svg::class(*tone)) } { (word) } " " (meaning(word, *tone)) }
                        " "
                    }
                }
                @if merged || left_out > 0 {
                    p.legend {
                        @if merged { "Services that agree in every layer are drawn as one (+1: and one more). " }
                        @if left_out > 0 { "The " (left_out) " rarest columns are left out here; the matrix has all. " }
                    }
                }
            }
        }
    }

    fn filters(&self) -> Markup {
        let what = if self.states() { "state" } else { "party" };
        html! {
            form.filters #filters aria-label="Filters" hidden {
                label { "Service " input #by-service type="search" placeholder="rds, eks@fargate" autocomplete="off"; }
                label { "Layer "
                    select #by-layer {
                        option value="" { "every layer" }
                        @for row in &self.picture.rows { option value=(row.id) { (row.label) } }
                    }
                }
                label { (if self.states() { "State " } else { "Party " })
                    select #by-party {
                        option value="" { "every " (what) }
                        @for word in self.words.keys() { option value=(word) { (word) } }
                    }
                }
                @if !self.teams.is_empty() {
                    label { "Team "
                        select #by-team {
                            option value="" { "every team" }
                            @for team in &self.teams { option value=(team) { (team) } }
                        }
                    }
                }
                button type="reset" { "Clear" }
                output #left aria-live="polite" {}
            }
        }
    }

    fn matrix(&self) -> Markup {
        let Picture { rows, columns, .. } = self.picture;
        let counted = columns.iter().any(|column| column.resources.is_some());
        let mut groups: Vec<(&str, usize)> = Vec::new();
        for row in rows {
            match groups.last_mut() {
                Some((group, count)) if *group == row.group => *count += 1,
                _ => groups.push((row.group, 1)),
            }
        }
        html! {
            section aria-label="Matrix" {
                h2 { "Matrix" }
                div.scroll.tall tabindex="0" {
                    table.matrix {
                        thead {
                            @if groups.len() > 1 {
                                tr.groups {
                                    td colspan=(1 + usize::from(counted)) {}
                                    @for (group, count) in &groups { th scope="colgroup" colspan=(count) { span { (group) } } }
                                }
                            }
                            tr {
                                th scope="col" { "Service" }
                                @if counted { th.number scope="col" { "Resources" } }
                                @for row in rows { th scope="col" data-layer=(row.id) { span { (row.label) } } }
                            }
                        }
                        tbody {
                            @for (place, column) in columns.iter().enumerate() {
                                tr data-service=(column.label) {
                                    th scope="row" title=(column.name) { (column.label) }
                                    @if counted { td.number { @if let Some(count) = column.resources { (count) } } }
                                    @for (row, most) in rows.iter().zip(&self.most) {
                                        @match row.cells.get(place).and_then(Option::as_ref) {
                                            Some(cell) => td data-layer=(row.id) data-party=(cell.word) data-team=[cell.team.as_ref()] {
                                                (link(column, row, cell, *most, &cell.word))
                                            },
                                            None => td data-layer=(row.id) {},
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn duties(&self) -> Markup {
        let Picture { rows, columns, .. } = self.picture;
        html! {
            section aria-label="Duties" {
                h2 { "Duties and sources" }
                div.duties {
                    @if self.most.iter().any(Option::is_some) {
                        section.service data-most {
                            h3 { "In most of them " small { "what holds for a service that says nothing else below" } }
                            @for (row, cell) in rows.iter().zip(&self.most) {
                                @if let Some(cell) = cell { (self.article(&format!("most--{}", row.id), row, cell)) }
                            }
                        }
                    }
                    @for (place, column) in columns.iter().enumerate() {
                        section.service data-service=(column.label) {
                            h3 { (column.label) " " small { (column.name) } }
                            @for (row, most) in rows.iter().zip(&self.most) {
                                @if let Some(cell) = row.cells.get(place).and_then(Option::as_ref).filter(|cell| Some(*cell) != *most) {
                                    (self.article(&anchor(column, row), row, cell))
                                }
                            }
                            @let same = rows.iter().zip(&self.most).filter(|(row, most)| {
                                row.cells.get(place).and_then(Option::as_ref).is_some_and(|cell| Some(cell) == **most)
                            });
                            @if same.clone().next().is_some() {
                                p.same {
                                    "As in most: "
                                    @for (row, most) in same {
                                        @if let Some(cell) = most {
                                            span data-layer=(row.id) data-party=(cell.word) data-team=[cell.team.as_ref()] {
                                                (link(column, row, cell, *most, row.label.as_str())) " "
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn article(&self, id: &str, row: &PictureRow, cell: &PictureCell) -> Markup {
        let (long, short): (Vec<_>, Vec<_>) = cell.facts.iter().partition(|(_, text)| text.len() > LONG_FACT);
        let mut before = "";
        html! {
            article id=(id) data-layer=(row.id) data-party=(cell.word) data-team=[cell.team.as_ref()] {
                h4 { (row.label) " " span class={ "cell " (svg::class(cell.tone)) } { (cell.word) } }
                dl {
                    @for (who, duty) in &cell.duties {
                        @if *who != before { dt { (who) } }
                        dd { (duty) }
                        (PreEscaped({ before = who; "" }))
                    }
                    @for (label, text) in long { dt.fact { (label) } dd.fact { (text) } }
                    @if !short.is_empty() {
                        dd.fact {
                            @for (place, (label, text)) in short.iter().enumerate() {
                                @if place > 0 { " · " }
                                i { (label) } " " (text)
                            }
                        }
                    }
                    @if !cell.sources.is_empty() {
                        dt.fact { (if self.states() { "checks" } else { "sources" }) }
                        @for (title, url, checked) in &cell.sources {
                            dd.fact {
                                a href=(url) rel="noreferrer" { (title) }
                                (date(checked))
                                @if let Some(number) = self.numbers.get(&**url) { sup { (number) } }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Every page once, with its address in full: for paper, on which no link can be followed.
    fn sources(&self) -> Markup {
        html! {
            section.sources aria-label="Sources" {
                h2 { (if self.states() { "Checks" } else { "Sources" }) }
                ol {
                    @for (title, url, checked) in &self.sources {
                        li {
                            (title) " " a href=(url) rel="noreferrer" { (url) }
                            (date(checked))
                        }
                    }
                }
            }
        }
    }
}

/// When a page was read, where that is known.
fn date(checked: &str) -> Markup {
    html! { @if !checked.is_empty() { " " span.date { "(checked " (checked) ")" } } }
}

/// What a word means, for the legend.
fn meaning(word: &str, tone: Tone) -> &'static str {
    match tone {
        _ if word == "AWS+" => "a part is yours",
        _ if word == "partial" => "some checks passed",
        Tone::Aws => "AWS secures it",
        Tone::Customer => "you do",
        Tone::Shared => "both must act",
        Tone::ThirdParty => "the third party named there does",
        Tone::Bad => "a check says no",
        Tone::Open => "nobody has looked",
        Tone::Good => "every check that ran says yes",
        Tone::Plain | Tone::Strong | Tone::Faint => "",
    }
}

/// The cell that more than half of the columns have in this row, if there are columns enough for that to say something.
fn most(row: &PictureRow) -> Option<&PictureCell> {
    if row.cells.len() < FEWEST_FOR_MOST {
        return None;
    }
    let mut counts: Vec<(&PictureCell, usize)> = Vec::new();
    for cell in row.cells.iter().flatten() {
        match counts.iter_mut().find(|(known, _)| *known == cell) {
            Some((_, count)) => *count += 1,
            None => counts.push((cell, 1)),
        }
    }
    counts.into_iter().find(|(_, count)| *count > row.cells.len() / 2).map(|(cell, _)| cell)
}

/// A link to a cell's duties: its own, or those that it has in common with most.
fn link(
    column: &PictureColumn,
    row: &PictureRow,
    cell: &PictureCell,
    most: Option<&PictureCell>,
    text: &str,
) -> Markup {
    let target = if Some(cell) == most { format!("most--{}", row.id) } else { anchor(column, row) };
    html! { a class={ "cell " (svg::class(cell.tone)) } href={ "#" (target) } { (text) } }
}

fn anchor(column: &PictureColumn, row: &PictureRow) -> String {
    format!("{}--{}", column.label.replace('@', "-at-"), row.id)
}

/// The picture with at most [`MOST_COLUMNS`] columns: those that agree in every layer stand as one. Also, how many columns
/// of the picture are in none of them.
fn condensed(picture: &Picture) -> (Picture, usize) {
    if picture.columns.len() <= MOST_COLUMNS {
        return (picture.clone(), 0);
    }
    let mut groups: BTreeMap<Vec<Option<&str>>, Vec<usize>> = BTreeMap::new();
    for place in 0..picture.columns.len() {
        let profile = picture.rows.iter().map(|row| row.cells[place].as_ref().map(|cell| &*cell.word)).collect();
        groups.entry(profile).or_default().push(place);
    }
    let mut largest_first: BTreeMap<(Reverse<usize>, usize), Vec<usize>> = BTreeMap::new();
    for places in groups.into_values() {
        largest_first.insert((Reverse(places.len()), places[0]), places);
    }
    let mut groups: Vec<Vec<usize>> = largest_first.into_values().collect();
    let rest = groups.split_off(groups.len().min(MOST_COLUMNS));
    let column = |places: &[usize]| {
        let mut column = picture.columns[places[0]].clone();
        if let [_, others @ ..] = places
            && !others.is_empty()
        {
            let more = format!("{} +{}", column.heading.1, others.len());
            more.trim_start().clone_into(&mut column.heading.1);
            column.resources = None;
            let labels: Vec<&str> = places.iter().map(|place| &*picture.columns[*place].label).collect();
            column.name = labels.join(", ");
        }
        column
    };
    let mut made = picture.clone();
    made.columns = groups.iter().map(|places| column(places)).collect();
    for (row, own) in made.rows.iter_mut().zip(&picture.rows) {
        row.cells = groups.iter().map(|places| own.cells[places[0]].clone()).collect();
    }
    (made, rest.iter().map(Vec::len).sum())
}
