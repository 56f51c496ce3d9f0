//! Ref names: the one place that spells them.

use std::fmt;

use super::{
    journal_name::{JournalName, QueueName},
    queue::entry::EntryId,
    run_id::{self, RunId},
    worker::Worker,
};

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
    pub fn base(of: &JournalName) -> Self {
        below(of, "base")
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
    pub fn winner(of: &JournalName) -> Self {
        below(of, "winner")
    }

    /// `refs/par/<run>/merge`
    #[must_use]
    pub fn merge(of: &JournalName) -> Self {
        below(of, "merge")
    }

    /// `refs/par/<run>/logs`
    #[must_use]
    pub fn logs(of: &JournalName) -> Self {
        below(of, "logs")
    }

    /// `refs/par/<run>/seal`
    #[must_use]
    pub fn seal(of: &JournalName) -> Self {
        below(of, "seal")
    }

    /// `refs/notes/par/<run>`
    #[must_use]
    pub fn notes(of: &JournalName) -> Self {
        Self(format!("{NOTES}{}", of.as_str()))
    }

    /// `refs/par/queue/<target>/entry/<n>.<k>`: the k-th commit that an entry of a queue brought
    #[must_use]
    pub fn entry(queue: &QueueName, entry: EntryId, number: usize) -> Self {
        below(queue, &format!("entry/{entry}.{number}"))
    }

    /// `refs/par/queue/<target>/landed/<n>`: the commit as which an entry of a queue landed
    #[must_use]
    pub fn landed(queue: &QueueName, entry: EntryId) -> Self {
        below(queue, &format!("landed/{entry}"))
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
    pub fn prefix(of: &JournalName) -> String {
        format!("{RUNS}{}/", of.as_str())
    }

    /// Tells whether nobody but a person who looks back needs it: what was superseded, discarded or left over.
    #[must_use]
    pub fn is_spare(&self) -> bool {
        let is_below = |name: &str| ["attempt/", "discarded/", "leftover/"].iter().any(|part| name.starts_with(part));
        self.split().is_some_and(|(_, name)| is_below(name))
    }

    /// Tells whether it keeps a commit that an entry of a queue brought, or landed as.
    #[must_use]
    pub fn is_of_entry(&self) -> bool {
        let is_below = |name: &str| ["entry/", "landed/"].iter().any(|part| name.starts_with(part));
        self.split().is_some_and(|(_, name)| is_below(name))
    }

    /// Returns what a notes ref is of: a run or a queue.
    #[must_use]
    pub fn noted(&self) -> Option<JournalName> {
        JournalName::split(self.0.strip_prefix(NOTES)?).filter(|(_, rest)| rest.is_none()).map(|(of, _)| of)
    }

    /// Returns the run or the queue that a ref which is no notes ref belongs to.
    #[must_use]
    pub fn of(&self) -> Option<JournalName> {
        Some(self.split()?.0)
    }

    /// Splits the name of a ref that is no notes ref into what it is of, and the rest.
    fn split(&self) -> Option<(JournalName, &str)> {
        let (of, rest) = JournalName::split(self.0.strip_prefix(RUNS)?)?;
        Some((of, rest?))
    }

    /// Reads a name that another repository told: the notes of a run or a queue, or what is in its folder or one deeper.
    ///
    /// What is a ref of ours in one repository is no folder in another, nor the other way round: no clone could hold both.
    #[must_use]
    pub fn told(name: &str) -> Option<(JournalName, Self)> {
        let is_notes = name.starts_with(NOTES);
        let (of, rest) = JournalName::split(name.strip_prefix(NOTES).or_else(|| name.strip_prefix(RUNS))?)?;
        let parts: Vec<&str> = rest.into_iter().flat_map(|rest| rest.split('/')).collect();
        let fits = match parts.as_slice() {
            [] => is_notes,
            _ if is_notes => false,
            [short] => !is_folder(short),
            [folder, _] => !is_single(folder),
            _ => false,
        };
        (fits && parts.iter().all(|part| run_id::is_safe(part))).then(|| (of, Self(name.to_owned())))
    }

    /// Tells whether the journal decides where it is: base, a candidate of whatever standing, winner, merge; what a queue is to
    /// land and what it landed.
    #[must_use]
    pub fn is_journaled(&self) -> bool {
        let split = self.split();
        let short = split.as_ref().map_or("", |(_, short)| short);
        let folders = ["attempt/", "discarded/", "union/", "entry/", "landed/"];
        let is_past = folders.iter().any(|folder| short.starts_with(folder));
        is_past || (is_single(short) && !matches!(short, "logs" | "seal"))
    }

    /// Returns the name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn below(of: &JournalName, short: &str) -> RefName {
    RefName(format!("{RUNS}{}/{short}", of.as_str()))
}

/// Tells whether this is one ref of a run, below which there is nothing.
fn is_single(short: &str) -> bool {
    let is_candidate = short.starts_with('w') && short.parse::<Worker>().is_ok();
    is_candidate || matches!(short, "base" | "winner" | "merge" | "logs" | "seal")
}

/// Tells whether this is a folder of a run's refs, and no ref.
fn is_folder(short: &str) -> bool {
    matches!(short, "attempt" | "discarded" | "leftover" | "union" | "entry" | "landed")
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
        let told = |name| RefName::told(name).map(|(of, name)| (of.as_str().to_owned(), name.to_string()));
        for name in ["refs/notes/par/r", "refs/par/r/base", "refs/par/r/attempt/w1.2", "refs/par/r/later"] {
            assert_eq!(told(name), Some(("r".to_owned(), name.to_owned())));
        }
        for name in ["refs/notes/par/queue/a%2Fb", "refs/par/queue/a%2Fb/base", "refs/par/queue/a%2Fb/entry/1.1"] {
            assert_eq!(told(name), Some(("queue/a%2Fb".to_owned(), name.to_owned())));
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
            "refs/par/queue/base",
            "refs/par/queue/main/entry",
            "refs/par/queue/main/base/x",
            "refs/notes/par/queue",
            "refs/notes/par/queue/main/x",
            "refs/notes/par/queue/%6Dain",
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
