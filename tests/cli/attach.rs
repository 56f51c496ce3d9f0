//! `git par attach`: a command in a worker's worktree, with the terminal.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    process::Stdio,
};

use rustix::process::Signal;

use super::{
    log::{Reading, go, waiting},
    world::World,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_git-par");

#[test]
fn a_command_runs_in_the_worktree_with_the_environment_of_agents_and_its_status_is_passed_on() {
    let world = World::new();
    assert_eq!(world.spawn("r", 2, "echo $PAR_WORKER > n").code, 0);
    let said = world.par(&[
        "attach",
        "r",
        "-w",
        "w2",
        "--",
        "sh",
        "-c",
        "pwd; cat n; echo $PAR_RUN $PAR_WORKER $PAR_ATTEMPT; cat \"$PAR_TASK_FILE\"; exit 7",
    ]);
    let expected = format!("{}\n2\nr 2 1\nthe task", world.worktree("r", "w2").display());
    assert_eq!((said.stdout.trim_end(), said.stderr.as_str(), said.code), (expected.as_str(), "", 7));
    assert_eq!(world.par(&["attach", "-w", "2", "--", "sh", "-c", "kill -9 $$"]).code, 137);
    let shell = world.home().join("a shell");
    fs::write(&shell, "#!/bin/sh\necho a shell of $#\n").unwrap();
    fs::set_permissions(&shell, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let output = world.par_command(&["attach", "-w", "1"]).env("SHELL", &shell).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "a shell of 0\n");
    assert_eq!(world.par(&["attach", "-w", "1"]).code, 0, "sh, which reads to its end");
    world.par(&["attach", "-w", "3"]).refuses(2, "run 'r' has no worker w3: it has w1, w2");
    world.par(&["attach", "-w", "1", "--", "no-such-program"]).refuses(128, "'no-such-program' is not found");
    world.par(&["attach"]).refuses(2, "-w");
}

#[test]
fn what_is_changed_after_the_end_is_told_with_what_keeps_it() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    let refs = world.run_refs();
    let said = world.par(&["attach", "-w", "1", "--", "sh", "-c", "echo y > y"]);
    said.refuses(0, "w1's worktree no longer holds its candidate");
    let hint = said.stderr.lines().find_map(|line| line.strip_prefix("hint: ")).unwrap().to_owned();
    assert_eq!(world.run_refs(), refs);
    let answer = world.par_json(&["attach", "-w", "1", "--", "sh", "-c", "echo printed"]);
    assert_eq!((&answer["changed"], &answer["status"], &answer["worker"]), (&true.into(), &0.into(), &1.into()));
    let kept = world.command("sh", &["-c", &format!("{hint} -qm kept")]).output().unwrap();
    assert!(kept.status.success(), "{hint}: {kept:?}");
    assert_eq!(world.git(&["ls-tree", "--name-only", "r-w1"]), "a.txt\nx\ny");
}

#[test]
fn a_worktree_that_is_gone_is_made_again_also_in_a_bare_clone() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    let bare = world.clone_with_runs("bare clone.git", &["--bare"]).display().to_string();
    fs::remove_dir_all(world.worktree("r", "w1")).unwrap();
    for (place, folder) in [(".", "repo.par/r/w1"), (&bare, "bare clone.par/r/w1")] {
        let said = world.par(&[
            "-C",
            place,
            "attach",
            "-w",
            "1",
            "--",
            "sh",
            "-c",
            "cat x; git rev-parse HEAD; git branch --show-current",
        ]);
        said.refuses(0, "w1's worktree was gone: it is made again");
        assert_eq!(said.stdout, format!("x\n{}\n", world.git(&["rev-parse", "refs/par/r/w1"])));
        assert!(!said.stderr.contains("no longer"), "{said:?}");
        assert!(world.beside(folder).join("x").exists());
        assert!(!world.par(&["-C", place, "attach", "-w", "1", "--", "true"]).stderr.contains("gone"));
    }
}

#[test]
fn without_a_worktree_and_a_candidate_it_is_refused() {
    let world = World::new();
    let mut run = waiting(&world, "r", "echo first");
    run.kill().unwrap();
    run.wait().unwrap();
    fs::write(world.beside("go"), "").unwrap();
    fs::remove_dir_all(world.worktree("r", "w1")).unwrap();
    world
        .par(&["attach", "-w", "1", "--", "true"])
        .refuses(128, "w1 of run 'r' has no candidate, and its worktree is gone");
}

#[test]
fn while_the_worker_runs_it_is_allowed_and_said() {
    let world = World::new();
    let run = waiting(&world, "r", "echo first");
    world.par(&["attach", "-w", "1", "--", "sh", "-c", "echo by hand > h"]).refuses(0, "w1 is still running");
    go(&world, run);
    assert_eq!(world.git(&["show", "refs/par/r/w1:h"]), "by hand");
}

#[test]
fn a_termination_is_handed_on_to_the_command() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    let script = "trap 'exit 9' TERM; echo ready; while :; do sleep 0.02; done";
    let mut attached = Reading::start(&world, &["attach", "-w", "1", "--", "sh", "-c", script]);
    assert_eq!(attached.line(), "ready\n");
    attached.signal(Signal::TERM);
    assert_eq!(attached.end(), 9);
}

#[test]
fn the_command_has_the_terminal_and_its_keys() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    let script = world.home().join("script");
    fs::write(&script, "test -t 0 && test -t 1 && test -t 2 || exit 3\ntrap 'echo caught; exit 5' INT\necho ready\nwhile :; do sleep 0.02; done\n").unwrap();
    let line = format!("exec '{PROGRAM}' -q attach -w 1 -- sh '{}'", script.display());
    // Not every system has it.
    let mut terminal = world.command("script", &["-qec", &line, "/dev/null"]);
    let Ok(mut terminal) = terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() else { return };
    let mut shown = BufReader::new(terminal.stdout.take().unwrap());
    let mut first = String::new();
    shown.read_line(&mut first).unwrap();
    assert_eq!(first, "ready\r\n");
    // The interrupt key.
    let mut keys = terminal.stdin.take().unwrap();
    keys.write_all(b"\x03").unwrap();
    let mut rest = String::new();
    shown.read_to_string(&mut rest).unwrap();
    drop(keys);
    assert!(rest.contains("caught"), "{rest}");
    assert_eq!(terminal.wait().unwrap().code(), Some(5));
}

#[test]
fn git_finds_nothing_changed_where_a_worker_has_finished_but_a_branch_of_its_own_stays() {
    let world = World::new();
    world.spawn("r", 1, "echo 1 > n; echo 2 >> a.txt; git add n; git commit -qm mine; echo 3 > m");
    let status = |run: &str| world.par_ok(&["attach", run, "-w", "1", "--", "git", "status", "--porcelain"]);
    let head = |run: &str| world.par_ok(&["attach", run, "-w", "1", "--", "git", "rev-parse", "HEAD"]);
    assert_eq!(status("r"), "");
    assert_eq!(head("r").trim(), world.git(&["rev-parse", "refs/par/r/w1"]));
    world.spawn("s", 1, "git checkout -q -b own; echo 1 > n");
    assert_eq!(status("s"), "?? n\n");
    assert_eq!(world.git(&["rev-parse", "own"]), world.git(&["rev-parse", "HEAD"]));
}
