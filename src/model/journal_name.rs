//! Journal names: what a journal is of, a run or a queue, as refs and folders spell it.

use std::{borrow::Borrow, fmt, ops::Deref};

use serde::Serialize;

use super::run_id::{QUEUES, RunId};

/// The longest name of a queue's folder, in bytes: it is a file's name, with room for what git adds to it.
const LONGEST: usize = 200;
const BRANCHES: &str = "refs/heads/";

/// What a journal is of: `<run>`, or `queue/<target>`; spelled so below `refs/par/` and among the live files.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JournalName(String);

impl JournalName {
    /// Takes what is known to be a run's name.
    pub(super) fn run(text: String) -> Self {
        Self(text)
    }

    /// Returns the name as refs and folders spell it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Splits a ref's name, without what all refs of runs and queues begin with, into whose it is and the rest.
    #[must_use]
    pub fn split(text: &str) -> Option<(Self, Option<&str>)> {
        let (first, rest) = part(text);
        if first != QUEUES {
            return Some((first.parse::<RunId>().ok()?.deref().clone(), rest));
        }
        let (folder, rest) = part(rest?);
        Some((QueueName::told(folder)?.0, rest))
    }

    /// Returns the name as people type it: a queue's with the branch's own name.
    #[must_use]
    pub fn spelled(&self) -> String {
        self.queue().map_or_else(|| self.0.clone(), |queue| format!("{QUEUES}/{queue}"))
    }

    /// Returns what an answer calls it: `run <run>` or `queue/<branch>`.
    #[must_use]
    pub fn titled(&self) -> String {
        if self.queue().is_some() { self.spelled() } else { format!("run {}", self.0) }
    }

    /// Returns the queue's name; none of a run.
    #[must_use]
    pub fn queue(&self) -> Option<QueueName> {
        self.0.contains('/').then(|| QueueName(self.clone()))
    }

    /// Returns the run's name; none of a queue.
    #[must_use]
    pub fn as_run(&self) -> Option<RunId> {
        self.0.parse().ok()
    }
}

/// Tells whether somebody means a queue by this, here or not.
#[must_use]
pub fn is_queue(text: &str) -> bool {
    part(text).0 == QUEUES && text.contains('/')
}

impl Serialize for JournalName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.spelled())
    }
}

fn part(text: &str) -> (&str, Option<&str>) {
    text.split_once('/').map_or((text, None), |(first, rest)| (first, Some(rest)))
}

impl fmt::Display for JournalName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.queue() {
            Some(queue) => write!(out, "queue '{queue}'"),
            None => write!(out, "run '{}'", self.0),
        }
    }
}

/// The name of the queue into one branch.
///
/// Its folder is the branch's name in one piece, with `%2F` for each slash and likewise for all else but letters, digits and
/// `._-`: so the queues into `a` and into `a/b`, of which git lets only one be at a time, never stand in each other's way.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QueueName(JournalName);

impl QueueName {
    /// Names the queue into a branch, told by its full ref name; none where the name is too long for a file, or no branch's.
    #[must_use]
    pub fn of(target: &str) -> Option<Self> {
        let folder = escape(target.strip_prefix(BRANCHES)?);
        let fits = !folder.is_empty() && folder.len() <= LONGEST && !folder.starts_with('.');
        fits.then(|| Self(JournalName(format!("{QUEUES}/{folder}"))))
    }

    /// Reads the folder's name, which must be spelled as [`QueueName::of`] spells it.
    fn told(folder: &str) -> Option<Self> {
        Self::of(&format!("{BRANCHES}{}", unescape(folder)?)).filter(|queue| queue.folder() == folder)
    }

    /// Returns the branch's full ref name.
    #[must_use]
    pub fn target(&self) -> String {
        format!("{BRANCHES}{self}")
    }

    fn folder(&self) -> &str {
        self.0.0.split_once('/').map_or("", |(_, folder)| folder)
    }
}

impl Borrow<JournalName> for QueueName {
    fn borrow(&self) -> &JournalName {
        &self.0
    }
}

impl Deref for QueueName {
    type Target = JournalName;

    fn deref(&self) -> &JournalName {
        &self.0
    }
}

impl Serialize for QueueName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for QueueName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&unescape(self.folder()).unwrap_or_default())
    }
}

fn escape(text: &str) -> String {
    let escaped = |byte: u8| match byte {
        b'.' | b'_' | b'-' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escaped).collect()
}

fn unescape(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(code, 16).ok()?);
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_is_one_folder_and_read_back() {
        for (branch, folder) in [
            ("main", "queue/main"),
            ("release/1.0", "queue/release%2F1.0"),
            ("50%", "queue/50%25"),
            ("größe", "queue/gr%C3%B6%C3%9Fe"),
        ] {
            let queue = QueueName::of(&format!("refs/heads/{branch}")).unwrap();
            assert_eq!(queue.as_str(), folder);
            assert_eq!(queue.to_string(), branch);
            assert_eq!(queue.target(), format!("refs/heads/{branch}"));
            let text = format!("{folder}/entry/1.1");
            let (name, rest) = JournalName::split(&text).unwrap();
            assert_eq!((name.queue(), rest), (Some(queue), Some("entry/1.1")));
        }
    }

    #[test]
    fn what_is_no_branch_has_no_queue() {
        let long = format!("refs/heads/{}", "x".repeat(201));
        for target in ["refs/tags/v1", "refs/heads/", "main", "refs/heads/.a", &long] {
            assert_eq!(QueueName::of(target), None, "{target}");
        }
        for text in ["queue", "queue/", "queue/a%2f", "queue/a%", "queue/%41", "queue/%FF", "queue/é", "Queue/a", "-r"]
        {
            assert_eq!(JournalName::split(text), None, "{text}");
        }
    }

    #[test]
    fn a_run_is_no_queue() {
        let (name, rest) = JournalName::split("r/base").unwrap();
        assert_eq!((name.as_str(), rest, name.queue()), ("r", Some("base"), None));
        assert_eq!(name.to_string(), "run 'r'");
    }
}
