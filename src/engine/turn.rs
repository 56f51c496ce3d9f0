//! Turns: one check of a worker's candidate at a time, whichever process asks, since checks share its worktree and logs.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::PathBuf,
    thread,
    time::Duration,
};

use super::site::Site;
use crate::{
    model::{run_id::RunId, worker::Worker},
    repo::open::Repository,
};

/// How often a turn that is somebody else's is asked for again.
const STEP: Duration = Duration::from_millis(20);

/// Why a turn could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The user gave up waiting for it.
    #[error("interrupted while another check of the same candidate ran")]
    Interrupted,
    /// The lock file.
    #[error("could not lock '{}'", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A turn; the next one begins when it is dropped.
#[derive(Debug)]
pub struct Turn {
    _file: File,
}

/// Tells whether some process checks a worker's candidate now.
pub fn is_taken(repository: &Repository, run: &RunId, worker: Worker) -> Result<bool, Error> {
    let path = repository.scratch_dir().join(run.as_str()).join(worker.to_string()).join("turn.lock");
    let file = match File::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        opened => opened.map_err(|source| Error::File { path: path.clone(), source })?,
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(source)) => Err(Error::File { path, source }),
    }
}

/// Waits for the turn to check a worker's candidate, or base.
pub fn wait(site: &Site<'_>, worker: Option<Worker>) -> Result<Turn, Error> {
    let folder = site.scratch_of(worker);
    let path = folder.join("turn.lock");
    let failed = |source| Error::File { path: path.clone(), source };
    fs::create_dir_all(&folder).map_err(failed)?;
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Turn { _file: file }),
            Err(TryLockError::WouldBlock) if site.stop.is_set() => return Err(Error::Interrupted),
            Err(TryLockError::WouldBlock) => thread::sleep(STEP),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
    }
}
