//! What escaped: a change outside of what a task declared, as it is recorded and shown.

use serde::{Deserialize, Serialize};

use super::{containment::Escape, quote};

/// How many of them are listed.
pub const MOST: usize = 1000;

/// A change that was not declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escaped {
    /// Where it is, as git quotes it; empty in what says how many more there are.
    pub path: String,
    /// Why it is one, for people.
    pub reason: String,
}

impl Escaped {
    /// Says how many more there are than are listed.
    #[must_use]
    pub fn more(count: u64) -> Self {
        Self { path: String::new(), reason: format!("and {count} more") }
    }
}

impl From<Escape> for Escaped {
    fn from(Escape { path, reason }: Escape) -> Self {
        Self { path: quote::path(&path), reason: reason.to_string() }
    }
}
