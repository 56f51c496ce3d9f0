//! Checkouts: making a linked worktree of a commit; the one place where the way of making it is chosen.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

use gix::worktree::add::PrepareCheckout;

use super::{
    fill::Fill,
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
    /// The user stopped it.
    #[error("stopped before the worktree '{}' was made", .0.display())]
    Stopped(PathBuf),
    /// It was made, but git does not list it.
    #[error("worktree '{}' was made but is not registered", .0.display())]
    Unregistered(PathBuf),
}

/// What has git check out all of a tree.
pub const WHOLE: [&str; 2] = ["-c", "core.sparseCheckout=false"];

/// The name of the lock under which worktrees come and go.
const REGISTRATION: &str = "worktrees.lock";

/// Says whether to stop.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

impl Repository {
    /// Makes a worktree of a commit, with a detached HEAD and no hook run, where nothing is yet.
    pub fn add_worktree(&self, path: &Path, commit: Oid) -> Result<Worktree, Error> {
        let quick = self.add_worktrees(&[path.to_owned()], commit, &|| false)?;
        match quick.and_then(|mut made| made.pop()) {
            Some(worktree) => Ok(worktree),
            None => self.add_with_git(path, commit, &[]),
        }
    }

    /// Makes a worktree of all of a commit, however little of the tree the user has checked out.
    pub fn add_whole_worktree(&self, path: &Path, commit: Oid) -> Result<Worktree, Error> {
        make_room(path)?;
        let may_be_quick = !self.needs_git_to_register();
        let quick = may_be_quick.then(|| self.add_in_process(&[path.to_owned()], commit, &|| false)).flatten();
        match quick.and_then(|mut made| made.pop()) {
            Some(worktree) => Ok(worktree),
            None => self.add_with_git(path, commit, &WHOLE),
        }
    }

    /// Makes several worktrees of one commit at once, in a fraction of the time that git takes for them.
    ///
    /// None where it was stopped, or where only git can make them: filters, sparse checkouts, other ref storage, a
    /// file system that takes two names for one. Nothing of them is left then.
    pub fn add_worktrees(
        &self,
        paths: &[PathBuf],
        commit: Oid,
        stop: Stop<'_>,
    ) -> Result<Option<Vec<Worktree>>, Error> {
        paths.iter().try_for_each(|path| make_room(path))?;
        let needs_git = self.needs_git_to_register() || self.is_sparse();
        Ok(if needs_git { None } else { self.add_in_process(paths, commit, stop) })
    }

    fn needs_git_to_register(&self) -> bool {
        let relative = self.local().config_snapshot().boolean("worktree.useRelativePaths").unwrap_or(false);
        self.ref_storage == RefStorage::Plumbing || relative
    }

    fn is_sparse(&self) -> bool {
        self.local().config_snapshot().boolean("core.sparseCheckout").unwrap_or(false)
    }

    /// Tells whether an index leaves files of its tree out of the worktree; one that cannot be read, whether any might.
    #[must_use]
    pub fn leaves_files_out(&self, index: &Path) -> bool {
        let kind = self.local().object_hash();
        let Ok(file) = gix::index::File::at(index, kind, true, gix::index::decode::Options::default()) else {
            return self.is_sparse();
        };
        file.entries().iter().any(|entry| entry.flags.contains(gix::index::entry::Flags::SKIP_WORKTREE))
    }

    fn add_in_process(&self, paths: &[PathBuf], commit: Oid, stop: Stop<'_>) -> Option<Vec<Worktree>> {
        let never = AtomicBool::new(false);
        let local = self.local();
        let register = |path| local.prepare_add_worktree(path, gix::worktree::add::Head::Detached(commit.0), &never);
        // What is only prepared is removed again when it is dropped.
        let prepared: Vec<_> = {
            let _registering = self.lock_registration().ok()?;
            paths.iter().map(register).collect::<Result<_, _>>().ok()?
        };
        let worktree = |(prepared, path): (&PrepareCheckout, &PathBuf)| Worktree {
            path: path.clone(),
            admin: prepared.repo().git_dir().to_owned(),
        };
        let worktrees: Vec<_> = prepared.iter().zip(paths).map(worktree).collect();
        worktrees.iter().try_for_each(Worktree::mark).ok()?;
        let tree = self.commit(commit).ok()?.tree;
        let index = local.index_from_tree(&tree.0).ok()?;
        let fill = Fill { index: &index, roots: paths, stop };
        let indexes = fill.write(local.objects.clone(), prepared.first()?.repo())?;
        for (prepared, index) in prepared.iter().zip(indexes) {
            let mut file = gix::index::File::from_state(index, prepared.repo().index_path());
            file.write(gix::index::write::Options::default()).ok()?;
        }
        prepared.into_iter().try_for_each(|prepared| prepared.persist().map(drop)).ok()?;
        Some(worktrees)
    }

    fn add_with_git(&self, path: &Path, commit: Oid, settings: &[&str]) -> Result<Worktree, Error> {
        let failed = |source| Error::Git { path: path.to_owned(), source };
        let commit = commit.to_string();
        {
            let _registering = self.lock_registration()?;
            let call = self.common_git().call(settings).args([
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
        let call = worktree.git().call(settings).args(["read-tree", "-m", "-u", &commit]);
        // The files of a partial clone may still be where it was cloned from.
        call.env("GIT_NO_LAZY_FETCH", "0").work_tree(path).bytes().map_err(failed)?;
        Ok(worktree)
    }

    pub(super) fn registration_lock(&self) -> PathBuf {
        self.scratch_dir().join(REGISTRATION)
    }

    /// Holds the lock under which worktrees are registered and removed one at a time, and listed, until it is dropped.
    pub(super) fn lock_registration(&self) -> Result<File, Error> {
        let failed = |source| Error::Folder { path: self.registration_lock(), source };
        self.lock_scratch(REGISTRATION).map_err(failed)
    }
}

fn make_room(path: &Path) -> Result<(), Error> {
    let parent = path.parent().unwrap_or(path);
    fs::create_dir_all(parent).map_err(|source| Error::Folder { path: parent.to_owned(), source })
}
