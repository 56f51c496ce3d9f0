//! Gates of queues: each verdict is what the end of the check means, and the gated commit has the gated tree.

use super::Case;
use crate::{
    engine::audit::tally::{Tally, count, unreadable},
    model::{
        fact::{QueueFact, StackGated},
        finding::{Code, Finding},
        verdict::Verdict,
    },
};

const CODE: Code = Code::GatedTree;

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut tally = Tally::new(CODE);
    let (mut gates, mut is_gated) = (0, false);
    for told in case.each(&case.ledger.facts) {
        match &told.fact {
            QueueFact::QueueStarted(fact) => is_gated = fact.args.terms.gate.is_some(),
            QueueFact::QueueConfigured(fact) => is_gated = fact.args.gate.is_some(),
            QueueFact::StackGated(fact) => {
                gates += usize::from(fact.result.ending.is_some());
                let found = judge_verdict(fact, is_gated).or_else(|| judge_tree(case, fact));
                tally.extend(found.map(|finding| finding.at(told.seq)));
            }
            _ => {}
        }
    }
    if !is_gated {
        tally.remark("the queue has no gate: nothing is checked");
    }
    tally.done(format!("{}, each at the tree that it should look at", count(gates, "verdict")))
}

fn judge_verdict(fact: &StackGated, is_gated: bool) -> Option<Finding> {
    let result = &fact.result;
    let is_asked = is_gated && result.conflict.is_none();
    let verdict = result.ending.map_or(Verdict::None, Verdict::from);
    let message = match result.ending {
        None if is_asked => format!("the gate did not run, and yet the journal says {}", result.verdict),
        Some(ending) if !is_asked => format!("there was nothing to gate, and yet the journal says {ending}"),
        Some(ending) if verdict != result.verdict => {
            format!("the gate ended with {ending}: {verdict}, the journal says {}", result.verdict)
        }
        None if result.verdict != Verdict::None => {
            format!("there was nothing to gate, and yet the journal says {}", result.verdict)
        }
        _ => return None,
    };
    Some(Finding::broken(CODE, message))
}

/// Holds the gated commit to its tree; one that did not land is kept by nothing, and need not be here.
fn judge_tree(case: &Case<'_>, fact: &StackGated) -> Option<Finding> {
    let (commit, tree) = (fact.result.commit?, fact.result.tree?);
    if !case.repository.has(commit) {
        return None;
    }
    match case.repository.commit(commit) {
        Ok(found) if found.tree == tree => None,
        Ok(found) => {
            let message = format!("the gate looked at the tree {tree}, but commit {commit} has {}", found.tree);
            Some(Finding::broken(CODE, message).on(commit))
        }
        Err(error) => Some(unreadable(CODE, &error, "gated commit")),
    }
}
