//! Limits: what ends workers before they end themselves: silence, time, tokens, money, a gate, another one's success.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{lanes::changes, world::World};

impl World {
    /// Puts an agent CLI of this name on PATH that runs a script.
    fn add_agent(&mut self, name: &str, script: &str) {
        let folder = self.beside("bin");
        fs::create_dir_all(&folder).unwrap();
        let program = folder.join(name);
        fs::write(&program, format!("#!/bin/sh\ncat > /dev/null\n{script}\n")).unwrap();
        fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        self.add_to_path(&folder);
        self.git(&["config", "par.grace", "300ms"]);
    }

    /// Spawns a run `r` of this script with these flags; returns its workers as they stand.
    fn limited(&self, flags: &[&str], script: &str) -> Value {
        self.git(&["config", "par.grace", "300ms"]);
        let argv = [&["spawn", "--name", "r"], flags, &["the task", "--", "sh", "-c", script]].concat();
        self.par_json(&argv)["workers"].clone()
    }

    fn reason(&self) -> String {
        self.event("r", "run_finished")["result"]["reason"].as_str().unwrap().to_owned()
    }
}

/// Returns the text of a sample of what the real program prints.
fn sample(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/agents").join(name)).unwrap()
}

/// Returns the lines with which codex says what it has used.
fn turns() -> Vec<String> {
    sample("codex.jsonl").lines().filter(|line| line.contains("turn.completed")).map(str::to_owned).collect()
}

#[test]
fn an_agent_that_prints_nothing_for_too_long_is_ended_and_one_that_prints_is_not() {
    let world = World::new();
    let script =
        "echo 1 > n; test $PAR_WORKER = 1 && exec sleep 100; for i in 1 2 3 4 5 6 7 8; do echo .; sleep 0.2; done";
    let workers = world.limited(&["-n", "2", "-j", "2", "--idle-timeout", "1s"], script);
    assert_eq!(workers[0]["ending"], json!({"kind": "timeout"}));
    assert_eq!(workers[1]["ending"], json!({"kind": "success"}));
    assert_eq!(world.end_of("r", 1)["cut"], "idle");
    assert_eq!(changes(&world, "refs/par/r/base", "refs/par/r/w1"), "A 100644 n");
    assert!(world.par_ok(&["list", "r"]).contains("w1 was ended: it printed nothing for too long"));
    assert_eq!(world.reason(), "completed");
}

#[test]
fn the_time_for_a_worker_is_for_all_its_passes_and_not_for_its_gate() {
    let world = World::new();
    let gate = "sleep 0.8; false";
    let flags = ["-n", "1", "--timeout", "1500ms", "--until", "gate", "--max-iter", "9", "--gate", gate];
    let workers = world.limited(&flags, "echo x >> n; exec sleep 0.6");
    assert_eq!(workers[0]["ending"], json!({"kind": "timeout"}));
    assert_eq!(world.end_of("r", 1)["cut"], "timeout");
    assert_eq!(world.end_of("r", 1)["iterations"], 3);
    let took = world.event("r", "worker_finished")["duration_ms"].as_u64().unwrap();
    assert!((1500..2400).contains(&took), "{took}");
    assert!(world.par_ok(&["list", "r"]).contains("w1 was ended: its time was over"));
}

#[test]
fn the_time_for_a_run_ends_everybody_and_lets_nobody_begin() {
    let world = World::new();
    let before = Instant::now();
    world.limited(&["-n", "3", "-j", "2", "--budget-wall", "1s"], "echo 1 > n; exec sleep 100");
    assert!(before.elapsed() < Duration::from_secs(15));
    assert_eq!(world.event("r", "run_finished")["result"], json!({"queued": [3], "reason": "budget_wall"}));
    for worker in [1, 2] {
        let end = world.end_of("r", worker);
        assert_eq!((&end["ending"], &end["cut"]), (&json!({"kind": "stopped"}), &json!("budget_wall")));
    }
    world.par_ok(&["verify", "r"]);
}

#[test]
fn agents_are_ended_at_the_line_at_which_they_have_used_the_tokens() {
    let mut world = World::new();
    // Each line has the running total: 16624 tokens, then 28139.
    let turns = turns();
    world.add_agent(
        "codex",
        &format!("echo 1 > n; echo '{}'; sleep 1.2; echo 2 >> n; echo '{}'; exec sleep 100", turns[0], turns[1]),
    );
    let most = "28139".to_owned();
    let said = world.par(&["spawn", "--name", "r", "-n", "2", "-j", "1", "-a", "codex", "--budget-tokens", &most, "t"]);
    assert!(said.stderr.contains("the run ended early: the agents used the budget for tokens"), "{said:?}");
    assert_eq!(world.event("r", "run_finished")["result"], json!({"queued": [2], "reason": "budget_tokens"}));
    assert_eq!(world.end_of("r", 1)["cut"], "budget_tokens");
    assert_eq!(world.git(&["show", "refs/par/r/w1:n"]), "1\n2");
    let again = world.par(&["resume", "r"]);
    assert!(again.stderr.contains("used the budget for tokens"), "{again:?}");
    assert_eq!(world.events_of("r", "worker_started").len(), 1, "what is used up lets nobody begin");
    world.par_ok(&["verify", "r"]);
}

#[test]
fn agents_are_ended_once_they_have_cost_too_much_and_by_the_settings_too() {
    let mut world = World::new();
    let text = sample("claude.json").replace('\'', "");
    let cost = serde_json::from_str::<Value>(&text).unwrap()["total_cost_usd"].as_f64().unwrap();
    world.add_agent("claude", &format!("echo $PAR_WORKER > n\ncat <<'END'\n{text}\nEND"));
    world.git(&["config", "par.budgetCost", &format!("{:.6}", cost * 1.5)]);
    world.par(&["spawn", "--name", "r", "-n", "4", "-j", "1", "-a", "claude", "t"]);
    assert_eq!(world.reason(), "budget_cost");
    assert_eq!(world.events_of("r", "worker_finished").len(), 2);
    assert_eq!(world.event("r", "run_finished")["result"]["queued"], json!([3, 4]));
}

#[test]
fn an_agent_runs_until_the_gate_passes_and_hears_what_it_said() {
    let world = World::new();
    let script = "cat \"$PAR_TASK_FILE\" > ../told; echo pass; echo x >> n";
    let gate = "echo there are $(wc -l < n); test $(wc -l < n) = 3";
    let workers = world.limited(&["-n", "1", "--until", "gate", "--gate", gate], script);
    assert_eq!(workers[0]["verdict"], "pass");
    let passes = world.events_of("r", "iteration_finished");
    let told: Vec<_> =
        passes.iter().map(|pass| (pass["args"]["iteration"].clone(), pass["result"]["verdict"].clone())).collect();
    assert_eq!(told, [(json!(1), json!("fail")), (json!(2), json!("fail"))]);
    assert_eq!(world.end_of("r", 1)["iterations"], 3);
    assert_eq!(world.events_of("r", "gate_finished").len(), 1);
    for log in ["agent.1.log", "agent.2.log", "agent.log"] {
        assert_eq!(world.git(&["show", &format!("refs/par/r/logs:w1/{log}")]), "pass", "{log}");
    }
    let task = fs::read_to_string(world.beside("repo.par/r/told")).unwrap();
    assert!(task.starts_with("the task\n") && task.contains("there are 2") && !task.contains("there are 1"), "{task}");
    assert!(world.par_ok(&["list", "r"]).contains("w1's agent ran 3 times"));
    world.par_ok(&["verify", "r"]);
}

#[test]
fn an_agent_runs_no_more_often_than_it_may() {
    let world = World::new();
    let workers = world.limited(&["-n", "1", "--until", "gate", "--max-iter", "2", "--gate", "false"], "echo x >> n");
    assert_eq!(workers[0]["verdict"], "fail");
    assert_eq!(world.events_of("r", "iteration_finished").len(), 1);
    assert_eq!(world.git(&["show", "refs/par/r/w1:n"]), "x\nx");
    world.par(&["spawn", "--max-iter", "2", "t"]).refuses(2, "--until");
    world.par_ok(&["verify", "r"]);
}

#[test]
fn the_first_that_passes_ends_the_others_and_wins() {
    let world = World::new();
    let script = "echo $PAR_WORKER > n; test $PAR_WORKER = 2 && echo more >> n && exit; exec sleep 100";
    let workers = world.limited(&["-n", "4", "-j", "3", "--first", "--gate", "true"], script);
    assert_eq!(world.event("r", "run_finished")["result"], json!({"queued": [4], "reason": "first_passed"}));
    for worker in [1, 3] {
        let end = world.end_of("r", worker);
        assert_eq!((&end["ending"], &end["cut"]), (&json!({"kind": "stopped"}), &json!("first_passed")));
        assert_eq!(changes(&world, "refs/par/r/base", &format!("refs/par/r/w{worker}")), "A 100644 n");
    }
    assert_eq!(workers[1]["verdict"], "pass");
    world.par_ok(&["gate", "r", "-w", "1", "-w", "3"]);
    assert_eq!(world.par_json(&["pick", "r"])["winner"], json!(2), "the smaller ones passed later");
    assert!(world.par_ok(&["list", "r"]).contains("w1 was ended: another candidate passed first"));
    world.par_ok(&["verify", "r"]);
}

#[test]
fn what_only_a_gate_can_decide_is_refused_without_one() {
    let world = World::new();
    for flags in [&["--first"][..], &["--until", "gate"]] {
        let said = world.par(&[&["spawn"], flags, &["t", "--", "true"]].concat());
        said.refuses(2, &format!("{} needs a gate that says who passes", flags[0]));
    }
    assert_eq!(world.run_refs(), "");
}

#[test]
fn of_several_reasons_the_first_in_the_list_is_recorded() {
    let mut world = World::new();
    let turn = &turns()[0];
    world.add_agent("codex", &format!("echo 1 > n; echo '{turn}'; exec sleep 100"));
    world.par(&["spawn", "--name", "r", "-n", "1", "-a", "codex", "--budget-tokens", "1", "--budget-wall", "1ms", "t"]);
    assert_eq!(world.reason(), "budget_wall", "nobody had said anything yet");
    let mut late = World::new();
    let turn = format!("trap '' TERM; echo 1 > n; sleep 1; echo '{turn}'; exec sleep 100");
    late.add_agent("codex", &turn);
    late.git(&["config", "par.grace", "2s"]);
    late.par(&[
        "spawn",
        "--name",
        "r",
        "-n",
        "1",
        "-a",
        "codex",
        "--budget-tokens",
        "1",
        "--budget-wall",
        "300ms",
        "t",
    ]);
    assert_eq!(late.reason(), "budget_tokens");
}

#[test]
fn the_settings_bound_a_run_and_nonsense_in_them_is_refused() {
    let world = World::new();
    world.git(&["config", "par.idleTimeout", "700ms"]);
    world.limited(&["-n", "1"], "echo 1 > n; exec sleep 100");
    assert_eq!(world.end_of("r", 1)["cut"], "idle");
    let start = world.event("r", "run_started");
    assert_eq!(start["args"]["limits"]["idle_timeout_ms"], 700, "{start}");
    world.git(&["config", "--unset", "par.idleTimeout"]);
    for (key, value) in [
        ("par.idleTimeout", "soon"),
        ("par.budgetWall", "-1"),
        ("par.budgetTokens", "many"),
        ("par.budgetCost", "free"),
    ] {
        world.git(&["config", key, value]);
        let said = world.par(&["spawn", "t", "--", "true"]);
        said.refuses(128, value);
        assert!(said.stderr.contains(key), "{said:?}");
        world.git(&["config", "--unset", key]);
    }
}
