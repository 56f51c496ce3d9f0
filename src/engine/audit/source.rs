//! Sources: where a journal is found: on its base in the notes, or in the seal, which carries the whole of it.

use std::collections::HashSet;

use super::{
    Error,
    tally::{count, unreadable},
};
use crate::{
    model::{
        finding::{Code, Finding, Weight},
        journal_name::JournalName,
        oid::Oid,
        ref_name::RefName,
    },
    repo::{
        journal_notes::{self, LONGEST_JOURNAL, Notes},
        objects,
        open::Repository,
        seal::{self, Sealed},
    },
};

/// How many bytes of notes are looked at for the journal, where it is not known which note that is.
const MOST_LOOKED_AT: u64 = 2 * LONGEST_JOURNAL;

/// What the refs of a run or a queue carry, as it was found.
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
    pub(super) fn load(repository: &Repository, run: &JournalName) -> Result<Self, Error> {
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

    fn load_notes(&mut self, repository: &Repository, run: &JournalName, notes: &Notes) -> Result<(), Error> {
        let base = repository.ref_target(&RefName::base(run))?;
        let read = || -> Result<_, journal_notes::Error> {
            let listed = repository.notes_listed(notes)?;
            let found = find_journal(repository, &listed, base, MOST_LOOKED_AT)?;
            Ok((listed, found))
        };
        match read() {
            Ok((listed, (journal, unread))) => {
                if journal.is_none() {
                    self.findings.push(Finding::broken(Code::Notes, "the notes hold no journal").on(notes.commit));
                }
                if journal.is_none() && unread > 0 {
                    let unread = count(unread, "note");
                    let message = format!("{unread} not looked at: all of them together are too large");
                    self.findings.push(Finding::new(Code::Notes, Weight::Missing, message).on(notes.commit));
                }
                self.journal = journal;
                self.notes = Some(listed);
            }
            Err(error) => self.findings.push(unnoted(&error)),
        }
        Ok(())
    }

    fn fall_back(&mut self, run: &JournalName) {
        self.journal = self.sealed.as_ref().map(|sealed| sealed.journal.clone());
        self.is_from_seal = self.journal.is_some();
        if self.journal.is_none() && self.findings.is_empty() {
            let message = format!("neither ref {} nor a seal is here: there is no journal", RefName::notes(run));
            self.findings.push(Finding::new(Code::Notes, Weight::Missing, message));
        }
    }
}

/// Finds the note on base, or else, where that ref is gone or was moved, the note that is a journal.
///
/// Reads no more than `most` bytes, and tells with it how many blobs were not looked at for that.
fn find_journal(
    repository: &Repository,
    notes: &[(String, Oid)],
    base: Option<Oid>,
    most: u64,
) -> Result<(Option<Vec<u8>>, usize), journal_notes::Error> {
    let base = base.map(|base| base.to_string());
    let (on_base, others): (Vec<_>, Vec<_>) = notes.iter().partition(|(name, _)| Some(name) == base.as_ref());
    let (mut first, mut seen, mut left, mut unread) = (None, HashSet::new(), most, 0);
    // Few blobs can stand behind any number of names.
    for (_, blob) in on_base.iter().chain(&others).filter(|(_, blob)| seen.insert(*blob)) {
        let bytes = match repository.blob(*blob, LONGEST_JOURNAL.min(left)) {
            Err(objects::Error::TooLarge { size, .. }) if size <= LONGEST_JOURNAL => {
                unread += 1;
                continue;
            }
            read => read?,
        };
        left -= bytes.len() as u64;
        if bytes.starts_with(b"{") {
            return Ok((Some(bytes), unread));
        }
        first.get_or_insert(bytes);
    }
    // A journal whose first byte was changed is still the note on base.
    Ok((first.filter(|_| !on_base.is_empty()), unread))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_notes_are_looked_at_than_have_a_bearable_size_together() {
        let folder = tempfile::tempdir().unwrap();
        gix::init_bare(folder.path()).unwrap();
        let repository = Repository::open_own(folder.path()).unwrap();
        let note = |text: &[u8]| (text.len().to_string(), repository.write_blob(text).unwrap());
        let notes = [note(b"12345"), note(b"123456"), note(b"1234567"), note(b"{}")];
        let find = |most| {
            let (journal, unread) = find_journal(&repository, &notes, None, most).unwrap();
            (journal.is_some(), unread)
        };
        assert_eq!(find(100), (true, 0));
        assert_eq!(find(7), (true, 2));
        assert_eq!(find(6), (false, 3));
    }
}
