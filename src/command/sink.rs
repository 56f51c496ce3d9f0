//! Sinks: where an answer goes that is too long to be held, or that is still to come.

use std::io;

/// Where an answer goes piece by piece; an error of the kind `BrokenPipe` says that nobody reads it any more.
pub trait Sink: Sync {
    /// Writes text of our own, as any answer is written.
    fn tell(&self, text: &str) -> io::Result<()>;

    /// Writes bytes that somebody else printed: as they are, but on a terminal without what would steer it.
    fn pass(&self, bytes: &[u8]) -> io::Result<()>;
}
