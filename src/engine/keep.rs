//! Keeping: what a worker left in its worktree becomes a commit, and is measured.

use std::path::PathBuf;

use super::{containment, site::Site};
use crate::{
    failpoint,
    model::{
        candidate::{self, Candidate, Head, Left},
        diff_stat::DiffStat,
        escaped::Escaped,
        oid::Oid,
        quote,
        worker::Worker,
    },
    process::plain,
    repo::{
        git, measure,
        merge::{self, NewCommit},
        objects, snapshot,
        worktree::Worktree,
    },
};

/// How often what a worker left is taken anew where that fails.
const TRIES: u32 = 5;

/// Why what a worker left could not be kept; it is still in its worktree.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The snapshot.
    #[error(transparent)]
    Snapshot(#[from] snapshot::Error),
    /// The measure.
    #[error(transparent)]
    Measure(#[from] measure::Error),
    /// The commit.
    #[error(transparent)]
    Commit(#[from] merge::Error),
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// What lies outside of what its task declared.
    #[error(transparent)]
    Containment(#[from] containment::Error),
}

/// What a worker left, kept as a commit and measured.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The commit; base itself where nothing changed.
    pub candidate: Oid,
    /// Its tree.
    pub tree: Oid,
    /// How much it differs from base.
    pub diff: DiffStat,
    /// Paths that could not be read and are not in it, quoted as git quotes.
    pub skipped: Vec<String>,
    /// Whether the worktree was gone, so that commits are all that is left.
    pub lost: bool,
    /// What it changed that its task did not declare.
    pub escapes: Vec<Escaped>,
    /// What it tried to change though it may only read: how much, and the tree that it would make.
    pub refused: Option<(DiffStat, Oid)>,
}

/// Returns the index of our own that knows a worker's files as they were checked out.
#[must_use]
pub fn index_file(site: &Site<'_>, worker: Worker) -> PathBuf {
    site.scratch_of(Some(worker)).join("index")
}

/// Commits what is in an attempt's worktree now; once more where somebody who tidied up took objects of it meanwhile.
pub fn keep(site: &Site<'_>, lane: (Worker, u32), worktree: &Worktree) -> Result<Kept, Error> {
    let index = index_file(site, lane.0);
    for _ in 1..TRIES {
        match site.repository.insist(|| take(site, lane, (worktree, true))) {
            // The index believes the objects to be there of files that look unchanged.
            Err(_) if worktree.own_index().exists() => drop(std::fs::remove_file(&index)),
            answer => return answer,
        }
    }
    let is_broken = |head| site.repository.objects_beyond(&[site.base], head).is_err();
    // The agent's own commits may be what is broken: its files are still there.
    let is_left_out = worktree.path.is_dir() && worktree.head().is_some_and(is_broken);
    take(site, lane, (worktree, !is_left_out))
}

fn take(
    site: &Site<'_>,
    (worker, attempt): (Worker, u32),
    (worktree, believes_head): (&Worktree, bool),
) -> Result<Kept, Error> {
    let index = index_file(site, worker);
    let own_index = worktree.own_index();
    plain::clear(&index);
    let snapshot = match site.repository.snapshot(worktree.source(&own_index, &index, site.base_tree)) {
        // The agent removed its worktree: its commits are all that is left.
        Err(snapshot::Error::Gone(_)) => None,
        other => Some(other?),
    };
    failpoint::pass("snapshot taken");
    let head = if believes_head { head(site, worktree) } else { None };
    let tree = snapshot.as_ref().map(|snapshot| snapshot.tree).or(head.map(|head| head.tree)).unwrap_or(site.base_tree);
    let skipped = snapshot.iter().flat_map(|snapshot| &snapshot.skipped).map(|path| quote::path(path)).collect();
    let lost = snapshot.is_none();
    let diff = measure::measure(&site.repository.local(), site.base_tree, tree)?;
    if site.journal.ask(|history| history.is_reader(worker)) {
        let refused = (!diff.is_empty()).then_some((diff, tree));
        return Ok(Kept { skipped, lost, refused, ..nothing(site)? });
    }
    let left = Left { base: site.base, base_tree: site.base_tree, tree, head };
    let candidate = commit(site, (worker, attempt), &left)?;
    failpoint::pass("candidate committed");
    site.repository.sync_objects(&site.repository.objects_beyond(&[site.base], candidate)?)?;
    let escapes = escapes(site, worker, tree)?;
    Ok(Kept { candidate, tree, diff, skipped, lost, escapes, refused: None })
}

fn escapes(site: &Site<'_>, worker: Worker, tree: Oid) -> Result<Vec<Escaped>, Error> {
    let declared = site.journal.ask(|history| history.pursuit()?.goal.task_of(worker).map(|task| task.writes.clone()));
    Ok(containment::escapes(site.repository, (site.base_tree, tree), &declared.unwrap_or_default())?)
}

/// Keeps nothing: the candidate of a worker that had no worktree is base.
pub fn nothing(site: &Site<'_>) -> Result<Kept, Error> {
    let diff = measure::measure(&site.repository.local(), site.base_tree, site.base_tree)?;
    let (candidate, tree) = (site.base, site.base_tree);
    Ok(Kept { candidate, tree, diff, skipped: Vec::new(), lost: false, escapes: Vec::new(), refused: None })
}

fn head(site: &Site<'_>, worktree: &Worktree) -> Option<Head> {
    let commit = worktree.head()?;
    // A commit of another repository, to which the agent turned its worktree, is none here.
    let tree = site.repository.commit(commit).ok()?.tree;
    let leads_to_base = site.repository.leads_by_first_parents(commit, site.base).unwrap_or(false);
    Some(Head { commit, tree, leads_to_base })
}

fn commit(site: &Site<'_>, (worker, attempt): (Worker, u32), left: &Left) -> Result<Oid, Error> {
    let parents = match left.candidate() {
        Candidate::Existing(commit) => return Ok(commit),
        Candidate::New(parents) => parents,
    };
    let mut trailers = vec![
        ("Par-Run", site.journal.run.to_string()),
        ("Par-Worker", worker.to_string()),
        ("Par-Attempt", attempt.to_string()),
    ];
    let task = site.journal.ask(|history| {
        let task = history.pursuit().and_then(|pursuit| pursuit.goal.task_of(worker));
        trailers.extend(task.map(|task| ("Par-Task", task.id.to_string())));
        task.map(|task| task.prompt.clone()).or(history.run().map(|run| run.args.task.clone()))
    });
    let message = candidate::message(&task.unwrap_or_default(), &trailers);
    let commit = NewCommit { tree: left.tree, parents: &parents, message: &message, may_sign: false };
    Ok(site.repository.commit_tree(&commit)?)
}
