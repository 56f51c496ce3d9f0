//! Conflicts: what the hook of a merge is given that moved nothing.

use serde_json::Value;

use super::Plan;
use crate::{
    engine::{
        journal::Journal,
        queue::report::{Report, Side},
    },
    model::fact::entry_held::{self, Reason},
    repo::open::Repository,
};

impl Plan {
    /// Tells of both sides of a conflict; nothing where that cannot be had.
    pub(super) fn told(&self, repository: &Repository, journal: &Journal<'_>, paths: Vec<String>) -> Option<Value> {
        let task = journal.ask(|history| history.run().map(|run| run.args.task.clone())).unwrap_or_default();
        let title = task.lines().next().unwrap_or_default().to_owned();
        let run = Some(journal.run.to_string());
        let theirs = Side { commit: self.candidate, title, run, branch: None, entry: None };
        let (reason, with) = (Reason::Conflict, Vec::new());
        let why = entry_held::Outcome { reason, onto: self.ours, paths, log: None, with };
        serde_json::to_value(Report::of(repository, self.target.to_string(), (theirs, why)).ok()?).ok()
    }
}
