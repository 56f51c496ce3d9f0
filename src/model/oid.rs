//! Object ids: the git hash of an object, SHA-1 or SHA-256, as lower-case hex wherever it is written.

use std::{fmt, ops::Deref, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The id of a git object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Oid(pub gix::ObjectId);

/// A text that is not 40 or 64 lower-case hexadecimal digits.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is not an object id")]
pub struct Error(String);

impl FromStr for Oid {
    type Err = Error;

    fn from_str(hex: &str) -> Result<Self, Error> {
        let bad = || Error(hex.chars().take(80).collect());
        if hex.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(bad());
        }
        gix::ObjectId::from_hex(hex.as_bytes()).map(Self).map_err(|_| bad())
    }
}

impl Oid {
    /// Returns the first ten digits, for people.
    #[must_use]
    pub fn short(&self) -> String {
        self.0.to_hex_with_len(10).to_string()
    }
}

impl Deref for Oid {
    type Target = gix::ObjectId;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl From<gix::ObjectId> for Oid {
    fn from(id: gix::ObjectId) -> Self {
        Self(id)
    }
}

impl From<gix::Id<'_>> for Oid {
    fn from(id: gix::Id<'_>) -> Self {
        Self(id.detach())
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0)
    }
}

impl Serialize for Oid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Oid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let hex = std::borrow::Cow::<str>::deserialize(deserializer)?;
        hex.parse().map_err(de::Error::custom)
    }
}
