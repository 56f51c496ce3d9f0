//! Runs of others: what their records name is not run without a word.

use super::world::World;

/// Makes a run with a gate whose agent and gate leave a mark each, and a clone that fetched it.
fn foreign(world: &World) -> String {
    world.hub(&[]);
    let gate = "touch ../../../gated; true";
    let agent = "touch ../../../ran; echo x > x";
    world.par_ok(&["spawn", "-n", "1", "--name", "r", "--gate", gate, "t", "--", "sh", "-c", agent]);
    world.par_ok(&["push"]);
    let clone = world.clone_of_hub("clone");
    world.par_ok(&["-C", &clone, "fetch"]);
    for mark in ["ran", "gated"] {
        std::fs::remove_file(world.beside(mark)).unwrap();
    }
    clone
}

#[test]
fn the_command_lines_of_a_fetched_run_are_not_run_unless_they_are_trusted() {
    let world = World::new();
    let clone = foreign(&world);
    for arguments in [&["gate", "r"][..], &["retry", "r", "-w", "1"], &["run", "--continue", "r"]] {
        let said = world.par(&[&["-C", &clone], arguments].concat());
        assert!(said.code != 0 || arguments[0] == "run", "{arguments:?}: {said:?}");
        assert!(!world.beside("ran").exists() && !world.beside("gated").exists(), "{arguments:?}: {said:?}");
    }
    let said = world.par(&["-C", &clone, "gate", "r"]);
    said.refuses(1, "it would run touch ../../../gated; true");
    world.par_ok(&["-C", &clone, "gate", "r", "--", "true"]);
    assert!(!world.beside("gated").exists(), "a check of one's own needs no trust");
    world.par_ok(&["-C", &clone, "gate", "r", "--trust"]);
    assert!(world.beside("gated").exists());
    world.par_ok(&["-C", &clone, "retry", "r", "-w", "1", "--trust"]);
    assert!(world.beside("ran").exists());
}

#[test]
fn a_run_that_is_worked_on_elsewhere_is_neither_taken_over_nor_ended_here_by_whoever_is_refused() {
    let world = World::new();
    let clone = foreign(&world);
    // As it was while its worker ran.
    let push =
        ["push", "--quiet", &clone, "+refs/notes/par/r~3:refs/notes/par/r", "+refs/par/r/base", ":refs/par/r/w1"];
    world.git(&push);
    let list = world.par_ok(&["-C", &clone, "list", "r"]);
    assert!(list.contains("running elsewhere, if at all: it was made in another clone"), "{list}");
    let before = world.run_refs_of(&clone);
    for (arguments, code, words) in [
        (&["resume", "r"][..], 1, "was not begun in this repository"),
        (&["retry", "r", "-w", "1"], 1, "was not begun in this repository"),
        (&["stop", "r"], 128, "run 'r' is running elsewhere, if at all: it was made in another clone"),
    ] {
        let said = world.par(&[&["-C", &clone], arguments].concat());
        said.refuses(code, words);
        assert!(said.stderr.contains("hint: "), "{said:?}");
        assert_eq!(world.run_refs_of(&clone), before, "{arguments:?}");
        assert_eq!(world.par_ok(&["-C", &clone, "list", "r"]).lines().nth(2), list.lines().nth(2), "{arguments:?}");
    }
    assert!(!world.beside("clone/.git/par/r").exists());
    world.par(&["-C", &clone, "resume", "r", "--trust"]);
    world.par_ok(&["-C", &clone, "stop", "r"]);
}

#[test]
fn what_a_remote_added_to_a_run_of_ones_own_is_somebody_elses_until_it_is_trusted() {
    let world = World::new();
    let clone = foreign(&world);
    world.par_ok(&["-C", &clone, "retry", "r", "-w", "1", "--with-feedback", "--trust"]);
    // Up to the wish to run it again, and no further.
    let kinds = world.par_ok(&["-C", &clone, "log", "r", "--json"]);
    let kinds: Vec<&str> = kinds.lines().filter(|line| line.contains("tool_name")).collect();
    let after =
        kinds.iter().rev().position(|line| line.contains("worker_retried")).unwrap_or_else(|| panic!("{kinds:?}"));
    let notes = format!("+refs/notes/par/r~{after}:refs/notes/par/r");
    world.git(&["-C", &clone, "push", "--quiet", "origin", &notes, "refs/par/r/attempt/w1.1", ":refs/par/r/w1"]);
    std::fs::remove_file(world.beside("ran")).unwrap();
    assert!(world.par_ok(&["fetch"]).starts_with("r: fetched"));
    for arguments in [&["resume", "r"][..], &["retry", "r", "-w", "1"], &["gate", "r"]] {
        world.par(arguments).refuses(1, "run 'r' has events of w1 that were not written in this repository");
    }
    assert!(!world.beside("ran").exists());
    world.par_ok(&["resume", "r", "--trust"]);
    assert!(world.beside("ran").exists());
    world.par_ok(&["retry", "r", "-w", "1"]);
    // What others say of it besides makes nobody run anything.
    world.par_ok(&["push"]);
    let third = world.clone_of_hub("third");
    world.par_ok(&["-C", &third, "fetch"]);
    world.par_ok(&["-C", &third, "-q", "pick", "r"]);
    world.par_ok(&["-C", &third, "push"]);
    assert!(world.par_ok(&["fetch"]).starts_with("r: fetched"));
    world.par_ok(&["retry", "r", "-w", "1"]);
}
