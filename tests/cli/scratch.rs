//! The scratch folder: whatever an agent puts there for us to stumble over, nothing that is the user's is touched, and
//! nothing is run that nobody ordered.

use std::fs;

use serde_json::json;

use super::{
    endings::{start, wait_for},
    lanes::changes,
    world::World,
};

/// What an agent does to the files of its run (`$S`) so that ours would land in the user's (`$MINE`).
const TRAPS: &[(&str, &str)] = &[
    ("linked-index", "ln -sf \"$MINE\"/a \"$S\"/w1/index"),
    ("linked-gate-log", "ln -sf \"$MINE\"/a \"$S\"/w1/gate.log"),
    (
        "second-names",
        "rm -f \"$S\"/w1/gate.log \"$S\"/w1/index; ln \"$MINE\"/a \"$S\"/w1/gate.log; ln \"$MINE\"/b \"$S\"/w1/index",
    ),
    ("pipes", "rm -f \"$S\"/w1/*; mkfifo \"$S\"/w1/index \"$S\"/w1/gate.log \"$S\"/w1/agent.log \"$S\"/w1/task"),
    ("linked-folder", "mv \"$S\"/w1 \"$S\"/away; ln -s \"$MINE\" \"$S\"/w1"),
    ("linked-lock", "ln -sf \"$MINE\"/a \"$S\"/lock; ln -sf \"$MINE\"/b \"$S\"/supervisor"),
    ("linked-run", "mv \"$S\" \"$S\".away; ln -s \"$MINE\" \"$S\""),
];

fn trapped(world: &World, name: &str, trap: &str) {
    let mine = world.beside("mine");
    let scratch = world.beside("repo/.git/par").join(name);
    let script = format!("set -e; S='{}' MINE='{}'; {trap}; echo 1 > n", scratch.display(), mine.display());
    world.par_ok(&["-q", "spawn", "-n", "1", "--gate", "cat n", "--name", name, "t", "--", "sh", "-c", &script]);
}

fn mine(world: &World) -> Vec<(String, String)> {
    let entries = fs::read_dir(world.beside("mine")).unwrap().map(|entry| entry.unwrap());
    let read = |entry: fs::DirEntry| {
        (
            entry.file_name().into_string().unwrap(),
            fs::read_to_string(entry.path()).unwrap_or_else(|error| error.to_string()),
        )
    };
    let mut files: Vec<_> = entries.map(read).collect();
    files.sort();
    files
}

#[test]
fn what_an_agent_puts_in_our_way_leads_nowhere() {
    let world = World::new();
    fs::create_dir(world.beside("mine")).unwrap();
    for name in ["a", "b", "lock", "index", "agent.log", "gate.log"] {
        fs::write(world.beside("mine").join(name), "thesis").unwrap();
    }
    let before = mine(&world);
    for (name, trap) in TRAPS {
        trapped(&world, name, trap);
        assert_eq!(mine(&world), before, "{name}");
        let (base, candidate) = (format!("refs/par/{name}/base"), format!("refs/par/{name}/w1"));
        assert_eq!(changes(&world, &base, &candidate), "A 100644 n", "{name}");
        assert_eq!(world.event(name, "gate_finished")["result"]["verdict"], "pass", "{name}");
        world.par_ok(&["verify", name]);
        world.par_ok(&["discard", name, "-y"]);
        assert_eq!(mine(&world), before, "{name} is discarded");
    }
}

#[test]
fn a_command_line_that_the_journal_does_not_have_is_not_run() {
    let world = World::new();
    let script = "test -e ../on || { touch ../ready; exec sleep 1000; }; echo 1 > n";
    let all = ["-q", "spawn", "-n", "2", "-j", "1", "--gate", "cat n", "--name", "r", "t", "--", "sh", "-c", script];
    let mut child = start(world.par_command(&all));
    wait_for(&world.beside("repo.par/r/ready"));
    child.kill().unwrap();
    child.wait().unwrap();
    fs::write(world.beside("repo.par/r/on"), "").unwrap();
    let orders = world.beside("repo/.git/par/r/orders.json");
    let forged = fs::read_to_string(&orders).unwrap();
    let bytes = |text: &str| serde_json::to_string(text.as_bytes()).unwrap();
    assert!(forged.contains(&bytes(script)) && forged.contains(&bytes("cat n")), "{forged}");
    let forged = forged.replace(&bytes(script), &bytes("touch ../../forged"));
    fs::write(&orders, forged.replace(&bytes("cat n"), &bytes("touch ../../forged"))).unwrap();
    world.par_ok(&["resume", "r"]);
    assert!(!world.beside("forged").exists());
    assert_eq!(changes(&world, "refs/par/r/base", "refs/par/r/w2"), "A 100644 n");
    assert_eq!(world.event("r", "run_finished")["result"], json!({"queued": [], "reason": "completed"}));
}
