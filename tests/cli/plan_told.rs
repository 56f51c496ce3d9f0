//! What a person is told of a plan that a run carries out, above all where its goal was not reached.

use std::fs;

use serde_json::{Value, json};

use super::{
    plan_world::{task, writer},
    world::World,
};

/// Writes a task that writes one file of its name, and that the goal's gate does not check alone.
fn apart(id: &str) -> Value {
    task(id, &format!("echo {id} > {id}.txt"), &json!({ "writes": [format!("{id}.txt")], "gate": ["true"] }))
}

/// Fails where this file is there, and says so.
fn without(file: &str) -> String {
    format!("echo looking; test -e {file} && echo '{file} is bad' && exit 1; exit 0")
}

#[test]
fn what_the_gate_printed_of_the_union_is_shown_wherever_the_refs_are() {
    let world = World::new();
    let said = world.plan(&without("two.txt"), &["one", "two", "three"].map(apart), &[]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("note: the union failed the gate: git par log r --union\n"), "{said:?}");
    assert!(said.stdout.contains("note: what makes the gate fail: two\n"), "{said:?}");
    assert!(world.par_ok(&["list", "r"]).contains("note: the union failed the gate: git par log r --union\n"));
    let clone = world.clone_with_runs("clone", &[]).display().to_string();
    fs::remove_dir_all(world.here.join(".git/par")).unwrap();
    for place in [".", &clone] {
        let printed = world.par_ok(&["-C", place, "log", "r", "--union"]);
        assert_eq!(printed, "looking\ntwo.txt is bad\n", "the search for what is to blame printed other things");
        let json = world.par_ok(&["-C", place, "--json", "log", "r", "--union", "-f"]);
        assert_eq!(json.lines().next(), Some(r#"{"text":"looking\n","version":1,"worker":null}"#));
    }
    world.par(&["log", "r", "--union", "-w", "1"]).refuses(2, "cannot be used with");
    world.par(&["log", "r", "--union", "--attempt", "1"]).refuses(2, "cannot be used with");
}

#[test]
fn where_no_union_was_gated_the_log_says_why() {
    let world = World::new();
    world.spawn("s", 1, "true");
    world
        .par(&["log", "s", "--union"])
        .refuses(128, "run 's' has no gate output of the union: the run carries out no plan");
    let idle = task("idle", "true", &json!({ "writes": ["x"], "may_be_empty": true }));
    world.plan("true", &[idle], &[]);
    world.par(&["log", "r", "--union"]).refuses(128, "no task changed anything that could be gated");
    let plan = json!({ "version": 1, "tasks": [writer("one", &[])] });
    fs::write(world.beside("plan.json"), plan.to_string()).unwrap();
    world.par(&["spawn", "--name", "t", "--plan", "../plan.json"]);
    world.par(&["log", "t", "--union"]).refuses(128, "the goal has no gate");
}

#[test]
fn what_makes_the_gate_fail_is_told_by_how_much_is_known_of_it() {
    let told = |gate: &str, explanation: &str, note: &str| {
        let world = World::new();
        let said = world.plan(gate, &["a", "b", "c"].map(apart), &[]);
        assert!(said.code == 1 && said.stdout.contains(&format!("note: {note}\n")), "{said:?}");
        assert_eq!(world.par_json(&["list", "r"])["runs"][0]["plan"]["blame"], explanation);
    };
    told("false", "base", "the gate fails without any of the tasks, too");
    told("test ! -e b.txt", "minimal", "what makes the gate fail: b");
    told("test ! -e c.txt -o ! -e b.txt", "minimal", "what fails together: b, c");
}

#[test]
fn a_union_that_conflicts_with_the_branch_has_one_way_out_and_it_works() {
    let world = World::new();
    world.plan_ok("true", &[writer("one", &[])], &[]);
    world.write("one.txt", "mine\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "meanwhile"]);
    let said = world.par(&["merge", "r"]);
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.stdout.ends_with("hint: git merge refs/par/r/winner\n"), "{said:?}");
    assert!(!said.stdout.contains("git par pick"), "{said:?}");
}

#[test]
fn a_goal_that_was_not_reached_leads_on_and_not_to_what_is_refused() {
    let world = World::new();
    let said = world.plan(&without("a.txt"), &["a", "b"].map(apart), &[]);
    assert!(said.code == 1 && said.stdout.ends_with("next: git par log r\n"), "{said:?}");
    let said = world.par(&["retry", "r", "-w", "1"]);
    said.refuses(2, "the plan was carried out already");
    assert!(said.stderr.contains("hint: git par spawn --plan FILE"), "{said:?}");
}

#[test]
fn the_line_that_does_it_all_names_the_next_step_of_a_plan_where_it_does_not_do_it() {
    for (flags, leads_on) in [(&[][..], true), (&["--merge"], false)] {
        let world = World::new();
        let plan = json!({ "version": 1, "gate": ["true"], "tasks": [writer("one", &[])] });
        fs::write(world.beside("plan.json"), plan.to_string()).unwrap();
        let said = world.par_ok(&[&["run", "--name", "r", "--plan", "../plan.json"], flags].concat());
        assert_eq!(said.ends_with("next: git par merge r\n"), leads_on, "{said}");
    }
}
