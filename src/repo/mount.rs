//! Mounts: file systems that somebody put into a folder, and whose files are not the folder's.

use std::{
    ffi::OsString,
    fs,
    os::unix::ffi::OsStringExt,
    path::{Path, PathBuf},
};

/// Finds a mount in a folder or at it, as `/proc/self/mountinfo` tells (`proc_pid_mountinfo(5)`); none where there is no `/proc`.
pub(super) fn within(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let table = fs::read("/proc/self/mountinfo").unwrap_or_default();
    table.split(|byte| *byte == b'\n').filter_map(point).find(|point| point.starts_with(&folder))
}

/// Reads the fifth field of a line, in which blanks and backslashes are three octal digits.
fn point(line: &[u8]) -> Option<PathBuf> {
    let field = line.split(|byte| *byte == b' ').nth(4)?;
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, after @ ..] = rest {
        let octal = || (*first == b'\\').then(|| std::str::from_utf8(after.get(..3)?).ok()).flatten();
        let code = octal().and_then(|digits| u8::from_str_radix(digits, 8).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[3..] } else { after };
    }
    Some(PathBuf::from(OsString::from_vec(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_point_of_a_mount_is_read_with_its_odd_characters() {
        let line = br"36 35 98:0 /mnt1 /a\040b\134/c\012 rw,noatime master:1 - ext3 /dev/root rw";
        assert_eq!(point(line).unwrap(), Path::new("/a b\\/c\n"));
        assert_eq!(point(b"36 35"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_mount_is_found_from_the_folders_above_it_only() {
        assert!(within(Path::new("/proc")).is_some());
        assert_eq!(within(tempfile::tempdir().unwrap().path()), None);
    }
}
