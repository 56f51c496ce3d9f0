//! Standings: how a run stands, read off its history alone, as several verbs tell it.

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
}

impl Standing {
    /// Reads how a run stands; none before its first event.
    #[must_use]
    pub fn of(history: &History) -> Option<Self> {
        let start = history.start()?;
        let args = &start.fact.args;
        let agents = args.workers.iter().map(|planned| planned.agent.as_str());
        Some(Self {
            run: args.run.clone(),
            task: args.task.clone(),
            started: start.time.clone(),
            base: args.base,
            gate: args.gate.as_ref().map(|gate| gate.argv.clone()),
            baseline: history.baseline.as_ref().map(|placed| placed.fact.result.verdict),
            workers: agents.zip(history.lanes()).map(|(agent, lane)| Row::of(history, agent, lane)).collect(),
            winner: history.winner(),
            doubt: history.doubt(),
            merge: history.merged.last().and_then(|placed| placed.fact.result.commit),
        })
    }

    /// Tells whether some candidate may win as things stand.
    #[must_use]
    pub fn has_hope(&self) -> bool {
        let gated = self.gate.is_some() || self.workers.iter().any(|row| row.verdict != Verdict::None);
        let wanted = if gated { Verdict::Pass } else { Verdict::None };
        let mut standing = self.workers.iter().filter(|row| row.state != "discarded");
        standing.any(|row| row.verdict == wanted && row.diff.as_ref().is_some_and(|diff| !diff.is_empty()))
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

    /// Writes what a person should know of the workers, one note a line.
    #[must_use]
    pub fn remarks(&self) -> String {
        let empty = |row: &&Row| row.diff.as_ref().is_some_and(DiffStat::is_empty);
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
