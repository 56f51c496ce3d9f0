//! What a certificate tells of a plan that was carried out.

use serde::{Deserialize, Serialize};

use crate::model::{
    fact::{
        goal_finished, task_finished,
        union_finished::{self, Conflict},
    },
    history::Pursuit,
    oid::Oid,
    plan::task::{self, TaskId},
    verdict::Verdict,
    worker::Worker,
};

/// One task in a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its name in the plan.
    pub task: TaskId,
    /// How it ended; null where it has not.
    pub end: Option<task_finished::End>,
    /// Whose candidate was accepted.
    pub worker: Option<Worker>,
    /// That candidate.
    pub candidate: Option<Oid>,
}

/// One union in a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Union {
    /// The wave, counted from 1; null where what is kept of all was put together anew.
    pub wave: Option<u32>,
    /// The commit.
    pub commit: Oid,
    /// Its tree.
    pub tree: Oid,
    /// What could not be integrated.
    pub conflicts: Vec<Conflict>,
}

/// What a plan came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    /// How the goal was pursued in the end.
    pub mode: goal_finished::Mode,
    /// Whether it was delivered.
    pub delivered: bool,
    /// The commit that is offered for merging; null where there is none.
    pub commit: Option<Oid>,
    /// Its tree.
    pub tree: Option<Oid>,
    /// What the goal's gate said of it.
    pub verdict: Verdict,
    /// Why it was delivered, or why not.
    pub reason: String,
}

/// Lists the tasks of a plan, in its order.
pub(super) fn tasks(pursuit: &Pursuit) -> Vec<Task> {
    let ends = pursuit.tasks.iter().map(|placed| placed.as_ref().map(|placed| &placed.fact.result));
    let task = |(task, end): (&task::Task, Option<&task_finished::Outcome>)| Task {
        task: task.id.clone(),
        end: end.map(|end| end.end),
        worker: end.and_then(|end| end.worker),
        candidate: end.and_then(|end| end.candidate),
    };
    pursuit.goal.plan.tasks.iter().zip(ends).map(task).collect()
}

/// Lists the unions, oldest first.
pub(super) fn unions(pursuit: &Pursuit) -> Vec<Union> {
    let unions = pursuit.unions.iter().map(|placed| (placed.fact.args.wave, &placed.fact.result));
    let union = |(wave, result): (_, &union_finished::Outcome)| Union {
        wave,
        commit: result.commit,
        tree: result.tree,
        conflicts: result.conflicts.clone(),
    };
    unions.map(union).collect()
}

/// Tells what the plan came to, once it did.
pub(super) fn goal(pursuit: &Pursuit) -> Option<Goal> {
    let end = &pursuit.end.as_ref()?.fact.result;
    Some(Goal {
        mode: end.mode,
        delivered: end.delivered,
        commit: end.commit,
        tree: end.tree,
        verdict: end.verdict,
        reason: end.reason.clone(),
    })
}
