//! Cases: one run as an audit sees it: its refs, its journal, its seal.

use std::{cell::RefCell, collections::HashMap};

use super::{
    Error,
    ledger::{Ledger, Told},
    source::Source,
};
use crate::{
    model::{
        fact::{Fact, WorkerFinished},
        finding::{Code, Finding},
        oid::Oid,
        ref_name::RefName,
        run_id::RunId,
        worker::Worker,
    },
    process::stop::Stop,
    repo::{
        extent::{self, Extents},
        open::Repository,
    },
};

/// One run as an audit sees it.
pub(super) struct Case<'a> {
    pub(super) repository: &'a Repository,
    pub(super) run: &'a RunId,
    /// The refs below the run's prefix.
    pub(super) refs: Vec<(RefName, Oid)>,
    pub(super) source: Source,
    pub(super) ledger: Ledger,
    /// Where each worker's newest finished attempt is among the facts.
    newest: HashMap<Worker, usize>,
    /// Which commit each attempt started from.
    starts: HashMap<(Worker, u32), Oid>,
    /// What was found while reading.
    pub(super) findings: Vec<Finding>,
    /// What ends the audit early.
    pub(super) stop: Option<&'a Stop>,
    extents: RefCell<Extents>,
}

impl<'a> Case<'a> {
    pub(super) fn load(repository: &'a Repository, run: &'a RunId, stop: Option<&'a Stop>) -> Result<Self, Error> {
        let source = Source::load(repository, run)?;
        let refs = repository.refs_below(&RefName::prefix(run))?;
        let ledger = source.journal.as_deref().map(|journal| Ledger::read(journal, stop)).unwrap_or_default();
        let mut findings = source.findings.clone();
        findings.extend(ledger.findings.iter().cloned());
        if let Some(other) = ledger.run().filter(|other| *other != run) {
            findings.push(Finding::broken(Code::Refs, format!("the journal is that of run '{other}'")).at(1));
        }
        let newest =
            (0..).zip(&ledger.facts).filter_map(|(at, told)| Some((finished(told)?.args.worker, at))).collect();
        let starts = ledger.facts.iter().filter_map(started).collect();
        Ok(Self { repository, run, refs, source, ledger, newest, starts, findings, stop, extents: RefCell::default() })
    }

    /// Tells whether the user still wants to know.
    pub(super) fn is_going(&self) -> bool {
        !self.stop.is_some_and(Stop::is_set)
    }

    /// Goes through these for as long as the user wants to know: what is left out then, nobody gets to see.
    pub(super) fn each<T>(&self, items: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
        items.into_iter().take_while(|_| self.is_going())
    }

    /// Fails where git is not to be asked about one of these trees: somebody else made them.
    pub(super) fn require_walkable(&self, trees: impl IntoIterator<Item = Oid>) -> Result<(), extent::Error> {
        let mut extents = self.extents.borrow_mut();
        trees.into_iter().try_for_each(|tree| extents.require(self.repository, tree))
    }

    /// Fails where the audit was ended early, so that what it found is not all there is.
    pub(super) fn require_going(&self) -> Result<(), Error> {
        if self.is_going() { Ok(()) } else { Err(Error::Interrupted) }
    }

    /// Tells whether the journal is a chain and a legal history: only then its facts are worth a look.
    pub(super) fn is_sound(&self) -> bool {
        self.ledger.is_sound
    }

    /// Returns the recorded base and its tree.
    pub(super) fn base(&self) -> Option<(Oid, Oid)> {
        self.ledger.history.run().map(|run| (run.args.base, run.args.base_tree))
    }

    /// Returns the commit that an attempt started from.
    pub(super) fn start_of(&self, lane: (Worker, u32)) -> Option<Oid> {
        self.starts.get(&lane).copied().or(self.base().map(|(base, _)| base))
    }

    /// Returns where a ref of the run is.
    pub(super) fn ref_target(&self, name: &RefName) -> Option<Oid> {
        self.refs.iter().find(|(known, _)| known == name).map(|(_, target)| *target)
    }

    /// Lists what each attempt of each worker left, oldest first, with the event's number.
    pub(super) fn finished(&self) -> impl Iterator<Item = (u64, &WorkerFinished)> {
        self.ledger.facts.iter().filter_map(|told| Some((told.seq, finished(told)?)))
    }

    /// Returns what a worker's newest finished attempt left.
    pub(super) fn newest(&self, worker: Worker) -> Option<&WorkerFinished> {
        finished(&self.ledger.facts[*self.newest.get(&worker)?])
    }

    /// Tells whether the seal keeps a commit.
    pub(super) fn is_sealed_in(&self, commit: Oid) -> bool {
        self.source.sealed.as_ref().is_some_and(|sealed| sealed.parents.contains(&commit))
    }
}

fn finished(told: &Told) -> Option<&WorkerFinished> {
    match &told.fact {
        Fact::WorkerFinished(fact) => Some(fact),
        _ => None,
    }
}

fn started(told: &Told) -> Option<((Worker, u32), Oid)> {
    match &told.fact {
        Fact::WorkerStarted(fact) => Some(((fact.args.worker, fact.args.attempt), fact.args.base)),
        _ => None,
    }
}
