//! Bytes as people send them → UTF-8 text: gzip is unpacked, UTF-16 with a byte order mark is converted, the mark of UTF-8 is
//! left out. All of it streams.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

/// What a gzip file begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The text in `input` as UTF-8.
///
/// # Errors
///
/// A stream that fails. What is wrong with compressed data or with UTF-16 is told while reading.
pub fn decoded<'r>(input: &'r mut dyn BufRead) -> io::Result<Box<dyn BufRead + 'r>> {
    let input = peeled(Box::new(input))?;
    // A compressed file may be UTF-16 again; gzip within gzip is not unpacked.
    Ok(match input {
        Peeled::Gzip(inner) => match peeled(Box::new(BufReader::new(MultiGzDecoder::new(inner))))? {
            Peeled::Gzip(inner) | Peeled::Text(inner) => inner,
        },
        Peeled::Text(inner) => inner,
    })
}

/// What stands behind the first bytes.
enum Peeled<'r> {
    Gzip(Box<dyn BufRead + 'r>),
    Text(Box<dyn BufRead + 'r>),
}

fn peeled<'r>(mut input: Box<dyn BufRead + 'r>) -> io::Result<Peeled<'r>> {
    let mut head = Vec::new();
    (&mut input).take(3).read_to_end(&mut head)?;
    let rest = |skip: usize| Box::new(io::Cursor::new(head[skip..].to_vec()).chain(input));
    Ok(match &head[..] {
        [first, second, ..] if [*first, *second] == GZIP => Peeled::Gzip(rest(0)),
        [0xef, 0xbb, 0xbf] => Peeled::Text(rest(3)),
        [0xff, 0xfe, ..] => Peeled::Text(Box::new(BufReader::new(Utf16::new(rest(2), u16::from_le_bytes)))),
        [0xfe, 0xff, ..] => Peeled::Text(Box::new(BufReader::new(Utf16::new(rest(2), u16::from_be_bytes)))),
        _ => Peeled::Text(rest(0)),
    })
}

/// UTF-16 read as UTF-8. Half a pair becomes the replacement character.
struct Utf16<R> {
    input: R,
    unit: fn([u8; 2]) -> u16,
    /// The first half of a pair whose second half is still to come.
    high: Option<u16>,
    /// UTF-8 that did not fit into the caller's buffer.
    ready: Vec<u8>,
    given: usize,
}

impl<R: Read> Utf16<R> {
    const fn new(input: R, unit: fn([u8; 2]) -> u16) -> Self {
        Self { input, unit, high: None, ready: Vec::new(), given: 0 }
    }

    /// Converts the next few kilobytes into `ready`, which stays empty at the end.
    fn convert(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.given = 0;
        while self.ready.is_empty() {
            let mut bytes = Vec::new();
            (&mut self.input).take(8 << 10).read_to_end(&mut bytes)?;
            if bytes.is_empty() && self.high.is_none() {
                return Ok(());
            }
            let end = bytes.len() < 8 << 10;
            let units = bytes.chunks_exact(2).map(|pair| (self.unit)([pair[0], pair[1]]));
            let mut units: Vec<u16> = self.high.take().into_iter().chain(units).collect();
            if !end && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
                self.high = units.pop();
            }
            let text: String =
                char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
            self.ready.extend_from_slice(text.as_bytes());
            if bytes.len() % 2 == 1 {
                self.ready.extend_from_slice("\u{fffd}".as_bytes());
            }
            if end {
                return Ok(());
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() {
            self.convert()?;
        }
        let read = (&self.ready[self.given..]).read(buffer)?;
        self.given += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn text(bytes: &[u8]) -> io::Result<String> {
        let mut input = bytes;
        let mut text = String::new();
        decoded(&mut input)?.read_to_string(&mut text)?;
        Ok(text)
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(bytes).expect("memory takes it");
        packed.finish().expect("memory takes it")
    }

    #[test]
    fn every_encoding_is_the_same_text() {
        // Longer than one step of the conversion, with a pair across its edge.
        let long = format!("{}\u{1f512}{}", "a".repeat(4095), "ä".repeat(9000));
        for wanted in ["", "x", "plain", "ä\u{1f512}", &long] {
            let mark = format!("\u{feff}{wanted}");
            let little = utf16(&mark, u16::to_le_bytes);
            for bytes in [
                wanted.as_bytes().to_vec(),
                mark.as_bytes().to_vec(),
                little.clone(),
                utf16(&mark, u16::to_be_bytes),
                gzip(wanted.as_bytes()),
                gzip(&little),
                [gzip(wanted.as_bytes()), gzip(b"")].concat(),
            ] {
                assert_eq!(text(&bytes).expect("it is read"), wanted);
            }
        }
    }

    #[test]
    fn what_is_cut_is_told_or_replaced() {
        assert_eq!(text(&[0xff, 0xfe, b'a', 0, b'b']).expect("it is read"), "a\u{fffd}");
        assert_eq!(text(&[0xff, 0xfe, 0x3d, 0xd8]).expect("it is read"), "\u{fffd}");
        let whole = gzip(b"some text");
        assert!(text(&whole[..whole.len() - 4]).is_err());
    }
}
