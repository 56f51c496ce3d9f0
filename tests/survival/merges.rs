//! A merge that was killed while it moved files: finished or taken back, with nothing of the user's touched.

use std::fs;

use super::world::{Said, World};

/// Makes a world with a winner that changes, adds and removes files, some with a folder in a file's place.
fn world() -> World {
    let world = World::new();
    world.write("gone.txt", "gone\n");
    world.write("file", "to be a folder\n");
    world.write("own.txt", "one\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "second"]);
    world.write("own.txt", "one\nmine\n");
    world.spawn("r", 1, "echo by >> a.txt; rm gone.txt file; mkdir file; echo x > file/x; echo new > new.txt");
    world.par_ok(&["pick", "r"]);
    world
}

fn killed(world: &World, step: &str) {
    let said = Said::of(world.par_command(&["merge", "r"]).env("GIT_PAR_DIE_AT", step).output().unwrap());
    assert_eq!(said.code, -1, "{said:?}");
    assert!(world.here.join(".git/index.lock").exists());
}

fn assert_merged(world: &World) {
    let status = Said::of(world.command("git", &["status", "--porcelain"]).output().unwrap());
    assert_eq!(status.stdout, " M own.txt\n");
    assert_eq!(world.git(&["rev-parse", "main"]), world.git(&["rev-parse", "refs/par/r/merge"]));
    assert_eq!(world.read("file/x"), "x\n");
    world.par_ok(&["verify", "r"]);
    assert!(!world.here.join(".git/index.lock").exists());
}

#[test]
fn a_merge_that_was_killed_at_any_step_is_done_by_the_next_one() {
    for step in ["merge committed", "index taken", "files moved", "branch moved", "index put"] {
        let world = world();
        let said = Said::of(world.par_command(&["merge", "r"]).env("GIT_PAR_DIE_AT", step).output().unwrap());
        assert_eq!(said.code, -1, "{step}: {said:?}");
        world.par_ok(&["merge", "r"]);
        assert_merged(&world);
    }
}

#[test]
fn a_merge_that_was_killed_is_taken_back_or_recorded_by_resume() {
    for (step, is_merged) in [("files moved", false), ("branch moved", true)] {
        let world = world();
        killed(&world, step);
        world.par_ok(&["resume", "r"]);
        let status = Said::of(world.command("git", &["status", "--porcelain"]).output().unwrap());
        assert_eq!(status.stdout, " M own.txt\n", "{step}");
        let merge = world.command("git", &["rev-parse", "-q", "--verify", "refs/par/r/merge"]).output().unwrap();
        assert_eq!(merge.status.success(), is_merged, "{step}");
        world.par_ok(&["merge", "r"]);
        assert_merged(&world);
    }
}

#[test]
fn files_that_were_moved_only_in_part_are_taken_back() {
    for kept in [["a.txt", "gone.txt"], ["new.txt", "file"]] {
        let world = world();
        killed(&world, "files moved");
        let commands: &[&[&str]] = match kept {
            ["a.txt", _] => &[&["rm", "new.txt"], &["rm", "-r", "file"], &["sh", "-c", "echo 'to be a folder' > file"]],
            _ => &[&["sh", "-c", "git show main:a.txt > a.txt; git show main:gone.txt > gone.txt"]],
        };
        for command in commands {
            assert!(world.command(command[0], &command[1..]).status().unwrap().success());
        }
        world.par_ok(&["merge", "r"]);
        assert_merged(&world);
    }
}

#[test]
fn what_the_user_wrote_after_a_kill_stays() {
    let world = world();
    killed(&world, "files moved");
    world.write("a.txt", "the user's\n");
    let said = world.par(&["merge", "r"]);
    assert!(said.code != 0 && said.stderr.contains("a.txt has changes"), "{said:?}");
    assert_eq!(world.read("a.txt"), "the user's\n");
    let status = Said::of(world.command("git", &["status", "--porcelain"]).output().unwrap());
    assert_eq!(status.stdout, " M a.txt\n M own.txt\n");
}

#[test]
fn what_the_user_wrote_after_the_branch_moved_is_a_change_of_what_it_has_now() {
    let world = world();
    killed(&world, "branch moved");
    world.write("a.txt", "the user's\n");
    world.write("new.txt", "the user's too\n");
    world.write("gone.txt", "not gone\n");
    world.par_ok(&["merge", "r"]);
    let status = Said::of(world.command("git", &["status", "--porcelain"]).output().unwrap());
    assert_eq!(status.stdout, " M a.txt\n M new.txt\n M own.txt\n?? gone.txt\n");
    assert_eq!((world.read("a.txt"), world.read("gone.txt")), ("the user's\n".into(), "not gone\n".into()));
    assert!(!world.here.join(".git/index.lock").exists());
}

#[test]
fn the_lock_of_another_git_is_not_taken_over() {
    let world = world();
    killed(&world, "index taken");
    fs::write(world.here.join(".git/index.lock"), "").unwrap();
    let said = world.par(&["merge", "r"]);
    assert!(said.code == 3 && said.stderr.contains("index.lock"), "{said:?}");
    assert!(world.here.join(".git/index.lock").exists());
}
