//! Usage: what an agent says that it spent; its own word, recorded as such.

use serde::{Deserialize, Serialize};

/// Tokens and money that an agent reported; what it did not report is null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens that went in.
    pub input_tokens: Option<u64>,
    /// Tokens that came out.
    pub output_tokens: Option<u64>,
    /// Cost in millionths of a US dollar.
    pub cost_micro_usd: Option<u64>,
    /// Turns of the conversation.
    pub turns: Option<u64>,
}

impl Usage {
    /// Tells whether the agent reported nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds up what several passes spent; a number that one of them does not know is null.
    #[must_use]
    pub fn total(parts: &[Option<Self>]) -> Option<Self> {
        let add = |a: Option<u64>, b: Option<u64>| a.zip(b).map(|(a, b)| a.saturating_add(b));
        let parts: Option<Vec<&Self>> = parts.iter().map(Option::as_ref).collect();
        let sum = |a: Self, b: &Self| Self {
            input_tokens: add(a.input_tokens, b.input_tokens),
            output_tokens: add(a.output_tokens, b.output_tokens),
            cost_micro_usd: add(a.cost_micro_usd, b.cost_micro_usd),
            turns: add(a.turns, b.turns),
        };
        let mut parts = parts?.into_iter();
        let first = parts.next()?.clone();
        Some(parts.fold(first, sum))
    }
}

/// What agents said that they spent, counted as a budget counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Tokens, in and out.
    pub tokens: u64,
    /// Millionths of a US dollar.
    pub cost_micro_usd: u64,
}

impl Spent {
    /// Counts what one of them said; what it did not say counts for nothing.
    pub fn add(&mut self, usage: Option<&Usage>) {
        let Some(usage) = usage else { return };
        let tokens = usage.input_tokens.unwrap_or(0).saturating_add(usage.output_tokens.unwrap_or(0));
        self.tokens = self.tokens.saturating_add(tokens);
        self.cost_micro_usd = self.cost_micro_usd.saturating_add(usage.cost_micro_usd.unwrap_or(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(input: u64, cost: Option<u64>) -> Usage {
        Usage { input_tokens: Some(input), output_tokens: Some(1), cost_micro_usd: cost, turns: None }
    }

    #[test]
    fn a_total_knows_a_number_that_all_its_parts_know() {
        assert_eq!(Usage::total(&[]), None);
        assert_eq!(Usage::total(&[Some(usage(1, None)), None]), None);
        let total = Usage::total(&[Some(usage(1, Some(5))), Some(usage(2, None))]).unwrap();
        assert_eq!((total.input_tokens, total.output_tokens, total.cost_micro_usd), (Some(3), Some(2), None));
    }

    #[test]
    fn a_budget_counts_what_was_said() {
        let mut spent = Spent::default();
        for usage in [Some(usage(1, Some(5))), None, Some(usage(u64::MAX, None))] {
            spent.add(usage.as_ref());
        }
        assert_eq!(spent, Spent { tokens: u64::MAX, cost_micro_usd: 5 });
    }
}
