//! Terms: how entries land and by what check, from the command line, the settings, or the run that is added.

use crate::{
    command::{
        Error, Kind,
        gate_choice::{self, GateChoice},
    },
    engine::{
        command_line,
        gate::Gate,
        journal::State,
        limits,
        orders::Orders,
        queue::{desk::Desk, processor},
        supervisor,
    },
    model::{
        fact::{QueueConfigured, QueueFact, queue_configured, queue_started::Terms},
        gate_plan::{GatePlan, Place},
        queue::style::Style,
        run_id::RunId,
        told_of_queues,
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
    pub(super) fn begin(&self, desk: &Desk<'_>, lent: Option<Gate>) -> Result<Terms, Error> {
        let (style, gate) = self.choose(desk.repository, lent)?;
        let gate = gate.map(|gate| kept(desk, gate));
        Ok(Terms { style, gate, jobs: jobs(None, &desk.repository.settings()?, None)? })
    }

    /// Chooses the style and the check of a queue that begins.
    pub(in crate::command) fn choose(
        &self,
        repository: &Repository,
        lent: Option<Gate>,
    ) -> Result<(Style, Option<Gate>), Error> {
        let settings = repository.settings()?;
        let configured = || Ok::<_, Error>(self.asked(repository, gate_choice::configured(&settings))?.or(lent));
        let gate = if self.no_gate { None } else { configured()? };
        if gate.is_none() && !self.no_gate {
            let message = "nothing says how to check what lands";
            return Err(Error::new(Kind::Cannot, message)
                .hint("git config par.gate 'make test'")
                .hint("--gate COMMAND, or --no-gate where nothing is to be checked"));
        }
        Ok((self.style.map_or_else(|| style(&settings), Ok)?, gate))
    }

    /// Returns the check that is asked for, or this one.
    fn asked(&self, repository: &Repository, usual: Option<GateChoice>) -> Result<Option<Gate>, Error> {
        let choice = match &self.gate {
            Some(text) if text.trim().is_empty() => {
                return Err(
                    Error::usage("--gate is empty: that would check nothing").hint("--no-gate, where that is meant")
                );
            }
            Some(text) => {
                let timeout = gate_choice::usual_timeout(&repository.settings()?);
                Some(GateChoice { timeout, ..GateChoice::of_text(text) })
            }
            None => usual,
        };
        let choice = choice.map(|choice| GateChoice { place: Some(Place::Clean), protect: Vec::new(), ..choice });
        choice.map(|choice| choice.gate(repository)).transpose()
    }

    /// Writes into the journal what the user wants otherwise than it was.
    pub(super) fn apply(&self, desk: &Desk<'_>) -> Result<(), Error> {
        let Some(old) = desk.journal.ask(|queue| queue.terms().cloned()) else { return Ok(()) };
        let asked = self.asked(desk.repository, None)?.map(|gate| kept(desk, gate));
        let gate = if self.no_gate { None } else { asked.or(old.gate.clone()) };
        let new = Terms { style: self.style.unwrap_or(old.style), gate, jobs: old.jobs };
        if new == old {
            return Ok(());
        }
        let fact = QueueFact::QueueConfigured(QueueConfigured { args: new, result: queue_configured::Outcome {} });
        if desk.say(&fact)? || (is_left(desk)? && desk.say(&fact)?) {
            let told = desk.journal.ask(|queue| queue.terms().map(told_of_queues::terms)).unwrap_or_default();
            desk.tell(format!("from now on, for whoever processes this queue: {told}"));
            return Ok(());
        }
        let message = "the queue is being processed, by what it was told before";
        Err(Error::new(Kind::Busy, message).hint("the same command when that is over"))
    }

    /// Refuses to run a check that others wrote into the journal, unless the user trusts it.
    pub(super) fn require_trust(desk: &Desk<'_>, trust: bool) -> Result<(), Error> {
        if trust {
            // Where it cannot be noted, it is asked about again.
            let _ = desk.trust();
        }
        let gate = desk.journal.ask(|queue| queue.terms().and_then(|terms| terms.gate.clone()));
        let Some(gate) = gate.filter(|_| desk.has_foreign_gate()) else { return Ok(()) };
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
pub(super) fn lent(repository: &Repository, run: &RunId) -> Option<Gate> {
    let folder = repository.scratch_dir().join(run.as_str());
    let state = State::load(repository, run).ok().filter(|_| Orders::are_here(&folder))?;
    let gate = state.history.run()?.args.gate.clone()?;
    let argv = Orders::load(&folder).gate(&gate.argv, &repository.home_dir());
    Some(Gate { plan: GatePlan { place: Some(Place::Clean), protect: Vec::new(), ..gate }, argv })
}

/// Writes down what a check runs on this machine, and returns it as it is recorded.
fn kept(desk: &Desk<'_>, gate: Gate) -> GatePlan {
    // What cannot be written down is run as it is recorded.
    let _ = Orders::keep_gate(&desk.scratch, &gate.argv);
    gate.plan
}

/// Tells whether whoever was testing is dead; what he had is given back then.
fn is_left(desk: &Desk<'_>) -> Result<bool, Error> {
    match processor::take_over(desk) {
        Err(processor::Error::Supervisor(supervisor::Error::Held(_))) => Ok(false),
        taken => Ok(taken.map(|()| true)?),
    }
}
