//! Latches: a flag that threads and signal handlers set for good, and that a wait on descriptors reacts to.

use std::{
    io::{self, PipeReader, PipeWriter, Write},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::leader::is_readable;

/// A flag that stays set; clones share it, and a branch is set with its parent too.
#[derive(Clone, Debug)]
pub(super) struct Latch(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    flag: AtomicBool,
    // Nobody reads from it: one byte in it keeps it readable for every waiter, for good.
    reader: PipeReader,
    writer: PipeWriter,
    parent: Option<Latch>,
}

impl Latch {
    /// Makes a latch that is not set, below another one or alone; fails when no file descriptors are left.
    pub(super) fn new(parent: Option<&Self>) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        Ok(Self(Arc::new(Shared { flag: AtomicBool::new(false), reader, writer, parent: parent.cloned() })))
    }

    /// Sets it, and with it all its branches.
    pub(super) fn set(&self) {
        if !self.0.flag.swap(true, Ordering::SeqCst) {
            // A pipe too full for a byte is readable already.
            let _ = (&self.0.writer).write(b"!");
        }
    }

    /// Tells whether it, or one above it, is set.
    pub(super) fn is_set(&self) -> bool {
        self.line().any(|latch| latch.0.flag.load(Ordering::SeqCst) || is_readable(latch.0.reader.as_fd()))
    }

    /// Lists what becomes readable once it is set: its own pipe, and those of the latches above it.
    pub(super) fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.line().map(|latch| latch.0.reader.as_fd())
    }

    /// Returns what a signal handler writes into.
    pub(super) fn writer(&self) -> io::Result<OwnedFd> {
        Ok(self.0.writer.try_clone()?.into())
    }

    fn line(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |latch| latch.0.parent.as_ref())
    }
}
