//! `git par gate`: where the check runs, on files that are proven to be the candidate's.

use std::fs;

use serde_json::Value;

use super::world::World;

const ADDS: &str = "echo new > new.txt";

fn gated(world: &World, arguments: &[&str], script: &str) -> Value {
    world.par(&[&["-q", "gate", "r"], arguments, &["--", "sh", "-c", script]].concat());
    world.event("r", "gate_finished")
}

fn place(event: &Value) -> (&str, &str) {
    (event["args"]["place"].as_str().unwrap(), event["result"]["verdict"].as_str().unwrap())
}

#[test]
fn the_worktree_serves_as_long_as_it_holds_exactly_the_candidate() {
    let world = World::new();
    world.write(".gitignore", "*.o\n");
    world.git(&["add", "."]);
    world.git(&["commit", "-qm", "ignore"]);
    world.spawn("r", 1, ADDS);
    let worktree = world.worktree("r", "w1");
    fs::write(worktree.join("x.o"), "built").unwrap();
    assert_eq!(place(&gated(&world, &[], "test -f x.o && test -f new.txt")), ("worktree", "pass"));
    assert_eq!(place(&gated(&world, &["--place", "clean"], "test ! -e x.o && test -f new.txt")), ("clean", "pass"));
    fs::write(worktree.join("stray.txt"), "a person's").unwrap();
    assert_eq!(place(&gated(&world, &[], "test ! -e stray.txt")), ("clean", "pass"));
    for what in ["untracked", "edited"] {
        let event = gated(&world, &["--place", "worktree"], "true");
        assert_eq!(place(&event), ("worktree", "error"), "{what}");
        assert!(event["result"]["reason"].as_str().unwrap().contains("no longer holds its candidate"), "{event}");
        assert!(event["result"]["log"].is_null(), "it did not run");
        fs::remove_file(worktree.join("stray.txt")).ok();
        fs::write(worktree.join("new.txt"), "NEW\n").unwrap();
    }
    fs::write(worktree.join("new.txt"), "new\n").unwrap();
    assert_eq!(place(&gated(&world, &["--place", "worktree"], "true")), ("worktree", "pass"));
}

#[test]
fn a_worktree_of_the_users_is_no_place_whatever_it_is_called_and_holds() {
    let world = World::new();
    for folder in ["../aside/r/w1", "../mine/r/w2"] {
        world.git(&["worktree", "add", "--quiet", "--detach", folder]);
    }
    world.spawn("r", 2, "true");
    gated(&world, &[], "rm a.txt");
    for folder in ["aside/r/w1", "mine/r/w2"] {
        assert!(world.beside(folder).join("a.txt").exists(), "{folder}");
    }
}

#[test]
fn a_clean_place_is_gone_afterwards_whatever_the_check_did_to_it() {
    let world = World::new();
    world.spawn("r", 1, ADDS);
    let before = world.worktrees();
    let folder = world.worktree("r", "w1").parent().unwrap().to_owned();
    for script in [
        "true",
        "exit 1",
        "kill -9 $$",
        "rm -rf \"$PWD\"",
        "rm .git; git init -q; touch x",
        "echo 'gitdir: /' > .git",
        "cp ../w1/.git .git",
    ] {
        let event = gated(&world, &["--place", "clean"], script);
        assert_eq!(event["args"]["place"], "clean");
        assert_eq!(world.worktrees(), before, "{script}");
        let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["w1"], "{script}");
    }
    assert!(world.worktree("r", "w1").join("new.txt").exists());
}

#[test]
fn protected_files_are_bases_whatever_the_candidate_made_of_them() {
    let world = World::new();
    for name in ["edited", "deleted", "odd\tname"] {
        world.write(&format!("tests/{name}"), "honest\n");
    }
    world.git(&["add", "."]);
    world.git(&["commit", "-qm", "tests"]);
    let cheat = "echo ok > tests/edited; rm tests/deleted; echo ok > tests/added; echo ok > \"tests/odd\tname\"; echo fix > a.txt";
    world.spawn("r", 1, cheat);
    let check =
        "grep -q honest tests/edited && grep -q honest tests/deleted && test ! -e tests/added && grep -q fix a.txt";
    let said = world.par(&["-q", "gate", "--protect", "tests/**", "--", "sh", "-c", check]);
    insta::assert_snapshot!(said.snapshot(&world), @r#"
    worker  agent  ending  time  diff  gate  candidate
    w1  command  success  <time>  5 files +4 -6  pass  <id>
    note: w1 touched protected files: tests/added, tests/deleted, tests/edited, "tests/odd\tname"
    exit 0
    "#);
    let event = world.event("r", "gate_finished");
    assert_eq!(place(&event), ("clean", "pass"));
    assert_eq!(event["args"]["protect"], serde_json::json!(["tests/**"]));
    assert_eq!(
        event["result"]["touched"],
        serde_json::json!(["tests/added", "tests/deleted", "tests/edited", "\"tests/odd\\tname\""])
    );
    let gated_tree = event["result"]["tree"].as_str().unwrap().to_owned();
    assert_eq!(world.git(&["show", &format!("{gated_tree}:tests/edited")]), "honest");
    assert_eq!(world.git(&["show", "refs/par/r/w1:tests/edited"]), "ok", "the candidate is what it was");
    assert_eq!(
        place(&gated(&world, &["--protect", "docs/"], "true")),
        ("worktree", "pass"),
        "nothing of it was touched"
    );
}

#[test]
fn a_clean_place_is_prepared_like_a_workers() {
    let world = World::new();
    world.write(".gitignore", ".env\n");
    world.write(".worktreeinclude", ".env\n");
    world.git(&["add", "."]);
    world.git(&["commit", "-qm", "include"]);
    world.write(".env", "KEY=1\n");
    world.spawn("r", 1, ADDS);
    world.git(&["config", "par.setup", "test -f new.txt && echo done > made.txt"]);
    assert_eq!(
        place(&gated(&world, &["--place", "clean"], "grep -q KEY=1 .env && test -f made.txt")),
        ("clean", "pass")
    );
    world.git(&["config", "par.setup", "exit 7"]);
    let event = gated(&world, &["--place", "clean"], "true");
    assert_eq!(place(&event), ("clean", "error"));
    assert!(event["result"]["reason"].as_str().unwrap().starts_with("setup failed in the fresh worktree"), "{event}");
}

#[test]
fn a_clone_that_only_fetched_refs_gates_in_clean_places() {
    let world = World::new();
    world.spawn("r", 2, ADDS);
    for (name, arguments) in [("clone", &[][..]), ("bare.git", &["--bare"][..])] {
        let clone = world.clone_with_runs(name, arguments).display().to_string();
        let said = world.par(&["-C", &clone, "gate", "--protect", "a.txt", "--", "test", "-f", "new.txt"]);
        assert_eq!(said.code, 0, "{said:?}");
        let answer = world.par_json(&["-C", &clone, "list", "r"]);
        assert_eq!(answer["runs"][0]["workers"][1]["verdict"], "pass", "{answer}");
        assert_eq!(world.git(&["-C", &clone, "worktree", "list"]).lines().count(), 1);
    }
}

#[test]
fn other_hashes_and_ref_storages_gate_the_same() {
    for format in ["--object-format=sha256", "--ref-format=reftable"] {
        let world = World::with_init(&[format]);
        world.spawn("r", 2, ADDS);
        let said = world.par(&[
            "gate",
            "--place",
            "clean",
            "--baseline",
            "--protect",
            "new.txt",
            "--",
            "test",
            "!",
            "-e",
            "new.txt",
        ]);
        assert_eq!(said.code, 0, "{format}: {said:?}");
        assert_eq!(world.event("r", "gate_finished")["result"]["verdict"], "pass");
        world.par_ok(&["pick"]);
        world.par_ok(&["merge"]);
        assert_eq!(world.read("new.txt"), "new\n");
        world.fsck();
    }
}

#[test]
fn a_submodule_in_the_tree_is_no_hindrance() {
    let world = World::new();
    let lib = world.beside("lib").display().to_string();
    world.git(&["init", "-q", &lib]);
    world.git(&["-C", &lib, "commit", "-q", "--allow-empty", "-m", "lib"]);
    world.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &lib, "lib"]);
    world.git(&["commit", "-qm", "submodule"]);
    world.git(&["config", "submodule.recurse", "true"]);
    world.spawn("r", 1, ADDS);
    assert_eq!(place(&gated(&world, &[], "true")), ("worktree", "pass"));
    assert_eq!(place(&gated(&world, &["--place", "clean"], "true")), ("clean", "pass"));
    assert_eq!(place(&gated(&world, &["--protect", "new.txt"], "test ! -e new.txt")), ("clean", "pass"));
    world.par_ok(&["pick"]);
    world.par_ok(&["merge"]);
    assert_eq!(world.git(&["status", "--porcelain"]), "");
    assert_eq!(world.git(&["ls-tree", "HEAD", "lib"]), world.git(&["ls-tree", "HEAD^", "lib"]));
}

#[test]
fn a_gate_sees_all_of_a_candidate_of_which_a_sparse_worktree_has_a_part() {
    for (mode, shared) in [("--cone", false), ("--no-cone", false), ("--no-cone", true)] {
        let world = World::new();
        for name in ["a/x.txt", "b/y.txt"] {
            world.write(name, "text\n");
        }
        world.git(&["add", "."]);
        world.git(&["commit", "--quiet", "-m", "wide"]);
        world.git(&["sparse-checkout", "set", mode, "a"]);
        if shared {
            world.git(&["config", "core.sparseCheckout", "true"]);
        }
        world.spawn("r", 1, "echo new > a/new.txt");
        assert!(!world.worktree("r", "w1").join("b").exists(), "{mode}");
        let all = "test -f a/new.txt && test -f b/y.txt";
        assert_eq!(place(&gated(&world, &[], all)), ("clean", "pass"), "{mode}");
        assert_eq!(place(&gated(&world, &["--protect", "a"], "test ! -e a/new.txt && test -f b/y.txt")).1, "pass");
        let event = gated(&world, &["--place", "worktree"], all);
        assert_eq!(place(&event), ("worktree", "error"), "{mode}");
        assert!(event["result"]["reason"].as_str().unwrap().contains("is a sparse checkout"), "{event}");
        world.par(&["-q", "gate", "r", "--", "sh", "-c", all]);
        world.par_ok(&["verify", "r", "--regate"]);
        assert!(!world.here.join("b").exists(), "the user's checkout is as it was");
    }
}
