//! The table of tampering: each row is found and named by the check that is made for it.

use serde_json::{Value, json};

use crate::{
    forge::{event, whole},
    world::{Verified, World},
};

/// Changes lines of the journal.
fn with_lines(world: &World, change: impl Fn(&mut Vec<String>)) -> Verified {
    let mut lines = world.journal();
    change(&mut lines);
    world.set_lines(&lines);
    world.verify(&["r1"])
}

/// Forges events of a run that was neither merged nor sealed, all chained anew.
fn with_events(change: impl Fn(&mut Vec<Value>)) -> Verified {
    let world = World::unmerged();
    world.rechain(change);
    world.verify(&["r1"])
}

#[test]
fn a_run_that_nobody_touched_is_ok() {
    let world = World::with_run();
    let verified = world.verify(&["r1"]);
    verified.is("ok-unsigned", 0);
    let holds = ["canonical", "chain", "numbering", "causes", "history", "refs", "objects", "descent", "diff"];
    let more = ["gated-tree", "winner", "merge", "notes", "logs", "certificate", "seal"];
    let findings = verified.answer["runs"][0]["findings"].as_array().unwrap();
    for code in holds.into_iter().chain(more) {
        let found = findings.iter().any(|finding| finding["code"] == code && finding["weight"] == "holds");
        assert!(found, "{code}: {:#}", verified.answer);
    }
    let text = world.par_ok(&["verify"]);
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("ok-unsigned: run r1, 14 events, up to "), "{last}");
    assert_eq!(text.lines().count(), findings.len() + 1);
}

#[test]
fn forging_without_a_change_is_no_forgery() {
    with_events(|_| ()).is("ok-unsigned", 0);
}

#[test]
fn edited() {
    let world = World::unsealed();
    let verified = with_lines(&world, |lines| lines[0] = lines[0].replace("the task", "a task"));
    verified.is_broken_in(&["chain"]);
    assert!(verified.messages("chain").starts_with("line 1 (event 1): entry_hash"), "{}", verified.messages("chain"));
    let text = String::from_utf8(world.par(&["verify"]).stdout).unwrap();
    assert!(text.ends_with("broken: run r1, first at event 1\n"), "{text}");
}

#[test]
fn edited_in_its_form_only() {
    let blank = |lines: &mut Vec<String>| lines[3] = lines[3].replacen("\":", "\": ", 1);
    with_lines(&World::unsealed(), blank).is_broken_in(&["canonical"]);
}

#[test]
fn deleted() {
    let verified = with_lines(&World::unsealed(), |lines| drop(lines.remove(4)));
    verified.is_broken_in(&["numbering"]);
    assert!(verified.messages("numbering").contains("seq_id 5 was expected"));
    let renumbered = |lines: &mut Vec<String>| {
        lines.remove(4);
        for (number, line) in lines.iter_mut().enumerate().skip(4) {
            let (old, new) = (format!("\"seq_id\":{},", number + 2), format!("\"seq_id\":{},", number + 1));
            *line = line.replace(&old, &new);
        }
    };
    with_lines(&World::unsealed(), renumbered).is_broken_in(&["chain"]);
}

#[test]
fn inserted() {
    let twice = |lines: &mut Vec<String>| lines.insert(5, lines[4].clone());
    with_lines(&World::unsealed(), twice).is_broken_in(&["numbering"]);
}

#[test]
fn reordered() {
    with_lines(&World::unsealed(), |lines| lines.swap(7, 8)).is_broken_in(&["numbering"]);
}

#[test]
fn truncated() {
    let world = World::unsealed();
    let journal = whole(&world.journal());
    world.set_journal(&journal.as_bytes()[..journal.len() - 10]);
    world.verify(&["r1"]).is_broken_in(&["canonical"]);
    world.set_journal(b"");
    world.verify(&["r1"]).is_broken_in(&["chain"]);
    // The refs tell of events that are gone, even where every note was made to fit.
    for left in [1, 6, 10, 11] {
        let world = World::unsealed();
        world.rechain(|events| events.truncate(left));
        let verified = world.verify(&["r1"]);
        assert!(verified.broken.contains("refs"), "{left}: {:#}", verified.answer);
    }
    // The seal tells that the journal is shorter than it was.
    let world = World::with_run();
    world.rechain(|events| events.truncate(12));
    let verified = world.verify(&["r1"]);
    assert!(verified.broken.contains("seal") && verified.messages("seal").contains("shorter"), "{:#}", verified.answer);
}

#[test]
fn chained_anew_under_a_seal() {
    let changes: [fn(&mut Vec<Value>); 2] = [
        |events| events[0]["args"]["task"] = "another task".into(),
        |events| event(events, "gate_finished", Some(1))["duration_ms"] = 123_456.into(),
    ];
    for change in changes {
        let world = World::with_run();
        world.rechain(change);
        let verified = world.verify(&["r1"]);
        assert!(verified.broken.contains("seal"), "{:#}", verified.answer);
    }
}

#[test]
fn events_after_the_seal_are_told_and_break_nothing() {
    let world = World::with_run();
    world.par_ok(&["pick", "r1", "-w", "2"]);
    let verified = world.verify(&["r1"]);
    verified.is("ok-unsigned", 0);
    assert!(verified.messages("seal").contains("1 events came after the seal"), "{}", verified.messages("seal"));
}

#[test]
fn a_diff_that_was_not_measured() {
    let less = |events: &mut Vec<Value>| {
        event(events, "worker_finished", Some(2))["result"]["diff"]["insertions"] = 0.into();
    };
    assert!(with_events(less).broken.contains("diff"));
    let other = |events: &mut Vec<Value>| {
        event(events, "worker_finished", Some(2))["result"]["diff"]["patch_id"] = "0".repeat(64).into();
    };
    with_events(other).is_broken_in(&["diff"]);
}

#[test]
fn a_verdict_that_the_gate_did_not_give() {
    let pass = |events: &mut Vec<Value>| {
        let gate = event(events, "gate_finished", Some(3));
        gate["result"]["verdict"] = "pass".into();
        gate["success"] = true.into();
    };
    assert!(with_events(pass).broken.contains("gated-tree"));
    let status = |events: &mut Vec<Value>| event(events, "gate_finished", Some(3))["result"]["exit_code"] = 3.into();
    with_events(status).is_broken_in(&["gated-tree"]);
}

#[test]
fn a_gate_that_looked_at_another_tree() {
    let own = |events: &mut Vec<Value>| {
        let tree = event(events, "worker_finished", Some(2))["result"]["tree"].clone();
        event(events, "gate_finished", Some(2))["result"]["tree"] = tree;
    };
    with_events(own).is_broken_in(&["gated-tree"]);
    let untouched = |events: &mut Vec<Value>| event(events, "gate_finished", Some(2))["result"]["touched"] = json!([]);
    with_events(untouched).is_broken_in(&["gated-tree"]);
}

#[test]
fn another_winner() {
    let verified = with_events(|events| {
        let second = event(events, "worker_finished", Some(2))["result"]["candidate"].clone();
        let pick = event(events, "winner_selected", None);
        pick["result"]["winner"] = 2.into();
        pick["result"]["candidate"] = second.clone();
    });
    assert!(verified.broken.contains("winner"), "{:#}", verified.answer);
    assert!(verified.messages("winner").contains("the facts before it make w1, the pick says w2"));
}

#[test]
fn another_ranking_or_reason() {
    let swapped = |events: &mut Vec<Value>| {
        event(events, "winner_selected", None)["result"]["ranking"].as_array_mut().unwrap().swap(1, 2);
    };
    with_events(swapped).is_broken_in(&["winner"]);
    let reason = |events: &mut Vec<Value>| {
        event(events, "winner_selected", None)["result"]["reason"] = "it is the best".into();
    };
    with_events(reason).is_broken_in(&["winner"]);
}

#[test]
fn causes_that_come_later() {
    let world = World::unsealed();
    let later = |events: &mut Vec<Value>| {
        let gate = event(events, "gate_finished", Some(1));
        (gate["causes"], gate["triggered_by"]) = (json!([12]), 12.into());
    };
    world.rechain(later);
    world.verify(&["r1"]).is_broken_in(&["causes"]);
}

#[test]
fn events_that_may_not_stand_where_they_stand() {
    let twice = |events: &mut Vec<Value>| {
        let finished = event(events, "worker_finished", Some(1)).clone();
        events.push(finished);
    };
    with_events(twice).is_broken_in(&["history"]);
    let other = |events: &mut Vec<Value>| event(events, "gate_finished", Some(1))["args"]["attempt"] = 2.into();
    with_events(other).is_broken_in(&["history"]);
    let shape = |events: &mut Vec<Value>| event(events, "gate_finished", Some(1))["result"]["verdict"] = "good".into();
    with_events(shape).is_broken_in(&["history"]);
    let nothing = |events: &mut Vec<Value>| events[0]["tool_name"] = "something_else".into();
    with_events(nothing).is_broken_in(&["history"]);
}
