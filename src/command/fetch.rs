//! `git par fetch`: runs and queues from a remote, each all or none, overwriting nothing.

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
        identity::{self, Identity},
        open::Repository,
        remote::{self, Direction},
    },
};

/// Get runs and queues from a remote, refs and journal together, and overwrite nothing
///
/// Each run is taken whole, and only where its journal goes on from the one that is here.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The remote, by name or address [default: where git fetches from]
    pub remote: Option<String>,
    /// The runs, or unique beginnings of their names, or queues, as queue/BRANCH [default: all that the remote has]
    #[arg(value_name = "RUN|QUEUE")]
    pub runs: Vec<String>,
}

/// Fetches runs.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Exchanged, Error> {
    let repository = context.open()?;
    let identity = identity(&repository)?;
    let exchange = Exchange::begin(&repository, args.remote.as_deref(), Direction::Fetch)?;
    let runs = args.chosen(&exchange)?;
    let name = exchange.remote.name.clone();
    (context.listener)(Progress::Carrying(format!("fetching from {name}")));
    let plans = exchange.plan(&runs);
    let mut failed = exchange.bring_all(plans.iter().filter_map(|(_, plan)| plan.as_ref().ok()));
    let mut rows: Vec<Row> = Vec::new();
    for (run, plan) in plans {
        let plan = match failed.remove(&run) {
            Some(error) => Err(error.into()),
            None => plan.and_then(|plan| write(&exchange, plan, &identity)),
        };
        let failed = |error| Row::failed(&run, error, Direction::Fetch);
        rows.push(plan.map_or_else(failed, |plan| Row::of(&plan, Direction::Fetch, &name)));
    }
    if args.runs.is_empty() {
        rows.extend(exchange.strange.iter().map(|name| Row::strange(name)));
    }
    Ok(Exchanged { remote: name, runs: rows })
}

fn write(exchange: &Exchange<'_>, plan: Plan, identity: &Identity) -> Result<Plan, exchange::Error> {
    if !plan.transfer.moves.is_empty() {
        exchange.write(&plan, identity)?;
    }
    Ok(plan)
}

/// Returns who stands in the reflogs: whoever only reads runs may be nobody yet.
fn identity(repository: &Repository) -> Result<Identity, Error> {
    match repository.require_identity() {
        Err(identity::Error::Unknown(_)) => Ok(Identity::nobody()),
        known => Ok(known?),
    }
}

impl Args {
    fn chosen(&self, exchange: &Exchange<'_>) -> Result<Vec<JournalName>, Error> {
        let all: Vec<JournalName> = exchange.theirs.keys().cloned().collect();
        if self.runs.is_empty() {
            return Ok(all);
        }
        let named = |wanted: &String| {
            let run = runs::named(all.clone(), wanted);
            run.map_err(|error| Error { hints: Vec::new(), ..error.into() }.hint(listing(&exchange.remote)))
        };
        let mut runs: Vec<JournalName> = self.runs.iter().map(named).collect::<Result<_, _>>()?;
        runs.sort();
        runs.dedup();
        Ok(runs)
    }
}

fn listing(remote: &remote::Remote<'_>) -> String {
    format!("git ls-remote {} 'refs/notes/par/*'", remote.name)
}
