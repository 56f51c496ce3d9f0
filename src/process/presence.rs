//! Presence: who stands in a folder, as `/proc` tells; where there is no `/proc`, nobody is seen.

use std::{fs, path::Path};

use super::stat;

/// Finds a process whose current folder is this one or below it; its number.
#[must_use]
pub fn inside(folder: &Path) -> Option<i32> {
    let folder = folder.canonicalize().ok()?;
    let is_inside = |pid: &i32| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(&folder));
    stat::pids().map(|pid| pid.as_raw_nonzero().get()).find(is_inside)
}
