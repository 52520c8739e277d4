//! Things that stand several times in an inventory and count once.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// Which things were seen before, up to a memory that stays small.
#[derive(Debug, Default)]
pub(super) struct Deduplicator {
    seen: HashSet<u64>,
}

impl Deduplicator {
    /// The most things that are told apart; what comes after them is always new. So many fill 10 MB.
    const MAX_THINGS: usize = 900_000;

    /// Whether `id` was not seen before.
    pub(super) fn is_new(&mut self, id: &str) -> bool {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(id);
        if self.seen.len() >= Self::MAX_THINGS { !self.seen.contains(&hash) } else { self.seen.insert(hash) }
    }

    /// What to say where more was seen than is told apart: the counts may be too high.
    pub(super) fn note(&self) -> Option<String> {
        let most = Self::MAX_THINGS;
        let is_full = self.seen.len() >= most;
        is_full
            .then(|| format!("{most} things were told apart by their ids; those beyond count as often as they stand"))
    }
}

#[cfg(test)]
mod tests {
    use super::Deduplicator;

    #[test]
    fn a_thing_is_new_once_even_when_the_memory_is_full() {
        let mut seen = Deduplicator::default();
        assert_eq!([seen.is_new("a"), seen.is_new("b"), seen.is_new("a")], [true, true, false]);
        assert_eq!(seen.note(), None);
        for thing in 0..Deduplicator::MAX_THINGS {
            seen.is_new(&thing.to_string());
        }
        assert!(seen.note().is_some_and(|note| note.starts_with("900000 things were told apart")));
        assert_eq!((seen.is_new("a"), seen.is_new("after the end"), seen.is_new("after the end")), (false, true, true));
    }
}
