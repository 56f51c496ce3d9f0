//! A run that carries out a plan is stopped, killed, bounded and taken up again, and comes to the same end.

use std::{fs, process::Child};

use rustix::process::Signal;
use serde_json::{Value, json};

use super::{
    endings::{interrupt, start, wait_for},
    plan_world::{task, writer},
    world::{Said, World},
};

/// A task that works until somebody lets it go on.
fn waits(id: &str, needs: &[&str]) -> Value {
    let script = format!("echo {id} > {id}.txt; touch ../ready.{id}; test -e ../on || exec sleep 1000");
    task(id, &script, &json!({ "writes": [format!("{id}.txt")], "needs": needs }))
}

/// A plan of three waves whose second waits.
fn three() -> [Value; 5] {
    [writer("a", &[]), writer("b", &[]), waits("c", &["a"]), waits("d", &["a"]), writer("e", &["c"])]
}

/// What the plan of three waves comes to.
const WHOLE: &str = "a.txt b.txt c.txt d.txt e.txt";

/// Starts the plan of three waves, and waits until its second is at work.
fn under_way(world: &World, flags: &[&str]) -> Child {
    world.git(&["config", "par.grace", "300ms"]);
    let child = start(world.plan_command("true", &three(), &[flags, &["-j", "2"]].concat()));
    for id in ["c", "d"] {
        wait_for(&world.beside(&format!("repo.par/r/ready.{id}")));
    }
    child
}

fn let_go(world: &World) {
    fs::write(world.beside("repo.par/r/on"), "").unwrap();
}

/// Resumes to the end that nobody would have disturbed.
fn resume(world: &World) {
    let said = world.par(&["resume", "r"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(world.files("refs/par/r/winner"), WHOLE, "{said:?}");
    assert_eq!((&world.goal()["delivered"], world.events_of("r", "goal_finished").len()), (&json!(true), 1));
    assert_eq!(world.events_of("r", "union_finished").len(), 3);
    let journal = world.journal("r");
    assert!(world.par_ok(&["resume", "r"]).contains("there was nothing left to do"));
    assert_eq!(world.journal("r"), journal);
    world.proven();
}

#[test]
fn who_interrupts_a_plan_is_told_so_and_can_go_on() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let world = World::new();
        let child = under_way(&world, &[]);
        interrupt(&child, signal);
        let said = Said::of(child.wait_with_output().unwrap());
        assert_eq!(said.code, code, "{said:?}");
        assert!(said.stdout.contains("1 of 3 waves are integrated"), "{said:?}");
        assert!(said.stdout.contains("next: git par resume r"), "{said:?}");
        assert_eq!(world.events_of("r", "goal_finished"), Vec::<Value>::new());
        world.par(&["merge", "r"]).refuses(128, "was not carried out to the end");
        let_go(&world);
        resume(&world);
        assert_eq!(world.events_of("r", "worker_retried").len(), 2);
    }
}

#[test]
fn a_plan_whose_supervisor_was_killed_goes_on() {
    let world = World::new();
    let mut child = under_way(&world, &[]);
    child.kill().unwrap();
    child.wait().unwrap();
    let_go(&world);
    resume(&world);
    let starts = world.events_of("r", "worker_started");
    let first = starts.iter().filter(|event| event["args"]["worker"] == 1).count();
    assert_eq!(first, 1, "what was done is not done again");
    let base = world.events_of("r", "union_finished")[0]["result"]["commit"].clone();
    let again = starts.iter().rev().find(|event| event["args"]["worker"] == 3).unwrap();
    assert_eq!((&again["args"]["base"], &again["args"]["attempt"]), (&base, &json!(2)));
}

#[test]
fn a_plan_that_was_stopped_stays_so_until_its_workers_are_retried() {
    let world = World::new();
    let child = under_way(&world, &[]);
    assert_eq!(world.par_json(&["stop", "r"])["stopped"], json!([3, 4, 5]));
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(world.events_of("r", "goal_finished"), Vec::<Value>::new());
    let_go(&world);
    let said = world.par(&["retry", "r", "--failed"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!((world.files("refs/par/r/winner").as_str(), &world.goal()["delivered"]), (WHOLE, &json!(true)));
}

#[test]
fn a_worker_that_was_stopped_alone_fails_its_task_and_no_other() {
    let world = World::new();
    let child = under_way(&world, &[]);
    assert_eq!(world.par_json(&["stop", "r", "-w", "3"])["stopped"], json!([3]));
    let_go(&world);
    let end: Value = world.par_json(&["stop", "r", "-w", "4"]);
    assert_eq!(end["stopped"], json!([4]));
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(world.ends(), "a accepted, b accepted, c failed, d failed, e blocked");
    assert_eq!(world.goal()["missing"], json!(["c", "d", "e"]));
}

#[test]
fn a_worker_that_is_stopped_before_its_turn_never_begins() {
    let world = World::new();
    let child = under_way(&world, &[]);
    assert_eq!(world.par_json(&["stop", "r", "-w", "5"])["stopped"], json!([5]));
    world.par_ok(&["stop", "r", "-w", "3"]);
    world.par_ok(&["stop", "r", "-w", "4"]);
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!(said.code, 1, "{said:?}");
    assert!(world.events_of("r", "worker_started").iter().all(|event| event["args"]["worker"] != 5));
    assert_eq!(world.events_of("r", "goal_finished").len(), 1);
}

#[test]
fn a_budget_ends_a_plan_early_and_more_of_it_lets_it_go_on() {
    let world = World::new();
    let child = under_way(&world, &["--budget-wall", "3s"]);
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stderr.contains("the run ended early"), "{said:?}");
    let_go(&world);
    let said = world.par(&["resume", "r", "--budget-wall", "1h"]);
    assert_eq!((said.code, world.files("refs/par/r/winner").as_str()), (0, WHOLE), "{said:?}");
}

#[test]
fn a_plan_goes_on_without_its_terminal() {
    let world = World::new();
    let child = start(world.plan_command("true", &three(), &["--detach", "-j", "2"]));
    assert!(Said::of(child.wait_with_output().unwrap()).stdout.contains("goes on by itself"));
    wait_for(&world.beside("repo.par/r/ready.c"));
    wait_for(&world.beside("repo.par/r/ready.d"));
    world.par_ok(&["stop", "r", "-w", "3"]);
    world.par_ok(&["stop", "r", "-w", "4"]);
    while world.events_of("r", "run_finished").is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(world.ends(), "a accepted, b accepted, c failed, d failed, e blocked");
}

#[test]
fn what_others_went_on_from_is_not_run_again_and_what_nobody_did_is() {
    let world = World::new();
    let child = under_way(&world, &[]);
    interrupt(&child, Signal::INT);
    child.wait_with_output().unwrap();
    let journal = world.journal("r");
    let said = world.par(&["retry", "r", "-w", "1"]);
    assert!(said.code != 0 && said.stderr.contains("others have gone on from what w1 left"), "{said:?}");
    let said = world.par(&["retry", "r", "-w", "3", "-w", "1"]);
    assert!(said.code != 0 && said.stderr.contains("others have gone on from what w1 left"), "{said:?}");
    assert_eq!(world.journal("r"), journal, "who is refused leaves no trace");
    let_go(&world);
    // The other one that was cut short with the run goes on with it.
    world.par_ok(&["retry", "r", "-w", "3"]);
    assert_eq!(world.files("refs/par/r/winner"), WHOLE);
    let over = world.par(&["retry", "r", "-w", "5"]);
    assert!(over.code != 0 && over.stderr.contains("carried out already"), "{over:?}");
    assert!(world.par_ok(&["retry", "r", "--failed"]).contains("no worker has failed"));
}

#[test]
fn a_plan_that_is_stopped_while_its_union_is_checked_is_checked_once_more_and_only_where_it_is_trusted() {
    let world = World::new();
    world.hub(&["--initial-branch=main"]);
    world.git(&["config", "par.grace", "300ms"]);
    let gate = "test -e b.txt -a -e c.txt || exit 0; touch ../gating; test -e ../on || exec sleep 1000";
    let child = start(world.plan_command(gate, &[writer("b", &[]), writer("c", &[])], &[]));
    wait_for(&world.beside("repo.par/r/gating"));
    world.par_ok(&["stop", "r"]);
    assert_eq!(Said::of(child.wait_with_output().unwrap()).code, 1);
    assert_eq!(world.events_of("r", "goal_finished"), Vec::<Value>::new());
    world.par_ok(&["push", "origin"]);
    let clone = world.clone_of_hub("clone");
    world.par_ok(&["-C", &clone, "fetch"]);
    world.par(&["-C", &clone, "resume", "r"]).refuses(1, "was not begun in this repository");
    let_go(&world);
    let said = world.par(&["resume", "r"]);
    assert!(said.code == 0 && !said.stdout.contains("nothing left to do"), "{said:?}");
    assert_eq!(world.goal()["delivered"], true);
}

#[test]
fn the_check_of_a_union_whose_supervisor_was_killed_is_ended() {
    let world = World::new();
    world.git(&["config", "par.grace", "300ms"]);
    let gate = "test -e b.txt -a -e c.txt || exit 0; test -e ../on && exit; echo $$ > ../pid0; touch ../gating; exec sleep 1000";
    let mut child = start(world.plan_command(gate, &[writer("b", &[]), writer("c", &[])], &[]));
    wait_for(&world.beside("repo.par/r/gating"));
    child.kill().unwrap();
    child.wait().unwrap();
    let_go(&world);
    world.par_ok(&["resume", "r"]);
    world.assert_gone("0");
    assert_eq!(world.goal()["delivered"], true);
}

#[test]
fn a_run_is_stopped_while_its_union_is_checked_and_goes_on_with_that() {
    let world = World::new();
    world.git(&["config", "par.grace", "300ms"]);
    let gate = "test -e b.txt -a -e c.txt || exit 0; test -e ../on && exit; touch ../gating; exec sleep 1000";
    let child = start(world.plan_command(gate, &[writer("b", &[]), writer("c", &[])], &[]));
    wait_for(&world.beside("repo.par/r/gating"));
    let said = world.par(&["stop", "r"]);
    assert!(said.code == 0 && !said.stdout.contains("nothing left to stop"), "{said:?}");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(1));
    assert_eq!(world.event("r", "run_finished")["result"]["reason"], "stopped");
    assert!(world.events_of("r", "goal_finished").is_empty());
    let_go(&world);
    let said = world.par(&["resume", "r"]);
    assert!(said.code == 0 && said.stdout.ends_with("next: git par merge r\n"), "{said:?}");
    world.proven();
}

#[test]
fn who_is_refused_for_one_worker_leaves_no_trace_of_another() {
    let world = World::new();
    world.git(&["config", "par.grace", "300ms"]);
    let reads = task("q", "echo said", &json!({ "role": "reviewer", "needs": ["a"] }));
    let fails = task("f", "true", &json!({ "writes": ["f.txt"] }));
    let child = start(world.plan_command("true", &[waits("c", &["a"]), reads, writer("a", &[]), fails], &["-j", "2"]));
    wait_for(&world.beside("repo.par/r/ready.c"));
    while world.events_of("r", "worker_finished").len() < 3 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    interrupt(&child, Signal::INT);
    child.wait_with_output().unwrap();
    let journal = world.journal("r");
    world.par(&["retry", "r", "-w", "1", "-w", "3"]).refuses(2, "others have gone on from what w3 left");
    assert_eq!(world.journal("r"), journal);
    let_go(&world);
    // Neither the reader that did what it should nor who failed in a wave that is over runs again.
    assert_eq!(world.par_json(&["retry", "r", "--failed"])["retried"], json!([1]));
    world.par(&["retry", "r", "--failed"]).refuses(2, "the plan was carried out already");
}

#[test]
fn a_worker_whose_task_failed_in_the_wave_is_run_again_with_what_was_said() {
    let world = World::new();
    // The other one waits, so that the wave is not over.
    let fails = task(
        "f",
        "cat > f.txt; test $PAR_ATTEMPT = 2 || echo bad >> f.txt",
        &json!({ "writes": ["f.txt"], "gate": ["sh", "-c", "! grep -q '^bad' f.txt"] }),
    );
    world.git(&["config", "par.grace", "300ms"]);
    let child = start(world.plan_command("true", &[fails, waits("w", &[])], &["-j", "2"]));
    wait_for(&world.beside("repo.par/r/ready.w"));
    while world.events_of("r", "gate_finished").is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    interrupt(&child, Signal::INT);
    child.wait_with_output().unwrap();
    let_go(&world);
    world.par_ok(&["retry", "r", "--failed", "--with-feedback"]);
    assert_eq!(world.files("refs/par/r/winner"), "a.txt f.txt w.txt");
    assert!(world.shown("refs/par/r/winner", "f.txt").contains("said fail"));
}

#[test]
fn the_line_that_does_it_all_goes_on_with_a_plan_that_was_cut_short() {
    let world = World::new();
    let child = under_way(&world, &[]);
    interrupt(&child, Signal::INT);
    child.wait_with_output().unwrap();
    let_go(&world);
    let answer = world.par_json(&["run", "--continue", "r", "--merge", "--seal"]);
    let steps: Vec<&String> = answer["steps"].as_object().unwrap().keys().collect();
    assert_eq!(steps, ["merge", "resume", "seal"], "{answer}");
    assert_eq!((world.read("c.txt"), world.read("e.txt")), ("c\n".into(), "e\n".into()));
    assert!(world.run_refs().contains("refs/par/r/seal"));
    world.proven();
    let again = world.par_ok(&["run", "--continue", "r"]);
    assert!(again.contains("there was nothing left to do"), "{again}");
    world.par(&["run", "--continue", "r", "--recover"]).refuses(2, "cannot be used with");
}
