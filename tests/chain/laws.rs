//! Laws of sealing and tampering, for random journals.

use git_par::model::{
    canonical,
    chain::{self, Form, Tip},
};
use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::{Map, Value};

use crate::{
    random::{drafts, seal},
    world::{journal, ours_accepts, parse, refused, theirs_accepts},
};

proptest! {
    #[test]
    fn the_reference_accepts_what_we_seal_and_hashes_it_alike(drafts in drafts()) {
        let events = seal(drafts);
        let journal = journal(&events);
        prop_assert!(theirs_accepts(&journal));
        for (event, value) in events.iter().zip(parse(&journal).unwrap()) {
            prop_assert_eq!(event.entry_hash().to_string(), korg_ledger::chain_hash(&value, None));
            prop_assert_eq!(event.line().as_bytes(), korg_ledger::canonicalize(&value));
        }
        let tip = chain::verify(journal.as_bytes(), Form::Canonical).unwrap();
        prop_assert_eq!(tip, Tip::from(&events[events.len() - 1]));
        prop_assert_eq!(chain::read(journal.as_bytes(), Form::Canonical).unwrap(), events);
    }

    #[test]
    fn what_was_drafted_is_what_is_read(drafts in drafts()) {
        let events = seal(drafts.clone());
        for (event, (draft, _)) in events.iter().zip(drafts) {
            prop_assert_eq!(event.tool_name(), draft.tool_name);
            prop_assert_eq!(event.payload::<Map<String, Value>, Map<String, Value>>().unwrap(), (draft.args, draft.result));
            prop_assert_eq!((event.success(), event.duration_ms()), (draft.success, draft.duration_ms));
            prop_assert_eq!(event.time().map(String::from), draft.time);
            prop_assert_eq!(event.causes().last().copied(), event.triggered_by());
        }
    }

    #[test]
    fn both_refuse_a_changed_byte(drafts in drafts(), at in any::<Index>(), byte in 0x20..0x7f_u8) {
        let before = journal(&seal(drafts)).into_bytes();
        let mut after = before.clone();
        let at = at.index(after.len());
        prop_assume!(after[at] != byte && after[at] != b'\n');
        after[at] = byte;
        let (before, after) = (String::from_utf8(before).unwrap(), String::from_utf8(after).unwrap());
        prop_assert!(!ours_accepts(&after));
        // Theirs does not see a change of spelling that keeps the value.
        prop_assert!(!theirs_accepts(&after) || parse(&before) == parse(&after));
    }

    #[test]
    fn both_refuse_what_was_cut_within(drafts in drafts(), at in any::<Index>()) {
        let journal = journal(&seal(drafts));
        let cut = &journal[..at.index(journal.len())];
        prop_assume!(!cut.is_empty() && !cut.ends_with('\n'));
        refused(cut, "truncated");
        let line = cut.lines().next_back().unwrap();
        let lost_its_newline_only = line.ends_with('}');
        prop_assert!(!theirs_accepts(cut) || lost_its_newline_only);
    }

    #[test]
    fn both_refuse_deleted_repeated_and_reordered_events(drafts in drafts(), one in any::<Index>(), two in any::<Index>()) {
        let events = seal(drafts);
        let (one, two) = (one.index(events.len()), two.index(events.len()));
        let mut lists = vec![];
        if one + 1 < events.len() {
            lists.push([&events[..one], &events[one + 1..]].concat());
        }
        lists.push([&events[..=one], &events[two..=two], &events[one + 1..]].concat());
        let mut swapped = events.clone();
        swapped.swap(one, two);
        lists.extend((one != two).then_some(swapped));
        for list in lists {
            let journal = journal(&list);
            prop_assert!(!ours_accepts(&journal) && !theirs_accepts(&journal), "{}", journal);
        }
    }

    #[test]
    fn both_refuse_swapped_hashes(drafts in drafts(), one in any::<Index>(), key in prop::sample::select(vec!["prev_hash", "entry_hash"])) {
        let mut events = parse(&journal(&seal(drafts))).unwrap();
        prop_assume!(events.len() > 1);
        let one = one.index(events.len() - 1);
        let kept = events[one][key].take();
        events[one][key] = events[one + 1][key].take();
        events[one + 1][key] = kept;
        let lines = events.iter().map(|event| canonical::to_string(event).unwrap() + "\n");
        let journal: String = lines.collect();
        prop_assert!(!ours_accepts(&journal) && !theirs_accepts(&journal));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..200), drafts in drafts(), at in any::<Index>()) {
        let mut journal = journal(&seal(drafts)).into_bytes();
        let at = at.index(journal.len());
        journal.splice(at..at, bytes.iter().copied());
        for form in [Form::Canonical, Form::Foreign] {
            let _ = chain::verify(&bytes, form);
            let _ = chain::verify(&journal, form);
        }
    }
}
