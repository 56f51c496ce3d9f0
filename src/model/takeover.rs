//! Takeovers: how one session is to go on where the tasks of a plan did not bring the goal about, decided from the history.

use super::{
    fact::{
        UnionFinished,
        recovery_started::{Args, Scope},
        run_started::Lane,
    },
    history::{History, Pursuit},
    plan::task::TaskId,
    worker::Worker,
};

/// Plans the next session: a regional one starts from the newest union, any other from the run's base.
#[must_use]
pub fn plan(history: &History, scope: Scope) -> Option<Args> {
    let pursuit = history.pursuit()?;
    let union = pursuit.unions.last().filter(|_| scope == Scope::Regional).map(|placed| &placed.fact);
    let kept: Vec<TaskId> = union.into_iter().flat_map(UnionFinished::merged).map(|part| part.task.clone()).collect();
    let tasks = pursuit.goal.plan.tasks.iter().enumerate();
    let dropped = tasks.filter(|(at, task)| !pursuit.goal.only_reads(*at) && !kept.contains(&task.id));
    Some(Args {
        scope,
        lane: lane(pursuit)?,
        base: union.map_or(history.run()?.args.base, |union| union.result.commit),
        dropped: dropped.map(|(_, task)| task.id.clone()).collect(),
        kept,
    })
}

/// Returns the next session's worker: the planned one, or the one after it.
fn lane(pursuit: &Pursuit) -> Option<Lane> {
    let planned = pursuit.goal.terms.recover.clone()?;
    let number = planned.worker.get().checked_add(u16::try_from(pursuit.recoveries.len()).ok()?)?;
    Some(Lane { worker: Worker::new(number)?, ..planned })
}
