//! `git par queue process`: what waits is tested and landed.

use serde::Serialize;
use serde_json::Value;

use super::{
    opened,
    resolve::{self, Row},
    resolver::{Bounds, Resolver},
    terms::{self, TermsArgs},
};
use crate::{
    command::{Answer, Context, Error, Report, report, style::Style},
    engine::queue::{
        desk::Desk,
        processed::{Options, Processed},
        processor,
    },
    model::{
        fact::entry_held::{self, Reason},
        oid::Oid,
        queue::{
            entry::{Entry, EntryId},
            history::Queue,
        },
    },
};

/// Test what waits on top of the branch, and land what passes
///
/// Up to --jobs states are checked at once, each in a fresh worktree: the branch with the first entry, with the first two, and
/// so on. The branch moves only to a commit whose exact tree passed. Exit 1 where an entry failed the check, 4 on a conflict.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The branch whose queue it is [default: the one that is checked out here]
    #[arg(long, value_name = "BRANCH")]
    pub into: Option<String>,
    /// Wait for what comes when nothing is left to do
    #[arg(short = 'w', long)]
    pub watch: bool,
    /// How many states are checked at once [default: par.queueJobs, else the number of cores]
    #[arg(short = 'j', long, value_name = "JOBS", env = "GIT_PAR_JOBS", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Move the branch though changes are in the way where it is checked out, and leave those files as they are
    #[arg(long)]
    pub leave_files: bool,
    /// Have this agent, or command for the shell, resolve what conflicts, as 'git par queue resolve' does
    #[arg(long, value_name = "NAME|CMD")]
    pub resolve: Option<String>,
    /// How it does so.
    #[command(flatten)]
    pub bounds: Bounds,
    /// Run the check that somebody else's journal names
    #[arg(long)]
    pub trust: bool,
    /// How entries land, and by what check.
    #[command(flatten)]
    pub terms: TermsArgs,
}

/// What a processing answers.
#[derive(Debug, Serialize)]
pub struct Done {
    /// The branch.
    pub target: String,
    /// What landed, in order.
    pub landed: Vec<Landed>,
    /// What waits for a person, in order.
    pub held: Vec<Held>,
    /// What became of the conflicts that were to be resolved.
    pub resolved: Vec<Row>,
    /// The entries that need review by now, also from before, with the reason of each.
    pub needs_review: Vec<Held>,
    /// How many entries still wait for their turn.
    pub waiting: usize,
    /// How many checks were run.
    pub checks: u64,
    /// Whether it was interrupted.
    pub interrupted: bool,
}

/// An entry that landed.
#[derive(Debug, Serialize)]
pub struct Landed {
    /// Its number.
    pub entry: EntryId,
    /// The branch's commit with it.
    pub commit: Oid,
}

/// An entry that waits for a person.
#[derive(Clone, Debug, Serialize)]
pub struct Held {
    /// Its number.
    pub entry: EntryId,
    /// Why.
    #[serde(flatten)]
    pub why: entry_held::Outcome,
}

/// Processes a queue.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Done, Error> {
    let repository = context.open()?;
    let queue = opened::choose(context, &repository, args.into.as_deref())?;
    let journal = opened::open(context, &repository, queue)?;
    let desk = opened::desk(context, &repository, &journal)?;
    args.terms.apply(&desk)?;
    TermsArgs::require_trust(&desk, args.trust)?;
    let recorded = journal.ask(|queue| queue.terms().map(|terms| terms.jobs));
    let jobs = terms::jobs(args.jobs, &repository.settings()?, recorded)?;
    let options = Options { jobs, watch: args.watch, yields: args.resolve.is_some(), leave_files: args.leave_files };
    let (processed, resolved) = args.process(context, &desk, options)?;
    Ok(journal.ask(|queue| Done::of(desk.target().to_string(), (processed, resolved), queue)))
}

fn needing_review(queue: &Queue) -> Vec<Held> {
    let held = |entry: &Entry| Some(Held { entry: entry.id, why: entry.state.held()?.clone() });
    queue.entries().iter().filter_map(held).collect()
}

impl Args {
    /// Processes, and has what conflicted resolved and tested again, for as long as there is something new to resolve.
    fn process(
        &self,
        context: &Context<'_>,
        desk: &Desk<'_>,
        options: Options,
    ) -> Result<(Processed, Vec<Row>), Error> {
        let mut all = processor::run(desk, options)?;
        let mut resolved = Vec::new();
        let Some(agent) = &self.resolve else { return Ok((all, resolved)) };
        let resolver = Resolver { context, agent: Some(agent), bounds: &self.bounds };
        while !all.interrupted {
            // What was tried once by this command is not tried again.
            let is_new = |entry: &Entry| !resolved.iter().any(|row: &Row| row.entry == entry.id);
            // One after another: what the first comes to is what the next one has to get on with.
            let next = resolve::conflicting(desk).into_iter().find(is_new);
            if next.is_none() && !options.watch {
                break;
            }
            resolved.extend(resolve::all(&resolver, desk, next.into_iter().collect())?);
            all = all.and(processor::run(desk, options)?);
        }
        Ok((all, resolved))
    }
}

impl Done {
    /// Tells what came of a processing, and how the queue stands after it.
    fn of(target: String, (processed, resolved): (Processed, Vec<Row>), queue: &Queue) -> Self {
        let landed = processed.landed.into_iter().map(|(entry, commit)| Landed { entry, commit });
        let needs_review = needing_review(queue);
        // What was held and is tested again by now is told where it came to its end.
        let is_new = |held: &&Held| processed.held.iter().any(|(entry, _)| *entry == held.entry);
        Self {
            target,
            landed: landed.collect(),
            held: needs_review.iter().filter(is_new).cloned().collect(),
            resolved,
            needs_review,
            waiting: queue.waiting().len(),
            checks: processed.checks,
            interrupted: processed.interrupted,
        }
    }

    /// Says in a line how much came of it.
    fn sum(&self) -> String {
        let more = self.needs_review.len() - self.held.len();
        let (landed, held, checks) = (self.landed.len(), self.held.len(), self.checks);
        let parts = [
            format!("{landed} landed, {held} held"),
            if self.waiting == 0 { String::new() } else { format!(", {} waiting", self.waiting) },
            if more == 0 { String::new() } else { format!(", {more} more need review (git par queue list)") },
            if self.interrupted { ", interrupted".to_owned() } else { String::new() },
            format!("; {checks} check{}\n", if checks == 1 { "" } else { "s" }),
        ];
        parts.concat()
    }
}

impl Held {
    fn line(&self, branch: &str) -> String {
        let Self { entry, why } = self;
        let paths: String = why.paths.iter().map(|path| format!("  {path}\n")).collect();
        let hint = match why.reason {
            Reason::Dirty => format!("git stash there, then git par queue retry {entry} --into {branch}"),
            _ => format!("git par queue show {entry} --into {branch}"),
        };
        format!("entry {entry} {}: {}\n{paths}  hint: {hint}\n", Style::Bad.paint("needs review"), why.reason)
    }
}

impl Report for Done {
    fn text(&self) -> String {
        let branch = self.target.trim_start_matches("refs/heads/");
        let landed = |landed: &Landed| {
            format!("entry {} {} on {branch} as {}\n", landed.entry, Style::Good.paint("landed"), landed.commit.short())
        };
        let held = self.held.iter().map(|held| held.line(branch));
        let resolved = self.resolved.iter().map(Row::line);
        let lines: String = resolved.chain(self.landed.iter().map(landed)).chain(held).collect();
        format!("{lines}{}", self.sum())
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        match () {
            () if self.interrupted => Answer::Interrupted,
            () if self.needs_review.iter().any(|held| held.why.reason == Reason::Conflict) => Answer::Conflict,
            () if !self.needs_review.is_empty() => Answer::No,
            () => Answer::Yes,
        }
    }
}
