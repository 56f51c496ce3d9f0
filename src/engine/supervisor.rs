//! Supervisors: the process that works on a run holds a lock, which the system drops when it dies.

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use crate::{
    model::journal_name::JournalName,
    process::{node, plain},
    repo::open::Repository,
};

/// The name of the lock among a run's live files.
pub const LOCK: &str = "lock";

/// The hold on a run, kept until it is dropped.
#[derive(Debug)]
pub struct Hold {
    path: PathBuf,
    files: Mutex<Vec<File>>,
}

/// Why a run could not be held.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else holds it.
    #[error("{0} is being worked on by another process")]
    Held(JournalName),
    /// The lock file.
    #[error("could not lock '{}'", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Holds a run while it is worked on.
pub fn hold(repository: &Repository, run: &JournalName) -> Result<Hold, Error> {
    let path = lock_path(repository, run);
    match lock(&path) {
        Ok(file) => Ok(Hold { path, files: Mutex::new(vec![file]) }),
        Err(TryLockError::WouldBlock) => Err(Error::Held(run.clone())),
        Err(TryLockError::Error(source)) => Err(Error::File { path, source }),
    }
}

fn lock(path: &Path) -> Result<File, TryLockError> {
    plain::make_room(path).map_err(TryLockError::Error)?;
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(TryLockError::Error)?;
    file.try_lock()?;
    // Whoever held it before may have removed it: then it is no lock that others would find.
    if is_at(&file, path) { Ok(file) } else { Err(TryLockError::WouldBlock) }
}

fn is_at(file: &File, path: &Path) -> bool {
    file.metadata().is_ok_and(|found| node::at(path) == Some(node::of(&found)))
}

impl Hold {
    /// Makes the lock file again where somebody deleted it, so that the hold is seen.
    pub fn renew(&self) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if !files.iter().any(|file| is_at(file, &self.path)) {
            files.extend(lock(&self.path).ok());
        }
    }
}

/// Who works on a run, as far as this clone can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// A process here does.
    Held,
    /// Nobody does any more: it was made here.
    Free,
    /// Nobody does here, where nobody ever did: it was made in another clone.
    Elsewhere,
}

/// Tells whether some process works on a run now; those who only ask do not hinder each other.
pub fn is_held(repository: &Repository, run: &JournalName) -> Result<bool, Error> {
    Ok(presence(repository, run)? == Presence::Held)
}

/// Tells who works on a run now.
pub fn presence(repository: &Repository, run: &JournalName) -> Result<Presence, Error> {
    match keep_out(repository, run) {
        Ok(Some(_)) => Ok(Presence::Free),
        Ok(None) => Ok(Presence::Elsewhere),
        Err(Error::Held(_)) => Ok(Presence::Held),
        Err(error) => Err(error),
    }
}

/// Keeps everybody from taking a run up until the file is dropped; none where nobody here ever has.
pub fn keep_out(repository: &Repository, run: &JournalName) -> Result<Option<File>, Error> {
    let path = lock_path(repository, run);
    plain::clear(&path);
    let file = match File::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|source| Error::File { path: path.clone(), source })?,
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(Error::Held(run.clone())),
        Err(TryLockError::Error(source)) => Err(Error::File { path, source }),
    }
}

fn lock_path(repository: &Repository, run: &JournalName) -> PathBuf {
    Path::new(&repository.scratch_dir()).join(run.as_str()).join(LOCK)
}
