//! Faults: why a queue could not be processed to its end.

use std::io;

use super::{check, stacks};
use crate::{
    engine::{journal, supervisor},
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
