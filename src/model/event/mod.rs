//! Events: the lines of a journal, each of which says what happened, what it follows from and what stood before it.

mod draft;
mod envelope;
mod fields;

use std::{borrow::Cow, ops::Range};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    canonical::{self, Member},
    hash::Hash,
};
pub use draft::Draft;
use envelope::Envelope;

/// The version of the form that all events have.
pub const SCHEMA_VERSION: &str = "1.0";
/// The agent that our own events name.
pub const SOURCE_AGENT: &str = "git-par";
/// The most bytes that a line may have.
pub const LONGEST: usize = 16 << 20;

/// Why a line is no event, or a draft cannot become one.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The line is not in canonical form, or a value has none.
    #[error("the event is not in canonical form: {0}")]
    Canonical(#[from] canonical::Error),
    /// A member is missing or is not what it must be.
    #[error("'{key}' is not {want}")]
    Schema {
        /// The member's key.
        key: &'static str,
        /// What it must be.
        want: &'static str,
    },
    /// `triggered_by` and `causes` do not name earlier events in their one way.
    #[error("{0}")]
    Cause(&'static str),
    /// The line is longer than [`LONGEST`].
    #[error("the event is longer than {LONGEST} bytes")]
    TooLong,
}

/// An event: its canonical line and what every event says.
///
/// It exists only in canonical form, so that its line, its members and the text that its hash covers cannot disagree. That
/// the hash is right is the chain's matter: compare [`digest`](Self::digest).
#[derive(Clone, Debug)]
pub struct Event<'a> {
    line: Cow<'a, str>,
    members: Vec<Member>,
    envelope: Envelope,
}

impl<'a> Event<'a> {
    /// Reads a line, without its newline, that must be in canonical form; borrows it.
    pub fn parse(line: &'a [u8]) -> Result<Self, Error> {
        within_length(line)?;
        let members = canonical::check(line).map_err(|error| told_apart(line, error))?;
        Self::new(ascii(line).into(), members)
    }

    /// Reads a line in any JSON and keeps its canonical form.
    pub fn parse_foreign(line: &[u8]) -> Result<Self, Error> {
        within_length(line)?;
        Self::from_canonical(canonical::from_json(line)?)
    }

    fn from_canonical(line: String) -> Result<Self, Error> {
        within_length(line.as_bytes())?;
        let members = canonical::check(line.as_bytes())?;
        Self::new(line.into(), members)
    }

    fn new(line: Cow<'a, str>, members: Vec<Member>) -> Result<Self, Error> {
        let envelope = Envelope::read(&line, &members)?;
        Ok(Self { line, members, envelope })
    }

    /// Makes the event independent of the bytes that it was read from.
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        Event { line: self.line.into_owned().into(), members: self.members, envelope: self.envelope }
    }
}

fn ascii(line: &[u8]) -> &str {
    std::str::from_utf8(line).expect("canonical text is ASCII")
}

fn within_length(line: &[u8]) -> Result<(), Error> {
    if line.len() > LONGEST { Err(Error::TooLong) } else { Ok(()) }
}

/// Prefers to say that a line is not JSON over where it first left the canonical form.
fn told_apart(line: &[u8], error: canonical::Error) -> Error {
    match serde_json::from_slice::<serde::de::IgnoredAny>(line) {
        Err(json) => canonical::Error::from(json).into(),
        Ok(_) => error.into(),
    }
}

impl Event<'_> {
    /// Returns the canonical line, without a newline.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.line
    }

    /// Returns the event's number in its journal, counted from 1.
    #[must_use]
    pub fn seq_id(&self) -> u64 {
        self.envelope.seq_id
    }

    /// Returns who wrote the event.
    #[must_use]
    pub fn source_agent(&self) -> Cow<'_, str> {
        self.required_text("source_agent")
    }

    /// Returns the event's kind, such as `run_started`.
    #[must_use]
    pub fn tool_name(&self) -> Cow<'_, str> {
        self.required_text("tool_name")
    }

    /// Returns what was asked for.
    #[must_use]
    pub fn args(&self) -> Map<String, Value> {
        self.object("args")
    }

    /// Returns what came of it.
    #[must_use]
    pub fn result(&self) -> Map<String, Value> {
        self.object("result")
    }

    /// Reads `args` and `result` as the types that this kind of event has.
    ///
    /// # Errors
    ///
    /// Names the one that does not fit.
    pub fn payload<'e, A: Deserialize<'e>, R: Deserialize<'e>>(&'e self) -> Result<(A, R), Error> {
        let want = "the payload of this kind of event";
        let args = self.read("args").map_err(|_| Error::Schema { key: "args", want })?;
        let result = self.read("result").map_err(|_| Error::Schema { key: "result", want })?;
        Ok((args, result))
    }

    /// Tells whether it went well.
    #[must_use]
    pub fn success(&self) -> bool {
        self.envelope.success
    }

    /// Returns how long it took, in milliseconds.
    #[must_use]
    pub fn duration_ms(&self) -> u64 {
        self.envelope.duration_ms
    }

    /// Returns the latest event that this one follows from.
    #[must_use]
    pub fn triggered_by(&self) -> Option<u64> {
        self.envelope.causes.last().copied()
    }

    /// Returns all events that this one follows from, ascending.
    #[must_use]
    pub fn causes(&self) -> &[u64] {
        &self.envelope.causes
    }

    /// Returns when it was written: RFC 3339, UTC, milliseconds.
    #[must_use]
    pub fn time(&self) -> Option<Cow<'_, str>> {
        self.text("time")
    }

    /// Returns the hash that it gives for the event before it.
    #[must_use]
    pub fn prev_hash(&self) -> Hash {
        self.envelope.prev_hash
    }

    /// Returns the hash that it gives for itself.
    #[must_use]
    pub fn entry_hash(&self) -> Hash {
        self.envelope.entry_hash
    }

    /// Returns the hash that it should give for itself: that of its line without the member `entry_hash`.
    #[must_use]
    pub fn digest(&self) -> Hash {
        let cut = self.cut();
        Hash::of(&[&self.line.as_bytes()[..cut.start], &self.line.as_bytes()[cut.end..]])
    }

    /// From the quote of the key `entry_hash` to that of the next key, of which there is always one: `prev_hash`.
    fn cut(&self) -> Range<usize> {
        let at = self.envelope.entry_hash_at;
        self.members[at].key.start - 1..self.members[at + 1].key.start - 1
    }

    /// Returns the canonical text of a member, whether this version knows the key or not.
    #[must_use]
    pub fn raw(&self, key: &str) -> Option<&str> {
        let member = self.members.iter().find(|member| self.line[member.key.clone()] == *key)?;
        Some(&self.line[member.value.clone()])
    }

    fn text(&self, key: &str) -> Option<Cow<'_, str>> {
        let raw = self.raw(key)?;
        let inner = &raw[1..raw.len() - 1];
        if !inner.contains('\\') {
            return Some(inner.into());
        }
        Some(serde_json::from_str::<String>(raw).expect("the member was read as a text").into())
    }

    fn required_text(&self, key: &str) -> Cow<'_, str> {
        self.text(key).expect("no event is without it")
    }

    fn object(&self, key: &str) -> Map<String, Value> {
        self.read(key).expect("the member was read as an object")
    }

    fn read<'e, T: Deserialize<'e>>(&'e self, key: &str) -> serde_json::Result<T> {
        serde_json::from_str(self.raw(key).unwrap_or("null"))
    }
}

impl PartialEq for Event<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.line == other.line
    }
}

impl Eq for Event<'_> {}
