//! Idleness: how long a child has printed nothing, told by its logs.

use std::{
    fs::File,
    io,
    time::{Duration, Instant, SystemTime},
};

/// The part of the allowance between two looks: a child that falls silent is found out that much too late at most.
const SHARE: u32 = 8;

/// How long a file is, and when it was written.
type Seen = (u64, Option<SystemTime>);

/// A watch on what a child prints, through open handles: the names may be gone.
#[derive(Debug)]
pub(super) struct Idle {
    logs: Vec<File>,
    allowance: Duration,
    seen: Vec<Seen>,
    grown: Instant,
}

impl Idle {
    /// Begins to watch.
    pub(super) fn watch(logs: Vec<File>, allowance: Duration) -> io::Result<Self> {
        let seen = logs.iter().map(state).collect::<io::Result<_>>()?;
        Ok(Self { logs, allowance, seen, grown: Instant::now() })
    }

    /// Returns when to look again.
    pub(super) fn next_look(&self) -> Option<Instant> {
        let due = self.grown.checked_add(self.allowance)?;
        // The times of files are another clock's, which jumps and may be another machine's: only a change counts.
        Instant::now().checked_add(self.allowance / SHARE).map(|step| step.min(due))
    }

    /// Looks at the logs, and tells whether nothing was printed for too long.
    pub(super) fn is_over(&mut self) -> io::Result<bool> {
        let now: Vec<Seen> = self.logs.iter().map(state).collect::<io::Result<_>>()?;
        if now != self.seen {
            (self.seen, self.grown) = (now, Instant::now());
        }
        Ok(self.grown.elapsed() >= self.allowance)
    }
}

fn state(log: &File) -> io::Result<Seen> {
    let metadata = log.metadata()?;
    Ok((metadata.len(), metadata.modified().ok()))
}
