//! Sources: where a run's journal is found: on its base in the notes, or in the seal, which carries the whole run.

use super::{Error, tally::unreadable};
use crate::{
    model::{
        finding::{Code, Finding, Weight},
        oid::Oid,
        ref_name::RefName,
        run_id::RunId,
    },
    repo::{
        journal_notes::{self, LONGEST_JOURNAL, Notes},
        open::Repository,
        seal::{self, Sealed},
    },
};

/// What a run's refs carry, as it was found.
#[derive(Default)]
pub(super) struct Source {
    /// The journal's bytes; none where there is none to be had.
    pub(super) journal: Option<Vec<u8>>,
    /// Every note: what it stands on, and its blob; none where the notes are not here.
    pub(super) notes: Option<Vec<(String, Oid)>>,
    /// The seal's tag.
    pub(super) tag: Option<Oid>,
    /// What the seal holds, where it can be read.
    pub(super) sealed: Option<Sealed>,
    /// Whether the journal is the sealed one, for want of another.
    pub(super) is_from_seal: bool,
    /// What could not be read.
    pub(super) findings: Vec<Finding>,
}

impl Source {
    pub(super) fn load(repository: &Repository, run: &RunId) -> Result<Self, Error> {
        let mut source = Self { tag: repository.ref_target(&RefName::seal(run))?, ..Self::default() };
        if let Some(tag) = source.tag {
            match repository.sealed(tag) {
                Ok(sealed) => source.sealed = Some(sealed),
                Err(error) => source.findings.push(unsealed(&error).on(tag)),
            }
        }
        match repository.notes(run) {
            Ok(Some(notes)) => source.load_notes(repository, run, &notes)?,
            Ok(None) => {}
            Err(error) => source.findings.push(unnoted(&error)),
        }
        if source.journal.is_none() {
            source.fall_back(run);
        }
        Ok(source)
    }

    fn load_notes(&mut self, repository: &Repository, run: &RunId, notes: &Notes) -> Result<(), Error> {
        let base = repository.ref_target(&RefName::base(run))?;
        let read = || -> Result<_, journal_notes::Error> {
            let listed = repository.notes_listed(notes)?;
            let journal = find_journal(repository, &listed, base)?;
            Ok((listed, journal))
        };
        match read() {
            Ok((listed, journal)) => {
                if journal.is_none() {
                    self.findings.push(Finding::broken(Code::Notes, "the notes hold no journal").on(notes.commit));
                }
                self.journal = journal;
                self.notes = Some(listed);
            }
            Err(error) => self.findings.push(unnoted(&error)),
        }
        Ok(())
    }

    fn fall_back(&mut self, run: &RunId) {
        self.journal = self.sealed.as_ref().map(|sealed| sealed.journal.clone());
        self.is_from_seal = self.journal.is_some();
        if self.journal.is_none() && self.findings.is_empty() {
            let message = format!("neither ref {} nor a seal is here: there is no journal", RefName::notes(run));
            self.findings.push(Finding::new(Code::Notes, Weight::Missing, message));
        }
    }
}

/// Finds the note on base, or else, where that ref is gone or was moved, the note that is a journal.
fn find_journal(
    repository: &Repository,
    notes: &[(String, Oid)],
    base: Option<Oid>,
) -> Result<Option<Vec<u8>>, journal_notes::Error> {
    let base = base.map(|base| base.to_string());
    let (on_base, others): (Vec<_>, Vec<_>) = notes.iter().partition(|(name, _)| Some(name) == base.as_ref());
    let mut first = None;
    for (_, blob) in on_base.iter().chain(&others) {
        let bytes = repository.blob(*blob, LONGEST_JOURNAL)?;
        if bytes.starts_with(b"{") {
            return Ok(Some(bytes));
        }
        first.get_or_insert(bytes);
    }
    // A journal whose first byte was changed is still the note on base.
    Ok(first.filter(|_| !on_base.is_empty()))
}

fn unnoted(error: &journal_notes::Error) -> Finding {
    match error {
        journal_notes::Error::Objects(error) => unreadable(Code::Notes, error, "the notes"),
        error => Finding::broken(Code::Notes, error.to_string()),
    }
}

fn unsealed(error: &seal::Error) -> Finding {
    match error {
        seal::Error::Objects(error) => unreadable(Code::Seal, error, "the seal"),
        error => Finding::broken(Code::Seal, error.to_string()),
    }
}
