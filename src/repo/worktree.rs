//! Worktrees: where a run's worktrees live, and which of them git has registered.

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use super::{dot_git, git::Git, index_copy, open::Repository, snapshot::Source};
use crate::model::{journal_name::JournalName, oid::Oid, run_id::RunId};

/// The file in an admin folder that says that this program made the worktree.
const MARK: &str = "par";

/// A linked worktree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worktree {
    /// Its folder.
    pub path: PathBuf,
    /// Its git dir below the common one.
    pub admin: PathBuf,
}

impl Worktree {
    /// Marks it as made by this program: one of the user's may have a folder of the same name.
    pub fn mark(&self) -> io::Result<()> {
        fs::write(self.admin.join(MARK), "")
    }

    /// Tells whether this program made it.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.admin.join(MARK).exists()
    }

    /// Tells whether its folder is below `root`, or names the admin folder as the admin folder names it, or is gone. What git has
    /// on file may have been rewritten, or be that of the repository that this one is a copy of.
    #[must_use]
    pub fn is_at_home(&self, root: &Path) -> bool {
        self.path.starts_with(root) || self.path.symlink_metadata().is_err() || self.names_admin()
    }

    /// Tells whether the `.git` file names the admin folder, or one of its name that is not there: the repository was moved.
    fn names_admin(&self) -> bool {
        let Some(named) = dot_git::named_in(&self.path) else { return false };
        match named.canonicalize() {
            Ok(named) => self.admin.canonicalize().is_ok_and(|admin| admin == named),
            Err(_) => named.file_name() == self.admin.file_name(),
        }
    }

    /// Returns it at `place` where it was moved there together with its repository.
    fn moved_to(&self, place: &Path) -> Option<Self> {
        let moved = Self { path: place.to_owned(), admin: self.admin.clone() };
        (self.path.symlink_metadata().is_err() && moved.names_admin()).then_some(moved)
    }

    /// Returns the door to git(1) with this worktree's own HEAD.
    #[must_use]
    pub fn git(&self) -> Git {
        Git::at(&self.admin)
    }

    /// Reads the commit that HEAD is at; none where the agent left HEAD unreadable.
    #[must_use]
    pub fn head(&self) -> Option<Oid> {
        let call = self.git().call(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
        call.text().ok()?.trim().parse().ok()
    }

    /// Copies the index as it was checked out, so that a snapshot needs to read only what changed.
    pub fn save_index(&self, to: &Path) -> io::Result<()> {
        fs::create_dir_all(to.parent().unwrap_or(to))?;
        index_copy::copy(&self.own_index(), to)
    }

    /// Has HEAD and the index stand at the commit that was made of its files, so that git finds nothing changed there. A HEAD on
    /// a branch is the agent's own and stays.
    pub fn stand_at(&self, commit: Oid, index: &Path) -> io::Result<()> {
        let head = fs::read_to_string(self.admin.join("HEAD"))?.trim_end().parse::<Oid>();
        let Some(head) = head.ok().filter(|_| index.is_file()) else { return Ok(()) };
        if head != commit {
            let moved = self.git().call(["update-ref", "--no-deref", "HEAD", &commit.to_string()]).bytes();
            moved.map_err(io::Error::other)?;
        }
        index_copy::copy(index, &self.own_index())
    }

    /// Names what a snapshot of it is taken of.
    #[must_use]
    pub fn source<'a>(&'a self, own_index: &'a Path, index: &'a Path, base: Oid) -> Source<'a> {
        Source { folder: &self.path, index, base, own_index: Some(own_index) }
    }

    /// Tells whether somebody locked it (git-worktree(1)).
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.admin.join("locked").symlink_metadata().is_ok()
    }

    /// Returns the file of its own index.
    #[must_use]
    pub fn own_index(&self) -> PathBuf {
        self.admin.join("index")
    }
}

impl Repository {
    /// Returns the folder that holds a run's worktrees.
    #[must_use]
    pub fn worktree_root(&self, configured: Option<&Path>, of: &JournalName) -> PathBuf {
        let root = configured.map_or_else(|| self.default_root(), |root| self.home_dir().join(root));
        root.join(of.as_str())
    }

    /// Returns the folder that holds the folders of runs: beside the repository, else in the user's state folder.
    #[must_use]
    pub fn default_root(&self) -> PathBuf {
        let home = self.home_dir();
        let name = home.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = name.strip_suffix(".git").unwrap_or(&name).to_owned();
        let parent = home.parent().unwrap_or(&home).to_owned();
        let beside = parent.join(format!("{name}.par"));
        // Inside another repository's files build tools would find its workspace, and it would be seen as untracked there.
        let free = gix::discover(&parent).is_err();
        if free && is_writable(&beside, &parent) { beside } else { state_dir().join(format!("{name}-{}", key(&home))) }
    }

    /// Returns the folder that people call the repository: the main worktree, or the bare repository itself.
    #[must_use]
    pub fn home_dir(&self) -> PathBuf {
        let common = self.common_dir();
        if common.file_name().is_some_and(|name| name == ".git") {
            return common.parent().map_or(common.clone(), Path::to_owned);
        }
        let linked = self.git_dir() != common;
        self.work_dir().filter(|_| !linked).unwrap_or(common)
    }

    /// Finds the registered worktree in a folder.
    #[must_use]
    pub fn worktree_at(&self, path: &Path) -> Option<Worktree> {
        let wanted = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        self.worktrees()
            .into_iter()
            .find(|worktree| worktree.path == path || worktree.path.canonicalize().is_ok_and(|found| found == wanted))
    }

    /// Finds a run's worktree by the last two parts of its folder, wherever its root was; never one of the user's, nor one of
    /// another repository.
    #[must_use]
    pub fn run_worktree(&self, run: &RunId, folder: &str) -> Option<Worktree> {
        let tail = Path::new(run.as_str()).join(folder);
        let is_wanted = |worktree: &Worktree| worktree.path.ends_with(&tail) && worktree.is_ours();
        let mut wanted = self.worktrees().into_iter().filter(is_wanted).peekable();
        wanted.peek()?;
        let root = self.default_root();
        let found = wanted.find(|worktree| worktree.is_at_home(&root))?;
        Some(found.moved_to(&root.join(&tail)).unwrap_or(found))
    }

    /// Finds a worktree that somebody died over making: registered, with no HEAD, no index and no file, and so nobody's work.
    #[must_use]
    pub fn half_made_at(&self, path: &Path) -> Option<Worktree> {
        let worktree = self.worktree_at(path)?;
        let mut files = fs::read_dir(path).into_iter().flatten().flatten();
        let is_bare = files.all(|file| file.file_name() == ".git") && !worktree.own_index().exists();
        (is_bare && worktree.head().is_none()).then_some(worktree)
    }

    /// Lists the registered worktrees, but for the main one.
    #[must_use]
    pub fn worktrees(&self) -> Vec<Worktree> {
        let entries = fs::read_dir(self.common_dir().join("worktrees")).into_iter().flatten().flatten();
        entries.filter_map(|entry| registered(&entry.path())).collect()
    }

    /// Moves a worktree of our own, or what is left of one, to another name.
    pub fn move_worktree(&self, from: &Path, to: &Path) -> io::Result<()> {
        let call = self.common_git().call(["worktree", "move", "--force", "--force"]).args([from, to]);
        // git will not move what no longer looks like a worktree.
        if call.succeeds().unwrap_or(false) { Ok(()) } else { fs::rename(from, to) }
    }
}

fn registered(admin: &Path) -> Option<Worktree> {
    let link = fs::read(admin.join("gitdir")).ok()?;
    let link = link.strip_suffix(b"\n").unwrap_or(&link);
    let dot_git = admin.join(OsStr::from_bytes(link));
    Some(Worktree { path: dot_git.parent()?.to_owned(), admin: admin.to_owned() })
}

fn is_writable(folder: &Path, parent: &Path) -> bool {
    let found = if folder.exists() { folder } else { parent };
    rustix::fs::access(found, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK).is_ok()
}

fn state_dir() -> PathBuf {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::home_dir().unwrap_or_else(std::env::temp_dir).join(".local/state");
    state.unwrap_or_else(home).join("git-par")
}

pub(super) fn key(path: &Path) -> String {
    use sha2::Digest;
    hex::encode(&sha2::Sha256::digest(path.as_os_str().as_bytes())[..4])
}
