//! Interrupts: SIGINT and SIGTERM ask for an orderly end; a second one ends this process at once.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag, low_level,
};

use super::stop::Stop;

/// What the handlers of this process tell.
#[derive(Clone, Debug)]
pub struct Interrupt {
    stop: Stop,
    first: Arc<AtomicUsize>,
}

/// Installs the handlers for the rest of this process's life; call it once, before the first child.
///
/// The first SIGINT or SIGTERM sets the stop; the next one ends this process with 130 or 143, without any cleaning up.
pub fn install() -> io::Result<Interrupt> {
    let interrupt = Interrupt { stop: Stop::new()?, first: Arc::default() };
    let armed = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // In this order: the first signal finds the shutdown not armed yet.
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&armed))?;
        flag::register(signal, Arc::clone(&armed))?;
        flag::register_usize(signal, Arc::clone(&interrupt.first), signal.unsigned_abs() as usize)?;
        low_level::pipe::register(signal, interrupt.stop.writer()?)?;
    }
    Ok(interrupt)
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
