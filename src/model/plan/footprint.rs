//! Footprints: what of the repository a task reads or writes.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

use super::{
    fields::{Fields, filled, wrong_type},
    finding::{Code, Findings, Place, named},
    pattern::{self, Pattern, steps::Steps},
};
use crate::model::symbol::Language;

/// What of the repository a task reads or writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Footprint {
    /// Every path of a pattern.
    Paths(Pattern),
    /// One symbol of a file, such as a function.
    Symbol {
        /// The file.
        file: Pattern,
        /// The symbol's name.
        symbol: String,
    },
}

impl Footprint {
    /// Reads a footprint: a pattern, or an object of `file` and `symbol`.
    pub(super) fn read(value: &Value, place: &Place, findings: &Findings) -> Option<Self> {
        if value.is_object() {
            return Self::read_symbol(&Fields::of(value, place.clone(), findings, &["file", "symbol"])?);
        }
        if !value.is_string() {
            wrong_type(findings, place, ("a path or an object of 'file' and 'symbol'", value));
            return None;
        }
        let text = filled(value, place, findings)?;
        wanted(text, Pattern::read(text), (place, findings)).map(Self::Paths)
    }

    fn read_symbol(fields: &Fields<'_>) -> Option<Self> {
        fields.require("file");
        fields.require("symbol");
        let (place, findings) = (&fields.place, fields.findings);
        let text = fields.text("file");
        let file = text.and_then(|text| wanted(text, Pattern::file(text), (&place.key("file"), findings)));
        let symbol = fields.text("symbol");
        let footprint = Self::Symbol { file: file?, symbol: symbol?.to_owned() };
        if !footprint.is_known() {
            let message = format!("the language of {} is not known, and so is where the symbol ends", named(text?));
            findings.warning(Code::UnknownLanguage, place, message);
        }
        Some(footprint)
    }

    /// Tells whether it is known what it covers: it is not for a symbol in a language that is not understood.
    #[must_use]
    pub fn is_known(&self) -> bool {
        let Self::Symbol { file, .. } = self else { return true };
        Language::of(file.as_str().as_bytes()).is_some()
    }

    /// Returns the paths that it is in.
    #[must_use]
    pub fn paths(&self) -> &Pattern {
        let (Self::Paths(paths) | Self::Symbol { file: paths, .. }) = self;
        paths
    }

    /// Tells whether the two have something in common, also something that does not exist yet. What that takes is taken
    /// from `steps`.
    ///
    /// Two symbols have where one is the other or within it; where it is not known what a symbol covers, it may be the whole file.
    #[must_use]
    pub fn overlaps(&self, other: &Self, steps: &mut Steps) -> bool {
        if let (Self::Symbol { symbol: a, .. }, Self::Symbol { symbol: b, .. }) = (self, other)
            && !is_within(a, b)
            && !is_within(b, a)
            && self.is_known()
        {
            steps.take(1);
            return false;
        }
        self.paths().meets(other.paths(), steps)
    }
}

/// Tells whether a symbol is another one or a part of it, as a method is of its type.
fn is_within(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Returns a pattern, or gathers why it is none.
fn wanted(
    text: &str,
    read: Result<Pattern, pattern::Error>,
    (place, findings): (&Place, &Findings),
) -> Option<Pattern> {
    let code = match &read {
        Ok(_) => return read.ok(),
        Err(pattern::Error::Path(_)) => Code::BadPath,
        Err(pattern::Error::Glob(_)) => Code::BadGlob,
    };
    let why = read.err().map(|error| error.to_string()).unwrap_or_default();
    findings.error(code, place, format!("{} is no path of the repository: {why}", named(text)));
    None
}

impl fmt::Display for Footprint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Paths(paths) => write!(out, "{paths}"),
            Self::Symbol { file, symbol } => write!(out, "{symbol} in {file}"),
        }
    }
}

impl Serialize for Footprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Paths(paths) => serializer.serialize_str(paths.as_str()),
            Self::Symbol { file, symbol } => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("file", file.as_str())?;
                map.serialize_entry("symbol", symbol)?;
                map.end()
            }
        }
    }
}
