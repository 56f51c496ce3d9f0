//! Traces: everything that runs of this repository have on this machine, found by name and by where git says it belongs.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    model::{
        oid::Oid,
        ref_name::{self, RefName},
        run_id::RunId,
        worker::Worker,
    },
    repo::{dot_git, open::Repository, refs, worktree::Worktree},
};

/// What one run has on this machine.
#[derive(Clone, Debug, Default)]
pub(super) struct Traces {
    /// Its refs, but for the notes.
    pub(super) refs: Vec<(RefName, Oid)>,
    /// Its notes.
    pub(super) notes: Option<Oid>,
    /// Its worktrees, registered or not.
    pub(super) worktrees: Vec<Found>,
    /// What earlier removals left half done.
    pub(super) remains: Vec<PathBuf>,
    /// The folder of its live files.
    pub(super) scratch: Option<PathBuf>,
}

/// A worktree of ours by its name and place.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Its folder, which may be gone.
    pub(super) folder: PathBuf,
    /// Whose it is; none for one that a check ran in, or that gave way to a later attempt.
    pub(super) worker: Option<Worker>,
    /// Whether a check ran in it.
    pub(super) is_place: bool,
    /// What git has registered; none where it has forgotten it.
    pub(super) registered: Option<Worktree>,
}

/// Gathers the traces of all runs; the first of the folders that hold folders of runs is the default one.
pub(super) fn gather(repository: &Repository, roots: &[PathBuf]) -> Result<BTreeMap<RunId, Traces>, refs::Error> {
    let mut all: BTreeMap<RunId, Traces> = BTreeMap::new();
    for (name, target) in repository.refs_below(ref_name::RUNS)? {
        if let Some(run) = name.of().and_then(|of| of.as_run()) {
            all.entry(run).or_default().refs.push((name, target));
        }
    }
    for (name, target) in repository.refs_below(ref_name::NOTES)? {
        if let Some(run) = name.noted().and_then(|of| of.as_run()) {
            all.entry(run).or_default().notes = Some(target);
        }
    }
    gather_registered(repository, roots, &mut all);
    for root in roots {
        gather_folders(repository, root, &mut all);
    }
    gather_scratch(repository, &mut all);
    for traces in all.values_mut() {
        // Folders are listed in no order at all.
        traces.worktrees.sort_by(|a, b| (a.worker, &a.folder).cmp(&(b.worker, &b.folder)));
        traces.remains.sort();
    }
    Ok(all)
}

fn gather_registered(repository: &Repository, roots: &[PathBuf], all: &mut BTreeMap<RunId, Traces>) {
    let is_at_home = |worktree: &Worktree| roots.first().is_some_and(|root| worktree.is_at_home(root));
    let is_ours = |worktree: &Worktree| worktree.is_ours() && is_at_home(worktree);
    for worktree in repository.worktrees().into_iter().filter(is_ours) {
        let Some((root, run, (worker, is_place))) = named(&worktree.path) else { continue };
        let is_known = all.get(&run).is_some_and(|traces| traces.notes.is_some());
        if is_known || roots.iter().any(|own| is_same(own, root)) {
            let found = Found { folder: worktree.path.clone(), worker, is_place, registered: Some(worktree) };
            all.entry(run).or_default().worktrees.push(found);
        }
    }
}

fn is_same(a: &Path, b: &Path) -> bool {
    a == b || a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
}

/// Which worker a worktree is of, and whether a check ran in it.
type Whose = (Option<Worker>, bool);

/// Reads the name that we give a worktree: root, run, whose, and whether a check ran in it.
fn named(folder: &Path) -> Option<(&Path, RunId, Whose)> {
    let name = folder.file_name()?.to_str()?;
    let above = folder.parent()?;
    let run = above.file_name()?.to_str()?.parse().ok()?;
    let checked = name.strip_prefix("gate-").and_then(|rest| rest.split_once('-')).map(|(whose, _)| whose);
    let aside = name.split_once('.').map(|(whose, _)| whose);
    let whose = match (checked, aside) {
        (Some("base"), _) => (None, true),
        (Some(whose), _) => worker(whose).map(|_| (None, true))?,
        (None, Some(whose)) => worker(whose).map(|_| (None, false))?,
        (None, None) => (Some(worker(name)?), false),
    };
    Some((above.parent()?, run, whose))
}

fn worker(text: &str) -> Option<Worker> {
    text.starts_with('w').then(|| text.parse().ok()).flatten()
}

/// Finds the folders that git has forgotten, and what removals left, below one root.
fn gather_folders(repository: &Repository, root: &Path, all: &mut BTreeMap<RunId, Traces>) {
    for above in folders(root) {
        let Some(run) = above.file_name().and_then(OsStr::to_str).and_then(|name| name.parse::<RunId>().ok()) else {
            continue;
        };
        for folder in folders(&above) {
            if repository.is_remains(&folder) {
                all.entry(run.clone()).or_default().remains.push(folder);
                continue;
            }
            let Some((_, _, (worker, is_place))) = named(&folder) else { continue };
            if is_ours(repository, &folder) && repository.worktree_at(&folder).is_none() {
                let found = Found { folder, worker, is_place, registered: None };
                all.entry(run.clone()).or_default().worktrees.push(found);
            }
        }
    }
}

/// Lists the folders in a folder, links to such not among them.
fn folders(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path())
}

/// Tells whether the `.git` file of a folder names this repository.
fn is_ours(repository: &Repository, folder: &Path) -> bool {
    let named = dot_git::named_in(folder);
    named.is_some_and(|admin| admin.parent().is_some_and(|at| is_same(at, &repository.common_dir().join("worktrees"))))
}

fn gather_scratch(repository: &Repository, all: &mut BTreeMap<RunId, Traces>) {
    for folder in folders(&repository.scratch_dir()) {
        let name = folder.file_name().and_then(OsStr::to_str).unwrap_or_default();
        if repository.is_remains(&folder) {
            let run = name.trim_start_matches('.').split(".pruned-").next().and_then(|name| name.parse().ok());
            let Some(run) = run else { continue };
            let traces: &mut Traces = all.entry(run).or_default();
            traces.remains.push(folder);
        } else if let Ok(run) = name.parse::<RunId>() {
            all.entry(run).or_default().scratch = Some(folder);
        }
    }
}
