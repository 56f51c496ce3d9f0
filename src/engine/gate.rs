//! Gates: the project's own check, run on one proven tree; the one place where a gate is started.

use std::{ffi::OsString, time::Duration};

use super::{
    journal::{self, Deed},
    place::{self, Wanted},
    progress::Progress,
    site::{self, Errand, Outcome, Site},
    turn,
};
use crate::{
    model::{
        ending::Ending,
        fact::{GateFinished, gate_finished},
        gate_plan::{GatePlan, Place},
        goal,
        history::History,
        oid::Oid,
        verdict::Verdict,
        worker::Worker,
    },
    repo::{log_store::LogEntry, objects, protect},
};

/// Why a gate's answer could not be had or recorded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The protected paths.
    #[error(transparent)]
    Protect(#[from] protect::Error),
    /// The turn.
    #[error(transparent)]
    Turn(#[from] turn::Error),
    /// The task file.
    #[error(transparent)]
    Site(#[from] site::Error),
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
    /// The worker has nothing to gate.
    #[error("{0} has no candidate yet")]
    NoCandidate(Worker),
}

/// A check, ready to run.
#[derive(Clone, Debug)]
pub struct Gate {
    /// The check as it is recorded.
    pub plan: GatePlan,
    /// Its command line.
    pub argv: Vec<OsString>,
}

impl Gate {
    fn timeout(&self) -> Option<Duration> {
        self.plan.timeout_ms.map(Duration::from_millis)
    }
}

/// What is gated.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// Whose candidate; none for base.
    pub worker: Option<Worker>,
    attempt: Option<u32>,
    commit: Oid,
    is_union: bool,
}

impl Subject {
    /// Names what the tasks of a plan make together, or some of them without the others.
    #[must_use]
    pub fn union(commit: Oid) -> Self {
        Self { worker: None, attempt: None, commit, is_union: true }
    }

    /// Names what one pass of an attempt left, which is nobody's candidate yet.
    #[must_use]
    pub fn pass((worker, attempt): (Worker, u32), commit: Oid) -> Self {
        Self { worker: Some(worker), attempt: Some(attempt), commit, is_union: false }
    }

    /// Names the run's base.
    #[must_use]
    pub fn base(site: &Site<'_>) -> Self {
        Self { worker: None, attempt: None, commit: site.base, is_union: false }
    }

    /// Names a worker's candidate; none before there is one.
    #[must_use]
    pub fn candidate(history: &History, worker: Worker) -> Option<Self> {
        let lane = history.lane(worker)?;
        let finished = lane.finished.as_ref()?;
        let commit = finished.fact.result.candidate;
        Some(Self { worker: Some(worker), attempt: Some(lane.attempt()), commit, is_union: false })
    }
}

/// What the command, or the want of a place for it, came to.
struct Answer {
    place: Place,
    verdict: Verdict,
    reason: Option<String>,
    outcome: Option<Outcome>,
}

/// What the check said of one commit, ready to be recorded.
#[derive(Clone, Debug)]
pub struct Said {
    /// What it said.
    pub fact: GateFinished,
    /// How long it took.
    pub took: Duration,
    /// What it printed, as an entry among the run's logs.
    pub log: Option<LogEntry>,
}

/// Runs the check on one commit and records what it said; one that the user stopped said nothing.
pub fn run(site: &Site<'_>, gate: &Gate, subject: Subject) -> Result<Verdict, Error> {
    let _turn = turn::wait(site, subject.worker)?;
    let said = ask(site, gate, subject)?;
    record(site, &said)
}

/// Records what a check said of a worker's candidate, or of base; one that was stopped said nothing.
pub fn record(site: &Site<'_>, Said { fact, took, log }: &Said) -> Result<Verdict, Error> {
    if fact.result.ending == Some(Ending::Stopped) {
        return Ok(Verdict::None);
    }
    site.journal.append(|history| {
        let finished = fact.args.worker.map_or(Some(1), |worker| Some(history.lane(worker)?.finished.as_ref()?.seq));
        let union = history.pursuit().filter(|_| fact.args.union).and_then(|pursuit| pursuit.unions.last());
        Deed::of(fact).causes(finished).causes(union.map(|placed| placed.seq)).took(*took).logging(log.clone())
    })?;
    Ok(fact.result.verdict)
}

/// Runs the check on one commit and tells what it said; nothing is recorded.
pub fn ask(site: &Site<'_>, gate: &Gate, subject: Subject) -> Result<Said, Error> {
    (site.listener)(if subject.is_union { Progress::CheckingUnion } else { Progress::Checking(subject.worker) });
    site.require_task_file(subject.worker)?;
    let own = site.repository.insist(|| site.repository.commit(subject.commit))?.tree;
    let protect = || site.repository.protected_tree(site.origin_tree, own, &gate.plan.protect);
    let protected = site.repository.insist(protect)?;
    let wanted = Wanted {
        worker: subject.worker,
        commit: subject.commit,
        tree: protected.tree,
        is_whole: protected.tree == own,
        place: gate.plan.place,
    };
    let answer = answer(site, gate, (subject, wanted));
    let took = answer.outcome.as_ref().map(|outcome| outcome.exit.elapsed).unwrap_or_default();
    let (verdict, reason) = (answer.verdict, answer.reason.clone());
    (site.listener)(if subject.is_union {
        Progress::CheckedUnion { verdict, reason, took }
    } else {
        Progress::Checked { subject: subject.worker, verdict, reason, took }
    });
    Ok(said(gate, (subject, protected), answer))
}

fn answer(site: &Site<'_>, gate: &Gate, (subject, wanted): (Subject, Wanted)) -> Answer {
    if is_faulty(site, subject) {
        let place = gate.plan.place.unwrap_or_default();
        return Answer { place, verdict: Verdict::Fail, reason: Some(goal::FAULT.to_owned()), outcome: None };
    }
    let found = match site.repository.insist(|| place::find(site, wanted)) {
        Ok(found) => found,
        Err(error) => return Answer::error(gate.plan.place.unwrap_or_default(), told(&error)),
    };
    let errand = Errand {
        argv: gate.argv.clone(),
        cwd: &found.folder,
        worker: subject.worker,
        attempt: subject.attempt.unwrap_or(0),
        log: if subject.is_union { "union.log" } else { "gate.log" },
        is_heard: false,
        stdin: None,
        timeout: gate.timeout(),
        idle: None,
    };
    match site.run(&errand, &[]) {
        Ok(outcome) => Answer::of(found.place, outcome),
        Err(error) => Answer::error(found.place, told(&error)),
    }
}

/// Tells whether the user ordered this check to say no.
fn is_faulty(site: &Site<'_>, subject: Subject) -> bool {
    if !subject.is_union {
        return subject.worker.is_some() && site.is_faulty("gate", subject.worker);
    }
    // What some of the tasks make without the others is none of it.
    let union = |history: &History| history.pursuit()?.union().map(|placed| placed.fact.result.commit);
    site.is_faulty("union", None) && site.journal.ask(union) == Some(subject.commit)
}

impl Answer {
    fn of(place: Place, outcome: Outcome) -> Self {
        let verdict = Verdict::from(outcome.exit.ending);
        let reason = (verdict == Verdict::Error).then(|| format!("the check ended with {}", outcome.exit.ending));
        Self { place, verdict, reason, outcome: Some(outcome) }
    }

    fn error(place: Place, reason: String) -> Self {
        Self { place, verdict: Verdict::Error, reason: Some(reason), outcome: None }
    }
}

/// Tells an error for the record, where no path of this machine belongs: its kinds only say what happened.
fn told(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    let parts = text.split('\'').enumerate();
    let told =
        parts.map(|(at, part)| if at % 2 == 1 && part.starts_with('/') { "a path of this machine" } else { part });
    told.collect::<Vec<_>>().join("'")
}

fn said(gate: &Gate, (subject, protected): (Subject, protect::Protected), answer: Answer) -> Said {
    let args = gate_finished::Args {
        worker: subject.worker,
        attempt: subject.attempt,
        argv: gate.plan.argv.clone(),
        place: answer.place,
        timeout_ms: gate.plan.timeout_ms,
        protect: gate.plan.protect.clone(),
        union: subject.is_union,
    };
    let ending = answer.outcome.as_ref().map(|outcome| outcome.exit.ending);
    let result = gate_finished::Outcome {
        commit: subject.commit,
        tree: protected.tree,
        verdict: answer.verdict,
        exit_code: ending.and_then(Ending::exit_code),
        ending,
        reason: answer.reason,
        log: answer.outcome.as_ref().map(|outcome| outcome.digest.clone()),
        cached: false,
        touched: protected.touched,
    };
    let took = answer.outcome.as_ref().map(|outcome| outcome.exit.elapsed).unwrap_or_default();
    Said { fact: GateFinished { args, result }, took, log: answer.outcome.map(|outcome| outcome.entry) }
}
