//! `git par spawn --detach`: the run goes on by itself, and every other verb works on it.

use std::{fs, io::Read, process::Stdio, time::Instant};

use rustix::process::{Pid, getsid};
use serde_json::json;

use super::{
    endings::{interrupt, start, wait_for},
    stop::WORKS,
    world::{Said, World},
};

fn detached(world: &World, arguments: &[&str], script: &str) -> Said {
    world.git(&["config", "par.grace", "300ms"]);
    let all = [&["spawn", "--detach", "--name", "r"], arguments, &["t", "--", "sh", "-c", script]].concat();
    Said::of(start(world.par_command(&all)).wait_with_output().unwrap())
}

#[test]
fn a_detached_run_goes_on_and_is_listed_followed_and_stopped() {
    let world = World::new();
    let before = Instant::now();
    let said = detached(&world, &["-n", "2", "-j", "1"], &format!("echo working; {WORKS}"));
    assert_eq!(said.code, 0, "{said:?}");
    assert!(before.elapsed().as_secs() < 20);
    assert!(
        said.stdout.contains("run r goes on by itself\nnext: git par log -f r, git par list r, git par stop r"),
        "{said:?}"
    );
    wait_for(&world.beside("repo.par/r/ready1"));
    let list = world.par_json(&["list", "r"])["runs"][0].clone();
    assert_eq!((&list["state"], &list["workers"][0]["state"]), (&json!("running"), &json!("running")));
    let session = getsid(Some(world.pid("1"))).unwrap();
    let leader = fs::read_link(format!("/proc/{}/exe", session.as_raw_pid())).unwrap();
    assert_eq!(leader.file_name().unwrap(), "git-par", "its supervisor is the first of a session");
    let mut follower =
        world.par_command(&["log", "-f", "r", "-w", "1", "--agent"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = [0; 8];
    follower.stdout.as_mut().unwrap().read_exact(&mut line).unwrap();
    assert_eq!(&line, b"working\n");
    assert_eq!(world.par_json(&["stop", "r"])["stopped"], json!([1, 2]));
    assert!(follower.wait().unwrap().success());
    assert_eq!(world.end_of("r", 1)["cut"], "stop");
    world.assert_gone("1");
    world.par_ok(&["verify", "r"]);
}

#[test]
fn a_detached_run_does_not_end_with_its_terminal() {
    let world = World::new();
    world.git(&["config", "par.grace", "300ms"]);
    let spawn = "\"$0\" -q spawn --detach --name r -n 1 t -- sh -c 'touch ../ready1; until test -e ../go; do sleep 0.02; done; echo 1 > n'; exec sleep 100";
    let shell = start(world.command("setsid", &["--wait", "sh", "-c", spawn, env!("CARGO_BIN_EXE_git-par")]));
    wait_for(&world.beside("repo.par/r/ready1"));
    // As a terminal does to everyone of its session when it is closed.
    interrupt(&shell, rustix::process::Signal::HUP);
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let pid = entry.file_name().to_string_lossy().parse().ok().and_then(Pid::from_raw);
        let command = fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
        if let Some(pid) = pid.filter(|_| command == "sleep\x00100\x00")
            && getsid(Some(pid)).is_ok_and(|session| session == pid)
            && fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == world.here)
        {
            rustix::process::kill_process_group(pid, rustix::process::Signal::HUP).unwrap();
        }
    }
    shell.wait_with_output().unwrap();
    fs::write(world.beside("repo.par/r/go"), "").unwrap();
    world.par_ok(&["log", "-f", "r"]);
    assert_eq!(world.git(&["show", "refs/par/r/w1:n"]), "1");
    assert_eq!(world.event("r", "run_finished")["result"]["reason"], "completed");
}

#[test]
fn what_keeps_a_run_from_beginning_is_told_before_it_is_detached() {
    let world = World::new();
    world.spawn("r", 1, "echo 1 > n");
    detached(&world, &["-n", "1"], "true").refuses(2, "a run named 'r' is here already");
    world
        .par(&["spawn", "--detach", "--base", "nowhere", "t", "--", "true"])
        .refuses(128, "base 'nowhere' is not a commit");
    world.par(&["spawn", "--detach", "--first", "t", "--", "true"]).refuses(2, "--first needs a gate");
    assert_eq!(world.git(&["for-each-ref", "refs/notes/par/"]).lines().count(), 1);
}

#[test]
fn a_detached_run_that_is_over_in_a_moment_is_no_error() {
    let world = World::new();
    let said = detached(&world, &["-n", "1", "--gate", "true"], "echo 1 > n");
    assert_eq!(said.code, 0, "{said:?}");
    world.par_ok(&["log", "-f", "r"]);
    assert_eq!(world.events_of("r", "run_resumed").len(), 0, "it was never cut short");
    assert_eq!(world.event("r", "gate_finished")["result"]["verdict"], "pass");
    world.par_ok(&["verify", "r"]);
}
