//! Facts: the typed payloads of a journal's events, one kind a file.
//!
//! A payload has two halves, as an event has: `args`, what was asked, and `result`, what was found. Kinds only ever gain
//! keys; a reader passes over what it does not know.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::event::{self, Event};

pub mod blame_finished;
pub mod blame_started;
pub mod entries_returned;
pub mod entries_started;
pub mod entry_added;
pub mod entry_dropped;
pub mod entry_held;
pub mod entry_merged;
pub mod entry_retried;
pub mod gate_finished;
pub mod goal_finished;
pub mod iteration_finished;
pub mod landing_started;
pub mod merge_finished;
pub mod merge_started;
pub mod queue_configured;
pub mod queue_fact;
pub mod queue_started;
pub mod recovery_started;
pub mod run_finished;
pub mod run_resumed;
pub mod run_started;
pub mod score_finished;
pub mod stack_gated;
pub mod stream_finished;
pub mod task_drawn;
pub mod task_finished;
pub mod union_finished;
pub mod union_probed;
pub mod winner_selected;
pub mod worker_discarded;
pub mod worker_finished;
pub mod worker_retried;
pub mod worker_started;
pub mod worker_stopped;

pub use blame_finished::BlameFinished;
pub use blame_started::BlameStarted;
pub use entries_returned::EntriesReturned;
pub use entries_started::EntriesStarted;
pub use entry_added::EntryAdded;
pub use entry_dropped::EntryDropped;
pub use entry_held::EntryHeld;
pub use entry_merged::EntryMerged;
pub use entry_retried::EntryRetried;
pub use gate_finished::GateFinished;
pub use goal_finished::GoalFinished;
pub use iteration_finished::IterationFinished;
pub use landing_started::LandingStarted;
pub use merge_finished::MergeFinished;
pub use merge_started::MergeStarted;
pub use queue_configured::QueueConfigured;
pub use queue_fact::QueueFact;
pub use queue_started::QueueStarted;
pub use recovery_started::RecoveryStarted;
pub use run_finished::RunFinished;
pub use run_resumed::RunResumed;
pub use run_started::RunStarted;
pub use score_finished::ScoreFinished;
pub use stack_gated::StackGated;
pub use stream_finished::StreamFinished;
pub use task_drawn::TaskDrawn;
pub use task_finished::TaskFinished;
pub use union_finished::UnionFinished;
pub use union_probed::UnionProbed;
pub use winner_selected::WinnerSelected;
pub use worker_discarded::WorkerDiscarded;
pub use worker_finished::WorkerFinished;
pub use worker_retried::WorkerRetried;
pub use worker_started::WorkerStarted;
pub use worker_stopped::WorkerStopped;

/// What every kind of fact has.
pub trait Payload {
    /// The kind's name, an event's `tool_name`.
    const KIND: &'static str;
    /// What was asked.
    type Args: Serialize + DeserializeOwned;
    /// What was found.
    type Outcome: Serialize + DeserializeOwned;

    /// Joins the two halves.
    fn join(args: Self::Args, result: Self::Outcome) -> Self;

    /// Parts the two halves, as JSON objects.
    fn halves(&self) -> (Map<String, Value>, Map<String, Value>);

    /// Tells whether what was asked came about.
    fn success(&self) -> bool {
        true
    }
}

/// Writes one half as a JSON object; a unit has no keys.
pub(crate) fn object(half: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(half).expect("payloads have string keys only") {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Implements [`Payload`] for a struct with the fields `args` and `result`.
macro_rules! payload {
    ($name:ident, $kind:literal, $success:expr) => {
        impl super::Payload for $name {
            const KIND: &'static str = $kind;
            type Args = Args;
            type Outcome = Outcome;

            fn join(args: Args, result: Outcome) -> Self {
                Self { args, result }
            }

            fn halves(
                &self,
            ) -> (serde_json::Map<String, serde_json::Value>, serde_json::Map<String, serde_json::Value>) {
                (super::object(&self.args), super::object(&self.result))
            }

            fn success(&self) -> bool {
                let decide: fn(&Self) -> bool = $success;
                decide(self)
            }
        }
    };
}
pub(crate) use payload;

/// The kinds of facts, in the order of a run's life.
pub const KINDS: [&str; 23] = [
    RunStarted::KIND,
    WorkerStarted::KIND,
    IterationFinished::KIND,
    WorkerFinished::KIND,
    GateFinished::KIND,
    StreamFinished::KIND,
    TaskDrawn::KIND,
    TaskFinished::KIND,
    UnionFinished::KIND,
    BlameStarted::KIND,
    UnionProbed::KIND,
    BlameFinished::KIND,
    RecoveryStarted::KIND,
    GoalFinished::KIND,
    WorkerStopped::KIND,
    RunFinished::KIND,
    RunResumed::KIND,
    WorkerRetried::KIND,
    ScoreFinished::KIND,
    WinnerSelected::KIND,
    WorkerDiscarded::KIND,
    MergeStarted::KIND,
    MergeFinished::KIND,
];

/// A fact of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The run began.
    RunStarted(RunStarted),
    /// A worker is about to start.
    WorkerStarted(WorkerStarted),
    /// A worker ended and its candidate is kept.
    WorkerFinished(WorkerFinished),
    /// A gate ran.
    GateFinished(GateFinished),
    /// A score was measured.
    ScoreFinished(ScoreFinished),
    /// A winner was picked, or none.
    WinnerSelected(WinnerSelected),
    /// A branch is about to move.
    MergeStarted(MergeStarted),
    /// A branch moved, or did not.
    MergeFinished(MergeFinished),
    /// One pass of an agent ended and another follows.
    IterationFinished(IterationFinished),
    /// A worker is to end, or not to begin.
    WorkerStopped(WorkerStopped),
    /// A worker is to run again.
    WorkerRetried(WorkerRetried),
    /// A candidate is out of the running.
    WorkerDiscarded(WorkerDiscarded),
    /// A run whose supervisor died is worked on again.
    RunResumed(RunResumed),
    /// The workers of a run are at work no more.
    RunFinished(RunFinished),
    /// A task of a plan is over.
    TaskFinished(TaskFinished),
    /// A task was taken from a stream.
    TaskDrawn(TaskDrawn),
    /// No more tasks come from a stream.
    StreamFinished(StreamFinished),
    /// Candidates were integrated.
    UnionFinished(UnionFinished),
    /// The search for what makes a union fail begins.
    BlameStarted(BlameStarted),
    /// Some candidates of a union were put to the gate.
    UnionProbed(UnionProbed),
    /// What makes a union fail was found, or not.
    BlameFinished(BlameFinished),
    /// One session takes over.
    RecoveryStarted(RecoveryStarted),
    /// A plan was carried out, or could not be.
    GoalFinished(GoalFinished),
    /// A kind that this version does not know.
    Unknown,
}

impl Fact {
    /// Reads the fact of an event; a kind that is not known is told as such.
    pub fn read(event: &Event<'_>) -> Result<Self, event::Error> {
        Ok(match &*event.tool_name() {
            RunStarted::KIND => Self::RunStarted(join(event)?),
            WorkerStarted::KIND => Self::WorkerStarted(join(event)?),
            WorkerFinished::KIND => Self::WorkerFinished(join(event)?),
            GateFinished::KIND => Self::GateFinished(join(event)?),
            ScoreFinished::KIND => Self::ScoreFinished(join(event)?),
            WinnerSelected::KIND => Self::WinnerSelected(join(event)?),
            MergeStarted::KIND => Self::MergeStarted(join(event)?),
            MergeFinished::KIND => Self::MergeFinished(join(event)?),
            IterationFinished::KIND => Self::IterationFinished(join(event)?),
            WorkerStopped::KIND => Self::WorkerStopped(join(event)?),
            WorkerRetried::KIND => Self::WorkerRetried(join(event)?),
            WorkerDiscarded::KIND => Self::WorkerDiscarded(join(event)?),
            RunResumed::KIND => Self::RunResumed(join(event)?),
            RunFinished::KIND => Self::RunFinished(join(event)?),
            StreamFinished::KIND => Self::StreamFinished(join(event)?),
            TaskDrawn::KIND => Self::TaskDrawn(join(event)?),
            TaskFinished::KIND => Self::TaskFinished(join(event)?),
            UnionFinished::KIND => Self::UnionFinished(join(event)?),
            BlameStarted::KIND => Self::BlameStarted(join(event)?),
            UnionProbed::KIND => Self::UnionProbed(join(event)?),
            BlameFinished::KIND => Self::BlameFinished(join(event)?),
            RecoveryStarted::KIND => Self::RecoveryStarted(join(event)?),
            GoalFinished::KIND => Self::GoalFinished(join(event)?),
            _ => Self::Unknown,
        })
    }

    /// Tells whether what was asked came about; none for a kind that is not known.
    #[must_use]
    pub fn success(&self) -> Option<bool> {
        Some(match self {
            Self::RunStarted(fact) => fact.success(),
            Self::WorkerStarted(fact) => fact.success(),
            Self::WorkerFinished(fact) => fact.success(),
            Self::GateFinished(fact) => fact.success(),
            Self::ScoreFinished(fact) => fact.success(),
            Self::WinnerSelected(fact) => fact.success(),
            Self::MergeStarted(fact) => fact.success(),
            Self::MergeFinished(fact) => fact.success(),
            Self::IterationFinished(fact) => fact.success(),
            Self::WorkerStopped(fact) => fact.success(),
            Self::WorkerRetried(fact) => fact.success(),
            Self::WorkerDiscarded(fact) => fact.success(),
            Self::RunResumed(fact) => fact.success(),
            Self::RunFinished(fact) => fact.success(),
            Self::StreamFinished(fact) => fact.success(),
            Self::TaskDrawn(fact) => fact.success(),
            Self::TaskFinished(fact) => fact.success(),
            Self::UnionFinished(fact) => fact.success(),
            Self::BlameStarted(fact) => fact.success(),
            Self::UnionProbed(fact) => fact.success(),
            Self::BlameFinished(fact) => fact.success(),
            Self::RecoveryStarted(fact) => fact.success(),
            Self::GoalFinished(fact) => fact.success(),
            Self::Unknown => return None,
        })
    }
}

fn join<P: Payload>(event: &Event<'_>) -> Result<P, event::Error> {
    let (args, result) = event.payload()?;
    Ok(P::join(args, result))
}
