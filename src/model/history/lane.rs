//! Lanes: how one worker of a run stands.

use super::{Illegal, Law, Placed};
use crate::model::{
    ending::Ending,
    fact::{
        self, GateFinished, ScoreFinished, WorkerDiscarded, WorkerFinished, WorkerRetried, WorkerStarted,
        WorkerStopped, iteration_finished,
    },
    oid::Oid,
    ranking::Contender,
    verdict::Verdict,
    worker::Worker,
};

/// One worker's newest attempt.
#[derive(Clone, Debug, Default)]
pub struct Lane {
    /// The candidates of earlier attempts, oldest first; none where an attempt never ran.
    pub superseded: Vec<Option<Oid>>,
    /// That it is to run again.
    pub retried: Option<Placed<WorkerRetried>>,
    /// That it is to end, or not to begin.
    pub stopped: Option<Placed<WorkerStopped>>,
    /// The intent to run it.
    pub started: Option<Placed<WorkerStarted>>,
    /// What it left, once it ended.
    pub finished: Option<Placed<WorkerFinished>>,
    /// What the gate said of that.
    pub gate: Option<Placed<GateFinished>>,
    /// What the user's command said of that.
    pub score: Option<Placed<ScoreFinished>>,
    /// What each pass of this attempt came to that the gate did not let through.
    pub passes: Vec<iteration_finished::Outcome>,
    /// That its candidate is out of the running.
    pub discarded: Option<Placed<WorkerDiscarded>>,
}

impl Lane {
    /// Returns the number of the newest attempt that began; 0 before the first.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        let before = || u32::try_from(self.superseded.len()).unwrap_or(u32::MAX);
        self.started.as_ref().map_or_else(before, |placed| placed.fact.args.attempt)
    }

    /// Returns the commit that its newest attempt starts from.
    #[must_use]
    pub fn base(&self) -> Option<Oid> {
        self.started.as_ref().map(|placed| placed.fact.args.base)
    }

    /// Tells whether it waits for its turn.
    #[must_use]
    pub fn is_queued(&self) -> bool {
        self.started.is_none() && self.stopped.is_none()
    }

    /// Tells whether it began and has not ended.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.started.is_some() && self.finished.is_none()
    }

    /// Tells whether its agent came to an end and no gate has looked at what it left.
    #[must_use]
    pub fn is_ungated(&self) -> bool {
        let cut_short = |ending| matches!(ending, Ending::Stopped | Ending::Interrupted);
        let ended = self.outcome().is_some_and(|outcome| !cut_short(outcome.ending));
        ended && self.gate.is_none() && self.discarded.is_none()
    }

    /// Returns the candidate, where it is still in the running.
    #[must_use]
    pub fn standing_candidate(&self) -> Option<Oid> {
        self.candidate().filter(|_| self.discarded.is_none())
    }

    /// Returns the candidate, once there is one.
    #[must_use]
    pub fn candidate(&self) -> Option<Oid> {
        self.finished.as_ref().map(|placed| placed.fact.result.candidate)
    }

    /// Returns what was measured, once the agent ended.
    #[must_use]
    pub fn outcome(&self) -> Option<&fact::worker_finished::Outcome> {
        self.finished.as_ref().map(|placed| &placed.fact.result)
    }

    /// Returns what the gate said; `none` before it ran.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.gate.as_ref().map_or(Verdict::None, |placed| placed.fact.result.verdict)
    }

    /// Returns the event by which it waits or runs: its start, else that it is to run again, else the run's first.
    #[must_use]
    pub fn brought_here_by(&self) -> u64 {
        let started = self.started.as_ref().map(|placed| placed.seq);
        started.or(self.retried.as_ref().map(|placed| placed.seq)).unwrap_or(1)
    }

    /// Lists the events that a pick made now follows from.
    pub fn grounds(&self) -> impl Iterator<Item = u64> {
        let seqs = [
            self.retried.as_ref().map(|placed| placed.seq),
            self.finished.as_ref().map(|placed| placed.seq),
            self.gate.as_ref().map(|placed| placed.seq),
            self.score.as_ref().map(|placed| placed.seq),
            self.discarded.as_ref().map(|placed| placed.seq),
        ];
        seqs.into_iter().flatten()
    }

    /// Returns the candidate that a check is of, and holds the event to it.
    pub(super) fn require_finished(&self, law: &Law<'_>, worker: Worker, attempt: Option<u32>) -> Result<Oid, Illegal> {
        let finished = self.finished.as_ref().ok_or_else(|| law.broken(format!("{worker} has not finished")))?;
        law.follows(finished.seq)?;
        law.require(attempt == Some(self.attempt()), format!("{worker} is in another attempt"))?;
        Ok(finished.fact.result.candidate)
    }

    /// Returns what may be ranked.
    pub(in crate::model) fn contender(&self, worker: Worker) -> Option<Contender<'_>> {
        let finished = self.finished.as_ref().filter(|_| self.discarded.is_none())?;
        let result = &finished.fact.result;
        Some(Contender {
            worker,
            candidate: result.candidate,
            tree: result.tree,
            verdict: self.verdict(),
            diff: &result.diff,
            duration_ms: finished.duration_ms,
            cost: result.usage.as_ref().and_then(|usage| usage.cost_micro_usd),
            passed: self.gate.as_ref().filter(|_| self.verdict() == Verdict::Pass).map(|placed| placed.seq),
            score: self.score.as_ref().and_then(|placed| placed.fact.result.score_micro),
            is_barred: false,
        })
    }
}
