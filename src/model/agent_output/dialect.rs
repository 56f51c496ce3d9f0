//! Dialects: the ways in which agents write down what they did.

use super::{
    Listen, Reading, aider::Aider, codex::Codex, copilot::Copilot, gemini::Gemini, opencode::Opencode,
    result_object::ResultObject,
};

/// How an agent's output is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// An object with `type: "result"`, alone, last in an array or last of several lines (claude, qwen, amp).
    ResultObject,
    /// Events a line: `turn.completed` with a running total, `turn.failed`.
    Codex,
    /// One object with `stats.models` and `error`.
    Gemini,
    /// Events a line: `step_finish`, to be summed, and `error`.
    Opencode,
    /// Events a line, the last with `exitCode`; no usage.
    Copilot,
    /// Text; no usage, but the lines of its model library's errors.
    Aider,
    /// Nothing that can be read.
    Silent,
}

impl Dialect {
    pub(super) fn listener(self) -> Box<dyn Listen> {
        match self {
            Self::ResultObject => Box::<ResultObject>::default(),
            Self::Codex => Box::<Codex>::default(),
            Self::Gemini => Box::<Gemini>::default(),
            Self::Opencode => Box::<Opencode>::default(),
            Self::Copilot => Box::<Copilot>::default(),
            Self::Aider => Box::<Aider>::default(),
            Self::Silent => Box::new(Silence),
        }
    }
}

struct Silence;

impl Listen for Silence {
    fn reading(&self) -> Reading {
        Reading::default()
    }
}
