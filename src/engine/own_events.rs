//! Own events: which events of a run this repository wrote itself, or was told to trust, kept in the scratch folder.
//!
//! A journal goes on here whoever wrote it: what a remote added to a run that was begun here is still somebody else's.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, BufRead, BufReader, Read, Write},
    path::Path,
};

use crate::{
    model::{chain, hash::Hash},
    process::plain,
};

/// The file's name.
const NAME: &str = "own-events";
/// How much of the file is read, in bytes: more events than a journal may have.
const LONGEST: u64 = 256 << 20;

/// The events of a run that nobody else wrote.
#[derive(Clone, Debug, Default)]
pub struct OwnEvents(HashSet<Hash>);

impl OwnEvents {
    /// Reads them from a folder; none where the file is gone.
    #[must_use]
    pub fn load(folder: &Path) -> Self {
        let path = folder.join(NAME);
        plain::clear(&path);
        let Ok(file) = File::open(path) else { return Self::default() };
        let lines = BufReader::new(file.take(LONGEST)).lines().map_while(Result::ok);
        Self(lines.filter_map(|line| line.parse().ok()).collect())
    }

    /// Lists the numbers of the events of a journal that others wrote.
    #[must_use]
    pub fn others(&self, journal: &[u8]) -> Vec<u64> {
        let lines = (1..).zip(chain::lines(journal));
        let is_own = |line: &[u8]| self.0.contains(&Hash::of(&[line]));
        lines.filter(|(_, line)| !line.as_ref().is_ok_and(|line| is_own(line))).map(|(seq, _)| seq).collect()
    }
}

/// Notes the lines of events as own ones, before anybody sees them; a folder that is not there is not made for it.
pub fn note<'l>(folder: &Path, lines: impl IntoIterator<Item = &'l [u8]>) -> io::Result<()> {
    let path = folder.join(NAME);
    plain::clear(&path);
    let text: String = lines.into_iter().map(|line| format!("{}\n", Hash::of(&[line]))).collect();
    File::options().create(true).append(true).open(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_noted_is_somebody_elses() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(OwnEvents::load(folder.path()).others(b"a\nb\n"), [1, 2]);
        note(folder.path(), [&b"a"[..]]).unwrap();
        note(folder.path(), [&b"c"[..], b"never written"]).unwrap();
        assert_eq!(OwnEvents::load(folder.path()).others(b"a\nb\nc\n"), [2]);
        assert!(note(&folder.path().join("gone"), [&b"a"[..]]).is_err());
    }
}
