//! Canonical form: the one way to write a JSON value, so that equal values have equal bytes and equal hashes.
//!
//! It is what Python's `json.dumps(value, sort_keys=True, separators=(",", ":"))` writes (korg-ledger@v1, section 2): keys
//! in the order of their code points, no blanks, ASCII only; narrowed to what every reader agrees on: integers within
//! 2^53-1, no key twice, at most [`DEEPEST`] levels.

mod check;
mod read;
mod text;
mod write;

pub use check::{Member, check};
pub use read::from_json;
pub use write::to_string;

/// The largest magnitude of an integer: every whole number up to it is exact in a double.
pub const LARGEST: u64 = (1 << 53) - 1;
/// The most objects and arrays that may be open at once.
pub const DEEPEST: usize = 32;

/// What keeps a value or a text from being canonical.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are not JSON at all, or name a key twice.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// A number is a fraction, or too large to be exact everywhere.
    #[error("the number {0} is not an integer within 2^53-1")]
    Number(serde_json::Number),
    /// Objects and arrays are nested too deep.
    #[error("it is nested deeper than {DEEPEST} levels")]
    TooDeep,
    /// The bytes are not the canonical ones.
    #[error("at byte {at}: {what}")]
    Form {
        /// Where, counted from 0.
        at: usize,
        /// What is wrong there.
        what: &'static str,
    },
}
