//! Candidates: each is here, has the recorded tree, comes from where its worker started, and changes as much as was measured.

use std::collections::HashMap;

use super::{
    case::Case,
    tally::{Tally, count, uncomputable, unmeasurable, unreadable},
};
use crate::{
    engine::containment,
    model::{
        candidate::trailer,
        escaped::Escaped,
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
    /// The commit that its worker started from.
    start: Oid,
    /// That commit's tree; none where it is not here.
    start_tree: Option<Oid>,
    /// Whether a later attempt took its place, or it was discarded: then it may have been pruned.
    is_spare: bool,
}

impl Candidate<'_> {
    fn name(&self) -> String {
        format!("candidate of {}, attempt {},", self.fact.args.worker, self.fact.args.attempt)
    }

    /// Tells that what it started from is not here.
    fn unstarted(&self, code: Code) -> Finding {
        self.weigh(Finding::missing(
            code,
            self.start,
            &format!("{} cannot be measured: what it started from,", self.name()),
        ))
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
    let candidates = candidates(case, base);
    let is_planned = case.ledger.history.pursuit().is_some();
    let escapes = if is_planned { escapes(case, &candidates) } else { Vec::new() };
    [objects(case, base, &candidates), descent(case, &candidates), diffs(case, &candidates), escapes].concat()
}

/// Lists the candidates, each with what its worker started from.
fn candidates<'c>(case: &'c Case<'_>, base: (Oid, Oid)) -> Vec<Candidate<'c>> {
    let mut trees = HashMap::from([(base.0, Some(base.1))]);
    let mut candidates = Vec::new();
    for (seq, fact) in case.finished() {
        let (worker, attempt) = (fact.args.worker, fact.args.attempt);
        let newest = case.newest(worker).map(|newest| newest.args.attempt);
        let lane = case.ledger.history.lane(worker);
        let is_spare = newest != Some(attempt) || lane.is_some_and(|lane| lane.discarded.is_some());
        let start = case.start_of((worker, attempt)).unwrap_or(base.0);
        let tree = || case.repository.commit(start).ok().map(|commit| commit.tree);
        let start_tree = *trees.entry(start).or_insert_with(tree);
        candidates.push(Candidate { seq, fact, start, start_tree, is_spare });
    }
    candidates
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
        tally.extend(judge_trailers(case, candidate));
        let is_reader = case.ledger.history.is_reader(candidate.fact.args.worker);
        let is_start =
            result.candidate == candidate.start && candidate.start_tree.is_none_or(|tree| tree == result.tree);
        tally.require(!is_reader || is_start, candidate.seq, || {
            format!("{} {} changes something, and its task may only read", candidate.name(), result.candidate)
        });
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
fn judge_trailers(case: &Case<'_>, candidate: &Candidate<'_>) -> Option<Finding> {
    let (commit, worker) = (candidate.fact.result.candidate, candidate.fact.args.worker);
    let message = case.repository.commit_message(commit).ok().filter(|_| commit != candidate.start)?;
    let expected = [("Par-Run", case.name.as_str().to_owned()), ("Par-Worker", worker.to_string())];
    let task = case.ledger.history.pursuit().and_then(|pursuit| pursuit.goal.task_of(worker));
    let task = task.map(|task| ("Par-Task", task.id.to_string()));
    expected.into_iter().chain(task).find_map(|(name, expected)| {
        let found = trailer(&message, name).filter(|found| *found != expected)?;
        let message = format!("{} {commit} says {name} {found}: it was made for that one", candidate.name());
        Some(Finding::remark(Code::Objects, message).on(commit).at(candidate.seq))
    })
}

fn descent(case: &Case<'_>, candidates: &[Candidate<'_>]) -> Vec<Finding> {
    let mut tally = Tally::new(Code::Descent);
    for candidate in case.each(candidates) {
        let (commit, base) = (candidate.fact.result.candidate, candidate.start);
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

fn diffs(case: &Case<'_>, candidates: &[Candidate<'_>]) -> Vec<Finding> {
    let mut tally = Tally::new(Code::Diff);
    let local = case.repository.local();
    for candidate in case.each(candidates) {
        let result = &candidate.fact.result;
        let Some(start_tree) = candidate.start_tree else {
            tally.add(candidate.unstarted(Code::Diff));
            continue;
        };
        let finding = match measure::measure_while(&local, (start_tree, result.tree), &|| case.is_going()) {
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

/// Looks again for what each candidate changed that its task did not declare.
fn escapes(case: &Case<'_>, candidates: &[Candidate<'_>]) -> Vec<Finding> {
    let mut tally = Tally::new(Code::Escapes);
    let pursuit = case.ledger.history.pursuit();
    for candidate in case.each(candidates) {
        let Some(start_tree) = candidate.start_tree else {
            tally.add(candidate.unstarted(Code::Escapes));
            continue;
        };
        let trees = (start_tree, candidate.fact.result.tree);
        let declared = pursuit.and_then(|pursuit| pursuit.goal.task_of(candidate.fact.args.worker));
        let declared = declared.map(|task| task.writes.clone()).unwrap_or_default();
        if let Err(error) = case.require_walkable([trees.0, trees.1]) {
            tally.add(candidate.weigh(uncomputable(case.repository, Code::Escapes, &error)));
            continue;
        }
        match containment::escapes(case.repository, trees, &declared) {
            Ok(found) if found == candidate.fact.result.escapes => {}
            Ok(found) => {
                let (found, told) = (named(&found), named(&candidate.fact.result.escapes));
                let message =
                    format!("{} left what was declared in {found}, the journal says {told}", candidate.name());
                tally.add(candidate.weigh(Finding::broken(Code::Escapes, message).on(trees.1)));
            }
            Err(error) => tally.add(candidate.weigh(uncomputable(case.repository, Code::Escapes, &error))),
        }
    }
    tally.done(format!("{}, held against what their tasks declared", count(candidates.len(), "candidate")))
}

fn named(escapes: &[Escaped]) -> String {
    let paths: Vec<String> = escapes.iter().map(|escape| format!("{} ({})", escape.path, escape.reason)).collect();
    if paths.is_empty() { "nothing".to_owned() } else { paths.join(", ") }
}
