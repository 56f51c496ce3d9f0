//! Strays: processes that lost their parent and came to this one, which is their subreaper (`prctl(2)`; Linux only).
//!
//! A direct child, a leader or a call of git, is in this process's session, and in its group or one of its own number. Whoever
//! is a child otherwise was started by somebody else, and nobody but this file waits for it.

use std::{
    io::{self, Read},
    sync::Once,
    thread,
    time::Duration,
};

use rustix::process::{WaitId, WaitIdOptions, waitid};

use super::{
    mark, roll,
    stat::{self, Stat},
};

/// The time in which all who die are reaped at once.
const PAUSE: Duration = Duration::from_secs(1);

/// Lets orphans of this process's children come to it, and reaps them for the rest of its life.
pub(super) fn adopt() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Who cannot be listed could not be reaped.
        if stat::own().is_some() {
            let _ = begin();
        }
    });
}

#[cfg(target_os = "linux")]
fn begin() -> io::Result<()> {
    let (deaths, writer) = io::pipe()?;
    signal_hook::low_level::pipe::register(signal_hook::consts::SIGCHLD, writer)?;
    thread::Builder::new().name("reaper".to_owned()).spawn(move || reap_for_ever(deaths))?;
    Ok(rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?)
}

#[cfg(not(target_os = "linux"))]
fn begin() -> io::Result<()> {
    Ok(())
}

fn reap_for_ever(mut deaths: impl Read) {
    let mut bytes = [0; 4096];
    while deaths.read(&mut bytes).is_ok_and(|count| count > 0) {
        thread::sleep(PAUSE);
        stat::list().iter().for_each(reap);
    }
}

/// Frees the number of a stray that has ended; nothing happens to anybody else.
pub(super) fn reap(stat: &Stat) {
    if stat.is_dead && is_stray(stat) {
        let _ = waitid(WaitId::Pid(stat.pid), WaitIdOptions::EXITED | WaitIdOptions::NOHANG);
    }
}

/// Tells whether a process is a stray that no mark tells the child of: it dropped its environment.
pub(super) fn is_hidden(stat: &Stat) -> bool {
    is_stray(stat) && roll::covers(stat) && mark::is_dropped_by(stat.pid)
}

fn is_stray(stat: &Stat) -> bool {
    let Some(own) = stat::own() else { return false };
    let is_direct = stat.session == own.session && [own.group, stat.pid.as_raw_pid()].contains(&stat.group);
    stat.parent == own.pid.as_raw_pid() && !is_direct && !roll::has(stat.pid)
}
