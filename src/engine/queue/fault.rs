//! Faults: why a queue could not be processed to its end.

use std::io;

use super::{check, stacks};
use crate::{
    engine::{journal, place, supervisor},
    model::{journal_name::QueueName, ref_name::RefName},
    repo::{git, refs, target},
};

/// Why a queue could not be processed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else works on it, or the lock file.
    #[error(transparent)]
    Supervisor(#[from] supervisor::Error),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// A ref.
    #[error(transparent)]
    Refs(#[from] refs::Error),
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// A stack.
    #[error(transparent)]
    Stack(#[from] stacks::Error),
    /// A check.
    #[error(transparent)]
    Check(#[from] check::Error),
    /// The target.
    #[error(transparent)]
    Target(#[from] target::Error),
    /// Others wrote into the journal what is to be run.
    #[error("the queue into '{0}' names a check by now that was not written in this repository")]
    Foreign(QueueName),
    /// The branch is gone.
    #[error("branch '{0}' does not exist")]
    NoTarget(RefName),
    /// The lock of a dead process.
    #[error("could not remove a dead lock of the queue")]
    Lock(#[source] io::Error),
    /// The system gave out.
    #[error("could not start a check")]
    Start(#[source] io::Error),
}

impl Error {
    /// Tells whether it may come of objects, refs or worktrees that vanish beside what is done, such as under `git gc`.
    pub(super) fn may_pass(&self) -> bool {
        use check::Error::{Objects, Place, Site};
        match self {
            Self::Journal(_) | Self::Refs(_) | Self::Git(_) | Self::Stack(_) | Self::Target(_) => true,
            Self::Check(Place(error)) => !matches!(error, place::Error::Unfaithful { .. }),
            Self::Check(error) => matches!(error, Objects(_) | Site(_)),
            Self::Supervisor(_) | Self::Foreign(_) | Self::NoTarget(_) | Self::Lock(_) | Self::Start(_) => false,
        }
    }
}
