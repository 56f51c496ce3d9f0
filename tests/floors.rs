//! The house stands: imports point down only, one process door a floor, one writer to the screen, files and functions small.

#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The floors from the ground up; rooms of one floor do not know each other.
const FLOORS: [&[&str]; 5] = [&["model"], &["repo", "process"], &["engine"], &["command"], &["cli"]];

/// Returns every source file with its text.
fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.sort();
    let read = |path: PathBuf| (path.strip_prefix(&root).unwrap().to_owned(), fs::read_to_string(&path).unwrap());
    found.into_iter().map(read).collect()
}

/// Returns the room of a file: the first part of its path, without the ending.
fn room(path: &Path) -> String {
    let first = path.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// Returns the rooms that a text names after `crate::`, in whatever form of import.
fn named_rooms(text: &str) -> Vec<String> {
    let code: String = text.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n");
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => rooms.extend(first_words(group)),
            None => rooms.push(word(rest)),
        }
    }
    rooms
}

/// Lists the first word of each item of a braced group, at its own depth.
fn first_words(group: &str) -> Vec<String> {
    let mut depth = 1;
    let mut words = vec![word(group.trim_start())];
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => words.push(word(group[at + 1..].trim_start())),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn imports_point_down_only() {
    let mut upward = Vec::new();
    for (path, text) in sources() {
        let own = room(&path);
        let Some(here) = floor(&own) else { continue };
        for named in named_rooms(&text) {
            let Some(there) = floor(&named) else { continue };
            if there > here || (there == here && named != own) {
                upward.push(format!("{} imports {named}", path.display()));
            }
        }
    }
    assert!(upward.is_empty(), "{upward:#?}");
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    assert_eq!(named_rooms("use crate::cli::x;"), ["cli"]);
    assert_eq!(named_rooms("use crate::{\n    model::{a, b::{c}},\n    repo, cli::x,\n};"), ["model", "repo", "cli"]);
    assert_eq!(named_rooms("fn f() { crate::command::run() } // crate::cli"), ["command"]);
}

#[test]
fn children_are_started_behind_their_doors_only() {
    let doors = ["repo/git.rs", "process/", "cli/door.rs", "cli/verbs.rs", "command/demo.rs"];
    let starters = ["duct::cmd(", "process::Command", "process::{Command"];
    for (path, text) in sources() {
        let shown = path.display().to_string();
        if doors.iter().any(|door| shown.starts_with(door)) {
            continue;
        }
        assert!(!starters.iter().any(|starter| text.contains(starter)), "{shown} starts a process");
    }
}

#[test]
fn refs_are_spelled_in_one_place() {
    for (path, text) in sources() {
        if path.starts_with("cli/pages/text") {
            // Prose about refs.
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        let code: Vec<&str> = code.lines().map(|line| line.split("//").next().unwrap()).collect();
        let spelled = code
            .iter()
            .any(|line| line.contains("\"refs/par/") && !line.contains(":refs/par/") && !line.contains("refs/par/*"));
        assert!(!spelled || path.ends_with("model/ref_name.rs"), "{} spells a ref", path.display());
    }
}

#[test]
fn files_and_functions_stay_small() {
    for (path, text) in sources() {
        let code: Vec<&str> = text.split("#[cfg(test)]").next().unwrap().lines().collect();
        assert!(code.first().is_some_and(|line| line.starts_with("//!")), "{} says what it is", path.display());
        assert!(code.len() <= 400, "{} has {} lines", path.display(), code.len());
        for (at, line) in code.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let is_function = line.trim_start().split(' ').take(4).any(|word| word == "fn");
            if !is_function || line.trim_start().starts_with("//") {
                continue;
            }
            let end = format!("{}}}", " ".repeat(indent));
            let length = code[at..].iter().position(|line| *line == end).map_or(1, |length| length + 1);
            assert!(length <= 60, "{}:{} is a function of {length} lines", path.display(), at + 1);
        }
    }
}
