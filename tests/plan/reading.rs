//! Reading: everything that is wrong is told at once, each with its code and place, and the shipped schema says the same.

use git_par::model::plan::{
    LONGEST, MOST_FOOTPRINTS, MOST_TASKS, Plan,
    document::Form,
    finding::{Code, Findings},
    pattern::tree::Tree,
    role::Permission,
};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::world::{FULL_TOML, full, plan, read, told};

fn first_code(value: &Value) -> Option<(Code, String)> {
    read(value).1.first().map(|finding| (finding.code, finding.place.to_string()))
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let (plan, findings) = read(&json!({
        "version": 2, "gaol": "x", "goal": " ", "gate": [], "rule": "liens", "roles": { "r": { "permission": "exec" }, "": {} },
        "tasks": [
            { "id": "design", "prompt": "p", "writes": ["a"], "role": "planner", "timeout": "soon" },
            { "id": "design", "prompt": "", "needs": "design" },
            { "id": "a..b", "prompt": "p", "needs": ["desing", "a..b", 7] },
            { "prompt": "p", "attempts": 0, "reads": ["/etc", "../x", "a[", { "file": "a.rs" }, 1], "role": "bilder" },
            "task",
        ],
    }));
    assert_eq!(plan, None);
    assert_snapshot!(told(&findings), @"
    error unknown-key gaol: there is no key 'gaol' (did you mean 'goal'?)
    error unknown-version version: version 2 is not known: expected 1
    error wrong-type tasks[4]: it must be an object and is a text
    error empty goal: the text is empty
    error empty gate: the command line has no words
    error bad-rule rule: 'liens' is not a key of a rule: expected some of lines, files, duration, cost, consensus, score, first ('-' before one turns it round)
    error empty roles['']: the role has no name
    error bad-permission roles.r.permission: 'exec' is neither 'read' nor 'write'
    error bad-duration tasks[0].timeout: 'soon' is not a time such as 90s, 10m or 1h30m
    error empty tasks[1].prompt: the text is empty
    error wrong-type tasks[1].needs: it must be a list and is a text
    error bad-id tasks[2].id: 'a..b' cannot name a task: use letters, digits, '.', '_' and '-', at most 100, not '.' or '-' first, no '..', not '.lock' or '.' last
    error wrong-type tasks[2].needs[2]: it must be a text and is a number
    error missing-key tasks[3].id: the key 'id' is missing
    error bad-path tasks[3].reads[0]: '/etc' is no path of the repository: it begins with a slash, and paths begin at the top of the repository
    error bad-path tasks[3].reads[1]: '../x' is no path of the repository: it has a '..', which leads out of where it stands
    error bad-glob tasks[3].reads[2]: 'a[' is no path of the repository: a '[' is never closed
    error missing-key tasks[3].reads[3].symbol: the key 'symbol' is missing
    error wrong-type tasks[3].reads[4]: it must be a path or an object of 'file' and 'symbol' and is a number
    error bad-attempts tasks[3].attempts: it is 0, which is not a number from 1 to 256
    error duplicate-id tasks[1].id: 'design' is a task already, at tasks[0]
    error unknown-need tasks[2].needs[0]: no task is called 'desing' (did you mean 'design'?)
    error self-need tasks[2].needs[1]: 'a..b' needs itself
    error read-only-writes tasks[0].writes: 'design' may only read by its role 'planner', and declares that it writes
    ");
}

#[test]
fn a_circle_is_named_as_a_way_round_it() {
    let task = |id: &str, needs: Value| json!({ "id": id, "prompt": "p", "needs": needs });
    let (plan, findings) = read(&plan(json!([
        task("x", json!(["a"])),
        task("a", json!(["b", "d"])),
        task("b", json!(["c"])),
        task("c", json!(["a"])),
        task("d", json!(["e"])),
        task("e", json!(["d"])),
    ])));
    assert_eq!(plan, None);
    assert_snapshot!(told(&findings), @"
    error cycle tasks[1].needs: these need each other in a circle: a -> b -> c -> a
    error cycle tasks[4].needs: these need each other in a circle: d -> e -> d
    ");
}

#[test]
fn roles_say_what_their_tasks_may_do_and_an_unknown_one_gives_least() {
    let task = |id: &str, more: Value| {
        let mut task = json!({ "id": id, "prompt": "p" });
        task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        task
    };
    let mut plan = plan(json!([
        task("none", json!({})),
        task("builder", json!({ "role": "builder" })),
        task("reviewer", json!({ "role": "reviewer" })),
        task("more", json!({ "role": "reviewer", "permission": "write", "writes": ["a"] })),
        task("own", json!({ "role": "porter" })),
        task("over", json!({ "role": "planner" })),
        task("typo", json!({ "role": "bulider" })),
    ]));
    plan["roles"] = json!({ "porter": { "agent": "codex" }, "planner": { "permission": "write" } });
    let (plan, findings) = read(&plan);
    let plan = plan.unwrap();
    let write: Vec<&str> = plan
        .tasks
        .iter()
        .filter(|task| plan.permission(task) == Permission::Write)
        .map(|task| task.id.as_str())
        .collect();
    assert_eq!(write, ["none", "builder", "more", "over"]);
    assert!(plan.role(&plan.tasks[5]).preamble.unwrap().starts_with("You plan"), "what it does not say is built in");
    assert_snapshot!(told(&findings), @"warning unknown-role tasks[6].role: there is no role 'bulider' (did you mean 'builder'?), so that the task may only read");
}

#[test]
fn paths_that_no_file_has_are_worth_a_warning_unless_they_are_to_be_made() {
    let (plan, _) = read(&plan(json!([
        { "id": "a", "prompt": "p", "reads": ["src", "gone", "made/x"], "writes": ["new.rs", "lib/*.rs", "src/*.rs"] },
        { "id": "b", "prompt": "p", "writes": ["made/"] },
    ])));
    let findings = Findings::default();
    plan.unwrap().compare(&Tree::of(vec!["src/a.rs".to_owned(), "README".to_owned()]), &findings);
    assert_snapshot!(told(&findings.into_vec()), @"
    warning matches-nothing tasks[0].reads[1]: no file of the commit checked out is in 'gone'
    warning matches-nothing tasks[0].writes[1]: no file of the commit checked out is in 'lib/*.rs'
    warning matches-nothing tasks[1].writes[0]: no file of the commit checked out is in 'made/'
    ");
}

#[test]
fn toml_says_the_same_as_json() {
    let findings = Findings::default();
    assert_eq!(Plan::read(FULL_TOML.as_bytes(), Form::Toml, &findings), read(&full()).0);
    assert_eq!(findings.into_vec(), []);
    for text in ["version = 1979-05-27", "version = nan", "version = 1\ntasks = 1\ntasks = 2", "]"] {
        let findings = Findings::default();
        assert_eq!(Plan::read(text.as_bytes(), Form::Toml, &findings), None, "{text}");
        assert!(findings.has_errors());
    }
}

#[test]
fn what_is_no_document_at_all_is_told_on_one_line() {
    let deep = "[".repeat(100_000);
    let long = " ".repeat(LONGEST + 1);
    let texts: [&[u8]; 7] =
        [b"", b"{", b"{\"version\":1,\"version\":1,\"tasks\":[]}", b"\xff", b"nul", deep.as_bytes(), long.as_bytes()];
    for text in texts {
        let findings = Findings::default();
        assert_eq!(Plan::read(text, Form::Json, &findings), None);
        let found = findings.into_vec();
        assert!(matches!(found[..], [ref one] if [Code::Syntax, Code::TooMuch].contains(&one.code)), "{found:?}");
        assert!(!found[0].message.contains('\n') && found[0].place.to_string() == "plan");
    }
}

#[test]
fn more_than_is_read_is_refused() {
    let task = |at: usize| json!({ "id": format!("t{at}"), "prompt": "p", "writes": [format!("f{at}")] });
    let many = |count: usize| plan((0..count).map(task).collect());
    assert!(read(&many(MOST_TASKS)).0.is_some());
    assert_eq!(first_code(&many(MOST_TASKS + 1)), Some((Code::TooMuch, "tasks".to_owned())));
    let paths = plan(json!([{ "id": "a", "prompt": "p", "reads": vec!["a"; 20_001] }]));
    assert_eq!(first_code(&paths), Some((Code::TooMuch, "tasks".to_owned())));
}

#[test]
fn more_findings_than_anybody_reads_are_counted() {
    let findings = Findings::default();
    let needs: Vec<String> = (0..200_000).map(|at| format!("t{at}")).collect();
    let _ = Plan::of(&plan(json!([{ "id": "a", "prompt": "p", "needs": needs }])), &findings);
    assert_eq!(findings.omitted(), 199_000);
    assert_eq!(findings.into_vec().len(), 1000);
}

#[test]
fn a_task_that_comes_later_is_read_as_it_is_in_a_whole_plan() {
    let first = json!({ "id": "one", "prompt": "p", "writes": ["a"] });
    let paths: Vec<String> = (0..MOST_FOOTPRINTS).map(|number| number.to_string()).collect();
    let later = [
        json!({ "id": "two", "prompt": "p", "needs": ["one"], "timeout": "90s", "attempts": 2, "reads": ["a"] }),
        json!({ "id": "two", "prompt": "p", "role": "bilder", "writes": ["b"], "colour": 1 }),
        json!({ "id": "one", "prompt": "", "needs": ["onne", "one", 7] }),
        json!({ "id": "a b", "needs": ["a b"] }),
        json!({ "id": "two", "prompt": "p", "role": "planner", "writes": ["b"] }),
        json!({ "id": "two", "prompt": "p", "reads": paths }),
        json!("two"),
    ];
    let begun = read(&plan(json!([first]))).0.unwrap();
    for task in later {
        let (whole, whole_findings) = read(&plan(json!([first, task])));
        let findings = Findings::default();
        assert_eq!(begun.next_task(&task, &findings), whole.map(|whole| whole.tasks[1].clone()), "{task}");
        assert_eq!(told(&findings.into_vec()), told(&whole_findings), "{task}");
    }
    let tasks: Vec<Value> = (0..MOST_TASKS).map(|at| json!({ "id": at.to_string(), "prompt": "p" })).collect();
    let (full, findings) = (read(&plan(json!(tasks))).0.unwrap(), Findings::default());
    assert_eq!(full.next_task(&json!({ "id": "more", "prompt": "p" }), &findings), None);
    assert_snapshot!(told(&findings.into_vec()), @"error too-much tasks: the plan has 1001 tasks, more than 1000");
}
