//! Styles: how answers look to people; whatever writes them strips the colours where they do not belong.

use std::io::Write as _;

use anstyle::AnsiColor;
use tabwriter::TabWriter;

use crate::model::{usage::Usage, verdict::Verdict};

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Something that is as wanted.
    Good,
    /// Something that is not.
    Bad,
    /// Something to look at.
    Warning,
    /// A heading.
    Head,
    /// Something of less weight.
    Faint,
}

impl Style {
    /// Paints a text.
    #[must_use]
    pub fn paint(self, text: &str) -> String {
        let plain = anstyle::Style::new();
        let style = match self {
            Self::Good => plain.fg_color(Some(AnsiColor::Green.into())),
            Self::Bad => plain.fg_color(Some(AnsiColor::Red.into())),
            Self::Warning => plain.fg_color(Some(AnsiColor::Yellow.into())),
            Self::Head => plain.bold(),
            Self::Faint => plain.dimmed(),
        };
        format!("{style}{text}{style:#}")
    }
}

/// Paints a verdict.
#[must_use]
pub fn verdict(verdict: Verdict) -> String {
    let text = verdict.to_string();
    match verdict {
        Verdict::Pass => Style::Good.paint(&text),
        Verdict::None => Style::Faint.paint(&text),
        Verdict::Fail | Verdict::Timeout | Verdict::Error => Style::Bad.paint(&text),
    }
}

/// Writes a time in milliseconds as people read it.
#[must_use]
pub fn duration(milliseconds: u64) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds}ms"),
        1_000..60_000 => format!("{}.{}s", milliseconds / 1_000, milliseconds % 1_000 / 100),
        _ => format!("{}m{:02}s", milliseconds / 60_000, milliseconds % 60_000 / 1_000),
    }
}

/// Writes how long ago something was, in its largest unit.
#[must_use]
pub fn age(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// Writes the tokens that an agent told, in and out together; a dash where it told none.
#[must_use]
pub fn tokens(usage: &Usage) -> String {
    let told = [usage.input_tokens, usage.output_tokens];
    let sum = told.into_iter().flatten().fold(0, u64::saturating_add);
    if told == [None, None] { "-".to_owned() } else { sum.to_string() }
}

/// Writes the cost that an agent told, in dollars; a dash where it told none.
#[must_use]
pub fn cost(usage: &Usage) -> String {
    usage
        .cost_micro_usd
        .map_or("-".to_owned(), |micro| format!("${}.{:04}", micro / 1_000_000, micro % 1_000_000 / 100))
}

/// Writes a number of bytes as `du -h` does: rounded up, in powers of 1024.
#[must_use]
pub fn size(bytes: u64) -> String {
    let units = ["", "K", "M", "G", "T", "P", "E"];
    let (mut unit, mut scale) = (0, 1u64);
    while bytes / scale >= 1024 && unit + 1 < units.len() {
        scale *= 1024;
        unit += 1;
    }
    let tenths = (u128::from(bytes) * 10).div_ceil(u128::from(scale));
    match tenths {
        _ if unit == 0 => bytes.to_string(),
        0..100 => format!("{}.{}{}", tenths / 10, tenths % 10, units[unit]),
        _ => format!("{}{}", tenths.div_ceil(10), units[unit]),
    }
}

/// Lines up rows under a head, as wide as each column needs.
#[must_use]
pub fn table(head: Vec<String>, rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let head = head.into_iter().map(|cell| Style::Head.paint(&cell)).collect();
    let mut writer = TabWriter::new(Vec::new()).padding(2).ansi(true);
    for row in std::iter::once(head).chain(rows) {
        // What a run names is somebody else's text: it may not break the table.
        let cells: Vec<String> = row.iter().map(|cell| cell.replace(['\t', '\n', '\r'], " ")).collect();
        writeln!(writer, "{}", cells.join("\t")).expect("memory takes any text");
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string()).expect("memory takes any text");
    let text = String::from_utf8_lossy(&bytes);
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_up_as_du_does() {
        let cases = [
            (0, "0"),
            (1023, "1023"),
            (1024, "1.0K"),
            (1025, "1.1K"),
            (10_240, "10K"),
            (10_241, "11K"),
            (5 << 30, "5.0G"),
        ];
        for (bytes, text) in cases {
            assert_eq!(size(bytes), text);
        }
    }
}
