//! Copies of an index, with its time: by that git tells which files may have changed in the moment it was written.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

/// Copies an index; what stood there is replaced.
///
/// A copy with a later time would make git believe its record of a file that changed in that very moment (see "racy git").
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let written = from.metadata()?.modified()?;
    fs::copy(from, to)?;
    File::options().write(true).open(to)?.set_modified(written)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn a_copy_is_as_old_as_what_it_was_copied_from() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("index"), folder.path().join("copy"));
        fs::write(&from, "index").unwrap();
        let written = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        File::options().write(true).open(&from).unwrap().set_modified(written).unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(to.metadata().unwrap().modified().unwrap(), written);
        assert_eq!(fs::read(&to).unwrap(), b"index");
    }
}
