//! Cases: one run as an audit sees it: its refs, its journal, its seal.

use std::{collections::HashMap, ops::Deref};

use super::{
    Error,
    ledger::{Ledger, Told},
    scene::Scene,
};
use crate::{
    model::{
        chronicle::Chronicle as _,
        fact::{Fact, WorkerFinished},
        finding::{Code, Finding},
        journal_name::JournalName,
        oid::Oid,
        worker::Worker,
    },
    process::stop::Stop,
    repo::open::Repository,
};

/// One run as an audit sees it.
pub(super) struct Case<'a> {
    scene: Scene<'a>,
    pub(super) ledger: Ledger,
    /// Where each worker's newest finished attempt is among the facts.
    newest: HashMap<Worker, usize>,
    /// Which commit each attempt started from.
    starts: HashMap<(Worker, u32), Oid>,
}

impl<'a> Deref for Case<'a> {
    type Target = Scene<'a>;

    fn deref(&self) -> &Scene<'a> {
        &self.scene
    }
}

impl<'a> Case<'a> {
    pub(super) fn load(
        repository: &'a Repository,
        run: &'a JournalName,
        stop: Option<&'a Stop>,
    ) -> Result<Self, Error> {
        let mut scene = Scene::load(repository, run, stop)?;
        let ledger = scene.source.journal.as_deref().map(|journal| Ledger::read(journal, stop)).unwrap_or_default();
        scene.findings.extend(ledger.findings.iter().cloned());
        if let Some(other) = ledger.history.of().filter(|other| other != run) {
            scene.findings.push(Finding::broken(Code::Refs, format!("the journal is that of {other}")).at(1));
        }
        let newest =
            (0..).zip(&ledger.facts).filter_map(|(at, told)| Some((finished(told)?.args.worker, at))).collect();
        let starts = ledger.facts.iter().filter_map(started).collect();
        Ok(Self { scene, ledger, newest, starts })
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

    /// Lists what each attempt of each worker left, oldest first, with the event's number.
    pub(super) fn finished(&self) -> impl Iterator<Item = (u64, &WorkerFinished)> {
        self.ledger.facts.iter().filter_map(|told| Some((told.seq, finished(told)?)))
    }

    /// Returns what a worker's newest finished attempt left.
    pub(super) fn newest(&self, worker: Worker) -> Option<&WorkerFinished> {
        finished(&self.ledger.facts[*self.newest.get(&worker)?])
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
