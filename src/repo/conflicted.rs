//! Conflicted merges: what git makes of two commits that conflict: a tree with its marks in it, and what they are about.

use super::{
    merge::{self, FIXED},
    open::Repository,
};
use crate::model::oid::Oid;

/// What a merge comes to that conflicts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflicted {
    /// The tree, with conflict marks in the files that have any.
    pub tree: Oid,
    /// The versions of each path in conflict, in path order.
    pub versions: Vec<Version>,
    /// What git says of each conflict, such as `CONFLICT (contents)`, with the paths that it is about.
    pub kinds: Vec<(String, Vec<Vec<u8>>)>,
}

/// One version of a path in conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The path, as git names it: where one side has a folder in its place, a side's name is added to the other's file.
    pub path: Vec<u8>,
    /// Which: 1 what both began with, 2 ours, 3 theirs.
    pub stage: u8,
    /// The mode, such as `100644`.
    pub mode: String,
    /// The object.
    pub id: Oid,
}

impl Conflicted {
    /// Lists the paths in conflict, each once, in path order.
    #[must_use]
    pub fn paths(&self) -> Vec<&[u8]> {
        let mut paths: Vec<&[u8]> = self.versions.iter().map(|version| version.path.as_slice()).collect();
        paths.dedup();
        paths
    }

    /// Returns one version of a path; none where that side has none.
    #[must_use]
    pub fn version(&self, path: &[u8], stage: u8) -> Option<&Version> {
        self.versions_of(path).iter().find(|version| version.stage == stage)
    }

    /// Tells whether a path is in conflict.
    #[must_use]
    pub fn has(&self, path: &[u8]) -> bool {
        !self.versions_of(path).is_empty()
    }

    /// Lists the versions of a path; none where it is not in conflict.
    #[must_use]
    pub fn versions_of(&self, path: &[u8]) -> &[Version] {
        let from = self.versions.partition_point(|version| version.path.as_slice() < path);
        let end = self.versions.partition_point(|version| version.path.as_slice() <= path);
        &self.versions[from..end]
    }
}

impl Repository {
    /// Merges two commits in memory as [`Repository::merge_trees`] does; none where they do not conflict.
    ///
    /// Conflict marks bear the ids of the two commits.
    pub fn conflicted(&self, ours: Oid, theirs: Oid) -> Result<Option<Conflicted>, merge::Error> {
        let (ours, theirs) = (ours.to_string(), theirs.to_string());
        let arguments = ["-c", "merge.conflictStyle=merge", "merge-tree", "--write-tree", "--messages", "-z"];
        let call = self.git().call(FIXED).args(arguments).args([&ours, &theirs]).env("GIT_ATTR_SOURCE", &ours);
        let output = call.output()?;
        match output.status.code() {
            Some(0) => Ok(None),
            Some(1) => read(&output.stdout).map(Some),
            _ => Err(call.failed(&output).into()),
        }
    }
}

/// Reads what `git merge-tree -z` prints: the tree, the versions, an empty field, the messages.
fn read(printed: &[u8]) -> Result<Conflicted, merge::Error> {
    let unknown = |field: &[u8]| merge::Error::NoTree(String::from_utf8_lossy(field).into_owned());
    let mut fields = printed.split(|byte| *byte == 0);
    let tree = fields.next().unwrap_or_default();
    let tree = std::str::from_utf8(tree).ok().and_then(|text| text.parse().ok()).ok_or_else(|| unknown(tree))?;
    let mut versions = Vec::new();
    for field in fields.by_ref().take_while(|field| !field.is_empty()) {
        versions.push(version(field).ok_or_else(|| unknown(field))?);
    }
    versions.sort_by(|one, other| (&one.path, one.stage).cmp(&(&other.path, other.stage)));
    let mut kinds = Vec::new();
    while let Some(count) = fields.next().and_then(|count| std::str::from_utf8(count).ok()?.parse::<usize>().ok()) {
        let paths: Vec<Vec<u8>> = fields.by_ref().take(count).map(<[u8]>::to_vec).collect();
        let kind = String::from_utf8_lossy(fields.next().unwrap_or_default()).into_owned();
        let _message = fields.next();
        if kind.starts_with("CONFLICT") {
            kinds.push((kind, paths));
        }
    }
    Ok(Conflicted { tree, versions, kinds })
}

fn version(field: &[u8]) -> Option<Version> {
    let at = field.iter().position(|byte| *byte == b'\t')?;
    let (words, path) = (std::str::from_utf8(&field[..at]).ok()?, &field[at + 1..]);
    let mut words = words.split(' ');
    let (mode, id, stage) = (words.next()?.to_owned(), words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some(Version { path: path.to_vec(), stage, mode, id })
}
