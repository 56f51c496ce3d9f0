//! Control groups (cgroups(7), version 2): where this process may make one, a child and all that it starts are in one of its own.
//!
//! Nobody leaves it by forking, by another session or without an environment. Where none can be made, the family is found
//! by other means.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use rustix::process::Pid;

/// The control group of one child.
#[derive(Clone, Debug)]
pub(super) struct Cgroup(PathBuf);

impl Cgroup {
    /// Makes one below that of this process, named after the child's mark; none where that is not allowed.
    pub(super) fn make(mark: &str) -> Option<Self> {
        let cgroup = Self::named(own()?, mark);
        fs::create_dir(&cgroup.0).ok().map(|()| cgroup)
    }

    /// Names the one below a folder that belongs to a mark: whatever folder it is, no other than such a one is meant.
    pub(super) fn named(parent: &Path, mark: &str) -> Self {
        Self(parent.join(format!("git-par-{mark}")))
    }

    /// Returns the folder that it is in.
    pub(super) fn parent(&self) -> &Path {
        self.0.parent().unwrap_or(&self.0)
    }

    /// Takes a process in, and whom it starts from now on.
    pub(super) fn take(&self, pid: Pid) {
        // One that stays outside is found by other means.
        let _ = fs::write(self.0.join("cgroup.procs"), pid.as_raw_pid().to_string());
    }

    /// Lists the numbers of those who are in it or below it, whoever they say they are.
    pub(super) fn pids(&self) -> Vec<Pid> {
        let read = |folder: &PathBuf| fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
        let listed: String = self.folders().iter().map(read).collect();
        let pids = listed.lines().filter_map(|line| line.parse().ok().and_then(Pid::from_raw));
        pids.filter(|pid| self.holds(*pid)).collect()
    }

    /// Tells whether the system says so too: the name of a folder alone proves nothing.
    fn holds(&self, pid: Pid) -> bool {
        let groups = fs::read_to_string(format!("/proc/{}/cgroup", pid.as_raw_pid())).unwrap_or_default();
        let group = groups.lines().find_map(|line| line.strip_prefix("0::")).map(Path::new);
        group.is_some_and(|group| group.iter().any(|part| Some(part) == self.0.file_name()))
    }

    /// Kills all who are in it, at once.
    pub(super) fn kill(&self) {
        // Kernels before 5.14 cannot: those who are listed are killed one by one.
        let kill = File::options().write(true).open(self.0.join("cgroup.kill"));
        let _ = kill.and_then(|mut kill| kill.write_all(b"1"));
    }

    /// Removes it; who is left alone is in the one above from then on.
    pub(super) fn remove(&self) {
        for pid in self.pids() {
            let _ = fs::write(self.parent().join("cgroup.procs"), pid.as_raw_pid().to_string());
        }
        // A child may have made some of its own.
        self.folders().iter().rev().for_each(|folder| drop(fs::remove_dir(folder)));
    }

    /// Lists its folder and all below, each after the one that it is in.
    fn folders(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.0.clone()];
        let mut at = 0;
        while let Some(folder) = folders.get(at) {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            let below = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
            let below: Vec<PathBuf> = below.map(|entry| entry.path()).collect();
            folders.extend(below);
            at += 1;
        }
        folders
    }
}

/// Returns the folder of the control group that this process is in.
fn own() -> Option<&'static Path> {
    static OWN: OnceLock<Option<PathBuf>> = OnceLock::new();
    let load = || {
        let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        let own = folder(&groups, &mounts)?;
        prune(&own);
        Some(own)
    };
    OWN.get_or_init(load).as_deref()
}

/// Removes what supervisors that died left behind: one that anybody is in stays.
fn prune(own: &Path) {
    let entries = fs::read_dir(own).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b"git-par-"));
    ours.for_each(|entry| drop(fs::remove_dir(entry.path())));
}

/// Joins the place of a group in its hierarchy and where that is mounted (`proc_pid_cgroup(5)`, `proc_pid_mountinfo(5)`).
fn folder(groups: &str, mounts: &str) -> Option<PathBuf> {
    let group = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    let (mount, _) = mounts.lines().find_map(|line| line.split_once(" - cgroup2 "))?;
    let fields: Vec<&str> = mount.split(' ').collect();
    let inside = Path::new(group).strip_prefix(fields.get(3)?).ok()?;
    Some(Path::new(fields.get(4)?).join(inside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_found_where_its_hierarchy_is_mounted() {
        let mounts =
            "22 1 0:20 / /proc rw - proc proc rw\n30 24 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n";
        let table = [
            ("0::/user.slice/a.scope\n", Some("/sys/fs/cgroup/user.slice/a.scope")),
            ("8:pids:/x\n0::/\n", Some("/sys/fs/cgroup/")),
            ("8:pids:/x\n", None),
        ];
        for (groups, expected) in table {
            assert_eq!(folder(groups, mounts), expected.map(PathBuf::from), "{groups}");
        }
        assert_eq!(folder("0::/a/b", "30 24 0:26 /a /cg rw - cgroup2 none rw"), Some("/cg/b".into()));
        assert_eq!(folder("0::/c", "30 24 0:26 /a /cg rw - cgroup2 none rw"), None);
        assert_eq!(folder("0::/c", ""), None);
    }
}
