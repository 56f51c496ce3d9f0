//! Pieces: adding a worktree bit by bit where git gives up on the whole, since one file can make it do so.
//!
//! A required filter that fails, or a text that is not in the encoding that an attribute claims, ends `git add` before
//! anything is added. Such a file is taken byte by byte as it is; all others as git takes them.

use super::{
    super::git::{Call, Git},
    DIED, Error, Source, add_listed, paths,
};

/// Adds all that is not ignored.
pub(super) fn add(git: &Git, source: Source<'_>) -> Result<(), Error> {
    let list = git.call(["ls-files", "-z", "--others", "--modified", "--deleted", "--exclude-standard"]);
    let list = without_attributes(git, list.work_tree(source.folder).index(source.index))?;
    let mut paths = paths(&list.bytes()?);
    paths.dedup();
    add_some(git, source, &paths)
}

fn add_some(git: &Git, source: Source<'_>, paths: &[Vec<u8>]) -> Result<(), Error> {
    if paths.is_empty() || add_listed(git, source, paths).ended()?.status.code() != Some(DIED) {
        return Ok(());
    }
    if let [_] = paths {
        let raw = without_attributes(git, add_listed(git, source, paths))?;
        let output = raw.ended()?;
        // It is not the file then: a full disk, say.
        return if output.status.code() == Some(DIED) { Err(raw.failed(&output).into()) } else { Ok(()) };
    }
    let (first, second) = paths.split_at(paths.len() / 2);
    add_some(git, source, first)?;
    add_some(git, source, second)
}

/// Has a call take attributes from nowhere, so that no filter runs.
pub(super) fn without_attributes(git: &Git, call: Call) -> Result<Call, Error> {
    let empty = git.call(["mktree"]).input("").text()?;
    Ok(call.env("GIT_ATTR_SOURCE", empty).env("GIT_ATTR_NOSYSTEM", "1").setting("core.attributesFile=/dev/null"))
}
