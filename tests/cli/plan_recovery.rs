//! `--recover`: one session takes over what the tasks did not bring about together, held to the same check.

use serde_json::{Value, json};

use super::{
    plan_world::{task, writer},
    world::{Said, World},
};

/// Fails where both `left` and `right` are there and nobody has joined them.
const GATE: &str = "test -e left.txt && test -e right.txt && test ! -e joined && echo 'left and right do not go together' && exit 1; exit 0";

/// Three tasks of which two do not go together.
fn apart() -> [Value; 3] {
    [writer("left", &[]), writer("other", &[]), writer("right", &[])]
}

fn recover(world: &World, gate: &str, tasks: &[Value], session: &str) -> Said {
    world.plan(gate, tasks, &["--recover", "--agent", session])
}

#[test]
fn where_two_conflict_the_session_starts_from_the_others_and_is_told_what_is_missing() {
    let world = World::new();
    let edit = |id: &str| {
        let script = format!("echo by {id} > a.txt; echo {id} > {id}.txt");
        task(id, &script, &json!({ "writes": [format!("{id}.txt")] }))
    };
    let tasks = [edit("first"), writer("other", &[]), edit("second"), writer("needer", &["second"])];
    let file = world.beside("session.sh");
    std::fs::write(
        &file,
        "cat > session.md; ls > seen; echo joined > a.txt; touch first.txt second.txt needer.txt; echo x > x",
    )
    .unwrap();
    let session = format!("sh '{}'", file.display());
    let said = world.plan("test -e a.txt", &tasks, &["--recover", "--agent", &session, "--on-escape", "record"]);
    assert_eq!(said.code, 0, "{said:?}");
    world.proven();
    let recovery = world.event("r", "recovery_started");
    assert_eq!((&recovery["args"]["scope"], &recovery["args"]["kept"]), (&json!("regional"), &json!(["other"])));
    assert_eq!(recovery["args"]["dropped"], json!(["first", "second", "needer"]));
    assert_eq!(world.shown("refs/par/r/winner", "seen"), "a.txt\nother.txt\nseen\nsession.md");
    let text = world.shown("refs/par/r/winner", "session.md");
    assert!(text.starts_with("the goal\n"), "{text}");
    for part in [
        "- needer: do needer",
        "Done, and in the files: other.",
        "Not in the files: first, second, needer.",
        "second conflicts with first in a.txt",
        "Of first:",
        "+by first",
        "+by second",
    ] {
        assert!(text.contains(part), "no '{part}' in {text}");
    }
    assert!(!text.contains("Of needer") && !text.contains("Of other"), "{text}");
    let goal = world.goal();
    assert_eq!(
        (&goal["mode"], &goal["delivered"], &goal["worker"]),
        (&json!("regional_replan"), &json!(true), &json!(5))
    );
    let unions = world.events_of("r", "union_finished");
    let kept = &unions.last().unwrap();
    assert_eq!(
        (&kept["args"]["wave"], &kept["args"]["base"]),
        (&json!(null), &json!(world.git(&["rev-parse", "refs/par/r/base"])))
    );
    assert_eq!(world.git(&["rev-parse", "refs/par/r/union/3"]), kept["result"]["commit"].as_str().unwrap());
    assert_eq!(world.files("refs/par/r/union/1"), "a.txt first.txt other.txt", "what failed is still there");
    world.par_ok(&["merge", "r"]);
    assert_eq!(world.read("a.txt"), "joined\n");
    world.proven();
}

#[test]
fn where_the_union_fails_the_session_starts_from_what_is_not_to_blame() {
    let world = World::new();
    let said = recover(&world, GATE, &apart(), "cat > session.md; touch left.txt right.txt joined; echo 1 > joined");
    assert_eq!(said.code, 0, "{said:?}");
    world.proven();
    let goal = world.goal();
    assert_eq!((&goal["delivered"], &goal["verdict"]), (&json!(true), &json!("pass")), "{said:?}");
    assert!(world.shown("refs/par/r/winner", "session.md").contains("left and right do not go together"));
    let gate = world.events_of("r", "gate_finished").into_iter().find(|event| event["args"]["union"] == true).unwrap();
    assert_eq!((&gate["result"]["verdict"], gate["args"]["argv"][2].as_str()), (&json!("fail"), Some(GATE)));
    assert_eq!(world.files("refs/par/r/union/1"), "a.txt left.txt other.txt right.txt", "what failed is still there");
    assert!(world.shown("refs/par/r/logs", "base/union.log").contains("do not go together"));
    let last = world.event("r", "gate_finished");
    assert_eq!((&last["args"]["argv"], &last["result"]["commit"]), (&gate["args"]["argv"], &goal["commit"]));
    world.proven();
}

#[test]
fn what_stands_on_a_task_that_is_left_out_is_taken_without_it() {
    let world = World::new();
    // The one that is kept started from a union with the ones that are not.
    let edit = |id: &str, more: Value| task(id, &format!("echo {id} > {id}.txt; echo {id} > a.txt"), &more);
    let tasks = [
        edit("first", json!({ "writes": ["first.txt"] })),
        edit("second", json!({ "writes": ["second.txt"] })),
        task("late", "echo late > late.txt", &json!({ "reads": ["first.txt"], "writes": ["late.txt"] })),
    ];
    let session = "ls > seen; touch first.txt second.txt";
    let said = world.plan("true", &tasks, &["--recover", "--agent", session, "--on-escape", "record"]);
    assert_eq!(said.code, 0, "{said:?}");
    world.proven();
    assert_eq!(world.event("r", "recovery_started")["args"]["kept"], json!(["late"]));
    assert_eq!(world.shown("refs/par/r/winner", "seen"), "a.txt\nlate.txt\nseen");
    let union = world.event("r", "union_finished");
    let tree = world.git(&["rev-parse", "refs/par/r/union/3^{tree}"]);
    assert_eq!(union["result"]["tree"], tree, "the commit holds the tree that is recorded");
}

#[test]
fn where_the_regional_session_fails_one_does_the_whole_goal() {
    let world = World::new();
    let edit = |id: &str| task(id, &format!("echo {id} > a.txt"), &json!({ "writes": [id] }));
    let tasks = [edit("one"), edit("two"), writer("kept", &[])];
    let gate = "ls | tr '\\n' ' '; test ! -e kept.txt -o ! -e session";
    let said =
        world.plan(gate, &tasks, &["--recover", "--agent", "cat > told.md; echo 1 > session", "--on-escape", "record"]);
    assert_eq!(said.code, 0, "{said:?}");
    world.proven();
    let scopes: Vec<_> =
        world.events_of("r", "recovery_started").iter().map(|event| event["args"]["scope"].clone()).collect();
    assert_eq!(scopes, ["regional", "single"]);
    let goal = world.goal();
    assert_eq!((&goal["mode"], &goal["worker"]), (&json!("parallel_then_single_session"), &json!(5)));
    assert_eq!(world.files("refs/par/r/winner"), "a.txt session told.md");
    // It is told what became of the session before it, not of the union before that.
    let told = world.shown("refs/par/r/winner", "told.md");
    assert!(told.contains("Nothing of it is in the files") && told.contains("kept.txt session"), "{told}");
    assert_eq!(world.event("r", "recovery_started")["args"]["base"], world.git(&["rev-parse", "refs/par/r/base"]));
    world.proven();
}

#[test]
fn what_is_not_delivered_stays_so() {
    let world = World::new();
    let said =
        recover(&world, "test ! -e right.txt -o ! -e left.txt", &apart(), "touch left.txt right.txt; echo 1 > n");
    assert_eq!(said.code, 1, "{said:?}");
    world.proven();
    let goal = world.goal();
    assert_eq!((&goal["delivered"], &goal["commit"], &goal["verdict"]), (&json!(false), &json!(null), &json!("fail")));
    world.par(&["merge", "r"]).refuses(128, "offers nothing");
    assert!(!world.run_refs().contains("refs/par/r/winner"), "{}", world.run_refs());
    for name in ["union/1", "w1", "w2", "w3", "w4"] {
        world.git(&["rev-parse", "--verify", &format!("refs/par/r/{name}^{{commit}}")]);
    }
}

#[test]
fn a_session_that_changes_nothing_or_fails_its_check_offers_nothing() {
    for session in ["true", "echo 1 > bad"] {
        let world = World::new();
        let fails = task("fails", "true", &json!({ "writes": ["x"] }));
        let said = recover(&world, "test ! -e bad", &[writer("one", &[]), fails], session);
        assert_eq!(said.code, 1, "{said:?}");
        world.proven();
        assert_eq!((&world.goal()["delivered"], &world.goal()["worker"]), (&json!(false), &json!(null)));
        let scopes: Vec<_> =
            world.events_of("r", "recovery_started").iter().map(|event| event["args"]["scope"].clone()).collect();
        assert_eq!(scopes, ["regional", "single"]);
    }
}

#[test]
fn nobody_takes_over_who_was_not_asked_to() {
    let world = World::new();
    let said = world.plan(GATE, &apart(), &[]);
    assert_eq!(said.code, 1, "{said:?}");
    world.proven();
    assert_eq!(world.events_of("r", "recovery_started"), Vec::<Value>::new());
    assert_eq!((&world.goal()["mode"], &world.goal()["verdict"]), (&json!("parallel"), &json!("fail")));
    assert_eq!(world.events_of("r", "blame_finished").len(), 1);
}

#[test]
fn one_task_alone_has_nobody_to_take_over() {
    let world = World::new();
    let said = recover(&world, "false", &[writer("one", &[])], "echo 1 > n");
    assert_eq!(said.code, 1, "{said:?}");
    world.proven();
    assert_eq!(world.goal()["mode"], "single_session");
    assert_eq!(world.events_of("r", "worker_started").len(), 1);
}

#[test]
fn what_breaks_a_union_is_found_though_a_later_task_failed_on_it() {
    let world = World::new();
    let [left, other, right] = apart();
    let tasks = [left, other, right, writer("late", &["left", "right"])];
    let said = recover(&world, GATE, &tasks, "ls > seen; touch joined late.txt left.txt right.txt");
    assert_eq!(said.code, 0, "{said:?}");
    world.proven();
    assert_eq!(world.task_end("late")["end"], "failed");
    assert_eq!(world.event("r", "blame_finished")["result"]["tasks"], json!(["left", "right"]));
    assert_eq!(world.event("r", "recovery_started")["args"]["kept"], json!(["other"]));
    assert!(!world.shown("refs/par/r/winner", "seen").contains("left.txt"));
}

#[test]
fn a_goal_that_is_only_half_done_is_blamed_on_nobody() {
    let world = World::new();
    let tasks =
        [task("half", "echo half > half.txt", &json!({ "gate": ["true"] })), task("rest", "exit 1", &json!({}))];
    let said = world.plan("test -e half.txt && test -e rest.txt", &tasks, &[]);
    assert_eq!(said.code, 1, "{said:?}");
    world.proven();
    let blame = world.event("r", "blame_finished")["result"].clone();
    assert_eq!((&blame["tasks"], &blame["explanation"]), (&json!([]), &json!("base")));
    assert_eq!(world.events_of("r", "union_probed").len(), 1, "base alone was asked");
}
