//! What landing leaves in the history of the branch, by style.

use super::world::World;

/// Adds a branch with two commits of other people's beside an entry that lands before it.
fn with_series(style: &str) -> World {
    let world = World::with_gate();
    world.branch("first", &[("first", "first\n")]);
    world.git(&["checkout", "--quiet", "-b", "series"]);
    for (name, message) in
        [("Ünï Cödé", "one: ä\n\n# no comment\nbody"), ("O'Neil \"x\"", "two\n\nSigned-off-by: x <y>")]
    {
        world.write(&format!("f{}", message.len()), name);
        world.write("a.txt", &format!("one\ntwo\nthree\n{name}\n"));
        world.git(&["add", "."]);
        let author = format!("{name} <x@example.com>");
        world.git(&["commit", "--quiet", "--author", &author, "--date", "2001-02-03T04:05:06+0130", "-m", message]);
    }
    world.git(&["checkout", "--quiet", "main"]);
    world.par_ok(&["queue", "add", "--style", style, "first", "series"]);
    world
}

/// Asserts that main has what merging both would have come to.
fn assert_tree(world: &World, base: &str) {
    let first = world.git(&["merge-tree", "--write-tree", base, "first"]);
    let on = world.git(&["commit-tree", "-p", base, "-p", "first", "-m", "x", &first]);
    assert_eq!(world.git(&["rev-parse", "main^{tree}"]), world.git(&["merge-tree", "--write-tree", &on, "series"]));
    assert_eq!(world.git(&["status", "--porcelain"]), "");
    world.fsck();
}

#[test]
fn rebase_makes_the_commits_anew_with_their_authors_and_messages() {
    let world = with_series("rebase");
    let base = world.git(&["rev-parse", "main"]);
    let said = world.process(&["-j", "2"]);
    assert_eq!(said.code, 0, "{said:?}");
    let told = |range: &str| world.git(&["log", "--format=%an|%ae|%ad|%B|", "--date=raw", range]);
    assert_eq!(told("main~2..main"), told("series~2..series"));
    assert_eq!(world.git(&["rev-list", "--count", "--min-parents=2", "main"]), "0");
    // On its own base there is nothing to make anew.
    assert_eq!(world.git(&["log", "--format=%B", "-1", "main~2"]), "first");
    assert_tree(&world, &base);
}

#[test]
fn squash_leaves_one_commit_each() {
    let world = with_series("squash");
    let base = world.git(&["rev-parse", "main"]);
    assert_eq!(world.process(&[]).code, 0);
    assert_eq!(world.git(&["rev-parse", "main~2"]), base);
    let message = world.git(&["log", "-1", "--format=%B", "main"]);
    assert!(message.starts_with("two\n\n") && message.contains("Signed-off-by: x <y>\n"), "{message}");
    assert!(message.ends_with("Par-Queue: main\nPar-Entry: 2"), "{message}");
    assert_tree(&world, &base);
}

#[test]
fn merge_leaves_a_merge_commit_each() {
    let world = with_series("merge");
    let base = world.git(&["rev-parse", "main"]);
    assert_eq!(world.process(&["-j", "2"]).code, 0);
    assert_eq!(world.git(&["rev-parse", "main^1^1"]), base);
    assert_eq!(world.git(&["rev-parse", "main^2"]), world.git(&["rev-parse", "series"]));
    assert!(world.git(&["log", "-1", "--format=%B", "main"]).starts_with("Merge branch 'series'\n\ntwo\n\n"));
    assert_tree(&world, &base);
}

/// Makes a branch that merges another one, whose merge may say more than they do.
fn merging(world: &World, name: &str, more: bool) {
    world.branch(&format!("{name}-side"), &[(&format!("{name}-side"), "side\n")]);
    world.branch(name, &[(name, "own\n")]);
    world.git(&["checkout", "--quiet", name]);
    world.git(&["merge", "--quiet", "--no-commit", &format!("{name}-side")]);
    if more {
        world.write("evil.txt", "evil\n");
        world.git(&["add", "."]);
    }
    world.git(&["commit", "--quiet", "-m", "merged"]);
    world.git(&["checkout", "--quiet", "main"]);
}

#[test]
fn a_merge_in_an_entry_is_left_out_by_rebase_unless_it_says_more() {
    let world = World::with_gate();
    merging(&world, "plain", false);
    merging(&world, "more", true);
    world.par_ok(&["queue", "add", "--style", "rebase", "plain", "more"]);
    let said = world.process(&[]);
    assert_eq!(said.code, 4, "{said:?}");
    assert_eq!(world.entries(&[]), ["merged", "needs_review: conflict"]);
    assert!(said.stdout.contains("  evil.txt\n"), "{said:?}");
    assert_eq!(world.git(&["rev-list", "--count", "--min-parents=2", "main"]), "0");
    assert_eq!(world.git(&["ls-tree", "--name-only", "main"]), "a.txt\nplain\nplain-side");
}

#[test]
fn a_commit_that_git_would_not_make_anew_holds_up_nobody() {
    let world = World::with_gate();
    let tree = world.git(&["rev-parse", "main^{tree}"]);
    let text = format!(
        "tree {tree}\nparent {}\nauthor  <> 1 +0000\ncommitter  <> 1 +0000\n\n",
        world.git(&["rev-parse", "main"])
    );
    std::fs::write(world.beside("commit"), text).unwrap();
    let nobody = world.git(&["hash-object", "-t", "commit", "-w", "../commit"]);
    world.commit_on(&nobody, "refs/heads/b", &[("x", "x")]);
    world.par_ok(&["queue", "add", "--style", "rebase", "b"]);
    world.queued(&["two"]);
    world.commit_on("main", "refs/heads/main", &[("moved", "moved")]);
    world.git(&["reset", "--quiet", "--hard"]);
    assert_eq!(world.process(&[]).code, 4);
    assert_eq!(world.entries(&[]), ["needs_review: conflict", "merged"]);
}

#[test]
fn what_is_in_the_branch_already_lands_without_a_commit() {
    for style in ["merge", "squash", "rebase"] {
        let world = World::with_gate();
        world.branch("x", &[("x", "x")]);
        world.par_ok(&["queue", "add", "--style", style, "x"]);
        world.git(&["merge", "--quiet", "--ff-only", "x"]);
        let said = world.par(&["queue", "add", "main~", "x"]);
        assert!(said.stderr.contains("is in main already: nothing is added"), "{said:?}");
        let before = world.git(&["rev-parse", "main"]);
        assert_eq!(world.process(&[]).code, 0);
        assert_eq!(world.git(&["rev-parse", "main"]), before, "{style}");
        assert_eq!(world.entries(&[]), ["merged"], "{style}");
    }
}
