//! `git par retry`: another attempt, which loses nothing of the one before.

use std::fs;

use serde_json::json;

use super::{
    endings::{start, wait_for},
    lanes::changes,
    world::World,
};

/// Fails the gate in its first attempt and not in the second.
const BETTER: &str = "echo $PAR_ATTEMPT > n; cat \"$PAR_TASK_FILE\" > ../task$PAR_WORKER.$PAR_ATTEMPT";

fn spawned(world: &World, workers: &str, gate: &str) {
    world.par(&["-q", "spawn", "-n", workers, "--name", "r", "--gate", gate, "the task", "--", "sh", "-c", BETTER]);
}

fn told(world: &World, worker: u32, attempt: u32) -> String {
    fs::read_to_string(world.beside(&format!("repo.par/r/task{worker}.{attempt}"))).unwrap()
}

#[test]
fn who_failed_runs_again_with_what_was_wrong_and_the_old_attempt_is_kept() {
    let world = World::new();
    spawned(&world, "2", "echo tested $(cat n); test $(cat n) -gt $((2 * (PAR_WORKER - 1)))");
    let old = world.git(&["rev-parse", "refs/par/r/w2"]);
    let first = world.git(&["rev-parse", "refs/par/r/w1"]);
    let answer = world.par_json(&["retry", "r", "--failed", "--with-feedback"]);
    assert_eq!(answer["retried"], json!([2]));
    assert_eq!(world.git(&["rev-parse", "refs/par/r/attempt/w2.1"]), old);
    assert_eq!(world.git(&["show", "refs/par/r/w2:n"]), "2");
    let task = told(&world, 2, 2);
    for part in ["the task\n", "+1\n", "diff --git a/n b/n", "said fail", "tested 1"] {
        assert!(task.contains(part), "{part}: {task}");
    }
    world.par_ok(&["verify", "r"]);
    world.par_ok(&["retry", "r", "-w", "2"]);
    assert_eq!(told(&world, 2, 3), "the task", "without its flag an agent is told its task alone");
    assert_eq!(world.git(&["show", "refs/par/r/attempt/w2.2:n"]), "2");
    assert_eq!(world.git(&["show", "refs/par/r/w2:n"]), "3");
    assert_eq!(world.git(&["rev-parse", "refs/par/r/w1"]), first);
    assert!(world.par_ok(&["retry", "r", "--failed"]).contains("no worker has failed"));
    world.par_ok(&["pick", "r"]);
    world.par_ok(&["seal", "r"]);
    world.par_ok(&["verify", "r"]);
    world.fsck();
}

#[test]
fn where_nothing_failed_there_is_nothing_to_do_and_no_next_step() {
    let world = World::new();
    spawned(&world, "1", "true");
    // Nobody may win, and nobody failed.
    world.par_ok(&["discard", "r", "-w", "1", "-y"]);
    let count = world.events("r").len();
    let said = world.par_ok(&["retry", "r", "--failed"]);
    assert!(said.contains("no worker has failed\n") && !said.contains("next:"), "{said}");
    assert_eq!(world.events("r").len(), count);
}

#[test]
fn the_check_of_a_run_that_began_without_one_is_named_for_what_was_retried() {
    let world = World::new();
    world.spawn("r", 2, BETTER);
    world.par(&["gate", "r", "--", "grep", "-q", "2 *", "n"]);
    let said = world.par_ok(&["retry", "r", "-w", "2", "-w", "1"]);
    let next = "nothing has checked what was retried\nnext: git par gate r -w 1 -w 2 -- grep -q '2 *' n\n";
    assert!(said.ends_with(next), "{said}");
    world.par_ok(&["gate", "r", "-w", "1", "-w", "2", "--", "grep", "-q", "2 *", "n"]);
    assert!(world.par_ok(&["pick", "r"]).contains("winner w1"));
}

#[test]
fn a_discarded_worker_is_shown_as_that_wherever_the_run_is_shown() {
    let world = World::new();
    spawned(&world, "2", "true");
    world.par_ok(&["discard", "r", "-w", "1", "-y"]);
    for verb in [&["gate", "r"][..], &["retry", "r", "-w", "2"], &["resume", "r"], &["list", "r"]] {
        let said = world.par_ok(verb);
        let row = said.lines().find(|line| line.starts_with("w1 ")).unwrap();
        assert!(row.contains("discarded") && !row.contains("success"), "{said}");
    }
}

#[test]
fn a_worktree_with_later_edits_moves_aside_and_is_named() {
    let world = World::new();
    spawned(&world, "2", "true");
    fs::write(world.worktree("r", "w1").join("later"), "by hand\n").unwrap();
    let said = world.par(&["retry", "r", "-w", "1", "-w", "2"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(said.stderr.matches("holds more than what was committed of it").count(), 1, "{said:?}");
    let (_, place) = said.stderr.split_once("it is at '").unwrap();
    let aside = std::path::Path::new(place.split_once('\'').unwrap().0);
    assert_eq!(fs::read_to_string(aside.join("later")).unwrap(), "by hand\n");
    assert_eq!(fs::read_to_string(aside.join("n")).unwrap(), "1\n");
    assert_eq!(world.git(&["-C", aside.to_str().unwrap(), "status", "--porcelain"]), "?? later");
    assert_eq!(changes(&world, "refs/par/r/base", "refs/par/r/w1"), "A 100644 n");
    assert_eq!(world.git(&["show", "refs/par/r/w1:n"]), "2");
}

#[test]
fn a_winner_that_is_retried_is_none_until_it_is_picked_again() {
    let world = World::new();
    spawned(&world, "1", "true");
    world.par_ok(&["pick", "r"]);
    world.par_ok(&["retry", "r", "-w", "1"]);
    assert_eq!(world.par_json(&["list", "r"])["runs"][0]["winner"], json!(null));
    let head = world.git(&["rev-parse", "HEAD"]);
    let said = world.par(&["merge", "r"]);
    said.refuses(128, "w1 was retried or discarded since it was picked");
    assert!(said.stderr.contains("hint: git par pick r"), "{said:?}");
    assert_eq!(world.git(&["rev-parse", "HEAD"]), head);
    world.par(&["diff", "r"]);
    world.par_ok(&["verify", "r"]);
    world.par_ok(&["seal", "r"]);
    world.par_ok(&["verify", "r"]);
    world.par_ok(&["pick", "r"]);
    world.par_ok(&["merge", "r"]);
    assert_eq!(world.read("n"), "2\n");
    world.par_ok(&["seal", "r"]);
    world.par_ok(&["verify", "r"]);
}

#[test]
fn what_is_not_over_is_not_retried() {
    let world = World::new();
    world.git(&["config", "par.grace", "500ms"]);
    let agent = "touch ../ready$PAR_WORKER; exec sleep 1000";
    let mut child =
        start(world.par_command(&["-q", "spawn", "-n", "2", "-j", "1", "--name", "r", "t", "--", "sh", "-c", agent]));
    wait_for(&world.beside("repo.par/r/ready1"));
    child.kill().unwrap();
    child.wait().unwrap();
    for (flags, message) in [
        (&["-w", "1"][..], "w1 was cut short and is not recorded yet"),
        (&["--failed"], "w1 was cut short and is not recorded yet"),
        (&["-w", "2"], "w2 has not run yet"),
    ] {
        let said = world.par(&[&["retry", "r"], flags].concat());
        said.refuses(2, message);
        assert!(said.stderr.contains("hint: git par resume r"), "{said:?}");
    }
    world.par(&["retry", "r", "-w", "3"]).refuses(2, "the run has no worker w3");
    world.par(&["retry", "r"]).refuses(2, "neither --worker (-w) nor --failed is given");
    world.par_ok(&["stop", "r"]);
    assert!(world.events_of("r", "worker_retried").is_empty());
}

#[test]
fn a_worker_that_was_stopped_before_it_began_runs_when_it_is_retried() {
    let world = World::new();
    let child = world.under_way(&["-n", "2", "-j", "1"], &["1"]);
    world.par_ok(&["stop", "r"]);
    child.wait_with_output().unwrap();
    let mut again = start(world.par_command(&["-q", "retry", "r", "-w", "2"]));
    wait_for(&world.beside("repo.par/r/ready2"));
    world.par_ok(&["stop", "r", "-w", "2"]);
    assert!(again.wait().unwrap().code().is_some());
    assert_eq!(changes(&world, "refs/par/r/base", "refs/par/r/w2"), "A 100644 n");
    assert_eq!(world.end_of("r", 2)["cut"], "stop");
    world.par_ok(&["verify", "r"]);
}
