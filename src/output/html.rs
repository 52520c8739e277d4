//! The picture as one self-contained page: the matrix with filters, and every answer with its duties and sources.
//!
//! Nothing is fetched: no script, style, font or image from elsewhere, and the page's own policy forbids it. Everything is in
//! the page once, as text; the script only filters it and brings an answer to the front, so that the page reads without it,
//! prints whole, and can be searched by the browser.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use data_encoding::BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Imprint, Picture, PictureCell, PictureColumn, PictureRow, svg};
use crate::sanitize::tame;

/// So many columns stand across, as everyone draws it; more are rows, and the layers stand across.
const MAX_COLUMNS_ACROSS: usize = 6;

/// More rows than this never stand across.
const MAX_ROWS_ACROSS: usize = 24;

/// More remarks than this stand in columns.
const MAX_REMARKS_BELOW_EACH_OTHER: usize = 8;

/// Of more answers than this, paper has the duties only if that is asked for.
const MAX_ANSWERS_ON_PAPER: usize = 500;

/// Facts that are longer stand in a line of their own.
const LONG_FACT: usize = 60;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The word by which the policy of a page allows a script or a style of its own, and no other.
pub(crate) fn policy_hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(&hmac_sha256::Hash::hash(text.as_bytes())))
}

pub(super) fn page(picture: &Picture, imprint: &Imprint) -> String {
    let style = format!("{}{STYLE}", svg::variables());
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        policy_hash(&style),
        policy_hash(SCRIPT)
    );
    let of = Of::new(picture);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content={ "whose " (env!("CARGO_PKG_VERSION")) };
                title { (tame(&picture.title)) }
                style { (PreEscaped(style)) }
            }
            body {
                (of.header(imprint))
                (of.filters())
                main {
                    (of.legend())
                    (of.matrix())
                    (of.about())
                    (of.answers())
                    (of.sources())
                }
                dialog #cell aria-labelledby="cell-title" {
                    button #close type="button" aria-label="Close" { "×" }
                    div #cell-body {}
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string() + "\n"
}

/// A picture, and what is read off it once.
struct Of<'p> {
    picture: &'p Picture,
    /// The words of the cells, what leaves most to the customer first.
    words: Vec<&'p PictureCell>,
    teams: BTreeSet<&'p str>,
    /// Of every row the places of its answers, what leaves most to the customer first.
    order: Vec<Vec<usize>>,
    /// The sources in the order in which they are met, each with its number.
    sources: Vec<&'p (String, String, String)>,
    numbers: HashMap<&'p str, usize>,
}

impl<'p> Of<'p> {
    fn new(picture: &'p Picture) -> Self {
        let rank = |cell: &'p PictureCell| (svg::rank(cell.tone), !cell.is_mine, &*cell.word);
        let mut words = BTreeMap::new();
        let mut of = Self {
            picture,
            words: Vec::new(),
            teams: BTreeSet::new(),
            order: Vec::new(),
            sources: Vec::new(),
            numbers: HashMap::new(),
        };
        for row in &picture.rows {
            let mut order: Vec<usize> = (0..row.answers.len()).collect();
            order.sort_by_key(|place| rank(&row.answers[*place]));
            for cell in order.iter().map(|place| &row.answers[*place]) {
                words.entry(rank(cell)).or_insert(cell);
                of.teams.extend(cell.team.as_deref());
                for source in &cell.sources {
                    of.numbers.entry(&source.1).or_insert_with(|| {
                        of.sources.push(source);
                        of.sources.len()
                    });
                }
            }
            of.order.push(order);
        }
        // A third party is one word, whether it leaves a part to the customer or not.
        for cell in words.into_values() {
            if !of.words.iter().any(|known: &&PictureCell| known.word == cell.word) {
                of.words.push(cell);
            }
        }
        of
    }

    fn cells(&self) -> impl Iterator<Item = &'p PictureCell> {
        self.picture.rows.iter().flat_map(|row| &row.answers)
    }

    /// Whether the columns stand across and the rows down, as in the diagram.
    fn is_diagram(&self) -> bool {
        self.picture.columns.len() <= MAX_COLUMNS_ACROSS || self.picture.rows.len() > MAX_ROWS_ACROSS
    }

    fn header(&self, imprint: &Imprint) -> Markup {
        let Picture { title, summary, remarks, .. } = self.picture;
        let mut facts: Vec<(&str, &str)> = summary.iter().map(|(label, text)| (*label, &**text)).collect();
        facts.push(("Catalogue", &imprint.catalogue));
        facts.extend(imprint.made.iter().map(|made| ("Page made", &**made)));
        html! {
            header {
                h1 { (tame(title)) }
                dl.summary { @for (label, text) in facts { div { dt { (label) } dd { (tame(text)) } } } }
                @if !remarks.is_empty() {
                    section.remarks aria-label="Before you read this" {
                        h2 { "Before you read this" }
                        ul.many[remarks.len() > MAX_REMARKS_BELOW_EACH_OTHER] { @for line in remarks { li.sub[line.starts_with(' ')] { (tame(line.trim_start())) } } }
                    }
                }
            }
        }
    }

    fn filters(&self) -> Markup {
        let Picture { words, rows, rows_are, columns_are, .. } = self.picture;
        let some_mine = self.cells().any(|cell| cell.is_mine) && self.cells().any(|cell| !cell.is_mine);
        let some_derived = self.cells().any(|cell| cell.is_derived);
        let some_overlaid = self.cells().any(|cell| cell.is_overlaid);
        html! {
            form.filters #filters aria-label="Filters" hidden data-of=(columns_are) {
                @if self.picture.columns.len() > 1 {
                    label { (capital(columns_are)) input #by-column type="search" placeholder=[(*columns_are == "services").then_some("rds, eks@fargate")] autocomplete="off"; }
                }
                @if rows.len() > 1 {
                    label { (capital(rows_are))
                        select #by-row {
                            option value="" { "all " (rows_are) }
                            @for (place, row) in rows.iter().enumerate() { option value=(place) { (row.label) } }
                        }
                    }
                }
                label { (words)
                    select #by-word {
                        option value="" { "any" }
                        @if some_mine { option value="*" { "any part of yours" } }
                        @for cell in &self.words { option value=(cell.word) { (tame(&cell.word)) } }
                    }
                }
                @if some_derived || some_overlaid {
                    label { "Basis"
                        select #by-basis {
                            option value="" { "any" }
                            option value="stated" { "stated" }
                            option value="derived" { "derived" }
                            @if some_overlaid { option value="overlaid" { "your overlay" } }
                        }
                    }
                }
                @if !self.teams.is_empty() {
                    label { "Team"
                        select #by-team {
                            option value="" { "any" }
                            @for team in &self.teams { option value=(team) { (tame(team)) } }
                        }
                    }
                }
                button type="reset" { "Clear" }
                output #left aria-live="polite" {}
            }
        }
    }

    /// What the words mean, before the first of them is read.
    fn legend(&self) -> Markup {
        let some_empty = self.picture.rows.iter().any(|row| row.cells.iter().any(Option::is_none));
        html! {
            ul.legend aria-label="What the words mean" {
                @for own in runs(&self.words, |one, other| one.means == other.means) {
                    li {
                        @for place in &own { span class=(class(self.words[*place], false)) { (tame(&self.words[*place].word)) } " " }
                        (self.words[own[0]].means)
                    }
                }
                @if self.cells().any(|cell| cell.is_derived) {
                    li { span.cell.derived { "italic" } " derived: it follows from the category, or from a page about something else" }
                    li { span.cell { "plain" } " stated: a page says so about this service" }
                }
                @if some_empty && !self.picture.empty.is_empty() { li { span.cell.none { "\u{a0}" } " empty: " (self.picture.empty) } }
            }
        }
    }

    fn matrix(&self) -> Markup {
        let Picture { columns, rows, columns_are, rows_are, .. } = self.picture;
        if columns.is_empty() || rows.is_empty() {
            return html! { p.nothing { "Nothing is left to show." } };
        }
        let opens = "A cell opens its duties and sources.";
        html! {
            section.matrix aria-label="Matrix" {
                @if !self.is_diagram() { (self.band()) }
                div.scroll tabindex="0" role="region" aria-label="Matrix, scrolls" {
                    @if self.is_diagram() {
                        table.down {
                            caption { (capital(rows_are)) " down, " (columns_are) " across. " (opens) }
                            (self.head_of_columns())
                            @for group in runs(rows, |one, other| one.group == other.group) { (self.group(group)) }
                        }
                    } @else {
                        table.across {
                            caption { (capital(columns_are)) " down, " (rows_are) " across. " (opens) }
                            colgroup {
                                col.first;
                                @if self.is_counted() { col.count; }
                                @for place in self.across() { col.same[rows[place].is_same] data-row=(place); }
                            }
                            (self.head_of_rows())
                            @for service in runs(columns, is_one_service) { (self.service(service)) }
                        }
                    }
                }
                @if self.is_diagram() { (self.band()) }
            }
        }
    }

    /// The rows in which all columns agree, word by word.
    fn band(&self) -> Markup {
        let Picture { columns, rows, rows_are, columns_are, .. } = self.picture;
        let mut same: Vec<(&PictureCell, Vec<usize>)> = Vec::new();
        for (place, row) in rows.iter().enumerate().filter(|(_, row)| row.is_same) {
            let Some(cell) = row.cell(0) else { continue };
            match same.iter_mut().find(|(known, _)| known.word == cell.word) {
                Some((_, places)) => places.push(place),
                None => same.push((cell, vec![place])),
            }
        }
        html! {
            @if !same.is_empty() {
                div.band {
                    h2 { "The same in all " (columns.len()) " " (columns_are) }
                    @for (cell, places) in &same {
                        p {
                            span class=(class(cell, false)) { (tame(&cell.word)) }
                            @for place in places { " " a data-row=(place) href={ "#" (rows[*place].id) } { (rows[*place].label) } }
                        }
                    }
                    label { input #every type="checkbox" autocomplete="off"; " Show these " (rows_are) " in the matrix, too" }
                }
            }
        }
    }

    /// Services above their modes.
    fn head_of_columns(&self) -> Markup {
        let columns = &self.picture.columns;
        let has_modes = columns.iter().any(|column| !column.heading.1.is_empty());
        let mode_of = |column: &PictureColumn| !column.heading.1.is_empty();
        html! {
            thead {
                @if has_modes {
                    tr {
                        td {}
                        @for service in runs(columns, is_one_service) {
                            th scope="colgroup" colspan=(service.len()) data-columns=(places(&service)) {
                                @if mode_of(&columns[service[0]]) { (columns[service[0]].heading.0) }
                            }
                        }
                    }
                }
                tr {
                    th scope="col" { (capital(self.picture.rows_are)) }
                    @for (place, column) in columns.iter().enumerate() {
                        th scope="col" data-column=(place) data-label=(column.label) data-name=(column.name) title=(column.name) {
                            (if mode_of(column) { &column.heading.1 } else { &column.heading.0 })
                            (under(column))
                        }
                    }
                }
            }
        }
    }

    /// The rows of one group, under its title.
    fn group(&self, group: Vec<usize>) -> Markup {
        let Picture { columns, rows, .. } = self.picture;
        let title = rows[group[0]].group;
        let all_same = group.iter().all(|place| rows[*place].is_same);
        html! {
            tbody {
                @if !title.is_empty() {
                    tr.title.same[all_same] data-rows=(places(&group)) { th scope="rowgroup" colspan=(1 + columns.len()) { span { (title) } } }
                }
                @for place in group {
                    tr.same[rows[place].is_same] data-row=(place) {
                        th scope="row" { (self.row_link(place)) }
                        @for column in 0..columns.len() { (self.cell(place, column)) }
                    }
                }
            }
        }
    }

    /// Layers under their groups; those in which all agree stand behind the others.
    fn head_of_rows(&self) -> Markup {
        let rows = &self.picture.rows;
        let counted = self.is_counted();
        let (same, differing): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(|place| rows[*place].is_same);
        let mut groups: Vec<(&str, Vec<usize>)> = Vec::new();
        for place in differing {
            match groups.last_mut() {
                Some((group, places)) if *group == rows[place].group => places.push(place),
                _ => groups.push((rows[place].group, vec![place])),
            }
        }
        html! {
            thead {
                tr.title {
                    td colspan=(1 + usize::from(counted)) {}
                    @for (group, own) in &groups {
                        th scope="colgroup" colspan=(own.len()) data-rows=(places(own)) { span { (group) } }
                    }
                    @if !same.is_empty() {
                        th.same scope="colgroup" colspan=(same.len()) data-rows=(places(&same)) { span { "The same in all" } }
                    }
                }
                tr {
                    th scope="col" { (capital(self.picture.columns_are)) }
                    @if counted { th.number scope="col" { "Resources" } }
                    @for place in self.across() {
                        th.same[rows[place].is_same] scope="col" data-row=(place) { (self.row_link(place)) }
                    }
                }
            }
        }
    }

    /// The rows in the order in which they stand across.
    fn across(&self) -> impl Iterator<Item = usize> {
        let rows = &self.picture.rows;
        let of = move |same| (0..rows.len()).filter(move |place| rows[*place].is_same == same);
        of(false).chain(of(true))
    }

    fn is_counted(&self) -> bool {
        self.picture.columns.iter().any(|column| column.resources.is_some())
    }

    /// A service, its modes together under its name.
    fn service(&self, service: Vec<usize>) -> Markup {
        let Picture { columns, rows, .. } = self.picture;
        let counted = self.is_counted();
        let several = service.len() > 1;
        let width = 1 + usize::from(counted) + rows.len();
        html! {
            tbody {
                @if several {
                    tr.service data-columns=(places(&service)) {
                        th scope="rowgroup" colspan=(width) { span { (columns[service[0]].heading.0) } }
                    }
                }
                @for place in service {
                    @let column = &columns[place];
                    tr data-column=(place) data-label=(column.label) data-name=(column.name) {
                        th.mode[several] scope="row" title=(column.name) {
                            (if several { &column.heading.1 } else { &column.label })
                            @if let Some(flag) = &column.flag { small { (tame(flag)) } }
                        }
                        @if counted { td.number { @if let Some(count) = column.resources { (count) } } }
                        @for row in self.across() { (self.cell(row, place)) }
                    }
                }
            }
        }
    }

    fn row_link(&self, place: usize) -> Markup {
        let row = &self.picture.rows[place];
        html! {
            @if row.answers.iter().any(says) { a href={ "#" (row.id) } { span { (row.label) } } }
            @else { span { (row.label) } }
        }
    }

    fn cell(&self, place: usize, column: usize) -> Markup {
        let row = &self.picture.rows[place];
        let side_by_side = row.is_same && !self.is_diagram();
        html! {
            td.same[side_by_side] data-row=(place) data-column=(column) {
                @if let Some(cell) = row.cell(column) {
                    @let basis = if cell.is_overlaid { Some("from your overlay") } else if cell.is_derived { Some("derived") } else { None };
                    @if says(cell) {
                        a class=(class(cell, true)) href={ "#" (anchor(row, row.cells[column].unwrap_or_default())) } title=[basis] { (tame(&cell.word)) }
                    } @else {
                        span class=(class(cell, true)) { (tame(&cell.word)) }
                    }
                }
            }
        }
    }

    /// What the columns are, where they are few.
    fn about(&self) -> Markup {
        let about = |column: &&PictureColumn| !column.about.is_empty();
        let columns = &self.picture.columns;
        let told: Vec<(usize, &PictureColumn)> =
            columns.iter().enumerate().filter(|(_, column)| about(column)).take(MAX_COLUMNS_ACROSS + 1).collect();
        html! {
            @if !told.is_empty() && told.len() <= MAX_COLUMNS_ACROSS {
                section.about aria-label=(capital(self.picture.columns_are)) {
                    @for (place, column) in told {
                        div data-column=(place) {
                            h2 { (column.label) @if column.name != column.label { " " small { (column.name) } } }
                            @for text in &column.about { p { (tame(text)) } }
                        }
                    }
                }
            }
        }
    }

    fn answers(&self) -> Markup {
        let rows = self.picture.rows.iter().enumerate().filter(|(_, row)| row.answers.iter().any(says));
        let count = self.cells().filter(|cell| says(cell)).count();
        html! {
            @if count > 0 {
                p.paper {
                    label {
                        input #paper type="checkbox" checked[count <= MAX_ANSWERS_ON_PAPER] autocomplete="off";
                        " Print the duties and sources, too"
                    }
                    span { "The duties and sources of " (count) " different answers are on the page and not in this print." }
                }
            }
            @for (place, row) in rows {
                section.row id=(row.id) data-row=(place) {
                    h2 { (row.label) }
                    @if !row.about.is_empty() { p.about { (tame(&row.about)) } }
                    @if !row.always.is_empty() {
                        div.always { p { "Whatever the service:" } dl { (duties(&row.always)) } }
                    }
                    @for answer in &self.order[place] {
                        @if says(&row.answers[*answer]) { (self.article(row, *answer)) }
                    }
                }
            }
        }
    }

    fn article(&self, row: &PictureRow, answer: usize) -> Markup {
        let cell = &row.answers[answer];
        let (long, short): (Vec<_>, Vec<_>) = cell.facts.iter().partition(|(_, text)| text.len() > LONG_FACT);
        let holds = row.cells.iter().zip(&self.picture.columns).filter(|(own, _)| **own == Some(answer));
        let holds: Vec<&str> = holds.map(|(_, column)| &*column.label).collect();
        let alone = self.picture.columns.len() == 1;
        html! {
            article id=(anchor(row, answer)) data-team=[cell.team.as_ref()] data-mine[cell.is_mine] data-derived[cell.is_derived]
                data-overlaid[cell.is_overlaid] {
                h3 {
                    span class=(class(cell, true)) { (tame(&cell.word)) }
                    @if !alone { " " span.of { (holds.join(", ")) } }
                    @if cell.is_derived { " " span.tag { "derived" } }
                    @if cell.is_overlaid { " " span.tag { "your overlay" } }
                }
                dl {
                    (duties(&cell.duties))
                    @for (label, text) in long { dt.fact { (label) } dd.fact { (tame(text)) } }
                    @if !short.is_empty() {
                        dd.fact {
                            @for (place, (label, text)) in short.iter().enumerate() {
                                @if place > 0 { " · " }
                                i { (label) } " " (tame(text))
                            }
                        }
                    }
                    @if !cell.sources.is_empty() {
                        dt.fact { (self.picture.pages.to_lowercase()) }
                        @for (title, url, checked) in &cell.sources {
                            dd.fact {
                                a href=(url) rel="noreferrer" { (tame(title)) }
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
            @if !self.sources.is_empty() {
                section.sources aria-label=(self.picture.pages) {
                    h2 { (self.picture.pages) }
                    ol {
                        @for (title, url, checked) in &self.sources {
                            li { (tame(title)) " " a href=(url) rel="noreferrer" { (tame(url)) } (date(checked)) }
                        }
                    }
                }
            }
        }
    }
}

/// Duties under whose they are.
fn duties(duties: &[(String, String)]) -> Markup {
    html! {
        @for of in runs(duties, |one, other| one.0 == other.0) {
            dt { (tame(&duties[of[0]].0)) }
            @for place in &of { dd { (tame(&duties[*place].1)) } }
        }
    }
}

/// When a page was read, where that is known.
fn date(checked: &str) -> Markup {
    html! { @if !checked.is_empty() { " " span.date { "(checked " (checked) ")" } } }
}

/// What stands beneath the heading of a column.
fn under(column: &PictureColumn) -> Markup {
    html! {
        @if let Some(count) = column.resources { small { (count) @if count == 1 { " resource" } @else { " resources" } } }
        @if let Some(flag) = &column.flag { small { (tame(flag)) } }
    }
}

/// The places of `list`, those together that stand beside each other and are `alike`.
fn runs<T>(list: &[T], alike: impl FnMut(&T, &T) -> bool) -> Vec<Vec<usize>> {
    let place = |start: &mut usize, run: &[T]| {
        let first = *start;
        *start += run.len();
        Some((first..*start).collect())
    };
    list.chunk_by(alike).scan(0, place).collect()
}

/// Whether two columns are modes of one service.
fn is_one_service(one: &PictureColumn, other: &PictureColumn) -> bool {
    one.heading.0 == other.heading.0
}

fn places(places: &[usize]) -> String {
    places.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Whether there is more to say than the word.
fn says(cell: &PictureCell) -> bool {
    !cell.duties.is_empty() || !cell.facts.is_empty() || !cell.sources.is_empty()
}

/// The classes of a cell; one in a legend is of a word, whatever it rests on.
fn class(cell: &PictureCell, with_basis: bool) -> String {
    let derived = if with_basis && cell.is_derived { " derived" } else { "" };
    format!("cell {}{derived}", svg::class(cell))
}

fn anchor(row: &PictureRow, answer: usize) -> String {
    format!("{}.{}", row.id, answer + 1)
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
