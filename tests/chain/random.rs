//! Random values, drafts and journals.

use git_par::model::{
    canonical,
    chain::Tip,
    event::{Draft, Event},
};
use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::{Map, Value};

/// Characters of every kind that canonical form treats differently.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let c = prop_oneof![
        4 => proptest::char::range(' ', '~'),
        1 => proptest::char::range('\0', '\u{1f}'),
        1 => prop::sample::select(vec!['"', '\\', '/', '\u{7f}', '\u{80}', 'é', '中', '\u{2028}', '\u{e000}', '\u{ffff}']),
        1 => proptest::char::range('\u{10000}', char::MAX),
    ];
    vec(c, 0..12).prop_map(String::from_iter)
}

pub(crate) fn value() -> impl Strategy<Value = Value> {
    let largest = i64::try_from(canonical::LARGEST).unwrap();
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-largest..=largest).prop_map(Value::from),
        (-20..20_i64).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![vec(inner.clone(), 0..5).prop_map(Value::from), object(inner).prop_map(Value::from)]
    })
}

pub(crate) fn object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    vec((text(), value), 0..5).prop_map(Map::from_iter)
}

pub(crate) fn draft() -> impl Strategy<Value = Draft> {
    let times = prop::option::of(Just("2026-11-20T14:25:01.000Z".to_owned()));
    let payload = (object(value()), object(value()));
    (text(), payload, any::<bool>(), 0..=canonical::LARGEST, times).prop_map(
        |(tool_name, (args, result), success, duration_ms, time)| Draft {
            tool_name,
            args,
            result,
            success,
            duration_ms,
            causes: vec![],
            time,
        },
    )
}

/// Drafts with, for each, indexes of the events before that cause it.
pub(crate) fn drafts() -> impl Strategy<Value = Vec<(Draft, Vec<Index>)>> {
    vec((draft(), vec(any::<Index>(), 0..4)), 1..8)
}

pub(crate) fn seal(drafts: Vec<(Draft, Vec<Index>)>) -> Vec<Event<'static>> {
    let mut tip = Tip::GENESIS;
    let mut events = Vec::new();
    for (mut draft, causes) in drafts {
        let before = events.len();
        let earlier = causes.iter().filter(|_| before > 0).map(|index| index.index(before) as u64 + 1);
        draft.causes = earlier.collect();
        let event = draft.seal(&tip).unwrap();
        tip = Tip::from(&event);
        events.push(event);
    }
    events
}
