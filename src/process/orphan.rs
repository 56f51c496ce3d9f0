//! Orphans: what is left of a child whose supervisor died, ended by its record.

use std::{fs, path::Path, time::Duration};

use super::{
    cgroup::Cgroup,
    clearance::Clearance,
    family::Family,
    record::{Error, Record},
    stat,
    stop::Stop,
};

/// A process that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// Its number.
    pub pid: i32,
    /// The name of its program, cut short by the system; empty where it is gone already.
    pub name: String,
}

/// Ends what is left of the child that the record at `path` tells of, and removes the record: SIGTERM, `grace` (none once
/// `stop` is hurried), SIGKILL. Returns who was found.
///
/// It is for the caller to know that the supervisor is dead. Nobody is signalled for a number alone: the child itself is known by
/// its mark with number, start and boot, the others by the mark, or because they descend from these.
pub fn end(path: &Path, grace: Duration, stop: &Stop) -> Result<Vec<Orphan>, Error> {
    let record = Record::load(path)?;
    if record.is_of_this_boot() && !record.is_here() {
        return Err(Error::Elsewhere { path: path.to_owned() });
    }
    let found = if record.is_here() { clear(&record, grace, stop) } else { Ok(Vec::new()) };
    let failed = |source| Error::File { path: path.to_owned(), source };
    let found = found.map_err(failed)?;
    fs::remove_file(path).map_err(failed)?;
    Ok(found)
}

fn clear(record: &Record, grace: Duration, stop: &Stop) -> std::io::Result<Vec<Orphan>> {
    let leader = record.leader();
    let mut family = Family::orphaned(leader, record.mark(), record.session());
    family.find(false);
    leader.and(record.group()).inspect(|group| family.claim(*group));
    let told = |pid: rustix::process::Pid| Orphan { pid: pid.as_raw_pid(), name: stat::name(pid) };
    let found = family.members().iter().map(|member| told(member.pid)).collect();
    if family.is_alive() {
        Clearance { grace, stop, is_sole: false }.end(&mut family, None)?;
    }
    record.mark().cgroup.inspect(Cgroup::remove);
    Ok(found)
}
