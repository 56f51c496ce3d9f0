//! `git par diff`: what workers changed, as the user's own git shows it.

mod show;
mod side;

use std::ffi::OsString;

use serde::Serialize;
use serde_json::Value;

use super::{Answer, Context, Error, Report, lanes, report};
use crate::{
    engine::journal::State,
    model::{diff_stat::DiffStat, history::History, oid::Oid, run_id::RunId, worker::Worker},
    process::foreground,
    repo::{measure, open::Repository},
};
use side::Reader;

/// Show what a worker changed, by git diff
///
/// Without -w it is the winner, else the only worker that changed anything, else a summary of each.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The run, or a unique beginning of its name [default: the newest]
    pub run: Option<String>,
    /// This worker; may be given several times
    #[arg(short = 'w', long = "worker", value_name = "N", conflicts_with_all = ["all", "between"])]
    pub workers: Vec<Worker>,
    /// Every worker, one after another
    #[arg(long, conflicts_with = "between")]
    pub all: bool,
    /// From the candidate of worker A to that of worker B
    #[arg(long, num_args = 2, value_names = ["A", "B"])]
    pub between: Vec<Worker>,
    /// This attempt of the worker, in place of its newest
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..), requires = "workers")]
    pub attempt: Option<u32>,
    /// Only which files changed, and how much
    #[arg(long)]
    pub stat: bool,
    /// Options and paths for git diff
    #[arg(last = true, value_name = "OPTION")]
    pub options: Vec<OsString>,
}

/// What a diff answers.
#[derive(Debug, Serialize)]
pub struct Diff {
    /// The run.
    pub run: RunId,
    /// What was compared.
    pub diffs: Vec<Pair>,
    /// The exit status of git, where it showed it.
    #[serde(skip)]
    status: Option<u8>,
}

/// Two trees, and how much they differ.
#[derive(Debug, Serialize)]
pub struct Pair {
    /// The worker whose candidate is the old side; null for base.
    pub from: Option<Worker>,
    /// The worker whose work is the new side; null for what a plan offers.
    pub worker: Option<Worker>,
    /// Which of its executions; 0 for what a plan offers.
    pub attempt: u32,
    /// Whether it was read off the worktree of a worker that has no candidate yet.
    pub unfinished: bool,
    /// The old side.
    pub old_tree: Oid,
    /// The new side.
    pub new_tree: Oid,
    /// How much they differ, where it was measured.
    pub diff: Option<DiffStat>,
}

impl Pair {
    /// Names the new side.
    fn name(&self) -> String {
        self.worker.map_or("union".to_owned(), |worker| worker.to_string())
    }
}

/// Shows what was changed.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Diff, Error> {
    let repository = context.open()?;
    let run = context.choose(&repository, args.run.as_deref())?;
    let history = State::load(&repository, &run)?.history;
    let chosen = Chosen::of(args, &history, &run)?;
    let reader = Reader { repository: &repository, history: &history, run: &run, context };
    let mut pairs = match args.between.as_slice() {
        [a, b] => vec![reader.between(*a, *b)?],
        _ if chosen.workers.is_empty() => vec![reader.offer()?],
        _ => reader.pairs(&chosen.workers, (args.attempt, chosen.is_lenient))?,
    };
    if context.json {
        measure(&repository, &mut pairs)?;
        return Ok(Diff { run, diffs: pairs, status: None });
    }
    warn_of_empty(context, &pairs);
    let stat = args.stat || chosen.is_summary && args.options.is_empty();
    if chosen.is_summary {
        let none = if history.pursuit().is_some() { "there is no union to merge" } else { "there is no winner" };
        let first = pairs[0].name();
        context.warn(format!("{none}; the changes of one worker: git par diff {run} -w {first}"));
    }
    let argv = show::argv(&pairs, &show::options(stat, &args.options));
    let spec = foreground::Spec { argv, cwd: context.here.clone(), environment: None, keeps_stdout: false };
    let status = foreground::run(&spec)?;
    Ok(Diff { run, diffs: pairs, status: Some(status) })
}

/// What to show.
struct Chosen {
    /// The workers; none for what a plan offers.
    workers: Vec<Worker>,
    /// Whether one that has nothing to show is passed over.
    is_lenient: bool,
    /// Whether it is only to be told what there is.
    is_summary: bool,
}

impl Chosen {
    fn of(args: &Args, history: &History, run: &RunId) -> Result<Self, Error> {
        let named: Vec<Worker> = args.workers.iter().chain(&args.between).copied().collect();
        let workers = lanes::named(history, run, &named)?;
        if args.all || !named.is_empty() {
            return Ok(Self { workers, is_lenient: args.all, is_summary: false });
        }
        if history.offer().is_some() {
            return Ok(Self { workers: Vec::new(), is_lenient: false, is_summary: false });
        }
        let winner = history.winner();
        let changed =
            |lane: &crate::model::history::Lane| lane.outcome().is_some_and(|outcome| !outcome.diff.is_empty());
        let busy: Vec<Worker> = history
            .lanes()
            .filter(|(_, lane)| changed(lane) || lane.outcome().is_none())
            .map(|(worker, _)| worker)
            .collect();
        Ok(match (winner, busy.as_slice(), workers.len()) {
            (Some(winner), _, _) => Self { workers: vec![winner], is_lenient: false, is_summary: false },
            (None, [only], _) => Self { workers: vec![*only], is_lenient: false, is_summary: false },
            (None, _, count) => Self { workers, is_lenient: true, is_summary: count > 1 },
        })
    }
}

fn measure(repository: &Repository, pairs: &mut [Pair]) -> Result<(), Error> {
    for pair in pairs {
        pair.diff = Some(measure::measure(&repository.local(), pair.old_tree, pair.new_tree)?);
    }
    Ok(())
}

fn warn_of_empty(context: &Context<'_>, pairs: &[Pair]) {
    // Of several the headings tell.
    let [pair] = pairs else { return };
    let name = pair.name();
    match pair.from {
        _ if pair.old_tree != pair.new_tree => {}
        Some(from) => context.warn(format!("{from} and {name} left the same tree")),
        None => context.warn(format!("{name} changed nothing")),
    }
}

impl Report for Diff {
    fn text(&self) -> String {
        String::new()
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        self.status.map_or(Answer::Yes, Answer::Status)
    }

    fn is_told(&self) -> bool {
        self.status.is_some()
    }
}
