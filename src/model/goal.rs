//! Goals: a plan as a run carries it out: what follows from it, and which workers are attempts at which task.

use std::ops::Range;

use serde_json::Value;

use super::{
    fact::run_started::{Lane, Planned},
    plan::{
        Plan,
        finding::Findings,
        order::{Order, Reason},
        role::Permission,
        task::{Task, TaskId},
    },
    worker::Worker,
};

/// The setting that makes a step of a plan fail, as what failed for it is recorded.
pub const FAULT: &str = "par.testFault";

/// A plan as a run carries it out. Tasks are told by their places in it.
#[derive(Clone, Debug)]
pub struct Goal {
    /// The plan.
    pub plan: Plan,
    /// What follows from it.
    pub order: Order,
    /// How it is carried out.
    pub terms: Planned,
    workers: Vec<(Worker, usize)>,
}

/// A task that came from the stream, with the workers that are attempts at it.
#[derive(Debug)]
pub struct Drawn {
    task: Task,
    workers: Vec<(Worker, usize)>,
}

impl Goal {
    /// Reads the plan of a run with these lanes, or says what is wrong with it.
    pub fn read(terms: &Planned, lanes: &[Lane]) -> Result<Self, String> {
        let findings = Findings::default();
        let plan = match terms.stream {
            None => Plan::of(&terms.document, &findings),
            Some(_) => Plan::growing(&terms.document, &findings),
        };
        let order = |plan: &Plan| match terms.stream {
            None => Order::of(plan, &findings),
            Some(_) => Some(Order::side_by_side(plan.tasks.len())),
        };
        let plan = plan.and_then(|plan| order(&plan).map(|order| (plan, order)));
        let Some((plan, order)) = plan else { return Err(wrong(findings)) };
        let place = |id: &TaskId| plan.tasks.iter().position(|task| task.id == *id);
        let workers = attempts(lanes, place, 0..plan.tasks.len())?;
        Ok(Self { plan, order, terms: terms.clone(), workers })
    }

    /// Reads a task that came from the stream, with its workers, or says what is wrong with it.
    pub fn read_task(&self, task: &Value, lanes: &[Lane]) -> Result<Drawn, String> {
        let findings = Findings::default();
        let Some(task) = self.plan.next_task(task, &findings) else { return Err(wrong(findings)) };
        let next = self.plan.tasks.len();
        let place = |id: &TaskId| if *id == task.id { Some(next) } else { self.place(id) };
        let workers = attempts(lanes, place, next..next + 1)?;
        Ok(Drawn { task, workers })
    }

    /// Adds a task that came from the stream.
    pub fn add(&mut self, drawn: Drawn) {
        self.plan.tasks.push(drawn.task);
        self.order = Order::side_by_side(self.plan.tasks.len());
        self.workers.extend(drawn.workers);
    }

    /// Returns the place of the task that a worker is an attempt at; none where it is one of the whole goal.
    #[must_use]
    pub fn place_of(&self, worker: Worker) -> Option<usize> {
        self.workers.iter().find(|(known, _)| *known == worker).map(|(_, task)| *task)
    }

    /// Returns the task that a worker is an attempt at.
    #[must_use]
    pub fn task_of(&self, worker: Worker) -> Option<&Task> {
        self.plan.tasks.get(self.place_of(worker)?)
    }

    /// Lists the workers that are attempts at a task, by number.
    pub fn workers_of(&self, task: usize) -> impl Iterator<Item = Worker> {
        self.workers.iter().filter(move |(_, at)| *at == task).map(|(worker, _)| *worker)
    }

    /// Tells whether the user ordered a step of a worker's task, or of the whole goal, to fail, to see what becomes of it.
    #[must_use]
    pub fn is_faulty(&self, step: &str, worker: Option<Worker>) -> bool {
        let name = worker.map_or(Some("goal"), |worker| self.task_of(worker).map(|task| task.id.as_str()));
        let fault = self.terms.test_fault.as_deref().and_then(|fault| fault.split_once(':'));
        fault.is_some() && fault == name.map(|name| (step, name))
    }

    /// Returns the place of a task.
    #[must_use]
    pub fn place(&self, id: &TaskId) -> Option<usize> {
        self.plan.tasks.iter().position(|task| task.id == *id)
    }

    /// Lists the places of the tasks that a task needs, each once.
    #[must_use]
    pub fn needs(&self, task: usize) -> Vec<usize> {
        let edges = self.order.before(task).filter(|edge| edge.reason == Reason::Needs);
        edges.map(|edge| edge.before).collect()
    }

    /// Tells whether a task may only look at the files.
    #[must_use]
    pub fn only_reads(&self, task: usize) -> bool {
        self.plan.permission(&self.plan.tasks[task]) == Permission::Read
    }

    /// Tells whether no task may change anything.
    #[must_use]
    pub fn only_looks(&self) -> bool {
        let tasks = self.plan.tasks.len();
        tasks > 0 && (0..tasks).all(|task| self.only_reads(task))
    }

    /// Tells whether a worker may only look at the files.
    #[must_use]
    pub fn is_reader(&self, worker: Worker) -> bool {
        self.place_of(worker).is_some_and(|task| self.only_reads(task))
    }

    /// Returns the place of a task's wave.
    #[must_use]
    pub fn wave_of(&self, task: usize) -> usize {
        self.order.waves.iter().position(|wave| wave.contains(&task)).unwrap_or(usize::MAX)
    }

    /// Returns the command line of a task's check: its own, else the goal's; a task that only reads has no other than its own.
    #[must_use]
    pub fn gate_of(&self, task: usize) -> Option<&Vec<String>> {
        let goals = self.plan.gate.as_ref().filter(|_| !self.only_reads(task));
        self.plan.tasks[task].gate.as_ref().or(goals)
    }
}

/// Returns the place of the task that each lane is an attempt at; each task of these places must have one.
fn attempts(
    lanes: &[Lane],
    place: impl Fn(&TaskId) -> Option<usize>,
    mut tasks: Range<usize>,
) -> Result<Vec<(Worker, usize)>, String> {
    let attempt = |lane: &Lane| Some((lane.worker, place(lane.task.as_ref()?)?));
    let attempts = lanes.iter().map(attempt).collect::<Option<Vec<_>>>();
    let attempts = attempts.ok_or("a worker is an attempt at no task of the plan")?;
    let is_tried = |task| attempts.iter().any(|(_, at)| *at == task);
    if tasks.all(is_tried) { Ok(attempts) } else { Err("a task of the plan has no worker".to_owned()) }
}

/// Says what is wrong with a plan first.
fn wrong(findings: Findings) -> String {
    let first = findings.into_vec().into_iter().next();
    first.map_or("its plan is not valid".to_owned(), |first| {
        format!("its plan is not valid: {}: {}", first.place, first.message)
    })
}
