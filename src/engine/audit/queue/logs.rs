//! Logs of queues: what the checks printed.

use std::collections::HashSet;

use super::Case;
use crate::{
    engine::{
        audit::logs::{Places, Recorded, look},
        queue::log_place,
    },
    model::{
        fact::{QueueFact, StackGated},
        finding::{Code, Finding},
        log_digest::LogDigest,
        oid::Oid,
    },
};

const NO_CHECK: &str = "the log for which an entry is said to be held is that of no check before";

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let (mut logs, mut places) = (Vec::new(), Places::new());
    let (mut known, mut strange) = (HashSet::new(), None);
    for told in &case.ledger.facts {
        if let QueueFact::EntryHeld(fact) = &told.fact {
            let log = fact.result.log.as_ref().filter(|log| !known.contains(&told_of(log)));
            strange = strange.or(log.map(|log| (told.seq, log)));
        }
        let QueueFact::StackGated(fact) = &told.fact else { continue };
        let Some((log, tree)) = printed(fact) else { continue };
        known.insert(told_of(log));
        logs.push(Recorded { seq: told.seq, log, score: None });
        let (folder, name) = log_place(fact.args.entries.last().copied(), tree);
        places.entry(format!("{folder}/{name}")).or_default().push((told.seq, log.blob));
    }
    match strange {
        Some((seq, log)) => vec![Finding::broken(Code::Logs, NO_CHECK).at(seq).on(log.blob)],
        None => look(case, &logs, places),
    }
}

fn told_of(log: &LogDigest) -> (Oid, &str, u64) {
    (log.blob, &log.sha256, log.bytes)
}

/// Returns what a check printed, and about which tree; what is only said again was printed earlier.
fn printed(fact: &StackGated) -> Option<(&LogDigest, Oid)> {
    let result = Some(&fact.result).filter(|result| !result.cached)?;
    Some((result.log.as_ref()?, result.tree?))
}
