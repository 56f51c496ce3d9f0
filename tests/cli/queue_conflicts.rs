//! Conflicts of a queue: told with both sides, resolved by agents who are judged by what they left, and remembered.

use std::fs;

use serde_json::{Value, json};

use super::{untouched, world::World};

/// A queue into main in which one entry conflicts with one that lands before it: `a.txt` has `ours` or `theirs` in its middle.
pub(crate) fn conflicting(gate: &str) -> World {
    let world = World::new();
    world.git(&["config", "par.gate", gate]);
    branch(&world, "x", "ours");
    branch(&world, "y", "theirs");
    world.par_ok(&["queue", "add", "x", "y"]);
    world
}

/// A queue into main whose second entry removes the file that the first one changes.
fn removed() -> World {
    let world = World::new();
    world.git(&["config", "par.gate", "true"]);
    world.git(&["checkout", "-q", "-b", "gone"]);
    world.git(&["rm", "-q", "a.txt"]);
    world.git(&["commit", "-q", "-m", "no a"]);
    world.git(&["checkout", "-q", "main"]);
    branch(&world, "x", "ours");
    world.par_ok(&["queue", "add", "x", "gone"]);
    world
}

fn branch(world: &World, name: &str, middle: &str) {
    world.git(&["checkout", "-q", "-b", name, "main"]);
    world.write("a.txt", &format!("one\n{middle}\nthree\n"));
    world.git(&["commit", "-qam", &format!("{middle} in the middle")]);
    world.git(&["checkout", "-q", "main"]);
}

/// An agent that says what both sides want where it may only read, and runs this where it is to resolve.
pub(crate) fn agent(world: &World, script: &str) -> String {
    let file = world.home().join("agent.sh");
    let text = format!(
        "[ \"$PAR_WORKER\" = 1 ] && {{ cat >\"$HOME/asked\"; echo 'both want the middle'; exit 0; }}\ncat >\"$HOME/ordered\"\n{script}\n"
    );
    fs::write(&file, text).unwrap();
    format!("sh '{}'", file.display())
}

pub(crate) fn resolve(world: &World, script: &str) -> Value {
    let agent = agent(world, script);
    world.par(&["queue", "process"]);
    world.par_json(&["-q", "queue", "resolve", "2", "--heal", "1", "-a", &agent])
}

#[test]
fn a_conflict_changes_nothing_and_is_told_with_both_sides_to_people_and_to_the_hook() {
    let world = conflicting("true");
    world.git(&["config", "par.hook.merge-conflict", "cat >\"$HOME/report\""]);
    let said = world.par(&["queue", "process"]);
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.stdout.contains("entry 1 landed on main"), "it goes on with what does not conflict: {said:?}");
    assert!(world.git(&["status", "--porcelain"]).is_empty());
    assert_eq!(world.read("a.txt"), "one\nours\nthree\n");
    let report: Value = serde_json::from_str(&fs::read_to_string(world.home().join("report")).unwrap()).unwrap();
    let shown = world.par_json(&["queue", "show", "2"]);
    assert_eq!(shown["report"], report);
    assert_eq!((&report["reason"], &report["paths"]), (&json!("conflict"), &json!(["a.txt"])));
    assert_eq!(report["onto"], json!(world.git(&["rev-parse", "main"])));
    assert_eq!(report["theirs"]["commit"], json!(world.git(&["rev-parse", "y"])));
    assert_eq!(report["ours"][0]["entry"], json!(1));
    assert_eq!(report["conflicts"][0]["hunks"], json!([{ "line": 2, "ours": "ours\n", "theirs": "theirs\n" }]));
    let said = world.par(&["queue", "show", "2"]);
    insta::assert_snapshot!(said.snapshot(&world), @"
    entry 2: branch y (<id>): theirs in the middle
    needs review: it conflicts with the target, on top of entry 1 (<id>)
    < main has <id> Merge branch 'x', entry 1
    > the entry has <id> theirs in the middle, entry 2
    a.txt (CONFLICT (contents))
    line 2:
    < ours
    > theirs
    hint: git par queue resolve 2 --into main -a AGENT
    hint: by hand: git par queue retry 2 --with MERGE --into main
    hint: git par queue retry 2 --into main
    hint: git par queue drop 2 --into main
    exit 0
    ");
}

#[test]
fn a_report_names_the_runs_and_tasks_of_both_sides() {
    let world = World::new();
    world.git(&["config", "par.gate", "true"]);
    for (run, text) in [("left", "ours"), ("right", "theirs")] {
        world.par(&[
            "spawn",
            "-q",
            "-n",
            "1",
            "--name",
            run,
            &format!("write {text}"),
            "--",
            "sh",
            "-c",
            &format!("echo {text} > a.txt"),
        ]);
        world.par_ok(&["-q", "pick", run]);
        world.par_ok(&["queue", "add", run]);
    }
    assert_eq!(world.par(&["-q", "queue", "process"]).code, 4);
    let report = &world.par_json(&["queue", "show", "2"])["report"];
    assert_eq!((&report["theirs"]["run"], &report["theirs"]["title"]), (&json!("right"), &json!("write theirs")));
    assert_eq!((&report["ours"][0]["run"], &report["ours"][0]["title"]), (&json!("left"), &json!("write ours")));
    assert!(world.worktree("right", "w1").exists(), "whoever looks at it finds the attempt as it was");
    assert!(world.par_ok(&["queue", "show", "2"]).contains("git par attach right -w 1"));
    assert_eq!(world.par(&["attach", "right", "-w", "1", "--", "grep", "-q", "theirs", "a.txt"]).code, 0);
}

#[test]
fn the_entries_of_a_queue_are_merged_with_each_other_and_the_branch() {
    let world = conflicting("true");
    branch(&world, "z", "three");
    world.git(&["config", "par.hook.merge-conflict", "touch \"$HOME/report\""]);
    world.par_ok(&["queue", "add", "z"]);
    let before = untouched::of(&world);
    let answer = world.par_json(&["conflicts", "--queue"]);
    let names: Vec<&str> =
        answer["sides"].as_array().unwrap().iter().map(|side| side["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["main", "entry 1", "entry 2", "entry 3"]);
    assert_eq!(answer["conflicts"].as_array().unwrap().len(), 3, "{answer}");
    assert_eq!(untouched::of(&world), before);
    world.par(&["queue", "process"]);
    let said = world.par(&["conflicts", "--queue", "--into", "main"]);
    assert_eq!(said.code, 1);
    assert!(said.stdout.contains("main and entry 2: a.txt"), "{said:?}");
    world.par_ok(&["queue", "drop", "2", "3"]);
    assert!(world.par(&["conflicts", "--queue"]).stderr.contains("nothing waits in the queue"));
}

#[test]
fn what_agents_make_of_a_conflict_lands_once_the_check_passes_on_it() {
    let world = conflicting("! grep -q '^[<=>]\\{7\\}' a.txt");
    let agent = agent(&world, "printf 'one\\nours\\ntheirs\\nthree\\n' > a.txt");
    let said = world.par(&["queue", "process", "--resolve", &agent]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(world.read("a.txt"), "one\nours\ntheirs\nthree\n");
    let run = world.git(&["log", "-1", "--format=%(trailers:key=Par-Resolution,valueonly)"]);
    let log = world.par_ok(&["log", &run]);
    assert!(log.contains("merger accepted") && log.contains("resolver accepted"), "{log}");
    assert_eq!(world.git(&["rev-parse", "HEAD^2"]), world.git(&["rev-parse", "y"]), "both sides are its parents");
    assert_eq!(world.par(&["verify", &run]).code, 0);
    assert!(!world.beside("repo.par").join(&run).join("w1").exists(), "nothing is left of the worktrees");
    let asked = fs::read_to_string(world.home().join("asked")).unwrap();
    assert!(asked.contains("Merge branch 'x'") && asked.contains("theirs in the middle"), "{asked}");
    let ordered = fs::read_to_string(world.home().join("ordered")).unwrap();
    assert!(ordered.contains("both want the middle") && ordered.contains("- a.txt"), "{ordered}");
    let marks = world.git(&["log", "--format=%H", "-S<<<<<<<", "main"]);
    assert_eq!(marks, "", "no conflict mark is in any commit of the branch");
}

#[test]
fn a_resolution_that_touches_another_file_or_leaves_marks_is_no_resolution_whatever_its_agent_says() {
    for (script, why) in [
        ("printf 'one\\nboth\\nthree\\n' > a.txt; echo x > other; echo all good", "resolver: "),
        ("echo 'I resolved it all'", "resolver: "),
        ("sed -i '/^>>>>>>> /d' a.txt", "resolver: "),
        ("sed -i '/^<<<<<<< /d; /^>>>>>>> /d' a.txt", "it leaves conflict marks in a.txt"),
        ("rm a.txt; false", "resolver: "),
    ] {
        let world = conflicting("test -e a.txt");
        let answer = resolve(&world, script);
        let row = &answer["entries"][0];
        assert!(row["rejected"].as_str().is_some_and(|told| told.contains(why)), "{script}: {answer}");
        assert_eq!(row["commit"], Value::Null);
        assert_eq!(world.par_json(&["queue", "show", "2"])["state"], "needs_review");
        assert_eq!(world.read("a.txt"), "one\nours\nthree\n");
        let run = row["run"].as_str().unwrap();
        assert_ne!(world.git(&["for-each-ref", &format!("refs/par/{run}/w2")]), "", "what it did is kept all the same");
    }
}

#[test]
fn whoever_resolves_hears_what_the_check_said_and_goes_on() {
    let world = conflicting("if grep -q bad a.txt; then echo this is what is wrong; exit 1; fi");
    let answer = resolve(
        &world,
        "if grep -q 'this is what is wrong' \"$HOME/ordered\"; then echo good > a.txt; else echo bad > a.txt; fi",
    );
    assert_eq!(answer["entries"][0]["rejected"], Value::Null, "{answer}");
    assert_eq!(world.par(&["queue", "process"]).code, 0);
    assert_eq!(world.read("a.txt"), "good\n");
}

#[test]
fn what_a_person_made_of_a_conflict_lands_and_is_remembered_too() {
    let world = conflicting("true");
    world.par(&["queue", "process"]);
    world.git(&["checkout", "-q", "-b", "hand", "y"]);
    world.command("git", &["merge", "-q", "main"]).output().unwrap();
    world.write("a.txt", "one\nby hand\nthree\n");
    world.git(&["commit", "-qam", "by hand"]);
    world.git(&["checkout", "-q", "main"]);
    world.par_ok(&["queue", "retry", "2", "--with", "hand"]);
    assert_eq!(world.par(&["queue", "process"]).code, 0);
    assert_eq!(world.read("a.txt"), "one\nby hand\nthree\n");
    assert!(world.par_ok(&["queue", "show", "2"]).contains("was resolved by hand"));
    world.git(&["branch", "release", "x"]);
    world.par_ok(&["queue", "add", "--into", "release", "y"]);
    assert_eq!(world.par(&["queue", "process", "--into", "release"]).code, 0);
    assert_eq!(world.git(&["show", "release:a.txt"]), "one\nby hand\nthree");
    assert_eq!(world.par(&["verify", "queue/main"]).code, 0);
    assert_eq!(world.par(&["verify", "queue/release"]).code, 0);
}

#[test]
fn what_is_left_as_one_side_has_it_is_a_resolution_too_and_is_told() {
    let world = removed();
    world.par(&["queue", "process"]);
    let answer = world.par_json(&["-q", "queue", "resolve", "2", "-a", &agent(&world, "true")]);
    assert_eq!(
        answer["entries"][0]["outcome"],
        json!([{ "path": "a.txt", "how": "as the branch has it" }]),
        "{answer}"
    );
    assert!(world.par_ok(&["queue", "show", "2"]).contains("a.txt: as the branch has it"));
    world.par_ok(&["queue", "process"]);
    assert_eq!(world.read("a.txt"), "one\nours\nthree\n");
    assert_eq!(world.par(&["verify", "queue/main"]).code, 0);
    // Nor is it silent about a file that is removed, nor lets the mode of one change.
    for (script, told) in [("rm a.txt", json!("removed")), ("chmod +x a.txt; echo x > a.txt", Value::Null)] {
        let world = conflicting("true");
        let answer = resolve(&world, script);
        assert_eq!(answer["entries"][0]["outcome"][0]["how"], told, "{answer}");
        let is_refused = answer["entries"][0]["rejected"] == "it changes the mode of a.txt";
        assert_eq!(is_refused, told == Value::Null, "{answer}");
    }
}

#[test]
fn a_resolution_that_nobody_heard_of_is_taken_up() {
    let world = conflicting("true");
    let answer = resolve(&world, "printf 'one\\nboth\\nthree\\n' > a.txt; echo >> \"$HOME/asked-again\"");
    let run = answer["entries"][0]["run"].clone();
    world.par_ok(&["queue", "process"]);
    // Another entry with the same commit, once the branch is where it was.
    world.git(&["reset", "-q", "--hard", "main~1"]);
    world.git(&["checkout", "-q", "-b", "other"]);
    world.par_ok(&["queue", "add", "--into", "other", "--gate", "true", "y"]);
    world.git(&["update-ref", "-d", "refs/notes/par/queue/main"]);
    world.par(&["queue", "process", "--into", "other"]);
    let answer = world.par_json(&["-q", "queue", "resolve", "--into", "other", "-a", "false"]);
    assert_eq!(answer["entries"][0]["run"], run, "{answer}");
    assert_eq!(fs::read_to_string(world.home().join("asked-again")).unwrap(), "\n");
}

#[test]
fn nothing_of_a_run_that_resolves_is_merged_as_it_is() {
    let world = conflicting("true");
    let answer = resolve(&world, "printf 'one\\nboth\\nthree\\n' > a.txt");
    let run = answer["entries"][0]["run"].as_str().unwrap();
    for arguments in [&["merge", run][..], &["queue", "add", run]] {
        let said = world.par(arguments);
        assert_eq!(said.code, 128, "{said:?}");
        assert!(said.stderr.contains("it is the queue that lands what comes of it"), "{said:?}");
    }
    world.par_ok(&["queue", "process"]);
    let bases = world.git(&["rev-parse", &format!("refs/par/{run}/base")]);
    let contained = world.command("git", &["merge-base", "--is-ancestor", &bases, "main"]).status().unwrap();
    assert!(!contained.success(), "the commit with the marks is in no branch");
}

#[test]
fn a_file_that_one_side_changed_and_the_other_removed_is_resolved_too() {
    let world = removed();
    let agent = agent(&world, "rm a.txt");
    assert_eq!(world.par(&["queue", "process", "--resolve", &agent]).code, 0);
    assert_eq!(world.git(&["ls-files", "a.txt"]), "");
    assert!(!world.here.join("a.txt").exists());
}

#[test]
fn a_resolution_that_landed_is_offered_again_and_checked_like_any_other() {
    let world = conflicting("test ! -e strict || ! grep -q ours a.txt");
    let agent = agent(&world, "printf 'one\\nours\\ntheirs\\nthree\\n' > a.txt");
    world.par_ok(&["queue", "process", "--resolve", &agent]);
    // Another branch, another neighbourhood, and the sides the other way round.
    world.git(&["checkout", "-q", "-b", "release", "y"]);
    world.write("a.txt", "zero\none\ntheirs\nthree\n");
    world.git(&["commit", "-qam", "y and a head"]);
    world.git(&["checkout", "-q", "main"]);
    world.par_ok(&["queue", "add", "--into", "release", "x"]);
    assert_eq!(world.par(&["queue", "process", "--into", "release"]).code, 0);
    assert_eq!(world.git(&["show", "release:a.txt"]), "zero\none\nours\ntheirs\nthree");
    let log = world.par_ok(&["queue", "log", "--into", "release"]);
    assert!(log.contains("its conflict resolved as before by run"), "{log}");
    // Where it does not pass the check, it is held like any other.
    world.git(&["checkout", "-q", "-b", "strict", "y"]);
    world.write("strict", "");
    world.write("a.txt", "one\ntheirs\nthree\n");
    world.git(&["add", "."]);
    world.git(&["commit", "-qm", "strict"]);
    world.git(&["checkout", "-q", "main"]);
    world.par_ok(&["queue", "add", "--into", "strict", "x"]);
    assert_eq!(world.par(&["queue", "process", "--into", "strict"]).code, 1);
    let shown = world.par_json(&["queue", "show", "1", "--into", "strict"]);
    assert_eq!(shown["report"]["reason"], "gate", "{shown}");
}
