//! Resolutions: a conflict as a commit that agents start from, what they made of it judged, and the merge that comes of it.

use std::collections::HashSet;

use serde::Serialize;

use crate::{
    model::{
        conflict_text::{self, Labels},
        oid::Oid,
        quote,
    },
    repo::{
        conflicted::{Conflicted, Version},
        edited_tree::TreeFile,
        git, measure,
        merge::{self, NewCommit},
        objects,
        open::Repository,
    },
};

/// The largest file that is looked at for conflict marks, in bytes.
const LARGEST: u64 = 256 << 20;

/// Why a resolution could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The merge.
    #[error(transparent)]
    Merge(#[from] merge::Error),
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
    /// The paths in which two trees differ.
    #[error(transparent)]
    Measure(#[from] measure::Error),
    /// A path that no plan can name.
    #[error("path {0} is not UTF-8: no agent can be told of it")]
    Path(String),
}

/// Why what was made of a conflict does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// It gives a file a mode that neither side gives it.
    #[error("it changes the mode of {0}")]
    Mode(String),
    /// It changed other files.
    #[error("it touches {}, which {} not in conflict", .0.join(", "), if .0.len() == 1 { "is" } else { "are" })]
    Touches(Vec<String>),
    /// It left conflict marks.
    #[error("it leaves conflict marks in {}", .0.join(", "))]
    Marks(Vec<String>),
    /// It left a file by the name that git gives what has no place.
    #[error("it leaves {}, which {} named after a side of the conflict", .0.join(", "), if .0.len() == 1 { "is" } else { "are" })]
    Names(Vec<String>),
    /// It left something in which no marks can be looked for.
    #[error("it leaves {0}, which is too large to be looked at for conflict marks")]
    Large(String),
}

/// What became of a path in conflict, where that is not what is expected of a merge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The path, quoted as git quotes.
    pub path: String,
    /// That it was removed, or is as one side has it.
    pub how: &'static str,
}

/// A conflict, ready to be resolved.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// The commit that is merged into.
    pub onto: Oid,
    /// The commit that is merged into it.
    pub theirs: Oid,
    /// What git makes of the two.
    pub conflicted: Conflicted,
}

impl Conflict {
    /// Looks at the conflict of two commits; none where they merge.
    pub fn find(repository: &Repository, onto: Oid, theirs: Oid) -> Result<Option<Self>, Error> {
        Ok(repository.conflicted(onto, theirs)?.map(|conflicted| Self { onto, theirs, conflicted }))
    }

    /// Lists the paths that whoever resolves it may change: those in conflict, also without the name of a side that git adds.
    pub fn paths(&self) -> Result<Vec<String>, Error> {
        let mut paths = Vec::new();
        for path in self.conflicted.paths() {
            let text = std::str::from_utf8(path).map_err(|_| Error::Path(quote::path(path)))?;
            paths.extend([Some(text), self.bare(text)].into_iter().flatten().map(str::to_owned));
        }
        Ok(paths)
    }

    /// Returns a path without the name of a side, where git added one.
    fn bare<'p>(&self, path: &'p str) -> Option<&'p str> {
        [self.onto, self.theirs].iter().find_map(|side| path.strip_suffix(&format!("~{side}")))
    }

    /// Makes the commit that agents start from: both sides are its parents, its tree has the conflict marks. It is never merged.
    pub fn commit(&self, repository: &Repository) -> Result<Oid, Error> {
        let message = format!("conflict of {} with {}\n", self.theirs.short(), self.onto.short());
        let parents = [self.onto, self.theirs];
        let commit = NewCommit { tree: self.conflicted.tree, parents: &parents, message: &message, may_sign: false };
        Ok(repository.commit_tree(&commit)?)
    }

    /// Judges what was made of it, by its tree alone: no file but those in conflict may differ, and no conflict mark be left.
    pub fn judge(&self, repository: &Repository, tree: Oid) -> Result<Result<(), Rejected>, Error> {
        let paths = self.paths()?;
        let allowed: HashSet<String> = paths.iter().map(|path| quote::path(path.as_bytes())).collect();
        let mut others = repository.changed_paths(self.conflicted.tree, tree)?;
        others.retain(|path| !allowed.contains(path));
        if !others.is_empty() {
            return Ok(Err(Rejected::Touches(others)));
        }
        let (mut marked, mut named) = (Vec::new(), Vec::new());
        for path in &paths {
            let Some(file) = repository.path_in(tree, path.as_bytes())? else { continue };
            let quoted = quote::path(path.as_bytes());
            if self.has_strange_mode(path.as_bytes(), &file) {
                return Ok(Err(Rejected::Mode(quoted)));
            }
            match self.is_marked(repository, path.as_bytes(), &file) {
                Err(Error::Objects(objects::Error::TooLarge { .. })) => return Ok(Err(Rejected::Large(quoted))),
                Err(error) => return Err(error),
                Ok(true) => marked.push(quoted),
                Ok(false) if self.bare(path).is_some() => named.push(quoted),
                Ok(false) => {}
            }
        }
        Ok(match () {
            () if !marked.is_empty() => Err(Rejected::Marks(marked)),
            () if !named.is_empty() => Err(Rejected::Names(named)),
            () => Ok(()),
        })
    }

    /// Tells what became of each path in conflict that is not simply edited.
    pub fn outcome(&self, repository: &Repository, tree: Oid) -> Result<Vec<Outcome>, Error> {
        let mut told = Vec::new();
        for path in self.conflicted.paths() {
            let side = |stage| self.conflicted.version(path, stage);
            let found = repository.path_in(tree, path)?;
            let is = |stage| found.as_ref().is_some_and(|file| side(stage).is_some_and(|side| side.id == file.id));
            let how = match () {
                () if found.is_none() => "removed",
                () if is(2) => "as the branch has it",
                () if is(3) => "as the entry has it",
                () => continue,
            };
            told.push(Outcome { path: quote::path(path), how });
        }
        Ok(told)
    }

    /// Tells whether a file has another mode than either side gives it.
    fn has_strange_mode(&self, path: &[u8], file: &TreeFile) -> bool {
        file.mode != "040000" && !self.versions(path).iter().any(|version| version.mode == file.mode)
    }

    /// Tells whether a file has marks of this conflict, or lines that look like one which neither side brings.
    fn is_marked(&self, repository: &Repository, path: &[u8], file: &TreeFile) -> Result<bool, Error> {
        let is_side =
            [2, 3].iter().any(|stage| self.version(path, *stage).is_some_and(|version| version.id == file.id));
        if is_side || !file.mode.starts_with("10") {
            return Ok(false);
        }
        let text = repository.blob(file.id, LARGEST)?;
        let (ours, theirs) = (self.onto.to_string(), self.theirs.to_string());
        let labels = Labels { ours: &ours, theirs: &theirs };
        if conflict_text::has_marks(&text, labels) {
            return Ok(true);
        }
        let read = |id: Option<Oid>| id.map_or(Ok(Vec::new()), |id| repository.blob(id, LARGEST));
        let conflict = repository.path_in(self.conflicted.tree, path)?.filter(|file| file.mode.starts_with("10"));
        let conflict = read(conflict.map(|file| file.id))?;
        let version = |stage| read(self.version(path, stage).map(|version| version.id));
        let [base, ours, theirs] = [version(1)?, version(2)?, version(3)?];
        Ok(conflict_text::has_strange_marks(&text, [&base, &ours, &theirs], (&conflict, labels)))
    }

    /// Returns a side's version of a file, also where git added the side's name to its path.
    fn version(&self, path: &[u8], stage: u8) -> Option<&Version> {
        let version = self.versions(path).into_iter().find(|version| version.stage == stage);
        version.filter(|version| version.mode.starts_with("10"))
    }

    /// Lists the versions of a file, first those of its path, then those to whose paths git added a side's name.
    fn versions(&self, path: &[u8]) -> Vec<&Version> {
        let named = [self.onto, self.theirs].map(|side| [path, format!("~{side}").as_bytes()].concat());
        let paths = std::iter::once(path).chain(named.iter().map(Vec::as_slice));
        paths.flat_map(|path| self.conflicted.versions_of(path)).collect()
    }

    /// Makes the merge that comes of it: a commit of that tree on both sides.
    pub fn merge(&self, repository: &Repository, tree: Oid, message: &str) -> Result<Oid, Error> {
        let parents = [self.onto, self.theirs];
        Ok(repository.commit_tree(&NewCommit { tree, parents: &parents, message, may_sign: true })?)
    }
}
