//! Told: one event in a line for people, in the same words wherever events are listed.

use super::{
    ending::Ending,
    event::{self, Event},
    fact::{
        Fact, GateFinished, IterationFinished, MergeFinished, MergeStarted, RunFinished, RunResumed, RunStarted,
        ScoreFinished, WinnerSelected, WorkerDiscarded, WorkerFinished, WorkerRetried, WorkerStarted,
    },
    told_of_plans,
    worker::Worker,
};

/// What an event says, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its kind in a word or two; the kind's own name where this version does not know it.
    pub kind: String,
    /// The worker that it is about.
    pub worker: Option<Worker>,
    /// What was asked or found, as a text without styles; parts of it are other people's words.
    pub what: String,
}

impl Told {
    /// Tells an event; fails where its payload is not that of its kind.
    pub fn of(event: &Event<'_>) -> Result<Self, event::Error> {
        let (kind, worker, what) = match Fact::read(event)? {
            Fact::RunStarted(fact) => ("run started", None, run_started(&fact)),
            Fact::WorkerStarted(fact) => ("started", Some(fact.args.worker), worker_started(&fact)),
            Fact::WorkerFinished(fact) => ("finished", Some(fact.args.worker), worker_finished(&fact)),
            Fact::GateFinished(fact) => ("gated", fact.args.worker, gate_finished(&fact)),
            Fact::ScoreFinished(fact) => ("scored", Some(fact.args.worker), score_finished(&fact)),
            Fact::WinnerSelected(fact) => ("picked", fact.result.winner, winner_selected(&fact)),
            Fact::MergeStarted(fact) => ("merging", fact.args.worker, merge_started(&fact)),
            Fact::MergeFinished(fact) => (merge_kind(&fact), fact.args.worker, merge_finished(&fact)),
            Fact::IterationFinished(fact) => ("pass ended", Some(fact.args.worker), iteration_finished(&fact)),
            Fact::WorkerStopped(fact) => ("stopped", Some(fact.args.worker), "by a person".to_owned()),
            Fact::WorkerRetried(fact) => ("retried", Some(fact.args.worker), worker_retried(&fact)),
            Fact::WorkerDiscarded(fact) => ("discarded", Some(fact.args.worker), worker_discarded(&fact)),
            Fact::RunResumed(fact) => ("run resumed", None, run_resumed(&fact)),
            Fact::RunFinished(fact) => ("run ended", None, run_finished(&fact)),
            Fact::TaskDrawn(fact) => {
                ("task drawn", fact.args.workers.first().map(|lane| lane.worker), told_of_plans::task_drawn(&fact))
            }
            Fact::StreamFinished(fact) => ("no more tasks", None, format!("{} were drawn", fact.result.drawn)),
            Fact::TaskFinished(fact) => ("task over", fact.result.worker, told_of_plans::task_finished(&fact)),
            Fact::UnionFinished(fact) => ("united", None, told_of_plans::union_finished(&fact)),
            Fact::BlameStarted(fact) => ("blaming", None, told_of_plans::blame_started(&fact)),
            Fact::UnionProbed(fact) => ("probed", None, told_of_plans::union_probed(&fact)),
            Fact::BlameFinished(fact) => ("blamed", None, told_of_plans::blame_finished(&fact)),
            Fact::RecoveryStarted(fact) => {
                ("recovery", Some(fact.args.lane.worker), told_of_plans::recovery_started(&fact))
            }
            Fact::GoalFinished(fact) => ("goal over", fact.result.worker, told_of_plans::goal_finished(&fact)),
            Fact::Unknown => return Ok(unknown(event)),
        };
        Ok(Self { kind: kind.to_owned(), worker, what })
    }
}

fn unknown(event: &Event<'_>) -> Told {
    let worker = event.args().get("worker").and_then(|number| u16::try_from(number.as_u64()?).ok());
    Told { kind: event.tool_name().into_owned(), worker: worker.and_then(Worker::new), what: String::new() }
}

fn run_started(fact: &RunStarted) -> String {
    let count = fact.args.workers.len();
    let plural = if count == 1 { "" } else { "s" };
    let plan = fact.args.plan.as_ref();
    let comes_later = plan.is_some_and(|plan| plan.stream.is_some());
    let workers = if comes_later { "workers as tasks come,".to_owned() } else { format!("{count} worker{plural}") };
    let short = |target: &String| format!(", to land on {}", target.trim_start_matches("refs/heads/"));
    let landing = fact.args.auto_merge.as_ref().map(short).unwrap_or_default();
    let task = fact.args.task.lines().next().unwrap_or_default();
    format!("{workers} from {}{landing}: {task}", fact.args.base.short())
}

fn worker_started(fact: &WorkerStarted) -> String {
    format!("{}{}", fact.args.agent, again(fact.args.attempt))
}

/// Names an attempt that is not the first.
fn again(attempt: u32) -> String {
    if attempt > 1 { format!(", attempt {attempt}") } else { String::new() }
}

fn worker_finished(fact: &WorkerFinished) -> String {
    let result = &fact.result;
    let step = result.failed_in.as_ref().map(|step| format!("{step} ")).unwrap_or_default();
    let error = result.provider_error.as_ref().map(|error| format!("; the provider said: {error}")).unwrap_or_default();
    format!("{step}{}, {}, candidate {}{error}", result.ending, result.diff, result.candidate.short())
}

fn gate_finished(fact: &GateFinished) -> String {
    let result = &fact.result;
    let whose = match (fact.args.worker, fact.args.union) {
        (None, true) => "union: ",
        (None, false) => "base: ",
        (Some(_), _) => "",
    };
    let why = match (&result.reason, result.ending) {
        (Some(reason), _) => format!(": {reason}"),
        (None, Some(Ending::Failure { code })) => format!(", exit {code}"),
        (None, _) => String::new(),
    };
    let touched = if result.touched.is_empty() { "" } else { ", touched protected files" };
    format!("{whose}{}{why}{touched}", result.verdict)
}

fn score_finished(fact: &ScoreFinished) -> String {
    match fact.result.score_micro {
        Some(micro) => {
            let sign = if micro < 0 { "-" } else { "" };
            let (whole, decimals) = (micro.unsigned_abs() / 1_000_000, micro.unsigned_abs() % 1_000_000);
            let decimals = format!(".{decimals:06}");
            format!("{sign}{whole}{}", decimals.trim_end_matches('0').trim_end_matches('.'))
        }
        None => format!("no number ({})", fact.result.ending),
    }
}

fn winner_selected(fact: &WinnerSelected) -> String {
    let none = if fact.result.winner.is_none() { "no winner: " } else { "" };
    format!("{none}{}", fact.result.reason)
}

fn merge_started(fact: &MergeStarted) -> String {
    format!("{} into {}", fact.args.candidate.short(), fact.args.target)
}

fn merge_kind(fact: &MergeFinished) -> &'static str {
    if fact.result.commit.is_some() { "merged" } else { "not merged" }
}

fn merge_finished(fact: &MergeFinished) -> String {
    let (target, result) = (&fact.args.target, &fact.result);
    match (&result.commit, &result.reason) {
        (Some(commit), _) => format!("{target} is at {}", commit.short()),
        (None, Some(reason)) => format!("{target}: {reason}"),
        (None, None) => format!("{target}: conflicts in {}", result.conflicts.join(", ")),
    }
}

fn iteration_finished(fact: &IterationFinished) -> String {
    let result = &fact.result;
    format!("pass {}: {}, {}, gate {}", fact.args.iteration, result.ending, result.diff, result.verdict)
}

fn worker_retried(fact: &WorkerRetried) -> String {
    let told = if fact.args.feedback.is_some() { ", told what the one before left" } else { "" };
    format!("attempt {}{told}", fact.args.attempt)
}

fn worker_discarded(fact: &WorkerDiscarded) -> String {
    format!("candidate {}", fact.result.candidate.short())
}

fn run_resumed(fact: &RunResumed) -> String {
    format!("cut short: {}, not begun: {}", listed(&fact.result.interrupted), listed(&fact.result.queued))
}

fn run_finished(fact: &RunFinished) -> String {
    let queued = &fact.result.queued;
    let rest = if queued.is_empty() { String::new() } else { format!(", not begun: {}", listed(queued)) };
    format!("{}{rest}", fact.result.reason.words())
}

fn listed(workers: &[Worker]) -> String {
    let names: Vec<String> = workers.iter().map(ToString::to_string).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{chain::Tip, event::Draft};

    #[test]
    fn a_kind_that_is_not_known_is_told_by_its_name() {
        let args = serde_json::from_str(r#"{"worker":3}"#).unwrap();
        let draft = Draft { tool_name: "worker_praised".to_owned(), args, ..Draft::default() };
        let told = Told::of(&draft.seal(&Tip::GENESIS).unwrap()).unwrap();
        assert_eq!((told.kind.as_str(), told.worker, told.what.as_str()), ("worker_praised", Worker::new(3), ""));
    }
}
