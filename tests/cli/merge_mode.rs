//! `git par merge`: how the winner gets into which branch.

use std::fs;

use super::world::World;

fn world() -> World {
    let world = World::new();
    world.picked("r", "echo x > x.txt");
    world
}

/// Puts a commit of the user's on main.
fn go_on(world: &World) {
    world.write("own.txt", "own\n");
    world.git(&["add", "own.txt"]);
    world.git(&["commit", "-qm", "own"]);
}

fn id(world: &World, revision: &str) -> String {
    world.git(&["rev-parse", revision])
}

fn parents(world: &World) -> String {
    world.git(&["log", "-1", "--format=%P", "main"])
}

#[test]
fn a_merge_commit_is_the_default_and_says_where_it_comes_from() {
    let world = world();
    let (base, candidate) = (id(&world, "main"), id(&world, "refs/par/r/w1"));
    let said = world.par(&["-q", "merge"]);
    insta::assert_snapshot!(said.snapshot(&world), @r"
    merged w1 of run r into main as <id> (no-ff)
    exit 0
    ");
    assert_eq!(parents(&world), format!("{base} {candidate}"));
    assert_eq!(id(&world, "main^{tree}"), id(&world, "refs/par/r/w1^{tree}"));
    assert_eq!(id(&world, "refs/par/r/merge"), id(&world, "main"));
    assert_eq!((world.read("x.txt"), world.git(&["status", "--porcelain"])), ("x\n".into(), String::new()));
    let message = world.git(&["log", "-1", "--format=%B", "main"]);
    let mut parse = world.command("git", &["log", "-1", "--format=%(trailers:only,unfold)", "main"]);
    let trailers = String::from_utf8(parse.output().unwrap().stdout).unwrap();
    let intent = world.event("r", "merge_started")["entry_hash"].as_str().unwrap().to_owned();
    assert_eq!(trailers.trim(), format!("Par-Run: r\nPar-Worker: w1\nPar-Journal: {intent}"), "{message}");
    let event = world.event("r", "merge_finished");
    assert_eq!((&event["args"]["ours"], &event["result"]["commit"]), (&base.into(), &id(&world, "main").into()));
    assert!(world.git(&["reflog", "-1", "main"]).ends_with("par merge r"));
    world.fsck();
}

#[test]
fn a_fast_forward_moves_the_branch_to_the_candidate_itself_or_merges() {
    let world = world();
    world.par_ok(&["merge", "--ff"]);
    assert_eq!(id(&world, "main"), id(&world, "refs/par/r/w1"));
    assert_eq!(world.event("r", "merge_finished")["args"]["mode"], "ff");
    let world = self::world();
    go_on(&world);
    let ours = id(&world, "main");
    world.par_ok(&["merge", "--ff"]);
    assert_eq!(parents(&world), format!("{ours} {}", id(&world, "refs/par/r/w1")));
    assert_eq!((world.read("own.txt"), world.read("x.txt")), ("own\n".into(), "x\n".into()));
}

#[test]
fn a_squash_is_one_commit_on_the_branch_and_is_known_to_be_merged() {
    let world = world();
    go_on(&world);
    let ours = id(&world, "main");
    world.par_ok(&["merge", "--squash", "-m", "my words\n\nSigned-off-by: A U Thor <author@example.com>\n"]);
    assert_eq!(parents(&world), ours);
    let trailers = world.git(&["log", "-1", "--format=%(trailers:only,keyonly,separator=%x2C)", "main"]);
    assert_eq!(trailers, "Signed-off-by,Par-Run,Par-Worker,Par-Journal");
    assert_eq!(world.git(&["log", "-1", "--format=%s", "main"]), "my words");
    assert!(world.par_ok(&["merge", "--squash"]).contains("nothing to do"));
    assert_eq!(world.par(&["merge", "-m", ""]).code, 2);
    assert_eq!(world.par(&["merge", "--ff", "--squash"]).code, 2);
}

#[test]
fn another_branch_moves_without_a_file_changing_here() {
    let world = world();
    world.git(&["branch", "other"]);
    let before = fs::read(world.here.join(".git/index")).unwrap();
    world.par_ok(&["merge", "--into", "other"]);
    assert_eq!(id(&world, "other^2"), id(&world, "refs/par/r/w1"));
    assert!(!world.here.join("x.txt").exists());
    assert_eq!(fs::read(world.here.join(".git/index")).unwrap(), before);
    world.par_ok(&["merge", "--into", "refs/heads/main"]);
    assert_eq!(world.read("x.txt"), "x\n");
    assert_eq!(world.events_of("r", "merge_finished").len(), 2);
}

#[test]
fn a_branch_that_another_worktree_has_checked_out_moves_with_its_files() {
    let world = world();
    let linked = world.beside("linked tree");
    world.git(&["worktree", "add", "--quiet", "-b", "other", linked.to_str().unwrap()]);
    world.par_ok(&["merge", "--into", "other"]);
    assert_eq!(fs::read_to_string(linked.join("x.txt")).unwrap(), "x\n");
    assert!(!world.here.join("x.txt").exists());
    let text = linked.display().to_string();
    assert_eq!(world.git(&["-C", &text, "status", "--porcelain"]), "");
    world.par_ok(&["-C", &text, "merge", "--into", "main"]);
    assert_eq!((world.read("x.txt"), world.git(&["status", "--porcelain"])), ("x\n".into(), String::new()));
}

#[test]
fn a_symbolic_branch_stands_for_the_one_it_names() {
    let world = world();
    world.git(&["symbolic-ref", "refs/heads/trunk", "refs/heads/main"]);
    world.par_ok(&["merge", "--into", "trunk"]);
    assert_eq!((world.read("x.txt"), world.git(&["status", "--porcelain"])), ("x\n".into(), String::new()));
    assert_eq!(world.event("r", "merge_finished")["args"]["target"], "refs/heads/main");
}

#[test]
fn what_is_no_branch_is_refused() {
    let world = world();
    world.git(&["tag", "v1"]);
    let before = world.own();
    world.par(&["merge", "--into", "no-such"]).refuses(128, "branch 'refs/heads/no-such' does not exist");
    world.par(&["merge", "--into", "refs/tags/v1"]).refuses(2, "'refs/tags/v1' is not a branch");
    world.par(&["merge", "--into", "refs/par/r/w1"]).refuses(2, "'refs/par/r/w1' is not a branch");
    for name in ["main~0", "-x", "a..b", ""] {
        let said = world.par(&["merge", &format!("--into={name}")]);
        assert!([2, 128].contains(&said.code), "{said:?}");
    }
    world.git(&["checkout", "-q", "--detach"]);
    let said = world.par(&["merge"]);
    said.refuses(128, "HEAD is detached: there is no branch to merge into");
    assert!(said.stderr.contains("hint: git par merge --into BRANCH"));
    world.git(&["checkout", "-q", "main"]);
    assert!(world.own() == before);
    assert_eq!(world.events_of("r", "merge_started").len(), 0);
}

#[test]
fn a_bare_repository_is_merged_into() {
    let world = world();
    let bare = world.clone_with_runs("bare.git", &["--bare"]).display().to_string();
    world.par_ok(&["-C", &bare, "merge"]);
    assert_eq!(world.git(&["-C", &bare, "show", "main:x.txt"]), "x");
    world.git(&["-C", &bare, "fsck", "--strict"]);
}

#[test]
fn the_files_of_a_submodule_and_of_a_separate_git_dir_move_too() {
    let world = World::empty();
    let apart = world.beside("apart.git").display().to_string();
    world.git(&["init", "-q", "-b", "main", "--separate-git-dir", &apart]);
    world.git(&["commit", "-q", "--allow-empty", "-m", "first"]);
    world.picked("r", "echo x > x.txt");
    world.par_ok(&["merge"]);
    assert_eq!((world.read("x.txt"), world.git(&["status", "--porcelain"])), ("x\n".into(), String::new()));

    let outer = World::new();
    outer.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        &world.here.display().to_string(),
        "lib",
    ]);
    outer.par_ok(&["-C", "lib", "spawn", "-n", "1", "--name", "s", "t", "--", "sh", "-c", "echo y > y.txt"]);
    outer.par_ok(&["-C", "lib", "pick"]);
    outer.par_ok(&["-C", "lib", "merge"]);
    assert_eq!(
        (outer.read("lib/y.txt"), outer.git(&["-C", "lib", "status", "--porcelain"])),
        ("y\n".into(), String::new())
    );
}

#[test]
fn a_commit_is_signed_where_the_user_has_commits_signed() {
    let world = world();
    let key = world.home().join("key").display().to_string();
    world.command("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", &key]).status().unwrap();
    for (name, value) in
        [("gpg.format", "ssh"), ("user.signingKey", &*format!("{key}.pub")), ("commit.gpgSign", "true")]
    {
        world.git(&["config", name, value]);
    }
    world.par_ok(&["merge", "--dry-run"]);
    world.par_ok(&["merge"]);
    assert!(world.git(&["cat-file", "commit", "main"]).contains("gpgsig -----BEGIN SSH SIGNATURE"));
    assert!(
        !world.git(&["cat-file", "commit", "refs/par/r/w1"]).contains("gpgsig"),
        "the agent's commit is not the user's"
    );
    world.git(&["reset", "-q", "--hard", "HEAD^"]);
    world.git(&["config", "user.signingKey", "/nowhere"]);
    let before = world.own();
    world.par_ok(&["merge", "--dry-run"]);
    assert_eq!(world.par(&["merge"]).code, 128);
    assert_eq!(world.own(), before);
    assert_eq!(world.event("r", "merge_finished")["success"], false);
}
