//! How answers are told to people: the words and tones of parties and groups, and the picture that several commands draw.

use super::records::cited;
use crate::catalogue::Answer;
use crate::catalogue::model::{Catalogue, Group, Layer, Mode, Party, Service};
use crate::render::{Cell, PictureCell, PictureColumn, PictureRow, Tone};

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
        Group::OfTheCloud => "OF THE CLOUD: AWS's in every service",
        Group::Moves => "MOVES with the category",
        Group::InTheCloud => "IN THE CLOUD: yours in every service, as a rule",
    }
}

/// The party as people read it.
pub(super) fn party_word(party: Party) -> &'static str {
    match party {
        Party::Aws => "AWS",
        Party::Customer => "customer",
        Party::Shared => "shared",
        Party::ThirdParty => "third party",
    }
}

/// The party in a table.
pub(super) fn party_cell(party: Party) -> Cell {
    Cell::new(party_word(party), party_tone(party))
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
    wanted: impl Fn(Party) -> bool,
) -> Vec<PictureRow> {
    let mut ordered: Vec<Layer> = catalogue.grouped().into_iter().filter(|layer| layers.contains(layer)).collect();
    ordered.reverse();
    let cell = |service: &Service, mode: Option<&Mode>, layer: Layer| {
        let Answer { split, rule, basis } = catalogue.split(service, mode, layer);
        let team = catalogue.team(service, layer).filter(|_| !split.customer.is_empty());
        let third = split.third_party.iter().flat_map(|third| third.duties.iter().map(|duty| (&*third.name, duty)));
        let yours = split.customer.iter().map(|duty| (team.unwrap_or("you"), duty));
        let duties = yours.chain(split.aws.iter().map(|duty| ("AWS", duty))).chain(third);
        let mut facts = vec![("basis", basis.to_string()), ("rule", rule.to_string())];
        facts.extend((service.overlaid || split.overlaid).then(|| ("origin", "your overlay".to_owned())));
        facts.extend(split.sharing.map(|sharing| ("sharing", sharing.to_string())));
        facts.extend(split.note.iter().map(|note| ("note", note.to_string())));
        if !split.controls.is_empty() {
            let controls: Vec<String> = split.controls.iter().map(ToString::to_string).collect();
            facts.push(("NIST 800-53", controls.join(", ")));
        }
        wanted(split.party).then(|| PictureCell {
            word: party_word(split.party),
            tone: party_tone(split.party),
            team: team.map(str::to_owned),
            duties: duties.map(|(who, duty)| (who.to_owned(), duty.to_string())).collect(),
            facts,
            sources: cited(catalogue, split)
                .into_iter()
                .map(|source| (source.title().to_owned(), source.url(), source.checked.to_string()))
                .collect(),
        })
    };
    let row = |layer| PictureRow {
        id: Layer::word(layer),
        label: catalogue.layer(layer).name.to_string(),
        group: group_title(catalogue.group(layer)),
        cells: columns.iter().map(|(service, mode)| cell(service, *mode, layer)).collect(),
    };
    ordered.into_iter().map(row).collect()
}
