//! `git par pick --by`: the keys of a rule, and the numbers behind them.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::{Value, json};

use super::world::World;

/// w1: one file of six lines; w2: two files of one; w3 and w4: the same one file of four.
const SHAPES: &str = "case $PAR_WORKER in 1) seq 6 > a;; 2) seq 1 > a; seq 1 > b;; *) seq 4 > a;; esac";

fn winner(world: &World, arguments: &[&str]) -> Value {
    world.par_json(&[&["pick", "r"], arguments].concat())["winner"].clone()
}

#[test]
fn each_key_has_its_own_order_and_a_dash_turns_it_round() {
    let world = World::new();
    world.spawn("r", 4, SHAPES);
    for (rule, expected) in [
        ("lines", 2),
        ("-lines", 1),
        ("files", 1),
        ("-files", 2),
        ("files,lines", 3),
        ("consensus", 3),
        ("-consensus,lines", 2),
        ("files,-lines", 1),
    ] {
        assert_eq!(winner(&world, &["--by", rule]), expected, "{rule}");
    }
    assert_eq!(world.event("r", "winner_selected")["args"]["rule"], "verdict,diff,files,-lines,worker");
    for text in ["speed", "lines,,files", "lines,lines", ""] {
        assert_eq!(world.par(&["pick", "--by", text]).code, 2, "{text}");
    }
    world.par(&["pick", "--by", "speed"]).refuses(2, "'speed' is not a key of a rule");
}

#[test]
fn the_agents_own_time_is_a_key() {
    let world = World::new();
    world.spawn("r", 2, "[ $PAR_WORKER = 2 ] || sleep 0.3; echo x > x");
    assert_eq!(winner(&world, &["--by", "duration"]), 2);
    assert_eq!(winner(&world, &["--by", "-duration"]), 1);
}

#[test]
fn the_configured_rule_is_the_runs_own() {
    let world = World::new();
    world.git(&["config", "par.rule", "-lines"]);
    world.spawn("r", 4, SHAPES);
    world.git(&["config", "par.rule", "files"]);
    assert_eq!(winner(&world, &[]), 1);
    let mut command = world.par_command(&["--json", "pick", "r"]);
    let output = command.env("GIT_PAR_RULE", "lines").output().unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["winner"], 2);
}

#[test]
fn a_score_is_the_number_on_the_last_line_and_garbage_ranks_last() {
    let world = World::new();
    world.spawn("r", 6, "echo $PAR_WORKER > n");
    let score = "echo noise; case $(cat n) in 1) echo -2.5;; 2) echo 0.25;; 3) echo 1e9;; 4) echo 0.3; exit 1;; 5) :;; 6) printf '+0.250001\\n\\n';; esac";
    let said = world.par_json(&["pick", "--by", "score", "--score", score]);
    let order: Vec<_> =
        said["ranking"].as_array().unwrap().iter().map(|rank| (&rank["worker"], &rank["keys"][0]["value"])).collect();
    let expected = [
        (6, json!(250_001)),
        (2, json!(250_000)),
        (1, json!(-2_500_000)),
        (3, json!(null)),
        (4, json!(null)),
        (5, json!(null)),
    ];
    assert_eq!(
        order,
        expected
            .iter()
            .map(|(worker, value)| (json!(worker), value.clone()))
            .collect::<Vec<_>>()
            .iter()
            .map(|(a, b)| (a, b))
            .collect::<Vec<_>>()
    );
    let text = world.par_ok(&["-q", "pick", "--by", "score"]);
    assert!(text.contains("-2.5") && text.contains("0.250001") && text.contains("unknown"), "{text}");
    assert_eq!(world.events_of("r", "score_finished").len(), 6, "what has a score is not scored again");
    assert_eq!(winner(&world, &["--by", "-score"]), 1);
    assert_eq!(world.git(&["show", "refs/par/r/logs:w2/score.log"]), "noise\n0.25");
}

#[test]
fn a_rule_with_scores_needs_a_command_that_prints_one() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    world.par(&["pick", "--by", "score"]).refuses(2, "no command prints one");
    world
        .par(&["pick", "--by", "score", "--score", "no-such-program"])
        .refuses(128, "score command 'no-such-program' was not found");
    assert_eq!(world.events("r").len(), 4, "nothing was recorded");
    world.git(&["config", "par.score", "echo 7"]);
    assert_eq!(winner(&world, &["--by", "score"]), 1);
}

#[test]
fn an_interrupted_scoring_picks_nobody() {
    let world = World::new();
    world.spawn("r", 2, "echo x > x");
    let there = world.home().join("there");
    let score = format!("touch '{}'; sleep 60", there.display());
    let mut command = world.par_command(&["pick", "--by", "score", "--score", &score]);
    let mut pick = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
    while !there.exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    world.git(&["version"]);
    assert!(world.command("kill", &["-INT", &pick.id().to_string()]).status().unwrap().success());
    assert_eq!(pick.wait().unwrap().code(), Some(130));
    assert_eq!(world.events_of("r", "winner_selected").len(), 0);
}

#[test]
fn what_an_agent_said_that_it_cost_is_a_key() {
    let mut world = World::new();
    let bin = world.home().join("bin");
    fs::create_dir(&bin).unwrap();
    let claude = "#!/bin/sh\necho x > x\ncase $PAR_WORKER in 1) cost=0.5;; 2) cost=0.0123;; 3) echo nothing; exit;; esac\necho \"{\\\"type\\\":\\\"result\\\",\\\"subtype\\\":\\\"success\\\",\\\"is_error\\\":false,\\\"total_cost_usd\\\":$cost,\\\"usage\\\":{\\\"input_tokens\\\":1,\\\"output_tokens\\\":2}}\"\n";
    fs::write(bin.join("claude"), claude).unwrap();
    fs::set_permissions(bin.join("claude"), fs::Permissions::from_mode(0o755)).unwrap();
    world.add_to_path(&bin);
    let said = world.par(&["spawn", "-n", "3", "--name", "r", "--agent", "claude", "t"]);
    assert_eq!(said.code, 0, "{said:?}");
    let answer = world.par_json(&["pick", "--by", "cost"]);
    let order: Vec<_> =
        answer["ranking"].as_array().unwrap().iter().map(|rank| rank["keys"][0]["value"].clone()).collect();
    assert_eq!(order, [json!(12_300), json!(500_000), json!(null)]);
    assert!(world.par_ok(&["pick", "--by", "-cost"]).contains("$0.500000"));
}
