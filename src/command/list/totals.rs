//! Totals: what the workers of a run come to together.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    command::standing::{Row, STATES},
    model::usage::Usage,
};

/// What the workers of a run come to together; what no agent told is null.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Totals {
    /// The time of all agents, one after another, in milliseconds.
    pub elapsed_ms: u64,
    /// Tokens that went in.
    pub input_tokens: Option<u64>,
    /// Tokens that came out.
    pub output_tokens: Option<u64>,
    /// Cost in millionths of a US dollar.
    pub cost_micro_usd: Option<u64>,
}

impl Totals {
    /// Adds up the rows of a run.
    #[must_use]
    pub fn of(rows: &[Row]) -> Self {
        let sum = |read: fn(&Usage) -> Option<u64>| {
            let told = rows.iter().filter_map(|row| read(row.usage.as_ref()?));
            told.fold(None, |sum: Option<u64>, one| Some(sum.unwrap_or(0).saturating_add(one)))
        };
        Self {
            elapsed_ms: rows.iter().filter_map(|row| row.elapsed_ms).fold(0, u64::saturating_add),
            input_tokens: sum(|usage| usage.input_tokens),
            output_tokens: sum(|usage| usage.output_tokens),
            cost_micro_usd: sum(|usage| usage.cost_micro_usd),
        }
    }
}

/// Counts the workers by state.
pub(super) fn by_state(rows: &[Row]) -> BTreeMap<&'static str, usize> {
    rows.iter().fold(BTreeMap::new(), |mut counts, row| {
        *counts.entry(row.state).or_default() += 1;
        counts
    })
}

/// Counts the workers that have a verdict by it.
pub(super) fn by_verdict(rows: &[Row]) -> BTreeMap<String, usize> {
    rows.iter().filter(|row| row.is_gated).fold(BTreeMap::new(), |mut counts, row| {
        *counts.entry(row.verdict.to_string()).or_default() += 1;
        counts
    })
}

/// Writes counts by state in the order of a worker's life, such as `1 picked, 2 gated`.
pub(super) fn states(counts: &BTreeMap<&'static str, usize>) -> String {
    let known = STATES.iter().filter_map(|state| Some(format!("{} {state}", counts.get(state)?)));
    known.collect::<Vec<_>>().join(", ")
}

/// Writes counts by verdict, the good ones first.
pub(super) fn verdicts(counts: &BTreeMap<String, usize>) -> String {
    let known = ["pass", "fail", "timeout", "error", "none"].map(str::to_owned);
    let known = known.iter().filter_map(|verdict| Some(format!("{} {verdict}", counts.get(verdict)?)));
    let text = known.collect::<Vec<_>>().join(", ");
    if text.is_empty() { "-".to_owned() } else { text }
}
