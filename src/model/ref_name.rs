//! Ref names: the one place that spells them.

use std::fmt;

use super::{run_id::RunId, worker::Worker};

/// Everything that runs keep, but for notes.
pub const RUNS: &str = "refs/par/";
/// The notes of all runs.
pub const NOTES: &str = "refs/notes/par/";

/// The full name of a ref.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RefName(String);

impl RefName {
    /// `refs/par/<run>/base`
    #[must_use]
    pub fn base(run: &RunId) -> Self {
        Self(format!("{RUNS}{run}/base"))
    }

    /// `refs/par/<run>/w<n>`
    #[must_use]
    pub fn candidate(run: &RunId, worker: Worker) -> Self {
        Self(format!("{RUNS}{run}/{worker}"))
    }

    /// `refs/par/<run>/attempt/w<n>.<k>`
    #[must_use]
    pub fn attempt(run: &RunId, worker: Worker, attempt: u32) -> Self {
        Self(format!("{RUNS}{run}/attempt/{worker}.{attempt}"))
    }

    /// `refs/par/<run>/discarded/w<n>`
    #[must_use]
    pub fn discarded(run: &RunId, worker: Worker) -> Self {
        Self(format!("{RUNS}{run}/discarded/{worker}"))
    }

    /// `refs/par/<run>/winner`
    #[must_use]
    pub fn winner(run: &RunId) -> Self {
        Self(format!("{RUNS}{run}/winner"))
    }

    /// `refs/par/<run>/merge`
    #[must_use]
    pub fn merge(run: &RunId) -> Self {
        Self(format!("{RUNS}{run}/merge"))
    }

    /// `refs/par/<run>/logs`
    #[must_use]
    pub fn logs(run: &RunId) -> Self {
        Self(format!("{RUNS}{run}/logs"))
    }

    /// `refs/par/<run>/seal`
    #[must_use]
    pub fn seal(run: &RunId) -> Self {
        Self(format!("{RUNS}{run}/seal"))
    }

    /// `refs/notes/par/<run>`
    #[must_use]
    pub fn notes(run: &RunId) -> Self {
        Self(format!("{NOTES}{run}"))
    }

    /// `refs/heads/<branch>`, or the name itself where it is a full one.
    #[must_use]
    pub fn branch(name: &str) -> Self {
        if name.starts_with("refs/") { Self(name.to_owned()) } else { Self(format!("refs/heads/{name}")) }
    }

    /// Takes a full name as git printed it.
    #[must_use]
    pub fn full(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// `refs/par/<run>/`
    #[must_use]
    pub fn prefix(run: &RunId) -> String {
        format!("{RUNS}{run}/")
    }

    /// Returns the run that a notes ref belongs to.
    #[must_use]
    pub fn noted_run(&self) -> Option<RunId> {
        self.0.strip_prefix(NOTES)?.parse().ok()
    }

    /// Returns the run that a ref which is no notes ref belongs to.
    #[must_use]
    pub fn run(&self) -> Option<RunId> {
        self.0.strip_prefix(RUNS)?.split_once('/')?.0.parse().ok()
    }

    /// Returns the name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RefName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}
