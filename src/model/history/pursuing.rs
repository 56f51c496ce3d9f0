//! Pursuing: how the events of a run that carries out a plan change its state, and which may follow which.

use std::sync::Arc;

use super::{History, Illegal, Lane, Law, Placed, Pursuit};
use crate::model::{
    fact::{
        Fact, GateFinished, RecoveryStarted, TaskDrawn, TaskFinished, UnionFinished, UnionProbed,
        run_started::Lane as PlannedLane, task_finished::End,
    },
    goal::Goal,
    oid::Oid,
    verdict::Verdict,
    worker::Worker,
};

impl History {
    /// Returns how the plan stands that the run carries out, where it does.
    #[must_use]
    pub fn pursuit(&self) -> Option<&Pursuit> {
        self.pursuit.as_ref()
    }

    /// Lists the workers as the run, or the session that took over, planned them, by number.
    pub fn planned(&self) -> impl Iterator<Item = &PlannedLane> {
        let begun = self.run().into_iter().flat_map(|run| &run.args.workers);
        let recoveries = self.pursuit.iter().flat_map(|pursuit| &pursuit.recoveries);
        let begun = begun.chain(&self.drawn);
        begun.chain(recoveries.map(|placed| &placed.fact.args.lane))
    }

    /// Returns the commit that a worker's next attempt starts from: what was integrated by then, else the run's base.
    #[must_use]
    pub fn start_of(&self, worker: Worker) -> Option<Oid> {
        let recoveries = self.pursuit.iter().flat_map(|pursuit| &pursuit.recoveries);
        let mut own = recoveries.filter(|placed| placed.fact.args.lane.worker == worker);
        if let Some(placed) = own.next() {
            return Some(placed.fact.args.base);
        }
        let union = self.pursuit.as_ref().and_then(Pursuit::union).map(|placed| placed.fact.result.commit);
        union.or(self.run().map(|run| run.args.base))
    }

    /// Returns the commit that the plan offers for merging, where nothing of it was discarded since.
    #[must_use]
    pub fn offer(&self) -> Option<Oid> {
        self.pursuit.as_ref()?.offer().filter(|_| self.withdrawn().is_none())
    }

    /// Returns the worker whose discarded candidate is in what the plan offers.
    #[must_use]
    pub fn withdrawn(&self) -> Option<Worker> {
        let pursuit = self.pursuit.as_ref()?;
        let mut discarded = self.lanes().filter(|(_, lane)| lane.discarded.is_some()).map(|(worker, _)| worker);
        discarded.find(|worker| pursuit.is_offering(*worker))
    }

    /// Tells whether a worker may only look at the files, as the plan has it.
    #[must_use]
    pub fn is_reader(&self, worker: Worker) -> bool {
        self.pursuit().is_some_and(|pursuit| pursuit.goal.is_reader(worker))
    }

    /// Returns the command line of the check that a worker's candidate is put to.
    #[must_use]
    pub fn gate_of(&self, worker: Worker) -> Option<&Vec<String>> {
        let task = self.pursuit.as_ref().and_then(|pursuit| Some((pursuit, pursuit.goal.place_of(worker)?)));
        match task {
            Some((pursuit, task)) => pursuit.goal.gate_of(task),
            None => self.run()?.args.gate.as_ref().map(|gate| &gate.argv),
        }
    }

    /// Returns what a check was found to say of a tree, where it ran on that before: the newest.
    #[must_use]
    pub fn verdict_on(&self, tree: Oid, argv: &[String]) -> Option<Verdict> {
        let pursuit = self.pursuit.as_ref();
        let lanes = self.lanes.iter().filter_map(|(_, lane)| lane.gate.as_ref());
        let gates = lanes.chain(pursuit.and_then(|pursuit| pursuit.gate.as_ref())).chain(&self.baseline);
        let gates = gates.filter(|placed| placed.fact.args.argv == argv && placed.fact.result.ending.is_some());
        let gates = gates.map(|placed| (placed.seq, placed.fact.result.tree, placed.fact.result.verdict));
        let probes = pursuit.into_iter().flat_map(|pursuit| &pursuit.probes);
        let probes = probes.filter(|placed| placed.fact.args.argv == argv && placed.fact.result.ending.is_some());
        let probes =
            probes.filter_map(|placed| Some((placed.seq, placed.fact.result.tree?, placed.fact.result.verdict)));
        let found = gates.chain(probes).filter(|(_, known, _)| *known == tree).max_by_key(|(seq, ..)| *seq);
        found.map(|(_, _, verdict)| verdict)
    }

    /// Reads the plan that a run begins with.
    pub(super) fn begin_pursuit(&mut self, law: &Law<'_>) -> Result<(), Illegal> {
        let Some(args) = self.run().map(|run| &run.args) else { return Ok(()) };
        let Some(terms) = &args.plan else { return Ok(()) };
        let goal = Goal::read(terms, &args.workers).map_err(|why| law.broken(why))?;
        self.pursuit = Some(Pursuit::new(goal));
        Ok(())
    }

    /// Takes in an event of a plan that is carried out.
    pub(super) fn pursue(&mut self, law: &Law<'_>, placed: Placed<Fact>) -> Result<(), Illegal> {
        let pursuit = self.pursuit.as_mut().ok_or_else(|| law.broken("the run carries out no plan"))?;
        law.require(pursuit.end.is_none(), "the plan was carried out already")?;
        let Placed { seq, duration_ms, time, fact } = placed;
        let at = Placed { seq, duration_ms, time, fact: () };
        match fact {
            Fact::TaskFinished(fact) => return self.finish_task(law, at.with(fact)),
            Fact::TaskDrawn(fact) => return self.draw(law, &fact),
            Fact::StreamFinished(fact) => {
                law.require(pursuit.is_drawing(), "the run works off no stream, or that is at its end")?;
                law.follows(1)?;
                pursuit.stream = Some(at.with(fact));
            }
            Fact::UnionFinished(fact) => return pursuit.finish_union(law, at.with(fact)),
            Fact::UnionProbed(fact) => return pursuit.probe(law, at.with(fact)),
            Fact::RecoveryStarted(fact) => return self.start_recovery(law, at.with(fact)),
            Fact::BlameStarted(fact) => {
                law.require(pursuit.blaming.is_none(), "a search was begun already")?;
                law.follows(pursuit.gate.as_ref().map_or(0, |placed| placed.seq))?;
                pursuit.blaming = Some(at.with(fact));
            }
            Fact::BlameFinished(fact) => {
                law.require(pursuit.blame.is_none(), "the search ended already")?;
                law.follows(pursuit.blaming.as_ref().map_or(0, |placed| placed.seq))?;
                pursuit.blame = Some(at.with(fact));
            }
            Fact::GoalFinished(fact) => {
                law.follows(pursuit.last_union())?;
                pursuit.end = Some(at.with(fact));
            }
            _ => {}
        }
        Ok(())
    }

    fn draw(&mut self, law: &Law<'_>, fact: &TaskDrawn) -> Result<(), Illegal> {
        law.follows(1)?;
        let pursuit = self.pursuit.as_mut().ok_or_else(|| law.broken("the run carries out no plan"))?;
        law.require(pursuit.is_drawing(), "the run works off no stream, or that is at its end")?;
        let drawn = pursuit.goal.read_task(&fact.args.task, &fact.args.workers);
        Arc::make_mut(&mut pursuit.goal).add(drawn.map_err(|why| law.broken(why))?);
        pursuit.tasks.push(None);
        for lane in &fact.args.workers {
            let last = self.lanes.last().map(|(worker, _)| *worker);
            law.require(last < Some(lane.worker), format!("{} is not the next worker", lane.worker))?;
            self.lanes.push((lane.worker, Lane::default()));
        }
        self.drawn.extend(fact.args.workers.iter().cloned());
        Ok(())
    }

    fn finish_task(&mut self, law: &Law<'_>, placed: Placed<TaskFinished>) -> Result<(), Illegal> {
        let pursuit = self.pursuit.as_ref().ok_or_else(|| law.broken("the run carries out no plan"))?;
        let id = &placed.fact.args.task;
        let task = pursuit.goal.place(id).ok_or_else(|| law.broken(format!("the plan has no task {id}")))?;
        law.require(pursuit.tasks[task].is_none(), format!("task {id} is over already"))?;
        law.require(!pursuit.is_drawing(), "more tasks may come")?;
        law.require(pursuit.goal.wave_of(task) == pursuit.waves_done(), format!("it is not the turn of task {id}"))?;
        for worker in pursuit.goal.workers_of(task) {
            let lane = self.lane(worker).ok_or_else(|| law.broken(format!("the run has no worker {worker}")))?;
            law.require(!lane.is_running(), format!("{worker} has not ended"))?;
            lane.grounds().try_for_each(|ground| law.follows(ground))?;
        }
        if placed.fact.result.end != End::Blocked {
            law.follows(pursuit.last_union())?;
        }
        if let Some(pursuit) = &mut self.pursuit {
            pursuit.tasks[task] = Some(placed);
        }
        Ok(())
    }

    fn start_recovery(&mut self, law: &Law<'_>, placed: Placed<RecoveryStarted>) -> Result<(), Illegal> {
        let worker = placed.fact.args.lane.worker;
        let last = self.lanes.last().map(|(worker, _)| *worker);
        law.require(last < Some(worker), format!("{worker} is not the next worker"))?;
        let pursuit = self.pursuit.as_mut().ok_or_else(|| law.broken("the run carries out no plan"))?;
        law.require(pursuit.is_united(), "the tasks of the plan are not all integrated")?;
        law.follows(pursuit.last_union())?;
        pursuit.recoveries.push(placed);
        self.lanes.push((worker, Lane::default()));
        Ok(())
    }

    /// Takes in what the goal's gate said of the union of all tasks.
    pub(super) fn finish_union_gate(&mut self, law: &Law<'_>, placed: Placed<GateFinished>) -> Result<(), Illegal> {
        let pursuit = self.pursuit.as_mut().ok_or_else(|| law.broken("the run carries out no plan"))?;
        law.require(pursuit.is_united(), "the tasks of the plan are not all integrated")?;
        law.follows(pursuit.last_union())?;
        let union = pursuit.union().map(|union| union.fact.result.commit);
        law.require(union == Some(placed.fact.result.commit), "that is not the union of the tasks")?;
        pursuit.gate = Some(placed);
        Ok(())
    }

    /// Holds an event to what the plan offers for merging, which must be this commit.
    pub(super) fn require_offered(&self, law: &Law<'_>, commit: Oid) -> Result<(), Illegal> {
        let end = self.pursuit.as_ref().and_then(|pursuit| pursuit.end.as_ref());
        let end = end.ok_or_else(|| law.broken("no union is offered"))?;
        law.require(end.fact.result.commit == Some(commit), "only what is offered may be merged")?;
        law.require(self.withdrawn().is_none(), "something of what is offered was discarded")?;
        law.follows(end.seq)
    }

    /// Holds what runs again to being of a task whose wave is not integrated yet, and opens that task again.
    pub(super) fn reopen(&mut self, law: &Law<'_>, worker: Worker) -> Result<(), Illegal> {
        let Some(pursuit) = &mut self.pursuit else { return Ok(()) };
        pursuit.require_open(worker).map_err(|why| law.broken(why))?;
        if let Some(task) = pursuit.goal.place_of(worker) {
            pursuit.tasks[task] = None;
        }
        Ok(())
    }
}

impl Placed<()> {
    fn with<T>(self, fact: T) -> Placed<T> {
        Placed { seq: self.seq, duration_ms: self.duration_ms, time: self.time, fact }
    }
}

impl Pursuit {
    /// Says why a worker may not run again, where it may not.
    pub fn require_open(&self, worker: Worker) -> Result<(), String> {
        let session = self.recoveries.last().map(|placed| placed.fact.args.lane.worker);
        let is_open = match self.goal.place_of(worker) {
            Some(task) => self.goal.wave_of(task) >= self.waves_done(),
            None => session == Some(worker),
        };
        match (self.end.is_some(), is_open) {
            (true, _) => Err("the plan was carried out already".to_owned()),
            (false, false) => Err(format!("others have gone on from what {worker} left")),
            (false, true) => Ok(()),
        }
    }

    fn is_united(&self) -> bool {
        self.waves_done() == self.goal.order.waves.len()
    }

    fn finish_union(&mut self, law: &Law<'_>, placed: Placed<UnionFinished>) -> Result<(), Illegal> {
        law.follows(self.last_union())?;
        let Some(number) = placed.fact.args.wave else {
            law.require(self.is_united(), "the tasks of the plan are not all integrated")?;
            self.unions.push(placed);
            return Ok(());
        };
        let (done, waves) = (self.waves_done(), &self.goal.order.waves);
        law.require(usize::try_from(number) == Ok(done + 1), format!("the next wave is {}", done + 1))?;
        let wave = waves.get(done).ok_or_else(|| law.broken("the plan has no more waves"))?;
        for task in wave {
            let id = &self.goal.plan.tasks[*task].id;
            let end = self.tasks[*task].as_ref().ok_or_else(|| law.broken(format!("task {id} is not over")))?;
            law.follows(end.seq)?;
        }
        self.unions.push(placed);
        Ok(())
    }

    fn probe(&mut self, law: &Law<'_>, placed: Placed<UnionProbed>) -> Result<(), Illegal> {
        law.require(self.blaming.is_some() && self.blame.is_none(), "no search is going on")?;
        law.follows(self.blaming.as_ref().map_or(0, |placed| placed.seq))?;
        self.probes.push(placed);
        Ok(())
    }
}
