//! Agents: what a worker runs, ready to be started.

use std::{ffi::OsString, path::Path};

use super::command_line;
use crate::model::{
    agent_choice::AgentRef,
    fact::run_started::Lane,
    plan::task::TaskId,
    preset::{self, Delivery, Preset},
    worker::Worker,
};

/// What a worker runs.
#[derive(Clone, Debug)]
pub enum Agent {
    /// A well-known agent CLI.
    Preset(&'static Preset),
    /// The user's text for the shell; the task is on its standard input too.
    Shell(String),
    /// The user's own command line.
    Command(Vec<OsString>),
}

impl From<&AgentRef> for Agent {
    fn from(choice: &AgentRef) -> Self {
        match choice {
            AgentRef::Preset(preset) => Self::Preset(preset),
            AgentRef::Command(text) => Self::Shell(text.clone()),
        }
    }
}

impl Agent {
    /// Returns the name that the record knows it by.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Preset(preset) => preset.name,
            Self::Shell(_) | Self::Command(_) => "command",
        }
    }

    /// Makes the command line for a task that is also in a file.
    pub fn argv(&self, task_file: &Path, task: &str) -> Result<Vec<OsString>, preset::Error> {
        match self {
            Self::Preset(preset) => {
                let argv = preset.argv(&task_file.to_string_lossy(), task)?;
                Ok(argv.into_iter().map(OsString::from).collect())
            }
            Self::Shell(text) => Ok(command_line::shell(text)),
            Self::Command(argv) => Ok(argv.clone()),
        }
    }

    /// Writes the command line as it goes into the record: the task stands there once already.
    #[must_use]
    pub fn recorded_argv(&self, repository: &Path) -> Vec<String> {
        let argv = self.argv(Path::new("$PAR_TASK_FILE"), "$PAR_TASK").unwrap_or_default();
        command_line::recorded(&argv, repository)
    }

    /// Writes down what a worker is to run.
    #[must_use]
    pub fn lane(&self, repository: &Path, (worker, task): (Worker, Option<TaskId>)) -> Lane {
        Lane {
            worker,
            agent: self.name().to_owned(),
            argv: self.recorded_argv(repository),
            task_on_stdin: self.reads_task(),
            task,
        }
    }

    /// Returns the text of the task file.
    #[must_use]
    pub fn task_text<'t>(&self, task: &'t str) -> std::borrow::Cow<'t, str> {
        match self {
            Self::Preset(preset) => preset.task_text(task),
            Self::Shell(_) | Self::Command(_) => task.into(),
        }
    }

    /// Tells whether the task is what it reads on its standard input.
    #[must_use]
    pub fn reads_task(&self) -> bool {
        match self {
            Self::Preset(preset) => preset.delivery == Delivery::Stdin,
            Self::Shell(_) => true,
            Self::Command(_) => false,
        }
    }

    /// Lists the variables that it wants set.
    #[must_use]
    pub fn environment(&self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Preset(preset) => preset.environment,
            Self::Shell(_) | Self::Command(_) => &[],
        }
    }
}
