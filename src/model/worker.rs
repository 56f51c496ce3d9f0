//! Worker numbers: `w1`, `w2`, ... the lanes of a run.

use std::{fmt, num::NonZeroU16, str::FromStr};

use serde::{Deserialize, Serialize};

/// The most workers that a run may have.
pub const MOST: u16 = 256;

/// The number of a worker, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
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

impl TryFrom<u16> for Worker {
    type Error = Error;

    fn try_from(number: u16) -> Result<Self, Error> {
        Self::new(number).ok_or_else(|| Error(number.to_string()))
    }
}

impl From<Worker> for u16 {
    fn from(worker: Worker) -> Self {
        worker.get()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_beyond_the_most_is_no_worker_wherever_it_is_read() {
        assert_eq!(serde_json::from_str::<Worker>("256").unwrap(), Worker::new(256).unwrap());
        assert_eq!(serde_json::to_string(&Worker::new(7).unwrap()).unwrap(), "7");
        for number in ["0", "257", "-1", "1.5"] {
            assert!(serde_json::from_str::<Worker>(number).is_err(), "{number}");
            assert!(number.parse::<Worker>().is_err(), "{number}");
        }
    }
}
