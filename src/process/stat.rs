//! Processes as `/proc/<pid>/stat` tells of them (`proc_pid_stat(5)`); where there is no `/proc`, there are none.

use std::{fs, sync::OnceLock};

use rustix::process::{Pid, getpid};

/// One process at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    /// Its number, which another process may have later.
    pub(super) pid: Pid,
    /// Its parent's number, 0 for one outside this container.
    pub(super) parent: i32,
    /// The number of its group, 0 for one outside this container.
    pub(super) group: i32,
    /// The number of its session, 0 for one outside this container.
    pub(super) session: i32,
    /// When it started, in clock ticks since boot: with the number, its identity.
    pub(super) start: u64,
    /// Whether it has ended and only waits to be reaped.
    pub(super) is_dead: bool,
}

impl Stat {
    /// Reads the process that has the number now.
    pub(super) fn load(pid: Pid) -> Option<Self> {
        let bytes = fs::read(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
        parse(&String::from_utf8_lossy(&bytes))
    }
}

/// Lists the numbers of all processes that this one can see.
pub(super) fn pids() -> impl Iterator<Item = Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok().and_then(Pid::from_raw))
}

/// Lists all processes that this one can see.
pub(super) fn list() -> Vec<Stat> {
    pids().filter_map(Stat::load).collect()
}

/// Returns the name of a process's program, at most 15 bytes of it.
pub(super) fn name(pid: Pid) -> String {
    fs::read_to_string(format!("/proc/{}/comm", pid.as_raw_nonzero())).unwrap_or_default().trim_end().to_owned()
}

/// Returns this process as it was when somebody first asked.
pub(super) fn own() -> Option<Stat> {
    static OWN: OnceLock<Option<Stat>> = OnceLock::new();
    *OWN.get_or_init(|| Stat::load(getpid()))
}

/// Returns the number of this process's session, 0 where it is not known.
pub(super) fn own_session() -> i32 {
    own().map_or(0, |own| own.session)
}

fn parse(line: &str) -> Option<Stat> {
    let (pid, _) = line.split_once(' ')?;
    // The name, in parentheses, may hold blanks and parentheses of its own.
    let (_, rest) = line.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    Some(Stat {
        pid: Pid::from_raw(pid.parse().ok()?)?,
        parent: fields.get(1)?.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        session: fields.get(3)?.parse().ok()?,
        start: fields.get(19)?.parse().ok()?,
        is_dead: matches!(*fields.first()?, "Z" | "X"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: &str = "7 8 9 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 123456 2895872 200";

    #[test]
    fn a_line_of_the_kernel_is_read() {
        let stat = parse(&format!("42 (sh) S {REST}")).unwrap();
        let expected =
            Stat { pid: Pid::from_raw(42).unwrap(), parent: 7, group: 8, session: 9, start: 123_456, is_dead: false };
        assert_eq!(stat, expected);
    }

    #[test]
    fn a_name_cannot_fake_the_fields_after_it() {
        let honest = parse(&format!("42 (sh) Z {REST}")).unwrap();
        assert!(honest.is_dead);
        assert_eq!(parse(&format!("42 (a) S 1 1 1 ) b) Z {REST}")).unwrap(), honest);
    }

    #[test]
    fn what_is_no_such_line_is_no_process() {
        for line in ["", "42", "42 (sh)", "42 (sh) S 1 2 3", "x (sh) S 7 8 9", "0 (sh) S 7 8 9"] {
            assert_eq!(parse(line), None, "{line}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_finds_itself() {
        let own = rustix::process::getpid();
        assert!(pids().any(|pid| pid == own));
        let stat = Stat::load(own).unwrap();
        assert!(stat.pid == own && !stat.is_dead && stat.start > 0);
    }
}
