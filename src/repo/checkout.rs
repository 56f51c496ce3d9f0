//! Checkouts: making a linked worktree of a commit; the one place where the way of making it is chosen.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

use super::{
    git,
    open::{RefStorage, Repository},
    worktree::Worktree,
};
use crate::model::oid::Oid;

/// Why a worktree could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A folder could not be made.
    #[error("could not make the folder '{}'", path.display())]
    Folder {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// git could not make it.
    #[error("could not make the worktree '{}'", path.display())]
    Git {
        /// Where.
        path: PathBuf,
        /// Why.
        source: git::Error,
    },
    /// It was made, but git does not list it.
    #[error("worktree '{}' was made but is not registered", .0.display())]
    Unregistered(PathBuf),
}

impl Repository {
    /// Makes a worktree of a commit, with a detached HEAD and no hook run.
    pub fn add_worktree(&self, path: &Path, commit: Oid) -> Result<Worktree, Error> {
        let parent = path.parent().unwrap_or(path);
        fs::create_dir_all(parent).map_err(|source| Error::Folder { path: parent.to_owned(), source })?;
        // In process twice as fast; git serves what only git decides: filters, sparse checkouts, other ref storage.
        let made = if self.needs_git_checkout() { None } else { self.add_in_process(path, commit) };
        match made {
            Some(worktree) => Ok(worktree),
            None => self.add_with_git(path, commit),
        }
    }

    fn needs_git_checkout(&self) -> bool {
        let local = self.local();
        let config = local.config_snapshot();
        let filters = config.plumbing().sections_by_name("filter").into_iter().flatten().next().is_some();
        let sparse = config.boolean("core.sparseCheckout").unwrap_or(false);
        let relative = config.boolean("worktree.useRelativePaths").unwrap_or(false);
        self.ref_storage == RefStorage::Plumbing || filters || sparse || relative
    }

    fn add_in_process(&self, path: &Path, commit: Oid) -> Option<Worktree> {
        let never = AtomicBool::new(false);
        let local = self.local();
        let prepared = {
            let _registering = self.lock_registration().ok()?;
            local.prepare_add_worktree(path, gix::worktree::add::Head::Detached(commit.0), &never).ok()?
        };
        let worktree = Worktree { path: path.to_owned(), admin: prepared.repo().git_dir().to_owned() };
        worktree.mark().ok()?;
        prepared.checkout(gix::progress::Discard, &never).ok()?;
        Some(worktree)
    }

    fn add_with_git(&self, path: &Path, commit: Oid) -> Result<Worktree, Error> {
        let failed = |source| Error::Git { path: path.to_owned(), source };
        let commit = commit.to_string();
        {
            let _registering = self.lock_registration()?;
            let call = self.common_git().call([
                "-c",
                "worktree.useRelativePaths=false",
                "worktree",
                "add",
                "--quiet",
                "--detach",
                "--no-checkout",
            ]);
            call.args([path]).args([&commit]).bytes().map_err(failed)?;
        }
        let worktree = self.worktree_at(path).ok_or_else(|| Error::Unregistered(path.to_owned()))?;
        worktree.mark().map_err(|source| Error::Folder { path: worktree.admin.clone(), source })?;
        worktree.git().call(["read-tree", "-m", "-u", &commit]).work_tree(path).bytes().map_err(failed)?;
        Ok(worktree)
    }

    /// Holds the lock under which worktrees are registered one at a time, until it is dropped.
    fn lock_registration(&self) -> Result<File, Error> {
        let folder = self.scratch_dir();
        let path = folder.join("worktrees.lock");
        let open = || -> io::Result<File> {
            fs::create_dir_all(&folder)?;
            let file = File::options().create(true).truncate(false).write(true).open(&path)?;
            file.lock()?;
            Ok(file)
        };
        open().map_err(|source| Error::Folder { path: path.clone(), source })
    }
}
