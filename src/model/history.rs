//! Histories: the state of a run, folded from its events, and the law of which event may follow which.

use super::{
    event::{self, Event},
    fact::{
        self, Fact, GateFinished, MergeFinished, MergeStarted, RunStarted, ScoreFinished, WinnerSelected,
        WorkerFinished, WorkerStarted,
    },
    oid::Oid,
    ranking::Contender,
    verdict::Verdict,
    worker::Worker,
};

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

/// One worker's newest attempt.
#[derive(Clone, Debug, Default)]
pub struct Lane {
    /// The intent to run it.
    pub started: Option<Placed<WorkerStarted>>,
    /// What it left, once it ended.
    pub finished: Option<Placed<WorkerFinished>>,
    /// What the gate said of that.
    pub gate: Option<Placed<GateFinished>>,
    /// What the user's command said of that.
    pub score: Option<Placed<ScoreFinished>>,
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
    run: Option<Placed<RunStarted>>,
    lanes: Vec<(Worker, Lane)>,
    /// What the gate said of base.
    pub baseline: Option<Placed<GateFinished>>,
    /// The newest pick.
    pub selected: Option<Placed<WinnerSelected>>,
    /// An intent to merge that nothing has closed yet.
    pub merging: Option<Placed<MergeStarted>>,
    /// The merges that moved a branch, oldest first.
    pub merged: Vec<Placed<MergeFinished>>,
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
        self.run.as_ref()
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
            Fact::RunStarted(fact) => self.start_run(&law, Placed { seq, duration_ms, time, fact }),
            Fact::WorkerStarted(fact) => self.start_worker(&law, Placed { seq, duration_ms, time, fact }),
            Fact::WorkerFinished(fact) => self.finish_worker(&law, Placed { seq, duration_ms, time, fact }),
            Fact::GateFinished(fact) => self.finish_gate(&law, Placed { seq, duration_ms, time, fact }),
            Fact::ScoreFinished(fact) => self.finish_score(&law, Placed { seq, duration_ms, time, fact }),
            Fact::WinnerSelected(fact) => self.select(&law, Placed { seq, duration_ms, time, fact }),
            Fact::MergeStarted(fact) => self.start_merge(&law, Placed { seq, duration_ms, time, fact }),
            Fact::MergeFinished(fact) => self.finish_merge(&law, Placed { seq, duration_ms, time, fact }),
        }
    }

    fn start_run(&mut self, law: &Law<'_>, placed: Placed<RunStarted>) -> Result<(), Illegal> {
        law.require(law.seq == 1 && self.run.is_none(), "a run starts once, in its first event")?;
        let workers: Vec<Worker> = placed.fact.args.workers.iter().map(|lane| lane.worker).collect();
        let ascending = workers.is_sorted_by(|a, b| a < b) && !workers.is_empty();
        law.require(ascending, "a run's workers are numbered upwards, and there is at least one")?;
        self.lanes = workers.into_iter().map(|worker| (worker, Lane::default())).collect();
        self.run = Some(placed);
        Ok(())
    }

    fn lane_mut(&mut self, law: &Law<'_>, worker: Worker) -> Result<&mut Lane, Illegal> {
        let lane = self.lanes.iter_mut().find(|(known, _)| *known == worker);
        lane.map(|(_, lane)| lane).ok_or_else(|| law.broken(format!("the run has no worker {worker}")))
    }

    fn start_worker(&mut self, law: &Law<'_>, placed: Placed<WorkerStarted>) -> Result<(), Illegal> {
        let run = self.run.as_ref().ok_or_else(|| law.broken("the run has not started"))?;
        law.follows(run.seq)?;
        let args = &placed.fact.args;
        let lane = self.lane_mut(law, args.worker)?;
        let idle = lane.started.is_none() || lane.finished.is_some();
        law.require(idle, format!("{} is running already", args.worker))?;
        let expected = lane.attempt() + 1;
        law.require(args.attempt == expected, format!("{}'s next attempt is {expected}", args.worker))?;
        *lane = Lane { started: Some(placed), ..Lane::default() };
        Ok(())
    }

    fn finish_worker(&mut self, law: &Law<'_>, placed: Placed<WorkerFinished>) -> Result<(), Illegal> {
        let args = &placed.fact.args;
        let lane = self.lane_mut(law, args.worker)?;
        let started = lane.started.as_ref().filter(|_| lane.finished.is_none());
        let started = started.ok_or_else(|| law.broken(format!("{} is not running", args.worker)))?;
        law.follows(started.seq)?;
        law.require(args.attempt == lane.attempt(), format!("{} is in another attempt", args.worker))?;
        lane.finished = Some(placed);
        Ok(())
    }

    fn finish_gate(&mut self, law: &Law<'_>, placed: Placed<GateFinished>) -> Result<(), Illegal> {
        let Some(worker) = placed.fact.args.worker else { return self.finish_baseline(law, placed) };
        let lane = self.lane_mut(law, worker)?;
        let candidate = lane.require_finished(law, worker, placed.fact.args.attempt)?;
        law.require(placed.fact.result.commit == candidate, format!("that is not {worker}'s candidate"))?;
        lane.gate = Some(placed);
        Ok(())
    }

    fn finish_baseline(&mut self, law: &Law<'_>, placed: Placed<GateFinished>) -> Result<(), Illegal> {
        let run = self.run.as_ref().ok_or_else(|| law.broken("the run has not started"))?;
        law.follows(run.seq)?;
        law.require(placed.fact.result.commit == run.fact.args.base, "that is not the run's base")?;
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
        for ground in self.grounds() {
            law.follows(ground)?;
        }
        if let Some(worker) = placed.fact.result.winner {
            let candidate = self.lane_mut(law, worker)?.candidate();
            law.require(candidate.is_some(), format!("{worker} has no candidate"))?;
            law.require(candidate == placed.fact.result.candidate, format!("that is not {worker}'s candidate"))?;
        }
        self.selected = Some(placed);
        Ok(())
    }

    fn require_winner(&self, law: &Law<'_>, worker: Worker, candidate: Oid) -> Result<(), Illegal> {
        let selected = self.selected.as_ref().ok_or_else(|| law.broken("no winner was picked"))?;
        let result = &selected.fact.result;
        let same = result.winner == Some(worker) && result.candidate == Some(candidate);
        law.require(same, "only the picked winner may be merged")
    }

    fn start_merge(&mut self, law: &Law<'_>, placed: Placed<MergeStarted>) -> Result<(), Illegal> {
        self.require_winner(law, placed.fact.args.worker, placed.fact.args.candidate)?;
        law.follows(self.selected.as_ref().map_or(0, |selected| selected.seq))?;
        self.merging = Some(placed);
        Ok(())
    }

    fn finish_merge(&mut self, law: &Law<'_>, placed: Placed<MergeFinished>) -> Result<(), Illegal> {
        let args = &placed.fact.args;
        if placed.fact.result.commit.is_none() {
            self.merging = None;
            return self.require_winner(law, args.worker, args.candidate);
        }
        let intent = self.merging.take().ok_or_else(|| law.broken("no merge was begun"))?;
        law.follows(intent.seq)?;
        let asked = &intent.fact.args;
        let same = (asked.candidate, &asked.target, asked.ours) == (args.candidate, &args.target, args.ours);
        law.require(same, "that is another merge than the one begun")?;
        law.require(placed.fact.result.tree == Some(asked.tree), "the tree is not the one computed before")?;
        self.merged.push(placed);
        Ok(())
    }
}

impl Lane {
    /// Returns the number of the newest attempt; 0 before the first.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.started.as_ref().map_or(0, |placed| placed.fact.args.attempt)
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

    fn grounds(&self) -> impl Iterator<Item = u64> {
        let seqs = [
            self.finished.as_ref().map(|placed| placed.seq),
            self.gate.as_ref().map(|placed| placed.seq),
            self.score.as_ref().map(|placed| placed.seq),
        ];
        seqs.into_iter().flatten()
    }

    fn require_finished(&self, law: &Law<'_>, worker: Worker, attempt: Option<u32>) -> Result<Oid, Illegal> {
        let finished = self.finished.as_ref().ok_or_else(|| law.broken(format!("{worker} has not finished")))?;
        law.follows(finished.seq)?;
        law.require(attempt == Some(self.attempt()), format!("{worker} is in another attempt"))?;
        Ok(finished.fact.result.candidate)
    }

    fn contender(&self, worker: Worker) -> Option<Contender<'_>> {
        let finished = self.finished.as_ref()?;
        let result = &finished.fact.result;
        Some(Contender {
            worker,
            candidate: result.candidate,
            tree: result.tree,
            verdict: self.verdict(),
            diff: &result.diff,
            duration_ms: finished.duration_ms,
            cost: result.usage.as_ref().and_then(|usage| usage.cost_micro_usd),
            score: self.score.as_ref().and_then(|placed| placed.fact.result.score_micro),
        })
    }
}

/// What one event is held to.
struct Law<'a> {
    seq: u64,
    causes: &'a [u64],
}

impl Law<'_> {
    fn broken(&self, message: impl Into<String>) -> Illegal {
        Illegal { seq: self.seq, message: message.into() }
    }

    fn require(&self, holds: bool, message: impl Into<String>) -> Result<(), Illegal> {
        if holds { Ok(()) } else { Err(self.broken(message)) }
    }

    fn follows(&self, cause: u64) -> Result<(), Illegal> {
        self.require(self.causes.contains(&cause), format!("it does not name event {cause} among its causes"))
    }
}
