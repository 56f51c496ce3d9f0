//! Agendas: what a run that carries out a plan does next, decided from its history alone.
//!
//! Wave after wave: what a task needs that did not come in blocks it; the others work; each task gets its outcome; what was
//! accepted is integrated. Then the goal's gate looks at the whole. Where that does not do, it is searched what is to blame, and,
//! where that is asked for, one session takes over: first from what is not to blame, then from the start.

use super::{
    fact::{
        gate_finished,
        goal_finished::{self, Mode},
        recovery_started::Scope,
        run_started::Lane as Planned,
        union_finished::Part,
    },
    history::{History, Lane, Pursuit},
    oid::Oid,
    plan::task::{TaskId, names},
    run_end::RunEnd,
    verdict::Verdict,
    worker::Worker,
};

/// What the gate says of a tree with protected files in it that were changed.
const BUT_PROTECTED: &str = "the gate passes only with the protected files as they were";

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Tasks one by one, as they come, and their workers.
    Draw,
    /// These workers, side by side.
    Work(Vec<Worker>),
    /// The outcome of a task.
    Settle(usize),
    /// The union of a wave.
    Unite(usize),
    /// The goal's gate on the last union.
    Check,
    /// The search for what makes it fail.
    Blame,
    /// One session takes over.
    Recover(Scope),
    /// What the goal came to.
    Conclude,
    /// Nothing: it is over, or somebody who began has not ended.
    Rest,
}

/// Decides what is to be done next.
#[must_use]
pub fn next(history: &History) -> Step {
    let Some(pursuit) = history.pursuit().filter(|pursuit| pursuit.end.is_none()) else { return Step::Rest };
    if pursuit.is_drawing() {
        return Step::Draw;
    }
    let done = pursuit.waves_done();
    match pursuit.goal.order.waves.get(done) {
        Some(wave) => in_wave(history, pursuit, (done, wave)),
        None => after_waves(history, pursuit),
    }
}

fn in_wave(history: &History, pursuit: &Pursuit, (number, wave): (usize, &[usize])) -> Step {
    let open: Vec<usize> = wave.iter().copied().filter(|task| pursuit.tasks[*task].is_none()).collect();
    if let Some(task) = open.iter().find(|task| pursuit.unmet(**task).is_some()) {
        return Step::Settle(*task);
    }
    let workers: Vec<Worker> = open.iter().flat_map(|task| pursuit.goal.workers_of(*task)).collect();
    let mut waiting: Vec<Worker> = workers.iter().copied().filter(|worker| is_open(history, *worker)).collect();
    waiting.sort();
    match (waiting.is_empty(), open.first()) {
        (false, _) => Step::Work(waiting),
        (true, Some(_)) if workers.iter().any(|worker| is_running(history, *worker)) => Step::Rest,
        (true, Some(task)) => Step::Settle(*task),
        (true, None) => Step::Unite(number),
    }
}

/// Tells whether a worker waits for its turn, or for its gate.
#[must_use]
pub fn is_open(history: &History, worker: Worker) -> bool {
    let is_gated = history.gate_of(worker).is_some();
    history.lane(worker).is_some_and(|lane| lane.is_queued() || (is_gated && lane.is_ungated()))
}

/// Lists the workers that wait for their turn, or for their gate, by number.
#[must_use]
pub fn open(history: &History) -> Vec<Worker> {
    history.lanes().map(|(worker, _)| worker).filter(|worker| is_open(history, *worker)).collect()
}

/// Tells whether the run came to its own end, so that nothing is to be waited for: nobody stopped it, and whoever began has ended.
#[must_use]
pub fn is_over(history: &History) -> bool {
    let Some(reason) = history.ended.as_ref().map(|placed| placed.fact.result.reason) else { return false };
    let is_whole = match history.pursuit() {
        Some(pursuit) => pursuit.end.is_some(),
        None => reason != RunEnd::Completed || open(history).is_empty(),
    };
    reason != RunEnd::Stopped && is_whole && !history.lanes().any(|(_, lane)| lane.is_running())
}

fn is_running(history: &History, worker: Worker) -> bool {
    history.lane(worker).is_some_and(Lane::is_running)
}

fn after_waves(history: &History, pursuit: &Pursuit) -> Step {
    let has_gate = history.run().is_some_and(|run| run.args.gate.is_some());
    let Some(recovery) = pursuit.recoveries.last() else {
        return match () {
            () if has_gate && pursuit.gate.is_none() && !pursuit.parts().is_empty() => Step::Check,
            () if outcome(history, pursuit).commit.is_some() => Step::Conclude,
            () if wants_blame(pursuit) && pursuit.blame.is_none() => Step::Blame,
            () => first_scope(pursuit).map_or(Step::Conclude, Step::Recover),
        };
    };
    let worker = recovery.fact.args.lane.worker;
    let may_go_on = recovery.fact.args.scope == Scope::Regional && outcome(history, pursuit).commit.is_none();
    match () {
        () if is_open(history, worker) => Step::Work(vec![worker]),
        () if is_running(history, worker) => Step::Rest,
        () if may_go_on => Step::Recover(Scope::Single),
        () => Step::Conclude,
    }
}

/// Tells whether something that was integrated makes the gate fail.
fn wants_blame(pursuit: &Pursuit) -> bool {
    let verdict = verdict(pursuit);
    let fails = matches!(verdict, Verdict::Fail | Verdict::Timeout);
    // Of two that conflict it is known already. Where a goal is only half done, base fails alone, and nobody is blamed.
    fails && pursuit.conflicts().next().is_none() && pursuit.goal.terms.blame_budget > 0
}

fn verdict(pursuit: &Pursuit) -> Verdict {
    pursuit.gate.as_ref().map_or(Verdict::None, |placed| placed.fact.result.verdict)
}

fn first_scope(pursuit: &Pursuit) -> Option<Scope> {
    pursuit.goal.terms.recover.as_ref().filter(|_| !pursuit.goal.only_looks())?;
    let kept = kept(pursuit);
    let is_all = kept.len() == pursuit.parts().len() && pursuit.missing().is_empty();
    if !kept.is_empty() && !is_all {
        return Some(Scope::Regional);
    }
    (pursuit.goal.plan.tasks.len() > 1).then_some(Scope::Single)
}

/// Lists the candidates that are not to blame for a union that conflicts or fails.
#[must_use]
pub fn kept(pursuit: &Pursuit) -> Vec<Part> {
    let parts = pursuit.parts();
    let blamed = pursuit.blame.as_ref().map(|placed| &placed.fact.result.tasks);
    let is_blamed = |task: &TaskId| {
        let in_pair =
            pursuit.conflicts().any(|conflict| conflict.ours.as_ref() == Some(task) || conflict.theirs == *task);
        in_pair || blamed.is_some_and(|tasks| tasks.contains(task))
    };
    parts.into_iter().filter(|part| !is_blamed(&part.task)).collect()
}

/// Decides what the goal came to, as things stand.
#[must_use]
pub fn outcome(history: &History, pursuit: &Pursuit) -> goal_finished::Outcome {
    match pursuit.recoveries.last() {
        Some(recovery) => by_session(history, &recovery.fact.args.lane, recovery.fact.args.scope),
        None => by_tasks(history, pursuit),
    }
}

fn by_tasks(history: &History, pursuit: &Pursuit) -> goal_finished::Outcome {
    let missing: Vec<TaskId> =
        pursuit.missing().into_iter().map(|task| pursuit.goal.plan.tasks[task].id.clone()).collect();
    let has_gate = history.run().is_some_and(|run| run.args.gate.is_some());
    let verdict = verdict(pursuit);
    let is_whole = missing.is_empty() && pursuit.left_out().is_empty() && !pursuit.parts().is_empty();
    let is_offered = is_whole && (verdict == Verdict::Pass || !has_gate);
    let union = pursuit.union().filter(|_| is_offered).map(|placed| &placed.fact.result);
    goal_finished::Outcome {
        mode: if pursuit.tasks.len() == 1 { Mode::SingleSession } else { Mode::Parallel },
        delivered: is_whole && verdict == Verdict::Pass && !is_altered(pursuit),
        commit: union.map(|union| union.commit),
        tree: union.map(|union| union.tree),
        worker: None,
        verdict,
        reason: why(pursuit, &missing, verdict, has_gate),
        missing,
    }
}

fn why(pursuit: &Pursuit, missing: &[TaskId], verdict: Verdict, has_gate: bool) -> String {
    if let Some(conflict) = pursuit.conflicts().next() {
        return conflict.to_string();
    }
    match () {
        () if !missing.is_empty() => format!("{} did not come in", names(missing)),
        () if !pursuit.left_out().is_empty() => {
            let (count, first) = (pursuit.left_out().len(), &pursuit.left_out()[0]);
            format!("{count} of the lines were no tasks, the first: '{}': {}", first.line, first.reason)
        }
        () if pursuit.goal.only_looks() => {
            "every task came in, and all of them only read: nothing is to be merged".to_owned()
        }
        () if pursuit.parts().is_empty() => "no task changed anything".to_owned(),
        () if !has_gate => "every task came in; nothing was checked: the goal has no gate".to_owned(),
        () if verdict == Verdict::Pass && is_altered(pursuit) => format!("every task came in, and {BUT_PROTECTED}"),
        () if verdict == Verdict::Pass => "every task came in, and the gate passes on their union".to_owned(),
        () => format!("every task came in, and the gate says {verdict} of their union"),
    }
}

/// Tells whether the gate looked at something else than the union: one with its own files as the base has them.
fn is_altered(pursuit: &Pursuit) -> bool {
    let gated = pursuit.gate.as_ref().map(|placed| placed.fact.result.tree);
    gated != pursuit.union().map(|placed| placed.fact.result.tree)
}

fn by_session(history: &History, lane: &Planned, scope: Scope) -> goal_finished::Outcome {
    let gate = history.run().and_then(|run| run.args.gate.as_ref());
    let has_gate = gate.is_some();
    let worker = lane.worker;
    let lane = history.lane(worker).cloned().unwrap_or_default();
    let left = lane.outcome().filter(|outcome| !outcome.diff.is_empty() && lane.discarded.is_none());
    // What another check says, which somebody may have run since, is no word on the goal.
    let is_goals = |check: &gate_finished::Args| {
        gate.is_some_and(|gate| (&gate.argv, &gate.protect) == (&check.argv, &check.protect))
    };
    let said = lane.gate.as_ref().map(|placed| &placed.fact).filter(|said| is_goals(&said.args));
    let verdict = said.map_or(Verdict::None, |said| said.result.verdict);
    let offered: Option<(Oid, Oid)> =
        left.filter(|_| verdict == Verdict::Pass || !has_gate).map(|left| (left.candidate, left.tree));
    // What passes with its protected files put back says nothing of the tree that is offered.
    let is_exact = said.map(|said| said.result.tree) == left.map(|left| left.tree);
    let reason = match (offered, left) {
        (_, None) => format!("{worker} took over and changed nothing"),
        (Some(_), _) if !has_gate => format!("{worker} took over; nothing was checked: the goal has no gate"),
        (Some(_), _) if !is_exact => format!("{worker} took over, and {BUT_PROTECTED}"),
        (Some(_), _) => format!("{worker} took over, and the gate passes on what it left"),
        (None, _) => format!("{worker} took over, and the gate says {verdict} of what it left"),
    };
    goal_finished::Outcome {
        mode: if scope == Scope::Regional { Mode::RegionalReplan } else { Mode::ParallelThenSingleSession },
        delivered: offered.is_some() && has_gate && is_exact,
        commit: offered.map(|(commit, _)| commit),
        tree: offered.map(|(_, tree)| tree),
        worker: offered.map(|_| worker),
        verdict,
        missing: Vec::new(),
        reason,
    }
}
