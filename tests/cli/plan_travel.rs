//! What becomes of a plan's run afterwards: it is discarded, pruned, carried to a remote, and merged in a clone.

use serde_json::json;

use super::{
    plan_world::{task, writer},
    world::World,
};

/// A run with everything that a plan's run can leave: a reader, attempts, a conflict, and a session that took over.
fn full() -> World {
    let world = World::new();
    world.hub(&["--initial-branch=main"]);
    let edit = |id: &str| {
        let script = format!("echo {id} > both; echo {id} > {id}.txt");
        task(id, &script, &json!({ "writes": [format!("{id}.txt")], "attempts": 2 }))
    };
    let reads = task("q", "echo said; echo mine > a.txt", &json!({ "role": "reviewer" }));
    let tasks = [edit("one"), edit("two"), reads, writer("late", &["q"])];
    let flags = ["--recover", "--agent", "echo joined > both; touch one.txt two.txt", "--on-escape", "record"];
    let said = world.plan("true", &tasks, &flags);
    assert_eq!(said.code, 0, "{said:?}");
    world.proven();
    world
}

#[test]
fn a_plans_run_goes_to_a_remote_and_comes_back_in_a_clone_that_merges_it() {
    let world = full();
    world.par_ok(&["push", "origin"]);
    let clone = world.clone_of_hub("clone");
    world.par_ok(&["-C", &clone, "fetch"]);
    let refs = |refs: &str| refs.lines().filter(|line| !line.contains("/logs ")).collect::<Vec<_>>().join("\n");
    let (here, there) = (refs(&world.run_refs()), refs(&world.run_refs_of(&clone)));
    assert!(here.contains("refs/par/r/union/3 ") && here.contains("refs/par/r/winner "), "{here}");
    assert_eq!(there, here);
    let list = world.par_json(&["-C", &clone, "list", "r"]);
    assert_eq!(list["runs"][0]["run"], "r");
    world.par_ok(&["-C", &clone, "merge", "r"]);
    assert_eq!(world.git(&["-C", &clone, "show", "main:both"]), "joined");
    assert_eq!(world.git(&["-C", &clone, "show", "main:late.txt"]), "late");
    world.par(&["-C", &clone, "resume", "r"]);
    world.par_ok(&["-C", &clone, "verify", "r"]);
    world.git(&["-C", &clone, "fsck"]);
}

#[test]
fn candidates_of_a_plan_are_discarded_and_pruned_like_any_others_and_the_union_stays() {
    let world = full();
    let winner = world.git(&["rev-parse", "refs/par/r/winner"]);
    world.par_ok(&["merge", "r"]);
    world.par_ok(&["discard", "r", "-w", "1", "-y"]);
    world.par_ok(&["discard", "r", "-y"]);
    assert!(!world.worktree("r", "w1").exists());
    assert_eq!(world.git(&["rev-parse", "refs/par/r/winner"]), winner);
    for name in ["union/1", "union/2", "discarded/w1", "discarded/w6"] {
        world.git(&["rev-parse", "--verify", &format!("refs/par/r/{name}^{{commit}}")]);
    }
    let prune = |more: &[&str]| world.par_ok(&[&["prune", "--older-than", "0", "--apply"], more].concat());
    prune(&[]);
    assert_eq!(world.git(&["rev-parse", "refs/par/r/winner"]), winner);
    prune(&["--refs"]);
    assert!(!world.run_refs().contains("discarded/w1 "), "{}", world.run_refs());
    assert_eq!(world.git(&["rev-parse", "refs/par/r/winner"]), winner);
    world.par_ok(&["list", "r"]);
    prune(&["--refs", "--force"]);
    assert_eq!(world.run_refs(), "", "nothing of it is left behind");
    world.git(&["merge-base", "--is-ancestor", &winner, "main"]);
    world.fsck();
}

#[test]
fn what_was_discarded_is_not_merged_with_the_union_that_it_is_in() {
    let world = World::new();
    world.plan_ok("true", &[writer("one", &[]), writer("two", &[])], &[]);
    world.par_ok(&["discard", "r", "-w", "1", "-y"]);
    world.par(&["merge", "r"]).refuses(128, "w1, whose work is in the union, was discarded");
    assert_ne!(world.par_json(&["list", "r"])["state"], "picked");
    world.proven();
}

#[test]
fn whoever_is_in_the_union_is_merged_with_it() {
    let world = World::new();
    let tasks = [writer("one", &[]), task("two", "echo 2 > two.txt", &json!({ "writes": ["two.txt"], "attempts": 2 }))];
    world.plan_ok("true", &tasks, &[]);
    let states = || {
        let listed = world.par_json(&["list", "r"]);
        let run = listed.get("runs").map_or(listed.clone(), |runs| runs[0].clone());
        run["workers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["state"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(states(), ["picked", "picked", "gated"]);
    world.par_ok(&["merge", "r"]);
    assert_eq!(states(), ["merged", "merged", "gated"]);
}
