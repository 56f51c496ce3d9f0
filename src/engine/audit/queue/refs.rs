//! Refs of queues: exactly those that the journal calls for, each where it says.

use super::Case;
use crate::{
    engine::audit::{refs::judge, tally::Tally},
    model::{
        chronicle::Chronicle as _,
        finding::{Code, Finding},
        oid::Oid,
        queue::entry::EntryId,
        ref_name::RefName,
    },
};

pub(super) fn check(case: &Case<'_>, base: Oid) -> Vec<Finding> {
    let mut tally = Tally::new(Code::Refs);
    if !case.ledger.is_sound {
        // Of a broken journal only its first event is known to be meant.
        tally.extend(judge(case, &RefName::base(case.name), base));
        return tally.done("the base is where the journal's first event says");
    }
    let expected = case.ledger.history.told(case.name);
    for (name, target) in &expected {
        tally.extend(judge(case, name, *target));
    }
    let own = [RefName::logs(case.name), RefName::seal(case.name)];
    for (name, target) in case.each(&case.refs).filter(|(name, _)| !own.contains(name)) {
        if !expected.contains_key(name) {
            let is_next = is_next(case, name, *target);
            tally.add(judge_other(name, *target, is_next));
        }
    }
    tally.done("each ref is where the journal says")
}

/// Judges a ref that the journal does not call for.
fn judge_other(name: &RefName, target: Oid, is_next: bool) -> Finding {
    let finding = if is_next {
        Finding::remark(Code::Refs, format!("ref {name} is ahead of the journal: whoever moved it did not say so"))
    } else if name.is_journaled() {
        Finding::broken(Code::Refs, format!("ref {name} is at {target}, of which the journal knows nothing"))
    } else {
        Finding::remark(Code::Refs, format!("ref {name} is none that a queue has"))
    };
    finding.on(target)
}

/// Tells whether a ref is where the next event would put it: refs that are files move before the event that tells of them, and a
/// process may have died in between.
fn is_next(case: &Case<'_>, name: &RefName, target: Oid) -> bool {
    let Some(queue) = case.name.queue() else { return false };
    let history = &case.ledger.history;
    let landing = history.batch().and_then(|batch| batch.landing);
    let lands =
        landing.is_some_and(|landing| landing.commit == target && *name == RefName::landed(&queue, landing.entry));
    let short = name.as_str().strip_prefix(&RefName::prefix(case.name)).and_then(|short| short.strip_prefix("entry/"));
    let id = short.and_then(|short| short.split_once('.')?.0.parse().ok()).map(EntryId);
    let next = id.and_then(|id| match history.entry(id) {
        Some(entry) if entry.state.held().is_none() => None,
        Some(entry) => Some(RefName::entry(&queue, id, entry.commits().count() + 1)),
        None => (id.0 as usize == history.entries().len() + 1).then(|| RefName::entry(&queue, id, 1)),
    });
    lands || next.as_ref() == Some(name)
}
