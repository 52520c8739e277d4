//! A plain list of names of any kind: one a line, or tabs between them as `aws --output text` writes; or a JSON list.

use std::io::{BufRead, Read};

use super::json::Json;
use super::{Attributes, Error, Item, Sink};

/// The longest line: whatever is longer is no list of names.
const LONGEST: u64 = 64 << 10;

const DIALECT: &str = "list of names";

pub(super) fn read(input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<&'static str, Error> {
    let none = Attributes::default();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = (&mut *input).take(LONGEST + 1).read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        if read as u64 > LONGEST {
            return Err(Error::Text(number, "longer than 64 KiB; names are wanted here, one a line".to_owned()));
        }
        for name in line.split(|byte| matches!(byte, b'\t' | b'\n' | b'\r')) {
            let name = String::from_utf8_lossy(name);
            let name = name.trim();
            if name.is_empty() {
                continue;
            }
            // `terraform state list` lists what a state reads beside what it owns.
            if name.starts_with("data.") || name.contains(".data.") {
                sink.ignored(name, "a data source: it owns nothing", 1);
            } else {
                sink.item(Item { name, count: 1, attributes: &none });
            }
        }
    }
    Ok(DIALECT)
}

/// One name of a JSON list.
pub(super) fn json_item(json: &mut Json<'_>, sink: &mut dyn Sink) -> Result<Option<&'static str>, Error> {
    let mut name = String::new();
    json.text(&mut name)?;
    sink.item(Item { name: &name, count: 1, attributes: &Attributes::default() });
    Ok(Some(DIALECT))
}
