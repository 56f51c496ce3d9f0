//! Lanes: many agents in one run, a script each, so that a table of rows costs one start.

use std::fs;

use serde_json::Value;

use super::world::{Said, World};

/// One row of a table: a name, what the agent does, and what its candidate changes against base.
pub(crate) type Row = (&'static str, &'static str, &'static str);

/// A run with one worker for each row.
pub(crate) struct Lanes<'w> {
    world: &'w World,
    run: &'static str,
    names: Vec<&'static str>,
    /// What the command said.
    pub(crate) said: Said,
    answer: Value,
}

impl<'w> Lanes<'w> {
    /// Spawns one worker for each name and script.
    pub(crate) fn spawn(world: &'w World, run: &'static str, scripts: &[(&'static str, &str)]) -> Self {
        Self::spawn_with(world, run, scripts, &[])
    }

    /// Spawns with further arguments.
    pub(crate) fn spawn_with(
        world: &'w World,
        run: &'static str,
        scripts: &[(&'static str, &str)],
        arguments: &[&str],
    ) -> Self {
        let folder = world.beside("agents").join(run);
        fs::create_dir_all(&folder).unwrap();
        let mut all: Vec<String> = ["--json", "-q", "spawn", "--name", run].map(str::to_owned).to_vec();
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        for (name, script) in scripts {
            let file = folder.join(format!("{name}.sh"));
            fs::write(&file, script).unwrap();
            all.extend(["--agent".to_owned(), format!("exec sh '{}'", file.display())]);
        }
        all.extend(["-n".to_owned(), scripts.len().to_string()]);
        if !arguments.contains(&"-F") {
            all.push("the task".to_owned());
        }
        let said = world.par(&all);
        let answer = serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{error}: {said:?}"));
        Self { world, run, names: scripts.iter().map(|(name, _)| *name).collect(), said, answer }
    }

    /// Returns the worker of a row, such as `w3`.
    pub(crate) fn worker(&self, name: &str) -> String {
        format!("w{}", self.names.iter().position(|known| *known == name).unwrap() + 1)
    }

    /// Returns the ref of a row's candidate.
    pub(crate) fn candidate(&self, name: &str) -> String {
        format!("refs/par/{}/{}", self.run, self.worker(name))
    }

    /// Returns what the answer says of a row.
    pub(crate) fn row(&self, name: &str) -> &Value {
        let index = self.names.iter().position(|known| *known == name).unwrap();
        &self.answer["workers"][index]
    }

    /// Returns one file of a row's candidate, byte by byte but for a last line end.
    pub(crate) fn show(&self, name: &str, path: &str) -> String {
        self.world.git(&["cat-file", "-p", &format!("{}:{path}", self.candidate(name))])
    }

    /// Lists what a row's candidate changes against base: `A 100644 new.txt`, `D old.txt`, ...
    pub(crate) fn changes(&self, name: &str) -> String {
        if self.row(name)["candidate"].is_null() {
            return "no candidate".to_owned();
        }
        changes(self.world, &format!("refs/par/{}/base", self.run), &self.candidate(name))
    }

    /// Asserts the changes of all rows at once.
    pub(crate) fn assert_changes(&self, rows: &[Row]) {
        let wrong: Vec<String> = rows
            .iter()
            .filter(|(name, _, expected)| self.changes(name) != *expected)
            .map(|(name, _, expected)| {
                format!("{name}: expected [{expected}], found [{}]: {}", self.changes(name), self.row(name))
            })
            .collect();
        assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), self.said.stderr);
    }
}

/// Lists what one commit changes against another.
pub(crate) fn changes(world: &World, old: &str, new: &str) -> String {
    let raw = world.git(&["diff-tree", "-r", "--no-renames", "--no-commit-id", old, new]);
    let line = |line: &str| {
        let (fields, path) = line.split_once('\t').unwrap();
        let fields: Vec<&str> = fields.split(' ').collect();
        if fields[4] == "D" { format!("D {path}") } else { format!("{} {} {path}", fields[4], fields[1]) }
    };
    raw.lines().map(line).collect::<Vec<_>>().join(", ")
}

/// Takes name and script of each row.
pub(crate) fn scripts(rows: &[Row]) -> Vec<(&'static str, &'static str)> {
    rows.iter().map(|(name, script, _)| (*name, *script)).collect()
}
