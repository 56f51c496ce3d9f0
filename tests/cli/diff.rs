//! `git par diff`: what workers changed, by the user's own git.

use std::fs;

use super::{
    log::{go, waiting},
    world::World,
};

/// Makes a run of three: one adds a line, one changes nothing, one changes two files.
fn three(world: &World) {
    world.write("sub dir/s", "s\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "second"]);
    let script = "case $PAR_WORKER in 1) echo 1 >> a.txt;; 3) echo 3 >> a.txt; echo 3 >> 'sub dir/s';; esac";
    assert_eq!(world.spawn("r", 3, script).code, 0);
}

fn plain(world: &World, old: &str, new: &str) -> String {
    world.git(&["diff", old, new]) + "\n"
}

#[test]
fn a_candidate_is_shown_as_git_shows_it() {
    let world = World::new();
    three(&world);
    let (base, w1, w3) = ("refs/par/r/base", "refs/par/r/w1", "refs/par/r/w3");
    assert_eq!(world.par_ok(&["diff", "-w", "1"]), plain(&world, base, w1));
    assert_eq!(world.par_ok(&["diff", "r", "-w", "w3"]), plain(&world, base, w3));
    assert_eq!(world.par_ok(&["diff", "--between", "3", "w1"]), plain(&world, w3, w1));
    assert_eq!(world.par_ok(&["diff", "-w", "3", "--", "--name-only", "-z"]), "a.txt\0sub dir/s\0");
    assert_eq!(world.par_ok(&["-C", "sub dir", "diff", "-w", "3", "--", "--name-only", "--", "s"]), "sub dir/s\n");
    world.par(&["diff", "-w", "2"]).refuses(0, "w2 changed nothing");
    for (worker, code) in [("1", 1), ("2", 0)] {
        assert_eq!(world.par(&["diff", "-w", worker, "--", "--exit-code"]).code, code);
    }
    assert_eq!(world.par(&["diff", "-w", "1", "--", "--no-such-option"]).code, 129, "git's own status");
    world.par(&["diff", "-w", "4"]).refuses(2, "run 'r' has no worker w4: it has w1, w2, w3");
    world.par(&["diff", "--between", "1", "7"]).refuses(2, "run 'r' has no worker w7");
    world.par(&["diff", "-w", "1", "--attempt", "2"]).refuses(128, "ref 'refs/par/r/attempt/w1.2' is not here");
    world.git(&["update-ref", "refs/par/r/attempt/w1.2", w3]);
    assert_eq!(world.par_ok(&["diff", "-w", "1", "--attempt", "2"]), plain(&world, base, w3));
}

#[test]
fn without_a_choice_it_is_the_winner_or_the_only_one_that_changed_anything_or_a_summary() {
    let world = World::new();
    three(&world);
    let said = world.par(&["diff"]);
    said.refuses(0, "there is no winner; the changes of one worker: git par diff r -w w1");
    let headings: Vec<&str> = said.stdout.lines().filter(|line| line.starts_with("==>")).collect();
    assert_eq!(headings, ["==> w1 <==", "==> w2 <==", "==> w3 <=="]);
    assert!(said.stdout.contains(" sub dir/s | 1 +\n") && !said.stdout.contains("@@"), "{said:?}");
    let all = world.par_ok(&["-C", "sub dir", "diff", "--all", "--", "--name-only", "--", "s"]);
    assert_eq!(all, "==> w1 <==\n==> w2 <==\n==> w3 <==\nsub dir/s\n");
    world.git(&["worktree", "add", "--quiet", "../linked"]);
    assert_eq!(world.par_ok(&["-C", "../linked/sub dir", "diff", "--all", "--", "--name-only", "--", "s"]), all);
    assert_eq!(world.par(&["diff", "--all", "--", "--quiet"]).code, 1);
    world.par_ok(&["pick"]);
    assert_eq!(world.par_ok(&["diff"]), plain(&world, "refs/par/r/base", "refs/par/r/w1"));
    world.spawn("s", 2, "test $PAR_WORKER = 1 || echo 2 > b");
    assert_eq!(world.par_ok(&["diff", "s"]), plain(&world, "refs/par/s/base", "refs/par/s/w2"));
}

#[test]
fn programs_get_what_is_measured_and_the_trees() {
    let world = World::new();
    three(&world);
    let answer = world.par_json(&["diff", "--between", "1", "3"]);
    let tree = |name: &str| world.git(&["rev-parse", &format!("refs/par/r/{name}^{{tree}}")]);
    let pair = &answer["diffs"][0];
    assert_eq!(
        (pair["from"].as_u64(), pair["worker"].as_u64(), pair["unfinished"].as_bool()),
        (Some(1), Some(3), Some(false))
    );
    assert_eq!((&pair["old_tree"], &pair["new_tree"]), (&tree("w1").into(), &tree("w3").into()));
    assert_eq!(
        (&pair["diff"]["files"], &pair["diff"]["insertions"], &pair["diff"]["deletions"]),
        (&2.into(), &2.into(), &1.into())
    );
    let all = world.par_json(&["diff", "--all"]);
    for event in world.events_of("r", "worker_finished") {
        let pairs = all["diffs"].as_array().unwrap();
        let pair = pairs.iter().find(|pair| pair["worker"] == event["args"]["worker"]).unwrap();
        assert_eq!(pair["diff"], event["result"]["diff"]);
    }
}

#[test]
fn a_clone_shows_what_it_has_and_names_what_it_lacks() {
    let world = World::new();
    three(&world);
    let clone = world.clone_with_runs("a clone", &["--bare"]).display().to_string();
    assert_eq!(world.par_ok(&["-C", &clone, "diff", "-w", "3"]), plain(&world, "refs/par/r/base", "refs/par/r/w3"));
    assert!(world.par_ok(&["-C", &clone, "diff", "--all"]).contains("==> w3 <=="));
    let partly = world.beside("partly").display().to_string();
    world.git(&["clone", "--quiet", "--no-local", ".", &partly]);
    let refs = ["refs/notes/par/*:refs/notes/par/*", "refs/par/r/base:refs/par/r/base", "refs/par/r/w1:refs/par/r/w1"];
    world.git(&[&["-C", &partly, "fetch", "--quiet", "origin"][..], &refs].concat());
    let said = world.par(&["-C", &partly, "diff", "-w", "3"]);
    said.refuses(128, "w3's candidate is not in this repository");
    assert!(said.stderr.contains("hint: git fetch origin"), "{said:?}");
    let said = world.par(&["-C", &partly, "diff", "--all", "--stat"]);
    said.refuses(0, "w3's candidate is not in this repository");
    assert!(said.stdout.contains("==> w1 <=="), "{said:?}");
}

#[test]
fn of_a_running_worker_it_is_what_is_there_now_and_its_index_is_left_alone() {
    let world = World::new();
    let run = waiting(&world, "r", "echo more >> a.txt; git add x; echo new > n; echo ready");
    let index = || fs::read(world.here.join(".git/worktrees/w1/index")).unwrap();
    let before = index();
    let said = world.par(&["diff", "--", "--name-only"]);
    said.refuses(0, "w1 is still running: this is what there is now");
    assert_eq!(said.stdout, "a.txt\nn\nx\n");
    assert_eq!(world.par_json(&["diff", "-w", "1"])["diffs"][0]["unfinished"], true);
    assert!(index() == before, "the worker's own index");
    go(&world, run);
    let said = world.par(&["diff", "--", "--name-only"]);
    assert!(said.stdout == "a.txt\nn\nx\n" && !said.stderr.contains("running"), "{said:?}");
    let scratch = fs::read_dir(world.here.join(".git/par/r/w1")).unwrap();
    assert!(scratch.flatten().all(|file| !file.file_name().to_string_lossy().starts_with("diff-")));
}

#[test]
fn of_a_queued_worker_it_is_said_that_it_is_queued_and_how_it_goes_on() {
    let world = World::new();
    let child = world.under_way(&["-n", "2", "-j", "1"], &["1"]);
    let told = |code, way: &str| {
        let said = world.par(&["diff", "r", "-w", "2"]);
        said.refuses(code, "w2 is queued: it has not begun");
        assert!(said.stderr.contains(&format!("hint: {way}\n")), "{said:?}");
    };
    told(3, "git par status r --watch");
    let mut child = child;
    child.kill().unwrap();
    child.wait().unwrap();
    told(128, "git par resume r");
    world.par_ok(&["stop", "r"]);
    let said = world.par(&["diff", "r", "-w", "2"]);
    said.refuses(128, "w2 was stopped before it began");
    assert!(said.stderr.contains("hint: git par retry r -w 2\n"), "{said:?}");
}

#[test]
fn the_users_own_settings_hold_and_a_candidates_attributes_run_nothing() {
    let world = World::new();
    world.git(&["config", "diff.evil.command", "touch ran; echo external"]);
    world.git(&["config", "diff.noprefix", "true"]);
    world.spawn("r", 1, "echo '* diff=evil' > .gitattributes; echo x >> a.txt");
    let shown = world.par_ok(&["diff"]);
    assert!(shown.contains("diff --git a.txt a.txt") && !shown.contains("external"), "{shown}");
    assert!(!world.here.join("ran").exists());
    world.write(".gitattributes", "* diff=evil\n");
    assert!(world.par_ok(&["diff"]).contains("external"), "the user's own attributes in the user's own worktree");
}
