//! Pursuits: how a run that carries out a plan stands.

use std::sync::Arc;

use super::Placed;
use crate::model::{
    fact::{
        BlameFinished, BlameStarted, GateFinished, GoalFinished, RecoveryStarted, StreamFinished, TaskFinished,
        UnionFinished, UnionProbed,
        stream_finished::LeftOut,
        task_finished::End,
        union_finished::{Conflict, Part},
    },
    goal::Goal,
    oid::Oid,
    worker::Worker,
};

/// How a run that carries out a plan stands.
#[derive(Clone, Debug)]
pub struct Pursuit {
    /// The plan, and who works on it.
    pub goal: Arc<Goal>,
    /// That no more tasks come from the stream.
    pub stream: Option<Placed<StreamFinished>>,
    /// What each task came to, in the plan's order.
    pub tasks: Vec<Option<Placed<TaskFinished>>>,
    /// The unions, oldest first.
    pub unions: Vec<Placed<UnionFinished>>,
    /// What the goal's gate said of the last wave's union.
    pub gate: Option<Placed<GateFinished>>,
    /// That it is searched which tasks make the union fail.
    pub blaming: Option<Placed<BlameStarted>>,
    /// What the gate said of some of its candidates.
    pub probes: Vec<Placed<UnionProbed>>,
    /// Which tasks make it fail.
    pub blame: Option<Placed<BlameFinished>>,
    /// The sessions that took over, oldest first.
    pub recoveries: Vec<Placed<RecoveryStarted>>,
    /// Whether the goal was reached.
    pub end: Option<Placed<GoalFinished>>,
}

impl Pursuit {
    pub(super) fn new(goal: Goal) -> Self {
        Self {
            tasks: vec![None; goal.plan.tasks.len()],
            goal: Arc::new(goal),
            stream: None,
            unions: Vec::new(),
            gate: None,
            blaming: None,
            probes: Vec::new(),
            blame: None,
            recoveries: Vec::new(),
            end: None,
        }
    }

    /// Lists what a stream offered and could not be taken as a task.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        self.stream.as_ref().map_or(&[], |placed| &placed.fact.result.left_out)
    }

    /// Tells whether more tasks may come.
    #[must_use]
    pub fn is_drawing(&self) -> bool {
        self.goal.terms.stream.is_some() && self.stream.is_none()
    }

    /// Returns what a task came to.
    #[must_use]
    pub fn end_of(&self, task: usize) -> Option<End> {
        self.tasks[task].as_ref().map(|placed| placed.fact.result.end)
    }

    /// Returns how many waves were integrated.
    #[must_use]
    pub fn waves_done(&self) -> usize {
        self.wave_unions().count()
    }

    fn wave_unions(&self) -> impl Iterator<Item = &Placed<UnionFinished>> {
        self.unions.iter().filter(|placed| placed.fact.args.wave.is_some())
    }

    /// Returns the union of all waves that were integrated.
    #[must_use]
    pub fn union(&self) -> Option<&Placed<UnionFinished>> {
        self.wave_unions().last()
    }

    /// Tells whether what is kept was put together anew.
    #[must_use]
    pub fn is_reunited(&self) -> bool {
        self.unions.last().is_some_and(|placed| placed.fact.args.wave.is_none())
    }

    /// Returns the event of the newest union, or the run's first.
    #[must_use]
    pub fn last_union(&self) -> u64 {
        self.unions.last().map_or(1, |placed| placed.seq)
    }

    /// Lists the events by which it is known how the tasks do together: the newest union, its gate, and who is to blame.
    pub fn grounds(&self) -> impl Iterator<Item = u64> {
        let gate = self.gate.as_ref().map(|placed| placed.seq);
        let blame = self.blame.as_ref().map(|placed| placed.seq);
        [Some(self.last_union()), gate, blame].into_iter().flatten()
    }

    /// Lists the candidates that are in the union of all waves, in the order in which they were integrated.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        self.wave_unions().flat_map(|placed| placed.fact.merged()).cloned().collect()
    }

    /// Lists the tasks that could not be integrated with others.
    pub fn conflicts(&self) -> impl Iterator<Item = &Conflict> {
        self.wave_unions().flat_map(|placed| &placed.fact.result.conflicts)
    }

    /// Tells whether a task did its part, and it is in the union.
    #[must_use]
    pub fn has_come_in(&self, task: usize) -> bool {
        let id = &self.goal.plan.tasks[task].id;
        self.end_of(task) == Some(End::Accepted) && !self.conflicts().any(|conflict| conflict.theirs == *id)
    }

    /// Returns the first task that a task needs and that did not come in: as long as there is one, it is blocked.
    #[must_use]
    pub fn unmet(&self, task: usize) -> Option<usize> {
        self.goal.needs(task).into_iter().find(|need| !self.has_come_in(*need))
    }

    /// Lists the tasks that did not do their part, or whose part is not in the union.
    #[must_use]
    pub fn missing(&self) -> Vec<usize> {
        (0..self.tasks.len()).filter(|task| !self.has_come_in(*task)).collect()
    }

    /// Returns the commit that is offered for merging.
    #[must_use]
    pub fn offer(&self) -> Option<Oid> {
        self.end.as_ref()?.fact.result.commit
    }

    /// Tells whether a worker's candidate is in the commit that is offered for merging.
    #[must_use]
    pub fn is_offering(&self, worker: Worker) -> bool {
        let session = self.recoveries.last().map(|placed| &placed.fact.args);
        let is_kept = |part: &Part| session.is_none_or(|args| args.kept.contains(&part.task));
        let is_in = self.parts().iter().any(|part| part.worker == worker && is_kept(part));
        self.offer().is_some() && (is_in || session.is_some_and(|args| args.lane.worker == worker))
    }

    /// Lists the candidates of a wave that go into its union, in the order in which they do.
    #[must_use]
    pub fn wave_parts(&self, wave: usize) -> Vec<Part> {
        let tasks = self.goal.order.waves.get(wave).into_iter().flatten();
        tasks.filter_map(|task| self.part_of(*task)).collect()
    }

    /// Returns the candidate that goes into the union for a task; none where it changes nothing.
    #[must_use]
    pub fn part_of(&self, task: usize) -> Option<Part> {
        let result = &self.tasks[task].as_ref()?.fact.result;
        let (worker, candidate) = (result.worker?, result.candidate?);
        let is_empty = result.ranking.iter().any(|rank| rank.worker == worker && rank.empty);
        let id = self.goal.plan.tasks[task].id.clone();
        (result.end == End::Accepted && !is_empty).then_some(Part { task: id, worker, candidate })
    }
}
