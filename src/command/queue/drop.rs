//! `git par queue drop`: entries that nobody wants to land any more.

use serde::Serialize;
use serde_json::Value;

use super::opened;
use crate::{
    command::{Context, Error, Kind, Report, report},
    model::{
        fact::{EntryDropped, QueueFact, entry_dropped},
        queue::entry::{EntryId, State},
    },
};

/// Take entries out of the queue for good
///
/// Their commits stay reachable from refs of the queue. What has landed stays landed.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The entries, by their numbers
    #[arg(value_name = "ENTRY", required = true)]
    pub entries: Vec<u32>,
    /// The branch whose queue it is [default: the one that is checked out here]
    #[arg(long, value_name = "BRANCH")]
    pub into: Option<String>,
}

/// What a dropping answers.
#[derive(Debug, Serialize)]
pub struct Dropped {
    /// The branch.
    pub target: String,
    /// What is out of the queue now.
    pub dropped: Vec<EntryId>,
}

/// Drops entries.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Dropped, Error> {
    let repository = context.open()?;
    let queue = opened::choose(context, &repository, args.into.as_deref())?;
    let journal = opened::open(context, &repository, queue)?;
    let desk = opened::desk(context, &repository, &journal)?;
    let entries = opened::require_entries(&journal, &args.entries)?;
    for id in &entries {
        let fact = EntryDropped { args: entry_dropped::Args { entry: *id }, result: entry_dropped::Outcome {} };
        loop {
            let state = journal.ask(|queue| queue.entry(*id).map(|entry| entry.state.clone()));
            let landing = journal.ask(|queue| queue.batch().and_then(|batch| batch.landing));
            match state {
                Some(State::Dropped) => break,
                Some(State::Merged(commit)) => {
                    let message = format!("entry {id} has landed as {}", commit.short());
                    return Err(Error::new(Kind::Cannot, message).hint(format!("git revert -m 1 {commit}")));
                }
                _ if landing.is_some_and(|landing| landing.entry == *id) => {
                    return Err(Error::new(Kind::Busy, format!("entry {id} is landing")));
                }
                _ if desk.say(&QueueFact::EntryDropped(fact.clone()))? => break,
                _ => {}
            }
        }
    }
    Ok(Dropped { target: desk.target().to_string(), dropped: entries })
}

impl Report for Dropped {
    fn text(&self) -> String {
        self.dropped.iter().map(|entry| format!("entry {entry}: dropped\n")).collect()
    }

    fn json(&self) -> Value {
        report::object(self)
    }
}
