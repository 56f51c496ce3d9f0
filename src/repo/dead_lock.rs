//! Dead locks: files by which a process held refs of a run or a queue when it died, and which nobody else would remove.

use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::open::Repository;
use crate::model::{journal_name::JournalName, ref_name::RefName};

/// The age from which a lock is a dead process's: refs of ours are locked for the time of a few small writes.
const OLD: Duration = Duration::from_secs(10);
/// How often a younger one is looked at again.
const STEP: Duration = Duration::from_millis(100);

impl Repository {
    /// Removes the dead locks on the refs of a run or a queue, and no others; a young one is waited for until it is gone, or old.
    ///
    /// It is for the caller to hold it: whoever worked on it is dead then.
    pub fn clear_dead_locks(&self, of: &JournalName) -> io::Result<()> {
        let until = Instant::now() + OLD + STEP;
        loop {
            let (dead, young): (Vec<_>, Vec<_>) = self.ref_locks(of).into_iter().partition(|lock| is_old(lock));
            for lock in dead {
                match fs::remove_file(lock) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
            if young.is_empty() || Instant::now() >= until {
                return Ok(());
            }
            thread::sleep(STEP);
        }
    }

    fn ref_locks(&self, of: &JournalName) -> Vec<PathBuf> {
        let common = self.common_dir();
        let notes = common.join(format!("{}.lock", RefName::notes(of)));
        let mut locks: Vec<PathBuf> = Some(notes).filter(|lock| lock.is_file()).into_iter().collect();
        let mut folders = vec![common.join(RefName::prefix(of))];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                    Ok(kind) if kind.is_file() && is_lock(&entry.path()) => locks.push(entry.path()),
                    _ => {}
                }
            }
        }
        locks
    }
}

fn is_lock(path: &Path) -> bool {
    // No ref's name ends so (git-check-ref-format(1)).
    path.extension().is_some_and(|end| end == "lock")
}

fn is_old(path: &Path) -> bool {
    let age = path.metadata().and_then(|found| found.modified()).map(|written| written.elapsed().unwrap_or_default());
    age.is_ok_and(|age| age >= OLD)
}
