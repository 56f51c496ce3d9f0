//! Resolvers of a queue's conflicts: no mark is left whatever it looks like, nobody's work is overwritten, nothing foreign runs.

use std::{fs, os::unix::fs::PermissionsExt};

use rustix::process::Signal;
use serde_json::Value;

use super::{
    endings::{interrupt, start, wait_for},
    queue_conflicts::{agent, conflicting, resolve},
    queue_world::{Files, until},
    world::World,
};

/// A queue into main without a check, of one branch and another that conflicts with it, on what main has.
fn diverging(world: &World, ours: Files<'_>, theirs: Files<'_>) {
    world.branch("x", ours);
    world.branch("y", theirs);
    world.par_ok(&["queue", "add", "--no-gate", "x", "y"]);
}

fn rejected(answer: &Value, entry: usize) -> &str {
    answer["entries"][entry]["rejected"].as_str().unwrap_or_default()
}

#[test]
fn marks_of_another_length_or_name_are_marks() {
    let rename = r"sed -i 's/^\([<>]*\) .*/\1 HEAD/' a.txt";
    let marks = "it leaves conflict marks in a.txt";
    for (attributes, head, script, why) in [
        (
            "* conflict-marker-size=5",
            "one\n",
            "sed -i s/one/ONE/ a.txt",
            "resolver: no candidate with a change passed the gate",
        ),
        ("* conflict-marker-size=20", "one\n", rename, marks),
        ("", "A\n=======\nB\n=======\nC\n=======\none\n", rename, marks),
    ] {
        let world = World::new();
        world.commit_on("main", "refs/heads/main", &[(".gitattributes", attributes), ("a.txt", head)]);
        world.git(&["reset", "-q", "--hard"]);
        let [ours, theirs] = ["ours\n", "theirs\n"].map(|line| format!("{head}{line}"));
        diverging(&world, &[("a.txt", &ours)], &[("a.txt", &theirs)]);
        let answer = resolve(&world, script);
        assert_eq!(rejected(&answer, 0), why, "{attributes} {script}: {answer}");
    }
}

#[test]
fn a_file_that_git_named_after_a_side_is_to_be_given_a_place() {
    let world = World::new();
    diverging(&world, &[("a.txt", "ours\n"), ("d/x", "x\n")], &[("a.txt", "theirs\n"), ("d", "file\n")]);
    let answer = resolve(&world, "echo both > a.txt");
    let side = world.git(&["rev-parse", "y"]);
    assert_eq!(rejected(&answer, 0), format!("it leaves d~{side}, which is named after a side of the conflict"));
    let answer = resolve(&world, "echo both > a.txt; rm d~*");
    assert_eq!(answer["entries"][0]["rejected"], Value::Null, "{answer}");
}

#[test]
fn marks_that_a_side_brings_are_its_own() {
    let world = World::new();
    let fixture = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> z\n";
    world.commit_on("main", "refs/heads/main", &[("a.txt", fixture)]);
    world.git(&["reset", "-q", "--hard"]);
    let [ours, theirs] = ["ours\n", "theirs\n"].map(|line| format!("{fixture}{line}"));
    diverging(&world, &[("a.txt", &ours)], &[("a.txt", &theirs)]);
    let answer = resolve(&world, "git show HEAD^1:a.txt > a.txt; echo theirs >> a.txt");
    assert_eq!(answer["entries"][0]["rejected"], Value::Null, "{answer}");
}

#[test]
fn what_no_agent_can_be_told_of_keeps_nobody_from_resolving_the_rest() {
    let world = World::new();
    world.branch("x", &[("a.txt", "ours\n"), (r#""new\nline""#, "ours\n"), (r#""\351""#, "ours\n")]);
    world.branch("control", &[(r#""new\nline""#, "theirs\n")]);
    world.branch("latin", &[(r#""\351""#, "theirs\n")]);
    world.branch("y", &[("a.txt", "theirs\n")]);
    world.par_ok(&["queue", "add", "--no-gate", "x", "control", "latin", "y"]);
    let agent = agent(&world, "echo both > a.txt");
    let answer = world.par_json(&["-q", "queue", "process", "--resolve", &agent]);
    let resolved: Vec<bool> =
        answer["resolved"].as_array().unwrap().iter().map(|row| row["rejected"].is_null()).collect();
    assert_eq!(resolved, [false, false, true], "{answer}");
    assert_eq!(world.read("a.txt"), "both\n");
}

#[test]
fn where_no_file_conflicts_it_is_said_and_no_agent_runs() {
    // Each commit conflicts, and what they come to does not.
    let world = World::new();
    world.branch("x", &[("a.txt", "ours\n")]);
    world.branch("y", &[("a.txt", "theirs\n")]);
    world.commit_on("y", "refs/heads/y", &[("a.txt", "one\ntwo\nthree\n"), ("more", "")]);
    world.par_ok(&["queue", "add", "--no-gate", "--style", "rebase", "x", "y"]);
    let answer = resolve(&world, "true");
    assert!(rejected(&answer, 0).starts_with("its commits conflict one by one"), "{answer}");
    // One side moves a folder to two places, the other adds to it.
    let world = World::new();
    let lines = |from: u32| (from..40).map(|line| format!("{line}\n")).collect::<String>();
    for file in 1..5 {
        world.write(&format!("d/{file}"), &lines(file));
    }
    world.git(&["add", "."]);
    world.git(&["commit", "-qm", "d"]);
    world.branch("y", &[("d/5", &lines(5))]);
    fs::create_dir(world.here.join("e")).unwrap();
    world.git(&["mv", "d/1", "d/2", "e"]);
    world.git(&["mv", "d", "g"]);
    world.git(&["commit", "-qm", "moved"]);
    world.par_ok(&["queue", "add", "--no-gate", "y"]);
    let agent = agent(&world, "true");
    let answer = world.par_json(&["-q", "queue", "process", "--resolve", &agent]);
    assert!(answer["resolved"][0]["rejected"].as_str().unwrap().contains("how folders were renamed"), "{answer}");
    assert!(!world.home().join("asked").exists());
}

#[test]
fn a_check_that_others_wrote_is_not_run_by_those_who_resolve_unless_it_is_trusted() {
    let world = conflicting("touch \"$HOME/ran\"");
    world.par(&["queue", "process"]);
    fs::remove_file(world.home().join("ran")).unwrap();
    world.git(&["clone", "-q", ".", "../clone"]);
    let agent = agent(&world, "echo both > a.txt");
    let clone = |arguments: &[&str]| world.par(&[&["-q", "-C", "../clone"][..], arguments].concat());
    assert_eq!(clone(&["fetch", "origin"]).code, 0);
    let said = clone(&["queue", "resolve", "--into", "main", "-a", &agent]);
    assert!(said.code == 1 && said.stderr.contains("--trust"), "{said:?}");
    assert!(!world.home().join("ran").exists() && !world.home().join("asked").exists());
    let said = clone(&["queue", "resolve", "--into", "main", "--trust", "-a", &agent]);
    assert!(said.code == 0 && world.home().join("ran").exists(), "{said:?}");
}

#[test]
fn what_an_entry_came_to_bring_meanwhile_is_not_overwritten() {
    let world = conflicting("true");
    let par = env!("CARGO_BIN_EXE_git-par");
    let newer = "git update-ref refs/heads/y $(git commit-tree -m newer -p y 'y^{tree}')";
    let script = format!(
        "echo both > a.txt; cd '{}' && {newer} && '{par}' queue retry 2 && '{par}' queue process; true",
        world.here.display()
    );
    let answer = resolve(&world, &script);
    assert_eq!(rejected(&answer, 0), "somebody else has changed the entry meanwhile", "{answer}");
    assert_eq!(world.par_json(&["queue", "show", "2"])["commit"], world.git(&["rev-parse", "y"]));
    assert_eq!(world.git(&["for-each-ref", "--format=%(objectname)", "refs/par/queue/main/**/2"]), "");
}

#[test]
fn a_listing_tells_which_run_is_at_a_conflict() {
    let world = conflicting("true");
    world.par(&["queue", "process"]);
    let row = || world.par_json(&["queue", "list"])["entries"][0].clone();
    assert!(row()["resolving"].is_null(), "{}", row());
    let (began, go) = (world.beside("began"), world.beside("go"));
    let wait = format!("touch '{}'; until test -e '{}'; do sleep 0.02; done", began.display(), go.display());
    let agent = agent(&world, &format!("{wait}; echo both > a.txt"));
    let resolve = start(world.par_command(&["queue", "resolve", "-a", &agent]));
    wait_for(&began);
    let runs = world.par_json(&["list"]);
    assert_eq!(row()["resolving"], runs["runs"][0]["run"], "{runs}");
    let text = format!("it conflicts with the target; run {} is at it: ", runs["runs"][0]["run"].as_str().unwrap());
    assert!(world.par_ok(&["queue", "list"]).contains(&text));
    fs::write(go, "").unwrap();
    assert!(resolve.wait_with_output().unwrap().status.success());
    assert!(row()["resolving"].is_null(), "{}", row());
}

#[test]
fn what_was_held_and_landed_after_all_is_not_told_as_held() {
    let world = conflicting("true");
    let processor = start(world.par_command(&["--json", "-q", "queue", "process", "--watch"]));
    until("entry 2 is held", || world.entries(&[])[1].starts_with("needs_review"));
    let agent = agent(&world, "echo both > a.txt");
    world.par_ok(&["queue", "resolve", "-a", &agent]);
    until("entry 2 landed", || world.entries(&[])[1] == "merged");
    interrupt(&processor, Signal::INT);
    let answer: Value = serde_json::from_slice(&processor.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(answer["landed"].as_array().unwrap().len(), 2, "{answer}");
    assert_eq!(answer["held"].as_array().unwrap().len(), 0, "{answer}");
}

#[test]
fn a_report_of_many_files_does_not_ask_git_about_each() {
    let mut world = World::new();
    let names: Vec<String> = (0..50).map(|number| format!("file {number}")).collect();
    let all = |text: &'static str| names.iter().map(|name| (name.as_str(), text)).collect::<Vec<_>>();
    diverging(&world, &all("ours\n"), &all("theirs\n"));
    world.par(&["queue", "process"]);
    let git = world.beside("bin/git");
    fs::create_dir(world.beside("bin")).unwrap();
    fs::write(&git, "#!/bin/sh\necho >> \"$HOME/git\"\nPATH=${PATH#*:}\nexec git \"$@\"\n").unwrap();
    fs::set_permissions(&git, PermissionsExt::from_mode(0o755)).unwrap();
    world.add_to_path(&world.beside("bin"));
    let shown = world.par_json(&["queue", "show", "2"]);
    assert_eq!(shown["report"]["conflicts"][49]["hunks"][0]["ours"], "ours\n", "{shown}");
    let asked = fs::read_to_string(world.home().join("git")).unwrap().lines().count();
    assert!(asked < 30, "{asked} times");
}
