//! What the reference verifiers let pass and ours must refuse, or tell by its tip.

use git_par::model::chain::{self, Chain, Form, Tip};
use serde_json::json;

use crate::world::{forged, journal, refused, remove, theirs_accepts, three};

#[test]
fn an_empty_journal_passes_theirs_and_is_refused() {
    assert!(theirs_accepts(""));
    refused("", "empty");
    assert_eq!(Chain::new(Form::Foreign).finish().unwrap_err().code(), "empty");
}

#[test]
fn a_journal_cut_at_the_newline_passes_theirs_and_is_refused() {
    let journal = journal(&three());
    let cut = journal.strip_suffix('\n').unwrap();
    assert!(theirs_accepts(cut));
    refused(cut, "truncated");
}

#[test]
fn a_journal_cut_at_the_tail_passes_theirs_and_has_another_tip_here() {
    let events = three();
    let cut = journal(&events[..2]);
    assert!(theirs_accepts(&cut));
    let tip = chain::verify(cut.as_bytes(), Form::Canonical).unwrap();
    assert_eq!(tip, Tip::from(&events[1]));
    assert_ne!(tip, Tip::from(&events[2]));
}

#[test]
fn a_chain_forged_anew_passes_theirs_and_has_another_tip_here() {
    let forged = forged(|events| events[0]["tool_name"] = json!("evil"));
    assert!(theirs_accepts(&forged));
    let tip = chain::verify(forged.as_bytes(), Form::Canonical).unwrap();
    assert_eq!(tip.count, 3);
    assert_ne!(tip, Tip::from(&three()[2]));
}

#[test]
fn a_trigger_that_is_a_text_passes_theirs_and_is_refused() {
    for trigger in [json!("1"), json!("9"), json!(null), json!([1]), json!(true)] {
        let forged = forged(|events| {
            remove(&mut events[1], "causes");
            events[1]["triggered_by"] = trigger.clone();
        });
        assert!(theirs_accepts(&forged));
        refused(&forged, "cause");
    }
}

#[test]
fn a_trigger_that_is_later_missing_or_itself_is_refused() {
    for trigger in [0, 2, 3, 4] {
        refused(
            &forged(|events| {
                remove(&mut events[1], "causes");
                events[1]["triggered_by"] = json!(trigger);
            }),
            "cause",
        );
    }
}

#[test]
fn a_trigger_that_stands_later_in_the_file_passes_theirs_and_is_refused() {
    let forged = forged(|events| {
        remove(&mut events[1], "causes");
        remove(&mut events[2], "causes");
        (events[1]["seq_id"], events[1]["triggered_by"]) = (json!(3), json!(2));
        (events[2]["seq_id"], events[2]["triggered_by"]) = (json!(2), json!(1));
    });
    assert!(theirs_accepts(&forged));
    refused(&forged, "seq");
}

#[test]
fn causes_that_do_not_ascend_to_the_trigger_pass_theirs_and_are_refused() {
    for causes in [json!([2, 1]), json!([1, 1, 2]), json!([1]), json!([]), json!([1, 2, 3]), json!(["2"]), json!(2)] {
        let forged = forged(|events| events[2]["causes"] = causes.clone());
        assert!(theirs_accepts(&forged));
        refused(&forged, "cause");
    }
}

#[test]
fn a_gap_in_the_numbers_passes_theirs_and_is_refused() {
    let forged = forged(|events| {
        events[2]["seq_id"] = json!(7);
    });
    assert!(theirs_accepts(&forged));
    refused(&forged, "seq");
}
