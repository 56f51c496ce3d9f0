//! `git par conflicts`: which candidates would conflict with each other, or with the branch as it is now.

use serde::Serialize;
use serde_json::Value;

use super::{
    Answer, Context, Error, Kind, Report, lanes, queue, report,
    spawn::jobs,
    style::{self, Style},
};
use crate::{
    engine::{
        clashes::{self, Clash},
        journal::State,
    },
    model::{
        history::History,
        oid::Oid,
        queue::entry::{Entry, EntryId},
        run_id::RunId,
        worker::Worker,
    },
    repo::open::Repository,
};

/// The most sides whose matrix is drawn for people: more do not fit side by side.
const WIDEST: usize = 24;

/// Show which candidates would conflict with each other, or with the branch as it is now
///
/// Each pair is merged in memory as 'git par merge' would; nothing is changed. Of several runs it is the winner of each, where
/// one was picked, else all candidates. The exit status is 1 where any pair conflicts.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The runs, or unique beginnings of their names [default: the newest]
    #[arg(value_name = "RUN")]
    pub runs: Vec<String>,
    /// This worker of the only run; may be given several times [default: all that have a candidate]
    #[arg(short = 'w', long = "worker", value_name = "N")]
    pub workers: Vec<Worker>,
    /// The entries that wait in the queue of the branch, in place of runs
    #[arg(long, conflicts_with_all = ["runs", "workers"])]
    pub queue: bool,
    /// The branch or commit that they are to be merged into
    #[arg(long, value_name = "BRANCH", default_value = "HEAD")]
    pub into: String,
    /// How many merges at once [default: par.jobs, else the number of cores]
    #[arg(short = 'j', long, value_name = "JOBS", env = "GIT_PAR_JOBS", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
}

/// What was merged with what, and which of it conflicts.
#[derive(Debug, Serialize)]
pub struct Conflicts {
    /// What was merged with each other: the target first.
    pub sides: Vec<Side>,
    /// How many pairs were merged.
    pub pairs: usize,
    /// The pairs that conflict, in the order of the sides.
    pub conflicts: Vec<Conflict>,
}

/// A commit that was merged.
#[derive(Clone, Debug, Serialize)]
pub struct Side {
    /// What people call it: the target as it was named, `w<n>`, or `<run>/w<n>` where there are several runs.
    pub name: String,
    /// The run; null for the target.
    pub run: Option<RunId>,
    /// The worker; null for the target, and for what a plan offers.
    pub worker: Option<Worker>,
    /// The entry of the queue; null for all else.
    pub entry: Option<EntryId>,
    /// The commit.
    pub commit: Oid,
}

/// Two sides that conflict.
#[derive(Debug, Serialize)]
pub struct Conflict {
    /// The name of the earlier side.
    pub ours: String,
    /// The name of the later side.
    pub theirs: String,
    /// The paths in conflict, quoted as git quotes.
    pub paths: Vec<String>,
    #[serde(skip)]
    at: (usize, usize),
}

/// Merges each with each.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Conflicts, Error> {
    let repository = context.open()?;
    let jobs = jobs(args.jobs, &repository.settings()?);
    let mut sides = vec![target(args, &repository)?];
    if args.queue {
        sides.extend(entries(args, &repository, context)?);
    } else {
        for run in chosen(args, &repository, context)? {
            let history = State::load(&repository, &run)?.history;
            sides.extend(candidates(args, &history, &run)?);
        }
    }
    if sides.len() == 1 {
        return Err(args.nothing());
    }
    let commits: Vec<Oid> = sides.iter().map(|side| side.commit).collect();
    let clashes = clashes::among(&repository, &commits, jobs)?;
    let named = |clash: Clash| Conflict {
        ours: sides[clash.ours].name.clone(),
        theirs: sides[clash.theirs].name.clone(),
        paths: clash.paths,
        at: (clash.ours, clash.theirs),
    };
    let pairs = sides.len() * (sides.len() - 1) / 2;
    Ok(Conflicts { conflicts: clashes.into_iter().map(named).collect(), pairs, sides })
}

impl Args {
    fn nothing(&self) -> Error {
        if self.queue {
            return Error::new(Kind::Cannot, "nothing waits in the queue").hint("git par queue list --all");
        }
        Error::new(Kind::Cannot, "there is no candidate yet").hint("git par list")
    }
}

/// Lists the entries that have neither landed nor been dropped, by number.
fn entries(args: &Args, repository: &Repository, context: &Context<'_>) -> Result<Vec<Side>, Error> {
    let into = Some(args.into.as_str()).filter(|into| *into != "HEAD");
    let queue = queue::choose(context, repository, into)?;
    let state = queue::read(repository, &queue)?;
    let side = |entry: &Entry| Side {
        name: format!("entry {}", entry.id),
        run: entry.source.run().cloned(),
        worker: None,
        entry: Some(entry.id),
        commit: entry.commit,
    };
    Ok(state.history.entries().iter().filter(|entry| !entry.state.is_final()).map(side).collect())
}

fn target(args: &Args, repository: &Repository) -> Result<Side, Error> {
    let commit = repository.resolve_commit(&args.into)?;
    let commit = commit.ok_or_else(|| Error::usage(format!("'{}' is not a commit", args.into)))?;
    let branch = if args.into == "HEAD" { repository.current_branch()? } else { None };
    let short = |name: &str| name.trim_start_matches("refs/heads/").to_owned();
    let name = branch.map_or_else(|| args.into.clone(), |branch| short(branch.as_str()));
    Ok(Side { name, run: None, worker: None, entry: None, commit })
}

fn chosen(args: &Args, repository: &Repository, context: &Context<'_>) -> Result<Vec<RunId>, Error> {
    if args.runs.len() > 1 && !args.workers.is_empty() {
        return Err(Error::usage("-w is for one run").hint("git par conflicts RUN -w N"));
    }
    let mut runs = match args.runs.as_slice() {
        [] => vec![context.choose(repository, None)?],
        named => named.iter().map(|run| context.choose(repository, Some(run))).collect::<Result<_, _>>()?,
    };
    runs.dedup();
    Ok(runs)
}

fn candidates(args: &Args, history: &History, run: &RunId) -> Result<Vec<Side>, Error> {
    let several = args.runs.len() > 1;
    if let Some(offer) = history.offer().filter(|_| several) {
        return Ok(vec![Side {
            name: run.to_string(),
            run: Some(run.clone()),
            worker: None,
            entry: None,
            commit: offer,
        }]);
    }
    let winner = history.winner().filter(|_| several);
    let wanted = winner.map_or_else(|| lanes::named(history, run, &args.workers), |winner| Ok(vec![winner]))?;
    let side = |worker: Worker| {
        let name = if several { format!("{run}/{worker}") } else { worker.to_string() };
        let commit = history.lane(worker)?.standing_candidate()?;
        Some(Side { name, run: Some(run.clone()), worker: Some(worker), entry: None, commit })
    };
    Ok(wanted.into_iter().filter_map(side).collect())
}

impl Conflicts {
    fn matrix(&self) -> String {
        let names = || self.sides.iter().map(|side| side.name.clone());
        let last = self.sides.len() - 1;
        let head = std::iter::once(String::new()).chain(names().take(last)).collect();
        let rows = (1..=last).map(|row| {
            let cells = (0..row).map(|column| self.cell(column, row));
            std::iter::once(self.sides[row].name.clone()).chain(cells).collect()
        });
        style::table(head, rows)
    }

    fn cell(&self, ours: usize, theirs: usize) -> String {
        if self.conflicts.iter().any(|conflict| conflict.at == (ours, theirs)) {
            Style::Bad.paint("conflict")
        } else {
            Style::Faint.paint("-")
        }
    }
}

impl Report for Conflicts {
    fn text(&self) -> String {
        let matrix = if self.sides.len() <= WIDEST { self.matrix() } else { String::new() };
        let line =
            |conflict: &Conflict| format!("{} and {}: {}\n", conflict.ours, conflict.theirs, conflict.paths.join(", "));
        let lines: String = self.conflicts.iter().map(line).collect();
        format!("{matrix}{lines}{} of {} pairs conflict\n", self.conflicts.len(), self.pairs)
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        if self.conflicts.is_empty() { Answer::Yes } else { Answer::No }
    }
}
