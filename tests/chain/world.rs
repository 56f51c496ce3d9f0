//! A plain journal, the two verifiers, and a forger who has the reference's own hash.

use git_par::model::{
    chain::{self, Form, Tip},
    event::{Draft, Event},
};
use serde_json::{Value, json};

/// A plain journal of three events, each caused by the one before.
pub(crate) fn three() -> Vec<Event<'static>> {
    let draft = |kind: &str| Draft { tool_name: kind.into(), success: true, ..Draft::default() };
    let mut events = vec![draft("a").seal(&Tip::GENESIS).unwrap()];
    for kind in ["b", "c"] {
        let tip = Tip::from(&events[events.len() - 1]);
        events.push(Draft { causes: vec![tip.count], ..draft(kind) }.seal(&tip).unwrap());
    }
    events
}

pub(crate) fn journal<'e>(events: impl IntoIterator<Item = &'e Event<'static>>) -> String {
    events.into_iter().flat_map(|event| [event.line(), "\n"]).collect()
}

pub(crate) fn parse(journal: &str) -> Option<Vec<Value>> {
    journal.lines().map(|line| serde_json::from_str(line).ok()).collect()
}

pub(crate) fn ours_accepts(journal: &str) -> bool {
    chain::verify(journal.as_bytes(), Form::Canonical).is_ok()
}

pub(crate) fn theirs_accepts(journal: &str) -> bool {
    let accepts = |events: Vec<Value>| {
        korg_ledger::verify_chain(&events, None).is_empty() && korg_ledger::verify_dag(&events).is_empty()
    };
    parse(journal).is_some_and(accepts)
}

#[track_caller]
pub(crate) fn refused(journal: &str, code: &str) {
    let broken = chain::verify(journal.as_bytes(), Form::Canonical).expect_err("it must be refused");
    assert_eq!(broken.code(), code, "{broken}");
}

/// Seals values by the reference's own hash, whatever they hold.
pub(crate) fn forge(mut events: Vec<Value>) -> String {
    let mut prev = korg_ledger::GENESIS_HASH.to_owned();
    let mut line = |event: &mut Value| {
        event["prev_hash"] = json!(prev);
        prev = korg_ledger::chain_hash(event, None);
        event["entry_hash"] = json!(prev);
        String::from_utf8(korg_ledger::canonicalize(event)).unwrap() + "\n"
    };
    events.iter_mut().map(&mut line).collect()
}

pub(crate) fn forged(change: impl Fn(&mut Vec<Value>)) -> String {
    let mut events = parse(&journal(&three())).unwrap();
    change(&mut events);
    forge(events)
}

pub(crate) fn remove(event: &mut Value, key: &str) {
    event.as_object_mut().unwrap().remove(key);
}
