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

    /// `refs/par/<run>/leftover/w<n>.<k>`: what stood in the worktree of attempt k when it was removed, and was nowhere else
    #[must_use]
    pub fn leftover(run: &RunId, worker: Worker, attempt: u32) -> Self {
        Self(format!("{RUNS}{run}/leftover/{worker}.{attempt}"))
    }

    /// `refs/par/<run>/union/<k>`: the k-th union of a plan's tasks
    #[must_use]
    pub fn union(run: &RunId, number: usize) -> Self {
        Self(format!("{RUNS}{run}/union/{number}"))
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

    /// Tells whether nobody but a person who looks back needs it: what was superseded, discarded or left over.
    #[must_use]
    pub fn is_spare(&self) -> bool {
        let below = self.0.strip_prefix(RUNS).and_then(|rest| rest.split_once('/'));
        below.is_some_and(|(_, name)| ["attempt/", "discarded/", "leftover/"].iter().any(|part| name.starts_with(part)))
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

    /// Reads a name that another repository told: a run's notes, or what is in its folder or one deeper.
    ///
    /// What is a ref of ours in one repository is no folder in another, nor the other way round: no clone could hold both.
    #[must_use]
    pub fn told(name: &str) -> Option<(RunId, Self)> {
        let mut parts = name.strip_prefix(NOTES).or_else(|| name.strip_prefix(RUNS))?.split('/');
        let run: RunId = parts.next()?.parse().ok()?;
        let rest: Vec<RunId> = parts.map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let fits = match rest.as_slice() {
            [] => name.starts_with(NOTES),
            _ if name.starts_with(NOTES) => false,
            [short] => !is_folder(short.as_str()),
            [folder, _] => !is_single(folder.as_str()),
            _ => false,
        };
        fits.then(|| (run, Self(name.to_owned())))
    }

    /// Tells whether the journal decides where it is: base, a candidate of whatever standing, winner, merge.
    #[must_use]
    pub fn is_journaled(&self) -> bool {
        let below = self.0.strip_prefix(RUNS).and_then(|name| name.split_once('/'));
        let short = below.map_or("", |(_, short)| short);
        let is_past = ["attempt/", "discarded/", "union/"].iter().any(|folder| short.starts_with(folder));
        is_past || (is_single(short) && !matches!(short, "logs" | "seal"))
    }

    /// Returns the name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Tells whether this is one ref of a run, below which there is nothing.
fn is_single(short: &str) -> bool {
    let is_candidate = short.starts_with('w') && short.parse::<Worker>().is_ok();
    is_candidate || matches!(short, "base" | "winner" | "merge" | "logs" | "seal")
}

/// Tells whether this is a folder of a run's refs, and no ref.
fn is_folder(short: &str) -> bool {
    matches!(short, "attempt" | "discarded" | "leftover" | "union")
}

impl fmt::Display for RefName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_repository_tells_is_a_name_of_ours_or_none() {
        let told = |name| RefName::told(name).map(|(run, name)| (run.to_string(), name.to_string()));
        for name in ["refs/notes/par/r", "refs/par/r/base", "refs/par/r/attempt/w1.2", "refs/par/r/later"] {
            assert_eq!(told(name), Some(("r".to_owned(), name.to_owned())));
        }
        for name in [
            "refs/par/r",
            "refs/par/r/",
            "refs/par//base",
            "refs/par/-r/base",
            "refs/par/r/a b",
            "refs/par/r/..",
            "refs/par/r/a/b/c",
            "refs/par/r/attempt",
            "refs/par/r/discarded",
            "refs/par/r/leftover",
            "refs/par/r/merge/x",
            "refs/par/r/seal/x",
            "refs/par/r/winner/x",
            "refs/par/r/w1/x",
            "refs/par/é/base",
            "refs/notes/par/r/x",
            "refs/notes/par/.r",
            "refs/heads/refs/par/r/base",
            "refs/heads/main",
        ] {
            assert_eq!(told(name), None, "{name}");
        }
    }

    #[test]
    fn the_journal_decides_on_candidates_and_not_on_seals_logs_or_what_is_unknown() {
        let is_journaled = |short: &str| RefName::full(format!("{RUNS}r/{short}")).is_journaled();
        for short in ["base", "w1", "w256", "winner", "merge", "attempt/w1.1", "discarded/w2"] {
            assert!(is_journaled(short), "{short}");
        }
        for short in ["seal", "logs", "w0", "w257", "work", "1", "later", ""] {
            assert!(!is_journaled(short), "{short}");
        }
        assert!(!RefName::full("refs/notes/par/r").is_journaled());
    }
}
