//! `git par queue`: what waits lands in order, what fails is held, and the branch is green all the while.

use serde_json::{Value, json};

use super::{queue_world::until, world::World};

#[test]
fn what_has_a_higher_priority_lands_first_and_equals_land_as_they_were_added() {
    let world = World::with_gate();
    for name in ["b1", "b2", "b3", "b4"] {
        world.branch(name, &[(name, name)]);
    }
    world.par_ok(&["queue", "add", "b1", "b2"]);
    world.par_ok(&["queue", "add", "b3", "--priority", "5"]);
    world.par_ok(&["queue", "add", "b4", "--priority", "-1"]);
    let said = world.process(&["-j", "2"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(world.landed("main"), "3 1 2 4");
    assert_eq!(world.git(&["status", "--porcelain"]), "");
    assert_eq!(world.read("b4"), "b4");
    world.assert_no_checks();
}

#[test]
fn what_fails_is_held_with_what_the_check_printed_and_the_others_land_without_it() {
    let world = World::new();
    world.set_gate("ls; test ! -e bad");
    world.queued(&["one", "bad", "three"]);
    let said = world.process(&["-j", "3"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("entry 2 needs review: "), "{said:?}");
    assert!(said.stdout.ends_with(" checks\n") && said.stdout.contains("2 landed, 1 held; "), "{said:?}");
    assert_eq!(world.entries(&[]), ["merged", "needs_review: gate", "merged"]);
    assert_eq!(world.landed("main"), "1 3");
    assert!(world.par_ok(&["queue", "log", "2", "--gate"]).contains("bad\n"));
    world.fsck();
}

#[test]
fn what_git_gc_takes_meanwhile_comes_back() {
    for style in ["merge", "squash", "rebase"] {
        let world = World::new();
        // No ref leads to what is checked; whoever prunes takes it.
        world.set_gate(&format!("git -C '{}' gc --quiet --prune=now; test ! -e bad", world.here.display()));
        world.branch("behind", &[("folder/first", "1"), ("folder/second", "2")]);
        world.queued(&["one", "bad", "three"]);
        world.par_ok(&["queue", "add", "behind", "--style", style]);
        assert_eq!(world.process(&["-j", "4"]).code, 1);
        assert_eq!(world.entries(&[]), ["merged", "needs_review: gate", "merged", "merged"], "{style}");
        assert_eq!(world.git(&["ls-files"]), "a.txt\nfolder/first\nfolder/second\none\nthree");
        world.fsck();
    }
}

#[test]
fn of_two_that_are_red_together_the_first_one_lands() {
    for jobs in ["1", "4"] {
        let world = World::with_gate();
        world.queued(&["left", "right", "three"]);
        assert_eq!(world.process(&["-j", jobs]).code, 1);
        assert_eq!(world.entries(&[]), ["merged", "needs_review: gate", "merged"], "{jobs}");
        let list = world.par_json(&["queue", "list"]);
        assert!(list["entries"][0]["held"]["log"]["blob"].is_string(), "{list}");
        assert_eq!(world.landed("main"), "1 3");
    }
}

#[test]
fn what_conflicts_is_held_with_its_paths() {
    let world = World::with_gate();
    world.branch("x", &[("a.txt", "x\n")]);
    world.branch("y", &[("a.txt", "y\n"), ("other", "y\n")]);
    world.branch("z", &[("z", "z\n")]);
    world.par_ok(&["queue", "add", "x", "y", "z"]);
    let said = world.process(&["-j", "4"]);
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.stdout.contains("  a.txt\n"), "{said:?}");
    assert_eq!(world.entries(&[]), ["merged", "needs_review: conflict", "merged"]);
    assert_eq!(world.git(&["status", "--porcelain"]), "");
}

#[test]
fn nobody_is_blamed_for_a_red_target_and_retry_lands_what_waited_when_it_is_green() {
    let world = World::with_gate();
    world.commit_on("main", "refs/heads/main", &[("bad", "bad")]);
    world.git(&["reset", "--quiet", "--hard"]);
    world.queued(&["one", "two"]);
    assert_eq!(world.process(&["-j", "4"]).code, 1);
    assert_eq!(world.entries(&[]), ["needs_review: target", "needs_review: target"]);
    world.git(&["rm", "--quiet", "bad"]);
    world.git(&["commit", "--quiet", "-m", "fix"]);
    let retried = world.par_json(&["queue", "retry"]);
    assert_eq!(retried["retried"].as_array().unwrap().len(), 2, "{retried}");
    let said = world.process(&["-j", "4"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(world.landed("main"), "1 2");
}

#[test]
fn what_mends_a_red_target_lands_on_it() {
    let world = World::with_gate();
    world.commit_on("main", "refs/heads/main", &[("bad", "bad")]);
    world.git(&["reset", "--quiet", "--hard"]);
    world.queued(&["one"]);
    world.git(&["checkout", "--quiet", "-b", "mend"]);
    world.git(&["rm", "--quiet", "bad"]);
    world.git(&["commit", "--quiet", "-m", "mend"]);
    world.git(&["checkout", "--quiet", "main"]);
    world.par_ok(&["queue", "add", "mend"]);
    assert_eq!(world.process(&["-j", "2"]).code, 1);
    assert_eq!(world.entries(&[]), ["needs_review: target", "merged"]);
    world.par_ok(&["queue", "retry"]);
    assert_eq!(world.process(&[]).code, 0);
    assert_eq!(world.landed("main"), "2 1");
}

#[test]
fn what_is_there_is_not_added_twice_by_run_or_by_branch() {
    let world = World::with_gate();
    world.picked("r", "echo x > x");
    world.par_ok(&["queue", "add", "r"]);
    world.git(&["branch", "same", "refs/par/r/winner"]);
    for what in ["r", "same", "refs/par/r/winner"] {
        let added = world.par_json(&["queue", "add", what]);
        assert_eq!(
            (&added["entries"][0]["entry"], &added["entries"][0]["already"]),
            (&json!(1), &json!(true)),
            "{added}"
        );
    }
    assert_eq!(world.process(&[]).code, 0);
    let again = world.par_json(&["queue", "add", "same"]);
    assert_eq!(again["entries"][0]["already"], true, "{again}");
    assert!(world.git(&["log", "-1", "--format=%B", "main"]).contains("Par-Run: r\nPar-Queue: main\nPar-Entry: 1"));
}

#[test]
fn what_has_no_history_in_common_with_the_branch_is_refused_and_no_queue_is_stuck_over_it() {
    let world = World::with_gate();
    let other = world.git(&["commit-tree", "-m", "other", "main^{tree}"]);
    world.par(&["queue", "add", &other]).refuses(128, "has no history in common with 'refs/heads/main'");
    assert_eq!(world.run_refs(), "");
    world.queued(&["one"]);
    // The branch begins anew.
    world.git(&["update-ref", "refs/heads/main", &other]);
    world.commit_on(&other, "refs/heads/two", &[("two", "two")]);
    world.par_ok(&["queue", "add", "two"]);
    assert_eq!(world.process(&["-j", "2"]).code, 4);
    assert_eq!(world.entries(&[]), ["needs_review: conflict", "merged"]);
    assert!(world.par_ok(&["queue", "show", "1"]).contains("conflict"));
    let strange = world.git(&["commit-tree", "-m", "strange", "main^{tree}"]);
    world.par(&["queue", "retry", "1", "--with", &strange]).refuses(128, "has no history in common with");
    world.par_ok(&["verify", "queue/main"]);
}

#[test]
fn a_commit_lands_whatever_became_of_its_branch() {
    let world = World::with_gate();
    world.queued(&["one", "two"]);
    let first = world.git(&["rev-parse", "one-branch"]);
    world.branch("one-branch", &[("one", "rewritten")]);
    world.git(&["branch", "--quiet", "-D", "two-branch"]);
    world.git(&["reflog", "expire", "--expire=now", "--all"]);
    world.git(&["gc", "--quiet", "--prune=now"]);
    assert_eq!(world.process(&[]).code, 0);
    world.git(&["merge-base", "--is-ancestor", &first, "main"]);
    assert_eq!((world.read("one"), world.read("two")), ("one".to_owned(), "two".to_owned()));
}

#[test]
fn retry_takes_a_branch_as_it_is_now() {
    let world = World::with_gate();
    world.queued(&["bad"]);
    assert_eq!(world.process(&[]).code, 1);
    world.par(&["queue", "retry", "2"]).refuses(128, "has no entry 2");
    world.branch("bad-branch", &[("good", "good")]);
    let retried = world.par_json(&["queue", "retry", "1"]);
    assert_eq!(retried["retried"][0]["is_new"], true, "{retried}");
    assert_eq!(retried["retried"][0]["commit"], world.git(&["rev-parse", "bad-branch"]));
    world.par(&["queue", "retry", "1"]).refuses(128, "entry 1 does not wait for a person");
    assert_eq!(world.process(&[]).code, 0);
    assert_eq!(world.read("good"), "good");
    world.par(&["queue", "drop", "1"]).refuses(128, "entry 1 has landed as ");
}

#[test]
fn what_is_dropped_while_it_is_tested_does_not_land() {
    let world = World::new();
    world.set_waiting_gate();
    world.queued(&["one", "two", "three"]);
    let child = world.processing(&["-j", "2"]);
    until("it is tested", || world.entries(&[])[0] == "testing");
    world.par_ok(&["queue", "drop", "1"]);
    world.let_go();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(world.entries(&[]), ["dropped", "merged", "merged"]);
    assert_eq!(world.landed("main"), "2 3");
    assert_eq!(world.git(&["rev-parse", "refs/par/queue/main/entry/1.1"]), world.git(&["rev-parse", "one-branch"]));
    world.assert_no_checks();
}

/// Holds an object to having these keys.
fn assert_keys(of: &Value, keys: &[&str]) {
    let missing: Vec<&&str> = keys.iter().filter(|key| of.get(**key).is_none()).collect();
    assert!(missing.is_empty() && of["version"] == 1, "{missing:?} missing in {of}");
}

#[test]
fn each_verb_answers_with_an_object() {
    let world = World::with_gate();
    world.branch("bad-branch", &[("bad", "x")]);
    world.branch("good", &[("x", "x")]);
    let added = world.par_json(&["queue", "add", "bad-branch", "good"]);
    assert_keys(&added, &["target", "entries"]);
    assert_eq!(added["entries"][1]["source"], json!({"branch": "refs/heads/good"}));
    assert_keys(&world.par_json(&["queue", "list"]), &["target", "style", "gate", "entries", "merged", "is_processed"]);
    let done = world.par_json(&["queue", "process"]);
    assert_keys(&done, &["target", "landed", "held", "waiting", "checks", "interrupted"]);
    assert_eq!(done["landed"], json!([{"entry": 2, "commit": world.git(&["rev-parse", "main"])}]));
    assert_eq!((&done["held"][0]["entry"], &done["held"][0]["reason"]), (&json!(1), &json!("gate")));
    assert_keys(&world.par_json(&["queue", "retry"]), &["target", "retried"]);
    let dropped = world.par_json(&["queue", "drop", "1"]);
    assert_keys(&dropped, &["target", "dropped"]);
    assert_eq!(dropped["dropped"], json!([1]));
    let log = world.par_ok(&["--json", "queue", "log"]);
    assert_eq!(log.trim_end(), world.journal("queue/main").trim_end());
}
