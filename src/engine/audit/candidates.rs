//! Candidates: each is here, has the recorded tree, comes from base, and changes as much as was measured.

use super::{
    case::Case,
    tally::{Tally, count, unmeasurable, unreadable},
};
use crate::{
    model::{
        candidate::trailer,
        fact::WorkerFinished,
        finding::{Code, Finding, Weight},
        oid::Oid,
    },
    repo::measure,
};

/// One attempt's candidate.
struct Candidate<'c> {
    seq: u64,
    fact: &'c WorkerFinished,
    /// Whether a later attempt took its place, or it was discarded: then it may have been pruned.
    is_spare: bool,
}

impl Candidate<'_> {
    fn name(&self) -> String {
        format!("candidate of {}, attempt {},", self.fact.args.worker, self.fact.args.attempt)
    }

    /// Lowers what is only gone with an attempt that nobody needs any more.
    fn weigh(&self, finding: Finding) -> Finding {
        let pruned = self.is_spare && finding.weight == Weight::Missing;
        let weight = if pruned { Weight::Remark } else { finding.weight };
        Finding { weight, ..finding }.at(self.seq)
    }
}

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(base) = case.base() else { return Vec::new() };
    let is_spare = |fact: &WorkerFinished| {
        let newest = case.newest(fact.args.worker).map(|newest| newest.args.attempt);
        let lane = case.ledger.history.lane(fact.args.worker);
        newest != Some(fact.args.attempt) || lane.is_some_and(|lane| lane.discarded.is_some())
    };
    let candidates: Vec<Candidate<'_>> =
        case.finished().map(|(seq, fact)| Candidate { seq, fact, is_spare: is_spare(fact) }).collect();
    [objects(case, base, &candidates), descent(case, base.0, &candidates), diffs(case, base.1, &candidates)].concat()
}

fn objects(case: &Case<'_>, (base, base_tree): (Oid, Oid), candidates: &[Candidate<'_>]) -> Vec<Finding> {
    let mut tally = Tally::new(Code::Objects);
    if let Some(finding) = judge_commit(case, (base, base_tree), "base") {
        tally.add(finding.at(1));
    }
    for candidate in case.each(candidates) {
        let result = &candidate.fact.result;
        if let Some(finding) = judge_commit(case, (result.candidate, result.tree), &candidate.name()) {
            tally.add(candidate.weigh(finding));
        }
        tally.extend(judge_trailers(case, base, candidate));
    }
    tally.done(format!("base and {}: here, with the recorded trees", count(candidates.len(), "candidate")))
}

fn judge_commit(case: &Case<'_>, (commit, tree): (Oid, Oid), what: &str) -> Option<Finding> {
    let found = match case.repository.commit(commit) {
        Ok(found) => found,
        Err(error) => return Some(unreadable(Code::Objects, &error, what)),
    };
    if found.tree != tree {
        let message = format!("{what} {commit} has the tree {}, the journal says {tree}", found.tree);
        return Some(Finding::broken(Code::Objects, message).on(commit));
    }
    let error = case.repository.tree_entries(tree).err()?;
    Some(unreadable(Code::Objects, &error, &format!("tree of {what}")))
}

/// Tells of a commit that says that it was made for somebody else: an agent may have taken one over.
fn judge_trailers(case: &Case<'_>, base: Oid, candidate: &Candidate<'_>) -> Option<Finding> {
    let commit = candidate.fact.result.candidate;
    let message = case.repository.commit_message(commit).ok().filter(|_| commit != base)?;
    let expected = [("Par-Run", case.run.to_string()), ("Par-Worker", candidate.fact.args.worker.to_string())];
    expected.into_iter().find_map(|(name, expected)| {
        let found = trailer(&message, name).filter(|found| *found != expected)?;
        let message = format!("{} {commit} says {name} {found}: it was made for that one", candidate.name());
        Some(Finding::remark(Code::Objects, message).on(commit).at(candidate.seq))
    })
}

fn descent(case: &Case<'_>, base: Oid, candidates: &[Candidate<'_>]) -> Vec<Finding> {
    let mut tally = Tally::new(Code::Descent);
    for candidate in case.each(candidates) {
        let commit = candidate.fact.result.candidate;
        let finding = match case.repository.leads_by_first_parents(commit, base) {
            Ok(true) => continue,
            Ok(false) => {
                let message = format!("{} {commit} does not descend from base {base}", candidate.name());
                Finding::broken(Code::Descent, message).on(commit)
            }
            Err(error) => unreadable(Code::Descent, &error, &format!("history of {}", candidate.name())),
        };
        tally.add(candidate.weigh(finding));
    }
    tally.done(format!("from base by first parents: {}", count(candidates.len(), "candidate")))
}

fn diffs(case: &Case<'_>, base_tree: Oid, candidates: &[Candidate<'_>]) -> Vec<Finding> {
    let mut tally = Tally::new(Code::Diff);
    let local = case.repository.local();
    for candidate in case.each(candidates) {
        let result = &candidate.fact.result;
        let finding = match measure::measure_while(&local, (base_tree, result.tree), &|| case.is_going()) {
            Ok(diff) if diff == result.diff => continue,
            Ok(diff) if diff.to_string() == result.diff.to_string() => {
                let message = format!("{} changes {diff}, but not what the journal says", candidate.name());
                Finding::broken(Code::Diff, message).on(result.tree)
            }
            Ok(diff) => {
                let message = format!("{} changes {diff}, the journal says {}", candidate.name(), result.diff);
                Finding::broken(Code::Diff, message).on(result.tree)
            }
            Err(error) => unmeasurable(&error, &candidate.name()),
        };
        tally.add(candidate.weigh(finding));
    }
    tally.done(format!("{}, measured again", count(candidates.len(), "diff")))
}
