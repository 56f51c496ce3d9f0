//! `git par agents`: the well-known agent CLIs, and which of them are installed.

use serde::Serialize;
use serde_json::Value;

use super::{
    Context, Error, Report, report,
    style::{self, Style},
};
use crate::{engine::command_line, model::preset, process::program};

/// List the well-known agent CLIs and which of them are installed
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Args {}

/// What the listing answers.
#[derive(Debug, Serialize)]
pub struct Agents {
    /// The agents, in the order in which a default is looked for.
    pub agents: Vec<Entry>,
}

/// One agent.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// Its name, as `--agent` takes it.
    pub name: &'static str,
    /// The program that is looked for.
    pub program: &'static str,
    /// Whether that is on PATH.
    pub installed: bool,
    /// The command line that is run.
    pub argv: Vec<String>,
    /// What to know about it.
    pub caveat: &'static str,
}

/// Lists the agents.
pub fn run(_args: &Args, _context: &Context<'_>) -> Result<Agents, Error> {
    let entry = |preset: &preset::Preset| {
        Ok(Entry {
            name: preset.name,
            program: preset.program,
            installed: program::find(preset.program).is_some(),
            argv: preset.argv("$PAR_TASK_FILE", "$PAR_TASK")?,
            caveat: preset.caveat,
        })
    };
    Ok(Agents { agents: preset::ALL.iter().map(entry).collect::<Result<_, Error>>()? })
}

impl Report for Agents {
    fn text(&self) -> String {
        let head = ["agent", "installed", "command"].map(str::to_owned).to_vec();
        let rows = self.agents.iter().map(|entry| {
            let installed = if entry.installed { Style::Good.paint("yes") } else { Style::Faint.paint("no") };
            vec![entry.name.to_owned(), installed, command_line::shown(&entry.argv)]
        });
        let caveats: String = self.agents.iter().map(|entry| format!("{}: {}\n", entry.name, entry.caveat)).collect();
        format!("{}\n{caveats}", style::table(head, rows))
    }

    fn json(&self) -> Value {
        report::object(self)
    }
}
