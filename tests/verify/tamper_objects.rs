//! The table of tampering, its other half: refs, trees, merges, notes, logs and seals.

use serde_json::Value;

use crate::{forge::event, world::World};

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
    let world = World::unmerged();
    world.rechain(digest);
    assert!(world.verify(&["r1"]).broken.contains("logs"));
}

#[test]
fn logs_that_changed_their_places() {
    let world = World::with_run();
    let root = world.git(&["ls-tree", "refs/par/r1/logs"]);
    let swapped = root.replace("\tw1", "\tw0").replace("\tw2", "\tw1").replace("\tw0", "\tw2");
    let tree = world.git_on(&["mktree"], format!("{swapped}\n").as_bytes());
    let commit = world.git(&["commit-tree", "-m", "forged", &tree]);
    world.git(&["update-ref", "refs/par/r1/logs", &commit]);
    let verified = world.verify(&["r1"]);
    verified.is_broken_in(&["logs"]);
    assert!(verified.messages("logs").contains("log w1/agent.log is not"), "{}", verified.messages("logs"));
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
