//! Foreground children: a command that has the terminal of this process until it ends.
//!
//! It stays in the process group of this process, so that the keys of the terminal reach both: this process lets them pass
//! and waits.

use std::{
    ffi::OsString,
    io,
    os::{fd::AsFd, unix::process::CommandExt, unix::process::ExitStatusExt},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
};

use rustix::{
    io::Errno,
    process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid},
};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM},
    iterator::Signals,
};

use super::{child::Error, environment::Environment, program};

/// A command that is to have the terminal.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The program and its arguments, found as those of other children are.
    pub argv: Vec<OsString>,
    /// The folder to run in.
    pub cwd: PathBuf,
    /// Its whole environment, but for `PWD`; none: that of this process as it is.
    pub environment: Option<Environment>,
    /// Whether standard output is kept for an answer of ours: what the child prints goes to standard error.
    pub keeps_stdout: bool,
}

/// Runs a command with this process's input, output and terminal, and returns its exit status: 128 and the number of the
/// signal where one ended it.
///
/// SIGINT and SIGQUIT are the child's alone meanwhile; SIGTERM and SIGHUP are handed on to it.
pub fn run(spec: &Spec) -> Result<u8, Error> {
    let program = spec.argv.first().ok_or(Error::Empty)?;
    let refused = |source| Error::Run { program: program.clone(), source };
    let mut command = command(spec, program)?;
    let mut signals = Signals::new([SIGINT, SIGQUIT, SIGTERM, SIGHUP]).map_err(refused)?;
    let mut child = command.spawn().map_err(refused)?;
    hand_on(&child, &mut signals);
    Ok(status(child.wait().map_err(refused)?))
}

fn command(spec: &Spec, program: &OsString) -> Result<Command, Error> {
    let path = spec
        .environment
        .as_ref()
        .map_or_else(|| std::env::var_os("PATH"), |environment| environment.get("PATH").map(ToOwned::to_owned));
    let file = program::resolve(program, path.as_deref(), &spec.cwd)?;
    let mut command = Command::new(file);
    command.arg0(program).args(&spec.argv[1..]).current_dir(&spec.cwd);
    if let Some(environment) = &spec.environment {
        command.env_clear().envs(environment.iter());
    }
    command.env("PWD", &spec.cwd);
    if spec.keeps_stdout {
        let stderr = io::stderr().as_fd().try_clone_to_owned();
        command.stdout(Stdio::from(stderr.map_err(|source| Error::Run { program: program.clone(), source })?));
    }
    Ok(command)
}

/// Waits for the child's end without reaping it, so that what is handed on meanwhile cannot go astray.
fn hand_on(child: &Child, signals: &mut Signals) {
    let pid = Pid::from_child(child);
    let handle = signals.handle();
    thread::scope(|scope| {
        scope.spawn(|| {
            for signal in signals.forever() {
                let signal = match signal {
                    SIGTERM => Signal::TERM,
                    SIGHUP => Signal::HUP,
                    _ => continue,
                };
                let _ = kill_process(pid, signal);
            }
        });
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(waitid(WaitId::Pid(pid), options), Err(Errno::INTR)) {}
        handle.close();
    });
}

fn status(status: ExitStatus) -> u8 {
    let number = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
    u8::try_from(number).unwrap_or(u8::MAX)
}
