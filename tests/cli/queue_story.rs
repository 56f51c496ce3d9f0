//! The story of a queue: eight runs on one repository, of which all lands that can, and main is green at every commit.

use std::fs;

use serde_json::json;

use super::world::World;

/// What the project checks: that no number stands twice in `numbers`, and that `a.txt` is there.
const CHECK: &str = "[ -z \"$PAR_QUEUE\" ] || [ ! -e \"$HOME/move.sh\" ] || sh \"$HOME/move.sh\"\ntest -e a.txt && test -z \"$(cat numbers/* 2>/dev/null | sort | uniq -d)\"\n";

/// What each run does: four on their own, two on the same line of a file, two that each take the same number for themselves.
const RUNS: [(&str, &str); 8] = [
    ("one", "echo 1 > numbers/one"),
    ("two", "echo 2 > numbers/two"),
    ("left", "sed -i s/two/left/ a.txt; echo 3 > numbers/left"),
    ("right", "sed -i s/two/right/ a.txt; echo 4 > numbers/right"),
    ("five", "echo 5 > numbers/five"),
    ("first", "echo 7 > numbers/first"),
    ("second", "echo 7 > numbers/second"),
    ("eight", "echo 8 > numbers/eight"),
];

fn world() -> World {
    let world = World::new();
    world.write("check.sh", CHECK);
    world.write("numbers/zero", "0\n");
    world.git(&["add", "."]);
    world.git(&["commit", "-qm", "numbers"]);
    world.git(&["tag", "start"]);
    world.git(&["config", "par.gate", "sh check.sh"]);
    for (run, script) in RUNS {
        let said =
            world.par(&["spawn", "-q", "-n", "1", "--name", run, &format!("do {run}"), "--", "sh", "-c", script]);
        assert_eq!(said.code, 0, "{said:?}");
        world.par_ok(&["-q", "pick", run]);
    }
    world
}

/// Runs the check on every commit that the branch went through, each checked out afresh.
fn require_green(world: &World) {
    let commits = world.git(&["rev-list", "--first-parent", "start..main"]);
    assert_eq!(commits.lines().count(), 7, "six that landed, and a person's");
    for commit in commits.lines() {
        let folder = world.beside(&format!("at-{commit}"));
        world.git(&["worktree", "add", "-q", "--detach", folder.to_str().unwrap(), commit]);
        let checked = world.command("sh", &["check.sh"]).current_dir(&folder).status().unwrap();
        assert!(checked.success(), "main is red at {commit}");
        world.git(&["worktree", "remove", "--force", folder.to_str().unwrap()]);
    }
}

#[test]
fn all_lands_that_can_and_the_rest_waits_with_a_report() {
    let world = world();
    let names: Vec<&str> = RUNS.iter().map(|(run, _)| *run).collect();
    world.par_ok(&[&["queue", "add"][..], &names[..4]].concat());
    // A person moves main while they are checked.
    let moves = format!(
        "[ -e \"$HOME/moved\" ] && exit 0\ntouch \"$HOME/moved\"\ncd '{}' && echo person > person.txt && git add person.txt && git commit -qm person\n",
        world.here.display()
    );
    fs::write(world.home().join("move.sh"), moves).unwrap();
    assert_eq!(world.par(&["-q", "queue", "process", "-j", "3"]).code, 4);
    world.par_ok(&[&["queue", "add"][..], &names[4..]].concat());
    // The conflict is one still.
    assert_eq!(world.par(&["-q", "queue", "process", "-j", "3"]).code, 4);

    let listing = world.par_json(&["queue", "list", "--all"]);
    let state = |entry: u64| {
        let rows = listing["entries"].as_array().unwrap();
        rows.iter().find(|row| row["entry"] == json!(entry)).unwrap().clone()
    };
    for entry in [1, 2, 3, 5, 6, 8] {
        assert_eq!(state(entry)["state"], "merged", "{listing}");
    }
    assert_eq!(state(4)["held"]["reason"], "conflict");
    assert_eq!(state(7)["held"]["reason"], "gate");
    let report = &world.par_json(&["queue", "show", "4"])["report"];
    assert_eq!((&report["theirs"]["run"], &report["ours"][0]["run"]), (&json!("right"), &json!("left")));
    assert_eq!(world.par(&["queue", "log", "7", "--gate"]).code, 0);
    assert!(world.git(&["log", "--format=%s", "main"]).contains("person"), "what a person did is on main");
    let log = world.par_ok(&["queue", "log"]);
    assert!(log.contains("the target moved"), "{log}");
    assert!(world.git(&["status", "--porcelain"]).is_empty());
    require_green(&world);
}
