//! Where a run can be verified: in any clone, with much or little of it there.

use std::fs;

use crate::world::World;

const ALL: &[&str] = &["refs/par/*:refs/par/*", "refs/notes/par/*:refs/notes/par/*"];

#[test]
fn a_clone_with_the_refs_of_runs_finds_what_the_origin_finds() {
    let world = World::with_run();
    for options in [&[][..], &["--bare"]] {
        let clone = world.clone_with("clone", options, ALL);
        let verified = clone.verify::<&str>(&[]);
        verified.is("ok-unsigned", 0);
        assert_eq!(verified.answer, world.verify(&["r1"]).answer, "{options:?}");
    }
}

#[test]
fn a_clone_with_the_seal_alone_verifies_the_whole_run() {
    let world = World::with_run();
    let clone = world.clone_with("clone", &[], &["refs/par/r1/seal:refs/par/r1/seal"]);
    for arguments in [&["r1"][..], &[], &["--all"]] {
        let verified = clone.verify(arguments);
        verified.is("ok-unsigned", 0);
        assert!(verified.messages("refs").contains("the seal keeps its commit"), "{:#}", verified.answer);
        assert!(verified.messages("logs").contains("the logs are not here"), "{:#}", verified.answer);
    }
}

#[test]
fn what_a_shallow_clone_lacks_is_named() {
    let world = World::with_run();
    let base = world.git(&["rev-parse", "refs/par/r1/base"]);
    let only = &["refs/notes/par/r1:refs/notes/par/r1", "refs/par/r1/w1:refs/par/r1/w1"];
    let clone = world.clone_with("clone", &["--depth=1"], only);
    let verified = clone.verify(&["r1"]);
    verified.is("incomplete", 1);
    assert!(verified.missing.contains("objects"), "{:#}", verified.answer);
    assert!(verified.answer.to_string().contains(&base));
}

#[test]
fn what_a_partial_clone_lacks_is_named_and_not_fetched() {
    let world = World::with_run();
    world.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = world.clone_with("clone", &["--filter=blob:none", "--no-checkout"], &[]);
    clone.git(&["fetch", "--quiet", "origin", "refs/par/r1/*:refs/par/r1/*"]);
    clone.git(&["fetch", "--quiet", "--no-filter", "origin", "refs/notes/par/r1:refs/notes/par/r1"]);
    let base = clone.git(&["rev-parse", "refs/par/r1/base"]);
    clone.git(&["cat-file", "blob", &format!("refs/notes/par/r1:{base}")]);
    let verified = clone.verify(&["r1"]);
    verified.is("incomplete", 1);
    assert!(verified.missing.contains("diff"), "{:#}", verified.answer);
}

#[test]
fn a_lost_object_is_named() {
    let world = World::unsealed();
    let candidate = world.git(&["rev-parse", "refs/par/r1/w2"]);
    let file = world.here.join(".git/objects").join(&candidate[..2]).join(&candidate[2..]);
    fs::remove_file(file).unwrap();
    let verified = world.verify(&["r1"]);
    verified.is("incomplete", 1);
    let findings = verified.answer["runs"][0]["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["weight"] == "missing" && finding["object"] == *candidate));
}

#[test]
fn replacements_are_not_believed() {
    let world = World::unsealed();
    let (forged, _) = world.forged_commit("refs/par/r1/w2", "a.txt", "one\nforged\n");
    world.git(&["replace", "refs/par/r1/w2", &forged]);
    world.verify(&["r1"]).is("ok-unsigned", 0);
}

#[test]
fn repositories_with_the_coming_defaults_are_verified_too() {
    for options in [&["--object-format=sha256"][..], &["--ref-format=reftable"]] {
        let world = World::with_commit(options);
        world.do_run("r1");
        world.verify(&["r1"]).is("ok-unsigned", 0);
    }
}

#[test]
fn merges_of_every_kind_hold() {
    for mode in ["--ff", "--squash", "--no-ff"] {
        let world = World::with_commit(&[]);
        world.par_ok(&["spawn", "-n", "1", "--name", "r1", "t", "--", "sh", "-c", "echo 1 >>a.txt"]);
        world.par_ok(&["pick"]);
        world.par_ok(&["merge", mode]);
        let verified = world.verify(&["r1"]);
        verified.is("ok-unsigned", 0);
        assert!(verified.messages("merge").starts_with("1 merge, computed again"), "{}", verified.messages("merge"));
    }
}

#[test]
fn a_recorded_conflict_is_computed_again() {
    let world = World::with_commit(&[]);
    world.par_ok(&["spawn", "-n", "1", "--name", "r1", "t", "--", "sh", "-c", "echo 1 >a.txt"]);
    world.par_ok(&["pick"]);
    fs::write(world.here.join("a.txt"), "mine\n").unwrap();
    world.git(&["commit", "--quiet", "-am", "mine"]);
    assert_eq!(world.par(&["merge"]).status.code(), Some(4));
    world.verify(&["r1"]).is("ok-unsigned", 0);
    world.rechain(|events| {
        crate::forge::event(events, "merge_finished", None)["result"]["conflicts"] = serde_json::json!(["b.txt"]);
    });
    world.verify(&["r1"]).is_broken_in(&["merge"]);
}

#[test]
fn a_conflict_with_a_commit_that_did_not_travel_is_a_remark() {
    let world = World::with_commit(&[]);
    world.par_ok(&["spawn", "-n", "1", "--name", "r1", "t", "--", "sh", "-c", "echo 1 >a.txt"]);
    world.par_ok(&["pick"]);
    fs::write(world.here.join("a.txt"), "mine\n").unwrap();
    world.git(&["commit", "--quiet", "-am", "mine"]);
    assert_eq!(world.par(&["merge"]).status.code(), Some(4));
    let bundle = world.beside("run.bundle");
    world.par_ok(&["seal", "--bundle", bundle.to_str().unwrap()]);
    let verified = world.verify(&[bundle.to_str().unwrap()]);
    verified.is("ok-unsigned", 0);
    assert!(verified.messages("merge").contains("that commit is not here"));
}

#[test]
fn a_run_that_is_not_here_is_an_error_and_no_verdict() {
    let world = World::with_run();
    assert_eq!(world.par(&["verify", "r9"]).status.code(), Some(128));
    let empty = World::with_commit(&[]);
    assert_eq!(empty.par(&["verify"]).status.code(), Some(128));
}

#[test]
fn verifying_changes_nothing() {
    let world = World::with_run();
    let before = world.state();
    world.verify(&["r1"]).is("ok-unsigned", 0);
    assert_eq!(world.state(), before);
}

#[test]
fn where_nothing_was_merged_no_merge_is_said_to_hold() {
    let verified = World::unmerged().verify(&["r1"]);
    assert_eq!(verified.messages("merge").trim(), "nothing was merged");
}

#[test]
fn logs_that_did_not_travel_are_told_and_break_nothing() {
    let world = World::unsealed();
    let all = ["refs/par/r1/*:refs/par/r1/*", "refs/notes/par/r1:refs/notes/par/r1", "^refs/par/r1/logs"];
    let clone = world.clone_with("clone", &[], &all);
    clone.par_ok(&["gate", "r1", "--", "echo", "checked again"]);
    let verified = clone.verify(&["r1"]);
    verified.is("ok-unsigned", 0);
    assert!(verified.messages("logs").contains("the log is not here, and not checked"), "{:#}", verified.answer);
    let old = world.git(&["rev-parse", "refs/par/r1/logs"]);
    world.par_ok(&["gate", "r1", "--", "echo", "checked again"]);
    world.git(&["update-ref", "refs/par/r1/logs", &old]);
    let verified = world.verify(&["r1"]);
    verified.is("ok-unsigned", 0);
    assert!(verified.messages("logs").contains("is that of an earlier event"), "{:#}", verified.answer);
}
