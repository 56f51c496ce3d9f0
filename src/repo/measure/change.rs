//! Changes: the paths at which two trees differ, in the order of their bytes.

use std::{cmp::Ordering, vec};

use gix::objs::{
    Kind, TreeRef,
    tree::{EntryKind, EntryRef, name_order},
};

use super::{Error, content};
use crate::model::{containment::Mode, oid::Oid};

/// How many levels below the root are followed: git's default of `core.maxTreeDepth`.
pub(in crate::repo) const DEEPEST: usize = 2048;
/// How many differing paths and folders are followed: few objects can stand for any number of paths.
pub(in crate::repo) const MOST: u64 = 10_000_000;

/// What a tree has under a name. Modes that git takes for one another are one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub(super) kind: EntryKind,
    /// The object; of a submodule its commit, which need not be here.
    pub id: gix::ObjectId,
}

impl Entry {
    /// Returns what it is, where it is no folder, as a side of a [`Change`] never is.
    #[must_use]
    pub fn mode(self) -> Mode {
        match self.kind {
            EntryKind::Blob | EntryKind::Tree => Mode::File,
            EntryKind::BlobExecutable => Mode::Executable,
            EntryKind::Link => Mode::Link,
            EntryKind::Commit => Mode::Submodule,
        }
    }
}

/// A path that is no folder and differs; one side may be absent, never both.
#[derive(Debug)]
pub struct Change {
    /// The path, as bytes relative to the repository.
    pub path: Vec<u8>,
    /// What was there.
    pub old: Option<Entry>,
    /// What is there now.
    pub new: Option<Entry>,
}

/// Returns an entry's mode in octal, `0` for none.
pub(super) fn mode(entry: Option<Entry>) -> &'static str {
    match entry.map(|entry| entry.kind) {
        None => "0",
        Some(EntryKind::Tree) => "40000",
        Some(EntryKind::Blob) => "100644",
        Some(EntryKind::BlobExecutable) => "100755",
        Some(EntryKind::Link) => "120000",
        Some(EntryKind::Commit) => "160000",
    }
}

/// Iterates over the changes between two trees in the order of their paths' bytes, reading only folders that differ.
///
/// A rename is two of them. Whether replacements (git-replace(1)) are followed is for the repository that is given to say.
pub struct Changes<'repo> {
    repo: &'repo gix::Repository,
    levels: Vec<Level>,
    /// How many more are followed.
    left: u64,
}

struct Level {
    folder: Vec<u8>,
    pairs: vec::IntoIter<Pair>,
}

struct Pair {
    name: Vec<u8>,
    old: Option<Entry>,
    new: Option<Entry>,
}

impl<'repo> Changes<'repo> {
    /// Starts at the roots of two trees.
    pub fn between(repo: &'repo gix::Repository, old: Oid, new: Oid) -> Result<Self, Error> {
        let mut changes = Self { repo, levels: Vec::new(), left: MOST };
        let [old, new] = [old, new].map(|id| Some(Entry { kind: EntryKind::Tree, id: id.0 }));
        changes.enter(Vec::new(), old, new)?;
        Ok(changes)
    }

    fn enter(&mut self, folder: Vec<u8>, old: Option<Entry>, new: Option<Entry>) -> Result<(), Error> {
        if let Some(entry) = new.or(old).filter(|_| self.levels.len() > DEEPEST) {
            return Err(Error::TooDeep(entry.id.into()));
        }
        let (old_tree, new_tree) = (self.load(old)?, self.load(new)?);
        let pairs = differing(&self.decode(old, &old_tree)?, &self.decode(new, &new_tree)?);
        self.levels.push(Level { folder, pairs: pairs.into_iter() });
        Ok(())
    }

    fn load(&self, tree: Option<Entry>) -> Result<Vec<u8>, Error> {
        tree.map_or(Ok(Vec::new()), |entry| content::load_object(self.repo, entry.id, Kind::Tree))
    }

    fn decode<'a>(&self, tree: Option<Entry>, bytes: &'a [u8]) -> Result<Vec<EntryRef<'a>>, Error> {
        let Some(entry) = tree else { return Ok(Vec::new()) };
        let decoded = TreeRef::from_bytes(bytes, self.repo.object_hash());
        decoded.map(|tree| tree.entries).map_err(|source| Error::Malformed(entry.id.into(), source))
    }

    fn step(&mut self) -> Result<Option<Change>, Error> {
        while let Some(level) = self.levels.last_mut() {
            let Some(Pair { name, old, new }) = level.pairs.next() else {
                self.levels.pop();
                continue;
            };
            let mut path = [&level.folder[..], &name].concat();
            self.left = self.left.checked_sub(1).ok_or(Error::TooMany)?;
            if new.or(old).is_some_and(|entry| entry.kind != EntryKind::Tree) {
                return Ok(Some(Change { path, old, new }));
            }
            path.push(b'/');
            self.enter(path, old, new)?;
        }
        Ok(None)
    }
}

impl Iterator for Changes<'_> {
    type Item = Result<Change, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step();
        if step.is_err() {
            self.levels.clear();
        }
        step.transpose()
    }
}

/// Pairs the entries of two sorted trees and keeps the pairs that differ. A folder never pairs with what is none.
fn differing(mut old: &[EntryRef<'_>], mut new: &[EntryRef<'_>]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    while let Some(order) = front_order(old, new) {
        let left = if order.is_le() { old.split_off_first() } else { None };
        let right = if order.is_ge() { new.split_off_first() } else { None };
        let name = left.or(right).map(|entry| entry.filename.to_vec());
        let (left, right) = (left.map(entry), right.map(entry));
        if left != right {
            pairs.push(Pair { name: name.unwrap_or_default(), old: left, new: right });
        }
    }
    pairs
}

/// Tells which list's first entry comes first; an empty list comes last, and two of them have no order.
fn front_order(old: &[EntryRef<'_>], new: &[EntryRef<'_>]) -> Option<Ordering> {
    match (old.first(), new.first()) {
        (None, None) => None,
        (Some(_), None) => Some(Ordering::Less),
        (None, Some(_)) => Some(Ordering::Greater),
        (Some(a), Some(b)) => Some(name_order(a.filename, a.mode.is_tree(), b.filename, b.mode.is_tree())),
    }
}

fn entry(entry: &EntryRef<'_>) -> Entry {
    Entry { kind: entry.mode.kind(), id: entry.oid.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_trees_that_stand_for_many_paths_are_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let repo = gix::init_bare(folder.path()).unwrap();
        let write = |kind: EntryKind, id: gix::ObjectId| {
            let entry = |name: &str| gix::objs::tree::Entry { mode: kind.into(), filename: name.into(), oid: id };
            repo.write_object(gix::objs::Tree { entries: ["a", "b"].map(entry).to_vec() }).unwrap().detach()
        };
        let blob = repo.write_blob("x").unwrap().detach();
        let bomb = (0..5).fold(write(EntryKind::Blob, blob), |tree, _| write(EntryKind::Tree, tree));
        let count = |left| {
            let empty = Oid(repo.write_object(gix::objs::Tree::empty()).unwrap().detach());
            let changes = Changes { left, ..Changes::between(&repo, empty, Oid(bomb)).unwrap() };
            changes.collect::<Result<Vec<_>, _>>().map(|changes| changes.len())
        };
        assert_eq!(count(MOST).unwrap(), 64);
        assert_eq!(count(126).unwrap(), 64);
        assert!(matches!(count(125), Err(Error::TooMany)));
    }
}
