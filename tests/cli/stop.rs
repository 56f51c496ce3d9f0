//! `git par stop`: from another process, with or without a supervisor; what was done is kept, and nobody else is touched.

use std::{fs, process::Child};

use rustix::process::{Pid, test_kill_process};
use serde_json::{Value, json};

use super::{
    endings::{start, wait_for},
    lanes::changes,
    untouched,
    world::{Said, World},
};

/// What works until it is stopped, and tells that it does.
pub(crate) const WORKS: &str =
    "echo $PAR_WORKER > n; echo $$ > ../pid$PAR_WORKER; touch ../ready$PAR_WORKER; exec sleep 1000";

impl World {
    /// Starts a run named `r` in the background, and waits until these of its workers are at work.
    pub(crate) fn under_way(&self, arguments: &[&str], ready: &[&str]) -> Child {
        self.git(&["config", "par.grace", "500ms"]);
        let all = [&["spawn", "--name", "r"], arguments, &["the task", "--", "sh", "-c", WORKS]].concat();
        let child = start(self.par_command(&all));
        for worker in ready {
            wait_for(&self.beside(&format!("repo.par/r/ready{worker}")));
        }
        child
    }

    /// Returns the process of a worker that tells its number.
    pub(crate) fn pid(&self, worker: &str) -> Pid {
        let text = fs::read_to_string(self.beside(&format!("repo.par/r/pid{worker}"))).unwrap();
        Pid::from_raw(text.trim().parse().unwrap()).unwrap()
    }

    /// Asserts that a worker's process is gone.
    pub(crate) fn assert_gone(&self, worker: &str) {
        let pid = self.pid(worker);
        let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid())).unwrap_or_default();
        assert!(stat.is_empty() || stat.contains(") Z "), "still there: {stat}");
    }

    /// Returns what the record says of a worker's end.
    pub(crate) fn end_of(&self, run: &str, worker: u32) -> Value {
        let ends = self.events_of(run, "worker_finished");
        let end = ends.iter().rev().find(|event| event["args"]["worker"] == json!(worker));
        end.unwrap_or_else(|| panic!("w{worker} has not ended: {ends:?}"))["result"].clone()
    }
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn who_stops_a_run_from_elsewhere_keeps_its_work_and_begins_no_more() {
    let world = World::new();
    let before = untouched::of(&world);
    let child = world.under_way(&["-n", "3", "-j", "2"], &["1", "2"]);
    let mut bystander = world.command("sleep", &["1000"]).spawn().unwrap();
    let said = world.par(&["--json", "stop", "r"]);
    assert_eq!(said.code, 0, "{said:?}");
    let answer: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(answer["stopped"], json!([1, 2, 3]));
    for worker in [1, 2] {
        let end = world.end_of("r", worker);
        assert_eq!((&end["ending"], &end["cut"]), (&json!({"kind": "stopped"}), &json!("stop")));
        assert_eq!(changes(&world, "refs/par/r/base", &format!("refs/par/r/w{worker}")), "A 100644 n");
        world.assert_gone(&worker.to_string());
    }
    assert_eq!(world.events_of("r", "worker_started").len(), 2);
    let supervisor = Said::of(child.wait_with_output().unwrap());
    assert_eq!(supervisor.code, 0, "{supervisor:?}");
    assert!(supervisor.stderr.contains("the run ended early: it was stopped"), "{supervisor:?}");
    assert_eq!(world.event("r", "run_finished")["result"]["reason"], "stopped");
    assert!(test_kill_process(Pid::from_child(&bystander)).is_ok());
    bystander.kill().unwrap();
    bystander.wait().unwrap();
    let journal = world.journal("r");
    let again = world.par(&["stop", "r"]);
    assert_eq!((again.code, again.stdout.contains("there was nothing left to stop")), (0, true), "{again:?}");
    assert_eq!(world.journal("r"), journal);
    world.git(&["config", "--unset", "par.grace"]);
    assert_eq!(untouched::of(&world), before);
    world.par_ok(&["verify", "r"]);
}

#[test]
fn one_worker_is_stopped_and_the_others_go_on() {
    let world = World::new();
    let child = world.under_way(&["-n", "3", "-j", "2"], &["1", "2"]);
    assert_eq!(world.par_json(&["stop", "r", "-w", "3", "-w", "1"])["stopped"], json!([1, 3]));
    assert_eq!(world.end_of("r", 1)["cut"], "stop");
    world.assert_gone("1");
    assert!(test_kill_process(world.pid("2")).is_ok());
    assert!(world.events_of("r", "run_finished").is_empty());
    world.par(&["stop", "r", "-w", "4"]).refuses(2, "the run has no worker w4");
    assert_eq!(world.par_json(&["stop", "r", "-w", "1"])["stopped"], json!([]));
    rustix::process::kill_process(world.pid("2"), rustix::process::Signal::KILL).unwrap();
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!(world.event("r", "run_finished")["result"]["reason"], "completed", "{said:?}");
    let started = world.events_of("r", "worker_started");
    assert!(started.iter().all(|event| event["args"]["worker"] != json!(3)), "{started:?}");
    assert_eq!(world.par_json(&["list", "r"])["runs"][0]["workers"][2]["state"], "stopped");
    world.par_ok(&["verify", "r"]);
}

#[test]
fn what_a_dead_supervisor_left_is_stopped_and_kept_and_told_once() {
    let world = World::new();
    kill(world.under_way(&["-n", "3", "-j", "2"], &["1", "2"]));
    let mut bystander = world.command("sleep", &["1000"]).spawn().unwrap();
    assert_eq!(world.par_json(&["stop", "r"])["stopped"], json!([1, 2, 3]));
    for worker in [1, 2] {
        let end = world.end_of("r", worker);
        assert_eq!((&end["ending"], &end["cut"]), (&json!({"kind": "stopped"}), &json!("stop")));
        assert_eq!(changes(&world, "refs/par/r/base", &format!("refs/par/r/w{worker}")), "A 100644 n");
        world.assert_gone(&worker.to_string());
    }
    assert!(test_kill_process(Pid::from_child(&bystander)).is_ok());
    bystander.kill().unwrap();
    bystander.wait().unwrap();
    assert_eq!(world.event("r", "run_finished")["result"], json!({"queued": [], "reason": "stopped"}));
    let journal = world.journal("r");
    assert_eq!(world.par_json(&["stop", "r"])["stopped"], json!([]));
    assert!(world.par_ok(&["resume", "r"]).contains("nothing left to do"));
    assert_eq!(world.journal("r"), journal);
    world.par_ok(&["verify", "r"]);
}

#[test]
fn a_process_that_has_the_number_of_a_dead_worker_is_left_alone() {
    let world = World::new();
    kill(world.under_way(&["-n", "1"], &["1"]));
    rustix::process::kill_process(world.pid("1"), rustix::process::Signal::KILL).unwrap();
    let mut bystander = world.command("sleep", &["1000"]).spawn().unwrap();
    let record = world.here.join(".git/par/r/w1/agent.process");
    let text = fs::read_to_string(&record).unwrap();
    let old = world.pid("1").as_raw_pid().to_string();
    fs::write(&record, text.replace(&old, &bystander.id().to_string())).unwrap();
    world.par_ok(&["stop", "r"]);
    assert!(bystander.try_wait().unwrap().is_none());
    bystander.kill().unwrap();
    bystander.wait().unwrap();
}
