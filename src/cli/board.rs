//! The board: a report that is redrawn in place, and that says how much of it the terminal has no room for.

use std::io;

use anstream::AutoStream;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use unicode_width::UnicodeWidthStr;

use super::{
    screen::{colored, harmless},
    terminal::Room,
};

/// A report that is redrawn in place.
pub(super) struct Board {
    lines: ProgressBar,
}

impl Board {
    pub(super) fn new() -> Self {
        let style = ProgressStyle::with_template("{msg}").expect("the template is well formed");
        Self { lines: ProgressBar::with_draw_target(None, ProgressDrawTarget::stdout()).with_style(style) }
    }

    /// Shows a text in the place of the one before.
    pub(super) fn show(&self, text: &str) {
        let text = fitted(&harmless(text.trim_end()), Room::of(io::stdout()));
        self.lines.set_message(colored(&text, AutoStream::choice(&io::stdout())));
        self.lines.force_draw();
    }

    /// Takes it off the terminal.
    pub(super) fn clear(&self) {
        self.lines.finish_and_clear();
    }
}

/// Cuts a text to what there is room for; the last line says how many lines are not shown.
fn fitted(text: &str, room: Room) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let heights = lines.iter().map(|line| height(line, room.columns));
    let ends = heights.scan(0, |end, height| {
        *end += height;
        Some(*end)
    });
    let ends: Vec<usize> = ends.collect();
    if ends.last().is_none_or(|end| *end <= room.lines) {
        return text.to_owned();
    }
    let shown = ends.iter().take_while(|end| **end < room.lines).count();
    let more = format!("... {} more", lines.len() - shown);
    [&lines[..shown], &[&more]].concat().join("\n")
}

/// Counts the lines of a terminal that a line takes.
fn height(line: &str, columns: usize) -> usize {
    anstream::adapter::strip_str(line).to_string().width().div_ceil(columns).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::style::Style;

    fn room(lines: usize, columns: usize) -> Room {
        Room { lines, columns }
    }

    #[test]
    fn what_has_no_room_is_counted_in_the_last_line() {
        assert_eq!(fitted("a\nb\nc", room(3, 80)), "a\nb\nc");
        assert_eq!(fitted("a\nb\nc\nd", room(3, 80)), "a\nb\n... 2 more");
    }

    #[test]
    fn a_line_that_is_wrapped_takes_more_than_one_and_colours_take_none() {
        assert_eq!(fitted("aaaaa\nb\nc", room(3, 4)), "aaaaa\n... 2 more");
        assert_eq!(fitted("日本\nb", room(2, 3)), "... 2 more");
        let painted = format!("{}\nb\nc", Style::Bad.paint("aaaa"));
        assert_eq!(fitted(&painted, room(3, 4)), painted);
    }
}
