//! Landings: how what a run won stands in a queue.

use serde::Serialize;

use crate::{
    engine::queue::roster::Listed,
    model::{
        oid::Oid,
        queue::entry::{EntryId, State},
        ref_name::RefName,
    },
    repo::open::Repository,
};

/// An entry of a queue that brings what a run won.
#[derive(Debug, Serialize)]
pub struct Landing {
    /// The branch.
    pub target: String,
    /// The entry's number.
    pub entry: EntryId,
    /// How it stands: `queued`, `testing`, `merged`, `needs_review` or `dropped`.
    pub state: &'static str,
    /// The commit that is to land.
    pub commit: Oid,
    /// The branch's commit with it, where it landed.
    pub landed: Option<Oid>,
    /// Whether the branch has that; null where it has not landed, or where nobody can tell here.
    pub in_target: Option<bool>,
}

impl Landing {
    /// Looks at an entry.
    pub(super) fn of(repository: &Repository, listed: &Listed) -> Self {
        let target = listed.queue.target();
        let landed = listed.entry.state.landed();
        let tip = repository.ref_target(&RefName::full(&target)).ok().flatten();
        let in_target = landed.zip(tip).and_then(|(landed, tip)| repository.is_within(landed, tip));
        let (entry, state, commit) = (listed.entry.id, listed.entry.state.name(), listed.entry.commit);
        Self { target, entry, state, commit, landed, in_target }
    }

    /// Returns the branch's short name.
    pub(super) fn branch(&self) -> &str {
        self.target.trim_start_matches("refs/heads/")
    }

    /// Tells whether the branch lost it.
    pub(super) fn is_adrift(&self) -> bool {
        self.in_target == Some(false)
    }

    /// Says how it stands: by the commit where it landed; none where a person dropped it.
    pub(super) fn words(&self) -> Option<String> {
        let place = format!("({}, entry {})", self.branch(), self.entry);
        match self.landed {
            Some(landed) if self.is_adrift() => Some(format!("{} (not in {})", landed.short(), self.branch())),
            Some(landed) => Some(format!("{} {place}", landed.short())),
            None if self.state == State::Dropped.name() => None,
            None => Some(format!("{} {place}", self.state)),
        }
    }
}
