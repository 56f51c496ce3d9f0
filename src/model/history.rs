//! Histories: the state of a run, folded from its events, and the law of which event may follow which.

mod doubt;
mod lane;
mod pursuing;
mod pursuit;

use std::sync::Arc;

use super::{
    event::{self, Event},
    fact::{
        Fact, GateFinished, IterationFinished, MergeFinished, MergeStarted, RunFinished, RunStarted, ScoreFinished,
        WinnerSelected, WorkerDiscarded, WorkerFinished, WorkerRetried, WorkerStarted, WorkerStopped, run_started,
    },
    law::Law,
    oid::Oid,
    ranking::Contender,
    usage::Spent,
    worker::Worker,
};
pub use doubt::Doubt;
pub use lane::Lane;
pub use pursuit::Pursuit;

/// One event as the history sees it.
#[derive(Clone, Debug)]
pub struct Step {
    /// The event's number.
    pub seq: u64,
    /// What it says.
    pub fact: Fact,
    /// The earlier events that it follows from.
    pub causes: Vec<u64>,
    /// How long the act took, in milliseconds.
    pub duration_ms: u64,
    /// When it was written, RFC 3339.
    pub time: Option<String>,
}

impl Step {
    /// Reads an event as the history sees it.
    pub fn read(event: &Event<'_>) -> Result<Self, event::Error> {
        Ok(Self {
            seq: event.seq_id(),
            fact: Fact::read(event)?,
            causes: event.causes().to_vec(),
            duration_ms: event.duration_ms(),
            time: event.time().map(Into::into),
        })
    }
}

/// A fact with its place in the journal.
#[derive(Clone, Debug)]
pub struct Placed<T> {
    /// The event's number.
    pub seq: u64,
    /// How long the act took, in milliseconds.
    pub duration_ms: u64,
    /// When it was written, RFC 3339.
    pub time: Option<String>,
    /// What it says.
    pub fact: T,
}

/// An event that may not stand where it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {seq}: {message}")]
pub struct Illegal {
    /// The event's number.
    pub seq: u64,
    /// What is wrong, for people.
    pub message: String,
}

/// The state of a run.
#[derive(Clone, Debug, Default)]
pub struct History {
    run: Option<Arc<Placed<RunStarted>>>,
    lanes: Vec<(Worker, Lane)>,
    /// What the gate said of base.
    pub baseline: Option<Placed<GateFinished>>,
    /// The newest pick.
    pub selected: Option<Placed<WinnerSelected>>,
    /// How the plan stands that it carries out, where it does.
    pursuit: Option<Pursuit>,
    /// The workers of the tasks that came one by one.
    drawn: Vec<run_started::Lane>,
    /// An intent to merge that nothing has closed yet.
    pub merging: Option<Placed<MergeStarted>>,
    /// The merges that moved a branch, oldest first.
    pub merged: Vec<Placed<MergeFinished>>,
    /// What the agents of all finished attempts said that they spent; what they did not say counts for nothing.
    pub spent: Spent,
    /// That nothing of it is at work any more; none while something is, or may be.
    pub ended: Option<Placed<RunFinished>>,
}

impl History {
    /// Returns how the run started; none before its first event.
    #[must_use]
    pub fn run(&self) -> Option<&RunStarted> {
        self.run.as_ref().map(|placed| &placed.fact)
    }

    /// Returns the number and time of the run's first event.
    #[must_use]
    pub fn start(&self) -> Option<&Placed<RunStarted>> {
        self.run.as_deref()
    }

    /// Lists the workers with their newest attempts, by number.
    pub fn lanes(&self) -> impl Iterator<Item = (Worker, &Lane)> {
        self.lanes.iter().map(|(worker, lane)| (*worker, lane))
    }

    /// Returns the newest attempt of one worker.
    #[must_use]
    pub fn lane(&self, worker: Worker) -> Option<&Lane> {
        self.lanes.iter().find(|(known, _)| *known == worker).map(|(_, lane)| lane)
    }

    /// Tells whether some worker is still to come to its end, as far as the journal says.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let goes_on = self.pursuit.as_ref().is_some_and(|pursuit| pursuit.end.is_none());
        self.ended.is_none() && (goes_on || self.lanes().any(|(_, lane)| lane.is_running() || lane.is_queued()))
    }

    /// Returns the winner of the newest pick, where nothing was found since that the pick did not know.
    #[must_use]
    pub fn winner(&self) -> Option<Worker> {
        self.picked().filter(|_| self.doubt().is_none())
    }

    /// Returns the winner of the newest pick, where its candidate is still what it was.
    #[must_use]
    pub fn picked(&self) -> Option<Worker> {
        let result = &self.selected.as_ref()?.fact.result;
        let winner = result.winner?;
        (self.lane(winner)?.standing_candidate() == result.candidate).then_some(winner)
    }

    /// Tells whether the run has a gate: a planned one, or one that ran.
    #[must_use]
    pub fn is_gated(&self) -> bool {
        let planned = self.run().is_some_and(|run| run.args.gate.is_some());
        planned || self.lanes.iter().any(|(_, lane)| lane.gate.is_some())
    }

    /// Lists what may be ranked: every finished worker's candidate.
    #[must_use]
    pub fn contenders(&self) -> Vec<Contender<'_>> {
        self.lanes.iter().filter_map(|(worker, lane)| lane.contender(*worker)).collect()
    }

    /// Lists the events that a pick made now follows from.
    #[must_use]
    pub fn grounds(&self) -> Vec<u64> {
        self.lanes.iter().flat_map(|(_, lane)| lane.grounds()).collect()
    }

    /// Takes the next event in.
    pub fn push(&mut self, step: Step) -> Result<(), Illegal> {
        let Step { seq, fact, causes, duration_ms, time } = step;
        let law = Law { seq, causes: &causes };
        match fact {
            Fact::Unknown => Ok(()),
            Fact::RunResumed(_) => self.resume_run(&law),
            Fact::RunFinished(fact) => self.finish_run(&law, Placed { seq, duration_ms, time, fact }),
            Fact::IterationFinished(fact) => self.finish_iteration(&law, fact),
            Fact::WorkerStopped(fact) => self.stop_worker(&law, Placed { seq, duration_ms, time, fact }),
            Fact::WorkerRetried(fact) => self.retry_worker(&law, Placed { seq, duration_ms, time, fact }),
            Fact::WorkerDiscarded(fact) => self.discard_worker(&law, Placed { seq, duration_ms, time, fact }),
            Fact::RunStarted(fact) => self.start_run(&law, Placed { seq, duration_ms, time, fact }),
            Fact::WorkerStarted(fact) => self.start_worker(&law, Placed { seq, duration_ms, time, fact }),
            Fact::WorkerFinished(fact) => self.finish_worker(&law, Placed { seq, duration_ms, time, fact }),
            Fact::GateFinished(fact) => self.finish_gate(&law, Placed { seq, duration_ms, time, fact }),
            Fact::ScoreFinished(fact) => self.finish_score(&law, Placed { seq, duration_ms, time, fact }),
            Fact::WinnerSelected(fact) => self.select(&law, Placed { seq, duration_ms, time, fact }),
            Fact::MergeStarted(fact) => self.start_merge(&law, Placed { seq, duration_ms, time, fact }),
            Fact::MergeFinished(fact) => self.finish_merge(&law, Placed { seq, duration_ms, time, fact }),
            fact => self.pursue(&law, Placed { seq, duration_ms, time, fact }),
        }
    }

    fn start_run(&mut self, law: &Law<'_>, placed: Placed<RunStarted>) -> Result<(), Illegal> {
        law.require(law.seq == 1 && self.run.is_none(), "a run starts once, in its first event")?;
        let workers: Vec<Worker> = placed.fact.args.workers.iter().map(|lane| lane.worker).collect();
        let comes_later = placed.fact.args.plan.as_ref().is_some_and(|plan| plan.stream.is_some());
        let ascending = workers.is_sorted_by(|a, b| a < b) && (comes_later || !workers.is_empty());
        law.require(ascending, "a run's workers are numbered upwards, and there is at least one")?;
        self.lanes = workers.into_iter().map(|worker| (worker, Lane::default())).collect();
        self.run = Some(Arc::new(placed));
        self.begin_pursuit(law)
    }

    /// Returns how the run started, and holds the event to following from it.
    fn require_run(&self, law: &Law<'_>) -> Result<&RunStarted, Illegal> {
        let run = self.run.as_ref().ok_or_else(|| law.broken("the run has not started"))?;
        law.follows(run.seq)?;
        Ok(&run.fact)
    }

    fn resume_run(&mut self, law: &Law<'_>) -> Result<(), Illegal> {
        self.require_run(law)?;
        self.ended = None;
        Ok(())
    }

    fn lane_mut(&mut self, law: &Law<'_>, worker: Worker) -> Result<&mut Lane, Illegal> {
        let lane = self.lanes.iter_mut().find(|(known, _)| *known == worker);
        lane.map(|(_, lane)| lane).ok_or_else(|| law.broken(format!("the run has no worker {worker}")))
    }

    fn start_worker(&mut self, law: &Law<'_>, placed: Placed<WorkerStarted>) -> Result<(), Illegal> {
        self.require_run(law)?;
        let args = &placed.fact.args;
        let lane = self.lane_mut(law, args.worker)?;
        law.require(lane.started.is_none(), format!("{} has begun already", args.worker))?;
        law.require(lane.stopped.is_none(), format!("{} was stopped", args.worker))?;
        let expected = lane.attempt() + 1;
        law.require(args.attempt == expected, format!("{}'s next attempt is {expected}", args.worker))?;
        if let Some(retried) = &lane.retried {
            law.follows(retried.seq)?;
        }
        lane.started = Some(placed);
        self.ended = None;
        Ok(())
    }

    fn finish_worker(&mut self, law: &Law<'_>, placed: Placed<WorkerFinished>) -> Result<(), Illegal> {
        let args = &placed.fact.args;
        let lane = self.lane_mut(law, args.worker)?;
        let started = lane.started.as_ref().filter(|_| lane.finished.is_none());
        let started = started.ok_or_else(|| law.broken(format!("{} is not running", args.worker)))?;
        law.follows(started.seq)?;
        law.require(args.attempt == lane.attempt(), format!("{} is in another attempt", args.worker))?;
        let usage = placed.fact.result.usage.clone();
        lane.finished = Some(placed);
        self.spent.add(usage.as_ref());
        Ok(())
    }

    fn finish_iteration(&mut self, law: &Law<'_>, fact: IterationFinished) -> Result<(), Illegal> {
        let args = &fact.args;
        let lane = self.lane_mut(law, args.worker)?;
        law.require(lane.is_running(), format!("{} is not running", args.worker))?;
        law.follows(lane.started.as_ref().map_or(0, |placed| placed.seq))?;
        let next = u32::try_from(lane.passes.len()).unwrap_or(u32::MAX).saturating_add(1);
        let same = (args.attempt, args.iteration) == (lane.attempt(), next);
        law.require(same, format!("{}'s next pass is {next} of attempt {}", args.worker, lane.attempt()))?;
        lane.passes.push(fact.result);
        Ok(())
    }

    fn stop_worker(&mut self, law: &Law<'_>, placed: Placed<WorkerStopped>) -> Result<(), Illegal> {
        let args = &placed.fact.args;
        let lane = self.lane_mut(law, args.worker)?;
        law.follows(lane.brought_here_by())?;
        law.require(lane.finished.is_none(), format!("{} has ended already", args.worker))?;
        law.require(lane.stopped.is_none(), format!("{} was stopped already", args.worker))?;
        let attempt = if lane.started.is_some() { lane.attempt() } else { 0 };
        law.require(args.attempt == attempt, format!("{} is in another attempt", args.worker))?;
        lane.stopped = Some(placed);
        Ok(())
    }

    fn retry_worker(&mut self, law: &Law<'_>, placed: Placed<WorkerRetried>) -> Result<(), Illegal> {
        let (worker, attempt) = (placed.fact.args.worker, placed.fact.args.attempt);
        let lane = self.lane_mut(law, worker)?;
        let over = lane.finished.as_ref().map(|placed| placed.seq);
        let over = over.or(lane.stopped.as_ref().filter(|_| lane.started.is_none()).map(|placed| placed.seq));
        law.follows(over.ok_or_else(|| law.broken(format!("{worker} has not ended")))?)?;
        let same = placed.fact.result.superseded == lane.candidate();
        law.require(same, format!("that is not {worker}'s candidate"))?;
        let mut superseded = std::mem::take(&mut lane.superseded);
        superseded.extend(lane.started.is_some().then_some(placed.fact.result.superseded));
        let next = u32::try_from(superseded.len()).unwrap_or(u32::MAX).saturating_add(1);
        law.require(attempt == next, format!("{worker}'s next attempt is {next}"))?;
        *lane = Lane { superseded, retried: Some(placed), ..Lane::default() };
        self.ended = None;
        self.reopen(law, worker)
    }

    fn discard_worker(&mut self, law: &Law<'_>, placed: Placed<WorkerDiscarded>) -> Result<(), Illegal> {
        let args = &placed.fact.args;
        let lane = self.lane_mut(law, args.worker)?;
        let candidate = lane.require_finished(law, args.worker, Some(args.attempt))?;
        law.require(lane.discarded.is_none(), format!("{} is discarded already", args.worker))?;
        law.require(placed.fact.result.candidate == candidate, format!("that is not {}'s candidate", args.worker))?;
        lane.discarded = Some(placed);
        Ok(())
    }

    fn finish_run(&mut self, law: &Law<'_>, placed: Placed<RunFinished>) -> Result<(), Illegal> {
        self.require_run(law)?;
        law.require(self.ended.is_none(), "the run has ended already")?;
        let begun = |worker: &&Worker| self.lane(**worker).is_none_or(|lane| lane.started.is_some());
        let begun = placed.fact.result.queued.iter().find(begun);
        law.require(begun.is_none(), "a worker that is told as queued has begun, or is none of the run")?;
        self.ended = Some(placed);
        Ok(())
    }

    fn finish_gate(&mut self, law: &Law<'_>, placed: Placed<GateFinished>) -> Result<(), Illegal> {
        let Some(worker) = placed.fact.args.worker else {
            let is_union = placed.fact.args.union;
            return if is_union { self.finish_union_gate(law, placed) } else { self.finish_baseline(law, placed) };
        };
        let lane = self.lane_mut(law, worker)?;
        let candidate = lane.require_finished(law, worker, placed.fact.args.attempt)?;
        law.require(placed.fact.result.commit == candidate, format!("that is not {worker}'s candidate"))?;
        lane.gate = Some(placed);
        Ok(())
    }

    fn finish_baseline(&mut self, law: &Law<'_>, placed: Placed<GateFinished>) -> Result<(), Illegal> {
        let base = self.require_run(law)?.args.base;
        law.require(placed.fact.result.commit == base, "that is not the run's base")?;
        self.baseline = Some(placed);
        Ok(())
    }

    fn finish_score(&mut self, law: &Law<'_>, placed: Placed<ScoreFinished>) -> Result<(), Illegal> {
        let worker = placed.fact.args.worker;
        let lane = self.lane_mut(law, worker)?;
        lane.require_finished(law, worker, Some(placed.fact.args.attempt))?;
        lane.score = Some(placed);
        Ok(())
    }

    fn select(&mut self, law: &Law<'_>, placed: Placed<WinnerSelected>) -> Result<(), Illegal> {
        law.require(self.run.is_some(), "the run has not started")?;
        for ground in self.grounds() {
            law.follows(ground)?;
        }
        let result = &placed.fact.result;
        match result.winner {
            None => law.require(result.candidate.is_none(), "there is a candidate, and no winner")?,
            Some(worker) => {
                let candidate = self.lane_mut(law, worker)?.standing_candidate();
                law.require(candidate.is_some(), format!("{worker} has no candidate"))?;
                law.require(candidate == result.candidate, format!("that is not {worker}'s candidate"))?;
            }
        }
        self.selected = Some(placed);
        Ok(())
    }

    /// Holds an event to the newest pick, which must be of this candidate.
    fn require_picked(&self, law: &Law<'_>, worker: Option<Worker>, candidate: Oid) -> Result<(), Illegal> {
        let Some(worker) = worker else { return self.require_offered(law, candidate) };
        let selected = self.selected.as_ref().ok_or_else(|| law.broken("no winner was picked"))?;
        let result = &selected.fact.result;
        let same = result.winner == Some(worker) && result.candidate == Some(candidate);
        law.require(same, "only the picked winner may be merged")?;
        law.follows(selected.seq)?;
        law.require(self.picked() == Some(worker), format!("{worker} was retried or discarded since it was picked"))
    }

    fn start_merge(&mut self, law: &Law<'_>, placed: Placed<MergeStarted>) -> Result<(), Illegal> {
        self.require_picked(law, placed.fact.args.worker, placed.fact.args.candidate)?;
        self.merging = Some(placed);
        Ok(())
    }

    /// Takes in how a merge ended: one that was begun, or one that never could be, whose branch did not move.
    ///
    /// What was begun may end whatever was said of its worker meanwhile: the branch may have moved by then.
    fn finish_merge(&mut self, law: &Law<'_>, placed: Placed<MergeFinished>) -> Result<(), Illegal> {
        let (args, result) = (&placed.fact.args, &placed.fact.result);
        let Some(intent) = &self.merging else {
            law.require(result.commit.is_none(), "no merge was begun")?;
            return self.require_picked(law, args.worker, args.candidate);
        };
        law.follows(intent.seq)?;
        if result.commit.is_some() {
            let asked = &intent.fact.args;
            let same = (asked.worker, asked.candidate, &asked.target, asked.mode, asked.ours)
                == (args.worker, args.candidate, &args.target, args.mode, args.ours);
            law.require(same, "that is another merge than the one begun")?;
            law.require(result.tree == Some(asked.tree), "the tree is not the one computed before")?;
            self.merged.push(placed);
        }
        self.merging = None;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
