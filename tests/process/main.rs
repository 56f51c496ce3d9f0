//! Children as they really behave: each test runs real processes and looks at what is left of them.

#![allow(clippy::unwrap_used)]

mod control;
mod detach;
mod families;
mod interrupt;
mod orphans;
mod world;

use std::{ffi::OsString, fs, process::Command, thread, time::Duration};

use git_par::{
    model::{cut::Cut, ending::Ending},
    process::{
        child::{self, Error, Exit, Spec, Stdin},
        environment::Environment,
        log, program,
        stop::Stop,
    },
};
use rustix::process::{Signal, kill_process};

use self::world::{LONG, SHORT, World, await_until, has_setsid, helper, helper_spec, is_alive, run};

#[test]
fn a_status_of_zero_is_success() {
    let world = World::new();
    assert_eq!(world.run("exit 0").ending, Ending::Success);
}

#[test]
fn another_status_is_failure_with_its_code() {
    let world = World::new();
    for code in [1, 2, 126, 127, 255] {
        assert_eq!(world.run(&format!("exit {code}")).ending, Ending::Failure { code });
    }
}

#[test]
fn a_signal_that_is_not_ours_is_told() {
    let world = World::new();
    assert_eq!(world.run("kill -9 $$").ending, Ending::Signalled { signal: 9 });
    assert_eq!(world.run("kill -TERM $$").ending, Ending::Signalled { signal: 15 });
}

#[test]
fn fifty_children_at_once_each_have_their_own_status() {
    let threads = (1..=50).map(|code| {
        let body = move || World::new().run(&format!("echo {code}; exit {code}")).ending;
        (code, thread::spawn(body))
    });
    for (code, thread) in threads.collect::<Vec<_>>() {
        assert_eq!(thread.join().unwrap(), Ending::Failure { code });
    }
}

#[test]
fn output_and_errors_are_in_the_log_in_the_order_of_writing() {
    let world = World::new();
    fs::write(world.log(), "what an earlier attempt left, longer than the new output").unwrap();
    world.run("echo one; echo two >&2; echo three");
    assert_eq!(world.output(), "one\ntwo\nthree\n");
}

#[test]
fn a_hundred_megabytes_of_output_do_not_pass_through_our_memory() {
    let world = World::new();
    let exit = run(&world.spec(&["head", "-c", "104857600", "/dev/zero"]));
    assert_eq!(exit.ending, Ending::Success);
    let digest = log::digest(&world.log()).unwrap();
    assert_eq!(digest.bytes, 104_857_600);
    // `head -c 104857600 /dev/zero | sha256sum`
    assert_eq!(digest.sha256, "20492a4d0d84f8beb1767f6616229f85d44c2827b64bdbfb260ee12fa1109e0e");
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(line) = status.lines().find(|line| line.starts_with("VmHWM:")) {
        let kilobytes: u64 = line.split_ascii_whitespace().nth(1).unwrap().parse().unwrap();
        assert!(kilobytes < 80_000, "{line}");
    }
}

#[test]
fn input_is_at_its_end_from_the_start() {
    let world = World::new();
    assert_eq!(run(&world.spec(&["cat"])).ending, Ending::Success);
    assert_eq!(world.output(), "");
}

#[test]
fn input_can_be_a_file() {
    let world = World::new();
    let task = world.root.path().join("task");
    fs::write(&task, "-rf the task\n").unwrap();
    run(&Spec { stdin: Stdin::File(task), ..world.spec(&["cat"]) });
    assert_eq!(world.output(), "-rf the task\n");
}

#[test]
fn arguments_arrive_as_they_are() {
    let world = World::new();
    let odd = "a b'\"$(id)*\n";
    run(&world.spec(&["printf", "%s|", odd, "", "-n"]));
    assert_eq!(world.output(), format!("{odd}||-n|"));
}

#[test]
fn a_child_has_the_environment_it_was_given_and_its_own_folder() {
    let world = World::new();
    let inherited = [("GIT_DIR", "/main/.git"), ("PWD", "/main"), ("PAR_RUN", "outer"), ("KEPT", "yes")];
    let path = (OsString::from("PATH"), std::env::var_os("PATH").unwrap());
    let inherited = inherited.into_iter().map(|(name, value)| (name.into(), value.into())).chain([path]);
    let environment = Environment::build(inherited, []).with("PAR_WORKER", "1");
    run(&Spec { environment, ..world.spec(&["env"]) });
    let output = world.output();
    let mut names: Vec<&str> = output.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    names.sort_unstable();
    assert_eq!(names, ["GIT_TERMINAL_PROMPT", "KEPT", "PAR_CHILD", "PAR_WORKER", "PATH", "PWD"]);
    assert!(output.contains(&format!("PWD={}\n", world.cwd().display())));
}

#[test]
fn the_repository_of_the_parent_does_not_reach_a_child() {
    let world = World::new();
    let mut helper = helper("helper_with_a_repository", &world);
    assert!(helper.env("GIT_DIR", "/main/.git").status().unwrap().success());
    assert_eq!(world.output(), "none\n");
}

#[test]
#[ignore = "the other half of a test: runs in a process of its own"]
fn helper_with_a_repository() {
    let spec = helper_spec("echo ${GIT_DIR-none}", SHORT);
    run(&Spec { timeout: None, environment: Environment::inherit(), ..spec });
}

#[test]
fn a_missing_program_is_told_from_a_missing_folder() {
    let world = World::new();
    let stop = Stop::new().unwrap();
    let error = |spec: &Spec| child::run(spec, &stop).unwrap_err().to_string();
    let nonsense = error(&world.spec(&["no-such-program"]));
    assert_eq!(nonsense, "program 'no-such-program' is not found");
    let nowhere = error(&Spec { cwd: "/no/such/folder".into(), ..world.spec(&["sh"]) });
    assert_eq!(nowhere, "'/no/such/folder' is not a folder to run in");
    assert!(matches!(child::run(&world.spec(&[]), &stop), Err(Error::Empty)));
}

#[test]
fn a_file_that_is_no_program_is_named() {
    let world = World::new();
    fs::write(world.cwd().join("notes"), "words").unwrap();
    let error = child::run(&world.spec(&["./notes"]), &Stop::new().unwrap()).unwrap_err();
    assert!(matches!(error, Error::Program(program::Error::NotExecutable { .. })));
    assert_eq!(error.to_string(), "'./notes' is not executable");
}

#[test]
fn a_program_with_a_slash_belongs_to_the_folder_of_the_child() {
    let world = World::new();
    std::os::unix::fs::symlink(program::find("sh").unwrap(), world.cwd().join("tool")).unwrap();
    assert_eq!(run(&world.spec(&["./tool", "-c", "exit 3"])).ending, Ending::Failure { code: 3 });
}

#[test]
fn a_child_that_is_late_is_ended_even_if_it_ignores_the_friendly_signal() {
    let world = World::new();
    let stubborn = world.shell("trap '' TERM; while :; do sleep 0.05; done");
    for spec in [world.spec(&["sleep", "1000"]), Spec { grace: SHORT, ..stubborn }] {
        let exit = run(&Spec { timeout: Some(SHORT), ..spec });
        assert_eq!(exit.ending, Ending::Timeout);
        assert!(exit.elapsed >= SHORT && exit.elapsed < LONG, "{exit:?}");
    }
}

#[test]
fn a_child_that_ignores_the_friendly_signal_has_the_grace_and_no_more() {
    let world = World::new();
    let exit = world.run_until_ready("trap '' TERM; : > ready; while :; do sleep 0.05; done", SHORT);
    assert!(exit.elapsed >= SHORT && exit.elapsed < LONG, "{exit:?}");
}

#[test]
fn a_child_that_ends_within_the_grace_may_clean_up() {
    let world = World::new();
    let exit = world.run_until_ready("trap 'echo cleaned; exit 0' TERM; : > ready; while :; do sleep 0.05; done", LONG);
    assert!(world.output().ends_with("cleaned\n"));
    assert!(exit.elapsed < LONG, "{exit:?}");
}

#[test]
fn a_child_that_is_suspended_is_ended_without_waiting_for_the_grace() {
    let world = World::new();
    let exit = world.run_until_ready("sh -c 'sleep 0.1; : > ready' & kill -STOP $$", LONG);
    assert!(exit.elapsed < LONG, "{exit:?}");
}

#[test]
fn grandchildren_of_the_group_end_with_a_child_that_is_stopped() {
    let world = World::new();
    let inner = "sleep 1000 & echo $! > two; : > ready; wait";
    world.run_until_ready(&format!("sleep 1000 & echo $! > one; sh -c '{inner}'; wait"), LONG);
    assert!(!is_alive(world.pid("one")) && !is_alive(world.pid("two")));
}

#[test]
fn a_grandchild_in_a_session_of_its_own_ends_with_a_child_that_is_late() {
    if !has_setsid() {
        return;
    }
    let world = World::new();
    let script = "setsid env -i sleep 1000 & echo $! > stray; cd /; wait";
    assert_eq!(run(&Spec { timeout: Some(SHORT * 3), ..world.shell(script) }).ending, Ending::Timeout);
    assert!(!is_alive(world.pid("stray")));
}

#[test]
fn a_stubborn_grandchild_is_killed_though_its_parent_died_before() {
    if !has_setsid() {
        return;
    }
    let world = World::new();
    let inner = "trap \"\" TERM; echo $$ > stray; : > ready; cd /; while :; do sleep 0.05; done";
    world.run_until_ready(&format!("setsid env -i PATH=\"$PATH\" sh -c '{inner}' & wait"), SHORT);
    assert!(!is_alive(world.pid("stray")));
}

#[test]
fn what_a_child_leaves_in_its_group_is_ended_after_it() {
    let world = World::new();
    let exit = world.run("sleep 1000 & echo $! > left; exit 7");
    assert_eq!(exit.ending, Ending::Failure { code: 7 });
    assert!(!is_alive(world.pid("left")));
    assert!(exit.elapsed < LONG, "{exit:?}");
}

#[test]
fn what_a_child_leaves_in_its_group_may_clean_up() {
    let world = World::new();
    let inner = "trap \"echo cleaned; exit\" TERM; : > ready; cd /; while :; do sleep 0.05; done";
    let exit = world.run(&format!("sh -c '{inner}' & until [ -e ready ]; do :; done"));
    assert_eq!(exit.ending, Ending::Success);
    assert!(world.output().ends_with("cleaned\n"));
}

#[test]
fn what_a_child_leaves_in_its_folder_is_ended_after_it() {
    if !has_setsid() {
        return;
    }
    let world = World::new();
    let exit = world.run("setsid sleep 1000 & echo $! > left; until grep -q sleep /proc/$!/comm; do :; done");
    assert_eq!(exit.ending, Ending::Success);
    assert!(!is_alive(world.pid("left")));
}

#[test]
fn a_daemon_that_left_the_folder_is_left_alone() {
    if !has_setsid() {
        return;
    }
    let world = World::new();
    world.run(
        "home=$PWD; cd /; setsid sleep 1000 & echo $! > $home/daemon; until grep -q sleep /proc/$!/comm; do :; done",
    );
    let daemon = world.pid("daemon");
    assert!(is_alive(daemon));
    kill_process(daemon, Signal::KILL).unwrap();
}

#[test]
fn a_stranger_in_the_folder_is_left_alone() {
    let world = World::new();
    let mut stranger = Command::new("sleep").arg("1000").current_dir(world.cwd()).spawn().unwrap();
    assert_eq!(world.run("true").ending, Ending::Success);
    world.run_until_ready(": > ready; sleep 1000", LONG);
    assert_eq!(stranger.try_wait().unwrap(), None);
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

#[test]
fn a_stop_ends_a_child_at_once() {
    let world = World::new();
    let exit = world.run_until_ready(": > ready; exec sleep 1000", LONG);
    assert!(exit.elapsed < LONG, "{exit:?}");
}

#[test]
fn nothing_starts_after_a_stop() {
    let world = World::new();
    let stop = Stop::new().unwrap();
    stop.set();
    let exit = child::run(&world.shell("echo started"), &stop).unwrap();
    assert_eq!(exit, Exit { ending: Ending::Stopped, cut: Some(Cut::Stop), elapsed: Duration::ZERO });
    assert!(!world.log().exists());
}

#[test]
fn a_stop_of_a_branch_ends_its_child_and_no_other() {
    let (one, other) = (World::new(), World::new());
    let stop = Stop::new().unwrap();
    let start = |world: &World| {
        let (spec, branch) = (world.shell(": > ready; exec sleep 1000"), stop.branch().unwrap());
        let child = thread::spawn({
            let branch = branch.clone();
            move || child::run(&spec, &branch).unwrap()
        });
        await_until(|| world.cwd().join("ready").exists());
        (branch, child)
    };
    let ((first, one), (_, other)) = (start(&one), start(&other));
    first.set();
    assert_eq!(one.join().unwrap().cut, Some(Cut::Stop));
    assert!(!other.is_finished());
    stop.set();
    assert_eq!(other.join().unwrap().cut, Some(Cut::Stop));
}

#[test]
fn a_hurry_takes_the_rest_of_the_grace() {
    let world = World::new();
    let stop = Stop::new().unwrap();
    let spec = Spec { timeout: None, ..world.shell("trap 'echo asked' TERM; : > ready; while :; do sleep 0.05; done") };
    let child = thread::spawn({
        let branch = stop.branch().unwrap();
        move || child::run(&spec, &branch).unwrap()
    });
    await_until(|| world.cwd().join("ready").exists());
    stop.set();
    await_until(|| world.output().contains("asked"));
    stop.hurry();
    let exit = child.join().unwrap();
    assert!(exit.ending == Ending::Stopped && exit.elapsed < LONG, "{exit:?}");
}

#[test]
fn a_child_that_falls_silent_is_ended_though_its_log_has_no_name() {
    let world = World::new();
    let log = world.log().display().to_string();
    let script = format!("rm '{log}'; for i in 1 2 3 4 5 6; do sleep 0.1; echo $i; done; exec sleep 1000");
    let exit = run(&Spec { idle: Some(SHORT), ..world.shell(&script) });
    assert_eq!((exit.ending, exit.cut), (Ending::Timeout, Some(Cut::Idle)));
    assert!(exit.elapsed >= SHORT * 3 && exit.elapsed < LONG, "{exit:?}");
}

#[test]
fn a_child_that_prints_now_and_then_is_not_silent() {
    let world = World::new();
    let script = "for i in 1 2 3 4 5 6 7 8; do sleep 0.1; echo $i; done";
    let exit = run(&Spec { idle: Some(SHORT * 2), ..world.shell(script) });
    assert_eq!((exit.ending, exit.cut), (Ending::Success, None));
}
