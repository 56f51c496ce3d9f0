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
    assert!(last.starts_with("ok-unsigned: run r1, 13 events, up to "), "{last}");
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
    let changes: [fn(&mut Vec<Value>); 3] = [
        |events| events[0]["args"]["task"] = "another task".into(),
        |events| event(events, "gate_finished", Some(1))["duration_ms"] = 123_456.into(),
        |events| event(events, "worker_finished", Some(1))["result"]["usage"] = Value::Null,
    ];
    for (number, change) in changes.into_iter().enumerate().take(2) {
        let world = World::with_run();
        world.rechain(change);
        let verified = world.verify(&["r1"]);
        assert!(verified.broken.contains("seal"), "{number}: {:#}", verified.answer);
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

#[test]
fn moved_refs() {
    for name in ["base", "w1", "w3", "winner", "merge"] {
        let world = World::with_run();
        world.git(&["update-ref", &format!("refs/par/r1/{name}"), "refs/par/r1/w2"]);
        let verified = world.verify(&["r1"]);
        verified.is_broken_in(&["refs"]);
        assert!(verified.messages("refs").contains(&format!("ref refs/par/r1/{name} is at ")));
    }
}

#[test]
fn refs_of_which_the_journal_knows_nothing() {
    for name in ["w4", "attempt/w1.1", "attempt/w9.9", "discarded/w1"] {
        let world = World::with_run();
        world.git(&["update-ref", &format!("refs/par/r1/{name}"), "refs/par/r1/w2"]);
        world.verify(&["r1"]).is_broken_in(&["refs"]);
    }
    let world = World::with_run();
    for name in ["attempt/w1.1", "discarded/w1"] {
        world.git(&["update-ref", &format!("refs/par/r1/{name}"), "refs/par/r1/w1"]);
    }
    world.git(&["update-ref", "refs/par/r1/mine", "HEAD"]);
    let verified = world.verify(&["r1"]);
    verified.is("ok-unsigned", 0);
    assert!(verified.messages("refs").contains("refs/par/r1/mine is none that a run has"));
}

#[test]
fn deleted_refs() {
    let world = World::unsealed();
    world.git(&["update-ref", "-d", "refs/par/r1/w2"]);
    let verified = world.verify(&["r1"]);
    verified.is("incomplete", 1);
    assert!(verified.missing.contains("refs"));
    let sealed = World::with_run();
    for name in ["w1", "w2", "w3", "winner", "merge", "base"] {
        sealed.git(&["update-ref", "-d", &format!("refs/par/r1/{name}")]);
    }
    sealed.verify(&["r1"]).is("ok-unsigned", 0);
}

#[test]
fn swapped_trees() {
    let world = World::unsealed();
    let (commit, tree) = world.forged_commit("refs/par/r1/w2", "a.txt", "one\nforged\n");
    let swap = |with_tree: bool| {
        let (commit, tree) = (commit.clone(), tree.clone());
        move |events: &mut Vec<Value>| {
            let finished = event(events, "worker_finished", Some(2));
            let old = finished["result"]["candidate"].as_str().unwrap().to_owned();
            if with_tree {
                finished["result"]["tree"] = tree.clone().into();
            }
            let text = serde_json::to_string(events).unwrap().replace(&old, &commit);
            *events = serde_json::from_str(&text).unwrap();
        }
    };
    world.rechain(swap(false));
    world.git(&["update-ref", "refs/par/r1/w2", &commit]);
    let verified = world.verify(&["r1"]);
    assert!(verified.broken.contains("objects"), "{:#}", verified.answer);
    world.rechain(swap(true));
    let verified = world.verify(&["r1"]);
    assert!(!verified.broken.contains("objects"), "{:#}", verified.answer);
    assert!(verified.broken.contains("diff") && verified.broken.contains("gated-tree"), "{:#}", verified.answer);
}

#[test]
fn a_candidate_that_does_not_come_from_base() {
    let world = World::unmerged();
    let tree = world.git(&["rev-parse", "refs/par/r1/w2^{tree}"]);
    let orphan = world.git(&["commit-tree", "-m", "orphan", &tree]);
    let old = world.git(&["rev-parse", "refs/par/r1/w2"]);
    world.rechain(|events| {
        let text = serde_json::to_string(events).unwrap().replace(&old, &orphan);
        *events = serde_json::from_str(&text).unwrap();
    });
    world.git(&["update-ref", "refs/par/r1/w2", &orphan]);
    world.verify(&["r1"]).is_broken_in(&["descent"]);
}

#[test]
fn an_evil_merge() {
    let world = World::unsealed();
    let (commit, tree) = world.forged_commit("main", "a.txt", "one\ntwo\n1\nbackdoor\n");
    world.git(&["update-ref", "refs/heads/main", &commit]);
    world.git(&["update-ref", "refs/par/r1/merge", &commit]);
    world.rechain(|events| {
        let finished = event(events, "merge_finished", None);
        finished["result"]["commit"] = commit.clone().into();
        finished["result"]["tree"] = tree.clone().into();
        event(events, "merge_started", None)["args"]["tree"] = tree.clone().into();
    });
    let verified = world.verify(&["r1"]);
    verified.is_broken_in(&["merge"]);
    assert!(verified.messages("merge").contains("makes the tree"), "{}", verified.messages("merge"));
}

#[test]
fn a_merge_of_another_journal() {
    // All is chained anew, so the commit names an event that is not there.
    let world = World::unsealed();
    world.rechain(|events| events[0]["args"]["task"] = "another task".into());
    let verified = world.verify(&["r1"]);
    verified.is_broken_in(&["merge"]);
    assert!(verified.messages("merge").contains("Par-Journal"));
}

#[test]
fn a_merge_that_was_rewritten_is_told() {
    let world = World::with_run();
    world.git(&["update-ref", "refs/heads/main", "refs/par/r1/base"]);
    let verified = world.verify(&["r1"]);
    verified.is("ok-unsigned", 0);
    assert!(verified.messages("merge").contains("is not in the history of refs/heads/main"));
}

#[test]
fn changed_notes() {
    let world = World::with_run();
    let notes = world.notes();
    let winner = world.git(&["rev-parse", "refs/par/r1/w1"]);
    let mut changed = notes.clone();
    changed.insert(winner.clone(), world.blob(b"all is well\n"));
    world.set_notes(&changed);
    let verified = world.verify(&["r1"]);
    verified.is_broken_in(&["notes"]);
    assert!(verified.messages("notes").contains(&winner));
    let mut fewer = notes.clone();
    fewer.remove(&winner);
    world.set_notes(&fewer);
    world.verify(&["r1"]).is_broken_in(&["notes"]);
    let mut more = notes.clone();
    more.insert("f".repeat(40), world.blob(b"hello\n"));
    world.set_notes(&more);
    world.verify(&["r1"]).is_broken_in(&["notes"]);
    let fan = world.git_on(&["mktree"], format!("100644 blob {}\t{}\n", notes[&winner], &winner[2..]).as_bytes());
    let rows: String = fewer.iter().map(|(name, blob)| format!("100644 blob {blob}\t{name}\n")).collect();
    let rows = format!("{rows}040000 tree {fan}\t{}\n", &winner[..2]);
    let tree = world.git_on(&["mktree"], rows.as_bytes());
    let commit = world.git(&["commit-tree", "-m", "fanned out", &tree]);
    world.git(&["update-ref", "refs/notes/par/r1", &commit]);
    world.verify(&["r1"]).is("ok-unsigned", 0);
}

#[test]
fn a_changed_log() {
    let world = World::with_run();
    let folder = world.git(&["rev-parse", "refs/par/r1/logs:w1"]);
    let forged = world.blob(b"all is well\n");
    let listing = world.git(&["ls-tree", &folder]);
    let old = world.git(&["rev-parse", &format!("{folder}:agent.log")]);
    let files = world.git_on(&["mktree"], format!("{}\n", listing.replace(&old, &forged)).as_bytes());
    let root = world.git(&["ls-tree", "refs/par/r1/logs"]).replace(&folder, &files);
    let tree = world.git_on(&["mktree"], format!("{root}\n").as_bytes());
    let commit = world.git(&["commit-tree", "-m", "forged", &tree]);
    world.git(&["update-ref", "refs/par/r1/logs", &commit]);
    world.verify(&["r1"]).is_broken_in(&["logs"]);
    let digest = |events: &mut Vec<Value>| {
        event(events, "worker_finished", Some(1))["result"]["log"]["sha256"] = "0".repeat(64).into();
    };
    assert!(with_events(digest).broken.contains("logs"));
}

#[test]
fn a_changed_certificate() {
    let world = World::with_run();
    world.reseal("certificate.json", |text| text.replace("\"verdict\":\"fail\"", "\"verdict\":\"pass\""));
    world.verify(&["r1"]).is_broken_in(&["certificate"]);
    world.reseal("certificate.json", |_| "garbage\n".to_owned());
    world.verify(&["r1"]).is_broken_in(&["certificate"]);
}

#[test]
fn a_changed_journal_in_the_seal() {
    let world = World::with_run();
    world.reseal("journal.jsonl", |text| text.replace("the task", "a task"));
    world.verify(&["r1"]).is_broken_in(&["seal"]);
}

#[test]
fn a_tag_that_says_something_else() {
    let world = World::with_run();
    let tag = world.git(&["cat-file", "tag", "refs/par/r1/seal"]);
    world.set_tag(&tag.replace("certificate ", "certificate 0"));
    world.verify(&["r1"]).is_broken_in(&["seal"]);
    world.set_tag(&tag.replace("tag par/r1", "tag par/r2"));
    world.verify(&["r1"]).is_broken_in(&["seal"]);
    world.git(&["update-ref", "refs/par/r1/seal", "refs/par/r1/w1"]);
    world.verify(&["r1"]).is_broken_in(&["seal"]);
}

#[test]
fn a_seal_that_keeps_less_than_the_run() {
    let world = World::with_run();
    let commit = world.git(&["rev-parse", "refs/par/r1/seal^{commit}"]);
    let bare = world.git(&["commit-tree", "-m", "bare", &format!("{commit}^{{tree}}")]);
    let tag = world.git(&["cat-file", "tag", "refs/par/r1/seal"]);
    world.set_tag(&tag.replace(&commit, &bare));
    world.verify(&["r1"]).is_broken_in(&["seal"]);
}

#[test]
fn a_seal_of_another_run() {
    let world = World::with_run();
    world.do_run("r2");
    world.git(&["update-ref", "refs/par/r1/seal", "refs/par/r2/seal"]);
    world.verify(&["r1"]).is_broken_in(&["seal"]);
    world.verify(&["r2"]).is("ok-unsigned", 0);
    let all = world.verify(&["--all"]);
    assert_eq!((all.code, all.answer["runs"].as_array().unwrap().len()), (1, 2));
}

#[test]
fn a_run_under_another_name() {
    let world = World::with_run();
    for name in ["base", "w1", "w2", "w3", "winner", "merge", "logs", "seal"] {
        world.git(&["update-ref", &format!("refs/par/r2/{name}"), &format!("refs/par/r1/{name}")]);
    }
    world.git(&["update-ref", "refs/notes/par/r2", "refs/notes/par/r1"]);
    let verified = world.verify(&["r2"]);
    for code in ["refs", "seal"] {
        assert!(verified.broken.contains(code), "{code}: {:#}", verified.answer);
    }
}

#[test]
fn refs_that_are_no_notes_or_hold_no_journal_are_named() {
    let world = World::unsealed();
    world.git(&["update-ref", "refs/notes/par/r1", "HEAD"]);
    world.verify(&["r1"]).is_broken_in(&["notes"]);
    let blob = world.blob(b"no commit");
    world.git(&["update-ref", "refs/notes/par/r1", &blob]);
    world.verify(&["r1"]).is_broken_in(&["notes"]);
}
