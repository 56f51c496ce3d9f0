//! Plans made to keep somebody waiting, each as large as is read: all of them are done with soon.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use git_par::model::plan::{LONGEST, Plan, document::Form, finding::Findings, order::Order};
use serde_json::{Value, json};

use super::world::plan;

/// The most time that anything takes, here where nothing is built for speed.
const LONGEST_TIME: Duration = Duration::from_secs(30);

/// Reads a plan and puts it in order, and tells how long that took.
fn took(value: &Value) -> Duration {
    let text = value.to_string();
    assert!(text.len() <= LONGEST, "{} bytes are not read at all", text.len());
    let (start, findings) = (Instant::now(), Findings::default());
    if let Some(plan) = Plan::read(text.as_bytes(), Form::Json, &findings) {
        let _ = Order::of(&plan, &findings);
    }
    start.elapsed()
}

/// Makes a plan of so many tasks, each of which writes what is made for it.
fn writing(tasks: usize, made: impl Fn(usize) -> Value) -> Value {
    plan((0..tasks).map(|at| json!({ "id": format!("t{at}"), "prompt": "p", "writes": made(at) })).collect())
}

#[test]
fn alternatives_of_long_patterns_are_not_written_out_at_any_length() {
    let pattern = format!("{}{}", "{a,b}".repeat(6), "?".repeat(980));
    assert!(took(&writing(1, |_| json!([pattern]))) < LONGEST_TIME / 10, "one");
    assert!(took(&writing(100, |_| json!([pattern, pattern, pattern, pattern]))) < LONGEST_TIME);
}

#[test]
fn forms_of_many_stars_are_told_from_what_no_name_can_be_at_a_glance() {
    for piece in ["*a", "*?", "*[!b]", "*."] {
        let pattern = piece.repeat(1000 / piece.len());
        assert!(took(&writing(4, |_| json!(vec![&pattern; 100]))) < LONGEST_TIME, "{piece}");
    }
}

#[test]
fn classes_of_many_characters_are_soon_compared() {
    let class = |first: u32| {
        let characters = (0..490).map(|at| char::from_u32(first + 4 * at).unwrap());
        format!("[{}]*", characters.collect::<String>())
    };
    assert!(took(&writing(1000, |at| json!([class(0x100 + u32::try_from(at % 4).unwrap())]))) < LONGEST_TIME, "spread");
    assert!(
        took(&writing(1000, |at| json!([format!("[{}]*", ["a", "b"][at % 2].repeat(1000))]))) < LONGEST_TIME,
        "same"
    );
}

#[test]
fn what_was_probably_meant_is_not_looked_for_at_any_length() {
    let id = |at: usize| format!("{at:x>80}");
    let needs = |at: usize| json!({ "id": id(at), "prompt": "p", "needs": [format!("y{:x>79}", at)] });
    assert!(took(&plan((0..1000).map(needs).collect())) < LONGEST_TIME, "needs");
    let mut roles = String::from(r#"{"version": 1, "roles": {"#);
    (0..100_000).for_each(|at| write!(roles, r#""role{at}":{{}},"#).unwrap());
    let tasks = (0..1000).map(|at| json!({ "id": id(at), "prompt": "p", "role": format!("rule{at:y>70}") }));
    let tail = format!(r#""last": {{}}}}, "tasks": {}}}"#, tasks.collect::<Value>());
    let value: Value = serde_json::from_str(&(roles + &tail)).unwrap();
    assert!(took(&value) < LONGEST_TIME, "roles");
}

#[test]
fn a_role_that_says_much_is_read_once() {
    let mut plan = writing(1000, |at| json!([format!("f{at}")]));
    plan["roles"] = json!({ "builder": { "preamble": "x".repeat(LONGEST - 100_000) } });
    assert!(took(&plan) < LONGEST_TIME);
}
