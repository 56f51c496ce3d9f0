//! `.worktreeinclude`: ignored files that each worktree needs, such as `.env`, copied from the user's checkout.
//!
//! A file is copied when it matches `.worktreeinclude` (gitignore syntax) and is ignored; a tracked one never is.

use std::{
    fs, io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use super::{git, open::Repository};

/// The file that lists the patterns.
pub const FILE: &str = ".worktreeinclude";

/// Why the files could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// git could not list them.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// One could not be copied.
    #[error("could not copy '{}' into the worktree", path.display())]
    Copy {
        /// The file, relative to the repository.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Repository {
    /// Lists what `.worktreeinclude` in the user's checkout asks for, relative to it; none in a bare repository.
    pub fn included_files(&self) -> Result<Vec<PathBuf>, Error> {
        let Some(root) = self.work_dir().filter(|root| root.join(FILE).is_file()) else { return Ok(Vec::new()) };
        let mut patterns = std::ffi::OsString::from("--exclude-from=");
        patterns.push(root.join(FILE));
        let list = self.git().call(["ls-files", "-z", "--others", "--ignored"]).args([patterns]).work_tree(&root);
        let matching = list.bytes()?;
        if matching.is_empty() {
            return Ok(Vec::new());
        }
        let check = self.git().call(["check-ignore", "-z", "--stdin"]).work_tree(&root).input(matching);
        let output = check.output()?;
        // 1: none is ignored.
        if !matches!(output.status.code(), Some(0 | 1)) {
            return Err(check.failed(&output).into());
        }
        let paths = output.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty() && !path.ends_with(b"/"));
        Ok(paths.map(|path| PathBuf::from(std::ffi::OsStr::from_bytes(path))).collect())
    }

    /// Copies these files from the user's checkout into a fresh worktree, sharing their blocks where the file system can.
    pub fn copy_included(&self, files: &[PathBuf], to: &Path) -> Result<(), Error> {
        let Some(root) = self.work_dir() else { return Ok(()) };
        for path in files {
            copy(&root.join(path), to, path).map_err(|source| Error::Copy { path: path.clone(), source })?;
        }
        Ok(())
    }
}

fn copy(from: &Path, worktree: &Path, path: &Path) -> io::Result<()> {
    let to = worktree.join(path);
    make_real_parents(worktree, path)?;
    if to.symlink_metadata().is_ok() {
        // Tracked in base: what git checked out stands.
        return Ok(());
    }
    if from.symlink_metadata()?.is_symlink() {
        return std::os::unix::fs::symlink(fs::read_link(from)?, to);
    }
    reflink_copy::reflink_or_copy(from, &to)?;
    fs::set_permissions(&to, from.metadata()?.permissions())
}

/// Makes the folders above a file, and refuses a link among them: it could lead out of the worktree.
pub(super) fn make_real_parents(worktree: &Path, path: &Path) -> io::Result<()> {
    let mut at = worktree.to_owned();
    for part in path.parent().into_iter().flat_map(Path::components) {
        at.push(part);
        match at.symlink_metadata() {
            Ok(found) if found.is_dir() => {}
            Ok(_) => {
                return Err(io::Error::new(
                    io::ErrorKind::NotADirectory,
                    format!("'{}' is not a folder", at.display()),
                ));
            }
            Err(_) => fs::create_dir(&at)?,
        }
    }
    Ok(())
}
