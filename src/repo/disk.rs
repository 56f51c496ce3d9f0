//! Disk: how much room a folder takes.

use std::{collections::HashSet, fs, os::unix::fs::MetadataExt, path::Path};

/// The unit of `st_blocks` (stat(3type)), in bytes.
const BLOCK: u64 = 512;

/// Counts the bytes that a file or folder takes on disk, as du(1) does: what is linked twice counts once, links are not
/// followed, and what cannot be read counts nothing.
#[must_use]
pub fn used(path: &Path) -> u64 {
    let mut seen = HashSet::new();
    let mut bytes = 0;
    let mut paths = vec![path.to_owned()];
    while let Some(path) = paths.pop() {
        let Ok(found) = path.symlink_metadata() else { continue };
        if found.is_dir() {
            paths.extend(fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
        } else if found.nlink() > 1 && !seen.insert((found.dev(), found.ino())) {
            continue;
        }
        bytes += found.blocks() * BLOCK;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_linked_twice_counts_once_and_links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("sub")).unwrap();
        fs::write(at("sub/large"), vec![7; 300_000]).unwrap();
        let alone = used(folder.path());
        assert!((300_000..400_000).contains(&alone), "{alone}");
        fs::hard_link(at("sub/large"), at("twice")).unwrap();
        std::os::unix::fs::symlink("sub", at("link")).unwrap();
        assert_eq!(used(folder.path()), alone);
        assert_eq!(used(&at("nothing")), 0);
    }
}
