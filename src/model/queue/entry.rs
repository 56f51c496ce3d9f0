//! Entries: what is to land, and how it stands.

use std::{cmp::Reverse, fmt};

use serde::{Deserialize, Serialize};

use crate::model::{
    fact::{entry_added::Source, entry_held},
    oid::Oid,
    resolution::Resolution,
};

/// The number of an entry in its queue, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryId(pub u32);

impl fmt::Display for EntryId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// Names entries one after another.
#[must_use]
pub fn names(entries: &[EntryId]) -> String {
    let numbers: Vec<String> = entries.iter().map(ToString::to_string).collect();
    let word = if numbers.len() == 1 { "entry" } else { "entries" };
    format!("{word} {}", numbers.join("+"))
}

/// How an entry stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits for its turn.
    Queued,
    /// A processor has it.
    Testing,
    /// It has landed, as this commit: for good.
    Merged(Oid),
    /// It waits for a person.
    NeedsReview(entry_held::Outcome),
    /// A person dropped it: for good.
    Dropped,
}

impl State {
    /// Tells whether nothing is to be done about it any more, unless a person wants it.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        !matches!(self, Self::Queued | Self::Testing)
    }

    /// Returns the commit as which it has landed.
    #[must_use]
    pub fn landed(&self) -> Option<Oid> {
        if let Self::Merged(commit) = self { Some(*commit) } else { None }
    }

    /// Returns why it waits for a person.
    #[must_use]
    pub fn held(&self) -> Option<&entry_held::Outcome> {
        if let Self::NeedsReview(why) = self { Some(why) } else { None }
    }

    /// Tells whether it waits for a conflict to be resolved.
    #[must_use]
    pub fn is_conflicting(&self) -> bool {
        self.held().is_some_and(|why| why.reason == entry_held::Reason::Conflict)
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Testing => "testing",
            Self::Merged(_) => "merged",
            Self::NeedsReview(_) => "needs_review",
            Self::Dropped => "dropped",
        }
    }

    /// Tells whether nothing can change any more.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Merged(_) | Self::Dropped)
    }
}

/// Something that is to land.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: EntryId,
    /// Where it came from.
    pub source: Source,
    /// What it is for, in a line.
    pub title: String,
    /// The commit that is to land.
    pub commit: Oid,
    /// The commits that were to land before it was retried with another one, oldest first.
    pub superseded: Vec<Oid>,
    /// How its commit came of a conflict, where it did.
    pub resolution: Option<Resolution>,
    /// Whether the check has not passed with it once.
    pub has_failed: bool,
    /// What is higher goes first.
    pub priority: i32,
    /// How it stands.
    pub state: State,
    /// The newest event that names it.
    pub newest: u64,
}

impl Entry {
    /// Lists the commits that it brought, oldest first.
    pub fn commits(&self) -> impl Iterator<Item = Oid> {
        self.superseded.iter().copied().chain([self.commit])
    }

    /// Returns what entries are ordered by: what is less goes first.
    #[must_use]
    pub fn rank(&self) -> (Reverse<i32>, EntryId) {
        (Reverse(self.priority), self.id)
    }
}
