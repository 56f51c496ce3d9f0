//! The terminal: how much room it has.

use std::os::fd::AsFd;

/// The room on a terminal that does not say how much it has.
const USUAL: Room = Room { lines: 24, columns: 80 };

/// The room on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    /// Its lines, one left for what is written next.
    pub(super) lines: usize,
    /// Its columns.
    pub(super) columns: usize,
}

impl Room {
    /// Asks the terminal behind a stream.
    pub(super) fn of(stream: impl AsFd) -> Self {
        let size = rustix::termios::tcgetwinsize(stream).ok();
        let told = |told: Option<u16>, usual: usize| told.map(usize::from).filter(|count| *count > 0).unwrap_or(usual);
        Self {
            lines: told(size.map(|size| size.ws_row), USUAL.lines).saturating_sub(1).max(2),
            columns: told(size.map(|size| size.ws_col), USUAL.columns),
        }
    }
}
