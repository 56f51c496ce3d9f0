//! A queue travels like a run: pushed, fetched, verified elsewhere, forked and told, processed only where it is trusted.

use std::path::Path;

use super::world::World;

const QUEUE: &str = "queue/main";

impl World {
    /// Makes a branch that adds a file of that name.
    fn file_branch(&self, name: &str) {
        self.git(&["checkout", "--quiet", "-b", name, "main"]);
        self.write(name, "x\n");
        self.git(&["add", name]);
        self.git(&["commit", "--quiet", "-m", name]);
        self.git(&["checkout", "--quiet", "main"]);
    }

    /// Makes a clone of the hub in which the branch is checked out.
    fn clone_with_main(&self) -> String {
        let clone = self.clone_of_hub("clone");
        self.git(&["-C", &clone, "checkout", "--quiet", "-B", "main", "origin/main"]);
        clone
    }

    /// Makes a queue that landed `good` and holds `bad` back.
    fn processed(&self) {
        self.file_branch("good");
        self.file_branch("bad");
        self.par_ok(&["queue", "add", "--gate", "test ! -e bad", "good", "bad"]);
        assert_eq!(self.par(&["queue", "process"]).code, 1);
    }
}

fn state(answer: &serde_json::Value) -> (&str, &str) {
    let row = &answer["runs"][0];
    (row["run"].as_str().unwrap(), row["state"].as_str().unwrap())
}

fn bytes_of(place: impl AsRef<Path>, world: &World) -> (String, String) {
    let place = place.as_ref().display().to_string();
    (world.run_refs_of(&place), world.git(&["-C", &place, "for-each-ref", "refs/heads"]))
}

#[test]
fn a_queue_that_was_pushed_verifies_in_a_fresh_clone() {
    for arguments in [&[][..], &["--object-format=sha256"], &["--ref-format=reftable"]] {
        let world = World::with_init(arguments);
        let hub = world.hub(arguments);
        world.processed();
        world.par_ok(&["seal", QUEUE]);
        world.git(&["push", "--quiet", "origin", "main"]);
        let said = world.par(&["push", "origin", QUEUE, "--logs"]);
        assert!(said.code == 0 && said.stdout.starts_with("queue/main: pushed to origin ("), "{said:?}");
        assert!(said.stderr.contains("pushing queue/main to origin"), "{said:?}");
        assert_eq!(world.run_refs_of(&hub), world.run_refs());
        let clone = world.clone_with_main();
        assert!(world.par_ok(&["-C", &clone, "fetch"]).starts_with("queue/main: fetched from origin ("));
        assert_eq!(world.run_refs_of(&clone), world.run_refs());
        let verified = world.par_ok(&["-C", &clone, "verify", QUEUE]);
        assert!(verified.contains("✓ merge       1 landing, computed again\n"), "{verified}");
        assert!(verified.contains("✓ logs        2 logs, with the recorded SHA-256\n"), "{verified}");
        assert!(verified.contains("ok-unsigned: queue/main, "), "{verified}");
        assert_eq!(world.par_ok(&["push", "origin", QUEUE]), "queue/main: up to date\n");
        world.git(&["-C", &clone, "fsck", "--strict"]);
    }
}

#[test]
fn a_queue_into_a_branch_with_a_slash_goes_by_that_name_everywhere() {
    let world = World::new();
    world.hub(&[]);
    world.file_branch("good");
    world.git(&["branch", "release/1.0"]);
    world.par_ok(&["queue", "add", "--into", "release/1.0", "--no-gate", "good"]);
    let name = "queue/release/1.0";
    assert!(world.par_ok(&["push", "origin", name]).starts_with("queue/release/1.0: pushed"));
    assert_eq!(state(&world.par_json(&["push", "origin", name])), (name, "up_to_date"));
    let clone = world.clone_with_main();
    assert!(world.par_ok(&["-C", &clone, "fetch", "origin", name]).starts_with("queue/release/1.0: fetched"));
    assert!(world.par_ok(&["-C", &clone, "verify", name]).contains("ok-unsigned: queue/release/1.0, "));
}

#[test]
fn all_takes_queues_along() {
    let world = World::new();
    let hub = world.hub(&[]);
    world.processed();
    world.spawn("r", 1, "echo x > x");
    let told = world.par_ok(&["push", "--all", "--logs"]);
    assert!(told.starts_with("queue/main: pushed") && told.contains("\nr: pushed"), "{told}");
    assert_eq!(world.run_refs_of(&hub), world.run_refs());
}

#[test]
fn two_clones_that_process_one_queue_are_told_that_they_forked_and_nothing_is_overwritten() {
    let world = World::new();
    let hub = world.hub(&[]);
    world.file_branch("one");
    world.file_branch("two");
    world.par_ok(&["queue", "add", "--no-gate", "one", "two"]);
    world.par_ok(&["push", "origin", QUEUE]);
    let clone = world.clone_with_main();
    world.par_ok(&["-C", &clone, "fetch"]);
    world.par_ok(&["-C", &clone, "queue", "process"]);
    world.par_ok(&["queue", "process"]);
    world.par_ok(&["push", "origin", QUEUE]);
    let before = [bytes_of(&hub, &world), bytes_of(&clone, &world)];
    for verb in ["push", "fetch"] {
        let said = world.par(&["-C", &clone, verb, "origin", QUEUE]);
        assert_eq!(said.code, 4, "{said:?}");
        // Both read the same three events, and then each took the entries itself.
        let forked = "queue/main: forked at event 4: origin has another history of it; nothing was changed\n";
        assert!(said.stdout.starts_with(forked), "{said:?}");
        assert_eq!([bytes_of(&hub, &world), bytes_of(&clone, &world)], before, "{verb}");
    }
    for place in [".", &clone] {
        assert!(world.par_ok(&["-C", place, "verify", QUEUE]).contains("ok-unsigned: queue/main, "));
    }
}

#[test]
fn whoever_gives_up_a_history_that_forked_keeps_it_in_a_file_and_goes_on_with_the_remotes() {
    let world = World::new();
    world.hub(&[]);
    world.file_branch("one");
    world.git(&["branch", "a/b"]);
    world.par_ok(&["queue", "add", "--no-gate", "--into", "a/b", "one"]);
    world.par_ok(&["push", "origin", "queue/a/b"]);
    let clone = world.clone_with_main();
    world.git(&["-C", &clone, "branch", "a/b"]);
    world.par_ok(&["-C", &clone, "fetch"]);
    world.par_ok(&["-C", &clone, "queue", "process", "--into", "a/b"]);
    world.par_ok(&["queue", "drop", "--into", "a/b", "1"]);
    world.par_ok(&["push", "origin", "queue/a/b"]);
    let said = world.par(&["-C", &clone, "push", "origin", "queue/a/b"]);
    let hints: Vec<&str> =
        said.stdout.lines().filter_map(|line| line.split_once("hint: ")).map(|(_, hint)| hint).collect();
    let [keep, take] = hints[..] else { panic!("{said:?}") };
    let keep = keep.split_once(": ").unwrap().1.replace("FILE", "../kept.bundle");
    let take = take.split_once(": ").unwrap().1;
    for line in [&keep, take] {
        let line = format!("cd '{clone}' && {}", line.replace("git par", "\"$PAR\""));
        let mut command = world.command("sh", &["-c", &line]);
        let done = command.env("PAR", env!("CARGO_BIN_EXE_git-par")).output().unwrap();
        assert!(done.status.success(), "{line}: {done:?}");
    }
    let list = world.par_json(&["-C", &clone, "queue", "list", "--all", "--into", "a/b"]);
    assert_eq!(list["entries"][0]["state"], "dropped", "{list}");
    world.par_ok(&["-C", &clone, "verify", "queue/a/b"]);
    let kept = world.git(&["bundle", "list-heads", "../kept.bundle"]);
    assert!(kept.contains("refs/par/queue/a%2Fb/landed/1"), "{kept}");
}

#[test]
fn a_queue_that_went_on_elsewhere_goes_on_here() {
    let world = World::new();
    world.hub(&[]);
    world.file_branch("one");
    world.par_ok(&["queue", "add", "--no-gate", "one"]);
    world.par_ok(&["push", "origin", QUEUE]);
    let clone = world.clone_with_main();
    world.par_ok(&["-C", &clone, "fetch"]);
    world.par_ok(&["-C", &clone, "queue", "process"]);
    world.git(&["-C", &clone, "push", "--quiet", "origin", "main"]);
    world.par_ok(&["-C", &clone, "push", "origin", QUEUE]);
    let said = world.par(&["push", "origin", QUEUE]);
    assert_eq!(said.stdout, "queue/main: behind: git par fetch origin queue/main\n", "{said:?}");
    assert!(world.par_ok(&["fetch", "origin", QUEUE]).starts_with("queue/main: fetched"));
    let verified = world.par_ok(&["verify", QUEUE]);
    assert!(verified.contains("landed commit ") && verified.contains(" is not in the history of refs/heads/main"));
    world.git(&["pull", "--quiet", "--ff-only", "origin", "main"]);
    assert!(!world.par_ok(&["verify", QUEUE]).contains(" is not in the history of "));
}

#[test]
fn the_check_of_a_fetched_queue_runs_only_where_it_is_trusted() {
    let world = World::new();
    world.hub(&[]);
    world.file_branch("one");
    world.par_ok(&["queue", "add", "--gate", "git config test.ran yes", "one"]);
    world.par_ok(&["push", "origin", QUEUE]);
    let clone = world.clone_with_main();
    world.par_ok(&["-C", &clone, "fetch"]);
    let has_run = || world.git(&["-C", &clone, "config", "--list"]).contains("test.ran=yes");
    let before = bytes_of(&clone, &world);
    let said = world.par(&["-C", &clone, "queue", "process"]);
    assert!(
        said.code != 0 && said.stderr.contains("names a check that was not written in this repository"),
        "{said:?}"
    );
    assert!(said.stderr.contains("--trust") && !has_run(), "{said:?}");
    assert_eq!(bytes_of(&clone, &world), before);
    world.par_ok(&["-C", &clone, "verify", QUEUE]);
    assert!(!has_run(), "verifying runs nothing");
    world.par_ok(&["-C", &clone, "queue", "process", "--trust"]);
    assert!(has_run());
    assert!(world.par_ok(&["-C", &clone, "verify", QUEUE]).contains("1 landing, computed again"));
}

#[test]
fn a_clone_without_the_history_says_what_is_missing_and_calls_nothing_broken() {
    let world = World::new();
    world.hub(&[]);
    world.processed();
    world.git(&["push", "--quiet", "origin", "main"]);
    world.par_ok(&["push", "origin", QUEUE]);
    let url = format!("file://{}", world.beside("hub.git").display());
    world.git(&["clone", "--quiet", "--depth=1", &url, "../shallow"]);
    world.git(&[
        "-C",
        "../shallow",
        "fetch",
        "--quiet",
        "--depth=1",
        "origin",
        "refs/par/*:refs/par/*",
        "refs/notes/par/*:refs/notes/par/*",
    ]);
    let said = world.par(&["-C", "../shallow", "verify", QUEUE]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("incomplete: queue/main, "), "{said:?}");
}

#[test]
fn a_forged_queue_is_refused_by_a_fetch_or_found_by_verify() {
    let world = World::new();
    let hub = world.hub(&[]);
    world.processed();
    world.par_ok(&["push", "origin", QUEUE]);
    let hub = hub.display().to_string();
    // Not what the journal calls for: it is left there.
    world.git(&["-C", &hub, "update-ref", "refs/par/queue/main/landed/2", "refs/par/queue/main/entry/2.1"]);
    let clone = world.clone_with_main();
    let told = world.par_ok(&["-C", &clone, "fetch"]);
    assert!(told.contains("refs/par/queue/main/landed/2 is not what the journal calls for"), "{told}");
    assert!(world.there(&clone, "refs/par/queue/main/landed/2").is_empty());
    world.git(&["-C", &clone, "fetch", "--quiet", "origin", "+refs/par/*:refs/par/*"]);
    let said = world.par(&["-C", &clone, "verify", QUEUE]);
    assert!(said.code == 1 && said.stdout.contains("broken: queue/main"), "{said:?}");
}
