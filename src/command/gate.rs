//! `git par gate`: the same check on each candidate.

use std::{ffi::OsString, time::Duration};

use serde::Serialize;
use serde_json::Value;

use super::{
    Answer, Context, Error, Kind, Report, configured, foreign,
    gate_choice::{self, GateChoice, duration},
    report, spawn,
    standing::Standing,
};
use crate::{
    engine::{
        gate::{self, Gate, Subject},
        journal::Journal,
        limits,
        progress::Progress,
        site::Site,
        supervisor,
    },
    model::{gate_plan::Place, history::History, verdict::Verdict, worker::Worker},
    repo::{open::Repository, settings::Settings},
};

/// Run the project's check on each candidate
///
/// It runs on a tree that is proven to be the candidate's.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The run, or a unique beginning of its name [default: the newest]
    pub run: Option<String>,
    /// Only this worker; may be given several times
    #[arg(short = 'w', long = "worker", value_name = "N")]
    pub workers: Vec<Worker>,
    /// How many checks at once [default: par.jobs, else the number of cores]
    #[arg(short = 'j', long, value_name = "JOBS", env = "GIT_PAR_JOBS", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Where to run it: in the worker's worktree, or in a clean one of the candidate
    ///
    /// The default is the worktree where it still holds the candidate, else a clean one.
    #[arg(long, value_name = "worktree|clean")]
    pub place: Option<Place>,
    /// The most time for one check, such as 90s or 10m [default: par.gateTimeout]
    #[arg(long, value_name = "T", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Take these paths from base, whatever a candidate made of them, and mark who touched them
    #[arg(long, value_name = "PATHSPEC")]
    pub protect: Vec<String>,
    /// Gate base too: a check that base passes already cannot tell
    #[arg(long)]
    pub baseline: bool,
    /// Run the commands that the record of a run names which was not begun in this repository
    #[arg(long)]
    pub trust: bool,
    /// The check's command line [default: the run's own gate, else par.gate]
    #[arg(last = true, value_name = "CMD")]
    pub argv: Vec<OsString>,
}

/// What a gating answers.
#[derive(Debug, Serialize)]
pub struct Gated {
    /// How the run stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// The workers that were gated now.
    pub gated: Vec<Worker>,
    /// What kept a check from being recorded.
    pub errors: Vec<String>,
    #[serde(skip)]
    interrupted: bool,
}

/// Gates the candidates.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Gated, Error> {
    let repository = context.open()?;
    let settings = repository.settings()?;
    configured::require_sound(&settings)?;
    let identity = repository.require_identity()?;
    let run = context.choose(&repository, args.run.as_deref())?;
    let journal = Journal::open(&repository, run, identity, context.listener)?;
    let gate = chosen(args, &journal, (&repository, &settings))?;
    let subjects = subjects(args, &journal)?;
    require_any(&subjects, (&repository, &journal))?;
    let mut site = Site::new(&journal, &repository, &settings)?;
    site.listener = context.listener;
    site.stop = context.stop.clone();
    (context.listener)(Progress::Planned(subjects.iter().filter_map(|subject| subject.worker).collect()));
    let subjects: Vec<Subject> = args.baseline.then(|| Subject::base(&site)).into_iter().chain(subjects).collect();
    let errors = gate_all(&site, &gate, &subjects, spawn::jobs(args.jobs, &settings));
    journal.ask(History::mixed_gates).into_iter().for_each(|mixed| context.warn(mixed));
    let standing = journal.ask(Standing::of).ok_or_else(|| Error::new(Kind::Cannot, "the run has not started"))?;
    let gated = subjects.iter().filter_map(|subject| subject.worker).collect();
    Ok(Gated { standing, gated, errors, interrupted: context.stop.is_set() })
}

fn chosen(args: &Args, journal: &Journal<'_>, (repository, settings): (&Repository, &Settings)) -> Result<Gate, Error> {
    if !args.argv.is_empty() {
        let choice = GateChoice {
            argv: args.argv.clone(),
            place: args.place,
            timeout: args.timeout.or_else(|| gate_choice::usual_timeout(settings)),
            protect: args.protect.clone(),
        };
        return choice.gate(repository);
    }
    let planned = journal.ask(|history| history.run().and_then(|run| run.args.gate.clone()));
    let mut gate = match (planned, gate_choice::configured(settings)) {
        (Some(plan), _) => {
            foreign::require_trust(repository, &journal.state(), args.trust)?;
            gate_choice::planned(&plan)
        }
        (None, Some(choice)) => choice.gate(repository)?,
        (None, None) => return Err(Error::usage("there is no check to run").hint("git par gate -- make test")),
    };
    gate.plan.place = args.place.or(gate.plan.place);
    gate.plan.timeout_ms = args.timeout.and_then(limits::milliseconds).or(gate.plan.timeout_ms);
    gate.plan.protect.extend(args.protect.iter().cloned());
    Ok(gate)
}

fn subjects(args: &Args, journal: &Journal<'_>) -> Result<Vec<Subject>, Error> {
    journal.ask(|history| {
        if args.workers.is_empty() {
            let lanes = history.lanes().filter(|(_, lane)| lane.discarded.is_none());
            return Ok(lanes.filter_map(|(worker, _)| Subject::candidate(history, worker)).collect());
        }
        let mut workers = args.workers.clone();
        workers.sort_unstable();
        workers.dedup();
        workers.iter().map(|worker| require_subject(history, *worker)).collect()
    })
}

/// Refuses a run of which no worker has a candidate, which may still come.
fn require_any(subjects: &[Subject], (repository, journal): (&Repository, &Journal<'_>)) -> Result<(), Error> {
    let run = &journal.run;
    match (subjects.is_empty(), supervisor::is_held(repository, run)?) {
        (false, _) => Ok(()),
        (true, true) => {
            Err(Error::new(Kind::Busy, format!("run '{run}' is being worked on: no worker has a candidate yet")))
        }
        (true, false) => {
            let verb = if journal.ask(History::is_open) { "resume" } else { "list" };
            Err(Error::new(Kind::Cannot, format!("no worker of run '{run}' has a candidate"))
                .hint(format!("git par {verb} {run}")))
        }
    }
}

fn require_subject(history: &History, worker: Worker) -> Result<Subject, Error> {
    Subject::candidate(history, worker).ok_or_else(|| gate::Error::NoCandidate(worker).into())
}

fn gate_all(site: &Site<'_>, gate: &Gate, subjects: &[Subject], jobs: u16) -> Vec<String> {
    let errors = limits::in_parallel(subjects, jobs, |subject| {
        if site.stop.is_set() {
            return None;
        }
        let error = gate::run(site, gate, *subject).map_err(Error::from).err()?;
        let whose = subject.worker.map_or("base".to_owned(), |worker| worker.to_string());
        Some(format!("{whose}: {}", error.in_line()))
    });
    errors.into_iter().flatten().collect()
}

impl Report for Gated {
    fn text(&self) -> String {
        let base = self.standing.baseline.map(|verdict| format!("base: {}\n", super::style::verdict(verdict)));
        let errors: String = self.errors.iter().map(|error| format!("{error}\n")).collect();
        format!("{}{}{}{errors}", self.standing.table(), base.unwrap_or_default(), self.standing.gate_line())
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        let passed = |row: &super::standing::Row| self.gated.contains(&row.worker) && row.verdict == Verdict::Pass;
        match (self.interrupted, self.errors.is_empty() && self.standing.workers.iter().any(passed)) {
            (true, _) => Answer::Interrupted,
            (false, true) => Answer::Yes,
            (false, false) => Answer::No,
        }
    }
}
