//! `par.shared`: what one run learned is there for the next, and in no candidate.

use std::{fs, os::unix::fs::symlink};

use super::{
    lanes::{Lanes, changes},
    world::World,
};

fn share(world: &World, paths: &[&str]) {
    for path in paths {
        world.git(&["config", "--add", "par.shared", path]);
    }
}

#[test]
fn what_workers_write_there_is_in_the_main_checkout_and_in_no_candidate() {
    let world = World::new();
    share(&world, &[".agent/memories.md", ".agent/notes/"]);
    let rows = [
        ("writes", "echo one >> .agent/memories.md; echo x > .agent/notes/x; echo 1 > n"),
        ("deletes", "rm .agent/memories.md .agent/notes; echo 1 > n"),
        (
            "replaces",
            "rm -r .agent/memories.md .agent/notes; echo own > .agent/memories.md; mkdir .agent/notes; echo y > .agent/notes/y; echo 1 > n",
        ),
        ("commits", "git add -A; git commit -qm all; echo 1 > n"),
    ];
    let lanes =
        Lanes::spawn_with(&world, "r", &rows, &["-j", "1", "--gate", "test -s ../../../repo/.agent/memories.md"]);
    for (name, _) in rows {
        assert_eq!(lanes.changes(name), "A 100644 n", "{name}: {}", lanes.said.stderr);
        assert_eq!(lanes.row(name)["verdict"], "pass", "{name}");
    }
    assert_eq!(world.read(".agent/memories.md"), "one\n");
    assert_eq!(world.read(".agent/notes/x"), "x\n");
    assert_eq!(world.spawn("again", 1, "cat .agent/memories.md > n").code, 0);
    assert_eq!(world.git(&["show", "refs/par/again/w1:n"]), "one");
    world.par_ok(&["verify", "r"]);
}

#[test]
fn what_base_has_there_gives_way_in_the_worktree_and_stays_in_the_candidate() {
    let world = World::new();
    world.write("notes/old.md", "old\n");
    world.write("memory", "tracked\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "notes"]);
    share(&world, &["notes/", "memory"]);
    let script = "test -L notes && test -L memory && echo new > notes/new.md && echo more >> memory && echo 1 > n";
    let said = world.par(&["spawn", "-n", "1", "--name", "r", "t", "--", "sh", "-c", script]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(changes(&world, "refs/par/r/base", "refs/par/r/w1"), "A 100644 n");
    assert_eq!((world.read("memory"), world.read("notes/new.md")), ("tracked\nmore\n".to_owned(), "new\n".to_owned()));
    assert!(!said.stdout.contains("main checkout changed"), "{said:?}");
    // A clean place has the links, too.
    world.par_ok(&["gate", "r", "--protect", "a.txt", "--", "sh", "-c", "test -L notes && grep -q more memory"]);
    world.par_ok(&["verify", "r"]);
}

#[test]
fn a_bare_repository_shares_beside_its_runs() {
    let world = World::new();
    let bare = world.beside("bare.git").display().to_string();
    world.git(&["clone", "--quiet", "--bare", ".", &bare]);
    world.git(&["-C", &bare, "config", "par.shared", "memory"]);
    let script = "echo learned >> memory; echo 1 > n";
    world.par_ok(&["-C", &bare, "spawn", "-n", "1", "--name", "r", "t", "--", "sh", "-c", script]);
    assert_eq!(fs::read_to_string(world.beside("bare.par/shared/memory")).unwrap(), "learned\n");
    assert_eq!(world.git(&["-C", &bare, "diff-tree", "-r", "--name-only", "refs/par/r/base", "refs/par/r/w1"]), "n");
}

#[test]
fn a_path_that_is_not_the_repositorys_is_refused_before_anything_starts() {
    let world = World::new();
    symlink(world.home(), world.here.join("out")).unwrap();
    for path in ["/etc/passwd", "../x", "a/../../x", ".git/config", "out/x", "."] {
        share(&world, &[path]);
        let said = world.par(&["spawn", "t", "--", "true"]);
        said.refuses(128, &format!("the setting par.shared is '{path}'"));
        assert!(said.stderr.contains("hint: git config --show-origin --get-all par.shared"), "{said:?}");
        world.git(&["config", "--unset-all", "par.shared"]);
    }
    assert_eq!(world.run_refs(), "");
}
