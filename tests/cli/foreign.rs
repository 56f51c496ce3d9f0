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
