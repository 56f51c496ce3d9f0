//! Holders: the worktree that has a branch checked out, and its files, which move with the branch.

use std::{
    collections::HashSet,
    ffi::OsStr,
    fs::{self, File},
    io::{self, Write as _},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use tempfile::TempDir;

use super::{
    git::{self, Call, Git},
    index_copy,
    open::Repository,
    target::{self, Error, Step},
};
use crate::{
    failpoint,
    model::{oid::Oid, quote, ref_name::RefName},
};

/// Files in a git dir that tell of something a person has begun.
const UNFINISHED: [(&str, &str); 6] = [
    ("MERGE_HEAD", "a merge"),
    ("CHERRY_PICK_HEAD", "a cherry-pick"),
    ("REVERT_HEAD", "a revert"),
    ("sequencer", "a cherry-pick or revert"),
    ("rebase-merge", "a rebase"),
    ("rebase-apply", "a rebase"),
];

/// What stands in the lock of an index that this program took.
const MARK: &[u8] = b"git par moves the files of this worktree\n";

/// A worktree that has a branch checked out.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    path: PathBuf,
    git_dir: PathBuf,
}

impl Repository {
    /// Finds the worktree that has a branch checked out, and refuses one where something is under way.
    pub(super) fn holder(&self, branch: &RefName) -> Result<Option<Holder>, Error> {
        let listing = self.worktree_listing()?;
        let mut found: Option<Holder> = None;
        let lines: Vec<&[u8]> = listing.split(|byte| *byte == 0).collect();
        for (at, entry) in lines.split(|line| line.is_empty()).enumerate() {
            let holds = field(entry, b"branch ") == Some(branch.as_str().as_bytes());
            let Some(holder) = self.listed(entry, at == 0) else {
                refuse_unknown(entry, holds)?;
                continue;
            };
            holder.refuse_rebase_of(branch)?;
            if holds {
                holder.require_idle()?;
                if let Some(first) = found.replace(holder) {
                    return Err(
                        first.refused("the branch is checked out in another worktree too, which would be left behind")
                    );
                }
            }
        }
        Ok(found)
    }

    /// Has git list the worktrees, while none of ours comes or goes: git gives up on one that vanishes as it looks.
    fn worktree_listing(&self) -> Result<Vec<u8>, git::Error> {
        // Where there is no lock yet there is no worktree of ours, and nothing is to be written for a look.
        let _registering = self.registration_lock().exists().then(|| self.lock_registration());
        self.insist(|| self.git().call(["worktree", "list", "--porcelain", "-z"]).bytes())
    }

    /// Gives back every index that a dead process of ours had taken; it is for the caller to hold the branches.
    pub(super) fn give_back_indexes(&self) {
        let admins = self.worktrees().into_iter().map(|worktree| worktree.admin);
        for git_dir in admins.chain([self.common_dir()]) {
            // Dropped, it is gone.
            let _ = Lock::find(&git_dir.join("index.lock"));
        }
    }

    /// Reads one entry of git's list of worktrees; none where it has no files here.
    ///
    /// The `.git` file in a worktree is not believed: what git registered is.
    fn listed(&self, entry: &[&[u8]], is_main: bool) -> Option<Holder> {
        if is_main {
            let path = self.main_work_dir()?;
            return Some(Holder { path, git_dir: self.common_dir() });
        }
        let path = PathBuf::from(OsStr::from_bytes(field(entry, b"worktree ")?));
        let admin = self.worktree_at(&path)?.admin;
        path.is_dir().then_some(Holder { path, git_dir: admin })
    }

    /// Finds the files of the main worktree, which git's list names wrongly in a submodule or beside a separate git dir.
    fn main_work_dir(&self) -> Option<PathBuf> {
        let common = self.common_dir();
        if self.git_dir() == common {
            return self.work_dir();
        }
        let configured = self.common_git().call(["config", "--get", "core.worktree"]).text();
        let is_bare = self.common_git().call(["config", "--type=bool", "--get", "core.bare"]).text();
        match (configured, is_bare.is_ok_and(|bare| bare == "true")) {
            (Ok(path), _) => common.join(path).canonicalize().ok(),
            (Err(_), false) if common.file_name().is_some_and(|name| name == ".git") => {
                common.parent().map(Path::to_owned)
            }
            (Err(_), _) => None,
        }
    }
}

fn field<'a>(entry: &[&'a [u8]], name: &[u8]) -> Option<&'a [u8]> {
    entry.iter().find_map(|line| line.strip_prefix(name))
}

/// Refuses to move a branch away under files that cannot be found: a bare repository and a folder that is gone have none.
fn refuse_unknown(entry: &[&[u8]], holds: bool) -> Result<(), Error> {
    let path = PathBuf::from(OsStr::from_bytes(field(entry, b"worktree ").unwrap_or_default()));
    // Such as one on a disk that is away.
    if holds && field(entry, b"locked").is_some() {
        return Err(Error::Refused { path, reason: "it is locked, and its files are not there".to_owned() });
    }
    if !holds || entry.contains(&&b"bare"[..]) || !path.is_dir() {
        return Ok(());
    }
    Err(Error::Refused { path, reason: "its files could not be found from here".to_owned() })
}

/// Reads which file git would not overwrite.
fn changed_file(message: &str) -> Option<&str> {
    let line = message.lines().find_map(|line| line.split_once("Entry '").map(|(_, rest)| rest))?;
    let ends = ["' not uptodate.", "' would be overwritten by merge."];
    ends.iter().find_map(|end| line.split_once(end)).map(|(file, _)| file)
}

impl Holder {
    fn call<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Call {
        Git::at(&self.git_dir).call(arguments).work_tree(&self.path)
    }

    fn refused(&self, reason: impl Into<String>) -> Error {
        Error::Refused { path: self.path.clone(), reason: reason.into() }
    }

    fn require_idle(&self) -> Result<(), Error> {
        match UNFINISHED.iter().find(|(file, _)| self.git_dir.join(file).exists()) {
            Some((_, what)) => Err(Error::Unfinished { path: self.path.clone(), what }),
            None => Ok(()),
        }
    }

    /// Refuses where somebody left the branch, or began something, since it was found.
    pub(super) fn require_still(&self, branch: &RefName) -> Result<(), Error> {
        let head = target::symbolic_target(&Git::at(&self.git_dir), "HEAD")?;
        self.refuse_rebase_of(branch)?;
        if head.as_ref() != Some(branch) {
            return Err(Error::Switched(self.path.clone()));
        }
        self.require_idle()
    }

    /// A rebase detaches HEAD and moves its branch at the end: moving it now would break that.
    fn refuse_rebase_of(&self, branch: &RefName) -> Result<(), Error> {
        let heads = ["rebase-merge/head-name", "rebase-apply/head-name"]
            .map(|file| fs::read_to_string(self.git_dir.join(file)));
        if heads.into_iter().flatten().any(|head| head.trim() == branch.as_str()) {
            return Err(Error::Unfinished { path: self.path.clone(), what: "a rebase" });
        }
        Ok(())
    }

    /// Refuses a step that would touch what is the user's; looks only, at a copy of the index.
    pub(super) fn require_safe(&self, step: &Step<'_>) -> Result<(), Error> {
        self.require_no_overwrite(step)?;
        let scratch = self.copied_index()?;
        let dry = read_tree(step.from, step.to, &["--dry-run"]);
        self.call(dry).index(&scratch.path().join("index")).bytes().map(drop).map_err(|error| self.explain(error))
    }

    fn explain(&self, error: git::Error) -> Error {
        match error {
            git::Error::Failed { message, .. } => match changed_file(&message) {
                Some(file) => Error::Changed { path: self.path.clone(), file: quote::path(file.as_bytes()) },
                None => self.refused(message),
            },
            other => other.into(),
        }
    }

    /// Refuses to write where an untracked file stands, ignored ones too: git itself would overwrite those.
    fn require_no_overwrite(&self, step: &Step<'_>) -> Result<(), Error> {
        let (from, to) = (step.from.to_string(), step.to.to_string());
        // Changed ones too: git makes way for their folder where something untracked stands in its place.
        let difference = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=d", &from, &to];
        let written = self.call(difference).bytes()?;
        let tracked = self.call(["ls-files", "-z"]).bytes()?;
        let tracked: HashSet<&[u8]> = tracked.split(|byte| *byte == 0).collect();
        for path in written.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
            if let Some(standing) = self.standing(path, &tracked)? {
                return Err(Error::Untracked { path: self.path.clone(), file: quote::path(&standing) });
            }
        }
        Ok(())
    }

    /// Finds the untracked file that a new one would replace: in its place, in place of a folder above it, or below it.
    fn standing(&self, path: &[u8], tracked: &HashSet<&[u8]>) -> Result<Option<Vec<u8>>, Error> {
        let ends = (0..path.len()).filter(|at| path[*at] == b'/').chain([path.len()]);
        for part in ends.map(|end| &path[..end]) {
            match self.path.join(OsStr::from_bytes(part)).symlink_metadata() {
                Err(_) => return Ok(None),
                Ok(found) if !found.is_dir() => return Ok((!tracked.contains(part)).then(|| part.to_vec())),
                Ok(_) if part == path => return self.untracked_below(path),
                Ok(_) => {}
            }
        }
        Ok(None)
    }

    fn untracked_below(&self, folder: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let list = self.call(["ls-files", "-z", "--others", "--"]).args([OsStr::from_bytes(folder)]);
        let found = list.env("GIT_LITERAL_PATHSPECS", "1").bytes()?;
        Ok(found.split(|byte| *byte == 0).find(|path| !path.is_empty()).map(<[u8]>::to_vec))
    }

    /// Takes the index as git takes it, so that no other git writes it, or commits from it, until this is dropped.
    pub(super) fn take(&self) -> Result<Taken<'_>, Error> {
        let path = self.index_lock();
        let lock = match Lock::make(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(Error::Locked(path)),
            made => made.map_err(Error::Scratch)?,
        };
        failpoint::pass("index taken");
        Ok(Taken { holder: self, scratch: self.copied_index()?, lock })
    }

    /// Takes over the index that a process of ours had taken when it died, once no call of its own is left.
    pub(super) fn take_over(&self) -> Result<Option<Taken<'_>>, Error> {
        let Some(lock) = Lock::find(&self.index_lock()).map_err(Error::Scratch)? else { return Ok(None) };
        Ok(Some(Taken { holder: self, scratch: self.copied_index()?, lock }))
    }

    fn index_lock(&self) -> PathBuf {
        self.git_dir.join("index.lock")
    }

    fn copied_index(&self) -> Result<TempDir, Error> {
        let scratch = tempfile::Builder::new().prefix("git-par-").tempdir().map_err(Error::Scratch)?;
        let index = scratch.path().join("index");
        match index_copy::copy(&self.git_dir.join("index"), &index) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::Scratch(error)),
            _ => {}
        }
        // What only looks changed, by its times, is no reason to refuse.
        self.call(["update-index", "-q", "--refresh"]).index(&index).output()?;
        Ok(scratch)
    }
}

/// The file by which git knows that an index is taken; removed when this is dropped.
struct Lock {
    path: PathBuf,
    /// Locked, and open in every call that works on the files, so that the last of them can be awaited.
    file: Arc<File>,
}

impl Lock {
    /// Makes the file, with its mark in it from the start.
    fn make(path: &Path) -> io::Result<Self> {
        let folder = path.parent().unwrap_or(path);
        let mut file = tempfile::Builder::new().prefix("git-par-").tempfile_in(folder)?;
        file.write_all(MARK)?;
        file.as_file().lock()?;
        let file = Arc::new(file.persist_noclobber(path)?);
        Ok(Self { path: path.to_owned(), file })
    }

    /// Finds the one that a process of ours left; anybody else's is none.
    fn find(path: &Path) -> io::Result<Option<Self>> {
        if !fs::read(path).is_ok_and(|text| text == MARK) {
            return Ok(None);
        }
        let file = Arc::new(File::open(path)?);
        file.lock()?;
        Ok(Some(Self { path: path.to_owned(), file }))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// An index that is taken, with a copy to work on.
pub(super) struct Taken<'h> {
    holder: &'h Holder,
    scratch: TempDir,
    lock: Lock,
}

impl Taken<'_> {
    fn index(&self) -> PathBuf {
        self.scratch.path().join("index")
    }

    /// Begins a call on the files and the copied index, over which the index stays taken.
    pub(super) fn call<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Call {
        self.hold(self.holder.call(arguments)).index(&self.index())
    }

    /// Has a call keep the index taken until it is over.
    pub(super) fn hold(&self, call: Call) -> Call {
        call.holding(&self.lock.file)
    }

    pub(super) fn refused(&self, reason: &str) -> Error {
        self.holder.refused(reason)
    }

    /// Tells whether the index holds the tree of a commit.
    pub(super) fn is_at(&self, commit: Oid) -> Result<bool, git::Error> {
        self.call(["diff-index", "--cached", "--quiet", &commit.to_string()]).succeeds()
    }

    /// Returns the folder of the files.
    pub(super) fn folder(&self) -> &Path {
        &self.holder.path
    }

    /// Moves the files from one commit to another, all or nothing; the user's index stays as it is.
    pub(super) fn move_files(&self, from: Oid, to: Oid) -> Result<(), Error> {
        self.call(read_tree(from, to, &[])).bytes().map(drop).map_err(|error| self.holder.explain(error))
    }

    /// Puts the index of the moved files in place.
    pub(super) fn put(self) -> Result<(), Error> {
        // Not through the lock, which tells until the end whose it is.
        let new = self.holder.git_dir.join("git-par-index");
        let put =
            index_copy::copy(&self.index(), &new).and_then(|()| fs::rename(&new, self.holder.git_dir.join("index")));
        failpoint::pass("index put");
        put.map_err(Error::Scratch)
    }
}

fn read_tree(from: Oid, to: Oid, flags: &[&str]) -> Vec<String> {
    let (from, to) = (from.to_string(), to.to_string());
    // A submodule is a repository of the user's own: only its link moves.
    let fixed = ["read-tree", "-m", "-u", "--no-recurse-submodules"];
    fixed.iter().chain(flags).copied().chain([from.as_str(), to.as_str()]).map(str::to_owned).collect()
}
