//! Survival: what the surroundings do to a run in its middle loses nothing that was finished, and the run can go on.
//!
//! A clock that jumps back has no test here: the program reads the time in one place, and nothing but names and records
//! takes it; deadlines count on the monotonic clock.

use std::fs;

use super::{
    untouched,
    world::{Said, World},
};

/// Runs a script in a mount namespace of its own; none where that cannot be had, which is said.
#[allow(clippy::print_stderr, reason = "a test that could not be done says so")]
fn apart(world: &World, script: &str) -> Option<Said> {
    let said = |script: &str| {
        let mut command = world.command("unshare", &["--mount", "sh", "-c", script]);
        command.env("PAR", env!("CARGO_BIN_EXE_git-par")).env("LAST", world.beside("last"));
        command.output().ok().map(Said::of)
    };
    if said("mount -t tmpfs none \"$HOME\"").is_none_or(|tried| tried.code != 0) {
        eprintln!("skipped: no file system can be mounted here");
        return None;
    }
    said(script)
}

/// Goes on with the run, whose first worker had finished before the trouble, to a merged and sealed end.
fn goes_on(world: &World) {
    world.par_ok(&["-q", "verify", "r"]);
    world.par_ok(&["-q", "resume", "r"]);
    assert_eq!(world.par_json(&["list", "r"])["runs"][0]["workers"].as_array().unwrap().len(), 3);
    for worker in ["w1", "w2", "w3"] {
        assert_eq!(world.git(&["show", &format!("refs/par/r/{worker}:n")]), worker[1..]);
    }
    let line = world.par_ok(&["-q", "run", "--continue", "r", "--gate", "test -e n", "--merge"]);
    assert!(line.contains("merged w1 of run r into main"), "{line}");
    world.par_ok(&["-q", "seal", "r"]);
    world.par_ok(&["-q", "verify", "r"]);
    assert_eq!(world.git(&["show", "main:n"]), "1");
    assert_eq!(untouched::fsck(world), "");
}

#[test]
fn a_full_disk_loses_nothing_that_was_finished() {
    let world = World::new();
    let script = r#"mkdir "$HOME/small" && mount -t tmpfs -o size=3m none "$HOME/small" && cp -a . "$HOME/small/repo" && cd "$HOME/small/repo"
        "$PAR" spawn -q -j 1 -n 3 --name r t -- sh -c 'echo $PAR_WORKER >n; test $PAR_WORKER != 2 || dd if=/dev/zero of=../filler bs=4k 2>/dev/null; true'
        code=$?; cat ../repo.par/r/w2/n; rm ../repo.par/r/filler; "$PAR" -q resume r >/dev/null; cp -a . "$LAST"; exit $code"#;
    let Some(said) = apart(&world, script) else { return };
    assert_eq!(said.code, 128, "{said:?}");
    assert!(said.stderr.contains("w2: ") && said.stderr.contains("No space left on device"), "{said:?}");
    assert!(said.stderr.contains("\nhint: git par resume r\n"), "{said:?}");
    assert!(said.stdout.ends_with("2\n"), "its work is in its worktree: {said:?}");
    fs::remove_dir_all(&world.here).unwrap();
    fs::rename(world.beside("last"), &world.here).unwrap();
    goes_on(&world);
}

#[test]
fn a_repository_that_becomes_read_only_loses_nothing_that_was_finished() {
    let world = World::new();
    let script = r#"for d in refs objects; do mount --bind .git/$d .git/$d || exit 9; done
        "$PAR" spawn -q -j 1 -n 3 --name r t -- sh -c 'echo $PAR_WORKER >n; test $PAR_WORKER != 2 || for d in refs objects; do mount -o remount,bind,ro "$HOME/../repo/.git/$d"; done'
        code=$?; "$PAR" -q pick r; cat ../repo.par/r/w2/n; exit $code"#;
    let Some(said) = apart(&world, script) else { return };
    assert_eq!(said.code, 128, "{said:?}");
    assert!(said.stderr.contains("w2: ") && said.stderr.contains("Read-only file system"), "{said:?}");
    assert!(said.stderr.contains("\nhint: git par resume r\n"), "{said:?}");
    assert!(said.stdout.ends_with("2\n"), "its work is in its worktree: {said:?}");
    goes_on(&world);
}

#[test]
fn a_lock_that_a_dead_process_left_is_named_with_the_way_out() {
    let world = World::new();
    let lock = world.here.join(".git/refs/par/r/w2.lock");
    let script = format!("echo $PAR_WORKER >n; test $PAR_WORKER != 2 || : >'{}'", lock.display());
    let said = world.par(&["-q", "spawn", "-j", "1", "-n", "3", "--name", "r", "t", "--", "sh", "-c", &script]);
    assert_eq!(said.code, 1, "{said:?}");
    let held = format!("w2: another process holds the lock '{}'\n", lock.display());
    assert!(said.stderr.contains(&held) && said.stdout.ends_with("\nnext: git par resume r\n"), "{said:?}");
    assert!(world.worktree("r", "w2").join("n").exists());
    fs::remove_file(&lock).unwrap();
    goes_on(&world);
}

#[test]
fn worktrees_that_somebody_removes_in_the_middle_take_nothing_with_them() {
    let world = World::new();
    let script = "echo $PAR_WORKER >n; test $PAR_WORKER != 2 || rm -rf ../w1";
    world.par(&["-q", "spawn", "-j", "1", "-n", "3", "--name", "r", "t", "--", "sh", "-c", script]);
    let gated = world.par(&["-q", "gate", "r", "-j", "1", "--", "sh", "-c", "rm -rf ../w3; test -e n"]);
    assert_eq!(gated.code, 0, "{gated:?}");
    goes_on(&world);
}

#[test]
fn scratch_that_is_gone_between_two_steps_is_not_missed() {
    let world = World::new();
    world.spawn("r", 3, "echo $PAR_WORKER >n");
    fs::remove_dir_all(world.here.join(".git/par")).unwrap();
    let gated = world.par(&["-q", "gate", "r", "-j", "1", "--", "sh", "-c", "rm -r ../../../repo/.git/par; test -e n"]);
    assert_eq!(gated.code, 0, "{gated:?}");
    goes_on(&world);
}
