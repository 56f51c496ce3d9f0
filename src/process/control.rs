//! Controls: a named pipe (`fifo(7)`) by which other processes ask something of the one that works on a run.

use std::{
    fs::{self, File},
    io::{self, PipeReader, PipeWriter, Read, Write},
    os::{fd::AsFd, unix::fs::FileTypeExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
};

use super::{
    leader::{await_any, is_readable},
    node, plain,
};
use crate::model::request::Request;

/// The longest line that is looked at, in bytes.
const LONGEST: usize = 256;

/// A request that cannot be heard, or not be sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Whoever listened there is gone, or nobody ever did.
    #[error("nobody listens at '{}'", path.display())]
    Nobody {
        /// Where the pipe should be.
        path: PathBuf,
    },
    /// The pipe.
    #[error("cannot use the pipe '{}'", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// An open ear: it listens until it is dropped, and then removes its pipe.
#[derive(Debug)]
pub struct Control {
    path: PathBuf,
    pipe: Arc<Mutex<Arc<File>>>,
    /// Wakes the thread: with a byte for another pipe, without one for its end.
    waker: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl Control {
    /// Begins to listen at `path`, where whatever is there is replaced; `act` is called on a thread of its own with each request.
    ///
    /// Lines that are no requests are ignored. It is for the caller to know that nobody else listens there.
    pub fn listen(path: &Path, act: impl FnMut(Request) + Send + 'static) -> Result<Self, Error> {
        let begin = || {
            let pipe = Arc::new(Mutex::new(Arc::new(make(path)?)));
            let (woken, waker) = io::pipe()?;
            let ear = Ear { pipe: Arc::clone(&pipe), woken, line: Vec::new() };
            let thread = thread::Builder::new().name("control".to_owned()).spawn(move || ear.listen(act))?;
            Ok(Self { path: path.to_owned(), pipe, waker: Some(waker), thread: Some(thread) })
        };
        begin().map_err(|source| Error::File { path: path.to_owned(), source })
    }

    /// Makes the pipe again where it, or the folder that it was in, has been deleted.
    pub fn renew(&self) -> Result<(), Error> {
        if self.is_there() {
            return Ok(());
        }
        let renew = || {
            *lock(&self.pipe) = Arc::new(make(&self.path)?);
            self.waker.as_ref().map_or(Ok(()), |mut waker| waker.write_all(b"!"))
        };
        renew().map_err(|source| Error::File { path: self.path.clone(), source })
    }

    fn is_there(&self) -> bool {
        let own = lock(&self.pipe).metadata().ok();
        own.is_some_and(|own| self.path.symlink_metadata().is_ok_and(|found| node::of(&found) == node::of(&own)))
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        if self.is_there() {
            let _ = fs::remove_file(&self.path);
        }
        drop(self.waker.take());
        self.thread.take().map(JoinHandle::join);
    }
}

/// Sends a request to whoever listens at `path`; fails at once where nobody does. It has been heard then, not yet acted on.
pub fn send(path: &Path, request: Request) -> Result<(), Error> {
    let failed = |source: io::Error| match Errno::from_io_error(&source) {
        // The listener died, or there was none, or went away this moment.
        Some(Errno::NXIO | Errno::NOENT | Errno::NOTDIR | Errno::PIPE) => Error::Nobody { path: path.to_owned() },
        _ => Error::File { path: path.to_owned(), source },
    };
    let mut pipe = open(path, OFlags::WRONLY).map_err(failed)?;
    // The first end of line is that of a line that somebody else began and left.
    pipe.write_all(format!("\n{request}\n").as_bytes()).map_err(failed)
}

/// What the thread works on.
struct Ear {
    pipe: Arc<Mutex<Arc<File>>>,
    woken: PipeReader,
    line: Vec<u8>,
}

impl Ear {
    fn listen(mut self, mut act: impl FnMut(Request)) {
        let mut bytes = [0; 4096];
        loop {
            let pipe = Arc::clone(&lock(&self.pipe));
            if await_any([pipe.as_fd(), self.woken.as_fd()].into_iter(), None).is_err() {
                return;
            }
            if let Ok(count) = (&*pipe).read(&mut bytes) {
                self.hear(&bytes[..count], &mut act);
            }
            if is_readable(self.woken.as_fd()) && !self.woken.read(&mut bytes).is_ok_and(|count| count > 0) {
                return;
            }
        }
    }

    fn hear(&mut self, bytes: &[u8], act: &mut impl FnMut(Request)) {
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                let request = std::str::from_utf8(&line).ok().and_then(|line| line.parse().ok());
                request.into_iter().for_each(&mut *act);
            } else if self.line.len() < LONGEST {
                self.line.push(*byte);
            }
        }
    }
}

/// Makes a pipe for this user alone and opens it for both directions: it never is at its end.
fn make(path: &Path) -> io::Result<File> {
    plain::make_room(path)?;
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    make_fifo(path)?;
    open(path, OFlags::RDWR)
}

#[cfg(not(target_vendor = "apple"))]
fn make_fifo(path: &Path) -> io::Result<()> {
    Ok(rustix::fs::mkfifoat(rustix::fs::CWD, path, Mode::RUSR | Mode::WUSR)?)
}

#[cfg(target_vendor = "apple")]
fn make_fifo(path: &Path) -> io::Result<()> {
    let status = std::process::Command::new("mkfifo").args(["-m", "600", "--"]).arg(path).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other("mkfifo failed")) }
}

/// Opens a pipe without waiting for its other end; what is no pipe is nobody's ear.
fn open(path: &Path, access: OFlags) -> io::Result<File> {
    let flags = access | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    if file.metadata()?.file_type().is_fifo() { Ok(file) } else { Err(Errno::NXIO.into()) }
}

fn lock(pipe: &Mutex<Arc<File>>) -> MutexGuard<'_, Arc<File>> {
    pipe.lock().unwrap_or_else(PoisonError::into_inner)
}
