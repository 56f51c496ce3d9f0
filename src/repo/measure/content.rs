//! Contents: what one side of a changed path holds, as lines or as bytes that are no lines.

use gix::objs::{Kind, tree::EntryKind};

use super::{Error, change::Entry};

/// Where git looks for a NUL, in bytes.
const LOOKED_AT: usize = 8000;

/// The largest blob that git compares by lines, in bytes: its default of `core.bigFileThreshold`.
const LARGEST: u64 = 512 << 20;

/// What is compared of one side.
pub(super) enum Content {
    /// Lines.
    Text(Vec<u8>),
    /// A NUL near the start, or too much to look at.
    Binary,
}

/// Loads what an entry that is no folder holds; an absent one is an empty text.
pub(super) fn load(repo: &gix::Repository, entry: Option<Entry>) -> Result<Content, Error> {
    match entry {
        None => Ok(Content::Text(Vec::new())),
        Some(Entry { kind: EntryKind::Commit, id }) => Ok(Content::Text(format!("Subproject commit {id}\n").into())),
        Some(Entry { id, .. }) => load_blob(repo, id),
    }
}

fn load_blob(repo: &gix::Repository, id: gix::ObjectId) -> Result<Content, Error> {
    let header = repo.try_find_header(id).map_err(|source| Error::Unreadable(id.into(), source))?;
    if header.ok_or(Error::Missing(id.into()))?.size() > LARGEST {
        return Ok(Content::Binary);
    }
    let bytes = load_object(repo, id, Kind::Blob)?;
    let is_binary = bytes.iter().take(LOOKED_AT).any(|byte| *byte == 0);
    Ok(if is_binary { Content::Binary } else { Content::Text(bytes) })
}

/// Loads an object's bytes, where it is there and of the kind that is expected.
pub(super) fn load_object(repo: &gix::Repository, id: gix::ObjectId, expected: Kind) -> Result<Vec<u8>, Error> {
    let found = repo.try_find_object(id).map_err(|source| Error::Unreadable(id.into(), source))?;
    // Detached, so that the repository does not keep the buffer.
    let object = found.ok_or(Error::Missing(id.into()))?.detach();
    if object.kind == expected {
        Ok(object.data)
    } else {
        Err(Error::Unexpected { oid: id.into(), actual: object.kind, expected })
    }
}
