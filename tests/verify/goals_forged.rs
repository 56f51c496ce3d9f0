//! The table of forged goals: how a plan ended, who took over, and what was kept of all that.

use serde_json::json;

use crate::{
    forge::event,
    plans::{conflicting, failing},
    plans_forged::{Change, fails, is_broken, moved, of_probe, of_union_gate, of_wave, of_worker, only},
};

#[test]
fn a_goal_that_was_not_reached_so() {
    let cases: [(&str, &str, Change); 10] = [
        ("goal", "the union was put to another check than the goal's gate", |_, events| {
            let place = of_union_gate(events);
            events[place]["args"]["argv"] = json!(["false"]);
            place
        }),
        ("goal", "w6 takes over in another way than the run planned", |_, events| {
            let place = only(events, "recovery_started");
            events[place]["args"]["lane"]["argv"] = json!(["true"]);
            place
        }),
        ("goal", "which is not what was kept", |_, events| {
            let (base, place) = (events[0]["args"]["base"].clone(), only(events, "recovery_started"));
            events[place]["args"]["base"] = base;
            place
        }),
        ("goal", "what w6 takes over is not what was kept and what was dropped", |_, events| {
            let place = only(events, "recovery_started");
            events[place]["args"]["dropped"] = json!(["left"]);
            place
        }),
        ("history", "a session took over, and that was not what was next", |_, events| {
            let place = only(events, "recovery_started");
            events[place]["args"]["scope"] = "single".into();
            place
        }),
        ("history", "the goal was concluded, and that was not what was next", |_, events| {
            let (from, to) = (only(events, "goal_finished"), of_worker(events, "gate_finished", 6));
            moved(events, from, to)
        }),
        ("goal", "that the goal was delivered is told as true, and it is false", |_, events| {
            let place = of_worker(events, "gate_finished", 6);
            fails(&mut events[place]);
            only(events, "goal_finished")
        }),
        // What another check says is no word on the goal.
        ("goal", "that the goal was delivered is told as true, and it is false", |_, events| {
            let place = of_worker(events, "gate_finished", 6);
            events[place]["args"]["argv"] = json!(["true"]);
            only(events, "goal_finished")
        }),
        ("goal", "the commit that is offered is not the one", |_, events| {
            let union = events[of_wave(events, None)]["result"].clone();
            let place = only(events, "goal_finished");
            let result = &mut events[place]["result"];
            (result["commit"], result["tree"]) = (union["commit"].clone(), union["tree"].clone());
            place
        }),
        ("goal", "which is not all told so", |_, events| {
            let place = only(events, "goal_finished");
            events[place]["result"]["mode"] = "parallel".into();
            place
        }),
    ];
    for (code, message, change) in cases {
        is_broken(&conflicting(), (code, message), change);
    }
}

#[test]
fn a_log_of_a_plan_that_is_another() {
    let cases: [(&str, &str, Change); 5] = [
        ("logs", "does not have the recorded SHA-256", |_, events| {
            let place = of_worker(events, "worker_finished", 1);
            events[place]["result"]["product"]["sha256"] = "0".repeat(64).into();
            place
        }),
        ("logs", "does not have the recorded SHA-256", |_, events| {
            let place = of_worker(events, "worker_finished", 1);
            events[place]["result"]["refused"]["patch"]["sha256"] = "0".repeat(64).into();
            place
        }),
        ("logs", "log w1/refused.patch is not", |_, events| {
            let place = of_worker(events, "worker_finished", 1);
            let product = events[place]["result"]["product"].clone();
            events[place]["result"]["refused"]["patch"] = product;
            place
        }),
        ("logs", "log w1/output.md is not", |_, events| {
            let place = of_worker(events, "worker_finished", 1);
            let patch = events[place]["result"]["refused"]["patch"].clone();
            events[place]["result"]["product"] = patch;
            place
        }),
        ("logs", "log base/union.log is not", |_, events| {
            let product = event(events, "worker_finished", Some(1))["result"]["product"].clone();
            let place = of_union_gate(events);
            events[place]["result"]["log"] = product;
            place
        }),
    ];
    for (code, message, change) in cases {
        is_broken(&conflicting(), (code, message), change);
    }
    is_broken(&failing(), ("logs", "log base/probe.3.log is not"), |_, events| {
        let other = event(events, "worker_finished", Some(4))["result"]["log"].clone();
        let place = of_probe(events, &["z"]);
        events[place]["result"]["log"] = other;
        place
    });
}
