//! Relations: how two copies of one journal stand to each other.

/// How a journal that is given stands to the one that is held already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// They are the same.
    Same,
    /// The given one goes on from the held one.
    Ahead,
    /// The held one goes on from the given one.
    Behind,
    /// Each has events that the other has not.
    Forked {
        /// The first event in which they differ.
        event: u64,
    },
}

impl Relation {
    /// Compares two journals line by line; one that is not there is empty.
    #[must_use]
    pub fn of(given: &[u8], held: &[u8]) -> Self {
        let [mut given, mut held] = [given, held].map(|journal| journal.split_inclusive(|byte| *byte == b'\n'));
        let mut event = 1;
        loop {
            match (given.next(), held.next()) {
                (None, None) => return Self::Same,
                (Some(_), None) => return Self::Ahead,
                (None, Some(_)) => return Self::Behind,
                (given, held) if given == held => event += 1,
                _ => return Self::Forked { event },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every journal of at most four events out of two.
    fn journals() -> Vec<Vec<&'static str>> {
        let mut all = vec![Vec::new()];
        for from in 0..15 {
            for event in ["a\n", "b\n"] {
                all.push([&all[from][..], &[event]].concat());
            }
        }
        all
    }

    #[test]
    fn every_two_small_journals_are_related_as_their_lists_of_events_are() {
        let all = journals();
        assert_eq!(all.len(), 31);
        for (a, b) in all.iter().flat_map(|a| all.iter().map(move |b| (a, b))) {
            let expected = match a.iter().zip(b).position(|(x, y)| x != y) {
                Some(at) => Relation::Forked { event: at as u64 + 1 },
                None if a.len() == b.len() => Relation::Same,
                None if a.len() > b.len() => Relation::Ahead,
                None => Relation::Behind,
            };
            assert_eq!(Relation::of(a.concat().as_bytes(), b.concat().as_bytes()), expected, "{a:?} {b:?}");
        }
    }

    #[test]
    fn an_event_that_was_cut_short_is_another_event() {
        assert_eq!(Relation::of(b"a\nbc\n", b"a\nb"), Relation::Forked { event: 2 });
        assert_eq!(Relation::of(b"a\n", b"a"), Relation::Forked { event: 1 });
    }
}
