//! Logs: where they are here, each is the one that was recorded.

use std::collections::BTreeSet;

use super::{
    case::Case,
    tally::{Tally, count, unreadable},
};
use crate::{
    model::{
        fact::{Fact, GateFinished},
        finding::{Code, Finding},
        hash::Hash,
        history::Placed,
        log_digest::LogDigest,
        oid::Oid,
        ref_name::RefName,
    },
    repo::{objects, open::Repository},
};

const CODE: Code = Code::Logs;
/// The longest log that is read, in bytes.
const LONGEST: u64 = 512 * 1024 * 1024;

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut tally = Tally::new(CODE);
    let logs = recorded(case);
    let Some(commit) = case.ref_target(&RefName::logs(case.run)) else {
        if !logs.is_empty() {
            tally.remark(format!("the logs are not here: {} not checked", count(logs.len(), "log")));
        }
        return tally.done("no log contradicts the journal");
    };
    match kept(case.repository, commit) {
        Ok(kept) => tally.extend(newest(case, &kept, commit)),
        Err(error) => tally.add(unreadable(CODE, &error, "the logs")),
    }
    for (seq, log) in case.each(&logs) {
        tally.extend(judge(case, log).map(|finding| finding.at(*seq)));
    }
    tally.done(format!("{}, with the recorded SHA-256", count(logs.len(), "log")))
}

/// Lists the recorded logs.
fn recorded<'c>(case: &'c Case<'_>) -> Vec<(u64, &'c LogDigest)> {
    let log = |fact: &'c Fact| match fact {
        Fact::WorkerFinished(fact) => fact.result.log.as_ref(),
        Fact::GateFinished(fact) => fact.result.log.as_ref(),
        Fact::ScoreFinished(fact) => fact.result.log.as_ref(),
        _ => None,
    };
    case.ledger.facts.iter().filter_map(|told| Some((told.seq, log(&told.fact)?))).collect()
}

/// Lists the blobs in the logs' tree, each with its path.
fn kept(repository: &Repository, commit: Oid) -> Result<BTreeSet<(String, Oid)>, objects::Error> {
    let mut blobs = BTreeSet::new();
    for folder in repository.tree_entries(repository.commit(commit)?.tree)? {
        if folder.is_tree {
            let files = repository.tree_entries(folder.id)?;
            blobs.extend(files.into_iter().map(|file| (format!("{}/{}", folder.name, file.name), file.id)));
        }
    }
    Ok(blobs)
}

/// Looks for the log of each newest attempt at its place in the tree, so that a clone of it has them.
fn newest(case: &Case<'_>, kept: &BTreeSet<(String, Oid)>, commit: Oid) -> Vec<Finding> {
    let history = &case.ledger.history;
    let mut logs = vec![("base".to_owned(), gate(history.baseline.as_ref()))];
    for (worker, lane) in history.lanes() {
        let agent = lane.finished.as_ref().map(|placed| ("agent", placed.seq, placed.fact.result.log.as_ref()));
        let score = lane.score.as_ref().map(|placed| ("score", placed.seq, placed.fact.result.log.as_ref()));
        logs.extend([agent, gate(lane.gate.as_ref()), score].map(|log| (worker.to_string(), log)));
    }
    let mut findings = Vec::new();
    for (folder, log) in logs {
        let Some((name, seq, Some(log))) = log else { continue };
        let path = format!("{folder}/{name}.log");
        if !kept.contains(&(path.clone(), log.blob)) {
            let message = format!("log {path} is not {}, as the journal says", log.blob);
            findings.push(Finding::broken(CODE, message).at(seq).on(commit));
        }
    }
    findings
}

fn gate(placed: Option<&Placed<GateFinished>>) -> Option<(&'static str, u64, Option<&LogDigest>)> {
    placed.map(|placed| ("gate", placed.seq, placed.fact.result.log.as_ref()))
}

fn judge(case: &Case<'_>, log: &LogDigest) -> Option<Finding> {
    if log.bytes > LONGEST {
        return Some(Finding::remark(CODE, "the log is too large to be checked").on(log.blob));
    }
    let bytes = match case.repository.blob(log.blob, log.bytes) {
        Ok(bytes) => bytes,
        Err(error) => return Some(unreadable(CODE, &error, "log")),
    };
    let is_same = bytes.len() as u64 == log.bytes && Hash::of(&[&bytes]).to_string() == log.sha256;
    let message = || format!("log {} does not have the recorded SHA-256 and length", log.blob);
    (!is_same).then(|| Finding::broken(CODE, message()).on(log.blob))
}
