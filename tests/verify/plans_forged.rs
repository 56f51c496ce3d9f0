//! The table of forged plans: each claim of a plan that was carried out is held against the facts before it, or the objects.

use std::cell::Cell;

use serde_json::{Value, json};

use crate::{
    forge::event,
    plans::{conflicting, failing},
    world::World,
};

/// Forges something and tells where.
pub(crate) type Change = fn(&World, &mut Vec<Value>) -> usize;

/// Finds the first event of a kind of which this holds.
pub(crate) fn at(events: &[Value], kind: &str, is_it: impl Fn(&Value) -> bool) -> usize {
    events.iter().position(|event| event["tool_name"] == kind && is_it(event)).unwrap()
}

pub(crate) fn of_worker(events: &[Value], kind: &str, worker: u64) -> usize {
    at(events, kind, |event| event["args"]["worker"] == worker)
}

pub(crate) fn of_task(events: &[Value], task: &str) -> usize {
    at(events, "task_finished", |event| event["args"]["task"] == task)
}

pub(crate) fn of_wave(events: &[Value], wave: Option<u32>) -> usize {
    at(events, "union_finished", |event| event["args"]["wave"] == json!(wave))
}

pub(crate) fn of_probe(events: &[Value], tasks: &[&str]) -> usize {
    at(events, "union_probed", |event| event["args"]["tasks"] == json!(tasks))
}

pub(crate) fn of_union_gate(events: &[Value]) -> usize {
    at(events, "gate_finished", |event| event["args"]["union"] == true)
}

pub(crate) fn only(events: &[Value], kind: &str) -> usize {
    at(events, kind, |_| true)
}

/// Puts the events in another order, or some of them away; each goes on following from what still comes before it.
pub(crate) fn rearrange(events: &mut Vec<Value>, order: &[usize]) {
    let place = |seq: u64| (1..).zip(order).find(|(_, old)| **old as u64 + 1 == seq).map(|(new, _)| new);
    let made = (1_u64..).zip(order).map(|(new, old)| {
        let mut event = events[*old].clone();
        let causes = event["causes"].as_array().cloned().unwrap_or_default();
        let causes = causes.iter().filter_map(|cause| place(cause.as_u64().unwrap()));
        let mut causes: Vec<u64> = causes.filter(|cause| *cause < new).collect();
        causes.sort_unstable();
        if new > 1 {
            (event["triggered_by"], event["causes"]) = (json!(causes.last()), json!(causes));
        }
        event
    });
    *events = made.collect();
}

pub(crate) fn moved(events: &mut Vec<Value>, from: usize, to: usize) -> usize {
    let mut order: Vec<usize> = (0..events.len()).collect();
    let taken = order.remove(from);
    order.insert(to, taken);
    rearrange(events, &order);
    to
}

/// Has a gate, or a probe, say fail.
pub(crate) fn fails(event: &mut Value) {
    let result = &mut event["result"];
    (result["ending"], result["exit_code"]) = (json!({ "kind": "failure", "code": 1 }), 1.into());
    (result["verdict"], event["success"]) = ("fail".into(), false.into());
}

/// Puts another commit of the same tree in a union's place.
pub(crate) fn recommitted(world: &World, events: &mut [Value], (place, parents): (usize, &[&str])) -> usize {
    let tree = events[place]["result"]["tree"].as_str().unwrap().to_owned();
    let parents = parents.iter().flat_map(|parent| ["-p", parent]);
    let arguments = ["commit-tree", "-m", "forged", &tree].into_iter().chain(parents).collect::<Vec<_>>();
    events[place]["result"]["commit"] = world.git(&arguments).into();
    place
}

/// Forges a run, all chained anew, and sees that it is broken in this check, at the event that says what cannot be so.
#[track_caller]
pub(crate) fn is_broken(world: &World, (code, message): (&str, &str), change: Change) {
    let place = Cell::new(0);
    world.rechain(|events| place.set(change(world, events)));
    let (verified, event) = (world.verify(&["r1"]), place.get() + 1);
    assert_eq!((&*verified.outcome, verified.code), ("broken", 1), "{message}: {:#}", verified.answer);
    let findings = verified.answer["runs"][0]["findings"].as_array().unwrap();
    let same: Vec<&Value> = findings.iter().filter(|finding| finding["code"] == code).collect();
    let is_it = |finding: &&Value| {
        let is_told = finding["message"].as_str().unwrap().contains(message);
        is_told && finding["weight"] == "broken" && finding["event"] == event
    };
    assert!(same.iter().any(is_it), "{message} at {event}: {:#}", verified.answer);
    assert!(same.iter().all(|finding| finding["weight"] != "holds"), "{message}: {:#}", verified.answer);
}

#[test]
fn forging_without_a_change_is_no_forgery() {
    for world in [conflicting(), failing()] {
        world.rechain(|events| {
            let order: Vec<usize> = (0..events.len()).collect();
            rearrange(events, &order);
        });
        world.verify(&["r1"]).is("ok-unsigned", 0);
    }
}

#[test]
fn a_worker_that_did_not_go_as_the_plan_calls_for() {
    let cases: [(&str, &str, Change); 5] = [
        ("history", "not from what was integrated by then", |_, events| {
            let (base, place) = (events[0]["args"]["base"].clone(), of_worker(events, "worker_started", 5));
            events[place]["args"]["base"] = base;
            place
        }),
        ("history", "w5 was started, and it was not its turn", |_, events| {
            let (from, to) = (of_worker(events, "worker_started", 5), of_wave(events, Some(1)));
            moved(events, from, to)
        }),
        ("objects", "changes something, and its task may only read", |_, events| {
            let other = event(events, "worker_finished", Some(2))["result"].clone();
            let place = of_worker(events, "worker_finished", 1);
            for key in ["candidate", "tree", "diff"] {
                events[place]["result"][key] = other[key].clone();
            }
            place
        }),
        ("escapes", "left what was declared in a.txt", |_, events| {
            let place = of_worker(events, "worker_finished", 4);
            events[place]["result"].as_object_mut().unwrap().remove("escapes").unwrap();
            place
        }),
        ("escapes", "left what was declared in nothing, the journal says b.txt", |_, events| {
            let place = of_worker(events, "worker_finished", 5);
            events[place]["result"]["escapes"] = json!([{ "path": "b.txt", "reason": "it was not declared" }]);
            place
        }),
    ];
    for (code, message, change) in cases {
        is_broken(&conflicting(), (code, message), change);
    }
}

#[test]
fn an_outcome_of_a_task_that_does_not_follow() {
    let cases: [(&str, &str, Change); 6] = [
        ("tasks", "the facts before it make task left accepted", |_, events| {
            let place = of_task(events, "left");
            let result = &mut events[place]["result"];
            let other = result["ranking"][1].clone();
            (result["worker"], result["candidate"]) = (other["worker"].clone(), other["candidate"].clone());
            place
        }),
        ("tasks", "the facts before it make task right accepted", |_, events| {
            let place = of_task(events, "right");
            let result = &mut events[place]["result"];
            (result["end"], result["worker"], result["candidate"]) = ("failed".into(), Value::Null, Value::Null);
            events[place]["success"] = false.into();
            place
        }),
        ("tasks", "the ranking of task left", |_, events| {
            let place = of_task(events, "left");
            events[place]["result"]["ranking"][1]["keys"][0]["value"] = 77.into();
            place
        }),
        ("tasks", "task after: 'it is the best' is told", |_, events| {
            let place = of_task(events, "after");
            events[place]["result"]["reason"] = "it is the best".into();
            place
        }),
        ("history", "task right was settled, and that was not what was next", |_, events| {
            let (from, to) = (of_task(events, "right"), of_task(events, "left"));
            moved(events, from, to)
        }),
        ("history", "task after was settled, and that was not what was next", |_, events| {
            let (from, to) = (of_task(events, "after"), of_worker(events, "gate_finished", 5));
            moved(events, from, to)
        }),
    ];
    for (code, message, change) in cases {
        is_broken(&conflicting(), (code, message), change);
    }
}

#[test]
fn a_union_that_its_candidates_do_not_make() {
    let cases: [(&str, &str, Change); 7] = [
        ("unions", "those of left (w3), right (w4), not of left (w3)", |_, events| {
            let place = of_wave(events, Some(1));
            events[place]["args"]["parts"].as_array_mut().unwrap().pop();
            (events[place]["result"]["conflicts"], events[place]["success"]) = (json!([]), true.into());
            place
        }),
        (
            "unions",
            "gives right conflicts with left in a.txt, the journal says right conflicts with left in t",
            |_, events| {
                let place = of_wave(events, Some(1));
                events[place]["result"]["conflicts"][0]["paths"] = json!(["t/check"]);
                place
            },
        ),
        ("unions", "the journal says right conflicts with what was there in a.txt", |_, events| {
            let place = of_wave(events, Some(1));
            events[place]["result"]["conflicts"][0]["ours"] = Value::Null;
            place
        }),
        ("unions", "the candidates make the tree", |_, events| {
            let (tree, place) = (events[0]["args"]["base_tree"].clone(), of_wave(events, Some(2)));
            events[place]["result"]["tree"] = tree;
            place
        }),
        ("unions", "which is not what there was", |_, events| {
            let union = events[of_wave(events, Some(1))]["result"]["commit"].clone();
            let place = of_wave(events, None);
            events[place]["args"]["base"] = union;
            place
        }),
        ("unions", "itself, the journal says", |world, events| {
            let place = of_wave(events, Some(1));
            recommitted(world, events, (place, &["refs/par/r1/base", "refs/par/r1/w3"]))
        }),
        ("unions", "has not what it starts from and its candidates as its parents", |world, events| {
            let place = of_wave(events, None);
            recommitted(world, events, (place, &["refs/par/r1/base"]))
        }),
    ];
    for (code, message, change) in cases {
        is_broken(&conflicting(), (code, message), change);
    }
}
