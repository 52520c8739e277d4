//! Sheets: a Cost and Usage Report, a FOCUS export, Prowler's csv. The header tells which.

use std::collections::BTreeSet;
use std::io::Read;

use super::findings::Once;
use super::{Attributes, Error, Item, Sink};

/// What the header says about a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    dialect: &'static str,
    separator: u8,
    /// The columns that name a service or a resource, the best first.
    columns: &'static [&'static str],
    /// The column that names the single thing, where rows repeat it.
    identity: Option<&'static str>,
}

/// The kinds of sheet that are known.
const SHEETS: &[(&str, u8, &[&str], Option<&str>)] = &[
    (
        "Cost and Usage Report",
        b',',
        &["line_item_product_code", "lineItem/ProductCode", "product_servicecode", "product/servicecode"],
        None,
    ),
    ("FOCUS", b',', &["x_ServiceCode", "ServiceName"], None),
    ("Prowler csv", b';', &["RESOURCE_UID", "SERVICE_NAME"], Some("RESOURCE_UID")),
];

/// The header, if the text begins with one of a known sheet.
pub(super) fn header(head: &[u8]) -> Option<Header> {
    let first = head.split(|byte| *byte == b'\n').next()?;
    let first = String::from_utf8_lossy(first);
    SHEETS.iter().find_map(|&(dialect, separator, columns, identity)| {
        let names: Vec<&str> = first.trim().split(char::from(separator)).map(|name| name.trim_matches('"')).collect();
        let known = names.len() > 1 && columns.iter().any(|column| names.contains(column));
        known.then_some(Header { dialect, separator, columns, identity })
    })
}

pub(super) fn read(input: &mut dyn Read, header: &Header, sink: &mut dyn Sink) -> Result<&'static str, Error> {
    let mut reader = csv::ReaderBuilder::new().delimiter(header.separator).flexible(true).from_reader(input);
    let fault = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::Io(error),
        other => {
            let line = match &other {
                csv::ErrorKind::Utf8 { pos: Some(position), .. } => position.line(),
                _ => 1,
            };
            Error::Text(usize::try_from(line).unwrap_or(1), format!("{other:?}"))
        }
    };
    let names = reader.byte_headers().map_err(fault)?.clone();
    let place = |wanted: &str| names.iter().position(|name| name == wanted.as_bytes());
    let places: Vec<usize> = header.columns.iter().filter_map(|column| place(column)).collect();
    let identity = header.identity.and_then(place);
    let none = Attributes::default();
    let mut row = csv::ByteRecord::new();
    let (mut once, mut told) = (Once::default(), BTreeSet::new());
    while reader.read_byte_record(&mut row).map_err(fault)? {
        let value = places.iter().filter_map(|place| row.get(*place)).find(|value| !value.is_empty());
        let Some(value) = value else { continue };
        let name = String::from_utf8_lossy(value);
        let new = match identity.and_then(|place| row.get(place)) {
            Some(id) => once.first(&String::from_utf8_lossy(id)),
            // A bill names a service once a line; it is one service.
            None => told.len() < 100_000 && told.insert(name.clone().into_owned()),
        };
        if new {
            sink.item(Item { name: &name, count: 1, attributes: &none });
        }
    }
    Ok(header.dialect)
}
