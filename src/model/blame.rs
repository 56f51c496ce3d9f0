//! Blame stub.
use serde::{Deserialize, Serialize};
/// What is known of a failing set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Explanation {
    /// x
    Minimal,
}
impl std::fmt::Display for Explanation {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.pad("x")
    }
}

/// A
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// x
    Passes,
    /// x
    Fails,
    /// x
    Unknown,
    /// x
    Spent,
}
/// B
pub struct Blame {
    /// x
    pub set: Vec<usize>,
    /// x
    pub explanation: Explanation,
}
/// x
pub fn search(count: usize, _hint: &[usize], _ask: &mut dyn FnMut(&[usize]) -> Answer) -> Blame {
    Blame { set: (0..count).collect(), explanation: Explanation::Minimal }
}
/// x
pub fn hint(_o: &str, _p: &[Vec<String>]) -> Vec<usize> {
    Vec::new()
}
