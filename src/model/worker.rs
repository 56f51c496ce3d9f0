//! Worker numbers: `w1`, `w2`, ... the lanes of a run.

use std::{fmt, num::NonZeroU16, str::FromStr};

use serde::{Deserialize, Serialize};

/// The most workers that a run may have.
pub const MOST: u16 = 256;

/// The number of a worker, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Worker(NonZeroU16);

/// A text that is not a worker's number.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is not a worker: expected a number from 1 to {MOST}")]
pub struct Error(String);

impl Worker {
    /// Makes the worker of this number, where it is one.
    #[must_use]
    pub fn new(number: u16) -> Option<Self> {
        NonZeroU16::new(number).filter(|n| n.get() <= MOST).map(Self)
    }

    /// Returns the number.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0.get()
    }

    /// Lists the first `count` workers.
    pub fn first(count: u16) -> impl Iterator<Item = Self> {
        (1..=count).filter_map(Self::new)
    }
}

impl FromStr for Worker {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let digits = text.strip_prefix('w').unwrap_or(text);
        let number = digits.parse().ok().and_then(Self::new);
        number.ok_or_else(|| Error(text.chars().take(80).collect()))
    }
}

impl fmt::Display for Worker {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "w{}", self.0)
    }
}
