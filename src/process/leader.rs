//! Leaders: the child that was started, first of its process group, awaited without giving its number away.

use std::{
    io::{self, PipeReader, PipeWriter, Write},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::process::CommandExt,
    },
    process::{Child, Command, ExitStatus},
    thread,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid},
};

use super::{latch::Latch, roll, stray};

/// The longest single wait: some systems take no more than 2^31 milliseconds.
const LONGEST: Duration = Duration::from_secs(86_400);

/// Why a wait is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Woken {
    /// The leader has ended; it is still to be reaped.
    Exited,
    /// The latch is set.
    Called,
    /// The time is up.
    Late,
}

/// A child that is the first of a process group of its own.
///
/// Until it is reaped, nothing else can get its number, nor the number of its group: signals cannot go astray. Dropped
/// before it is reaped, it is killed with its group.
#[derive(Debug)]
pub(super) struct Leader {
    child: Child,
    exited: PipeReader,
    is_reaped: bool,
}

impl Leader {
    /// Starts the command in a process group of its own, and a thread that waits for its end.
    pub(super) fn spawn(command: &mut Command) -> io::Result<Self> {
        stray::adopt();
        let (exited, writer) = io::pipe()?;
        let child = command.process_group(0).spawn()?;
        let leader = Self { child, exited, is_reaped: false };
        roll::enlist(leader.pid());
        let pid = leader.pid();
        thread::Builder::new().name("child".to_owned()).spawn(move || tell_exit(pid, writer))?;
        Ok(leader)
    }

    /// Returns its number, which is that of its group too.
    pub(super) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Blocks until it has ended, the latch is set, or the time has come, whatever is first; its end goes before others.
    pub(super) fn wait(&self, latch: &Latch, until: Option<Instant>) -> io::Result<Woken> {
        loop {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            await_any(latch.descriptors().chain([self.exited.as_fd()]), left)?;
            if is_readable(self.exited.as_fd()) {
                return Ok(Woken::Exited);
            }
            if latch.is_set() {
                return Ok(Woken::Called);
            }
            if left == Some(Duration::ZERO) {
                return Ok(Woken::Late);
            }
        }
    }

    /// Signals its whole group; a group whose last process is gone is left in peace.
    pub(super) fn signal_group(&self, signal: Signal) {
        if !self.is_reaped {
            let _ = kill_process_group(self.pid(), signal);
        }
    }

    /// Kills its whole group, and itself even if it moved to another group: waiting for it comes to an end.
    pub(super) fn kill(&self) {
        self.signal_group(Signal::KILL);
        if !self.is_reaped {
            let _ = kill_process(self.pid(), Signal::KILL);
        }
    }

    /// Waits for its end, frees its number and returns its status.
    pub(super) fn reap(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait()?;
        self.is_reaped = true;
        roll::strike(self.pid());
        Ok(status)
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        if !self.is_reaped {
            self.kill();
            let _ = self.reap();
        }
    }
}

/// Tells whether something waits to be read.
pub(super) fn is_readable(descriptor: BorrowedFd<'_>) -> bool {
    let mut descriptors = [PollFd::from_borrowed_fd(descriptor, PollFlags::IN)];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut descriptors, Some(&now)).is_ok_and(|count| count > 0)
}

/// Blocks until one of these can be read, a signal came, or the time is up.
pub(super) fn await_any<'d>(
    descriptors: impl Iterator<Item = BorrowedFd<'d>>,
    left: Option<Duration>,
) -> io::Result<()> {
    let mut descriptors: Vec<_> = descriptors.map(|one| PollFd::from_borrowed_fd(one, PollFlags::IN)).collect();
    let left = Timespec::try_from(left.unwrap_or(LONGEST).min(LONGEST)).expect("a day fits");
    match poll(&mut descriptors, Some(&left)) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn tell_exit(pid: Pid, mut writer: PipeWriter) {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while matches!(waitid(WaitId::Pid(pid), options), Err(Errno::INTR)) {}
    let _ = writer.write(b"!");
}
