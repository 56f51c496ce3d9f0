//! Merge targets: a branch, moved with a compare-and-swap, and the worktree that has it checked out, moved with it.

use std::{fs::File, io, path::PathBuf};

use super::{
    git::{self, Git},
    holder::Taken,
    open::Repository,
    refs,
};
use crate::{
    failpoint,
    model::{oid::Oid, ref_name::RefName},
};

/// How often a branch is moved anew whose worktree is switched meanwhile.
const SWITCHES: u32 = 5;

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
    /// A file that the step would write has changes of the user's.
    #[error("{file} has changes that the merge would overwrite, in worktree '{}'", path.display())]
    Changed {
        /// The worktree.
        path: PathBuf,
        /// The file, quoted as git quotes.
        file: String,
    },
    /// An untracked file stands where the step would write.
    #[error("worktree '{}' would lose something: untracked file {file} would be overwritten", path.display())]
    Untracked {
        /// The worktree.
        path: PathBuf,
        /// The file, quoted as git quotes.
        file: String,
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
    /// Somebody left the branch there meanwhile.
    #[error("worktree '{}' was switched to something else meanwhile", .0.display())]
    Switched(PathBuf),
    /// Another git works there at this moment, or died there and left this lock.
    #[error("another git process holds the lock '{}'", .0.display())]
    Locked(PathBuf),
    /// A file of our own.
    #[error("could not make a scratch file")]
    Scratch(#[source] io::Error),
    /// Reading a ref.
    #[error(transparent)]
    Refs(#[from] refs::Error),
    /// git could not do it.
    #[error(transparent)]
    Git(#[from] git::Error),
}

impl Error {
    /// Tells whether it is the files of the worktree that are in the way, and not the branch.
    #[must_use]
    pub fn is_about_files(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Changed { .. } | Self::Untracked { .. })
    }
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

impl Repository {
    /// Returns the branch that is checked out here; none where HEAD is detached.
    pub fn current_branch(&self) -> Result<Option<RefName>, git::Error> {
        symbolic_target(&self.git(), "HEAD")
    }

    /// Returns the branch that a name stands for: itself, or the one that it is a symbolic ref to.
    pub fn real_branch(&self, name: RefName) -> Result<RefName, git::Error> {
        Ok(symbolic_target(&self.git(), name.as_str())?.unwrap_or(name))
    }

    /// Holds the right to move branches, one process at a time, until the file is dropped.
    pub fn hold_branches(&self) -> Result<File, Error> {
        self.lock_scratch("branches.lock").map_err(Error::Scratch)
    }

    /// Moves a branch and the worktree that has it checked out: both, or neither.
    pub fn advance(&self, step: &Step<'_>) -> Result<(), Error> {
        self.bring_back_taken();
        for _ in 1..SWITCHES {
            match self.advance_once(step) {
                Err(Error::Switched(_)) => {}
                done => return done,
            }
        }
        self.advance_once(step)
    }

    fn advance_once(&self, step: &Step<'_>) -> Result<(), Error> {
        let Some(holder) = self.holder(step.branch)? else {
            self.move_branch(step, None)?;
            // The branch has moved: what cannot follow is told by git as a change.
            let _ = self.follow(step);
            return Ok(());
        };
        holder.require_safe(step)?;
        let taken = holder.take()?;
        // Whoever moved the branch before now moved its files too: they are not ours to take back.
        self.require_at(step)?;
        // A user may have begun something, or left the branch, before the index was taken.
        holder.require_still(step.branch)?;
        taken.move_files(step.from, step.to)?;
        failpoint::pass("files moved");
        // Whoever switches lets go of the index before HEAD follows.
        match holder.require_still(step.branch).and_then(|()| self.move_branch(step, Some(&taken))) {
            Ok(()) => taken.put(),
            Err(error) => self.insist(|| taken.move_files(step.to, step.from)).and(Err(error)),
        }
    }

    /// Brings a worktree along in which somebody checked the branch out as it moved, and did nothing else yet.
    fn follow(&self, step: &Step<'_>) -> Result<(), Error> {
        let Some(holder) = self.holder(step.branch)? else { return Ok(()) };
        let taken = holder.take()?;
        if !taken.is_at(step.from)? {
            return Ok(());
        }
        taken.move_files(step.from, step.to)?;
        taken.put()
    }

    /// Moves a branch, and leaves the worktree that has it checked out as it is: its files are behind then.
    pub fn advance_alone(&self, step: &Step<'_>) -> Result<(), Error> {
        self.move_branch(step, None)
    }

    /// Checks what [`Self::advance`] would check, and changes nothing; a tree serves for where it goes.
    pub fn require_advance(&self, step: &Step<'_>) -> Result<(), Error> {
        self.holder(step.branch)?.map_or(Ok(()), |holder| holder.require_safe(step))
    }

    fn require_at(&self, step: &Step<'_>) -> Result<(), Error> {
        let found = self.ref_target(step.branch)?;
        if found == Some(step.from) { Ok(()) } else { Err(Error::Lost(step.branch.clone())) }
    }

    fn move_branch(&self, step: &Step<'_>, taken: Option<&Taken<'_>>) -> Result<(), Error> {
        let (to, from) = (step.to.to_string(), step.from.to_string());
        let call = self.git().call(["update-ref", "-m", step.message, step.branch.as_str(), &to, &from]);
        let call = taken.map_or(call.clone(), |taken| taken.hold(call));
        let Err(error) = call.bytes() else {
            failpoint::pass("branch moved");
            return Ok(());
        };
        self.require_at(step)?;
        match &error {
            git::Error::Failed { message, .. } => Err(refs::lock_file(message).map_or(error.into(), Error::Locked)),
            _ => Err(error.into()),
        }
    }
}

/// Returns the branch that a symbolic ref stands for, such as `HEAD`; none where it is none.
pub(super) fn symbolic_target(git: &Git, name: &str) -> Result<Option<RefName>, git::Error> {
    let output = git.call(["symbolic-ref", "--quiet", name]).output()?;
    let target = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok((!target.is_empty()).then(|| RefName::full(target)))
}
