//! The choice of agents: who is asked for, who is there, and what the well-known ones say of themselves.

use std::{fs, os::unix::fs::PermissionsExt};

use super::world::World;

/// Makes a world whose PATH begins with programs of these names and scripts.
fn world_with(programs: &[(&str, &str)]) -> World {
    let mut world = World::new();
    let folder = world.beside("bin");
    fs::create_dir(&folder).unwrap();
    for (name, script) in programs {
        let file = folder.join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    world.add_to_path(&folder);
    world
}

const CLAUDE: &str = r#"cat > prompt; echo "$*" > arguments; echo "$DISABLE_AUTOUPDATER" > quiet
echo '{"type":"result","subtype":"success","is_error":false,"num_turns":6,"total_cost_usd":0.65716315,"usage":{"input_tokens":112,"output_tokens":6814}}'"#;
const CODEX: &str = r#"cat > prompt
echo '{"type":"turn.started"}'; echo 'a line that is none'
echo '{"type":"turn.completed","usage":{"input_tokens":100,"cached_input_tokens":50,"output_tokens":20,"reasoning_output_tokens":5}}'"#;
const AIDER: &str = r#"while test $# -gt 1; do shift; done; cat "$1" > prompt
echo 'litellm.AuthenticationError: AuthenticationError: OpenAIException - Incorrect API key provided'"#;

#[test]
fn presets_get_the_task_as_each_takes_it_and_what_they_spent_is_told() {
    let world = world_with(&[("claude", CLAUDE), ("codex", CODEX), ("aider", AIDER)]);
    let answer = world.par_json(&[
        "spawn",
        "--name",
        "r",
        "--agent",
        "claude:2",
        "--agent",
        "codex",
        "-a",
        "aider",
        "-a",
        "cat > prompt",
        "/the task",
    ]);
    let agents: Vec<&str> =
        answer["workers"].as_array().unwrap().iter().map(|row| row["agent"].as_str().unwrap()).collect();
    assert_eq!(agents, ["claude", "claude", "codex", "aider", "command"]);
    let usage = |worker: usize| answer["workers"][worker - 1]["usage"].clone();
    assert_eq!(
        usage(1),
        serde_json::json!({"input_tokens": 112, "output_tokens": 6814, "cost_micro_usd": 657_163, "turns": 6})
    );
    assert_eq!(
        (usage(3)["input_tokens"].clone(), usage(3)["cost_micro_usd"].clone()),
        (100.into(), serde_json::Value::Null)
    );
    assert_eq!(usage(4), serde_json::Value::Null);
    for (worker, prompt) in
        [(1, "/the task"), (2, "/the task"), (3, "/the task"), (4, "Task:\n\n/the task"), (5, "/the task")]
    {
        assert_eq!(world.git(&["show", &format!("refs/par/r/w{worker}:prompt")]), prompt, "w{worker}");
    }
    assert_eq!(
        world.git(&["show", "refs/par/r/w1:arguments"]),
        "-p --output-format json --permission-mode acceptEdits"
    );
    assert_eq!(world.git(&["show", "refs/par/r/w1:quiet"]), "1");
    let shown = world.par_ok(&["-q", "list", "r"]);
    assert!(shown.contains("w4's provider said: "), "{shown}");
}

#[test]
fn an_agent_that_says_that_it_failed_is_shown_though_it_exits_0() {
    let claude = r#"echo x >> a.txt; echo '{"type":"result","subtype":"success","is_error":true,"result":"API Error: 401 invalid x-api-key","usage":{"input_tokens":0,"output_tokens":0}}'"#;
    let world = world_with(&[("claude", claude)]);
    let said = world.par(&["spawn", "-n", "1", "--name", "r", "--agent", "claude", "task"]);
    insta::assert_snapshot!(said.snapshot(&world), @"
    run r
    worker  agent  ending  time  diff  gate  candidate
    w1  claude  success  <time>  1 file +1 -0  none  <id>
    note: w1's provider said: API Error: 401 invalid x-api-key
    nothing was checked: no gate was given
    worktrees: <world>/repo.par/r
    next: git par gate -- CHECK, then git par pick
    ! run r
    ! w1: claude is running
    ! w1: success after <time>, 1 file +1 -0; the provider said: API Error: 401 invalid x-api-key
    exit 0
    ");
    assert_eq!(world.git(&["show", "refs/par/r/w1:a.txt"]).lines().last(), Some("x"), "its edit is kept all the same");
}

#[test]
fn without_a_choice_the_first_well_known_agent_on_path_works() {
    let world = world_with(&[("goose", "cat > prompt"), ("codex", CODEX)]);
    let answer = world.par_json(&["spawn", "--name", "r", "task"]);
    let agents: Vec<&str> =
        answer["workers"].as_array().unwrap().iter().map(|row| row["agent"].as_str().unwrap()).collect();
    assert_eq!(agents, ["codex"; 3]);
    world.git(&["config", "par.agent", "goose"]);
    world.git(&["config", "par.workers", "2"]);
    let answer = world.par_json(&["spawn", "--name", "s", "task"]);
    let agents: Vec<&str> =
        answer["workers"].as_array().unwrap().iter().map(|row| row["agent"].as_str().unwrap()).collect();
    assert_eq!(agents, ["goose"; 2]);
}

#[test]
fn who_is_not_there_is_told_before_anything_starts() {
    let world = World::new();
    let none = world.par(&["spawn", "task"]);
    insta::assert_snapshot!(none.snapshot(&world), @r#"
    ! error: no agent was found on PATH: looked for claude, codex, gemini, opencode, qwen, copilot, aider, mini, amp, crush, goose
    ! hint: git config --global par.agent 'my-agent --some-flag'
    ! hint: git par spawn "the task" -- my-agent --some-flag
    exit 128
    "#);
    let rows: [(&[&str], &str, i32); 8] = [
        (
            &["--agent", "claude", "task"],
            "error: agent 'claude' needs 'claude', which was not found on PATH\nhint: git par agents\n",
            128,
        ),
        (
            &["--agent", "no-such-program --flag", "task"],
            "error: agent 'no-such-program' was not found on PATH\nhint: git par agents\n",
            128,
        ),
        (&["task", "--", "no-such-program"], "error: agent 'no-such-program' was not found on PATH\n", 128),
        (&["--agent", "", "task"], "error: an agent is the name of a preset or a command, and this one is empty\n", 2),
        (&["--agent", "claude:0", "task"], "error: 'claude:0' does not end in a count from 1 to 256\n", 2),
        (
            &["--agent", "true:200", "--agent", "true:100", "task"],
            "error: 300 workers are too many: a run has at most 256\n",
            2,
        ),
        (&["-n", "1", "--agent", "true:2", "task"], "error: 1 workers are too few: the agents ask for 2\n", 2),
        (
            &["--gate", "no-such-program", "task", "--", "true"],
            "error: gate 'no-such-program' was not found on PATH\n",
            128,
        ),
    ];
    for (arguments, stderr, code) in rows {
        let said = world.par(&[&["spawn"], arguments].concat());
        assert_eq!((said.stderr.as_str(), said.code, said.stdout.as_str()), (stderr, code, ""), "{arguments:?}");
    }
    assert_eq!(world.git(&["for-each-ref", "refs/par", "refs/notes"]), "");
    assert!(!world.beside("repo.par").exists());
}

#[test]
fn what_the_shell_knows_by_itself_is_no_missing_program() {
    let world = World::new();
    for text in [
        "ulimit -c 0; echo x > x",
        "wait; echo x > x",
        "type sh > x",
        "f() { echo x > x; }; f",
        "! false && echo x > x",
        "A=b; echo $A > x",
        "(echo x) > x",
        "local=1; echo > x",
        "alias a=b; echo > x",
    ] {
        let said = world.par(&["-q", "spawn", "-n", "1", "--agent", text, "task"]);
        assert_eq!(said.code, 0, "{text}: {said:?}");
    }
}

#[test]
fn a_program_that_vanishes_or_cannot_run_is_told_of_the_worker() {
    let world = World::new();
    world.write("tool", "not a program\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "tool"]);
    let said = world.par(&["spawn", "-n", "1", "--name", "r", "t", "--", "./tool"]);
    insta::assert_snapshot!(said.snapshot(&world), @"
    run r
    worker  agent  ending  time  diff  gate  candidate
    w1  command  agent failure(127)  <time>  empty  none  <id>
    note: w1 changed nothing
    nothing was checked: no gate was given
    worktrees: <world>/repo.par/r
    ! run r
    ! w1: command is running
    ! warning: w1: './tool' is not executable
    ! w1: failure(127) after <time>, empty
    exit 1
    ");
}
