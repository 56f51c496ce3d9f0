//! Fields: an event's members, asked for in the ascending order of their keys and read as what they must be.

use super::Error;
use crate::model::{canonical::Member, hash::Hash};

/// A walk over the members of an event.
pub(super) struct Fields<'l> {
    line: &'l str,
    members: &'l [Member],
    /// How many members the walk has passed.
    passed: usize,
}

impl<'l> Fields<'l> {
    pub(super) fn new(line: &'l str, members: &'l [Member]) -> Self {
        Self { line, members, passed: 0 }
    }

    /// Returns how many members the walk has passed, the last one asked for included where it was there.
    pub(super) fn passed(&self) -> usize {
        self.passed
    }

    /// Passes all members up to this key and returns its value.
    pub(super) fn take(&mut self, key: &str) -> Option<&'l str> {
        while let Some(member) = self.members.get(self.passed) {
            // The keys asked for are of letters and '_' only, all above the backslash: an escaped key never stops the walk early.
            match self.line[member.key.clone()].cmp(key) {
                std::cmp::Ordering::Greater => return None,
                order => {
                    self.passed += 1;
                    if order.is_eq() {
                        return Some(&self.line[member.value.clone()]);
                    }
                }
            }
        }
        None
    }

    pub(super) fn object(&mut self, key: &'static str) -> Result<&'l str, Error> {
        self.require(key, "an object", |raw| raw.starts_with('{').then_some(raw))
    }

    /// Returns the text between the quotes, still escaped.
    pub(super) fn text(&mut self, key: &'static str) -> Result<&'l str, Error> {
        self.require(key, "a text", unquoted)
    }

    pub(super) fn count(&mut self, key: &'static str) -> Result<u64, Error> {
        self.require(key, "a whole number", |raw| raw.parse().ok())
    }

    pub(super) fn bool(&mut self, key: &'static str) -> Result<bool, Error> {
        self.require(key, "true or false", |raw| raw.parse().ok())
    }

    pub(super) fn hash(&mut self, key: &'static str) -> Result<Hash, Error> {
        self.require(key, "a hash of 64 lower-case hex digits", |raw| unquoted(raw)?.parse().ok())
    }

    fn require<T>(
        &mut self,
        key: &'static str,
        want: &'static str,
        read: impl FnOnce(&'l str) -> Option<T>,
    ) -> Result<T, Error> {
        self.take(key).and_then(read).ok_or(Error::Schema { key, want })
    }
}

/// Returns what is between the quotes of a text.
pub(super) fn unquoted(raw: &str) -> Option<&str> {
    raw.strip_prefix('"')?.strip_suffix('"')
}
