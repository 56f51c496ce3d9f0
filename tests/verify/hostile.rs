//! Hostile runs: what would cost whoever looks at it more than it cost to make is bounded, and named.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{forge::event, world::World};

#[test]
fn thousands_of_notes_of_one_huge_blob_are_looked_at_once() {
    let world = World::unsealed();
    world.git(&["update-ref", "-d", "refs/par/r1/base"]);
    let blob = world.blob(&vec![b'x'; 16 << 20]);
    let name = |number: usize| (format!("{number:040x}"), blob.clone());
    world.set_notes(&(0..3000).map(name).collect::<BTreeMap<_, _>>());
    let before = Instant::now();
    let verified = world.verify(&["r1"]);
    assert!(before.elapsed() < Duration::from_secs(20), "{:?}", before.elapsed());
    verified.is_broken_in(&["notes"]);
    assert_eq!(verified.messages("notes"), "the notes hold no journal");
}

#[test]
fn trees_that_stand_for_any_number_of_paths_are_not_handed_to_git() {
    let world = World::unmerged();
    let blob = world.blob(b"x");
    let mut bomb = world.git_on(&["mktree"], format!("100644 blob {blob}\tf\n").as_bytes());
    for _ in 0..12 {
        let rows: String = (0..10).map(|name| format!("040000 tree {bomb}\t{name}\n")).collect();
        bomb = world.git_on(&["mktree"], rows.as_bytes());
    }
    let with_bomb = |tree: &str| {
        let listing = format!("{}\n040000 tree {bomb}\tz\n", world.git(&["ls-tree", tree]));
        world.git_on(&["mktree"], listing.as_bytes())
    };
    let mut renamed = BTreeMap::new();
    let mut parent = Vec::new();
    for name in ["base", "w1", "w2", "w3"] {
        let [commit, tree] =
            ["", "^{tree}"].map(|peel| world.git(&["rev-parse", &format!("refs/par/r1/{name}{peel}")]));
        let bombed = with_bomb(&tree);
        let forged = world.git(
            &[&["commit-tree", "-m", name, &bombed][..], &parent.iter().map(String::as_str).collect::<Vec<_>>()]
                .concat(),
        );
        if name == "base" {
            parent = vec!["-p".to_owned(), forged.clone()];
        }
        renamed.extend([(commit, forged), (tree, bombed)]);
    }
    world.rechain(|events| {
        let mut text = serde_json::to_string(events).unwrap();
        for (old, new) in &renamed {
            text = text.replace(old, new);
        }
        *events = serde_json::from_str(&text).unwrap();
        for name in ["base", "w1", "w2", "w3"] {
            let old = world.git(&["rev-parse", &format!("refs/par/r1/{name}")]);
            world.git(&["update-ref", &format!("refs/par/r1/{name}"), &renamed[&old]]);
        }
    });
    let verified = world.verify(&["r1"]);
    let message = verified.messages("gated-tree");
    assert!(message.contains("stands for more than 10000000 paths and folders"), "{:#}", verified.answer);
    assert!(verified.missing.contains("gated-tree"), "{:#}", verified.answer);
}

#[test]
fn a_run_of_another_repository_is_told_as_one() {
    let world = World::with_run();
    assert_eq!(world.verify(&["r1"]).messages("base"), "");
    let other = World::with_commit(&[]);
    std::fs::write(other.here.join("b.txt"), "another history\n").unwrap();
    other.git(&["add", "."]);
    other.git(&["commit", "--quiet", "--amend", "-m", "other"]);
    other.git(&[
        "fetch",
        "--quiet",
        &world.here.display().to_string(),
        "refs/par/*:refs/par/*",
        "refs/notes/par/*:refs/notes/par/*",
    ]);
    let verified = other.verify(&["r1"]);
    verified.is("ok-unsigned", 0);
    let base = other.git(&["rev-parse", "refs/par/r1/base"]);
    let expected = format!("no branch here, nor any of a remote, has base {base} in its history");
    assert_eq!(verified.messages("base"), expected);
}

#[test]
fn an_event_whose_success_is_not_what_its_payload_says() {
    for (kind, worker) in [("gate_finished", Some(3)), ("worker_finished", Some(1)), ("run_started", None)] {
        let world = World::unmerged();
        world.rechain(|events| {
            let event = event(events, kind, worker);
            event["success"] = Value::from(event["success"] == false);
        });
        let verified = world.verify(&["r1"]);
        verified.is_broken_in(&["history"]);
        assert!(verified.messages("history").contains("its payload says"), "{:#}", verified.answer);
    }
}

#[test]
fn a_gate_that_ran_and_whose_answer_was_taken_from_an_earlier_one() {
    let world = World::unmerged();
    world.rechain(|events| event(events, "gate_finished", Some(1))["result"]["cached"] = true.into());
    let verified = world.verify(&["r1"]);
    verified.is_broken_in(&["gated-tree"]);
    assert!(verified.messages("gated-tree").contains("that it did not run"), "{:#}", verified.answer);
}
