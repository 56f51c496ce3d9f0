//! Strangers: worktrees of other repositories, which may stand where ours would.

use std::{
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use super::open::Repository;

impl Repository {
    /// Returns the git dir that a folder names as its own in its `.git` file, where that is there and another repository's.
    #[must_use]
    pub fn stranger_at(&self, folder: &Path) -> Option<PathBuf> {
        let text = fs::read(folder.join(".git")).ok()?;
        let named = folder.join(OsStr::from_bytes(text.strip_prefix(b"gitdir: ")?.trim_ascii_end()));
        let named = named.canonicalize().ok()?;
        (!named.starts_with(self.common_dir().canonicalize().ok()?)).then_some(named)
    }

    /// Finds a worktree of another repository among the folders in one.
    #[must_use]
    pub fn stranger_in(&self, folder: &Path) -> Option<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).find(|path| self.stranger_at(path).is_some())
    }
}
