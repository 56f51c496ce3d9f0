//! `git par queue list`: what is in a queue, and how it stands.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;
use serde_json::Value;

use super::opened;
use crate::{
    command::{
        Answer, Context, Error, Report, report,
        style::{self, Style},
    },
    engine::{queue::roster, supervisor},
    model::{
        fact::{entry_added::Source, entry_held, queue_started::Terms},
        journal_name::QueueName,
        oid::Oid,
        queue::entry::{Entry, EntryId, State},
        run_id::RunId,
        told_of_queues,
    },
    repo::open::Repository,
};

/// How often what is watched is looked at.
const STEP: Duration = Duration::from_millis(250);

/// List what is in the queue of a branch, and how it stands
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The branch whose queue it is [default: the one that is checked out here]
    #[arg(long, value_name = "BRANCH")]
    pub into: Option<String>,
    /// Also what landed or was dropped
    #[arg(short, long)]
    pub all: bool,
    /// Go on telling, in place on a terminal, until it is interrupted
    #[arg(short = 'w', long)]
    pub watch: bool,
}

/// What is in a queue.
#[derive(Debug, Serialize)]
pub struct Listing {
    /// The branch.
    pub target: String,
    /// How its entries land, and by what check.
    #[serde(flatten)]
    pub terms: Option<Terms>,
    /// Whether somebody processes it here now.
    pub is_processed: bool,
    /// The entries that are shown: first those that are in a check or wait, in the order of their turns, then the others.
    pub entries: Vec<Row>,
    /// How many landed.
    pub merged: usize,
    /// How many were dropped.
    pub dropped: usize,
    #[serde(skip)]
    is_told: bool,
    #[serde(skip)]
    is_interrupted: bool,
}

/// One entry.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Its number.
    pub entry: EntryId,
    /// How it stands: `queued`, `testing`, `merged`, `needs_review` or `dropped`.
    pub state: &'static str,
    /// Where it came from.
    pub source: Source,
    /// The commit that is to land.
    pub commit: Oid,
    /// What it is for.
    pub title: String,
    /// What is higher goes first.
    pub priority: i32,
    /// The branch's commit with it, where it landed.
    pub landed: Option<Oid>,
    /// Why it waits for a person, where it does.
    pub held: Option<entry_held::Outcome>,
    /// The run that works on its conflict here now.
    pub resolving: Option<RunId>,
}

/// Lists a queue.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Listing, Error> {
    let repository = context.open()?;
    let queue = opened::choose(context, &repository, args.into.as_deref())?;
    let mut shown = None;
    loop {
        let listing = look(args, &repository, &queue)?;
        if !args.watch {
            return Ok(listing);
        }
        let told = listing.text();
        let is_kept = (context.show)(&listing, shown.as_ref() != Some(&told));
        if !context.stop.pause(STEP) {
            return Ok(Listing { is_told: is_kept, is_interrupted: true, ..listing });
        }
        shown = Some(told);
    }
}

fn look(args: &Args, repository: &Repository, queue: &QueueName) -> Result<Listing, Error> {
    let is_processed = supervisor::is_held(repository, queue)?;
    let state = opened::read(repository, queue)?;
    let mut entries: Vec<&Entry> = state.history.entries().iter().collect();
    entries.sort_by_key(|entry| (order(&entry.state), entry.rank()));
    let conflicts = entries.iter().any(|entry| entry.state.is_conflicting());
    let resolving = if conflicts { roster::resolving(repository)? } else { BTreeMap::new() };
    let count = |wanted: &dyn Fn(&State) -> bool| entries.iter().filter(|entry| wanted(&entry.state)).count();
    let listed = entries.iter().filter(|entry| args.all || !entry.state.is_final());
    Ok(Listing {
        target: queue.target(),
        terms: state.history.terms().cloned(),
        is_processed,
        merged: count(&|state| matches!(state, State::Merged(_))),
        dropped: count(&|state| *state == State::Dropped),
        entries: listed.map(|entry| Row::of(entry, &resolving)).collect(),
        is_told: false,
        is_interrupted: false,
    })
}

fn order(state: &State) -> u8 {
    match state {
        State::Testing => 0,
        State::Queued => 1,
        State::NeedsReview(_) => 2,
        State::Merged(_) => 3,
        State::Dropped => 4,
    }
}

impl Row {
    fn of(entry: &Entry, resolving: &BTreeMap<Oid, RunId>) -> Self {
        Self {
            entry: entry.id,
            state: entry.state.name(),
            source: entry.source.clone(),
            commit: entry.commit,
            title: entry.title.clone(),
            priority: entry.priority,
            landed: entry.state.landed(),
            held: entry.state.held().cloned(),
            resolving: resolving.get(&entry.commit).cloned(),
        }
    }

    fn cells(&self) -> Vec<String> {
        let state = match self.state {
            "merged" => Style::Good.paint("merged"),
            "needs_review" => Style::Bad.paint("needs review"),
            "testing" => Style::Warning.paint("testing"),
            other => other.to_owned(),
        };
        let at_work = self.resolving.as_ref().map(|run| format!("; run {run} is at it")).unwrap_or_default();
        let why = self.held.as_ref().map(|why| format!("{}{at_work}: ", why.reason)).unwrap_or_default();
        let commit = self.landed.unwrap_or(self.commit).short();
        let source = told_of_queues::source(&self.source);
        vec![self.entry.to_string(), state, self.priority.to_string(), source, commit, format!("{why}{}", self.title)]
    }
}

impl Report for Listing {
    fn text(&self) -> String {
        let branch = self.target.trim_start_matches("refs/heads/");
        let at_work = if self.is_processed { "; it is being processed" } else { "" };
        let terms = self.terms.as_ref().map(told_of_queues::terms).unwrap_or_default();
        let sum = format!("into {branch} ({terms}): {} merged, {} dropped{at_work}\n", self.merged, self.dropped);
        if self.entries.is_empty() {
            return format!("nothing waits\n{sum}");
        }
        let head = ["entry", "state", "priority", "source", "commit", "what"].map(str::to_owned).to_vec();
        style::table(head, self.entries.iter().map(Row::cells)) + &sum
    }

    fn answer(&self) -> Answer {
        if self.is_interrupted { Answer::Interrupted } else { Answer::Yes }
    }

    fn is_told(&self) -> bool {
        self.is_told
    }

    fn json(&self) -> Value {
        report::object(self)
    }
}
