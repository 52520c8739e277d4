//! How answers are told to people: the words and tones of parties and groups, and the picture that several commands draw.

use crate::analysis::controls::{ControlAnswer, Part, Responsibility};
use crate::analysis::matrix::Holder;
use crate::catalogue::model::{Duty, Id, Layer, Lifecycle, Mode, Name, Party, Service, Stage};
use crate::catalogue::{Answer, Catalogue, Group};
use crate::render::{Cell, PictureCell, PictureColumn, PictureRow, Row, Tone};

/// The tone of a party.
pub(super) fn party_tone(party: Party) -> Tone {
    match party {
        Party::Aws => Tone::Aws,
        Party::Customer => Tone::Customer,
        Party::Shared => Tone::Shared,
        Party::ThirdParty => Tone::ThirdParty,
    }
}

/// What a group is called above its layers.
pub(super) fn group_title(group: Group) -> &'static str {
    match group {
        Group::OfTheCloud => "Security OF the cloud: AWS's, as a rule",
        Group::Moves => "Moves with the category",
        Group::InTheCloud => "Security IN the cloud: yours, as a rule",
    }
}

/// Who holds a layer, as everything that people read says it: `AWS+` where AWS holds it and leaves a part to the customer.
pub(super) fn holder(answer: &Answer<'_>) -> Cell {
    holder_cell(Holder::of(answer))
}

/// A holder, as every table says it.
pub(super) fn holder_cell(holder: Holder<'_>) -> Cell {
    let word = match holder {
        Holder::Aws => "AWS",
        Holder::AwsAndCustomer => "AWS+",
        Holder::Customer => "you",
        Holder::Shared => "both",
        Holder::ThirdParty(name) => name,
    };
    Cell::new(word, party_tone(holder.party()))
}

/// The longest name of a third party that fits a narrow column.
const MAX_NAME_IN_COLUMN: usize = 10;

/// Who holds a layer, in a narrow column.
pub(super) fn short_holder(answer: &Answer<'_>) -> Cell {
    short_holder_cell(Holder::of(answer))
}

/// A holder in a narrow column: third parties with long names are `3rd`.
pub(super) fn short_holder_cell(holder: Holder<'_>) -> Cell {
    let cell = holder_cell(holder);
    if cell.text.chars().count() > MAX_NAME_IN_COLUMN { Cell::new("3rd", cell.tone) } else { cell }
}

/// The most answers of an overlay that are named one by one.
const MAX_OVERLAID: usize = 3;

/// Which of some answers an overlay gives.
pub(super) fn overlay_sentence<'c>(answers: impl Iterator<Item = (Option<&'c Mode>, Answer<'c>)>) -> Option<String> {
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
pub(super) fn lifecycle_sentence(lifecycle: &Lifecycle) -> String {
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
pub(super) fn mode_label(mode: &Mode) -> String {
    let stage = mode.lifecycle.as_ref().map_or_else(String::new, |lifecycle| format!(" ({})", lifecycle.stage));
    format!("{}{stage}", mode.id)
}

/// What to say where somebody asked by a name that stands for something of a service that AWS has ended or will end.
pub(super) fn retired_note(service: &Service, name: &Name) -> String {
    let sentence = name.lifecycle.as_ref().map(lifecycle_sentence).unwrap_or_default();
    let note = name.lifecycle.as_ref().and_then(|lifecycle| lifecycle.note.as_deref());
    let note = note.map_or_else(String::new, |note| format!(" {note}"));
    format!("{}: {sentence}{note} The answer is that of {} ({}).", &**name, service.short_name(), service.id)
}

/// The duties of an answer, the customer's first, each with whose it is: `team` or you, AWS, the third party by name.
pub(super) fn sides<'c>(
    answer: &Answer<'c>,
    team: Option<&'c str>,
) -> impl Iterator<Item = (Party, &'c str, &'c Duty)> + use<'c> {
    let third = answer.split.third_party.as_ref().map_or("third party", |third| &*third.name);
    let names = [(Party::Customer, team.unwrap_or("you")), (Party::Aws, "AWS"), (Party::ThirdParty, third)];
    let answer = *answer;
    names.into_iter().flat_map(move |(party, name)| answer.duties(party).map(move |duty| (party, name, duty)))
}

/// The duties of an answer as rows of a table: `label` beside the first, who must do it, and what. At least one row.
pub(super) fn duty_rows<'c>(label: Vec<Cell>, duties: impl Iterator<Item = (Party, &'c str, &'c Duty)>) -> Vec<Row> {
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

/// Who answers for a control, as people read it.
pub(super) fn responsibility_word(responsibility: Responsibility) -> &'static str {
    match responsibility {
        Responsibility::Inherited => "inherited",
        Responsibility::Shared => "shared",
        Responsibility::Customer => "yours",
        Responsibility::ThirdParty => "third party",
        Responsibility::NotAddressed => "not addressed",
    }
}

/// The tone of who answers for a control.
pub(super) fn responsibility_tone(responsibility: Responsibility) -> Tone {
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
pub(super) struct ControlLine<'c> {
    pub(super) layer: Layer,
    pub(super) side: Party,
    /// The third party's name; none for the two sides that everyone knows.
    pub(super) third_party: Option<&'c str>,
    /// Whether it holds whatever a service says about the layer.
    pub(super) always: bool,
    pub(super) duty: &'c str,
}

/// What is said of a side that holds a layer while none of its duties bears on the control alone.
const HOLDS: &str = "Answer for this layer.";

/// Every duty that bears on a control, layer by layer.
pub(super) fn control_lines<'c>(answer: &ControlAnswer<'c>) -> Vec<ControlLine<'c>> {
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
pub(super) fn control_sources<'c>(catalogue: &'c Catalogue, answer: &ControlAnswer<'c>) -> Vec<&'c Id> {
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
pub(super) fn joined<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(" ")
}

/// A service, in a mode, as a column of a picture.
pub(super) fn picture_column(service: &Service, mode: Option<&Mode>, resources: Option<u64>) -> PictureColumn {
    let id = service.id.to_string();
    match mode {
        Some(mode) => PictureColumn {
            label: format!("{id}@{}", mode.id),
            heading: (id, format!("@{}", mode.id)),
            name: format!("{} - {}", service.name, mode.name),
            resources,
        },
        None => {
            PictureColumn { label: id.clone(), heading: (id, String::new()), name: service.name.to_string(), resources }
        }
    }
}

/// The rows of a picture, top to bottom as everyone draws it: what is the customer's above, facilities below. `columns`
/// are answered one by one; `wanted` leaves cells out.
pub(super) fn picture_rows(
    catalogue: &Catalogue,
    layers: &[Layer],
    columns: &[(&Service, Option<&Mode>)],
    wanted: impl Fn(&Answer<'_>) -> bool,
) -> Vec<PictureRow> {
    let ordered: Vec<Layer> = catalogue.drawn().into_iter().filter(|layer| layers.contains(layer)).collect();
    let cell = |service: &Service, mode: Option<&Mode>, layer: Layer| {
        let answer = catalogue.split(service, mode, layer);
        let split = answer.split;
        let team = catalogue.team(service, layer).filter(|_| answer.duties(Party::Customer).next().is_some());
        let duties = sides(&answer, team).map(|(_, who, duty)| (who.to_owned(), duty.to_string())).collect();
        let mut facts = vec![("basis", answer.basis.to_string()), ("rule", answer.rule.to_string())];
        facts.extend(answer.is_overlaid.then(|| ("origin", "your overlay".to_owned())));
        facts.extend(split.sharing.map(|sharing| ("sharing", sharing.to_string())));
        facts.extend(split.note.iter().map(|note| ("note", note.to_string())));
        let controls: Vec<String> = answer.controls().iter().map(ToString::to_string).collect();
        facts.extend((!controls.is_empty()).then(|| ("NIST 800-53", controls.join(", "))));
        let holder = holder(&answer);
        wanted(&answer).then(|| PictureCell {
            word: holder.text,
            tone: holder.tone,
            team: team.map(str::to_owned),
            duties,
            facts,
            sources: catalogue
                .cited(&split.sources)
                .map(|source| (source.title.to_string(), source.url.to_string(), source.checked.to_string()))
                .collect(),
        })
    };
    let row = |layer| PictureRow {
        id: Layer::as_str(layer),
        label: catalogue.layer(layer).name.to_string(),
        group: group_title(catalogue.group(layer)),
        cells: columns.iter().map(|(service, mode)| cell(service, *mode, layer)).collect(),
    };
    ordered.into_iter().map(row).collect()
}
