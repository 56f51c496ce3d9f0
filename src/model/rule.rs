//! Rules: the ordered keys that rank candidates.
//!
//! Whatever the keys, verdict and a non-empty diff come first and the worker's number last, so that the order is total.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What a key looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Changed lines; fewer first.
    Lines,
    /// Changed files; fewer first.
    Files,
    /// The agent's time; shorter first.
    Duration,
    /// What the agent said it cost; cheaper first.
    Cost,
    /// How many candidates have the same tree, then the same patch; more first.
    Consensus,
    /// The user's own number; higher first.
    Score,
    /// When the gate let it pass; earlier first.
    First,
}

/// Every field with its name.
pub const FIELDS: [(Field, &str); 7] = [
    (Field::Lines, "lines"),
    (Field::Files, "files"),
    (Field::Duration, "duration"),
    (Field::Cost, "cost"),
    (Field::Consensus, "consensus"),
    (Field::Score, "score"),
    (Field::First, "first"),
];

impl Field {
    /// Returns the field's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        FIELDS.iter().find(|(field, _)| *field == self).map_or("", |(_, name)| name)
    }
}

/// One key of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// What it looks at.
    pub field: Field,
    /// Whether the usual order is turned round.
    pub reversed: bool,
}

/// The ordered keys between the fixed first and last ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule(pub Vec<Key>);

/// A text that is not a rule.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A key that does not exist.
    #[error(
        "'{0}' is not a key of a rule: expected some of lines, files, duration, cost, consensus, score, first ('-' before one turns it round)"
    )]
    Key(String),
    /// A key that is there already.
    #[error("key '{0}' stands twice in the rule")]
    Twice(String),
}

impl Default for Rule {
    fn default() -> Self {
        Self(vec![Key { field: Field::Lines, reversed: false }])
    }
}

impl Rule {
    /// Puts this field, in its usual order, before all others.
    #[must_use]
    pub fn led_by(mut self, field: Field) -> Self {
        self.0.retain(|key| key.field != field);
        self.0.insert(0, Key { field, reversed: false });
        self
    }

    /// Tells whether a key looks at this field.
    #[must_use]
    pub fn uses(&self, field: Field) -> bool {
        self.0.iter().any(|key| key.field == field)
    }
}

impl FromStr for Key {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (reversed, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
        let known = FIELDS.iter().find(|(_, known)| *known == name);
        known.map(|(field, _)| Self { field: *field, reversed }).ok_or_else(|| Error::Key(text.to_owned()))
    }
}

impl FromStr for Rule {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut names: Vec<&str> = text.split(',').map(str::trim).collect();
        names.retain(|name| !matches!(*name, "verdict" | "diff" | "worker"));
        let keys = names.into_iter().map(str::parse).collect::<Result<Vec<Key>, _>>()?;
        for (at, key) in keys.iter().enumerate() {
            if keys[..at].iter().any(|earlier| earlier.field == key.field) {
                return Err(Error::Twice(key.field.name().to_owned()));
            }
        }
        Ok(Self(keys))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("verdict,diff,")?;
        for key in &self.0 {
            write!(out, "{}{},", if key.reversed { "-" } else { "" }, key.field.name())?;
        }
        out.write_str("worker")
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
