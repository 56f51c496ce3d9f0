//! Orders: the command lines of a run exactly as they were given, kept in the scratch folder for whoever goes on with it.
//!
//! The journal names no path of this machine; here, on the machine itself, they are needed. Where the file is gone the
//! journal's command lines serve.

use std::{
    ffi::OsString,
    fs,
    io::{self, Read},
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{agent::Agent, command_line};
use crate::{
    model::{fact::run_started::Lane, preset},
    process::{
        node::{self, Node},
        plain,
    },
};

/// The longest file that is read, in bytes.
const LONGEST: u64 = 16 << 20;

/// The command lines of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orders {
    /// Each worker's, by number.
    agents: Vec<Order>,
    /// The gate's.
    gate: Option<Vec<Vec<u8>>>,
    /// Those of the tasks of a plan.
    #[serde(default)]
    gates: Vec<Vec<Vec<u8>>>,
    /// Where tasks come from one by one, and what claims them.
    #[serde(default)]
    stream: Option<(String, Option<String>)>,
    /// What runs a task that names no agent.
    #[serde(default)]
    usual: Option<Order>,
    /// Which folder they were written into: a copy of it, elsewhere, was not.
    #[serde(default)]
    place: Option<Node>,
}

/// What one worker runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    /// A well-known agent CLI, by name.
    Preset(String),
    /// A text for the shell.
    Shell(String),
    /// A command line.
    Command(Vec<Vec<u8>>),
}

impl Orders {
    /// Writes down what is to run.
    #[must_use]
    pub fn new(agents: &[Agent], gate: Option<&[OsString]>) -> Self {
        Self { agents: agents.iter().map(Order::from).collect(), gate: gate.map(bytes), ..Self::default() }
    }

    /// Adds the gates of the tasks of a plan.
    #[must_use]
    pub fn with_gates<'a>(self, gates: impl IntoIterator<Item = &'a [OsString]>) -> Self {
        Self { gates: gates.into_iter().map(bytes).collect(), ..self }
    }

    /// Adds where tasks come from one by one, what claims them, and what runs one that names no agent.
    #[must_use]
    pub fn with_stream(self, source: String, claim: Option<String>, usual: Option<&Agent>) -> Self {
        Self { stream: Some((source, claim)), usual: usual.map(Order::from), ..self }
    }

    /// Returns where tasks come from, what runs one that names no agent, and what claims them.
    #[must_use]
    pub fn stream(&self) -> (Option<String>, Option<Agent>, Option<String>) {
        let (source, claim) = self.stream.clone().unzip();
        (source, self.usual.as_ref().and_then(Order::agent), claim.flatten())
    }

    /// Writes down in a folder what a check of a queue runs, beside what its checks ran before.
    pub fn keep_gate(folder: &Path, gate: &[OsString]) -> io::Result<()> {
        let (mut orders, gate) = (Self::load(folder), bytes(gate));
        if orders.gates.contains(&gate) {
            return Ok(());
        }
        orders.gates.push(gate);
        orders.save(folder)
    }

    /// Adds what further workers run.
    pub fn add(&mut self, agents: &[Agent]) {
        self.agents.extend(agents.iter().map(Order::from));
    }

    /// Keeps them in a folder.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        let path = folder.join("orders.json");
        plain::make_room(&path)?;
        fs::write(path, serde_json::to_vec(&Self { place: node::at(folder), ..self.clone() })?)
    }

    /// Tells whether they were written in this folder: whoever did began the run.
    #[must_use]
    pub fn are_here(folder: &Path) -> bool {
        Self::load(folder).place.is_some_and(|written| Some(written) == node::at(folder))
    }

    /// Reads them from a folder; empty where they are gone or cannot be read.
    #[must_use]
    pub fn load(folder: &Path) -> Self {
        let path = folder.join("orders.json");
        plain::clear(&path);
        let mut bytes = Vec::new();
        let read = fs::File::open(&path).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes));
        read.ok().and_then(|_| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// Returns what the worker at this place of the run of a repository runs: as it was ordered, where that is what the
    /// journal has, else as the journal has it. Anybody may have written into the file since.
    #[must_use]
    pub fn agent(&self, at: usize, lane: &Lane, repository: &Path) -> Agent {
        let is_meant = |agent: &Agent| agent.name() == lane.agent && agent.recorded_argv(repository) == lane.argv;
        self.agents.get(at).and_then(Order::agent).filter(is_meant).unwrap_or_else(|| recorded(lane))
    }

    /// Returns a gate's command line, likewise.
    #[must_use]
    pub fn gate(&self, recorded: &[String], repository: &Path) -> Vec<OsString> {
        let ordered = self.gate.iter().chain(&self.gates);
        let mut ordered = ordered.map(|argv| argv.iter().cloned().map(OsString::from_vec).collect::<Vec<_>>());
        let meant = ordered.find(|argv| command_line::recorded(argv, repository) == recorded);
        meant.unwrap_or_else(|| recorded.iter().map(OsString::from).collect())
    }
}

impl From<&Agent> for Order {
    fn from(agent: &Agent) -> Self {
        match agent {
            Agent::Preset(preset) => Self::Preset(preset.name.to_owned()),
            Agent::Shell(text) => Self::Shell(text.clone()),
            Agent::Command(argv) => Self::Command(bytes(argv)),
        }
    }
}

impl Order {
    fn agent(&self) -> Option<Agent> {
        match self {
            Self::Preset(name) => preset::find(name).map(Agent::Preset),
            Self::Shell(text) => Some(Agent::Shell(text.clone())),
            Self::Command(argv) => Some(Agent::Command(argv.iter().cloned().map(OsString::from_vec).collect())),
        }
    }
}

fn recorded(lane: &Lane) -> Agent {
    match (preset::find(&lane.agent), lane.argv.as_slice()) {
        (Some(preset), _) => Agent::Preset(preset),
        (None, [sh, c, text]) if lane.task_on_stdin && sh == "sh" && c == "-c" => Agent::Shell(text.clone()),
        (None, argv) => Agent::Command(argv.iter().map(OsString::from).collect()),
    }
}

fn bytes(argv: &[OsString]) -> Vec<Vec<u8>> {
    argv.iter().map(|argument| argument.as_bytes().to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::worker::Worker;

    fn lane(agent: &Agent) -> Lane {
        Lane {
            worker: Worker::new(1).unwrap(),
            agent: agent.name().to_owned(),
            argv: agent.recorded_argv(Path::new("/repo")),
            task_on_stdin: agent.reads_task(),
            task: None,
        }
    }

    fn shown(agent: &Agent) -> String {
        format!("{agent:?}")
    }

    #[test]
    fn orders_are_read_as_they_were_given_and_else_from_the_record() {
        let (folder, repo) = (tempfile::tempdir().unwrap(), Path::new("/repo"));
        let agents = [
            Agent::Preset(preset::find("claude").unwrap()),
            Agent::Shell("/repo/fix.sh".to_owned()),
            Agent::Command(vec!["sh".into(), "-c".into(), OsString::from_vec(b"/repo/\xff".to_vec())]),
        ];
        let gate = [OsString::from("/repo/check")];
        Orders::new(&agents, Some(&gate)).save(folder.path()).unwrap();
        let orders = Orders::load(folder.path());
        for (at, agent) in agents.iter().enumerate() {
            assert_eq!(shown(&orders.agent(at, &lane(agent), repo)), shown(agent));
        }
        assert_eq!(orders.gate(&["./check".to_owned()], repo), gate);
        assert_eq!(orders.gate(&["make".to_owned()], repo), ["make"], "another gate was recorded");
        let forged = Lane { argv: vec!["sh".to_owned()], ..lane(&agents[2]) };
        assert!(matches!(orders.agent(2, &forged, repo), Agent::Command(argv) if argv.len() == 1));
        let gone = Orders::load(&folder.path().join("gone"));
        assert_eq!(shown(&gone.agent(1, &lane(&agents[1]), repo)), shown(&Agent::Shell("./fix.sh".to_owned())));
        assert!(matches!(gone.agent(2, &lane(&agents[2]), repo), Agent::Command(argv) if argv.len() == 3));
        assert_eq!(gone.gate(&["make".to_owned()], repo), ["make"]);
    }
}
