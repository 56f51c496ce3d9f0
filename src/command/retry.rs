//! `git par retry`: a new attempt of a worker; what it left before is kept as a superseded attempt.

use serde::Serialize;
use serde_json::Value;

use super::{
    Answer, Context, Error, Report, auto_merge, configured, foreign,
    queue::add::Queued,
    report, resume, spawn,
    standing::{Row, Standing},
    style::Style,
};
use crate::{
    engine::{
        crew::Crew,
        feedback,
        journal::{Deed, Journal, State},
        site::Site,
        supervisor,
    },
    model::{
        fact::{WorkerRetried, worker_retried},
        history::{History, Lane},
        ref_name::RefName,
        task_selection,
        verdict::Verdict,
        worker::Worker,
    },
};

/// Run workers again, each as a new attempt; what they left before stays under attempt/
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The run, or a unique beginning of its name [default: the newest]
    pub run: Option<String>,
    /// A worker to run again; may be given several times
    #[arg(short = 'w', long = "worker", value_name = "N")]
    pub workers: Vec<Worker>,
    /// Every worker that failed, was cut short, changed nothing, or did not pass the gate
    #[arg(long, conflicts_with = "workers")]
    pub failed: bool,
    /// Give the agent its old diff and what the gate printed
    #[arg(long)]
    pub with_feedback: bool,
    /// How many workers at once [default: as the run began]
    #[arg(short = 'j', long, value_name = "JOBS", env = "GIT_PAR_JOBS", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Run the commands that the record of a run names which was not begun in this repository
    #[arg(long)]
    pub trust: bool,
}

/// What a retry answers.
#[derive(Debug, Serialize)]
pub struct Retried {
    /// How the run stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// The workers that ran again.
    pub retried: Vec<Worker>,
    /// What kept a worker from being recorded; its work is in its worktree.
    pub errors: Vec<String>,
    /// The entry of a queue that brings what the run won; left out where nobody wanted that, or nothing was won.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queued: Option<Queued>,
    /// The check that the run met last, where it began without one: nobody runs it on what is retried.
    #[serde(skip)]
    later_gate: Option<String>,
    #[serde(skip)]
    was_interrupted: bool,
}

/// Runs workers again.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Retried, Error> {
    if args.workers.is_empty() && !args.failed {
        return Err(Error::usage(
            "nothing says which workers to run again: neither --worker (-w) nor --failed is given",
        )
        .hint("git par retry --failed"));
    }
    let repository = context.open()?;
    let settings = repository.settings()?;
    configured::require_sound(&settings)?;
    let run = context.choose(&repository, args.run.as_deref())?;
    let identity = repository.require_identity()?;
    let state = State::load(&repository, &run)?;
    if !chosen(&state.history, args).is_ok_and(|workers| workers.is_empty()) {
        // Whoever is refused leaves no trace, not even of having held the run.
        foreign::require_trust(&repository, &state, args.trust)?;
    }
    let hold =
        supervisor::hold(&repository, &run).map_err(|error| Error::from(error).hint(format!("git par list {run}")))?;
    let journal = Journal::open(&repository, run, identity, context.listener)?;
    let workers = journal.ask(|history| chosen(history, args))?;
    if !workers.is_empty() {
        foreign::require_trust(&repository, &journal.state(), args.trust)?;
    }
    let later_gate = journal.ask(later_gate);
    let mut site = Site::new(&journal, &repository, &settings)?;
    site.listener = context.listener;
    site.stop = context.stop.clone();
    for worker in &workers {
        queue_again(&site, *worker, args.with_feedback)?;
    }
    if !workers.is_empty() {
        // The plan goes on with them, and would take the others for failed.
        resume::requeue(&site)?;
    }
    let failed =
        if workers.is_empty() { Vec::new() } else { Crew::gather(&site, &hold).work(Some(&workers), args.jobs)? };
    let ending =
        auto_merge::Ending { repository: &repository, settings: &settings, journal: &journal, trust: args.trust };
    let queued = if workers.is_empty() { None } else { ending.carry_out(context) };
    let standing = journal.ask(Standing::of).expect("a run that is here has begun");
    let errors = failed.into_iter().map(spawn::told).collect();
    Ok(Retried { standing, retried: workers, errors, queued, later_gate, was_interrupted: context.stop.is_set() })
}

/// Lists the workers that are meant, each held to what may be run again.
fn chosen(history: &History, args: &Args) -> Result<Vec<Worker>, Error> {
    if args.failed {
        require_settled(history)?;
        return failed(history);
    }
    let mut workers = args.workers.clone();
    workers.sort();
    workers.dedup();
    for worker in &workers {
        let lane = history.lane(*worker).ok_or_else(|| Error::usage(format!("the run has no worker {worker}")))?;
        if lane.is_running() {
            require_settled(history)?;
        }
        if lane.is_queued() {
            let run = history.run().map(|run| run.args.run.to_string()).unwrap_or_default();
            return Err(Error::usage(format!("{worker} has not run yet")).hint(format!("git par resume {run}")));
        }
        require_open(history, *worker)?;
    }
    Ok(workers)
}

/// Lists the workers that failed; of a plan, those from whose work nobody has gone on.
fn failed(history: &History) -> Result<Vec<Worker>, Error> {
    let failed = history.lanes().filter(|(worker, lane)| has_failed(history, (*worker, lane)));
    let failed: Vec<Worker> = failed.map(|(worker, _)| worker).collect();
    let open: Vec<Worker> = failed.iter().copied().filter(|worker| require_open(history, *worker).is_ok()).collect();
    match failed.first().filter(|_| open.is_empty()) {
        Some(first) => require_open(history, *first).map(|()| open),
        None => Ok(open),
    }
}

/// Refuses a worker whose part of a plan is over.
fn require_open(history: &History, worker: Worker) -> Result<(), Error> {
    let Some(pursuit) = history.pursuit() else { return Ok(()) };
    let option = if pursuit.goal.terms.stream.is_some() { "--tasks" } else { "--plan" };
    let again = format!("git par spawn {option} FILE");
    let refused = |reason| {
        let error = Error::usage(reason);
        if pursuit.end.is_some() { error.hint(again) } else { error }
    };
    pursuit.require_open(worker).map_err(refused)
}

/// Finds the command line of the newest gate of a run that planned none.
fn later_gate(history: &History) -> Option<String> {
    if history.run()?.args.gate.is_some() {
        return None;
    }
    let newest = history.lanes().filter_map(|(_, lane)| lane.gate.as_ref()).max_by_key(|gate| gate.seq)?;
    Some(shell_words::join(&newest.fact.args.argv))
}

/// Refuses a run of which a worker began and nobody recorded its end.
fn require_settled(history: &History) -> Result<(), Error> {
    let Some((worker, _)) = history.lanes().find(|(_, lane)| lane.is_running()) else { return Ok(()) };
    let run = history.run().map(|run| run.args.run.to_string()).unwrap_or_default();
    Err(Error::usage(format!("{worker} was cut short and is not recorded yet")).hint(format!("git par resume {run}")))
}

fn has_failed(history: &History, (worker, lane): (Worker, &Lane)) -> bool {
    let Some(outcome) = lane.outcome() else { return lane.stopped.is_some() };
    let task = history.pursuit().and_then(|pursuit| Some((pursuit, pursuit.goal.place_of(worker)?)));
    if let Some((pursuit, task)) = task {
        let ranking = task_selection::decide(history, pursuit, task).ranking;
        return lane.discarded.is_none() && !ranking.iter().any(|rank| rank.worker == worker && rank.eligible);
    }
    let checked = !history.is_gated() || lane.verdict() == Verdict::Pass;
    lane.discarded.is_none() && (!outcome.ending.is_success() || outcome.diff.is_empty() || !checked)
}

/// Records that a worker is to run again; its candidate moves to where superseded ones are.
pub(super) fn queue_again(site: &Site<'_>, worker: Worker, with_feedback: bool) -> Result<(), Error> {
    let told = if with_feedback { feedback::of(site, worker)? } else { None };
    let run = &site.journal.run;
    let refs = [RefName::candidate(run, worker), RefName::discarded(run, worker)];
    let [current, discarded] = [site.repository.ref_target(&refs[0])?, site.repository.ref_target(&refs[1])?];
    let [current_name, discarded_name] = refs;
    site.journal.append(|history| {
        let lane = history.lane(worker).cloned().unwrap_or_default();
        let attempt = lane.attempt();
        let args = worker_retried::Args { worker, attempt: attempt + 1, feedback: told.clone() };
        let fact = WorkerRetried { args, result: worker_retried::Outcome { superseded: lane.candidate() } };
        let deed = Deed::of(&fact).causes(over(&lane));
        let name = RefName::attempt(run, worker, attempt);
        // A process that died in the middle of this may have made it already.
        let made = site.repository.ref_target(&name).ok().flatten().filter(|made| Some(*made) == lane.candidate());
        let deed = deed.setting(name, made, lane.candidate());
        deed.setting(current_name.clone(), current, None).setting(discarded_name.clone(), discarded, None)
    })?;
    Ok(())
}

/// Returns the event with which the attempt before was over.
fn over(lane: &Lane) -> Option<u64> {
    let finished = lane.finished.as_ref().map(|placed| placed.seq);
    finished.or(lane.stopped.as_ref().map(|placed| placed.seq))
}

impl Retried {
    /// Says how what was retried comes by a verdict as the others did, where it did not.
    fn gate_hint(&self) -> Option<String> {
        let (gate, run) = (self.later_gate.as_ref()?, &self.standing.run);
        let is_ungated = |row: &&Row| self.retried.contains(&row.worker) && row.candidate.is_some() && !row.is_gated;
        let ungated = self.standing.workers.iter().filter(is_ungated).map(|row| row.worker);
        let flags: String = ungated.map(|worker| format!(" -w {}", worker.get())).collect();
        let hint = || {
            let note = Style::Warning.paint("note:");
            format!(
                "{note} the run began without a gate: nothing has checked what was retried\nnext: git par gate {run}{flags} -- {gate}\n"
            )
        };
        (!flags.is_empty()).then(hint)
    }
}

impl Report for Retried {
    fn text(&self) -> String {
        let run = &self.standing.run;
        let head = if self.retried.is_empty() { "no worker has failed\n" } else { "" };
        let pick = || self.standing.has_hope().then(|| format!("git par pick {run}"));
        let has_next = !self.retried.is_empty() && self.queued.is_none();
        let next = self.standing.after_plan().or_else(pick).filter(|_| has_next);
        let next = next.map(|next| format!("next: {next}\n"));
        let hint = self.gate_hint().or(next).unwrap_or_default();
        let queued = self.queued.as_ref().map(Queued::text).unwrap_or_default();
        format!("run {run}\n{head}{}{}{queued}{hint}", self.standing.table(), self.standing.gate_line())
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        let is_well = self.retried.is_empty() || (self.errors.is_empty() && self.standing.has_hope());
        match (self.was_interrupted, is_well) {
            (true, _) => Answer::Interrupted,
            (false, true) => Answer::Yes,
            (false, false) => Answer::No,
        }
    }
}
