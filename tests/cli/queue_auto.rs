//! `--auto-merge`: what a run wins is in the queue of its branch as soon as the run is over, whoever ends it.

use serde_json::{Value, json};

use super::{
    endings::{start, wait_for},
    plan_world::writer,
    world::{Said, World},
};

/// A worker's own number is what it writes, so that the first changes least.
pub(crate) const WORK: &str = "seq $PAR_WORKER > n";

/// Makes a world whose repository says how to check what lands.
pub(crate) fn world() -> World {
    let world = World::new();
    world.git(&["config", "par.gate", "test -e n"]);
    world
}

pub(crate) fn spawn(world: &World, arguments: &[&str], script: &str) -> Said {
    world.par(&[&["spawn", "-n", "2", "--name", "r"], arguments, &["t", "--", "sh", "-c", script]].concat())
}

/// Returns what the queue into a branch lists, also what is over.
fn entries(world: &World, branch: &str) -> Value {
    world.par_json(&["queue", "list", "--all", "--into", branch])["entries"].clone()
}

fn has_queue(world: &World) -> bool {
    world.run_refs().contains("refs/par/queue/")
}

#[test]
fn the_winner_is_picked_by_the_rule_and_waits_for_the_branch_that_was_checked_out() {
    let world = world();
    let tip = world.git(&["rev-parse", "main"]);
    let said = spawn(&world, &["--auto-merge"], WORK);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("entry 1 run r (") && said.stdout.contains("): added\n"), "{said:?}");
    assert!(said.stdout.ends_with("to land on main: git par queue process --into main\n"), "{said:?}");
    let all = entries(&world, "main");
    let [listed] = &all.as_array().unwrap()[..] else { panic!("{all}") };
    assert_eq!((&listed["state"], &listed["source"]), (&json!("queued"), &json!({ "run": "r" })));
    assert_eq!(listed["commit"], world.git(&["rev-parse", "refs/par/r/w1"]), "the fewest lines");
    assert_eq!(world.git(&["rev-parse", "main"]), tip, "nothing is processed by it");
    assert_eq!(world.events_of("r", "run_started")[0]["args"]["auto_merge"], "refs/heads/main");
    assert!(world.par_ok(&["log", "r"]).contains(", to land on main: t\n"));
    world.par_ok(&["verify", "r"]);
    world.par_ok(&["queue", "process"]);
    assert_eq!(world.read("n"), "1\n");
}

#[test]
fn a_program_is_told_the_entry_and_a_run_without_the_wish_says_nothing_of_it() {
    let world = world();
    let line = ["spawn", "-n", "1", "t", "--name"];
    let rest = ["--", "sh", "-c", WORK];
    let answer = world.par_json(&[&line[..], &["r", "--auto-merge"], &rest].concat());
    assert_eq!((&answer["queued"]["target"], &answer["winner"]), (&json!("refs/heads/main"), &json!(1)), "{answer}");
    assert_eq!(
        (&answer["queued"]["entries"][0]["entry"], &answer["queued"]["entries"][0]["already"]),
        (&json!(1), &json!(false))
    );
    let answer = world.par_json(&[&line[..], &["s"], &rest].concat());
    assert_eq!((answer.get("queued"), &answer["winner"]), (None, &Value::Null), "{answer}");
    assert_eq!(world.events_of("s", "run_started")[0]["args"].get("auto_merge"), None);
}

#[test]
fn a_setting_says_it_for_all_runs_and_an_option_otherwise() {
    let world = world();
    world.git(&["branch", "release/1"]);
    for (value, option, target) in [
        ("true", &[][..], Some("refs/heads/main")),
        ("release/1", &[], Some("refs/heads/release/1")),
        ("release/1", &["--auto-merge"], Some("refs/heads/main")),
        ("release/1", &["--no-auto-merge"], None),
        ("false", &[], None),
        ("false", &["--auto-merge=release/1"], Some("refs/heads/release/1")),
    ] {
        world.git(&["config", "par.autoMerge", value]);
        let line = [&["spawn", "-n", "1"], option, &["t", "--", "sh", "-c", "echo $PAR_RUN > n"]].concat();
        let answer = world.par_json(&line);
        assert_eq!(answer["queued"]["target"].as_str(), target, "{value} {option:?}: {answer}");
    }
}

#[test]
fn what_cannot_come_about_is_refused_before_an_agent_starts() {
    let world = World::new();
    let touch = "touch ../../../ran";
    let refused = |arguments: &[&str], code: i32, part: &str| {
        let said = spawn(&world, arguments, touch);
        said.refuses(code, part);
        assert!(!world.beside("ran").exists() && world.run_refs().is_empty(), "{said:?}");
        said.stderr
    };
    let told = refused(&["--auto-merge"], 128, "the queue into 'main' cannot begin");
    assert!(told.contains("nothing says how to check what lands"), "{told}");
    assert!(told.contains("hint: git config par.gate") && told.contains("--no-auto-merge"), "{told}");
    refused(&["--auto-merge=nothing"], 2, "branch 'nothing' does not exist");
    refused(&["--auto-merge=refs/tags/v1"], 2, "is no branch");
    refused(&["--auto-merge", "--no-auto-merge"], 2, "cannot be used with");
    world.git(&["checkout", "--quiet", "--detach"]);
    let told = refused(&["--auto-merge", "--gate", "true"], 2, "HEAD is detached");
    assert!(told.contains("hint: git par spawn --auto-merge=BRANCH"), "{told}");
    let said = spawn(&world, &["--auto-merge=main", "--gate", "true"], WORK);
    assert!(said.code == 0 && said.stdout.contains("to land on main"), "{said:?}");
}

#[test]
fn a_run_lends_its_check_to_a_queue_that_begins_with_it() {
    let world = World::new();
    assert_eq!(spawn(&world, &["--auto-merge", "--gate", "test -s n"], WORK).code, 0);
    let list = world.par_json(&["queue", "list"]);
    assert_eq!(list["gate"]["argv"].as_array().unwrap().last().unwrap(), "test -s n", "{list}");
}

#[test]
fn without_a_winner_nothing_is_added_and_the_status_is_that_of_the_run() {
    let world = world();
    let said = spawn(&world, &["--auto-merge"], "echo x > other");
    said.refuses(1, "nothing was added to the queue into 'main': run 'r' has no winner: ");
    assert!(!has_queue(&world) && !said.stdout.contains("to land on"), "{said:?}");
    world.par(&["resume", "r"]).refuses(1, "nothing was added to the queue into 'main'");
    assert_eq!(world.events_of("r", "winner_selected").len(), 1, "nothing was found since");
    // As soon as there is one it is added.
    let said = world.par(&["retry", "r", "-w", "2"]);
    assert!(said.code == 1 && !has_queue(&world), "{said:?}");
}

#[test]
fn whoever_ends_a_run_adds_its_winner() {
    let world = world();
    let said = spawn(&world, &["--auto-merge", "--detach"], "until test -e ../../../go; do sleep 0.02; done; echo > n");
    assert_eq!(said.code, 0, "{said:?}");
    assert!(!has_queue(&world));
    world.git(&["checkout", "--quiet", "-b", "other"]);
    world.write("../go", "");
    let lists = || world.par(&["queue", "list", "--into", "main"]).stdout.contains("run r");
    for _ in 0..1000 {
        if lists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(lists(), "the branch that was checked out when the run began");
    world.par_ok(&["verify", "r"]);
}

#[test]
fn a_run_that_was_cut_short_waits_for_its_end() {
    let world = world();
    world.git(&["config", "par.grace", "300ms"]);
    let script = "echo $PAR_WORKER > n; test $PAR_WORKER = 1 || { touch ../ready; exec sleep 100; }";
    let line = ["spawn", "-n", "2", "-j", "1", "--name", "r", "--auto-merge", "t", "--", "sh", "-c", script];
    let mut spawn = start(world.par_command(&line));
    wait_for(&world.beside("repo.par/r/ready"));
    spawn.kill().unwrap();
    spawn.wait().unwrap();
    assert!(!has_queue(&world));
    let said = world.par(&["resume", "r"]);
    assert!(said.stdout.contains("entry 1 run r"), "{said:?}");
    assert_eq!(entries(&world, "main")[0]["commit"], world.git(&["rev-parse", "refs/par/r/w1"]));
    let again = world.par(&["resume", "r"]);
    assert!(again.stdout.contains("is in the queue already"), "{again:?}");
    assert_eq!(entries(&world, "main").as_array().unwrap().len(), 1);
}

#[test]
fn a_run_that_a_person_stopped_adds_nothing() {
    let world = world();
    world.git(&["config", "par.grace", "300ms"]);
    let script = "echo $PAR_WORKER > n; touch ../ready$PAR_WORKER; exec sleep 100";
    let line = ["spawn", "-n", "1", "--name", "r", "--auto-merge", "t", "--", "sh", "-c", script];
    let spawn = start(world.par_command(&line));
    wait_for(&world.beside("repo.par/r/ready1"));
    world.par_ok(&["stop", "r"]);
    let said = Said::of(spawn.wait_with_output().unwrap());
    assert!(said.stderr.contains("nothing was added to the queue into 'main': run 'r' was cut short"), "{said:?}");
    assert!(!has_queue(&world) && world.events_of("r", "winner_selected").is_empty(), "{said:?}");
}

#[test]
fn what_a_person_made_of_it_is_left_alone() {
    let world = world();
    spawn(&world, &["--auto-merge"], WORK);
    world.par_ok(&["queue", "drop", "1"]);
    let said = world.par(&["resume", "r"]);
    assert!(said.code == 0 && said.stderr.contains("entry 1 brought it, and was dropped"), "{said:?}");
    assert_eq!(entries(&world, "main").as_array().unwrap().len(), 1);
    world.par_ok(&["queue", "add", "r"]);
    world.par_ok(&["pick", "r", "-w", "2"]);
    let said = world.par(&["retry", "r", "-w", "1"]);
    assert!(said.stderr.contains("entry 2 brings what run 'r' won before"), "{said:?}");
    assert_eq!(world.events_of("r", "winner_selected").len(), 2, "whom a person picked wins");
    world.par_ok(&["queue", "process"]);
    let said = world.par(&["resume", "r"]);
    assert!(said.stderr.contains("entry 2 landed what run 'r' won before"), "{said:?}");
    assert_eq!(entries(&world, "main").as_array().unwrap().len(), 2);
}

#[test]
fn what_a_person_merged_is_not_added_as_well() {
    let world = world();
    spawn(&world, &["--auto-merge"], WORK);
    world.par_ok(&["queue", "drop", "1"]);
    world.par_ok(&["merge", "r"]);
    let said = world.par(&["resume", "r"]);
    assert!(said.stderr.contains("run 'r' is merged into 'main' already"), "{said:?}");
}

#[test]
fn what_a_plan_offers_is_added() {
    let world = world();
    let said = world.plan("test -e n.txt", &[writer("n", &[])], &["--auto-merge"]);
    assert!(said.code == 0 && said.stdout.contains("entry 1 run r"), "{said:?}");
    assert!(!said.stdout.contains("next:"), "{said:?}");
    assert_eq!(entries(&world, "main")[0]["commit"], world.git(&["rev-parse", "refs/par/r/winner"]));
}

#[test]
fn a_run_from_elsewhere_adds_nothing_unless_it_is_trusted() {
    let world = world();
    world.hub(&[]);
    spawn(&world, &["--auto-merge"], WORK);
    world.par_ok(&["push"]);
    let clone = world.clone_of_hub("clone");
    world.par_ok(&["-C", &clone, "fetch", "origin", "r"]);
    world.git(&["-C", &clone, "config", "par.gate", "true"]);
    world.git(&["-C", &clone, "branch", "main", "origin/main"]);
    let queues = || world.run_refs_of(&clone).contains("refs/par/queue/");
    let said = world.par(&["-C", &clone, "resume", "r"]);
    assert!(said.code == 0 && said.stderr.contains("was not begun in this repository"), "{said:?}");
    assert!(said.stderr.contains("--trust") && !queues(), "{said:?}");
    let said = world.par(&["-C", &clone, "resume", "r", "--trust"]);
    assert!(said.stdout.contains("entry 1 run r") && queues(), "{said:?}");
}

#[test]
fn a_whole_line_adds_what_it_does_not_merge() {
    let world = world();
    let line = |name: &str, arguments: &[&str]| {
        let all = [&["run", "-n", "1", "--name", name], arguments, &["t", "--", "sh", "-c", "echo $PAR_RUN > n"]];
        world.par_json(&all.concat())
    };
    let answer = line("r", &["--auto-merge"]);
    assert_eq!(answer["steps"]["spawn"]["queued"]["entries"][0]["entry"], 1, "{answer}");
    assert_eq!(world.events_of("r", "winner_selected").len(), 1, "{answer}");
    world.git(&["config", "par.autoMerge", "true"]);
    let answer = line("s", &["--merge"]);
    assert_eq!(answer["steps"]["merge"]["state"], "merged", "{answer}");
    assert_eq!(entries(&world, "main").as_array().unwrap().len(), 1);
    world.par(&["run", "--merge", "--auto-merge", "t"]).refuses(2, "cannot be used with");
    world.par(&["run", "--continue", "r", "--auto-merge"]).refuses(2, "cannot be used with");
}
