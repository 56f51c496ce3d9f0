//! The table of claims: well-formed events that say what cannot be so, or what a person should know of.

use serde_json::{Value, json};

use crate::{
    forge::event,
    world::{Verified, World},
};

type Change = fn(&mut Vec<Value>);

/// Forges events of a run that was neither merged nor sealed, all chained anew.
fn with_events(change: Change) -> Verified {
    let world = World::unmerged();
    world.rechain(change);
    world.verify(&["r1"])
}

fn at(events: &[Value], kind: &str) -> usize {
    events.iter().position(|event| event["tool_name"] == kind).unwrap()
}

/// Puts an event among the others, which go on following from the same ones.
fn insert(events: &mut Vec<Value>, place: usize, event: Value) {
    for cause in events.iter_mut().skip(place).filter_map(|event| event["causes"].as_array_mut()).flatten() {
        let number = cause.as_u64().unwrap();
        *cause = (number + u64::from(number > place as u64)).into();
    }
    events.insert(place, event);
    for event in events.iter_mut().skip(place) {
        let greatest = event["causes"].as_array().and_then(|causes| causes.last().cloned());
        event["triggered_by"] = greatest.unwrap_or_default();
    }
}

/// Makes an event out of another one's envelope.
fn made(events: &[Value], kind: &str, (args, result): (Value, Value), causes: &[u64]) -> Value {
    let mut event = events[0].clone();
    (event["tool_name"], event["args"], event["result"]) = (kind.into(), args, result);
    (event["causes"], event["triggered_by"]) = (json!(causes), json!(causes.last()));
    event
}

fn finished(events: &mut [Value]) -> &mut Value {
    event(events, "worker_finished", Some(2))
}

fn end(events: &mut [Value], reason: &str) {
    let event = event(events, "run_finished", None);
    (event["result"]["reason"], event["success"]) = (reason.into(), (reason == "completed").into());
}

/// Puts a pass of the first worker before its end.
fn pass(events: &mut Vec<Value>, verdict: &str) {
    let place = events
        .iter()
        .position(|event| event["tool_name"] == "worker_finished" && event["args"]["worker"] == 1)
        .unwrap();
    let started = event(events, "worker_started", Some(1))["seq_id"].as_u64().unwrap();
    let result = &events[place]["result"];
    let result = json!({"ending": {"kind": "success"}, "tree": result["tree"], "diff": result["diff"],
        "verdict": verdict, "log": null, "usage": null});
    let args = json!({"worker": 1, "attempt": 1, "iteration": 1});
    let mut pass = made(events, "iteration_finished", (args, result), &[started]);
    pass["success"] = (verdict == "pass").into();
    insert(events, place, pass);
}

fn resumed(events: &mut Vec<Value>, (interrupted, queued): (Value, Value)) {
    let result = json!({"interrupted": interrupted, "queued": queued});
    let event = made(events, "run_resumed", (json!({}), result), &[1]);
    events.push(event);
}

#[test]
fn what_no_event_of_ours_says_is_broken() {
    let cases: [(&str, &str, Change); 15] = [
        ("history", "not from the run's base", |events| {
            let other = finished(events)["result"]["candidate"].clone();
            event(events, "worker_started", Some(1))["args"]["base"] = other;
        }),
        ("history", "pass 1 of w1 was not its last, of 1", |events| pass(events, "fail")),
        ("history", "w1 passed the gate, and another pass followed", |events| {
            events[0]["args"]["limits"]["max_iterations"] = 3.into();
            pass(events, "pass");
        }),
        ("history", "w2 ran 7 times", |events| finished(events)["result"]["iterations"] = 7.into()),
        ("history", "w2 ended with success, which is not how", |events| {
            finished(events)["result"]["cut"] = "budget_cost".into();
        }),
        ("history", "w2 ended with timeout, which is not how", |events| {
            let event = finished(events);
            (event["result"]["ending"], event["success"]) = (json!({"kind": "timeout"}), false.into());
        }),
        ("history", "w2 was ended, as its time was over, and", |events| {
            events[0]["args"]["limits"]["idle_timeout_ms"] = 9.into();
            let event = finished(events);
            (event["result"]["ending"], event["success"]) = (json!({"kind": "timeout"}), false.into());
            event["result"]["cut"] = "timeout".into();
        }),
        ("history", "w2 was ended, as it printed nothing for too long, and", |events| {
            events[0]["args"]["limits"]["timeout_ms"] = 9.into();
            let event = finished(events);
            (event["result"]["ending"], event["success"]) = (json!({"kind": "timeout"}), false.into());
            event["result"]["cut"] = "idle".into();
        }),
        ("history", "w2 was ended, as another candidate passed first, and", |events| {
            let event = finished(events);
            (event["result"]["ending"], event["success"]) = (json!({"kind": "stopped"}), false.into());
            event["result"]["cut"] = "first_passed".into();
        }),
        ("history", "the run ended, as a candidate passed", |events| end(events, "first_passed")),
        ("history", "told as cut short that is not", |events| resumed(events, (json!([1]), json!([])))),
        ("history", "none of the run", |events| resumed(events, (json!([]), json!([77])))),
        ("winner", "a person picks by naming a worker", |events| {
            event(events, "winner_selected", None)["args"]["by"] = "person".into();
        }),
        ("winner", "a person picks by naming a worker", |events| {
            event(events, "winner_selected", None)["args"]["worker"] = 1.into();
        }),
        ("gated-tree", "took its verdict from an earlier one", |events| cached(events, 1)),
    ];
    for (code, message, change) in cases {
        let verified = with_events(change);
        assert!(verified.messages(code).contains(message), "{message}: {:#}", verified.answer);
        assert!(verified.broken.contains(code), "{message}: {:#}", verified.answer);
    }
}

/// Has the gate of a worker answer from what was found before.
fn cached(events: &mut [Value], worker: u64) {
    let result = &mut event(events, "gate_finished", Some(worker))["result"];
    (result["cached"], result["ending"], result["exit_code"]) = (true.into(), Value::Null, Value::Null);
    result["log"] = Value::Null;
}

#[test]
fn what_happens_in_rare_cases_only_is_told_and_breaks_nothing() {
    let cases: [(&str, &str, Change); 9] = [
        ("history", "w2 was started as 'claude -p', the run planned another", |events| {
            let args = &mut event(events, "worker_started", Some(2))["args"];
            (args["agent"], args["argv"]) = ("claude".into(), json!(["claude", "-p"]));
        }),
        ("history", "as the agents spent the budget for cost, and", |events| end(events, "budget_cost")),
        ("history", "as the agents used the budget for tokens, and", |events| end(events, "budget_tokens")),
        ("history", "as the time for the whole run is over, and", |events| end(events, "budget_wall")),
        ("history", "as the time for the whole run was over, and", |events| {
            let event = finished(events);
            (event["result"]["ending"], event["success"]) = (json!({"kind": "stopped"}), false.into());
            event["result"]["cut"] = "budget_wall".into();
        }),
        ("history", "told as completed, and a worker had not", |events| {
            let place = at(events, "run_finished");
            let ended = events.remove(place);
            for cause in events.iter_mut().skip(place).filter_map(|event| event["causes"].as_array_mut()).flatten() {
                *cause = (cause.as_u64().unwrap() - u64::from(cause.as_u64().unwrap() > place as u64 + 1)).into();
            }
            insert(events, 1, ended);
            events[1]["result"]["queued"] = json!([1, 2, 3]);
        }),
        ("history", "was written before", |events| events[4]["time"] = "2001-01-01T00:00:00.000Z".into()),
        ("history", "a merge into refs/heads/release is told as failed", |events| {
            let pick = events.last().unwrap().clone();
            let (winner, candidate) = (&pick["result"]["winner"], &pick["result"]["candidate"]);
            let args = json!({"worker": winner, "candidate": candidate, "mode": "ff", "ours": candidate,
                "target": "refs/heads/release"});
            let result = json!({"commit": null, "tree": null, "conflicts": [], "reason": "it was forbidden"});
            let mut event = made(events, "merge_finished", (args, result), &[pick["seq_id"].as_u64().unwrap()]);
            event["success"] = false.into();
            events.push(event);
        }),
        ("gated-tree", "4 gates, each at the tree", |events| {
            let gate = event(events, "gate_finished", Some(1)).clone();
            let place = at(events, "gate_finished");
            insert(events, place, gate);
            cached(&mut events[place + 1..], 1);
        }),
    ];
    for (code, message, change) in cases {
        let verified = with_events(change);
        assert!(verified.messages(code).contains(message), "{message}: {:#}", verified.answer);
        assert_eq!(verified.outcome, "ok-unsigned", "{message}: {:#}", verified.answer);
    }
}

#[test]
fn a_candidate_that_says_it_is_somebody_elses_is_told() {
    let world = World::unmerged();
    let own = world.git(&["rev-parse", "refs/par/r1/w1"]);
    for (from, to) in [("Par-Run: r1", "Par-Run: other"), ("Par-Worker: w1", "Par-Worker: w9")] {
        let text = world.git(&["cat-file", "commit", &own]).replace(from, to) + "\n";
        let other = world.git_on(&["hash-object", "-t", "commit", "-w", "--stdin"], text.as_bytes());
        let newest = world.git(&["rev-parse", "refs/par/r1/w1"]);
        world.rechain(|events| {
            for event in events {
                *event = serde_json::from_str(&event.to_string().replace(&newest, &other)).unwrap();
            }
        });
        for name in ["w1", "winner"] {
            world.git(&["update-ref", &format!("refs/par/r1/{name}"), &other]);
        }
        let verified = world.verify(&["r1"]);
        verified.is("ok-unsigned", 0);
        assert!(
            verified.messages("objects").contains(&format!("says {}: it was made", to.replace(": ", " "))),
            "{:#}",
            verified.answer
        );
    }
}

#[test]
fn a_score_that_its_command_did_not_print() {
    let world = World::unmerged();
    world.par_ok(&["pick", "r1", "--by", "score", "--score", "echo noise; echo $PAR_WORKER.5"]);
    world.verify(&["r1"]).is("ok-unsigned", 0);
    world.rechain(|events| {
        let ranked = |pick: &Value| pick["args"]["rule"].as_str().unwrap().contains("score");
        event(events, "score_finished", Some(1))["result"]["score_micro"] = 1_400_000.into();
        let pick = events.iter_mut().filter(|event| event["tool_name"] == "winner_selected").find(|pick| ranked(pick));
        let pick = &mut pick.unwrap()["result"];
        for rank in pick["ranking"].as_array_mut().unwrap().iter_mut().filter(|rank| rank["worker"] == 1) {
            rank["keys"][0]["value"] = 1_400_000.into();
        }
        pick["reason"] = pick["reason"].as_str().unwrap().replace("1500000", "1400000").into();
    });
    let verified = world.verify(&["r1"]);
    verified.is_broken_in(&["logs"]);
    assert!(verified.messages("logs").contains("ends with another score"), "{:#}", verified.answer);
}
