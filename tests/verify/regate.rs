//! Gating again: the same verdicts or not, and nothing left behind.

use std::fs;

use crate::world::World;

#[test]
fn the_same_gate_says_the_same_and_nothing_is_left_behind() {
    let world = World::with_run();
    let before = world.state();
    let verified = world.verify(&["r1", "--regate"]);
    verified.is("ok-unsigned", 0);
    assert!(verified.messages("regate").starts_with("3 gates, run again"), "{:#}", verified.answer);
    assert_eq!(world.state(), before);
}

#[test]
fn gates_are_run_again_in_a_bare_clone() {
    let world = World::with_run();
    let clone = world.clone_with("clone", &["--bare"], &["refs/par/*:refs/par/*", "refs/notes/par/*:refs/notes/par/*"]);
    let before = clone.state();
    let verified = clone.verify(&["r1", "--regate"]);
    verified.is("ok-unsigned", 0);
    assert!(verified.messages("regate").starts_with("3 gates, run again"), "{:#}", verified.answer);
    assert_eq!(clone.state(), before);
}

#[test]
fn a_verdict_that_is_another_now_is_named() {
    let world = World::with_commit(&[]);
    let flag = world.beside("flag");
    fs::write(&flag, "").unwrap();
    world.par_ok(&["spawn", "-n", "2", "--name", "r1", "t", "--", "sh", "-c", "echo 1 >>a.txt"]);
    let check = "test -e ../../../flag || test $PAR_WORKER = 1";
    world.par_ok(&["gate", "--", "sh", "-c", check]);
    fs::remove_file(&flag).unwrap();
    let verified = world.verify(&["r1", "--regate"]);
    verified.is_broken_in(&["regate"]);
    let message = verified.messages("regate");
    assert!(message.contains("the gate of w2 says fail, the journal says pass"), "{message}");
    assert!(!message.contains("w1"), "{message}");
}

#[test]
fn a_gate_that_cannot_be_run_here_decides_nothing() {
    let world = World::with_commit(&[]);
    let check = world.here.join("only-here");
    fs::write(&check, "#!/bin/sh\n").unwrap();
    world.git(&["update-index", "--add", "--cacheinfo", &format!("100755,{},only-here", world.blob(b"#!/bin/sh\n"))]);
    world.git(&["commit", "--quiet", "-m", "check"]);
    world.par_ok(&["spawn", "-n", "1", "--name", "r1", "t", "--", "sh", "-c", "echo 1 >>a.txt"]);
    world.par_ok(&["gate", "--", "./only-here"]);
    world.rechain(|events| {
        crate::forge::event(events, "gate_finished", None)["args"]["argv"] = serde_json::json!(["no-such-program"]);
    });
    let verified = world.verify(&["r1", "--regate"]);
    verified.is("incomplete", 1);
    assert!(verified.missing.contains("regate"), "{:#}", verified.answer);
}
