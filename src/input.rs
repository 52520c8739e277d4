//! Input as people have it → UTF-8 text: gzip is unpacked, UTF-16 with a byte order mark is converted, the mark of UTF-8 is
//! left out. Whatever is not text is named, with what makes it readable.
//!
//! [`open`] is used by everything that reads files of others: inventories and findings.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, Cursor, Read};
use std::rc::Rc;

/// How much of an input is looked at to tell what it is: enough for a header, a prologue or a comment.
const MAX_HEAD: u64 = 64 << 10;

/// Why an input could not be opened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The stream failed.
    Io(io::Error),
    /// The input is not text.
    NotText(NotText),
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot be read: {error}"),
            Self::NotText(NotText { what, .. }) => f.write_str(what),
        }
    }
}

// A failure of the stream is told in full by `Display`: it is not the source of another.
impl std::error::Error for Error {}

/// An input that is not text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotText {
    /// What it is, as a sentence: `this is a Parquet file`.
    pub what: String,
    /// What makes it readable.
    pub remedy: Remedy,
}

/// What makes an input readable that is not text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remedy {
    /// A command that prints it as text.
    Convert(Cow<'static, str>),
    /// Something to do by hand.
    Do(Cow<'static, str>),
    /// It holds nothing that could be read.
    None,
}

impl Remedy {
    /// What to do, where `piped` reads a text from stdin, `named` from FILE, and `help` says what is read.
    pub(crate) fn step(&self, piped: &str, named: &str, help: &str) -> String {
        match self {
            Self::Convert(command) => format!("{command} | {piped}"),
            Self::Do(step) => format!("{step}, then: {named}"),
            Self::None => help.to_owned(),
        }
    }
}

/// An input as UTF-8 text, whatever it was delivered as, and its beginning.
pub struct Text<'r> {
    head: Vec<u8>,
    rest: Box<dyn Read + 'r>,
    skipped_lines: usize,
}

impl<'r> Text<'r> {
    /// The first 64 KiB, white space that fills more than that left out.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// How many lines of white space were left out before the head.
    #[must_use]
    pub fn skipped_lines(&self) -> usize {
        self.skipped_lines
    }

    /// Whether the head is the whole text.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        (self.head.len() as u64) < MAX_HEAD / 2
    }

    /// The whole text. Reading it fails at the first NUL.
    #[must_use]
    pub fn into_reader(self) -> Box<dyn Read + 'r> {
        Box::new(Cursor::new(self.head).chain(self.rest))
    }
}

/// Opens `input`: decompresses gzip, decodes UTF-16 with a byte order mark, drops the mark of UTF-8.
///
/// # Errors
///
/// A stream that fails, or an input that is not text.
pub fn open<'r>(input: &'r mut dyn BufRead) -> Result<Text<'r>, Error> {
    let mut head = Vec::new();
    (&mut *input).take(MAX_HEAD).read_to_end(&mut head)?;
    let gzip = head.starts_with(&[0x1f, 0x8b]);
    let mut rest: Box<dyn Read + 'r> = Box::new(input);
    if gzip {
        rest = Box::new(flate2::read::MultiGzDecoder::new(Cursor::new(head).chain(rest)));
        head = Vec::new();
        (&mut rest).take(MAX_HEAD).read_to_end(&mut head)?;
    }
    if let Some(mark) = [[0xff, 0xfe], [0xfe, 0xff]].iter().find(|mark| head.starts_with(&mark[..])) {
        let units = Cursor::new(head.split_off(2)).chain(rest);
        rest = Box::new(Utf16Reader { units, big_endian: mark[0] == 0xfe, high: None, text: Vec::new(), at: 0 });
        head.clear();
        (&mut rest).take(MAX_HEAD).read_to_end(&mut head)?;
    } else if head.starts_with(b"\xef\xbb\xbf") {
        head.drain(..3);
    }
    if let Some(binary) = binary(&head) {
        return Err(Error::NotText(binary));
    }
    let mut rest: Box<dyn Read + 'r> = Box::new(NulGuard { text: rest });
    let skipped_lines = skip_blank_lines(&mut head, &mut rest)?;
    Ok(Text { head, rest, skipped_lines })
}

/// Where white space fills the head, drops whole lines of it until something else stands there.
fn skip_blank_lines(head: &mut Vec<u8>, rest: &mut dyn Read) -> io::Result<usize> {
    let mut lines = 0;
    while head.len() as u64 >= MAX_HEAD && head.iter().all(u8::is_ascii_whitespace) {
        lines += memchr::memchr_iter(b'\n', head).count();
        let last = memchr::memrchr(b'\n', head).map_or(head.len(), |end| end + 1);
        head.drain(..last);
        rest.take(MAX_HEAD).read_to_end(head)?;
    }
    Ok(lines)
}

/// UTF-16 as UTF-8. Half of a surrogate pair becomes the replacement character.
struct Utf16Reader<R> {
    units: R,
    big_endian: bool,
    /// The first half of a pair whose second half is still to come.
    high: Option<u16>,
    text: Vec<u8>,
    at: usize,
}

impl<R: Read> Utf16Reader<R> {
    fn fill(&mut self) -> io::Result<()> {
        const MAX_UNITS: u64 = 8 << 10;
        let mut bytes = Vec::new();
        (&mut self.units).take(2 * MAX_UNITS).read_to_end(&mut bytes)?;
        self.text.clear();
        self.at = 0;
        let unit = |pair: &[u8]| match *pair {
            [a, b] if self.big_endian => u16::from_be_bytes([a, b]),
            [a, b] => u16::from_le_bytes([a, b]),
            _ => 0xfffd,
        };
        let ended = bytes.len() < usize::try_from(2 * MAX_UNITS).unwrap_or(usize::MAX);
        let mut units: Vec<u16> = self.high.take().into_iter().chain(bytes.chunks(2).map(unit)).collect();
        if !ended {
            self.high = units.pop_if(|last| (0xd800..0xdc00).contains(last));
        }
        for char in char::decode_utf16(units) {
            let char = char.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.text.len() {
            self.fill()?;
        }
        let read = (&self.text[self.at..]).read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

/// What NUL says of an input, wherever it stands.
const NUL: &str = "not text: it holds a NUL byte";

/// Whether a stream failed because it is not text, and what that says.
#[must_use]
pub fn not_text(error: &io::Error) -> Option<&'static str> {
    (error.kind() == io::ErrorKind::InvalidData && error.to_string() == NUL).then_some(NUL)
}

/// Text that ends with an error where a NUL stands.
struct NulGuard<R> {
    text: R,
}

impl<R: Read> Read for NulGuard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.text.read(buffer)?;
        match memchr::memchr(0, &buffer[..read]) {
            Some(_) => Err(io::Error::new(io::ErrorKind::InvalidData, NUL)),
            None => Ok(read),
        }
    }
}

/// The longest row of a csv, in bytes. A quote that nobody closes makes one row of all the rest, and no memory may depend on
/// that.
const MAX_ROW_BYTES: usize = 1 << 20;

/// What is said of a row that is longer.
pub(crate) const LONG_ROW: &str = "a row of more than 1 MiB: is a quote left open?";

/// How much of a stream may still be read before the value at hand has ended. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    left: Rc<Cell<usize>>,
    most: usize,
}

impl Budget {
    /// Values of `most` bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self { left: Rc::new(Cell::new(most)), most }
    }

    /// A row of a csv.
    pub(crate) fn of_row() -> Self {
        Self::new(MAX_ROW_BYTES)
    }

    /// A new value begins.
    pub(crate) fn renew(&self) {
        self.left.set(self.most);
    }

    /// A value is passed over, however long it is.
    pub(crate) fn lift(&self) {
        self.left.set(usize::MAX);
    }
}

/// A stream that fails where one value takes more than its budget.
pub(crate) struct Bounded<R> {
    input: R,
    pub(crate) budget: Budget,
}

impl<R: Read> Bounded<R> {
    pub(crate) fn new(input: R, budget: Budget) -> Self {
        Self { input, budget }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.budget.left.get();
        if left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let read = self.input.read(buffer)?;
        self.budget.left.set(left.saturating_sub(read));
        Ok(read)
    }
}

/// Whether a [`Bounded`] met its limit.
pub(crate) fn is_over_budget(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::FileTooLarge
}

/// The first bytes of a format that is not text, what it is, and what to do instead.
struct Magic {
    bytes: &'static [u8],
    what: &'static str,
    remedy: Remedy,
}

const SAVE_AS_CSV: Remedy = Remedy::Do(Cow::Borrowed("save the table as csv"));

const fn convert(command: &'static str) -> Remedy {
    Remedy::Convert(Cow::Borrowed(command))
}

const MAGIC: &[Magic] = &[
    Magic { bytes: b"PAR1", what: "a Parquet file", remedy: convert("duckdb -csv -c \"from 'FILE'\"") },
    Magic { bytes: b"\x28\xb5\x2f\xfd", what: "compressed with zstd", remedy: convert("zstd -dc FILE") },
    Magic { bytes: b"BZh", what: "compressed with bzip2", remedy: convert("bzip2 -dc FILE") },
    Magic { bytes: b"\xfd7zXZ\0", what: "compressed with xz", remedy: convert("xz -dc FILE") },
    Magic { bytes: b"7z\xbc\xaf\x27\x1c", what: "a 7z archive", remedy: convert("7z x -so FILE") },
    Magic { bytes: b"\x7fELF", what: "a program (binary), not text", remedy: Remedy::None },
    Magic { bytes: b"MZ\x90\0", what: "a program (binary), not text", remedy: Remedy::None },
    Magic { bytes: b"\xcf\xfa\xed\xfe", what: "a program (binary), not text", remedy: Remedy::None },
    Magic { bytes: b"\xca\xfe\xba\xbe", what: "a program (binary), not text", remedy: Remedy::None },
    Magic {
        bytes: b"SQLite format 3\0",
        what: "a SQLite database",
        remedy: convert("sqlite3 -csv -header FILE 'select …'"),
    },
    Magic { bytes: b"%PDF-", what: "a PDF", remedy: Remedy::None },
    Magic { bytes: b"\xd0\xcf\x11\xe0", what: "an Office document", remedy: SAVE_AS_CSV },
    Magic { bytes: b"Obj\x01", what: "an Avro file", remedy: convert("avro-tools tojson FILE") },
    Magic { bytes: b"ORC", what: "an ORC file", remedy: SAVE_AS_CSV },
];

/// What an input is that is not text.
fn binary(head: &[u8]) -> Option<NotText> {
    if head.starts_with(b"PK\x03\x04") {
        return Some(zip(head));
    }
    // Names may begin like a short one.
    let known = |magic: &&Magic| {
        head.starts_with(magic.bytes)
            && (magic.bytes.len() > 3 || head.contains(&0) || magic.bytes == b"BZh" && !head.is_ascii())
    };
    if let Some(magic) = MAGIC.iter().find(known) {
        return Some(NotText { what: format!("this is {}", magic.what), remedy: magic.remedy.clone() });
    }
    let nul = memchr::memchr(0, head)?;
    Some(match utf16_order(head) {
        Some(order) => NotText {
            what: "this is UTF-16 without a byte order mark".to_owned(),
            remedy: Remedy::Convert(format!("iconv -f {order} -t UTF-8 FILE").into()),
        },
        None => NotText { what: format!("{NUL} (byte {})", nul + 1), remedy: Remedy::None },
    })
}

/// The byte order of UTF-16, if that is what `head` looks like: the upper byte of most units is zero.
fn utf16_order(head: &[u8]) -> Option<&'static str> {
    const MAX_UNITS: usize = 512;
    let (low, high) = head
        .chunks_exact(2)
        .take(MAX_UNITS)
        .fold((0, 0), |(low, high), pair| (low + usize::from(pair[0] == 0), high + usize::from(pair[1] == 0)));
    let pairs = (head.len() / 2).min(MAX_UNITS);
    match () {
        () if high * 2 > pairs && low * 8 < pairs => Some("UTF-16LE"),
        () if low * 2 > pairs && high * 8 < pairs => Some("UTF-16BE"),
        () => None,
    }
}

/// A plan of Terraform, a workbook, or any other archive.
fn zip(head: &[u8]) -> NotText {
    let holds = |name: &[u8]| memchr::memmem::find(head, name).is_some();
    let (what, remedy) = if holds(b"tfplan") || holds(b"tfstate") || holds(b"tfconfig/") {
        let what = "this is a plan in Terraform's own format, as `terraform plan -out` writes it";
        (what, convert("terraform show -json FILE"))
    } else if holds(b"[Content_Types].xml") || holds(b"xl/") {
        ("this is an Excel workbook", SAVE_AS_CSV)
    } else {
        ("this is a zip archive", convert("unzip -p FILE"))
    };
    NotText { what: what.to_owned(), remedy }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(mut input: &[u8]) -> Result<String, String> {
        let mut text = String::new();
        let opened = open(&mut input).map_err(|error| match error {
            Error::NotText(NotText { what, remedy }) => format!("{what}: {remedy:?}"),
            error @ Error::Io(_) => error.to_string(),
        })?;
        opened.into_reader().read_to_string(&mut text).map_err(|error| error.to_string())?;
        Ok(text)
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn what_is_text_under_a_cover_is_read() {
        let long = "rds\n".repeat(50_000) + "😀\n";
        let gzip = |text: &str| {
            let mut out = Vec::new();
            let mut encoder = flate2::read::GzEncoder::new(text.as_bytes(), flate2::Compression::fast());
            encoder.read_to_end(&mut out).expect("memory");
            out
        };
        // A pair of surrogates over the edge of what is decoded at once.
        let edge = "x".repeat((8 << 10) - 1) + "😀y";
        for (input, text) in [
            (b"rds\n".to_vec(), "rds\n"),
            (b"\xef\xbb\xbfrds".to_vec(), "rds"),
            ([&b"\xff\xfe"[..], &utf16(&long, false)].concat(), &long),
            ([&b"\xfe\xff"[..], &utf16(&long, true)].concat(), &long),
            ([&b"\xff\xfe"[..], &utf16(&edge, false)].concat(), &edge),
            ([&b"\xff\xfe"[..], &utf16("a", false), b"b"].concat(), "a\u{fffd}"),
            (gzip(&long), &long),
            // Bills come in several members, one behind the other.
            ([gzip("a\n"), gzip("b\n")].concat(), "a\nb\n"),
            (Vec::new(), ""),
        ] {
            assert!(opened(&input).as_deref() == Ok(text), "{:?}", &text[..text.len().min(20)]);
        }
    }

    #[test]
    fn white_space_that_fills_the_head_is_left_out_and_its_lines_are_counted() {
        let input = format!("{}   {{}}", "\n".repeat(70_000));
        let mut bytes = input.as_bytes();
        let text = open(&mut bytes).expect("text");
        assert_eq!((text.head().trim_ascii(), text.skipped_lines() >= 65_536), (&b"{}"[..], true));
    }

    #[test]
    fn what_is_not_text_is_named_with_the_way_out() {
        for (input, said) in [
            (&b"PK\x03\x04....tfplan"[..], "terraform show -json"),
            (b"PK\x03\x04....[Content_Types].xml", "Excel"),
            (b"PK\x03\x04....x", "zip archive"),
            (b"PAR1....", "Parquet"),
            (b"\x7fELF\x02\x01\x01", "program"),
            (b"BZh91AY&SY\xff", "bzip2"),
            (b"rds\0s3", "NUL byte (byte 4)"),
            (&utf16("rds\r\ns3", false), "iconv -f UTF-16LE"),
            (&utf16("rds\r\ns3", true), "iconv -f UTF-16BE"),
            // The edge of what is looked at.
            (&[&b"rds\n".repeat(20_000)[..], b"\0"].concat(), "NUL"),
        ] {
            let told = opened(input).expect_err("not text");
            assert!(told.contains(said), "{said}: {told}");
        }
        // Names that begin like a format of bytes are names.
        for name in ["BZh\n", "ORC\n", "MZ\n"] {
            assert_eq!(opened(name.as_bytes()).as_deref(), Ok(name));
        }
    }
}
