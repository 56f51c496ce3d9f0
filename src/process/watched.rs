//! Watched sources: what is read ends with an error once a stop is set, whether bytes are there or are still waited for.

use std::{
    io::{self, Read},
    os::fd::AsFd,
};

use super::{leader, stop::Stop};

/// A source that is read until its end, or until a stop is set.
#[derive(Debug)]
pub struct Watched<R> {
    /// What is read.
    pub source: R,
    /// What ends it early.
    pub stop: Stop,
}

impl<R: Read + AsFd> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        leader::await_any(self.stop.wish().descriptors().chain([self.source.as_fd()]), None)?;
        // Not of the kind that readers take for a reason to try again.
        if self.stop.is_set() { Err(io::Error::other("interrupted")) } else { self.source.read(buffer) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_says_nothing_is_not_waited_for_after_a_stop() {
        let (source, _writer) = io::pipe().unwrap();
        let stop = Stop::new().unwrap();
        let mut watched = Watched { source, stop: stop.clone() };
        let waiting = std::thread::spawn(move || watched.read(&mut [0]));
        stop.set();
        assert!(waiting.join().unwrap().is_err());
    }

    #[test]
    fn without_a_stop_it_is_read_to_its_end() {
        let mut text = String::new();
        let (source, mut writer) = io::pipe().unwrap();
        io::Write::write_all(&mut writer, b"abc").unwrap();
        drop(writer);
        Watched { source, stop: Stop::new().unwrap() }.read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
    }
}
