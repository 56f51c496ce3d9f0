//! Families: all processes that come from one child, wherever they moved to.
//!
//! A child's group is not all of it: agents start their shells in sessions of their own. On Linux the rest is found by
//! parent, by session and by a mark in the environment; elsewhere the group is all that is known.

use rustix::process::{Pid, Signal, getpid};

use super::{
    cgroup::Cgroup,
    mark::Mark,
    stat::{self, Stat},
    stray,
};

/// The processes that come from one child, a child that is not reaped yet not among them.
#[derive(Debug)]
pub(super) struct Family {
    /// The number of the child, and of its group.
    leader: Option<Pid>,
    mark: Mark,
    scope: Scope,
    /// A session that no member made, beside that of this process.
    foreign: i32,
    members: Vec<Stat>,
}

/// Who counts as family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Who is in the group, and who has the mark and works in the child's folder.
    ///
    /// A daemon that left both the group and the folder (a compiler cache, a build server) serves others too: it is not
    /// found.
    Leftovers,
    /// Who is in the group or the control group, has the mark, or descends from one of these.
    All,
}

impl Family {
    /// Makes the family of a child that is not reaped yet; nobody else is known so far.
    pub(super) fn new(leader: Pid, mark: Mark, scope: Scope) -> Self {
        Self { leader: Some(leader), mark, scope, foreign: 0, members: Vec::new() }
    }

    /// Makes the family of a child whose parent died in that session; the child itself is a member where it is still there.
    pub(super) fn orphaned(leader: Option<Stat>, mark: Mark, session: i32) -> Self {
        let members = leader.into_iter().collect();
        Self { leader: leader.map(|leader| leader.pid), mark, scope: Scope::All, foreign: session, members }
    }

    /// Finds who belongs to it, also strays that hide whose they are where there is nobody else whose they could be; forgets
    /// who is gone.
    pub(super) fn find(&mut self, is_sole: bool) {
        let stats = stat::list();
        self.members.retain(|member| stats.iter().any(|stat| is_same(stat, member)));
        let inside =
            self.mark.cgroup.as_ref().filter(|_| self.scope == Scope::All).map(Cgroup::pids).unwrap_or_default();
        let is_inside = |stat: &Stat| inside.contains(&stat.pid);
        self.take(&stats, |family, stat| is_inside(stat) || family.is_own(stat, is_sole));
        let is_deep = self.scope == Scope::All || !self.members.is_empty();
        while is_deep && self.take(&stats, Self::is_descendant) {}
    }

    /// Takes the group of that number for the family's where somebody found is in it, and finds the rest of it: while one is in a group, no
    /// other process gets its number.
    pub(super) fn claim(&mut self, group: Pid) {
        if self.members.iter().any(|member| member.group == group.as_raw_pid()) {
            self.leader = Some(group);
            self.find(false);
        }
    }

    /// Lists those found.
    pub(super) fn members(&self) -> &[Stat] {
        &self.members
    }

    /// Tells whether any of those found is still alive.
    pub(super) fn is_alive(&self) -> bool {
        self.members.iter().any(is_still_there)
    }

    /// Signals those found, each only if it still is who it was; not those whose whole group is signalled.
    pub(super) fn signal(&self, signal: Signal, except_group: bool) {
        let chosen = self.members.iter().filter(|member| !(except_group && self.is_in_group(member)));
        chosen.for_each(|member| send(member, signal));
    }

    /// Kills all who are in its control group, where all of them are meant.
    pub(super) fn kill_group(&self) {
        if self.scope == Scope::All {
            self.mark.cgroup.as_ref().inspect(|cgroup| cgroup.kill());
        }
    }

    /// Reaps those found who ended and came to this process.
    pub(super) fn reap(&self) {
        self.members.iter().filter_map(|member| Stat::load(member.pid)).for_each(|stat| stray::reap(&stat));
    }

    /// Adds those of whom the rule holds and who are alive and not known yet; tells whether there were any.
    fn take(&mut self, stats: &[Stat], rule: impl Fn(&Self, &Stat) -> bool) -> bool {
        let found: Vec<Stat> = stats.iter().filter(|stat| self.is_new(stat) && rule(self, stat)).copied().collect();
        self.members.extend(&found);
        !found.is_empty()
    }

    fn is_new(&self, stat: &Stat) -> bool {
        let is_leader = self.leader == Some(stat.pid);
        let is_known = || self.members.iter().any(|known| is_same(stat, known));
        !stat.is_dead && !is_leader && stat.pid != getpid() && !is_known()
    }

    fn is_in_group(&self, stat: &Stat) -> bool {
        self.leader.is_some_and(|leader| stat.group == leader.as_raw_pid())
    }

    fn is_own(&self, stat: &Stat, is_sole: bool) -> bool {
        let is_near = || self.scope == Scope::All || self.mark.is_home_of(stat.pid);
        self.is_in_group(stat) || is_near() && self.mark.is_carried_by(stat.pid) || self.is_own_stray(stat, is_sole)
    }

    fn is_own_stray(&self, stat: &Stat, is_sole: bool) -> bool {
        let shows = || self.mark.is_home_of(stat.pid) || self.scope == Scope::All && self.mark.is_printed_by(stat.pid);
        stray::is_hidden(stat) && (is_sole || shows())
    }

    fn is_descendant(&self, stat: &Stat) -> bool {
        let is_child = |parent: Pid| parent.as_raw_pid() == stat.parent;
        // A session other than ours was made by a descendant, and nobody can join it from outside.
        let is_foreign = |session: i32| [0, self.foreign, stat::own_session()].contains(&session);
        let is_kin = |known: &Stat| is_child(known.pid) || known.session == stat.session && !is_foreign(stat.session);
        self.leader.is_some_and(is_child) || self.members.iter().any(is_kin)
    }
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
        let mark = Mark::new("x".to_owned(), "/nowhere".into(), None);
        let family = Family::new(Pid::from_raw(100).unwrap(), mark, Scope::All);
        Family { foreign: 5, members: members.to_vec(), ..family }
    }

    #[test]
    fn children_of_the_leader_and_of_members_descend() {
        let family = family(&[stat(101, 100, 5)]);
        assert!(family.is_descendant(&stat(102, 100, 5)));
        assert!(family.is_descendant(&stat(103, 101, 5)));
        assert!(!family.is_descendant(&stat(104, 1, 5)));
    }

    #[test]
    fn who_shares_a_session_that_a_member_made_descends() {
        let family = family(&[stat(101, 100, 101), stat(102, 100, 0)]);
        assert!(family.is_descendant(&stat(103, 1, 101)));
        assert!(!family.is_descendant(&stat(104, 1, 0)));
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
