//! Log digests: what identifies a child's output wherever it is kept.

use serde::{Deserialize, Serialize};

use super::oid::Oid;

/// The identity of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogDigest {
    /// The git blob that holds it.
    pub blob: Oid,
    /// Its SHA-256, 64 hex digits.
    pub sha256: String,
    /// Its length in bytes.
    pub bytes: u64,
}
