//! The shipped schema and the reader agree on what is well built.

use std::sync::LazyLock;

use git_par::model::plan::finding::{
    Code::{
        self, BadAttempts, BadId, BadPermission, Empty, EmptyPlan, MissingKey, TooMuch, UnknownKey, UnknownVersion,
        WrongType,
    },
    Severity,
};
use jsonschema::Validator;
use serde_json::{Value, json};

use super::world::{full, plan, read};

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(include_str!("../../schema/plan.schema.json")).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
});

/// Returns what judges by the shipped schema.
pub(crate) fn validator() -> &'static Validator {
    &VALIDATOR
}

/// Tells whether what was found is something that a schema can say.
pub(crate) fn is_structural(code: Code) -> bool {
    let said = [
        BadAttempts,
        BadId,
        BadPermission,
        Empty,
        EmptyPlan,
        MissingKey,
        TooMuch,
        UnknownKey,
        UnknownVersion,
        WrongType,
    ];
    said.contains(&code)
}

/// Returns the full plan with one value replaced or added.
fn set(path: &str, value: Value) -> Value {
    let mut plan = full();
    let (folder, key) = path.rsplit_once('/').unwrap();
    match plan.pointer_mut(folder).unwrap() {
        Value::Array(values) => values[key.parse::<usize>().unwrap()] = value,
        object => object[key] = value,
    }
    plan
}

/// Documents, each with one of these values at this place.
fn with<const N: usize>(path: &str, values: [Value; N]) -> Vec<Value> {
    values.into_iter().map(|value| set(path, value)).collect()
}

fn good() -> Vec<Value> {
    let mut good = vec![full(), plan(json!([{ "id": "a", "prompt": "p" }]))];
    good.extend(with("/version", [json!(1.0)]));
    good.extend(with("/tasks/1/attempts", [json!(1), json!(256), json!(3.0)]));
    good.extend(with("/tasks/1/may_be_empty", [json!(false)]));
    good.extend(with("/tasks/1/needs", [json!([])]));
    good.extend(with("/roles/more", [json!({})]));
    for path in ["/gate", "/tasks/1/gate"] {
        good.extend(with(path, [json!(["a"]), json!(["a", "", " "])]));
    }
    for path in ["/tasks/1/reads", "/tasks/1/writes"] {
        good.extend(with(path, [json!([]), json!(["a"]), json!([{ "file": "a.rs", "symbol": "f" }])]));
    }
    for path in ["/tasks/1/permission", "/roles/porter/permission"] {
        good.extend(with(path, [json!("read"), json!("write")]));
    }
    let longest = "x".repeat(100);
    good.extend(["a", "A-1_b.c", "0", "a.locks", "lock", &longest].map(|id| set("/tasks/1/id", json!(id))));
    good
}

/// What is no text, or one that holds nothing.
fn no_texts(path: &str) -> Vec<Value> {
    with(path, [json!(""), json!(" \n"), json!(1), json!(null), json!(["x"]), json!({}), json!(true)])
}

fn bad() -> Vec<Value> {
    let mut bad = vec![json!(null), json!([]), json!("x"), json!(1), json!({})];
    let texts = ["/goal", "/rule", "/roles/porter/preamble", "/roles/porter/agent", "/roles/porter/output"];
    bad.extend(texts.into_iter().flat_map(no_texts));
    let texts = ["id", "prompt", "role", "agent", "timeout", "output"];
    bad.extend(texts.into_iter().flat_map(|key| no_texts(&format!("/tasks/1/{key}"))));
    for path in ["/gate", "/tasks/1/gate"] {
        bad.extend(with(
            path,
            [json!([]), json!("cargo test"), json!([""]), json!(["a", 1]), json!(null), json!(["a", "\0"])],
        ));
    }
    bad.extend(with(
        "/tasks/1/attempts",
        [json!(0), json!(257), json!(-1), json!(1.5), json!("3"), json!(1e300), json!(null)],
    ));
    for path in ["/tasks/1/permission", "/roles/porter/permission"] {
        bad.extend(with(path, [json!("exec"), json!(""), json!(1), json!(null)]));
    }
    bad.extend(with("/version", [json!(2), json!(1.5), json!("1"), json!(null)]));
    bad.extend(with("/tasks", [json!([]), json!({}), json!([1]), json!(null)]));
    bad.extend(with("/tasks/0", [json!({ "id": "design" }), json!({ "prompt": "p" }), json!([])]));
    bad.extend(with("/tasks/1/may_be_empty", [json!("yes"), json!(null)]));
    bad.extend(with("/tasks/1/needs", [json!("design"), json!([1]), json!(null)]));
    bad.extend(with("/roles", [json!([]), json!(null)]));
    bad.extend(
        ["/gaol", "/tasks/1/need", "/roles/porter/role", "/roles/more", "/roles/ "].map(|path| set(path, json!(1))),
    );
    bad
}

fn bad_footprints() -> Vec<Value> {
    let paths = ["/tasks/1/reads", "/tasks/1/writes"];
    let wrong = |path| {
        let lists =
            with(path, [json!("a"), json!([1]), json!([""]), json!([" "]), json!([null]), json!([[]]), json!(null)]);
        let symbols = [
            json!([{}]),
            json!([{ "file": "a.rs" }]),
            json!([{ "symbol": "f" }]),
            json!([{ "file": "a.rs", "symbol": "" }]),
            json!([{ "file": "", "symbol": "f" }]),
            json!([{ "file": 1, "symbol": "f" }]),
            json!([{ "file": "a.rs", "symbol": "f", "line": 1 }]),
        ];
        [lists, with(path, symbols)].concat()
    };
    paths.into_iter().flat_map(wrong).collect()
}

fn bad_ids() -> Vec<Value> {
    let long = "x".repeat(101);
    let ids = [".a", "-a", "a.", "a..b", "a.lock", "a.LOCK", "a b", "a/b", "é", "a\n", "a~", "@", &long];
    ids.map(|id| set("/tasks/1/id", json!(id))).to_vec()
}

#[test]
fn the_shipped_schema_and_the_reader_agree_on_what_is_well_built() {
    let bad = [bad(), bad_footprints(), bad_ids()].concat();
    assert!(bad.len() > 120, "{}", bad.len());
    let table =
        good().into_iter().map(|document| (document, true)).chain(bad.into_iter().map(|document| (document, false)));
    for (document, is_good) in table {
        let findings = read(&document).1;
        let mut errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
        assert_eq!(!errors.any(|finding| is_structural(finding.code)), is_good, "reader: {document} {findings:#?}");
        assert_eq!(validator().is_valid(&document), is_good, "schema: {document}");
    }
}
