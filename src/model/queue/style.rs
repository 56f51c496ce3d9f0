//! Styles: what landing leaves in the target's history.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What landing leaves in the target's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// A merge commit with the target first.
    Merge,
    /// One commit on the target.
    Squash,
    /// The entry's own commits, made anew on the target.
    Rebase,
}

impl fmt::Display for Style {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Merge => "merge",
            Self::Squash => "squash",
            Self::Rebase => "rebase",
        })
    }
}
