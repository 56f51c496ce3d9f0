//! Breaks: why a journal is not a chain, and where.

use std::fmt;

use crate::model::{canonical, event, hash::Hash};

/// The first place at which a journal fails.
#[derive(Debug)]
pub struct Broken {
    /// The line, counted from 1; in an empty journal the one that is missing.
    pub line: u64,
    /// The `seq_id` that stands there, where it can be read.
    pub seq_id: Option<u64>,
    /// What is wrong.
    pub kind: Kind,
}

/// What is wrong with a journal.
#[derive(Debug, thiserror::Error)]
pub enum Kind {
    /// There is no event at all.
    #[error("the journal is empty")]
    Empty,
    /// The last line has no newline: its writing, or the journal's, was cut short.
    #[error("the journal ends within the line")]
    Truncated,
    /// The line by itself is no event.
    #[error(transparent)]
    Event(#[from] event::Error),
    /// The event is not the next one.
    #[error("seq_id {expected} was expected: events were inserted, deleted or reordered")]
    Seq {
        /// The `seq_id` that the chain goes on with.
        expected: u64,
    },
    /// The event follows another one than the event before it.
    #[error("prev_hash is not the entry_hash {expected} of the event before")]
    PrevHash {
        /// The hash of the event before.
        expected: Hash,
    },
    /// The event is not what it was when it was sealed.
    #[error("entry_hash is not that of the event, which is {actual}: its content was changed")]
    EntryHash {
        /// What the content hashes to.
        actual: Hash,
    },
}

impl Broken {
    /// Returns the stable kebab-case code of the kind, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.kind {
            Kind::Empty => "empty",
            Kind::Truncated => "truncated",
            Kind::Event(error) => event_code(error),
            Kind::Seq { .. } => "seq",
            Kind::PrevHash { .. } => "prev-hash",
            Kind::EntryHash { .. } => "entry-hash",
        }
    }
}

fn event_code(error: &event::Error) -> &'static str {
    match error {
        // A key that comes twice is a matter of data to serde_json: the text itself is JSON.
        event::Error::Canonical(canonical::Error::Json(json)) if !json.is_data() => "not-json",
        event::Error::Canonical(_) => "canonical",
        event::Error::Schema { .. } => "schema",
        event::Error::Cause(_) => "cause",
        event::Error::TooLong => "too-long",
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.kind, self.seq_id) {
            (Kind::Empty, _) => write!(out, "{}", self.kind),
            (kind, Some(seq_id)) => write!(out, "line {} (event {seq_id}): {kind}", self.line),
            (kind, None) => write!(out, "line {}: {kind}", self.line),
        }
    }
}

impl std::error::Error for Broken {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.kind.source()
    }
}
