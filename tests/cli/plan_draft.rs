//! `git par plan draft`: an agent is asked for a plan until it is valid, each time in a run of its own.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    process::{Child, Stdio},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use super::world::{Said, World};

/// Two tasks side by side and one after them.
fn plan() -> Value {
    json!({
        "version": 1,
        "gate": ["true"],
        "tasks": [
            { "id": "lexer", "prompt": "p", "writes": ["src/lexer.rs"] },
            { "id": "parser", "prompt": "p", "writes": ["src/parser.rs"] },
            { "id": "docs", "prompt": "p", "reads": ["src/lexer.rs"], "writes": ["README.md"] },
        ],
    })
}

fn wrong() -> Value {
    json!({ "version": 1, "tasks": [{ "id": "parser", "prompt": "p", "needs": ["lexer"], "tineout": "1m" }] })
}

/// Prepares an agent that gives these answers, one after the other, and keeps what it was told.
fn agent(world: &World, answers: &[&str]) -> String {
    for (at, answer) in answers.iter().enumerate() {
        fs::write(world.beside(&format!("answer.{}", at + 1)), answer).unwrap();
    }
    let folder = world.here.parent().unwrap().display().to_string();
    let count = "n=1; while [ -e \"$d/prompt.$n\" ]; do n=$((n+1)); done";
    format!("d='{folder}'; {count}; cat >\"$d/prompt.$n\"; cat \"$d/answer.$n\"")
}

/// Returns what the agent was told the nth time; none where it was not asked so often.
fn prompt(world: &World, number: usize) -> Option<String> {
    fs::read_to_string(world.beside(&format!("prompt.{number}"))).ok()
}

fn draft(world: &World, agent: &str, more: &[&str]) -> Said {
    world.par(&[&["plan", "draft", "a parser and its docs", "--agent", agent], more].concat())
}

/// Starts drafting by an agent that printed a plan and goes on.
fn under_way(world: &World, more: &[&str]) -> Child {
    let asked = world.beside("asked");
    fs::write(world.beside("plan"), plan().to_string()).unwrap();
    let agent = format!("cat '{}'; touch '{}'; sleep 60", world.beside("plan").display(), asked.display());
    let mut command = world.par_command(&[&["plan", "draft", "a goal", "--agent", &agent], more].concat());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !asked.exists() {
        thread::sleep(Duration::from_millis(20));
    }
    child
}

/// Drafts by one answer, and returns the plan that was written.
fn drafted(answer: &str) -> Value {
    let world = World::new();
    let said = draft(&world, &agent(&world, &[answer]), &["--max-attempts", "1"]);
    assert_eq!(said.code, 0, "{said:?}");
    serde_json::from_str(&world.read("plan.json")).unwrap()
}

fn runs(world: &World) -> Vec<String> {
    let list = world.par_json(&["list"]);
    list["runs"].as_array().unwrap().iter().map(|run| run["run"].as_str().unwrap().to_owned()).collect()
}

fn ids(plan: &Value) -> Vec<&str> {
    plan["tasks"].as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap()).collect()
}

#[test]
fn a_plan_that_is_valid_at_once_is_written_with_the_goal_in_the_users_words() {
    let world = World::new();
    let said = draft(&world, &agent(&world, &[&plan().to_string()]), &[]);
    insta::assert_snapshot!(said.stdout, @"
    the plan is valid: 3 tasks in 2 waves
    written: plan.json
    next: git par plan show plan.json, then git par spawn --plan plan.json
    ");
    assert_eq!(said.code, 0);
    assert!(said.stderr.contains("asking for a plan, 1 of 3\n"), "{said:?}");
    let written: Value = serde_json::from_str(&world.read("plan.json")).unwrap();
    assert_eq!(ids(&written), ["lexer", "parser", "docs"]);
    assert_eq!((&written["goal"], &written["gate"]), (&json!("a parser and its docs"), &json!(["true"])));
    assert_eq!(world.par(&["plan", "check", "plan.json"]).code, 0);
    let mode = fs::metadata(world.here.join("plan.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, fs::metadata(world.here.join("a.txt")).unwrap().permissions().mode() & 0o777);
    let told = prompt(&world, 1).unwrap();
    for part in ["You plan.", "a parser and its docs", "\"tasks\"", "\"$defs\"", "$PAR_OUTPUT"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("not valid") && prompt(&world, 2).is_none());
}

#[test]
fn each_question_is_a_run_that_lasts_and_can_be_verified() {
    let world = World::new();
    draft(&world, &agent(&world, &[&wrong().to_string(), &plan().to_string()]), &[]);
    let runs = runs(&world);
    assert_eq!(runs.len(), 2);
    for run in &runs {
        assert!(run.contains("a-parser-and-its-docs"), "{run}");
        assert_eq!(world.par(&["verify", run]).code, 0, "{:?}", world.par(&["verify", run]));
    }
    assert_eq!(world.git(&["status", "--porcelain"]), "?? plan.json");
    let given = world.git(&["show", &format!("refs/par/{}/logs:w1/output.md", runs[0])]);
    assert_eq!(given, plan().to_string());
}

#[test]
fn a_plan_that_is_not_valid_is_asked_for_again_with_what_was_found() {
    let world = World::new();
    let agent = agent(&world, &[&wrong().to_string(), &plan().to_string()]);
    let said = draft(&world, &agent, &["--json"]);
    assert_eq!(said.code, 0, "{said:?}");
    let told = prompt(&world, 2).unwrap();
    for part in [
        "- error tasks[0].tineout: there is no key 'tineout' (did you mean 'timeout'?)\n",
        "- error tasks[0].needs[0]: no task is called 'lexer'\n",
        &wrong().to_string(),
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(said.stderr.contains("error tasks[0].needs[0]: no task is called 'lexer'\n"), "{said:?}");
    assert!(said.stderr.contains("the plan is not valid: 2 errors\n"), "{said:?}");
    let found: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!((&found["version"], &found["valid"], &found["parallel"]), (&json!(1), &json!(true), &json!(true)));
    assert_eq!((&found["tasks"], &found["waves"], &found["file"]), (&json!(3), &json!(2), &json!("plan.json")));
    let attempts = found["attempts"].as_array().unwrap();
    assert_eq!(attempts.iter().map(|attempt| &attempt["valid"]).collect::<Vec<_>>(), [false, true]);
    assert_eq!(attempts[0]["findings"][0]["code"], "unknown-key");
}

#[test]
fn where_no_valid_plan_comes_nothing_is_written_unless_that_is_wanted() {
    let world = World::new();
    let text = format!("Here:\n{}\n", wrong());
    let agent = agent(&world, &[&text, &text, &text, &text]);
    let said = draft(&world, &agent, &["--max-attempts", "2"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("no valid plan after 2 attempts: 2 errors\n"), "{said:?}");
    let command = said.stdout.lines().last().unwrap().strip_prefix("the last answer: git ").unwrap();
    assert_eq!(world.git(&command.split(' ').collect::<Vec<_>>()), text.trim_end());
    assert_eq!(world.git(&["status", "--porcelain"]), "");
    let said = draft(&world, &agent, &["--max-attempts", "1", "--keep-invalid", "-o", "its own.json"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("written as the agent gave it: its own.json\n"), "{said:?}");
    assert!(said.stdout.ends_with("git par plan check 'its own.json'\n"), "{said:?}");
    assert_eq!(world.read("its own.json"), text);
    assert!(prompt(&world, 4).is_none());
}

#[test]
fn the_plan_is_found_among_words_in_toml_and_in_the_file_that_is_handed_over() {
    let fenced =
        format!("I looked.\n```json\n{{\"id\": 1}}\n```\nThe plan:\n```json\n{:#}\n```\nGood luck {{}}.\n", plan());
    let toml = "version = 1\n[[tasks]]\nid = 'a'\nprompt = 'p'\nwrites = ['x']\n[[tasks]]\nid = 'b'\nprompt = 'p'\nwrites = ['y']\n";
    assert_eq!(ids(&drafted(&fenced)), ["lexer", "parser", "docs"]);
    assert_eq!(ids(&drafted(&format!("Sure! {} That is all.", plan()))), ["lexer", "parser", "docs"]);
    assert_eq!(ids(&drafted(toml)), ["a", "b"]);
    let world = World::new();
    world.write("sub/.keep", "");
    fs::write(world.beside("plan"), plan().to_string()).unwrap();
    let agent = format!("echo thinking; cp '{}' \"$PAR_OUTPUT\"", world.beside("plan").display());
    assert_eq!(draft(&world, &agent, &["-C", "sub"]).code, 0);
    assert_eq!(ids(&serde_json::from_str(&world.read("sub/plan.json")).unwrap()), ["lexer", "parser", "docs"]);
}

#[test]
fn what_a_well_known_agent_said_last_is_its_plan() {
    let mut world = World::new();
    let bin = world.beside("bin");
    fs::create_dir(&bin).unwrap();
    let result = json!({ "type": "result", "is_error": false, "result": plan().to_string() });
    fs::write(bin.join("claude"), format!("#!/bin/sh\ncat >/dev/null\ncat <<'END'\n{result}\nEND\n")).unwrap();
    fs::set_permissions(bin.join("claude"), fs::Permissions::from_mode(0o755)).unwrap();
    world.add_to_path(&bin);
    let said = draft(&world, "claude", &[]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(ids(&serde_json::from_str(&world.read("plan.json")).unwrap()), ["lexer", "parser", "docs"]);
}

#[test]
fn edits_of_the_agent_are_refused_and_its_plan_counts() {
    let world = World::new();
    let agent = format!("echo edited >a.txt; echo new >b.txt; {}", agent(&world, &[&plan().to_string()]));
    assert_eq!(draft(&world, &agent, &[]).code, 0);
    assert_eq!(world.git(&["status", "--porcelain"]), "?? plan.json");
    let run = runs(&world).remove(0);
    let [base, candidate] = ["base", "w1"].map(|name| world.git(&["rev-parse", &format!("refs/par/{run}/{name}")]));
    assert_eq!(base, candidate);
    assert!(world.git(&["notes", &format!("--ref=par/{run}"), "show", &base]).contains("\"refused\":{"));
}

#[test]
fn an_answer_of_nothing_or_of_far_too_much_is_none() {
    let world = World::new();
    let huge = "head -c 10000000 /dev/zero | tr '\\0' 'x'";
    let script = format!("if [ -e '{0}' ]; then {huge}; else touch '{0}'; exit 3; fi", world.beside("asked").display());
    let said = draft(&world, &script, &["--max-attempts", "2", "--keep-invalid"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stderr.contains("error plan: the agent ended with failure(3) and handed over nothing\n"), "{said:?}");
    assert!(said.stdout.contains("error plan: it has more than the 4194304 bytes that are read\n"), "{said:?}");
    assert_eq!(world.read("plan.json").len(), 10_000_000);
    let said = draft(&world, "true", &["--max-attempts", "1", "--keep-invalid", "-o", "other.json"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("the agent ended with success and handed over nothing"), "{said:?}");
    assert!(!world.here.join("other.json").exists());
}

#[test]
fn a_plan_of_an_agent_that_failed_or_was_stopped_does_not_count() {
    let world = World::new();
    let failing = format!("{}; exit 3", agent(&world, &[&plan().to_string(), &plan().to_string()]));
    let said = draft(&world, &failing, &["--max-attempts", "2"]);
    assert_eq!(said.code, 1, "{said:?}");
    let told = "error plan: the agent ended with failure(3), so that what it handed over does not count\n";
    assert!(said.stdout.starts_with(told) && prompt(&world, 2).unwrap().contains(told.trim()), "{said:?}");
    let child = under_way(&world, &[]);
    world.par_ok(&["stop"]);
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("no valid plan after 1 attempt: 1 error\n"), "nobody is asked again: {said:?}");
    assert_eq!(world.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_file_that_is_there_is_kept_unless_it_is_to_be_overwritten() {
    let world = World::new();
    world.write("plan.json", "mine");
    let agent = agent(&world, &[&plan().to_string()]);
    let said = draft(&world, &agent, &[]);
    assert_eq!((said.code, world.read("plan.json").as_str()), (2, "mine"), "{said:?}");
    assert!(said.stderr.contains("'plan.json' is there already\n"), "{said:?}");
    assert!(prompt(&world, 1).is_none(), "nobody was asked");
    assert_eq!(draft(&world, &agent, &["--force"]).code, 0);
    assert_eq!(ids(&serde_json::from_str(&world.read("plan.json")).unwrap()).len(), 3);
    let late = format!(
        "echo mine >'{}'; cat '{}'",
        world.here.join("late.json").display(),
        world.beside("answer.1").display()
    );
    let said = draft(&world, &late, &["-o", "late.json"]);
    assert_eq!((said.code, world.read("late.json").as_str()), (2, "mine\n"), "{said:?}");
}

#[test]
fn where_nothing_runs_side_by_side_the_plan_is_one_session_on_the_whole_goal() {
    let world = World::new();
    let chain = json!({ "version": 1, "gate": ["make", "test"], "tasks": [
        { "id": "a", "prompt": "p", "writes": ["x"] },
        { "id": "b", "prompt": "p", "needs": ["a"], "writes": ["y"] },
    ] });
    let said = draft(&world, &agent(&world, &[&chain.to_string()]), &["--json"]);
    assert_eq!(said.code, 0, "{said:?}");
    let found: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!((&found["parallel"], &found["tasks"]), (&json!(false), &json!(1)));
    let goal = "a parser and its docs";
    assert_eq!(
        serde_json::from_str::<Value>(&world.read("plan.json")).unwrap(),
        json!({
            "version": 1, "goal": goal, "gate": ["make", "test"],
            "tasks": [{ "id": "goal", "prompt": goal, "role": "builder" }],
        })
    );
    let said = draft(&world, &agent(&world, &["", &chain.to_string()]), &["--force"]);
    let told = "no tasks are worth running side by side: the plan is one session on the whole goal\n";
    assert!(said.stdout.contains(told), "{said:?}");
}

#[test]
fn the_projects_own_check_is_not_run_on_what_nobody_changed() {
    let world = World::new();
    world.git(&["config", "par.gate", "false"]);
    assert_eq!(draft(&world, &agent(&world, &[&plan().to_string()]), &[]).code, 0);
    let run = runs(&world).remove(0);
    let journal = world.git(&["notes", &format!("--ref=par/{run}"), "show", &format!("refs/par/{run}/base")]);
    assert!(!journal.contains("gate_finished"), "{journal}");
}

#[test]
fn what_cannot_be_drafted_is_told_before_anybody_is_asked() {
    let world = World::empty();
    let nowhere = draft(&world, "true", &[]);
    assert_eq!(nowhere.code, 128, "{nowhere:?}");
    let world = World::new();
    world.write("plan.toml", "");
    let agent = agent(&world, &[]);
    for (more, code) in [
        (&["-o", "new.toml"][..], 2),
        (&["-o", "-"], 2),
        (&["-o", ".", "--force"], 2),
        (&["-o", "no/plan.json"], 128),
        (&["--max-attempts", "0"], 2),
        (&["-F", "goal"], 2),
    ] {
        let said = draft(&world, &agent, more);
        assert_eq!((said.code, said.stdout.as_str()), (code, ""), "{more:?}: {said:?}");
    }
    assert_eq!(world.par(&["plan", "draft"]).code, 2);
    assert_eq!(world.par(&["plan", "draft", " "]).code, 2);
    assert_eq!(draft(&world, "no-such-agent", &[]).code, 128);
    assert!(prompt(&world, 1).is_none() && runs(&world).is_empty());
}

#[test]
fn the_goal_may_come_from_a_file() {
    let world = World::new();
    world.write("goal.md", "the goal\nin two lines\n");
    let agent = agent(&world, &[&plan().to_string()]);
    world.par_ok(&["plan", "draft", "-F", "goal.md", "-a", &agent]);
    assert!(prompt(&world, 1).unwrap().contains("the goal\nin two lines\n"));
    let written: Value = serde_json::from_str(&world.read("plan.json")).unwrap();
    assert_eq!(written["goal"], "the goal\nin two lines\n");
    let mut command = world.par_command(&["plan", "draft", "-F", "-", "-a", "true", "--max-attempts", "1", "-o", "b"]);
    let goal = fs::File::open(world.here.join("goal.md")).unwrap();
    let said = Said::of(command.arg("--json").stdin(goal).output().unwrap());
    assert_eq!(serde_json::from_str::<Value>(&said.stdout).unwrap()["goal"], "the goal\nin two lines\n");
}

#[test]
fn an_interrupt_ends_it_with_nothing_written() {
    let world = World::new();
    let child = under_way(&world, &["--keep-invalid"]);
    let pid = child.id().to_string();
    assert!(world.command("kill", &["-INT", &pid]).status().unwrap().success());
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!((said.code, said.stdout.as_str()), (130, "interrupted: no plan was written\n"), "{said:?}");
    assert_eq!(world.git(&["status", "--porcelain"]), "");
    assert_eq!(runs(&world).len(), 1, "what was asked is recorded");
}
