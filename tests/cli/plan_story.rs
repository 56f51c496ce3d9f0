//! The story of a small service: six tasks in three waves, and everything that can come between a plan and its goal.

use std::fs;

use serde_json::{Value, json};

use super::{plan_world::task, world::World};

/// The service: two functions side by side in one file, and two settings that must fit each other.
const SERVICE: &str = "def get(key):\n    return store[key]\ndef put(key, value):\n    store[key] = value\n";

/// The goal's check: a batch fits the limit, whatever else is there.
const CHECK: &str = ". ./limit.conf; . ./client.conf; test $BATCH -le $LIMIT || { echo \"a batch of $BATCH is over the limit of $LIMIT\"; exit 1; }";

/// A session that takes over: it keeps what it is told and makes the two settings fit.
const SESSION: &str = "cat > ../told.md; echo LIMIT=10 > limit.conf; echo BATCH=10 > client.conf";

fn service() -> World {
    let world = World::new();
    world.write("service.py", SERVICE);
    world.write("limit.conf", "LIMIT=50\n");
    world.write("client.conf", "BATCH=5\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "a service"]);
    world.hub(&["--initial-branch=main"]);
    world
}

fn function(name: &str, line: &str, more: &Value) -> Value {
    let script = format!("sed -i '{line}' service.py");
    let mut task = task(name, &script, &json!({ "writes": [{ "file": "service.py", "symbol": name }] }));
    more.as_object().unwrap().iter().for_each(|(key, value)| task[key] = value.clone());
    task
}

/// The plan, as far as the two functions are ordered by it.
fn tasks(get: &Value, put: &Value) -> [Value; 6] {
    let client = "echo BATCH=20 > client.conf; test $PAR_WORKER != 5 || echo 'debug = True' >> service.py";
    let docs = "cat > /dev/null; { cat \"$PAR_TASK_FILE\"; grep -c checked service.py; } > docs.md";
    [
        task(
            "design",
            "echo '# mine' >> service.py; git commit -qam mine; echo 'get and put are checked'",
            &json!({ "role": "planner" }),
        ),
        function("get", "s/    return store.key./    checked(key)\\n    return store[key]  # checked/", get),
        function("put", "s/^def put.*/def put(key, value):  # checked/", put),
        task("limit", "echo LIMIT=10 > limit.conf", &json!({ "writes": ["limit.conf"], "needs": ["design"] })),
        task("client", client, &json!({ "writes": ["client.conf"], "needs": ["design"], "attempts": 2 })),
        task(
            "docs",
            docs,
            &json!({ "reads": ["service.py"], "writes": ["docs.md"], "needs": ["design"], "gate": ["test", "-s", "docs.md"] }),
        ),
    ]
}

/// Holds what both runs have in common: three waves, a reader that changed nothing, and a candidate that left its footprint.
fn look(world: &World) {
    assert_eq!(world.events_of("r", "union_finished").iter().filter(|event| event["args"]["wave"].is_u64()).count(), 3);
    let (reader, astray) = (world.end_of("r", 1), world.end_of("r", 5));
    assert_eq!((&reader["diff"]["files"], &reader["refused"]["diff"]["files"]), (&json!(0), &json!(1)));
    assert!(world.shown("refs/par/r/logs", "w1/refused.patch").contains("+# mine"));
    assert_eq!(astray["escapes"][0]["path"], "service.py");
    assert_eq!(
        (&world.task_end("client")["end"], &world.task_end("client")["worker"]),
        (&json!("accepted"), &json!(6))
    );
}

#[test]
fn two_who_touch_the_same_lines_conflict_and_nothing_is_delivered() {
    let world = service();
    let said = world.plan(CHECK, &tasks(&json!({ "needs": ["design"] }), &json!({ "needs": ["design"] })), &[]);
    assert_eq!(said.code, 1, "{said:?}");
    world.proven();
    look(&world);
    assert!(said.stdout.contains("put conflicts with get in service.py"), "{said:?}");
    assert_eq!((&world.goal()["delivered"], &world.goal()["missing"]), (&json!(false), &json!(["put"])));
    world.par(&["merge", "r"]).refuses(128, "put conflicts with get in service.py");
}

#[test]
fn a_union_that_fails_though_no_task_does_is_healed_by_one_session_and_travels() {
    let world = service();
    // The plan now has one after the other.
    let said = world.plan(
        CHECK,
        &tasks(&json!({}), &json!({ "needs": ["get", "design"] })),
        &["--recover", "--agent", SESSION],
    );
    assert_eq!(said.code, 0, "{said:?}");
    world.proven();
    look(&world);
    assert_eq!(
        world.ends(),
        "design accepted, get accepted, put accepted, limit accepted, client accepted, docs accepted"
    );
    let gates = world.events_of("r", "gate_finished");
    let alone = gates.iter().filter(|event| event["args"]["worker"].is_u64());
    assert!(alone.clone().all(|event| event["result"]["verdict"] == "pass"), "no task shows it alone");
    let union = gates.iter().find(|event| event["args"]["union"] == true).unwrap();
    assert_eq!(union["result"]["verdict"], "fail");
    assert_eq!(world.event("r", "blame_finished")["result"]["tasks"], json!(["limit", "client"]));
    let docs = world.shown("refs/par/r/w7", "docs.md");
    assert!(docs.contains("## design\n\nget and put are checked") && docs.ends_with('3'), "{docs}");
    let told = fs::read_to_string(world.beside("repo.par/r/told.md")).unwrap();
    for part in
        ["a batch of 20 is over the limit of 10", "Done, and in the files: get, put, docs.", "Of limit:", "+BATCH=20"]
    {
        assert!(told.contains(part), "no '{part}' in {told}");
    }
    let goal = world.goal();
    assert_eq!((&goal["mode"], &goal["delivered"]), (&json!("regional_replan"), &json!(true)));
    land(&world);
}

/// Lands it, seals it, and has somebody else check it.
fn land(world: &World) {
    world.par_ok(&["merge", "r"]);
    assert_eq!((world.read("limit.conf"), world.read("client.conf")), ("LIMIT=10\n".into(), "BATCH=10\n".into()));
    assert!(world.read("service.py").matches("checked").count() == 3 && !world.read("service.py").contains("mine"));
    world.par_ok(&["seal", "r"]);
    world.par_ok(&["push", "origin"]);
    world.git(&["push", "--quiet", "origin", "main"]);
    let clone = world.clone_of_hub("clone");
    world.par_ok(&["-C", &clone, "fetch"]);
    let list = world.par_json(&["-C", &clone, "list", "r"]);
    assert_eq!(list["runs"][0]["plan"]["goal"]["delivered"], true, "{list}");
    world.par_ok(&["-C", &clone, "verify", "r"]);
}
