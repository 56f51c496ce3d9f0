//! Nodes: what tells a file or folder from a copy of it, under whatever name.

use std::{fs::Metadata, os::unix::fs::MetadataExt, path::Path};

/// Device and number of a file or folder.
pub type Node = (u64, u64);

/// Returns the node of what was looked at.
#[must_use]
pub fn of(found: &Metadata) -> Node {
    (found.dev(), found.ino())
}

/// Returns the node of what a path leads to; none where that is nothing.
#[must_use]
pub fn at(path: &Path) -> Option<Node> {
    Some(of(&path.metadata().ok()?))
}
