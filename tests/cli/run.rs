//! `git par run`: the whole job in one line, and where it stops.

use super::world::World;

/// Each worker writes as many lines as its number says.
const LINES: &str = "seq $PAR_WORKER > lines.txt";

fn steps(answer: &serde_json::Value) -> Vec<&str> {
    answer["steps"].as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn one_line_does_the_whole_job() {
    let world = World::new();
    world.write("test.sh", "test $(wc -l < lines.txt) -ge 2\n");
    world.git(&["add", "."]);
    world.git(&["commit", "-qm", "test"]);
    let line = [
        "run",
        "fix it",
        "-n",
        "3",
        "--name",
        "r",
        "--gate",
        "sh test.sh",
        "--merge",
        "--seal",
        "--",
        "sh",
        "-c",
        LINES,
    ];
    let answer = world.par_json(&line);
    assert_eq!(steps(&answer), ["merge", "pick", "seal", "spawn"], "{answer}");
    assert_eq!((&answer["run"], &answer["version"]), (&"r".into(), &1.into()));
    assert_eq!((&answer["steps"]["pick"]["winner"], &answer["steps"]["merge"]["state"]), (&2.into(), &"merged".into()));
    assert_eq!(world.read("lines.txt"), "1\n2\n");
    assert!(world.run_refs().contains("refs/par/r/seal"));
    world.fsck();
}

#[test]
fn no_next_step_is_named_that_the_line_did_itself() {
    let world = World::new();
    let rest = ["-n", "1", "--gate", "true", "t", "--", "sh", "-c", LINES];
    assert!(world.par_ok(&[&["spawn", "--name", "one"], &rest[..]].concat()).contains("next: git par pick"));
    let all = world.par_ok(&[&["run", "--name", "all", "--merge", "--seal"], &rest[..]].concat());
    assert!(!all.contains("next:") && all.contains("worktrees:"), "{all}");
}

#[test]
fn it_stops_where_the_answer_is_no_with_that_steps_status() {
    let world = World::new();
    let line = |name: &str, gate: &str, script: &str| {
        world.par(&[
            "run", "-n", "2", "--name", name, "--gate", gate, "--merge", "--seal", "t", "--", "sh", "-c", script,
        ])
    };
    assert_eq!(line("none", "false", LINES).code, 1);
    assert!(!world.run_refs().contains("refs/par/none/winner"));
    assert_eq!(line("empty", "true", ":").code, 1);
    world.write("lines.txt", "mine\n");
    let said = line("dirty", "true", LINES);
    said.refuses(4, "untracked file lines.txt would be overwritten");
    assert!(said.stderr.contains("hint: git par run --continue dirty"), "{said:?}");
    assert!(world.run_refs().contains("refs/par/dirty/winner") && !world.run_refs().contains("refs/par/dirty/seal"));
    std::fs::remove_file(world.here.join("lines.txt")).unwrap();
    let said = world.par(&["run", "--continue", "dirty", "--merge", "--seal"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!((world.read("lines.txt"), world.events_of("dirty", "worker_started").len()), ("1\n".into(), 2));
    assert!(world.run_refs().contains("refs/par/dirty/seal"));
}

#[test]
fn going_on_gates_what_the_runs_gate_has_not_seen() {
    let world = World::new();
    world.spawn("r", 2, LINES);
    world.par(&["gate", "-w", "1", "--", "test", "-f", "lines.txt"]);
    let mut command =
        world.par_command(&["--json", "run", "--continue", "r", "--gate", "test $(wc -l < lines.txt) = 2"]);
    let output = command.env("GIT_PAR_AGENT", "claude").output().unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["steps"]["gate"]["gated"], serde_json::json!([2]), "{answer}");
    assert_eq!(answer["steps"]["pick"]["winner"], 1);
    world.par(&["run", "--continue", "r", "another task"]).refuses(2, "cannot be used with");
    world.par(&["run", "--continue", "nothing"]).refuses(128, "no run is named 'nothing'");
    world.par(&["run", "--agent", "true"]).refuses(2, "there is no task");
    world.par(&["run", "--agent", "true"]).refuses(2, "hint: git par run \"what is to be done\"");
}
