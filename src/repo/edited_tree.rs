//! Edited trees: a tree with some of its files replaced, and what a tree has at a path.

use super::{
    objects,
    open::Repository,
    protect::{self, Error},
};
use crate::model::oid::Oid;

/// A file of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeFile {
    /// The mode, such as `100644`.
    pub mode: String,
    /// The object.
    pub id: Oid,
}

impl Repository {
    /// Finds what a tree has at a path; none where there is nothing.
    pub fn path_in(&self, tree: Oid, path: &[u8]) -> Result<Option<TreeFile>, objects::Error> {
        let local = self.local();
        let read = |source| objects::Error::Read { id: tree, source: Box::new(source) };
        let object = local.try_find_object(tree.0).map_err(read)?.ok_or(objects::Error::Missing(tree))?;
        let root = object.try_into_tree().map_err(|_| objects::Error::Kind { id: tree, expected: "tree" })?;
        let found = root.lookup_entry(path.split(|byte| *byte == b'/')).map_err(read)?;
        Ok(found.map(|entry| TreeFile { mode: format!("{:06o}", entry.mode().value()), id: Oid(entry.object_id()) }))
    }

    /// Writes a tree with some files replaced, or removed where there is nothing to take their place.
    pub fn tree_with(&self, tree: Oid, files: &[(&[u8], Option<TreeFile>)]) -> Result<Oid, Error> {
        let folder = tempfile::Builder::new().prefix("git-par-").tempdir().map_err(Error::Scratch)?;
        let index = folder.path().join("index");
        self.git().call(["read-tree", &tree.to_string()]).index(&index).bytes()?;
        let none = "0".repeat(self.hex_len());
        let line = |(path, file): &(&[u8], Option<TreeFile>)| {
            let (mode, id) = match file {
                Some(file) => (file.mode.clone(), file.id.to_string()),
                None => ("0".to_owned(), none.clone()),
            };
            [format!("{mode} {id}\t").as_bytes(), path, b"\0"].concat()
        };
        let script: Vec<u8> = files.iter().flat_map(line).collect();
        protect::apply(self, (&index, folder.path()), script)
    }
}
