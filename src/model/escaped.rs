//! Escapes as they are recorded: what a candidate changed that its task did not declare.

use serde::{Deserialize, Serialize};

/// Something that was changed and not declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escaped {
    /// Where it is, quoted as git quotes.
    pub path: String,
    /// Why it is outside of what was declared.
    pub reason: String,
}
