//! `git par resume`: whatever a supervisor that was killed left is kept, told, and brought to its end.

use std::fs;

use rustix::process::Signal;
use serde_json::json;

use super::{
    endings::{interrupt, start, wait_for},
    lanes::changes,
    world::World,
};

/// Writes its number; works on, the first time it runs, until it is killed.
const ONCE: &str = "echo $PAR_WORKER > n; echo $$ > ../pid$PAR_WORKER; test -e ../on && exit; touch ../ready$PAR_WORKER; exec sleep 1000";

/// Kills the supervisor of a run `r` of these workers once the first one's agent is at work.
fn cut_short(world: &World, arguments: &[&str]) {
    world.git(&["config", "par.grace", "500ms"]);
    let all = [&["-q", "spawn", "--name", "r"], arguments, &["t", "--", "sh", "-c", ONCE]].concat();
    let mut child = start(world.par_command(&all));
    wait_for(&world.beside("repo.par/r/ready1"));
    child.kill().unwrap();
    child.wait().unwrap();
    fs::write(world.beside("repo.par/r/on"), "").unwrap();
}

fn states(world: &World) -> Vec<String> {
    let list = &world.par_json(&["list", "r"])["runs"][0];
    list["workers"].as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_run_whose_supervisor_was_killed_is_brought_to_its_end() {
    let world = World::new();
    cut_short(&world, &["-n", "3", "-j", "1", "--gate", "test $(cat n) != 3"]);
    let said = world.par(&["resume", "r"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stderr.contains("w1 was running its agent when the run was cut short"), "{said:?}");
    assert!(said.stderr.contains("1 changed file is kept; a process of it was still there and was ended"), "{said:?}");
    world.assert_gone("1");
    assert_eq!(states(&world), ["interrupted", "gated", "gated"]);
    assert_eq!(changes(&world, "refs/par/r/base", "refs/par/r/w1"), "A 100644 n");
    assert_eq!(world.event("r", "run_resumed")["result"], json!({"interrupted": [1], "queued": [2, 3]}));
    assert_eq!(world.event("r", "run_finished")["result"], json!({"queued": [], "reason": "completed"}));
    let verdicts: Vec<_> =
        world.events_of("r", "gate_finished").iter().map(|gate| gate["result"]["verdict"].clone()).collect();
    assert_eq!(verdicts, ["pass", "fail"]);
    let journal = world.journal("r");
    assert!(world.par_ok(&["resume", "r"]).contains("there was nothing left to do"));
    assert_eq!(world.journal("r"), journal);
    world.par_ok(&["verify", "r"]);
}

#[test]
fn a_candidate_that_met_no_gate_meets_it() {
    let world = World::new();
    let gate = "touch ../gating; test -e ../on || exec sleep 1000";
    let all = ["-q", "spawn", "-n", "1", "--name", "r", "--gate", gate, "t", "--", "sh", "-c", "echo 1 > n"];
    let mut child = start(world.par_command(&all));
    wait_for(&world.beside("repo.par/r/gating"));
    child.kill().unwrap();
    child.wait().unwrap();
    fs::write(world.beside("repo.par/r/on"), "").unwrap();
    let answer = world.par_json(&["resume", "r"]);
    assert_eq!((&answer["worked_on"], &answer["interrupted"]), (&json!([1]), &json!([])));
    assert_eq!(world.event("r", "gate_finished")["result"]["verdict"], "pass");
    assert_eq!(world.par_json(&["resume", "r"])["worked_on"], json!([]));
    world.par_ok(&["verify", "r"]);
}

#[test]
fn work_is_kept_though_the_scratch_folder_is_gone() {
    let world = World::new();
    cut_short(&world, &["-n", "2", "-j", "1"]);
    fs::remove_dir_all(world.here.join(".git/par")).unwrap();
    // The work is kept at once; whose command lines the journal has, nobody can tell any more.
    world.par(&["resume", "r"]).refuses(1, "was not begun in this repository");
    assert_eq!(changes(&world, "refs/par/r/base", "refs/par/r/w1"), "A 100644 n");
    let said = world.par(&["resume", "r", "--trust"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(states(&world), ["interrupted", "finished"]);
    world.par_ok(&["verify", "r"]);
    super::endings::end_leftovers(&world.worktree("r", "w1"));
}

#[test]
fn a_worktree_that_is_gone_or_half_made_holds_no_deletions() {
    for half_made in [false, true] {
        let world = World::new();
        cut_short(&world, &["-n", "1"]);
        let worktree = world.worktree("r", "w1");
        let link = fs::read_to_string(worktree.join(".git")).unwrap();
        if half_made {
            // As if the checkout had been cut short: no index, and not all files.
            fs::remove_file(std::path::Path::new(link.trim().strip_prefix("gitdir: ").unwrap()).join("index")).unwrap();
            fs::remove_file(world.here.join(".git/par/r/w1/index")).unwrap();
            fs::remove_file(worktree.join("a.txt")).unwrap();
        } else {
            fs::remove_dir_all(&worktree).unwrap();
        }
        let said = world.par(&["resume", "r"]);
        assert_eq!(said.code, 1, "{said:?}");
        assert_eq!(changes(&world, "refs/par/r/base", "refs/par/r/w1"), "", "{half_made}: {said:?}");
        world.assert_gone("1");
        assert_eq!(world.end_of("r", 1)["ending"], json!({"kind": "interrupted"}));
        world.par_ok(&["verify", "r"]);
        world.par_ok(&["retry", "r", "--failed"]);
        assert_eq!(changes(&world, "refs/par/r/base", "refs/par/r/w1"), "A 100644 n");
    }
}

#[test]
fn a_run_that_another_process_works_on_is_not_taken_over() {
    let world = World::new();
    let child = world.under_way(&["-n", "1"], &["1"]);
    let journal = world.journal("r");
    for verb in [&["resume", "r"][..], &["retry", "r", "-w", "1"]] {
        let said = world.par(verb);
        said.refuses(3, "run 'r' is being worked on by another process");
        assert!(said.stderr.contains("hint: git par list r"), "{said:?}");
    }
    assert_eq!(world.journal("r"), journal);
    world.par_ok(&["stop", "r"]);
    child.wait_with_output().unwrap();
}

#[test]
fn a_run_of_which_one_passed_first_is_not_taken_up_again() {
    let world = World::new();
    let agent = "test $PAR_WORKER = 1 || exit 0; echo 1 > n";
    let all = [
        "-q",
        "spawn",
        "-n",
        "3",
        "-j",
        "1",
        "--first",
        "--gate",
        "test -e n",
        "--name",
        "r",
        "t",
        "--",
        "sh",
        "-c",
        agent,
    ];
    world.par_ok(&all);
    let journal = world.journal("r");
    assert!(world.par_ok(&["resume", "r"]).contains("there was nothing left to do"));
    assert_eq!(world.journal("r"), journal);
}

#[test]
fn a_run_that_was_interrupted_is_gone_on_with_where_it_stood() {
    let world = World::new();
    let gate = "touch ../gating; test -e ../on || exec sleep 1000";
    let all = ["-q", "spawn", "-n", "2", "-j", "1", "--name", "r", "--gate", gate, "t", "--", "sh", "-c", "echo 1 > n"];
    let child = start(world.par_command(&all));
    wait_for(&world.beside("repo.par/r/gating"));
    interrupt(&child, Signal::INT);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    assert_eq!(world.event("r", "run_finished")["result"], json!({"queued": [2], "reason": "stopped"}));
    fs::write(world.beside("repo.par/r/on"), "").unwrap();
    let answer = world.par_json(&["resume", "r"]);
    assert_eq!((&answer["worked_on"], &answer["interrupted"]), (&json!([1, 2]), &json!([])), "{answer}");
    assert_eq!(states(&world), ["gated", "gated"]);
    assert_eq!(world.event("r", "run_finished")["result"], json!({"queued": [], "reason": "completed"}));
    world.par_ok(&["verify", "r"]);
}
