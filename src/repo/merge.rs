//! Merges: computed in memory by git itself, with the settings that could change the answer held fixed.

use super::{git, open::Repository};
use crate::model::{oid::Oid, quote};

/// Settings under which every machine computes the same merge.
pub(super) const FIXED: [&str; 10] = [
    "-c",
    "merge.renames=true",
    "-c",
    "merge.directoryRenames=conflict",
    "-c",
    "merge.renameLimit=7000",
    "-c",
    "merge.renormalize=false",
    "-c",
    "core.attributesFile=/dev/null",
];

/// The setting under which what is merged on the way to something else is not waited for until it is on the disk.
const QUICK: [&str; 2] = ["-c", "core.fsync=none"];

/// What merging two commits comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merged {
    /// A tree.
    Clean(Oid),
    /// No tree: these paths conflict, quoted as git quotes, in path order.
    Conflict(Vec<String>),
}

/// Why a merge could not be computed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// git could not do it.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// git printed something else than a tree.
    #[error("git merge-tree printed '{0}'")]
    NoTree(String),
}

/// A commit to be made.
#[derive(Clone, Debug)]
pub struct NewCommit<'a> {
    /// Its tree.
    pub tree: Oid,
    /// Its parents, in order.
    pub parents: &'a [Oid],
    /// Its message.
    pub message: &'a str,
    /// Whether it is signed where the user has commits signed.
    pub may_sign: bool,
}

impl Repository {
    /// Merges two commits in memory; nothing but objects is written.
    pub fn merge_trees(&self, ours: Oid, theirs: Oid) -> Result<Merged, Error> {
        let mut merged = self.merge_each(ours, &[theirs])?;
        merged.pop().ok_or_else(|| Error::NoTree(String::new()))
    }

    /// Merges one commit with each of several in memory, by one process of git; the answers come in their order.
    pub fn merge_each(&self, ours: Oid, theirs: &[Oid]) -> Result<Vec<Merged>, Error> {
        let arguments = ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", "--stdin"];
        // Attributes come from our side's tree, not from whatever happens to be checked out.
        let call = self.git().call(FIXED).args(arguments).env("GIT_ATTR_SOURCE", ours.to_string());
        let lines: String = theirs.iter().map(|theirs| format!("{ours} {theirs}\n")).collect();
        let printed = call.input(lines).bytes()?;
        let mut fields = printed.split(|byte| *byte == 0);
        theirs.iter().map(|_| next_merged(&mut fields, &[])).collect()
    }

    /// Merges what `theirs` changed against `base` into `ours`, in memory; all three may be trees.
    ///
    /// What it writes outlives no loss of power before it is synced.
    pub fn merge_three(&self, base: Oid, ours: Oid, theirs: Oid) -> Result<Merged, Error> {
        let mut merged = self.merge_pairs(base, &[(ours, theirs)])?;
        merged.pop().ok_or_else(|| Error::NoTree(String::new()))
    }

    /// Merges likewise each pair of ours and theirs, all with one base, by one process of git; the answers come in their order.
    pub fn merge_pairs(&self, base: Oid, pairs: &[(Oid, Oid)]) -> Result<Vec<Merged>, Error> {
        let arguments = ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", "--stdin"];
        // Attributes come from the base: neither side says how it is merged.
        let call = self.git().call(FIXED).args(QUICK).args(arguments).env("GIT_ATTR_SOURCE", base.to_string());
        let lines: String = pairs.iter().map(|(ours, theirs)| format!("{base} -- {ours} {theirs}\n")).collect();
        let printed = call.input(lines).bytes()?;
        let mut fields = printed.split(|byte| *byte == 0);
        pairs.iter().map(|(ours, theirs)| next_merged(&mut fields, &[*ours, *theirs])).collect()
    }

    /// Makes a commit as git makes one: its identity, its encoding, its signature.
    pub fn commit_tree(&self, commit: &NewCommit<'_>) -> Result<Oid, Error> {
        let mut arguments = vec!["commit-tree".to_owned(), commit.tree.to_string(), "-F".to_owned(), "-".to_owned()];
        if commit.may_sign && self.git_switch("commit.gpgSign")? {
            arguments.push("-S".to_owned());
        }
        for parent in commit.parents {
            arguments.extend(["-p".to_owned(), parent.to_string()]);
        }
        let text = self.git().call(arguments).input(commit.message).with_terminal().text()?;
        text.parse().map_err(|_| Error::NoTree(text))
    }
}

fn conflict(mut paths: Vec<&[u8]>) -> Merged {
    paths.sort_unstable();
    paths.dedup();
    Merged::Conflict(paths.into_iter().map(quote::path).collect())
}

/// Returns a path without the name of a side, which git adds to a file where the other side has a folder or another kind.
fn bare<'p>(path: &'p [u8], sides: &[Oid]) -> &'p [u8] {
    let mut marks = sides.iter().map(|side| format!("~{side}").into_bytes());
    let end = |mark: Vec<u8>| path.windows(mark.len()).rposition(|part| part == mark);
    marks.find_map(end).map_or(path, |end| &path[..end])
}

/// Reads one answer of `git merge-tree --stdin`: 1 where it is clean, the tree, the paths in conflict, an empty field.
fn next_merged<'p>(fields: &mut impl Iterator<Item = &'p [u8]>, sides: &[Oid]) -> Result<Merged, Error> {
    let is_clean = fields.next() == Some(b"1");
    let tree = String::from_utf8_lossy(fields.next().unwrap_or_default()).into_owned();
    let paths: Vec<&[u8]> = fields.take_while(|field| !field.is_empty()).map(|path| bare(path, sides)).collect();
    let parsed = tree.parse().map_err(|_| Error::NoTree(tree))?;
    Ok(if is_clean { Merged::Clean(parsed) } else { conflict(paths) })
}
