//! `git par queue log`: what happened in a queue, or what the check printed of an entry.

use std::{io, time::Duration};

use super::opened;
use crate::{
    command::{
        Context, Error, Kind,
        log::{Log, is_read},
        report, style,
    },
    engine::queue::desk::QueueState,
    model::{
        chain, event::Event, fact::QueueFact, journal_name::QueueName, log_digest::LogDigest, queue::entry::EntryId,
        ref_name::RefName, told_of_queues::ToldOfQueue,
    },
    repo::open::Repository,
};

/// How often what is followed is looked at.
const STEP: Duration = Duration::from_millis(100);

/// Show what happened in the queue of a branch, or what the check printed
///
/// With --json each event is its line as it stands in the journal.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// Only what names this entry
    #[arg(value_name = "ENTRY")]
    pub entry: Option<u32>,
    /// The branch whose queue it is [default: the one that is checked out here]
    #[arg(long, value_name = "BRANCH")]
    pub into: Option<String>,
    /// What the check printed the last time that it ran with this entry on top
    #[arg(long, requires = "entry")]
    pub gate: bool,
    /// Go on with what comes, until it is interrupted
    #[arg(short = 'f', long, conflicts_with = "gate")]
    pub follow: bool,
}

/// Shows the log of a queue.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Log, Error> {
    let repository = context.open()?;
    let queue = opened::choose(context, &repository, args.into.as_deref())?;
    let state = opened::read(&repository, &queue)?;
    let entry = args.entry.map(EntryId);
    if let Some(entry) = entry.filter(|entry| state.history.entry(*entry).is_none()) {
        return Err(opened::no_entry(&queue, entry.0));
    }
    match entry.filter(|_| args.gate) {
        Some(entry) => print(context, &repository, &gated(&state, entry)?),
        None if args.follow => follow(context, (&repository, &queue), entry),
        None => events(context, &state, (entry, 0)).map(drop),
    }?;
    Ok(Log { interrupted: args.follow && context.stop.is_set() })
}

/// Finds what the check printed the last time that it ran with an entry on top.
fn gated(state: &QueueState, entry: EntryId) -> Result<LogDigest, Error> {
    let mut last = None;
    for line in chain::lines(&state.bytes) {
        match QueueFact::read(&Event::parse(line?)?)? {
            QueueFact::StackGated(fact) if fact.args.entries.last() == Some(&entry) => last = fact.result.log.or(last),
            _ => {}
        }
    }
    last.ok_or_else(|| Error::new(Kind::Cannot, format!("the check never ran with entry {entry} on top")))
}

fn print(context: &Context<'_>, repository: &Repository, log: &LogDigest) -> Result<(), Error> {
    if context.json {
        let bytes = repository.blob_start(log.blob, log.bytes)?;
        let object = serde_json::json!({ "version": report::VERSION, "text": String::from_utf8_lossy(&bytes) });
        return is_read(context.sink.pass(format!("{object}\n").as_bytes())).map(drop);
    }
    let mut reader = repository.blob_reader(log.blob)?;
    let mut piece = vec![0; 64 * 1024];
    loop {
        let count = io::Read::read(&mut reader, &mut piece)
            .map_err(|error| Error::new(Kind::Cannot, format!("could not read what the check printed: {error}")))?;
        if count == 0 || !is_read(context.sink.pass(&piece[..count]))? {
            return Ok(());
        }
    }
}

/// Shows the events from one on, as far as they are there; returns how many there are, none where nobody reads them any more.
fn events(
    context: &Context<'_>,
    state: &QueueState,
    (entry, seen): (Option<EntryId>, usize),
) -> Result<Option<usize>, Error> {
    let (mut rows, mut count) = (Vec::new(), seen);
    for line in chain::lines(&state.bytes).skip(seen) {
        count += 1;
        let event = Event::parse(line?)?;
        let told = ToldOfQueue::of(&event)?;
        if entry.is_some_and(|entry| !told.entries.contains(&entry)) {
            continue;
        }
        if context.json {
            if !is_read(context.sink.pass(format!("{}\n", event.line()).as_bytes()))? {
                return Ok(None);
            }
        } else {
            rows.push(row(&event, told));
        }
    }
    let text = match (context.json || rows.is_empty(), seen) {
        (true, _) => String::new(),
        (false, 0) => style::table(["event", "time", "entry", "what", ""].map(str::to_owned).to_vec(), rows),
        (false, _) => rows.into_iter().map(|row| format!("{}\n", row.join("  "))).collect(),
    };
    Ok(is_read(context.sink.tell(&text))?.then_some(count))
}

/// Shows the events that come, until the user wants no more.
fn follow(
    context: &Context<'_>,
    (repository, queue): (&Repository, &QueueName),
    entry: Option<EntryId>,
) -> Result<(), Error> {
    let (mut seen, mut notes) = (0, None);
    loop {
        let now = repository.ref_target(&RefName::notes(queue))?;
        if now != notes {
            let state = opened::read(repository, queue)?;
            match events(context, &state, (entry, seen))? {
                Some(count) => (seen, notes) = (count, now),
                None => return Ok(()),
            }
        }
        if !context.stop.pause(STEP) {
            return Ok(());
        }
    }
}

fn row(event: &Event<'_>, told: ToldOfQueue) -> Vec<String> {
    // To the second, in UTC.
    let time: String = event.time().unwrap_or_default().chars().take(19).collect::<String>().replace('T', " ");
    let entries: Vec<String> = told.entries.iter().map(ToString::to_string).collect();
    let entries = if entries.is_empty() { "-".to_owned() } else { entries.join("+") };
    vec![event.seq_id().to_string(), time, entries, told.kind, told.what.replace(['\n', '\r', '\t'], " ")]
}
