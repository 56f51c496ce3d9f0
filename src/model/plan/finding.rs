//! Findings: what is wrong with a plan, or worth a look, each with a stable code and its place.

use std::{
    cell::{Cell, RefCell},
    fmt,
};

use serde::Serialize;

/// How many findings are kept; a text of nothing but mistakes has more than anybody reads.
const MOST: usize = 1000;
/// The longest message, in characters.
const LONGEST_MESSAGE: usize = 1000;
/// The longest name that a message repeats, in characters.
const LONGEST_NAME: usize = 80;
/// How many names are looked at for those that were meant; a text of nothing but mistakes has no end of both.
const MOST_LOOKS: usize = 100_000;
/// How much alike an unknown name and a known one must be, from 0 to 1, for the one to be taken for the other.
const LIKE_ENOUGH: f64 = 0.7;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The plan is not valid.
    Error,
    /// The plan is valid; something about it may not be meant.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(if *self == Self::Error { "error" } else { "warning" })
    }
}

/// What was found; scripts match on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The text is no JSON, or no TOML.
    Syntax,
    /// There is more of something than is read.
    TooMuch,
    /// A value is of another type than it must be.
    WrongType,
    /// A key that must be there is not.
    MissingKey,
    /// A key that is not known.
    UnknownKey,
    /// The plan is of a version that is not known.
    UnknownVersion,
    /// There are no tasks.
    EmptyPlan,
    /// A text or list that must hold something is empty.
    Empty,
    /// An id cannot be a part of a ref's name.
    BadId,
    /// An id stands for two tasks.
    DuplicateId,
    /// A task needs one that does not exist.
    UnknownNeed,
    /// A task needs itself.
    SelfNeed,
    /// Tasks need each other in a circle.
    Cycle,
    /// A time is none.
    BadDuration,
    /// A rule is none.
    BadRule,
    /// A number of attempts is out of range.
    BadAttempts,
    /// A permission is neither `read` nor `write`.
    BadPermission,
    /// A path does not name anything that a task may read or write.
    BadPath,
    /// The wildcards of a path are wrong.
    BadGlob,
    /// A task that may only read declares that it writes.
    ReadOnlyWrites,
    /// A role that is not known: its tasks may only read.
    UnknownRole,
    /// A symbol of a file whose language is not known.
    UnknownLanguage,
    /// A path that no file of the commit checked out has.
    MatchesNothing,
    /// An order that paths ask for, turned round since it would close a circle.
    TurnedOrder,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was found.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// Where, such as `tasks[2].needs[0]`; `plan` for the whole.
    pub place: Place,
    /// What was found, for people.
    pub message: String,
}

/// Where in a plan something stands, such as `tasks[2].needs[0]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct Place(String);

/// Findings as they are gathered, in the order in which they were made.
#[derive(Debug, Default)]
pub struct Findings {
    kept: RefCell<Vec<Finding>>,
    omitted: Cell<usize>,
    looks: Cell<usize>,
}

impl Findings {
    /// Adds an error.
    pub fn error(&self, code: Code, place: &Place, message: impl Into<String>) {
        self.add((code, Severity::Error), place, &message.into());
    }

    /// Adds a warning.
    pub fn warning(&self, code: Code, place: &Place, message: impl Into<String>) {
        self.add((code, Severity::Warning), place, &message.into());
    }

    fn add(&self, (code, severity): (Code, Severity), place: &Place, message: &str) {
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= MOST {
            return self.omitted.set(self.omitted.get() + 1);
        }
        // What a message repeats may be anything: it stays on one line, and short.
        let message = message.chars().take(LONGEST_MESSAGE).flat_map(shown).collect();
        kept.push(Finding { code, severity, place: place.clone(), message });
    }

    /// Tells whether an error is among them. Where findings were left out, one may be among those.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.omitted.get() > 0 || self.kept.borrow().iter().any(|finding| finding.severity == Severity::Error)
    }

    /// Writes a question that names what was probably meant; nothing where nothing is like it.
    #[must_use]
    pub fn did_you_mean<'a>(&self, typed: &str, known: impl Iterator<Item = &'a str>) -> String {
        // How long it takes grows with the length of both, and nobody reads it where no more is kept.
        let is_asked = typed.len() <= LONGEST_NAME && self.kept.borrow().len() < MOST;
        let like = |name| Some((strsim::jaro(typed, name), name)).filter(|(likeness, _)| *likeness > LIKE_ENOUGH);
        let left = if is_asked { MOST_LOOKS.saturating_sub(self.looks.get()) } else { 0 };
        let looked = known.take(left).inspect(|_| self.looks.set(self.looks.get() + 1));
        let near = looked.filter(|name| name.len() <= LONGEST_NAME).filter_map(like);
        let best = near.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)));
        best.map_or(String::new(), |(_, name)| format!(" (did you mean {}?)", named(name)))
    }

    /// Returns how many were left out.
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.omitted.get()
    }

    /// Returns them.
    #[must_use]
    pub fn into_vec(self) -> Vec<Finding> {
        self.kept.into_inner()
    }
}

impl Place {
    /// Returns the place of a value of this object.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let is_word = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        let dot = if self.0.is_empty() { "" } else { "." };
        Self(if is_word { format!("{}{dot}{key}", self.0) } else { format!("{}[{}]", self.0, named(key)) })
    }

    /// Returns the place of a value of this list.
    #[must_use]
    pub fn at(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.to_string()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(if self.0.is_empty() { "plan" } else { &self.0 })
    }
}

/// Names something that a plan holds, on one line and not at length.
#[must_use]
pub fn named(name: &str) -> String {
    let mut characters = name.chars();
    let shown: String = characters.by_ref().take(LONGEST_NAME).flat_map(shown).collect();
    let rest = if characters.next().is_some() { "..." } else { "" };
    format!("'{shown}{rest}'")
}

fn shown(c: char) -> Vec<char> {
    if c.is_control() { c.escape_default().collect() } else { vec![c] }
}
