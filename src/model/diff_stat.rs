//! Diff statistics: how much a candidate changed, counted on trees.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much one tree differs from another.
///
/// Counted as `git diff --numstat --no-renames` counts (Myers, lines with their ends), but without attributes: a file is
/// binary when either side has a NUL in its first 8000 bytes, so that no candidate can hide its size in `.gitattributes`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffStat {
    /// Paths that were added, deleted or changed in content, type or mode.
    pub files: u64,
    /// Lines that only the new side has.
    pub insertions: u64,
    /// Lines that only the old side has.
    pub deletions: u64,
    /// Paths of binary files that changed, as git quotes them, in path order.
    pub binary_files: Vec<String>,
    /// The SHA-256 of the changed lines without their blanks: equal patches have equal ids; 64 hex digits.
    pub patch_id: String,
}

impl DiffStat {
    /// Tells whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files == 0
    }

    /// Counts the changed lines, a binary file as one.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.insertions + self.deletions + self.binary_files.len() as u64
    }
}

impl fmt::Display for DiffStat {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return out.write_str("empty");
        }
        let plural = if self.files == 1 { "" } else { "s" };
        write!(out, "{} file{plural} +{} -{}", self.files, self.insertions, self.deletions)?;
        match self.binary_files.len() {
            0 => Ok(()),
            count => write!(out, " ({count} binary)"),
        }
    }
}
