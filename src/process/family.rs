//! Families: all processes that come from one child, wherever they moved to.
//!
//! A child's group is not all of it: agents start their shells in sessions of their own. On Linux the rest is found by
//! parent, by session and by a mark in the environment; elsewhere the group is all that is known.

use std::{ffi::OsString, fs, os::unix::ffi::OsStrExt, path::PathBuf};

use rustix::process::{Pid, Signal, getpid};

use super::stat::{self, Stat};

/// The processes that come from one child, the child itself not among them.
#[derive(Debug)]
pub(super) struct Family {
    leader: Pid,
    mark: Mark,
    members: Vec<Stat>,
}

/// What tells a process of the child that moved away and lost its parent.
#[derive(Debug)]
pub(super) struct Mark {
    /// The variable and its value, `NAME=value`, that only this child was started with.
    pub(super) variable: OsString,
    /// The folder, without symbolic links, that the child was started in.
    pub(super) folder: PathBuf,
}

impl Family {
    /// Makes the family of a child that is not reaped yet; nobody else is known so far.
    pub(super) fn new(leader: Pid, mark: Mark) -> Self {
        Self { leader, mark, members: Vec::new() }
    }

    /// Finds who is in the group, and who has the mark and works in the child's folder.
    ///
    /// A daemon that left both the group and the folder (a compiler cache, a build server) serves others too: it is not
    /// found.
    pub(super) fn find_leftovers(&mut self) {
        self.take(&list(), |family, stat| family.is_in_group(stat) || family.is_marked(stat));
    }

    /// Finds the leftovers and all descendants; forgets who is gone.
    pub(super) fn find_all(&mut self) {
        let stats = list();
        self.members.retain(|member| stats.iter().any(|stat| is_same(stat, member)));
        let own_session = Stat::load(getpid()).map_or(0, |own| own.session);
        self.take(&stats, |family, stat| family.is_in_group(stat) || family.is_marked(stat));
        while self.take(&stats, |family, stat| family.is_descendant(stat, own_session)) {}
    }

    /// Tells whether any of those found is still alive.
    pub(super) fn is_alive(&self) -> bool {
        self.members.iter().any(is_still_there)
    }

    /// Signals those found who are outside the group, each only if it still is who it was.
    pub(super) fn signal_strays(&self, signal: Signal) {
        self.members.iter().filter(|member| !self.is_in_group(member)).for_each(|member| send(member, signal));
    }

    /// Adds those of whom the rule holds and who are alive and not known yet; tells whether there were any.
    fn take(&mut self, stats: &[Stat], rule: impl Fn(&Self, &Stat) -> bool) -> bool {
        let found: Vec<Stat> = stats.iter().filter(|stat| self.is_new(stat) && rule(self, stat)).copied().collect();
        self.members.extend(&found);
        !found.is_empty()
    }

    fn is_new(&self, stat: &Stat) -> bool {
        !stat.is_dead && stat.pid != self.leader && !self.members.iter().any(|known| is_same(stat, known))
    }

    fn is_in_group(&self, stat: &Stat) -> bool {
        stat.group == self.leader.as_raw_pid()
    }

    fn is_marked(&self, stat: &Stat) -> bool {
        let process = format!("/proc/{}", stat.pid.as_raw_pid());
        let at_home = || fs::read_link(format!("{process}/cwd")).is_ok_and(|cwd| cwd.starts_with(&self.mark.folder));
        let has_mark = |environment: Vec<u8>| {
            environment.split(|byte| *byte == 0).any(|variable| variable == self.mark.variable.as_bytes())
        };
        at_home() && fs::read(format!("{process}/environ")).is_ok_and(has_mark)
    }

    fn is_descendant(&self, stat: &Stat, own_session: i32) -> bool {
        let is_child = |parent: Pid| parent.as_raw_pid() == stat.parent;
        // A session other than ours was made by a descendant, and nobody can join it from outside.
        let shares_session = |known: &Stat| known.session == stat.session && ![0, own_session].contains(&stat.session);
        let is_kin = |known: &Stat| is_child(known.pid) || shares_session(known);
        is_child(self.leader) || self.members.iter().any(is_kin)
    }
}

fn list() -> Vec<Stat> {
    stat::pids().filter_map(Stat::load).collect()
}

fn is_same(stat: &Stat, known: &Stat) -> bool {
    stat.pid == known.pid && stat.start == known.start
}

fn is_still_there(known: &Stat) -> bool {
    Stat::load(known.pid).is_some_and(|stat| is_same(&stat, known) && !stat.is_dead)
}

#[cfg(target_os = "linux")]
fn send(known: &Stat, signal: Signal) {
    use rustix::{
        io::Errno,
        process::{PidfdFlags, kill_process, pidfd_open, pidfd_send_signal},
    };
    // The handle is taken before the look: it cannot mean a later process of that number.
    let handle = pidfd_open(known.pid, PidfdFlags::empty());
    if !is_still_there(known) {
        return;
    }
    let _ = match handle {
        Ok(handle) => pidfd_send_signal(handle, signal),
        // Kernels before 5.3: no handles, and a moment between look and signal.
        Err(Errno::NOSYS) => kill_process(known.pid, signal),
        Err(error) => Err(error),
    };
}

#[cfg(not(target_os = "linux"))]
fn send(_: &Stat, _: Signal) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(pid: i32, parent: i32, session: i32) -> Stat {
        Stat { pid: Pid::from_raw(pid).unwrap(), parent, group: 1, session, start: 1000, is_dead: false }
    }

    fn family(members: &[Stat]) -> Family {
        let mark = Mark { variable: "PAR_CHILD=x".into(), folder: "/nowhere".into() };
        Family { leader: Pid::from_raw(100).unwrap(), mark, members: members.to_vec() }
    }

    #[test]
    fn children_of_the_leader_and_of_members_descend() {
        let family = family(&[stat(101, 100, 5)]);
        assert!(family.is_descendant(&stat(102, 100, 5), 5));
        assert!(family.is_descendant(&stat(103, 101, 5), 5));
        assert!(!family.is_descendant(&stat(104, 1, 5), 5));
    }

    #[test]
    fn who_shares_a_session_that_a_member_made_descends() {
        let family = family(&[stat(101, 100, 101), stat(102, 100, 0)]);
        assert!(family.is_descendant(&stat(103, 1, 101), 5));
        assert!(!family.is_descendant(&stat(104, 1, 0), 5));
    }

    #[test]
    fn the_leader_the_dead_and_the_known_are_not_added_again() {
        let family = family(&[stat(101, 100, 5)]);
        let taken = |stat: Stat| self::family(&family.members).take(&[stat], |_, _| true);
        assert!(!taken(stat(100, 101, 5)));
        assert!(!taken(stat(101, 100, 5)));
        assert!(!taken(Stat { is_dead: true, ..stat(102, 100, 5) }));
        assert!(taken(stat(102, 100, 5)));
        assert!(taken(Stat { start: 2000, ..stat(101, 100, 5) }));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_number_that_another_process_has_now_is_not_signalled() {
        let mut child = std::process::Command::new("sleep").arg("1000").spawn().unwrap();
        let now = Stat::load(Pid::from_child(&child)).unwrap();
        let before = Stat { start: now.start - 1, ..now };
        send(&before, Signal::KILL);
        assert!(!is_still_there(&before) && is_still_there(&now));
        send(&now, Signal::TERM);
        let status = child.wait().unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(Signal::TERM.as_raw()));
    }
}
