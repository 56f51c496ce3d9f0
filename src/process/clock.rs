//! The clock: the time of day as records write it.

use std::{str::FromStr, time::SystemTime};

use jiff::Timestamp;

/// A source of the time; UTC whatever the time zone of the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that stands still, for worlds that must repeat.
    Fixed(Timestamp),
}

/// A text that is not a time.
#[derive(Debug, thiserror::Error)]
#[error("'{text}' is not an RFC 3339 time")]
pub struct Error {
    text: String,
    source: jiff::Error,
}

impl Clock {
    /// Returns the time as RFC 3339 in UTC with milliseconds, such as `2026-11-20T14:25:01.250Z`.
    #[must_use]
    pub fn now(self) -> String {
        format!("{:.3}", self.timestamp())
    }

    /// Returns the time as the start of a run id, `YYYYMMDD-HHMMSS` in UTC.
    #[must_use]
    pub fn stamp(self) -> String {
        self.timestamp().strftime("%Y%m%d-%H%M%S").to_string()
    }

    /// Returns how long ago an RFC 3339 time was, in milliseconds; none where that is no time, 0 where it is to come.
    #[must_use]
    pub fn since(self, text: &str) -> Option<u64> {
        let then: Timestamp = text.parse().ok()?;
        u64::try_from(self.timestamp().as_millisecond().saturating_sub(then.as_millisecond()).max(0)).ok()
    }

    fn timestamp(self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(timestamp) => timestamp,
        }
    }
}

/// Reads a time as records write it; none where it is no such time.
#[must_use]
pub fn read(text: &str) -> Option<SystemTime> {
    text.parse::<Timestamp>().ok().map(SystemTime::from)
}

impl FromStr for Clock {
    type Err = Error;

    /// Makes a clock that stands at an RFC 3339 time.
    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse().map(Self::Fixed).map_err(|source| Error { text: text.to_owned(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_cut_never_rounded_into_the_next_second() {
        let clock: Clock = "2026-11-20T14:25:01.9999Z".parse().unwrap();
        assert_eq!(clock.now(), "2026-11-20T14:25:01.999Z");
        assert_eq!(clock.stamp(), "20261120-142501");
    }

    #[test]
    fn whole_seconds_have_milliseconds_too() {
        let clock: Clock = "2026-01-02T03:04:05Z".parse().unwrap();
        assert_eq!(clock.now(), "2026-01-02T03:04:05.000Z");
    }

    #[test]
    fn a_time_is_so_long_ago_and_never_before_now() {
        let clock: Clock = "2026-11-20T14:25:01.250Z".parse().unwrap();
        assert_eq!(clock.since("2026-11-20T14:24:01.000Z"), Some(60_250));
        assert_eq!(clock.since("2027-01-01T00:00:00Z"), Some(0));
        assert_eq!(clock.since("noon"), None);
    }

    #[test]
    fn times_are_in_utc() {
        let clock: Clock = "2026-11-20T23:30:00-02:00".parse().unwrap();
        assert_eq!(clock.stamp(), "20261121-013000");
    }

    #[test]
    fn the_system_clock_goes_forward() {
        let early = Clock::System.now();
        assert_eq!(early.len(), "2026-11-20T14:25:01.250Z".len());
        assert!(early.as_str() >= "2025" && Clock::System.now() >= early);
    }

    #[test]
    fn a_text_that_is_no_time_is_refused_by_name() {
        assert_eq!("noon".parse::<Clock>().unwrap_err().to_string(), "'noon' is not an RFC 3339 time");
    }
}
