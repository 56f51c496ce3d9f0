//! Interrupts: signals ask for an orderly end, then for a quick one; a third one ends this process at once.

use std::{
    fs,
    io::{self, PipeReader, Read},
    os::fd::AsFd,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    flag, low_level,
};

use super::{leader::is_readable, stop::Stop};

/// The time in which further signals are the last one again: a terminal signals git and this program alike, and git hands
/// its own on.
const SAME: Duration = Duration::from_secs(1);

/// What the handlers of this process tell.
#[derive(Clone, Debug)]
pub struct Interrupt {
    stop: Stop,
    last: Arc<AtomicUsize>,
}

/// Installs the handlers for the rest of this process's life; call it once, before the first child.
///
/// The first SIGINT or SIGTERM sets the stop, one that comes a second later or more hurries it, and one that comes another
/// second later or more ends this process with 130 or 143, without any cleaning up. A closed terminal's SIGHUP is taken as SIGTERM,
/// unless this process was started to ignore it (nohup(1)), or the system does not tell (no `/proc`).
pub fn install() -> io::Result<Interrupt> {
    let interrupt = Interrupt { stop: Stop::new()?, last: Arc::default() };
    let armed = Arc::new(AtomicBool::new(false));
    let (signals, writer) = io::pipe()?;
    let hangup = hears_hangup().then_some((SIGHUP, SIGTERM));
    for (signal, meant) in [(SIGINT, SIGINT), (SIGTERM, SIGTERM)].into_iter().chain(hangup) {
        flag::register_conditional_shutdown(signal, 128 + meant, Arc::clone(&armed))?;
        flag::register_usize(signal, Arc::clone(&interrupt.last), meant.unsigned_abs() as usize)?;
        low_level::pipe::register(signal, interrupt.stop.wish().writer()?)?;
        low_level::pipe::register(signal, writer.try_clone()?)?;
    }
    let stop = interrupt.stop.clone();
    thread::Builder::new().name("interrupt".to_owned()).spawn(move || hear(signals, &stop, &armed))?;
    Ok(interrupt)
}

/// Hears the first signal and the second, then lets the next one end the process.
fn hear(mut signals: PipeReader, stop: &Stop, armed: &AtomicBool) {
    hear_one(&mut signals, || stop.set());
    hear_one(&mut signals, || stop.hurry());
    armed.store(true, Ordering::SeqCst);
}

/// Waits for a signal, acts on it, and waits until the next one can no longer be the same.
fn hear_one(signals: &mut PipeReader, act: impl FnOnce()) {
    let mut bytes = [0; 64];
    let _ = signals.read_exact(&mut bytes[..1]);
    act();
    thread::sleep(SAME);
    while is_readable(signals.as_fd()) && signals.read(&mut bytes).is_ok() {}
}

/// Tells whether a hangup reaches this process (`SigIgn` of `proc_pid_status(5)`, a mask in hexadecimal digits).
fn hears_hangup() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 << (SIGHUP - 1) == 0)
}

impl Interrupt {
    /// Returns the stop that a signal sets.
    #[must_use]
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Returns the status to exit with after a signal came: 130 for SIGINT, 143 for the others.
    #[must_use]
    pub fn exit_status(&self) -> Option<u8> {
        match self.last.load(Ordering::SeqCst) {
            0 => None,
            signal => u8::try_from(128 + signal).ok(),
        }
    }
}
