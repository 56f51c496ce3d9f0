//! Children: one command, from its start to the end of all that it started.
//!
//! A command runs in a process group of its own, with its output going straight into a file. It is awaited without
//! being reaped (which ready-made crates do not offer), so that its group can be ended with no doubt about whose number
//! it is.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    io,
    os::unix::process::{CommandExt, ExitStatusExt},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use super::{
    cgroup::Cgroup,
    clearance::Clearance,
    environment::Environment,
    family::{Family, Scope},
    idle::Idle,
    leader::{Leader, Woken},
    mark::{self, Mark},
    plain, program,
    record::{self, Record},
    roll,
    stop::Stop,
    suffix,
};
use crate::{
    failpoint,
    model::{cut::Cut, ending::Ending},
};

/// What a child reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stdin {
    /// Nothing: its input is at its end from the start.
    Null,
    /// The content of a file.
    File(PathBuf),
}

/// A command to run.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The program and its arguments. A bare name is searched on the PATH of `environment`; one with a slash belongs to
    /// `cwd`.
    pub argv: Vec<OsString>,
    /// The folder to run in; the child's `PWD` says the same.
    pub cwd: PathBuf,
    /// The child's whole environment, but for `PWD` and `PAR_CHILD`.
    pub environment: Environment,
    /// Its input.
    pub stdin: Stdin,
    /// The file that takes its output and errors, in the order of writing; what it held before is dropped.
    pub log: PathBuf,
    /// The file that takes its output alone, where that is not to be among its errors.
    pub output: Option<PathBuf>,
    /// The time that it has; `None` is for ever.
    pub timeout: Option<Duration>,
    /// The longest time in which it may print nothing, and an eighth more at most; `None` is for ever.
    pub idle: Option<Duration>,
    /// The time between the friendly signal and the other one.
    pub grace: Duration,
    /// The file that tells of it while anything of it is left, for [`super::orphan`].
    pub record: Option<PathBuf>,
}

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// In which way.
    pub ending: Ending,
    /// Why it was ended, where it did not end by itself.
    pub cut: Option<Cut>,
    /// The time from its start until nothing of it was left.
    pub elapsed: Duration,
}

/// A child that could not be run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no program in the command.
    #[error("the command is empty")]
    Empty,
    /// The folder to run in is missing, or is no folder.
    #[error("'{}' is not a folder to run in", cwd.display())]
    Folder {
        /// The folder.
        cwd: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The name is no program's.
    #[error(transparent)]
    Program(#[from] program::Error),
    /// The input cannot be read.
    #[error("cannot read input '{}'", path.display())]
    Stdin {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The log cannot be written.
    #[error("cannot write log '{}'", path.display())]
    Log {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The record cannot be written.
    #[error(transparent)]
    Record(#[from] record::Error),
    /// The system refused to start the program, or to wait for it.
    #[error("cannot run '{}'", program.display())]
    Run {
        /// The program as it was given.
        program: OsString,
        /// Why.
        source: io::Error,
    },
}

/// Runs a command and returns when all that is left of it has been ended: see [`Spec`] for what goes in.
///
/// The child ends by itself, at its timeout, after a time of silence, or once `stop` is set. In all but the first case its group and
/// all its other descendants get SIGTERM, and SIGKILL after the grace or once `stop` is hurried. What a child leaves behind
/// when it ends by itself is ended in the same way as far as it is in its group, or works in its folder.
pub fn run(spec: &Spec, stop: &Stop) -> Result<Exit, Error> {
    if stop.is_set() {
        return Ok(Exit { ending: Ending::Stopped, cut: Some(Cut::Stop), elapsed: Duration::ZERO });
    }
    let program = spec.argv.first().ok_or(Error::Empty)?;
    let refused = |source| Error::Run { program: program.clone(), source };
    let folder = require_folder(&spec.cwd)?;
    let value = suffix::random(16).map_err(refused)?;
    let log = open_log(&spec.log).map_err(|source| unwritable(spec, source))?;
    let output = spec.output.as_deref().map(open_log).transpose().map_err(|source| unwritable(spec, source))?;
    let mut command = command(spec, program, (&log, output.as_ref().unwrap_or(&log)))?;
    command.env(mark::NAME, &value);
    let cgroup = Cgroup::make(&value).map(Removed);
    let mark = Mark::new(value, folder, log.metadata().ok().as_ref());
    let mark = Mark { cgroup: cgroup.as_ref().map(|cgroup| cgroup.0.clone()), ..mark };
    let record = Record::new(&mark);
    // It is there before the child: a kill between the two loses nobody.
    spec.record.as_deref().map(|path| record.save(path)).transpose()?;
    failpoint::pass("child recorded");
    let started = Instant::now();
    let mut leader = Leader::spawn(&mut command).inspect_err(|_| forget(spec)).map_err(refused)?;
    cgroup.as_ref().inspect(|cgroup| cgroup.0.take(leader.pid()));
    failpoint::pass("child started");
    // Without the number, which is the better half, there is still the mark.
    let _ = spec.record.as_deref().map(|path| record.with_leader(leader.pid()).save_over(path));
    failpoint::pass("child numbered");
    // What the command holds open of the log would stay open for as long as it lives.
    drop(command);
    let logs = output.into_iter().chain([log]).collect();
    let cut = watch(&leader, spec, (logs, stop)).map_err(refused)?;
    failpoint::pass("child ended");
    clear(&leader, mark, cut, (spec.grace, stop)).map_err(refused)?;
    let status = leader.reap().map_err(refused)?;
    failpoint::pass("child reaped");
    forget(spec);
    Ok(Exit { ending: ending(cut, status), cut, elapsed: started.elapsed() })
}

/// A control group that is removed when it is dropped.
#[derive(Debug)]
struct Removed(Cgroup);

impl Drop for Removed {
    fn drop(&mut self) {
        self.0.remove();
    }
}

fn forget(spec: &Spec) {
    // A record of nobody does no harm.
    let _ = spec.record.as_deref().map(fs::remove_file);
}

/// Waits until the child ends, or is to be ended: returns why.
fn watch(leader: &Leader, spec: &Spec, (logs, stop): (Vec<File>, &Stop)) -> io::Result<Option<Cut>> {
    let deadline = spec.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut idle = spec.idle.map(|allowance| Idle::watch(logs, allowance)).transpose()?;
    loop {
        let look = idle.as_ref().and_then(Idle::next_look);
        match leader.wait(stop.wish(), deadline.into_iter().chain(look).min())? {
            Woken::Exited => return Ok(None),
            Woken::Called => return Ok(Some(Cut::Stop)),
            Woken::Late if deadline.is_some_and(|deadline| deadline <= Instant::now()) => {
                return Ok(Some(Cut::Timeout));
            }
            Woken::Late => {}
        }
        if let Some(idle) = &mut idle
            && idle.is_over()?
        {
            return Ok(Some(Cut::Idle));
        }
    }
}

fn require_folder(cwd: &Path) -> Result<PathBuf, Error> {
    let folder = cwd.canonicalize().and_then(|folder| fs::read_dir(&folder).map(|_| folder));
    folder.map_err(|source| Error::Folder { cwd: cwd.to_owned(), source })
}

fn command(spec: &Spec, program: &OsStr, (log, output): (&File, &File)) -> Result<Command, Error> {
    let cwd = std::path::absolute(&spec.cwd).map_err(|source| Error::Folder { cwd: spec.cwd.clone(), source })?;
    let file = program::resolve(program, spec.environment.get("PATH"), &cwd)?;
    let stdin = stdin(&spec.stdin)?;
    let end = |file: &File| file.try_clone().map_err(|source| unwritable(spec, source));
    let mut command = Command::new(file);
    command.arg0(program).args(&spec.argv[1..]);
    command.env_clear().envs(spec.environment.iter()).env("PWD", &cwd).current_dir(cwd);
    command.stdin(stdin).stdout(end(output)?).stderr(end(log)?);
    Ok(command)
}

fn stdin(stdin: &Stdin) -> Result<Stdio, Error> {
    match stdin {
        Stdin::Null => Ok(Stdio::null()),
        Stdin::File(path) => match File::open(path) {
            Ok(file) => Ok(file.into()),
            Err(source) => Err(Error::Stdin { path: path.clone(), source }),
        },
    }
}

fn unwritable(spec: &Spec, source: io::Error) -> Error {
    Error::Log { path: spec.log.clone(), source }
}

fn open_log(path: &Path) -> io::Result<File> {
    plain::clear(path);
    // Appending: a descendant that opens its own output again does not write over what is there.
    let log = File::options().create(true).append(true).open(path)?;
    log.set_len(0)?;
    Ok(log)
}

/// Ends what is left, all of the family after an end that was ours, the leftovers after one that was not.
fn clear(leader: &Leader, mark: Mark, cut: Option<Cut>, (grace, stop): (Duration, &Stop)) -> io::Result<()> {
    let scope = if cut.is_none() { Scope::Leftovers } else { Scope::All };
    let mut family = Family::new(leader.pid(), mark, scope);
    let clearance = Clearance { grace, stop, is_sole: roll::end(leader.pid()) };
    family.find(clearance.is_sole);
    if cut.is_some() || family.is_alive() {
        clearance.end(&mut family, Some(leader))?;
    }
    // Whoever slipped through the listing, and the group where nothing can be listed.
    leader.kill();
    Ok(())
}

fn ending(cut: Option<Cut>, status: ExitStatus) -> Ending {
    match (cut, status.code()) {
        (Some(Cut::Timeout | Cut::Idle), _) => Ending::Timeout,
        (Some(_), _) => Ending::Stopped,
        (None, Some(0)) => Ending::Success,
        (None, Some(code)) => Ending::Failure { code },
        (None, None) => Ending::Signalled { signal: status.signal().unwrap_or_default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_how_a_child_ended_by_itself() {
        let table = [
            (0, Ending::Success),
            (1 << 8, Ending::Failure { code: 1 }),
            (255 << 8, Ending::Failure { code: 255 }),
            (9, Ending::Signalled { signal: 9 }),
            (0x80 | 0x0B, Ending::Signalled { signal: 11 }),
        ];
        for (raw, expected) in table {
            assert_eq!(ending(None, ExitStatus::from_raw(raw)), expected, "{raw}");
        }
    }

    #[test]
    fn an_end_that_was_ours_is_ours_whatever_the_child_says() {
        for raw in [0, 1 << 8, 9, 15] {
            assert_eq!(ending(Some(Cut::Timeout), ExitStatus::from_raw(raw)), Ending::Timeout);
            assert_eq!(ending(Some(Cut::Idle), ExitStatus::from_raw(raw)), Ending::Timeout);
            assert_eq!(ending(Some(Cut::Stop), ExitStatus::from_raw(raw)), Ending::Stopped);
        }
    }
}
