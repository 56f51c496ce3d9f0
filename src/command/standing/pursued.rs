//! Pursued plans: how the plan stands that a run carries out.

use serde::Serialize;

use crate::{
    command::style::Style,
    model::{
        blame::Explanation,
        fact::{
            GateFinished, goal_finished,
            task_finished::{self, End},
            union_finished::Conflict,
        },
        history::Pursuit,
        oid::Oid,
        plan::task::{Task, TaskId, names},
        run_id::RunId,
        verdict::Verdict,
        worker::Worker,
    },
};

/// How a plan stands.
#[derive(Clone, Debug, Serialize)]
pub struct Pursued {
    /// How many waves it has.
    waves: usize,
    /// How many of them are integrated.
    united: usize,
    /// Its tasks, in its order.
    tasks: Vec<Piece>,
    /// The union of the waves that are integrated.
    union: Option<Oid>,
    /// What could not be integrated.
    conflicts: Vec<Conflict>,
    /// The tasks that were found to make the union fail.
    blamed: Vec<TaskId>,
    /// How much that explains; null where nobody was blamed yet.
    blame: Option<Explanation>,
    /// Why the gate did not let the union pass, for people.
    #[serde(skip)]
    failure: Option<String>,
    /// Whether all that was to be done is done, though nothing is to be merged.
    #[serde(skip)]
    pub(super) has_only_looked: bool,
    /// Whether the goal was reached; null before that is known.
    pub(in crate::command) goal: Option<goal_finished::Outcome>,
}

/// How a task stands.
#[derive(Clone, Debug, Serialize)]
struct Piece {
    /// Its name.
    id: TaskId,
    /// Its wave, counted from 1.
    wave: usize,
    /// How it ended; null while it has not.
    end: Option<End>,
    /// Whose candidate was accepted.
    worker: Option<Worker>,
    /// Why.
    reason: Option<String>,
}

impl Pursued {
    pub(super) fn of(pursuit: &Pursuit, run: &RunId) -> Self {
        let piece = |(at, task): (usize, &Task)| {
            let result: Option<&task_finished::Outcome> = pursuit.tasks[at].as_ref().map(|placed| &placed.fact.result);
            Piece {
                id: task.id.clone(),
                wave: pursuit.goal.wave_of(at) + 1,
                end: result.map(|result| result.end),
                worker: result.and_then(|result| result.worker),
                reason: result.map(|result| result.reason.clone()),
            }
        };
        Self {
            waves: pursuit.goal.order.waves.len(),
            united: pursuit.waves_done(),
            tasks: pursuit.goal.plan.tasks.iter().enumerate().map(piece).collect(),
            union: pursuit.union().map(|placed| placed.fact.result.commit),
            conflicts: pursuit.conflicts().cloned().collect(),
            blamed: pursuit.blame.iter().flat_map(|placed| placed.fact.result.tasks.clone()).collect(),
            blame: pursuit.blame.as_ref().map(|placed| placed.fact.result.explanation),
            failure: pursuit.gate.as_ref().and_then(|placed| failure(&placed.fact, run)),
            has_only_looked: pursuit.goal.only_looks() && pursuit.missing().is_empty(),
            goal: pursuit.end.as_ref().map(|placed| placed.fact.result.clone()),
        }
    }

    /// Tells whether something is offered for merging.
    pub(in crate::command) fn offers(&self) -> bool {
        self.goal.as_ref().is_some_and(|goal| goal.commit.is_some())
    }

    /// Tells whether a worker's candidate is the one that its task came to.
    pub(super) fn has_accepted(&self, worker: Worker) -> bool {
        let session = self.goal.as_ref().and_then(|goal| goal.worker);
        session == Some(worker) || self.tasks.iter().any(|task| task.worker == Some(worker))
    }

    /// Writes what a person should know of it, a line each.
    pub(in crate::command) fn text(&self) -> String {
        let note = Style::Warning.paint("note:");
        let failed = self.tasks.iter().filter(|task| matches!(task.end, Some(End::Failed | End::Blocked)));
        let failed = failed.map(|task| {
            let end = task.end.map_or("", End::as_str);
            format!("{note} task {} {end}: {}\n", task.id, task.reason.as_deref().unwrap_or_default())
        });
        let conflicts = self.conflicts.iter().map(|conflict| format!("{note} {conflict}\n"));
        let union = self.failure.iter().cloned().chain(self.blame_line()).map(|line| format!("{note} {line}\n"));
        failed.chain(conflicts).chain(union).chain([self.goal_line()]).collect()
    }

    /// Says what makes the union fail.
    fn blame_line(&self) -> Option<String> {
        Some(match (self.blame?, self.blamed.len()) {
            (Explanation::Base, _) => "the gate fails without any of the tasks, too".to_owned(),
            (_, 1) => format!("what makes the gate fail: {}", names(&self.blamed)),
            _ => format!("what fails together: {}", names(&self.blamed)),
        })
    }

    fn goal_line(&self) -> String {
        match &self.goal {
            None => format!("{} of {} waves are integrated\n", self.united, self.waves),
            Some(goal) => {
                let (style, word) = match (goal.delivered, goal.commit) {
                    (true, _) => (Style::Good, "delivered"),
                    (false, Some(_)) => (Style::Warning, "offered, not delivered"),
                    (false, None) => (Style::Bad, "not delivered"),
                };
                let word = style.paint(word);
                let union = goal.commit.map(|commit| format!(": {}", commit.short())).unwrap_or_default();
                format!("{word} ({}){union}: {}\n", goal.mode.as_str(), goal.reason)
            }
        }
    }
}

/// Says why a gate did not let a union pass, with the command that shows what it printed.
fn failure(said: &GateFinished, run: &RunId) -> Option<String> {
    match said.result.verdict {
        Verdict::Fail | Verdict::Timeout => Some(format!("the union failed the gate: git par log {run} --union")),
        Verdict::Error => {
            let reason = said.result.reason.as_deref().unwrap_or_default();
            Some(format!("the union's gate could not answer: {reason}"))
        }
        Verdict::Pass | Verdict::None => None,
    }
}
