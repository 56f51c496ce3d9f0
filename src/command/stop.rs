//! `git par stop`: workers end, in good order, and what they have done is kept.

use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use super::{Answer, Context, Error, Kind, Report, foreign, report, standing::Standing};
use crate::{
    engine::{
        crew::{self, Crew},
        journal::{Deed, Journal},
        oversight::control_file,
        salvage,
        site::Site,
        supervisor::{self, Hold},
    },
    model::{
        fact::{WorkerStopped, worker_stopped},
        history::{History, Lane},
        request::Request,
        run_end::RunEnd,
        worker::Worker,
    },
    process::control,
};

/// How long the supervisor may take, beside the grace, until it has recorded what was stopped.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether it has.
const STEP: Duration = Duration::from_millis(50);

/// Stop workers: they are told to end, then killed; what they did is committed and recorded
///
/// Only processes of the run itself are ever signalled. Workers that have not begun will not begin.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The run, or a unique beginning of its name [default: the newest]
    pub run: Option<String>,
    /// A worker to stop; may be given several times [default: all]
    #[arg(short = 'w', long = "worker", value_name = "N")]
    pub workers: Vec<Worker>,
}

/// What a stop answers.
#[derive(Debug, Serialize)]
pub struct Stopped {
    /// How the run stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// The workers that were stopped, or kept from beginning.
    pub stopped: Vec<Worker>,
    #[serde(skip)]
    is_pursued: bool,
}

/// Stops workers.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Stopped, Error> {
    let repository = context.open()?;
    let settings = repository.settings()?;
    let run = context.choose(&repository, args.run.as_deref())?;
    let identity = repository.require_identity()?;
    let journal = Journal::open(&repository, run.clone(), identity, context.listener)?;
    let workers = journal.ask(|history| chosen(history, &args.workers))?;
    // A plan may be at its unions and their gate, between its workers.
    let is_pursued = args.workers.is_empty() && journal.ask(pursued);
    if !workers.is_empty() || is_pursued {
        foreign::require_home(&repository, &journal.state())?;
    }
    let mut site = Site::new(&journal, &repository, &settings)?;
    site.listener = context.listener;
    for worker in &workers {
        wish(&site, *worker)?;
    }
    bring_about(&site, context, (args, &workers))?;
    journal.refresh()?;
    let standing = journal.ask(Standing::of).expect("a run that is here has begun");
    Ok(Stopped { standing, stopped: workers, is_pursued })
}

/// Tells whether a plan is being carried out, as far as the journal says.
fn pursued(history: &History) -> bool {
    history.ended.is_none() && history.pursuit().is_some_and(|pursuit| pursuit.end.is_none())
}

/// Lists the workers that have not ended, of those that are meant.
fn chosen(history: &History, wanted: &[Worker]) -> Result<Vec<Worker>, Error> {
    for worker in wanted {
        if history.lane(*worker).is_none() {
            return Err(Error::usage(format!("the run has no worker {worker}")));
        }
    }
    let is_open = |lane: &Lane| lane.finished.is_none() && (lane.started.is_some() || lane.stopped.is_none());
    let open = history.lanes().filter(|(worker, lane)| (wanted.is_empty() || wanted.contains(worker)) && is_open(lane));
    Ok(open.map(|(worker, _)| worker).collect())
}

/// Records the wish, unless the worker ended meanwhile.
fn wish(site: &Site<'_>, worker: Worker) -> Result<(), Error> {
    let attempt = |lane: &Lane| if lane.started.is_some() { lane.attempt() } else { 0 };
    let wished = site.journal.append(|history| {
        let attempt = history.lane(worker).map(attempt).unwrap_or_default();
        let args = worker_stopped::Args { worker, attempt };
        let follows = history.lane(worker).map(Lane::brought_here_by);
        Deed::of(&WorkerStopped { args, result: worker_stopped::Outcome {} }).causes(follows)
    });
    match wished {
        Err(_) if site.journal.ask(|history| has_ended(history, worker) || is_wished(history, worker)) => Ok(()),
        other => Ok(other.map(drop)?),
    }
}

fn has_ended(history: &History, worker: Worker) -> bool {
    let lane = history.lane(worker);
    lane.is_some_and(|lane| lane.finished.is_some() || (lane.started.is_none() && lane.stopped.is_some()))
}

/// Tells whether somebody else had the same wish.
fn is_wished(history: &History, worker: Worker) -> bool {
    history.lane(worker).is_some_and(|lane| lane.stopped.is_some())
}

/// Waits until whoever works on the run has recorded what he stopped; where nobody does, it is done here.
fn bring_about(site: &Site<'_>, context: &Context<'_>, (args, workers): (&Args, &[Worker])) -> Result<(), Error> {
    let until = Instant::now() + site.grace + PATIENCE;
    let mut is_told = false;
    loop {
        match supervisor::hold(site.repository, &site.journal.run) {
            Ok(hold) => return settle(site, &hold),
            // One that has just begun has no ear yet.
            Err(supervisor::Error::Held(_)) => is_told = is_told || tell(site, args, workers).is_ok(),
            Err(error) => return Err(error.into()),
        }
        site.journal.refresh()?;
        let is_on = args.workers.is_empty() && site.journal.ask(pursued);
        if !is_on && site.journal.ask(|history| workers.iter().all(|worker| has_ended(history, *worker))) {
            return Ok(());
        }
        if context.stop.wait(Some(STEP)).unwrap_or(true) {
            return Err(Error::new(Kind::Interrupted, "interrupted while the workers were ending"));
        }
        if Instant::now() >= until {
            let message = format!("run '{}' was told to stop and has not recorded it yet", site.journal.run);
            return Err(Error::new(Kind::Busy, message).hint(format!("git par list {}", site.journal.run)));
        }
    }
}

fn tell(site: &Site<'_>, args: &Args, workers: &[Worker]) -> Result<(), control::Error> {
    let one = |worker: &Worker| control::send(&control_file(site), Request::Stop(Some(*worker)));
    if args.workers.is_empty() {
        return control::send(&control_file(site), Request::Stop(None));
    }
    workers.iter().try_for_each(one)
}

/// Nobody works on the run: what its dead workers left is ended and kept here.
fn settle(site: &Site<'_>, hold: &Hold) -> Result<(), Error> {
    site.journal.refresh()?;
    salvage::salvage(site, &Crew::gather(site, hold))?;
    let is_open = |lane: &Lane| lane.is_queued() || lane.is_running();
    if !site.journal.ask(|history| history.lanes().any(|(_, lane)| is_open(lane))) {
        crew::finish(site, RunEnd::Stopped)?;
    }
    Ok(())
}

impl Report for Stopped {
    fn text(&self) -> String {
        let run = &self.standing.run;
        let is_idle = self.stopped.is_empty() && !self.is_pursued;
        let head = if is_idle { "there was nothing left to stop\n" } else { "" };
        format!("run {run}\n{head}{}", self.standing.table())
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        Answer::Yes
    }
}
