//! What the events of a queue say, for people: a line each.

use super::{
    event::{self, Event},
    fact::{
        EntryAdded, EntryHeld, EntryMerged, EntryRetried, LandingStarted, QueueFact, StackGated, entry_added::Source,
        queue_started::Terms,
    },
    queue::entry::EntryId,
};

/// What an event of a queue says, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldOfQueue {
    /// Its kind in a word or two; the kind's own name where this version does not know it.
    pub kind: String,
    /// The entries that it is about.
    pub entries: Vec<EntryId>,
    /// What was asked or found, as a text without styles; parts of it are other people's words.
    pub what: String,
}

impl ToldOfQueue {
    /// Tells an event; fails where its payload is not that of its kind.
    pub fn of(event: &Event<'_>) -> Result<Self, event::Error> {
        let fact = QueueFact::read(event)?;
        let (kind, what) = match &fact {
            QueueFact::QueueStarted(fact) => {
                ("queue started", format!("into {}; {}", fact.args.target, terms(&fact.args.terms)))
            }
            QueueFact::QueueConfigured(fact) => ("configured", terms(&fact.args)),
            QueueFact::EntryAdded(fact) => ("added", added(fact)),
            QueueFact::EntriesStarted(fact) => ("testing", format!("on {}", fact.args.onto.short())),
            QueueFact::StackGated(fact) => ("gated", gated(fact)),
            QueueFact::LandingStarted(fact) => ("landing", landing(fact)),
            QueueFact::EntryMerged(fact) => ("merged", merged(fact)),
            QueueFact::EntryHeld(fact) => ("held", held(fact)),
            QueueFact::EntriesReturned(fact) => ("returned", fact.result.reason.to_string()),
            QueueFact::EntryDropped(_) => ("dropped", "by a person".to_owned()),
            QueueFact::EntryRetried(fact) => ("retried", retried(fact)),
            QueueFact::Unknown => return Ok(unknown(event)),
        };
        Ok(Self { kind: kind.to_owned(), entries: fact.entries(), what })
    }
}

fn unknown(event: &Event<'_>) -> ToldOfQueue {
    let what = "of a kind that this version does not know".to_owned();
    ToldOfQueue { kind: event.tool_name().into_owned(), entries: Vec::new(), what }
}

/// Names how entries land, and by what check.
#[must_use]
pub fn terms(terms: &Terms) -> String {
    let gate = terms.gate.as_ref().map_or("no check".to_owned(), |gate| format!("check: {}", gate.argv.join(" ")));
    format!("{}, {gate}", terms.style)
}

/// Names where an entry came from.
#[must_use]
pub fn source(source: &Source) -> String {
    match source {
        Source::Run(run) => format!("run {run}"),
        Source::Branch(branch) => format!("branch {}", branch.strip_prefix("refs/heads/").unwrap_or(branch)),
        Source::Commit(commit) => format!("commit {}", commit.short()),
    }
}

fn added(fact: &EntryAdded) -> String {
    let args = &fact.args;
    let priority = if args.priority == 0 { String::new() } else { format!(", priority {}", args.priority) };
    format!("{} at {}{priority}: {}", source(&args.source), args.commit.short(), args.title)
}

fn gated(fact: &StackGated) -> String {
    let (onto, result) = (fact.args.onto.short(), &fact.result);
    if let Some(conflict) = &result.conflict {
        return format!("on {onto}: entry {} conflicts: {}", conflict.entry, conflict.paths.join(", "));
    }
    let cached = if result.cached { ", as it was of the same tree before" } else { "" };
    format!("on {onto}: {}{cached}", result.verdict)
}

fn landing(fact: &LandingStarted) -> String {
    format!("{} to {}", fact.args.onto.short(), fact.args.commit.short())
}

fn merged(fact: &EntryMerged) -> String {
    format!("as {}", fact.result.commit.short())
}

fn held(fact: &EntryHeld) -> String {
    let paths = fact.result.paths.join(", ");
    let paths = if paths.is_empty() { paths } else { format!(": {paths}") };
    format!("{}{paths}", fact.result.reason)
}

fn retried(fact: &EntryRetried) -> String {
    let commit = fact.args.commit.short();
    match &fact.args.resolution {
        None => format!("with {commit}"),
        Some(resolution) => {
            let how = if resolution.remembered { "resolved as before" } else { "resolved" };
            let run = resolution.run.as_ref().map(|run| format!(" by run {run}")).unwrap_or_default();
            format!("with {commit}, its conflict {how}{run}")
        }
    }
}
