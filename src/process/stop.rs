//! Stops: a flag that threads and signals set, and that waiting for a child reacts to at once.

use std::{
    io::{self, PipeReader, PipeWriter, Write},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// A wish to end; clones share it, and once set it stays set.
#[derive(Clone, Debug)]
pub struct Stop(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    flag: AtomicBool,
    // Nobody reads from it: one byte in it keeps it readable for every waiter, for good.
    reader: PipeReader,
    writer: PipeWriter,
}

impl Stop {
    /// Makes a stop that nobody has set; fails when no file descriptors are left.
    pub fn new() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        Ok(Self(Arc::new(Shared { flag: AtomicBool::new(false), reader, writer })))
    }

    /// Sets it: every child that is waited for with it is ended.
    pub fn set(&self) {
        if !self.0.flag.swap(true, Ordering::SeqCst) {
            // A pipe too full for a byte is readable already.
            let _ = (&self.0.writer).write(b"!");
        }
    }

    /// Tells whether it is set.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.flag.load(Ordering::SeqCst) || super::leader::is_readable(self.as_fd())
    }

    /// Returns what a signal handler writes into.
    pub(super) fn writer(&self) -> io::Result<OwnedFd> {
        Ok(self.0.writer.try_clone()?.into())
    }
}

impl AsFd for Stop {
    /// Returns what is readable once the stop is set.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.reader.as_fd()
    }
}

#[cfg(test)]
mod tests {
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
    fn a_byte_from_a_signal_handler_sets_it() {
        let stop = Stop::new().unwrap();
        PipeWriter::from(stop.writer().unwrap()).write_all(b"x").unwrap();
        assert!(stop.is_set());
    }
}
