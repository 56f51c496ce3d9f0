//! Exit codes: what the program tells its caller.

use crate::command::{Answer, Kind};

/// The command was not understood.
pub(super) const USAGE: u8 = 2;

/// Somebody pressed the interrupt key: 128 and the number of SIGINT.
const INTERRUPTED: u8 = 130;

/// Returns the status of an answer; `signalled` is that of the signal that came meanwhile.
pub(super) fn of_answer(answer: Answer, signalled: Option<u8>) -> u8 {
    match answer {
        Answer::Yes => 0,
        Answer::No => 1,
        Answer::Busy => 3,
        Answer::Conflict => 4,
        Answer::Status(status) => status,
        Answer::Interrupted => signalled.unwrap_or(INTERRUPTED),
    }
}

/// Returns the status of an error; `signalled` is that of the signal that came meanwhile.
pub(super) fn of_kind(kind: Kind, signalled: Option<u8>) -> u8 {
    match kind {
        Kind::Declined => 1,
        Kind::Usage => USAGE,
        Kind::Busy => 3,
        Kind::Conflict => 4,
        Kind::Cannot => 128,
        Kind::Interrupted => signalled.unwrap_or(INTERRUPTED),
    }
}
