//! Endings: how a child process came to its end.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a child process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Ending {
    /// It exited with status 0.
    Success,
    /// It exited with another status.
    Failure {
        /// The exit status, 1 to 255.
        code: i32,
    },
    /// It ran out of its time and was ended.
    Timeout,
    /// A signal that was not ours ended it.
    Signalled {
        /// The signal's number.
        signal: i32,
    },
    /// A person asked for its end.
    Stopped,
    /// The run itself was interrupted or died.
    Interrupted,
}

impl Ending {
    /// Tells whether the child said itself that it succeeded.
    #[must_use]
    pub fn is_success(self) -> bool {
        self == Self::Success
    }

    /// Returns the exit status, where there was one.
    #[must_use]
    pub fn exit_code(self) -> Option<i32> {
        match self {
            Self::Success => Some(0),
            Self::Failure { code } => Some(code),
            Self::Timeout | Self::Signalled { .. } | Self::Stopped | Self::Interrupted => None,
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success => out.write_str("success"),
            Self::Failure { code } => write!(out, "failure({code})"),
            Self::Timeout => out.write_str("timeout"),
            Self::Signalled { signal } => write!(out, "signalled({signal})"),
            Self::Stopped => out.write_str("stopped"),
            Self::Interrupted => out.write_str("interrupted"),
        }
    }
}
