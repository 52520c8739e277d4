//! How answers are told to people: the words and tones of parties and groups, and the picture that several commands draw.

use crate::analysis::controls::{ControlAnswer, Part, Responsibility};
use crate::analysis::matrix::{Column, Holder, Matrix};
use crate::catalogue::model::{Basis, Category, Date, Duty, Id, Layer, Lifecycle, Mode, Name, Party, Service, Stage};
use crate::catalogue::{Answer, Catalogue, Group, category};
use crate::output::{Cell, Picture, PictureCell, PictureColumn, PictureRow, Row, Tone};

/// The tone of a party.
pub(crate) fn party_tone(party: Party) -> Tone {
    match party {
        Party::Aws => Tone::Aws,
        Party::Customer => Tone::Customer,
        Party::Shared => Tone::Shared,
        Party::ThirdParty => Tone::ThirdParty,
    }
}

/// What a group is called above its layers.
pub(crate) fn group_title(group: Group) -> &'static str {
    match group {
        Group::OfTheCloud => "Security OF the cloud: AWS's, as a rule",
        Group::Moves => "Moves with the category",
        Group::InTheCloud => "Security IN the cloud: yours, as a rule",
    }
}

/// Who holds a layer, as everything that people read says it: `AWS+` where AWS holds it and leaves a part to the customer.
pub(crate) fn holder(answer: &Answer<'_>) -> Cell {
    holder_cell(Holder::of(answer))
}

/// A holder, as every table says it.
pub(crate) fn holder_cell(holder: Holder<'_>) -> Cell {
    let word = match holder {
        Holder::Aws => "AWS",
        Holder::AwsAndCustomer => "AWS+",
        Holder::Customer => "you",
        Holder::Shared => "both",
        Holder::ThirdParty(name) => name,
    };
    Cell::new(word, party_tone(holder.party()))
}

/// What the words of tables for holders mean.
pub(crate) const HOLDERS: &str = "AWS+: AWS's, with a part for you. both: shared.";

/// The longest name of a third party that fits a narrow column.
pub(crate) const MAX_NAME_IN_COLUMN: usize = 10;

/// A third party in a column that is too narrow for its name.
pub(crate) const THIRD: &str = "3rd";

/// A holder in a column with room for so many characters: a third party whose name is longer is [`THIRD`].
pub(crate) fn narrow_holder(holder: Holder<'_>, room: usize) -> Cell {
    let cell = holder_cell(holder);
    let is_wide = matches!(holder, Holder::ThirdParty(_)) && cell.text.chars().count() > room;
    if is_wide { Cell::new(THIRD, cell.tone) } else { cell }
}

/// Text that is older than this many days is said to be old.
pub(crate) const MAX_AGE_IN_DAYS: i64 = 2 * 365;

/// How old the text is on which answers rest: the months of the oldest and the newest page.
pub(crate) fn age(dates: &[Date], today: Date) -> Option<String> {
    let (&oldest, &newest) = (dates.iter().min()?, dates.iter().max()?);
    let month = |date: Date| date.to_string()[..7].to_owned();
    let old = if oldest.days_until(today) > MAX_AGE_IN_DAYS { " (old)" } else { "" };
    Some(match (month(oldest), month(newest)) {
        (from, to) if from == to => format!("{from}{old}"),
        (from, to) => format!("{from}{old} to {to}"),
    })
}

/// The first duty left to the customer; where none is, the first of who holds the layer.
pub(crate) fn first_duty(answer: &Answer<'_>) -> String {
    let sides = [Party::Customer, Party::ThirdParty, Party::Aws];
    sides.into_iter().find_map(|side| answer.duties(side).next()).map_or_else(String::new, |duty| duty.to_string())
}

/// The most answers of an overlay that are named one by one.
const MAX_OVERLAID: usize = 3;

/// Which of some answers an overlay gives.
pub(crate) fn overlay_sentence<'c>(answers: impl Iterator<Item = (Option<&'c Mode>, Answer<'c>)>) -> Option<String> {
    let (overlaid, others): (Vec<_>, Vec<_>) = answers.partition(|(_, answer)| answer.is_overlaid);
    let mut places: Vec<String> = overlaid
        .iter()
        .map(|(mode, answer)| mode.map_or_else(String::new, |mode| format!("@{} ", mode.id)) + answer.layer.as_str())
        .collect();
    let more = places.len().saturating_sub(MAX_OVERLAID);
    places.truncate(MAX_OVERLAID);
    if more > 0 {
        places.push(format!("and {more} more"));
    }
    match (overlaid.len(), others.len()) {
        (0, _) => None,
        (1, 0) => Some("This answer comes from your overlay.".to_owned()),
        (_, 0) => Some("The answers come from your overlay.".to_owned()),
        _ => Some(format!("Some answers come from your overlay: {}.", places.join(", "))),
    }
}

/// What AWS announced about the end of something, as a sentence.
pub(crate) fn lifecycle_sentence(lifecycle: &Lifecycle) -> String {
    match (lifecycle.stage, lifecycle.date) {
        (Stage::Closed, Some(date)) => format!("Closed to new customers since {date}."),
        (Stage::Closed, None) => "Closed to new customers.".to_owned(),
        (Stage::Ending, Some(date)) => format!("AWS ends it on {date}."),
        (Stage::Ending, None) => "AWS has announced its end.".to_owned(),
        (Stage::Ended, Some(date)) => format!("AWS ended it on {date}."),
        (Stage::Ended, None) => "AWS has ended it.".to_owned(),
    }
}

/// A mode by its id, and whether AWS has announced its end.
pub(crate) fn mode_label(mode: &Mode) -> String {
    let stage = mode.lifecycle.as_ref().map_or_else(String::new, |lifecycle| format!(" ({})", lifecycle.stage));
    format!("{}{stage}", mode.id)
}

/// What to say where somebody asked by a name that stands for something of a service that AWS has ended or will end.
pub(crate) fn retired_note(service: &Service, name: &Name) -> String {
    let sentence = name.lifecycle.as_ref().map(lifecycle_sentence).unwrap_or_default();
    let note = name.lifecycle.as_ref().and_then(|lifecycle| lifecycle.note.as_deref());
    let note = note.map_or_else(String::new, |note| format!(" {note}"));
    format!("{}: {sentence}{note} The answer is that of {} ({}).", &**name, service.short_name(), service.id)
}

/// The duties of an answer, the customer's first, each with whose it is: `team` or you, AWS, the third party by name.
pub(crate) fn sides<'c>(
    answer: &Answer<'c>,
    team: Option<&'c str>,
) -> impl Iterator<Item = (Party, &'c str, &'c Duty)> + use<'c> {
    let third = answer.split.third_party.as_ref().map_or("third party", |third| &*third.name);
    let names = [(Party::Customer, team.unwrap_or("you")), (Party::Aws, "AWS"), (Party::ThirdParty, third)];
    let answer = *answer;
    names.into_iter().flat_map(move |(party, name)| answer.duties(party).map(move |duty| (party, name, duty)))
}

/// The duties of an answer as rows of a table: `label` beside the first, who must do it, and what. At least one row.
pub(crate) fn duty_rows<'c>(label: Vec<Cell>, duties: impl Iterator<Item = (Party, &'c str, &'c Duty)>) -> Vec<Row> {
    let blank = || vec![Cell::default(); label.len()];
    let mut rows: Vec<Row> = Vec::new();
    for (party, name, duty) in duties {
        let mut cells = if rows.is_empty() { label.clone() } else { blank() };
        cells.extend([Cell::new(name, party_tone(party)), Cell::plain(&**duty)]);
        rows.push(Row::Cells(cells));
    }
    if rows.is_empty() {
        let mut cells = label;
        cells.extend([Cell::default(), Cell::default()]);
        rows.push(Row::Cells(cells));
    }
    rows
}

/// The duties in a layer that hold whatever a category or a service says, as [`sides`] gives the others.
pub(crate) fn always_sides(catalogue: &Catalogue, layer: Layer) -> impl Iterator<Item = (Party, &str, &Duty)> {
    let name = |party| if party == Party::Aws { "AWS" } else { "you" };
    catalogue.always(layer).map(move |always| (always.party, name(always.party), always.duty))
}

/// Who answers for a control, as people read it.
pub(crate) fn responsibility_word(responsibility: Responsibility) -> &'static str {
    match responsibility {
        Responsibility::Inherited => "inherited",
        Responsibility::Shared => "shared",
        Responsibility::Customer => "yours",
        Responsibility::ThirdParty => "third party",
        Responsibility::NotAddressed => "not addressed",
    }
}

/// What the word for who answers for a control means.
pub(crate) const fn responsibility_means(responsibility: Responsibility) -> &'static str {
    match responsibility {
        Responsibility::Inherited => "every duty that the catalogue has for it is AWS's",
        Responsibility::Shared => "each side has a part",
        Responsibility::Customer => "you answer for it; what AWS does beside it is an offer",
        Responsibility::ThirdParty => "a third party answers for it",
        Responsibility::NotAddressed => "no duty in the catalogue bears on it",
    }
}

/// The tone of who answers for a control.
pub(crate) fn responsibility_tone(responsibility: Responsibility) -> Tone {
    match responsibility {
        Responsibility::Inherited => Tone::Aws,
        Responsibility::Shared => Tone::Shared,
        Responsibility::Customer => Tone::Customer,
        Responsibility::ThirdParty => Tone::ThirdParty,
        Responsibility::NotAddressed => Tone::Open,
    }
}

/// A duty that bears on a control: where, whose, and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ControlLine<'c> {
    pub(crate) layer: Layer,
    pub(crate) side: Party,
    /// The third party's name; none for the two sides that everyone knows.
    pub(crate) third_party: Option<&'c str>,
    /// Whether it holds whatever a service says about the layer.
    pub(crate) always: bool,
    pub(crate) duty: &'c str,
}

/// What is said of a side that holds a layer while none of its duties bears on the control alone.
const HOLDS: &str = "No duty is named; this side has a part in the layer.";

/// Every duty that bears on a control, layer by layer.
pub(crate) fn control_lines<'c>(answer: &ControlAnswer<'c>) -> Vec<ControlLine<'c>> {
    answer.parts.iter().flat_map(part_lines).collect()
}

fn part_lines<'c>(part: &Part<'c>) -> Vec<ControlLine<'c>> {
    let split = part.answer.split;
    let third_name = split.third_party.as_ref().map(|third| &*third.name);
    let line = |side, always, duty| ControlLine {
        layer: part.layer(),
        side,
        third_party: third_name.filter(|_| side == Party::ThirdParty),
        always,
        duty,
    };
    let sides = [(Party::Aws, &part.aws), (Party::Customer, &part.customer), (Party::ThirdParty, &part.third_party)];
    let mut lines = Vec::new();
    for (side, duties) in sides {
        lines.extend(duties.iter().map(|duty| line(side, false, &duty.text)));
        let always = part.always.iter().filter(|always| always.party == side);
        lines.extend(always.map(|always| line(side, true, &always.duty.text)));
        // Who shares it or holds it is named, even where its duties speak of other controls.
        let holds = split.party == side || split.party == Party::Shared && side != Party::ThirdParty;
        if holds && part.duties(side).next().is_none() {
            lines.push(line(side, false, HOLDS));
        }
    }
    lines
}

/// The keys of the pages on which an answer about a control rests, each once.
pub(crate) fn control_sources<'c>(catalogue: &'c Catalogue, answer: &ControlAnswer<'c>) -> Vec<&'c Id> {
    let mut keys: Vec<&Id> = Vec::new();
    for part in &answer.parts {
        let bears = part.duties_of_split().next().is_some();
        let own = bears.then_some(&part.answer.split.sources);
        let always = catalogue.every_service().get(&part.layer()).filter(|_| !part.always.is_empty());
        for key in own.into_iter().chain(always.map(|split| &split.sources)).flatten() {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    keys
}

/// Values inside one cell, joined by a space.
pub(crate) fn joined<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(" ")
}

/// What running a service is, by its category.
pub(crate) const fn kind_sentence(category: Category) -> &'static str {
    match category {
        Category::Infrastructure => "Infrastructure service: AWS runs the machines, you run what is on them.",
        Category::Container => "Container service (AWS's word, not Docker's): AWS runs the platform for you.",
        Category::Abstracted => "Abstracted service: AWS runs everything behind an endpoint.",
    }
}

/// A service, in a mode, as a column of a picture.
pub(crate) fn picture_column(service: &Service, mode: Option<&Mode>, resources: Option<u64>) -> PictureColumn {
    let id = service.id.to_string();
    let (label, heading, name) = match mode {
        Some(mode) => {
            (format!("{id}@{}", mode.id), (id, format!("@{}", mode.id)), format!("{} - {}", service.name, mode.name))
        }
        None => (id.clone(), (id, String::new()), service.name.to_string()),
    };
    let lifecycle = mode.and_then(|mode| mode.lifecycle.as_ref()).or(service.lifecycle.as_ref());
    let mut about = vec![kind_sentence(category(service, mode)).to_owned()];
    about.extend(lifecycle.map(lifecycle_sentence));
    about.extend(service.reviewed.map(|day| format!("Its whole file was read against AWS's pages on {day}.")));
    PictureColumn { label, heading, name, resources, flag: lifecycle.map(lifecycle_sentence), about }
}

/// What the word for the holder of a layer means.
const fn holder_means(party: Party, is_mine: bool) -> &'static str {
    match party {
        Party::Aws if is_mine => "AWS secures it and leaves a part to you",
        Party::Aws => "AWS secures it",
        Party::Customer => "you secure it",
        Party::Shared => "both must act",
        Party::ThirdParty => "this third party secures it",
    }
}

/// An answer, with everything about it.
pub(crate) fn picture_cell(catalogue: &Catalogue, answer: &Answer<'_>, team: Option<&str>) -> PictureCell {
    let split = answer.split;
    let team = team.filter(|_| answer.is_mine());
    let mut facts = vec![("basis", answer.basis.to_string()), ("rule", answer.rule.to_string())];
    facts.extend(answer.is_overlaid.then(|| ("origin", "your overlay".to_owned())));
    facts.extend(split.sharing.map(|sharing| ("sharing", sharing.to_string())));
    facts.extend(split.note.iter().map(|note| ("note", note.to_string())));
    let controls: Vec<String> = answer.controls().iter().map(ToString::to_string).collect();
    facts.extend((!controls.is_empty()).then(|| ("NIST 800-53", controls.join(", "))));
    let holder = holder(answer);
    PictureCell {
        word: holder.text,
        means: holder_means(split.party, answer.is_mine()),
        tone: holder.tone,
        is_mine: answer.is_mine(),
        is_derived: answer.basis == Basis::Derived,
        is_overlaid: answer.is_overlaid,
        team: team.map(str::to_owned),
        duties: sides(answer, team).map(|(_, who, duty)| (who.to_owned(), duty.to_string())).collect(),
        facts,
        sources: catalogue
            .cited(&split.sources)
            .map(|source| (source.title.to_string(), source.url.to_string(), source.checked.to_string()))
            .collect(),
    }
}

/// A layer as a row of a picture, without its cells.
pub(crate) fn picture_row(catalogue: &Catalogue, layer: Layer) -> PictureRow {
    let info = catalogue.layer(layer);
    PictureRow {
        id: layer.to_string(),
        label: info.name.to_string(),
        group: group_title(catalogue.group(layer)),
        about: info.definition.to_string(),
        ..PictureRow::default()
    }
}

/// The picture of answers in layers: top to bottom as everyone draws it, what is the customer's above, facilities below.
/// `answers` has those of a layer, one a column, with the team that holds the customer's side; none where a filter leaves it
/// out.
pub(crate) fn picture<'c>(
    catalogue: &'c Catalogue,
    layers: &[Layer],
    columns: Vec<PictureColumn>,
    answers: impl Fn(Layer) -> Vec<Option<(Answer<'c>, Option<&'c str>)>>,
) -> Picture {
    let ordered: Vec<Layer> = catalogue.drawn().into_iter().filter(|layer| layers.contains(layer)).collect();
    let mut picture = Picture {
        words: "Party",
        pages: "Sources",
        empty: "hidden by the filter that was asked for",
        columns_are: "services",
        rows_are: "layers",
        columns,
        ..Picture::default()
    };
    let (mut stated, mut derived, mut overlaid) = (0, 0, 0);
    let mut dates: Vec<Date> = Vec::new();
    for layer in ordered {
        let mut row = picture_row(catalogue, layer);
        row.always = catalogue
            .always(layer)
            .map(|own| (if own.party == Party::Aws { "AWS" } else { "you" }.to_owned(), own.duty.to_string()))
            .collect();
        for answer in answers(layer) {
            if let Some((answer, _)) = &answer {
                stated += usize::from(answer.basis == Basis::Stated);
                derived += usize::from(answer.basis == Basis::Derived);
                overlaid += usize::from(answer.is_overlaid);
                dates.extend(catalogue.cited(&answer.split.sources).map(|source| source.checked));
            }
            row.push(answer.map(|(answer, team)| picture_cell(catalogue, &answer, team)));
        }
        picture.rows.push(row);
    }
    picture.summary.push((
        "Answers",
        format!("{}: {stated} stated by a page about the service, {derived} derived", stated + derived),
    ));
    picture.summary.extend((overlaid > 0).then(|| ("From your overlay", overlaid.to_string())));
    picture.summary.extend(age(&dates, catalogue.date()).map(|age| ("Text of", age)));
    picture
}

/// The picture of a matrix, in which the layers stand back on which all columns agree.
pub(crate) fn matrix_picture<'c>(catalogue: &'c Catalogue, matrix: &Matrix<'c>) -> Picture {
    let of = |(column, answers): (&Column<'c>, &[Option<Answer<'c>>])| {
        let mut drawn = picture_column(column.service, column.mode, column.resources);
        drawn.about.extend(overlay_sentence(answers.iter().flatten().map(|answer| (None, *answer))));
        drawn
    };
    let mut picture = picture(catalogue, matrix.layers(), matrix.answers().map(of).collect(), |layer| {
        let answer = |(column, answers): (&Column<'c>, &[Option<Answer<'c>>])| {
            let own = answers.iter().flatten().find(|answer| answer.layer == layer).copied();
            own.map(|answer| (answer, catalogue.team(column.service, layer)))
        };
        matrix.answers().map(answer).collect()
    });
    if matrix.columns().len() > 1 {
        let same: Vec<String> =
            matrix.fold().same.iter().flat_map(|(_, layers)| layers).map(ToString::to_string).collect();
        for row in &mut picture.rows {
            row.is_same = same.contains(&row.id);
        }
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_says_what_is_old() {
        let date = |text: &str| text.parse::<Date>().expect("a date");
        let age =
            |dates: &[&str]| super::age(&dates.iter().map(|text| date(text)).collect::<Vec<_>>(), date("2026-11-20"));
        assert_eq!(age(&["2026-04-12", "2026-08-03"]).as_deref(), Some("2026-04 to 2026-08"));
        assert_eq!(age(&["2026-04-12", "2026-04-01"]).as_deref(), Some("2026-04"));
        assert_eq!(age(&["2024-11-19", "2026-08-03"]).as_deref(), Some("2024-11 (old) to 2026-08"));
        assert_eq!(age(&["2024-11-21"]).as_deref(), Some("2024-11"));
        assert_eq!(age(&[]), None);
    }
}
