//! Entries: one run in a listing, with what only this moment and this clone can tell.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    landing::Landing,
    run_state::RunState,
    totals::{self, Totals},
};
use crate::{
    command::{
        Error,
        standing::{Pursued, Row, Standing},
        style::{self, Style},
    },
    engine::{
        journal::{self, State},
        queue::roster::Roster,
        supervisor::{self, Presence},
    },
    model::{
        fact::MergeFinished, merge_mode::MergeMode, ref_name::RefName, run_end::RunEnd, run_id::RunId, usage::Usage,
    },
    process::clock::Clock,
    repo::{open::Repository, seal},
};

/// One run in a listing.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Entry {
    /// A run that reads well.
    Standing(Box<Overview>),
    /// A run that does not.
    Broken {
        /// The run.
        run: RunId,
        /// Why.
        error: String,
    },
}

/// A run with what only this moment and this clone can tell.
#[derive(Debug, Serialize)]
pub struct Overview {
    /// How it stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// Where it is, in one word.
    pub state: RunState,
    /// Whether it was made in another clone, so that nobody here knows whether it is still worked on.
    pub elsewhere: bool,
    /// How many workers are in each state.
    pub workers_by_state: BTreeMap<&'static str, usize>,
    /// How many candidates have each verdict.
    pub gates: BTreeMap<String, usize>,
    /// What the workers come to together.
    pub totals: Totals,
    /// Why its workers are at work no more; null while they may be.
    pub ended: Option<RunEnd>,
    /// How long ago it started, in milliseconds.
    pub age_ms: Option<u64>,
    /// Whether it is sealed.
    pub sealed: bool,
    /// Whether events came after the seal.
    pub stale: bool,
    /// Whether the branch has what was merged into it last; null where nothing was, or where nobody can tell here.
    pub merge_in_target: Option<bool>,
    /// The entries of queues that bring what it won, by branch and number.
    pub queue_entries: Vec<Landing>,
    /// The branch, where it has not.
    #[serde(skip)]
    adrift_of: Option<String>,
}

impl Entry {
    /// Looks at a run that was read, or could not be.
    pub(super) fn of(
        (repository, roster): (&Repository, &Roster),
        run: RunId,
        state: Result<State, journal::Error>,
    ) -> Self {
        match state.map(|state| Overview::of((repository, roster), &state)) {
            Ok(Some(overview)) => Self::Standing(Box::new(overview)),
            Ok(None) => Self::Broken { run, error: "it has not started".to_owned() },
            Err(error) => Self::Broken { run, error: Error::from(error).messages.join(": ") },
        }
    }

    /// Tells whether it may still change by itself.
    pub(super) fn is_running(&self) -> bool {
        matches!(self, Self::Standing(overview) if overview.state == RunState::Running)
    }

    pub(super) fn cells(&self) -> Vec<String> {
        match self {
            Self::Broken { run, error } => vec![run.to_string(), Style::Bad.paint(error)],
            Self::Standing(overview) => overview.cells(),
        }
    }
}

impl Overview {
    fn of((repository, roster): (&Repository, &Roster), state: &State) -> Option<Self> {
        let mut standing = Standing::of(&state.history)?;
        let queue_entries = roster.of(&standing.run).iter().map(|listed| Landing::of(repository, listed));
        let queue_entries: Vec<Landing> = queue_entries.collect();
        let landed: Vec<&Landing> = queue_entries.iter().filter(|entry| entry.landed.is_some()).collect();
        let tag = repository.ref_target(&RefName::seal(&standing.run)).ok().flatten();
        let holds = tag.map(|tag| repository.seals_journal(tag, &state.bytes));
        // What else is wrong with a seal is told by verify.
        let tag = tag.filter(|_| !matches!(holds, Some(Err(seal::Error::NotATag(_)))));
        let stale = matches!(holds, Some(Ok(false)));
        let presence = presence(repository, state, &standing.run);
        let run_state = RunState::of(&state.history, presence, (tag.is_some() && !stale, !landed.is_empty()));
        for row in standing.workers.iter_mut().filter(|row| row.state == "running") {
            look_at_running(row, run_state);
        }
        let has_landed = |row: &&mut Row| landed.iter().any(|entry| row.candidate == Some(entry.commit));
        for row in standing.workers.iter_mut().filter(|row| row.state == "picked").filter(has_landed) {
            row.state = "merged";
        }
        let merge = state.history.merged.last().map(|placed| &placed.fact);
        let merge_in_target = merge.and_then(|merge| is_in_target(repository, merge));
        let target = merge.filter(|_| merge_in_target == Some(false)).map(|merge| &merge.args.target);
        let adrift_of = target.map(|target| target.trim_start_matches("refs/heads/").to_owned());
        let lost = landed.last().filter(|_| merge.is_none() && landed.iter().all(|entry| entry.is_adrift()));
        Some(Self {
            merge_in_target,
            adrift_of: adrift_of.or(lost.map(|entry| entry.branch().to_owned())),
            queue_entries,
            state: run_state,
            elsewhere: presence == Presence::Elsewhere && run_state == RunState::Running,
            workers_by_state: totals::by_state(&standing.workers),
            gates: totals::by_verdict(&standing.workers),
            totals: Totals::of(&standing.workers),
            ended: state.history.ended.as_ref().map(|placed| placed.fact.result.reason),
            age_ms: standing.started.as_deref().and_then(|time| Clock::System.since(time)),
            sealed: tag.is_some(),
            stale,
            standing,
        })
    }

    fn cells(&self) -> Vec<String> {
        let standing = &self.standing;
        let dash = || "-".to_owned();
        vec![
            standing.run.to_string(),
            self.state_cell(),
            totals::states(&self.workers_by_state),
            totals::verdicts(&self.gates),
            self.winner_cell(),
            self.merge_cell(),
            self.seal_word().to_owned(),
            self.age_ms.map_or_else(dash, style::age),
            first_line(&standing.task),
        ]
    }

    fn merge_cell(&self) -> String {
        let merge = self.standing.merge.map(|merge| merge.short() + &self.adrift());
        let all: Vec<String> = merge.into_iter().chain(self.queue_entries.iter().filter_map(Landing::words)).collect();
        if all.is_empty() { "-".to_owned() } else { all.join(", ") }
    }

    /// Says how what it won stands in queues, an entry a line.
    fn landings(&self) -> String {
        let line = |entry: &Landing| {
            let lead = if entry.landed.is_some() { "merged as " } else { "" };
            Some(format!("{lead}{}\n", entry.words()?))
        };
        self.queue_entries.iter().filter_map(line).collect()
    }

    fn state_cell(&self) -> String {
        match (self.state, &self.adrift_of) {
            (RunState::Merged, Some(_)) => Style::Warning.paint(&format!("{}{}", self.state.word(), self.adrift())),
            _ => painted(self.state),
        }
    }

    /// Says where a branch lost what was merged into it.
    fn adrift(&self) -> String {
        self.adrift_of.as_ref().map(|branch| format!(" (not in {branch})")).unwrap_or_default()
    }

    fn winner_cell(&self) -> String {
        let doubted = self.standing.doubt.map(|doubt| format!("{}, {} since", doubt.worker, doubt.verdict));
        let offered = || self.standing.plan.as_ref().filter(|plan| plan.offers()).map(|_| "union".to_owned());
        self.standing
            .winner
            .map(|winner| winner.to_string())
            .or(doubted)
            .or_else(offered)
            .unwrap_or_else(|| "-".to_owned())
    }

    fn seal_word(&self) -> &'static str {
        match (self.sealed, self.stale) {
            (false, _) => "-",
            (true, false) => "yes",
            (true, true) => "stale",
        }
    }

    /// Writes all that is to be known of one run.
    pub(super) fn text(&self) -> String {
        let standing = &self.standing;
        let elsewhere = if self.elsewhere { " elsewhere, if at all: it was made in another clone" } else { "" };
        let ended =
            self.ended.filter(|end| *end != RunEnd::Completed).map(|end| format!("ended: {end}\n")).unwrap_or_default();
        let merged = standing.merge.map(|merge| format!("merged as {}{}\n", merge.short(), self.adrift()));
        let merged = merged.unwrap_or_default() + &self.landings();
        let sealed = match (self.sealed, self.stale) {
            (false, _) => "",
            (true, false) => "sealed\n",
            (true, true) => "sealed, but events came after the seal\n",
        };
        format!(
            "run {}\ntask: {}\nstate: {}{elsewhere}\n{}{}{ended}{merged}{sealed}{}{}",
            standing.run,
            first_line(&standing.task),
            self.state_cell(),
            self.counts(),
            self.table(),
            standing.remarks() + &standing.plan.as_ref().map(Pursued::text).unwrap_or_default(),
            self.next()
        )
    }

    /// Says how a run that was cut short goes on.
    fn next(&self) -> String {
        let is_queued = self.standing.workers.iter().any(|row| row.state == "queued");
        let is_pursued = self.standing.plan.as_ref().is_some_and(|plan| plan.goal.is_none());
        let may_go_on = self.state == RunState::Finished && (is_queued || is_pursued);
        let goes_on = self.state == RunState::Interrupted || may_go_on;
        if goes_on { format!("next: git par resume {}\n", self.standing.run) } else { String::new() }
    }

    /// Says how many workers are in each state, and how many candidates have each verdict; in cells they would widen the
    /// columns.
    fn counts(&self) -> String {
        let workers = format!("workers: {}\n", totals::states(&self.workers_by_state));
        if self.gates.is_empty() { workers } else { format!("{workers}gates: {}\n", totals::verdicts(&self.gates)) }
    }

    fn table(&self) -> String {
        let is_plan = self.standing.plan.is_some();
        let task = is_plan.then_some("task");
        let rest = ["state", "attempt", "agent", "time", "diff", "gate", "tokens", "cost", "candidate"];
        let head = ["worker"].into_iter().chain(task).chain(rest).map(str::to_owned).collect();
        let rows = self.standing.workers.iter().map(|row| cells(row, self.standing.wins(row.worker), is_plan));
        let spent = Usage {
            input_tokens: self.totals.input_tokens,
            output_tokens: self.totals.output_tokens,
            cost_micro_usd: self.totals.cost_micro_usd,
            turns: None,
        };
        let mut total = vec!["total".to_owned()];
        total.extend(is_plan.then(String::new));
        total.extend([
            String::new(),
            String::new(),
            String::new(),
            style::duration(self.totals.elapsed_ms),
            String::new(),
            String::new(),
            style::tokens(&spent),
            style::cost(&spent),
        ]);
        style::table(head, rows.chain([total]))
    }
}

/// Tells whether a branch has what was merged into it, itself or, where it was squashed, as the same tree on another commit.
fn is_in_target(repository: &Repository, merge: &MergeFinished) -> Option<bool> {
    let (commit, tree) = (merge.result.commit?, merge.result.tree?);
    let tip = repository.ref_target(&RefName::full(&merge.args.target)).ok().flatten()?;
    let found = repository.is_within(commit, tip)?;
    let may_be_another = !found && merge.args.mode == MergeMode::Squash;
    Some(found || (may_be_another && repository.has_tree_since(tip, tree, merge.args.ours)))
}

/// Tells who works on a run, and asks only where its journal does not say that nobody does.
fn presence(repository: &Repository, state: &State, run: &RunId) -> Presence {
    if state.history.ended.is_some() {
        return Presence::Free;
    }
    supervisor::presence(repository, run).unwrap_or(Presence::Elsewhere)
}

/// Tells of a worker that began how long it has run, or that nobody works on it any more: the journal alone cannot know.
fn look_at_running(row: &mut Row, run: RunState) {
    if run == RunState::Running {
        row.elapsed_ms = row.started.as_deref().and_then(|time| Clock::System.since(time));
    } else {
        row.state = "interrupted";
    }
}

fn painted(state: RunState) -> String {
    match state {
        RunState::Interrupted => Style::Bad.paint(state.word()),
        RunState::Running => Style::Warning.paint(state.word()),
        RunState::Sealed | RunState::Merged | RunState::Picked => Style::Good.paint(state.word()),
        RunState::Finished => state.word().to_owned(),
    }
}

fn cells(row: &Row, wins: bool, of_plan: bool) -> Vec<String> {
    let name = if wins { Style::Good.paint(&format!("{} *", row.worker)) } else { row.worker.to_string() };
    let is_bad = matches!(row.state, "failed" | "timeout" | "interrupted");
    let usage = row.usage.clone().unwrap_or_default();
    let mut cells = vec![name];
    cells.extend(of_plan.then(|| row.task_cell()));
    cells.extend([
        if is_bad { Style::Bad.paint(row.state) } else { row.state.to_owned() },
        row.attempt.to_string(),
        row.agent.clone(),
        row.elapsed_ms.map_or("-".to_owned(), style::duration),
        row.diff.as_ref().map_or("-".to_owned(), ToString::to_string),
        style::verdict(row.verdict),
        style::tokens(&usage),
        style::cost(&usage),
        row.candidate.map(|candidate| candidate.short()).unwrap_or_default(),
    ]);
    cells
}

fn first_line(task: &str) -> String {
    task.lines().next().unwrap_or_default().chars().take(60).collect()
}
