//! Detaching: a process that outlives the one that started it, and its session.

use std::{env, ffi::OsString, fs};

use git_par::process::{detach, environment::Environment};
use rustix::process::{Pid, Signal, kill_process};

use super::world::{LONG, World, await_until, helper, is_alive, pid};

#[cfg(target_os = "linux")]
#[test]
fn a_detached_process_has_a_session_of_its_own_and_the_same_folder() {
    let world = World::new();
    fs::write(world.log(), "before\n").unwrap();
    let mut starter = helper("detach::helper_that_starts", &world);
    assert!(starter.current_dir(world.cwd()).status().unwrap().success());
    let started = world.pid("started");
    assert_eq!(world.pid("detached"), started);
    let stat = fs::read_to_string(format!("/proc/{started}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    let [group, session, terminal] = [fields[2], fields[3], fields[4]];
    assert_eq!([group, session, terminal], [&started.to_string(), &started.to_string(), "0"]);
    assert_eq!(fs::read_link(format!("/proc/{started}/cwd")).unwrap(), world.cwd().canonicalize().unwrap());
    assert_eq!(fs::read_link(format!("/proc/{started}/fd/0")).unwrap().to_str(), Some("/dev/null"));
    await_until(|| world.output().contains("it prints"));
    assert!(world.output().starts_with("before\n"));
    kill_process(started, Signal::KILL).unwrap();
    await_until(|| !is_alive(started));
}

#[test]
fn whoever_is_not_detached_stays_where_he_is_and_children_are_not_told() {
    assert!(!detach::complete().unwrap());
    let inherited = [("GIT_PAR_DETACHED".into(), "1".into())];
    assert_eq!(Environment::build(inherited, []).get("GIT_PAR_DETACHED"), None);
}

#[test]
#[ignore = "the other half of a test: runs in a process of its own"]
fn helper_that_starts() {
    let words = ["--exact", "detach::helper_that_is_detached", "--ignored", "--nocapture"].map(OsString::from);
    let log = env::current_dir().unwrap().with_file_name("child.log");
    let started = detach::start(&words, &log).unwrap();
    fs::write("started", format!("{started}\n")).unwrap();
    let detached = pid(&env::current_dir().unwrap().join("detached"));
    assert_eq!(detached, Pid::from_raw(started.cast_signed()).unwrap());
}

#[test]
#[ignore = "the other half of a test: runs in a process of its own"]
fn helper_that_is_detached() {
    assert!(detach::complete().unwrap());
    println!("it prints");
    fs::write("detached", format!("{}\n", std::process::id())).unwrap();
    std::thread::sleep(LONG);
}
