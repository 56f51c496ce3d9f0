//! Reports: what a person, or a program that files it, is to know of an entry that cannot land.

use serde::Serialize;

use crate::{
    model::{
        conflict_text::{self, Hunk, Labels},
        fact::{entry_added::Source, entry_held},
        journal_name::QueueName,
        oid::Oid,
        queue::entry::{Entry, EntryId},
        quote,
    },
    repo::{
        conflicted::Conflicted,
        git, merge, objects,
        open::Repository,
        touches::{self, Touch},
    },
};

/// The version of the form of reports.
const VERSION: u32 = 1;
/// The largest file whose hunks are shown, in bytes.
pub(super) const LARGEST: u64 = 4 << 20;
/// How many hunks of a file are shown.
const MOST_HUNKS: usize = 20;
/// How much of a side of a hunk is shown, in bytes.
const LONGEST_SIDE: usize = 4096;

/// Why nothing could be reported.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The merge.
    #[error(transparent)]
    Merge(#[from] merge::Error),
    /// Who did what.
    #[error(transparent)]
    Touches(#[from] touches::Error),
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
}

/// What is to be known of what cannot land.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The version of this form; keys are added and never removed.
    pub version: u32,
    /// The branch, as a full ref name.
    pub target: String,
    /// Why it cannot land, and on which commit of the branch.
    #[serde(flatten)]
    pub why: entry_held::Outcome,
    /// What was to land.
    pub theirs: Side,
    /// What the branch has of the same paths, the newest first.
    pub ours: Vec<Side>,
    /// The conflicts, by path.
    pub conflicts: Vec<PathConflict>,
}

/// A commit that one side of a conflict brought.
#[derive(Clone, Debug, Serialize)]
pub struct Side {
    /// The commit.
    pub commit: Oid,
    /// What it is for, in a line.
    pub title: String,
    /// The run that made it, where one did.
    pub run: Option<String>,
    /// The branch that it came from, where one is known.
    pub branch: Option<String>,
    /// Its entry in this queue, where it had one.
    pub entry: Option<EntryId>,
}

/// What conflicts in one path.
#[derive(Clone, Debug, Serialize)]
pub struct PathConflict {
    /// The path, quoted as git quotes.
    pub path: String,
    /// What git calls it, such as `CONFLICT (contents)`.
    pub kind: String,
    /// The lines that both changed, as far as they are shown.
    pub hunks: Vec<ShownHunk>,
    /// How many more there are.
    pub more: usize,
}

/// Lines that both sides changed, as text; what is not UTF-8 is replaced.
#[derive(Clone, Debug, Serialize)]
pub struct ShownHunk {
    /// The line of the file with marks in it, counted from 1.
    pub line: usize,
    /// What the branch has.
    pub ours: String,
    /// What the entry has.
    pub theirs: String,
}

impl Report {
    /// Reports on an entry of a queue that was held.
    pub fn of_entry(
        repository: &Repository,
        queue: &QueueName,
        (entry, why): (&Entry, &entry_held::Outcome),
    ) -> Result<Self, Error> {
        let theirs = Side {
            commit: entry.commit,
            title: entry.title.clone(),
            run: entry.source.run().map(ToString::to_string),
            branch: if let Source::Branch(branch) = &entry.source { Some(branch.clone()) } else { None },
            entry: Some(entry.id),
        };
        Self::of(repository, queue.target(), (theirs, why.clone()))
    }

    /// Reports on what was to land on a branch.
    pub fn of(
        repository: &Repository,
        target: String,
        (theirs, why): (Side, entry_held::Outcome),
    ) -> Result<Self, Error> {
        let conflicted = match why.reason {
            entry_held::Reason::Conflict if repository.is_related(why.onto, theirs.commit)? => {
                repository.conflicted(why.onto, theirs.commit)?
            }
            _ => None,
        };
        let (mut ours, mut shown) = (Vec::new(), Vec::new());
        if let Some(conflicted) = conflicted {
            let touches = repository.touches(why.onto, theirs.commit, &conflicted.paths())?;
            ours = touches.into_iter().map(Side::from).collect();
            shown = conflicts(repository, &conflicted, (why.onto, theirs.commit))?;
        }
        Ok(Self { version: VERSION, target, why, theirs, ours, conflicts: shown })
    }
}

impl From<Touch> for Side {
    fn from(touch: Touch) -> Self {
        let Touch { commit, subject, run, entry } = touch;
        Self { commit, title: subject, run, branch: None, entry: entry.map(EntryId) }
    }
}

/// Reads what conflicts, by path.
fn conflicts(
    repository: &Repository,
    conflicted: &Conflicted,
    (ours, theirs): (Oid, Oid),
) -> Result<Vec<PathConflict>, Error> {
    let (ours, theirs) = (ours.to_string(), theirs.to_string());
    let labels = Labels { ours: &ours, theirs: &theirs };
    let conflict = |path: &[u8]| {
        let kind = conflicted.kinds.iter().find(|(_, paths)| paths.iter().any(|one| one == path));
        let text = match repository.path_in(conflicted.tree, path)? {
            Some(file) => match repository.blob(file.id, LARGEST) {
                Err(objects::Error::TooLarge { .. }) => repository.blob_start(file.id, LARGEST)?,
                // The commit of a submodule has no text.
                Err(objects::Error::Missing(_) | objects::Error::Kind { .. }) => Vec::new(),
                text => text?,
            },
            None => Vec::new(),
        };
        let hunks = conflict_text::hunks(&text, labels);
        Ok(PathConflict {
            path: quote::path(path),
            kind: kind.map_or("CONFLICT".to_owned(), |(kind, _)| kind.clone()),
            more: hunks.len().saturating_sub(MOST_HUNKS),
            hunks: hunks.into_iter().take(MOST_HUNKS).map(ShownHunk::from).collect(),
        })
    };
    conflicted.paths().into_iter().map(conflict).collect()
}

impl From<Hunk> for ShownHunk {
    fn from(hunk: Hunk) -> Self {
        let shown = |side: &[u8]| {
            let cut = side.len() > LONGEST_SIDE;
            let text = String::from_utf8_lossy(&side[..side.len().min(LONGEST_SIDE)]).into_owned();
            if cut { format!("{text}...\n") } else { text }
        };
        Self { line: hunk.line, ours: shown(&hunk.ours), theirs: shown(&hunk.theirs) }
    }
}
