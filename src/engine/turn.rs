//! Turns: one check of a worker's candidate at a time, whichever process asks, since checks share its worktree and logs.

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use super::site::Site;
use crate::{
    model::{run_id::RunId, worker::Worker},
    process::plain,
    repo::open::Repository,
};

/// How often a turn that is somebody else's is asked for again.
const STEP: Duration = Duration::from_millis(20);
/// The name of the lock among a worker's live files.
pub const LOCK: &str = "turn.lock";

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
    let (file, path) = open(&site.scratch_of(worker))?;
    let failed = |source| Error::File { path: path.clone(), source };
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Turn { _file: file }),
            Err(TryLockError::WouldBlock) if site.stop.is_set() => return Err(Error::Interrupted),
            Err(TryLockError::WouldBlock) => thread::sleep(STEP),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
    }
}

/// Takes the turn whose lock is in this folder of live files; none where somebody else has it.
pub fn try_take(folder: &Path) -> Result<Option<Turn>, Error> {
    let (file, path) = open(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Turn { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(Error::File { path, source }),
    }
}

fn open(folder: &Path) -> Result<(File, PathBuf), Error> {
    let path = folder.join(LOCK);
    let opened =
        plain::make_room(&path).and_then(|()| File::options().create(true).truncate(false).write(true).open(&path));
    match opened {
        Ok(file) => Ok((file, path)),
        Err(source) => Err(Error::File { path, source }),
    }
}
