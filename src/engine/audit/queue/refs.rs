//! Refs of queues: exactly those that the journal calls for, each where it says.

use super::Case;
use crate::{
    engine::audit::{refs::judge, tally::Tally},
    model::{
        chronicle::Chronicle as _,
        finding::{Code, Finding},
        oid::Oid,
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
            tally.add(judge_other(name, *target));
        }
    }
    tally.done("each ref is where the journal says")
}

/// Judges a ref that the journal does not call for.
fn judge_other(name: &RefName, target: Oid) -> Finding {
    let finding = if name.is_journaled() {
        Finding::broken(Code::Refs, format!("ref {name} is at {target}, of which the journal knows nothing"))
    } else {
        Finding::remark(Code::Refs, format!("ref {name} is none that a queue has"))
    };
    finding.on(target)
}
