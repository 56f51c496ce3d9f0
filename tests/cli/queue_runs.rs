//! What a queue needs of a run stays, and a listing of runs tells how queues stand to them.

use serde_json::{Value, json};

use super::{
    queue_auto::{WORK, spawn, world},
    world::World,
};

const PRUNE: [&str; 5] = ["prune", "--older-than", "0", "--refs", "--force"];

/// Lists what goes or stays, by its name's last part, with the reason.
fn pruned(world: &World, key: &str) -> Vec<(String, String)> {
    let answer = world.par_json(&[&PRUNE[..], &["--apply"]].concat());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = |item: &Value| text(&item["name"]).rsplit_once("par/").unwrap().1.to_owned();
    let why = |item: &Value| text(&item["why"]) + " " + &text(&item["hint"]);
    answer[key].as_array().unwrap().iter().map(|item| (name(item), why(item))).collect()
}

#[test]
fn what_a_queue_still_needs_is_not_pruned() {
    let world = world();
    world.git(&["config", "par.gate", "test ! -e n"]);
    let line = ["spawn", "-n", "1", "--name", "r", "--gate", "true", "--auto-merge", "t", "--", "sh", "-c", WORK];
    world.par_ok(&line);
    let names = |all: &[(String, String)]| all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let stays = pruned(&world, "stays");
    assert_eq!(names(&stays), ["r/w1", "r/*"], "{stays:?}");
    let why = |all: &[(String, String)], part: &str| all.iter().all(|(_, why)| why.contains(part));
    assert!(why(&stays, "entry 1 of the queue into main brings what run r won, and waits"), "{stays:?}");
    assert!(why(&stays, "git par queue process --into main"), "{stays:?}");
    assert!(world.par_ok(&PRUNE).contains("stays: ../repo.par/r/w1: entry 1 of the queue into main"));
    assert_eq!(world.par(&["queue", "process"]).code, 1);
    let stays = pruned(&world, "stays");
    assert!(stays.len() == 2 && why(&stays, "needs review") && why(&stays, "git par queue log 1"), "{stays:?}");
    let queue = |world: &World| world.git(&["for-each-ref", "refs/par/queue/", "refs/notes/par/queue/"]);
    let before = queue(&world);
    world.par_ok(&["queue", "drop", "1"]);
    assert_eq!(names(&pruned(&world, "goes")), ["r/w1", "r/*", "r"], "dropped");
    assert_eq!(queue(&world).lines().count(), before.lines().count(), "nothing of the queue goes");
}

#[test]
fn what_a_queue_landed_is_as_good_as_merged() {
    for style in ["merge", "squash"] {
        let world = world();
        world.git(&["config", "par.queueStyle", style]);
        spawn(&world, &["--auto-merge"], WORK);
        world.par_ok(&["queue", "process"]);
        world.par_ok(&["seal", "r", "--no-sign"]);
        let goes = world.par_json(&["prune", "--older-than", "0", "--refs"])["goes"].to_string();
        assert!(goes.contains("repo.par/r/w1") && goes.contains("refs/par/r/*"), "{style}: {goes}");
        world.git(&["reset", "--quiet", "--hard", "HEAD^"]);
        let stays = world.par_json(&["prune", "--older-than", "0", "--refs"])["stays"].to_string();
        assert!(stays.contains("the winner of run r is not merged"), "{style}: {stays}");
    }
}

#[test]
fn a_queue_that_cannot_be_read_may_need_any_run() {
    let world = world();
    spawn(&world, &["--auto-merge"], WORK);
    world.git(&["update-ref", "refs/notes/par/queue/main", "HEAD"]);
    let stays = pruned(&world, "stays");
    assert!(stays[0].1.contains("the journal of the queue into main cannot be read"), "{stays:?}");
}

#[test]
fn the_folders_of_a_queue_are_not_those_of_a_run() {
    let world = world();
    // A run of the branch's name, and what a check that was killed leaves.
    world.par_ok(&["spawn", "-n", "1", "--name", "main", "--auto-merge", "t", "--", "sh", "-c", WORK]);
    world.git(&["worktree", "add", "--quiet", "--detach", "../repo.par/queue/main/gate-abcdef"]);
    world.write(".git/par/queue/main/left", "");
    world.par_ok(&["queue", "drop", "1"]);
    let goes = pruned(&world, "goes");
    assert!(!goes.is_empty() && goes.iter().all(|(name, _)| !name.contains("queue")), "{goes:?}");
    assert!(world.beside("repo.par/queue/main/gate-abcdef/a.txt").exists());
    assert!(world.here.join(".git/par/queue/main/left").exists());
}

#[test]
fn a_listing_tells_how_the_winner_stands_in_queues() {
    let world = world();
    world.git(&["config", "par.gate", "test ! -e n || test -e ok"]);
    let line = ["spawn", "-n", "2", "--name", "r", "--gate", "true", "--auto-merge", "t", "--", "sh", "-c", WORK];
    world.par_ok(&line);
    let tells = |words: &str, state: &str| {
        for listing in [&["list"][..], &["list", "r"], &["status", "r"]] {
            let text = world.par_ok(listing);
            assert!(text.contains(words) && text.contains(state), "{listing:?}: {text}");
        }
        world.par_json(&["list", "r"])["runs"][0].clone()
    };
    let run = tells("queued (main, entry 1)", "picked");
    // Also where its refs are in one file.
    world.git(&["pack-refs", "--all"]);
    assert_eq!(tells("queued (main, entry 1)", "picked")["queue_entries"], run["queue_entries"]);
    let [entry] = &run["queue_entries"].as_array().unwrap()[..] else { panic!("{run}") };
    assert_eq!((&entry["target"], &entry["state"]), (&json!("refs/heads/main"), &json!("queued")));
    assert_eq!((&entry["landed"], &entry["in_target"], &run["merge"]), (&Value::Null, &Value::Null, &Value::Null));
    assert_eq!(world.par(&["queue", "process"]).code, 1);
    tells("needs_review (main, entry 1)", "picked");
    world.write("ok", "");
    world.git(&["add", "ok"]);
    world.git(&["commit", "--quiet", "-m", "ok"]);
    world.par_ok(&["queue", "retry"]);
    world.par_ok(&["queue", "process"]);
    let tip = world.git(&["rev-parse", "main"]);
    let run = tells(&format!("{} (main, entry 1)", &tip[..10]), "merged");
    assert_eq!((&run["state"], &run["workers"][0]["state"]), (&json!("merged"), &json!("merged")), "{run}");
    assert_eq!(
        (&run["queue_entries"][0]["landed"], &run["queue_entries"][0]["in_target"]),
        (&json!(tip), &json!(true))
    );
    world.git(&["reset", "--quiet", "--hard", "HEAD^"]);
    let run = tells(&format!("{} (not in main)", &tip[..10]), "merged (not in main)");
    assert_eq!(run["queue_entries"][0]["in_target"], false);
}

#[test]
fn what_was_dropped_from_a_queue_is_listed_as_before() {
    let world = world();
    spawn(&world, &["--auto-merge"], WORK);
    world.par_ok(&["queue", "drop", "1"]);
    let text = world.par_ok(&["list", "r"]);
    assert!(text.contains("state: picked\n") && !text.contains("entry 1"), "{text}");
    assert_eq!(world.par_json(&["list"])["runs"][0]["queue_entries"][0]["state"], "dropped");
}
