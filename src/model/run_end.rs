//! Run ends: why the workers of a run are at work no more; a fixed, ordered list.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a run ended. Where several hold, the first in this order is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunEnd {
    /// A person or the system asked for its end.
    Stopped,
    /// A candidate passed, and one was enough.
    FirstPassed,
    /// The agents said that they spent the money that was set.
    BudgetCost,
    /// The agents said that they used the tokens that were set.
    BudgetTokens,
    /// The time that was set for the whole run is over.
    BudgetWall,
    /// Every worker came to its own end.
    Completed,
}

impl RunEnd {
    /// Lists all, first to last.
    pub const ALL: [Self; 6] =
        [Self::Stopped, Self::FirstPassed, Self::BudgetCost, Self::BudgetTokens, Self::BudgetWall, Self::Completed];

    /// Says it to people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Stopped => "it was stopped",
            Self::FirstPassed => "a candidate passed, and one was enough",
            Self::BudgetCost => "the agents spent the budget for cost",
            Self::BudgetTokens => "the agents used the budget for tokens",
            Self::BudgetWall => "the time for the whole run is over",
            Self::Completed => "every worker came to its end",
        }
    }
}

impl fmt::Display for RunEnd {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.words())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_its_own_order_and_spelled_for_good() {
        assert!(RunEnd::ALL.is_sorted_by(|a, b| a < b));
        let names = RunEnd::ALL.map(|end| serde_json::to_value(end).unwrap().as_str().unwrap().to_owned());
        assert_eq!(
            names,
            ["stopped", "first_passed", "budget_cost", "budget_tokens", "budget_wall", "completed"].map(String::from)
        );
    }
}
