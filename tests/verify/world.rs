//! A sealed world: a copy of one repository in which a whole run was done, and nothing of the machine's settings.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
};

use serde_json::Value;
use tempfile::TempDir;

/// The run that is in every world.
pub(crate) const RUN: &str = "r1";

/// What each worker does: `w1` and `w2` change `a.txt`, `w2` a protected file too, `w3` nothing.
const AGENT: &str = r#"case $PAR_WORKER in
    1) echo 1 >>a.txt;;
    2) seq 2 >>a.txt; echo x >t/check;;
esac; echo "done by $PAR_WORKER""#;

/// A repository in a world of its own.
pub(crate) struct World {
    root: TempDir,
    /// The folder that commands run in.
    pub(crate) here: PathBuf,
}

/// What a verification said.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) outcome: String,
    /// The codes of what is broken.
    pub(crate) broken: BTreeSet<String>,
    /// The codes of what is missing.
    pub(crate) missing: BTreeSet<String>,
    pub(crate) code: i32,
    pub(crate) answer: Value,
}

impl World {
    /// Makes an empty world.
    pub(crate) fn empty() -> Self {
        let root = tempfile::Builder::new().prefix("par verify-").tempdir().unwrap();
        let here = root.path().canonicalize().unwrap().join("repo");
        fs::create_dir(&here).unwrap();
        fs::create_dir(root.path().join("home")).unwrap();
        let world = Self { root, here };
        world.git(&["config", "--global", "user.name", "A U Thor"]);
        world.git(&["config", "--global", "user.email", "author@example.com"]);
        world
    }

    /// Makes a repository with two files in one commit.
    pub(crate) fn with_commit(arguments: &[&str]) -> Self {
        let world = Self::empty();
        world.git(&[&["init", "--quiet", "--initial-branch=main"], arguments].concat());
        fs::create_dir(world.here.join("t")).unwrap();
        fs::write(world.here.join("a.txt"), "one\ntwo\n").unwrap();
        fs::write(world.here.join("t/check"), "check\n").unwrap();
        world.git(&["add", "."]);
        world.git(&["commit", "--quiet", "-m", "first"]);
        world
    }

    /// Makes a world in which run [`RUN`] was spawned, gated, picked, merged and sealed without a signature.
    pub(crate) fn with_run() -> Self {
        static TEMPLATE: OnceLock<World> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let world = Self::with_commit(&[]);
            world.do_run(RUN);
            world
        });
        template.copied()
    }

    /// Makes a world of the same repository.
    pub(crate) fn copied(&self) -> Self {
        let world = Self::empty();
        fs::remove_dir(&world.here).unwrap();
        assert!(Command::new("cp").arg("-R").args([&self.here, &world.here]).status().unwrap().success());
        world
    }

    /// Does a whole run.
    pub(crate) fn do_run(&self, name: &str) {
        self.par_ok(&["spawn", "-n", "3", "--name", name, "the task", "--", "sh", "-c", AGENT]);
        self.par_ok(&["gate", name, "--protect", "t", "--", "sh", "-c", "grep -q 1 a.txt && cat t/check"]);
        self.par_ok(&["pick", name]);
        self.par_ok(&["merge", name]);
        self.par_ok(&["seal", name]);
    }

    /// Makes the world in which nobody sealed the run.
    pub(crate) fn unsealed() -> Self {
        let world = Self::with_run();
        world.git(&["update-ref", "-d", "refs/par/r1/seal"]);
        world
    }

    /// Makes the world in which nobody merged the winner either.
    pub(crate) fn unmerged() -> Self {
        let world = Self::unsealed();
        world.git(&["update-ref", "refs/heads/main", "refs/par/r1/base"]);
        world.git(&["update-ref", "-d", "refs/par/r1/merge"]);
        world.rechain(|events| events.truncate(12));
        world
    }

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.here.parent().unwrap().join(name)
    }

    pub(crate) fn command<S: AsRef<OsStr>>(&self, program: impl AsRef<OsStr>, arguments: &[S]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.here).env_clear().stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.root.path().join("home"));
        command.env("TMPDIR", self.root.path()).env("GNUPGHOME", self.root.path().join("gpg"));
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C").env("TZ", "UTC");
        command
    }

    /// Runs git, which must succeed, and returns what it printed without the last newline.
    pub(crate) fn git<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        self.git_on(arguments, b"")
    }

    /// Runs git on some input.
    pub(crate) fn git_on<S: AsRef<OsStr>>(&self, arguments: &[S], input: &[u8]) -> String {
        let file = self.beside("input");
        fs::write(&file, input).unwrap();
        let mut command = self.command("git", arguments);
        let output = command.stdin(fs::File::open(file).unwrap()).output().unwrap();
        let names: Vec<_> = arguments.iter().map(AsRef::as_ref).collect();
        assert!(output.status.success(), "git {names:?}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.strip_suffix('\n').unwrap_or(&text).to_owned()
    }

    pub(crate) fn par<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Output {
        self.command(env!("CARGO_BIN_EXE_git-par"), arguments).output().unwrap()
    }

    pub(crate) fn par_ok<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        let output = self.par(arguments);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Verifies with these arguments; of several runs the worst counts.
    pub(crate) fn verify<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Verified {
        let arguments = ["verify", "--json"].iter().map(OsStr::new).chain(arguments.iter().map(AsRef::as_ref));
        Verified::of(&self.par(&arguments.collect::<Vec<_>>()))
    }

    /// Clones without any run, then fetches these refs of runs.
    pub(crate) fn clone_with(&self, name: &str, options: &[&str], refs: &[&str]) -> World {
        let clone = World::empty();
        fs::remove_dir(&clone.here).unwrap();
        let url = format!("file://{}", self.here.display());
        let mut command = clone.command("git", &[&["clone", "--quiet"], options, &[&url, name]].concat());
        assert!(command.current_dir(clone.beside("")).status().unwrap().success());
        let clone = Self { here: clone.beside(name), ..clone };
        let depth: Vec<_> = options.iter().filter(|option| option.starts_with("--depth")).copied().collect();
        clone.git(&[&["fetch", "--quiet"], &*depth, &["origin"], refs].concat());
        clone
    }

    /// Lists every ref and every folder of the world, to see that nothing changed.
    pub(crate) fn state(&self) -> (String, Vec<PathBuf>) {
        let mut folders = Vec::new();
        for parent in [self.beside(""), self.beside("repo.par").join(RUN), self.here.join(".git/worktrees")] {
            folders.extend(fs::read_dir(&parent).into_iter().flatten().map(|entry| entry.unwrap().path()));
        }
        folders.retain(|folder| !folder.ends_with("input"));
        folders.sort();
        (self.git(&["for-each-ref"]), folders)
    }
}

impl Verified {
    fn of(output: &Output) -> Self {
        let text = String::from_utf8_lossy(&output.stdout);
        let answer: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {output:?}"));
        assert_eq!(answer["version"], 1);
        let (mut broken, mut missing) = (BTreeSet::new(), BTreeSet::new());
        for finding in answer["runs"].as_array().unwrap().iter().flat_map(|run| run["findings"].as_array().unwrap()) {
            let code = finding["code"].as_str().unwrap().to_owned();
            match finding["weight"].as_str().unwrap() {
                "broken" => broken.insert(code),
                "missing" => missing.insert(code),
                _ => false,
            };
        }
        let outcome = answer["runs"][0]["outcome"].as_str().unwrap().to_owned();
        Self { outcome, broken, missing, code: output.status.code().unwrap(), answer }
    }

    /// Asserts that the run is broken, in this check and no other.
    #[track_caller]
    pub(crate) fn is_broken_in(&self, codes: &[&str]) {
        let expected = codes.iter().map(|code| (*code).to_owned()).collect();
        assert_eq!((&*self.outcome, self.code, &self.broken), ("broken", 1, &expected), "{:#}", self.answer);
    }

    #[track_caller]
    pub(crate) fn is(&self, outcome: &str, code: i32) {
        assert_eq!((&*self.outcome, self.code), (outcome, code), "{:#}", self.answer);
    }

    /// Returns the messages of the findings with this code.
    pub(crate) fn messages(&self, code: &str) -> String {
        let findings = self.answer["runs"][0]["findings"].as_array().unwrap().iter();
        let messages = findings.filter(|finding| finding["code"] == code).map(|finding| finding["message"].as_str());
        messages.map(Option::unwrap).collect::<Vec<_>>().join("\n")
    }
}

/// Tells whether a program is here.
pub(crate) fn has(program: &str) -> bool {
    which::which(Path::new(program)).is_ok()
}
