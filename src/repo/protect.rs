//! Protected paths: a candidate's tree with the gate's own files taken from base.

use std::path::Path;

use super::{git, open::Repository};
use crate::model::{oid::Oid, quote};

/// Why protected paths could not be taken from base.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// git could not do it.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// A scratch file could not be made.
    #[error("could not make a scratch index")]
    Scratch(#[source] std::io::Error),
    /// git printed something else than a tree.
    #[error("git write-tree printed '{0}'")]
    NoTree(String),
}

/// A tree with its protected paths as in base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protected {
    /// The tree.
    pub tree: Oid,
    /// The protected paths that the candidate changed, quoted as git quotes.
    pub touched: Vec<String>,
}

impl Repository {
    /// Takes the paths that the pathspecs match from base's tree, whatever the candidate made of them.
    pub fn protected_tree(&self, base: Oid, tree: Oid, pathspecs: &[String]) -> Result<Protected, Error> {
        if pathspecs.is_empty() {
            return Ok(Protected { tree, touched: Vec::new() });
        }
        let folder = tempfile::Builder::new().prefix("git-par-").tempdir().map_err(Error::Scratch)?;
        let index = folder.path().join("index");
        let base_tree = base.to_string();
        self.git().call(["read-tree", &tree.to_string()]).index(&index).bytes()?;
        // Compared against the index, so that pathspecs mean here what they mean everywhere in git.
        let changes = ["diff-index", "--cached", "--raw", "--no-abbrev", "--no-renames", "-z", &base_tree, "--"];
        let raw = self.git().call(changes).args(pathspecs).work_tree(folder.path()).index(&index).bytes()?;
        let (script, touched) = reversal(&raw, self.hex_len());
        let touched = touched.iter().map(|path| quote::path(path)).collect::<Vec<_>>();
        if touched.is_empty() {
            return Ok(Protected { tree, touched });
        }
        Ok(Protected { tree: apply(self, (&index, folder.path()), script)?, touched })
    }
}

/// Puts lines as git-update-index(1) takes them with `--index-info` into an index, and writes its tree; the folder is an empty one.
pub(super) fn apply(repository: &Repository, (index, folder): (&Path, &Path), script: Vec<u8>) -> Result<Oid, Error> {
    let git = repository.git();
    git.call(["update-index", "-z", "--index-info"]).work_tree(folder).index(index).input(script).bytes()?;
    let text = git.call(["write-tree"]).index(index).text()?;
    text.parse().map_err(|_| Error::NoTree(text))
}

/// Reads raw differences (git-diff-index(1)) into the index lines that undo them, and their paths.
fn reversal(raw: &[u8], hex_len: usize) -> (Vec<u8>, Vec<&[u8]>) {
    let fields: Vec<&[u8]> = raw.split(|byte| *byte == 0).collect();
    let mut script = Vec::new();
    let mut paths = Vec::new();
    for pair in fields.chunks_exact(2) {
        let (change, path) = (pair[0], pair[1]);
        let words: Vec<&[u8]> = change.split(|byte| *byte == b' ').collect();
        let (Some(mode), Some(id)) = (words.first().and_then(|mode| mode.strip_prefix(b":")), words.get(2)) else {
            continue;
        };
        let id = if mode == b"000000" { vec![b'0'; hex_len] } else { id.to_vec() };
        let mode = if mode == b"000000" { b"0" } else { mode };
        script.extend([mode, b" ", &id, b"\t", path, b"\0"].concat());
        paths.push(path);
    }
    (script, paths)
}
