//! `git par spawn --plan`: waves, what each starts from, and the union that is offered.

use std::fs;

use serde_json::json;

use super::{
    merge::race,
    plan_world::{task, writer},
    world::World,
};

#[test]
fn each_wave_starts_from_what_those_before_it_wrote() {
    let world = World::new();
    let reads =
        task("reader", "cat one.txt two.txt > both.txt", &json!({ "reads": ["*.txt"], "writes": ["both.txt"] }));
    world.plan_ok("test -e a.txt", &[writer("one", &[]), writer("two", &[]), reads], &[]);
    assert_eq!(world.files("refs/par/r/winner"), "a.txt both.txt one.txt two.txt");
    assert_eq!(world.shown("refs/par/r/winner", "both.txt"), "one\ntwo");
    let unions = world.events_of("r", "union_finished");
    assert_eq!(unions.len(), 2);
    let (first, last) = (&unions[0]["result"], &unions[1]["result"]);
    assert_eq!(world.events_of("r", "worker_started")[2]["args"]["base"], first["commit"]);
    let parents = world.git(&["log", "-1", "--format=%P", "refs/par/r/union/1"]);
    let heads = world.git(&["rev-parse", "refs/par/r/base", "refs/par/r/w1", "refs/par/r/w2"]);
    assert_eq!(parents, heads.replace('\n', " "));
    assert_eq!(last["commit"], world.git(&["rev-parse", "refs/par/r/w3"]), "one candidate is its own union");
    assert_eq!(world.goal()["commit"], last["commit"]);
    let gates = world.events_of("r", "gate_finished");
    let gate = gates.last().unwrap();
    assert_eq!((&gate["args"]["union"], &gate["args"]["worker"]), (&json!(true), &json!(null)));
    assert_eq!(gate["result"]["tree"], last["tree"]);
    world.proven();
}

#[test]
fn what_git_gc_takes_of_a_union_is_made_again() {
    let mut world = World::new();
    // A folder of both: its tree is nobody's but the union's, and gone before there is a commit of it.
    let writer =
        |id: &str| task(id, &format!("mkdir d; echo {id} > d/{id}"), &json!({ "writes": [format!("d/{id}")] }));
    race(&mut world, "commit-tree'*' -p '*' -p '*' -p ", "git gc --quiet --prune=now");
    world.plan_ok("test -e a.txt", &[writer("one"), writer("two")], &[]);
    assert!(world.home().join("bin/ran").exists());
    assert_eq!(world.files("refs/par/r/winner"), "a.txt d/one d/two");
    world.fsck();
}

#[test]
fn tasks_of_a_wave_run_at_once_and_one_of_unknown_footprint_alone() {
    let world = World::new();
    let meet = |own: &str, other: &str| {
        let script = format!(
            "touch ../{own}.here; for i in $(seq 400); do test -e ../{other}.here && break; sleep 0.05; done; \
             test -e ../{other}.here && echo {own} > {own}.txt"
        );
        task(own, &script, &json!({ "writes": [format!("{own}.txt")] }))
    };
    let alone = "test -z \"$(ls .. | grep busy)\" && touch ../busy && sleep 0.3 && rm ../busy && echo $PAR_WORKER > n$PAR_WORKER";
    let tasks =
        [meet("left", "right"), meet("right", "left"), task("x", alone, &json!({})), task("y", alone, &json!({}))];
    world.plan_ok("true", &tasks, &["-j", "4"]);
    assert_eq!(world.files("refs/par/r/winner"), "a.txt left.txt n3 n4 right.txt");
    assert_eq!(world.events_of("r", "union_finished").len(), 3);
}

#[test]
fn of_two_attempts_at_a_task_the_rule_picks_one() {
    let world = World::new();
    let script =
        "for i in $(seq $((4 - PAR_WORKER))); do echo $PAR_WORKER >> n; done; test $PAR_WORKER != 3 || echo bad > bad";
    let gate = ["sh", "-c", "test ! -e bad"];
    world.plan_ok(
        "test -e n",
        &[task("t", script, &json!({ "writes": ["n", "bad"], "attempts": 3, "gate": gate }))],
        &[],
    );
    let end = world.task_end("t");
    assert_eq!((&end["worker"], end["ranking"].as_array().unwrap().len()), (&json!(2), 3));
    assert_eq!(world.shown("refs/par/r/winner", "n"), "2\n2");
    assert_eq!(world.goal()["mode"], "single_session");
}

#[test]
fn what_needs_a_task_that_failed_is_blocked_and_nothing_else_is() {
    let world = World::new();
    let fails = task("fails", "echo 1 > fails.txt", &json!({ "writes": ["fails.txt"], "gate": ["false"] }));
    let tasks = [
        fails,
        writer("after", &["fails"]),
        writer("later", &["after"]),
        writer("other", &[]),
        writer("last", &["other"]),
    ];
    let said = world.plan("true", &tasks, &[]);
    assert_eq!(said.code, 1, "{said:?}");
    world.proven();
    assert_eq!(world.ends(), "fails failed, other accepted, after blocked, last accepted, later blocked");
    let goal = world.goal();
    assert_eq!((&goal["delivered"], &goal["commit"]), (&json!(false), &json!(null)));
    assert_eq!(goal["missing"], json!(["fails", "after", "later"]));
    assert_eq!(world.files("refs/par/r/union/3"), "a.txt last.txt other.txt");
    let started = world.events_of("r", "worker_started");
    let mut started: Vec<_> = started.iter().map(|event| event["args"]["worker"].as_u64().unwrap()).collect();
    started.sort_unstable();
    assert_eq!(started, [1, 4, 5]);
    world.par(&["merge", "r"]).refuses(128, "offers nothing: fails, after, later did not come in");
    let again = world.par(&["resume", "r"]);
    assert!(again.code == 1 && again.stdout.contains("there was nothing left to do"), "{again:?}");
}

#[test]
fn who_may_change_nothing_does_not_keep_the_goal_from_being_delivered() {
    let world = World::new();
    let idle = |id: &str, may: bool| task(id, "true", &json!({ "writes": [format!("{id}.txt")], "may_be_empty": may }));
    world.plan_ok("true", &[idle("idle", true), writer("one", &["idle"])], &[]);
    assert_eq!(world.files("refs/par/r/winner"), "a.txt one.txt");
    let world = World::new();
    let said = world.plan("true", &[idle("idle", false), writer("one", &[])], &[]);
    assert_eq!((said.code, world.goal()["missing"].clone()), (1, json!(["idle"])), "{said:?}");
    assert_eq!(world.task_end("idle")["reason"], "no candidate changed anything");
}

#[test]
fn a_plan_in_which_nobody_may_change_anything_offers_nothing() {
    let world = World::new();
    let idle = task("idle", "true", &json!({ "writes": ["x"], "may_be_empty": true }));
    let said = world.plan("true", &[idle], &[]);
    assert_eq!(said.code, 1, "{said:?}");
    world.proven();
    assert_eq!((&world.goal()["delivered"], &world.goal()["commit"]), (&json!(false), &json!(null)));
    assert_eq!(world.events_of("r", "gate_finished").iter().filter(|event| event["args"]["union"] == true).count(), 0);
}

#[test]
fn candidates_are_integrated_by_three_way_merges() {
    let world = World::new();
    let lines: String = (1..=9).map(|line| format!("{line}\n")).collect();
    world.write("many.txt", &lines);
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "many"]);
    // Each declares what it does not touch, so that they run side by side on the same files.
    let edit = |id: &str, script: &str| task(id, script, &json!({ "writes": [format!("{id}.only")] }));
    let tasks = [
        edit("top", "sed -i s/1/one/ many.txt"),
        edit("bottom", "sed -i s/9/nine/ many.txt; git mv a.txt b.txt; git commit -qam moved"),
        edit("mode", "chmod +x a.txt"),
    ];
    world.plan_ok("true", &tasks, &["--on-escape", "record"]);
    assert_eq!(world.shown("refs/par/r/winner", "many.txt"), "one\n2\n3\n4\n5\n6\n7\n8\nnine");
    let modes = world.git(&["ls-tree", "refs/par/r/winner"]);
    assert!(modes.contains("100755") && modes.contains("b.txt") && !modes.contains("a.txt"), "{modes}");
}

#[test]
fn a_conflict_names_both_tasks_and_the_paths_and_leaves_the_later_out() {
    let world = World::new();
    let edit = |id: &str, needs: &[&str]| {
        let script = format!("echo {id} > a.txt; echo {id} > 'ein Gr\u{fc}n.txt'; echo {id} > {id}.txt");
        task(id, &script, &json!({ "writes": [format!("{id}.txt")], "needs": needs }))
    };
    let said = world.plan(
        "true",
        &[writer("other", &[]), edit("first", &[]), edit("second", &[]), writer("needer", &["second"])],
        &["--on-escape", "record"],
    );
    assert_eq!(said.code, 1, "{said:?}");
    world.proven();
    let union = &world.events_of("r", "union_finished")[0];
    let expected = json!([{ "ours": "first", "theirs": "second", "paths": ["a.txt", r#""ein Gr\303\274n.txt""#] }]);
    assert_eq!(union["result"]["conflicts"], expected);
    assert_eq!(union["success"], false);
    assert_eq!(world.task_end("needer")["end"], "blocked");
    assert_eq!(world.files("refs/par/r/union/1"), "a.txt ein Gr\u{fc}n.txt first.txt other.txt");
    let goal = world.goal();
    assert_eq!((&goal["delivered"], &goal["missing"]), (&json!(false), &json!(["second", "needer"])));
    assert!(said.stdout.contains("second conflicts with first in a.txt"), "{said:?}");
    world.par(&["merge", "r"]).refuses(128, "second conflicts with first");
}

#[test]
fn a_conflict_of_kinds_names_the_path_as_the_user_knows_it_and_who_it_is_with() {
    let world = World::new();
    let edit = |id: &str, script: &str| task(id, script, &json!({ "writes": [format!("{id}.only")] }));
    let tasks = [
        edit("mode", "chmod +x a.txt"),
        edit("folder", "rm a.txt; mkdir a.txt; echo 1 > a.txt/in"),
        edit("last", "echo 1 > last.only"),
        edit("link", "ln -sf b a.txt"),
        edit("gone", "rm a.txt; echo 1 > gone.only"),
    ];
    let said = world.plan("true", &tasks, &["--on-escape", "record"]);
    assert_eq!(said.code, 1, "{said:?}");
    world.proven();
    let conflicts = &world.event("r", "union_finished")["result"]["conflicts"];
    let of = |theirs: &str| json!({ "ours": "mode", "theirs": theirs, "paths": ["a.txt"] });
    assert_eq!(*conflicts, json!([of("folder"), of("link"), of("gone")]));
}

#[test]
fn a_union_lands_like_any_winner() {
    let world = World::new();
    world.plan_ok(
        "test -e one.txt",
        &[writer("one", &[]), task("two", "echo 2 > two.txt", &json!({ "writes": ["two.txt"], "needs": ["one"] }))],
        &[],
    );
    world.git(&["commit", "--quiet", "--allow-empty", "-m", "meanwhile"]);
    world.par_ok(&["merge", "r"]);
    assert_eq!(world.read("two.txt"), "2\n");
    let merge = world.event("r", "merge_finished");
    assert_eq!((&merge["args"]["worker"], &merge["args"]["candidate"]), (&json!(null), &world.goal()["commit"]));
    assert!(world.par_ok(&["merge", "r"]).contains("already"));
    world.par(&["pick", "r"]).refuses(2, "carries out a plan");
    world.proven();
}

#[test]
fn odd_places_serve_too() {
    for init in [&["--object-format=sha256"][..], &["--bare"]] {
        let world = if init == ["--bare"] { bare() } else { World::with_init(init) };
        let odd = task(
            "odd",
            "mkdir -p 'so m\u{e9}'; echo 1 > 'so m\u{e9}/wh\u{ef}te spa ce'",
            &json!({ "writes": ["so m\u{e9}/**"] }),
        );
        let after = task(
            "after",
            "cp 'so m\u{e9}/wh\u{ef}te spa ce' after.txt",
            &json!({ "reads": ["so m\u{e9}"], "writes": ["after.txt"] }),
        );
        world.plan_ok("true", &[odd, writer("b", &[]), after], &[]);
        assert_eq!(world.files("refs/par/r/winner"), "a.txt after.txt b.txt so m\u{e9}/wh\u{ef}te spa ce");
    }
}

/// Makes a world whose repository is bare.
fn bare() -> World {
    let mut world = World::new();
    world.git(&["clone", "--quiet", "--bare", ".", "../repo.git"]);
    world.here = world.beside("repo.git");
    world
}

#[test]
fn two_runs_carry_out_a_plan_each_at_once() {
    let world = World::new();
    let mut children = Vec::new();
    for run in ["r", "s"] {
        let file = world.beside(&format!("{run}.json"));
        let plan = json!({ "version": 1, "gate": ["true"], "tasks": [writer("one", &[]), writer("two", &[]), writer("three", &["one"])] });
        fs::write(&file, plan.to_string()).unwrap();
        let mut command = world.par_command(&["-q", "spawn", "--name", run, "--plan", file.to_str().unwrap()]);
        children.push(command.stdout(std::process::Stdio::null()).spawn().unwrap());
    }
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    for run in ["r", "s"] {
        assert_eq!(world.files(&format!("refs/par/{run}/winner")), "a.txt one.txt three.txt two.txt");
    }
}

#[test]
fn a_diff_is_of_what_is_offered_or_of_one_worker_against_what_it_started_from() {
    let world = World::new();
    world.plan_ok("true", &[writer("one", &[]), writer("two", &["one"])], &[]);
    let names = |arguments: &[&str]| world.par_ok(&[&["diff", "r"], arguments, &["--", "--name-only"]].concat());
    assert_eq!(names(&[]), "one.txt\ntwo.txt\n");
    assert_eq!(names(&["-w", "2"]), "two.txt\n");
    let shown = world.par_json(&["diff", "r"]);
    assert_eq!((&shown["diffs"][0]["worker"], &shown["diffs"][0]["diff"]["files"]), (&json!(null), &json!(2)));
    let note = world.git(&["notes", "--ref=par/r", "show", "refs/par/r/w2"]);
    assert!(note.contains("task:    do two\n"), "{note}");
}

#[test]
fn what_passes_only_with_its_protected_files_put_back_is_offered_and_not_delivered() {
    for recovers in [false, true] {
        let world = World::new();
        let script = "echo x > x.txt; echo false > a.txt";
        let tasks = [task("x", script, &json!({ "writes": ["x.txt", "a.txt"] })), writer("y", &["x"])];
        let gate = "! grep false a.txt && test -e x.txt";
        let gate = if recovers { format!("{gate} && test ! -e y.txt") } else { gate.to_owned() };
        let own = json!({ "gate": ["true"] })["gate"].clone();
        let tasks = tasks.map(|mut task| {
            task["gate"] = own.clone();
            task
        });
        let flags = ["--protect", "a.txt", "--recover", "--agent", script];
        let said = world.plan(&gate, &tasks, if recovers { &flags } else { &flags[..2] });
        let goal = world.goal();
        assert_eq!((&goal["delivered"], &goal["verdict"]), (&json!(false), &json!("pass")), "{said:?}");
        let reason = goal["reason"].as_str().unwrap();
        assert!(reason.ends_with("the gate passes only with the protected files as they were"), "{reason}");
        assert_eq!(goal["commit"], world.git(&["rev-parse", "refs/par/r/winner"]));
        world.par_ok(&["verify", "r"]);
    }
}
