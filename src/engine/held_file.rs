//! Held files: files of ours in the scratch folder, which an agent may delete, put back from an open handle.

use std::{
    fs::File,
    io::{self, Seek},
    path::{Path, PathBuf},
};

use crate::process::plain;

/// A file that is still there once its name is gone.
#[derive(Debug)]
pub struct HeldFile {
    path: PathBuf,
    file: File,
}

impl HeldFile {
    /// Opens a file, which is made with the folders above it where it is missing.
    pub fn open(path: &Path) -> io::Result<Self> {
        plain::make_room(path)?;
        let file = File::options().create(true).append(true).read(true).open(path)?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Writes it anew where it is gone.
    pub fn put_back(&self) -> io::Result<()> {
        plain::make_room(&self.path)?;
        if self.path.symlink_metadata().is_ok() {
            return Ok(());
        }
        let mut source = &self.file;
        source.rewind()?;
        io::copy(&mut source, &mut File::create_new(&self.path)?).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_whose_folder_was_deleted_is_put_back() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("folder/file");
        let held = HeldFile::open(&path).unwrap();
        fs::write(&path, "written later").unwrap();
        fs::remove_dir_all(root.path().join("folder")).unwrap();
        held.put_back().unwrap();
        held.put_back().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "written later");
    }
}
