//! Removals: a folder of ours is renamed, then deleted, so that what a crash leaves has a name that tells what it is.

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use super::{
    mount,
    open::Repository,
    worktree::{Worktree, key},
};

/// What the name of a folder that is being deleted has in it.
const MARK: &str = ".pruned-";

impl Repository {
    /// Removes a worktree of our own with everything in it, whatever was made of its `.git` file.
    pub fn remove_worktree(&self, worktree: &Worktree) -> io::Result<()> {
        let renamed = {
            let _registering = self.lock_registration();
            let renamed = self.rename_away(&worktree.path)?;
            // Before the files, which may be many: git is not to list a worktree that is half there.
            unless_absent(delete(&worktree.admin))?;
            renamed
        };
        renamed.map_or(Ok(()), |folder| unless_absent(delete(&folder)))
    }

    /// Removes a folder of our own with everything in it; links in it are removed, never followed, and one in its place is
    /// refused. A folder that is not there is none that has to go.
    pub fn remove_folder(&self, folder: &Path) -> io::Result<()> {
        let renamed = if self.is_remains(folder) { Some(folder.to_owned()) } else { self.rename_away(folder)? };
        renamed.map_or(Ok(()), |folder| unless_absent(delete(&folder)))
    }

    /// Tells whether a folder is what a removal from this repository left half done.
    #[must_use]
    pub fn is_remains(&self, folder: &Path) -> bool {
        let name = folder.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let mark = format!("{MARK}{}-", key(&self.common_dir()));
        name.starts_with('.') && name.contains(&mark)
    }

    fn rename_away(&self, folder: &Path) -> io::Result<Option<PathBuf>> {
        match folder.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Ok(found) if found.is_dir() => {}
            other => return other.and(Err(io::Error::from(io::ErrorKind::NotADirectory))),
        }
        if let Some(mount) = mount::within(folder) {
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, format!("'{}' is mounted there", mount.display())));
        }
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let prefix = format!(".{name}{MARK}{}-", key(&self.common_dir()));
        let renamed = tempfile::Builder::new().prefix(&prefix).tempdir_in(folder.parent().unwrap_or(folder))?.keep();
        // An empty folder gives way to another one.
        fs::rename(folder, &renamed)?;
        Ok(Some(renamed))
    }
}

fn unless_absent(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Deletes a folder, folders that nobody may write among those below too: some tools keep what they download so.
fn delete(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            open_up(folder)?;
            fs::remove_dir_all(folder)
        }
        other => other,
    }
}

fn open_up(folder: &Path) -> io::Result<()> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    Ok(())
}
