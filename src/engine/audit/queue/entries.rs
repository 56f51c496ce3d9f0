//! Entries: each commit that is to land, or was, is here and is a commit.

use super::Case;
use crate::{
    engine::audit::tally::{Tally, count, unreadable},
    model::{
        finding::{Code, Finding},
        oid::Oid,
    },
};

pub(super) fn check(case: &Case<'_>, base: Oid) -> Vec<Finding> {
    let mut tally = Tally::new(Code::Objects);
    let entries = case.ledger.history.entries();
    let brought = entries.iter().flat_map(|entry| entry.commits().map(move |commit| (entry.newest, commit)));
    let commits: Vec<(u64, Oid)> = std::iter::once((1, base)).chain(brought).collect();
    for (seq, commit) in case.each(&commits) {
        if let Err(error) = case.repository.commit(*commit) {
            tally.add(unreadable(Code::Objects, &error, "commit").at(*seq));
        }
    }
    tally.done(format!("{} of {}", count(commits.len(), "commit"), entries_text(entries.len())))
}

fn entries_text(entries: usize) -> String {
    if entries == 1 { "1 entry, and base".to_owned() } else { format!("{entries} entries, and base") }
}
