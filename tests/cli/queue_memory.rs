//! Memories of a queue's resolutions: only what was resolved is offered again, and only until it failed.

use std::os::unix::fs::PermissionsExt;

use super::{queue_conflicts::agent, queue_world::Files, world::World};

/// A world whose queue into main landed a resolution, made by this script, of what these branches conflict in.
fn resolved(on: Files<'_>, (ours, theirs): (Files<'_>, Files<'_>), script: &str) -> World {
    let world = World::new();
    world.git(&["config", "par.gate", "test ! -e bad"]);
    world.commit_on("main", "refs/heads/main", on);
    world.git(&["reset", "-q", "--hard"]);
    world.branch("x", ours);
    world.branch("y", theirs);
    world.par_ok(&["queue", "add", "x", "y"]);
    let agent = agent(&world, script);
    assert_eq!(world.par(&["-q", "queue", "process", "--resolve", &agent]).code, 0);
    world
}

/// Lands the branch `x` on another, which begins with what this commit has.
fn again(world: &World, on: &str) -> i32 {
    world.git(&["branch", "release", on]);
    world.par_ok(&["queue", "add", "--into", "release", "x"]);
    world.par(&["-q", "queue", "process", "--into", "release"]).code
}

#[test]
fn what_is_too_large_to_be_remembered_is_not_cut_short() {
    let tail = format!("{}\n", "x".repeat(1 << 20)).repeat(16);
    let text = |middle: &str, end: &str| format!("{middle}\n{tail}{end}\n");
    let (base, ours, theirs) = (text("two", "end"), text("ours", "end"), text("theirs", "end"));
    let world = resolved(&[("a.txt", &base)], (&[("a.txt", &ours)], &[("a.txt", &theirs)]), "sed -i '/^[<=>]/d' a.txt");
    world.commit_on("y", "refs/heads/other", &[("a.txt", &text("theirs", "another end"))]);
    assert_eq!(again(&world, "other"), 4, "what stands behind is not known");
}

#[test]
fn a_mode_that_changed_since_stays_changed() {
    let world = resolved(&[], (&[("a.txt", "ours\n")], &[("a.txt", "theirs\n")]), "echo both > a.txt");
    world.git(&["checkout", "-q", "y"]);
    std::fs::set_permissions(world.here.join("a.txt"), PermissionsExt::from_mode(0o755)).unwrap();
    world.git(&["commit", "-qam", "to be run"]);
    world.git(&["checkout", "-q", "main"]);
    assert_eq!(again(&world, "y"), 0);
    assert_eq!(world.git(&["show", "release:a.txt"]), "both");
    assert!(world.git(&["ls-tree", "release", "a.txt"]).starts_with("100755"));
}

#[test]
fn a_file_that_was_removed_then_is_kept_where_there_is_more_in_it_now() {
    let world = resolved(&[], (&[("a.txt", "one\nours\nthree\n")], &[("a.txt", "one\ntheirs\nthree\n")]), "rm a.txt");
    world.commit_on("y", "refs/heads/other", &[("a.txt", "one\ntheirs\nthree\nfour\nfive\n")]);
    assert_eq!(again(&world, "other"), 4);
    world.git(&["branch", "-f", "release", "y"]);
    world.par_ok(&["queue", "retry", "--into", "release"]);
    assert_eq!(world.par(&["queue", "process", "--into", "release"]).code, 0);
    assert_eq!(world.git(&["ls-tree", "release", "a.txt"]), "");
}

#[test]
fn a_memory_that_failed_the_check_is_not_offered_to_its_entry_again() {
    let world = resolved(&[], (&[("a.txt", "ours\n")], &[("a.txt", "theirs\n")]), "echo both > a.txt");
    world.commit_on("y", "refs/heads/strict", &[("strict", "")]);
    world.git(&["branch", "release", "strict"]);
    world.par_ok(&["queue", "add", "--into", "release", "--gate", "! test -e strict || ! grep both a.txt", "x"]);
    assert_eq!(world.par(&["queue", "process", "--into", "release"]).code, 1);
    assert_eq!(world.entries(&["--into", "release"]), ["needs_review: gate"]);
    let agent = agent(&world, "echo better > a.txt");
    world.par_ok(&["queue", "retry", "--into", "release"]);
    assert_eq!(world.par(&["queue", "process", "--into", "release", "--resolve", &agent]).code, 0);
    assert_eq!(world.git(&["show", "release:a.txt"]), "better");
}
