//! Reports: what a command answers, for people and for programs.

use serde::Serialize;
use serde_json::{Value, json};

/// The version of every JSON answer; keys are added and never removed.
pub const VERSION: u32 = 1;

/// The answer in one word; the exit status follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes, or done.
    Yes,
    /// The answer is no: a gate failed, nothing could be picked, verification failed.
    No,
    /// A race was lost, or something is busy: the same command may work in a moment.
    Busy,
    /// A conflict needs a person.
    Conflict,
    /// The user interrupted it.
    Interrupted,
    /// What the child said that had the terminal: its exit status, or 128 and the number of the signal that ended it.
    Status(u8),
}

/// What a command answers.
pub trait Report {
    /// Writes the answer for people; styled, and stripped of it where that does not belong.
    fn text(&self) -> String;

    /// Writes the answer for programs: one object with `"version": 1`.
    fn json(&self) -> Value;

    /// Returns the answer in one word.
    fn answer(&self) -> Answer {
        Answer::Yes
    }

    /// Tells whether the answer has been written already, piece by piece or by a child that had the terminal.
    fn is_told(&self) -> bool {
        false
    }
}

/// Makes the JSON answer of a command from what it found.
pub(crate) fn object(found: &impl Serialize) -> Value {
    let found = serde_json::to_value(found).expect("an answer is made of texts, numbers and lists alone");
    let mut object = json!({ "version": VERSION });
    if let (Value::Object(all), Value::Object(found)) = (&mut object, found) {
        all.extend(found);
    }
    object
}
