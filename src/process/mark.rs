//! Marks: what tells a process of one child, wherever it moved to.

use std::{
    ffi::OsString,
    fs::{self, Metadata},
    os::unix::ffi::OsStrExt,
    path::PathBuf,
};

use rustix::process::Pid;

use super::{
    cgroup::Cgroup,
    node::{self, Node},
};

/// The variable that marks the processes of one child; its value is random.
pub(super) const NAME: &str = "PAR_CHILD";
/// A variable that whatever this program starts has, its own calls of git too.
const COMMON: &str = "GIT_TERMINAL_PROMPT";

/// What only the processes of one child have.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// The value of the variable that only this child was started with.
    pub(super) value: String,
    /// The folder, without symbolic links, that the child was started in.
    pub(super) folder: PathBuf,
    /// Which file it prints into, where that is known.
    pub(super) log: Option<Node>,
    /// The control group that it and all that it starts is in, where there is one.
    pub(super) cgroup: Option<Cgroup>,
}

impl Mark {
    /// Makes the mark of a child from its random value, its folder and what its log is.
    pub(super) fn new(value: String, folder: PathBuf, log: Option<&Metadata>) -> Self {
        Self { value, folder, log: log.map(node::of), cgroup: None }
    }

    /// Tells whether a process inherited the variable.
    pub(super) fn is_carried_by(&self, pid: Pid) -> bool {
        let wanted = OsString::from(format!("{NAME}={}", self.value));
        environment(pid).is_some_and(|text| variables(&text).any(|variable| variable == wanted.as_bytes()))
    }

    /// Tells whether a process works in the child's folder.
    pub(super) fn is_home_of(&self, pid: Pid) -> bool {
        fs::read_link(format!("/proc/{}/cwd", pid.as_raw_pid())).is_ok_and(|cwd| cwd.starts_with(&self.folder))
    }

    /// Tells whether a process holds the child's log open.
    pub(super) fn is_printed_by(&self, pid: Pid) -> bool {
        let Some(log) = self.log else { return false };
        let open = fs::read_dir(format!("/proc/{}/fd", pid.as_raw_pid())).into_iter().flatten().flatten();
        open.into_iter().any(|entry| fs::metadata(entry.path()).is_ok_and(|metadata| node::of(&metadata) == log))
    }
}

/// Tells whether a process dropped the environment that whatever this program starts has.
pub(super) fn is_dropped_by(pid: Pid) -> bool {
    let is_ours = |variable: &[u8]| {
        [NAME, COMMON]
            .iter()
            .any(|name| variable.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"=")))
    };
    environment(pid).is_some_and(|text| !variables(&text).any(is_ours))
}

fn environment(pid: Pid) -> Option<Vec<u8>> {
    fs::read(format!("/proc/{}/environ", pid.as_raw_pid())).ok()
}

fn variables(environment: &[u8]) -> impl Iterator<Item = &[u8]> {
    environment.split(|byte| *byte == 0)
}
