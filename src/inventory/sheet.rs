//! Sheets: a Cost and Usage Report, a FOCUS export, Prowler's csv. The header tells which.

use std::io::{self, Read};

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

/// The longest row. A quote that nobody closes makes one row of all the rest, and no memory may depend on that.
const LONGEST_ROW: usize = 1 << 20;

/// The rows of a sheet, whatever their lengths.
pub(super) struct Rows<'r> {
    reader: csv::Reader<Bounded<'r>>,
}

/// A stream of which one row may be read at a time.
struct Bounded<'r> {
    input: &'r mut dyn Read,
    left: usize,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let read = self.input.read(buffer)?;
        self.left = self.left.saturating_sub(read);
        Ok(read)
    }
}

impl<'r> Rows<'r> {
    pub(super) fn new(input: &'r mut dyn Read, separator: u8) -> Self {
        let bounded = Bounded { input, left: LONGEST_ROW };
        Self { reader: csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(bounded) }
    }

    /// The first row.
    pub(super) fn names(&mut self) -> Result<csv::ByteRecord, Error> {
        let names = self.reader.byte_headers().cloned();
        names.map_err(|error| self.fault(error))
    }

    /// The next row, into `row`; whether there is one.
    pub(super) fn next(&mut self, row: &mut csv::ByteRecord) -> Result<bool, Error> {
        self.reader.get_mut().left = LONGEST_ROW;
        self.reader.read_byte_record(row).map_err(|error| self.fault(error))
    }

    fn fault(&self, error: csv::Error) -> Error {
        let line = usize::try_from(self.reader.position().line()).unwrap_or(1);
        let message = error.to_string();
        match error.into_kind() {
            csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                Error::Text(line, "a row of more than 1 MiB: is a quote left open?".to_owned())
            }
            csv::ErrorKind::Io(error) => Error::Io(error),
            _ => Error::Text(line, message),
        }
    }
}

pub(super) fn read(input: &mut dyn Read, header: &Header, sink: &mut dyn Sink) -> Result<&'static str, Error> {
    let mut rows = Rows::new(input, header.separator);
    let names = rows.names()?;
    let place = |wanted: &str| names.iter().position(|name| name == wanted.as_bytes());
    let places: Vec<usize> = header.columns.iter().filter_map(|column| place(column)).collect();
    let identity = header.identity.and_then(place);
    let none = Attributes::default();
    let mut row = csv::ByteRecord::new();
    let mut once = Once::default();
    while rows.next(&mut row)? {
        let value = places.iter().filter_map(|place| row.get(*place)).find(|value| !value.is_empty());
        let Some(value) = value else { continue };
        let name = String::from_utf8_lossy(value);
        // Without a column that tells things apart: a bill names a service once a line, and it is one service.
        let thing = identity.and_then(|place| row.get(place)).map_or_else(|| name.clone(), String::from_utf8_lossy);
        if once.first(&thing) {
            sink.item(Item { name: &name, count: 1, attributes: &none });
        }
    }
    Ok(header.dialect)
}
