//! Queues: whether one is what its journal says; what landed is landed again, in memory.

mod entries;
mod gates;
mod landings;
mod ledger;
mod logs;
mod refs;
mod resolutions;

use std::ops::Deref;

use super::{Error, Subject, base, ledger::Ledger, notes, scene::Scene, seal};
use crate::{
    model::{
        chain::Tip,
        chronicle::Chronicle as _,
        fact::QueueFact,
        finding::{Code, Finding},
        journal_name::JournalName,
        oid::Oid,
        queue::history::Queue,
    },
    process::stop::Stop,
    repo::open::Repository,
};
pub(super) use ledger::{Law, close};

/// One queue as an audit sees it.
pub(super) struct Case<'a> {
    scene: Scene<'a>,
    ledger: Ledger<Queue, QueueFact>,
}

impl<'a> Deref for Case<'a> {
    type Target = Scene<'a>;

    fn deref(&self) -> &Scene<'a> {
        &self.scene
    }
}

impl<'a> Subject<'a> for Case<'a> {
    fn load(repository: &'a Repository, name: &'a JournalName, stop: Option<&'a Stop>) -> Result<Self, Error> {
        let mut scene = Scene::load(repository, name, stop)?;
        let ledger = scene.source.journal.as_deref().map(|journal| ledger::read(journal, stop)).unwrap_or_default();
        scene.findings.extend(ledger.findings.iter().cloned());
        if let Some(other) = ledger.history.of().filter(|other| other != name) {
            scene.findings.push(Finding::broken(Code::Refs, format!("the journal is that of {other}")).at(1));
        }
        Ok(Self { scene, ledger })
    }

    fn facts(&self) -> Vec<Finding> {
        let mut findings = self.findings.clone();
        let Some(base) = self.base() else { return findings };
        findings.extend(base::check(self, base));
        findings.extend(refs::check(self, base));
        // What a broken journal says of commits is nobody's word.
        if self.ledger.is_sound {
            findings.extend(entries::check(self, base));
            findings.extend(gates::check(self));
            findings.extend(resolutions::check(self));
            findings.extend(landings::check(self));
            findings.extend(logs::check(self));
            findings.extend(notes::check(self, &self.ledger.history));
        }
        findings
    }

    fn seal(&self) -> Vec<Finding> {
        seal::check(self, &self.ledger, ledger::read)
    }

    fn tip(&self) -> Tip {
        self.ledger.tip
    }
}

impl Case<'_> {
    /// Returns the commit that the journal is noted on.
    fn base(&self) -> Option<Oid> {
        self.ledger.history.base()
    }
}
