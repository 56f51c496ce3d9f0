//! Families: grandchildren that hide, end with their child and with no other; each test in a process of its own.

use std::{
    fs,
    path::PathBuf,
    process::Command,
    thread::{self, JoinHandle},
    time::Instant,
};

use git_par::process::{
    child::{self, Exit},
    stop::Stop,
};
use rustix::process::{Pid, getpid};

use super::world::{
    LONG, SHORT, World, await_until, family, has_cgroup, has_setsid, helper, helper_spec, is_alive, pid,
};

const ALL: &[&str] = &["group", "session", "bare", "home", "log", "hidden"];

/// Runs one half of a test in a process of its own.
fn run_helper(name: &str) {
    if has_setsid() {
        assert!(helper(&format!("families::{name}"), &World::new()).status().unwrap().success(), "{name}");
    }
}

/// A child with its family, in a folder of the world of the test.
struct Household {
    cwd: PathBuf,
    stop: Stop,
    child: JoinHandle<Exit>,
}

impl Household {
    fn start(name: &str, stop: &Stop) -> Self {
        let mut spec = helper_spec(&family(ALL), SHORT);
        (spec.cwd, spec.log) = (spec.cwd.join(name), spec.cwd.join(format!("{name}.log")));
        fs::create_dir(&spec.cwd).unwrap();
        let (cwd, stop) = (spec.cwd.clone(), stop.branch().unwrap());
        let branch = stop.clone();
        Self { cwd, stop, child: thread::spawn(move || child::run(&spec, &branch).unwrap()) }
    }

    fn pids(&self, names: &[&str]) -> Vec<Pid> {
        names.iter().map(|name| pid(&self.cwd.join(name))).collect()
    }

    fn await_ready(&self) {
        await_until(|| self.cwd.join("ready").exists());
    }
}

#[test]
fn a_family_that_hides_ends_with_its_child() {
    run_helper("helper_with_one_child");
}

#[test]
#[ignore = "the other half of a test: runs in a process of its own"]
fn helper_with_one_child() {
    let one = Household::start("one", &Stop::new().unwrap());
    one.await_ready();
    let pids = one.pids(ALL);
    let stopped = Instant::now();
    one.stop.set();
    one.child.join().unwrap();
    assert!(stopped.elapsed() < SHORT + LONG / 30, "{:?}", stopped.elapsed());
    pids.iter().zip(ALL).for_each(|(pid, name)| assert!(!is_alive(*pid), "{name}"));
    await_until(|| zombies() == 0);
}

#[test]
fn of_four_children_only_the_one_that_is_stopped_loses_its_family() {
    run_helper("helper_with_four_children");
}

#[test]
#[ignore = "the other half of a test: runs in a process of its own"]
fn helper_with_four_children() {
    let stop = Stop::new().unwrap();
    let mut households: Vec<_> = ["a", "b", "c", "d"].iter().map(|name| Household::start(name, &stop)).collect();
    households.iter().for_each(Household::await_ready);
    let first = households.remove(1);
    let [seen, unseen] = [&ALL[..5], &ALL[5..]].map(|names| first.pids(names));
    let is_caught = unseen.iter().all(|pid| has_cgroup(*pid));
    first.stop.set();
    first.child.join().unwrap();
    assert!(!is_caught || !unseen.iter().any(|pid| is_alive(*pid)));
    seen.iter().zip(ALL).for_each(|(pid, name)| assert!(!is_alive(*pid), "{name}"));
    let others: Vec<Pid> = households.iter().flat_map(|other| other.pids(ALL)).collect();
    assert!(others.iter().all(|pid| is_alive(*pid)));
    stop.set();
    for other in households {
        other.child.join().unwrap();
    }
    assert!(!others.iter().chain(&unseen).any(|pid| is_alive(*pid)));
    await_until(|| zombies() == 0);
}

#[test]
fn who_waits_for_a_process_of_his_own_is_not_robbed_of_it() {
    run_helper("helper_with_zombies");
}

#[test]
#[ignore = "the other half of a test: runs in a process of its own"]
fn helper_with_zombies() {
    let stop = Stop::new().unwrap();
    let mut own = Command::new("true").spawn().unwrap();
    let left = "for i in 1 2 3 4 5 6 7 8 9; do (setsid sleep 0.1 &); done; : > ready; exec sleep 1000";
    let (spec, branch) = (helper_spec(left, SHORT), stop.clone());
    let ready = spec.cwd.join("ready");
    let child = thread::spawn(move || child::run(&spec, &branch).unwrap());
    await_until(|| ready.exists());
    // Theirs come to this process and are reaped by it, while the child goes on.
    await_until(|| zombies() > 1);
    await_until(|| zombies() == 1);
    assert!(own.wait().unwrap().success());
    stop.set();
    child.join().unwrap();
}

/// Counts those who wait to be reaped by this process.
fn zombies() -> usize {
    let listed = Command::new("ps").args(["-o", "stat=", "--ppid", &getpid().to_string()]).output().unwrap();
    String::from_utf8(listed.stdout).unwrap().lines().filter(|state| state.starts_with('Z')).count()
}
