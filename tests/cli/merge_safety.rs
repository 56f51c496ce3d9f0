//! `git par merge`: what is the user's stays, or the merge is refused and nothing has changed.

use std::{fs, os::unix::fs::PermissionsExt};

use super::world::World;

/// A run whose winner edits `a.txt` and adds `dir/new.txt`.
fn world() -> World {
    let world = World::new();
    world.write("b.txt", "b\n");
    world.git(&["add", "."]);
    world.git(&["commit", "-qm", "b"]);
    world.picked("r", "echo four >> a.txt; mkdir dir; echo new > dir/new.txt");
    world
}

/// Asserts that a merge is refused in these words, and that nothing has changed.
#[track_caller]
fn refuses(world: &World, part: &str) {
    let (before, a) = (world.own(), world.read("a.txt"));
    for arguments in [&["merge", "--dry-run"][..], &["merge"]] {
        world.par(arguments).refuses(4, part);
        assert_eq!(world.own(), before);
        assert_eq!(world.read("a.txt"), a);
    }
    assert!(!world.run_refs().contains("refs/par/r/merge"));
}

#[test]
fn changes_elsewhere_survive_byte_for_byte() {
    let world = world();
    world.write("b.txt", "staged\n");
    world.write("added.txt", "added\n");
    world.git(&["add", "b.txt", "added.txt"]);
    world.write("b.txt", "unstaged\n");
    world.write("untracked.txt", "untracked\n");
    world.git(&["config", "merge.autoStash", "true"]);
    world.git(&["config", "rebase.autoStash", "true"]);
    let entries = world.git(&["ls-files", "--stage", "b.txt", "added.txt"]);
    world.par_ok(&["merge"]);
    assert_eq!(world.git(&["ls-files", "--stage", "b.txt", "added.txt"]), entries);
    assert_eq!(world.git(&["status", "--porcelain"]), "A  added.txt\nMM b.txt\n?? untracked.txt");
    assert_eq!((world.read("b.txt"), world.read("untracked.txt")), ("unstaged\n".into(), "untracked\n".into()));
    assert_eq!((world.read("a.txt"), world.read("dir/new.txt")), ("one\ntwo\nthree\nfour\n".into(), "new\n".into()));
    assert_eq!(world.git(&["stash", "list"]), "");
}

#[test]
fn a_change_to_the_same_file_is_not_touched() {
    let world = world();
    world.write("a.txt", "mine\n");
    refuses(&world, "error: a.txt has changes that the merge would overwrite");
    refuses(&world, "hint: git stash && git par merge r && git stash pop\n");
    world.git(&["add", "a.txt"]);
    refuses(&world, "error: a.txt has changes that the merge would overwrite");
    let into = world.par(&["merge", "--into", "main", "--squash", "-m", "the fix"]);
    into.refuses(4, "git par merge r --squash --into main -m 'the fix' && git -C ");
    world.git(&["checkout", "-q", "HEAD", "--", "a.txt"]);
    // Only its time is another.
    world.write("a.txt", "one\ntwo\nthree\n");
    world.par_ok(&["merge"]);
}

#[test]
fn untracked_and_ignored_files_in_the_way_are_not_touched() {
    let world = world();
    fs::create_dir_all(world.here.join(".git/info")).unwrap();
    for exclude in ["", "dir\n"] {
        fs::write(world.here.join(".git/info/exclude"), exclude).unwrap();
        world.write("dir/new.txt", "mine\n");
        refuses(&world, "untracked file dir/new.txt would be overwritten");
        assert_eq!(world.read("dir/new.txt"), "mine\n");
        fs::remove_dir_all(world.here.join("dir")).unwrap();
        world.write("dir", "a file of mine\n");
        refuses(&world, "untracked file dir would be overwritten");
        fs::remove_file(world.here.join("dir")).unwrap();
        std::os::unix::fs::symlink(world.home(), world.here.join("dir")).unwrap();
        refuses(&world, "untracked file dir would be overwritten");
        fs::remove_file(world.here.join("dir")).unwrap();
    }
    world.write("dir/else.txt", "mine\n");
    world.par_ok(&["merge"]);
    assert_eq!(world.read("dir/else.txt"), "mine\n");
}

#[test]
fn a_folder_gives_way_to_a_file_only_when_nothing_of_the_users_is_in_it() {
    let world = World::new();
    world.write("dir/tracked.txt", "t\n");
    world.write(".gitignore", "*.o\n");
    world.git(&["add", "."]);
    world.git(&["commit", "-qm", "dir"]);
    world.picked("r", "rm -r dir; echo file > dir; rm a.txt; mkdir a.txt; echo in > a.txt/in");
    world.write("dir/made.o", "mine\n");
    let before = world.own();
    world.par(&["merge"]).refuses(4, "untracked file dir/made.o would be overwritten");
    assert_eq!(world.own(), before);
    fs::remove_file(world.here.join("dir/made.o")).unwrap();
    world.par_ok(&["merge"]);
    assert_eq!((world.read("dir"), world.read("a.txt/in")), ("file\n".into(), "in\n".into()));
    assert_eq!(world.git(&["status", "--porcelain"]), "");
}

#[test]
fn what_a_person_has_begun_is_not_disturbed() {
    let world = world();
    world.git(&["checkout", "-qb", "side"]);
    world.write("b.txt", "side\n");
    world.git(&["commit", "-qam", "side"]);
    world.git(&["checkout", "-q", "main"]);
    world.write("b.txt", "main\n");
    world.git(&["commit", "-qam", "main"]);
    for (begin, abort, what) in [
        (&["merge", "side"][..], &["merge", "--abort"][..], "a merge is in progress"),
        (&["cherry-pick", "side"], &["cherry-pick", "--abort"], "a cherry-pick is in progress"),
        (&["revert", "--no-edit", "HEAD~1"], &["revert", "--abort"], "a revert is in progress"),
        (&["rebase", "side"], &["rebase", "--abort"], "a rebase is in progress"),
    ] {
        if begin[0] == "revert" {
            world.git(&["revert", "--no-commit", "HEAD"]);
        } else {
            assert!(!world.command("git", begin).output().unwrap().status.success(), "{begin:?}");
        }
        let before = world.own();
        world.par(&["merge", "--into", "main"]).refuses(4, what);
        assert_eq!(world.own(), before);
        world.git(abort);
    }
    world.par_ok(&["merge"]);
}

#[test]
fn no_hook_of_the_users_runs() {
    let world = world();
    let names = [
        "post-merge",
        "pre-merge-commit",
        "commit-msg",
        "prepare-commit-msg",
        "post-checkout",
        "post-index-change",
        "reference-transaction",
        "post-commit",
    ];
    for folder in [".git/hooks", "my hooks"] {
        for name in names {
            world.write(
                &format!("{folder}/{name}"),
                &format!("#!/bin/sh\necho {name} >> '{}'\nexit 1\n", world.home().join("ran").display()),
            );
            fs::set_permissions(world.here.join(folder).join(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    fs::write(world.here.join(".git/info/exclude"), "my hooks\n").unwrap();
    world.par_ok(&["merge"]);
    fs::write(world.here.join(".git/config"), world.read(".git/config") + "[core]\n\thooksPath = my hooks\n").unwrap();
    let said = world.par(&[
        "run",
        "-n",
        "1",
        "--name",
        "s",
        "--gate",
        "true",
        "--merge",
        "--seal",
        "t",
        "--",
        "sh",
        "-c",
        "echo s > s",
    ]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(!world.home().join("ran").exists(), "{}", fs::read_to_string(world.home().join("ran")).unwrap_or_default());
}

#[test]
fn a_sparse_checkout_stays_sparse() {
    let world = World::new();
    world.write("in/a.txt", "in\n");
    world.write("out/b.txt", "out\n");
    world.git(&["add", "."]);
    world.git(&["commit", "-qm", "two folders"]);
    world.picked("r", "echo more >> in/a.txt; echo more >> out/b.txt");
    world.git(&["sparse-checkout", "set", "in"]);
    world.par_ok(&["merge"]);
    assert_eq!(world.read("in/a.txt"), "in\nmore\n");
    assert!(!world.here.join("out").exists());
    assert_eq!(world.git(&["show", "main:out/b.txt"]), "out\nmore");
    assert_eq!(world.git(&["status", "--porcelain"]), "");
}

#[test]
fn another_gits_lock_is_a_reason_to_try_again() {
    let world = world();
    for lock in [".git/index.lock", ".git/refs/heads/main.lock"] {
        fs::write(world.here.join(lock), "").unwrap();
        let (before, a) = (world.git(&["ls-files", "--stage"]), world.read("a.txt"));
        world.par(&["merge"]).refuses(3, "another git process holds the lock");
        world.par(&["merge"]).refuses(3, &format!("rm '{}'", world.here.join(lock).display()));
        fs::remove_file(world.here.join(lock)).unwrap();
        assert_eq!((world.git(&["ls-files", "--stage"]), world.read("a.txt")), (before, a), "{lock}");
        assert!(!world.here.join("dir").exists(), "{lock}");
        assert_eq!(world.event("r", "merge_finished")["success"], false);
    }
    world.par_ok(&["merge"]);
}

#[test]
fn what_an_agent_writes_outside_of_a_sparse_checkout_is_kept() {
    let world = World::new();
    world.write("in/a.txt", "in\n");
    world.write("out/b.txt", "out\n");
    world.git(&["add", "."]);
    world.git(&["commit", "-qm", "two folders"]);
    world.git(&["sparse-checkout", "set", "in"]);
    world.picked("r", "mkdir -p out new; echo n > out/new.txt; echo n > new/new.txt; echo more >> in/a.txt");
    let changed = world.git(&["diff", "--name-status", "main", "refs/par/r/w1"]);
    assert_eq!(changed, "M\tin/a.txt\nA\tnew/new.txt\nA\tout/new.txt");
    world.par_ok(&["merge"]);
    assert_eq!(world.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_submodule_that_the_winner_removes_keeps_what_is_the_users() {
    let world = World::new();
    let lib = world.beside("lib").display().to_string();
    world.git(&["init", "-q", &lib]);
    world.git(&["-C", &lib, "commit", "-q", "--allow-empty", "-m", "lib"]);
    world.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &lib, "lib"]);
    world.git(&["commit", "-qm", "submodule"]);
    world.git(&["config", "submodule.recurse", "true"]);
    world.git(&["-C", "lib", "commit", "-q", "--allow-empty", "-m", "mine, and nowhere else"]);
    world.git(&["-C", "lib", "checkout", "-q", "HEAD~0"]);
    world.git(&["add", "lib"]);
    world.git(&["commit", "-qm", "ahead"]);
    world.picked("r", "rm -rf lib .gitmodules; echo x > x");
    world.par_ok(&["merge"]);
    assert_eq!(world.git(&["ls-tree", "--name-only", "main"]), "a.txt\nx");
    assert!(world.here.join("lib/.git").exists(), "the submodule's checkout is not ours to remove");
}

#[test]
fn a_link_that_a_person_put_in_place_of_a_folder_stays() {
    let world = World::new();
    fs::create_dir(world.here.join("d")).unwrap();
    world.write("d/c.txt", "c\n");
    world.git(&["add", "."]);
    world.git(&["commit", "-qm", "folder"]);
    world.picked("r", "echo four >> d/c.txt");
    let (folder, elsewhere) = (world.here.join("d"), world.beside("elsewhere"));
    fs::rename(&folder, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &folder).unwrap();
    refuses(&world, "untracked file d would be overwritten");
    assert_eq!(fs::read_link(&folder).unwrap(), elsewhere);
}
