//! Interrupts, each in a process of its own.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use git_par::process::{child, interrupt};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::world::{LONG, World, await_until, helper, helper_spec, is_alive};

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
fn a_second_interrupt_ends_the_process_at_once_where_it_is_not_the_first_again() {
    let world = World::new();
    let mut helper = helper("interrupt::helper_that_is_stuck", &world).spawn().unwrap();
    let child = world.pid("child");
    let first = Instant::now();
    kill_process(Pid::from_child(&helper), Signal::INT).unwrap();
    await_until(|| world.output().contains("not yet"));
    // As git and timeout(1) hand on what the terminal, or they themselves, have sent already.
    while helper.try_wait().unwrap().is_none() {
        let _ = kill_process(Pid::from_child(&helper), Signal::TERM);
        thread::sleep(Duration::from_millis(20));
    }
    assert!(first.elapsed() >= Duration::from_millis(900), "{:?}", first.elapsed());
    assert_eq!(helper.wait().unwrap().code(), Some(143));
    kill_process_group(child, Signal::KILL).unwrap();
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
fn helper_that_is_stuck() {
    let interrupt = interrupt::install().unwrap();
    let stubborn = "trap 'echo not yet' TERM; echo $$ > child; while :; do sleep 0.05; done";
    child::run(&helper_spec(stubborn, LONG * 10), interrupt.stop()).unwrap();
}
