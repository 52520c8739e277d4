//! Text that anybody may have written, made harmless for a terminal: what inventories, findings and overlays say is shown.

use std::borrow::Cow;

/// `text` with every character replaced that could move a column or drive a terminal: control characters, and those that
/// end lines or turn the direction of what follows.
#[must_use]
pub fn tame(text: &str) -> Cow<'_, str> {
    // Nearly every text is plain, and of some there are millions.
    let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if !plain && text.chars().any(drives) {
        text.chars().map(|c| if drives(c) { char::REPLACEMENT_CHARACTER } else { c }).collect::<String>().into()
    } else {
        text.into()
    }
}

fn drives(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The same for text of several lines, whose ends stay.
#[must_use]
pub fn tame_lines(text: &str) -> String {
    text.split('\n').map(tame).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_drives_a_terminal_and_nothing_else_changes() {
        for (text, shown) in [
            ("", ""),
            ("rds", "rds"),
            ("Größe – 数 🗄", "Größe – 数 🗄"),
            ("a\u{1b}[31mb", "a\u{fffd}[31mb"),
            ("a\tb\rc\nd\u{85}e\u{7f}", "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}"),
            ("a\u{202e}b\u{2066}c\u{2028}d", "a\u{fffd}b\u{fffd}c\u{fffd}d"),
        ] {
            assert_eq!(tame(text), shown, "{text:?}");
        }
        assert_eq!(tame_lines("a\u{1b}\nb\r\n\n"), "a\u{fffd}\nb\u{fffd}\n\n");
    }
}
