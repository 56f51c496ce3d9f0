//! Logs: what children printed, kept in the run's logs tree as `w<n>/agent.log`, `w<n>/gate.log`, ...

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use gix::objs::Write as _;

use super::{
    identity::Identity,
    objects::{self, TreeEntry},
    open::Repository,
    refs,
};
use crate::model::{journal_name::JournalName, oid::Oid, ref_name::RefName};

/// Why a log could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read.
    #[error("could not read the log '{}'", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
    /// A ref.
    #[error(transparent)]
    Refs(#[from] refs::Error),
}

/// One log in a run's logs tree.
#[derive(Clone, Debug)]
pub struct LogEntry {
    /// The folder: a worker such as `w1`, or `base`.
    pub folder: String,
    /// The file, such as `agent.log`.
    pub name: String,
    /// The blob.
    pub blob: Oid,
}

impl Repository {
    /// Keeps the first `size` bytes of a file as a blob without holding them in memory.
    ///
    /// A background child may still be writing: what is kept is what was digested.
    pub fn store_log(&self, path: &Path, size: u64) -> Result<Oid, Error> {
        self.insist(|| self.try_store_log(path, size))
    }

    fn try_store_log(&self, path: &Path, size: u64) -> Result<Oid, Error> {
        let failed = |source| Error::File { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(failed)?;
        let mut bounded = io::Read::take(&mut file, size);
        let local = self.local();
        let blob = local.objects.write_stream(gix::objs::Kind::Blob, size, &mut bounded);
        let blob = Oid(blob.map_err(|source| objects::Error::Write(Box::new(source)))?);
        self.sync_objects(&[blob])?;
        Ok(blob)
    }

    /// Writes a logs commit that adds one log to those of the commit before; the ref is not moved.
    pub fn write_logs(&self, parent: Option<Oid>, log: &LogEntry, identity: &Identity) -> Result<Oid, Error> {
        let root = parent.map(|parent| self.commit(parent).map(|commit| commit.tree)).transpose()?;
        let mut folders = root.map(|root| self.tree_entries(root)).transpose()?.unwrap_or_default();
        let old = folders.iter().find(|entry| entry.name == log.folder).map(|entry| entry.id);
        let mut files = old.map(|old| self.tree_entries(old)).transpose()?.unwrap_or_default();
        put(&mut files, TreeEntry::file(&log.name, log.blob));
        let folder = self.write_tree(&files)?;
        put(&mut folders, TreeEntry::folder(&log.folder, folder));
        let tree = self.write_tree(&folders)?;
        let parents: Vec<Oid> = parent.into_iter().collect();
        let commit = self.write_commit((tree, &parents), &format!("log {}/{}\n", log.folder, log.name), identity)?;
        self.sync_objects(&[folder, tree, commit])?;
        Ok(commit)
    }

    /// Reads where the logs of a run or a queue are; none where there are none here.
    pub fn logs(&self, of: &JournalName) -> Result<Option<Oid>, Error> {
        Ok(self.ref_target(&RefName::logs(of))?)
    }
}

fn put(entries: &mut Vec<TreeEntry>, entry: TreeEntry) {
    entries.retain(|old| old.name != entry.name);
    entries.push(entry);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_kept_as_far_as_it_was_digested() {
        let folder = tempfile::tempdir().unwrap();
        gix::init_bare(folder.path()).unwrap();
        let repository = Repository::open_own(folder.path()).unwrap();
        let file = folder.path().join("agent.log");
        std::fs::write(&file, "done\nand still writing\n").unwrap();
        let blob = repository.store_log(&file, 5).unwrap();
        assert_eq!(repository.blob(blob, 100).unwrap(), b"done\n");
    }
}
