//! Agent choices: what `--agent` names, and which worker runs what.

use std::fmt;

use super::{
    preset::{self, Preset},
    worker::MOST,
};

/// What a worker runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentRef {
    /// An agent CLI that is known.
    Preset(&'static Preset),
    /// A command line, as the user wrote it.
    Command(String),
}

/// One `--agent`: what to run, in how many workers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What to run.
    pub agent: AgentRef,
    /// In how many workers, 1 to [`MOST`].
    pub count: u16,
}

/// A choice of agents that cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text names nothing.
    #[error("an agent is the name of a preset or a command, and this one is empty")]
    Empty,
    /// The count is not one.
    #[error("'{0}' does not end in a count from 1 to {MOST}")]
    Count(String),
    /// No agent was chosen.
    #[error("no agent was chosen")]
    NoAgent,
    /// Somebody would be left out.
    #[error("{workers} workers are too few: the agents ask for {asked}")]
    TooFew {
        /// The workers that were asked for.
        workers: u16,
        /// The workers that the choices add up to.
        asked: usize,
    },
    /// No run is as large as that.
    #[error("{0} workers are too many: a run has at most {MOST}")]
    TooMany(usize),
}

impl Choice {
    /// Parses the value of one `--agent`: `NAME`, `NAME:COUNT`, `COMMAND` or, where the command has no blank,
    /// `COMMAND:COUNT`; a preset's name goes before a command of the same name.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        match text.rsplit_once(':') {
            Some((agent, count)) if is_digits(count) && !agent.contains(char::is_whitespace) => {
                let count = count.parse().ok().filter(|count| (1..=MOST).contains(count));
                let count = count.ok_or_else(|| Error::count(text))?;
                Ok(Self { agent: AgentRef::parse(agent)?, count })
            }
            Some((agent, _)) if preset::find(agent).is_some() => Err(Error::count(text)),
            _ => Ok(Self { agent: AgentRef::parse(text)?, count: 1 }),
        }
    }
}

impl Error {
    fn count(text: &str) -> Self {
        Self::Count(text.chars().take(80).collect())
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl AgentRef {
    fn parse(text: &str) -> Result<Self, Error> {
        match preset::find(text) {
            Some(preset) => Ok(Self::Preset(preset)),
            None if text.is_empty() => Err(Error::Empty),
            None => Ok(Self::Command(text.to_owned())),
        }
    }
}

impl fmt::Display for AgentRef {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Preset(preset) => preset.name,
            Self::Command(command) => command,
        })
    }
}

/// Assigns an agent to each worker, `w1` first: every choice as often as it counts, in the order of the choices.
///
/// With more `workers` than that the list starts over; with fewer, or more than [`MOST`], it is an error.
pub fn assign(choices: &[Choice], workers: Option<u16>) -> Result<Vec<&AgentRef>, Error> {
    let once = || choices.iter().flat_map(|choice| std::iter::repeat_n(&choice.agent, choice.count.into()));
    let asked = once().count();
    let wanted = workers.map_or(asked, usize::from);
    match workers {
        _ if asked == 0 => Err(Error::NoAgent),
        Some(workers) if wanted < asked => Err(Error::TooFew { workers, asked }),
        _ if wanted > MOST.into() => Err(Error::TooMany(wanted)),
        _ => Ok((0..).flat_map(|_| once()).take(wanted).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        match Choice::parse(text) {
            Ok(Choice { agent: AgentRef::Preset(preset), count }) => {
                format!("preset {} x{count}", preset.name)
            }
            Ok(Choice { agent: AgentRef::Command(command), count }) => {
                format!("command {command} x{count}")
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_value_is_a_preset_or_a_command_with_or_without_a_count() {
        assert_eq!(show("claude"), "preset claude x1");
        assert_eq!(show(" codex:3 "), "preset codex x3");
        assert_eq!(show("./agent.sh"), "command ./agent.sh x1");
        assert_eq!(show("./agent.sh:256"), "command ./agent.sh x256");
        assert_eq!(show("claude --model opus"), "command claude --model opus x1");
        assert_eq!(show("sh -c 'sleep 1':8"), "command sh -c 'sleep 1':8 x1");
        assert_eq!(show("run@http://x"), "command run@http://x x1");
        assert_eq!(show("Claude"), "command Claude x1");
    }

    #[test]
    fn a_count_that_is_none_is_refused() {
        for text in ["claude:0", "claude:257", "claude:", "claude:x", "claude:+3", "a.sh:0", "a.sh:99999999999"] {
            assert_eq!(show(text), format!("'{text}' does not end in a count from 1 to 256"));
        }
        for text in ["", "  ", ":3"] {
            assert_eq!(show(text), "an agent is the name of a preset or a command, and this one is empty");
        }
    }

    fn assigned(texts: &[&str], workers: Option<u16>) -> String {
        let choices: Vec<_> = texts.iter().map(|text| Choice::parse(text).unwrap()).collect();
        match assign(&choices, workers) {
            Ok(agents) => agents.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn each_worker_gets_an_agent_and_the_list_starts_over() {
        assert_eq!(assigned(&["claude:2", "codex"], None), "claude claude codex");
        assert_eq!(assigned(&["claude:2", "codex"], Some(3)), "claude claude codex");
        assert_eq!(assigned(&["claude:2", "codex"], Some(7)), "claude claude codex claude claude codex claude");
    }

    #[test]
    fn an_assignment_that_leaves_somebody_out_or_has_no_end_is_refused() {
        assert_eq!(assigned(&["claude:2", "codex"], Some(2)), "2 workers are too few: the agents ask for 3");
        assert_eq!(assigned(&["a.sh"], Some(0)), "0 workers are too few: the agents ask for 1");
        assert_eq!(assigned(&["a.sh:200", "b.sh:57"], None), "257 workers are too many: a run has at most 256");
        assert_eq!(assigned(&["a.sh"], Some(257)), "257 workers are too many: a run has at most 256");
        assert_eq!(assigned(&[], Some(2)), "no agent was chosen");
    }
}
