//! `git par discard`: candidates out of the running; they stay reachable, their worktrees go.

use std::{fs, path::Path};

use serde::Serialize;
use serde_json::Value;

use super::{Context, Error, Kind, Report, report};
use crate::{
    engine::{
        journal::{self, Deed, Journal},
        leavings::{self, Leavings, Place},
        queue::roster::{Listed, Roster},
        supervisor::{self, Hold},
        turn::{self, Turn},
    },
    model::{
        candidate,
        fact::{WorkerDiscarded, worker_discarded},
        history::{History, Lane},
        oid::Oid,
        prune,
        ref_name::RefName,
        run_id::RunId,
        worker::Worker,
    },
    process::plain,
    repo::{identity::Identity, merge::NewCommit, open::Repository, refs::Edit, worktree::Worktree},
};

/// Take candidates out of the running and remove their worktrees
///
/// A candidate stays reachable from a ref of the run until 'git par prune --refs --apply' drops that.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The run, or a unique beginning of its name [default: the newest]
    pub run: Option<String>,
    /// Discard this worker only; may be given several times [default: all that have a candidate]
    #[arg(short = 'w', long = "worker", value_name = "N")]
    pub workers: Vec<Worker>,
    /// Do not ask where work is in no branch
    #[arg(short = 'y', long)]
    pub yes: bool,
}

/// What a discarding answers.
#[derive(Debug, Serialize)]
pub struct Discarded {
    /// The run.
    pub run: RunId,
    /// What was discarded, by worker.
    pub workers: Vec<Row>,
}

/// One worker that was discarded.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Its number.
    pub worker: Worker,
    /// The candidate.
    pub candidate: Oid,
    /// The ref that keeps it.
    pub kept_as: String,
    /// The ref that keeps what was in the worktree beside the candidate, where something was.
    pub leftover: Option<String>,
    /// Paths that could not be read and went with the worktree.
    pub lost: Vec<String>,
    /// Whether it was discarded before.
    pub already: bool,
}

/// One worker that is about to be discarded, with all that was looked at.
struct Piece {
    worker: Worker,
    attempt: u32,
    candidate: Oid,
    is_discarded: bool,
    worktree: Option<Worktree>,
    left: Leavings,
    is_unmerged: bool,
    /// Kept until it is gone: nobody checks the candidate in its worktree meanwhile.
    _turn: Turn,
}

/// Discards candidates.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Discarded, Error> {
    let repository = context.open()?;
    let identity = repository.require_identity()?;
    let run = context.choose(&repository, args.run.as_deref())?;
    let hold = hold(args, &repository, &run)?;
    let journal = Journal::open(&repository, run, identity.clone(), context.listener)?;
    let chosen = journal.ask(|history| chosen(history, args, hold.is_some()))?;
    let history = journal.state().history;
    let look = |worker: &Worker| look(&repository, &history, *worker).transpose();
    let pieces = chosen.iter().filter_map(look).collect::<Result<Vec<Piece>, Error>>()?;
    agree(args, context, (&journal.run, &pieces))?;
    let mut workers = Vec::new();
    for piece in &pieces {
        workers.push(discard(&journal, (&repository, &identity), piece)?);
    }
    if hold.is_some() {
        tidy(&repository, &journal, &pieces);
    }
    warn_of_queues(context, &repository, &journal.run, &workers)?;
    Ok(Discarded { run: journal.run, workers })
}

/// Tells of entries of queues that bring what was discarded: they land all the same.
fn warn_of_queues(context: &Context<'_>, repository: &Repository, run: &RunId, rows: &[Row]) -> Result<(), Error> {
    let roster = Roster::load(repository)?;
    let brings = |listed: &&Listed| {
        let is_open = !listed.entry.state.is_final();
        is_open && rows.iter().any(|row| listed.entry.commits().any(|commit| commit == row.candidate))
    };
    for Listed { queue, entry } in roster.of(run).iter().filter(brings) {
        let way_out = format!("git par queue drop {} --into {queue}", entry.id);
        context.warn(format!("entry {} of the queue into '{queue}' brings it and is to land: {way_out}", entry.id));
    }
    Ok(())
}

/// Holds the run; none where somebody works on it and other workers than the running ones may be meant.
fn hold(args: &Args, repository: &Repository, run: &RunId) -> Result<Option<Hold>, Error> {
    match supervisor::hold(repository, run) {
        Ok(hold) => Ok(Some(hold)),
        Err(supervisor::Error::Held(_)) if !args.workers.is_empty() => Ok(None),
        Err(error @ supervisor::Error::Held(_)) => Err(Error::from(error).hint(format!("git par stop {run}"))),
        Err(error) => Err(error.into()),
    }
}

/// Names the workers that are meant and have a candidate, and refuses those that cannot be discarded.
fn chosen(history: &History, args: &Args, is_idle: bool) -> Result<Vec<Worker>, Error> {
    let mut workers = args.workers.clone();
    if workers.is_empty() {
        workers = history.lanes().filter(|(_, lane)| lane.started.is_some()).map(|(worker, _)| worker).collect();
    }
    workers.sort_unstable();
    workers.dedup();
    for worker in &workers {
        let run = history.run().map(|run| run.args.run.to_string()).unwrap_or_default();
        let lane = history.lane(*worker);
        let lane = lane.ok_or_else(|| Error::usage(format!("run '{run}' has no worker {worker}")))?;
        require_ended(lane, (&run, *worker), is_idle)?;
    }
    Ok(workers)
}

fn require_ended(lane: &Lane, (run, worker): (&str, Worker), is_idle: bool) -> Result<(), Error> {
    let number = worker.get();
    match (lane.is_running(), lane.finished.is_some()) {
        (true, _) if is_idle => {
            let message = format!("{worker} of run '{run}' was interrupted: its work is not committed yet");
            Err(Error::new(Kind::Cannot, message).hint(format!("git par resume {run}")))
        }
        (true, _) => Err(Error::new(Kind::Busy, format!("{worker} of run '{run}' is running"))
            .hint(format!("git par stop {run} -w {number}"))),
        (false, false) => Err(Error::new(Kind::Cannot, format!("{worker} of run '{run}' has no candidate"))
            .hint(format!("git par list {run}"))),
        (false, true) => Ok(()),
    }
}

/// Looks at one worker; none where it is discarded and nothing of it is left to remove.
fn look(repository: &Repository, history: &History, worker: Worker) -> Result<Option<Piece>, Error> {
    let found =
        history.run().zip(history.lane(worker)).and_then(|(run, lane)| Some((run, lane, lane.finished.as_ref()?)));
    let Some((run, lane, finished)) = found else { return Ok(None) };
    let (run, result) = (&run.args.run, &finished.fact.result);
    let worktree = repository.run_worktree(run, &worker.to_string());
    let is_discarded = lane.discarded.is_some();
    if is_discarded && worktree.is_none() {
        return Ok(None);
    }
    let turn = turn::try_take(&live_files(repository, run, Some(worker)))?;
    let turn = turn.ok_or_else(|| Error::new(Kind::Busy, format!("the candidate of {worker} is being checked")))?;
    let mut left = Leavings::default();
    if let Some(worktree) = &worktree {
        Place::of(worktree).require_free()?;
        left = leavings::beside(repository, Place::of(worktree), (run, worker), result.candidate)?;
    }
    let is_loose = !is_discarded && !result.diff.is_empty() && !prune::is_merged(history, result.candidate);
    let is_unmerged = is_loose && !repository.is_reachable(result.candidate, &["refs/heads", "refs/remotes"])?;
    Ok(Some(Piece {
        worker,
        attempt: lane.attempt(),
        candidate: result.candidate,
        is_discarded,
        worktree,
        left,
        is_unmerged,
        _turn: turn,
    }))
}

fn live_files(repository: &Repository, run: &RunId, worker: Option<Worker>) -> std::path::PathBuf {
    let folder = repository.scratch_dir().join(run.as_str());
    worker.map_or(folder.clone(), |worker| folder.join(worker.to_string()))
}

/// Asks where work would be in no branch, or files that nobody could read would go.
fn agree(args: &Args, context: &Context<'_>, (run, pieces): (&RunId, &[Piece])) -> Result<(), Error> {
    let names = |wanted: &dyn Fn(&Piece) -> bool| {
        let names = pieces.iter().filter(|piece| wanted(piece)).map(|piece| piece.worker.to_string());
        names.collect::<Vec<_>>().join(", ")
    };
    let unmerged = names(&|piece| piece.is_unmerged || piece.left.tree.is_some() || piece.left.head.is_some());
    let unread = names(&|piece| !piece.left.unread.is_empty());
    let unmerged = (!unmerged.is_empty()).then(|| format!("the work of {unmerged} in run '{run}' is in no branch"));
    let unread = (!unread.is_empty()).then(|| format!("files of {unread} that could not be read would be lost"));
    let reasons: Vec<String> = unmerged.into_iter().chain(unread).collect();
    if args.yes || reasons.is_empty() {
        return Ok(());
    }
    let reason = reasons.join(", and ");
    if context.confirm.is_some_and(|confirm| confirm(&format!("{reason}. Discard?"))) {
        return Ok(());
    }
    let workers: String = args.workers.iter().map(|worker| format!(" -w {}", worker.get())).collect();
    Err(Error::new(Kind::Declined, format!("nothing was discarded: {reason}"))
        .hint(format!("git par discard {run}{workers} -y")))
}

fn discard(
    journal: &Journal<'_>,
    (repository, identity): (&Repository, &Identity),
    piece: &Piece,
) -> Result<Row, Error> {
    let leftover = keep_left(journal, (repository, identity), piece)?;
    if !piece.is_discarded {
        record(journal, repository, piece)?;
    }
    if let Some(worktree) = &piece.worktree {
        repository.remove_worktree(worktree).map_err(|error| {
            let message = format!("could not remove '{}': {error}", worktree.path.display());
            Error::new(Kind::Cannot, message).hint(format!("git par discard {} -w {}", journal.run, piece.worker.get()))
        })?;
    }
    Ok(Row {
        worker: piece.worker,
        candidate: piece.candidate,
        kept_as: RefName::discarded(&journal.run, piece.worker).to_string(),
        leftover: leftover.map(|name| name.to_string()),
        lost: piece.left.unread.clone(),
        already: piece.is_discarded,
    })
}

fn record(journal: &Journal<'_>, repository: &Repository, piece: &Piece) -> Result<(), journal::Error> {
    let Piece { worker, attempt, candidate, .. } = *piece;
    let args = worker_discarded::Args { worker, attempt };
    let fact = WorkerDiscarded { args, result: worker_discarded::Outcome { candidate } };
    let (from, to) = (RefName::candidate(&journal.run, worker), RefName::discarded(&journal.run, worker));
    // A process that died in the middle of this may have moved one of them already.
    let here = |name: &RefName| Ok::<_, journal::Error>(repository.ref_target(name)?.filter(|id| *id == candidate));
    let (here_from, here_to) = (here(&from)?, here(&to)?);
    journal.append(|history| {
        let finished = history.lane(worker).and_then(|lane| lane.finished.as_ref()).map(|placed| placed.seq);
        let deed = Deed::of(&fact).causes(finished);
        deed.setting(to.clone(), here_to, Some(candidate)).setting(from.clone(), here_from, None)
    })?;
    Ok(())
}

/// Keeps what is in the worktree beside the candidate as a commit on top of it, under a ref of its own.
fn keep_left(
    journal: &Journal<'_>,
    (repository, identity): (&Repository, &Identity),
    piece: &Piece,
) -> Result<Option<RefName>, Error> {
    if piece.left.tree.is_none() && piece.left.head.is_none() {
        return Ok(None);
    }
    let name = RefName::leftover(&journal.run, piece.worker, piece.attempt);
    let before = repository.ref_target(&name)?;
    let tree = piece.left.tree.map_or_else(|| repository.commit(piece.candidate).map(|commit| commit.tree), Ok)?;
    let parents: Vec<Oid> = std::iter::once(piece.candidate).chain(piece.left.head).chain(before).collect();
    let trailers = [
        ("Par-Run", journal.run.to_string()),
        ("Par-Worker", piece.worker.to_string()),
        ("Par-Attempt", piece.attempt.to_string()),
    ];
    let message = candidate::message(&format!("Left in the worktree of {}", piece.worker), &trailers);
    let commit = repository.commit_tree(&NewCommit { tree, parents: &parents, message: &message, may_sign: false })?;
    repository.write_refs(&[Edit { name: name.clone(), expected: before, new: Some(commit) }], identity)?;
    repository.sync_refs([&name]);
    Ok(Some(name))
}

/// Removes the folders that are empty now, and live files that nobody needs; locks stay while somebody may hold them.
fn tidy(repository: &Repository, journal: &Journal<'_>, pieces: &[Piece]) {
    for piece in pieces {
        drop_files(&live_files(repository, &journal.run, Some(piece.worker)), turn::LOCK);
        // Not empty: then somebody needs it.
        let above = piece.worktree.as_ref().and_then(|worktree| worktree.path.parent());
        above.map(fs::remove_dir);
    }
    if journal.ask(|history| history.lanes().all(|(_, lane)| lane.discarded.is_some())) {
        drop_files(&live_files(repository, &journal.run, None), supervisor::LOCK);
    }
}

fn drop_files(folder: &Path, lock: &str) {
    plain::clear(folder);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_file = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_file());
    for entry in entries.filter(|entry| is_file(entry) && entry.file_name() != lock) {
        // Litter, no more.
        let _ = fs::remove_file(entry.path());
    }
}

impl Report for Discarded {
    fn text(&self) -> String {
        if self.workers.is_empty() {
            return format!("run {} has nothing to discard\n", self.run);
        }
        self.workers.iter().map(Row::line).collect()
    }

    fn json(&self) -> Value {
        report::object(self)
    }
}

impl Row {
    fn line(&self) -> String {
        let Self { worker, candidate, kept_as, .. } = self;
        let what = if self.already { "discarded before" } else { "discarded" };
        let leftover = self.leftover.as_ref().map(|name| format!("; what was beside it: {name}")).unwrap_or_default();
        format!("{what} {worker} ({}), kept as {kept_as}{leftover}\n", candidate.short())
    }
}
