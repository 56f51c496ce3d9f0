//! A run that carries out a plan, killed between any two durable steps: it is resumed to the very end it would have had.

use std::{
    fs,
    os::unix::process::ExitStatusExt,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use serde_json::{Value, json};

use super::world::World;

/// How many steps lie between two at which it dies, where `SURVIVAL_STRIDE` does not say so: all of them take minutes.
const STRIDE: u32 = 15;

/// A world with a plan of everything: a reader, two attempts, waves, a union that fails, and a session that takes over.
fn world() -> World {
    let world = World::new();
    world.git(&["config", "par.grace", "100ms"]);
    let task = |id: &str, agent: &str, more: Value| {
        let mut task = json!({ "id": id, "prompt": "p", "agent": agent });
        more.as_object().unwrap().iter().for_each(|(key, value)| task[key] = value.clone());
        task
    };
    let tasks = [
        task("q", "echo said; echo mine > a.txt", json!({ "role": "reviewer" })),
        task("one", "echo 1 > one.txt", json!({ "writes": ["one.txt"], "attempts": 2, "needs": ["q"] })),
        task("two", "cat > /dev/null; echo 2 > two.txt", json!({ "writes": ["two.txt"], "needs": ["q"] })),
    ];
    let gate = "test -e one.txt && test -e two.txt && test ! -e joined && exit 1; exit 0";
    let plan = json!({ "version": 1, "goal": "g", "gate": ["sh", "-c", gate], "tasks": tasks });
    fs::write(world.beside("plan.json"), plan.to_string()).unwrap();
    world
}

/// What the run comes to, whoever was killed meanwhile.
fn end(world: &World) -> (String, Value) {
    let base = world.git(&["rev-parse", "refs/par/r/base"]);
    let journal = world.git(&["notes", "--ref=par/r", "show", &base]);
    let events = journal.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let ends: Vec<Value> = events.filter(|event| event["tool_name"] == "goal_finished").collect();
    assert_eq!(ends.len(), 1, "{journal}");
    (world.git(&["ls-tree", "-r", "refs/par/r/winner"]), ends[0]["result"]["mode"].clone())
}

fn spawn(world: &World) -> std::process::Command {
    let session = "cat > /dev/null; echo 1 > joined; touch one.txt two.txt";
    world.par_command(&["spawn", "--name", "r", "-j", "1", "--plan", "../plan.json", "--recover", "--agent", session])
}

/// Dies at one step and is resumed; tells whether there was such a step.
fn die_at(step: u32, expected: &(String, Value)) -> bool {
    let world = world();
    let output = spawn(&world).env("GIT_PAR_DIE_AT", step.to_string()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.signal() != Some(9) {
        return false;
    }
    let told = said.lines().last().unwrap_or_default();
    let begun = world.command("git", &["rev-parse", "-q", "--verify", "refs/notes/par/r"]).output().unwrap();
    if begun.status.success() {
        let resumed = world.par(&["resume", "r"]);
        assert_eq!(resumed.code, 0, "{told}: {resumed:?}");
        assert_eq!(end(&world), *expected, "{told}: {resumed:?}");
        let again = world.par(&["resume", "r"]);
        assert!(again.stdout.contains("there was nothing left to do"), "{told}: {again:?}");
    }
    world.git(&["fsck", "--no-dangling", "--no-progress"]);
    if begun.status.success() {
        world.par_ok(&["verify", "r"]);
    }
    true
}

#[test]
fn a_plan_killed_between_two_durable_steps_comes_to_the_same_end() {
    let whole = world();
    assert!(spawn(&whole).output().unwrap().status.success());
    let expected = end(&whole);
    let stride = std::env::var("SURVIVAL_STRIDE").ok().and_then(|text| text.parse().ok()).unwrap_or(STRIDE);
    let (next, last) = (AtomicU32::new(1), AtomicU32::new(u32::MAX));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let step = next.fetch_add(stride, Ordering::Relaxed);
                    if step > last.load(Ordering::Relaxed) {
                        break;
                    }
                    if !die_at(step, &expected) {
                        last.fetch_min(step, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let steps = last.into_inner() - 1;
    assert!(steps > 100, "only {steps} steps were passed");
}
