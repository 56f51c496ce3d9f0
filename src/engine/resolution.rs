//! Resolutions: a conflict as a commit that agents start from, what they made of it judged, and the merge that comes of it.

use crate::{
    model::{
        conflict_text::{self, Labels},
        oid::Oid,
        quote,
    },
    repo::{
        conflicted::Conflicted,
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
    /// It changed other files.
    #[error("it touches {}, which {} not in conflict", .0.join(", "), if .0.len() == 1 { "is" } else { "are" })]
    Touches(Vec<String>),
    /// It left conflict marks.
    #[error("it leaves conflict marks in {}", .0.join(", "))]
    Marks(Vec<String>),
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
        let sides = [format!("~{}", self.onto), format!("~{}", self.theirs)];
        let mut paths = Vec::new();
        for path in self.conflicted.paths() {
            let text = std::str::from_utf8(path).map_err(|_| Error::Path(quote::path(path)))?;
            let bare = sides.iter().find_map(|side| text.strip_suffix(side.as_str()));
            paths.extend([Some(text), bare].into_iter().flatten().map(str::to_owned));
        }
        Ok(paths)
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
        let allowed: Vec<String> = self.paths()?.iter().map(|path| quote::path(path.as_bytes())).collect();
        let mut others = repository.changed_paths(self.conflicted.tree, tree)?;
        others.retain(|path| !allowed.contains(path));
        if !others.is_empty() {
            return Ok(Err(Rejected::Touches(others)));
        }
        let mut marked = Vec::new();
        for path in self.paths()? {
            if self.is_marked(repository, tree, path.as_bytes())? {
                marked.push(quote::path(path.as_bytes()));
            }
        }
        Ok(if marked.is_empty() { Ok(()) } else { Err(Rejected::Marks(marked)) })
    }

    /// Tells whether a file has marks of this conflict, or more lines that look like one than both sides have together.
    fn is_marked(&self, repository: &Repository, tree: Oid, path: &[u8]) -> Result<bool, Error> {
        let Some(file) = repository.path_in(tree, path)?.filter(|file| file.mode.starts_with("10")) else {
            return Ok(false);
        };
        let text = repository.blob_start(file.id, LARGEST)?;
        let (ours, theirs) = (self.onto.to_string(), self.theirs.to_string());
        if conflict_text::has_marks(&text, Labels { ours: &ours, theirs: &theirs }) {
            return Ok(true);
        }
        let mut known = 0;
        for stage in [2, 3] {
            if let Some(version) = self.conflicted.version(path, stage).filter(|version| version.mode.starts_with("10"))
            {
                known += conflict_text::count_marks(&repository.blob_start(version.id, LARGEST)?);
            }
        }
        Ok(conflict_text::count_marks(&text) > known)
    }

    /// Makes the merge that comes of it: a commit of that tree on both sides.
    pub fn merge(&self, repository: &Repository, tree: Oid, message: &str) -> Result<Oid, Error> {
        let parents = [self.onto, self.theirs];
        Ok(repository.commit_tree(&NewCommit { tree, parents: &parents, message, may_sign: true })?)
    }
}
