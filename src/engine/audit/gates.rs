//! Gates: each looked at the candidate's tree, protected paths taken from base, and its verdict is what its end means.

use std::collections::HashSet;

use super::{
    case::Case,
    tally::{Tally, count, uncomputable, unreadable},
};
use crate::model::{
    fact::{Fact, GateFinished, ScoreFinished},
    finding::{Code, Finding},
    oid::Oid,
    verdict::Verdict,
};

const CODE: Code = Code::GatedTree;

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some((_, base_tree)) = case.base() else { return Vec::new() };
    let mut tally = Tally::new(CODE);
    let (mut gates, mut earlier) = (0, HashSet::new());
    for told in case.each(&case.ledger.facts) {
        match &told.fact {
            Fact::GateFinished(fact) => {
                gates += 1;
                judge_verdict(&mut tally, told.seq, fact);
                let answer = (&fact.args.argv, &fact.args.protect, fact.result.tree, fact.result.verdict);
                tally.require(!fact.result.cached || earlier.contains(&answer), told.seq, || {
                    format!("the gate of {} took its verdict from an earlier one, and there is none", name(fact))
                });
                earlier.insert(answer);
                tally.extend(judge_tree(case, base_tree, fact).map(|finding| finding.at(told.seq)));
            }
            Fact::ScoreFinished(fact) => judge_score(case, fact, (&mut tally, told.seq)),
            _ => {}
        }
    }
    if let Some(Verdict::Pass) = case.ledger.history.baseline.as_ref().map(|placed| placed.fact.result.verdict) {
        tally.remark("the gate passes on base already: that it passes on a candidate says little");
    }
    if gates == 0 {
        tally.remark("no gate was run: nothing was checked");
    }
    tally.done(format!("{}, each at the tree that it should look at", count(gates, "gate")))
}

/// Names what a gate looked at.
pub(super) fn name(fact: &GateFinished) -> String {
    let nobodys = if fact.args.union { "the union" } else { "base" };
    fact.args.worker.map_or(nobodys.to_owned(), |worker| worker.to_string())
}

fn judge_tree(case: &Case<'_>, base_tree: Oid, fact: &GateFinished) -> Option<Finding> {
    let GateFinished { args, result } = fact;
    let own = match case.repository.commit(result.commit) {
        Ok(commit) => commit.tree,
        // That a candidate is missing is told where candidates are.
        Err(error) if case.repository.has(result.commit) => return Some(unreadable(CODE, &error, "gated commit")),
        Err(_) => return None,
    };
    let walked = if args.protect.is_empty() { &[][..] } else { &[base_tree, own] };
    if let Err(error) = case.require_walkable(walked.iter().copied()) {
        return Some(uncomputable(case.repository, CODE, &error));
    }
    let found = match case.repository.protected_tree(base_tree, own, &args.protect) {
        Ok(found) => found,
        Err(error) => return Some(uncomputable(case.repository, CODE, &error)),
    };
    let gate = format!("the gate of {}", name(fact));
    if found.tree != result.tree {
        let message = format!("{gate} looked at the tree {}, but should at {}", result.tree, found.tree);
        return Some(Finding::broken(CODE, message).on(result.tree));
    }
    let message = || format!("{gate} touched {:?}, the journal says {:?}", found.touched, result.touched);
    (found.touched != result.touched).then(|| Finding::broken(CODE, message()).on(result.commit))
}

fn judge_verdict(tally: &mut Tally, seq: u64, fact: &GateFinished) {
    let result = &fact.result;
    let Some(ending) = result.ending else {
        let holds = result.cached || (result.verdict == Verdict::Error && result.exit_code.is_none());
        return tally.require(holds, seq, || {
            format!("the gate of {} did not run, and yet the journal says {}", name(fact), result.verdict)
        });
    };
    tally.require(!result.cached, seq, || {
        format!("the gate of {} ended with {ending}, and yet the journal says that it did not run", name(fact))
    });
    let verdict = Verdict::from(ending);
    tally.require(result.verdict == verdict, seq, || {
        format!("the gate of {} ended with {ending}: {verdict}, the journal says {}", name(fact), result.verdict)
    });
    tally.require(result.exit_code == ending.exit_code(), seq, || {
        format!("the gate of {} ended with {ending}, which is not the recorded exit status", name(fact))
    });
}

fn judge_score(case: &Case<'_>, fact: &ScoreFinished, (tally, seq): (&mut Tally, u64)) {
    let attempt = case
        .finished()
        .find(|(_, finished)| (finished.args.worker, finished.args.attempt) == (fact.args.worker, fact.args.attempt));
    let scored = attempt.is_some_and(|(_, finished)| finished.result.tree == fact.result.tree);
    tally.require(scored, seq, || format!("the score of {} is not that of its candidate", fact.args.worker));
    let said = fact.result.score_micro.is_none() || fact.result.ending.is_success();
    tally.require(said, seq, || format!("{} has a score of a command that failed", fact.args.worker));
}
