//! Progress: what happens while a run works, for whoever shows it.

use std::{path::PathBuf, time::Duration};

use crate::model::{
    diff_stat::DiffStat, ending::Ending, fact::task_finished::End, plan::task::TaskId, run_id::RunId, verdict::Verdict,
    worker::Worker,
};

/// Who a progress is about: a worker, or base.
pub type Subject = Option<Worker>;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Progress {
    /// This run is meant: the user named none.
    Chosen(RunId),
    /// A run of this name begins.
    Begun(RunId),
    /// These workers will be worked on.
    Planned(Vec<Worker>),
    /// A worktree is being made.
    Preparing(Worker),
    /// The agent is running.
    Running {
        /// The worker.
        worker: Worker,
        /// The agent's name.
        agent: String,
    },
    /// The gate did not let a pass through: the agent runs again in its worktree.
    Again {
        /// The worker.
        worker: Worker,
        /// Which pass begins.
        iteration: u32,
    },
    /// The agent ended and its candidate is kept.
    Finished {
        /// The worker.
        worker: Worker,
        /// How the agent ended.
        ending: Ending,
        /// How much it changed.
        diff: DiffStat,
        /// How long it ran.
        took: Duration,
        /// What a provider complained of.
        provider_error: Option<String>,
    },
    /// A gate, or a score, is running.
    Checking(Subject),
    /// The goal's gate looks at what tasks make together.
    CheckingUnion,
    /// The goal's gate said something of it.
    CheckedUnion {
        /// What it said.
        verdict: Verdict,
        /// Why it could not run.
        reason: Option<String>,
        /// How long it ran.
        took: Duration,
    },
    /// A gate said something.
    Checked {
        /// Whose tree it was.
        subject: Subject,
        /// What it said.
        verdict: Verdict,
        /// Why it could not run.
        reason: Option<String>,
        /// How long it ran.
        took: Duration,
    },
    /// A task came from the stream that the run works off.
    Drawn {
        /// Its name.
        task: String,
        /// Who tries it.
        workers: Vec<Worker>,
    },
    /// A task of a plan is over.
    Settled {
        /// Which.
        task: TaskId,
        /// How it ended.
        end: End,
        /// Why.
        reason: String,
    },
    /// The candidates of these tasks are being integrated.
    Uniting(Vec<TaskId>),
    /// The candidates of these tasks alone are put to the goal's gate.
    Probing(Vec<TaskId>),
    /// A plan is being asked for, or what was found in one that is not valid.
    Drafting(String),
    /// Something is on its way to a remote or from it, told in one line.
    Carrying(String),
    /// A queue is being worked on, told in one line.
    Processing(String),
    /// A bundle is being written.
    Bundling(PathBuf),
    /// Something that a person should know.
    Warning(String),
}

/// Whoever shows progress; called from several threads.
pub type Listener<'a> = &'a (dyn Fn(Progress) + Sync);
