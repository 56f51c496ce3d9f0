//! `git par spawn --exclusive`: one that waits until no other run is at work.

use std::fs;

use super::{
    endings::start,
    world::{Said, World},
};

#[test]
fn an_exclusive_run_waits_for_others_and_gives_up_when_its_time_is_over() {
    let world = World::new();
    let child = world.under_way(&["-n", "1"], &["1"]);
    let said = world.par(&["spawn", "--exclusive=300ms", "--name", "x", "t", "--", "true"]);
    said.refuses(3, "other runs are still at work: r");
    assert!(said.stderr.contains("waiting until other runs are over: r"), "{said:?}");
    assert_eq!(world.git(&["for-each-ref", "refs/par/x/", "refs/notes/par/x"]), "");
    let waiting = start(world.par_command(&[
        "spawn",
        "-n",
        "1",
        "--exclusive",
        "--name",
        "x",
        "t",
        "--",
        "sh",
        "-c",
        "echo 1 > n",
    ]));
    world.par_ok(&["stop", "r"]);
    child.wait_with_output().unwrap();
    let said = Said::of(waiting.wait_with_output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(world.git(&["show", "refs/par/x/w1:n"]), "1");
}

#[test]
fn two_exclusive_runs_are_not_at_work_at_once() {
    let world = World::new();
    let script = "mkdir ../../alone || touch ../../crowd; sleep 0.4; rmdir ../../alone; echo 1 > n";
    let spawn = |name: &str, detach: &[&str]| {
        let all =
            [&["-q", "spawn", "-n", "1", "--exclusive", "--name", name], detach, &["t", "--", "sh", "-c", script]]
                .concat();
        start(world.par_command(&all))
    };
    let children = [spawn("a", &[]), spawn("b", &["--detach"]), spawn("c", &["--detach"])];
    for child in children {
        let said = Said::of(child.wait_with_output().unwrap());
        assert_eq!(said.code, 0, "{said:?}");
    }
    for run in ["a", "b", "c"] {
        world.par_ok(&["log", "-f", run]);
        assert_eq!(world.git(&["show", &format!("refs/par/{run}/w1:n")]), "1");
    }
    assert!(!fs::exists(world.beside("repo.par/crowd")).unwrap());
}

#[test]
fn a_time_that_is_none_is_refused() {
    let world = World::new();
    world.par(&["spawn", "--exclusive=soon", "t", "--", "true"]).refuses(2, "soon");
}
