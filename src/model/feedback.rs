//! Feedback: what an agent is told, beside its task, of how the pass or attempt before went.

use std::fmt::Write;

use super::verdict::Verdict;

/// The most of a check's output that is passed on, in bytes; its end counts.
pub const LONGEST_OUTPUT: usize = 16 * 1024;
/// The most of a diff that is passed on, in bytes; its beginning counts.
pub const LONGEST_DIFF: usize = 64 * 1024;

/// What a check said.
#[derive(Clone, Debug)]
pub struct CheckWords {
    /// Its command line, for people.
    pub command: String,
    /// What it said.
    pub verdict: Verdict,
    /// The end of what it printed.
    pub output: String,
}

impl CheckWords {
    /// Writes it as a part of a task's text.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { command, verdict, output } = self;
        let start = output.len().saturating_sub(LONGEST_OUTPUT);
        let start = (start..output.len()).find(|at| output.is_char_boundary(*at)).unwrap_or(output.len());
        format!("The check `{command}` said {verdict}. The end of what it printed:\n\n{}", fenced(&output[start..]))
    }
}

/// Writes what the attempt before changed as a part of a task's text.
#[must_use]
pub fn of_diff(diff: &str) -> String {
    let end = (0..=LONGEST_DIFF.min(diff.len())).rev().find(|at| diff.is_char_boundary(*at)).unwrap_or(0);
    let cut = if end < diff.len() { "The diff is longer than this; the rest is left out.\n" } else { "" };
    format!(
        "An attempt before this one made these changes, which are not in the files now:\n\n{}{cut}",
        fenced(&diff[..end])
    )
}

/// Adds parts to a task's text.
#[must_use]
pub fn added(task: &str, parts: &[String]) -> String {
    parts.iter().fold(task.trim_end().to_owned(), |mut text, part| {
        write!(text, "\n\n---\n\n{part}").expect("a text takes any text");
        text
    })
}

/// Puts a fence around it that does not occur in it (the `CommonMark` specification 0.31, 4.5).
pub(super) fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}\n{}\n{fence}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_long_output_and_the_beginning_of_a_long_diff_are_passed_on() {
        let output = format!("first{}last", "é".repeat(LONGEST_OUTPUT));
        let text = CheckWords { command: "make".to_owned(), verdict: Verdict::Fail, output }.text();
        assert!(text.starts_with("The check `make` said fail."));
        assert!(text.contains("last\n```") && !text.contains("first") && text.len() < LONGEST_OUTPUT + 200);
        let text = of_diff(&format!("first{}last", "é".repeat(LONGEST_DIFF)));
        assert!(text.contains("```\nfirst") && !text.contains("last") && text.ends_with("the rest is left out.\n"));
    }

    #[test]
    fn a_fence_is_longer_than_any_in_the_text() {
        assert_eq!(fenced("a\n````\nb\n"), "`````\na\n````\nb\n`````\n");
    }

    #[test]
    fn parts_follow_the_task() {
        assert_eq!(added("do it\n", &["one\n".to_owned()]), "do it\n\n---\n\none\n");
        assert_eq!(added("do it\n", &[]), "do it");
    }
}
