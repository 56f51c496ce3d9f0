//! Laws of canonical form: the writer, the check and the reference agree.

use git_par::model::canonical;
use proptest::{prelude::*, sample::Index};
use serde_json::{Map, Value};

use crate::random::{object, value};

proptest! {
    #[test]
    fn what_we_write_is_canonical_and_as_the_reference_writes(value in value()) {
        let text = canonical::to_string(&value).unwrap();
        prop_assert_eq!(text.as_bytes(), korg_ledger::canonicalize(&value));
        prop_assert!(canonical::check(text.as_bytes()).is_ok());
        prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn the_check_accepts_exactly_what_is_rewritten_to_itself(
        value in value(), at in any::<Index>(), with in "[ \n,:0-9a-fA-Fu\\\\\"{}\\[\\]é.-]{0,6}", cut in 0..4_usize,
    ) {
        let mut text = canonical::to_string(&value).unwrap().into_bytes();
        let at = at.index(text.len());
        let end = text.len().min(at + cut);
        text.splice(at..end, with.bytes());
        let rewritten = canonical::from_json(&text).is_ok_and(|canonical| canonical.as_bytes() == text);
        prop_assert_eq!(canonical::check(&text).is_ok(), rewritten, "{}", String::from_utf8_lossy(&text));
    }

    #[test]
    fn json_like_bytes_never_panic_and_are_judged_alike(text in "([\\[\\]{},:\"0-9tfn\\\\ -]|\\\\u[0-9a-fA-D]{4}|\"a\"|true|null){0,24}") {
        let rewritten = canonical::from_json(text.as_bytes()).is_ok_and(|canonical| canonical == text);
        prop_assert_eq!(canonical::check(text.as_bytes()).is_ok(), rewritten, "{}", text);
    }

    #[test]
    fn the_members_are_those_of_the_value(members in object(value())) {
        let text = canonical::to_string(&members.clone().into()).unwrap();
        let found = canonical::check(text.as_bytes()).unwrap();
        let read = found.iter().map(|member| {
            let key = &text[member.key.start - 1..=member.key.end];
            (serde_json::from_str::<String>(key).unwrap(), serde_json::from_str::<Value>(&text[member.value.clone()]).unwrap())
        });
        prop_assert_eq!(read.collect::<Map<_, _>>(), members);
    }
}
