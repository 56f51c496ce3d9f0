//! Failpoints: the moments between two durable steps, where a test has this process die; nothing of a release build.

/// The variable with the moment to die at: its number, counted from 1 over the whole process, or its name.
#[cfg(debug_assertions)]
const VARIABLE: &str = "GIT_PAR_DIE_AT";

/// Passes the moment of this name: dies by SIGKILL where it is the one that `GIT_PAR_DIE_AT` numbers or names.
#[cfg(debug_assertions)]
pub fn pass(name: &str) {
    use std::sync::atomic::{AtomicU32, Ordering};
    static PASSED: AtomicU32 = AtomicU32::new(0);
    let Some(last) = std::env::var_os(VARIABLE) else { return };
    let at = PASSED.fetch_add(1, Ordering::Relaxed) + 1;
    if last == name || last.to_str().and_then(|text| text.parse().ok()) == Some(at) {
        // Straight to the file: nothing may be held back, and nobody answers for the screen any more.
        let _ = rustix::io::write(rustix::stdio::stderr(), format!("died at {at}: {name}\n").as_bytes());
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}

/// Passes the moment of this name.
#[cfg(not(debug_assertions))]
pub const fn pass(_name: &str) {}

/// Tells whether a variable is for this process alone and no child of it.
#[must_use]
#[cfg_attr(not(debug_assertions), allow(unused_variables, clippy::missing_const_for_fn))]
pub fn is_variable(name: &std::ffi::OsStr) -> bool {
    #[cfg(debug_assertions)]
    let is_ours = name == VARIABLE;
    #[cfg(not(debug_assertions))]
    let is_ours = false;
    is_ours
}
