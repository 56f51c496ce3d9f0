//! Stops: one signal ends an audit, wherever it is, and leaves nothing behind.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::world::World;

/// Far less than what the audits here would take, and more than a busy machine needs to end one.
const SOON: Duration = Duration::from_secs(10);

fn start(mut command: Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::piped()).stdin(Stdio::piped()).spawn().unwrap()
}

/// Waits until the signal is taken in good order: before, it would end the process as it ends any.
fn wait_until_it_listens(child: &Child) {
    let until = Instant::now() + SOON;
    let listens = || {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap().trim().to_owned();
        u64::from_str_radix(&caught, 16).unwrap() & (1 << 14) != 0
    };
    while !listens() {
        assert!(Instant::now() < until, "it never listened");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until it has computed for half a second: by then it is where the most is to be computed.
fn wait_until_it_is_at_work(child: &Child) {
    let until = Instant::now() + SOON;
    let ticks = || {
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        fields[11].parse::<u64>().unwrap()
    };
    while ticks() < 50 {
        assert!(Instant::now() < until, "it never worked");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Ends a verification by one signal; returns its status and its last words.
fn end(child: Child, signal: Signal) -> (Option<i32>, String) {
    wait_until_it_listens(&child);
    let before = Instant::now();
    kill_process(Pid::from_child(&child), signal).unwrap();
    let mut child = child;
    let open = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(open);
    assert!(before.elapsed() < SOON, "{:?}", before.elapsed());
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_signal_ends_the_wait_for_a_journal_that_never_comes() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let world = World::with_commit(&[]);
        let child = start(world.command(env!("CARGO_BIN_EXE_git-par"), &["verify", "-"]));
        let (status, said) = end(child, signal);
        assert_eq!(status, Some(code), "{said}");
        assert!(said.starts_with("error: interrupted before all of it was looked at"), "{said}");
    }
}

#[test]
fn a_signal_ends_gating_again_and_no_worktree_is_left() {
    let world = World::with_commit(&[]);
    world.par_ok(&["spawn", "-n", "3", "--name", "r1", "t", "--", "sh", "-c", "echo 1 >>a.txt"]);
    let slow = world.beside("slow");
    let check = "for up in ../../.. ../../../..; do
        if test -e $up/slow; then touch $up/slowly; exec sleep 1000; fi
    done";
    world.par_ok(&["gate", "--", "sh", "-c", check]);
    let before = world.state();
    fs::write(&slow, "").unwrap();
    let child = start(world.command(env!("CARGO_BIN_EXE_git-par"), &["verify", "--all", "--regate"]));
    let until = Instant::now() + SOON;
    while !world.beside("slowly").exists() {
        assert!(Instant::now() < until, "it never gated");
        std::thread::sleep(Duration::from_millis(5));
    }
    let (status, said) = end(child, Signal::TERM);
    assert_eq!(status, Some(143), "{said}");
    for file in [slow, world.beside("slowly")] {
        fs::remove_file(file).unwrap();
    }
    assert_eq!(world.state(), before);
}

#[test]
fn a_signal_ends_an_audit_between_two_paths_of_a_diff() {
    let world = World::with_commit(&[]);
    // Few objects stand for millions of paths, which nobody measures in the time of a test.
    let script = "b=$(echo x | git hash-object -w --stdin); t=$(printf '100644 blob %s\\tf\\n' $b | git mktree)
        for level in 1 2 3 4 5 6; do
            t=$(for n in 0 1 2 3 4 5 6 7 8 9; do printf '040000 tree %s\\t%s\\n' $t $n; done | git mktree)
        done
        echo $t >\"$PAR_TREE\"";
    let file = world.beside("tree");
    world.par_ok(&["spawn", "-n", "1", "--name", "r1", "t", "--", "sh", "-c", "echo 1 >>a.txt"]);
    assert!(world.command("sh", &["-c", script]).env("PAR_TREE", &file).status().unwrap().success());
    let tree = fs::read_to_string(file).unwrap();
    let commit = world.git(&["commit-tree", tree.trim(), "-p", "refs/par/r1/base", "-m", "x"]);
    world.git(&["update-ref", "refs/par/r1/w1", &commit]);
    world.rechain(|events| {
        for event in events {
            if event["tool_name"] == "worker_finished" {
                event["result"]["candidate"] = commit.clone().into();
                event["result"]["tree"] = tree.trim().into();
            }
        }
    });
    let child = start(world.command(env!("CARGO_BIN_EXE_git-par"), &["verify", "r1"]));
    wait_until_it_is_at_work(&child);
    let (status, said) = end(child, Signal::TERM);
    assert_eq!(status, Some(143), "{said}");
}
