//! Objects: blobs, trees and commits, read with bounds and written in process.

use std::io::Read as _;

use gix::objs::tree::EntryKind;

use super::{git, identity::Identity, open::Repository};
use crate::model::oid::Oid;

/// Why an object could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not here.
    #[error("object {0} is not in this repository")]
    Missing(Oid),
    /// It is not of the kind that was expected.
    #[error("object {id} is not a {expected}")]
    Kind {
        /// The object.
        id: Oid,
        /// What it was to be.
        expected: &'static str,
    },
    /// It is larger than anything of its kind may be.
    #[error("object {id} has {size} bytes, more than the {limit} that are read")]
    TooLarge {
        /// The object.
        id: Oid,
        /// Its size in bytes.
        size: u64,
        /// The bound in bytes.
        limit: u64,
    },
    /// It could not be read.
    #[error("could not read object {id}")]
    Read {
        /// The object.
        id: Oid,
        /// Why.
        source: Box<gix::Error>,
    },
    /// It could not be written.
    #[error("could not write an object")]
    Write(#[source] Box<gix::Error>),
}

/// One entry of a tree that is written.
#[derive(Clone, Debug)]
pub struct TreeEntry {
    /// Its name, without a slash.
    pub name: String,
    /// What it points to.
    pub id: Oid,
    /// Whether that is a tree.
    pub is_tree: bool,
}

impl TreeEntry {
    /// Makes the entry of a file.
    #[must_use]
    pub fn file(name: impl Into<String>, id: Oid) -> Self {
        Self { name: name.into(), id, is_tree: false }
    }

    /// Makes the entry of a folder.
    #[must_use]
    pub fn folder(name: impl Into<String>, id: Oid) -> Self {
        Self { name: name.into(), id, is_tree: true }
    }
}

impl Repository {
    /// Tells whether an object is here.
    #[must_use]
    pub fn has(&self, id: Oid) -> bool {
        self.local().has_object(id.0)
    }

    /// Reads a blob of at most this many bytes.
    pub fn blob(&self, id: Oid, limit: u64) -> Result<Vec<u8>, Error> {
        let local = self.local();
        let read = |source| Error::Read { id, source: Box::new(source) };
        let header = local.try_find_header(id.0).map_err(read)?.ok_or(Error::Missing(id))?;
        if header.size() > limit {
            return Err(Error::TooLarge { id, size: header.size(), limit });
        }
        let mut object = local.find_object(id.0).map_err(read)?;
        if object.kind != gix::objs::Kind::Blob {
            return Err(Error::Kind { id, expected: "blob" });
        }
        Ok(std::mem::take(&mut object.data))
    }

    /// Reads the first bytes of a blob, so many at most.
    pub fn blob_start(&self, id: Oid, most: u64) -> Result<Vec<u8>, git::Error> {
        let mut bytes = Vec::new();
        let read = self.blob_reader(id)?.take(most).read_to_end(&mut bytes);
        // What cannot be read to the end was read as far as it could be.
        let _ = read;
        Ok(bytes)
    }

    /// Reads a blob as it comes, in memory that does not grow with it.
    pub fn blob_reader(&self, id: Oid) -> Result<impl std::io::Read + use<>, git::Error> {
        // Without the setting git holds what is in a pack whole (git-config(1), core.bigFileThreshold).
        self.git().call(["cat-file", "blob", &id.to_string()]).setting("core.bigFileThreshold=1m").reader()
    }

    /// Lists the entries of a tree: name, id and whether it is a tree itself.
    pub fn tree_entries(&self, id: Oid) -> Result<Vec<TreeEntry>, Error> {
        let local = self.local();
        let read = |source| Error::Read { id, source: Box::new(source) };
        let object = local.try_find_object(id.0).map_err(read)?.ok_or(Error::Missing(id))?;
        let tree = object.try_into_tree().map_err(|_| Error::Kind { id, expected: "tree" })?;
        let decoded = tree.decode().map_err(read)?;
        let entry = |entry: &gix::objs::tree::EntryRef<'_>| TreeEntry {
            name: entry.filename.to_string(),
            id: Oid(entry.oid.to_owned()),
            is_tree: entry.mode.is_tree(),
        };
        Ok(decoded.entries.iter().map(entry).collect())
    }

    /// Writes a blob.
    pub fn write_blob(&self, bytes: &[u8]) -> Result<Oid, Error> {
        self.insist(|| self.local().write_blob(bytes).map(Oid::from)).map_err(|source| Error::Write(Box::new(source)))
    }

    /// Writes a tree.
    pub fn write_tree(&self, entries: &[TreeEntry]) -> Result<Oid, Error> {
        let entry = |entry: &TreeEntry| gix::objs::tree::Entry {
            mode: if entry.is_tree { EntryKind::Tree } else { EntryKind::Blob }.into(),
            filename: entry.name.as_str().into(),
            oid: entry.id.0,
        };
        let mut entries: Vec<_> = entries.iter().map(entry).collect();
        entries.sort();
        let tree = gix::objs::Tree { entries };
        self.insist(|| self.local().write_object(&tree).map(Oid::from)).map_err(|source| Error::Write(Box::new(source)))
    }

    /// Writes a commit of our own, such as that of a notes tree.
    pub fn write_commit(
        &self,
        (tree, parents): (Oid, &[Oid]),
        message: &str,
        identity: &Identity,
    ) -> Result<Oid, Error> {
        let signature = identity.now().committer;
        let commit = gix::objs::Commit {
            tree: tree.0,
            parents: parents.iter().map(|parent| parent.0).collect(),
            author: signature.clone(),
            committer: signature,
            encoding: None,
            message: message.into(),
            extra_headers: Vec::new(),
        };
        self.insist(|| self.local().write_object(&commit).map(Oid::from))
            .map_err(|source| Error::Write(Box::new(source)))
    }
}
