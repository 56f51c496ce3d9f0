//! Merge modes: what a merge leaves in the target's history.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a merge leaves in the target's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MergeMode {
    /// A merge commit with both sides as parents.
    #[serde(rename = "no-ff")]
    NoFf,
    /// The candidate itself, where the target is an ancestor of it.
    #[serde(rename = "ff")]
    Ff,
    /// One commit on the target with the merged tree.
    #[serde(rename = "squash")]
    Squash,
}

impl fmt::Display for MergeMode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NoFf => "no-ff",
            Self::Ff => "ff",
            Self::Squash => "squash",
        })
    }
}
