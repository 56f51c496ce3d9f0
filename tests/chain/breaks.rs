//! Breaks: what a journal is refused for, where and under which code.

use git_par::model::{
    chain::{self, Form, Tip},
    event::Draft,
    hash::Hash,
};

use crate::world::{journal, refused, theirs_accepts, three};

#[test]
fn another_spelling_is_refused_unless_the_journal_is_foreign() {
    let journal = journal(&three());
    for (from, to) in [(",", ", "), ("\"a\"", "\"\\u0061\""), ("{\"args\":{},", "{"), ("}\n", "}\r\n")] {
        let mut other = journal.replacen(from, to, 1);
        if to == "{" {
            other = other.replacen("}\n", ",\"args\":{}}\n", 1);
        }
        assert!(theirs_accepts(&other));
        refused(&other, "canonical");
        assert!(chain::verify(other.as_bytes(), Form::Foreign).is_ok(), "{other}");
    }
}

#[test]
fn a_key_that_comes_twice_is_refused_even_in_a_foreign_journal() {
    let twice = journal(&three()).replacen("{\"args\":{}", "{\"args\":{\"evil\":1},\"args\":{}", 1);
    assert!(theirs_accepts(&twice));
    refused(&twice, "canonical");
    assert_eq!(chain::verify(twice.as_bytes(), Form::Foreign).unwrap_err().code(), "canonical");
}

#[test]
fn what_is_not_json_is_told_from_what_is_not_canonical() {
    refused("not json\n", "not-json");
    refused("\n", "not-json");
    refused("{\"a\":1\n", "not-json");
    refused("{\"a\": 1}\n", "canonical");
    refused("{\"a\":1.0}\n", "canonical");
}

#[test]
fn each_break_names_its_line_its_event_and_its_kind() {
    let events = three();
    let broken = |journal: String| chain::verify(journal.as_bytes(), Form::Canonical).unwrap_err();
    let place = |broken: &chain::Broken| (broken.line, broken.seq_id, broken.code());
    let changed = broken(journal(&events).replacen("\"b\"", "\"B\"", 1));
    assert_eq!(place(&changed), (2, Some(2), "entry-hash"));
    assert!(changed.to_string().starts_with("line 2 (event 2): entry_hash is not"), "{changed}");
    assert_eq!(place(&broken(journal([&events[0], &events[2]]))), (2, Some(3), "seq"));
    let other = Draft::default().seal(&Tip { count: 1, hash: Hash::GENESIS }).unwrap();
    assert_eq!(place(&broken(journal([&events[0], &other]))), (2, Some(2), "prev-hash"));
    assert_eq!(place(&broken(journal(&events) + "{")), (4, None, "truncated"));
}
