//! `git par gate`: which check runs on which candidate, and what it says.

use super::world::World;

const NUMBERED: &str = "echo $PAR_WORKER > number";
/// Each candidate has another end in store.
const ENDS: &str =
    "case $(cat number) in 1) echo fine; exit 0;; 2) exit 3;; 3) kill -9 $$;; 4) no-such-program;; *) sleep 60;; esac";

fn verdicts(world: &World) -> Vec<(u64, String)> {
    let answer = world.par_json(&["list", "r"]);
    let rows = answer["runs"][0]["workers"].as_array().unwrap().iter();
    rows.map(|row| (row["worker"].as_u64().unwrap(), row["verdict"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn each_candidate_has_a_verdict_of_its_own() {
    let world = World::new();
    world.spawn("r", 5, NUMBERED);
    let said = world.par(&["-q", "gate", "-w", "1", "-w", "2", "-w", "w3", "-w", "4", "--", "sh", "-c", ENDS]);
    insta::assert_snapshot!(said.snapshot(&world), @r"
    worker  agent  ending  time  diff  gate  candidate
    w1  command  success  <time>  1 file +1 -0  pass  <id>
    w2  command  success  <time>  1 file +1 -0  fail  <id>
    w3  command  success  <time>  1 file +1 -0  error  <id>
    w4  command  success  <time>  1 file +1 -0  error  <id>
    w5  command  success  <time>  1 file +1 -0  none  <id>
    note: w2 failed the gate: git par log r -w 2 --gate
    note: w3's gate could not answer: the check ended with signalled(9)
    note: w4's gate could not answer: the check ended with failure(127)
    exit 0
    ");
    let late = world.par(&["-q", "gate", "-w", "5", "--timeout", "150ms", "--", "sh", "-c", ENDS]);
    assert_eq!(late.code, 1, "the passing candidate was not among those gated: {late:?}");
    let expected = [(1, "pass"), (2, "fail"), (3, "error"), (4, "error"), (5, "timeout")];
    assert_eq!(verdicts(&world), expected.map(|(worker, verdict)| (worker, verdict.to_owned())));
    let codes: Vec<_> =
        world.events_of("r", "gate_finished").iter().map(|event| event["result"]["exit_code"].clone()).collect();
    let expected = [Some(0), Some(3), None, Some(127), None];
    assert_eq!(codes.len(), 5);
    assert!(expected.iter().all(|code| codes.contains(&serde_json::json!(code))), "{codes:?}");
    assert_eq!(world.git(&["show", "refs/par/r/logs:w1/gate.log"]), "fine");
}

#[test]
fn a_worker_named_twice_is_gated_once() {
    let world = World::new();
    world.spawn("r", 1, NUMBERED);
    world.par_ok(&["gate", "-w", "1", "-w", "w1", "-j", "2", "--", "true"]);
    assert_eq!(world.events_of("r", "gate_finished").len(), 1);
    world.par(&["gate", "-w", "7", "--", "true"]).refuses(128, "w7 has no candidate yet");
    world.par(&["gate", "-w", "0", "--", "true"]).refuses(2, "'0' is not a worker");
}

#[test]
fn gating_again_appends_and_the_newest_counts() {
    let world = World::new();
    world.spawn("r", 2, NUMBERED);
    assert_eq!(world.par(&["gate", "--", "true"]).code, 0);
    assert_eq!(world.par(&["gate", "--", "false"]).code, 1);
    assert_eq!(world.events_of("r", "gate_finished").len(), 4);
    assert_eq!(verdicts(&world), [(1, "fail".to_owned()), (2, "fail".to_owned())]);
    assert_eq!(world.par(&["pick", "r"]).code, 1);
}

#[test]
fn several_gates_run_at_once() {
    let world = World::new();
    world.spawn("r", 2, NUMBERED);
    // Each waits for the other: one at a time would never end well.
    let meet = format!(
        "cd {} && touch met$PAR_WORKER && for i in $(seq 200); do [ -e met1 ] && [ -e met2 ] && exit 0; sleep 0.05; done; exit 1",
        quoted(&world)
    );
    assert_eq!(world.par(&["gate", "-j", "2", "--", "sh", "-c", &meet]).code, 0);
    assert_eq!(verdicts(&world), [(1, "pass".to_owned()), (2, "pass".to_owned())]);
}

fn quoted(world: &World) -> String {
    format!("'{}'", world.home().display())
}

#[test]
fn a_check_that_is_nowhere_is_told_before_anything_runs() {
    let world = World::new();
    world.spawn("r", 1, NUMBERED);
    let (before, refs) = (world.journal("r"), world.run_refs());
    world.par(&["gate", "--", "no-such-check"]).refuses(128, "gate 'no-such-check' was not found on PATH");
    world.git(&["config", "par.gate", "no-such-check --all"]);
    world.par(&["gate"]).refuses(128, "gate 'no-such-check' was not found on PATH");
    assert_eq!((world.journal("r"), world.run_refs()), (before, refs));
}

#[test]
fn without_any_check_the_way_out_is_shown() {
    let world = World::new();
    world.spawn("r", 1, NUMBERED);
    let said = world.par(&["gate", "r"]);
    said.refuses(2, "there is no check to run");
    assert!(said.stderr.contains("hint: git par gate -- make test"), "{said:?}");
}

#[test]
fn the_check_is_the_one_given_else_the_runs_own_else_the_configured_one() {
    let world = World::new();
    world.git(&["config", "par.gate", "exit 9"]);
    world.git(&["config", "par.gateTimeout", "7m"]);
    world.par(&[
        "spawn",
        "-n",
        "1",
        "--name",
        "r",
        "--gate",
        "ulimit -n 64; test -f number",
        "t",
        "--",
        "sh",
        "-c",
        NUMBERED,
    ]);
    let gates = || world.event("r", "gate_finished")["args"].clone();
    assert_eq!(
        (&gates()["argv"][2], &gates()["timeout_ms"]),
        (&"ulimit -n 64; test -f number".into(), &420_000.into())
    );
    world.par(&["gate", "--", "sh", "-c", "exit 5"]);
    assert_eq!((&gates()["argv"][2], &gates()["timeout_ms"]), (&"exit 5".into(), &420_000.into()));
    world.par_ok(&["gate", "--timeout", "3s"]);
    assert_eq!((&gates()["argv"][2], &gates()["timeout_ms"]), (&"ulimit -n 64; test -f number".into(), &3_000.into()));
    world.git(&["config", "--unset", "par.gate"]);
    world.spawn("s", 1, NUMBERED);
    world.git(&["config", "par.gate", "exit 9"]);
    world.par(&["gate", "s"]);
    assert_eq!(world.event("s", "gate_finished")["result"]["exit_code"], 9);
}

#[test]
fn a_check_knows_its_worker_and_runs_in_the_candidates_files() {
    let world = World::new();
    world.spawn("r", 2, NUMBERED);
    let script = r#"test "$(cat number)" = "$PAR_WORKER" && test "$PWD" = "$(pwd -P)" && test "$(cat "$PAR_TASK_FILE")" = 'the task' &&
        test "$PAR_RUN/$PAR_ATTEMPT" = r/1 && git merge-base --is-ancestor "$PAR_BASE" HEAD &&
        test -z "$GIT_DIR$GIT_INDEX_FILE$GIT_WORK_TREE" && ! read line"#;
    let mut command = world.par_command(&["gate", "--", "sh", "-c", script]);
    command.env("GIT_DIR", world.here.join(".git")).env("GIT_INDEX_FILE", world.here.join(".git/index"));
    assert!(command.status().unwrap().success(), "{:?}", world.par(&["list", "r"]));
    // Nothing of the spawn is left here, and it is all there again.
    std::fs::remove_dir_all(world.here.join(".git/par")).unwrap();
    world.par_ok(&["gate", "--place", "clean", "--", "sh", "-c", script]);
}

#[test]
fn base_is_gated_too_where_asked_and_a_check_that_cannot_tell_is_warned_of() {
    let world = World::new();
    world.spawn("r", 1, NUMBERED);
    let blind = world.par(&["-q", "gate", "--baseline", "--", "test", "-f", "a.txt"]);
    assert!(blind.stdout.contains("base: pass\nwarning: base passes the gate already"), "{blind:?}");
    assert_eq!(world.git(&["show", "refs/par/r/logs:base/gate.log"]), "");
    let event =
        world.events_of("r", "gate_finished").into_iter().find(|event| event["args"]["worker"].is_null()).unwrap();
    assert_eq!(event["result"]["commit"], world.git(&["rev-parse", "HEAD"]));
    let telling = world.par(&["-q", "gate", "--baseline", "--", "test", "-f", "number"]);
    assert!(telling.stdout.contains("base: fail\n") && !telling.stdout.contains("warning"), "{telling:?}");
    assert_eq!(telling.code, 0);
}

#[test]
fn what_is_the_users_stays_and_the_candidate_too() {
    let world = World::new();
    world.write("a.txt", "mine\n");
    world.write("staged.txt", "mine\n");
    world.git(&["add", "staged.txt"]);
    let before = world.own();
    world.spawn("r", 1, NUMBERED);
    let candidate = world.git(&["rev-parse", "refs/par/r/w1"]);
    world.par_ok(&[
        "gate",
        "--",
        "sh",
        "-c",
        "echo changed > number; echo more > more; git add -A; git commit -qm gate",
    ]);
    assert_eq!(world.git(&["rev-parse", "refs/par/r/w1"]), candidate);
    assert_eq!(world.event("r", "gate_finished")["result"]["commit"], candidate);
    assert_eq!(world.own(), before);
    world.fsck();
}

#[test]
fn the_record_names_no_folder_of_this_machine() {
    let world = World::new();
    world.spawn("r", 1, NUMBERED);
    world.par(&["gate", "--", "./missing.sh"]);
    let result = world.event("r", "gate_finished")["result"].clone();
    assert_eq!(
        (&result["verdict"], &result["reason"]),
        (&"error".into(), &"program './missing.sh' is not found".into())
    );
    std::fs::remove_dir_all(world.worktree("r", "w1")).unwrap();
    world.par(&["gate", "--place", "worktree", "--", "true"]);
    let journal = world.journal("r");
    assert!(!journal.contains(world.here.parent().unwrap().to_str().unwrap()), "{journal}");
}
