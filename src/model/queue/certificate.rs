//! Certificates of queues: the canonical summary of one, derived from its journal alone, so that anyone derives the same bytes.

use std::collections::HashSet;

use serde::Serialize;

use super::{
    entry::{self, EntryId},
    history::Queue,
    style::Style,
};
use crate::model::{
    certificate::{self, Tip, VERSION},
    journal_name::QueueName,
    oid::Oid,
    resolution::Resolution,
};

/// The summary of a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// The version of the format.
    pub version: u32,
    /// The branch that entries land on, as people call it.
    pub queue: QueueName,
    /// The branch's commit when the queue began.
    pub base: Oid,
    /// The journal that this was derived from.
    pub journal: Tip,
    /// What landing leaves in the branch's history.
    pub style: Style,
    /// The gate's command line; null where nothing is checked.
    pub gate: Option<Vec<String>>,
    /// Each entry, by number.
    pub entries: Vec<Entry>,
}

/// One entry in a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its number.
    pub entry: EntryId,
    /// What it is for.
    pub title: String,
    /// The commits that it brought, oldest first: the last one is what lands.
    pub commits: Vec<Oid>,
    /// How it stands, in a word.
    pub state: &'static str,
    /// How a conflict of it was resolved, where the last of its commits does that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
    /// The commit as which it landed; null where it did not.
    pub landed: Option<Oid>,
}

impl Certificate {
    /// Derives the certificate of a queue; none where the queue has not begun.
    #[must_use]
    pub fn derive(queue: &Queue, journal: Tip) -> Option<Self> {
        let (started, terms) = (queue.started()?, queue.terms()?);
        Some(Self {
            version: VERSION,
            queue: QueueName::of(&started.args.target)?,
            base: started.args.base,
            journal,
            style: terms.style,
            gate: terms.gate.as_ref().map(|gate| gate.argv.clone()),
            entries: queue.entries().iter().map(Entry::from).collect(),
        })
    }

    /// Lists the commits that a seal keeps: base, what each entry brought, and as what it landed; each once.
    #[must_use]
    pub fn parents(&self) -> Vec<Oid> {
        let brought = self.entries.iter().flat_map(|entry| entry.commits.iter().copied().chain(entry.landed));
        let mut seen = HashSet::new();
        std::iter::once(self.base).chain(brought).filter(|commit| seen.insert(*commit)).collect()
    }

    /// Writes the message of the seal.
    #[must_use]
    pub fn message(&self) -> String {
        certificate::message(&self.queue, &self.journal, &self.bytes())
    }

    /// Writes the certificate in canonical form, with a line end.
    #[must_use]
    pub fn bytes(&self) -> String {
        certificate::bytes(self)
    }
}

impl From<&entry::Entry> for Entry {
    fn from(entry: &entry::Entry) -> Self {
        let landed = entry.state.landed();
        Self {
            entry: entry.id,
            title: entry.title.clone(),
            commits: entry.commits().collect(),
            state: entry.state.name(),
            resolution: entry.resolution.clone(),
            landed,
        }
    }
}
