//! `git par status`, and what `git par list` says of states: true at the moment of asking, wherever it is asked.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Stdio},
};

use serde_json::Value;

use super::{lanes::Lanes, world::World};

fn overview(world: &World, arguments: &[&str]) -> Value {
    world.par_json(&[&["list"], arguments].concat())["runs"][0].clone()
}

fn states(overview: &Value) -> Vec<&str> {
    overview["workers"].as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect()
}

/// Starts a run of two workers, one after the other, the first of which runs until it is let go.
fn begin(world: &World) -> Child {
    let script = "touch ../ready$PAR_WORKER; while test ! -e ../go; do sleep 0.02; done; echo $PAR_WORKER > n";
    let arguments = ["spawn", "-n", "2", "-j", "1", "--name", "r", "t", "--", "sh", "-c", script];
    let child = world.par_command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for(|| world.beside("repo.par/r/ready1").exists());
    child
}

fn wait_for(is_so: impl Fn() -> bool) {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !is_so() {
        assert!(std::time::Instant::now() < until, "it never came about");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

fn let_go(world: &World, mut child: Child) {
    fs::write(world.beside("repo.par/r/go"), "").unwrap();
    child.wait().unwrap();
}

#[test]
fn each_way_in_which_a_worker_may_stand_has_its_word() {
    let world = World::new();
    let scripts = [
        ("fails", "echo 1 > n; exit 1"),
        ("empty", ":"),
        ("slow", "echo 2 > n; exec sleep 100"),
        ("good", "echo 4 > n"),
    ];
    let lanes = Lanes::spawn_with(&world, "r", &scripts, &["--timeout", "1s"]);
    assert_eq!(lanes.said.code, 0, "{:?}", lanes.said);
    assert_eq!(states(&overview(&world, &[])), ["failed", "empty", "timeout", "finished"]);
    assert_eq!(overview(&world, &[])["state"], "finished");
    world.par(&["gate", "r", "--", "grep", "-q", "4", "n"]);
    assert_eq!(states(&overview(&world, &[])), ["failed", "empty", "timeout", "gated"]);
    world.par_ok(&["pick", "r"]);
    let picked = overview(&world, &[]);
    assert_eq!((states(&picked)[3], &picked["state"]), ("picked", &Value::from("picked")));
    assert_eq!(picked["workers_by_state"], serde_json::json!({"failed": 1, "empty": 1, "timeout": 1, "picked": 1}));
    assert_eq!(picked["gates"], serde_json::json!({"pass": 1, "fail": 3}));
    world.par_ok(&["merge", "r"]);
    let merged = overview(&world, &[]);
    assert_eq!((states(&merged)[3], &merged["state"]), ("merged", &Value::from("merged")));
}

#[test]
fn a_seal_that_events_came_after_is_told_as_stale() {
    let world = World::new();
    world.picked("r", "echo x > x");
    world.par_ok(&["seal", "--no-sign", "r"]);
    let sealed = overview(&world, &[]);
    assert_eq!(
        (&sealed["state"], &sealed["sealed"], &sealed["stale"]),
        (&"sealed".into(), &true.into(), &false.into())
    );
    world.par_ok(&["merge", "r"]);
    let stale = overview(&world, &[]);
    assert_eq!((&stale["state"], &stale["sealed"], &stale["stale"]), (&"merged".into(), &true.into(), &true.into()));
    assert!(world.par_ok(&["list"]).lines().nth(1).unwrap().contains("  stale  "));
    assert!(world.par_ok(&["status"]).contains("\nsealed, but events came after the seal\n"));
}

#[test]
fn a_run_that_is_worked_on_is_told_as_such_here_and_a_clone_does_not_know() {
    let world = World::new();
    let mut child = begin(&world);
    let here = overview(&world, &["r"]);
    assert_eq!((&here["state"], &here["elsewhere"]), (&"running".into(), &false.into()));
    assert_eq!(states(&here), ["running", "queued"]);
    assert!(here["workers"][0]["elapsed_ms"].is_u64() && here["workers"][0]["duration_ms"].is_null());
    let clone = world.clone_with_runs("clone", &[]).display().to_string();
    let there = &world.par_json(&["-C", &clone, "status"])["runs"][0];
    assert_eq!((&there["state"], &there["elsewhere"]), (&"running".into(), &true.into()));
    assert!(world.par_ok(&["-C", &clone, "-q", "status"]).contains("state: running elsewhere, if at all"));
    child.kill().unwrap();
    child.wait().unwrap();
    let dead = overview(&world, &["r"]);
    assert_eq!((&dead["state"], states(&dead)), (&"interrupted".into(), vec!["interrupted", "queued"]));
    fs::write(world.beside("repo.par/r/go"), "").unwrap();
}

#[test]
fn people_are_shown_the_newest_twenty_and_programs_all() {
    let world = World::new();
    for number in 0..21 {
        world.par(&["spawn", "-n", "1", "--name", &format!("run-{number}"), "t", "--", "true"]);
    }
    let lines = |arguments: &[&str]| world.par_ok(arguments).lines().map(str::to_owned).collect::<Vec<_>>();
    let listed = lines(&["list"]);
    assert_eq!((listed.len(), listed.last().map(String::as_str)), (22, Some("and 1 more: git par list --all")));
    assert!(listed[1].starts_with("run-20 "));
    assert_eq!(lines(&["list", "--all"]).len(), 22);
    assert_eq!(world.par_json(&["list"])["runs"].as_array().unwrap().len(), 21);
}

#[test]
fn status_is_the_list_of_the_newest_run() {
    let world = World::new();
    for run in ["older", "newer"] {
        world.spawn(run, 2, "echo x > x");
    }
    assert_eq!(world.par_ok(&["status", "older"]), world.par_ok(&["list", "older"]));
    let said = world.par(&["status"]);
    assert_eq!(said.stderr, "run newer (the newest)\n");
    insta::assert_snapshot!(said.snapshot(&world), @r"
    run newer
    task: the task
    state: finished
    workers: 2 finished
    worker  state  attempt  agent  time  diff  gate  tokens  cost  candidate
    w1  finished  1  command  <time>  1 file +1 -0  none  -  -  <id>
    w2  finished  1  command  <time>  1 file +1 -0  none  -  -  <id>
    total  <time>  -  -
    ! run newer (the newest)
    exit 0
    ");
}

#[test]
fn what_agents_spent_is_added_up_and_what_none_told_is_null() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    let totals = overview(&world, &[])["totals"].clone();
    assert_eq!((&totals["input_tokens"], &totals["cost_micro_usd"]), (&Value::Null, &Value::Null));
    let bin = world.home().join("bin");
    fs::create_dir(&bin).unwrap();
    let said = r#"{"type":"result","total_cost_usd":0.5,"usage":{"input_tokens":10,"output_tokens":2}}"#;
    fs::write(bin.join("claude"), format!("#!/bin/sh\necho x > x\necho '{said}'\n")).unwrap();
    fs::set_permissions(bin.join("claude"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut world = world;
    world.add_to_path(&bin);
    world.par_ok(&["spawn", "-a", "claude:2", "--name", "paid", "t"]);
    let totals = overview(&world, &["paid"])["totals"].clone();
    assert_eq!((&totals["input_tokens"], &totals["output_tokens"]), (&20.into(), &4.into()));
    assert_eq!(totals["cost_micro_usd"], 1_000_000);
    let total = world.par_ok(&["list", "paid"]).lines().find(|line| line.starts_with("total")).unwrap().to_owned();
    assert!(total.contains(" 24 ") && total.ends_with("$1.0000"), "{total}");
}

#[test]
fn watching_writes_a_table_for_each_change_and_ends_with_the_run() {
    let world = World::new();
    let child = begin(&world);
    let mut watch = world.par_command(&["list", "--watch", "r"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines().map(Result::unwrap);
    let first: Vec<String> = lines.by_ref().take_while(|line| !line.starts_with("total")).collect();
    assert!(first[2] == "state: running" && first[5].contains("running") && first[6].contains("queued"), "{first:?}");
    let_go(&world, child);
    let rest: Vec<String> = lines.collect();
    assert!(watch.wait().unwrap().success());
    assert_eq!(rest[..2], ["", "run r"], "an empty line stands between two tables");
    let last: Vec<&String> = rest.rsplit(String::is_empty).next().unwrap().iter().collect();
    assert_eq!(last[2], "state: finished");
    let tables: Vec<&[String]> = rest.split(String::is_empty).filter(|table| !table.is_empty()).collect();
    assert!(tables.windows(2).all(|pair| pair[0] != pair[1]), "{tables:?}");
}

#[test]
fn watching_for_a_program_is_one_object_a_line() {
    let world = World::new();
    let child = begin(&world);
    let mut watch = world.par_command(&["--json", "status", "--watch", "r"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut objects: Vec<Value> = vec![serde_json::from_str(&lines.next().unwrap()).unwrap()];
    let_go(&world, child);
    objects.extend(lines.map(|line| serde_json::from_str(&line).unwrap()));
    assert!(watch.wait().unwrap().success());
    let states: Vec<&str> = objects.iter().map(|object| object["runs"][0]["state"].as_str().unwrap()).collect();
    assert_eq!((states[0], *states.last().unwrap()), ("running", "finished"));
    assert!(objects.iter().all(|object| object["version"] == 1));
}

#[test]
fn watching_what_is_over_is_looking_once_and_an_interrupt_ends_the_rest() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    assert_eq!(world.par_ok(&["status", "--watch", "r"]), world.par_ok(&["status", "r"]));
    let mut watch = world.par_command(&["list", "--watch"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    assert!(lines.nth(1).unwrap().unwrap().starts_with("r "));
    let pid = rustix::process::Pid::from_child(&watch);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!((watch.wait().unwrap().code(), lines.count()), (Some(130), 0));
}

#[test]
fn what_was_merged_and_is_not_on_its_branch_any_more_is_told() {
    for (mode, then, expected) in [
        ("--no-ff", "reset --quiet --hard HEAD^", Some(false)),
        ("--no-ff", "commit --quiet --allow-empty -m more", Some(true)),
        ("--squash", "commit --quiet --amend -m another", Some(true)),
        ("--squash", "reset --quiet --hard HEAD^", Some(false)),
        ("--ff", "branch -m trunk", None),
    ] {
        let world = World::new();
        world.spawn("r", 1, "echo 1 > n");
        world.par_ok(&["pick"]);
        world.par_ok(&["merge", mode]);
        assert_eq!(overview(&world, &[])["merge_in_target"], true, "{mode}");
        world.git(&then.split(' ').collect::<Vec<_>>());
        assert_eq!(overview(&world, &["r"])["merge_in_target"], serde_json::json!(expected), "{mode} {then}");
        for arguments in [&["list"][..], &["list", "r"], &["status"]] {
            let said = world.par_ok(arguments);
            assert_eq!(said.contains("merged (not in main)"), expected == Some(false), "{mode} {then}: {said}");
        }
    }
}
