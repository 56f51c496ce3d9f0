//! Hashes: the SHA-256 of some bytes, as 64 lower-case hex digits wherever it is written.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

/// The SHA-256 of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash([u8; 32]);

/// A text that is not 64 lower-case hexadecimal digits.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is not 64 lower-case hex digits")]
pub struct Error(String);

impl Hash {
    /// What the first event of a journal names as the one before it: all zeros.
    pub const GENESIS: Self = Self([0; 32]);

    /// Hashes the parts as if they were one text.
    #[must_use]
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut sha = Sha256::new();
        for part in parts {
            sha.update(part);
        }
        Self(sha.finalize().into())
    }

    /// Returns the 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for Hash {
    type Err = Error;

    fn from_str(hex: &str) -> Result<Self, Error> {
        decode(hex.as_bytes()).map(Self).ok_or_else(|| Error(hex.chars().take(80).collect()))
    }
}

/// Decodes 64 digits; the hash's own, since it takes a third of the time of a general one and every event has two.
fn decode(hex: &[u8]) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let (pairs, []) = hex.as_chunks::<2>() else { return None };
    if pairs.len() != bytes.len() {
        return None;
    }
    let mut seen = 0;
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        let (high, low) = (NIBBLES[usize::from(pair[0])], NIBBLES[usize::from(pair[1])]);
        seen |= high | low;
        *byte = high << 4 | low & 15;
    }
    (seen < NO_DIGIT).then_some(bytes)
}

const NO_DIGIT: u8 = 16;

/// The value of each byte that is a lower-case hex digit.
const NIBBLES: [u8; 256] = {
    let mut nibbles = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        nibbles[b"0123456789abcdef"[value as usize] as usize] = value;
        value += 1;
    }
    nibbles
};

impl fmt::Display for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Hash({self})")
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let hex = std::borrow::Cow::<str>::deserialize(deserializer)?;
        hex.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn the_parts_hash_as_one_text() {
        assert_eq!(Hash::of(&[b"abc"]).to_string(), ABC);
        assert_eq!(Hash::of(&[b"a", b"", b"bc"]).to_string(), ABC);
    }

    #[test]
    fn only_64_lower_case_digits_are_a_hash() {
        assert_eq!(ABC.parse::<Hash>().unwrap(), Hash::of(&[b"abc"]));
        for text in ["", "ba78", &ABC.to_uppercase(), &format!("{ABC}00"), &ABC.replace('b', "g")] {
            assert!(text.parse::<Hash>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_hash_survives_json() {
        let json = serde_json::to_string(&Hash::GENESIS).unwrap();
        assert_eq!(json, format!("\"{}\"", "0".repeat(64)));
        assert_eq!(serde_json::from_str::<Hash>(&json).unwrap(), Hash::GENESIS);
    }
}
