//! Standings: how a run stands, read off its history alone, as several verbs tell it.

use serde::Serialize;

use super::style::{self, Style};
use crate::{
    engine::command_line,
    model::{
        diff_stat::DiffStat,
        ending::Ending,
        history::{History, Lane},
        oid::Oid,
        ref_name::RefName,
        run_id::RunId,
        usage::Usage,
        verdict::Verdict,
        worker::Worker,
    },
};

/// How a run stands.
#[derive(Clone, Debug, Serialize)]
pub struct Standing {
    /// The run.
    pub run: RunId,
    /// The whole task text.
    pub task: String,
    /// When it started, RFC 3339.
    pub started: Option<String>,
    /// The commit that it started from.
    pub base: Oid,
    /// The gate's command line, where the run planned one.
    pub gate: Option<Vec<String>>,
    /// What the gate said of base, where somebody asked.
    pub baseline: Option<Verdict>,
    /// Each worker's newest attempt, by number.
    pub workers: Vec<Row>,
    /// The winner, where one was picked.
    pub winner: Option<Worker>,
    /// The commit of the newest merge.
    pub merge: Option<Oid>,
}

/// How one worker stands.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its number.
    pub worker: Worker,
    /// Which of its executions; 0 before the first.
    pub attempt: u32,
    /// `queued`, `running`, `interrupted`, `finished`, `empty` or `failed`.
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
    /// What the agent said that it spent.
    pub usage: Option<Usage>,
    /// What a provider complained of.
    pub provider_error: Option<String>,
    /// Paths that could not be read and are not in the candidate.
    pub skipped: Vec<String>,
    /// Whether what the agent printed is in the run's logs.
    #[serde(skip)]
    pub has_agent_log: bool,
    /// Whether what the gate printed is there.
    #[serde(skip)]
    pub has_gate_log: bool,
}

impl Standing {
    /// Reads how a run stands; none before its first event.
    #[must_use]
    pub fn of(history: &History) -> Option<Self> {
        let start = history.start()?;
        let args = &start.fact.args;
        let rows = args.workers.iter().zip(history.lanes());
        Some(Self {
            run: args.run.clone(),
            task: args.task.clone(),
            started: start.time.clone(),
            base: args.base,
            gate: args.gate.as_ref().map(|gate| gate.argv.clone()),
            baseline: history.baseline.as_ref().map(|placed| placed.fact.result.verdict),
            workers: rows.map(|(planned, (worker, lane))| row(worker, &planned.agent, lane)).collect(),
            winner: history.selected.as_ref().and_then(|placed| placed.fact.result.winner),
            merge: history.merged.last().and_then(|placed| placed.fact.result.commit),
        })
    }

    /// Tells whether some candidate may win as things stand.
    #[must_use]
    pub fn has_hope(&self) -> bool {
        let gated = self.gate.is_some() || self.workers.iter().any(|row| row.verdict != Verdict::None);
        let wanted = if gated { Verdict::Pass } else { Verdict::None };
        self.workers.iter().any(|row| row.verdict == wanted && row.diff.as_ref().is_some_and(|diff| !diff.is_empty()))
    }

    /// Writes the workers as a table.
    #[must_use]
    pub fn table(&self) -> String {
        let head = ["worker", "agent", "ending", "time", "diff", "gate", "candidate"].map(str::to_owned).to_vec();
        let rows = self.workers.iter().map(|row| row.cells(self.winner == Some(row.worker)));
        let mut text = style::table(head, rows);
        text.push_str(&self.remarks());
        text
    }

    fn remarks(&self) -> String {
        let logs = RefName::logs(&self.run);
        let empty = |row: &&Row| row.diff.as_ref().is_some_and(DiffStat::is_empty);
        let idle: Vec<String> = self.workers.iter().filter(empty).map(|row| row.worker.to_string()).collect();
        let idle = (!idle.is_empty()).then(|| format!("{} changed nothing", idle.join(", ")));
        let lines = idle.into_iter().chain(self.workers.iter().flat_map(|row| row.remarks(&logs)));
        lines.fold(String::new(), |text, line| format!("{text}{} {line}\n", Style::Warning.paint("note:")))
    }

    /// Says what was checked, and warns where the check cannot tell.
    #[must_use]
    pub fn gate_line(&self) -> String {
        let nothing = self.workers.iter().all(|row| row.verdict == Verdict::None);
        let gate = self.gate.as_ref().map(|argv| command_line::shown(argv));
        match (gate, nothing, self.baseline) {
            (_, _, Some(Verdict::Pass)) => format!(
                "{} base passes the gate already: it cannot tell a fix from none\n",
                Style::Warning.paint("warning:")
            ),
            (None, true, _) => "nothing was checked: no gate was given\n".to_owned(),
            _ => String::new(),
        }
    }
}

fn row(worker: Worker, planned: &str, lane: &Lane) -> Row {
    let outcome = lane.outcome();
    let gate = lane.gate.as_ref().map(|placed| &placed.fact.result);
    Row {
        worker,
        attempt: lane.attempt(),
        state: state(lane),
        agent: planned.to_owned(),
        ending: outcome.map(|outcome| outcome.ending),
        failed_in: outcome.and_then(|outcome| outcome.failed_in.clone()),
        candidate: lane.candidate(),
        diff: outcome.map(|outcome| outcome.diff.clone()),
        verdict: lane.verdict(),
        reason: gate.and_then(|gate| gate.reason.clone()),
        touched: gate.map(|gate| gate.touched.clone()).unwrap_or_default(),
        duration_ms: lane.finished.as_ref().map(|placed| placed.duration_ms),
        usage: outcome.and_then(|outcome| outcome.usage.clone()),
        provider_error: outcome.and_then(|outcome| outcome.provider_error.clone()),
        skipped: outcome.map(|outcome| outcome.skipped.clone()).unwrap_or_default(),
        has_agent_log: outcome.is_some_and(|outcome| outcome.log.is_some()),
        has_gate_log: gate.is_some_and(|gate| gate.log.is_some()),
    }
}

fn state(lane: &Lane) -> &'static str {
    match (&lane.started, lane.outcome()) {
        (None, _) => "queued",
        (Some(_), None) => "running",
        (Some(_), Some(outcome)) if !outcome.ending.is_success() => "failed",
        (Some(_), Some(outcome)) if outcome.diff.is_empty() => "empty",
        (Some(_), Some(_)) => "finished",
    }
}

impl Row {
    fn cells(&self, wins: bool) -> Vec<String> {
        let ending = match (&self.failed_in, self.ending) {
            (Some(step), Some(ending)) => format!("{step} {ending}"),
            (None, Some(ending)) => ending.to_string(),
            (_, None) => self.state.to_owned(),
        };
        let name = if wins { Style::Good.paint(&format!("{} *", self.worker)) } else { self.worker.to_string() };
        vec![
            name,
            self.agent.clone(),
            if self.ending.is_some_and(|ending| !ending.is_success()) { Style::Bad.paint(&ending) } else { ending },
            self.duration_ms.map(style::duration).unwrap_or_default(),
            self.diff.as_ref().map(ToString::to_string).unwrap_or_default(),
            style::verdict(self.verdict),
            self.candidate.map(|candidate| candidate.short()).unwrap_or_default(),
        ]
    }

    fn remarks(&self, logs: &RefName) -> Vec<String> {
        let worker = self.worker;
        let mut remarks = self.failures(logs);
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
    fn failures(&self, logs: &RefName) -> Vec<String> {
        let worker = self.worker;
        let mut failures = Vec::new();
        if self.failed_in.as_deref() == Some("setup") {
            failures.push(format!("{worker}'s setup failed: git show {logs}:{worker}/setup.log"));
        }
        let itself = matches!(self.ending, Some(Ending::Failure { .. } | Ending::Timeout | Ending::Signalled { .. }));
        if itself && self.has_agent_log {
            failures.push(format!("{worker}'s agent failed: git show {logs}:{worker}/agent.log"));
        }
        if matches!(self.verdict, Verdict::Fail | Verdict::Timeout) && self.has_gate_log {
            failures.push(format!("{worker} failed the gate: git show {logs}:{worker}/gate.log"));
        }
        failures
    }
}
