//! Cuts: why a child was ended by us before it came to its own end.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::run_end::RunEnd;

/// Why a child was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// Its time was over.
    Timeout,
    /// It printed nothing for too long.
    Idle,
    /// A person or the system asked for its end.
    Stop,
    /// Another candidate passed, and one was enough.
    FirstPassed,
    /// The run's budget for cost is spent.
    BudgetCost,
    /// The run's budget for tokens is used.
    BudgetTokens,
    /// The time for the whole run is over.
    BudgetWall,
}

impl Cut {
    /// Says it to people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Timeout => "its time was over",
            Self::Idle => "it printed nothing for too long",
            Self::Stop => "it was stopped",
            Self::FirstPassed => "another candidate passed first",
            Self::BudgetCost => "the budget for cost was spent",
            Self::BudgetTokens => "the budget for tokens was used",
            Self::BudgetWall => "the time for the whole run was over",
        }
    }
}

impl From<RunEnd> for Cut {
    fn from(end: RunEnd) -> Self {
        match end {
            RunEnd::FirstPassed => Self::FirstPassed,
            RunEnd::BudgetCost => Self::BudgetCost,
            RunEnd::BudgetTokens => Self::BudgetTokens,
            RunEnd::BudgetWall => Self::BudgetWall,
            RunEnd::Stopped | RunEnd::Completed => Self::Stop,
        }
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.words())
    }
}
