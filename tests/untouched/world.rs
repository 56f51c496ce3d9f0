//! A sealed world: a repository, a home and nothing of the machine's settings.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::state::Piece;

/// A repository in a world of its own.
pub(crate) struct World {
    _root: TempDir,
    /// The folder that holds all of it.
    pub(crate) root: PathBuf,
    /// The main checkout.
    pub(crate) repo: PathBuf,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl World {
    /// Makes the folders, and no repository yet.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("par untouched-").tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let repo = root.join("repo");
        fs::create_dir_all(&repo).unwrap();
        fs::create_dir(root.join("home")).unwrap();
        Self { _root: folder, root, repo }
    }

    fn command(&self, program: &str, arguments: &[&str], folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.root.join("home"));
        command.env("TMPDIR", &self.root).env("ROOT", &self.root).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("LC_ALL", "C").env("TZ", "UTC").env("GIT_ALLOW_PROTOCOL", "file");
        command
    }

    /// Makes the pieces of a state, one after the other.
    pub(crate) fn make<'p>(&self, pieces: impl IntoIterator<Item = &'p Piece>) {
        for (_, script) in pieces {
            self.sh(script);
        }
    }

    /// Runs a script of the user's in the main checkout, which must succeed.
    pub(crate) fn sh(&self, script: &str) {
        let mut command = self.command("sh", &["-e", "-c", script], &self.repo);
        command.env("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z").env("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z");
        let said = Said::of(&mut command);
        assert_eq!(said.code, Some(0), "{script}: {said:?}");
    }

    /// Asks git something in a folder; whatever its status, what it printed is the answer.
    pub(crate) fn ask(&self, folder: &Path, arguments: &[&str]) -> String {
        let quiet =
            ["--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "color.ui=false", "-c", "core.abbrev=40"];
        Said::of(&mut self.command("git", &[&quiet, arguments].concat(), folder)).stdout.trim_end().to_owned()
    }

    /// Runs `git-par` in a folder.
    pub(crate) fn par(&self, folder: &Path, arguments: &[&str]) -> Said {
        Said::of(&mut self.command(env!("CARGO_BIN_EXE_git-par"), arguments, folder))
    }
}

impl Said {
    fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code(),
        }
    }
}
