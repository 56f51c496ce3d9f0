//! Verifying: a whole journal at once, in pieces side by side where it is long.

use std::thread;

use super::{Broken, Chain, Form, Tip, lines};
use crate::model::event::Event;

/// Bytes for which a thread pays for itself.
const LONG: usize = 1 << 19;

/// Verifies a whole journal and returns where it ends; holds one event at a time.
pub fn verify(journal: &[u8], form: Form) -> Result<Tip, Broken> {
    Chain::new(form).finish_with(journal)
}

/// Verifies a whole journal as [`verify`] does and with the same answer, on up to `threads` threads where it is long.
pub fn verify_on(threads: usize, journal: &[u8], form: Form) -> Result<Tip, Broken> {
    let count = threads.min(journal.len() / LONG);
    // The pieces only tell that all is well; what is wrong and where, the walk from the start does.
    in_pieces(journal, form, count).map_or_else(|| verify(journal, form), Ok)
}

/// Verifies the pieces at the same time, each from the tip that its first event names, and then that those tips meet.
fn in_pieces(journal: &[u8], form: Form, count: usize) -> Option<Tip> {
    if count < 2 {
        return None;
    }
    let spans: Vec<_> = thread::scope(|scope| {
        let start = |piece| thread::Builder::new().spawn_scoped(scope, move || span(piece, form));
        let spans: Vec<_> = pieces(journal, count).map(start).collect();
        spans.into_iter().map(|span| span.ok()?.join().ok()?).collect::<Option<_>>()
    })?;
    spans.into_iter().try_fold(Tip::GENESIS, |tip, (from, to)| (tip == from).then_some(to))
}

/// Cuts a journal after newlines into at most `count` pieces of about the same size, none of them empty.
fn pieces(journal: &[u8], count: usize) -> impl Iterator<Item = &[u8]> {
    let size = journal.len().div_ceil(count);
    let mut rest = journal;
    std::iter::from_fn(move || {
        let head = rest.get(size..).and_then(|tail| tail.iter().position(|byte| *byte == b'\n'));
        let (piece, tail) = rest.split_at(head.map_or(rest.len(), |newline| size + newline + 1));
        rest = tail;
        (!piece.is_empty()).then_some(piece)
    })
}

/// Verifies one piece; returns the tips that it goes on from and ends at.
fn span(piece: &[u8], form: Form) -> Option<(Tip, Tip)> {
    let first = lines(piece).next()?.ok()?;
    let from = before(&Chain::new(form).parse(first).ok()?)?;
    let to = Chain { tip: from, form }.finish_with(piece).ok()?;
    Some((from, to))
}

fn before(event: &Event) -> Option<Tip> {
    Some(Tip { count: event.seq_id().checked_sub(1)?, hash: event.prev_hash() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Draft;

    fn journal(count: usize) -> String {
        let mut tip = Tip::GENESIS;
        let mut line = |_| {
            let event = Draft::default().seal(&tip).unwrap();
            tip = Tip::from(&event);
            format!("{}\n", event.line())
        };
        (0..count).map(&mut line).collect()
    }

    #[test]
    fn pieces_are_whole_lines_and_together_the_journal() {
        let journal = journal(7);
        for count in 1..20 {
            let pieces: Vec<_> = pieces(journal.as_bytes(), count).collect();
            assert!(pieces.len() <= count);
            assert!(pieces.iter().all(|piece| piece.ends_with(b"\n")));
            assert_eq!(pieces.concat(), journal.as_bytes());
        }
    }

    #[test]
    fn pieces_accept_what_the_walk_from_the_start_accepts_and_nothing_else() {
        let journal = journal(9);
        let whole = Chain::new(Form::Canonical).finish_with(journal.as_bytes()).unwrap();
        let lines: Vec<_> = journal.split_inclusive('\n').collect();
        for count in 2..12 {
            assert_eq!(in_pieces(journal.as_bytes(), Form::Canonical, count), Some(whole));
            for at in 0..lines.len() - 1 {
                let without = [&lines[..at], &lines[at + 1..]].concat().concat();
                assert_eq!(in_pieces(without.as_bytes(), Form::Canonical, count), None, "without line {at}");
                let mut swapped = lines.clone();
                swapped.swap(at, at + 1);
                assert_eq!(in_pieces(swapped.concat().as_bytes(), Form::Canonical, count), None, "swapped {at}");
            }
        }
    }

    #[test]
    fn a_long_journal_says_where_it_breaks_as_a_short_one_does() {
        let long = journal(2 * LONG / 200);
        let place = |broken: Broken| (broken.line, broken.code());
        let whole = verify(long.as_bytes(), Form::Canonical).unwrap();
        assert_eq!(verify_on(2, long.as_bytes(), Form::Canonical).unwrap(), whole);
        let changed = long.replacen("\"seq_id\":2000,", "\"seq_id\":2001,", 1);
        assert_eq!(verify_on(2, changed.as_bytes(), Form::Canonical).map_err(place), Err((2000, "seq")));
    }
}
