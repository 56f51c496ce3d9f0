//! `--heal` and `par.testFault`: a check that says no, on purpose or not, and what becomes of it.

use serde_json::json;

use super::{
    plan_world::{task, writer},
    world::World,
};

/// Keeps what it is told in each pass; tries again with one more line each time it changes anything.
fn passes(script: &str) -> serde_json::Value {
    task(
        "t",
        &format!("n=$(ls ../told.* 2>/dev/null | wc -l); cat > ../told.$n; {script}"),
        &json!({ "writes": ["n"] }),
    )
}

fn told(world: &World, pass: u32) -> String {
    std::fs::read_to_string(world.beside(&format!("repo.par/r/told.{pass}"))).unwrap_or_default()
}

#[test]
fn what_the_check_said_reaches_the_agent_and_the_diff_is_the_one_after_healing() {
    let world = World::new();
    let gate = "lines=$(wc -l < n); echo \"there are $lines lines\"; test $lines -ge 3";
    world.plan_ok(gate, &[passes("echo line >> n")], &["--heal", "4"]);
    assert!(!told(&world, 0).contains("lines") && told(&world, 1).contains("there are 1 lines"));
    let second = told(&world, 2);
    assert!(
        second.contains("there are 2 lines") && !second.contains("there are 1") && second.contains("do t"),
        "{second}"
    );
    let end = world.end_of("r", 1);
    assert_eq!((&end["heals"], &end["iterations"], &end["diff"]["insertions"]), (&json!(2), &json!(3), &json!(3)));
    assert_eq!(world.events_of("r", "iteration_finished").len(), 2);
    world.proven();
}

#[test]
fn healing_ends_after_so_many_times() {
    let world = World::new();
    let said = world.plan("false", &[passes("echo line >> n")], &["--heal", "2"]);
    assert_eq!(said.code, 1, "{said:?}");
    world.proven();
    let end = world.end_of("r", 1);
    assert_eq!((&end["heals"], &end["iterations"], &end["diff"]["insertions"]), (&json!(2), &json!(3), &json!(3)));
    assert_eq!(world.task_end("t")["end"], "failed");
}

#[test]
fn a_pass_that_changes_nothing_is_recorded_and_not_counted() {
    let world = World::new();
    let gate = "echo gated >> ../../gated; test $(wc -l < n) -ge 2";
    world.plan_ok(gate, &[passes("test $n = 1 || echo line >> n")], &["--heal", "1"]);
    let unchanged: Vec<_> =
        world.events_of("r", "iteration_finished").iter().map(|event| event["result"]["unchanged"].clone()).collect();
    assert_eq!(unchanged, [json!(null), json!(true)]);
    let end = world.end_of("r", 1);
    assert_eq!((&end["heals"], &end["iterations"]), (&json!(1), &json!(3)));
}

#[test]
fn an_agent_that_never_changes_anything_comes_to_an_end() {
    let world = World::new();
    let said = world.plan("false", &[passes("echo line > n")], &["--heal", "100"]);
    assert_eq!(said.code, 1, "{said:?}");
    world.proven();
    let end = world.end_of("r", 1);
    assert_eq!((&end["heals"], &end["iterations"]), (&json!(0), &json!(3)));
}

#[test]
fn what_is_handed_over_outlives_a_pass_that_heals() {
    let world = World::new();
    let script = "test $n != 0 || echo words > \"$PAR_OUTPUT\"; echo line >> n";
    let after = task("after", "cat > after.md", &json!({ "writes": ["after.md"], "needs": ["t"] }));
    world.plan_ok("test $(wc -l < n) -ge 2", &[passes(script), after], &["--heal", "1"]);
    assert!(world.shown("refs/par/r/winner", "after.md").contains("## t\n\nwords"));
}

#[test]
fn an_agent_that_is_made_to_fail_is_not_run() {
    let world = World::new();
    world.git(&["config", "par.testFault", "agent:one"]);
    let one = task("one", "touch ../ran; echo 1 > one.txt", &json!({ "writes": ["one.txt"] }));
    let asks = task("two", "cat > two.txt; env >> two.txt", &json!({ "writes": ["two.txt"] }));
    let said = world.plan("true", &[one, asks], &["--heal", "2"]);
    assert_eq!(said.code, 1, "{said:?}");
    world.proven();
    assert!(!world.beside("repo.par/r/ran").exists());
    let end = world.end_of("r", 1);
    assert_eq!(
        (&end["ending"], &end["failed_in"]),
        (&json!({ "kind": "failure", "code": 1 }), &json!("par.testFault"))
    );
    assert_eq!(world.ends(), "one failed, two accepted");
    assert_eq!(world.event("r", "run_started")["args"]["plan"]["test_fault"], "agent:one");
    assert!(!world.shown("refs/par/r/w2", "two.txt").to_lowercase().contains("fault"), "nobody is told of it");
}

#[test]
fn a_check_that_is_made_to_say_no_says_so_and_why() {
    let world = World::new();
    world.git(&["config", "par.testFault", "gate:two"]);
    let said = world.plan("touch ../../ran; true", &[writer("one", &[]), writer("two", &[])], &[]);
    assert_eq!((said.code, world.ends().as_str()), (1, "one accepted, two failed"), "{said:?}");
    let gates = world.events_of("r", "gate_finished");
    let gate = gates.iter().find(|event| event["args"]["worker"] == 2).unwrap();
    assert_eq!((&gate["result"]["verdict"], &gate["result"]["reason"]), (&json!("fail"), &json!("par.testFault")));
}

#[test]
fn the_unions_check_that_is_made_to_say_no_is_not_that_of_the_session_that_takes_over() {
    let world = World::new();
    world.git(&["config", "par.testFault", "union:goal"]);
    let session = "cat > session.md; echo 1 >> one.txt";
    let said = world.plan("true", &[writer("one", &[]), writer("two", &[])], &["--recover", "--agent", session]);
    assert_eq!(said.code, 0, "{said:?}");
    let gates = world.events_of("r", "gate_finished");
    let union = gates.iter().find(|event| event["args"]["union"] == true).unwrap();
    assert_eq!((&union["result"]["verdict"], &union["result"]["reason"]), (&json!("fail"), &json!("par.testFault")));
    let goal = world.goal();
    assert_eq!((&goal["delivered"], &goal["worker"]), (&json!(true), &json!(3)));
    assert!(!world.shown("refs/par/r/winner", "session.md").contains("estFault"));
}

#[test]
fn a_fault_that_could_never_be_met_is_refused() {
    let world = World::new();
    for (fault, code, why) in
        [("agnt:one", 128, "is not agent:TASK"), ("gate:", 128, "is not"), ("agent:two", 2, "no task of the plan")]
    {
        world.git(&["config", "par.testFault", fault]);
        world.plan("true", &[writer("one", &[])], &[]).refuses(code, why);
    }
    assert_eq!(world.run_refs(), "");
}
