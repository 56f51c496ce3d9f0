//! Snapshots: the tree of whatever a worker left, taken with an index of our own.
//!
//! A worker's worktree is hostile: its `.git` file, its index and its nested repositories are never believed. git itself
//! decides the bytes, with an explicit git dir, work tree and index.

use std::{
    fs, io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use super::{
    git::{self, Git},
    objects,
    open::Repository,
};
use crate::model::oid::Oid;

/// How deep repositories may be nested in a worktree.
const DEEPEST: usize = 8;

/// Why a worktree could not be snapshot.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder is gone.
    #[error("worktree '{}' is gone", .0.display())]
    Gone(PathBuf),
    /// The index could not be prepared.
    #[error("could not prepare the index '{}'", path.display())]
    Index {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// git could not do it.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
    /// git printed something else than an id.
    #[error("git write-tree printed '{0}'")]
    NoTree(String),
}

/// The tree of a worktree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The tree.
    pub tree: Oid,
    /// Paths that could not be read and are not in it, raw.
    pub skipped: Vec<Vec<u8>>,
}

/// Where to take a snapshot, and with what.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The folder of files.
    pub folder: &'a Path,
    /// The index of our own, which knows the files as they were checked out; made from `base` where it is missing.
    pub index: &'a Path,
    /// The tree that was checked out.
    pub base: Oid,
}

impl Repository {
    /// Takes the tree of everything in a folder that is not ignored.
    pub fn snapshot(&self, source: Source<'_>) -> Result<Snapshot, Error> {
        let git = self.common_git();
        // A link in its place would lead out of what is the worker's.
        if !source.folder.symlink_metadata().is_ok_and(|found| found.is_dir()) {
            return Err(Error::Gone(source.folder.to_owned()));
        }
        if !source.index.exists() {
            fs::create_dir_all(source.index.parent().unwrap_or(source.folder))
                .map_err(|error| Error::Index { path: source.index.to_owned(), source: error })?;
            git.call(["read-tree", &source.base.to_string()]).index(source.index).bytes()?;
        }
        take(&git, source, DEEPEST)
    }
}

fn take(git: &Git, source: Source<'_>, depth: usize) -> Result<Snapshot, Error> {
    let add =
        git.call(["add", "--all", "--sparse", "--ignore-errors", "."]).work_tree(source.folder).index(source.index);
    let output = add.output()?;
    let odd = !output.status.success() || output.stderr.windows(8).any(|word| word == b"embedded");
    let skipped = if odd { take_odd(git, source, depth)? } else { Vec::new() };
    let text = git.call(["write-tree"]).index(source.index).text()?;
    let tree = text.parse().map_err(|_| Error::NoTree(text))?;
    Ok(Snapshot { tree, skipped })
}

/// Takes what `git add` could not: repositories inside the worktree as the files that they are; the rest is listed.
fn take_odd(git: &Git, source: Source<'_>, depth: usize) -> Result<Vec<Vec<u8>>, Error> {
    let left = paths(
        &git.call(["ls-files", "-z", "--others", "--exclude-standard"])
            .work_tree(source.folder)
            .index(source.index)
            .bytes()?,
    );
    let (nested, mut skipped): (Vec<_>, Vec<_>) = left.into_iter().partition(|path| path.ends_with(b"/"));
    let links = new_links(git, source)?;
    for path in nested
        .into_iter()
        .map(|mut path| {
            path.pop();
            path
        })
        .chain(links)
    {
        if depth == 0 {
            skipped.push(path);
            continue;
        }
        skipped.extend(take_nested(git, source, &path, depth - 1)?);
    }
    skipped.sort();
    Ok(skipped)
}

fn paths(zero_separated: &[u8]) -> Vec<Vec<u8>> {
    zero_separated.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(<[u8]>::to_vec).collect()
}

/// Lists the repositories that were added as links to commits which nobody else would have.
fn new_links(git: &Git, source: Source<'_>) -> Result<Vec<Vec<u8>>, Error> {
    let base = source.base.to_string();
    let raw = git.call(["diff-index", "--cached", "--raw", "-z", "--no-renames", &base]).index(source.index).bytes()?;
    let fields: Vec<&[u8]> = raw.split(|byte| *byte == 0).collect();
    let added = fields.chunks_exact(2).filter(|pair| {
        let modes: Vec<&[u8]> = pair[0].split(|byte| *byte == b' ').collect();
        modes.get(1) == Some(&&b"160000"[..]) && modes.first() != Some(&&b":160000"[..])
    });
    Ok(added.map(|pair| pair[1].to_vec()).collect())
}

fn take_nested(git: &Git, source: Source<'_>, path: &[u8], depth: usize) -> Result<Vec<Vec<u8>>, Error> {
    let folder = source.folder.join(std::ffi::OsStr::from_bytes(path));
    if !folder.symlink_metadata().is_ok_and(|found| found.is_dir()) {
        return Ok(vec![path.to_vec()]);
    }
    let index = source.index.with_extension(format!("nested{depth}"));
    let _ = fs::remove_file(&index);
    let empty = git.call(["mktree"]).input("").text()?;
    let base = empty.parse().map_err(|_| Error::NoTree(empty))?;
    let inner = take(git, Source { folder: &folder, index: &index, base }, depth)?;
    let _ = fs::remove_file(&index);
    let removal = [path, b"\0"].concat();
    git.call(["update-index", "-z", "--force-remove", "--stdin"])
        .work_tree(source.folder)
        .index(source.index)
        .input(removal)
        .bytes()?;
    let prefix = [b"--prefix=", path, b"/"].concat();
    let prefix = std::ffi::OsStr::from_bytes(&prefix).to_owned();
    git.call(["read-tree"]).args([prefix, inner.tree.to_string().into()]).index(source.index).bytes()?;
    Ok(inner.skipped.into_iter().map(|deep| [path, b"/", &deep].concat()).collect())
}
