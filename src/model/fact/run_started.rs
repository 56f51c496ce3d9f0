//! `run_started`: what a run sets out to do.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{gate_plan::GatePlan, oid::Oid, plan::task::TaskId, rule::Rule, run_id::RunId, worker::Worker};

/// The run began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunStarted {
    /// What was asked.
    pub args: Args,
    /// What was found.
    pub result: Outcome,
}

/// What was asked of the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The run.
    pub run: RunId,
    /// The whole task text.
    pub task: String,
    /// The commit that it starts from.
    pub base: Oid,
    /// That commit's tree.
    pub base_tree: Oid,
    /// The lanes, by number.
    pub workers: Vec<Lane>,
    /// The check to run on each candidate, where one was given.
    pub gate: Option<GatePlan>,
    /// The rule that is to rank them.
    pub rule: Rule,
    /// What bounds the run.
    pub limits: Limits,
    /// The plan that it carries out, where its workers are not attempts at one task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Planned>,
    /// The two commits whose conflict it resolves, the target's first, where it does: it starts from the conflict, and nothing of it
    /// is merged as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolves: Option<[Oid; 2]>,
    /// The branch that its winner is to land on by way of the queue, as a full ref name, where somebody wants that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_merge: Option<String>,
}

/// A plan as a run carries it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// The plan.
    pub document: Value,
    /// What becomes of a candidate that changed what its task did not declare.
    pub on_escape: OnEscape,
    /// How many characters of what the tasks before handed over a task is given at most.
    pub upstream_limit: u32,
    /// How often the goal's gate may run to find out which tasks make a union fail.
    pub blame_budget: u32,
    /// The worker that takes over where the tasks do not bring the goal about; null: none does. A second one has the next number.
    pub recover: Option<Lane>,
    /// Where the tasks come from one by one, where they are not in the plan from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// What is made to fail, to see what becomes of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_fault: Option<String>,
}

/// What becomes of a candidate that changed what its task did not declare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnEscape {
    /// It is not accepted.
    #[default]
    Reject,
    /// That is recorded, and nothing else.
    Record,
}

/// One lane of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// Its number.
    pub worker: Worker,
    /// The agent's name: a preset's, or `command`.
    pub agent: String,
    /// The agent's command line.
    pub argv: Vec<String>,
    /// Whether the task is what it reads on its standard input.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub task_on_stdin: bool,
    /// The task of the plan that it is an attempt at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
}

/// What bounds a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Workers at once.
    pub jobs: u16,
    /// The most time for one worker, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// The most time in which an agent may print nothing, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_timeout_ms: Option<u64>,
    /// The most time for the whole run, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_wall_ms: Option<u64>,
    /// The most tokens that the agents may say they used, in and out, all together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_tokens: Option<u64>,
    /// The most that the agents may say they cost, all together, in micro-dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_cost_micro_usd: Option<u64>,
    /// How often an agent is run again in its worktree until its gate passes; none: it runs once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_iterations: Option<u32>,
    /// How often an agent whose gate fails is run again to heal that; none: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heal: Option<u32>,
    /// Whether the first candidate that passes ends the run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub first: bool,
}

/// What the run ran with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// This program's version.
    pub tool_version: String,
    /// The git program's version.
    pub git_version: String,
}

super::payload!(RunStarted, "run_started", |_| true);
