//! `.worktreeinclude` and `par.setup`: what a worktree needs beyond what is tracked.

use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt, fs::PermissionsExt, fs::symlink},
};

use super::{lanes::Lanes, untouched, world::World};

/// Makes a repository with ignored files of many kinds and a `.worktreeinclude` that asks for most of them.
fn world() -> World {
    let world = World::new();
    world.write(".gitignore", ".env\nnode_modules/\nbad*\nlink*\nsecret\nodd/x\ntracked\n/top\n");
    world.write(
        ".worktreeinclude",
        "# needed\n.env\nnode_modules/\nbad*\nlink*\nnot-ignored\nodd/x\ntracked\ntop\n!bad-not\n",
    );
    world.write("tracked", "tracked\n");
    world.write("odd/keep", "keep\n");
    symlink("../outside", world.here.join("odd/out")).unwrap();
    world.git(&["add", "--force", "."]);
    world.git(&["commit", "--quiet", "-m", "include"]);
    world.write("tracked", "changed by the user\n");
    world.write(".env", "KEY=1\n");
    world.write("node_modules/a/b/c.js", "c\n");
    world.write("bad-not", "asked for, and then not\n");
    world.write("node_modules/tool", "#!/bin/sh\n");
    fs::set_permissions(world.here.join("node_modules/tool"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(world.here.join(".env"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(world.here.join(OsStr::from_bytes(b"bad\xff\nname")), "bad\n").unwrap();
    symlink("/etc/passwd", world.here.join("link-absolute")).unwrap();
    symlink("nowhere", world.here.join("link-dangling")).unwrap();
    world.write("not-ignored", "untracked, and not ignored\n");
    world.write("secret", "ignored, and not asked for\n");
    world.write("deep/top", "not at the top\n");
    world
}

#[test]
fn a_file_is_copied_when_it_is_both_asked_for_and_ignored() {
    let world = world();
    let before = untouched::of(&world);
    let list = "git ls-files -z --others | tr '\\n\\0' '?\\n' > ../list; cat tracked > ../tracked; ls -ld .env node_modules/tool | cut -c1-10 > ../modes; readlink link-* > ../links; cp -p .env ../env";
    let lanes = Lanes::spawn(&world, "r", &[("w", list)]);
    assert_eq!(lanes.row("w")["ending"]["kind"], "success", "{:?}", lanes.said);
    let read =
        |name: &str| String::from_utf8_lossy(&fs::read(world.beside("repo.par/r").join(name)).unwrap()).into_owned();
    insta::assert_snapshot!(read("list"), @"
    .env
    bad\u{fffd}?name
    link-absolute
    link-dangling
    node_modules/a/b/c.js
    node_modules/tool
    ");
    assert_eq!(read("tracked"), "tracked\n", "what is tracked comes from base");
    assert_eq!(read("modes"), "-rw-------\n-rwxr-xr-x\n");
    assert_eq!(read("links"), "/etc/passwd\nnowhere\n");
    assert_eq!(lanes.changes("w"), "", "what was copied is no work");
    assert_eq!(untouched::of(&world), before);
}

#[test]
fn nothing_is_written_through_a_link_out_of_the_worktree() {
    let world = World::new();
    fs::create_dir(world.beside("outside")).unwrap();
    symlink(world.beside("outside"), world.here.join("cache")).unwrap();
    world.write(".gitignore", "cache/\n");
    world.write(".worktreeinclude", "cache/\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "a link where the user has a folder"]);
    fs::remove_file(world.here.join("cache")).unwrap();
    world.write("cache/x", "x\n");
    let said = world.par(&["-q", "spawn", "-n", "1", "--name", "r", "t", "--", "sh", "-c", "echo n > n"]);
    assert_eq!(fs::read_dir(world.beside("outside")).unwrap().count(), 0);
    assert!(said.stderr.contains("could not copy 'cache/x' into the worktree"), "{said:?}");
}

#[test]
fn setup_runs_in_each_worktree_before_the_agent() {
    let world = World::new();
    world.git(&["config", "par.setup", "pwd > set-up; echo $PAR_WORKER >> set-up"]);
    let lanes = Lanes::spawn(&world, "r", &[("one", "cp set-up seen"), ("two", "cp set-up seen")]);
    for name in ["one", "two"] {
        let here = world.worktree("r", &lanes.worker(name)).display().to_string();
        assert_eq!(lanes.show(name, "seen"), format!("{here}\n{}", &lanes.worker(name)[1..]));
    }
}

#[test]
fn a_setup_that_fails_is_told_and_the_agent_does_not_run() {
    let world = World::new();
    world.git(&["config", "par.setup", "echo no such thing; exit 7"]);
    let said = world.par(&["spawn", "-n", "1", "--name", "r", "t", "--", "sh", "-c", "echo x > ../ran"]);
    insta::assert_snapshot!(said.snapshot(&world), @"
    run r
    worker  agent  ending  time  diff  gate  candidate
    w1  command  setup failure(7)  <time>  empty  none  <id>
    note: w1 changed nothing
    note: w1's setup failed: git par log r -w 1 --setup
    nothing was checked: no gate was given
    worktrees: <world>/repo.par/r
    ! run r
    ! w1: failure(7) after <time>, empty
    exit 1
    ");
    assert_eq!(world.git(&["show", "refs/par/r/logs:w1/setup.log"]), "no such thing");
    assert!(!world.beside("repo.par/r/ran").exists());
}
