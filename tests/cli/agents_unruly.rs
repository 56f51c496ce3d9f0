//! Unruly agents: whatever they do to git, to their worktree or to themselves, what they left is kept and nobody else's.

use super::{
    lanes::{Lanes, Row, scripts},
    untouched,
    world::World,
};

fn world() -> World {
    let world = World::new();
    world.write("b.txt", "b\n");
    world.write("src/c.txt", "c\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "second"]);
    world
}

const ROWS: &[Row] = &[
    ("commits", "echo 1 > n; git add n; git commit -qm mine", "A 100644 n"),
    (
        "commits-and-more",
        "echo 1 > n; git add n; git commit -qm mine; echo 2 > m; echo x >> a.txt",
        "M 100644 a.txt, A 100644 m, A 100644 n",
    ),
    ("commits-and-undoes", "echo 1 > n; git add n; git commit -qm mine; rm n", ""),
    ("two-commits", "echo 1 > n; git add n; git commit -qm one; echo 2 > n; git commit -qam two", "A 100644 n"),
    ("amends", "echo 1 > n; git add n; git commit -q --amend -m mine", "A 100644 n"),
    ("resets", "git reset -q --hard HEAD~1; echo 1 > n", "D b.txt, A 100644 n, D src/c.txt"),
    ("branch", "git checkout -q -b agents-own; echo 1 > n; git add n; git commit -qm mine", "A 100644 n"),
    (
        "orphan",
        "git checkout -q --orphan lone; git rm -rfq .; echo 1 > n; git add n; git commit -qm lone",
        "D a.txt, D b.txt, A 100644 n, D src/c.txt",
    ),
    ("unborn", "git checkout -q --orphan unborn; echo 1 > n", "A 100644 n"),
    ("git-garbage", "echo garbage > .git; echo 1 > n", "A 100644 n"),
    ("git-elsewhere", "echo \"gitdir: $(cd ../../../repo && pwd)/.git\" > .git; echo 1 > n", "A 100644 n"),
    ("git-gone", "rm .git; echo 1 > n", "A 100644 n"),
    ("git-own", "rm .git; git init -q; echo 1 > n; git add .; git commit -qm own", "A 100644 n"),
    ("git-link", "rm .git; ln -s ../../../repo/.git .git; echo 1 > n", "A 100644 n"),
    ("head-garbage", "echo garbage > \"$(git rev-parse --git-dir)/HEAD\"; echo 1 > n", "A 100644 n"),
    ("admin-gone", "rm -r \"$(git rev-parse --git-dir)\"; echo 1 > n", "A 100644 n"),
    (
        "nested",
        "git init -q in; echo 1 > in/n; cd in; git add n; git commit -qm in; echo 2 > m",
        "A 100644 in/m, A 100644 in/n",
    ),
    ("nested-unborn", "git init -q in; echo 1 > in/n", "A 100644 in/n"),
    (
        "nested-twice",
        "git init -q in; git init -q in/deep; echo 1 > in/deep/n; cd in/deep; git add n; git commit -qm x; cd ..; echo 1 > m; git add m; git commit -qm x",
        "A 100644 in/deep/n, A 100644 in/m",
    ),
    (
        "nested-staged",
        "git init -q in; cd in; echo 1 > n; git add n; git commit -qm in; cd ..; git add in 2>/dev/null; git commit -qm gitlink",
        "A 100644 in/n",
    ),
    (
        "nested-in-place",
        "git init -q src; cd src; git add .; git commit -qm in; echo more >> c.txt; echo 1 > n",
        "M 100644 src/c.txt, A 100644 src/n",
    ),
    (
        "nested-for-file",
        "rm a.txt; git init -q a.txt; cd a.txt; echo 1 > n; git add n; git commit -qm in",
        "D a.txt, A 100644 a.txt/n",
    ),
    (
        "nested-clone",
        "git clone -q . in; git -C in status --porcelain",
        "A 100644 in/a.txt, A 100644 in/b.txt, A 100644 in/src/c.txt",
    ),
    ("nested-empty", "git init -q in; echo 1 > n", "A 100644 n"),
    (
        "nested-odd-name",
        "git init -q -- '-in \"*'; cd -- './-in \"*'; echo 1 > n; git add n; git commit -qm in",
        "A 100644 \"-in \\\"*/n\"",
    ),
    ("removes-itself", "rm -rf \"$PWD\"", ""),
    ("removes-itself-after-commit", "echo 1 > n; git add n; git commit -qm mine; rm -rf \"$PWD\"", "A 100644 n"),
    ("unregisters-itself", "git worktree remove --force .", ""),
    (
        "becomes-link",
        "d=$PWD; cd /; rm -rf \"$d\"; ln -s \"$(dirname \"$(dirname \"$(dirname \"$d\")\")\")/repo\" \"$d\"",
        "",
    ),
    ("fails", "echo 1 > n; exit 3", "A 100644 n"),
    ("killed", "echo 1 > n; kill -KILL $$", "A 100644 n"),
    (
        "background",
        "(while :; do echo x >> n; done) & echo 1 > m; until test -s n; do :; done",
        "A 100644 m, A 100644 n",
    ),
    (
        "background-session",
        "setsid sh -c 'while :; do echo x >> n; done' & echo 1 > m; until test -s n; do :; done",
        "A 100644 m, A 100644 n",
    ),
    ("stashes", "echo 1 >> a.txt; git stash -q; echo 1 > n", "A 100644 n"),
    (
        "fsmonitor",
        "git config core.fsmonitor \"test -n \\\"\\$PAR_RUN\\\" || touch '$PWD/../../../harmed'; false\"; git config extensions.worktreeConfig true; git config --worktree core.worktree /; echo 1 > n",
        "A 100644 n",
    ),
    (
        "git-dir",
        "GIT_DIR=/nowhere; GIT_WORK_TREE=/nowhere; GIT_INDEX_FILE=/nowhere; export GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE; echo 1 > n",
        "A 100644 n",
    ),
    (
        "mid-merge",
        "git checkout -q -b side HEAD~1; echo 1 > b.txt; git add .; git commit -qm side; git checkout -q --detach \"$PAR_BASE\"; git merge -q side; echo 1 > n",
        "M 100644 b.txt, A 100644 n",
    ),
    ("umask", "umask 777; echo 1 > n", "A 100644 n"),
];

#[test]
fn an_unruly_agent_loses_nothing_and_harms_nobody() {
    let world = world();
    let user = |world: &World| {
        world.read("a.txt")
            + &world.git(&["--no-optional-locks", "status", "--porcelain"])
            + &world.git(&["log", "--format=%H", "main"])
    };
    let before = user(&world);
    let lanes = Lanes::spawn(&world, "r", &scripts(ROWS));
    assert!(!world.beside("harmed").exists(), "what an agent configures is not run by the tool");
    assert_eq!(user(&world), before);
    lanes.assert_changes(ROWS);
    let base = world.git(&["rev-parse", "refs/par/r/base"]);
    for (name, _, _) in ROWS {
        if name.starts_with("nested") {
            assert_eq!(
                lanes.row(name)["skipped"],
                serde_json::json!([]),
                "{name}: what is in the candidate was left out"
            );
        }
        let first_parents = world.git(&["rev-list", "--first-parent", &lanes.candidate(name)]);
        assert!(first_parents.contains(&base), "{name}: base is not reached");
    }
    for (name, subject) in [
        ("commits", "mine"),
        ("commits-and-more", "the task"),
        ("amends", "the task"),
        ("orphan", "the task"),
        ("two-commits", "two"),
    ] {
        assert_eq!(world.git(&["log", "-1", "--format=%s", &lanes.candidate(name)]), subject, "{name}");
    }
    let reached = world.git(&["log", "--format=%s", &lanes.candidate("amends")]);
    assert!(reached.contains("mine"), "what it committed stays reachable: {reached}");
    assert_eq!(lanes.row("fails")["ending"], serde_json::json!({"kind": "failure", "code": 3}));
    assert_eq!(lanes.row("killed")["ending"], serde_json::json!({"kind": "signalled", "signal": 9}));
    assert_eq!(lanes.row("removes-itself")["failed_in"], "snapshot");
    assert_eq!(untouched::fsck(&world), "");
}
