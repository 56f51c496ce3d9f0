//! Merge reports: what a merge came to, and the ways out where it came to nothing.

use serde::Serialize;
use serde_json::Value;

use crate::{
    command::{Answer, Report, report, style::Style},
    model::{merge_mode::MergeMode, oid::Oid, ref_name::RefName, run_id::RunId, worker::Worker},
};

/// What a merge came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The branch moved.
    Merged,
    /// It would.
    WouldMerge,
    /// The branch had it already.
    AlreadyMerged,
    /// Paths conflict; nothing changed.
    Conflict,
}

/// What a merge answers.
#[derive(Debug, Serialize)]
pub struct MergeReport {
    /// The run.
    pub run: RunId,
    /// The worker whose candidate it is; null for the union of a plan.
    pub worker: Option<Worker>,
    /// The candidate.
    pub candidate: Oid,
    /// The branch, as a full ref name.
    pub target: String,
    /// How.
    pub mode: MergeMode,
    /// What it came to.
    pub state: State,
    /// The branch's commit before.
    pub ours: Oid,
    /// The branch's commit after.
    pub commit: Option<Oid>,
    /// The merged tree.
    pub tree: Option<Oid>,
    /// Paths that conflict, quoted as git quotes.
    pub conflicts: Vec<String>,
    /// Whether the branch was named, and need not be the one that is checked out.
    #[serde(skip)]
    pub is_elsewhere: bool,
}

impl MergeReport {
    /// Adds the commit and its tree.
    pub(super) fn with(self, (commit, tree): (Oid, Oid)) -> Self {
        Self { commit: Some(commit), tree: Some(tree), ..self }
    }

    /// Writes the ways out of a conflict: resolving it by hand, or another winner where there is one.
    fn ways_out(&self, branch: &str) -> String {
        let switch = if self.is_elsewhere { format!("git switch {branch} && ") } else { String::new() };
        let merge = format!("{switch}git merge {}", RefName::winner(&self.run));
        // A plan has no other winner.
        let pick = self.worker.map(|_| format!("git par pick {} -w N", self.run));
        let hints = [merge].into_iter().chain(pick);
        hints.map(|hint| format!("{} {hint}\n", Style::Warning.paint("hint:"))).collect()
    }
}

impl Report for MergeReport {
    fn text(&self) -> String {
        let branch = self.target.trim_start_matches("refs/heads/");
        let whose = self.worker.map_or("the union".to_owned(), |worker| worker.to_string());
        let what = format!("{whose} of run {}", self.run);
        let commit = self.commit.map(|commit| commit.short()).unwrap_or_default();
        match self.state {
            State::Merged => {
                format!("{} {what} into {branch} as {commit} ({})\n", Style::Good.paint("merged"), self.mode)
            }
            State::WouldMerge => format!("would merge {what} into {branch} ({})\n", self.mode),
            State::AlreadyMerged => format!("{branch} already has {what} ({commit}): nothing to do\n"),
            State::Conflict => {
                let paths: String = self.conflicts.iter().map(|path| format!("  {path}\n")).collect();
                format!(
                    "{}: {what} and {branch} both changed:\n{paths}nothing was merged\n{}",
                    Style::Bad.paint("conflict"),
                    self.ways_out(branch)
                )
            }
        }
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        if self.state == State::Conflict { Answer::Conflict } else { Answer::Yes }
    }
}
