//! `git par log`: what happened in a run, or what its workers printed, whole or as it comes.

mod events;
mod lines;
mod outputs;

use std::{io, time::Duration};

use serde_json::Value;

use super::{Answer, Context, Error, Kind, Report, lanes, report};
use crate::{
    engine::{journal::State, output::Which},
    model::{ref_name::RefName, run_id::RunId, worker::Worker},
    repo::open::Repository,
};
use events::Events;
use outputs::Outputs;

/// How often what is followed is looked at.
const STEP: Duration = Duration::from_millis(100);
/// How much is read and written at once, in bytes.
const PIECE: usize = 64 * 1024;

/// Show what happened in a run, or what its workers printed
///
/// With --json each event is its line as it stands in the journal, and each piece of an output an object.
#[allow(clippy::struct_excessive_bools, reason = "flags are what a command line has")]
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The run, or a unique beginning of its name [default: the newest]
    pub run: Option<String>,
    /// Only this worker; may be given several times
    #[arg(short = 'w', long = "worker", value_name = "N")]
    pub workers: Vec<Worker>,
    /// The events of the run, which is the default
    #[arg(long, group = "what")]
    pub events: bool,
    /// What the agents printed
    #[arg(long, group = "what")]
    pub agent: bool,
    /// What the gate printed
    #[arg(long, group = "what")]
    pub gate: bool,
    /// What the setup command printed
    #[arg(long, group = "what")]
    pub setup: bool,
    /// What the workers handed over to those after them
    #[arg(long, group = "what")]
    pub output: bool,
    /// What the goal's gate printed of the union of a plan's tasks
    #[arg(long, group = "what", conflicts_with = "workers")]
    pub union: bool,
    /// What this attempt printed, in place of the newest
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..), requires = "what", conflicts_with_all = ["events", "setup", "union"])]
    pub attempt: Option<u32>,
    /// Go on with what comes, until it is finished
    #[arg(short = 'f', long)]
    pub follow: bool,
}

impl Args {
    fn which(&self) -> Option<Which> {
        let flags = [
            (self.agent, Which::Agent),
            (self.gate, Which::Gate),
            (self.setup, Which::Setup),
            (self.output, Which::Product),
            (self.union, Which::Union),
        ];
        flags.into_iter().find(|(is_given, _)| *is_given).map(|(_, which)| which)
    }
}

/// Something that is shown as far as it is there, and then as it comes.
trait Shown {
    /// Tells whether nothing more is to come; asked before it is shown.
    fn is_over(&mut self, state: &State) -> Result<bool, Error>;

    /// Shows what has not been shown yet; tells whether anybody still reads it.
    fn show(&mut self, state: &State) -> Result<bool, Error>;

    /// Ends it, where it came to its end.
    fn end(&mut self) -> Result<(), Error>;
}

/// What is looked at, and for whom.
struct Watch<'a> {
    repository: &'a Repository,
    run: &'a RunId,
    context: &'a Context<'a>,
}

/// Shows the log.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Log, Error> {
    let repository = context.open()?;
    let run = context.choose(&repository, args.run.as_deref())?;
    let state = State::load(&repository, &run)?;
    let workers = lanes::named(&state.history, &run, &args.workers)?;
    let watch = Watch { repository: &repository, run: &run, context };
    if let Some(which) = args.which() {
        watch.watch(state, args.follow, &mut Outputs::new(&watch, &workers, (which, args.attempt)))?;
    } else {
        let only = (!args.workers.is_empty()).then_some(workers);
        watch.watch(state, args.follow, &mut Events::new(&watch, only))?;
    }
    Ok(Log { interrupted: context.stop.is_set() })
}

impl Watch<'_> {
    fn watch(&self, mut state: State, follow: bool, shown: &mut dyn Shown) -> Result<(), Error> {
        loop {
            let is_over = shown.is_over(&state)?;
            self.reload(&mut state)?;
            if !shown.show(&state)? {
                return Ok(());
            }
            if is_over || !follow {
                return shown.end();
            }
            if !self.context.stop.pause(STEP) {
                return Ok(());
            }
        }
    }

    fn reload(&self, state: &mut State) -> Result<(), Error> {
        let notes = self.repository.ref_target(&RefName::notes(self.run))?;
        if notes.is_some() && notes != state.notes {
            *state = State::load(self.repository, self.run)?;
        }
        Ok(())
    }
}

/// Tells whether what was written found a reader.
pub(super) fn is_read(written: io::Result<()>) -> Result<bool, Error> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Error::new(Kind::Cannot, format!("could not write the answer: {error}"))),
    }
}

/// How showing a log ended; the log itself has been written by then.
#[derive(Debug)]
pub struct Log {
    pub(super) interrupted: bool,
}

impl Report for Log {
    fn text(&self) -> String {
        String::new()
    }

    fn json(&self) -> Value {
        report::object(&())
    }

    fn answer(&self) -> Answer {
        if self.interrupted { Answer::Interrupted } else { Answer::Yes }
    }

    fn is_told(&self) -> bool {
        true
    }
}
