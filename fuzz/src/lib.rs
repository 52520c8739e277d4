//! What the targets share: a listener that checks what the readers of inventories promise.

pub mod inputs;

use std::sync::LazyLock;

use whose::catalogue::Catalogue;
use whose::catalogue::resolve::{Match, Meaning, Resolution};
use whose::inventory::{self, Error, Item, Visitor};
use whose::sanitize::tame_lines;

/// The built-in catalogue.
pub static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::built_in);

/// Hears everything that is in an inventory, wants every attribute, and resolves every name.
#[derive(Default)]
pub struct Listener {
    /// How many things were read.
    pub items: usize,
}

impl Visitor for Listener {
    fn item(&mut self, item: Item<'_>) -> bool {
        self.items += 1;
        assert!(item.count > 0, "nothing stands for no things");
        let resolution = CATALOGUE.resolve(item.name);
        consistent(&resolution);
        let matches = |patterns: &[&str]| item.attributes.matches("engine", patterns);
        let anything = matches(&["*"]) == inventory::Match::Yes;
        assert!(!(anything && matches(&[]) == inventory::Match::Yes), "set and unset at once");
        for pattern in ["", "aurora*", "*-mysql", "a*b*c"] {
            assert!(anything || matches(&[pattern]) != inventory::Match::Yes, "`*` fits whatever fits anything else");
        }
        !matches!(resolution.meaning, Meaning::Unknown)
    }

    fn ignored(&mut self, name: &str, reason: &'static str, _: u64) {
        assert!(!name.is_empty() && !reason.is_empty(), "what is passed over has a name and a reason");
    }

    fn unmatched(&mut self, name: &str, count: u64) {
        assert!(!name.is_empty() && count > 0, "what is not matched has a name");
    }

    fn note(&mut self, note: String) {
        assert!(!note.is_empty(), "a note says something");
    }

    fn wants(&self, _: &str) -> bool {
        true
    }
}

/// Reads an inventory, and checks that what cannot be read is refused with words and a line that is there.
pub fn read(data: &[u8]) -> Result<&'static str, Error> {
    let mut input = data;
    let result = whose::inventory::read(&mut input, &mut Listener::default());
    if let Err(error) = &result {
        refused(error, data);
    }
    result
}

/// A refusal names a line of the input and says what is wrong.
pub fn refused(error: &Error, data: &[u8]) {
    let lines = data.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1;
    match error {
        Error::Io(_) => {}
        Error::Text(line, message) => {
            assert!((1..=lines + 1).contains(line), "line {line} of {lines}: {message}");
            assert!(!message.is_empty());
        }
        Error::Shape(message) | Error::Findings(message) => assert!(!message.is_empty()),
        Error::Refused(what, instead) => assert!(!what.is_empty() && !instead.is_empty()),
        other => assert!(!other.to_string().is_empty()),
    }
}

/// What a name means and how it was matched never contradict each other.
pub fn consistent(resolution: &Resolution<'_>) {
    let fits = match &resolution.meaning {
        Meaning::Service(..) => matches!(resolution.how, Match::Exact | Match::Prefix),
        Meaning::Ambiguous(shared) => resolution.how == Match::Ambiguous && !shared.services.is_empty(),
        Meaning::Check(proven) => resolution.how == Match::Exact && !proven.is_empty(),
        Meaning::Control(_) => resolution.how == Match::Exact,
        _ => resolution.how == Match::None,
    };
    assert!(fits, "{resolution:?}");
    if let Meaning::Service(service, Some(mode)) = resolution.meaning {
        assert!(service.modes.iter().any(|own| own.id == mode.id), "a mode of another service");
    }
}

/// Text for a terminal: no character in it can drive one.
pub fn harmless(text: &str) {
    let tabs = text.replace('\t', "");
    assert_eq!(tame_lines(&tabs), tabs, "a control character reaches the reader");
}
