//! Remnants: files that a process moved before it died, brought to where their branch is.

use std::{collections::HashSet, ffi::OsStr, os::unix::ffi::OsStrExt};

use super::{
    git,
    holder::{Holder, Taken},
    open::Repository,
    target::{Error, Step},
};
use crate::model::oid::Oid;

/// A path that a step changes.
struct Change<'a> {
    path: &'a [u8],
    /// Mode and id before; of zeros where it was not there.
    before: [&'a [u8]; 2],
    /// Mode and id after; of zeros where it is no more.
    after: [&'a [u8]; 2],
}

impl<'a> Change<'a> {
    fn side(&self, is_after: bool) -> [&'a [u8]; 2] {
        if is_after { self.after } else { self.before }
    }
}

impl Repository {
    /// Brings the files of a step that a dead process of ours was at to its end where the branch moved, else takes them back.
    ///
    /// It is for the caller to hold the branches. Nothing happens where no such process had taken the files, and none is touched
    /// that is neither as the step found it nor as it leaves it.
    pub fn settle(&self, step: &Step<'_>, has_moved: bool) -> Result<(), Error> {
        let holder = self.holder(step.branch)?;
        let taken = holder.as_ref().map_or(Ok(None), Holder::take_over)?;
        let Some(taken) = taken else {
            // Somebody has left the branch since, where that process died.
            self.give_back_indexes();
            return Ok(());
        };
        let (from, to) = (step.from.to_string(), step.to.to_string());
        let listing = taken.call(["diff-tree", "-r", "-z", "--no-abbrev", "--no-renames", &from, &to]).bytes()?;
        let changes = changes(&listing);
        write(&taken, changes.iter().map(|change| (change.path, change.side(has_moved))))?;
        let goal = write_tree(&taken)?;
        note_moved(&taken, &changes, has_moved)?;
        taken.move_files(write_tree(&taken)?, goal)?;
        taken.put()
    }
}

/// Has the index know which files are as the step leaves them, and which as it found them. What is neither is the user's by
/// now: it stays, as a change of what the branch has.
fn note_moved(taken: &Taken<'_>, changes: &[Change<'_>], has_moved: bool) -> Result<(), Error> {
    let left = differing(taken, changes.iter().collect(), true)?;
    let users = differing(taken, left, false)?;
    write(taken, users.into_iter().map(|change| (change.path, change.side(has_moved))))?;
    Ok(())
}

/// Has the index hold what is after these changes, or before, and returns those whose files are not as that side has them.
fn differing<'c>(
    taken: &Taken<'_>,
    changes: Vec<&'c Change<'c>>,
    is_after: bool,
) -> Result<Vec<&'c Change<'c>>, Error> {
    write(taken, changes.iter().map(|change| (change.path, change.side(is_after))))?;
    let listed = taken.call(["diff-files", "-z", "--name-only"]).bytes()?;
    let listed: HashSet<&[u8]> = listed.split(|byte| *byte == 0).collect();
    let is_differing = |change: &&Change<'c>| {
        let is_absent = change.side(is_after)[0].iter().all(|digit| *digit == b'0');
        let found = || taken.folder().join(OsStr::from_bytes(change.path)).symlink_metadata();
        listed.contains(change.path) || (is_absent && found().is_ok_and(|found| !found.is_dir()))
    };
    Ok(changes.into_iter().filter(is_differing).collect())
}

/// Writes the index as a tree: two of them differ in what is to be moved, whatever else the user has staged.
fn write_tree(taken: &Taken<'_>) -> Result<Oid, Error> {
    let text = taken.call(["write-tree"]).text()?;
    text.parse().map_err(|_| taken.refused("its index could not be written as a tree"))
}

/// Reads `:<mode> <mode> <id> <id> <status>` and a path, each ended by a zero (git-diff-tree(1), raw output).
fn changes(listing: &[u8]) -> Vec<Change<'_>> {
    let fields: Vec<&[u8]> = listing.split(|byte| *byte == 0).collect();
    fields.chunks_exact(2).filter_map(|pair| change(pair[0], pair[1])).collect()
}

fn change<'a>(head: &'a [u8], path: &'a [u8]) -> Option<Change<'a>> {
    let words: Vec<&[u8]> = head.strip_prefix(b":")?.split(|byte| *byte == b' ').collect();
    let [old_mode, new_mode, old, new, _] = words[..] else { return None };
    Some(Change { path, before: [old_mode, old], after: [new_mode, new] })
}

/// Writes entries into the index, and has it know their files again.
fn write<'c>(taken: &Taken<'_>, entries: impl Iterator<Item = (&'c [u8], [&'c [u8]; 2])>) -> Result<(), git::Error> {
    let lines = entries.flat_map(|(path, [mode, id])| [mode, b" ", id, b"\t", path, b"\0"].concat());
    taken.call(["update-index", "-z", "--index-info"]).input(lines.collect::<Vec<u8>>()).bytes()?;
    taken.call(["update-index", "-q", "--refresh"]).ended()?;
    Ok(())
}
