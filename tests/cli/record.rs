//! What a run left in the repository, and what of the user's must be as it was.

use std::fs;

use serde_json::Value;

use super::world::{Said, World};

/// What is the user's own in a repository.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Own {
    index: Vec<u8>,
    config: String,
    refs: String,
    status: String,
    head: String,
    stash: String,
}

impl World {
    /// Reads what is the user's own; without looking at the index in a way that rewrites it.
    pub(crate) fn own(&self) -> Own {
        Own {
            index: fs::read(self.here.join(".git/index")).unwrap(),
            config: self.read(".git/config"),
            refs: self.user_refs(),
            status: self.git(&["--no-optional-locks", "status", "--porcelain", "--ignored"]),
            head: self.read(".git/HEAD"),
            stash: self.git(&["stash", "list"]),
        }
    }

    /// Reads a run's journal.
    pub(crate) fn journal(&self, run: &str) -> String {
        let base = self.git(&["rev-parse", &format!("refs/par/{run}/base")]);
        self.git(&["notes", &format!("--ref=par/{run}"), "show", &base]) + "\n"
    }

    /// Reads the events of a run.
    pub(crate) fn events(&self, run: &str) -> Vec<Value> {
        self.journal(run).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Reads a run's events of one kind.
    pub(crate) fn events_of(&self, run: &str, kind: &str) -> Vec<Value> {
        self.events(run).into_iter().filter(|event| event["tool_name"] == kind).collect()
    }

    /// Reads a run's newest event of one kind.
    pub(crate) fn event(&self, run: &str, kind: &str) -> Value {
        self.events_of(run, kind).pop().unwrap_or_else(|| panic!("no event {kind}"))
    }

    /// Lists every ref of runs with its target.
    pub(crate) fn run_refs(&self) -> String {
        self.git(&["for-each-ref", "--format=%(refname) %(objectname)", "refs/par/", "refs/notes/par/"])
    }

    /// Lists the worktrees that git has registered.
    pub(crate) fn worktrees(&self) -> String {
        self.git(&["worktree", "list", "--porcelain"])
    }

    /// Makes a run of one worker, picked and ready to be merged.
    pub(crate) fn picked(&self, run: &str, script: &str) {
        assert_eq!(self.spawn(run, 1, script).code, 0);
        self.par_ok(&["-q", "pick", run]);
    }

    /// Makes another repository beside this one that fetched the runs.
    pub(crate) fn clone_with_runs(&self, name: &str, arguments: &[&str]) -> std::path::PathBuf {
        let clone = self.beside(name);
        let text = clone.display().to_string();
        self.git(&[&["clone", "--quiet"], arguments, &[".", &text]].concat());
        self.git(&[
            "-C",
            &text,
            "fetch",
            "--quiet",
            "origin",
            "refs/par/*:refs/par/*",
            "refs/notes/par/*:refs/notes/par/*",
        ]);
        clone
    }

    /// Checks every object and ref.
    pub(crate) fn fsck(&self) {
        self.git(&["fsck", "--strict", "--no-dangling"]);
    }
}

impl Said {
    /// Asserts the status and a part of what was complained of.
    #[track_caller]
    pub(crate) fn refuses(&self, code: i32, part: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.stderr.contains(part), "'{part}' is not in {self:?}");
    }
}
