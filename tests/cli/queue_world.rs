//! Worlds with queues: branches to land, and how the entries stand.

use std::{fmt::Write as _, fs, path::Path, process::Child, time::Duration};

use super::{
    endings::{start, wait_for},
    world::{Said, World},
};

/// Files of a commit, with what they hold.
pub(crate) type Files<'f> = &'f [(&'f str, &'f str)];

impl World {
    /// Makes a world whose check fails where there is a file `bad`, or both `left` and `right`.
    pub(crate) fn with_gate() -> Self {
        let world = Self::new();
        world.set_gate("test ! -e bad && ! { test -e left && test -e right; }");
        world
    }

    /// Sets the check.
    pub(crate) fn set_gate(&self, gate: &str) {
        self.git(&["config", "par.gate", gate]);
        self.git(&["config", "par.grace", "300ms"]);
    }

    /// Makes a branch, with one commit on main that writes these files.
    pub(crate) fn branch(&self, name: &str, files: Files<'_>) {
        self.commit_on("main", &format!("refs/heads/{name}"), files);
    }

    /// Makes a commit on another one that writes these files, and moves a ref to it.
    pub(crate) fn commit_on(&self, on: &str, name: &str, files: Files<'_>) {
        let on = self.git(&["rev-parse", on]);
        let what = name.trim_start_matches("refs/heads/");
        let mut stream = format!(
            "commit {name}\ncommitter A U Thor <author@example.com> 1700000000 +0000\ndata {}\n{what}\nfrom {on}\n",
            what.len() + 1
        );
        for (file, text) in files {
            writeln!(stream, "M 100644 inline {file}\ndata {}\n{text}", text.len()).unwrap();
        }
        let path = self.beside("stream");
        fs::write(&path, stream).unwrap();
        let mut import = self.command("git", &["fast-import", "--quiet", "--force"]);
        assert!(import.stdin(fs::File::open(path).unwrap()).status().unwrap().success());
    }

    /// Makes a branch for each name, with a file of that name, and adds all of them to the queue.
    pub(crate) fn queued(&self, names: &[&str]) {
        for name in names {
            self.branch(&format!("{name}-branch"), &[(name, name)]);
        }
        let names: Vec<String> = names.iter().map(|name| format!("{name}-branch")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.par_ok(&[&["queue", "add"][..], &names].concat());
    }

    /// Processes the queue.
    pub(crate) fn process(&self, arguments: &[&str]) -> Said {
        self.par(&[&["queue", "process"][..], arguments].concat())
    }

    /// Has a processor begin a check that tells that it runs, and waits until it is let go.
    pub(crate) fn processing(&self, arguments: &[&str]) -> Child {
        let child = start(self.par_command(&[&["queue", "process"][..], arguments].concat()));
        wait_for(&self.beside("ready"));
        child
    }

    /// Sets a check that touches `ready` beside the repository, and waits for `go` there.
    pub(crate) fn set_waiting_gate(&self) {
        let (ready, go) = (self.beside("ready"), self.beside("go"));
        let wait = format!("touch '{}'; while test ! -e '{}'; do sleep 0.02; done", ready.display(), go.display());
        self.set_gate(&format!("{wait}; test ! -e bad"));
    }

    /// Lets the checks go that wait.
    pub(crate) fn let_go(&self) {
        fs::write(self.beside("go"), "").unwrap();
    }

    /// Tells how each entry stands, by number.
    pub(crate) fn entries(&self, arguments: &[&str]) -> Vec<String> {
        let list = self.par_json(&[&["queue", "list", "--all"][..], arguments].concat());
        let mut rows = list["entries"].as_array().unwrap().clone();
        rows.sort_by_key(|row| row["entry"].as_u64());
        let told = rows.iter().map(|row| {
            let held = row["held"]["reason"].as_str().map(|reason| format!(": {reason}")).unwrap_or_default();
            format!("{}{held}", row["state"].as_str().unwrap())
        });
        told.collect()
    }

    /// Lists the entries that landed on a branch, the first one first.
    pub(crate) fn landed(&self, branch: &str) -> String {
        let format = "--format=%(trailers:key=Par-Entry,valueonly,separator=)";
        let printed = self.git(&["log", "--first-parent", "--reverse", format, branch]);
        printed.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Asserts that a check left neither a worktree nor a process.
    pub(crate) fn assert_no_checks(&self) {
        assert_eq!(self.worktrees().matches("worktree ").count(), 1, "{}", self.worktrees());
        let folder = self.beside("repo.par/queue");
        let in_there = |path: &Path| path.starts_with(&folder);
        let processes =
            fs::read_dir("/proc").unwrap().flatten().filter_map(|at| fs::read_link(at.path().join("cwd")).ok());
        assert_eq!(processes.filter(|cwd| in_there(cwd)).count(), 0);
    }
}

/// Waits until something holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("never: {what}");
}
