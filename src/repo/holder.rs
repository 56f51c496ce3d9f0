//! Holders: the worktree that has a branch checked out, and its files, which move with the branch.

use std::{
    collections::HashSet,
    ffi::OsStr,
    fs::{self, File},
    io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::{
    git::{self, Call, Git},
    index_copy,
    open::Repository,
    target::{Error, Step},
};
use crate::model::{oid::Oid, quote, ref_name::RefName};

/// Files in a git dir that tell of something a person has begun.
const UNFINISHED: [(&str, &str); 6] = [
    ("MERGE_HEAD", "a merge"),
    ("CHERRY_PICK_HEAD", "a cherry-pick"),
    ("REVERT_HEAD", "a revert"),
    ("sequencer", "a cherry-pick or revert"),
    ("rebase-merge", "a rebase"),
    ("rebase-apply", "a rebase"),
];

/// A worktree that has a branch checked out.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    path: PathBuf,
    git_dir: PathBuf,
}

impl Repository {
    /// Finds the worktree that has a branch checked out, and refuses one where something is under way.
    pub(super) fn holder(&self, branch: &RefName) -> Result<Option<Holder>, Error> {
        let listing = self.git().call(["worktree", "list", "--porcelain", "-z"]).bytes()?;
        let lines: Vec<&[u8]> = listing.split(|byte| *byte == 0).collect();
        for (at, entry) in lines.split(|line| line.is_empty()).enumerate() {
            let holds = field(entry, b"branch ") == Some(branch.as_str().as_bytes());
            let Some(holder) = self.listed(entry, at == 0) else {
                refuse_unknown(entry, holds)?;
                continue;
            };
            holder.refuse_rebase_of(branch)?;
            if holds {
                return holder.require_idle().map(Some);
            }
        }
        Ok(None)
    }

    /// Reads one entry of git's list of worktrees; none where it has no files here.
    ///
    /// The `.git` file in a worktree is not believed: what git registered is.
    fn listed(&self, entry: &[&[u8]], is_main: bool) -> Option<Holder> {
        if is_main {
            let path = self.main_work_dir()?;
            return Some(Holder { path, git_dir: self.common_dir() });
        }
        let path = PathBuf::from(OsStr::from_bytes(field(entry, b"worktree ")?));
        let admin = self.worktree_at(&path)?.admin;
        path.is_dir().then_some(Holder { path, git_dir: admin })
    }

    /// Finds the files of the main worktree, which git's list names wrongly in a submodule or beside a separate git dir.
    fn main_work_dir(&self) -> Option<PathBuf> {
        let common = self.common_dir();
        if self.git_dir() == common {
            return self.work_dir();
        }
        let configured = self.common_git().call(["config", "--get", "core.worktree"]).text();
        let is_bare = self.common_git().call(["config", "--type=bool", "--get", "core.bare"]).text();
        match (configured, is_bare.is_ok_and(|bare| bare == "true")) {
            (Ok(path), _) => common.join(path).canonicalize().ok(),
            (Err(_), false) if common.file_name().is_some_and(|name| name == ".git") => {
                common.parent().map(Path::to_owned)
            }
            (Err(_), _) => None,
        }
    }
}

fn field<'a>(entry: &[&'a [u8]], name: &[u8]) -> Option<&'a [u8]> {
    entry.iter().find_map(|line| line.strip_prefix(name))
}

/// Refuses to move a branch away under files that cannot be found: a bare repository and a folder that is gone have none.
fn refuse_unknown(entry: &[&[u8]], holds: bool) -> Result<(), Error> {
    let path = PathBuf::from(OsStr::from_bytes(field(entry, b"worktree ").unwrap_or_default()));
    if !holds || entry.contains(&&b"bare"[..]) || !path.is_dir() {
        return Ok(());
    }
    Err(Error::Refused { path, reason: "its files could not be found from here".to_owned() })
}

/// Reads which file git would not overwrite.
fn changed_file(message: &str) -> Option<&str> {
    let line = message.lines().find_map(|line| line.split_once("Entry '").map(|(_, rest)| rest))?;
    let ends = ["' not uptodate.", "' would be overwritten by merge."];
    ends.iter().find_map(|end| line.split_once(end)).map(|(file, _)| file)
}

impl Holder {
    fn call<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Call {
        Git::at(&self.git_dir).call(arguments).work_tree(&self.path)
    }

    fn refused(&self, reason: impl Into<String>) -> Error {
        Error::Refused { path: self.path.clone(), reason: reason.into() }
    }

    fn require_idle(self) -> Result<Self, Error> {
        match UNFINISHED.iter().find(|(file, _)| self.git_dir.join(file).exists()) {
            Some((_, what)) => Err(Error::Unfinished { path: self.path, what }),
            None => Ok(self),
        }
    }

    /// A rebase detaches HEAD and moves its branch at the end: moving it now would break that.
    fn refuse_rebase_of(&self, branch: &RefName) -> Result<(), Error> {
        let heads = ["rebase-merge/head-name", "rebase-apply/head-name"]
            .map(|file| fs::read_to_string(self.git_dir.join(file)));
        if heads.into_iter().flatten().any(|head| head.trim() == branch.as_str()) {
            return Err(Error::Unfinished { path: self.path.clone(), what: "a rebase" });
        }
        Ok(())
    }

    /// Refuses a step that would touch what is the user's; looks only, at a copy of the index.
    pub(super) fn require_safe(&self, step: &Step<'_>) -> Result<(), Error> {
        self.require_no_overwrite(step)?;
        let scratch = self.copied_index()?;
        let dry = read_tree(step.from, step.to, &["--dry-run"]);
        self.call(dry).index(&scratch.path().join("index")).bytes().map(drop).map_err(|error| self.explain(error))
    }

    fn explain(&self, error: git::Error) -> Error {
        match error {
            git::Error::Failed { message, .. } => match changed_file(&message) {
                Some(file) => Error::Changed { path: self.path.clone(), file: quote::path(file.as_bytes()) },
                None => self.refused(message),
            },
            other => other.into(),
        }
    }

    /// Refuses to write where an untracked file stands, ignored ones too: git itself would overwrite those.
    fn require_no_overwrite(&self, step: &Step<'_>) -> Result<(), Error> {
        let (from, to) = (step.from.to_string(), step.to.to_string());
        // Changed ones too: git makes way for their folder where something untracked stands in its place.
        let difference = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=d", &from, &to];
        let written = self.call(difference).bytes()?;
        let tracked = self.call(["ls-files", "-z"]).bytes()?;
        let tracked: HashSet<&[u8]> = tracked.split(|byte| *byte == 0).collect();
        for path in written.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
            if let Some(standing) = self.standing(path, &tracked)? {
                return Err(self.refused(format!("untracked file {} would be overwritten", quote::path(&standing))));
            }
        }
        Ok(())
    }

    /// Finds the untracked file that a new one would replace: in its place, in place of a folder above it, or below it.
    fn standing(&self, path: &[u8], tracked: &HashSet<&[u8]>) -> Result<Option<Vec<u8>>, Error> {
        let ends = (0..path.len()).filter(|at| path[*at] == b'/').chain([path.len()]);
        for part in ends.map(|end| &path[..end]) {
            match self.path.join(OsStr::from_bytes(part)).symlink_metadata() {
                Err(_) => return Ok(None),
                Ok(found) if !found.is_dir() => return Ok((!tracked.contains(part)).then(|| part.to_vec())),
                Ok(_) if part == path => return self.untracked_below(path),
                Ok(_) => {}
            }
        }
        Ok(None)
    }

    fn untracked_below(&self, folder: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let list = self.call(["ls-files", "-z", "--others", "--"]).args([OsStr::from_bytes(folder)]);
        let found = list.env("GIT_LITERAL_PATHSPECS", "1").bytes()?;
        Ok(found.split(|byte| *byte == 0).find(|path| !path.is_empty()).map(<[u8]>::to_vec))
    }

    /// Takes the index as git takes it, so that no other git writes it, or commits from it, until this is dropped.
    pub(super) fn take(&self) -> Result<Taken<'_>, Error> {
        let lock = self.git_dir.join("index.lock");
        match File::options().write(true).create_new(true).open(&lock) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(Error::Locked(lock)),
            opened => opened.map(drop).map_err(Error::Scratch)?,
        }
        let lock = Lock(lock);
        let scratch = self.copied_index()?;
        Ok(Taken { holder: self, scratch, lock })
    }

    fn copied_index(&self) -> Result<TempDir, Error> {
        let scratch = tempfile::Builder::new().prefix("git-par-").tempdir().map_err(Error::Scratch)?;
        let index = scratch.path().join("index");
        match index_copy::copy(&self.git_dir.join("index"), &index) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::Scratch(error)),
            _ => {}
        }
        // What only looks changed, by its times, is no reason to refuse.
        self.call(["update-index", "-q", "--refresh"]).index(&index).output()?;
        Ok(scratch)
    }
}

/// The file by which git knows that an index is taken; removed when this is dropped.
struct Lock(PathBuf);

impl Drop for Lock {
    fn drop(&mut self) {
        // Where the new index was put in place, it is gone already.
        let _ = fs::remove_file(&self.0);
    }
}

/// An index that is taken, with a copy to work on.
pub(super) struct Taken<'h> {
    holder: &'h Holder,
    scratch: TempDir,
    lock: Lock,
}

impl Taken<'_> {
    fn index(&self) -> PathBuf {
        self.scratch.path().join("index")
    }

    /// Moves the files from one commit to another, all or nothing; the user's index stays as it is.
    pub(super) fn move_files(&self, from: Oid, to: Oid) -> Result<(), Error> {
        let call = self.holder.call(read_tree(from, to, &[])).index(&self.index());
        call.bytes().map(drop).map_err(|error| self.holder.explain(error))
    }

    /// Puts the index of the moved files in place.
    pub(super) fn put(self) -> Result<(), Error> {
        let put = index_copy::copy(&self.index(), &self.lock.0)
            .and_then(|()| fs::rename(&self.lock.0, self.holder.git_dir.join("index")));
        put.map_err(Error::Scratch)
    }
}

fn read_tree(from: Oid, to: Oid, flags: &[&str]) -> Vec<String> {
    let (from, to) = (from.to_string(), to.to_string());
    // A submodule is a repository of the user's own: only its link moves.
    let fixed = ["read-tree", "-m", "-u", "--no-recurse-submodules"];
    fixed.iter().chain(flags).copied().chain([from.as_str(), to.as_str()]).map(str::to_owned).collect()
}
