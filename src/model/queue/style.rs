//! Styles: what landing leaves in the target's history.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What landing leaves in the target's history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// A merge commit with the target first.
    #[default]
    Merge,
    /// One commit on the target.
    Squash,
    /// The entry's own commits, made anew on the target.
    Rebase,
}

/// A text that names no style.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is not a style: expected 'merge', 'squash' or 'rebase'")]
pub struct Error(String);

impl FromStr for Style {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let all = [Self::Merge, Self::Squash, Self::Rebase];
        all.into_iter().find(|style| style.to_string() == text).ok_or_else(|| Error(text.to_owned()))
    }
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
