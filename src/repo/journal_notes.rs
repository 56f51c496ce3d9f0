//! Notes of a run: the note on base is the journal, the note on each candidate is a text for people.
//!
//! The layout is git's own (see git-notes(1)): a tree whose entries are named by the annotated object, flat or fanned out.

use super::{
    identity::Identity,
    objects::{self, TreeEntry},
    open::Repository,
    refs,
};
use crate::model::{journal_name::JournalName, oid::Oid, ref_name::RefName, run_id::RunId};

/// The longest journal that is read, in bytes.
pub const LONGEST_JOURNAL: u64 = 512 * 1024 * 1024;
/// The longest note for people that is read, in bytes.
pub const LONGEST_NOTE: u64 = 16 * 1024 * 1024;
/// The most entries that a notes tree may have, its folders counted.
const MOST_ENTRIES: usize = 100_000;

/// Why a run's notes could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The notes hold no journal.
    #[error("the notes of {0} hold no journal on its base")]
    NoJournal(JournalName),
    /// The notes tree is larger than that of any run.
    #[error("notes tree {0} has more than {MOST_ENTRIES} entries")]
    TooMany(Oid),
    /// The notes came without the base that they are on.
    #[error("ref '{0}' is not here")]
    NoBase(RefName),
    /// A ref.
    #[error(transparent)]
    Refs(#[from] refs::Error),
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
}

/// A run's notes at one commit.
#[derive(Clone, Debug)]
pub struct Notes {
    /// The notes commit.
    pub commit: Oid,
    tree: Oid,
}

impl Repository {
    /// Reads where a run's notes are; none where it has none here.
    pub fn notes(&self, run: &JournalName) -> Result<Option<Notes>, Error> {
        self.ref_target(&RefName::notes(run))?.map(|commit| self.notes_at(commit)).transpose()
    }

    /// Reads the notes of a commit, whether a ref leads there or not.
    pub fn notes_at(&self, commit: Oid) -> Result<Notes, Error> {
        let tree = self.commit(commit)?.tree;
        Ok(Notes { commit, tree })
    }

    /// Reads the note on an object; none where it has none.
    pub fn note_on(&self, notes: &Notes, object: Oid) -> Result<Option<Vec<u8>>, Error> {
        self.note_of_at_most(notes, object, LONGEST_NOTE)
    }

    /// Lists all notes: the name of what each stands on, which in a sound tree is an object id, and its blob.
    pub fn notes_listed(&self, notes: &Notes) -> Result<Vec<(String, Oid)>, Error> {
        let mut listed = Vec::new();
        let mut folders = vec![(String::new(), notes.tree)];
        let mut seen = 0;
        while let Some((prefix, tree)) = folders.pop() {
            for entry in self.tree_entries(tree)? {
                seen += 1;
                if seen > MOST_ENTRIES {
                    return Err(Error::TooMany(notes.tree));
                }
                let name = format!("{prefix}{}", entry.name);
                let is_fan = entry.is_tree && entry.name.len() == 2 && prefix.len() < 64;
                if is_fan { folders.push((name, entry.id)) } else { listed.push((name, entry.id)) }
            }
        }
        Ok(listed)
    }

    /// Reads a run's journal.
    pub fn journal(&self, run: &JournalName, notes: &Notes) -> Result<Vec<u8>, Error> {
        let name = RefName::base(run);
        let base = self.ref_target(&name)?.ok_or(Error::NoBase(name))?;
        self.journal_on(base, run, notes)
    }

    /// Reads a run's journal where its base is known.
    pub fn journal_on(&self, base: Oid, run: &JournalName, notes: &Notes) -> Result<Vec<u8>, Error> {
        self.note_of_at_most(notes, base, LONGEST_JOURNAL)?.ok_or_else(|| Error::NoJournal(run.clone()))
    }

    fn note_of_at_most(&self, notes: &Notes, object: Oid, limit: u64) -> Result<Option<Vec<u8>>, Error> {
        let mut tree = notes.tree;
        let hex = object.to_string();
        let mut rest = hex.as_str();
        loop {
            let entries = self.tree_entries(tree)?;
            if let Some(entry) = entries.iter().find(|entry| !entry.is_tree && entry.name == rest) {
                return Ok(Some(self.blob(entry.id, limit)?));
            }
            let fan =
                entries.iter().find(|entry| entry.is_tree && entry.name.len() == 2 && rest.starts_with(&entry.name));
            let Some(fan) = fan else { return Ok(None) };
            tree = fan.id;
            rest = &rest[2..];
        }
    }

    /// Writes a notes commit that holds exactly these notes, on top of the one before; the ref is not moved.
    pub fn write_notes(
        &self,
        parent: Option<Oid>,
        notes: &[(Oid, Vec<u8>)],
        identity: &Identity,
    ) -> Result<Oid, Error> {
        let mut written = Vec::new();
        let mut entries = Vec::new();
        for (object, text) in notes {
            let blob = self.write_blob(text)?;
            written.push(blob);
            entries.push(TreeEntry::file(object.to_string(), blob));
        }
        let tree = self.write_tree(&entries)?;
        let parents: Vec<Oid> = parent.into_iter().collect();
        let commit = self.write_commit((tree, &parents), "Notes added by 'git par'\n", identity)?;
        written.extend([tree, commit]);
        self.sync_objects(&written)?;
        Ok(commit)
    }

    /// Lists the runs and queues that have notes here, by name.
    pub fn noted(&self) -> Result<Vec<JournalName>, Error> {
        let refs = self.refs_below(crate::model::ref_name::NOTES)?;
        Ok(refs.iter().filter_map(|(name, _)| name.noted()).collect())
    }

    /// Lists the runs that have notes here, by name.
    pub fn noted_runs(&self) -> Result<Vec<RunId>, Error> {
        Ok(self.noted()?.iter().filter_map(JournalName::as_run).collect())
    }
}
