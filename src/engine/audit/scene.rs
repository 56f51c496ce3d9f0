//! Scenes: what every audit looks at, whatever the journal is of: its refs, its journal, its seal.

use std::cell::RefCell;

use super::{Error, source::Source};
use crate::{
    model::{finding::Finding, journal_name::JournalName, oid::Oid, ref_name::RefName, transfer::Refs},
    process::stop::Stop,
    repo::{
        extent::{self, Extents},
        open::Repository,
    },
};

/// What is here of a run or a queue, as an audit sees it.
pub(super) struct Scene<'a> {
    pub(super) repository: &'a Repository,
    pub(super) name: &'a JournalName,
    /// The refs below its prefix.
    pub(super) refs: Refs,
    pub(super) source: Source,
    /// What was found while reading.
    pub(super) findings: Vec<Finding>,
    /// What ends the audit early.
    pub(super) stop: Option<&'a Stop>,
    extents: RefCell<Extents>,
}

impl<'a> Scene<'a> {
    pub(super) fn load(
        repository: &'a Repository,
        name: &'a JournalName,
        stop: Option<&'a Stop>,
    ) -> Result<Self, Error> {
        let source = Source::load(repository, name)?;
        let refs = repository.refs_below(&RefName::prefix(name))?.into_iter().collect();
        let findings = source.findings.clone();
        Ok(Self { repository, name, refs, source, findings, stop, extents: RefCell::default() })
    }

    /// Tells in a word what it is.
    pub(super) fn kind(&self) -> &'static str {
        if self.name.queue().is_some() { "queue" } else { "run" }
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

    /// Returns where a ref of it is.
    pub(super) fn ref_target(&self, name: &RefName) -> Option<Oid> {
        self.refs.get(name).copied()
    }

    /// Tells whether the seal keeps a commit.
    pub(super) fn is_sealed_in(&self, commit: Oid) -> bool {
        self.source.sealed.as_ref().is_some_and(|sealed| sealed.parents.contains(&commit))
    }
}
