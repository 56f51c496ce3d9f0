//! Prepared worktrees: those of the next workers of a run are made together, which takes a fraction of the time.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use super::{aside, site::Site};
use crate::{
    model::worker::Worker,
    repo::{checkout, open::Repository, worktree::Worktree},
};

/// Why a worker has no worktree.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What stands at its place.
    #[error(transparent)]
    Aside(#[from] aside::Error),
    /// The making.
    #[error(transparent)]
    Checkout(#[from] checkout::Error),
}

/// How many are made together at most: the first worker waits for them all, and each may take a gigabyte of the disk.
const TOGETHER: usize = 8;

/// The worktrees of workers that are about to run; the ones that nobody took are removed when this is dropped.
#[derive(Debug)]
pub struct Prepared {
    repository: Repository,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Whose turn comes.
    waiting: VecDeque<Worker>,
    /// Whose worktree is there.
    ready: BTreeMap<Worker, Worktree>,
}

impl Prepared {
    /// Begins with nobody to prepare for.
    #[must_use]
    pub fn new(repository: &Repository) -> Self {
        Self { repository: repository.clone(), state: Mutex::default() }
    }

    /// Tells which workers are about to ask for a worktree of the run's base, in the order of their turn.
    pub fn expect(&self, workers: impl IntoIterator<Item = Worker>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting.extend(workers);
    }

    /// Returns a worker's worktree; the first who asks has the next workers' made with its own, and their places cleared.
    /// Who was not expected gets one too.
    pub fn take(&self, site: &Site<'_>, worker: Worker) -> Result<Worktree, Error> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.waiting.contains(&worker) {
            state.make_next(site, worker)?;
        }
        if let Some(worktree) = state.ready.remove(&worker) {
            return Ok(worktree);
        }
        drop(state);
        self.repository.insist(|| {
            aside::clear(site, worker)?;
            Ok(self.repository.add_worktree(&site.folder(worker), site.base)?)
        })
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        for worktree in state.ready.values() {
            // What cannot be removed is in nobody's way: it holds nothing but the base.
            let _ = self.repository.remove_worktree(worktree);
        }
    }
}

impl State {
    fn make_next(&mut self, site: &Site<'_>, worker: Worker) -> Result<(), Error> {
        self.waiting.retain(|waiting| *waiting != worker);
        aside::clear(site, worker)?;
        // Whose place cannot be cleared is told so when its turn comes.
        let others = self.waiting.iter().take(TOGETHER - 1).filter(|worker| aside::clear(site, **worker).is_ok());
        let workers: Vec<_> = [worker].into_iter().chain(others.copied()).collect();
        let paths: Vec<_> = workers.iter().map(|worker| site.folder(*worker)).collect();
        match site.repository.add_worktrees(&paths, site.base, &|| site.stop.is_set())? {
            Some(worktrees) => {
                self.waiting.retain(|waiting| !workers.contains(waiting));
                self.ready.extend(workers.into_iter().zip(worktrees));
            }
            None if site.stop.is_set() => return Err(checkout::Error::Stopped(site.folder(worker)).into()),
            // Each is made by git then, when its turn comes.
            None => self.waiting.clear(),
        }
        Ok(())
    }
}
