//! A queue in a world with a user's own changes, whose processors are killed, and what must hold of it all the while.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write as _,
    fs,
    process::Command,
};

use git_par::model::chain::{self, Form};
use serde_json::Value;

use super::{
    pipeline::working_in,
    world::{Said, World},
};

/// What is the user's: changed, staged and untracked, beside what the entries change.
const STATUS: &str = " M own.txt\nA  staged.txt\n?? untracked.txt";

/// A queue whose entries land, fail and conflict in a known way, whoever dies over them.
pub(crate) struct Landings {
    pub(crate) world: World,
    /// How each entry ends, by its number.
    ends: BTreeMap<u64, String>,
    /// The commits of main that were seen to be green.
    green: HashSet<String>,
    check: String,
}

impl Landings {
    /// Begins with a check that takes this many seconds.
    pub(crate) fn new(seconds: &str) -> Self {
        let world = World::new();
        world.write("own.txt", "one\n");
        world.git(&["add", "."]);
        world.git(&["commit", "--quiet", "-m", "second"]);
        world.git(&["clone", "--quiet", "--shared", ".", "../seen"]);
        world.write("own.txt", "one\ntwo\n");
        world.write("staged.txt", "staged\n");
        world.git(&["add", "staged.txt"]);
        world.write("untracked.txt", "untracked\n");
        world.git(&["config", "par.grace", "100ms"]);
        let check = "test ! -e bad && ! { test -e left && test -e right; }".to_owned();
        world.git(&["config", "par.gate", &format!("sleep {seconds}; {check}")]);
        Self { world, ends: BTreeMap::new(), green: HashSet::new(), check }
    }

    /// Adds an entry that makes each of these files, of one line; and how it ends.
    pub(crate) fn add(&mut self, entries: &[(&[&str], &str)]) {
        let main = self.world.git(&["rev-parse", "main"]);
        let mut stream = String::new();
        let mut names = Vec::new();
        for (files, end) in entries {
            let number = self.ends.len() as u64 + 1;
            self.ends.insert(number, (*end).to_owned());
            names.push(format!("b{number}"));
            let who = "committer A U Thor <author@example.com> 1700000000 +0000";
            writeln!(stream, "commit refs/heads/b{number}\n{who}\ndata 2\nb\nfrom {main}").unwrap();
            for file in *files {
                let text = format!("of entry {number}\n");
                writeln!(stream, "M 100644 inline {file}\ndata {}\n{text}", text.len()).unwrap();
            }
        }
        fs::write(self.world.beside("stream"), stream).unwrap();
        let from = fs::File::open(self.world.beside("stream")).unwrap();
        let mut import = self.world.command("git", &["fast-import", "--quiet"]);
        assert!(import.stdin(from).status().unwrap().success());
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.world.par_ok(&[&["queue", "add"][..], &names].concat());
    }

    /// Prepares a processor.
    pub(crate) fn processor(&self, jobs: &str) -> Command {
        self.world.par_command(&["queue", "process", "-j", jobs])
    }

    /// Asserts what holds at any moment: the journal is legal, and main is green wherever the queue put it.
    pub(crate) fn assert_sound(&mut self) -> Value {
        let list = self.world.par_json(&["queue", "list", "--all"]);
        let main =
            self.world.git(&["log", "--first-parent", "--format=%H %(trailers:key=Par-Entry,valueonly)", "main"]);
        let landed: Vec<(&str, &str)> = main.lines().filter_map(|line| line.split_once(' ')).collect();
        let entries: Vec<&str> = landed.iter().map(|(_, entry)| *entry).filter(|entry| !entry.is_empty()).collect();
        assert_eq!(entries.iter().collect::<HashSet<_>>().len(), entries.len(), "landed twice: {entries:?}");
        for (commit, _) in landed {
            if self.green.insert(commit.to_owned()) {
                self.world.git(&["-C", "../seen", "checkout", "--quiet", "--detach", commit]);
                let checked =
                    self.world.command("sh", &["-c", &self.check]).current_dir(self.world.beside("seen")).status();
                assert!(checked.unwrap().success(), "{commit} is red");
            }
        }
        list
    }

    /// Asserts what holds once a processor was at its end: each entry has ended as it must, and nothing is left over.
    pub(crate) fn assert_whole(&mut self) {
        let list = self.assert_sound();
        let rows = list["entries"].as_array().unwrap();
        let ends = rows.iter().map(|row| {
            let held = row["held"]["reason"].as_str().map(|reason| format!(": {reason}")).unwrap_or_default();
            (row["entry"].as_u64().unwrap(), format!("{}{held}", row["state"].as_str().unwrap()))
        });
        assert_eq!(ends.collect::<BTreeMap<_, _>>(), self.ends);
        for row in rows.iter().filter(|row| row["state"] == "merged") {
            self.world.git(&["merge-base", "--is-ancestor", row["commit"].as_str().unwrap(), "main"]);
            self.world.git(&["merge-base", "--is-ancestor", row["landed"].as_str().unwrap(), "main"]);
        }
        self.assert_clean();
        let base = self.world.git(&["rev-parse", "refs/par/queue/main/base"]);
        let journal = self.world.git(&["notes", "--ref=par/queue/main", "show", &base]) + "\n";
        chain::verify(journal.as_bytes(), Form::Canonical).unwrap();
    }

    fn assert_clean(&self) {
        let world = &self.world;
        let status = Said::of(world.command("git", &["status", "--porcelain"]).output().unwrap());
        assert_eq!(status.stdout.trim_end(), STATUS, "the user's own changes");
        assert_eq!(world.read("own.txt"), "one\ntwo\n");
        assert_eq!(working_in(world), [], "who was left");
        assert_eq!(world.git(&["worktree", "list", "--porcelain"]).matches("worktree ").count(), 1);
        for folder in [world.beside("repo.par/queue/main"), world.here.join(".git/par/queue/main")] {
            let left = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
            let left: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with("gate-")).collect();
            assert!(left.is_empty(), "{left:?}");
        }
        let fsck = Said::of(world.command("git", &["fsck", "--no-dangling", "--no-progress"]).output().unwrap());
        assert_eq!((fsck.code, fsck.stderr.as_str(), fsck.stdout.as_str()), (0, "", ""));
    }
}
