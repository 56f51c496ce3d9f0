//! Events by themselves: what a draft becomes, and what no event may be.

use git_par::model::{
    canonical,
    chain::{self, Form, Tip},
    event::{Draft, Event, LONGEST},
    hash::Hash,
};
use serde_json::{Map, Value, json};

use crate::world::{forged, journal, refused, remove, three};

#[test]
fn a_member_that_is_missing_or_of_another_type_is_refused() {
    let keys = ["schema_version", "seq_id", "source_agent", "tool_name", "args", "result", "success", "duration_ms"];
    for key in keys {
        refused(&forged(|events| remove(&mut events[0], key)), "schema");
        refused(&forged(|events| events[0][key] = json!(null)), "schema");
        refused(&forged(|events| events[0][key] = json!([1])), "schema");
    }
    refused(&forged(|events| events[0]["schema_version"] = json!("1.1")), "schema");
    refused(&forged(|events| events[0]["duration_ms"] = json!(-1)), "schema");
    refused(&forged(|events| events[0]["time"] = json!("yesterday")), "schema");
    refused("{}\n", "schema");
    refused("[1]\n", "schema");
    refused(&journal(&three()).replacen(&"0".repeat(64), &"A".repeat(64), 1), "schema");
}

#[test]
fn members_that_this_version_does_not_know_are_carried() {
    let forged = forged(|events| {
        events[0]["tool_nam\u{e9}"] = json!({"x": [1]});
        events[0]["zz"] = json!(null);
        events[0]["\u{1}"] = json!(1);
    });
    let events = chain::read(forged.as_bytes(), Form::Canonical).unwrap();
    assert_eq!(events[0].raw("zz"), Some("null"));
    assert_eq!(events[0].tool_name(), "a");
}

#[test]
fn a_line_over_the_limit_is_neither_sealed_nor_read() {
    let args = Map::from_iter([("task".to_owned(), "x".repeat(LONGEST).into())]);
    let sealed = Draft { args, ..Draft::default() }.seal(&Tip::GENESIS);
    assert!(sealed.unwrap_err().to_string().contains("longer than 16777216 bytes"));
    refused(&(" ".repeat(LONGEST + 1) + "\n"), "too-long");
}

#[test]
fn a_draft_that_a_reader_would_refuse_is_not_sealed() {
    let seal = |draft: Draft| draft.seal(&Tip { count: 3, hash: Hash::GENESIS });
    let event = seal(Draft { causes: vec![3, 1, 3], ..Draft::default() }).unwrap();
    assert_eq!((event.seq_id(), event.causes(), event.triggered_by()), (4, &[1, 3][..], Some(3)));
    assert_eq!(event.source_agent(), "git-par");
    let args = |value: Value| Draft { args: Map::from_iter([("a".to_owned(), value)]), ..Draft::default() };
    let deep = (0..31).fold(json!(0), |inner, _| json!([inner]));
    let drafts = [
        Draft { causes: vec![4], ..Draft::default() },
        Draft { causes: vec![0], ..Draft::default() },
        Draft { time: Some("2026-11-20".into()), ..Draft::default() },
        Draft { duration_ms: canonical::LARGEST + 1, ..Draft::default() },
        args(json!(0.5)),
        args(deep),
    ];
    for draft in drafts {
        assert!(seal(draft.clone()).is_err(), "{draft:?}");
    }
}

#[test]
fn an_event_without_causes_leaves_them_and_the_trigger_out() {
    let event = Draft::default().seal(&Tip::GENESIS).unwrap();
    assert_eq!(event.raw("causes").or(event.raw("triggered_by")).or(event.raw("time")), None);
    assert_eq!(Event::parse(event.line().as_bytes()).unwrap(), event);
    assert_eq!(event.digest(), event.entry_hash());
}
