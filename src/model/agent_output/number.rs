//! Numbers: what may be taken over from an agent's JSON, and what is null instead.

use serde_json::Value;

/// The largest number that a journal can hold: 2^53 - 1.
const MOST: u64 = (1 << 53) - 1;

/// Reads a count: a whole number from 0 to 2^53 - 1.
pub(super) fn count(value: Option<&Value>) -> Option<u64> {
    value?.as_u64().filter(|count| *count <= MOST)
}

/// Turns dollars into millionths, rounded to the nearest by the exact decimal value of the double.
pub(super) fn micro_usd(dollars: f64) -> Option<u64> {
    // The text of a negative, infinite or too large amount is not a number of digits, or does not fit.
    let digits = format!("{dollars:.6}").replace('.', "");
    digits.parse().ok().filter(|micro| *micro <= MOST)
}

/// Adds two counts; without one of them, or beyond 2^53 - 1, there is no sum.
pub(super) fn sum(left: Option<u64>, right: Option<u64>) -> Option<u64> {
    left?.checked_add(right?).filter(|sum| *sum <= MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_become_the_nearest_micro_dollars() {
        let cases = [
            (0.0, 0),
            (0.657_163_150_000_000_1, 657_163),
            (0.007_014_7, 7_015),
            (0.1 + 0.2, 300_000),
            (1e3, 1_000_000_000),
        ];
        for (dollars, micro) in cases {
            assert_eq!(micro_usd(dollars), Some(micro), "{dollars}");
        }
    }

    #[test]
    fn an_amount_that_is_none_is_null() {
        for dollars in [-0.01, f64::NAN, f64::INFINITY, f64::MAX, 9_007_199_254.740_993] {
            assert_eq!(micro_usd(dollars), None, "{dollars}");
        }
    }

    #[test]
    fn a_count_is_whole_and_bounded() {
        let count = |json: &str| super::count(Some(&serde_json::from_str(json).unwrap()));
        assert_eq!(count("9007199254740991"), Some(MOST));
        for json in ["9007199254740992", "-1", "1.5", "\"7\"", "null"] {
            assert_eq!(count(json), None, "{json}");
        }
    }

    #[test]
    fn a_sum_without_a_part_or_past_the_bound_is_null() {
        assert_eq!(sum(Some(1), Some(2)), Some(3));
        assert_eq!(sum(Some(1), None), None);
        assert_eq!(sum(Some(MOST), Some(1)), None);
    }
}
