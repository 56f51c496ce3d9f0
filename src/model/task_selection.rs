//! Task selections: which candidate of a task is accepted, recomputable by anyone from the facts before it.

use super::{
    fact::{
        run_started::OnEscape,
        task_finished::{End, Outcome},
    },
    history::{History, Lane, Pursuit},
    ranking::{self, Contender, Rank, Terms},
    worker::Worker,
};

/// Decides what the attempts at a task came to; a task that cannot begin is blocked.
#[must_use]
pub fn decide(history: &History, pursuit: &Pursuit, task: usize) -> Outcome {
    let goal = &pursuit.goal;
    if let Some(need) = pursuit.unmet(task) {
        return none(End::Blocked, format!("it needs {}, which did not come in", goal.plan.tasks[need].id));
    }
    let lanes: Vec<(Worker, &Lane)> =
        goal.workers_of(task).filter_map(|worker| Some((worker, history.lane(worker)?))).collect();
    let contenders = lanes.iter().filter_map(|(worker, lane)| contender(pursuit, (*worker, lane), task));
    let terms = Terms {
        gated: goal.gate_of(task).is_some(),
        allow_failing: false,
        allow_empty: goal.only_reads(task) || goal.plan.tasks[task].may_be_empty,
    };
    let rule = history.run().map(|run| run.args.rule.clone()).unwrap_or_default();
    let ranking = ranking::rank(&contenders.collect::<Vec<_>>(), &rule, terms);
    match ranking.first().filter(|rank| rank.eligible) {
        Some(first) => Outcome {
            end: End::Accepted,
            worker: Some(first.worker),
            candidate: Some(first.candidate),
            reason: ranking::reason(&ranking, terms),
            ranking,
        },
        None => Outcome { ranking: ranking.clone(), ..none(End::Failed, why_none(&lanes, pursuit, &ranking, terms)) },
    }
}

fn none(end: End, reason: String) -> Outcome {
    Outcome { end, worker: None, candidate: None, reason, ranking: Vec::new() }
}

fn contender<'h>(pursuit: &Pursuit, (worker, lane): (Worker, &'h Lane), task: usize) -> Option<Contender<'h>> {
    let contender = lane.contender(worker)?;
    let is_barred = has_escaped(pursuit, lane) || (pursuit.goal.only_reads(task) && !has_said(pursuit, lane, task));
    // Where no check looks at it, an agent that did not end well has not done its part.
    let is_unchecked = pursuit.goal.gate_of(task).is_none();
    let has_failed = is_unchecked && lane.outcome().is_some_and(|outcome| !outcome.ending.is_success());
    Some(Contender { is_barred: is_barred || has_failed, ..contender })
}

/// Tells whether a candidate is refused for what it changed beside what was declared.
fn has_escaped(pursuit: &Pursuit, lane: &Lane) -> bool {
    pursuit.goal.terms.on_escape == OnEscape::Reject
        && lane.outcome().is_some_and(|outcome| !outcome.escapes.is_empty())
}

/// Tells whether a task that only reads came to its own end and handed something over.
fn has_said(pursuit: &Pursuit, lane: &Lane, task: usize) -> bool {
    let may_be_silent = pursuit.goal.plan.tasks[task].may_be_empty;
    lane.outcome().is_some_and(|outcome| outcome.ending.is_success() && (may_be_silent || outcome.product.is_some()))
}

fn why_none(lanes: &[(Worker, &Lane)], pursuit: &Pursuit, ranking: &[Rank], terms: Terms) -> String {
    let escaped = lanes.iter().find(|(_, lane)| has_escaped(pursuit, lane));
    if let Some((worker, lane)) = escaped {
        let path = lane.outcome().and_then(|outcome| outcome.escapes.first()).map_or("", |escape| &escape.path);
        return format!("{worker} changed what the task did not declare: {path}");
    }
    let reads = lanes.first().is_some_and(|(worker, _)| pursuit.goal.is_reader(*worker));
    if reads { "no attempt handed anything over".to_owned() } else { ranking::reason(ranking, terms) }
}
