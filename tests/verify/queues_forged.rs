//! The table of tampering with queues: each forgery is found by the check that it is for.

use serde_json::{Value, json};

use crate::{
    queue_world::{QUEUE, of_entry, place, reordered, with_events},
    world::World,
};

fn update(world: &World, short: &str, target: &str) {
    world.git(&["update-ref", &format!("refs/par/{QUEUE}/{short}"), target]);
}

#[test]
fn a_landed_commit_with_another_tree() {
    let world = World::with_queue();
    let old = world.of_queue("landed/4");
    let old_tree = world.git(&["rev-parse", &format!("{old}^{{tree}}")]);
    let (commit, tree) = world.forged_commit(&old, "one", "a backdoor\n");
    update(&world, "landed/4", &commit);
    world.git(&["update-ref", "refs/heads/main", &commit]);
    world.replace_in_queue(&[(&old, &commit)]);
    let verified = world.verify_queue();
    verified.is_broken_in(&["gated-tree", "merge"]);
    assert!(verified.messages("merge").contains("which is not the recorded one"), "{:#}", verified.answer);
    // Now the journal is of one piece, but for what merging makes.
    world.replace_in_queue(&[(&old_tree, &tree)]);
    let verified = world.verify_queue();
    verified.is_broken_in(&["merge"]);
    assert!(verified.messages("merge").contains("makes the tree"), "{:#}", verified.answer);
}

#[test]
fn a_landed_commit_that_is_not_in_the_style_of_the_queue() {
    for style in ["merge", "squash", "rebase"] {
        let world = World::with_queue_of(style);
        for other in ["merge", "squash", "rebase"].iter().filter(|other| **other != style) {
            world.forge_queue(|events| events[0]["args"]["style"] = (*other).into());
            // One commit on the target is a line too.
            let is_both = (style, *other) == ("squash", "rebase");
            let verified = world.verify_queue();
            if is_both {
                verified.is("ok-unsigned", 0);
            } else {
                verified.is_broken_in(&["merge"]);
                assert!(verified.messages("merge").contains(&format!("in the style '{other}'")), "{style}");
            }
        }
    }
}

#[test]
fn a_landed_commit_with_the_right_tree_on_something_else() {
    let world = World::with_queue();
    let (old, onto, theirs) = (world.of_queue("landed/4"), world.of_queue("landed/2"), world.of_queue("entry/4.1"));
    let tree = world.git(&["rev-parse", &format!("{old}^{{tree}}")]);
    for parents in [[&theirs, &onto], [&world.of_queue("landed/1"), &theirs]] {
        let world = world.copied();
        let commit = world.git(&["commit-tree", "-m", "forged", "-p", parents[0], "-p", parents[1], &tree]);
        update(&world, "landed/4", &commit);
        world.git(&["update-ref", "refs/heads/main", &commit]);
        world.replace_in_queue(&[(&old, &commit)]);
        world.verify_queue().is_broken_in(&["merge"]);
    }
}

#[test]
fn an_entry_that_is_said_to_be_there_already_and_is_not() {
    let world = World::with_queue();
    let (old, onto) = (world.of_queue("landed/4"), world.of_queue("landed/2"));
    let trees = [&old, &onto].map(|commit| world.git(&["rev-parse", &format!("{commit}^{{tree}}")]));
    world.replace_in_queue(&[(&old, &onto), (&trees[0], &trees[1])]);
    update(&world, "landed/4", &onto);
    let verified = world.verify_queue();
    assert!(verified.broken.contains("merge"), "{:#}", verified.answer);
    assert!(verified.messages("merge").contains("which does not contain it"), "{}", verified.messages("merge"));
}

#[test]
fn an_entry_that_landed_and_never_passed() {
    let verified = with_events(|events| {
        let gate = of_entry(events, "stack_gated", 1);
        (gate["result"]["verdict"], gate["success"]) = ("fail".into(), false.into());
        gate["result"]["ending"] = json!({"kind": "failure", "code": 1});
    });
    verified.is_broken_in(&["history"]);
    with_events(|events| {
        let at = place(events, "stack_gated", 2);
        let order: Vec<u64> = (1..=events.len() as u64).filter(|seq| *seq != at as u64 + 1).collect();
        reordered(events, &order);
    })
    .is_broken_in(&["history"]);
}

#[test]
fn a_verdict_that_the_gate_did_not_give() {
    let green = |events: &mut Vec<Value>| {
        let gate = of_entry(events, "stack_gated", 3);
        (gate["result"]["verdict"], gate["success"]) = ("pass".into(), true.into());
    };
    with_events(green).is_broken_in(&["history"]);
    let late = |events: &mut Vec<Value>| of_entry(events, "stack_gated", 3)["result"]["verdict"] = "timeout".into();
    with_events(late).is_broken_in(&["gated-tree"]);
    let unasked = |events: &mut Vec<Value>| {
        let gate = of_entry(events, "stack_gated", 3);
        (gate["result"]["verdict"], gate["result"]["ending"]) = ("none".into(), Value::Null);
    };
    with_events(unasked).is_broken_in(&["gated-tree"]);
    let word = |events: &mut Vec<Value>| of_entry(events, "stack_gated", 1)["success"] = false.into();
    with_events(word).is_broken_in(&["history"]);
    let gateless = |events: &mut Vec<Value>| events[0]["args"]["gate"] = Value::Null;
    assert!(with_events(gateless).broken.contains("gated-tree"));
}

#[test]
fn a_cached_verdict_without_an_earlier_one() {
    let cached = |events: &mut Vec<Value>| of_entry(events, "stack_gated", 1)["result"]["cached"] = true.into();
    let verified = with_events(cached);
    verified.is_broken_in(&["history"]);
    assert!(verified.messages("history").contains("nothing was said of that tree before"), "{:#}", verified.answer);
}

#[test]
fn a_conflict_that_there_is_not() {
    let invented = |events: &mut Vec<Value>| {
        let gate = of_entry(events, "stack_gated", 3);
        let conflict = json!({"entry": 3, "paths": ["a.txt"]});
        for key in ["commit", "tree", "ending", "log"] {
            gate["result"][key] = Value::Null;
        }
        (gate["result"]["verdict"], gate["result"]["conflict"]) = ("none".into(), conflict);
        let held = of_entry(events, "entry_held", 3);
        (held["result"]["reason"], held["result"]["paths"]) = ("conflict".into(), json!(["a.txt"]));
        held["result"]["log"] = Value::Null;
    };
    let verified = with_events(invented);
    verified.is_broken_in(&["merge"]);
    assert!(verified.messages("merge").contains("the journal says that it conflicts"), "{:#}", verified.answer);
    let elsewhere = |events: &mut Vec<Value>| of_entry(events, "entry_held", 5)["result"]["paths"] = json!(["t/check"]);
    with_events(elsewhere).is_broken_in(&["merge"]);
}

#[test]
fn refs_that_moved_or_are_gone_or_are_too_many() {
    for short in ["base", "entry/1.1", "entry/3.1", "landed/1", "landed/4"] {
        let world = World::with_queue();
        update(&world, short, "refs/heads/b2");
        let verified = world.verify_queue();
        verified.is_broken_in(&["refs"]);
        assert!(verified.messages("refs").contains(&format!("ref refs/par/queue/main/{short} is at ")));
        world.git(&["update-ref", "-d", &format!("refs/par/queue/main/{short}")]);
        let verified = world.verify_queue();
        verified.is("incomplete", 1);
        assert!(verified.missing.contains("refs"), "{short}: {:#}", verified.answer);
    }
    for short in ["entry/7.1", "entry/1.2", "entry/3.3", "landed/3", "winner", "w1"] {
        let world = World::with_queue();
        update(&world, short, "refs/heads/b3");
        world.verify_queue().is_broken_in(&["refs"]);
    }
    let world = World::with_queue();
    // Refs that are files move before the event that tells of them: a process may have died in between.
    for short in ["mine", "entry/6.1", "entry/3.2"] {
        update(&world, short, "refs/heads/b3");
    }
    world.verify_queue().is("ok-unsigned", 0);
}

#[test]
fn each_event_that_is_left_out_is_missed() {
    let all = World::with_queue().queue_events().len() as u64;
    for left_out in 1..=all {
        let order: Vec<u64> = (1..=all).filter(|seq| *seq != left_out).collect();
        let verified = with_events(|events| reordered(events, &order));
        let found = verified.broken.iter().any(|code| ["history", "refs"].contains(&code.as_str()));
        // That the last one is held is all that the last event says: without it, it is still being tested.
        let is_open = left_out == all && verified.messages("history").contains("being tested");
        assert!(found || is_open, "{left_out}: {:#}", verified.answer);
    }
}

#[test]
fn events_in_another_order() {
    let all = World::with_queue().queue_events();
    let swapped = |kind: &str, entry: u64| {
        let at = place(&all, kind, entry);
        let mut order: Vec<u64> = (1..=all.len() as u64).collect();
        order.swap(at, at + 1);
        with_events(|events| reordered(events, &order))
    };
    for (kind, entry) in [("entry_added", 1), ("entry_added", 4), ("landing_started", 1), ("stack_gated", 3)] {
        swapped(kind, entry).is_broken_in(&["history"]);
    }
}

#[test]
fn a_broken_chain() {
    let world = World::with_queue();
    let base = world.of_queue("base");
    let journal = world.git(&["cat-file", "blob", &format!("refs/notes/par/{QUEUE}:{base}")]) + "\n";
    for (old, new, code) in [
        ("b1 second", "b1 zecond", "chain"),
        ("\"seq_id\":4", "\"seq_id\":5", "numbering"),
        ("{\"args\"", "{ \"args\"", "canonical"),
    ] {
        world.set_queue_journal(journal.replacen(old, new, 1).as_bytes());
        world.verify_queue().is_broken_in(&[code]);
    }
}

#[test]
fn logs_that_are_not_those_of_the_checks() {
    let world = World::with_queue();
    let listing = world.git(&["ls-tree", "-r", "refs/par/queue/main/logs"]);
    let old = listing.split_whitespace().nth(2).unwrap().to_owned();
    let forged = world.blob(b"all is well\n");
    let rows: Vec<String> = world.git(&["ls-tree", "refs/par/queue/main/logs"]).lines().map(str::to_owned).collect();
    let change = |row: &String| {
        let (meta, folder) = row.split_once('\t').unwrap();
        let tree = meta.rsplit_once(' ').unwrap().1;
        let files = world.git(&["ls-tree", tree]).replace(&old, &forged);
        format!("040000 tree {}\t{folder}\n", world.git_on(&["mktree"], format!("{files}\n").as_bytes()))
    };
    let tree = world.git_on(&["mktree"], rows.iter().map(change).collect::<String>().as_bytes());
    let commit = world.git(&["commit-tree", "-m", "forged", &tree]);
    update(&world, "logs", &commit);
    world.verify_queue().is_broken_in(&["logs"]);
    let digest = |events: &mut Vec<Value>| {
        of_entry(events, "stack_gated", 1)["result"]["log"]["sha256"] = "0".repeat(64).into();
    };
    with_events(digest).is_broken_in(&["logs"]);
    let other = |events: &mut Vec<Value>| {
        of_entry(events, "entry_held", 3)["result"]["log"]["sha256"] = "0".repeat(64).into();
    };
    with_events(other).is_broken_in(&["logs"]);
}

#[test]
fn notes_that_are_none_of_a_queues() {
    let world = World::with_queue();
    let notes = world.git(&["ls-tree", "refs/notes/par/queue/main"]);
    let rows = format!("{notes}\n100644 blob {}\t{}\n", world.blob(b"all is well\n"), world.of_queue("landed/1"));
    let tree = world.git_on(&["mktree"], rows.as_bytes());
    let commit = world.git(&["commit-tree", "-m", "forged", &tree]);
    world.git(&["update-ref", "refs/notes/par/queue/main", &commit]);
    world.verify_queue().is_broken_in(&["notes"]);
}

#[test]
fn a_queue_under_the_name_of_another() {
    let world = World::with_queue();
    world.par_ok(&["seal", QUEUE]);
    let refs = world.git(&["for-each-ref", "--format=%(refname) %(objectname)", "refs/par/queue", "refs/notes/par"]);
    for (name, target) in refs.lines().map(|line| line.split_once(' ').unwrap()) {
        world.git(&["update-ref", &name.replace("queue/main", "queue/b1"), target]);
    }
    let verified = world.verify(&["queue/b1"]);
    for code in ["refs", "seal"] {
        assert!(verified.broken.contains(code), "{code}: {:#}", verified.answer);
    }
    world.verify_queue().is("ok-unsigned", 0);
}

#[test]
fn a_seal_that_is_not_what_the_journal_makes() {
    let world = World::with_queue();
    world.par_ok(&["seal", QUEUE]);
    let seal = world.of_queue("seal");
    let text = world.git(&["cat-file", "blob", &format!("{seal}^{{commit}}:certificate.json")]) + "\n";
    let changed = text.replace("\"needs_review\"", "\"merged\"");
    let (commit, _) = world.forged_commit(&format!("{seal}^{{commit}}"), "certificate.json", &changed);
    let old = world.git(&["rev-parse", &format!("{seal}^{{commit}}")]);
    let tag = world.git(&["cat-file", "tag", &seal]).replace(&old, &commit) + "\n";
    update(&world, "seal", &world.git_on(&["hash-object", "-t", "tag", "-w", "--stdin"], tag.as_bytes()));
    world.verify_queue().is_broken_in(&["certificate"]);
    update(&world, "seal", &seal);
    world.forge_queue(|events| events[1]["args"]["title"] = "another".into());
    world.verify_queue().is_broken_in(&["seal"]);
}

#[test]
fn objects_that_are_not_here_or_are_no_commits() {
    let world = World::with_queue();
    let (commit, tree) = (world.of_queue("entry/3.1"), world.git(&["rev-parse", "b3^{tree}"]));
    world.replace_in_queue(&[(&commit, &tree)]);
    update(&world, "entry/3.1", &tree);
    let verified = world.verify_queue();
    assert!(verified.broken.contains("objects"), "{:#}", verified.answer);
    let absent = "1".repeat(commit.len());
    world.replace_in_queue(&[(&tree, &absent)]);
    let verified = world.verify_queue();
    assert!(verified.missing.contains("objects"), "{:#}", verified.answer);
}

/// Makes a world in which entry 2 conflicted with entry 1, was resolved by agents, and landed; `a.txt` is in conflict.
fn resolved() -> World {
    let world = World::with_commit(&[]);
    world.branch("b1", "a.txt");
    world.branch("b2", "a.txt");
    world.par_ok(&["queue", "add", "--no-gate", "b1", "b2"]);
    assert_eq!(world.par(&["queue", "process"]).status.code(), Some(4));
    let agent = "[ \"$PAR_WORKER\" = 1 ] || echo both >a.txt; echo done";
    std::fs::write(world.beside("agent.sh"), agent).unwrap();
    let agent = format!("sh '{}'", world.beside("agent.sh").display());
    world.par_ok(&["queue", "resolve", "2", "-a", &agent]);
    world.par_ok(&["queue", "process"]);
    world
}

#[test]
fn a_resolution_is_judged_again() {
    let world = resolved();
    let verified = world.verify_queue();
    verified.is("ok-unsigned", 0);
    assert_eq!(verified.messages("resolution"), "1 resolution, judged again");
    let old = world.of_queue("landed/2");
    let old_tree = world.git(&["rev-parse", &format!("{old}^{{tree}}")]);
    for (file, text, said) in [("a.txt", "<<<<<<< a\nb\n=======\nc\n>>>>>>> d\n", "marks"), ("new", "x\n", "touches")] {
        let world = world.copied();
        world.git(&["checkout", "--quiet", "--detach", &old]);
        std::fs::write(world.here.join(file), text).unwrap();
        world.git(&["add", file]);
        world.git(&["commit", "--quiet", "--amend", "--no-edit"]);
        let [commit, tree] = ["HEAD", "HEAD^{tree}"].map(|name| world.git(&["rev-parse", name]));
        world.git(&["update-ref", "refs/heads/main", &commit]);
        update(&world, "landed/2", &commit);
        update(&world, "entry/2.2", &commit);
        world.replace_in_queue(&[(&old, &commit), (&old_tree, &tree)]);
        let verified = world.verify_queue();
        verified.is_broken_in(&["resolution"]);
        assert!(verified.messages("resolution").contains(said), "{:#}", verified.answer);
    }
    let onto = world.of_queue("base");
    world
        .forge_queue(|events| of_entry(events, "entry_retried", 2)["args"]["resolution"]["onto"] = onto.clone().into());
    world.verify_queue().is_broken_in(&["resolution"]);
}
