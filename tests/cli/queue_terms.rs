//! By what check entries land: none, one that is asked once a tree, one that takes too long, one of somebody else's.

use std::fs;

use super::{
    endings::start,
    queue_world::until,
    world::{Said, World},
};

#[test]
fn without_a_check_there_is_a_way_out() {
    let world = World::new();
    world.branch("b", &[("x", "x")]);
    let said = world.par(&["queue", "add", "b"]);
    said.refuses(128, "nothing says how to check what lands");
    assert!(said.stderr.contains("hint: git config par.gate ") && said.stderr.contains("--no-gate"), "{said:?}");
    assert_eq!(world.run_refs(), "");
    world.par_ok(&["queue", "add", "b", "--no-gate"]);
    let said = world.process(&[]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("0 checks"), "{said:?}");
    assert_eq!(world.read("x"), "x");
    assert_eq!(world.event("queue/main", "stack_gated")["result"]["verdict"], "none");
    // What was begun without one can be given one.
    world.commit_on("main", "refs/heads/c", &[("bad", "x")]);
    world.par_ok(&["queue", "add", "c", "--gate", "test ! -e bad"]);
    assert_eq!(world.process(&[]).code, 1);
}

#[test]
fn a_check_in_the_users_own_folders_is_run_from_there_and_recorded_without_them() {
    let world = World::new();
    let check = world.beside("check's.sh");
    fs::write(&check, "test ! -e bad\n").unwrap();
    world.set_gate(&format!("sh \"{}\" && sh \"{}/own.sh\"", check.display(), world.here.display()));
    // What the entry itself brings under that name is not what was meant.
    world.branch("b", &[("own.sh", "exit 1")]);
    world.branch("bad-branch", &[("bad", "bad")]);
    fs::write(world.here.join(".git/info/exclude"), "own.sh\n").unwrap();
    world.par_ok(&["queue", "add", "b", "bad-branch"]);
    world.write("own.sh", "exit 0\n");
    assert!(!world.journal("queue/main").contains(&world.here.display().to_string()));
    world.process(&["--leave-files"]);
    assert_eq!(world.entries(&[]), ["merged", "needs_review: gate"]);
}

#[test]
fn the_check_is_asked_once_a_tree_and_again_on_retry() {
    let world = World::new();
    let runs = world.beside("runs");
    world.set_gate(&format!("echo run >> '{}'; test ! -e bad", runs.display()));
    let count = || fs::read_to_string(&runs).unwrap().lines().count();
    world.queued(&["bad"]);
    assert_eq!(world.process(&["-j", "1"]).code, 1);
    let before = count();
    // The same tree by another commit.
    world.branch("again", &[("bad", "bad")]);
    world.par_ok(&["queue", "add", "again"]);
    assert_eq!(world.process(&["-j", "1"]).code, 1);
    assert_eq!(count(), before);
    world.par_ok(&["queue", "retry", "1"]);
    assert_eq!(world.process(&["-j", "1"]).code, 1);
    assert_eq!(count(), before + 1);
}

#[test]
fn retry_asks_the_check_of_the_branch_itself_again_where_that_was_to_blame() {
    let world = World::new();
    let down = world.beside("down");
    world.set_gate(&format!("test ! -e bad && test ! -e '{}'", down.display()));
    world.queued(&["bad"]);
    fs::write(&down, "").unwrap();
    assert_eq!(world.process(&[]).code, 1);
    assert_eq!(world.entries(&[]), ["needs_review: target"]);
    fs::remove_file(&down).unwrap();
    world.par_ok(&["queue", "retry"]);
    assert_eq!(world.process(&[]).code, 1);
    assert_eq!(world.entries(&[]), ["needs_review: gate"]);
}

#[test]
fn the_setup_command_makes_each_worktree_ready() {
    let world = World::new();
    world.set_gate("test -e ready && test ! -e bad");
    world.git(&["config", "par.setup", "touch ready"]);
    world.queued(&["one", "bad"]);
    assert_eq!(world.process(&["-j", "2"]).code, 1);
    assert_eq!(world.entries(&[]), ["merged", "needs_review: gate"]);
    world.git(&["config", "par.setup", "echo no network; false"]);
    world.par_ok(&["queue", "retry"]);
    let said = world.process(&[]);
    said.refuses(128, "setup failed in a fresh worktree of the target");
    assert_eq!(world.entries(&[]), ["merged", "queued"]);
    world.assert_no_checks();
}

#[test]
fn what_cannot_be_made_ready_is_held_and_the_others_land() {
    let world = World::new();
    world.set_gate("true");
    world.git(&["config", "par.setup", "echo setting up; test ! -e broken"]);
    world.queued(&["broken", "two"]);
    let said = world.process(&["-j", "2"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(world.entries(&[]), ["needs_review: gate", "merged"]);
    assert_eq!(world.par_ok(&["queue", "log", "1", "--gate"]), "setting up\n");
    world.assert_no_checks();
}

#[test]
fn a_check_that_takes_too_long_is_ended_and_holds_the_entry() {
    let world = World::new();
    world.set_gate("test ! -e slow || sleep 1000");
    world.git(&["config", "par.gateTimeout", "500ms"]);
    world.queued(&["slow", "two"]);
    let said = world.process(&["-j", "2"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(world.entries(&[]), ["needs_review: gate", "merged"]);
    assert!(world.events_of("queue/main", "stack_gated").iter().any(|event| event["result"]["verdict"] == "timeout"));
    world.assert_no_checks();
}

#[test]
fn the_check_of_somebody_elses_journal_is_not_run_unless_it_is_trusted() {
    let mut world = World::new();
    world.set_gate("touch ../ran; true");
    world.queued(&["one"]);
    world.here = world.clone_with_runs("clone", &[]);
    let said = world.process(&[]);
    assert_ne!(said.code, 0, "{said:?}");
    assert!(said.stderr.contains("names a check that was not written in this repository"), "{said:?}");
    assert!(said.stderr.contains("--trust") && said.stderr.contains("touch ../ran"), "{said:?}");
    assert_eq!(world.entries(&[]), ["queued"]);
    assert_eq!(world.process(&["--trust"]).code, 0);
    assert_eq!(world.landed("main"), "1");
    world.queued(&["two"]);
    assert_eq!(world.process(&[]).code, 0, "what was trusted once is like one's own");
}

#[test]
fn a_check_that_comes_from_elsewhere_is_not_run_by_who_watches() {
    let mut world = World::with_gate();
    world.queued(&["one"]);
    let child = start(world.par_command(&["queue", "process", "--watch"]));
    until("the first one lands", || world.landed("main") == "1");
    let here = world.here.clone();
    world.here = world.clone_with_runs("clone", &[]);
    world.branch("two", &[("two", "two")]);
    world.par_ok(&["queue", "add", "two", "--gate", "touch ../../../../ran"]);
    world.here = here;
    let refs = ["refs/par/*:refs/par/*", "refs/notes/par/*:refs/notes/par/*"];
    world.git(&[&["fetch", "--quiet", "../clone", "two"][..], &refs].concat());
    let said = Said::of(child.wait_with_output().unwrap());
    said.refuses(1, "names a check by now that was not written in this repository");
    assert!(!world.beside("ran").exists() && world.entries(&[])[1] == "queued");
}

#[test]
fn settings_that_cannot_be_are_refused() {
    let world = World::with_gate();
    world.branch("b", &[("x", "x")]);
    world.git(&["config", "par.queueStyle", "octopus"]);
    world.par(&["queue", "add", "b"]).refuses(2, "par.queueStyle: 'octopus' is not a style");
    world.git(&["config", "par.queueStyle", "squash"]);
    world.git(&["config", "par.queueJobs", "none"]);
    world.par(&["queue", "add", "b"]).refuses(2, "par.queueJobs: 'none' is not a number");
    world.git(&["config", "par.queueJobs", "2"]);
    world.par_ok(&["queue", "add", "b"]);
    world.process(&["-j", "0"]).refuses(2, "0");
    world.par(&["queue", "list", "--into", "gone"]).refuses(128, "there is no queue into 'gone'");
}
