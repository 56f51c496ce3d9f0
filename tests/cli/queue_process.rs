//! Several processes at one queue: one processes, and others add, retry and drop; who interrupts it loses nothing.

use std::{
    fs::{self, File},
    os::unix::process::CommandExt as _,
    process::Stdio,
};

use rustix::process::Signal;

use super::{
    endings::{interrupt, start},
    queue_world::until,
    world::{Said, World},
};

#[test]
fn a_second_processor_is_busy_and_others_add_and_drop_and_retry_meanwhile() {
    let world = World::new();
    world.set_waiting_gate();
    world.queued(&["one", "bad", "three"]);
    let child = world.processing(&["-j", "2"]);
    world.process(&[]).refuses(3, "is being worked on by another process");
    assert_eq!(world.par_json(&["queue", "list"])["is_processed"], true);
    world.process(&["--gate", "true"]).refuses(3, "being processed");
    world.queued(&["four"]);
    world.par_ok(&["queue", "drop", "3"]);
    world.let_go();
    until("the second one is held", || world.entries(&[])[1].starts_with("needs_review"));
    world.branch("bad-branch", &[("good", "good")]);
    let retried = world.par(&["queue", "retry"]);
    let said = Said::of(child.wait_with_output().unwrap());
    // The processor may have been at its end by then: what it tells is how things stood.
    assert!(retried.code == 0 && [0, 1].contains(&said.code), "{retried:?} {said:?}");
    assert_eq!(world.process(&[]).code, 0);
    assert_eq!(world.entries(&[]), ["merged", "merged", "dropped", "merged"]);
    world.assert_no_checks();
}

#[test]
fn eight_who_add_at_once_lose_nothing() {
    for format in ["--ref-format=files", "--ref-format=reftable"] {
        let world = World::with_init(&[format]);
        world.set_gate("true");
        let names: Vec<String> = (1..=8).map(|number| format!("b{number}")).collect();
        for name in &names {
            world.branch(name, &[(name, name)]);
        }
        let begin = |name: &String| {
            let mut command = world.par_command(&["queue", "add", name]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let children: Vec<_> = names.iter().map(begin).collect();
        for child in children {
            let said = Said::of(child.wait_with_output().unwrap());
            assert_eq!(said.code, 0, "{format}: {said:?}");
        }
        let said = world.process(&["-j", "8"]);
        assert_eq!(said.code, 0, "{format}: {said:?}");
        assert_eq!(world.landed("main"), "1 2 3 4 5 6 7 8", "{format}");
        let files = world.git(&["ls-tree", "--name-only", "main"]);
        assert_eq!(files, format!("a.txt\n{}", names.join("\n")), "{format}");
    }
}

#[test]
fn who_interrupts_a_processor_has_the_entries_wait_again_and_nobody_left() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let world = World::new();
        world.set_waiting_gate();
        world.queued(&["one", "two", "three"]);
        let main = world.git(&["rev-parse", "main"]);
        let child = world.processing(&["-j", "2"]);
        interrupt(&child, signal);
        let said = Said::of(child.wait_with_output().unwrap());
        assert_eq!(said.code, code, "{said:?}");
        assert_eq!(world.entries(&[]), ["queued", "queued", "queued"]);
        assert_eq!(world.git(&["rev-parse", "main"]), main);
        world.assert_no_checks();
        world.let_go();
        assert_eq!(world.process(&[]).code, 0);
    }
}

#[test]
fn who_interrupts_a_landing_that_waits_for_a_lock_has_the_entries_wait_again() {
    let world = World::with_gate();
    world.queued(&["one", "two"]);
    fs::write(world.here.join(".git/index.lock"), "").unwrap();
    let child = start(world.par_command(&["queue", "process", "-j", "2"]));
    until("it is landing", || world.journal("queue/main").contains("landing_started"));
    interrupt(&child, Signal::INT);
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!(said.code, 130, "{said:?}");
    assert_eq!(world.entries(&[]), ["queued", "queued"]);
    fs::remove_file(world.here.join(".git/index.lock")).unwrap();
    assert_eq!(world.process(&[]).code, 0);
}

#[test]
fn who_watches_takes_what_comes_until_it_is_ended() {
    let world = World::with_gate();
    world.queued(&["one"]);
    let child = start(world.par_command(&["queue", "process", "--watch"]));
    until("the first one lands", || world.landed("main") == "1");
    world.queued(&["two"]);
    until("the second one lands", || world.landed("main") == "1 2");
    interrupt(&child, Signal::TERM);
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!(said.code, 143, "{said:?}");
    assert!(said.stdout.contains("2 landed, 0 held, interrupted; 2 checks\n"), "{said:?}");
    world.assert_no_checks();
}

#[test]
fn who_watches_asks_the_check_that_the_queue_has_by_then() {
    let world = World::with_gate();
    world.queued(&["one"]);
    let child = start(world.par_command(&["queue", "process", "--watch"]));
    until("the first one lands", || world.landed("main") == "1");
    until("the terms change", || {
        world.branch("two", &[("two", "two")]);
        world.par(&["queue", "add", "two", "--gate", "test ! -e two", "--style", "squash"]).code == 0
    });
    world.queued(&["three"]);
    until("the third one ends", || world.entries(&[])[2] == "merged");
    interrupt(&child, Signal::TERM);
    child.wait_with_output().unwrap();
    assert_eq!(world.entries(&[]), ["merged", "needs_review: gate", "merged"]);
    assert_eq!(world.git(&["rev-list", "--count", "--min-parents=2", "main"]), "1");
}

/// A world whose processor died over the check of its only entry.
fn bereft() -> World {
    let world = World::new();
    world.set_waiting_gate();
    world.queued(&["one"]);
    let mut child = world.processing(&[]);
    child.kill().unwrap();
    child.wait().unwrap();
    world
}

#[test]
fn another_check_can_be_named_after_a_processor_died() {
    let world = bereft();
    assert_eq!(world.entries(&[]), ["testing"]);
    let said = world.process(&["--gate", "test -e one"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(world.landed("main"), "1");
    world.assert_no_checks();
}

#[test]
fn whatever_a_processor_that_died_left_of_a_checks_worktree_goes() {
    let world = bereft();
    // Git has one on file whose folder is gone, as where somebody died over removing it.
    let root = world.beside("repo.par/queue/main");
    let folder = fs::read_dir(&root).unwrap().flatten().find(|entry| entry.file_name() != "x").unwrap().path();
    fs::rename(&folder, root.join("x")).unwrap();
    assert_eq!(world.worktrees().matches("worktree ").count(), 2);
    world.let_go();
    assert_eq!(world.process(&[]).code, 0);
    fs::remove_dir_all(root.join("x")).unwrap();
    world.assert_no_checks();
}

#[test]
fn a_queue_is_followed_from_elsewhere_by_its_events_and_its_listing() {
    let world = World::with_gate();
    world.queued(&["one"]);
    let told = |name: &str| world.home().join(name);
    let follow = |name: &str, arguments: &[&str]| {
        let mut command = world.par_command(arguments);
        command.process_group(0).stdout(File::create(told(name)).unwrap()).spawn().unwrap()
    };
    let log = follow("log", &["queue", "log", "-f"]);
    let list = follow("list", &["queue", "list", "--watch"]);
    let read = |name: &str| fs::read_to_string(told(name)).unwrap();
    until("the listing is there", || read("list").contains("queued"));
    world.queued(&["two"]);
    assert_eq!(world.process(&["-j", "1"]).code, 0);
    until("both have landed", || read("list").contains("2 merged") && read("log").matches("merged").count() == 2);
    for mut child in [log, list] {
        interrupt(&child, Signal::INT);
        assert_eq!(child.wait().unwrap().code(), Some(130));
    }
}
