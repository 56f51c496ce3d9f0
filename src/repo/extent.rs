//! Extents: how many paths trees stand for and how deep they are, told without following each path.

use std::collections::HashMap;

use super::{
    measure::{DEEPEST, MOST},
    objects::TreeEntry,
    open::Repository,
};
use crate::model::oid::Oid;

/// Why git is not to be asked about a tree.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Few objects can stand for any number of paths.
    #[error("tree {0} stands for more than {MOST} paths and folders")]
    TooMany(Oid),
    /// Each level costs whoever follows it.
    #[error("tree {0} is more than {DEEPEST} levels deep")]
    TooDeep(Oid),
}

/// What is known of trees: each is read once, however often it stands in others.
#[derive(Debug, Default)]
pub struct Extents {
    known: HashMap<Oid, Extent>,
}

/// How large a tree is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Extent {
    paths: u64,
    levels: usize,
}

impl Extents {
    /// Fails where a tree stands for more paths, or is deeper, than any tree that people work with.
    ///
    /// What is not here, or is no tree, stands for nothing: whoever needs it tells that.
    pub fn require(&mut self, repository: &Repository, tree: Oid) -> Result<(), Error> {
        let Extent { paths, levels } = self.of(repository, tree, 0);
        if levels > DEEPEST {
            return Err(Error::TooDeep(tree));
        }
        if paths > MOST { Err(Error::TooMany(tree)) } else { Ok(()) }
    }

    fn of(&mut self, repository: &Repository, tree: Oid, level: usize) -> Extent {
        if let Some(known) = self.known.get(&tree) {
            return *known;
        }
        if level > DEEPEST {
            // Nothing above it can be followed either.
            return Extent { paths: 0, levels: DEEPEST + 1 };
        }
        let entries = repository.tree_entries(tree).unwrap_or_default();
        let mut extent = Extent { paths: entries.len() as u64, levels: 1 };
        for TreeEntry { id, .. } in entries.into_iter().filter(|entry| entry.is_tree) {
            let below = self.of(repository, id, level + 1);
            extent.paths = extent.paths.saturating_add(below.paths);
            extent.levels = extent.levels.max(below.levels + 1);
        }
        self.known.insert(tree, extent);
        extent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(repository: &Repository, names: &[&str], levels: usize) -> Oid {
        let blob = repository.write_blob(b"x").unwrap();
        let leaf = repository.write_tree(&[TreeEntry::file("f", blob)]).unwrap();
        (1..levels).fold(leaf, |tree, _| {
            let entries: Vec<_> = names.iter().map(|name| TreeEntry::folder(*name, tree)).collect();
            repository.write_tree(&entries).unwrap()
        })
    }

    #[test]
    fn trees_that_stand_for_many_paths_or_levels_are_told_in_the_time_of_their_objects() {
        let folder = tempfile::tempdir().unwrap();
        gix::init_bare(folder.path()).unwrap();
        let repository = Repository::open_own(folder.path()).unwrap();
        let require = |tree| Extents::default().require(&repository, tree);
        assert!(require(nested(&repository, &["a", "b"], 20)).is_ok());
        assert!(matches!(require(nested(&repository, &["a", "b"], 200)), Err(Error::TooMany(_))));
        assert!(require(nested(&repository, &["a"], DEEPEST)).is_ok());
        assert!(matches!(require(nested(&repository, &["a"], DEEPEST + 1)), Err(Error::TooDeep(_))));
        assert!(require(Oid(gix::ObjectId::null(gix::hash::Kind::Sha1))).is_ok());
    }
}
