//! `winner_selected`: the ranking of the candidates, and the first of it.

use serde::{Deserialize, Serialize};

use crate::model::{oid::Oid, ranking::Rank, rule::Rule, worker::Worker};

/// A winner was picked, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WinnerSelected {
    /// What was asked.
    pub args: Args,
    /// What came of it.
    pub result: Outcome,
}

/// Who picks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The rule did.
    Rule,
    /// A person named the worker.
    Person,
}

/// How to pick.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The keys.
    pub rule: Rule,
    /// Who picks.
    pub by: By,
    /// The worker that a person named.
    pub worker: Option<Worker>,
    /// Whether a failing candidate may win.
    pub allow_failing: bool,
}

/// The order and its first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The winner, where there is one.
    pub winner: Option<Worker>,
    /// Its candidate.
    pub candidate: Option<Oid>,
    /// Why this one, or why none.
    pub reason: String,
    /// Every candidate with its keys, best first.
    pub ranking: Vec<Rank>,
}

super::payload!(WinnerSelected, "winner_selected", |fact| fact.result.winner.is_some());
