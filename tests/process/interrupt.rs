//! Interrupts, each in a process of its own.

use std::{
    fs,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use git_par::process::{child, interrupt};
use rustix::process::{Pid, Signal, kill_process};

use super::world::{LONG, World, helper, helper_spec, is_alive};

#[test]
fn an_interrupt_stops_the_child_and_names_the_status_to_exit_with() {
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let world = World::new();
        let mut helper = helper("interrupt::helper_that_is_interrupted", &world).spawn().unwrap();
        let child = world.pid("child");
        kill_process(Pid::from_child(&helper), signal).unwrap();
        assert_eq!(helper.wait().unwrap().code(), Some(status));
        assert!(!is_alive(child));
        assert_eq!(fs::read_to_string(world.cwd().join("ending")).unwrap(), "stopped");
    }
}

#[test]
fn a_second_interrupt_kills_at_once_where_it_is_not_the_first_again() {
    let world = World::new();
    let mut helper = helper("interrupt::helper_with_a_stubborn_child", &world).spawn().unwrap();
    let child = world.pid("child");
    let first = Instant::now();
    // As git and timeout(1) hand on what the terminal, or they themselves, have sent already.
    kill_until_it_ends(&mut helper, Signal::INT, || world.cwd().join("ending").exists());
    assert!(first.elapsed() >= Duration::from_millis(900), "{:?}", first.elapsed());
    assert_eq!(helper.wait().unwrap().code(), Some(130));
    assert_eq!(fs::read_to_string(world.cwd().join("ending")).unwrap(), "stopped");
    assert!(!is_alive(child));
}

#[test]
fn a_third_interrupt_ends_the_process_at_once() {
    let world = World::new();
    let mut helper = helper("interrupt::helper_that_is_stuck", &world).spawn().unwrap();
    let child = world.pid("child");
    let first = Instant::now();
    kill_until_it_ends(&mut helper, Signal::TERM, || false);
    assert!(first.elapsed() >= Duration::from_millis(1900), "{:?}", first.elapsed());
    assert_eq!(helper.wait().unwrap().code(), Some(143));
    assert!(!is_alive(child));
}

#[test]
fn a_closed_terminal_is_taken_as_a_friendly_signal() {
    let world = World::new();
    let test = helper("interrupt::helper_that_is_interrupted", &world);
    // Whoever runs the tests may have been started not to hear of it, which a process hands down.
    let mut hearing = Command::new("env");
    hearing.arg("--default-signal=HUP").arg(test.get_program()).args(test.get_args());
    let environment = test.get_envs().filter_map(|(name, value)| Some((name, value?)));
    let mut helper = hearing.envs(environment).stdout(Stdio::null()).spawn().unwrap();
    world.pid("child");
    kill_process(Pid::from_child(&helper), Signal::HUP).unwrap();
    assert_eq!(helper.wait().unwrap().code(), Some(143));
    assert_eq!(fs::read_to_string(world.cwd().join("ending")).unwrap(), "stopped");
}

#[test]
fn who_was_started_not_to_hear_of_a_closed_terminal_does_not() {
    let world = World::new();
    let test = helper("interrupt::helper_that_is_interrupted", &world);
    let mut deaf = Command::new("sh");
    deaf.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]).arg(test.get_program()).args(test.get_args());
    let environment = test.get_envs().filter_map(|(name, value)| Some((name, value?)));
    let mut helper = deaf.envs(environment).stdout(Stdio::null()).spawn().unwrap();
    world.pid("child");
    kill_process(Pid::from_child(&helper), Signal::HUP).unwrap();
    kill_process(Pid::from_child(&helper), Signal::INT).unwrap();
    assert_eq!(helper.wait().unwrap().code(), Some(130));
}

/// Sends a signal again and again, until the process ends, or something else is so.
fn kill_until_it_ends(process: &mut Child, signal: Signal, is_enough: impl Fn() -> bool) {
    while process.try_wait().unwrap().is_none() && !is_enough() {
        let _ = kill_process(Pid::from_child(process), signal);
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
#[ignore = "the other half of a test: runs in a process of its own"]
fn helper_that_is_interrupted() {
    let interrupt = interrupt::install().unwrap();
    assert_eq!(interrupt.exit_status(), None);
    let spec = helper_spec("echo $$ > child; exec sleep 1000", LONG);
    let exit = child::run(&spec, interrupt.stop()).unwrap();
    fs::write(spec.cwd.join("ending"), exit.ending.to_string()).unwrap();
    std::process::exit(i32::from(interrupt.exit_status().unwrap()));
}

#[test]
#[ignore = "the other half of a test: runs in a process of its own"]
fn helper_with_a_stubborn_child() {
    let interrupt = interrupt::install().unwrap();
    let stubborn = "trap '' TERM INT; echo $$ > child; while :; do sleep 0.05; done";
    let spec = helper_spec(stubborn, LONG * 10);
    let exit = child::run(&spec, interrupt.stop()).unwrap();
    fs::write(spec.cwd.join("ending"), exit.ending.to_string()).unwrap();
    std::process::exit(i32::from(interrupt.exit_status().unwrap()));
}

#[test]
#[ignore = "the other half of a test: runs in a process of its own"]
fn helper_that_is_stuck() {
    let interrupt = interrupt::install().unwrap();
    child::run(&helper_spec("echo $$ > child; exec sleep 1000", LONG), interrupt.stop()).unwrap();
    thread::sleep(LONG);
}
