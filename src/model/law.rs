//! Laws: what one event is held to.

use super::history::Illegal;

/// What one event is held to.
pub(super) struct Law<'a> {
    pub(super) seq: u64,
    pub(super) causes: &'a [u64],
}

impl Law<'_> {
    pub(super) fn broken(&self, message: impl Into<String>) -> Illegal {
        Illegal { seq: self.seq, message: message.into() }
    }

    pub(super) fn require(&self, holds: bool, message: impl Into<String>) -> Result<(), Illegal> {
        if holds { Ok(()) } else { Err(self.broken(message)) }
    }

    pub(super) fn follows(&self, cause: u64) -> Result<(), Illegal> {
        self.require(self.causes.contains(&cause), format!("it does not name event {cause} among its causes"))
    }
}
