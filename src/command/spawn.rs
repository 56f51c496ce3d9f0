//! `git par spawn`: N workers, N worktrees, N candidates.

mod planned;
mod setup;
mod task_text;

use std::{ffi::OsString, path::PathBuf, time::Duration};

use serde::Serialize;
use serde_json::Value;

use super::{
    Answer, Context, Error, Kind, Report, auto_merge, bounds, detached, exclusive,
    gate_choice::duration,
    queue::add::Queued,
    report,
    standing::{Pursued, Standing},
};
use crate::{
    engine::{
        crew::{self, Crew, Failed},
        journal::Journal,
        progress::Progress,
        site::Site,
        supervisor,
    },
    model::{plan::Plan, run_id::RunId, worker::MOST},
    process::environment,
};
use planned::PlanArgs;
use setup::Setup;
pub(super) use setup::jobs;

/// Run N attempts at a task, each in its own worktree
///
/// What each one left is kept as a commit, its candidate.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The task, in words
    pub task: Option<String>,
    /// Read the task from a file; '-' is standard input
    #[arg(short = 'F', long = "file", value_name = "FILE", conflicts_with = "task")]
    pub file: Option<PathBuf>,
    /// How many workers [default: one for each --agent, else par.workers, else 3]
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=i64::from(MOST)))]
    pub workers: Option<u16>,
    /// How many workers at once [default: par.jobs, else the number of cores]
    #[arg(short = 'j', long, value_name = "JOBS", env = "GIT_PAR_JOBS", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// A well-known agent (see 'git par agents') or a command for the shell; NAME:K is K workers
    ///
    /// A command has the task on its standard input. May be given several times.
    #[arg(short = 'a', long = "agent", value_name = "NAME|CMD", env = "GIT_PAR_AGENT")]
    pub agents: Vec<String>,
    /// The commit to start from
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub base: String,
    /// The check to run on each candidate as soon as there is one, as a command for the shell [default: par.gate]
    #[arg(long, value_name = "CMD", env = "GIT_PAR_GATE")]
    pub gate: Option<String>,
    /// Take these paths from base when gating, whatever a candidate made of them
    #[arg(long, value_name = "PATHSPEC")]
    pub protect: Vec<String>,
    /// What is particular to a plan.
    #[command(flatten)]
    pub plan: PlanArgs,
    /// What may end it early.
    #[command(flatten)]
    pub bounds: bounds::Args,
    /// Where the winner is to land.
    #[command(flatten)]
    pub landing: auto_merge::Args,
    /// The run's name [default: made of the time and the task]
    #[arg(long, value_name = "RUN")]
    pub name: Option<String>,
    /// Wait until no other run is at work in this repository, for up to T [default: 1h]
    #[arg(long, value_name = "T", num_args = 0..=1, require_equals = true, default_missing_value = "1h", value_parser = duration)]
    pub exclusive: Option<Duration>,
    /// Leave the terminal: the run goes on by itself; 'git par list', 'log' and 'stop' work on it
    #[arg(long)]
    pub detach: bool,
    /// The agent's command line, run as it stands with the task in the file `$PAR_TASK_FILE`
    #[arg(last = true, value_name = "ARGV")]
    pub argv: Vec<OsString>,
}

/// What a spawn answers.
#[derive(Debug, Serialize)]
pub struct Spawned {
    /// How the run stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// What kept a worker from being recorded; its work is in its worktree.
    pub errors: Vec<String>,
    /// The folder of the worktrees, as this machine knows it; what is not UTF-8 is replaced.
    pub worktrees: String,
    /// Whether the run goes on without this terminal.
    pub detached: bool,
    /// The entry of a queue that brings what the run won; left out where nobody wanted that, or nothing was won.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queued: Option<Queued>,
    /// Whether the next step was done at once, so that nobody need be told which it is.
    #[serde(skip)]
    pub(super) is_followed: bool,
    #[serde(skip)]
    interrupted: bool,
}

/// Returns the arguments of a run that carries out a plan which is in no file, with this agent where the plan names none.
pub(super) fn of_plan(plan: Plan, agent: Option<&String>) -> Args {
    let plan = PlanArgs { made: Some(plan), ..PlanArgs::default() };
    let agents = agent.into_iter().cloned().collect();
    Args { plan, agents, base: "HEAD".to_owned(), landing: auto_merge::Args::none(), ..Args::default() }
}

/// Reads what is to be done, in words, from a text or a file; it says something.
pub(super) fn text_of(task: Option<&String>, file: Option<&PathBuf>) -> Result<String, Error> {
    task_text::read(&Args { task: task.cloned(), file: file.cloned(), ..Args::default() })
}

/// Runs the workers.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Spawned, Error> {
    let repository = context.open()?;
    let settings = repository.settings()?;
    let identity = repository.require_identity()?;
    let setup = Setup::make(args, (&repository, &settings), context)?;
    let queue = args.landing.wish((&repository, &settings), setup.gate.as_ref())?;
    setup.warn_uncounted(context);
    let alone = args.exclusive.map(|patience| exclusive::wait(&repository, context, patience)).transpose()?;
    let journal = Journal::begin(&repository, setup.run.clone(), identity).hooked(context.listener)?;
    let hold = supervisor::hold(&repository, &setup.run)?;
    setup.begin((&journal, &repository), queue.as_ref())?;
    (context.listener)(Progress::Begun(setup.run.clone()));
    if let Some((run, worker)) = environment::surroundings() {
        context.warn(format!("this run begins inside another: in worker {worker} of run {run}"));
    }
    let mut site = Site::new(&journal, &repository, &settings)?;
    site.listener = context.listener;
    site.stop = context.stop.clone();
    let failed = if args.detach {
        detached::go_on(&site, (hold, alone))?;
        Vec::new()
    } else {
        Crew::gather(&site, &hold).work(None, None).map_err(|error| cut_short(error, &journal.run))?
    };
    let ending = auto_merge::Ending { repository: &repository, settings: &settings, journal: &journal, trust: false };
    let queued = if args.detach { None } else { ending.carry_out(context) };
    let standing = journal.ask(Standing::of).ok_or_else(|| Error::new(Kind::Cannot, "the run was not begun"))?;
    let errors = failed.into_iter().map(told).collect();
    let worktrees = site.root.display().to_string();
    let interrupted = context.stop.is_set();
    Ok(Spawned { standing, errors, worktrees, detached: args.detach, queued, is_followed: false, interrupted })
}

/// Tells what kept a run from its end, and how to go on.
pub(super) fn cut_short(error: crew::Error, run: &RunId) -> Error {
    Error::from(error).hint(format!("git par resume {run}"))
}

/// Says of a worker that could not be recorded why.
pub(super) fn told((worker, error): Failed) -> String {
    format!("{worker}: {}", Error::from(error).in_line())
}

impl Report for Spawned {
    fn text(&self) -> String {
        let run = &self.standing.run;
        if self.detached {
            return format!(
                "run {run} goes on by itself\nnext: git par log -f {run}, git par list {run}, git par stop {run}\n"
            );
        }
        let is_over = |plan: &Pursued| plan.goal.is_some();
        let none_waits = || self.standing.workers.iter().all(|row| row.state != "queued");
        let is_whole = self.errors.is_empty() && self.standing.plan.as_ref().map_or_else(none_waits, is_over);
        let next = match (is_whole, self.standing.after_plan(), self.standing.gate.is_some()) {
            (false, ..) => format!("git par resume {run}"),
            (true, Some(next), _) => next,
            (true, None, true) => "git par pick".to_owned(),
            (true, None, false) => "git par gate -- CHECK, then git par pick".to_owned(),
        };
        let may_go_on = self.standing.has_hope() || self.standing.plan.is_some();
        let has_next = !is_whole || (may_go_on && !self.is_followed && self.queued.is_none());
        let hint = if has_next { format!("next: {next}\n") } else { String::new() };
        let queued = self.queued.as_ref().map(Queued::text).unwrap_or_default();
        format!(
            "run {run}\n{}{}worktrees: {}\n{queued}{hint}",
            self.standing.table(),
            self.standing.gate_line(),
            self.worktrees
        )
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        if self.detached {
            return Answer::Yes;
        }
        match (self.interrupted, self.errors.is_empty() && self.standing.has_hope()) {
            (true, _) => Answer::Interrupted,
            (false, true) => Answer::Yes,
            (false, false) => Answer::No,
        }
    }
}
