//! Copies: a repository that is copied or moved with what it has at work, and one that shares a folder with another.

use std::{fs, path::Path, process::Stdio};

use super::{
    endings::{start, wait_for},
    lanes::changes,
    world::{Said, World},
};

fn copy(world: &World, from: &str, to: &str) {
    let done = world.command("cp", &["-r", "--"]).args([world.beside(from), world.beside(to)]).status().unwrap();
    assert!(done.success());
}

/// Runs a command in another repository beside that of the world.
fn par_in(world: &World, name: &str, arguments: &[&str]) -> Said {
    let mut command = world.par_command(arguments);
    Said::of(command.current_dir(world.beside(name)).output().unwrap())
}

#[test]
fn in_a_copy_nothing_of_the_original_is_ended_or_removed() {
    let world = World::new();
    let script = "touch ../ready$PAR_WORKER; until test -e ../on; do sleep 0.02; done; echo 1 > n";
    let all = ["-q", "spawn", "-n", "2", "-j", "2", "--name", "r", "t", "--", "sh", "-c", script];
    let mut child = start(world.par_command(&all));
    wait_for(&world.beside("repo.par/r/ready1"));
    wait_for(&world.beside("repo.par/r/ready2"));
    copy(&world, "repo", "copy");
    for verb in [&["resume", "r"][..], &["resume", "r", "--trust"], &["stop", "r"]] {
        par_in(&world, "copy", verb);
    }
    fs::write(world.beside("repo.par/r/on"), "").unwrap();
    assert!(child.wait().unwrap().success());
    for worker in ["w1", "w2"] {
        assert_eq!(changes(&world, "refs/par/r/base", &format!("refs/par/r/{worker}")), "A 100644 n");
    }
    let said = par_in(&world, "copy", &["prune", "--apply", "--older-than", "0"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(world.worktree("r", "w1").join("n").exists() && world.worktree("r", "w2").join("n").exists());
    world.par_ok(&["verify", "r"]);
}

#[test]
fn a_worktree_of_another_repository_is_not_moved_away() {
    let world = World::new();
    world.git(&["clone", "-q", "--bare", ".", "../repo.git"]);
    world.spawn("r", 1, "echo mine > n");
    let other = Path::new("repo.git");
    let said = par_in(&world, other.to_str().unwrap(), &["spawn", "-n", "1", "--name", "r", "t", "--", "true"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.stderr.contains("is a worktree of another repository"), "{said:?}");
    assert!(said.stderr.contains("hint: git par spawn --name r-2"), "{said:?}");
    assert_eq!(fs::read_to_string(world.worktree("r", "w1").join("n")).unwrap(), "mine\n");
}

/// Leaves a run whose supervisor was killed over a worker that had changed something.
fn killed() -> World {
    let world = World::new();
    let script = "echo half > n; touch ../ready; exec sleep 1000";
    let all = ["-q", "spawn", "-n", "1", "--name", "r", "t", "--", "sh", "-c", script];
    let mut command = world.par_command(&all);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for(&world.beside("repo.par/r/ready"));
    child.kill().unwrap();
    child.wait().unwrap();
    world
}

#[test]
fn what_a_killed_run_left_is_kept_though_the_repository_was_moved() {
    for with_worktrees in [false, true] {
        let world = killed();
        fs::rename(world.beside("repo"), world.beside("moved")).unwrap();
        if with_worktrees {
            fs::rename(world.beside("repo.par"), world.beside("moved.par")).unwrap();
        }
        let said = par_in(&world, "moved", &["resume", "r"]);
        assert!(said.stderr.contains("1 changed file is kept"), "{with_worktrees}: {said:?}");
        let shown = world.command("git", &["show", "refs/par/r/w1:n"]).current_dir(world.beside("moved")).output();
        assert_eq!(shown.unwrap().stdout, b"half\n", "{with_worktrees}");
        assert!(par_in(&world, "moved", &["verify", "r"]).stdout.contains("ok-unsigned"), "{with_worktrees}");
    }
}
