//! Characters: which ones may stand at one place of a path's segment.

use std::sync::Arc;

/// Every character that a segment may hold: all but NUL, the slash and what is no character at all.
const ALL: [(u32, u32); 3] = [(1, 0x2e), (0x30, 0xd7ff), (0xe000, 0x10_ffff)];

/// The dot, of which alone no segment may consist.
const DOT: char = '.';

/// A set of characters, as ranges that ascend and have nothing in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chars(Arc<[(u32, u32)]>);

impl Chars {
    /// Returns every character.
    pub(super) fn all() -> Self {
        Self(ALL.into())
    }

    /// Returns the set of one.
    pub(super) fn one(c: char) -> Self {
        Self::of(vec![(c, c)])
    }

    /// Makes the set of these ranges, ends included.
    pub(super) fn of(ranges: Vec<(char, char)>) -> Self {
        let mut ranges: Vec<(u32, u32)> =
            ranges.into_iter().map(|(low, high)| (u32::from(low), u32::from(high))).collect();
        ranges.sort_unstable();
        ranges.dedup_by(|next, kept| {
            let is_one = next.0 <= kept.1;
            kept.1 = if is_one { kept.1.max(next.1) } else { kept.1 };
            is_one
        });
        Self(ranges.into()).and(&Self::all())
    }

    /// Returns the characters that are not in it.
    pub(super) fn not(&self) -> Self {
        let mut free = Vec::new();
        let mut next = 0;
        for (low, high) in &*self.0 {
            if *low > next {
                free.push((next, low - 1));
            }
            next = high + 1;
        }
        free.push((next, u32::MAX));
        Self(free.into()).and(&Self::all())
    }

    fn and(&self, other: &Self) -> Self {
        let pairs = self.0.iter().flat_map(|a| other.0.iter().map(move |b| (a.0.max(b.0), a.1.min(b.1))));
        Self(pairs.filter(|(low, high)| low <= high).collect())
    }

    /// Tells whether some character other than the dot is in both.
    pub(super) fn share_other_than_dot(&self, other: &Self) -> bool {
        let (mut own, mut others) = (&self.0[..], &other.0[..]);
        while let ([a, rest @ ..], [b, other_rest @ ..]) = (own, others) {
            let (low, high) = (a.0.max(b.0), a.1.min(b.1));
            if low < high || (low == high && low != u32::from(DOT)) {
                return true;
            }
            if a.1 < b.1 { own = rest } else { others = other_rest }
        }
        false
    }

    /// Returns how many ranges it takes to write it.
    pub(super) fn ranges(&self) -> usize {
        self.0.len()
    }

    /// Tells whether a character is in it.
    pub(super) fn has(&self, c: char) -> bool {
        self.0.iter().any(|(low, high)| (*low..=*high).contains(&u32::from(c)))
    }

    /// Tells whether the dot is in it.
    pub(super) fn has_dot(&self) -> bool {
        self.has(DOT)
    }

    /// Tells whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_and_its_opposite_have_every_character_of_a_segment_once() {
        for ranges in [vec![('a', 'c'), ('b', 'x')], vec![('\0', '~')], vec![('z', 'z'), ('a', 'a')], vec![]] {
            let (set, rest) = (Chars::of(ranges.clone()), Chars::of(ranges).not());
            for c in ('\0'..='\u{3000}').chain(['\u{d7ff}', '\u{e000}', char::MAX]) {
                let is_allowed = c != '\0' && c != '/';
                assert_eq!(u8::from(set.has(c)) + u8::from(rest.has(c)), u8::from(is_allowed), "{c:?}");
            }
        }
    }

    #[test]
    fn the_dot_alone_is_told_from_the_rest() {
        let dot = Chars::one('.');
        assert!(dot.has_dot() && !dot.share_other_than_dot(&Chars::all()));
        assert!(Chars::all().has_dot() && Chars::all().share_other_than_dot(&Chars::one('a')));
        assert!(!Chars::one('a').has_dot() && !Chars::one('a').share_other_than_dot(&Chars::one('b')));
    }
}
