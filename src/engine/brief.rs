//! Briefs: the whole text that a worker's agent is given.

use super::{recovery, site::Site};
use crate::model::{brief, history::Pursuit, log_digest::LogDigest, plan::task::TaskId, worker::Worker};

/// How many bytes a character has at most.
const WIDEST: u64 = 4;

/// Writes what a worker's agent is given: the run's task, or the one of the plan that it is an attempt at.
#[must_use]
pub fn text(site: &Site<'_>, worker: Worker) -> String {
    let pursuit = site.journal.ask(|history| history.pursuit().cloned());
    let task = pursuit.as_ref().and_then(|pursuit| Some((pursuit, pursuit.goal.place_of(worker)?)));
    if let Some((pursuit, task)) = task {
        let limit = pursuit.goal.terms.upstream_limit;
        let upstream = upstream(site, pursuit, task);
        let plan = &pursuit.goal.plan;
        return brief::of_task(plan, &plan.tasks[task], &upstream, usize::try_from(limit).unwrap_or(usize::MAX));
    }
    let goal = || site.journal.ask(|history| history.run().map(|run| run.args.task.clone())).unwrap_or_default();
    recovery::text(site, worker).unwrap_or_else(goal)
}

/// Reads what the tasks that a task needs handed over.
fn upstream(site: &Site<'_>, pursuit: &Pursuit, task: usize) -> Vec<(TaskId, String)> {
    let limit = u64::from(pursuit.goal.terms.upstream_limit).saturating_mul(WIDEST).saturating_add(WIDEST);
    let handed = |need: usize| {
        let product = product(site, pursuit, need)?;
        let bytes = site.repository.blob_start(product.blob, product.bytes.min(limit)).ok()?;
        Some((pursuit.goal.plan.tasks[need].id.clone(), String::from_utf8_lossy(&bytes).into_owned()))
    };
    pursuit.goal.needs(task).into_iter().filter_map(handed).collect()
}

fn product(site: &Site<'_>, pursuit: &Pursuit, task: usize) -> Option<LogDigest> {
    let worker = pursuit.tasks[task].as_ref()?.fact.result.worker?;
    site.journal.ask(|history| history.lane(worker)?.outcome()?.product.clone())
}
