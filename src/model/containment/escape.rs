//! Escapes: what of a change lies outside the footprint, and why.

use std::fmt;

use crate::model::{plan::finding::named, quote};

/// Something that was changed and not declared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Escape {
    /// Where it is.
    pub path: Vec<u8>,
    /// Why it is one.
    pub reason: Reason,
}

/// Why a change is outside of a footprint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// No glob covers the path, and no symbol of it is declared.
    Path,
    /// A symbol was added, removed or changed that is not declared.
    Symbol(String),
    /// What is in no symbol was changed: imports, loose statements, comments, the kind of line ends.
    Rest,
    /// The mode of a file that is declared by symbols only.
    Mode,
    /// A file that is declared by symbols only is, or was, no file but a link or a submodule.
    Type,
    /// A file that is declared by symbols only is gone.
    Deleted,
    /// A file that is declared by symbols only came from, or went to, another path.
    Renamed,
    /// A file is declared by symbols, in no language whose symbols are known.
    Language,
    /// A side of a file that is declared by symbols only does not parse.
    Syntax,
    /// A side of a file that is declared by symbols only is larger than what is read.
    Size,
}

impl Escape {
    /// Returns the symbol, where it is one.
    #[must_use]
    pub fn symbol(&self) -> Option<&str> {
        match &self.reason {
            Reason::Symbol(name) => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path => out.write_str("path is not declared"),
            Self::Symbol(name) => write!(out, "symbol {} is not declared", named(name)),
            Self::Rest => out.write_str("the rest of the file changed"),
            Self::Mode => out.write_str("mode changed"),
            Self::Type => out.write_str("it is not a file on both sides"),
            Self::Deleted => out.write_str("it is deleted, and only symbols of it are declared"),
            Self::Renamed => out.write_str("it is renamed, and only symbols of it are declared"),
            Self::Language => out.write_str("its language is not known, so its symbols cannot be told"),
            Self::Syntax => out.write_str("does not parse, so its symbols cannot be told"),
            Self::Size => out.write_str("is too large, so its symbols cannot be told"),
        }
    }
}

impl fmt::Display for Escape {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", quote::path(&self.path), self.reason)
    }
}
