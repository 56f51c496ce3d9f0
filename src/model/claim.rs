//! Claims: what an event that may stand where it stands says, held against what the run set out to do and what came before.
//!
//! What this program never writes there is broken; what it writes in rare cases only is told.

mod pursued;

use super::{
    cut::Cut,
    ending::Ending,
    fact::{
        Fact, IterationFinished, MergeFinished, RunFinished, RunResumed, WorkerFinished, iteration_finished,
        run_started::Limits, worker_started,
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
        Fact::WorkerStarted(fact) => judge_start(history, &fact.args),
        Fact::IterationFinished(fact) => judge_pass(history, &run.limits, fact),
        Fact::WorkerFinished(fact) => judge_end(history, &run.limits, fact),
        Fact::RunResumed(fact) => judge_resumption(history, fact),
        Fact::RunFinished(fact) => judge_run_end(history, &run.limits, fact),
        Fact::MergeFinished(fact) => vec![judge_failure(history, fact)],
        _ => Vec::new(),
    };
    found.into_iter().flatten().chain(pursued::judge(history, fact)).collect()
}

fn broken(holds: bool, message: impl FnOnce() -> String) -> Option<Finding> {
    (!holds).then(|| Finding::broken(Code::History, message()))
}

fn odd(holds: bool, message: impl FnOnce() -> String) -> Option<Finding> {
    (!holds).then(|| Finding::remark(Code::History, message()))
}

fn judge_start(history: &History, args: &worker_started::Args) -> Vec<Option<Finding>> {
    let worker = args.worker;
    let planned = history.planned().find(|lane| lane.worker == worker);
    let start = if history.pursuit().is_some() { "what was integrated by then" } else { "the run's base" };
    // Another version of this program may know the agent by another command line.
    let is_planned = planned.is_none_or(|lane| (&lane.agent, &lane.argv) == (&args.agent, &args.argv));
    vec![
        broken(history.start_of(worker) == Some(args.base), || {
            format!("{worker} was started from {}, not from {start}", args.base)
        }),
        odd(is_planned, || format!("{worker} was started as '{}', the run planned another", args.argv.join(" "))),
    ]
}

/// Returns how often an agent may run at most, passes that count for none left out.
fn most_passes(limits: &Limits) -> usize {
    let most = limits.heal.map(|heal| heal.saturating_add(1)).or(limits.max_iterations).unwrap_or(1);
    usize::try_from(most).unwrap_or(usize::MAX)
}

fn judge_pass(history: &History, limits: &Limits, fact: &IterationFinished) -> Vec<Option<Finding>> {
    let (worker, number, most) = (fact.args.worker, fact.args.iteration, most_passes(limits));
    let passes = history.lane(worker).map_or(&[][..], |lane| &lane.passes);
    let is_same = limits.heal.is_some() && passes.last().is_some_and(|before| before.tree == fact.result.tree);
    let spared = unchanged(passes) + usize::from(fact.result.unchanged);
    let may_go_on = usize::try_from(number).is_ok_and(|number| number - spared.min(number) < most) && spared < 2;
    vec![
        broken(may_go_on, || format!("pass {number} of {worker} was not its last, of {most} that it may have")),
        broken(fact.result.unchanged == is_same, || {
            format!("whether pass {number} of {worker} changed anything is not what its tree says")
        }),
        broken(fact.result.verdict != Verdict::Pass, || format!("{worker} passed the gate, and another pass followed")),
    ]
}

fn unchanged(passes: &[iteration_finished::Outcome]) -> usize {
    passes.iter().filter(|pass| pass.unchanged).count()
}

fn judge_end(history: &History, limits: &Limits, fact: &WorkerFinished) -> Vec<Option<Finding>> {
    let (worker, result) = (fact.args.worker, &fact.result);
    let passes = history.lane(worker).map_or(&[][..], |lane| &lane.passes);
    let counted = result.iterations.map(|count| usize::try_from(count).unwrap_or(usize::MAX));
    let is_counted = counted.is_none_or(|count| most_passes(limits) > 1 && count == passes.len() + 1);
    let fits = match result.cut {
        Some(Cut::Timeout | Cut::Idle) => result.ending == Ending::Timeout,
        Some(_) => result.ending == Ending::Stopped,
        // The first versions told of no cut; a task of a plan may have a limit of its own.
        None => {
            result.ending != Ending::Timeout || is_timed(history, limits, worker) || limits.idle_timeout_ms.is_some()
        }
    };
    let is_same = passes.last().is_some_and(|before| before.tree == result.tree);
    let healed = passes.len() - unchanged(passes).min(passes.len());
    let healed = healed - usize::from(is_same).min(healed);
    let is_healed = result.heals.is_none_or(|heals| limits.heal.is_some() && usize::try_from(heals) == Ok(healed));
    vec![
        broken(is_counted, || format!("{worker} ran {} times, the journal has other passes", counted.unwrap_or(0))),
        broken(is_healed, || format!("{worker} healed {} times, its passes say otherwise", result.heals.unwrap_or(0))),
        broken(fits, || format!("{worker} ended with {}, which is not how it was ended", result.ending)),
        result.cut.and_then(|cut| judge_cut(history, limits, (worker, cut))),
    ]
}

/// Tells whether a worker's time was bounded, for the run or by its task.
fn is_timed(history: &History, limits: &Limits, worker: Worker) -> bool {
    let task = history.pursuit().and_then(|pursuit| pursuit.goal.task_of(worker));
    limits.timeout_ms.is_some() || task.is_some_and(|task| task.timeout.is_some())
}

fn judge_cut(history: &History, limits: &Limits, (worker, cut): (Worker, Cut)) -> Option<Finding> {
    let message = || format!("{worker} was ended, as {cut}, and the run set no such limit");
    match cut {
        Cut::Timeout => broken(is_timed(history, limits, worker), message),
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
        RunEnd::Completed => match history.pursuit() {
            Some(pursuit) => odd(pursuit.end.is_some(), || {
                "the run is told as completed, and its plan was not carried out to its end".to_owned()
            }),
            None => odd(!history.lanes().any(is_open), || {
                "the run is told as completed, and a worker had not come to its end".to_owned()
            }),
        },
    }]
}

/// Judges a merge that failed before it was begun: that is for a conflict alone, of which git may name no path.
fn judge_failure(history: &History, fact: &MergeFinished) -> Option<Finding> {
    let result = &fact.result;
    let is_told = result.commit.is_some() || history.merging.is_some() || !result.conflicts.is_empty();
    odd(is_told, || format!("a merge into {} is told as failed, and nothing says why", fact.args.target))
}
