//! Standings: how a run stands, read off its history alone, as several verbs tell it.

mod pursued;
mod row;

use serde::Serialize;

use super::style::{self, Style};
use crate::{
    engine::command_line,
    model::{
        diff_stat::DiffStat,
        history::{Doubt, History},
        oid::Oid,
        run_id::RunId,
        verdict::Verdict,
        worker::Worker,
    },
};
pub use pursued::Pursued;
pub use row::{Row, STATES};

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
    /// The winner, where one was picked and nothing else was found of it since.
    pub winner: Option<Worker>,
    /// What was found of the picked worker since, so that it is the winner no more.
    pub doubt: Option<Doubt>,
    /// The commit of the newest merge.
    pub merge: Option<Oid>,
    /// How the plan stands that the run carries out; left out where it carries out none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Pursued>,
    /// Whether it resolves a conflict of a queue.
    #[serde(skip)]
    resolves: bool,
}

impl Standing {
    /// Reads how a run stands; none before its first event.
    #[must_use]
    pub fn of(history: &History) -> Option<Self> {
        let start = history.start()?;
        let args = &start.fact.args;
        Some(Self {
            run: args.run.clone(),
            task: args.task.clone(),
            started: start.time.clone(),
            base: args.base,
            gate: args.gate.as_ref().map(|gate| gate.argv.clone()),
            baseline: history.baseline.as_ref().map(|placed| placed.fact.result.verdict),
            workers: history.planned().zip(history.lanes()).map(|(lane, now)| Row::of(history, lane, now)).collect(),
            winner: history.winner(),
            doubt: history.doubt(),
            merge: history.merged.last().and_then(|placed| placed.fact.result.commit),
            plan: history.pursuit().map(|pursuit| Pursued::of(pursuit, &args.run)),
            resolves: args.resolves.is_some(),
        })
    }

    /// Tells whether some candidate may win as things stand.
    #[must_use]
    pub fn has_hope(&self) -> bool {
        if let Some(plan) = &self.plan {
            return plan.goal.as_ref().is_some_and(|goal| goal.commit.is_some() || plan.has_only_looked);
        }
        let gated = self.gate.is_some() || self.workers.iter().any(|row| row.verdict != Verdict::None);
        let wanted = if gated { Verdict::Pass } else { Verdict::None };
        let mut standing = self.workers.iter().filter(|row| row.state != "discarded");
        standing.any(|row| row.verdict == wanted && row.diff.as_ref().is_some_and(|diff| !diff.is_empty()))
    }

    /// Tells whether a worker's candidate is the one that was picked, in all or for its task.
    pub(super) fn wins(&self, worker: Worker) -> bool {
        self.winner == Some(worker) || self.plan.as_ref().is_some_and(|plan| plan.has_accepted(worker))
    }

    /// Names the command that lands what a plan offers, or shows what its readers handed over, or else what happened; none of a
    /// run without a plan, or whose plan is not over.
    #[must_use]
    pub fn after_plan(&self) -> Option<String> {
        let run = &self.run;
        let goal = self.plan.as_ref()?.goal.as_ref()?;
        let first = self.workers.first().map_or(1, |row| row.worker.get());
        if self.resolves {
            return Some("git par queue resolve".to_owned());
        }
        Some(match goal.commit {
            Some(_) => format!("git par merge {run}"),
            None if self.has_hope() => format!("git par log {run} -w {first} --output"),
            None => format!("git par log {run}"),
        })
    }

    /// Writes the workers as a table.
    #[must_use]
    pub fn table(&self) -> String {
        let task = self.plan.is_some().then_some("task");
        let head = ["worker"].into_iter().chain(task);
        let head = head.chain(["agent", "ending", "time", "diff", "gate", "candidate"]).map(str::to_owned).collect();
        let wins = |row: &Row| self.wins(row.worker);
        let rows = self.workers.iter().map(|row| row.cells(wins(row), self.plan.is_some()));
        let mut text = style::table(head, rows);
        text.push_str(&self.remarks());
        text.push_str(&self.plan.as_ref().map(Pursued::text).unwrap_or_default());
        text
    }

    /// Writes what a person should know of the workers, one note a line.
    #[must_use]
    pub fn remarks(&self) -> String {
        let has_done = |row: &Row| self.plan.as_ref().is_some_and(|plan| plan.has_accepted(row.worker));
        let empty = |row: &&Row| row.diff.as_ref().is_some_and(DiffStat::is_empty) && !has_done(row);
        let idle: Vec<String> = self.workers.iter().filter(empty).map(|row| row.worker.to_string()).collect();
        let idle = (!idle.is_empty()).then(|| format!("{} changed nothing", idle.join(", ")));
        let doubt = self.doubt.map(|doubt| format!("{doubt}: git par pick {}", self.run));
        let lines = idle.into_iter().chain(doubt);
        let lines = lines.chain(self.workers.iter().flat_map(|row| row.remarks(&self.run)));
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
