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
    /// Nothing is set that would say: a default may hold.
    Unset,
    /// The attribute, or the block in which it stands, is computed later: it may be anything.
    Computed,
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
        if self.is_computed(path) {
            return Match::Computed;
        }
        let is_set = self.below(path).any(|(_, found)| *found != Found::Nothing);
        let excluded = is_set || path.match_indices('.').any(|(end, _)| self.is_empty_block(&path[..end]));
        if excluded { Match::No } else { Match::Unset }
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

    /// Whether the attribute at `path`, the block in which it stands, or something that stands in it is computed later.
    fn is_computed(&self, path: &str) -> bool {
        let within = |outer: &str, inner: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let mut computed = self.pairs.iter().filter(|(_, found)| *found == Found::Unknown);
        computed.any(|(own, _)| within(own, path) || within(path, own))
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
        use Match::{Computed, No, Unset, Yes};
        let engine = |value| attributes(true, &[("engine", value)]);
        let plan = |pairs: &[_]| attributes(false, pairs);
        let state = |pairs: &[_]| attributes(true, pairs);
        for (own, path, patterns, answer) in [
            (engine(Some("aurora-mysql")), "engine", &["aurora*"][..], Yes),
            (engine(Some("mysql")), "engine", &["aurora*"], No),
            (engine(Some("mysql")), "engine", &["aurora*", "MySQL"], Yes),
            (engine(Some("?")), "engine", &["aurora*"], Computed),
            // A value that is not known yet is there all the same.
            (engine(Some("?")), "engine", &["*"], Yes),
            // Unset: the default may be anything.
            (engine(None), "engine", &["aurora*"], Unset),
            (state(&[]), "engine", &["aurora*"], Unset),
            // Another attribute whose name begins alike is another attribute.
            (state(&[("engine_mode", Some("aurora"))]), "engine", &["aurora*"], Unset),
            // In a block: one element of several is enough, an empty block rules it out, an absent one only in a state.
            (plan(&[("c.p", Some("EC2")), ("c.p", Some("FARGATE"))]), "c.p", &["FARGATE"], Yes),
            (plan(&[("c.p", Some("EC2"))]), "c.p", &["FARGATE"], No),
            (plan(&[("c", None)]), "c.p", &["FARGATE"], No),
            (plan(&[]), "c.p", &["FARGATE"], Unset),
            (state(&[]), "c.p", &["FARGATE"], No),
            (plan(&[("c", Some("?"))]), "c.p", &["FARGATE"], Computed),
            // One element of several is computed: that one may fit.
            (plan(&[("c.p", Some("EC2")), ("c", Some("?"))]), "c.p", &["FARGATE"], Computed),
            (plan(&[("c.p", Some("EC2")), ("c.p", Some("?"))]), "c.p", &["FARGATE"], Computed),
            (plan(&[("c.pp", Some("?"))]), "c.p", &["FARGATE"], Unset),
            // Without patterns: is it unset?
            (state(&[]), "c", &[], Yes),
            (plan(&[]), "c", &[], Unset),
            (plan(&[("c", None)]), "c", &[], Yes),
            (plan(&[("c.p", Some("x"))]), "c", &[], No),
            (plan(&[("c", Some("?"))]), "c", &[], Computed),
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
