//! Rows: how one worker of a run stands.

use serde::Serialize;

use crate::{
    command::style::{self, Style},
    model::{
        cut::Cut,
        diff_stat::DiffStat,
        ending::Ending,
        escaped::Escaped,
        fact::{MergeFinished, WorkerFinished, run_started::Lane as PlannedLane, task_finished::End},
        history::{History, Lane, Placed},
        oid::Oid,
        plan::task::TaskId,
        run_id::RunId,
        usage::Usage,
        verdict::Verdict,
        worker::Worker,
    },
};

/// The states of a worker in the order of its life, as counts of them are told.
pub const STATES: [&str; 13] = [
    "queued",
    "blocked",
    "running",
    "interrupted",
    "stopped",
    "timeout",
    "failed",
    "empty",
    "finished",
    "gated",
    "picked",
    "merged",
    "discarded",
];

/// How one worker stands.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its number.
    pub worker: Worker,
    /// The task of a plan that it is an attempt at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// Which of its executions; 0 before the first.
    pub attempt: u32,
    /// The first that holds of `discarded`, `merged`, `picked`, `queued`, `stopped`, `running` (or `interrupted`, where nobody
    /// works on it any more), `timeout`, `interrupted`, `failed`, `empty`, `gated`, `finished`.
    pub state: &'static str,
    /// The agent's name.
    pub agent: String,
    /// How the agent ended.
    pub ending: Option<Ending>,
    /// The step before the agent that failed.
    pub failed_in: Option<String>,
    /// The candidate.
    pub candidate: Option<Oid>,
    /// How much it changed.
    pub diff: Option<DiffStat>,
    /// What the gate said.
    pub verdict: Verdict,
    /// Why the gate could not say anything.
    pub reason: Option<String>,
    /// Protected paths that the candidate touched.
    pub touched: Vec<String>,
    /// How long the agent ran, in milliseconds.
    pub duration_ms: Option<u64>,
    /// How long the agent has run by now, or ran, in milliseconds.
    pub elapsed_ms: Option<u64>,
    /// What the agent said that it spent.
    pub usage: Option<Usage>,
    /// What a provider complained of.
    pub provider_error: Option<String>,
    /// Paths that could not be read and are not in the candidate.
    pub skipped: Vec<String>,
    /// Why it was ended before it came to its own end.
    pub cut: Option<Cut>,
    /// How often the agent ran, where it could have run several times.
    pub iterations: Option<u32>,
    /// Tracked paths of the main checkout that changed while it ran.
    pub checkout_changed: Vec<String>,
    /// What it changed that its task did not declare.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub escapes: Vec<Escaped>,
    /// What it tried to change though its task may only read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<DiffStat>,
    /// How often its agent healed what the gate said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heals: Option<u32>,
    /// When it began, RFC 3339.
    pub started: Option<String>,
    /// Whether a gate gave a verdict.
    #[serde(skip)]
    pub is_gated: bool,
    /// Whether what the agent printed is in the run's logs.
    #[serde(skip)]
    pub has_agent_log: bool,
    /// Whether what the gate printed is there.
    #[serde(skip)]
    pub has_gate_log: bool,
}

/// Tells the state of a worker; where several hold, the first in this order.
fn state(history: &History, worker: Worker, lane: &Lane) -> &'static str {
    let is_accepted = || history.pursuit().is_some_and(|pursuit| pursuit.is_offering(worker));
    let is_own = |merge: &Placed<MergeFinished>| {
        merge.fact.args.worker.map_or_else(is_accepted, |_| Some(merge.fact.args.candidate) == lane.candidate())
    };
    let is_merged = || history.merged.iter().any(is_own);
    match lane.outcome() {
        Some(_) if lane.discarded.is_some() => "discarded",
        Some(_) if is_merged() => "merged",
        Some(_) if history.winner() == Some(worker) || (history.offer().is_some() && is_accepted()) => "picked",
        None if lane.is_queued() && is_blocked(history, worker) => "blocked",
        None if lane.is_queued() => "queued",
        None if lane.is_running() => "running",
        None => "stopped",
        Some(outcome) => match outcome.ending {
            Ending::Stopped => "stopped",
            Ending::Timeout => "timeout",
            Ending::Interrupted => "interrupted",
            Ending::Failure { .. } | Ending::Signalled { .. } => "failed",
            Ending::Success if outcome.diff.is_empty() => "empty",
            Ending::Success if lane.gate.is_some() => "gated",
            Ending::Success => "finished",
        },
    }
}

fn is_blocked(history: &History, worker: Worker) -> bool {
    let pursuit = history.pursuit();
    pursuit.is_some_and(|pursuit| {
        pursuit.goal.place_of(worker).and_then(|task| pursuit.end_of(task)) == Some(End::Blocked)
    })
}

impl Row {
    /// Reads how one worker stands, with what the run planned for it.
    pub(super) fn of(history: &History, planned: &PlannedLane, (worker, lane): (Worker, &Lane)) -> Self {
        let outcome = lane.outcome();
        let gate = lane.gate.as_ref().map(|placed| &placed.fact.result);
        Self {
            worker,
            attempt: lane.attempt(),
            state: state(history, worker, lane),
            agent: planned.agent.clone(),
            task: planned.task.clone(),
            ending: outcome.map(|outcome| outcome.ending),
            failed_in: outcome.and_then(|outcome| outcome.failed_in.clone()),
            candidate: lane.candidate(),
            diff: outcome.map(|outcome| outcome.diff.clone()),
            verdict: lane.verdict(),
            reason: gate.and_then(|gate| gate.reason.clone()),
            touched: gate.map(|gate| gate.touched.clone()).unwrap_or_default(),
            elapsed_ms: lane.finished.as_ref().map(|placed| placed.duration_ms),
            started: lane.started.as_ref().and_then(|placed| placed.time.clone()),
            duration_ms: lane.finished.as_ref().filter(|placed| is_known(placed)).map(|placed| placed.duration_ms),
            usage: outcome.and_then(|outcome| outcome.usage.clone()),
            provider_error: outcome.and_then(|outcome| outcome.provider_error.clone()),
            skipped: outcome.map(|outcome| outcome.skipped.clone()).unwrap_or_default(),
            cut: outcome.and_then(|outcome| outcome.cut),
            iterations: outcome.and_then(|outcome| outcome.iterations),
            checkout_changed: outcome.map(|outcome| outcome.checkout_changed.clone()).unwrap_or_default(),
            escapes: outcome.map(|outcome| outcome.escapes.clone()).unwrap_or_default(),
            refused: outcome.and_then(|outcome| outcome.refused.as_ref()).map(|refused| refused.diff.clone()),
            heals: outcome.and_then(|outcome| outcome.heals),
            is_gated: gate.is_some(),
            has_agent_log: outcome.is_some_and(|outcome| outcome.log.is_some()),
            has_gate_log: gate.is_some_and(|gate| gate.log.is_some()),
        }
    }

    /// Names the task of a plan that it is an attempt at, or the whole goal.
    pub(in crate::command) fn task_cell(&self) -> String {
        self.task.as_ref().map_or("(goal)".to_owned(), ToString::to_string)
    }

    pub(super) fn cells(&self, wins: bool, of_plan: bool) -> Vec<String> {
        let ending = match (&self.failed_in, self.ending) {
            _ if self.state == "discarded" => Style::Faint.paint(self.state),
            (Some(step), Some(ending)) => format!("{step} {ending}"),
            (None, Some(ending)) => ending.to_string(),
            (_, None) => self.state.to_owned(),
        };
        let is_bad = self.state != "discarded" && self.ending.is_some_and(|ending| !ending.is_success());
        let name = if wins { Style::Good.paint(&format!("{} *", self.worker)) } else { self.worker.to_string() };
        let task = of_plan.then(|| self.task_cell());
        let mut cells: Vec<String> = [name].into_iter().chain(task).collect();
        cells.extend([
            self.agent.clone(),
            if is_bad { Style::Bad.paint(&ending) } else { ending },
            self.duration_ms.map(style::duration).unwrap_or_default(),
            self.diff.as_ref().map(ToString::to_string).unwrap_or_default(),
            style::verdict(self.verdict),
            self.candidate.map(|candidate| candidate.short()).unwrap_or_default(),
        ]);
        cells
    }

    pub(super) fn remarks(&self, run: &RunId) -> Vec<String> {
        let worker = self.worker;
        let mut remarks = self.failures(run);
        remarks.extend(self.cut.map(|cut| format!("{worker} was ended: {cut}")));
        let passes = self.iterations.filter(|count| *count > 1);
        remarks.extend(passes.map(|count| format!("{worker}'s agent ran {count} times")));
        if !self.checkout_changed.is_empty() {
            let paths = self.checkout_changed.join(", ");
            remarks.push(format!("while {worker} ran, files of the main checkout changed: {paths}"));
        }
        remarks.extend(self.provider_error.iter().map(|error| format!("{worker}'s provider said: {error}")));
        remarks.extend(self.reason.iter().map(|reason| format!("{worker}'s gate could not answer: {reason}")));
        if !self.touched.is_empty() {
            remarks.push(format!("{worker} touched protected files: {}", self.touched.join(", ")));
        }
        if let Some(escape) = self.escapes.first() {
            let more =
                if self.escapes.len() > 1 { format!(" and {} more", self.escapes.len() - 1) } else { String::new() };
            let (path, reason) = (&escape.path, &escape.reason);
            remarks.push(format!("{worker} went beyond what its task declared: {path}: {reason}{more}"));
        }
        if let Some(diff) = &self.refused {
            remarks.push(format!("{worker} may only read, and what it changed was refused: {diff}"));
        }
        if !self.skipped.is_empty() {
            remarks.push(format!("{worker} left files that could not be read: {}", self.skipped.join(", ")));
        }
        remarks
    }

    /// Says what failed, each with the command that shows what it printed.
    fn failures(&self, run: &RunId) -> Vec<String> {
        let worker = self.worker;
        let mut failures = Vec::new();
        let log = |which: &str| format!("git par log {run} -w {} --{which}", worker.get());
        if self.failed_in.as_deref() == Some("setup") {
            failures.push(format!("{worker}'s setup failed: {}", log("setup")));
        }
        let itself = matches!(self.ending, Some(Ending::Failure { .. } | Ending::Timeout | Ending::Signalled { .. }));
        if itself && self.has_agent_log {
            failures.push(format!("{worker}'s agent failed: {}", log("agent")));
        }
        if matches!(self.verdict, Verdict::Fail | Verdict::Timeout) && self.has_gate_log {
            failures.push(format!("{worker} failed the gate: {}", log("gate")));
        }
        failures
    }
}

/// Tells whether anybody knows how long an attempt took: whoever dies with its supervisor has no end.
fn is_known(placed: &Placed<WorkerFinished>) -> bool {
    placed.fact.result.ending != Ending::Interrupted
}
