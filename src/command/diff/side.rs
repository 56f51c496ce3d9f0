//! Sides: the trees that are compared: of base, of a candidate, of an attempt before it, of a worktree as it is now.

use super::{Pair, lanes};
use crate::{
    command::{Context, Error, Kind},
    engine::{
        place,
        supervisor::{self, Presence},
    },
    model::{
        history::{History, Lane},
        oid::Oid,
        ref_name::RefName,
        run_id::RunId,
        worker::Worker,
    },
    process::suffix,
    repo::open::Repository,
};

/// One worker's side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side {
    attempt: u32,
    tree: Oid,
    unfinished: bool,
}

/// What sides are read from.
pub(super) struct Reader<'a> {
    pub(super) repository: &'a Repository,
    pub(super) history: &'a History,
    pub(super) run: &'a RunId,
    pub(super) context: &'a Context<'a>,
}

impl Reader<'_> {
    /// Reads the pair of two workers' candidates.
    pub(super) fn between(&self, a: Worker, b: Worker) -> Result<Pair, Error> {
        let old = self.side(a, None)?.tree;
        Ok(Self::pair(Some(a), old, (b, self.side(b, None)?)))
    }

    /// Reads the pair of base and what a plan offers for merging.
    pub(super) fn offer(&self) -> Result<Pair, Error> {
        let offered = self.history.offer();
        let (base, offered) = self
            .history
            .run()
            .map(|run| run.args.base)
            .zip(offered)
            .ok_or_else(|| Error::new(Kind::Cannot, format!("run '{}' offers nothing", self.run)))?;
        let (old_tree, new_tree) = (self.tree(base, "base")?, self.tree(offered, "the union")?);
        Ok(Pair { from: None, worker: None, attempt: 0, unfinished: false, old_tree, new_tree, diff: None })
    }

    /// Reads each worker's pair with base; a lenient one passes over workers that have nothing to show, and says so.
    pub(super) fn pairs(
        &self,
        workers: &[Worker],
        (attempt, is_lenient): (Option<u32>, bool),
    ) -> Result<Vec<Pair>, Error> {
        let mut pairs = Vec::new();
        let mut refused = None;
        for worker in workers {
            match self.side(*worker, attempt) {
                Ok(side) => pairs.push(Self::pair(None, self.base_tree(*worker)?, (*worker, side))),
                Err(error) if is_lenient => {
                    self.context.warn(error.messages.join(": "));
                    refused = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        // A run has at least one worker.
        refused.filter(|_| pairs.is_empty()).map_or(Ok(pairs), Err)
    }

    /// Returns the tree that a worker starts from: base, or what was integrated by then.
    fn base_tree(&self, worker: Worker) -> Result<Oid, Error> {
        let began = self.history.lane(worker).and_then(Lane::base);
        let base = began.or_else(|| self.history.start_of(worker));
        let base = base.ok_or_else(|| Error::new(Kind::Cannot, format!("run '{}' has not started", self.run)))?;
        self.tree(base, "base")
    }

    fn pair(from: Option<Worker>, old_tree: Oid, (worker, side): (Worker, Side)) -> Pair {
        let Side { attempt, tree, unfinished } = side;
        Pair { from, worker: Some(worker), attempt, unfinished, old_tree, new_tree: tree, diff: None }
    }

    fn side(&self, worker: Worker, attempt: Option<u32>) -> Result<Side, Error> {
        let lane = self.history.lane(worker).cloned().unwrap_or_default();
        let newest = lane.attempt();
        match attempt.filter(|attempt| *attempt != newest) {
            Some(attempt) => self.superseded(worker, (&lane, attempt)),
            None => match lane.candidate() {
                Some(candidate) => {
                    let tree = self.tree(candidate, &format!("{worker}'s candidate"))?;
                    Ok(Side { attempt: newest, tree, unfinished: false })
                }
                None => self.worktree(worker, &lane),
            },
        }
    }

    fn superseded(&self, worker: Worker, (lane, attempt): (&Lane, u32)) -> Result<Side, Error> {
        let name = RefName::attempt(self.run, worker, attempt);
        let recorded = lane.superseded.get(attempt as usize - 1).copied().flatten();
        let candidate = recorded.map_or_else(|| self.repository.ref_target(&name), |recorded| Ok(Some(recorded)))?;
        let none = || Error::new(Kind::Cannot, format!("{worker} has no attempt {attempt}: ref '{name}' is not here"));
        let candidate = candidate.ok_or_else(|| none().hint(format!("git par log {} -w {worker}", self.run)))?;
        let tree = self.tree(candidate, &format!("attempt {attempt} of {worker}"))?;
        Ok(Side { attempt, tree, unfinished: false })
    }

    fn tree(&self, commit: Oid, what: &str) -> Result<Oid, Error> {
        Ok(self.repository.commit(commit).map_err(|error| lanes::absent(what, error))?.tree)
    }

    /// Takes the tree of the worktree as it is now, with an index of our own.
    fn worktree(&self, worker: Worker, lane: &Lane) -> Result<Side, Error> {
        if lane.started.is_none() {
            return Err(self.not_begun(worker, lane));
        }
        let is_held = supervisor::is_held(self.repository, self.run)?;
        let worktree = self.repository.run_worktree(self.run, &worker.to_string()).filter(|found| found.path.is_dir());
        let Some(worktree) = worktree else {
            let message = format!("{worker} has begun, and has no candidate yet and no worktree here");
            return Err(self.way_on(message));
        };
        let scratch = self.repository.scratch_dir().join(self.run.as_str()).join(worker.to_string());
        let index = scratch.join(format!("diff-{}", suffix::random(6)?));
        let own_index = worktree.own_index();
        let source = worktree.source(&own_index, &index, self.base_tree(worker)?);
        let tree = place::held(self.repository, source, &scratch.join("index"));
        let _ = std::fs::remove_file(&index);
        let how =
            if is_held { "is still running: this is what there is now" } else { "was cut short: this is what it left" };
        self.context.warn(format!("{worker} {how}"));
        Ok(Side { attempt: lane.attempt(), tree: tree?, unfinished: true })
    }
    /// Says of a worker that has not begun why there is nothing to show, and how there will be something.
    fn not_begun(&self, worker: Worker, lane: &Lane) -> Error {
        let run = self.run;
        if lane.stopped.is_some() {
            let message = format!("{worker} was stopped before it began: it changed nothing");
            return Error::new(Kind::Cannot, message).hint(format!("git par retry {run} -w {}", worker.get()));
        }
        let message = format!("{worker} is queued: it has not begun, and changed nothing yet");
        self.way_on(message)
    }

    /// Says how there will be more of a run.
    fn way_on(&self, message: String) -> Error {
        let run = self.run;
        match supervisor::presence(self.repository, run) {
            Ok(Presence::Held) => Error::new(Kind::Busy, message).hint(format!("git par status {run} --watch")),
            Ok(Presence::Elsewhere) => Error::new(Kind::Cannot, message).hint("git par fetch"),
            _ => Error::new(Kind::Cannot, message).hint(format!("git par resume {run}")),
        }
    }
}
