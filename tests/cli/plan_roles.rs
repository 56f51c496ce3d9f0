//! Roles in a plan that is carried out: who only reads hands text over and changes nothing, whatever it tries.

use std::fs;

use serde_json::{Value, json};

use super::{
    plan_world::{task, writer},
    world::World,
};

/// A task that copies the text that its agent is given.
fn told(needs: &[&str]) -> serde_json::Value {
    task("told", "cat > told.md", &json!({ "writes": ["told.md"], "needs": needs }))
}

#[test]
fn a_readers_edits_and_commits_are_refused_with_a_patch_and_its_words_are_handed_on() {
    let world = World::new();
    let edits = "echo mine >> a.txt; git add -A; git commit -qm mine; echo more > 'so m\u{e9}'; printf '\\0\\1' > bin; \
                 rm a.txt; echo said; echo complained >&2";
    let reads = task("design", edits, &json!({ "role": "planner" }));
    world.plan_ok("true", &[reads, told(&["design"])], &[]);
    assert_eq!(world.files("refs/par/r/winner"), "a.txt told.md");
    let end = world.end_of("r", 1);
    assert_eq!(end["candidate"], world.git(&["rev-parse", "refs/par/r/base"]));
    assert_eq!((&end["diff"]["files"], &end["refused"]["diff"]["files"]), (&json!(0), &json!(3)));
    assert_eq!(world.git(&["rev-parse", "refs/par/r/w1"]), end["candidate"].as_str().unwrap());
    let patch = world.git(&["show", "refs/par/r/logs:w1/refused.patch"]) + "\n";
    fs::write(world.beside("p"), patch).unwrap();
    world.git(&["apply", "../p"]);
    let status = world.git(&["-c", "core.quotePath=false", "status", "--porcelain"]);
    assert_eq!(status, " D a.txt\n?? bin\n?? \"so m\u{e9}\"");
    assert_eq!(world.shown("refs/par/r/logs", "w1/output.md"), "said");
    let log = world.shown("refs/par/r/logs", "w1/agent.log");
    assert!(log.contains("said") && log.contains("complained"), "{log}");
    let text = world.shown("refs/par/r/winner", "told.md");
    assert!(text.contains("## design\n\nsaid") && !text.contains("complained"), "{text}");
    assert_eq!(world.task_end("design")["end"], "accepted");
    world.proven();
}

#[test]
fn what_is_in_the_file_for_it_goes_before_what_was_printed() {
    let world = World::new();
    let reads = task("q", "echo printed; echo filed > \"$PAR_OUTPUT\"", &json!({ "role": "researcher" }));
    let builds =
        task("b", "echo 1 > b.txt; echo printed; echo \"by b\" > \"$PAR_OUTPUT\"", &json!({ "writes": ["b.txt"] }));
    let silent = task("s", "echo 1 > s.txt; echo printed", &json!({ "writes": ["s.txt"] }));
    world.plan_ok("true", &[reads, builds, silent, told(&["s", "q", "b"])], &[]);
    let text = world.shown("refs/par/r/winner", "told.md");
    assert!(text.contains("## b\n\nby b\n\n## q\n\nfiled"), "{text}");
    assert!(!text.contains("## s") && !text.contains("printed"), "{text}");
}

#[test]
fn a_reader_that_says_nothing_or_fails_has_done_nothing() {
    for (script, reason) in [
        ("echo complained >&2", "no attempt handed anything over"),
        ("echo said; exit 3", "no attempt handed anything over"),
        ("printf ' \\n\\n'", "no attempt handed anything over"),
        ("mkdir -p \"$PAR_OUTPUT\"", "no attempt handed anything over"),
        ("ln -s /etc/passwd \"$PAR_OUTPUT\"", "no attempt handed anything over"),
        ("mkfifo \"$PAR_OUTPUT\"", "no attempt handed anything over"),
    ] {
        let world = World::new();
        let said = world.plan(
            "true",
            &[task("q", script, &json!({ "role": "reviewer" })), told(&["q"]), writer("x", &[])],
            &[],
        );
        assert_eq!((said.code, world.ends().as_str()), (1, "q failed, x accepted, told blocked"), "{script}: {said:?}");
        assert_eq!(world.task_end("q")["reason"], reason, "{script}");
    }
}

#[test]
fn a_retried_reader_does_not_hand_over_what_it_said_before() {
    let world = World::new();
    let script = "test $PAR_ATTEMPT = 1 && { echo old; echo older > \"$PAR_OUTPUT\"; kill -9 $PPID; sleep 1; }; exit 0";
    let reads = task("q", script, &json!({ "role": "reviewer" }));
    assert_ne!(world.plan("true", &[reads, writer("x", &[])], &["-j", "1"]).code, 0);
    let said = world.par(&["resume", "r"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(world.task_end("q")["end"], "failed");
    assert_eq!(world.end_of("r", 1)["product"], json!(null));
}

#[test]
fn what_is_handed_over_is_cut_between_characters() {
    let world = World::new();
    world.git(&["config", "par.upstreamLimit", "7"]);
    let says = |id: &str, text: &str| task(id, &format!("printf '{text}'"), &json!({ "role": "planner" }));
    // Sorted by name, not by place, and all of them together are held to the limit.
    let tasks = [says("z", "last"), says("b", "\u{e9}\u{1f600}\u{e9}xyz"), says("a", "abc"), told(&["z", "a", "b"])];
    world.plan_ok("true", &tasks, &[]);
    let text = world.shown("refs/par/r/winner", "told.md");
    assert!(
        text.contains(
            "## a\n\nabc\n\n## b\n\n\u{e9}\u{1f600}\u{e9}x\u{2026}[truncated]\n\n## z\n\n\u{2026}[truncated]"
        ),
        "{text}"
    );
    assert_eq!(world.event("r", "run_started")["args"]["plan"]["upstream_limit"], 7);
}

#[test]
fn an_unknown_role_may_only_read_and_a_role_of_the_plan_says_what_it_may() {
    let world = World::new();
    let tasks = [
        task("odd", "echo 1 > odd.txt; echo said", &json!({ "role": "buidler" })),
        task("strict", "echo 1 > strict.txt; echo said", &json!({ "permission": "read" })),
        task(
            "free",
            "cat > free.md",
            &json!({ "role": "planner", "permission": "write", "writes": ["free.md"], "output": "a list" }),
        ),
    ];
    world.plan_ok("true", &tasks, &[]);
    assert_eq!(world.files("refs/par/r/winner"), "a.txt free.md");
    let text = world.shown("refs/par/r/winner", "free.md");
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("no '{part}' in {text}"));
    assert!(at("You plan.") < at("do free") && at("do free") < at("Hand over: a list"), "{text}");
    assert!(text.contains("Change these and nothing else:\n- free.md"), "{text}");
}

#[test]
fn a_reader_that_removes_its_worktree_or_moves_its_head_changes_nothing() {
    for script in [
        "rm -rf \"$PWD\"; echo said",
        "git checkout -q --orphan x; git commit -qm x; echo said",
        "git update-ref HEAD HEAD~0; rm -rf .git; echo said",
    ] {
        let world = World::new();
        world.plan_ok("true", &[task("q", script, &json!({ "role": "reviewer" })), writer("x", &["q"])], &[]);
        assert_eq!(world.files("refs/par/r/winner"), "a.txt x.txt", "{script}");
        assert_eq!(world.end_of("r", 1)["candidate"], world.git(&["rev-parse", "refs/par/r/base"]));
    }
}

#[test]
fn a_plan_that_only_reads_is_done_when_all_was_handed_over_and_offers_nothing() {
    let world = World::new();
    let reader = |id: &str| task(id, &format!("echo found {id}"), &json!({ "role": "researcher" }));
    let said = world.plan("exit 1", &[reader("a"), reader("b")], &["--recover", "--agent", "touch x"]);
    assert_eq!(said.code, 0, "{said:?}");
    world.proven();
    let goal = world.goal();
    assert_eq!((&goal["delivered"], &goal["commit"]), (&json!(false), &Value::Null));
    assert!(said.stdout.contains("all of them only read: nothing is to be merged"), "{said:?}");
    assert!(said.stdout.ends_with("next: git par log r -w 1 --output\n"), "{said:?}");
    assert_eq!(world.par_ok(&["log", "r", "-w", "1", "--output"]), "found a\n");
    assert!(world.events_of("r", "recovery_started").is_empty());
    world.par(&["merge", "r"]).refuses(128, "run 'r' offers nothing: every task came in");
}

#[test]
fn a_product_that_claims_to_be_larger_than_a_disk_is_none() {
    let world = World::new();
    let huge = task("q", "truncate -s 3T \"$PAR_OUTPUT\"", &json!({ "role": "researcher" }));
    let heard = task("r", "truncate -s 3T \"$PAR_OUTPUT\"; echo said", &json!({ "role": "researcher" }));
    assert_eq!(world.plan("true", &[huge, heard], &[]).code, 1);
    assert_eq!(world.ends(), "q failed, r accepted");
    assert_eq!(world.shown("refs/par/r/logs", "w2/output.md"), "said");
    world.par_ok(&["verify", "r"]);
}

#[test]
fn a_reader_that_removes_what_it_printed_ended_as_it_did() {
    let world = World::new();
    let script = "echo said; echo complained >&2; rm -r \"$(dirname \"$PAR_OUTPUT\")\"";
    world.plan("true", &[task("q", script, &json!({ "role": "researcher" })), writer("x", &[])], &[]);
    assert_eq!(world.end_of("r", 1)["ending"]["kind"], "success");
    assert_eq!(world.shown("refs/par/r/logs", "w1/agent.log"), "complained");
}

#[test]
fn where_no_check_looks_at_it_an_agent_that_fails_has_not_done_its_part() {
    let world = World::new();
    let file = world.beside("plan.json");
    let fails = task("x", "echo half > x.txt; exit 7", &json!({ "writes": ["x.txt"] }));
    fs::write(&file, json!({ "version": 1, "tasks": [fails] }).to_string()).unwrap();
    let said = world.par(&["spawn", "--name", "r", "--plan", file.to_str().unwrap()]);
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(world.task_end("x")["end"], "failed");
    world.proven();
}
