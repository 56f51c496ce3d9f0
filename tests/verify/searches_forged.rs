//! The table of forged searches for what is to blame: each answer was asked for, and what was found follows from them.

use serde_json::{Value, json};

use crate::{
    plans::failing,
    plans_forged::{Change, fails, is_broken, moved, of_probe, only, rearrange},
};

#[test]
fn what_is_to_blame_that_does_not_follow_from_the_answers() {
    let cases: [(&str, &str, Change); 5] = [
        ("blame", "make x, z to blame", |_, events| {
            let place = only(events, "blame_finished");
            events[place]["result"]["tasks"] = json!(["x"]);
            place
        }),
        ("blame", "the recorded answers make x, z to blame (they fail together, and pass", |_, events| {
            let place = only(events, "blame_finished");
            events[place]["result"]["explanation"] = "unsure".into();
            place
        }),
        ("blame", "the search asks for x first", |_, events| {
            let missing = of_probe(events, &["x"]);
            let order: Vec<usize> = (0..events.len()).filter(|place| *place != missing).collect();
            rearrange(events, &order);
            only(events, "blame_finished")
        }),
        ("blame", "the search asks for x, y first", |_, events| {
            let (from, to) = (of_probe(events, &["z"]), of_probe(events, &["x", "y"]));
            moved(events, from, to);
            only(events, "blame_finished")
        }),
        ("blame", "the search does not ask for x, z", |_, events| {
            let place = of_probe(events, &["y", "z"]);
            fails(&mut events[place]);
            only(events, "blame_finished")
        }),
    ];
    for (code, message, change) in cases {
        is_broken(&failing(), (code, message), change);
    }
}

#[test]
fn an_answer_that_nobody_gave_or_that_was_not_to_be_asked_for() {
    let cases: [(&str, &str, Change); 8] = [
        ("blame", "x were put to the gate already", |_, events| {
            let place = of_probe(events, &["y"]);
            events[place]["args"]["tasks"] = json!(["x"]);
            place
        }),
        ("blame", "y were put to the gate, and the budget was spent", |_, events| {
            events[0]["args"]["plan"]["blame_budget"] = 4.into();
            let place = only(events, "blame_started");
            events[place]["args"]["budget"] = 4.into();
            of_probe(events, &["y"])
        }),
        ("blame", "the search has a budget of 99, the run set 32", |_, events| {
            let place = only(events, "blame_started");
            events[place]["args"]["budget"] = 99.into();
            place
        }),
        ("blame", "the search is not among what is in the union", |_, events| {
            let place = only(events, "blame_started");
            events[place]["args"]["parts"].as_array_mut().unwrap().pop();
            place
        }),
        ("blame", "the search has a hint at no candidate", |_, events| {
            let place = only(events, "blame_started");
            events[place]["args"]["hint"] = json!(["elsewhere"]);
            place
        }),
        ("blame", "that the gate says pass of y follows from nothing", |_, events| {
            let place = of_probe(events, &["y"]);
            let result = &mut events[place]["result"];
            (result["cached"], result["ending"], result["exit_code"]) = (true.into(), Value::Null, Value::Null);
            result["log"] = Value::Null;
            place
        }),
        ("blame", "x were put to another check than the goal's", |_, events| {
            let place = of_probe(events, &["x"]);
            events[place]["args"]["argv"] = json!(["true"]);
            place
        }),
        ("unions", "what was probed makes the tree", |_, events| {
            let (tree, place) = (events[0]["args"]["base_tree"].clone(), of_probe(events, &["y", "z"]));
            events[place]["result"]["tree"] = tree;
            place
        }),
    ];
    for (code, message, change) in cases {
        is_broken(&failing(), (code, message), change);
    }
}
