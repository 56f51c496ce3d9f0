//! Processors: who works on a queue.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The name of one process for as long as it lives, drawn at random; the next one has another.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Processor(pub String);

impl fmt::Display for Processor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}
