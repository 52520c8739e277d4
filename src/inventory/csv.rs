//! Tables in csv: bills (Cost and Usage Report, FOCUS, Cost Explorer's console), and any table with a
//! column of ARNs or resource types. The header tells which.

use std::collections::HashMap;
use std::io::Read;

use super::attributes::Attributes;
use super::deduplicator::Deduplicator;
use super::{ANOTHER_PROVIDERS, Error, Item, Visitor, usage};
use crate::input::{self, Bounded, Budget};

/// What a table is, by its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    CostAndUsage,
    Focus,
    CostExplorer,
    Resources,
}

impl Dialect {
    const fn name(self) -> &'static str {
        match self {
            Self::CostAndUsage => "Cost and Usage Report",
            Self::Focus => "FOCUS",
            Self::CostExplorer => "Cost Explorer csv",
            Self::Resources => "csv of resources",
        }
    }
}

/// The columns of a dialect, by their names in lower case without anything but letters and digits, the best first.
struct Columns {
    /// What names a thing.
    names: &'static [&'static str],
    /// What tells things apart.
    identities: &'static [&'static str],
    usage_type: &'static [&'static str],
    operation: &'static [&'static str],
    /// Who offers it; anything but AWS makes the row another provider's.
    providers: &'static [&'static str],
}

const COST_AND_USAGE: Columns = Columns {
    names: &["lineitemproductcode", "productservicecode"],
    identities: &["lineitemresourceid"],
    usage_type: &["lineitemusagetype"],
    operation: &["lineitemoperation"],
    providers: &["billbillingentity"],
};

const FOCUS: Columns = Columns {
    names: &["xservicecode", "servicename"],
    identities: &["resourceid"],
    usage_type: &["xusagetype"],
    operation: &["xoperation"],
    providers: &["serviceprovidername", "publishername", "providername"],
};

const RESOURCES: Columns = Columns {
    names: &["cfnresourcetype", "resourcetype", "arn", "resourcearn", "arns"],
    identities: &["arn", "resourcearn", "arns"],
    usage_type: &[],
    operation: &[],
    providers: &["provider", "cloud", "cloudprovider"],
};

/// Columns of FOCUS besides the service: one of them shows that a table is a bill.
const FOCUS_OTHERS: &[&str] = &[
    "billedcost",
    "effectivecost",
    "chargecategory",
    "chargeperiodstart",
    "billingaccountid",
    "subaccountid",
    "providername",
    "publishername",
    "serviceprovidername",
    "servicecategory",
];

/// What the header says about a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    dialect: Dialect,
    separator: u8,
}

/// A column's name as it is compared.
fn plain(name: &[u8]) -> String {
    String::from_utf8_lossy(name).chars().filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The header, if the text begins with one of a known table.
pub(super) fn header(head: &[u8]) -> Option<Header> {
    let end = memchr::memchr(b'\n', head).unwrap_or(head.len());
    [b',', b';', b'\t'].into_iter().find_map(|separator| {
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).delimiter(separator).from_reader(&head[..end]);
        let mut row = ::csv::ByteRecord::new();
        if !reader.read_byte_record(&mut row).ok()? {
            return None;
        }
        dialect(&row).map(|dialect| Header { dialect, separator })
    })
}

fn dialect(header: &::csv::ByteRecord) -> Option<Dialect> {
    let names: Vec<String> = header.iter().map(plain).collect();
    let any = |wanted: &[&str]| names.iter().any(|name| wanted.contains(&&**name));
    let paid = |cell: &[u8]| cell.ends_with(b"($)") || cell.ends_with(b")") && cell.contains(&b'(');
    let several = names.len() > 1;
    if several && any(COST_AND_USAGE.names) {
        Some(Dialect::CostAndUsage)
    } else if any(FOCUS.names) && (any(FOCUS_OTHERS) || several && any(&["xservicecode"])) {
        Some(Dialect::Focus)
    } else if several && names[0] == "service" && header.iter().skip(1).all(paid) {
        Some(Dialect::CostExplorer)
    } else if any(RESOURCES.names) && header.iter().all(|cell| !cell.starts_with(b"arn:")) {
        Some(Dialect::Resources)
    } else {
        None
    }
}

/// The rows of a table, whatever their lengths.
pub(super) struct Rows<'r> {
    reader: ::csv::Reader<Bounded<&'r mut dyn Read>>,
}

impl<'r> Rows<'r> {
    pub(super) fn new(input: &'r mut dyn Read, separator: u8) -> Self {
        let rows = Bounded::new(input, Budget::of_row());
        Self { reader: ::csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(rows) }
    }

    /// The first row.
    pub(super) fn names(&mut self) -> Result<::csv::ByteRecord, Error> {
        let names = self.reader.byte_headers().cloned();
        names.map_err(|error| self.fault(error))
    }

    /// The next row, into `row`; whether there is one.
    pub(super) fn next(&mut self, row: &mut ::csv::ByteRecord) -> Result<bool, Error> {
        self.reader.get_ref().budget.renew();
        self.reader.read_byte_record(row).map_err(|error| self.fault(error))
    }

    fn fault(&self, error: ::csv::Error) -> Error {
        let line = usize::try_from(self.reader.position().line()).unwrap_or(1);
        let message = error.to_string();
        match error.into_kind() {
            ::csv::ErrorKind::Io(error) if input::is_over_budget(&error) => {
                Error::Text(line, input::LONG_ROW.to_owned())
            }
            ::csv::ErrorKind::Io(error) => Error::Io(error),
            _ => Error::Text(line, message),
        }
    }
}

/// Reads a table.
pub(super) fn read(input: &mut dyn Read, header: Header, visitor: &mut dyn Visitor) -> Result<&'static str, Error> {
    let mut rows = Rows::new(input, header.separator);
    let names = rows.names()?;
    if header.dialect == Dialect::CostExplorer {
        return cost_explorer(&mut rows, &names, visitor);
    }
    let columns = match header.dialect {
        Dialect::CostAndUsage => COST_AND_USAGE,
        Dialect::Focus => FOCUS,
        Dialect::Resources | Dialect::CostExplorer => RESOURCES,
    };
    let bill = matches!(header.dialect, Dialect::CostAndUsage | Dialect::Focus);
    let mut table =
        Table { places: Places::new(&names, &columns), bill, seen: Deduplicator::default(), services: HashMap::new() };
    let mut row = ::csv::ByteRecord::new();
    while rows.next(&mut row)? {
        if is_whole(&row, &names, visitor) {
            table.row(&row, line_of(&row), visitor);
        }
    }
    table.seen.note().into_iter().for_each(|note| visitor.note(note));
    table.finish(visitor);
    Ok(header.dialect.name())
}

fn line_of(row: &::csv::ByteRecord) -> u64 {
    row.position().map_or(0, ::csv::Position::line)
}

/// Whether a row has as many cells as the header. One that has not is named, unless it is blank.
fn is_whole(row: &::csv::ByteRecord, names: &::csv::ByteRecord, visitor: &mut dyn Visitor) -> bool {
    let is_whole = row.len() == names.len();
    if !is_whole && row.iter().any(|cell| !cell.is_empty()) {
        visitor.unseen(&format!("line {}", line_of(row)), "a row with more or fewer cells than the header", 1);
    }
    is_whole
}

/// Whether a cell of a bill says that anything was paid, whichever sign stands before the decimals.
fn is_amount(cell: &[u8]) -> bool {
    cell.iter().any(|byte| (b'1'..=b'9').contains(byte))
}

/// Where the columns of a dialect stand in a table.
struct Places {
    names: Vec<usize>,
    identities: Vec<usize>,
    usage_type: Vec<usize>,
    operation: Vec<usize>,
    providers: Vec<usize>,
}

impl Places {
    fn new(names: &::csv::ByteRecord, columns: &Columns) -> Self {
        let names: Vec<String> = names.iter().map(plain).collect();
        let places = |wanted: &[&str]| {
            wanted.iter().filter_map(|column| names.iter().position(|name| name == column)).collect::<Vec<_>>()
        };
        Self {
            names: places(columns.names),
            identities: places(columns.identities),
            usage_type: places(columns.usage_type),
            operation: places(columns.operation),
            providers: places(columns.providers),
        }
    }
}

/// A bill has some hundred services; those beyond so many names count once a row.
const MAX_SERVICES: usize = 20_000;

/// A table that is being read.
struct Table {
    places: Places,
    bill: bool,
    seen: Deduplicator,
    /// The services of a bill, and whether any of their rows named a resource.
    services: HashMap<String, bool>,
}

impl Table {
    fn row(&mut self, row: &::csv::ByteRecord, line: u64, visitor: &mut dyn Visitor) {
        let cell = |place: &usize| String::from_utf8_lossy(row.get(*place).unwrap_or_default()).trim().to_owned();
        let first = |places: &[usize]| places.iter().map(cell).find(|value| !value.is_empty()).unwrap_or_default();
        let identity = first(&self.places.identities);
        let provider = self.places.providers.iter().map(cell).find(|name| !name.is_empty() && !super::is_aws(name));
        if let Some(provider) = provider {
            return visitor.ignored(&provider, ANOTHER_PROVIDERS, 1);
        }
        let mut names = self.places.names.iter().map(cell).filter(|name| !name.is_empty());
        if self.bill {
            let Some(product) = names.next() else {
                return visitor.unmatched(&format!("line {line}, which names no service"), 1);
            };
            return self.bill_row(&product, &identity, row, visitor);
        }
        // An identity that is no ARN says nothing about the service.
        let names: Vec<String> = names.collect();
        let telling = |name: &&String| name.starts_with("arn:") || name.starts_with("Aws") || name.contains("::");
        let resource_type = names.iter().find(telling);
        let Some(name) = resource_type.or_else(|| names.last()) else {
            return visitor.unmatched(&format!("line {line}, which names no resource"), 1);
        };
        if identity.is_empty() || self.seen.is_new(&identity) {
            visitor.item(Item { name, count: 1, attributes: &Attributes::default() });
        }
    }

    /// A row of a bill: resources count by their ids, a service whose rows name none counts once.
    fn bill_row(&mut self, product: &str, resource: &str, row: &::csv::ByteRecord, visitor: &mut dyn Visitor) {
        let cell = |places: &[usize]| {
            let value = places.first().and_then(|place| row.get(*place)).unwrap_or_default();
            String::from_utf8_lossy(value).into_owned()
        };
        let (usage_type, operation) = (cell(&self.places.usage_type), cell(&self.places.operation));
        if usage::is_transfer(product, &usage_type) {
            return visitor.ignored(product, "data transfer", 1);
        }
        let name = usage::thing(product, &usage_type, &operation).unwrap_or(product);
        let told_apart = self.services.len() < MAX_SERVICES || self.services.contains_key(name);
        if told_apart {
            *self.services.entry(name.to_owned()).or_default() |= !resource.is_empty();
        }
        let once = !resource.is_empty() && self.seen.is_new(&format!("{name} {resource}"));
        if once || resource.is_empty() && !told_apart {
            visitor.item(Item { name, count: 1, attributes: &Attributes::default() });
        }
    }

    /// Hands on the services of a bill none of whose rows named a resource.
    fn finish(self, visitor: &mut dyn Visitor) {
        let mut services: Vec<_> = self.services.into_iter().filter(|(_, counted)| !counted).collect();
        services.sort_unstable();
        for (name, _) in services {
            visitor.item(Item { name: &name, count: 1, attributes: &Attributes::default() });
        }
    }
}

/// The csv that Cost Explorer's console downloads: a column a service, and a row with the sums.
fn cost_explorer(
    rows: &mut Rows<'_>,
    names: &::csv::ByteRecord,
    visitor: &mut dyn Visitor,
) -> Result<&'static str, Error> {
    let mut used = vec![false; names.len()];
    let mut row = ::csv::ByteRecord::new();
    while rows.next(&mut row)? {
        // A row of another length has its amounts in the wrong columns: any of the services may have been paid for.
        let fits = is_whole(&row, names, visitor);
        for (used, cell) in used.iter_mut().zip(&row).skip(1) {
            *used |= is_amount(cell);
        }
        if !fits {
            used.fill(true);
        }
    }
    for (name, used) in names.iter().zip(used).skip(1) {
        let name = String::from_utf8_lossy(name);
        let name = name.rsplit_once('(').map_or(&*name, |(name, _)| name).trim();
        if name.eq_ignore_ascii_case("Total costs") || name.eq_ignore_ascii_case("Total cost") || name.is_empty() {
            continue;
        }
        if used {
            visitor.item(Item { name, count: 1, attributes: &Attributes::default() });
        } else {
            visitor.ignored(name, "nothing was paid for it", 1);
        }
    }
    Ok(Dialect::CostExplorer.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_tells_the_table() {
        for (head, dialect) in [
            ("identity_line_item_id,line_item_product_code\n", Some((Dialect::CostAndUsage, b','))),
            ("identity/LineItemId,lineItem/ProductCode\r\n", Some((Dialect::CostAndUsage, b','))),
            ("\"BilledCost\",\"ServiceName\"\n", Some((Dialect::Focus, b','))),
            ("servicename,providername\n", Some((Dialect::Focus, b','))),
            ("\"Service\",\"EC2-Instances($)\",\"Total costs($)\"\n", Some((Dialect::CostExplorer, b','))),
            ("arn\n", Some((Dialect::Resources, b','))),
            ("\"ResourceARN\",\"Tags\"\n", Some((Dialect::Resources, b','))),
            ("Identifier\tResource type\tRegion\n", Some((Dialect::Resources, b'\t'))),
            // No tables, or none that are known.
            ("line_item_product_code\n", None),
            ("ServiceName\n", None),
            ("ServiceName,Owner\n", None),
            ("Service,Owner\n", None),
            ("arn:aws:s3:::b\n", None),
            ("rds\ts3\n", None),
            ("", None),
        ] {
            let told = header(head.as_bytes()).map(|header| (header.dialect, header.separator));
            assert_eq!(told, dialect, "{head}");
        }
    }
}
