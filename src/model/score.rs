//! Scores: numbers that a command prints, kept exactly as millionths.

/// How much of the end of the output is looked at for the number, in bytes.
pub const LOOKED_AT: u64 = 64 * 1024;

/// Reads the number on the last line that is not blank, in millionths; none where that is no such number.
///
/// A number has an optional sign, digits, and up to six decimals; more would be made up when they were rounded.
#[must_use]
pub fn last_number(text: &str) -> Option<i64> {
    micro(text.lines().map(str::trim).rfind(|line| !line.is_empty())?)
}

/// Reads a decimal number in millionths; none where it is none, or has more than six decimals.
#[must_use]
pub fn micro(text: &str) -> Option<i64> {
    let (negative, digits) =
        text.strip_prefix('-').map_or((false, text.strip_prefix('+').unwrap_or(text)), |rest| (true, rest));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || decimals.len() > 6 || !all_digits(whole) || !all_digits(decimals) {
        return None;
    }
    let number: i64 = format!("{whole}{decimals:0<6}").parse().ok()?;
    // Beyond this no reader of JSON is sure to keep it.
    (number < 1 << 53).then_some(if negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_the_score() {
        for (text, score) in [
            ("1", 1_000_000),
            ("noise\n 0.5 \n\n", 500_000),
            ("-12.345678", -12_345_678),
            ("+3.", 3_000_000),
            ("007", 7_000_000),
        ] {
            assert_eq!(last_number(text), Some(score), "{text}");
        }
        for text in ["", "one", "1e9", "NaN", "0.1234567", ".5", "1 2", "5\ndone", "99999999999999", "--1", "1.-5"] {
            assert_eq!(last_number(text), None, "{text}");
        }
    }
}
