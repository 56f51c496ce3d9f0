//! `git par push`: runs and queues to a remote, each all or none, forcing nothing.

use super::{
    Context, Error,
    exchanged::{Exchanged, Row},
};
use crate::{
    engine::{
        exchange::{self, Exchange, Plan},
        progress::Progress,
        runs,
    },
    model::journal_name::JournalName,
    repo::{
        open::Repository,
        remote::{self, Direction},
    },
};

/// Send runs and queues to a remote, refs and journal together, and overwrite nothing
///
/// Each run goes in one atomic push, and only where its journal goes on from the one that the remote has.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The remote, by name or address [default: where git pushes to]
    pub remote: Option<String>,
    /// The runs, or unique beginnings of their names, or queues, as queue/BRANCH [default: the newest run]
    #[arg(value_name = "RUN|QUEUE")]
    pub runs: Vec<String>,
    /// Send every run and every queue of this repository
    #[arg(long, conflicts_with = "runs")]
    pub all: bool,
    /// Send the logs too
    #[arg(long)]
    pub logs: bool,
}

/// Pushes runs.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Exchanged, Error> {
    let repository = context.open()?;
    let runs = args.chosen(context, &repository)?;
    let exchange = Exchange::begin(&repository, args.remote.as_deref(), Direction::Push);
    let mut exchange = exchange.map_err(|error| args.with_hint(&repository, error))?;
    exchange.with_logs = args.logs;
    let mut rows = Vec::new();
    for (run, plan) in exchange.plan(&runs) {
        rows.push(match plan.and_then(|plan| push(&exchange, plan, context)) {
            Ok(plan) => Row::of(&plan, Direction::Push, &exchange.remote.name),
            // It would be so for every run.
            Err(exchange::Error::Remote(error @ remote::Error::NotAtomic(_))) => return Err(error.into()),
            Err(error) => Row::failed(&run, error, Direction::Push),
        });
    }
    Ok(Exchanged { remote: exchange.remote.name.clone(), runs: rows })
}

fn push(exchange: &Exchange<'_>, plan: Plan, context: &Context<'_>) -> Result<Plan, exchange::Error> {
    if !plan.transfer.moves.is_empty() {
        (context.listener)(Progress::Carrying(format!("pushing {} to {}", plan.run.titled(), exchange.remote.name)));
        exchange.push(&plan)?;
    }
    Ok(plan)
}

impl Args {
    fn chosen(&self, context: &Context<'_>, repository: &Repository) -> Result<Vec<JournalName>, Error> {
        if self.all {
            return Ok(repository.noted()?);
        }
        if self.runs.is_empty() {
            return Ok(vec![context.choose(repository, None)?.name()]);
        }
        let named = |wanted: &String| runs::named(repository.noted()?, wanted);
        let mut runs: Vec<JournalName> = self.runs.iter().map(named).collect::<Result<_, _>>()?;
        runs.sort();
        runs.dedup();
        Ok(runs)
    }

    /// Helps whoever named a run where the remote goes.
    fn with_hint(&self, repository: &Repository, error: exchange::Error) -> Error {
        let is_run = |name: &&str| runs::choose(repository, Some(name)).is_ok();
        let error = Error::from(error);
        match self.remote.as_deref().filter(is_run) {
            Some(run) => error.hint(format!("git par push <remote> {run}")),
            None => error,
        }
    }
}
