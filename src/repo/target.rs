//! Merge targets: a branch, moved with a compare-and-swap, and the worktree that has it checked out, moved with it.

use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use super::{
    git::{self, Call, Git},
    open::Repository,
    refs,
};
use crate::model::{oid::Oid, quote, ref_name::RefName};

/// Files in a git dir that tell of something a person has begun.
const UNFINISHED: [(&str, &str); 5] = [
    ("MERGE_HEAD", "a merge"),
    ("CHERRY_PICK_HEAD", "a cherry-pick"),
    ("REVERT_HEAD", "a revert"),
    ("rebase-merge", "a rebase"),
    ("rebase-apply", "a rebase"),
];

/// Why a branch was not moved.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Moving it would touch what is the user's.
    #[error("worktree '{}' would lose something: {reason}", path.display())]
    Refused {
        /// The worktree that has the branch checked out.
        path: PathBuf,
        /// What git, or we, said.
        reason: String,
    },
    /// Something is under way there.
    #[error("{what} is in progress in worktree '{}'", path.display())]
    Unfinished {
        /// The worktree.
        path: PathBuf,
        /// What is.
        what: &'static str,
    },
    /// Somebody else moved it meanwhile.
    #[error("branch '{0}' moved meanwhile")]
    Lost(RefName),
    /// Reading a ref.
    #[error(transparent)]
    Refs(#[from] refs::Error),
    /// git could not do it.
    #[error(transparent)]
    Git(#[from] git::Error),
}

/// A step of a branch.
#[derive(Clone, Debug)]
pub struct Step<'a> {
    /// The branch.
    pub branch: &'a RefName,
    /// Where it must be.
    pub from: Oid,
    /// Where it goes.
    pub to: Oid,
    /// What its reflog says.
    pub message: &'a str,
}

/// A worktree that has a branch checked out.
#[derive(Clone, Debug)]
struct Holder {
    path: PathBuf,
    git: Git,
}

impl Repository {
    /// Returns the branch that is checked out here; none where HEAD is detached.
    pub fn current_branch(&self) -> Result<Option<RefName>, git::Error> {
        let output = self.git().call(["symbolic-ref", "--quiet", "HEAD"]).output()?;
        let name = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok((!name.is_empty()).then(|| RefName::full(name)))
    }

    /// Moves a branch and the worktree that has it checked out: both, or neither.
    pub fn advance(&self, step: &Step<'_>) -> Result<(), Error> {
        let holder = self.holder(step.branch)?;
        if let Some(holder) = &holder {
            holder.require_safe(step)?;
            holder.move_files(step.from, step.to)?;
        }
        let moved = self.move_branch(step);
        if let (Err(_), Some(holder)) = (&moved, &holder) {
            holder.move_files(step.to, step.from)?;
        }
        moved
    }

    /// Checks what [`Self::advance`] would check, and changes nothing.
    pub fn require_advance(&self, step: &Step<'_>) -> Result<(), Error> {
        self.holder(step.branch)?.map_or(Ok(()), |holder| holder.require_safe(step))
    }

    fn move_branch(&self, step: &Step<'_>) -> Result<(), Error> {
        let (to, from) = (step.to.to_string(), step.from.to_string());
        let call = self.git().call(["update-ref", "-m", step.message, step.branch.as_str(), &to, &from]);
        let Err(error) = call.bytes() else { return Ok(()) };
        let found = self.ref_target(step.branch)?;
        if found == Some(step.from) { Err(error.into()) } else { Err(Error::Lost(step.branch.clone())) }
    }

    fn holder(&self, branch: &RefName) -> Result<Option<Holder>, Error> {
        let listing = self.git().call(["worktree", "list", "--porcelain", "-z"]).bytes()?;
        for entry in listing.split(|byte| *byte == 0).collect::<Vec<_>>().split(|line| line.is_empty()) {
            let Some(path) = field(entry, b"worktree ") else { continue };
            let path = PathBuf::from(OsStr::from_bytes(path));
            if entry.contains(&&b"bare"[..]) || !path.is_dir() {
                continue;
            }
            let git_dir =
                Call::discovering(["rev-parse", "--absolute-git-dir"], &path).env("GIT_DIR", path.join(".git")).text();
            let Ok(git_dir) = git_dir else { continue };
            let git_dir = PathBuf::from(git_dir);
            refuse_rebase(&git_dir, &path, branch)?;
            if field(entry, b"branch ") == Some(branch.as_str().as_bytes()) {
                return Ok(Some(Holder { path, git: Git::at(&git_dir) }))
                    .and_then(|holder| unfinished(&git_dir, holder));
            }
        }
        Ok(None)
    }
}

fn field<'a>(entry: &[&'a [u8]], name: &[u8]) -> Option<&'a [u8]> {
    entry.iter().find_map(|line| line.strip_prefix(name))
}

fn unfinished(git_dir: &Path, holder: Option<Holder>) -> Result<Option<Holder>, Error> {
    let Some(holder) = holder else { return Ok(None) };
    match UNFINISHED.iter().find(|(file, _)| git_dir.join(file).exists()) {
        Some((_, what)) => Err(Error::Unfinished { path: holder.path, what }),
        None => Ok(Some(holder)),
    }
}

/// A rebase detaches HEAD and moves its branch at the end: moving it now would break that.
fn refuse_rebase(git_dir: &Path, path: &Path, branch: &RefName) -> Result<(), Error> {
    let heads =
        ["rebase-merge/head-name", "rebase-apply/head-name"].map(|file| std::fs::read_to_string(git_dir.join(file)));
    if heads.into_iter().flatten().any(|head| head.trim() == branch.as_str()) {
        return Err(Error::Unfinished { path: path.to_owned(), what: "a rebase" });
    }
    Ok(())
}

impl Holder {
    fn call<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Call {
        self.git.call(arguments).work_tree(&self.path)
    }

    fn refused(&self, reason: impl Into<String>) -> Error {
        Error::Refused { path: self.path.clone(), reason: reason.into() }
    }

    fn require_safe(&self, step: &Step<'_>) -> Result<(), Error> {
        // What only looks changed, by its times, is no reason to refuse.
        self.call(["update-index", "-q", "--refresh"]).output()?;
        self.require_no_overwrite(step)?;
        let dry = ["read-tree", "-m", "-u", "--dry-run", &step.from.to_string(), &step.to.to_string()];
        self.call(dry).bytes().map(drop).map_err(|error| self.explain(error))
    }

    fn explain(&self, error: git::Error) -> Error {
        match error {
            git::Error::Failed { message, .. } => self.refused(message),
            other => other.into(),
        }
    }

    /// Refuses to write where an untracked file stands, ignored ones too: git itself would overwrite those.
    fn require_no_overwrite(&self, step: &Step<'_>) -> Result<(), Error> {
        let (from, to) = (step.from.to_string(), step.to.to_string());
        let added = self
            .call(["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=A", &from, &to])
            .bytes()?;
        let tracked = self.call(["ls-files", "-z"]).bytes()?;
        let tracked: std::collections::HashSet<&[u8]> = tracked.split(|byte| *byte == 0).collect();
        let mut standing = added.split(|byte| *byte == 0).filter(|path| {
            !path.is_empty()
                && !tracked.contains(path)
                && self.path.join(OsStr::from_bytes(path)).symlink_metadata().is_ok()
        });
        match standing.next() {
            Some(path) => Err(self.refused(format!("untracked file {} would be overwritten", quote::path(path)))),
            None => Ok(()),
        }
    }

    fn move_files(&self, from: Oid, to: Oid) -> Result<(), Error> {
        let arguments = ["read-tree", "-m", "-u", &from.to_string(), &to.to_string()];
        self.call(arguments).bytes().map(drop).map_err(|error| self.explain(error))
    }
}
