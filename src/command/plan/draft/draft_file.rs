//! Draft files: where a plan is written, all of it at once.

use std::{
    fs::Permissions,
    io::{self, Read},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::command::{Error, Kind};

/// Where a plan is to be written.
pub(super) struct DraftFile {
    path: PathBuf,
    /// Its name as the user typed it.
    name: String,
    /// Whether it may be there already.
    replaces: bool,
}

impl DraftFile {
    /// Refuses a place to which no plan can be written, before any agent is asked for one.
    pub(super) fn require(name: &Path, replaces: bool, here: &Path) -> Result<Self, Error> {
        let file = Self { path: here.join(name), name: name.display().to_string(), replaces };
        let is_toml = name.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
        if is_toml || file.name == "-" {
            return Err(Error::usage(format!("'{}' would not be read as JSON, which drafts are", file.name))
                .hint("git par plan draft -o plan.json ..."));
        }
        if file.path.is_dir() {
            return Err(Error::usage(format!("'{}' is a folder", file.name)));
        }
        if !replaces && file.path.symlink_metadata().is_ok() {
            return Err(file.taken());
        }
        match file.folder() {
            folder if folder.is_dir() => Ok(file),
            folder => Err(Error::new(Kind::Cannot, format!("there is no folder '{}'", folder.display()))),
        }
    }

    /// Returns its name as the user typed it; what is not UTF-8 is replaced.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Writes it: nobody sees half of it, and what somebody else put there meanwhile stays.
    pub(super) fn write(&self, content: &mut dyn Read) -> Result<(), Error> {
        self.put(content).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => self.taken(),
            _ => Error::new(Kind::Cannot, format!("could not write '{}': {error}", self.name)),
        })
    }

    fn put(&self, content: &mut dyn Read) -> io::Result<()> {
        // The usual permissions, from which the user's mask is taken; a file for a moment has fewer.
        let mode = Permissions::from_mode(0o666);
        let mut file = tempfile::Builder::new().prefix(".plan-").permissions(mode).tempfile_in(self.folder())?;
        io::copy(content, &mut file)?;
        file.as_file().sync_all()?;
        let put = if self.replaces { file.persist(&self.path) } else { file.persist_noclobber(&self.path) };
        put.map(drop).map_err(|error| error.error)
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    fn taken(&self) -> Error {
        Error::usage(format!("'{}' is there already", self.name)).hint("git par plan draft --force ...")
    }
}
