//! The main checkout: looked at before and after a worker, since agents were seen to edit it.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::Path,
};

use super::{git, open::Repository};
use crate::model::quote;

/// What differs from HEAD among the tracked files of the main checkout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MainCheckout {
    changed: BTreeMap<Vec<u8>, Mark>,
}

/// How one path differs, as git says it, and when its file was last written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mark {
    status: Vec<u8>,
    stamp: Option<(i64, i64, u64)>,
}

impl Repository {
    /// Looks at the tracked files of the main checkout; a repository without one has none.
    pub fn main_checkout(&self) -> Result<MainCheckout, git::Error> {
        let home = self.home_dir();
        if home == self.common_dir() {
            return Ok(MainCheckout::default());
        }
        let call = self.common_git().call(["status", "--porcelain=v2", "-z", "--untracked-files=no"]);
        let listed = call.args(["--no-renames", "--ignore-submodules=all"]).work_tree(&home).bytes()?;
        let lines = listed.split(|byte| *byte == 0).filter(|line| !line.is_empty());
        // What worktrees share is there to be changed.
        let shared = self.shared_paths().unwrap_or_default();
        let marks = lines.filter_map(|line| mark(&home, line));
        let changed = marks.filter(|(path, _)| !shared.iter().any(|shared| shared.covers(path))).collect();
        Ok(MainCheckout { changed })
    }
}

/// Reads one line: a path comes after eight fields, after ten where it is in conflict (git-status(1), porcelain v2).
fn mark(home: &Path, line: &[u8]) -> Option<(Vec<u8>, Mark)> {
    let fields = match line.first()? {
        b'1' => 8,
        b'u' => 10,
        _ => return None,
    };
    let path = line.splitn(fields + 1, |byte| *byte == b' ').nth(fields)?.to_vec();
    let file = home.join(OsStr::from_bytes(&path));
    let found = fs::symlink_metadata(file).ok();
    let stamp = found.map(|found| (found.mtime(), found.mtime_nsec(), found.len()));
    let status = line[..line.len() - path.len()].to_vec();
    Some((path, Mark { status, stamp }))
}

impl MainCheckout {
    /// Lists the paths that are not as they were, quoted as git quotes.
    #[must_use]
    pub fn changed_since(&self, before: &Self) -> Vec<String> {
        let paths = self.changed.keys().chain(before.changed.keys());
        let mut paths: Vec<&Vec<u8>> =
            paths.filter(|path| self.changed.get(*path) != before.changed.get(*path)).collect();
        paths.sort();
        paths.dedup();
        paths.into_iter().map(|path| quote::path(path)).collect()
    }
}
