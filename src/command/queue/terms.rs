//! Terms: how entries land and by what check, from the command line, the settings, or the run that is added.

use crate::{
    command::{
        Error, Kind,
        gate_choice::{self, GateChoice},
    },
    engine::{command_line, journal::State, limits, orders::Orders, own_events::OwnEvents, queue::desk::Desk},
    model::{
        fact::{QueueConfigured, QueueFact, queue_configured, queue_started::Terms},
        gate_plan::{GatePlan, Place},
        queue::style::Style,
        run_id::RunId,
    },
    repo::{open::Repository, settings::Settings},
};

/// What the user asked for.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct TermsArgs {
    /// What landing leaves in the branch's history: merge, squash or rebase [default: par.queueStyle, else merge]
    #[arg(long, value_name = "STYLE")]
    pub style: Option<Style>,
    /// The check that each state passes before the branch moves to it, for the shell [default: par.gate]
    #[arg(long, value_name = "COMMAND", conflicts_with = "no_gate")]
    pub gate: Option<String>,
    /// Check nothing: the branch is only as green as what is added
    #[arg(long)]
    pub no_gate: bool,
}

impl TermsArgs {
    /// Makes the terms of a queue that begins; a run that is added may lend its check.
    pub(in crate::command) fn begin(&self, repository: &Repository, lent: Option<GatePlan>) -> Result<Terms, Error> {
        let settings = repository.settings()?;
        let configured = || Ok::<_, Error>(self.asked(repository, gate_choice::configured(&settings))?.or(lent));
        let gate = if self.no_gate { None } else { configured()? };
        if gate.is_none() && !self.no_gate {
            let message = "nothing says how to check what lands";
            return Err(Error::new(Kind::Cannot, message)
                .hint("git config par.gate 'make test'")
                .hint("--gate COMMAND, or --no-gate where nothing is to be checked"));
        }
        let style = self.style.map_or_else(|| style(&settings), Ok)?;
        Ok(Terms { style, gate, jobs: jobs(None, &settings, None)? })
    }

    /// Returns the check that is asked for, or this one.
    fn asked(&self, repository: &Repository, usual: Option<GateChoice>) -> Result<Option<GatePlan>, Error> {
        let choice = self.gate.as_ref().map(|text| GateChoice::of_text(text)).or(usual);
        let choice = choice.map(|choice| GateChoice { place: Some(Place::Clean), protect: Vec::new(), ..choice });
        Ok(choice.map(|choice| choice.gate(repository)).transpose()?.map(|gate| gate.plan))
    }

    /// Writes into the journal what the user wants otherwise than it was.
    pub(super) fn apply(&self, desk: &Desk<'_>) -> Result<(), Error> {
        let Some(old) = desk.journal.ask(|queue| queue.terms().cloned()) else { return Ok(()) };
        let asked = self.asked(desk.repository, None)?;
        let gate = if self.no_gate { None } else { asked.or(old.gate.clone()) };
        let new = Terms { style: self.style.unwrap_or(old.style), gate, jobs: old.jobs };
        if new == old {
            return Ok(());
        }
        let fact = QueueConfigured { args: new, result: queue_configured::Outcome {} };
        if desk.say(&QueueFact::QueueConfigured(fact))? {
            return Ok(());
        }
        let message = "the queue is being processed, by what it was told before";
        Err(Error::new(Kind::Busy, message).hint("the same command when that is over"))
    }

    /// Refuses to run a check that others wrote into the journal, unless the user trusts it.
    pub(super) fn require_trust(desk: &Desk<'_>, trust: bool) -> Result<(), Error> {
        let own = OwnEvents::load(&desk.scratch);
        let state = desk.journal.state();
        let Some(gate) = state.history.terms().and_then(|terms| terms.gate.clone()) else { return Ok(()) };
        if trust || !own.others(&state.bytes).contains(&state.history.terms_since()) {
            return Ok(());
        }
        let message =
            format!("the queue into '{}' names a check that was not written in this repository", desk.journal.run);
        let mut error = Error::new(Kind::Declined, message);
        error.messages.push(format!("it would run {}", command_line::shown(&gate.argv)));
        Err(error.hint("the same command with --trust, where you do, or with --gate COMMAND"))
    }
}

/// Returns how many stacks are checked at once.
pub(super) fn jobs(asked: Option<u16>, settings: &Settings, recorded: Option<usize>) -> Result<usize, Error> {
    let configured = settings.get("par.queueJobs").map(|text| {
        let number = text.trim().parse::<u16>().ok().filter(|number| *number > 0);
        number.ok_or_else(|| Error::usage(format!("par.queueJobs: '{text}' is not a number of checks")))
    });
    let configured = configured.transpose()?;
    Ok(asked.or(configured).map(usize::from).or(recorded).unwrap_or_else(|| usize::from(limits::cores())))
}

fn style(settings: &Settings) -> Result<Style, Error> {
    let configured = settings.get("par.queueStyle").map(str::parse).transpose();
    Ok(configured.map_err(|error| Error::usage(format!("par.queueStyle: {error}")))?.unwrap_or_default())
}

/// Returns the check of a run that was begun here.
pub(super) fn lent(repository: &Repository, run: &RunId) -> Option<GatePlan> {
    let folder = repository.scratch_dir().join(run.as_str());
    let state = State::load(repository, run).ok().filter(|_| Orders::are_here(&folder))?;
    let gate = state.history.run()?.args.gate.clone()?;
    Some(GatePlan { place: Some(Place::Clean), protect: Vec::new(), ..gate })
}
