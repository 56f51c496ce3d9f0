//! Detaching: this program started again, in a session of its own that no terminal's end reaches.

use std::{
    env,
    ffi::OsString,
    fs::File,
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use rustix::io::Errno;

use super::plain;

/// The variable that tells the new process what it is; children do not get it.
pub(super) const VARIABLE: &str = "GIT_PAR_DETACHED";

/// A process that cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file for what it prints.
    #[error("cannot write log '{}'", path.display())]
    Log {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The program.
    #[error("cannot start this program again")]
    Start(#[source] io::Error),
}

/// Starts this program again with these arguments, in this folder, with nothing to read; what it prints is added to `log`. Returns
/// its number.
///
/// Nobody need wait for it. The new process is a part of this one's session until it calls [`complete`].
pub fn start(arguments: &[OsString], log: &Path) -> Result<u32, Error> {
    let unwritable = |source| Error::Log { path: log.to_owned(), source };
    plain::make_room(log).map_err(unwritable)?;
    let output = File::options().create(true).append(true).open(log).map_err(unwritable)?;
    let errors = output.try_clone().map_err(unwritable)?;
    let mut command = Command::new(env::current_exe().map_err(Error::Start)?);
    command.args(arguments).env(VARIABLE, "1").stdin(Stdio::null()).stdout(output).stderr(errors);
    let mut child = command.spawn().map_err(Error::Start)?;
    let pid = child.id();
    // Where this process lives longer, its end does not stay unread.
    let _ = thread::Builder::new().name("detached".to_owned()).spawn(move || child.wait());
    Ok(pid)
}

/// Gives this process a session of its own, where [`start`] started it; call it before anything else. Tells whether it did.
pub fn complete() -> io::Result<bool> {
    if env::var_os(VARIABLE).is_none_or(|value| value != "1") {
        return Ok(false);
    }
    match rustix::process::setsid() {
        // It is the first of a session, or of a group, already: the variable came from further above.
        Ok(_) | Err(Errno::PERM) => Ok(true),
        Err(error) => Err(error.into()),
    }
}
