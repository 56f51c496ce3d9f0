//! Strangers: worktrees of other repositories, which may stand where ours would.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{dot_git, open::Repository};

impl Repository {
    /// Returns the git dir that a folder names as its own in its `.git` file, where that is there and another repository's.
    #[must_use]
    pub fn stranger_at(&self, folder: &Path) -> Option<PathBuf> {
        let named = dot_git::named_in(folder)?.canonicalize().ok()?;
        (!named.starts_with(self.common_dir().canonicalize().ok()?)).then_some(named)
    }

    /// Finds a worktree of another repository among the folders in one.
    #[must_use]
    pub fn stranger_in(&self, folder: &Path) -> Option<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).find(|path| self.stranger_at(path).is_some())
    }
}
