//! The `.git` file of a worktree, which names its git dir. Whoever works there may have made anything of it.

use std::{
    ffi::OsStr,
    fs::File,
    io::Read,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use rustix::fs::{Mode, OFlags};

/// The longest one that is read, in bytes.
const LONGEST: u64 = 8 * 1024;

/// Reads which git dir a folder names as its own (gitrepository-layout(5)); nobody has looked whether that is there.
///
/// A `.git` that is no file, or longer than any, names none; a pipe is not waited for, and a link is not followed.
#[must_use]
pub fn named_in(folder: &Path) -> Option<PathBuf> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(folder.join(".git"), flags, Mode::empty()).ok()?);
    let found = file.metadata().ok()?;
    if !found.is_file() || found.len() > LONGEST {
        return None;
    }
    let mut text = Vec::new();
    file.take(LONGEST).read_to_end(&mut text).ok()?;
    Some(folder.join(OsStr::from_bytes(text.strip_prefix(b"gitdir: ")?.trim_ascii_end())))
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn only_a_small_file_names_a_git_dir() {
        let root = tempfile::tempdir().unwrap();
        let (plain, long) = (root.path().join("plain"), root.path().join("long"));
        let (linked, whole) = (root.path().join("linked"), root.path().join("whole"));
        for folder in [&plain, &long, &linked, &whole] {
            fs::create_dir(folder).unwrap();
        }
        fs::write(plain.join(".git"), b"gitdir: ../r/.git/worktrees/\xff\n").unwrap();
        fs::write(long.join(".git"), format!("gitdir: {}\n", "a/".repeat(4096))).unwrap();
        symlink(plain.join(".git"), linked.join(".git")).unwrap();
        fs::create_dir(whole.join(".git")).unwrap();
        assert_eq!(named_in(&plain), Some(plain.join(OsStr::from_bytes(b"../r/.git/worktrees/\xff"))));
        for folder in [long, linked, whole, root.path().join("gone")] {
            assert_eq!(named_in(&folder), None, "{}", folder.display());
        }
        fs::write(plain.join(".git"), "elsewhere\n").unwrap();
        assert_eq!(named_in(&plain), None);
    }
}
