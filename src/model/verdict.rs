//! Verdicts: what a gate said of a tree.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ending::Ending;

/// What a gate said; the order is that of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The command exited with status 0.
    Pass,
    /// No gate ran.
    None,
    /// The command exited with another status.
    Fail,
    /// The command ran out of its time.
    Timeout,
    /// The command could not be run, or not to its end.
    Error,
}

impl From<Ending> for Verdict {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Success => Self::Pass,
            // 126 and 127 are what a shell says of a command that it cannot run.
            Ending::Failure { code: 126 | 127 } | Ending::Signalled { .. } | Ending::Stopped | Ending::Interrupted => {
                Self::Error
            }
            Ending::Failure { .. } => Self::Fail,
            Ending::Timeout => Self::Timeout,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Pass => "pass",
            Self::None => "none",
            Self::Fail => "fail",
            Self::Timeout => "timeout",
            Self::Error => "error",
        })
    }
}
