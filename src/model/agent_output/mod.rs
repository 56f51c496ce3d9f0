//! Agent output: what an agent CLI says of its spending and of its provider's errors; its own word, and nothing added.
//!
//! Reading never fails. Output that is unknown, garbled or cut gives nulls; a number is either the agent's own or null:
//! tokens are counted as each agent counts them (claude and opencode leave cached input out, codex and gemini have it in).

mod aider;
mod codex;
mod complaint;
mod copilot;
mod dialect;
mod gemini;
mod number;
mod opencode;
mod result_object;
mod said;
mod values;

use serde_json::Value;

pub use dialect::Dialect;

use super::usage::Usage;

/// How much of the end of a longer log [`read_tail`] wants, in bytes.
pub const TAIL: usize = 4 << 20;

/// What an agent's output says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What it spent, where it says so.
    pub usage: Option<Usage>,
    /// The error of its model provider that it ended with: one line, at most 300 characters, nothing that steers a
    /// terminal.
    pub provider_error: Option<String>,
    /// What it said last, where it says so apart from everything else; nothing of one that ended with an error.
    pub said: Option<String>,
}

/// Reads a whole log.
#[must_use]
pub fn read(dialect: Dialect, text: &str) -> Reading {
    let mut reader = Reader::new(dialect);
    reader.push_lines(text);
    reader.finish()
}

/// Reads the end of a log whose start is missing, at best its last [`TAIL`] bytes; it may begin in mid-line.
///
/// A sum over the whole log (opencode's) is null here, since a part of it would pass for the whole.
#[must_use]
pub fn read_tail(dialect: Dialect, text: &str) -> Reading {
    let mut listener = dialect.listener();
    listener.hear_tail(text);
    Reader { listener }.hear(text)
}

/// Reads a log as it grows, in memory that does not.
pub struct Reader {
    listener: Box<dyn Listen>,
}

impl Reader {
    /// Starts at the beginning of a log.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self { listener: dialect.listener() }
    }

    /// Takes the next lines, whole ones; a JSON value that spans several (gemini's) is seen when they come together.
    pub fn push_lines(&mut self, lines: &str) {
        lines.lines().for_each(|line| self.listener.hear_line(line));
        values::values(lines).for_each(|value| self.listener.hear(&value));
    }

    /// Returns what was read.
    #[must_use]
    pub fn finish(self) -> Reading {
        let reading = self.listener.reading();
        let said = reading.said.filter(|_| reading.provider_error.is_none());
        Reading { usage: reading.usage.filter(|usage| !usage.is_empty()), said, ..reading }
    }

    fn hear(mut self, text: &str) -> Reading {
        self.push_lines(text);
        self.finish()
    }
}

/// One dialect's ear: it is told what is in a log, in order, and keeps what matters.
trait Listen: Send {
    /// Takes a JSON object or array that stands on lines of its own.
    fn hear(&mut self, _value: &Value) {}
    /// Takes a line, whatever is on it.
    fn hear_line(&mut self, _line: &str) {}
    /// Learns, before anything else, that the log's start is missing and that `_text` is all there will be.
    fn hear_tail(&mut self, _text: &str) {}
    /// Says what it has kept.
    fn reading(&self) -> Reading;
}
