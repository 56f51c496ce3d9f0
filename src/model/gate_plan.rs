//! Gate plans: the check that a run puts to every candidate alike.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Where a gate runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The worker's own worktree, proven to hold the candidate.
    #[default]
    Worktree,
    /// A fresh worktree of the commit.
    Clean,
}

/// A text that names no place.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is not a place: expected 'worktree' or 'clean'")]
pub struct Error(String);

impl FromStr for Place {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "worktree" => Ok(Self::Worktree),
            "clean" => Ok(Self::Clean),
            _ => Err(Error(text.to_owned())),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Worktree => "worktree",
            Self::Clean => "clean",
        })
    }
}

/// The check, its place and its limits: the same for every candidate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatePlan {
    /// The command line.
    pub argv: Vec<String>,
    /// Where it runs; null: in the worktree where that holds the candidate, else in a clean one.
    pub place: Option<Place>,
    /// Its most time, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// Pathspecs that are taken from base.
    pub protect: Vec<String>,
}
