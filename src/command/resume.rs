//! `git par resume`: a run whose supervisor died, or that was cut short, is taken over and brought to its end.

use serde::Serialize;
use serde_json::Value;

use super::{
    Answer, Context, Error, Kind, Report, auto_merge, bounds, configured, foreign, merge, queue::add::Queued, report,
    retry, spawn, standing::Standing,
};
use crate::{
    engine::{
        crew::Crew,
        journal::{Journal, State},
        salvage,
        salvage::Found,
        site::Site,
        supervisor,
    },
    model::{
        agenda::{self, Step},
        ending::Ending,
        history::{History, Lane, Pursuit},
        worker::Worker,
    },
    repo::open::Repository,
};

/// Go on with a run that was cut short: keep what its workers left, run those that did not run
///
/// What is in the worktree of a worker that died with its supervisor is committed and recorded as interrupted; processes
/// of it that are still there are ended. Workers that never began are run, candidates that met no gate meet it.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The run, or a unique beginning of its name [default: the newest]
    pub run: Option<String>,
    /// How many workers at once [default: as the run began]
    #[arg(short = 'j', long, value_name = "JOBS", env = "GIT_PAR_JOBS", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// What the whole run may take from now on.
    #[command(flatten)]
    pub budgets: bounds::Budgets,
    /// Run the commands that the record of a run names which was not begun in this repository
    #[arg(long)]
    pub trust: bool,
}

/// What a resumption answers.
#[derive(Debug, Serialize)]
pub struct Resumed {
    /// How the run stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// The workers that had died, and what was found of each.
    pub interrupted: Vec<Salvaged>,
    /// The workers that there was something left to do for.
    pub worked_on: Vec<Worker>,
    /// What kept a worker from being recorded; its work is in its worktree.
    pub errors: Vec<String>,
    /// The entry of a queue that brings what the run won; left out where nobody wanted that, or nothing was won.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queued: Option<Queued>,
    /// Whether a plan went on beside that, with a union or the gate of one.
    #[serde(skip)]
    went_on: bool,
    /// Whether the next step was done at once, so that nobody need be told which it is.
    #[serde(skip)]
    pub(super) is_followed: bool,
    #[serde(skip)]
    was_interrupted: bool,
}

/// What was found of a worker that had died.
#[derive(Clone, Debug, Serialize)]
pub struct Salvaged {
    /// The worker.
    pub worker: Worker,
    /// What it was doing.
    pub doing: &'static str,
    /// How many of its processes were still there, and were ended.
    pub processes: usize,
    /// How many files it had changed.
    pub files: u64,
}

impl From<Found> for Salvaged {
    fn from(found: Found) -> Self {
        let Found { worker, doing, ended, files } = found;
        Self { worker, doing, processes: ended, files }
    }
}

/// Takes a run over and brings it to its end.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Resumed, Error> {
    let repository = context.open()?;
    let settings = repository.settings()?;
    configured::require_sound(&settings)?;
    let run = context.choose(&repository, args.run.as_deref())?;
    let identity = repository.require_identity()?;
    // Whoever is refused leaves no trace: neither an event, nor that the run was held.
    args.require_trust(&repository, &State::load(&repository, &run)?)?;
    let hold =
        supervisor::hold(&repository, &run).map_err(|error| Error::from(error).hint(format!("git par list {run}")))?;
    repository.settle_objects();
    let locks = repository.clear_dead_locks(&run);
    locks.map_err(|error| Error::new(Kind::Cannot, format!("could not remove a dead lock of run '{run}': {error}")))?;
    let journal = Journal::open(&repository, run, identity, context.listener)?;
    args.require_trust(&repository, &journal.state())?;
    let mut site = Site::new(&journal, &repository, &settings)?;
    site.listener = context.listener;
    site.stop = context.stop.clone();
    merge::recover(&repository, &journal)?;
    let mut crew = Crew::gather(&site, &hold);
    args.budgets.renew(crew.limits_mut());
    let found = salvage::salvage(&site, &crew)?;
    for one in &found {
        context.warn(told(one));
    }
    requeue(&site)?;
    let worked_on = crew.todo();
    let is_more = !worked_on.is_empty() || crew.is_pursuing();
    if is_more {
        foreign::require_trust(&repository, &journal.state(), args.trust)?;
    }
    if is_more && journal.ask(|history| history.ended.is_some()) {
        salvage::take_up(&site)?;
    }
    let is_open = is_more || journal.ask(|history| history.ended.is_none());
    let work = || crew.work(None, args.jobs).map_err(|error| spawn::cut_short(error, &journal.run));
    let failed = if is_open { work()? } else { Vec::new() };
    let ending =
        auto_merge::Ending { repository: &repository, settings: &settings, journal: &journal, trust: args.trust };
    let queued = ending.carry_out(context);
    let standing = journal.ask(Standing::of).expect("a run that is here has begun");
    Ok(Resumed {
        standing,
        interrupted: found.into_iter().map(Salvaged::from).collect(),
        worked_on,
        errors: failed.into_iter().map(spawn::told).collect(),
        queued,
        went_on: is_more,
        is_followed: false,
        was_interrupted: context.stop.is_set(),
    })
}

impl Args {
    /// Asks for trust before anything is done, but for the work of workers that was done here: that is kept at once.
    fn require_trust(&self, repository: &Repository, state: &State) -> Result<(), Error> {
        let Some(run) = state.history.run().map(|run| &run.args) else { return Ok(()) };
        let is_open = |lane: &Lane| lane.is_queued() || (run.gate.is_some() && lane.is_ungated());
        let was_here = |worker: Worker| repository.run_worktree(&run.run, &worker.to_string()).is_some();
        let mut running = state.history.lanes().filter(|(_, lane)| lane.is_running()).peekable();
        let asks = match running.peek() {
            Some(_) => !running.all(|(worker, _)| was_here(worker)),
            None if state.history.pursuit().is_some() => agenda::next(&state.history) != Step::Rest,
            None => state.history.lanes().any(|(_, lane)| is_open(lane)),
        };
        if asks { foreign::require_trust(repository, state, self.trust) } else { Ok(()) }
    }
}

/// Has the attempts at a task run again that were cut short with the run: without them its plan cannot go on.
pub(super) fn requeue(site: &Site<'_>) -> Result<(), Error> {
    let cut_short = site.journal.ask(|history| history.pursuit().map(|pursuit| cut_short(history, pursuit)));
    for worker in cut_short.unwrap_or_default() {
        retry::queue_again(site, worker, false)?;
    }
    Ok(())
}

fn cut_short(history: &History, pursuit: &Pursuit) -> Vec<Worker> {
    let wave = pursuit.goal.order.waves.get(pursuit.waves_done());
    let open = wave.into_iter().flatten().filter(|task| pursuit.tasks[**task].is_none());
    let was_cut = |lane: &Lane| {
        let ending = lane.outcome().map(|outcome| outcome.ending);
        lane.stopped.is_none() && matches!(ending, Some(Ending::Stopped | Ending::Interrupted))
    };
    let session = pursuit.recoveries.last().map(|placed| placed.fact.args.lane.worker);
    let workers = open.flat_map(|task| pursuit.goal.workers_of(*task)).chain(session);
    workers.filter(|worker| history.lane(*worker).is_some_and(was_cut)).collect()
}

fn told(found: &Found) -> String {
    let Found { worker, doing, ended, files } = found;
    let left = match ended {
        0 => String::new(),
        1 => "; a process of it was still there and was ended".to_owned(),
        _ => format!("; {ended} processes of it were still there and were ended"),
    };
    let kept = match files {
        0 => "it had changed nothing".to_owned(),
        1 => "1 changed file is kept".to_owned(),
        _ => format!("{files} changed files are kept"),
    };
    format!("{worker} was {doing} when the run was cut short: {kept}{left}")
}

impl Report for Resumed {
    fn text(&self) -> String {
        let Standing { run, .. } = &self.standing;
        let nothing = self.interrupted.is_empty() && !self.went_on && self.queued.is_none();
        let head = if nothing { "there was nothing left to do\n" } else { "" };
        let is_over = self.standing.plan.as_ref().is_some_and(|plan| plan.goal.is_some());
        let retry = self.standing.workers.iter().any(|row| row.state == "interrupted");
        let retry = (retry && !is_over).then(|| format!("git par retry {run} --failed"));
        let is_followed = self.is_followed || self.queued.is_some();
        let next = self.standing.after_plan().filter(|_| self.went_on && !is_followed).or(retry);
        let hint = next.map(|next| format!("next: {next}\n")).unwrap_or_default();
        let queued = self.queued.as_ref().map(Queued::text).unwrap_or_default();
        format!("run {run}\n{head}{}{}{queued}{hint}", self.standing.table(), self.standing.gate_line())
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        match (self.was_interrupted, self.errors.is_empty() && self.standing.has_hope()) {
            (true, _) => Answer::Interrupted,
            (false, true) => Answer::Yes,
            (false, false) => Answer::No,
        }
    }
}
