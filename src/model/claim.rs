//! Claims: what an event that may stand where it stands says, held against what the run set out to do and what came before.
//!
//! What this program never writes there is broken; what it writes in rare cases only is told.

use super::{
    cut::Cut,
    ending::Ending,
    fact::{
        Fact, IterationFinished, MergeFinished, RunFinished, RunResumed, WorkerFinished,
        run_started::{self, Limits},
        worker_started,
    },
    finding::{Code, Finding},
    history::{History, Lane},
    run_end::RunEnd,
    verdict::Verdict,
    worker::Worker,
};

/// Judges what the next event of a history says.
#[must_use]
pub fn judge(history: &History, fact: &Fact) -> Vec<Finding> {
    let Some(run) = history.run().map(|run| &run.args) else { return Vec::new() };
    let found = match fact {
        Fact::WorkerStarted(fact) => judge_start(run, &fact.args),
        Fact::IterationFinished(fact) => judge_pass(&run.limits, fact),
        Fact::WorkerFinished(fact) => judge_end(history, &run.limits, fact),
        Fact::RunResumed(fact) => judge_resumption(history, fact),
        Fact::RunFinished(fact) => judge_run_end(history, &run.limits, fact),
        Fact::MergeFinished(fact) => vec![judge_failure(history, fact)],
        _ => Vec::new(),
    };
    found.into_iter().flatten().collect()
}

fn broken(holds: bool, message: impl FnOnce() -> String) -> Option<Finding> {
    (!holds).then(|| Finding::broken(Code::History, message()))
}

fn odd(holds: bool, message: impl FnOnce() -> String) -> Option<Finding> {
    (!holds).then(|| Finding::remark(Code::History, message()))
}

fn judge_start(run: &run_started::Args, args: &worker_started::Args) -> Vec<Option<Finding>> {
    let worker = args.worker;
    let planned = run.workers.iter().find(|lane| lane.worker == worker);
    // Another version of this program may know the agent by another command line.
    let is_planned = planned.is_none_or(|lane| (&lane.agent, &lane.argv) == (&args.agent, &args.argv));
    vec![
        broken(args.base == run.base, || format!("{worker} was started from {}, not from the run's base", args.base)),
        odd(is_planned, || format!("{worker} was started as '{}', the run planned another", args.argv.join(" "))),
    ]
}

fn judge_pass(limits: &Limits, fact: &IterationFinished) -> Vec<Option<Finding>> {
    let (worker, number, most) = (fact.args.worker, fact.args.iteration, limits.max_iterations.unwrap_or(1));
    vec![
        broken(number < most, || format!("pass {number} of {worker} was not its last, of {most} that it may have")),
        broken(fact.result.verdict != Verdict::Pass, || format!("{worker} passed the gate, and another pass followed")),
    ]
}

fn judge_end(history: &History, limits: &Limits, fact: &WorkerFinished) -> Vec<Option<Finding>> {
    let (worker, result) = (fact.args.worker, &fact.result);
    let passes = history.lane(worker).map_or(0, |lane| lane.passes.len());
    let counted = result.iterations.map(|count| usize::try_from(count).unwrap_or(usize::MAX));
    let may_repeat = limits.max_iterations.is_some_and(|most| most > 1);
    let is_counted = counted.is_none_or(|count| may_repeat && count == passes + 1);
    let fits = match result.cut {
        Some(Cut::Timeout | Cut::Idle) => result.ending == Ending::Timeout,
        Some(_) => result.ending == Ending::Stopped,
        // The first versions told of no cut.
        None => result.ending != Ending::Timeout || limits.timeout_ms.or(limits.idle_timeout_ms).is_some(),
    };
    vec![
        broken(is_counted, || format!("{worker} ran {} times, the journal has other passes", counted.unwrap_or(0))),
        broken(fits, || format!("{worker} ended with {}, which is not how it was ended", result.ending)),
        result.cut.and_then(|cut| judge_cut(limits, worker, cut)),
    ]
}

fn judge_cut(limits: &Limits, worker: Worker, cut: Cut) -> Option<Finding> {
    let message = || format!("{worker} was ended, as {cut}, and the run set no such limit");
    match cut {
        Cut::Timeout => broken(limits.timeout_ms.is_some(), message),
        Cut::Idle => broken(limits.idle_timeout_ms.is_some(), message),
        Cut::Stop => None,
        Cut::FirstPassed => broken(limits.first, message),
        Cut::BudgetCost => odd(limits.budget_cost_micro_usd.is_some(), message),
        Cut::BudgetTokens => odd(limits.budget_tokens.is_some(), message),
        Cut::BudgetWall => odd(limits.budget_wall_ms.is_some(), message),
    }
}

fn judge_resumption(history: &History, fact: &RunResumed) -> Vec<Option<Finding>> {
    let is = |state: fn(&Lane) -> bool| move |worker: &Worker| history.lane(*worker).is_some_and(state);
    let result = &fact.result;
    vec![
        broken(result.interrupted.iter().all(is(Lane::is_running)), || told_wrongly("cut short")),
        broken(result.queued.iter().all(is(Lane::is_queued)), || told_wrongly("queued")),
    ]
}

fn told_wrongly(state: &str) -> String {
    format!("a worker is told as {state} that is not, or is none of the run")
}

fn judge_run_end(history: &History, limits: &Limits, fact: &RunFinished) -> Vec<Option<Finding>> {
    let reason = fact.result.reason;
    let message = || format!("the run ended, as {reason}, and it set no such limit");
    let is_open = |(_, lane): (Worker, &Lane)| lane.is_queued() || lane.is_running();
    vec![match reason {
        RunEnd::Stopped => None,
        RunEnd::FirstPassed => broken(limits.first, message),
        // Who resumes a run may set a budget, which no event tells.
        RunEnd::BudgetCost => odd(limits.budget_cost_micro_usd.is_some(), message),
        RunEnd::BudgetTokens => odd(limits.budget_tokens.is_some(), message),
        RunEnd::BudgetWall => odd(limits.budget_wall_ms.is_some(), message),
        // So it is after a retry of some, or where a worker could not be recorded.
        RunEnd::Completed => odd(!history.lanes().any(is_open), || {
            "the run is told as completed, and a worker had not come to its end".to_owned()
        }),
    }]
}

/// Judges a merge that failed before it was begun: that is for a conflict alone, of which git may name no path.
fn judge_failure(history: &History, fact: &MergeFinished) -> Option<Finding> {
    let result = &fact.result;
    let is_told = result.commit.is_some() || history.merging.is_some() || !result.conflicts.is_empty();
    odd(is_told, || format!("a merge into {} is told as failed, and nothing says why", fact.args.target))
}
