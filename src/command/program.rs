//! Programs: looked up before anything starts, so that a typing error costs nothing.

use std::ffi::{OsStr, OsString};

use super::{Error, Kind};
use crate::process::program;

/// What a shell knows without looking at PATH (POSIX.1-2024, 2.14 and 1.6).
const BUILT_IN: &[&str] = &[
    "!", ".", ":", "[", "alias", "bg", "break", "case", "cd", "command", "continue", "eval", "exec", "exit", "export",
    "false", "fc", "fg", "for", "getopts", "hash", "if", "jobs", "kill", "local", "pwd", "read", "readonly", "return",
    "set", "shift", "test", "times", "trap", "true", "type", "ulimit", "umask", "unalias", "unset", "until", "wait",
    "while", "{",
];

/// Refuses a command whose program is not there; a text for the shell is judged by its first word where that is plain.
pub(super) fn require_command(argv: &[OsString], what: &str) -> Result<(), Error> {
    let Some(program) = program_of(argv) else { return Ok(()) };
    if is_there(&program) {
        return Ok(());
    }
    let message = format!("{what} '{}' was not found on PATH", program.to_string_lossy());
    Err(Error::new(Kind::Cannot, message))
}

fn program_of(argv: &[OsString]) -> Option<OsString> {
    match argv {
        [sh, c, text] if sh == "sh" && c == "-c" => first_word(text.to_str()?).map(OsString::from),
        [program, ..] => Some(program.clone()),
        [] => None,
    }
}

fn first_word(text: &str) -> Option<&str> {
    let word = text.split_whitespace().next()?;
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.+/".contains(&byte));
    (plain && !BUILT_IN.contains(&word)).then_some(word)
}

fn is_there(name: &OsStr) -> bool {
    // A path may be one of the worktree's: only a bare name can be judged here.
    name.as_encoded_bytes().contains(&b'/') || program::find(name).is_some()
}
