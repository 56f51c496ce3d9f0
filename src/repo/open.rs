//! Opening: finding the repository, and refusing the ones that git itself would refuse.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
};

use super::git::{self, Call, Git};

/// Why a repository cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// git itself refuses it.
    #[error("{0}")]
    Refused(String),
    /// It cannot be read.
    #[error("could not open the repository at '{0}'", path.display())]
    Open {
        /// Where.
        path: PathBuf,
        /// Why.
        source: Box<gix::Error>,
    },
    /// It uses something that this program does not know.
    #[error("repository extension '{0}' is not known")]
    Extension(String),
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] git::Error),
}

/// Extensions that change nothing for us, or that we know how to serve.
const KNOWN_EXTENSIONS: [&str; 8] = [
    "noop",
    "preciousobjects",
    "partialclone",
    "worktreeconfig",
    "objectformat",
    "refstorage",
    "relativeworktrees",
    "compatobjectformat",
];

/// How refs are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefStorage {
    /// As files: read and written in process.
    Files,
    /// Otherwise, such as in a reftable: through git's plumbing.
    Plumbing,
}

/// An open repository; cheap to share between threads.
#[derive(Clone, Debug)]
pub struct Repository {
    inner: gix::ThreadSafeRepository,
    /// How its refs are stored.
    pub ref_storage: RefStorage,
    /// Whether objects were kept through it: what is gone of them comes back then when it is read.
    pub(super) has_kept: Arc<AtomicBool>,
}

impl Repository {
    /// Finds the repository of a folder, as git would, and opens it.
    pub fn discover(from: &Path) -> Result<Self, Error> {
        // Folders to stop at that are elsewhere, as in a worker that looks at another repository, mean nothing to git either.
        let options = gix::discover::upwards::Options { match_ceiling_dir_or_error: false, ..Default::default() };
        let trust = gix::sec::trust::Mapping::default();
        match gix::ThreadSafeRepository::discover_with_environment_overrides_opts(from, options, trust) {
            Ok(inner) => Self::accept(inner, from),
            Err(source) => {
                ask_git(from)?;
                Err(Error::Open { path: from.to_owned(), source: Box::new(source) })
            }
        }
    }

    /// Opens the repository at a git dir that this program made itself.
    pub fn open_own(git_dir: &Path) -> Result<Self, Error> {
        let options = gix::open::Options::default().with(gix::sec::Trust::Full).open_path_as_is(true);
        let inner = gix::ThreadSafeRepository::open_opts(git_dir, options)
            .map_err(|source| Error::Open { path: git_dir.to_owned(), source: Box::new(source) })?;
        Self::accept(inner, git_dir)
    }

    fn accept(inner: gix::ThreadSafeRepository, from: &Path) -> Result<Self, Error> {
        let local = inner.to_thread_local();
        if local.git_dir_trust() != gix::sec::Trust::Full {
            // Owned by somebody else: git decides, by its safe.directory.
            ask_git(from)?;
        }
        check_extensions(&local)?;
        let storage = local.config_snapshot().string("extensions.refStorage");
        let files = storage.is_none_or(|name| name == "files");
        let ref_storage = if files { RefStorage::Files } else { RefStorage::Plumbing };
        Ok(Self { inner, ref_storage, has_kept: Arc::default() })
    }

    /// Returns the in-process repository, for one thread.
    #[must_use]
    pub fn local(&self) -> gix::Repository {
        let mut local = self.inner.to_thread_local();
        local.object_cache_size_if_unset(4 * 1024 * 1024);
        // Objects are taken at their word: a replacement (git-replace(1)) is one clone's own.
        local.objects.ignore_replacements = true;
        // A namespace is the caller's view of refs: ours are where git(1), which is not told of it, finds them.
        local.clear_namespace();
        local
    }

    /// Returns the git dir of the worktree that was opened.
    #[must_use]
    pub fn git_dir(&self) -> PathBuf {
        absolute(self.inner.to_thread_local().git_dir())
    }

    /// Returns the git dir that all worktrees share.
    #[must_use]
    pub fn common_dir(&self) -> PathBuf {
        absolute(self.inner.to_thread_local().common_dir())
    }

    /// Returns the folder of checked-out files, where there is one.
    #[must_use]
    pub fn work_dir(&self) -> Option<PathBuf> {
        self.inner.to_thread_local().workdir().map(absolute)
    }

    /// Returns the door to git(1) for the worktree that was opened.
    #[must_use]
    pub fn git(&self) -> Git {
        Git::at(&self.git_dir())
    }

    /// Returns the door to git(1) for what all worktrees share.
    #[must_use]
    pub fn common_git(&self) -> Git {
        Git::at(&self.common_dir())
    }

    /// Returns the folder for locks, live logs and the like, which holds nothing that must last.
    #[must_use]
    pub fn scratch_dir(&self) -> PathBuf {
        self.common_dir().join("par")
    }

    /// Locks a file of that name there, made where it is missing, until it is dropped; waits for whoever holds it.
    pub(super) fn lock_scratch(&self, name: &str) -> io::Result<File> {
        fs::create_dir_all(self.scratch_dir())?;
        let path = self.scratch_dir().join(name);
        let file = File::options().create(true).truncate(false).write(true).open(path)?;
        file.lock()?;
        Ok(file)
    }

    /// Returns the length of an object id in hex digits: 40 or 64.
    #[must_use]
    pub fn hex_len(&self) -> usize {
        self.inner.to_thread_local().object_hash().len_in_hex()
    }
}

fn absolute(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn ask_git(from: &Path) -> Result<(), Error> {
    let call = Call::discovering(["rev-parse", "--git-dir"], from);
    let output = call.output()?;
    if output.status.success() { Ok(()) } else { Err(Error::Refused(git::complaint(&output.stderr))) }
}

fn check_extensions(local: &gix::Repository) -> Result<(), Error> {
    let config = local.config_snapshot();
    if config.integer("core.repositoryFormatVersion").unwrap_or(0) < 1 {
        return Ok(());
    }
    let sections = config.plumbing().sections_by_name("extensions").into_iter().flatten();
    let names = sections.flat_map(|section| section.body().value_names().collect::<Vec<_>>());
    match names.map(|name| name.to_ascii_lowercase()).find(|name| !KNOWN_EXTENSIONS.contains(&name.as_str())) {
        Some(name) => Err(Error::Extension(name)),
        None => Ok(()),
    }
}
