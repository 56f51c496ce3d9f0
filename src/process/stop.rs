//! Stops: a wish to end, in two degrees, that waiting for a child reacts to at once.

use std::{
    io,
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{latch::Latch, leader};

/// A wish to end; clones share it, and once set it stays set.
///
/// Its second degree, hurry, takes the grace from those who are being ended.
#[derive(Clone, Debug)]
pub struct Stop {
    wish: Latch,
    hurry: Latch,
}

impl Stop {
    /// Makes a stop that nobody has set; fails when no file descriptors are left.
    pub fn new() -> io::Result<Self> {
        Ok(Self { wish: Latch::new(None)?, hurry: Latch::new(None)? })
    }

    /// Makes a stop that is also set, and hurried, with this one; setting it leaves this one alone.
    ///
    /// Fails when no file descriptors are left: each takes four.
    pub fn branch(&self) -> io::Result<Self> {
        Ok(Self { wish: Latch::new(Some(&self.wish))?, hurry: Latch::new(Some(&self.hurry))? })
    }

    /// Sets it: every child that is waited for with it is ended.
    pub fn set(&self) {
        self.wish.set();
    }

    /// Sets it, and lets nobody have the rest of the grace: who is still there is killed at once.
    pub fn hurry(&self) {
        self.hurry.set();
        self.set();
    }

    /// Tells whether it is set.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.wish.is_set()
    }

    /// Tells whether the grace is over for everybody.
    #[must_use]
    pub fn is_hurried(&self) -> bool {
        self.hurry.is_set()
    }

    /// Blocks until it is set, or the time is up, or for ever; tells whether it is set.
    pub fn wait(&self, time: Option<Duration>) -> io::Result<bool> {
        let until = time.and_then(|time| Instant::now().checked_add(time));
        while !self.is_set() {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                return Ok(false);
            }
            leader::await_any(self.wish.descriptors(), left)?;
        }
        Ok(true)
    }

    /// Waits this long; tells at once, with `false`, when it is set or nobody reads standard output any more.
    #[must_use]
    pub fn pause(&self, time: Duration) -> bool {
        let mut stdout = [PollFd::from_borrowed_fd(rustix::stdio::stdout(), PollFlags::empty())];
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        let closed = PollFlags::ERR | PollFlags::HUP;
        let is_closed = poll(&mut stdout, Some(&now)).is_ok() && stdout[0].revents().intersects(closed);
        !is_closed && !self.wait(Some(time)).unwrap_or(true)
    }

    /// Returns the first degree.
    pub(super) fn wish(&self) -> &Latch {
        &self.wish
    }

    /// Returns the second degree.
    pub(super) fn haste(&self) -> &Latch {
        &self.hurry
    }
}

#[cfg(test)]
mod tests {
    use std::io::{PipeWriter, Write};

    use super::*;

    #[test]
    fn clones_share_one_flag() {
        let stop = Stop::new().unwrap();
        let clone = stop.clone();
        assert!(!clone.is_set());
        stop.set();
        stop.set();
        assert!(clone.is_set());
    }

    #[test]
    fn a_byte_from_a_signal_handler_sets_it_and_its_branches() {
        let stop = Stop::new().unwrap();
        let twig = stop.branch().unwrap().branch().unwrap();
        PipeWriter::from(stop.wish().writer().unwrap()).write_all(b"x").unwrap();
        assert!(stop.is_set() && twig.is_set());
        assert!(!stop.is_hurried() && !twig.is_hurried());
    }

    #[test]
    fn a_branch_is_set_without_its_parent_and_its_siblings() {
        let stop = Stop::new().unwrap();
        let (one, other) = (stop.branch().unwrap(), stop.branch().unwrap());
        one.hurry();
        assert!(one.is_set() && one.is_hurried());
        assert!(!stop.is_set() && !other.is_set() && !other.is_hurried());
        stop.hurry();
        assert!(other.is_set() && other.is_hurried());
    }

    #[test]
    fn a_wait_is_over_once_a_parent_is_set_or_the_time_is_up() {
        let stop = Stop::new().unwrap();
        let branch = stop.branch().unwrap();
        assert!(!branch.wait(Some(Duration::from_millis(5))).unwrap());
        let waiting = std::thread::spawn(move || branch.wait(None).unwrap());
        stop.set();
        assert!(waiting.join().unwrap());
    }
}
