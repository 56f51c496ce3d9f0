//! Symbols: the named definitions of a source, each with a digest of what it says and none of where it stands.
//!
//! A name is spelled with dots in every language: `parse`, `Type.method`, `module.Type.method`, and in Rust
//! `Type.Trait.method` and `Type.From<u8>.from` for what implements a trait. A default export without a name is `default`.
//!
//! What belongs to a symbol is its text, with the attributes, decorators and doc comments above it, the other comments
//! that touch it from above, and a comment behind it on its last line. What has one name several times (overloads,
//! variants for several systems, a type and what it implements) is one symbol, its texts in their order, and a member
//! that goes from one of them to another is changed. The members of a symbol are symbols too and no part of what it says
//! itself. What is in no symbol is the rest: imports, loose
//! statements, comments that stand alone, and definitions inside a statement, such as Python's `if`.
//!
//! Where a symbol stands in its file does not count, nor in what order symbols stand, nor the blanks and empty lines
//! between them: to tell a reorder, each new symbol would have to be a change of all the others. The order in the rest
//! counts. Inside a symbol each byte counts, except that blanks between the parts of one with members do not.

mod go;
mod item;
mod language;
mod outline;
mod parse;
mod part;
mod python;
mod rust;
mod scope;
mod script;

use std::collections::{BTreeMap, BTreeSet};

use self::outline::{Outline, Texts};
pub use self::{
    language::Language,
    parse::{DEEPEST, LARGEST},
};
use super::hash::Hash;

/// The symbols of a source.
#[derive(Clone, Debug)]
pub struct Symbols {
    found: BTreeMap<String, Content>,
    rest: Hash,
    is_bare: bool,
    /// Whether lines end with a carriage return too; none where there is no line to tell it by.
    returns: Option<bool>,
}

/// What a symbol says.
#[derive(Clone, Copy, Debug)]
struct Content {
    whole: Hash,
    /// The same without its members.
    own: Hash,
    has_members: bool,
}

/// Finds the symbols of a source.
///
/// None where its text is not UTF-8, does not parse or is read otherwise by what runs it, is larger than [`LARGEST`] or nests deeper than [`DEEPEST`], or where
/// the names of its symbols, written out, come to many times its size.
#[must_use]
pub fn symbols(language: Language, source: &[u8]) -> Option<Symbols> {
    let source = str::from_utf8(source).ok().filter(|source| source.len() <= LARGEST)?;
    if language == Language::Python && has_lone_return(source) {
        return None;
    }
    let tree = parse::tree(language, source)?;
    let mut outline = Outline::of(language, source);
    let rest = outline.read(tree.root_node());
    if outline.is_cut() {
        return None;
    }
    let found = outline.found.into_iter().map(|(name, texts)| (name, Content::of(&texts))).collect();
    let is_bare = rest.iter().all(|text| language == Language::Go && text.starts_with("package "));
    Some(Symbols { found, rest: digest(&rest), is_bare, returns: returns(source) })
}

impl Symbols {
    /// Lists the names, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.found.keys().map(String::as_str)
    }

    /// Tells whether there is nothing but symbols, and the line that names the package, which no file of Go can lack.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.is_bare
    }

    /// Lists the names of the symbols that one side has and the other has not, or that say something else there.
    #[must_use]
    pub fn differing<'a>(&'a self, other: &'a Self) -> BTreeSet<&'a str> {
        let differs = |name: &&str| match (self.found.get(*name), other.found.get(*name)) {
            (Some(old), Some(new)) => !old.says(new),
            _ => true,
        };
        self.names().chain(other.names()).filter(differs).collect()
    }

    /// Tells whether the rest is the same on both sides, the kind of line ends included.
    #[must_use]
    pub fn has_rest_of(&self, other: &Self) -> bool {
        let same_ends = self.returns.zip(other.returns).is_none_or(|(old, new)| old == new);
        self.rest == other.rest && same_ends
    }
}

impl Content {
    fn of(texts: &Texts<'_>) -> Self {
        let places: Vec<String> = texts.places.iter().map(ToString::to_string).collect();
        let place = places.join(" ");
        let digest = |texts: &[&str]| digest(&[texts, &[&place]].concat());
        Self { whole: digest(&texts.whole), own: digest(&texts.own), has_members: texts.has_members }
    }

    /// Tells whether two say the same, apart from their members. Without members even the blanks must be the same.
    fn says(&self, other: &Self) -> bool {
        self.whole == other.whole || ((self.has_members || other.has_members) && self.own == other.own)
    }
}

/// Hashes texts so that where one ends counts.
fn digest(texts: &[&str]) -> Hash {
    let hashes: Vec<Hash> = texts.iter().map(|text| Hash::of(&[text.as_bytes()])).collect();
    Hash::of(&hashes.iter().map(|hash| &hash.as_bytes()[..]).collect::<Vec<_>>())
}

/// Tells whether a carriage return stands alone: it ends a line of Python, also in a comment, and none of the grammar
/// (Python language reference, 2.1.2).
fn has_lone_return(source: &str) -> bool {
    source.matches('\r').count() > source.matches("\r\n").count()
}

/// Tells whether most lines end with a carriage return too.
fn returns(source: &str) -> Option<bool> {
    let (lines, returned) = (source.matches('\n').count(), source.matches("\r\n").count());
    (lines > 0).then_some(returned * 2 > lines)
}
