//! Bundles: a whole run in one file, written and read by git.

use std::path::{Path, PathBuf};

use super::{
    git::{self, Git},
    open::{self, Repository},
};
use crate::model::ref_name::RefName;

/// Why a bundle could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// git could not do it.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// A folder could not be made.
    #[error("could not make a scratch folder")]
    Scratch(#[source] std::io::Error),
    /// The unpacked repository could not be opened.
    #[error(transparent)]
    Open(#[from] open::Error),
}

/// A bundle, unpacked in a scratch repository that is gone when this is dropped.
#[derive(Debug)]
pub struct Unpacked {
    /// The repository.
    pub repository: Repository,
    _folder: tempfile::TempDir,
}

impl Repository {
    /// Writes these refs with all that they lead to into a file.
    pub fn write_bundle(&self, file: &Path, refs: &[RefName]) -> Result<(), Error> {
        let absolute = std::path::absolute(file).unwrap_or_else(|_| PathBuf::from(file));
        let names = refs.iter().map(RefName::as_str);
        self.git().call(["bundle", "create", "--quiet"]).args([absolute]).args(names).bytes()?;
        Ok(())
    }
}

/// Unpacks a bundle.
pub fn unpack(file: &Path) -> Result<Unpacked, Error> {
    let folder = tempfile::Builder::new().prefix("git-par-").tempdir().map_err(Error::Scratch)?;
    let git = Git::at(folder.path());
    let file = std::path::absolute(file).unwrap_or_else(|_| PathBuf::from(file));
    git.call(["init", "--quiet", "--bare", "--template=", object_format(&file)]).bytes()?;
    let fetch = git.call(["fetch", "--quiet", "--no-write-fetch-head", "--no-tags", "--no-auto-maintenance"]);
    fetch.args([file.as_os_str()]).args(["refs/par/*:refs/par/*", "refs/notes/par/*:refs/notes/par/*"]).bytes()?;
    Ok(Unpacked { repository: Repository::open_own(folder.path())?, _folder: folder })
}

/// Reads the header of a bundle (gitformat-bundle(5)): version 3 names the hash.
fn object_format(file: &Path) -> &'static str {
    use std::io::Read;
    let mut head = Vec::new();
    let read = std::fs::File::open(file).and_then(|file| file.take(4096).read_to_end(&mut head));
    let sha256 = read.is_ok() && head.windows(21).any(|word| word == b"@object-format=sha256");
    if sha256 { "--object-format=sha256" } else { "--object-format=sha1" }
}

/// Tells whether a file begins as a bundle does.
#[must_use]
pub fn is_bundle(file: &Path) -> bool {
    use std::io::Read;
    let mut head = [0; 7];
    std::fs::File::open(file).and_then(|mut file| file.read_exact(&mut head)).is_ok() && &head == b"# v2 gi"
        || head.starts_with(b"# v3 gi")
}
