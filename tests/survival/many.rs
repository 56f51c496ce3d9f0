//! Many runs at once in one repository, beside a user who commits and has git tidy up.

use std::{
    process::{Child, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use git_par::model::chain::{self, Form};

use super::world::{Said, World};

/// What a worker of these runs does: a commit, and something that is left.
const AGENT: &str = "echo $PAR_RUN $PAR_WORKER > n; git add n; git commit -qm mine; mkdir d; echo left by $PAR_RUN $PAR_WORKER > d/left";

fn begin(world: &World, run: &str) -> Child {
    let options = ["spawn", "-n", "4", "-j", "2", "--name", run, "--gate", "test -e d/left", "t", "--"];
    let mut command = world.par_command(&[&options[..], &["sh", "-c", AGENT]].concat());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Starts so many runs at once and holds that each ends as if it were alone.
fn race(world: &World, runs: usize) {
    let names: Vec<String> = (1..=runs).map(|number| format!("r{number}")).collect();
    let children: Vec<_> = names.iter().map(|run| begin(world, run)).collect();
    let said: Vec<Said> = children.into_iter().map(|child| Said::of(child.wait_with_output().unwrap())).collect();
    for (run, said) in names.iter().zip(said) {
        assert!(said.code == 0 && !said.stderr.contains("lock"), "{run}: {said:?}");
        assert!(!said.stderr.contains("error") && !said.stderr.contains("warning"), "{run}: {said:?}");
    }
}

fn assert_each_alone(world: &World, runs: usize) {
    for run in (1..=runs).map(|number| format!("r{number}")) {
        let base = world.git(&["rev-parse", &format!("refs/par/{run}/base")]);
        let journal = world.git(&["notes", &format!("--ref=refs/notes/par/{run}"), "show", &base]) + "\n";
        let tip = chain::verify(journal.as_bytes(), Form::Canonical).unwrap();
        assert_eq!(tip.count, 1 + 4 * 3 + 1, "{run}");
        for worker in 1..=4 {
            let show = |file: &str| world.git(&["show", &format!("refs/par/{run}/w{worker}:{file}")]);
            assert_eq!(show("n"), format!("{run} {worker}"));
            assert_eq!(show("d/left"), format!("left by {run} {worker}"));
            let n = world.worktree(&run, &format!("w{worker}")).join("n");
            assert_eq!(std::fs::read_to_string(n).unwrap(), format!("{run} {worker}\n"));
        }
        world.par_ok(&["verify", &run]);
    }
    // In a clone: what the agents' own git lost of their worktrees' indexes is git's affair.
    world.git(&["clone", "-q", "--mirror", "--no-local", ".", "../clone.git"]);
    let arguments = ["-C", "../clone.git", "fsck", "--strict", "--no-dangling", "--no-progress"];
    let fsck = Said::of(world.command("git", &arguments).output().unwrap());
    assert_eq!((fsck.code, fsck.stderr.as_str(), fsck.stdout.as_str()), (0, "", ""));
}

#[test]
fn sixteen_runs_started_at_once_do_not_get_in_each_others_way() {
    let world = World::new();
    let before = world.user_refs();
    race(&world, 16);
    assert_each_alone(&world, 16);
    assert_eq!(world.user_refs(), before);
}

/// Commits, and has git tidy up as hard as it can, again and again until told that it is over; counts the commits.
fn keep_house(world: &World, is_over: &AtomicBool) -> usize {
    let chores: [&[&str]; 4] = [
        &["commit", "-q", "--allow-empty", "-m", "more"],
        &["pack-refs", "--all"],
        &["repack", "-adq"],
        &["gc", "-q", "--prune=now"],
    ];
    let mut commits = 0;
    while !is_over.load(Ordering::Relaxed) {
        // Beside so many writers git itself finds one of its own files gone now and then.
        let is_done = chores.map(|chore| world.command("git", chore).output().unwrap().status.success());
        commits += usize::from(is_done[0]);
    }
    commits
}

#[test]
fn runs_survive_a_user_who_commits_and_has_git_tidy_up_all_the_while() {
    let world = World::new();
    let is_over = AtomicBool::new(false);
    let commits = thread::scope(|scope| {
        let house = scope.spawn(|| keep_house(&world, &is_over));
        let raced = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| race(&world, 8)));
        is_over.store(true, Ordering::Relaxed);
        let commits = house.join().unwrap();
        raced.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        commits
    });
    assert_each_alone(&world, 8);
    assert_eq!(world.git(&["rev-list", "--count", "main"]), (commits + 1).to_string());
}
