//! Covers: whether a pattern has one path, whatever bytes that is made of.

use super::{
    Pattern,
    segment::{Atom, Segment},
};

/// The longest path that is looked at, in bytes: what is longer cannot be checked out.
const LONGEST: usize = 4096;

/// Stands for a byte that is no character, which wildcards have and nothing else; no character either.
const BYTE: char = char::MAX;

impl Pattern {
    /// Tells whether a path is in the set. Unlike [`Pattern::meets`] it takes no steps and is never unsure.
    ///
    /// A byte that is not UTF-8 is one character, which only wildcards have that mean any, or any but some. A path that
    /// no repository can have is in no set.
    #[must_use]
    pub fn covers(&self, path: &[u8]) -> bool {
        let names: Vec<Name<'_>> = path.split(|byte| *byte == b'/').map(Name::of).collect();
        let is_path = path.len() <= LONGEST && names.iter().all(Name::is_plain);
        let is_deep = |segment: &Segment| *segment == Segment::Deep;
        is_path && self.forms.iter().any(|form| fits(form, &names, is_deep, |segment, name| name.is_of(segment)))
    }
}

/// A name of a path.
struct Name<'p> {
    bytes: &'p [u8],
    chars: Vec<char>,
}

impl<'p> Name<'p> {
    fn of(bytes: &'p [u8]) -> Self {
        let chars = |chunk: std::str::Utf8Chunk<'p>| chunk.valid().chars().chain(chunk.invalid().iter().map(|_| BYTE));
        Self { bytes, chars: bytes.utf8_chunks().flat_map(chars).collect() }
    }

    fn is_plain(&self) -> bool {
        !matches!(self.bytes, b"" | b"." | b"..")
    }

    fn is_of(&self, segment: &Segment) -> bool {
        match segment {
            Segment::Name(name) => name.as_bytes() == self.bytes,
            Segment::Form(atoms) => {
                let has = |atom: &Atom, c: &char| matches!(atom, Atom::One(chars) if chars.has(*c));
                fits(atoms, &self.chars, |atom| *atom == Atom::Star, has)
            }
            Segment::Deep => true,
        }
    }
}

/// Tells whether items are of a form, piece by piece, where a star is any number of them.
///
/// Where it goes on no more, the last star takes one item more: those before it need not, since what follows them was found
/// as early as it could be.
fn fits<P, I>(form: &[P], items: &[I], is_star: impl Fn(&P) -> bool, has: impl Fn(&P, &I) -> bool) -> bool {
    let (mut at, mut item, mut star) = (0, 0, None);
    while item < items.len() {
        match form.get(at) {
            Some(piece) if is_star(piece) => {
                at += 1;
                star = Some((at, item));
            }
            Some(piece) if has(piece, &items[item]) => (at, item) = (at + 1, item + 1),
            _ => {
                let Some((after, taken)) = star else { return false };
                (at, item) = (after, taken + 1);
                star = Some((at, item));
            }
        }
    }
    form[at..].iter().all(is_star)
}
