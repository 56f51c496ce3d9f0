//! `git par queue resolve`: agents resolve what keeps entries from landing.

use serde::Serialize;
use serde_json::Value;

use super::{
    opened,
    resolver::{Attempt, Bounds, Resolver},
    terms::TermsArgs,
};
use crate::{
    command::{Answer, Context, Error, Kind, Report, report, style::Style},
    engine::{
        queue::{desk::Desk, intake},
        resolution::Outcome,
    },
    model::{
        oid::Oid,
        queue::entry::{Entry, EntryId},
        run_id::RunId,
    },
};

/// Have agents resolve the conflicts that keep entries from landing
///
/// Each resolution is a run of its own: one agent looks what both sides intend, one edits the files in conflict and no others,
/// and the check of the queue looks at what they left. What passes waits for its turn again, and is tested like any other.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The entries, by their numbers [default: all that conflict]
    #[arg(value_name = "ENTRY")]
    pub entries: Vec<u32>,
    /// The branch whose queue it is [default: the one that is checked out here]
    #[arg(long, value_name = "BRANCH")]
    pub into: Option<String>,
    /// A well-known agent (see 'git par agents') or a command for the shell [default: par.agent]
    #[arg(short = 'a', long, value_name = "NAME|CMD", env = "GIT_PAR_AGENT")]
    pub agent: Option<String>,
    /// Run the check that somebody else's journal names
    #[arg(long)]
    pub trust: bool,
    /// How they do it.
    #[command(flatten)]
    pub bounds: Bounds,
}

/// What a resolving answers.
#[derive(Debug, Default, Serialize)]
pub struct Resolved {
    /// The branch.
    pub target: String,
    /// What became of each conflict.
    pub entries: Vec<Row>,
    #[serde(skip)]
    interrupted: bool,
}

/// What became of one conflict.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The entry.
    pub entry: EntryId,
    /// The run that resolved it, or tried to; null where it did not conflict any more.
    pub run: Option<RunId>,
    /// The merge that waits for its turn; null where there is none.
    pub commit: Option<Oid>,
    /// Why there is none.
    pub rejected: Option<String>,
    /// The paths in conflict that were removed, or are as one side has them.
    pub outcome: Vec<Outcome>,
}

/// Resolves conflicts.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Resolved, Error> {
    let repository = context.open()?;
    let queue = opened::choose(context, &repository, args.into.as_deref())?;
    let journal = opened::open(context, &repository, queue)?;
    let desk = opened::desk(context, &repository, &journal)?;
    let named = opened::require_entries(&journal, &args.entries)?;
    TermsArgs::require_trust(&desk, args.trust)?;
    let conflicting = conflicting(&desk);
    if let Some(id) = named.iter().find(|id| !conflicting.iter().any(|entry| entry.id == **id)) {
        let message = format!("entry {id} waits for no conflict to be resolved");
        return Err(Error::new(Kind::Cannot, message).hint(format!("git par queue show {id} --into {}", journal.run)));
    }
    let wanted = conflicting.into_iter().filter(|entry| named.is_empty() || named.contains(&entry.id)).collect();
    let resolver = Resolver { context, agent: args.agent.as_ref(), bounds: &args.bounds };
    let entries = all(&resolver, &desk, wanted)?;
    Ok(Resolved { target: desk.target().to_string(), entries, interrupted: context.stop.is_set() })
}

/// Lists the entries that wait for a conflict to be resolved, by number.
pub(super) fn conflicting(desk: &Desk<'_>) -> Vec<Entry> {
    desk.journal.ask(|queue| queue.entries().iter().filter(|entry| entry.state.is_conflicting()).cloned().collect())
}

/// Resolves one conflict after another, for as long as the user wants it.
pub(super) fn all(resolver: &Resolver<'_>, desk: &Desk<'_>, entries: Vec<Entry>) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for entry in entries {
        if resolver.context.stop.is_set() {
            break;
        }
        desk.tell(format!("entry {}: resolving its conflict", entry.id));
        let Attempt { run, merge, outcome } = resolver.resolve(desk, &entry)?;
        let row = match merge {
            Err(rejected) => Row { entry: entry.id, run, commit: None, rejected: Some(rejected), outcome },
            Ok((commit, resolution)) => {
                let waited = intake::retry(desk, &entry, (commit, resolution))?;
                let rejected = (!waited).then(|| "somebody else has changed the entry meanwhile".to_owned());
                Row { entry: entry.id, run, commit: waited.then_some(commit), rejected, outcome }
            }
        };
        rows.push(row);
    }
    Ok(rows)
}

/// Tells what became of paths in conflict, where a person may want to look.
pub(super) fn told(outcome: &[Outcome]) -> String {
    outcome.iter().map(|Outcome { path, how }| format!("  {path}: {}\n", Style::Warning.paint(how))).collect()
}

impl Row {
    /// Tells it in one line, and what may surprise in others.
    pub(super) fn line(&self) -> String {
        let run = self.run.as_ref().map(|run| format!(" by run {run}")).unwrap_or_default();
        let (entry, rejected) = (self.entry, self.rejected.as_deref().unwrap_or_default());
        match self.commit {
            Some(commit) => {
                let head = format!("entry {entry}: {}{run} as {}\n", Style::Good.paint("resolved"), commit.short());
                head + &told(&self.outcome)
            }
            None => format!("entry {entry}: {}{run}: {rejected}\n", Style::Bad.paint("not resolved")),
        }
    }
}

impl Report for Resolved {
    fn text(&self) -> String {
        if self.entries.is_empty() {
            return "no entry conflicts\n".to_owned();
        }
        let branch = self.target.trim_start_matches("refs/heads/");
        let next = if self.entries.iter().any(|row| row.commit.is_some()) {
            format!("to land on {branch}: git par queue process --into {branch}\n")
        } else {
            String::new()
        };
        self.entries.iter().map(Row::line).collect::<String>() + &next
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        match () {
            () if self.interrupted => Answer::Interrupted,
            () if self.entries.iter().any(|row| row.commit.is_none()) => Answer::Conflict,
            () => Answer::Yes,
        }
    }
}
