//! Gating again: the recorded checks, run once more in clean worktrees; nothing is recorded and no ref moves.

use std::{fs, path::Path};

use super::{
    Error, Regate,
    case::Case,
    gates,
    tally::{Tally, count},
};
use crate::{
    engine::{
        gate::{self, Gate, Subject},
        journal::Journal,
        site::{self, Site},
    },
    model::{
        fact::{GateFinished, gate_finished},
        finding::{Code, Finding, Weight},
        gate_plan::{GatePlan, Place},
        history::Placed,
    },
    process::suffix,
    repo::identity::Identity,
};

const CODE: Code = Code::Regate;

pub(super) fn check(case: &Case<'_>, regate: &Regate<'_>) -> Result<Vec<Finding>, Error> {
    if !case.is_sound() {
        return Ok(vec![Finding::remark(CODE, "a broken journal tells no gate to run again")]);
    }
    // Nothing is written with it: it only tells whose children these are.
    let Some(run) = case.name.as_run() else { return Ok(Vec::new()) };
    let journal = Journal::begin(case.repository, run, Identity::nobody());
    let mut site = Site::new(&journal, case.repository, &case.repository.settings()?)?;
    let root = site.root.clone();
    site.root = root.join(format!("verify-{}", name()?));
    site.scratch = case.repository.scratch_dir().join(case.name.as_str()).join(format!("verify-{}", name()?));
    if let Some(stop) = case.stop {
        site.stop = stop.clone();
    }
    site.listener = regate.listener;
    (site.base, site.base_tree) = case.base().unwrap_or((site.base, site.base_tree));
    site.origin_tree = site.base_tree;
    let findings = gate_all(case, &site);
    clean(&site, &root);
    findings
}

fn name() -> Result<String, site::Error> {
    suffix::random(6).map_err(|source| site::Error::File { path: "verify".into(), source })
}

/// Removes what only this audit needed, and the run's folders where nothing else is in them.
fn clean(site: &Site<'_>, root: &Path) {
    let _ = fs::remove_dir_all(&site.scratch);
    let folders = [Some(site.root.as_path()), Some(root), root.parent(), site.scratch.parent()];
    for folder in folders.into_iter().flatten() {
        // One that is not empty is in use by somebody else.
        let _ = fs::remove_dir(folder);
    }
}

fn gate_all(case: &Case<'_>, site: &Site<'_>) -> Result<Vec<Finding>, Error> {
    let mut tally = Tally::new(CODE);
    let history = &case.ledger.history;
    let mut gates = 0;
    let base = history.baseline.as_ref().map(|placed| (Subject::base(site), placed));
    let lanes =
        history.lanes().filter_map(|(worker, lane)| Some((Subject::candidate(history, worker)?, lane.gate.as_ref()?)));
    let union = history.pursuit().and_then(|pursuit| pursuit.gate.as_ref());
    let union = union.map(|placed| (Subject::union(placed.fact.result.commit), placed));
    let task = history.run().map_or("", |run| run.args.task.as_str());
    for (subject, placed) in case.each(base.into_iter().chain(lanes).chain(union)) {
        site.write_scratch(&site.task_file(subject.worker), task)?;
        tally.extend(gate_one(site, subject, placed).map(|finding| finding.at(placed.seq)));
        gates += 1;
    }
    if gates == 0 {
        tally.remark("no gate was run, so there is none to run again");
    }
    Ok(tally.done(format!("{}, run again: the same verdicts", count(gates, "gate"))))
}

fn gate_one(site: &Site<'_>, subject: Subject, placed: &Placed<GateFinished>) -> Option<Finding> {
    let whose = gates::name(&placed.fact);
    let recorded = &placed.fact.result;
    let said = match gate::ask(site, &again(&placed.fact.args), subject) {
        Ok(said) => said.fact.result,
        Err(error) => return Some(undecided(&whose, &error.to_string())),
    };
    if site.stop.is_set() {
        // The whole audit ends with it.
        return None;
    }
    if said.verdict == recorded.verdict {
        return None;
    }
    if said.ending.is_none() {
        return Some(undecided(&whose, said.reason.as_deref().unwrap_or("it could not be run")));
    }
    let message = format!("the gate of {whose} says {}, the journal says {}", said.verdict, recorded.verdict);
    Some(Finding::broken(CODE, message).on(recorded.commit))
}

fn undecided(whose: &str, reason: &str) -> Finding {
    Finding::new(CODE, Weight::Missing, format!("the gate of {whose} could not be run again: {reason}"))
}

fn again(args: &gate_finished::Args) -> Gate {
    let plan = GatePlan {
        argv: args.argv.clone(),
        place: Some(Place::Clean),
        timeout_ms: args.timeout_ms,
        protect: args.protect.clone(),
    };
    Gate { argv: args.argv.iter().map(Into::into).collect(), plan }
}
