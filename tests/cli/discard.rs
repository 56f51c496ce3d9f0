//! `git par discard`: candidates leave the running and nothing that git would keep is lost.

use std::{fs, io::Write, process::Stdio};

use super::{
    terminal::Terminal,
    untouched,
    world::{Said, World},
};

fn target(world: &World, name: &str) -> String {
    let found = world.command("git", &["rev-parse", "--verify", "--quiet", name]).output().unwrap();
    String::from_utf8(found.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_discarded_candidate_moves_its_ref_with_one_event_and_its_worktree_goes() {
    for format in ["--ref-format=files", "--ref-format=reftable"] {
        let world = World::with_init(&[format]);
        world.spawn("r", 2, "echo $PAR_WORKER > x");
        let before = untouched::of(&world);
        let candidate = target(&world, "refs/par/r/w1");
        let said = world.par_ok(&["discard", "r", "-w", "1", "-y"]);
        assert!(said.contains("discarded w1") && said.contains("refs/par/r/discarded/w1"), "{said}");
        assert_eq!(target(&world, "refs/par/r/w1"), "");
        assert_eq!(target(&world, "refs/par/r/discarded/w1"), candidate);
        let event = world.event("r", "worker_discarded");
        assert_eq!(event["result"]["candidate"], candidate.as_str());
        assert_eq!(event["args"], serde_json::json!({ "worker": 1, "attempt": 1 }));
        assert!(!world.worktree("r", "w1").exists() && world.worktree("r", "w2").exists());
        assert!(!world.worktrees().contains("/r/w1"));
        assert_eq!(untouched::of(&world), before);
        world.par_ok(&["verify", "r"]);
        world.fsck();
        let again = world.par_json(&["discard", "r", "-w", "1"]);
        assert_eq!(again["workers"], serde_json::json!([]), "{format}");
        assert_eq!(world.events_of("r", "worker_discarded").len(), 1);
    }
}

#[test]
fn a_discarded_candidate_is_neither_gated_nor_ranked() {
    let world = World::new();
    world.spawn("r", 2, "echo $PAR_WORKER > x");
    world.par_ok(&["discard", "r", "-w", "1", "-y"]);
    assert_eq!(world.par_json(&["gate", "r", "--", "true"])["gated"], serde_json::json!([2]));
    assert_eq!(world.par_json(&["pick", "r"])["winner"], 2);
    assert_eq!(world.par_json(&["list", "r"])["runs"][0]["workers"][0]["state"], "discarded");
}

#[test]
fn a_whole_run_leaves_no_folder_and_no_live_file_but_locks() {
    let world = World::new();
    world.spawn("r", 2, "echo x > x; mkdir closed; echo x > closed/x; chmod 555 closed");
    world.par_ok(&["discard", "-y"]);
    assert!(!world.worktree("r", "w1").parent().unwrap().exists());
    let left = world.command("find", &[".git/par/r", "-type", "f"]).output().unwrap();
    let left = String::from_utf8(left.stdout).unwrap();
    assert!(left.lines().all(|file| file.ends_with("lock")), "{left}");
    assert_eq!(world.par_ok(&["discard"]), "run r has nothing to discard\n");
}

#[test]
fn what_was_changed_after_the_candidate_is_kept_on_top_of_it() {
    let world = World::new();
    world.spawn("r", 2, "echo x > x");
    let candidate = target(&world, "refs/par/r/w1");
    fs::write(world.worktree("r", "w1").join("later"), "later\n").unwrap();
    let w2 = world.worktree("r", "w2").display().to_string();
    world.git(&["-C", &w2, "commit", "--quiet", "--allow-empty", "-m", "mine"]);
    let head = world.git(&["-C", &w2, "rev-parse", "HEAD"]);
    let said = world.par_json(&["discard", "-y"]);
    assert_eq!(said["workers"][0]["leftover"], "refs/par/r/leftover/w1.1");
    assert_eq!(world.git(&["show", "refs/par/r/leftover/w1.1:later"]), "later");
    assert_eq!(target(&world, "refs/par/r/leftover/w1.1^"), candidate);
    assert_eq!(target(&world, "refs/par/r/leftover/w2.1^2"), head);
    let verified = world.par(&["verify", "r"]);
    assert_eq!(verified.code, 0, "{verified:?}");
    assert!(verified.stdout.contains("leftover/w1.1 keeps what was in a worktree"), "{verified:?}");
    world.fsck();
}

#[test]
fn work_that_is_in_no_branch_needs_somebody_to_agree() {
    let world = World::new();
    world.spawn("r", 2, "echo $PAR_WORKER > x");
    let before = world.run_refs();
    let said = world.par(&["discard", "r", "-w", "2"]);
    said.refuses(1, "nothing was discarded: the work of w2 in run 'r' is in no branch");
    assert!(said.stderr.contains("hint: git par discard r -w 2 -y"));
    assert_eq!(world.run_refs(), before);
    assert!(world.worktree("r", "w2").exists());
}

#[test]
fn what_is_merged_or_in_a_branch_or_changed_nothing_is_discarded_without_a_question() {
    let world = World::new();
    world.spawn("r", 3, "[ $PAR_WORKER = 3 ] || echo $PAR_WORKER > x");
    world.par_ok(&["pick", "r", "-w", "1"]);
    world.par_ok(&["merge", "r", "--squash"]);
    world.git(&["branch", "side", "refs/par/r/w2"]);
    world.par_ok(&["seal", "r"]);
    assert_eq!(world.par_json(&["discard", "r"])["workers"].as_array().unwrap().len(), 3);
    world.par_ok(&["verify", "r"]);
}

/// Runs `git-par` at a terminal on which somebody types this line.
fn at_terminal(world: &World, arguments: &[&str], line: &str) -> (Said, String) {
    let mut terminal = Terminal::new();
    let mut command = world.par_command(arguments);
    command.stdin(terminal.other_end()).stderr(terminal.other_end()).stdout(Stdio::piped());
    let child = command.spawn().unwrap();
    drop(command);
    terminal.ours.write_all(line.as_bytes()).unwrap();
    let said = Said::of(child.wait_with_output().unwrap());
    (said, terminal.shown())
}

#[test]
fn at_a_terminal_it_asks_and_only_yes_is_yes() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    for no in ["n\n", "\n", "yeah\n", "\u{4}"] {
        let (said, shown) = at_terminal(&world, &["discard", "r"], no);
        assert_eq!(said.code, 1, "{no:?}: {shown}");
        assert!(shown.contains("the work of w1 in run 'r' is in no branch. Discard? [y/N]"), "{shown}");
        assert!(world.worktree("r", "w1").exists());
    }
    let (said, shown) = at_terminal(&world, &["discard", "r"], "y\n");
    assert_eq!(said.code, 0, "{shown}");
    assert!(!world.worktree("r", "w1").exists());
}

#[test]
fn a_worker_that_runs_is_refused_and_one_beside_it_is_not() {
    let world = World::new();
    let script = "[ $PAR_WORKER = 1 ] && exit; touch ../began; while [ ! -e ../end ]; do sleep 0.02; done";
    let mut spawn = world
        .par_command(&["spawn", "-n", "2", "-j", "2", "--name", "r", "t", "--", "sh", "-c", script])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let root = world.worktree("r", "began");
    let ready = || root.exists() && world.events_of("r", "worker_finished").len() == 1;
    while !ready() {
        assert!(spawn.try_wait().unwrap().is_none(), "the run ended");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let running = world.par(&["discard", "r", "-w", "2", "-y"]);
    let whole = world.par(&["discard", "r", "-y"]);
    let other = world.par(&["discard", "r", "-w", "1"]);
    let kept = world.par_json(&["prune", "--older-than", "0", "--apply"]);
    fs::write(world.worktree("r", "end"), "").unwrap();
    assert!(spawn.wait().unwrap().code().is_some());
    running.refuses(3, "w2 of run 'r' is running");
    assert!(running.stderr.contains("hint: git par stop r -w 2"), "{running:?}");
    whole.refuses(3, "hint: git par stop r");
    assert_eq!(other.code, 0, "{other:?}");
    assert_eq!(kept["goes"], serde_json::json!([]), "{kept}");
    assert!(kept["stays"].to_string().contains("run r is being worked on"), "{kept}");
    assert!(world.worktree("r", "w2").exists());
    world.par_ok(&["verify", "r"]);
}

/// Kills the supervisor of a run in the middle of its only worker's work.
pub(crate) fn interrupted(world: &World) {
    let script = "echo x > x; touch ../began; exec sleep 1000";
    let mut spawn = world
        .par_command(&[
            "spawn",
            "-n",
            "1",
            "--name",
            "r",
            "t",
            "--",
            "sh",
            "-c",
            &format!("echo $$ > ../pid; {script}"),
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !world.worktree("r", "began").exists() {
        assert!(spawn.try_wait().unwrap().is_none(), "the run ended");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    spawn.kill().unwrap();
    spawn.wait().unwrap();
    let pid = fs::read_to_string(world.worktree("r", "pid")).unwrap();
    world.command("kill", &["-9", pid.trim()]).status().unwrap();
    let is_there = || fs::read_link(format!("/proc/{}/cwd", pid.trim())).is_ok();
    while is_there() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn a_worker_that_was_interrupted_is_refused() {
    let world = World::new();
    interrupted(&world);
    let said = world.par(&["discard", "r", "-y"]);
    said.refuses(128, "w1 of run 'r' was interrupted: its work is not committed yet");
    assert!(said.stderr.contains("hint: git par resume r"), "{said:?}");
    assert!(world.worktree("r", "w1").join("x").exists());
}

#[test]
fn what_is_locked_or_in_use_or_no_worker_is_refused_before_anything_is_done() {
    let world = World::new();
    world.spawn("r", 2, "echo x > x");
    let before = world.run_refs();
    world.par(&["discard", "r", "-w", "9", "-y"]).refuses(2, "run 'r' has no worker w9");
    let w2 = world.worktree("r", "w2");
    world.git(&["worktree", "lock", w2.to_str().unwrap()]);
    let locked = world.par(&["discard", "r", "-y"]);
    locked.refuses(128, "is locked");
    assert!(locked.stderr.contains("hint: git worktree unlock"), "{locked:?}");
    world.git(&["worktree", "unlock", w2.to_str().unwrap()]);
    if cfg!(target_os = "linux") {
        world.par(&["-C", w2.to_str().unwrap(), "discard", "r", "-y"]).refuses(3, "is in '");
    }
    assert_eq!(world.run_refs(), before);
    assert!(world.worktree("r", "w1").exists());
}

#[test]
fn a_discard_that_crashed_before_the_worktree_went_is_ended_by_the_next() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    let path = world.worktree("r", "w1");
    let candidate = target(&world, "refs/par/r/w1");
    world.par_ok(&["discard", "-y"]);
    world.git(&["worktree", "add", "--quiet", "--detach", path.to_str().unwrap(), &candidate]);
    fs::write(world.here.join(".git/worktrees/w1/par"), "").unwrap();
    let said = world.par_ok(&["discard"]);
    assert!(said.contains("discarded before w1"), "{said}");
    assert!(!path.exists());
    assert_eq!(world.events_of("r", "worker_discarded").len(), 1);
}

#[test]
fn a_discard_that_crashed_between_its_refs_is_done_again() {
    let world = World::new();
    world.spawn("r", 2, "echo x > x");
    world.git(&["update-ref", "refs/par/r/discarded/w1", "refs/par/r/w1"]);
    world.git(&["update-ref", "refs/par/r/discarded/w2", "refs/par/r/w2"]);
    world.git(&["update-ref", "-d", "refs/par/r/w2"]);
    world.par_ok(&["discard", "-y"]);
    assert_eq!(world.events_of("r", "worker_discarded").len(), 2);
    assert_eq!(target(&world, "refs/par/r/w1"), "");
    world.par_ok(&["verify", "r"]);
}

#[test]
fn a_folder_that_is_elsewhere_by_a_forged_record_alone_stays() {
    let world = World::new();
    world.spawn("r", 1, "echo 1 > n");
    let precious = world.beside("precious/r/w1");
    fs::create_dir_all(&precious).unwrap();
    fs::write(precious.join("thesis"), "").unwrap();
    let on_file = world.beside("repo/.git/worktrees/w1/gitdir");
    fs::write(&on_file, format!("{}\n", precious.join(".git").display())).unwrap();
    world.par_ok(&["discard", "r", "-y"]);
    world.par_ok(&["prune", "--apply", "--older-than", "0"]);
    assert!(precious.join("thesis").exists());
    assert_eq!(world.event("r", "worker_discarded")["args"]["worker"], 1);
}

#[test]
fn a_worktree_with_a_mount_in_it_is_not_emptied() {
    let world = World::new();
    world.spawn("r", 1, "echo 1 > n; mkdir cache");
    let program = env!("CARGO_BIN_EXE_git-par");
    let script = "mount -t tmpfs none \"$1\" && echo 1 > \"$1/file\" && \"$2\" discard r -y; echo $?; cat \"$1/file\"";
    let cache = world.worktree("r", "w1").join("cache");
    let mut command = world.command("unshare", &["--mount", "sh", "-c", script, "sh"]);
    let said = Said::of(command.arg(&cache).arg(program).output().unwrap());
    if said.stderr.contains("permitted") || said.stderr.contains("denied") {
        return;
    }
    assert_eq!(said.stdout.lines().last(), Some("1"), "{said:?}");
    assert!(said.stderr.contains("is mounted there"), "{said:?}");
    assert!(world.worktree("r", "w1").join("n").exists());
}
