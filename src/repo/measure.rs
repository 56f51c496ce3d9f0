//! Measures: how much one tree differs from another, counted on the objects themselves.

mod change;
mod content;

use super::open::Repository;
use crate::model::{diff_stat::DiffStat, line_edit, line_edit::Edit, oid::Oid, patch_id::PatchId, quote};
pub use change::{Change, Changes, Entry};
pub(super) use change::{DEEPEST, MOST};
use content::Content;

/// What keeps two trees from being measured.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An object is not in the repository, as happens in a shallow or partial clone.
    #[error("object {0} is missing")]
    Missing(Oid),
    /// An object is not what the tree that names it says that it is.
    #[error("object {oid} is a {actual}, not a {expected}")]
    Unexpected {
        /// The object.
        oid: Oid,
        /// What it is.
        actual: gix::objs::Kind,
        /// What it should be.
        expected: gix::objs::Kind,
    },
    /// A tree cannot be decoded.
    #[error("tree {0} is malformed")]
    Malformed(Oid, #[source] gix::Error),
    /// A tree lies deeper than git follows.
    #[error("tree {0} is more than {deepest} levels below the root", deepest = change::DEEPEST)]
    TooDeep(Oid),
    /// More paths differ than anybody could have changed.
    #[error("more than {most} paths and folders differ", most = change::MOST)]
    TooMany,
    /// Whoever wanted to know does not want to wait any more.
    #[error("interrupted")]
    Interrupted,
    /// An object is there but cannot be read.
    #[error("object {0} cannot be read")]
    Unreadable(Oid, #[source] gix::Error),
}

/// Measures how much the tree `new` differs from the tree `old`.
///
/// Counts what `git diff-tree -r --numstat --no-renames old new` counts in a repository without attributes and diff
/// settings; see [`DiffStat`] for what is counted and [`PatchId`] for the patch id. A symlink's text is its target, a
/// submodule's is `Subproject commit <id>`; a path that changes its type is one path whose two texts are compared; a file
/// is binary whose blob, on either side, has a NUL in its first 8000 bytes or is larger than 512 MiB. Where two texts have
/// so little in common that the search for the fewest edits is cut off, the counts are those of [`line_edit::between`]:
/// the same as git's in all that was tried, but no promise of a git to come.
///
/// Folders that are equal on both sides are not read, and no more than one file's two sides are in memory.
///
/// Objects are taken at their word: replacements (git-replace(1)) are not followed, as they are the clone's own and would
/// let a candidate hide its size. Fails where an object is missing or broken: what cannot be seen is never counted as
/// nothing, and nothing is fetched.
pub fn measure(repo: &gix::Repository, old: Oid, new: Oid) -> Result<DiffStat, Error> {
    measure_while(repo, (old, new), &|| true)
}

impl Repository {
    /// Lists the paths in which two trees differ, quoted as git quotes, in path order.
    pub fn changed_paths(&self, old: Oid, new: Oid) -> Result<Vec<String>, Error> {
        let local = self.local();
        Changes::between(&local, old, new)?.map(|change| Ok(quote::path(&change?.path))).collect()
    }
}

/// Measures as [`measure`] does, from one tree to another, and asks before each path whether it is to go on.
pub fn measure_while(
    repo: &gix::Repository,
    (old, new): (Oid, Oid),
    is_going: &dyn Fn() -> bool,
) -> Result<DiffStat, Error> {
    let mut repo = repo.clone();
    repo.objects.ignore_replacements = true;
    let mut tally = Tally::default();
    for change in Changes::between(&repo, old, new)? {
        if !is_going() {
            return Err(Error::Interrupted);
        }
        tally.add(&repo, &change?)?;
    }
    Ok(tally.finish())
}

#[derive(Default)]
struct Tally {
    stat: DiffStat,
    patch: PatchId,
}

impl Tally {
    fn add(&mut self, repo: &gix::Repository, change: &Change) -> Result<(), Error> {
        self.stat.files += 1;
        self.patch.start(&change.path, change::mode(change.old), change::mode(change.new));
        match (content::load(repo, change.old)?, content::load(repo, change.new)?) {
            (Content::Text(old), Content::Text(new)) => self.add_text(&old, &new),
            _ => self.add_binary(repo, change),
        }
        self.patch.end();
        Ok(())
    }

    fn add_text(&mut self, old: &[u8], new: &[u8]) {
        line_edit::between(old, new, |edit| {
            match edit {
                Edit::Removed(_) => self.stat.deletions += 1,
                Edit::Added(_) => self.stat.insertions += 1,
            }
            self.patch.edit(&edit);
        });
    }

    fn add_binary(&mut self, repo: &gix::Repository, change: &Change) {
        let null = repo.object_hash().null();
        let [old, new] = [change.old, change.new].map(|side| side.map_or(null, |entry| entry.id));
        self.stat.binary_files.push(quote::path(&change.path));
        self.patch.binary(old.into(), new.into());
    }

    fn finish(self) -> DiffStat {
        DiffStat { patch_id: self.patch.finish(), ..self.stat }
    }
}
