//! Exit codes: what the program tells its caller.

use crate::command::{Answer, Kind};

/// The command was not understood.
pub(super) const USAGE: u8 = 2;

/// Returns the status of an answer.
pub(super) fn of_answer(answer: Answer) -> u8 {
    match answer {
        Answer::Yes => 0,
        Answer::No => 1,
        Answer::Conflict => 4,
        Answer::Interrupted => 130,
    }
}

/// Returns the status of an error.
pub(super) fn of_kind(kind: Kind) -> u8 {
    match kind {
        Kind::Usage => USAGE,
        Kind::Busy => 3,
        Kind::Conflict => 4,
        Kind::Cannot => 128,
    }
}
