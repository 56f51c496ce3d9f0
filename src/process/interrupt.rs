//! Interrupts: SIGINT and SIGTERM ask for an orderly end; another one, a moment later, ends this process at once.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag, low_level,
};

use super::stop::Stop;

/// The time in which further signals are the first one again: a terminal signals git and this program alike, and git hands
/// its own on.
const SAME: Duration = Duration::from_secs(1);

/// What the handlers of this process tell.
#[derive(Clone, Debug)]
pub struct Interrupt {
    stop: Stop,
    first: Arc<AtomicUsize>,
}

/// Installs the handlers for the rest of this process's life; call it once, before the first child.
///
/// The first SIGINT or SIGTERM sets the stop; one that comes a second later or more ends this process with 130 or 143, without any
/// cleaning up.
pub fn install() -> io::Result<Interrupt> {
    let interrupt = Interrupt { stop: Stop::new()?, first: Arc::default() };
    let armed = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&armed))?;
        flag::register_usize(signal, Arc::clone(&interrupt.first), signal.unsigned_abs() as usize)?;
        low_level::pipe::register(signal, interrupt.stop.writer()?)?;
    }
    let stop = interrupt.stop.clone();
    thread::Builder::new().name("interrupt".to_owned()).spawn(move || arm(&stop, &armed))?;
    Ok(interrupt)
}

/// Waits for the first signal, and lets the next one end the process once it can no longer be the same.
fn arm(stop: &Stop, armed: &AtomicBool) {
    let mut descriptors = [PollFd::new(stop, PollFlags::IN)];
    while !stop.is_set() {
        // A signal that is handled on this thread ends the wait early.
        let _ = poll(&mut descriptors, None);
    }
    thread::sleep(SAME);
    armed.store(true, Ordering::SeqCst);
}

impl Interrupt {
    /// Returns the stop that a signal sets.
    #[must_use]
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Returns the status to exit with after a signal came: 130 for SIGINT, 143 for SIGTERM.
    #[must_use]
    pub fn exit_status(&self) -> Option<u8> {
        match self.first.load(Ordering::SeqCst) {
            0 => None,
            signal => u8::try_from(128 + signal).ok(),
        }
    }
}
