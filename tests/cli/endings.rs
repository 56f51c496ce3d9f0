//! Endings: agents that hang, that print without end, and users who do not want to wait.

use std::{
    fs,
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};

use super::{
    lanes::{Lanes, changes},
    untouched,
    world::{Said, World},
};

#[test]
fn an_agent_that_hangs_is_ended_and_its_work_is_kept() {
    let world = World::new();
    world.git(&["config", "par.grace", "200ms"]);
    let scripts = [
        ("hangs", "echo 1 > n; exec sleep 1000"),
        ("ignores-term", "trap '' TERM INT HUP; echo 1 > n; while :; do sleep 1000; done"),
        ("in-a-session", "echo 1 > n; setsid sh -c 'trap \"\" TERM; echo $$ > ../pid; exec sleep 1000'"),
        ("tidies-up", "trap 'echo 2 > n; exit 0' TERM; echo 1 > n; while :; do sleep 0.05; done"),
    ];
    let before = Instant::now();
    let lanes = Lanes::spawn_with(&world, "r", &scripts, &["--timeout", "1s", "-j", "4"]);
    assert!(before.elapsed() < Duration::from_secs(20));
    for (name, _) in scripts {
        assert_eq!(lanes.changes(name), "A 100644 n", "{name}: {}", lanes.said.stderr);
        assert_eq!(lanes.row(name)["ending"], serde_json::json!({"kind": "timeout"}), "{name}");
    }
    assert_eq!(lanes.show("tidies-up", "n"), "2");
    let pid = fs::read_to_string(world.beside("repo.par/r/pid")).unwrap();
    let state = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    assert!(state.is_empty() || state.contains(" Z "), "still there: {state}");
}

#[test]
fn a_hundred_megabytes_of_output_are_kept_whole_in_bounded_memory() {
    let world = World::new();
    let script = "yes 'a line that says nothing at all' | head -c 100000000; echo 1 > n";
    let par = world.par_command(&["-q", "spawn", "-n", "1", "--name", "r", "t", "--", "sh", "-c", script]);
    let mut timed = world.command("sh", &["-c", "\"$@\" & pid=$!; while kill -0 $pid 2>/dev/null; do grep VmHWM /proc/$pid/status >> peaks 2>/dev/null; sleep 0.1; done; wait $pid", "sh"]);
    timed.arg(par.get_program()).args(par.get_args());
    let before = Instant::now();
    assert_eq!(Said::of(timed.output().unwrap()).code, 0);
    assert!(before.elapsed() < Duration::from_secs(30), "{:?}", before.elapsed());
    assert_eq!(world.git(&["cat-file", "-s", "refs/par/r/logs:w1/agent.log"]), "100000000");
    let peaks = world.read("peaks");
    let peak: u64 = peaks.lines().last().unwrap().split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(peak < 100_000, "{peak} kB");
}

/// Starts `git-par` as a shell would: the first of a foreground group of its own.
pub(crate) fn start(mut command: Command) -> Child {
    command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Signals the group of a child that this test started: never through kill(1), some of which read a negative number as all.
pub(crate) fn interrupt(child: &Child, signal: Signal) {
    kill_process_group(Pid::from_child(child), signal).unwrap();
}

pub(crate) fn wait_for(path: &std::path::Path) {
    let until = Instant::now() + Duration::from_secs(20);
    while !path.exists() {
        assert!(Instant::now() < until, "{} never came", path.display());
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn who_interrupts_a_run_keeps_its_work_and_is_told_so() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let world = World::new();
        let before = untouched::of(&world);
        let script = "echo 1 > n; touch ../ready$PAR_WORKER; exec sleep 1000";
        let child =
            start(world.par_command(&["spawn", "-n", "3", "-j", "2", "--name", "r", "t", "--", "sh", "-c", script]));
        wait_for(&world.beside("repo.par/r/ready1"));
        wait_for(&world.beside("repo.par/r/ready2"));
        // Twice, as a terminal does to what git started: git hands its own signal on.
        interrupt(&child, signal);
        interrupt(&child, signal);
        let said = Said::of(child.wait_with_output().unwrap());
        assert_eq!(said.code, code, "{said:?}");
        for worker in ["w1", "w2"] {
            assert_eq!(changes(&world, "refs/par/r/base", &format!("refs/par/r/{worker}")), "A 100644 n", "{said:?}");
        }
        assert!(said.stdout.contains("stopped"), "{said:?}");
        assert!(said.stdout.contains("queued"), "{said:?}");
        assert_eq!(untouched::of(&world), before);
    }
}

#[test]
fn an_interrupt_while_a_candidate_is_made_does_not_lose_it() {
    let world = World::new();
    world.write(".gitattributes", "slow.txt filter=slow\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "filter"]);
    let (ready, go) = (world.beside("filtering"), world.beside("go"));
    let clean = format!("touch '{}'; until test -e '{}'; do sleep 0.02; done; cat", ready.display(), go.display());
    world.git(&["config", "filter.slow.clean", &clean]);
    let child =
        start(world.par_command(&["spawn", "-n", "1", "--name", "r", "t", "--", "sh", "-c", "echo 1 > slow.txt"]));
    wait_for(&ready);
    interrupt(&child, Signal::INT);
    fs::write(go, "").unwrap();
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!(said.code, 130, "{said:?}");
    assert_eq!(changes(&world, "refs/par/r/base", "refs/par/r/w1"), "A 100644 slow.txt", "{said:?}");
}

#[test]
fn two_spawns_at_once_do_not_get_in_each_others_way() {
    let world = World::new();
    let before = untouched::of(&world);
    let spawn = |run| {
        start(world.par_command(&[
            "-q",
            "spawn",
            "-n",
            "4",
            "-j",
            "4",
            "--name",
            run,
            "t",
            "--",
            "sh",
            "-c",
            "echo $PAR_RUN $PAR_WORKER > n",
        ]))
    };
    let children: Vec<Child> = ["r1", "r2", "r3"].into_iter().map(spawn).collect();
    for child in children {
        let said = Said::of(child.wait_with_output().unwrap());
        assert_eq!(said.code, 0, "{said:?}");
    }
    for run in ["r1", "r2", "r3"] {
        for worker in 1..=4 {
            assert_eq!(world.git(&["show", &format!("refs/par/{run}/w{worker}:n")]), format!("{run} {worker}"));
        }
    }
    assert_eq!(untouched::of(&world), before);
}

#[test]
fn scratch_that_vanishes_half_way_takes_no_record_with_it() {
    let world = World::new();
    world.write("wide/x.txt", "x\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "wide"]);
    world.git(&["sparse-checkout", "set", "--no-cone", "/a.txt"]);
    let script = "echo one; rm -r ../../../repo/.git/par; echo two; echo 1 > n; exit 3";
    let lanes = Lanes::spawn(&world, "r", &[("w", script)]);
    assert_eq!(lanes.changes("w"), "A 100644 n", "{}", lanes.said.stderr);
    assert_eq!(lanes.row("w")["ending"], serde_json::json!({"kind": "failure", "code": 3}));
    assert_eq!(world.git(&["show", "refs/par/r/logs:w1/agent.log"]), "one\ntwo");
}

#[test]
fn a_run_whose_tool_was_killed_is_told_as_cut_short_and_refused_where_nothing_can_be_done() {
    let world = World::new();
    let script = "echo 1 > n; touch ../ready$PAR_WORKER; exec sleep 1000";
    let mut child = start(world.par_command(&["spawn", "-n", "1", "--name", "r", "t", "--", "sh", "-c", script]));
    wait_for(&world.beside("repo.par/r/ready1"));
    assert_eq!(world.par(&["gate", "r", "--", "true"]).code, 3);
    assert!(world.par_ok(&["list", "r"]).contains("running"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(world.par_ok(&["list", "r"]).contains("interrupted"));
    assert_eq!(world.par(&["gate", "r", "--", "true"]).code, 128);
    let sealed = world.par(&["seal", "r"]);
    assert_eq!(sealed.code, 0, "{sealed:?}");
    assert!(sealed.stderr.contains("w1 was cut short"), "{sealed:?}");
    assert_eq!(std::fs::read_to_string(world.worktree("r", "w1").join("n")).unwrap(), "1\n");
    end_leftovers(&world.worktree("r", "w1"));
}

/// Ends the agents that a killed tool left behind in a folder.
pub(crate) fn end_leftovers(folder: &std::path::Path) {
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let is_there = std::fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == folder);
        let pid = entry.file_name().to_string_lossy().parse().ok().and_then(Pid::from_raw);
        if let (true, Some(pid)) = (is_there, pid) {
            let _ = rustix::process::kill_process(pid, Signal::KILL);
        }
    }
}

#[test]
fn an_interrupted_check_says_nothing_and_is_asked_again() {
    let world = World::new();
    assert_eq!(world.spawn("r", 1, "echo 1 > n").code, 0);
    let child = start(world.par_command(&["gate", "r", "--", "sh", "-c", "touch ../checking; exec sleep 1000"]));
    wait_for(&world.beside("repo.par/r/checking"));
    interrupt(&child, Signal::INT);
    assert_eq!(Said::of(child.wait_with_output().unwrap()).code, 130);
    assert!(!world.git(&["notes", "--ref=par/r", "show", "refs/par/r/base"]).contains("gate_finished"));
    assert_eq!(world.par(&["gate", "r", "--", "true"]).code, 0);
}

#[test]
fn a_name_of_which_refs_are_left_is_taken() {
    let world = World::new();
    assert_eq!(world.spawn("r", 1, "echo 1 > n").code, 0);
    world.git(&["update-ref", "-d", "refs/notes/par/r"]);
    assert_eq!(world.spawn("r", 1, "echo 2 > n").code, 2);
}

#[test]
fn who_changed_nothing_is_told_in_one_line_and_who_failed_with_the_way_to_its_log() {
    let world = World::new();
    let agent = "test $PAR_WORKER != 2 || { echo no key; exit 3; }; test $PAR_WORKER != 3 || echo x > x";
    let said = world.par(&["-q", "spawn", "-n", "4", "--name", "r", "t", "--", "sh", "-c", agent]);
    let notes: Vec<&str> = said.stdout.lines().filter(|line| line.starts_with("note:")).collect();
    let log = "git par log r -w 2 --agent";
    assert_eq!(notes, ["note: w1, w2, w4 changed nothing".to_owned(), format!("note: w2's agent failed: {log}")]);
    let words: Vec<&str> = log.split(' ').skip(1).collect();
    assert_eq!(world.par_ok(&words[1..]), "no key\n");
}
