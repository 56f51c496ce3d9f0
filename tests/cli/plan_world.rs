//! Plans that are carried out in a sealed world: agents are scripts, and the record tells what came of it.

use std::{fs, process::Command};

use serde_json::{Value, json};

use super::world::{Said, World};

/// Writes a task whose agent is this script, with what else is to be said of it.
pub(crate) fn task(id: &str, script: &str, more: &Value) -> Value {
    let mut task = json!({ "id": id, "prompt": format!("do {id}"), "agent": script });
    for (key, value) in more.as_object().unwrap() {
        task[key] = value.clone();
    }
    task
}

/// Writes a task that writes one file of its name.
pub(crate) fn writer(id: &str, needs: &[&str]) -> Value {
    task(id, &format!("echo {id} > {id}.txt"), &json!({ "writes": [format!("{id}.txt")], "needs": needs }))
}

impl World {
    /// Prepares a run `r` that carries out a plan of these tasks.
    pub(crate) fn plan_command(&self, gate: &str, tasks: &[Value], flags: &[&str]) -> Command {
        let file = self.beside("plan.json");
        let plan = json!({ "version": 1, "goal": "the goal", "gate": ["sh", "-c", gate], "tasks": tasks });
        fs::write(&file, plan.to_string()).unwrap();
        let all = [&["spawn", "--name", "r", "--plan", file.to_str().unwrap()], flags].concat();
        self.par_command(&all)
    }

    /// Carries out a plan of these tasks in a run `r`.
    pub(crate) fn plan(&self, gate: &str, tasks: &[Value], flags: &[&str]) -> Said {
        Said::of(self.plan_command(gate, tasks, flags).output().unwrap())
    }

    /// Carries out a plan that brings its goal about.
    pub(crate) fn plan_ok(&self, gate: &str, tasks: &[Value], flags: &[&str]) {
        let said = self.plan(gate, tasks, flags);
        assert_eq!(said.code, 0, "{said:?}\n{}", self.journal("r"));
        assert_eq!(self.goal()["delivered"], true, "{said:?}");
        self.proven();
    }

    /// Holds that the record of the run proves what it says.
    pub(crate) fn proven(&self) {
        self.par_ok(&["verify", "r"]);
    }

    /// Returns what the goal of the run came to.
    pub(crate) fn goal(&self) -> Value {
        self.event("r", "goal_finished")["result"].clone()
    }

    /// Returns what a task came to.
    pub(crate) fn task_end(&self, id: &str) -> Value {
        let ends = self.events_of("r", "task_finished");
        let end = ends.iter().rev().find(|event| event["args"]["task"] == id);
        end.unwrap_or_else(|| panic!("{id} has no end: {ends:?}"))["result"].clone()
    }

    /// Lists how the tasks ended, in the order in which they did.
    pub(crate) fn ends(&self) -> String {
        let ends = self.events_of("r", "task_finished");
        let end = |event: &Value| {
            format!("{} {}", event["args"]["task"].as_str().unwrap(), event["result"]["end"].as_str().unwrap())
        };
        ends.iter().map(end).collect::<Vec<_>>().join(", ")
    }

    /// Lists the files of a commit, with blanks between them.
    pub(crate) fn files(&self, commit: &str) -> String {
        self.git(&["-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", commit]).replace('\n', " ")
    }

    /// Reads a file of a commit.
    pub(crate) fn shown(&self, commit: &str, path: &str) -> String {
        self.git(&["show", &format!("{commit}:{path}")])
    }
}
