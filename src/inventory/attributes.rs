//! What an inventory says about a resource beyond its type, and whether a condition holds for it.

/// The attributes of an item, as paths (`compute_resources.type`) and values. Lists add nothing to a path: their elements
/// stand under the path of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    pub(super) pairs: Vec<(String, Found)>,
    /// Whether an attribute that is not there is known to be unset; in a Terraform plan it may just not be known yet.
    complete: bool,
    /// How much memory the pairs take, roughly.
    bytes: usize,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A value.
    Value(String),
    /// Nothing: null, or an empty text, list or object.
    Nothing,
    /// Something that is computed later: a reference, an unknown.
    Unknown,
}

/// Whether a condition holds for what is known of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// It holds.
    Yes,
    /// It cannot hold.
    No,
    /// What is known does not say.
    Unknown,
}

impl Attributes {
    /// The most bytes that the attributes of one thing may take; what people run takes kilobytes.
    const MAX_BYTES: usize = 4 << 20;

    /// Whether the attribute at `path` fits one of `patterns`, in which `*` stands for anything; without patterns, whether
    /// it is unset.
    ///
    /// It is known not to fit if it has another value, or if it would stand in a block in which nothing stands, for a
    /// feature without its block is not used. An attribute of the first level that is not set proves nothing: it may have
    /// a default.
    #[must_use]
    pub fn matches<P: AsRef<str>>(&self, path: &str, patterns: &[P]) -> Match {
        if self.fits(path, patterns) {
            return Match::Yes;
        }
        let mut set = self.below(path).map(|(_, found)| found).filter(|found| **found != Found::Nothing).peekable();
        let excluded = if set.peek().is_some() {
            set.all(|found| matches!(found, Found::Value(_)))
        } else {
            path.match_indices('.').any(|(end, _)| self.is_empty_block(&path[..end]))
        };
        if excluded { Match::No } else { Match::Unknown }
    }

    fn fits<P: AsRef<str>>(&self, path: &str, patterns: &[P]) -> bool {
        if patterns.is_empty() {
            let mut there = self.below(path).peekable();
            return (self.complete || there.peek().is_some()) && there.all(|(_, found)| *found == Found::Nothing);
        }
        self.below(path).any(|(own, found)| match found {
            Found::Value(value) if own == path => patterns.iter().any(|pattern| glob(pattern.as_ref(), value)),
            Found::Value(_) | Found::Unknown => patterns.iter().any(|pattern| pattern.as_ref() == "*"),
            Found::Nothing => false,
        })
    }

    /// Whether nothing stands in the block at `path`.
    fn is_empty_block(&self, path: &str) -> bool {
        let mut block = self.below(path).peekable();
        (self.complete || block.peek().is_some()) && block.all(|(_, found)| *found == Found::Nothing)
    }

    /// Whether the attribute at `path`, or the block in which it stands, is computed later and so not known here.
    #[must_use]
    pub fn is_computed(&self, path: &str) -> bool {
        let at = |own: &str| path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.pairs.iter().any(|(own, found)| *found == Found::Unknown && at(own))
    }

    /// What stands at `path` and in what stands there.
    fn below(&self, path: &str) -> impl Iterator<Item = (&str, &Found)> {
        let at = move |own: &str| own.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.pairs.iter().filter(move |(own, _)| at(own)).map(|(own, found)| (&**own, found))
    }

    /// The first value at exactly `path`.
    pub(super) fn value(&self, path: &str) -> Option<&str> {
        self.pairs.iter().find_map(|(own, found)| match found {
            Found::Value(value) if own == path => Some(&**value),
            _ => None,
        })
    }

    /// Empties the attributes for the next resource.
    pub(super) fn clear(&mut self, complete: bool) {
        self.pairs.clear();
        self.complete = complete;
        self.bytes = 0;
    }

    /// Adds what stands at `path`; fails with what is wrong if that is too much.
    pub(super) fn push(&mut self, path: &str, found: Found) -> Result<(), &'static str> {
        let value = if let Found::Value(value) = &found { value.len() } else { 0 };
        self.bytes += path.len() + value + size_of::<(String, Found)>();
        if self.bytes > Self::MAX_BYTES {
            return Err("one resource with more than 4 MiB of attributes");
        }
        self.pairs.push((path.to_owned(), found));
        Ok(())
    }
}

/// Whether `text` fits `pattern`, in which `*` stands for anything; case does not matter.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, mut rest)) = pattern.split_once('*') else { return pattern.eq_ignore_ascii_case(text) };
    let text = text.to_ascii_lowercase();
    let Some(mut text) = text.strip_prefix(&head.to_ascii_lowercase()) else { return false };
    while let Some((part, after)) = rest.split_once('*') {
        let part = part.to_ascii_lowercase();
        let Some(at) = text.find(&part) else { return false };
        text = &text[at + part.len()..];
        rest = after;
    }
    text.ends_with(&rest.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_whole_texts_with_stars_for_anything() {
        for (pattern, text, fits) in [
            ("FARGATE", "fargate", true),
            ("FARGATE", "FARGATE_SPOT", false),
            ("aurora*", "aurora", true),
            ("aurora*", "Aurora-MySQL", true),
            ("aurora*", "my-aurora", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a*b*c", "abc", true),
            ("a*b*c", "aXbXbYc", true),
            ("a*b*c", "acb", false),
            // One letter does not serve two parts.
            ("ab*b", "ab", false),
            ("*ab*ba*", "aba", false),
            ("*_spot", "FARGATE_SPOT", true),
            ("**", "x", true),
            ("ü*", "über", true),
        ] {
            assert_eq!(glob(pattern, text), fits, "{pattern} {text}");
        }
    }

    fn attributes(complete: bool, pairs: &[(&str, Option<&str>)]) -> Attributes {
        let mut own = Attributes::default();
        own.clear(complete);
        for (path, value) in pairs {
            let found = match value {
                Some("?") => Found::Unknown,
                Some(value) => Found::Value((*value).to_owned()),
                None => Found::Nothing,
            };
            own.push(path, found).expect("little");
        }
        own
    }

    #[test]
    fn a_condition_holds_or_cannot_hold_or_is_open() {
        use Match::{No, Unknown, Yes};
        let engine = |value| attributes(true, &[("engine", value)]);
        let plan = |pairs: &[_]| attributes(false, pairs);
        let state = |pairs: &[_]| attributes(true, pairs);
        for (own, path, patterns, answer) in [
            (engine(Some("aurora-mysql")), "engine", &["aurora*"][..], Yes),
            (engine(Some("mysql")), "engine", &["aurora*"], No),
            (engine(Some("mysql")), "engine", &["aurora*", "MySQL"], Yes),
            (engine(Some("?")), "engine", &["aurora*"], Unknown),
            // A value that is not known yet is there all the same.
            (engine(Some("?")), "engine", &["*"], Yes),
            // Unset: the default may be anything.
            (engine(None), "engine", &["aurora*"], Unknown),
            (state(&[]), "engine", &["aurora*"], Unknown),
            // Another attribute whose name begins alike is another attribute.
            (state(&[("engine_mode", Some("aurora"))]), "engine", &["aurora*"], Unknown),
            // In a block: one element of several is enough, an empty block rules it out, an absent one only in a state.
            (plan(&[("c.p", Some("EC2")), ("c.p", Some("FARGATE"))]), "c.p", &["FARGATE"], Yes),
            (plan(&[("c.p", Some("EC2"))]), "c.p", &["FARGATE"], No),
            (plan(&[("c", None)]), "c.p", &["FARGATE"], No),
            (plan(&[]), "c.p", &["FARGATE"], Unknown),
            (state(&[]), "c.p", &["FARGATE"], No),
            (plan(&[("c", Some("?"))]), "c.p", &["FARGATE"], Unknown),
            // Without patterns: is it unset?
            (state(&[]), "c", &[], Yes),
            (plan(&[]), "c", &[], Unknown),
            (plan(&[("c", None)]), "c", &[], Yes),
            (plan(&[("c.p", Some("x"))]), "c", &[], No),
            (plan(&[("c", Some("?"))]), "c", &[], Unknown),
        ] {
            assert_eq!(own.matches(path, patterns), answer, "{path} {patterns:?} of {own:?}");
        }
    }

    #[test]
    fn attributes_have_an_end() {
        let mut own = Attributes::default();
        let half = Found::Value("x".repeat(Attributes::MAX_BYTES / 2));
        assert_eq!(own.push("a", half.clone()), Ok(()));
        assert!(own.push("a", half).is_err());
        own.clear(false);
        assert_eq!(own.push("a", Found::Nothing), Ok(()));
    }
}
