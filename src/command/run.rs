//! `git par run`: spawn, gate, pick, merge and seal in one line, each step exactly the verb of its name.

use serde::Serialize;
use serde_json::Value;

use super::{
    Answer, Context, Error, Report, auto_merge,
    gate::{self, Gated},
    merge::{self, MergeReport},
    pick::{self, Picked},
    queue::add::Queued,
    report,
    resume::{self, Resumed},
    seal::{self, SealReport},
    spawn::{self, Spawned},
};
use crate::{
    engine::{command_line, journal::State},
    model::{history::History, run_id::RunId, worker::Worker},
};

/// Spawn, gate and pick, and where asked merge and seal, in one command
///
/// It stops where the answer is no.
// The group of the flattened arguments has this one's usual name.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    #[command(flatten)]
    spawn: spawn::Args,
    /// Go on with this run where it stopped, instead of spawning one
    #[arg(long = "continue", value_name = "RUN", conflicts_with_all = ["task", "file", "workers", "name", "base", "argv", "plan", "tasks", "on_escape", "recover", "blame_budget", "auto_merge", "no_auto_merge"])]
    resume: Option<String>,
    /// Merge the winner into the branch that is checked out
    #[arg(long, conflicts_with = "auto_merge")]
    merge: bool,
    /// Seal the run at the end
    #[arg(long)]
    seal: bool,
}

/// What the whole line answers: each step's own answer, as far as it came.
#[derive(Default)]
pub struct Line {
    run: Option<RunId>,
    spawned: Option<Spawned>,
    resumed: Option<Resumed>,
    gated: Option<Gated>,
    picked: Option<Picked>,
    queued: Option<Queued>,
    merged: Option<MergeReport>,
    sealed: Option<SealReport>,
}

/// Does the whole job.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Line, Error> {
    let mut line = Line::default();
    let run = match &args.resume {
        None => line.spawn(args, context)?,
        Some(wanted) => line.go_on((wanted, args), context)?,
    };
    line.run = Some(run.clone());
    // What was gated just now may be the rest of a run of which others have passed: there the rule decides.
    let may_go_on = line.answer() == Answer::Yes || (line.gated.is_some() && line.answer() == Answer::No);
    if !may_go_on {
        return Ok(line);
    }
    line.finish(args, context).map_err(|error| error.hint(args.again(&run)))?;
    Ok(line)
}

impl Args {
    /// Writes the command that goes on where this one stopped.
    fn again(&self, run: &RunId) -> String {
        let merge = if self.merge { " --merge" } else { "" };
        let seal = if self.seal { " --seal" } else { "" };
        format!("git par run --continue {run}{merge}{seal}")
    }
}

/// Has the hints of a step name the verb that was typed.
fn in_own_words(mut error: Error) -> Error {
    for hint in &mut error.hints {
        if let Some(rest) = hint.strip_prefix("git par spawn ") {
            *hint = format!("git par run {rest}");
        }
    }
    error
}

impl Line {
    fn spawn(&mut self, args: &Args, context: &Context<'_>) -> Result<RunId, Error> {
        // What is merged at once need not wait for its turn.
        let landing = if args.merge { auto_merge::Args::none() } else { args.spawn.landing.clone() };
        let spawned = spawn::run(&spawn::Args { landing, ..args.spawn.clone() }, context).map_err(in_own_words)?;
        let run = spawned.standing.run.clone();
        self.spawned = Some(spawned);
        Ok(run)
    }

    /// Goes on with a run: one that carries out a plan is resumed, of another what no gate has seen is gated.
    fn go_on(&mut self, (wanted, args): (&str, &Args), context: &Context<'_>) -> Result<RunId, Error> {
        let repository = context.open()?;
        let run = context.choose(&repository, Some(wanted))?;
        let history = State::load(&repository, &run)?.history;
        if history.pursuit().is_some() {
            let resume = resume::Args { run: Some(run.to_string()), jobs: args.spawn.jobs, ..resume::Args::default() };
            self.resumed = Some(resume::run(&resume, context)?);
        } else {
            self.gate_rest((&history, &run), args.spawn.gate.as_deref(), context)?;
        }
        Ok(run)
    }

    /// Gates the candidates of a run that no gate has seen yet, with the one given or else the one planned.
    fn gate_rest(
        &mut self,
        (history, run): (&History, &RunId),
        given: Option<&str>,
        context: &Context<'_>,
    ) -> Result<(), Error> {
        let open = history.lanes().filter(|(_, lane)| lane.finished.is_some() && lane.gate.is_none());
        let workers: Vec<Worker> = open.map(|(worker, _)| worker).collect();
        let planned = history.run().is_some_and(|run| run.args.gate.is_some());
        if !workers.is_empty() && (planned || given.is_some()) {
            let argv = given.map(command_line::shell).unwrap_or_default();
            let gate = gate::Args { run: Some(run.to_string()), workers, argv, ..gate::Args::default() };
            self.gated = Some(gate::run(&gate, context)?);
        }
        Ok(())
    }

    /// Picks, and where asked merges and seals.
    fn finish(&mut self, args: &Args, context: &Context<'_>) -> Result<(), Error> {
        let standing = self.spawned.as_ref().map(|spawned| &spawned.standing);
        let standing = standing.or(self.resumed.as_ref().map(|resumed| &resumed.standing));
        // A run that carries out a plan picks for itself, and so does one whose winner waits in a queue.
        let is_plan = standing.is_some_and(|standing| standing.plan.is_some());
        let is_queued = self.spawned.as_ref().is_some_and(|spawned| spawned.queued.is_some());
        let is_picked = is_plan || is_queued;
        let run = self.run.as_ref().map(ToString::to_string);
        if !is_picked {
            self.picked = Some(pick::run(&pick::Args { run: run.clone(), ..pick::Args::default() }, context)?);
        }
        if args.resume.is_some() && !is_picked && !args.merge {
            self.queued = auto_merge::after_pick(context, run.as_deref())?;
        }
        let is_followed = args.merge || !is_picked;
        self.spawned.iter_mut().for_each(|spawned| spawned.is_followed = is_followed);
        self.resumed.iter_mut().for_each(|resumed| resumed.is_followed = is_followed);
        if args.merge && self.answer() == Answer::Yes {
            self.merged = Some(merge::run(&merge::Args { run: run.clone(), ..merge::Args::default() }, context)?);
        }
        if args.seal && self.answer() == Answer::Yes {
            self.sealed = Some(seal::run(&seal::Args { run, ..seal::Args::default() }, context)?);
        }
        Ok(())
    }

    fn steps(&self) -> Vec<(&'static str, &dyn Report)> {
        let steps: [(&'static str, Option<&dyn Report>); 7] = [
            ("spawn", self.spawned.as_ref().map(|step| step as &dyn Report)),
            ("resume", self.resumed.as_ref().map(|step| step as &dyn Report)),
            ("gate", self.gated.as_ref().map(|step| step as &dyn Report)),
            ("pick", self.picked.as_ref().map(|step| step as &dyn Report)),
            ("queue", self.queued.as_ref().map(|step| step as &dyn Report)),
            ("merge", self.merged.as_ref().map(|step| step as &dyn Report)),
            ("seal", self.sealed.as_ref().map(|step| step as &dyn Report)),
        ];
        steps.into_iter().filter_map(|(name, step)| Some((name, step?))).collect()
    }
}

impl Report for Line {
    fn text(&self) -> String {
        self.steps().iter().map(|(_, step)| step.text()).collect::<Vec<_>>().join("\n")
    }

    fn json(&self) -> Value {
        let steps: serde_json::Map<String, Value> =
            self.steps().iter().map(|(name, step)| ((*name).to_owned(), step.json())).collect();
        report::object(&Steps { run: self.run.as_ref(), steps })
    }

    fn answer(&self) -> Answer {
        self.steps().last().map_or(Answer::Yes, |(_, step)| step.answer())
    }
}

#[derive(Serialize)]
struct Steps<'a> {
    run: Option<&'a RunId>,
    steps: serde_json::Map<String, Value>,
}
