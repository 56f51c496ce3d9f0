//! Exclusive runs: one that waits until no other is at work in its repository.

use std::{
    fs::{File, TryLockError},
    time::{Duration, Instant},
};

use super::{Context, Error, Kind};
use crate::{engine::runs, process::plain, repo::open::Repository};

/// How often the other runs are looked at.
const STEP: Duration = Duration::from_millis(200);

/// The turn of an exclusive run; the next one begins when it is dropped.
#[derive(Debug)]
pub(super) struct Alone {
    _file: File,
}

/// Waits until no other run is at work, for as long as the patience lasts.
pub(super) fn wait(repository: &Repository, context: &Context<'_>, patience: Duration) -> Result<Alone, Error> {
    let path = repository.scratch_dir().join("exclusive.lock");
    let failed = |error| Error::new(Kind::Cannot, format!("could not lock '{}': {error}", path.display()));
    plain::make_room(&path).map_err(failed)?;
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    let until = Instant::now().checked_add(patience);
    let mut told = false;
    loop {
        let is_ours = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        };
        let busy = runs::at_work(repository)?;
        if is_ours && busy.is_empty() {
            return Ok(Alone { _file: file });
        }
        let names = busy.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        if !told {
            context.warn(format!("waiting until other runs are over: {names}"));
            told = true;
        }
        if context.stop.wait(Some(STEP)).unwrap_or(true) {
            return Err(Error::new(Kind::Interrupted, "interrupted while other runs were at work"));
        }
        if until.is_some_and(|until| Instant::now() >= until) {
            return Err(Error::new(Kind::Busy, format!("other runs are still at work: {names}")).hint("git par list"));
        }
    }
}
