//! Random documents and valid plans with something changed: nothing panics, what is accepted comes back, and the schema agrees.

use git_par::model::plan::{
    Plan, answer,
    document::Form,
    finding::{Finding, Findings, Severity},
    order::Order,
    pattern::{steps::Steps, tree::Tree},
};
use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::{Map, Value, json};

use super::{
    schema::{is_structural, validator},
    world::{full, read},
};

/// Texts of which plans are made, and others.
fn text() -> impl Strategy<Value = String> {
    let known = vec![
        "version",
        "goal",
        "gate",
        "rule",
        "tasks",
        "roles",
        "id",
        "prompt",
        "role",
        "needs",
        "reads",
        "writes",
        "permission",
        "agent",
        "attempts",
        "timeout",
        "may_be_empty",
        "output",
        "preamble",
        "file",
        "symbol",
        "read",
        "write",
        "design",
        "parser",
        "planner",
        "src/**",
        "../x",
        "a[",
        "{a,b}/*",
        "**",
        "10m",
        "0",
        "lines",
        "",
        " ",
        "a\nb",
        ".git/x",
    ];
    prop_oneof![4 => prop::sample::select(known).prop_map(str::to_owned), 1 => ".{0,8}", 1 => "[\\[\\]{},*?!/a.\\\\-]{0,12}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2..300_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            vec((text(), inner), 0..5).prop_map(|entries| Value::from(Map::from_iter(entries))),
        ]
    })
}

/// Lists where a document has values.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(i, value)| places(value, &format!("{at}/{i}"), found));
        }
        Value::Object(values) => values.iter().for_each(|(key, value)| places(value, &format!("{at}/{key}"), found)),
        _ => {}
    }
}

/// A valid plan with some of its values replaced, removed or added.
fn mutant() -> impl Strategy<Value = Value> {
    vec((any::<Index>(), 0..3_u8, text(), value()), 0..4).prop_map(|changes| {
        let mut plan = full();
        for (index, kind, key, value) in changes {
            let mut found = Vec::new();
            places(&plan, "", &mut found);
            let Some(place) = plan.pointer_mut(&found[index.index(found.len())]) else { continue };
            match (kind, place) {
                (1, Value::Object(object)) => drop(object.remove(&key)),
                (2, Value::Object(object)) => drop(object.insert(key, value)),
                (1, Value::Array(values)) => drop(values.pop()),
                (2, Value::Array(values)) => values.push(value),
                (_, place) => *place = value,
            }
        }
        plan
    })
}

/// Does all that can be done with a document, and tells whether it is a valid plan.
fn serve(document: &Value) -> Result<(), TestCaseError> {
    let (plan, findings) = read(document);
    let has_errors = findings.iter().any(|finding| finding.severity == Severity::Error);
    prop_assert_eq!(plan.is_none(), has_errors);
    let is_plain = |finding: &Finding| !format!("{}{}", finding.place, finding.message).contains(char::is_control);
    prop_assert!(findings.iter().all(is_plain));
    let Some(plan) = plan else { return Ok(()) };
    let again = serde_json::to_value(&plan).unwrap();
    let read_again = read(&again).0;
    prop_assert_eq!(read_again.as_ref(), Some(&plan), "{}", again);
    let findings = Findings::default();
    plan.compare(&Tree::of(vec!["src/lex.rs".to_owned()]), &findings);
    let order = Order::of(&plan, &findings).unwrap();
    prop_assert_eq!(order.waves.iter().map(Vec::len).sum::<usize>(), plan.tasks.len());
    prop_assert_eq!(Some(order), Order::of(&plan, &findings));
    Ok(())
}

/// Plans of tasks that need, read and write at random.
fn graph() -> impl Strategy<Value = Value> {
    let path = || prop::sample::select(vec!["a", "b/", "b/c", "*", "**/c", "d/*.rs", "d/{x,y}.rs"]);
    let needs = vec(any::<Index>(), 0..2);
    let task = (needs, vec(path(), 0..3), vec(path(), 0..3), 0..6_u8).prop_map(|(needs, reads, writes, kind)| {
        let role = if kind == 0 { "reviewer" } else { "builder" };
        let writes = if kind == 0 { Vec::new() } else { writes };
        (needs, json!({ "prompt": "p", "role": role, "reads": reads, "writes": writes }))
    });
    vec(task, 1..12).prop_map(|mut tasks| {
        for (at, (needs, task)) in tasks.iter_mut().enumerate() {
            let needs = needs.iter().filter(|_| at > 0).map(|need| format!("t{}", need.index(at)));
            task["needs"] = needs.collect();
            task["id"] = json!(format!("t{at}"));
        }
        json!({ "version": 1, "tasks": tasks.into_iter().map(|(_, task)| task).collect::<Vec<_>>() })
    })
}

proptest! {
    #[test]
    fn a_plan_is_found_in_any_answer_that_holds_one(
        before in "[^`{}\\[=]{0,40}",
        after in "[^`{}]{0,40}",
        fence in prop::sample::select(vec!["", "```", "```json", "````"]),
    ) {
        let plan = json!({ "tasks": [{ "id": "a", "prompt": format!("{before}{after}```") }] }).to_string();
        let end = fence.trim_end_matches("json");
        let text = format!("{before}\n{fence}\n{plan}\n{end}\n{after}");
        let (found, form) = answer::find(&text);
        prop_assert_eq!((found.trim(), form), (plan.as_str(), Form::Json));
    }

    #[test]
    fn any_answer_is_searched(parts in vec(prop::sample::select(vec!["`", "```", "{", "}", "\n", "toml", "é", "[[tasks]]", "\"tasks\":1"]), 0..40)) {
        let text = parts.concat();
        prop_assert!(text.contains(answer::find(&text).0));
    }

    #[test]
    fn no_document_is_too_much_for_the_reader(document in value()) {
        serve(&document)?;
    }

    #[test]
    fn no_text_is_too_much_for_the_reader(text in "\\PC{0,60}", toml in any::<bool>()) {
        let form = if toml { Form::Toml } else { Form::Json };
        let _ = Plan::read(text.as_bytes(), form, &Findings::default());
    }

    #[test]
    fn a_changed_plan_is_refused_or_comes_back(document in mutant()) {
        serve(&document)?;
    }

    #[test]
    fn the_schema_agrees_on_every_changed_plan(document in mutant()) {
        let findings = read(&document).1;
        let is_wrong = findings.iter().any(|finding| is_structural(finding.code));
        prop_assert_eq!(validator().is_valid(&document), !is_wrong, "{} {:#?}", document, findings);
    }

    #[test]
    fn tasks_that_run_side_by_side_have_nothing_to_do_with_each_other(document in graph()) {
        let plan = read(&document).0.unwrap();
        let order = Order::of(&plan, &Findings::default()).unwrap();
        let wave = |task: usize| order.waves.iter().position(|wave| wave.contains(&task)).unwrap();
        for edge in &order.edges {
            prop_assert!(wave(edge.before) < wave(edge.after));
        }
        for (at, task) in plan.tasks.iter().enumerate() {
            // The earliest wave that what comes before allows.
            let earliest = order.before(at).map(|edge| wave(edge.before) + 1).max().unwrap_or(0);
            prop_assert_eq!(wave(at), earliest);
            for (other_at, other) in plan.tasks.iter().enumerate().filter(|(other, _)| *other != at && wave(*other) == wave(at)) {
                prop_assert!(!order.is_alone[at], "{} is beside {}", task.id, other.id);
                let touched = other.reads.iter().chain(&other.writes);
                let meets = |own: &_| touched.clone().any(|theirs: &git_par::model::plan::footprint::Footprint| theirs.overlaps(own, &mut Steps::new()));
                prop_assert!(!task.writes.iter().any(meets), "{} and {} ({})", task.id, other.id, other_at);
            }
        }
        serve(&document)?;
    }
}
