//! Logs: what a child left in its file, its end to show and its digest to record.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

const CHUNK: usize = 64 * 1024;

/// A log that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read log '{}'", path.display())]
pub struct Error {
    path: PathBuf,
    source: io::Error,
}

/// The last bytes of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tail {
    /// The bytes as text; what is not UTF-8 is shown as the replacement character.
    pub text: String,
    /// Whether the log holds more before it.
    pub is_cut: bool,
}

/// What identifies a log's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// Its SHA-256, 64 hex digits.
    pub sha256: String,
    /// Its length in bytes.
    pub bytes: u64,
}

impl Tail {
    /// Reads at most the last `limit` bytes of the log at `path`; a character that the cut goes through is left out.
    pub fn load(path: &Path, limit: u64) -> Result<Self, Error> {
        Self::load_up_to(path, u64::MAX, limit)
    }

    /// Reads at most the last `limit` bytes of the first `length` ones of the log at `path`.
    pub fn load_up_to(path: &Path, length: u64, limit: u64) -> Result<Self, Error> {
        read_tail(path, length, limit).map_err(|source| Error { path: path.to_owned(), source })
    }

    /// Takes at most the last `limit` bytes of a log.
    #[must_use]
    pub fn of(log: &[u8], limit: u64) -> Self {
        let start = log.len().saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
        tail(&log[start..], start > 0)
    }
}

/// Digests the log at `path`, in memory that does not grow with it.
pub fn digest(path: &Path) -> Result<Digest, Error> {
    read_digest(path).map_err(|source| Error { path: path.to_owned(), source })
}

fn read_tail(path: &Path, length: u64, limit: u64) -> io::Result<Tail> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len().min(length);
    let start = length.saturating_sub(limit);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    // The log may grow while it is read.
    file.take(length - start).read_to_end(&mut bytes)?;
    Ok(tail(&bytes, start > 0))
}

fn tail(bytes: &[u8], is_cut: bool) -> Tail {
    let broken = bytes.iter().take(3).take_while(|byte| *byte & 0xC0 == 0x80).count();
    let whole = if is_cut { &bytes[broken..] } else { bytes };
    Tail { text: String::from_utf8_lossy(whole).into_owned(), is_cut }
}

fn read_digest(path: &Path) -> io::Result<Digest> {
    let (mut file, mut hash, mut bytes) = (File::open(path)?, Sha256::new(), 0);
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return Ok(Digest { sha256: hex::encode(hash.finalize()), bytes }),
            Ok(count) => {
                hash.update(&chunk[..count]);
                bytes += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(content: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        file
    }

    fn tail(content: &[u8], limit: u64) -> (String, bool) {
        let tail = Tail::load(log(content).path(), limit).unwrap();
        (tail.text, tail.is_cut)
    }

    #[test]
    fn a_tail_is_the_end_of_the_log() {
        assert_eq!(tail(b"one\ntwo\n", 4), ("two\n".to_owned(), true));
        assert_eq!(tail(b"one", 3), ("one".to_owned(), false));
        assert_eq!(tail(b"", 3), (String::new(), false));
        assert_eq!(tail(b"one", 0), (String::new(), true));
    }

    #[test]
    fn a_character_that_the_cut_goes_through_is_left_out() {
        assert_eq!(tail("ab€c".as_bytes(), 3), ("c".to_owned(), true));
        assert_eq!(tail("ab€c".as_bytes(), 4), ("€c".to_owned(), true));
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(tail(b"\x80a\xFF", 10), ("\u{FFFD}a\u{FFFD}".to_owned(), false));
    }

    #[test]
    fn a_digest_is_the_sha_256_of_the_content() {
        let empty = digest(log(b"").path()).unwrap();
        assert_eq!(empty.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        let short = digest(log(b"abc").path()).unwrap();
        assert_eq!(short.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!((empty.bytes, short.bytes), (0, 3));
    }

    #[test]
    fn a_missing_log_is_named() {
        let error = digest(Path::new("/nowhere/agent.log")).unwrap_err();
        assert_eq!(error.to_string(), "cannot read log '/nowhere/agent.log'");
    }
}
