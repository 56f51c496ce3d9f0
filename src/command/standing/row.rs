//! Rows: how one worker of a run stands.

use serde::Serialize;

use crate::{
    command::style::{self, Style},
    model::{
        cut::Cut,
        diff_stat::DiffStat,
        ending::Ending,
        fact::WorkerFinished,
        history::{History, Lane, Placed},
        oid::Oid,
        run_id::RunId,
        usage::Usage,
        verdict::Verdict,
        worker::Worker,
    },
};

/// The states of a worker in the order of its life, as counts of them are told.
pub const STATES: [&str; 12] = [
    "queued",
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
    let is_merged = || history.merged.iter().any(|merge| Some(merge.fact.args.candidate) == lane.candidate());
    match lane.outcome() {
        Some(_) if lane.discarded.is_some() => "discarded",
        Some(_) if is_merged() => "merged",
        Some(_) if history.winner() == Some(worker) => "picked",
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

impl Row {
    /// Reads how one worker stands, with the agent that the run planned for it.
    pub(super) fn of(history: &History, agent: &str, (worker, lane): (Worker, &Lane)) -> Self {
        let outcome = lane.outcome();
        let gate = lane.gate.as_ref().map(|placed| &placed.fact.result);
        Self {
            worker,
            attempt: lane.attempt(),
            state: state(history, worker, lane),
            agent: agent.to_owned(),
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
            is_gated: gate.is_some(),
            has_agent_log: outcome.is_some_and(|outcome| outcome.log.is_some()),
            has_gate_log: gate.is_some_and(|gate| gate.log.is_some()),
        }
    }

    pub(super) fn cells(&self, wins: bool) -> Vec<String> {
        let ending = match (&self.failed_in, self.ending) {
            _ if self.state == "discarded" => Style::Faint.paint(self.state),
            (Some(step), Some(ending)) => format!("{step} {ending}"),
            (None, Some(ending)) => ending.to_string(),
            (_, None) => self.state.to_owned(),
        };
        let is_bad = self.state != "discarded" && self.ending.is_some_and(|ending| !ending.is_success());
        let name = if wins { Style::Good.paint(&format!("{} *", self.worker)) } else { self.worker.to_string() };
        vec![
            name,
            self.agent.clone(),
            if is_bad { Style::Bad.paint(&ending) } else { ending },
            self.duration_ms.map(style::duration).unwrap_or_default(),
            self.diff.as_ref().map(ToString::to_string).unwrap_or_default(),
            style::verdict(self.verdict),
            self.candidate.map(|candidate| candidate.short()).unwrap_or_default(),
        ]
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
