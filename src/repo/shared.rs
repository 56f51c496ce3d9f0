//! Shared paths (`par.shared`): each worktree has a link at them to the same file or folder, and no candidate has what is there.

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::{ffi::OsStrExt, fs::symlink},
    path::{Component, Path, PathBuf},
};

use super::{
    git::{self, Git},
    include::make_real_parents,
    open::Repository,
    snapshot::Source,
};

/// The setting.
const KEY: &str = "par.shared";
/// The folder for them beside the folders of runs, where there is no main checkout.
const FOLDER: &str = "shared";

/// Why a path could not be shared.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// The setting names something that is not the repository's to share.
    #[error("the setting par.shared is '{}', which is not a path below the repository", .0.display())]
    Outside(PathBuf),
    /// The file or folder, or the link to it.
    #[error("could not share '{}'", path.display())]
    File {
        /// The path, relative to the repository.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A path that is shared, relative to the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    path: PathBuf,
    is_folder: bool,
}

impl Shared {
    /// Reads a value of the setting; a folder ends with a slash.
    fn read(value: &[u8]) -> Result<Self, Error> {
        let path = Path::new(OsStr::from_bytes(value));
        let is_plain = |part: Component<'_>| match part {
            Component::Normal(name) => !name.eq_ignore_ascii_case(".git"),
            Component::CurDir => true,
            _ => false,
        };
        let own: PathBuf = path.components().filter(|part| matches!(part, Component::Normal(_))).collect();
        if own.as_os_str().is_empty() || !path.components().all(is_plain) {
            return Err(Error::Outside(path.to_owned()));
        }
        Ok(Self { path: own, is_folder: value.ends_with(b"/") })
    }

    /// Tells whether a raw path is this one, or below it.
    #[must_use]
    pub fn covers(&self, path: &[u8]) -> bool {
        Path::new(OsStr::from_bytes(path)).starts_with(&self.path)
    }

    /// Makes the file or folder where it is missing.
    fn make(&self, home: &Path) -> io::Result<PathBuf> {
        let target = home.join(&self.path);
        fs::create_dir_all(home)?;
        make_real_parents(home, &self.path)?;
        match target.symlink_metadata() {
            Err(_) if self.is_folder => fs::create_dir(&target)?,
            Err(_) => fs::File::options().create(true).append(true).open(&target).map(drop)?,
            Ok(_) => {}
        }
        Ok(target)
    }

    /// Puts the link at its place in a fresh worktree; what was checked out there gives way.
    fn link(&self, target: &Path, worktree: &Path) -> io::Result<()> {
        make_real_parents(worktree, &self.path)?;
        let at = worktree.join(&self.path);
        match at.symlink_metadata() {
            Ok(found) if found.is_dir() => fs::remove_dir_all(&at)?,
            Ok(_) => fs::remove_file(&at)?,
            Err(_) => {}
        }
        symlink(target, at)
    }
}

impl Repository {
    /// Reads which paths the user's worktrees share.
    pub fn shared_paths(&self) -> Result<Vec<Shared>, Error> {
        let output = self.common_git().call(["config", "-z", "--get-all", KEY]).output()?;
        let values = output.stdout.split_inclusive(|byte| *byte == 0);
        values.map(|value| Shared::read(value.strip_suffix(b"\0").unwrap_or(value))).collect()
    }

    /// Refuses shared paths below a link in the main checkout: they would lead out of it.
    pub fn require_shareable(&self) -> Result<(), Error> {
        let home = self.home_dir();
        for Shared { path, .. } in self.shared_paths()? {
            let is_link = |folder: &Path| home.join(folder).symlink_metadata().is_ok_and(|found| found.is_symlink());
            if path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()).any(is_link) {
                return Err(Error::Outside(path));
            }
        }
        Ok(())
    }

    /// Links each shared path of a fresh worktree to the main checkout's, which is made where it is missing; in a bare repository
    /// to one below the folder of all runs.
    pub fn share(&self, worktree: &Path, runs: &Path) -> Result<(), Error> {
        let home = self.home_dir();
        let home = if home == self.common_dir() { runs.join(FOLDER) } else { home };
        for shared in self.shared_paths()? {
            let done = shared.make(&home).and_then(|target| shared.link(&target, worktree));
            done.map_err(|source| Error::File { path: shared.path.clone(), source })?;
        }
        Ok(())
    }
}

/// Has an index hold at the shared paths what base has there, whatever is in the worktree.
pub(super) fn exclude(git: &Git, source: Source<'_>, shared: &[Shared]) -> Result<(), git::Error> {
    for Shared { path, .. } in shared {
        let list = git.call(["ls-files", "-z", "--cached", "--"]).args([path]).env("GIT_LITERAL_PATHSPECS", "1");
        let found = list.work_tree(source.folder).index(source.index).bytes()?;
        let remove = git.call(["update-index", "-z", "--force-remove", "--stdin"]).work_tree(source.folder);
        remove.index(source.index).input(found).bytes()?;
        let base = source.base.to_string();
        let list = git.call(["ls-tree", "-r", "-z", "--full-tree", &base, "--"]).args([path]);
        let entries = list.env("GIT_LITERAL_PATHSPECS", "1").bytes()?;
        let add = git.call(["update-index", "-z", "--add", "--replace", "--index-info"]).index(source.index);
        add.input(entries).bytes()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_below_the_repository_is_shared() {
        for (text, path, is_folder) in
            [("a.md", "a.md", false), (".agent/notes/", ".agent/notes", true), ("./x", "x", false)]
        {
            assert_eq!(Shared::read(text.as_bytes()).unwrap(), Shared { path: path.into(), is_folder }, "{text}");
        }
        for text in ["", ".", "/etc/passwd", "../x", "a/../../x", ".git", ".git/config", "a/.GIT/hooks/"] {
            assert!(Shared::read(text.as_bytes()).is_err(), "{text}");
        }
        let folder = Shared::read(b"a/b/").unwrap();
        assert!(folder.covers(b"a/b") && folder.covers(b"a/b/c") && !folder.covers(b"a/bc"));
    }
}
