//! `git par prune --refs`: refs that are spent go, all or none, and what remains is whole.

use serde_json::Value;

use super::{untouched, world::World};

const ALL: [&str; 4] = ["prune", "--older-than", "0", "--refs"];

fn refs(world: &World, flags: &[&str]) -> Value {
    let answer = world.par_json(&[&ALL[..], flags].concat());
    assert_eq!(answer["errors"], serde_json::json!([]), "{answer}");
    answer
}

fn names<'a>(answer: &'a Value, key: &str) -> Vec<&'a str> {
    let items = answer[key].as_array().unwrap().iter().filter(|item| item["kind"] == "refs");
    items.map(|item| item["name"].as_str().unwrap()).collect()
}

/// Lets go of every object that no ref leads to.
fn collect_garbage(world: &World) {
    world.git(&["reflog", "expire", "--expire=now", "--all"]);
    world.git(&["gc", "--quiet", "--prune=now"]);
}

#[test]
fn discarded_candidates_go_and_the_run_still_verifies() {
    for format in ["--ref-format=files", "--ref-format=reftable"] {
        let world = World::with_init(&[format]);
        world.spawn("r", 2, "echo $PAR_WORKER > x");
        world.par_ok(&["gate", "r", "--protect", "a.txt", "--place", "clean", "--", "true"]);
        std::fs::write(world.worktree("r", "w1").join("later"), "later\n").unwrap();
        world.par_ok(&["discard", "r", "-w", "1", "-y"]);
        world.par_ok(&["pick", "r"]);
        let (before, tip) = (untouched::of(&world), world.git(&["rev-parse", "refs/par/r/w2"]));
        let answer = refs(&world, &["--apply"]);
        assert_eq!(names(&answer, "goes"), ["refs/par/r/discarded/w1 refs/par/r/leftover/w1.1"]);
        assert_eq!(names(&answer, "stays"), ["refs/par/r/*"], "its winner is not merged");
        assert_eq!(untouched::of(&world), before);
        assert_eq!(world.git(&["rev-parse", "refs/par/r/w2"]), tip);
        collect_garbage(&world);
        let verified = world.par(&["verify", "r"]);
        assert_eq!(verified.code, 0, "{verified:?}");
        assert!(verified.stdout.contains("ref refs/par/r/discarded/w1 was pruned"), "{verified:?}");
        world.fsck();
    }
}

#[test]
fn a_whole_run_goes_only_when_it_is_merged_and_sealed_or_forced() {
    let world = World::new();
    world.picked("r", "echo x > x");
    let unmerged = refs(&world, &[]);
    assert!(unmerged["stays"].to_string().contains("the winner of run r is not merged"), "{unmerged}");
    world.par_ok(&["merge", "r", "--squash"]);
    let unsealed = refs(&world, &[]);
    assert!(unsealed["stays"].to_string().contains("run r is not sealed as it stands"), "{unsealed}");
    assert_eq!(names(&refs(&world, &["--force"]), "goes"), ["refs/par/r/*"]);
    world.par_ok(&["seal", "r"]);
    world.par_ok(&["gate", "r", "--", "true"]);
    assert_eq!(names(&refs(&world, &[]), "stays"), ["refs/par/r/*"], "it went on after the seal");
    world.par_ok(&["pick", "r"]);
    world.par_ok(&["merge", "r", "--squash"]);
    world.par_ok(&["seal", "r"]);
    let before = untouched::of(&world);
    assert_eq!(names(&refs(&world, &["--apply"]), "goes"), ["refs/par/r/*"]);
    assert_eq!(world.run_refs(), "");
    assert_eq!(untouched::of(&world), before);
    assert!(!world.here.join(".git/par/r").exists() && !world.beside("repo.par/r").exists());
    collect_garbage(&world);
    world.fsck();
    assert_eq!(world.par_ok(&["list"]), "no runs\n");
}

#[test]
fn a_run_stays_whole_as_long_as_a_worktree_of_it_does() {
    let world = World::new();
    world.picked("r", "echo x > x");
    std::fs::write(world.worktree("r", "w1").join("later"), "later\n").unwrap();
    let answer = refs(&world, &["--force", "--apply"]);
    assert_eq!(answer["goes"], serde_json::json!([]));
    assert!(answer["stays"].to_string().contains("worktrees of run r stay"), "{answer}");
    assert!(!world.run_refs().is_empty());
}

#[test]
fn other_runs_are_left_as_they_are() {
    let world = World::new();
    world.picked("old", "echo x > x");
    world.picked("new", "echo y > y");
    let before = world.run_refs();
    let answer = refs(&world, &["--force", "--keep", "1", "--apply"]);
    assert_eq!(names(&answer, "goes"), ["refs/par/old/*"]);
    let of_new = before.lines().filter(|line| line.contains("par/new")).collect::<Vec<_>>().join("\n");
    assert_eq!(world.run_refs(), of_new);
    world.par_ok(&["verify", "new"]);
    world.par(&["prune", "--force"]).refuses(2, "--refs");
}

#[test]
fn a_run_that_never_got_its_first_event_leaves_no_refs() {
    let world = World::new();
    world.git(&["update-ref", "refs/par/stub/base", "HEAD"]);
    let commit = world.git(&["commit-tree", "-m", "work", "HEAD^{tree}"]);
    world.git(&["update-ref", "refs/par/work/w1", &commit]);
    world.picked("fetched", "echo x > x");
    world.git(&["update-ref", "-d", "refs/notes/par/fetched"]);
    let answer = world.par_json(&["prune", "--apply"]);
    assert_eq!(names(&answer, "goes"), ["refs/par/stub/*"]);
    let left = world.run_refs();
    assert!(left.contains("refs/par/work/w1") && left.contains("refs/par/fetched/w1"), "{left}");
    assert!(world.worktree("fetched", "w1").exists(), "a journal that is not here says nothing");
}

#[test]
fn a_broken_journal_keeps_all_that_is_of_its_run() {
    let world = World::new();
    world.picked("r", "echo x > x");
    world.git(&["notes", "--ref=par/r", "add", "-f", "-m", "nonsense", "refs/par/r/base"]);
    let answer = refs(&world, &["--force", "--apply"]);
    assert_eq!(answer["goes"], serde_json::json!([]));
    assert!(answer["stays"].to_string().contains("git par verify r"), "{answer}");
}
