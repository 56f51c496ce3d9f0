//! Durations: times as users write them.

use std::time::Duration;

/// Reads a time such as `90s`, `10m` or `1h30m`; a number alone is seconds. None where it is no time, or none at all.
#[must_use]
pub fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let seconds = text.parse::<u64>().ok().map(Duration::from_secs);
    let friendly = || text.parse::<jiff::SignedDuration>().ok().and_then(|span| Duration::try_from(span).ok());
    seconds.or_else(friendly).filter(|duration| !duration.is_zero())
}

/// Writes a time so that [`parse`] reads the same.
#[must_use]
pub fn show(duration: Duration) -> String {
    let friendly = jiff::SignedDuration::try_from(duration).map(|span| format!("{span:#}"));
    friendly.unwrap_or_else(|_| duration.as_secs().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, seconds) in [("90", 90), ("90s", 90), ("10m", 600), ("1h30m", 5400), (" 2h ", 7200)] {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "0", "0s", "-5s", "ten", "5 parsecs"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["1", "90s", "1h30m", "1.5s", "1ns", "18446744073709551615", "9223372036854775807", "PT36H"] {
            let duration = parse(text).unwrap();
            assert_eq!(parse(&show(duration)), Some(duration), "{text}: {}", show(duration));
        }
    }
}
