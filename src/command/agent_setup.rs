//! Agent setups: which agent each worker of a run gets.

use std::ffi::OsString;

use super::{Error, Kind, program};
use crate::{
    engine::agent::Agent,
    model::{
        agent_choice::{self, Choice},
        preset,
        worker::MOST,
    },
    process::program::find,
    repo::settings::Settings,
};

/// How many workers a run has where nothing says so.
const WORKERS: u16 = 3;

/// What the user said of agents.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    /// Every `--agent`.
    pub agents: &'a [String],
    /// The command line after `--`.
    pub argv: &'a [OsString],
    /// How many workers.
    pub workers: Option<u16>,
}

/// Chooses an agent for each worker, and looks each one up before anything starts.
pub(super) fn choose(wanted: Wanted<'_>, settings: &Settings) -> Result<Vec<Agent>, Error> {
    let configured = settings.get("par.workers").and_then(|text| text.parse().ok());
    let usual = wanted.workers.or(configured).unwrap_or(WORKERS).min(MOST);
    if !wanted.argv.is_empty() {
        program::require_command(wanted.argv, "agent")?;
        return Ok(vec![Agent::Command(wanted.argv.to_vec()); usize::from(usual)]);
    }
    let texts = texts(wanted.agents, settings);
    if texts.is_empty() {
        return Ok(vec![Agent::Preset(first_installed()?); usize::from(usual)]);
    }
    let choices = texts.iter().map(|text| Choice::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let listed = choices.len() > 1 || choices.iter().any(|choice| choice.count > 1);
    let count = if listed { wanted.workers } else { Some(usual) };
    let agents: Vec<Agent> = agent_choice::assign(&choices, count)?.into_iter().map(Agent::from).collect();
    agents.iter().try_for_each(require)?;
    Ok(agents)
}

fn texts(agents: &[String], settings: &Settings) -> Vec<String> {
    if agents.is_empty() { settings.get("par.agent").map(str::to_owned).into_iter().collect() } else { agents.to_vec() }
}

fn first_installed() -> Result<&'static preset::Preset, Error> {
    preset::ALL.iter().find(|preset| find(preset.program).is_some()).ok_or_else(|| {
        let names: Vec<&str> = preset::ALL.iter().map(|preset| preset.program).collect();
        Error::new(Kind::Cannot, format!("no agent was found on PATH: looked for {}", names.join(", ")))
            .hint("git config --global par.agent 'my-agent --some-flag'")
            .hint("git par spawn \"the task\" -- my-agent --some-flag")
    })
}

fn require(agent: &Agent) -> Result<(), Error> {
    match agent {
        Agent::Preset(preset) if find(preset.program).is_none() => Err(Error::new(
            Kind::Cannot,
            format!("agent '{}' needs '{}', which was not found on PATH", preset.name, preset.program),
        )
        .hint("git par agents")),
        Agent::Preset(_) => Ok(()),
        Agent::Shell(_) | Agent::Command(_) => {
            let argv = agent.argv(std::path::Path::new("task"), "").unwrap_or_default();
            program::require_command(&argv, "agent").map_err(|error| error.hint("git par agents"))
        }
    }
}
