//! Presets: how the well-known agent CLIs are started, given their task and read.

mod table;

use std::borrow::Cow;

use super::agent_output::Dialect;
pub use table::ALL;

/// The longest task, in bytes, that is handed over as one argument.
///
/// Linux refuses a single argument of 128 KiB (`MAX_ARG_STRLEN`); the rest is room for the flag.
pub const LONGEST_ARGUMENT: usize = 120 * 1024;

/// Stands in an argv for the task file's path.
const TASK_FILE: &str = "{task-file}";
/// Stands in an argv for the task.
const TASK: &str = "{task}";

/// How a task reaches an agent; whatever is not `Stdin` starts with its stdin closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// On stdin, then the end of the file.
    Stdin,
    /// In a file whose path is an argument.
    FileArgument,
    /// As an argument, at most [`LONGEST_ARGUMENT`].
    Argument,
}

/// What is known of an agent CLI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// What people call it.
    pub name: &'static str,
    /// What to look for on `PATH`.
    pub program: &'static str,
    /// What follows the program for a run that asks nobody and may edit files.
    arguments: &'static [&'static str],
    /// Variables to set, as names and values.
    pub environment: &'static [(&'static str, &'static str)],
    /// How its task goes in.
    pub delivery: Delivery,
    /// How its output is read.
    pub dialect: Dialect,
    /// One line that people should know before they rely on it.
    pub caveat: &'static str,
    /// The first characters that make it take a task for a command of its own.
    command_marks: &'static [char],
}

/// A task that an agent cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The task does not fit in an argument.
    #[error("the task has {bytes} bytes, and {agent} takes it as an argument of at most {LONGEST_ARGUMENT}")]
    TooLong {
        /// The preset's name.
        agent: &'static str,
        /// The task's length.
        bytes: usize,
    },
    /// The task has a character that no argument can hold.
    #[error("the task has a NUL character, and {agent} takes it as an argument")]
    Nul {
        /// The preset's name.
        agent: &'static str,
    },
}

/// Finds the preset of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Preset> {
    ALL.iter().find(|preset| preset.name == name)
}

impl Preset {
    /// Makes the argv, the program first, for a task that is also in the file at `task_file`.
    ///
    /// Only an agent that takes its task as an argument can fail here.
    pub fn argv(&self, task_file: &str, task: &str) -> Result<Vec<String>, Error> {
        let task = self.task_text(task);
        self.require_argument(&task)?;
        let fill = |element: &&str| match self.delivery {
            Delivery::Stdin => (*element).to_owned(),
            Delivery::FileArgument => element.replace(TASK_FILE, task_file),
            Delivery::Argument => element.replace(TASK, &task),
        };
        Ok(std::iter::once(self.program.to_owned()).chain(self.arguments.iter().map(fill)).collect())
    }

    /// Returns the text to give the agent, on stdin, in the task file or in the argv: the task, which a heading keeps
    /// from being taken for a command where the agent has such commands.
    #[must_use]
    pub fn task_text<'a>(&self, task: &'a str) -> Cow<'a, str> {
        // A heading and not a blank line: forks of aider trim the text before they look at it.
        if task.trim_start().starts_with(self.command_marks) {
            return Cow::Owned(format!("Task:\n\n{task}"));
        }
        Cow::Borrowed(task)
    }

    /// Returns what goes to the agent's stdin before its end; `None` where stdin is closed from the start.
    #[must_use]
    pub fn stdin<'a>(&self, task: &'a str) -> Option<Cow<'a, str>> {
        (self.delivery == Delivery::Stdin).then(|| self.task_text(task))
    }

    fn require_argument(&self, task: &str) -> Result<(), Error> {
        let agent = self.name;
        match self.delivery {
            Delivery::Argument if task.len() > LONGEST_ARGUMENT => Err(Error::TooLong { agent, bytes: task.len() }),
            Delivery::Argument if task.contains('\0') => Err(Error::Nul { agent }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
