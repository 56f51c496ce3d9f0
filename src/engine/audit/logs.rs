//! Logs: where they are here, each is the one that was recorded.

use std::collections::BTreeMap;

use super::{
    case::Case,
    ledger::Told,
    scene::Scene,
    tally::{Tally, count, unreadable},
};
use crate::{
    engine::product,
    model::{
        fact::{Fact, WorkerFinished, score_finished},
        finding::{Code, Finding},
        hash::Hash,
        log_digest::LogDigest,
        oid::Oid,
        ref_name::RefName,
        score,
        worker::Worker,
    },
    process::log::Tail,
    repo::{objects, open::Repository},
};

const CODE: Code = Code::Logs;
/// The longest log that is read, in bytes.
const LONGEST: u64 = 512 * 1024 * 1024;

/// A log that was recorded.
pub(super) struct Recorded<'c> {
    /// The event's number.
    pub(super) seq: u64,
    pub(super) log: &'c LogDigest,
    /// The score that was read off it.
    pub(super) score: Option<&'c score_finished::Outcome>,
}

/// What was recorded for each place of a log, oldest first: the event's number and the blob.
pub(super) type Places = BTreeMap<String, Vec<(u64, Oid)>>;

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    look(case, &recorded(case), places(case))
}

/// Looks at what is here of the logs that were recorded.
pub(super) fn look(scene: &Scene<'_>, logs: &[Recorded<'_>], places: Places) -> Vec<Finding> {
    let mut tally = Tally::new(CODE);
    let Some(commit) = scene.ref_target(&RefName::logs(scene.name)) else {
        if !logs.is_empty() {
            tally.remark(format!("the logs are not here: {} not checked", count(logs.len(), "log")));
        }
        return tally.done("no log contradicts the journal");
    };
    match kept(scene.repository, commit) {
        Ok(kept) => {
            tally.extend(placed(scene, (&kept, commit), places));
            for recorded in scene.each(logs) {
                let is_kept = kept.values().any(|blob| *blob == recorded.log.blob);
                tally.extend(judge(scene, recorded, is_kept).map(|finding| finding.at(recorded.seq)));
            }
        }
        Err(error) => tally.add(unreadable(CODE, &error, "the logs")),
    }
    tally.done(format!("{}, with the recorded SHA-256", count(logs.len(), "log")))
}

/// Lists the recorded logs of a run.
fn recorded<'c>(case: &'c Case<'_>) -> Vec<Recorded<'c>> {
    let logs = |fact: &'c Fact| match fact {
        Fact::WorkerFinished(fact) => left(fact).map(|(_, log)| log).collect(),
        Fact::IterationFinished(fact) => Vec::from_iter(&fact.result.log),
        Fact::GateFinished(fact) => Vec::from_iter(&fact.result.log),
        Fact::UnionProbed(fact) => Vec::from_iter(&fact.result.log),
        Fact::ScoreFinished(fact) => Vec::from_iter(&fact.result.log),
        _ => Vec::new(),
    };
    let of = |told: &'c Told| {
        let score = if let Fact::ScoreFinished(fact) = &told.fact { Some(&fact.result) } else { None };
        logs(&told.fact).into_iter().map(move |log| Recorded { seq: told.seq, log, score })
    };
    case.ledger.facts.iter().flat_map(of).collect()
}

/// Lists what is kept of a worker that ended, each with its name among the logs.
fn left(fact: &WorkerFinished) -> impl Iterator<Item = (&'static str, &LogDigest)> {
    let result = &fact.result;
    let refused = result.refused.as_ref().map(|refused| ("refused.patch", &refused.patch));
    let product = result.product.as_ref().map(|product| (product::NAME, product));
    result.log.iter().map(|log| ("agent.log", log)).chain(refused).chain(product)
}

/// Lists the blobs in the logs' tree, each with its path.
fn kept(repository: &Repository, commit: Oid) -> Result<BTreeMap<String, Oid>, objects::Error> {
    let mut blobs = BTreeMap::new();
    for folder in repository.tree_entries(repository.commit(commit)?.tree)? {
        if folder.is_tree {
            let files = repository.tree_entries(folder.id)?;
            blobs.extend(files.into_iter().map(|file| (format!("{}/{}", folder.name, file.name), file.id)));
        }
    }
    Ok(blobs)
}

/// Holds the log at each place in the tree to what the journal says of that place. One that is not there is not checked; one of
/// an older attempt or check may be there, since the logs of a clone that worked on need not have travelled with its events.
fn placed(scene: &Scene<'_>, (kept, commit): (&BTreeMap<String, Oid>, Oid), places: Places) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, told) in places {
        let Some((seq, newest)) = told.last() else { continue };
        match kept.get(&path) {
            // Whoever looks at the log itself tells.
            None if !scene.repository.has(*newest) => {}
            None => {
                findings.push(Finding::remark(CODE, format!("log {path} is not among the logs")).at(*seq).on(commit));
            }
            Some(blob) if blob == newest => {}
            Some(blob) if told.iter().any(|(_, older)| older == blob) => {
                let message = format!("log {path} is that of an earlier event, the newest is not here");
                findings.push(Finding::remark(CODE, message).at(*seq).on(commit));
            }
            Some(_) => {
                let message = format!("log {path} is not {newest}, as the journal says");
                findings.push(Finding::broken(CODE, message).at(*seq).on(commit));
            }
        }
    }
    findings
}

/// Lists what a run recorded for each place of a log.
fn places(case: &Case<'_>) -> Places {
    let mut places = Places::new();
    let mut probes = 0;
    for told in &case.ledger.facts {
        let mut place = |worker: Option<Worker>, name: &str, log: Option<&LogDigest>| {
            let folder = worker.map_or("base".to_owned(), |worker| worker.to_string());
            let told = log.map(|log| (told.seq, log.blob));
            places.entry(format!("{folder}/{name}")).or_default().extend(told);
        };
        match &told.fact {
            Fact::WorkerFinished(fact) => {
                left(fact).for_each(|(name, log)| place(Some(fact.args.worker), name, Some(log)));
            }
            Fact::GateFinished(fact) => {
                let name = if fact.args.union { "union.log" } else { "gate.log" };
                place(fact.args.worker, name, fact.result.log.as_ref());
            }
            Fact::UnionProbed(fact) => {
                probes += 1;
                place(None, &format!("probe.{probes}.log"), fact.result.log.as_ref());
            }
            Fact::ScoreFinished(fact) => place(Some(fact.args.worker), "score.log", fact.result.log.as_ref()),
            _ => {}
        }
    }
    places
}

/// Holds one log to its digest, and a score to its log; where it is absent and the logs do not promise it, it did not travel.
fn judge(scene: &Scene<'_>, recorded: &Recorded<'_>, is_kept: bool) -> Option<Finding> {
    let log = recorded.log;
    if !is_kept && !scene.repository.has(log.blob) {
        return Some(Finding::remark(CODE, "the log is not here, and not checked").on(log.blob));
    }
    if log.bytes > LONGEST {
        return Some(Finding::remark(CODE, "the log is too large to be checked").on(log.blob));
    }
    let bytes = match scene.repository.blob(log.blob, log.bytes) {
        Ok(bytes) => bytes,
        Err(error) => return Some(unreadable(CODE, &error, "log")),
    };
    let is_same = bytes.len() as u64 == log.bytes && Hash::of(&[&bytes]).to_string() == log.sha256;
    let message = || format!("log {} does not have the recorded SHA-256 and length", log.blob);
    if !is_same {
        return Some(Finding::broken(CODE, message()).on(log.blob));
    }
    let result = recorded.score?;
    let printed = score::last_number(&Tail::of(&bytes, score::LOOKED_AT).text).filter(|_| result.ending.is_success());
    let message = || format!("log {} ends with another score than the recorded one", log.blob);
    (printed != result.score_micro).then(|| Finding::broken(CODE, message()).on(log.blob))
}
