//! Links: what an index records of other repositories, a commit each, compared with base.

use std::fs;

use super::{super::git::Git, Error, Source, at};

/// The mode of an entry that names another repository's commit.
const LINK: &[u8] = b"160000";

/// Links that differ from base's, as raw paths.
pub(super) struct Changed {
    /// Repositories that were added: nobody else would have their commits.
    pub(super) new: Vec<Vec<u8>>,
    /// Submodules of base at another commit, which may be in the worktree alone.
    pub(super) moved: Vec<Vec<u8>>,
}

/// Lists the links in the index that are not base's.
pub(super) fn changed(git: &Git, source: Source<'_>) -> Result<Changed, Error> {
    let base = source.base.to_string();
    let list = git.call(["diff-index", "--cached", "--raw", "-z", "--no-renames", &base]);
    let raw = list.index(source.index).bytes()?;
    let fields: Vec<&[u8]> = raw.split(|byte| *byte == 0).collect();
    let links = fields.chunks_exact(2).filter(|pair| pair[0].split(|byte| *byte == b' ').nth(1) == Some(LINK));
    let (moved, new): (Vec<_>, Vec<_>) =
        links.partition(|pair| pair[0].strip_prefix(b":").is_some_and(|old| old.starts_with(LINK)));
    let paths = |pairs: Vec<&[&[u8]]>| pairs.into_iter().map(|pair| pair[1].to_vec()).collect();
    Ok(Changed { new: paths(new), moved: paths(moved) })
}

/// Lists the submodules that were not checked out and yet have files in their folder, which git does not look at.
pub(super) fn filled(git: &Git, source: Source<'_>) -> Result<Vec<Vec<u8>>, Error> {
    let raw = git.call(["ls-files", "-z", "--stage"]).index(source.index).bytes()?;
    let links = raw.split(|byte| *byte == 0).filter(|entry| entry.starts_with(LINK));
    let paths = links.filter_map(|entry| entry.splitn(2, |byte| *byte == b'\t').nth(1));
    let is_filled = |path: &&[u8]| {
        let folder = at(source, path);
        let is_there = folder.symlink_metadata().is_ok_and(|found| found.is_dir());
        is_there && !folder.join(".git").exists() && fs::read_dir(&folder).is_ok_and(|mut files| files.next().is_some())
    };
    Ok(paths.filter(is_filled).map(<[u8]>::to_vec).collect())
}
