//! Passes that heal: how often an agent ran, and what of that counts, follows from the trees that it left.

use std::fs;

use serde_json::{Value, json};

use crate::world::World;

type Change = fn(&mut Vec<Value>);

/// Runs an agent that is given three passes more; what it does in each is a line of this.
fn healed(passes: &[&str]) -> World {
    let world = World::with_commit(&[]);
    fs::write(world.beside("passes"), passes.join("\n") + "\n").unwrap();
    let passes = world.beside("passes");
    let agent = format!("p='{}'; eval \"$(head -n 1 \"$p\")\"; sed -i 1d \"$p\"", passes.display());
    let gate = "grep -q fixed a.txt";
    world.par(&["spawn", "-n", "1", "--name", "r1", "--heal", "3", "--gate", gate, "t", "--", "sh", "-c", &agent]);
    world
}

fn finished(events: &mut [Value]) -> &mut Value {
    events.iter_mut().find(|event| event["tool_name"] == "worker_finished").unwrap()
}

/// Finds a pass, from 1.
fn pass(events: &mut [Value], number: u32) -> &mut Value {
    let is_it = |event: &&mut Value| event["tool_name"] == "iteration_finished" && event["args"]["iteration"] == number;
    events.iter_mut().find(is_it).unwrap()
}

#[test]
fn passes_that_heal_hold_and_one_that_changes_nothing_counts_for_none() {
    let cases = [(&["echo x >>a.txt", ":", "echo fixed >>a.txt"][..], 3, 1), (&["echo x >>a.txt"], 3, 0)];
    for (passes, iterations, heals) in cases {
        let world = healed(passes);
        world.verify(&["r1"]).is("ok-unsigned", 0);
        let events: Vec<Value> = world.journal().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let end = &events.iter().find(|event| event["tool_name"] == "worker_finished").unwrap()["result"];
        assert_eq!((&end["iterations"], &end["heals"]), (&json!(iterations), &json!(heals)));
    }
}

#[test]
fn passes_that_do_not_heal_as_they_say_are_broken() {
    let cases: [(&str, Change); 5] = [
        ("w1 healed 2 times, its passes say otherwise", |events| finished(events)["result"]["heals"] = 2.into()),
        ("w1 ran 9 times, the journal has other passes", |events| finished(events)["result"]["iterations"] = 9.into()),
        ("whether pass 2 of w1 changed anything", |events| {
            pass(events, 2)["result"].as_object_mut().unwrap().remove("unchanged").unwrap();
        }),
        ("whether pass 1 of w1 changed anything", |events| pass(events, 1)["result"]["unchanged"] = true.into()),
        ("pass 1 of w1 was not its last, of 1 that", |events| events[0]["args"]["limits"]["heal"] = 0.into()),
    ];
    for (message, change) in cases {
        let world = healed(&["echo x >>a.txt", ":", "echo fixed >>a.txt"]);
        world.rechain(change);
        let verified = world.verify(&["r1"]);
        verified.is("broken", 1);
        assert!(verified.messages("history").contains(message), "{message}: {:#}", verified.answer);
    }
}
