//! The roll: which children of this process run now; strays of children that forget their parents come back to it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::Pid;

use super::stat::Stat;

static ROLL: Mutex<Roll> = Mutex::new(Roll { leaders: Vec::new(), since: None });

#[derive(Debug)]
struct Roll {
    leaders: Vec<(Pid, State)>,
    /// When the first of all was started, in clock ticks since boot.
    since: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Running,
    Ending,
}

/// Puts a leader on the roll that was started just now.
pub(super) fn enlist(leader: Pid) {
    let mut roll = roll();
    roll.leaders.push((leader, State::Running));
    if roll.since.is_none() {
        roll.since = Stat::load(leader).map(|stat| stat.start);
    }
}

/// Tells that a leader is being ended; returns whether all that are on the roll are.
pub(super) fn end(leader: Pid) -> bool {
    let mut roll = roll();
    for (pid, state) in &mut roll.leaders {
        if *pid == leader {
            *state = State::Ending;
        }
    }
    roll.leaders.iter().all(|(_, state)| *state == State::Ending)
}

/// Takes a leader from the roll, once nothing can be waiting for it.
pub(super) fn strike(leader: Pid) {
    let mut roll = roll();
    // The first of that number: another child may have it already.
    if let Some(at) = roll.leaders.iter().position(|(pid, _)| *pid == leader) {
        roll.leaders.remove(at);
    }
}

/// Tells whether a process is on the roll.
pub(super) fn has(pid: Pid) -> bool {
    roll().leaders.iter().any(|(leader, _)| *leader == pid)
}

/// Tells whether a process started after the first child did.
pub(super) fn covers(stat: &Stat) -> bool {
    roll().since.is_some_and(|since| stat.start >= since)
}

fn roll() -> MutexGuard<'static, Roll> {
    ROLL.lock().unwrap_or_else(PoisonError::into_inner)
}
