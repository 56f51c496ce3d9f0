//! `git par queue show`: one entry, and why it cannot land, with both sides of each conflict.

use serde::Serialize;
use serde_json::Value;

use super::{opened, resolve::told};
use crate::{
    command::{Context, Error, Report as Answering, report as answering, style::Style},
    engine::{
        journal::State as RunState,
        queue::report::{PathConflict, Report, ShownHunk, Side},
        resolution::{Conflict, Outcome},
    },
    model::{
        fact::entry_added::Source,
        journal_name::QueueName,
        oid::Oid,
        queue::entry::{Entry, EntryId, names},
        resolution::Resolution,
        told_of_queues,
    },
    process::log::Tail,
    repo::open::Repository,
};

/// The longest log whose end is looked at, in bytes.
const LONGEST: u64 = 64 << 20;
/// How much of it is shown, in bytes.
const SHOWN: u64 = 800;

/// Show an entry of the queue, and both sides of what keeps it from landing
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The entry, by its number
    #[arg(value_name = "ENTRY")]
    pub entry: u32,
    /// The branch whose queue it is [default: the one that is checked out here]
    #[arg(long, value_name = "BRANCH")]
    pub into: Option<String>,
}

/// One entry of a queue.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// The branch.
    pub target: String,
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
    /// How its conflict was resolved, where it was.
    pub resolution: Option<Resolution>,
    /// The branch's commit with it, where it landed.
    pub landed: Option<Oid>,
    /// Why it needs review, where it does.
    pub report: Option<Report>,
    /// What became of the paths that were in conflict, as far as they were removed or are as one side has them.
    pub outcome: Vec<Outcome>,
    /// The end of what the check printed with it on top, where it needs review for that.
    pub printed: Option<String>,
    /// The command that opens a shell in the worktree of the attempt, where it is one of a run.
    pub attach: Option<String>,
}

/// Shows an entry.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Shown, Error> {
    let repository = context.open()?;
    let queue = opened::choose(context, &repository, args.into.as_deref())?;
    let state = opened::read(&repository, &queue)?;
    let entry = state.history.entry(EntryId(args.entry)).ok_or_else(|| opened::no_entry(&queue, args.entry))?;
    Shown::of(&repository, &queue, entry)
}

/// Looks what became of the paths that were in conflict.
fn outcome(repository: &Repository, entry: &Entry) -> Result<Vec<Outcome>, Error> {
    let Some(Resolution { onto, theirs, .. }) = entry.resolution else { return Ok(Vec::new()) };
    let conflict = Conflict::find(repository, onto, theirs)?;
    let tree = repository.commit(entry.commit)?.tree;
    Ok(conflict.map(|conflict| conflict.outcome(repository, tree)).transpose()?.unwrap_or_default())
}

/// Reads the end of what the check printed.
fn printed(repository: &Repository, report: &Report) -> Option<String> {
    let log = report.why.log.as_ref().filter(|log| log.bytes <= LONGEST)?;
    let bytes = repository.blob(log.blob, LONGEST).ok()?;
    Some(Tail::of(&bytes, SHOWN).text).filter(|text| !text.trim().is_empty())
}

fn attach(repository: &Repository, source: &Source) -> Option<String> {
    let run = source.run()?;
    let worker = RunState::load(repository, run).ok()?.history.winner()?;
    Some(format!("git par attach {run} -w {}", worker.get()))
}

impl Shown {
    fn of(repository: &Repository, queue: &QueueName, entry: &Entry) -> Result<Self, Error> {
        let why = entry.state.held();
        let report = why.map(|why| Report::of_entry(repository, queue, (entry, why))).transpose()?;
        Ok(Self {
            target: queue.target(),
            entry: entry.id,
            state: entry.state.name(),
            source: entry.source.clone(),
            commit: entry.commit,
            title: entry.title.clone(),
            priority: entry.priority,
            resolution: entry.resolution.clone(),
            landed: entry.state.landed(),
            outcome: outcome(repository, entry)?,
            printed: report.as_ref().and_then(|report| printed(repository, report)),
            attach: attach(repository, &entry.source),
            report,
        })
    }

    /// Says who resolved its conflict, where somebody did.
    fn resolved(&self) -> String {
        let Some(resolution) = &self.resolution else { return String::new() };
        let who = resolution.run.as_ref().map_or("by hand".to_owned(), |run| format!("by run {run}"));
        let again = if resolution.remembered { ", as it was before" } else { "" };
        let way = format!("git show --remerge-diff {}", self.commit);
        let was = resolution.theirs.short();
        format!("its conflict was resolved {who}{again}: {way} (it was {was})\n") + &told(&self.outcome)
    }

    /// Writes what a person may do about it.
    fn ways_out(&self, report: &Report) -> String {
        let (branch, entry) = (short(&self.target), self.entry);
        let attach = self.attach.clone();
        let by_hand = (!report.conflicts.is_empty())
            .then(|| format!("by hand: git par queue retry {entry} --with MERGE --into {branch}"));
        let again = [
            format!("git par queue retry {entry} --into {branch}"),
            format!("git par queue drop {entry} --into {branch}"),
        ];
        let resolve =
            (!report.conflicts.is_empty()).then(|| format!("git par queue resolve {entry} --into {branch} -a AGENT"));
        let log = report.why.log.is_some().then(|| format!("git par queue log {entry} --gate --into {branch}"));
        let all = log.into_iter().chain(attach).chain(resolve).chain(by_hand).chain(again);
        all.map(|way| format!("{} {way}\n", Style::Warning.paint("hint:"))).collect()
    }
}

fn short(target: &str) -> &str {
    target.strip_prefix("refs/heads/").unwrap_or(target)
}

fn side(side: &Side) -> String {
    let run = side.run.as_ref().map(|run| format!(", run {run}")).unwrap_or_default();
    let entry = side.entry.map(|entry| format!(", entry {entry}")).unwrap_or_default();
    format!("{} {}{run}{entry}", side.commit.short(), side.title)
}

fn conflict(conflict: &PathConflict) -> String {
    let hunk = |hunk: &ShownHunk| {
        let lines =
            |mark: &str, text: &str| text.lines().map(|line| format!("    {mark} {line}\n")).collect::<String>();
        format!("  line {}:\n{}{}", hunk.line, lines("<", &hunk.ours), lines(">", &hunk.theirs))
    };
    let hunks: String = conflict.hunks.iter().map(hunk).collect();
    let more = if conflict.more == 0 { String::new() } else { format!("  and {} more\n", conflict.more) };
    format!("{} ({})\n{hunks}{more}", Style::Head.paint(&conflict.path), conflict.kind)
}

impl Answering for Shown {
    fn text(&self) -> String {
        let source = told_of_queues::source(&self.source);
        let head = format!("entry {}: {source} ({}): {}\n", self.entry, self.commit.short(), self.title);
        let Some(report) = &self.report else {
            let landed = self.landed.map(|commit| format!(" as {}", commit.short())).unwrap_or_default();
            return format!("{head}{}{}{landed}\n", self.resolved(), self.state.replace('_', " "));
        };
        let why = &report.why;
        let below = if why.with.is_empty() { String::new() } else { format!(", on top of {}", names(&why.with)) };
        let onto = why.onto.short();
        let reason = format!("{}: {}{below} ({onto})\n", Style::Bad.paint("needs review"), why.reason);
        let said = self.printed.iter().flat_map(|text| text.lines()).map(|line| format!("  | {line}\n"));
        let said: String = said.collect();
        let ours: String =
            report.ours.iter().map(|ours| format!("< {} has {}\n", short(&self.target), side(ours))).collect();
        let theirs = format!("> the entry has {}\n", side(&report.theirs));
        let sides = if report.conflicts.is_empty() { String::new() } else { format!("{ours}{theirs}") };
        let paths: String = match report.conflicts.as_slice() {
            [] => report.why.paths.iter().map(|path| format!("  {path}\n")).collect(),
            conflicts => conflicts.iter().map(conflict).collect(),
        };
        format!("{head}{}{reason}{sides}{paths}{said}{}", self.resolved(), self.ways_out(report))
    }

    fn json(&self) -> Value {
        answering::object(self)
    }
}
