//! Repositories of every kind: a run works in each, leaves what is the user's alone, and leaves nothing broken.

use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt, path::PathBuf};

use super::{
    lanes::{Lanes, changes},
    untouched,
    world::{Said, World},
};

/// Runs one worker that changes, adds and deletes, and asserts all that holds in any repository.
fn assert_works(world: &World) {
    assert_works_with(
        world,
        "echo x >> a.txt; echo n > new.txt; git add new.txt; git commit -qm mine; echo m > more.txt",
        "M 100644 a.txt, A 100644 more.txt, A 100644 new.txt",
    );
}

fn assert_works_with(world: &World, script: &str, expected: &str) {
    let before = untouched::of(world);
    let said = world.spawn("r", 2, script);
    assert_eq!(said.code, 0, "{said:?}");
    for worker in ["w1", "w2"] {
        assert_eq!(changes(world, "refs/par/r/base", &format!("refs/par/r/{worker}")), expected, "{said:?}");
    }
    assert_eq!(untouched::of(world), before);
    assert!(world.par(&["-q", "list"]).stdout.contains('r'));
}

#[test]
fn sha_256_and_reftable_repositories_work() {
    for arguments in [
        &["--object-format=sha256"][..],
        &["--ref-format=reftable"],
        &["--object-format=sha256", "--ref-format=reftable"],
    ] {
        let world = World::with_init(arguments);
        assert_works(&world);
        assert_eq!(untouched::fsck(&world), "");
        let loose = world.here.join(".git/refs/par").exists();
        assert_eq!(loose, !arguments.contains(&"--ref-format=reftable"), "refs are where the repository keeps them");
    }
}

#[test]
fn a_bare_repository_works() {
    let world = World::new();
    world.git(&["clone", "--quiet", "--bare", ".", "../bare.git"]);
    let mut bare = world;
    bare.here = bare.beside("bare.git");
    assert_works(&bare);
    assert!(bare.beside("bare.par/r/w1/a.txt").exists());
    assert_eq!(untouched::fsck(&bare), "");
}

#[test]
fn a_linked_worktree_works_with_its_own_head() {
    let mut world = World::new();
    world.git(&["worktree", "add", "--quiet", "-b", "side", "../linked"]);
    world.here = world.beside("linked");
    world.write("side.txt", "side\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "side"]);
    world.write("a.txt", "dirty\n");
    assert_works(&world);
    assert_eq!(world.git(&["show", "refs/par/r/w1:side.txt"]), "side");
    assert!(world.worktree("r", "w1").exists(), "beside the main worktree");
}

/// Makes a repository with the submodule `sub`.
fn with_submodule() -> World {
    let mut inner = World::new();
    let here = inner.here.clone();
    inner.here = inner.beside("super");
    fs::create_dir(&inner.here).unwrap();
    inner.git(&["init", "--quiet", "--initial-branch=main"]);
    inner.write("a.txt", "one\ntwo\nthree\n");
    inner.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &here.display().to_string(), "sub"]);
    inner.git(&["add", "."]);
    inner.git(&["commit", "--quiet", "-m", "super"]);
    inner
}

#[test]
fn a_submodule_is_a_repository_of_its_own() {
    let mut world = with_submodule();
    let outer = untouched::of(&world);
    let outer_status = world.git(&["status", "--porcelain"]);
    world.here = world.here.join("sub");
    assert_works(&world);
    assert_eq!(untouched::fsck(&world), "");
    let path = world.git(&["worktree", "list", "--porcelain"]);
    world.here = world.beside("super").parent().unwrap().parent().unwrap().join("super");
    assert_eq!(untouched::of(&world), outer);
    assert_eq!(world.git(&["status", "--porcelain"]), outer_status);
    assert!(path.contains("/git-par/sub-"), "inside the outer repository there is no place for worktrees: {path}");
}

#[test]
fn a_repository_with_a_submodule_works_and_says_what_is_not_kept_of_it() {
    let world = with_submodule();
    world.git(&["config", "submodule.recurse", "true"]);
    let update = "git -c protocol.file.allow=always submodule --quiet update --init";
    let rows = [
        ("plain", "echo x > x".to_owned()),
        ("clean", format!("{update}; echo x > x")),
        ("dirty", format!("{update}; echo x > x; echo y >> sub/a.txt; echo y > sub/y")),
        ("moved", format!("{update}; cd sub; echo y > y; git add y; git commit -qm y")),
        ("removed", "git rm -q sub; echo x > x".to_owned()),
        ("replaced", "rmdir sub; echo x > sub".to_owned()),
        ("filled", "echo x > sub/x".to_owned()),
    ];
    let scripts: Vec<(&str, &str)> = rows.iter().map(|(name, script)| (*name, script.as_str())).collect();
    let before = untouched::of(&world);
    let lanes = Lanes::spawn(&world, "r", &scripts);
    assert_eq!(untouched::of(&world), before);
    assert_eq!(lanes.changes("plain"), "A 100644 x");
    assert_eq!(lanes.changes("clean"), "A 100644 x");
    assert_eq!(lanes.changes("dirty"), "A 100644 x");
    assert_eq!(lanes.changes("moved"), "M 160000 sub");
    assert_eq!(lanes.changes("removed"), "M 100644 .gitmodules, D sub, A 100644 x");
    assert_eq!(lanes.changes("replaced"), "T 100644 sub");
    for (name, skipped) in [("plain", false), ("clean", false), ("dirty", true), ("moved", true), ("filled", true)] {
        let expected = if skipped { serde_json::json!(["sub"]) } else { serde_json::json!([]) };
        assert_eq!(lanes.row(name)["skipped"], expected, "{name}");
    }
}

#[test]
fn shared_and_shallow_clones_work() {
    for arguments in [&["--shared"][..], &["--depth=1", "--no-local"], &["--filter=blob:none", "--no-local"]] {
        let mut world = World::new();
        world.write("b.txt", "b\n");
        world.git(&["add", "."]);
        world.git(&["commit", "--quiet", "-m", "second"]);
        world.git(&["config", "uploadpack.allowFilter", "true"]);
        world.git(&[&["clone", "--quiet"], arguments, &[".", "../clone"]].concat());
        world.here = world.beside("clone");
        assert_works(&world);
    }
}

#[test]
fn a_path_may_hold_any_byte() {
    for name in [&b"with space"[..], b"quo'te\"", b"new\nline", b"bad\xff\xfebyte", b"-dash", b"co:lon", b"tail.git"] {
        let mut world = World::new();
        let above: PathBuf = world.beside("x").with_file_name(OsStr::from_bytes(&[b"above-", name].concat()));
        let odd = above.join(OsStr::from_bytes(name));
        fs::create_dir(&above).unwrap();
        fs::rename(&world.here, &odd).unwrap();
        world.here = odd;
        assert_works(&world);
        let said = world.par(&["--json", "spawn", "-n", "1", "--name", "json", "t", "--", "true"]);
        let answer: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        assert_eq!(answer["run"], "json", "{said:?}");
        assert_eq!(untouched::fsck(&world), "");
    }
}

#[test]
fn a_sparse_checkout_keeps_what_is_not_checked_out() {
    for cone in ["--cone", "--no-cone"] {
        let world = World::new();
        world.write("in/x.txt", "x\n");
        world.write("out/y.txt", "y\n");
        world.git(&["add", "."]);
        world.git(&["commit", "--quiet", "-m", "wide"]);
        world.git(&["sparse-checkout", "set", cone, "in"]);
        assert_works_with(
            &world,
            "echo n > in/n; mkdir out; echo n > out/n; echo n > n",
            "A 100644 in/n, A 100644 n, A 100644 out/n",
        );
        assert!(
            !world.worktree("r", "w1").join("out/y.txt").exists(),
            "what the user does not have, a worker does not have"
        );
    }
}

#[test]
fn filters_line_ends_and_packed_refs_work() {
    let world = World::new();
    world.write(".gitattributes", "*.up filter=up\n*.crlf text eol=crlf\n");
    world.git(&["config", "filter.up.clean", "tr a-z A-Z"]);
    world.git(&["config", "filter.up.smudge", "tr A-Z a-z"]);
    world.git(&["config", "filter.up.required", "true"]);
    world.write("one.up", "one\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "filters"]);
    world.git(&["config", "core.autocrlf", "true"]);
    world.git(&["config", "core.safecrlf", "true"]);
    world.git(&["config", "extensions.worktreeConfig", "true"]);
    world.git(&["pack-refs", "--all"]);
    world.git(&["checkout", "--quiet", "HEAD", "."]);
    let script =
        "cat one.up > seen; echo two > two.up; printf 'a\\r\\nb\\r\\n' > n.txt; printf 'mixed\\r\\nends\\n' > m.txt";
    assert_works_with(&world, script, "A 100644 m.txt, A 100644 n.txt, A 100644 seen, A 100644 two.up");
    assert_eq!(world.git(&["cat-file", "-p", "refs/par/r/w1:seen"]), "one");
    assert_eq!(world.git(&["cat-file", "-p", "refs/par/r/w1:two.up"]), "TWO");
    assert_eq!(world.git(&["cat-file", "-p", "refs/par/r/w1:n.txt"]), "a\nb");
    assert_eq!(untouched::fsck(&world), "");
}

#[test]
fn a_required_filter_that_fails_loses_no_other_file() {
    let world = World::new();
    world.write(".gitattributes", "*.up filter=up\n");
    world.write("one.up", "one\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "filters"]);
    world.git(&["config", "filter.up.clean", "case $PWD in */repo) cat ;; *) exit 1 ;; esac"]);
    world.git(&["config", "filter.up.smudge", "cat"]);
    world.git(&["config", "filter.up.required", "true"]);
    assert_works_with(
        &world,
        "echo two > one.up; echo two > two.up; echo x >> a.txt; mkdir d; echo n > d/n",
        "M 100644 a.txt, A 100644 d/n, M 100644 one.up, A 100644 two.up",
    );
    assert_eq!(world.git(&["cat-file", "-p", "refs/par/r/w1:two.up"]), "two", "as it is");
}

#[test]
fn no_hook_runs() {
    let world = World::new();
    fs::create_dir_all(world.here.join(".git/hooks")).unwrap();
    let names = [
        "post-checkout",
        "post-commit",
        "pre-commit",
        "commit-msg",
        "prepare-commit-msg",
        "post-index-change",
        "reference-transaction",
        "post-rewrite",
        "fsmonitor-watchman",
        "update",
    ];
    for name in names {
        let path = world.here.join(".git/hooks").join(name);
        fs::write(&path, format!("#!/bin/sh\necho {name} >> '{}'\n", world.beside("hooked").display())).unwrap();
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let said = world.spawn("r", 2, "echo x > x");
    assert_eq!(said.code, 0, "{said:?}");
    assert!(!world.beside("hooked").exists(), "{}", fs::read_to_string(world.beside("hooked")).unwrap());
}

#[test]
fn worktrees_go_to_the_state_folder_where_there_is_no_place_beside() {
    let world = World::new();
    let outer = world.here.parent().unwrap().to_owned();
    fs::create_dir(outer.join(".git")).unwrap();
    world.command("git", &["init", "--quiet", &outer.display().to_string()]).status().unwrap();
    let said = Said::of(
        world
            .par_command(&["-q", "spawn", "-n", "1", "--name", "r", "t", "--", "sh", "-c", "pwd > where"])
            .env("XDG_STATE_HOME", world.beside("state"))
            .output()
            .unwrap(),
    );
    assert_eq!(said.code, 0, "{said:?}");
    let place = world.git(&["show", "refs/par/r/w1:where"]);
    assert!(place.starts_with(&world.beside("state/git-par/repo-").display().to_string()), "{place}");
    world.git(&["config", "par.worktreeRoot", "~/elsewhere"]);
    assert_eq!(world.spawn("s", 1, "pwd > where").code, 0);
    assert_eq!(world.git(&["show", "refs/par/s/w1:where"]), world.beside("home/elsewhere/s/w1").display().to_string());
}
