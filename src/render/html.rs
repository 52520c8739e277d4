//! The picture as one self-contained page: the diagram, the matrix with filters, and every cell's duties and sources.
//!
//! Nothing is fetched: no script, style, font or image from elsewhere. Everything is in the page once, as text; the script
//! only filters it and brings a cell's duties to the front, so that the page reads without it, prints whole, and can be
//! searched by the browser.

use std::collections::{BTreeMap, BTreeSet};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Picture, PictureCell, PictureColumn, Tone, svg};

/// More columns than this make a diagram that nobody reads; then those that agree everywhere share one.
const MOST_COLUMNS: usize = 12;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

pub(super) fn page(picture: &Picture) -> String {
    let (mut teams, mut parties): (BTreeSet<&str>, BTreeMap<&str, Tone>) = Default::default();
    teams.extend(cells(picture).filter_map(|(_, _, cell)| cell.team.as_deref()));
    parties.extend(cells(picture).map(|(_, _, cell)| (cell.word, cell.tone)));
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
                    @if !picture.remarks.is_empty() {
                        details.remarks open {
                            summary { "Before you read it" }
                            ul { @for remark in &picture.remarks { li { (remark) } } }
                        }
                    }
                }
                main {
                    section.diagram aria-label="Diagram" {
                        div.scroll { (svg::drawing(&condensed(picture), "", false)) }
                        (legend(&parties))
                    }
                    (filters(picture, &parties, &teams))
                    (matrix(picture))
                    (duties(picture))
                }
                dialog #cell aria-labelledby="cell-title" { form method="dialog" { button aria-label="Close" { "×" } } div #cell-body {} }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string() + "\n"
}

fn cells(picture: &Picture) -> impl Iterator<Item = (&PictureColumn, &'static str, &PictureCell)> {
    picture.rows.iter().flat_map(|row| {
        picture.columns.iter().zip(&row.cells).filter_map(|(column, cell)| Some((column, row.id, cell.as_ref()?)))
    })
}

fn legend(parties: &BTreeMap<&str, Tone>) -> Markup {
    html! {
        p.legend {
            @for (word, tone) in parties { span class={ "cell " (svg::class(*tone)) } { (word) } " " }
            "AWS: AWS secures it. customer: you do. shared: both must act. Every cell says so in words."
        }
    }
}

fn filters(picture: &Picture, parties: &BTreeMap<&str, Tone>, teams: &BTreeSet<&str>) -> Markup {
    html! {
        form.filters #filters aria-label="Filters" hidden {
            label { "Service " input #by-service type="search" placeholder="rds, eks@fargate" autocomplete="off"; }
            label { "Layer "
                select #by-layer {
                    option value="" { "every layer" }
                    @for row in &picture.rows { option value=(row.id) { (row.label) } }
                }
            }
            label { "Party "
                select #by-party {
                    option value="" { "every party" }
                    @for word in parties.keys() { option value=(word) { (word) } }
                }
            }
            @if !teams.is_empty() {
                label { "Team "
                    select #by-team {
                        option value="" { "every team" }
                        @for team in teams { option value=(team) { (team) } }
                    }
                }
            }
            button type="reset" { "Clear" }
            output #left aria-live="polite" {}
        }
    }
}

fn matrix(picture: &Picture) -> Markup {
    let counted = picture.columns.iter().any(|column| column.resources.is_some());
    html! {
        section aria-label="Matrix" {
            h2 { "Matrix" }
            div.scroll {
                table.matrix {
                    thead {
                        tr {
                            th scope="col" { "Service" }
                            @if counted { th.number scope="col" { "Resources" } }
                            @for row in &picture.rows { th scope="col" data-layer=(row.id) { span { (row.label) } } }
                        }
                    }
                    tbody {
                        @for (place, column) in picture.columns.iter().enumerate() {
                            tr data-service=(column.label) {
                                th scope="row" title=(column.name) { (column.label) }
                                @if counted { td.number { @if let Some(count) = column.resources { (count) } } }
                                @for row in &picture.rows {
                                    @match row.cells.get(place).and_then(Option::as_ref) {
                                        Some(cell) => td data-layer=(row.id) data-party=(cell.word) data-team=[cell.team.as_ref()] {
                                            a class={ "cell " (svg::class(cell.tone)) } href={ "#" (anchor(&column.label, row.id)) } { (cell.word) }
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

fn duties(picture: &Picture) -> Markup {
    html! {
        section aria-label="Duties" {
            h2 { "Duties and sources" }
            @for (place, column) in picture.columns.iter().enumerate() {
                section.service data-service=(column.label) {
                    h3 { (column.label) " " small { (column.name) } }
                    @for row in &picture.rows {
                        @if let Some(cell) = row.cells.get(place).and_then(Option::as_ref) {
                            article id=(anchor(&column.label, row.id)) data-layer=(row.id) data-party=(cell.word) data-team=[cell.team.as_ref()] {
                                h4 { (row.label) " " span class={ "cell " (svg::class(cell.tone)) } { (cell.word) } }
                                dl {
                                    @for (who, duty) in &cell.duties { dt { (who) } dd { (duty) } }
                                    @for (label, text) in &cell.facts { dt.fact { (label) } dd.fact { (text) } }
                                    @for (title, url, checked) in &cell.sources {
                                        dt.fact { "source" } dd.fact {
                                            a href=(url) rel="noreferrer" { (title) }
                                            @if !checked.is_empty() { " (checked " (checked) ")" }
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

fn anchor(column: &str, layer: &str) -> String {
    format!("{}--{layer}", column.replace('@', "-at-"))
}

/// The picture with at most [`MOST_COLUMNS`] columns: those that agree in every layer stand as one.
fn condensed(picture: &Picture) -> Picture {
    if picture.columns.len() <= MOST_COLUMNS {
        return picture.clone();
    }
    let mut groups: BTreeMap<Vec<Option<&str>>, Vec<usize>> = BTreeMap::new();
    for place in 0..picture.columns.len() {
        let profile = picture.rows.iter().map(|row| row.cells[place].as_ref().map(|cell| cell.word)).collect();
        groups.entry(profile).or_default().push(place);
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
    groups.sort_by_key(|places| std::cmp::Reverse(places.len()));
    let rest = groups.split_off(groups.len().min(MOST_COLUMNS));
    let column = |places: &[usize]| {
        let mut column = picture.columns[places[0]].clone();
        if places.len() > 1 {
            let more = format!("{} +{} more", column.heading.1, places.len() - 1);
            more.trim_start().clone_into(&mut column.heading.1);
            column.resources = None;
        }
        column
    };
    let mut made = picture.clone();
    made.columns = groups.iter().map(|places| column(places)).collect();
    for (row, own) in made.rows.iter_mut().zip(&picture.rows) {
        row.cells = groups.iter().map(|places| own.cells[places[0]].clone()).collect();
    }
    if !rest.is_empty() {
        made.title = format!("{} (the {MOST_COLUMNS} most common profiles)", made.title);
    }
    made
}
