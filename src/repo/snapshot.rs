//! Snapshots: the tree of whatever a worker left, taken with an index of our own.
//!
//! A worker's worktree is hostile: its `.git` file, its index and its nested repositories are never believed. git itself
//! decides the bytes, with an explicit git dir, work tree and index.

mod links;
mod pieces;

use std::{
    ffi::{OsStr, OsString},
    fs, io,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
};

use super::{
    git::{self, Call, Git},
    objects,
    open::Repository,
    shared::{self, Shared},
};
use crate::model::oid::Oid;

/// How deep repositories may be nested in a worktree.
const DEEPEST: usize = 8;
/// The status of git where it gave up half way.
const DIED: i32 = 128;

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
    /// The paths that worktrees share.
    #[error(transparent)]
    Shared(#[from] shared::Error),
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
    /// The worktree's own index: the ignored files that it names were added on purpose. Nothing else of it is believed.
    pub own_index: Option<&'a Path>,
}

impl Repository {
    /// Takes the tree of everything in a folder that is not ignored.
    pub fn snapshot(&self, source: Source<'_>) -> Result<Snapshot, Error> {
        let git = self.common_git();
        // A link in its place would lead out of what is the worker's.
        if !source.folder.symlink_metadata().is_ok_and(|found| found.is_dir()) {
            return Err(Error::Gone(source.folder.to_owned()));
        }
        // The index is ours alone: whoever left a lock on it is dead.
        let _ = fs::remove_file(source.index.with_extension("lock"));
        if !source.index.exists() {
            make_index(&git, source)?;
        }
        let snapshot = take(&git, source, DEEPEST)?;
        let shared = self.shared_paths()?;
        if shared.is_empty() { Ok(snapshot) } else { without_shared(&git, source, (snapshot, &shared)) }
    }
}

/// Leaves out what is at the shared paths: it is not the worker's.
fn without_shared(
    git: &Git,
    source: Source<'_>,
    (mut snapshot, shared): (Snapshot, &[Shared]),
) -> Result<Snapshot, Error> {
    shared::exclude(git, source, shared)?;
    snapshot.tree = write_tree(git, source)?;
    snapshot.skipped.retain(|path| !shared.iter().any(|shared| shared.covers(path)));
    Ok(snapshot)
}

fn write_tree(git: &Git, source: Source<'_>) -> Result<Oid, Error> {
    let text = git.call(["write-tree"]).index(source.index).text()?;
    text.parse().map_err(|_| Error::NoTree(text))
}

fn make_index(git: &Git, source: Source<'_>) -> Result<(), Error> {
    fs::create_dir_all(source.index.parent().unwrap_or(source.folder))
        .map_err(|error| Error::Index { path: source.index.to_owned(), source: error })?;
    git.call(["read-tree", &source.base.to_string()]).index(source.index).bytes()?;
    Ok(())
}

fn take(git: &Git, source: Source<'_>, depth: usize) -> Result<Snapshot, Error> {
    let all = add(git, source).args(["."]);
    let mut output = all.ended()?;
    if output.status.code() == Some(DIED) {
        mend_index(git, source)?;
        pieces::add(git, source)?;
        output.stderr.clear();
    }
    add_forced(git, source)?;
    let says = |text: &str| output.stderr.windows(text.len()).any(|part| part == text.as_bytes());
    if says("failed to insert into database") {
        // A full disk, say: what is in the index is not all that could be read.
        return Err(all.failed(&output).into());
    }
    let submodules = source.folder.join(".gitmodules").symlink_metadata().is_ok();
    let odd = !output.status.success() || says("embedded") || submodules;
    let mut skipped = if odd { take_odd(git, source, depth)? } else { Vec::new() };
    skipped.extend(closed_folders(&output.stderr));
    skipped.sort();
    Ok(Snapshot { tree: write_tree(git, source)?, skipped })
}

/// Reads which folders git could not look into: it warns, and goes on.
fn closed_folders(stderr: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let lines = stderr.split(|byte| *byte == b'\n');
    let named = lines.filter_map(|line| line.strip_prefix(b"warning: could not open directory '"));
    named.filter_map(|rest| rest.windows(3).position(|part| part == b"': ").map(|end| rest[..end].to_vec()))
}

/// Begins a call that adds whatever its further arguments name, whatever part of it is checked out.
fn add(git: &Git, source: Source<'_>) -> Call {
    git.call(["add", "--all", "--ignore-errors", "--sparse"]).work_tree(source.folder).index(source.index)
}

/// Begins a call that adds the paths on its input.
fn add_listed(git: &Git, source: Source<'_>, paths: &[Vec<u8>]) -> Call {
    let call = add(git, source).args(["--pathspec-from-file=-", "--pathspec-file-nul"]);
    call.env("GIT_LITERAL_PATHSPECS", "1").input(paths.join(&0))
}

/// Makes the index anew where it can no longer be read.
fn mend_index(git: &Git, source: Source<'_>) -> Result<(), Error> {
    if git.call(["write-tree"]).index(source.index).succeeds()? {
        return Ok(());
    }
    let _ = fs::remove_file(source.index);
    make_index(git, source)
}

/// Adds the ignored files that the agent added with force.
fn add_forced(git: &Git, source: Source<'_>) -> Result<(), Error> {
    let Some(own_index) = source.own_index else { return Ok(()) };
    let list = git.call(["ls-files", "-z", "--cached", "--ignored", "--exclude-standard"]);
    // The agent may have left it in any state.
    let Ok(named) = list.work_tree(source.folder).index(own_index).bytes() else { return Ok(()) };
    let is_there = |path: &Vec<u8>| at(source, path).symlink_metadata().is_ok_and(|found| !found.is_dir());
    let forced: Vec<Vec<u8>> = paths(&named).into_iter().filter(is_there).collect();
    if !forced.is_empty() {
        add_listed(git, source, &forced).args(["--force"]).ended()?;
    }
    Ok(())
}

fn at(source: Source<'_>, path: &[u8]) -> PathBuf {
    source.folder.join(OsStr::from_bytes(path))
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
    let links = links::changed(git, source)?;
    skipped.extend(links.moved);
    skipped.extend(links::filled(git, source)?);
    let nested = nested.into_iter().map(|path| path[..path.len() - 1].to_vec());
    for path in nested.chain(links.new) {
        if depth == 0 {
            skipped.push(path);
            continue;
        }
        skipped.extend(take_nested(git, source, &path, depth - 1)?);
    }
    skipped.extend(take_stuck(git, source)?);
    skipped.sort();
    skipped.dedup();
    Ok(skipped)
}

/// Lists the tracked files that are not as the index has them even now; what is no file any more is taken out.
fn take_stuck(git: &Git, source: Source<'_>) -> Result<Vec<Vec<u8>>, Error> {
    // Entries that came from a tree know nothing of their files yet: unrefreshed, each would seem changed.
    git.call(["update-index", "-q", "--refresh"]).work_tree(source.folder).index(source.index).ended()?;
    let list = git.call(["diff-files", "-z", "--name-only", "--ignore-submodules=none"]);
    let list = list.work_tree(source.folder).index(source.index);
    let output = list.ended()?;
    let has_failed = !output.status.success();
    // A filter that fails here too: then only what is no file any more can be told.
    let listed = if has_failed { pieces::without_attributes(git, list)?.bytes()? } else { output.stdout };
    let mut stuck = paths(&listed);
    let is_special = |path: &&Vec<u8>| {
        let kind = at(source, path).symlink_metadata().map(|found| found.file_type());
        kind.is_ok_and(|kind| !kind.is_file() && !kind.is_symlink() && !kind.is_dir())
    };
    for path in stuck.iter().filter(is_special) {
        remove(git, source, path)?;
    }
    if has_failed {
        stuck.retain(|path| is_special(&path));
    }
    Ok(stuck)
}

fn remove(git: &Git, source: Source<'_>, path: &[u8]) -> Result<(), Error> {
    let call = git.call(["update-index", "-z", "--force-remove", "--stdin"]).work_tree(source.folder);
    call.index(source.index).input([path, b"\0"].concat()).bytes()?;
    Ok(())
}

fn paths(zero_separated: &[u8]) -> Vec<Vec<u8>> {
    zero_separated.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(<[u8]>::to_vec).collect()
}

fn take_nested(git: &Git, source: Source<'_>, path: &[u8], depth: usize) -> Result<Vec<Vec<u8>>, Error> {
    let folder = at(source, path);
    if !folder.symlink_metadata().is_ok_and(|found| found.is_dir()) {
        return Ok(vec![path.to_vec()]);
    }
    let index = source.index.with_extension(format!("nested{depth}"));
    let _ = fs::remove_file(&index);
    let empty = git.call(["mktree"]).input("").text()?;
    let base = empty.parse().map_err(|_| Error::NoTree(empty))?;
    let inner = take(git, Source { folder: &folder, index: &index, base, own_index: None }, depth)?;
    let _ = fs::remove_file(&index);
    remove(git, source, path)?;
    let prefix = OsString::from_vec([b"--prefix=", path, b"/"].concat());
    git.call(["read-tree"]).args([prefix, inner.tree.to_string().into()]).index(source.index).bytes()?;
    Ok(inner.skipped.into_iter().map(|deep| [path, b"/", &deep].concat()).collect())
}
