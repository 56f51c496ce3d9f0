//! Run ids: ref-safe, sortable by time, unique, such as `20261120-142501-fix-parse-range-k3f9`.

use std::{borrow::Borrow, fmt, ops::Deref, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

use super::journal_name::JournalName;

/// The longest id, in bytes: a path component and a ref component everywhere.
pub const LONGEST: usize = 100;
const LONGEST_SLUG: usize = 32;

/// What no run is called: below this name are the notes of queues.
pub const QUEUES: &str = "queue";

/// The name of a run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct RunId(JournalName);

/// A text that cannot name a run.
#[derive(Debug, thiserror::Error)]
#[error(
    "'{0}' cannot name a run: use letters, digits, '.', '_' and '-', at most {LONGEST}, not '.' or '-' first, no '..', not '.lock' or '.' last, and not '{QUEUES}'"
)]
pub struct Error(String);

impl RunId {
    /// Makes the id of a run that starts at `stamp` (`YYYYMMDD-HHMMSS`) with this task; `suffix` makes it unique.
    #[must_use]
    pub fn generate(stamp: &str, task: &str, suffix: &str) -> Self {
        let slug = slug(task);
        let middle = if slug.is_empty() { String::new() } else { format!("-{slug}") };
        Self(JournalName::run(format!("{stamp}{middle}-{suffix}")))
    }

    /// Returns the name of its journal.
    #[must_use]
    pub fn name(&self) -> JournalName {
        self.0.clone()
    }
}

impl Borrow<JournalName> for RunId {
    fn borrow(&self) -> &JournalName {
        &self.0
    }
}

impl Deref for RunId {
    type Target = JournalName;

    fn deref(&self) -> &JournalName {
        &self.0
    }
}

fn slug(task: &str) -> String {
    let line = task.lines().next().unwrap_or_default().to_ascii_lowercase();
    let words = line.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words {
        if slug.len() + word.len() + 1 > LONGEST_SLUG {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(word);
    }
    slug
}

/// Tells whether a text may be a part of a ref's name and of a path everywhere.
pub(super) fn is_safe(text: &str) -> bool {
    let shape = (1..=LONGEST).contains(&text.len()) && !text.starts_with(['.', '-']);
    let lower = text.to_ascii_lowercase();
    let ends = !lower.as_bytes().ends_with(b".lock") && !text.ends_with('.') && !text.contains("..");
    shape && ends && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

impl FromStr for RunId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        // Where file systems know no capitals, one name is as good as another.
        let is_free = !text.eq_ignore_ascii_case(QUEUES);
        let name = Some(text).filter(|text| is_safe(text) && is_free);
        name.map(|name| Self(JournalName::run(name.to_owned())))
            .ok_or_else(|| Error(text.chars().take(LONGEST).collect()))
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RunId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_carries_time_words_and_a_suffix() {
        let id = RunId::generate("20261120-142501", "Fix parse_range!\nmore", "k3f9");
        assert_eq!(id.as_str(), "20261120-142501-fix-parse-range-k3f9");
        assert!(id.as_str().parse::<RunId>().is_ok());
    }

    #[test]
    fn a_task_without_words_still_has_an_id() {
        assert_eq!(RunId::generate("20261120-142501", "修复", "k3f9").as_str(), "20261120-142501-k3f9");
    }

    #[test]
    fn names_that_git_or_a_file_system_would_refuse_are_refused() {
        for name in ["", ".", "..", "a..b", ".a", "-a", "a.lock", "a.", "a/b", "a b", "a~", "a^", "a:", "é", "@{"] {
            assert!(name.parse::<RunId>().is_err(), "{name}");
        }
        assert!("x".repeat(LONGEST + 1).parse::<RunId>().is_err());
    }

    #[test]
    fn no_run_is_called_as_the_folder_of_the_queues_notes_is() {
        for name in ["queue", "Queue", "QUEUE"] {
            assert!(name.parse::<RunId>().is_err(), "{name}");
        }
        for name in ["queue-1", "queues", "my-queue"] {
            assert!(name.parse::<RunId>().is_ok(), "{name}");
        }
    }
}
