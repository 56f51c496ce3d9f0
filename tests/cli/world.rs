//! A sealed world: a repository, a home and a PATH of its own, and nothing of the machine's settings.

use std::{
    ffi::OsStr,
    fmt::Write as _,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// A repository in a world of its own.
pub(crate) struct World {
    root: TempDir,
    /// The folder that commands run in.
    pub(crate) here: PathBuf,
    path: std::ffi::OsString,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl World {
    /// Makes a repository with one commit: `a.txt` with three lines.
    pub(crate) fn new() -> Self {
        Self::with_init(&[])
    }

    /// Makes it with further arguments to `git init`, such as `--object-format=sha256`.
    pub(crate) fn with_init(arguments: &[&str]) -> Self {
        let world = Self::empty();
        world.git(&[&["init", "--quiet", "--initial-branch=main"], arguments].concat());
        world.write("a.txt", "one\ntwo\nthree\n");
        world.git(&["add", "."]);
        world.git(&["commit", "--quiet", "-m", "first"]);
        world
    }

    /// Makes the folders and the identity, and no repository yet.
    pub(crate) fn empty() -> Self {
        let root = tempfile::Builder::new().prefix("par world-").tempdir_in(place()).unwrap();
        let here = root.path().canonicalize().unwrap().join("repo");
        fs::create_dir_all(&here).unwrap();
        fs::create_dir(root.path().join("home")).unwrap();
        fs::write(root.path().join("home/.gitconfig"), "[user]\n\tname = A U Thor\n\temail = author@example.com\n")
            .unwrap();
        Self { root, here, path: programs() }
    }

    /// Returns a folder or file beside the repository.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.here.parent().unwrap().join(name)
    }

    /// Returns the world's home folder.
    pub(crate) fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// Returns the folder of a worker's worktree.
    pub(crate) fn worktree(&self, run: &str, worker: &str) -> PathBuf {
        self.beside("repo.par").join(run).join(worker)
    }

    /// Puts a folder before everything else on PATH.
    pub(crate) fn add_to_path(&mut self, folder: &Path) {
        let mut path = folder.as_os_str().to_owned();
        path.push(":");
        path.push(&self.path);
        self.path = path;
    }

    /// Writes a file of the repository.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.here.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Reads a file of the repository.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.here.join(name)).unwrap()
    }

    /// Prepares a command in the sealed environment.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, program: impl AsRef<OsStr>, arguments: &[S]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.here).env_clear().stdin(Stdio::null());
        command.env("PATH", &self.path).env("HOME", self.home()).env("TMPDIR", self.root.path());
        command
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .env("GNUPGHOME", self.home().join("gnupg"));
        command
    }

    /// Runs git and returns what it printed; it must succeed.
    pub(crate) fn git<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        let said = Said::of(self.command("git", arguments).output().unwrap());
        assert_eq!(said.code, 0, "git {:?}: {said:?}", arguments.iter().map(AsRef::as_ref).collect::<Vec<_>>());
        said.stdout.trim_end().to_owned()
    }

    /// Prepares `git-par`.
    pub(crate) fn par_command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        self.command(env!("CARGO_BIN_EXE_git-par"), arguments)
    }

    /// Runs `git-par`.
    #[allow(clippy::print_stderr, reason = "a test that fails shows what was said")]
    pub(crate) fn par<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Said {
        let said = Said::of(self.par_command(arguments).output().unwrap());
        eprintln!("git par {:?}: {said:?}", arguments.iter().map(AsRef::as_ref).collect::<Vec<_>>());
        said
    }

    /// Runs `git-par`, which must succeed, and returns what it printed on standard output.
    pub(crate) fn par_ok<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        let said = self.par(arguments);
        assert_eq!(said.code, 0, "git par {:?}: {said:?}", arguments.iter().map(AsRef::as_ref).collect::<Vec<_>>());
        said.stdout
    }

    /// Keeps worktrees of ours from coming and going, until this is dropped.
    pub(crate) fn lock_worktrees(&self) -> fs::File {
        fs::create_dir_all(self.here.join(".git/par")).unwrap();
        let lock = fs::File::create(self.here.join(".git/par/worktrees.lock")).unwrap();
        lock.lock().unwrap();
        lock
    }

    /// Runs `git-par --json`, whatever its status, and returns the object.
    pub(crate) fn par_json<S: AsRef<OsStr>>(&self, arguments: &[S]) -> serde_json::Value {
        // Before the `--` of a command line.
        let all: Vec<&OsStr> = std::iter::once("--json".as_ref()).chain(arguments.iter().map(AsRef::as_ref)).collect();
        let said = self.par(&all);
        serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{error}: {said:?}"))
    }

    /// Spawns a run named `run` whose workers run this script.
    pub(crate) fn spawn(&self, run: &str, workers: u16, script: &str) -> Said {
        self.par(&["spawn", "-n", &workers.to_string(), "--name", run, "the task", "--", "sh", "-c", script])
    }

    /// Lists every ref with its target, but for those of runs.
    pub(crate) fn user_refs(&self) -> String {
        let all = self.git(&["for-each-ref", "--format=%(refname) %(objectname)"]);
        all.lines().filter(|line| !line.starts_with("refs/par/") && !line.starts_with("refs/notes/par/")).fold(
            String::new(),
            |mut text, line| {
                writeln!(text, "{line}").unwrap();
                text
            },
        )
    }
}

/// Returns where worlds are made: root acts as somebody else in some of them, who must be able to get there.
fn place() -> PathBuf {
    let asked = std::env::temp_dir();
    let open = |place: &Path| {
        place.ancestors().all(|folder| fs::metadata(folder).is_ok_and(|of| of.permissions().mode() & 0o001 != 0))
    };
    if !rustix::process::geteuid().is_root() {
        return asked;
    }
    let places = [asked.clone(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")];
    places.into_iter().find(|place| open(place)).unwrap_or(asked)
}

/// Finds the folders of the programs that tests need, so that nothing else of the machine's PATH is seen.
fn programs() -> std::ffi::OsString {
    let found = ["git", "sh", "ssh-keygen", "env"].iter().filter_map(|name| which::which(name).ok());
    let mut folders: Vec<PathBuf> = found.filter_map(|path| path.parent().map(Path::to_owned)).collect();
    folders.extend(["/usr/bin", "/bin"].map(PathBuf::from));
    folders.dedup();
    std::env::join_paths(folders).unwrap()
}

impl Said {
    pub(crate) fn of(output: impl std::borrow::Borrow<Output>) -> Self {
        let output = output.borrow();
        Self {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code().unwrap_or(-1),
        }
    }

    /// Writes all of it as one text for a snapshot, without what differs from run to run.
    pub(crate) fn snapshot(&self, world: &World) -> String {
        let text = format!("{}{}exit {}\n", self.stdout, indent(&self.stderr), self.code);
        steady(&text.replace(&world.here.parent().unwrap().display().to_string(), "<world>"))
    }
}

fn indent(stderr: &str) -> String {
    stderr.lines().map(|line| format!("! {line}\n")).collect()
}

/// Replaces object ids, hashes and times; lines of a table lose the blanks that depend on them.
pub(crate) fn steady(text: &str) -> String {
    let words = |line: &str| {
        line.split("  ")
            .filter(|cell| !cell.is_empty())
            .map(|cell| steady_words(cell.trim()))
            .collect::<Vec<_>>()
            .join("  ")
    };
    text.lines().map(|line| format!("{}\n", words(line))).collect()
}

fn steady_words(cell: &str) -> String {
    cell.split(' ').map(steady_word).collect::<Vec<_>>().join(" ")
}

fn steady_word(word: &str) -> String {
    let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let is_id = [10, 12, 40, 64].contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
    let unit = bare.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let is_time = matches!(&bare[unit.len()..], "ms" | "s")
        && !unit.is_empty()
        && unit.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'm');
    match (is_id, is_time) {
        (true, _) => word.replace(bare, "<id>"),
        (_, true) => word.replace(bare, "<time>"),
        _ => word.to_owned(),
    }
}
