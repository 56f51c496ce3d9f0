//! Records: small files that tell of a running child, so that what is left of it can be found when its supervisor dies.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Read, Write},
    os::unix::ffi::OsStringExt,
    path::{Path, PathBuf},
};

use rustix::process::Pid;
use serde::{Deserialize, Serialize};

use super::{
    cgroup::Cgroup,
    mark::Mark,
    node::{self, Node},
    plain,
    stat::{self, Stat},
    suffix,
};
use crate::model::quote;

/// The form of the file.
const VERSION: u32 = 1;
/// The longest file that is read, in bytes.
const LONGEST: u64 = 64 * 1024;

/// A record that cannot be kept or used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file.
    #[error("cannot keep process record '{}'", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no record.
    #[error("'{}' is not a process record", path.display())]
    Malformed {
        /// Which.
        path: PathBuf,
        /// Why, where the form tells.
        source: Option<serde_json::Error>,
    },
    /// The child ran where this process cannot see it.
    #[error("the child of process record '{}' belongs to another container", path.display())]
    Elsewhere {
        /// Which.
        path: PathBuf,
    },
}

/// What is known of a child.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    version: u32,
    mark: String,
    /// The folder that it was started in, quoted.
    folder: String,
    /// Which folder the record is in: a copy of it, elsewhere, is of nobody.
    #[serde(default)]
    place: Option<Node>,
    /// The boot of the machine, a random id.
    boot: String,
    /// The namespace of the numbers.
    namespace: String,
    /// The folder with the child's control group, quoted, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cgroups: Option<String>,
    /// The supervisor's session, which is not the child's.
    session: i32,
    /// The child itself, once it is started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    leader: Option<Started>,
}

/// A process and its identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Started {
    pid: i32,
    /// In clock ticks since boot.
    start: u64,
}

impl Record {
    /// Makes the record of a child that is about to be started.
    pub(super) fn new(mark: &Mark) -> Self {
        let quoted = |path: &Path| quote::path(path.as_os_str().as_encoded_bytes());
        let (boot, namespace) = here();
        Self {
            version: VERSION,
            mark: mark.value.clone(),
            folder: quoted(&mark.folder),
            place: None,
            boot,
            namespace,
            cgroups: mark.cgroup.as_ref().map(|cgroup| quoted(cgroup.parent())),
            session: stat::own_session(),
            leader: None,
        }
    }

    /// Reads the record at `path`; a file that is none, or longer than any, is an error.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::File { path: path.to_owned(), source };
        let mut text = Vec::new();
        plain::clear(path);
        File::open(path).and_then(|file| file.take(LONGEST).read_to_end(&mut text)).map_err(failed)?;
        let malformed = |source| Error::Malformed { path: path.to_owned(), source };
        let record: Self = serde_json::from_slice(&text).map_err(|source| malformed(Some(source)))?;
        let record = Self { boot: if record.place == place(path) { record.boot } else { String::new() }, ..record };
        if record.is_sound() { Ok(record) } else { Err(malformed(None)) }
    }

    fn is_sound(&self) -> bool {
        let is_numbered = self.leader.is_none_or(|leader| leader.pid > 1);
        self.version == VERSION && suffix::is_one(&self.mark) && quote::unquote(&self.folder).is_some() && is_numbered
    }

    /// Tells whether anything of the child is alive: itself, or who inherited its mark.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        let mark = self.mark();
        let is_inhabited = || mark.cgroup.as_ref().is_some_and(|cgroup| !cgroup.pids().is_empty());
        let is_carried = || stat::pids().any(|pid| mark.is_carried_by(pid));
        self.is_here() && (is_inhabited() || is_carried())
    }

    /// Tells whether the machine has not been started again since.
    pub(super) fn is_of_this_boot(&self) -> bool {
        !self.boot.is_empty() && self.boot == here().0
    }

    /// Tells whether its numbers mean here what they meant to the supervisor.
    pub(super) fn is_here(&self) -> bool {
        self.is_of_this_boot() && self.namespace == here().1
    }

    /// Returns the child itself where it is still there, still who it was, and bears the mark: a number alone is nobody's.
    pub(super) fn leader(&self) -> Option<Stat> {
        let started = self.leader?;
        let stat = Stat::load(Pid::from_raw(started.pid)?)?;
        let is_same = stat.start == started.start && !stat.is_dead;
        (is_same && self.mark().is_carried_by(stat.pid)).then_some(stat)
    }

    /// Returns the number of the child's group, which may be another's by now.
    pub(super) fn group(&self) -> Option<Pid> {
        Pid::from_raw(self.leader?.pid)
    }

    /// Returns the child's mark.
    pub(super) fn mark(&self) -> Mark {
        let path = |text: &str| PathBuf::from(OsString::from_vec(quote::unquote(text).unwrap_or_default()));
        let cgroup = self.cgroups.as_deref().map(|parent| Cgroup::named(&path(parent), &self.mark));
        Mark { cgroup, ..Mark::new(self.mark.clone(), path(&self.folder), None) }
    }

    /// Returns the session of the supervisor.
    pub(super) fn session(&self) -> i32 {
        self.session
    }

    /// Adds the child itself.
    pub(super) fn with_leader(self, pid: Pid) -> Self {
        let leader = Stat::load(pid).map(|stat| Started { pid: pid.as_raw_pid(), start: stat.start });
        Self { leader, ..self }
    }

    /// Writes it, whole or not at all.
    pub(super) fn save(&self, path: &Path) -> Result<(), Error> {
        self.write(path).map_err(|source| Error::File { path: path.to_owned(), source })
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        plain::make_room(path)?;
        let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(path))?;
        file.write_all(&self.text(path)?)?;
        file.persist(path)?;
        Ok(())
    }

    /// Writes it over a shorter one of the same child, or anew where that is gone.
    pub(super) fn save_over(&self, path: &Path) -> Result<(), Error> {
        // Some file systems bring a file that replaces another to the disk, which takes longer than a child may.
        let over = || File::options().write(true).open(path)?.write_all(&self.text(path)?);
        over().or_else(|_: io::Error| self.save(path))
    }

    fn text(&self, path: &Path) -> io::Result<Vec<u8>> {
        Ok(serde_json::to_vec(&Self { place: place(path), ..self.clone() })?)
    }
}

/// Returns which folder a file is in.
fn place(path: &Path) -> Option<Node> {
    node::at(path.parent()?)
}

/// Returns the boot and the namespace of process numbers; both empty where there is no `/proc`.
fn here() -> (String, String) {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    (boot.trim().to_owned(), namespace.display().to_string())
}
