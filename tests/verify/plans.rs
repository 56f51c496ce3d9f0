//! Runs that carry out a plan: what holds of them, in any clone.

use std::{fs, sync::OnceLock};

use serde_json::{Value, json};

use crate::world::World;

const REFS: [&str; 2] = ["refs/par/*:refs/par/*", "refs/notes/par/*:refs/notes/par/*"];

/// Carries out a plan in a world of its own.
fn carried_out(plan: &Value, agent: &str, options: &[&str]) -> World {
    let world = World::with_commit(&[]);
    fs::write(world.beside("plan.json"), plan.to_string()).unwrap();
    let plan = ["spawn", "--plan", "../plan.json", "--name", "r1", "--recover"];
    world.par(&[&plan[..], options, &["--", "sh", "-c", agent]].concat());
    world
}

/// Two waves with a task that only reads, two attempts at one, and a conflict; a session takes over from what is not to blame.
pub(crate) fn conflicting() -> World {
    static TEMPLATE: OnceLock<World> = OnceLock::new();
    let agent = r"case $PAR_WORKER in
        1) echo found; echo x >>a.txt;;
        2) seq 5 >l.txt; echo left >a.txt;;
        3) echo left >l.txt; echo left >a.txt;;
        4) echo right >r.txt; echo right >a.txt;;
        5) echo after >c.txt;;
        *) echo done >mended;;
    esac";
    let plan = json!({ "version": 1, "goal": "a service", "gate": ["sh", "-c", "cat mended"], "tasks": [
        { "id": "survey", "prompt": "p", "role": "researcher", "reads": ["t"] },
        { "id": "left", "prompt": "p", "writes": ["l.txt"], "attempts": 2, "gate": ["true"] },
        { "id": "right", "prompt": "p", "writes": ["r.txt"], "gate": ["true"] },
        { "id": "after", "prompt": "p", "needs": ["survey"], "writes": ["c.txt"], "gate": ["true"] },
    ] });
    TEMPLATE.get_or_init(|| carried_out(&plan, agent, &["--on-escape", "record"])).copied()
}

/// Three tasks of which two make the goal's gate fail together; a session takes over from the third.
pub(crate) fn failing() -> World {
    static TEMPLATE: OnceLock<World> = OnceLock::new();
    let agent = "case $PAR_WORKER in 1) echo x >x.txt;; 2) echo y >y.txt;; 3) echo z >z.txt;; *) echo >mended;; esac";
    let gate = "cat mended || test ! -e x.txt || test ! -e z.txt";
    let task = |id: &str| json!({ "id": id, "prompt": "p", "writes": [format!("{id}.txt")], "gate": ["true"] });
    let tasks = ["x", "y", "z"].map(task);
    let plan = json!({ "version": 1, "goal": "a service", "gate": ["sh", "-c", gate], "tasks": tasks });
    TEMPLATE.get_or_init(|| carried_out(&plan, agent, &[])).copied()
}

#[test]
fn a_plan_that_was_carried_out_honestly_holds_in_a_clone() {
    for (world, more) in [(conflicting(), &[][..]), (failing(), &["blame"])] {
        world.par_ok(&["merge", "r1"]);
        world.par_ok(&["seal", "r1"]);
        let clone = world.clone_with("clone", &[], &REFS);
        let verified = clone.verify(&["r1"]);
        verified.is("ok-unsigned", 0);
        let findings = verified.answer["runs"][0]["findings"].as_array().unwrap();
        let holds = ["history", "tasks", "goal", "objects", "descent", "diff", "escapes", "unions", "gated-tree"];
        for code in holds.iter().chain(&["merge", "logs", "certificate", "seal"]).chain(more) {
            let found = findings.iter().any(|finding| finding["code"] == *code && finding["weight"] == "holds");
            assert!(found, "{code}: {:#}", verified.answer);
        }
    }
}

#[test]
fn a_union_that_is_not_here_is_named_and_proves_nothing() {
    let world = conflicting();
    let clone = world.clone_with("clone", &[], &REFS);
    let union = clone.git(&["rev-parse", "refs/par/r1/union/3"]);
    for name in ["union/3", "w6", "winner"] {
        clone.git(&["update-ref", "-d", &format!("refs/par/r1/{name}")]);
    }
    // The notes name it, and keep nothing of it.
    clone.git(&["-c", "gc.reflogExpire=now", "gc", "--quiet", "--prune=now"]);
    let verified = clone.verify(&["r1"]);
    verified.is("incomplete", 1);
    let told = verified.messages("unions");
    assert!(told.contains(&format!("union {union} is not in this repository")), "{told}");
}

#[test]
fn where_history_is_cut_what_is_missing_is_named_and_nothing_is_broken() {
    let without_unions = ["refs/par/r1/w*:refs/par/r1/w*", "refs/par/r1/base:refs/par/r1/base", REFS[1]];
    for world in [conflicting(), failing()] {
        let whole = world.clone_with("clone", &["--depth=1"], &REFS).verify(&["r1"]);
        whole.is("ok-unsigned", 0);
        let cut = world.clone_with("clone", &["--depth=1"], &without_unions).verify(&["r1"]);
        cut.is("incomplete", 1);
        assert!(cut.broken.is_empty(), "{:#}", cut.answer);
        assert!(cut.messages("unions").contains("is not in this repository"), "{:#}", cut.answer);
    }
    let cut = conflicting().clone_with("clone", &["--depth=1"], &without_unions).verify(&["r1"]);
    assert!(
        cut.messages("diff").contains("candidate of w6, attempt 1, cannot be measured: what it started from"),
        "{:#}",
        cut.answer
    );
}

#[test]
fn a_task_that_was_blocked_is_no_worker_that_had_not_come_to_its_end() {
    let task = |id: &str, needs: &[&str]| json!({ "id": id, "prompt": "p", "writes": [format!("{id}.txt")], "needs": needs, "gate": ["false"] });
    let plan = json!({ "version": 1, "goal": "g", "tasks": [task("x", &[]), task("y", &["x"])] });
    let world = carried_out(&plan, "echo x >x.txt", &["--blame-budget", "0"]);
    let verified = world.verify(&["r1"]);
    verified.is("ok-unsigned", 0);
    let told = verified.messages("history");
    assert_eq!(told, "each event may stand where it stands", "{:#}", verified.answer);
}

#[test]
fn a_candidate_that_says_it_is_another_tasks_or_met_another_check_is_told_and_breaks_nothing() {
    let world = World::with_commit(&[]);
    let task = json!({ "id": "x", "prompt": "p", "writes": ["x.txt"], "gate": ["true"] });
    fs::write(world.beside("plan.json"), json!({ "version": 1, "tasks": [task] }).to_string()).unwrap();
    world.par_ok(&["spawn", "--plan", "../plan.json", "--name", "r1", "--", "sh", "-c", "echo x >x.txt"]);
    world.par_ok(&["gate", "r1", "--", "sh", "-c", "exit 0"]);
    let own = world.git(&["rev-parse", "refs/par/r1/w1"]);
    let text = world.git(&["cat-file", "commit", &own]).replace("Par-Task: x", "Par-Task: other") + "\n";
    let other = world.git_on(&["hash-object", "-t", "commit", "-w", "--stdin"], text.as_bytes());
    world.rechain(|events| {
        for event in events {
            *event = serde_json::from_str(&event.to_string().replace(&own, &other)).unwrap();
        }
    });
    for name in ["w1", "union/1", "winner"] {
        world.git(&["update-ref", &format!("refs/par/r1/{name}"), &other]);
    }
    let verified = world.verify(&["r1"]);
    verified.is("ok-unsigned", 0);
    let (objects, tasks) = (verified.messages("objects"), verified.messages("tasks"));
    assert!(objects.contains("says Par-Task other: it was made for that one"), "{:#}", verified.answer);
    assert!(tasks.contains("w1 was put to another check than its task's: 'sh -c exit 0'"), "{:#}", verified.answer);
}

#[test]
fn the_certificate_tells_of_tasks_unions_and_goal_and_the_seal_keeps_the_unions() {
    let world = conflicting();
    world.par_ok(&["seal", "r1"]);
    let text = world.git(&["cat-file", "blob", "refs/par/r1/seal^{commit}:certificate.json"]);
    let certificate: Value = serde_json::from_str(&text).unwrap();
    let ends: Vec<_> = certificate["tasks"].as_array().unwrap().iter().map(|task| task["end"].clone()).collect();
    assert_eq!(ends, ["accepted"; 4]);
    assert_eq!((&certificate["tasks"][1]["task"], &certificate["tasks"][1]["worker"]), (&json!("left"), &json!(3)));
    let waves: Vec<_> = certificate["unions"].as_array().unwrap().iter().map(|union| union["wave"].clone()).collect();
    assert_eq!(waves, [json!(1), json!(2), Value::Null]);
    assert_eq!(certificate["unions"][0]["conflicts"][0]["theirs"], "right");
    let goal = &certificate["goal"];
    assert_eq!((&goal["mode"], &goal["delivered"]), (&json!("regional_replan"), &json!(true)));
    assert_eq!(goal["commit"], world.git(&["rev-parse", "refs/par/r1/winner"]));
    let parents = world.git(&["log", "-1", "--format=%P", "refs/par/r1/seal^{commit}"]);
    for name in ["union/1", "union/2", "union/3", "winner"] {
        assert!(parents.contains(&world.git(&["rev-parse", &format!("refs/par/r1/{name}")])), "{name}: {parents}");
    }
    let plain = World::with_run();
    let text = plain.git(&["cat-file", "blob", "refs/par/r1/seal^{commit}:certificate.json"]);
    let certificate: Value = serde_json::from_str(&text).unwrap();
    assert!(["tasks", "unions", "goal"].iter().all(|key| certificate.get(key).is_none()), "{certificate}");
}

#[test]
fn the_gate_of_the_union_is_run_again_too() {
    let verified = conflicting().verify(&["r1", "--regate"]);
    verified.is("ok-unsigned", 0);
    assert!(verified.messages("regate").starts_with("6 gates, run again"), "{:#}", verified.answer);
}

#[test]
fn a_union_whose_gate_says_something_else_now_is_named() {
    let world = World::with_commit(&[]);
    let flag = world.beside("flag");
    fs::write(&flag, "").unwrap();
    let task = json!({ "id": "x", "prompt": "p", "writes": ["x.txt"], "gate": ["true"] });
    let gate = ["test", "-e", flag.to_str().unwrap()];
    let plan = json!({ "version": 1, "goal": "g", "gate": gate, "tasks": [task] });
    fs::write(world.beside("plan.json"), plan.to_string()).unwrap();
    world.par_ok(&["spawn", "--plan", "../plan.json", "--name", "r1", "--", "sh", "-c", "echo x >x.txt"]);
    fs::remove_file(&flag).unwrap();
    let verified = world.verify(&["r1", "--regate"]);
    verified.is_broken_in(&["regate"]);
    let told = verified.messages("regate");
    assert!(told.contains("the gate of the union says fail, the journal says pass"), "{told}");
}

#[test]
fn tasks_that_came_one_by_one_hold() {
    let world = World::with_commit(&[]);
    fs::write(world.beside("tasks"), "one\ntwo\n").unwrap();
    let agent = "echo $PAR_WORKER >$PAR_WORKER.txt";
    world.par_ok(&["spawn", "--tasks", "../tasks", "--name", "r1", "--gate", "true", "--", "sh", "-c", agent]);
    world.verify(&["r1"]).is("ok-unsigned", 0);
    world.rechain(|events| {
        let end = events.iter_mut().find(|event| event["tool_name"] == "stream_finished").unwrap();
        end["result"]["drawn"] = 7.into();
    });
    let verified = world.verify(&["r1"]);
    verified.is_broken_in(&["history"]);
    assert!(verified.messages("history").contains("7 tasks are told as drawn"), "{:#}", verified.answer);
}

#[test]
fn what_was_handed_over_is_shown() {
    let world = conflicting();
    assert_eq!(world.par_ok(&["log", "r1", "--output", "-w", "1"]), "found\n");
    let none = world.par(&["log", "r1", "--output", "-w", "2"]);
    let told = String::from_utf8(none.stderr).unwrap();
    assert!(told.contains("run 'r1' has no product output of w2: it handed nothing over"), "{told}");
}

#[test]
fn two_tasks_that_leave_the_very_same_commit_make_a_union_that_holds() {
    let world = World::with_commit(&[]);
    let task = |id: &str| json!({ "id": id, "prompt": "p", "writes": [format!("{id}.txt")] });
    let plan = json!({ "version": 1, "goal": "g", "gate": ["true"], "tasks": [task("x"), task("y")] });
    fs::write(world.beside("plan.json"), plan.to_string()).unwrap();
    let agent = "export GIT_AUTHOR_DATE=@1700000000 GIT_COMMITTER_DATE=@1700000000; \
                 echo one >same.txt; git add .; git commit -qm same";
    let command = ["spawn", "--plan", "../plan.json", "--name", "r1", "--on-escape", "record"];
    world.par_ok(&[&command[..], &["--", "sh", "-c", agent]].concat());
    assert_eq!(world.git(&["rev-parse", "refs/par/r1/w1"]), world.git(&["rev-parse", "refs/par/r1/w2"]));
    world.verify(&["r1"]).is("ok-unsigned", 0);
}
