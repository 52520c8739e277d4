//! JSON read as it comes: no tree, a buffer of fixed size, and values that nobody wants passed over at the speed of a
//! search for quotes.
//!
//! A plan of a hundred megabytes holds a megabyte that matters. Parsers that build values or visit every byte of every
//! string spend their time on the rest; this one spends it on what is asked for.

use std::io::Read;

use super::Error;

/// The size of the window on the stream.
const WINDOW: usize = 64 << 10;
/// Deeper than any inventory; shallow enough to keep the account of open brackets small.
const DEEPEST: usize = 10_000;
/// The longest text that is ever asked for: a name, a type, an attribute's value.
const LONGEST: usize = 1 << 20;

pub(super) struct Json<'r> {
    input: &'r mut dyn Read,
    window: Box<[u8]>,
    at: usize,
    end: usize,
    /// Line breaks in windows that have passed.
    lines: usize,
    depth: usize,
    /// While a value is passed over: one truth value an open bracket, whether it is an object's.
    skipped: Vec<bool>,
}

impl<'r> Json<'r> {
    pub(super) fn new(input: &'r mut dyn Read) -> Self {
        Self { input, window: vec![0; WINDOW].into(), at: 0, end: 0, lines: 0, depth: 0, skipped: Vec::new() }
    }

    pub(super) fn fault(&self, message: impl Into<String>) -> Error {
        let line = self.lines + memchr::memchr_iter(b'\n', &self.window[..self.at.min(self.end)]).count() + 1;
        Error::Text(line, message.into())
    }

    /// The next window; whether there is one.
    fn fill(&mut self) -> Result<bool, Error> {
        self.lines += memchr::memchr_iter(b'\n', &self.window[..self.end]).count();
        self.at = 0;
        self.end = 0;
        loop {
            match self.input.read(&mut self.window) {
                Ok(read) => {
                    self.end = read;
                    return Ok(read > 0);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn byte(&mut self) -> Result<u8, Error> {
        if self.at == self.end && !self.fill()? {
            return Err(self.fault("the JSON ends in the middle"));
        }
        let byte = self.window[self.at];
        self.at += 1;
        Ok(byte)
    }

    /// The byte at hand, if the window is not used up.
    #[inline]
    fn here(&self) -> Option<u8> {
        if self.at < self.end { self.window.get(self.at).copied() } else { None }
    }

    /// The first byte of the next value or sign, white space passed over.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<u8, Error> {
        match self.here() {
            Some(byte) if byte > b' ' => Ok(byte),
            _ => self.peek_further(),
        }
    }

    #[cold]
    fn peek_further(&mut self) -> Result<u8, Error> {
        loop {
            let byte = self.byte()?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                self.at -= 1;
                return Ok(byte);
            }
        }
    }

    #[inline]
    fn sign(&mut self, wanted: u8) -> Result<(), Error> {
        if self.here() == Some(wanted) {
            self.at += 1;
            return Ok(());
        }
        let byte = self.peek()?;
        if byte != wanted {
            return Err(self.unexpected(byte, &format!("`{}`", char::from(wanted))));
        }
        self.at += 1;
        Ok(())
    }

    fn unexpected(&self, byte: u8, wanted: &str) -> Error {
        self.fault(format!("no JSON: `{}` where {wanted} should stand", char::from(byte).escape_default()))
    }

    /// Nothing but white space may follow the document.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        loop {
            if self.at == self.end && !self.fill()? {
                return Ok(());
            }
            let byte = self.window[self.at];
            if !byte.is_ascii_whitespace() {
                return Err(self.unexpected(byte, "the end"));
            }
            self.at += 1;
        }
    }

    fn open(&mut self, sign: u8) -> Result<(), Error> {
        self.sign(sign)?;
        self.depth += 1;
        if self.depth > DEEPEST { Err(self.too_deep()) } else { Ok(()) }
    }

    fn too_deep(&self) -> Error {
        self.fault(format!("nested more than {DEEPEST} levels deep"))
    }

    /// Reads an object; `field` must read or skip the value of every field that it is called for.
    pub(super) fn object(&mut self, mut field: impl FnMut(&str, &mut Self) -> Result<(), Error>) -> Result<(), Error> {
        self.fields(&mut field)
    }

    /// One body for all readers of objects: there are many, and the time goes into what they skip.
    fn fields(&mut self, field: &mut dyn FnMut(&str, &mut Self) -> Result<(), Error>) -> Result<(), Error> {
        self.open(b'{')?;
        let mut key = String::new();
        if self.peek()? == b'}' {
            self.at += 1;
            self.depth -= 1;
            return Ok(());
        }
        loop {
            self.text(&mut key)?;
            self.sign(b':')?;
            field(&key, self)?;
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    self.depth -= 1;
                    return Ok(());
                }
                byte => return Err(self.unexpected(byte, "`,` or `}`")),
            }
        }
    }

    /// Reads a list; `item` must read or skip every item that it is called for.
    pub(super) fn array(&mut self, mut item: impl FnMut(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        self.items(&mut item)
    }

    fn items(&mut self, item: &mut dyn FnMut(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        self.open(b'[')?;
        if self.peek()? == b']' {
            self.at += 1;
            self.depth -= 1;
            return Ok(());
        }
        loop {
            item(self)?;
            match self.peek()? {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    self.depth -= 1;
                    return Ok(());
                }
                byte => return Err(self.unexpected(byte, "`,` or `]`")),
            }
        }
    }

    /// An object if there is one; any other value is passed over.
    pub(super) fn maybe_object(
        &mut self,
        field: impl FnMut(&str, &mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.peek()? == b'{' { self.object(field) } else { self.skip() }
    }

    /// A list if there is one; any other value is passed over.
    pub(super) fn maybe_array(&mut self, item: impl FnMut(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        if self.peek()? == b'[' { self.array(item) } else { self.skip() }
    }

    /// A text, into `out`.
    pub(super) fn text(&mut self, out: &mut String) -> Result<(), Error> {
        self.sign(b'"')?;
        let mut bytes = std::mem::take(out).into_bytes();
        bytes.clear();
        loop {
            if self.at == self.end && !self.fill()? {
                return Err(self.fault("the JSON ends in the middle of a text"));
            }
            let rest = &self.window[self.at..self.end];
            let stop = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            bytes.extend_from_slice(&rest[..stop]);
            self.at += stop;
            if bytes.len() > LONGEST {
                return Err(self.fault("a name or a value of more than 1 MiB"));
            }
            if self.at < self.end {
                let sign = self.window[self.at];
                self.at += 1;
                if sign == b'"' {
                    break;
                }
                self.escape(&mut bytes)?;
            }
        }
        *out = String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Ok(())
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let plain = match self.byte()? {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            sign @ (b'"' | b'\\' | b'/') => char::from(sign),
            b'u' => {
                let high = self.hex()?;
                let mut unit = u32::from(high);
                if (0xd800..0xdc00).contains(&high) {
                    // The second half of a pair; anything else stands for what cannot be read.
                    if self.byte()? == b'\\' && self.byte()? == b'u' {
                        let low = self.hex()?;
                        if (0xdc00..0xe000).contains(&low) {
                            unit = 0x10000 + ((u32::from(high) - 0xd800) << 10) + (u32::from(low) - 0xdc00);
                        }
                    } else {
                        return Err(self.fault("half of a surrogate pair"));
                    }
                }
                char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            byte => return Err(self.unexpected(byte, "an escape")),
        };
        out.extend_from_slice(plain.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    fn hex(&mut self) -> Result<u16, Error> {
        let mut unit = 0;
        for _ in 0..4 {
            let byte = self.byte()?;
            let Some(digit) = char::from(byte).to_digit(16) else { return Err(self.unexpected(byte, "a hex digit")) };
            unit = unit << 4 | digit;
        }
        Ok(u16::try_from(unit).unwrap_or_default())
    }

    /// A text, or the word of a number or truth value; nothing for null, lists and objects, which are passed over.
    pub(super) fn scalar(&mut self, out: &mut String) -> Result<bool, Error> {
        out.clear();
        match self.peek()? {
            b'"' => self.text(out).map(|()| true),
            b'{' | b'[' => self.skip().map(|()| false),
            _ => {
                self.word(out)?;
                let there = out != "null";
                if !there {
                    out.clear();
                }
                Ok(there)
            }
        }
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self, out: &mut String) -> Result<(), Error> {
        loop {
            if self.at == self.end && !self.fill()? {
                break;
            }
            let byte = self.window[self.at];
            if !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'+' | b'.') {
                break;
            }
            out.push(char::from(byte));
            self.at += 1;
            if out.len() > 1000 {
                break;
            }
        }
        let number = out.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && out.parse::<f64>().is_ok();
        if number || matches!(&**out, "true" | "false" | "null") {
            return Ok(());
        }
        let byte = if self.at < self.end { self.window[self.at] } else { b' ' };
        Err(if out.is_empty() {
            self.unexpected(byte, "a value")
        } else {
            self.fault(format!("no JSON: `{}` is no value", out.escape_default()))
        })
    }

    /// Passes over one value, whatever it is, without recursion.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        self.skipped.clear();
        loop {
            match self.peek()? {
                b'"' => self.skip_text()?,
                sign @ (b'{' | b'[') => {
                    self.at += 1;
                    let object = sign == b'{';
                    self.skipped.push(object);
                    if self.depth + self.skipped.len() > DEEPEST {
                        return Err(self.too_deep());
                    }
                    if self.peek()? == if object { b'}' } else { b']' } {
                        self.at += 1;
                        self.skipped.pop();
                    } else {
                        if object {
                            self.skip_key()?;
                        }
                        continue;
                    }
                }
                _ => self.skip_word()?,
            }
            // A value has ended: so may the brackets around it.
            loop {
                let Some(&object) = self.skipped.last() else { return Ok(()) };
                match (self.peek()?, object) {
                    (b',', _) => {
                        self.at += 1;
                        if object {
                            self.skip_key()?;
                        }
                        break;
                    }
                    (b'}', true) | (b']', false) => {
                        self.at += 1;
                        self.skipped.pop();
                    }
                    (byte, true) => return Err(self.unexpected(byte, "`,` or `}`")),
                    (byte, false) => return Err(self.unexpected(byte, "`,` or `]`")),
                }
            }
        }
    }

    /// Passes over a number, `true`, `false` or `null`: the words in full, a number by its letters.
    fn skip_word(&mut self) -> Result<(), Error> {
        for word in [&b"null"[..], b"true", b"false"] {
            if self.window[self.at..self.end].starts_with(word) {
                self.at += word.len();
                return Ok(());
            }
        }
        let digits = self.window[self.at..self.end].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let after = self.window.get(self.at + digits).filter(|_| self.at + digits < self.end);
        if digits > 0 && after.is_some_and(|byte| matches!(byte, b',' | b'}' | b']' | b'\n' | b' ' | b'\r')) {
            self.at += digits;
            return Ok(());
        }
        // Whatever is not that plain, or reaches over the window's edge.
        self.word(&mut String::new())
    }

    fn skip_key(&mut self) -> Result<(), Error> {
        self.skip_text()?;
        self.sign(b':')
    }

    fn skip_text(&mut self) -> Result<(), Error> {
        self.sign(b'"')?;
        loop {
            if self.at == self.end && !self.fill()? {
                return Err(self.fault("the JSON ends in the middle of a text"));
            }
            let rest = &self.window[self.at..self.end];
            match memchr::memchr2(b'"', b'\\', rest) {
                None => self.at = self.end,
                Some(stop) => {
                    let sign = rest[stop];
                    self.at += stop + 1;
                    if sign == b'"' {
                        return Ok(());
                    }
                    self.byte()?;
                }
            }
        }
    }
}
