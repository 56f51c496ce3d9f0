//! Doors: a verb of the main job as a program of its own, which hands over to the one program that serves all verbs.

use std::{
    env, io,
    io::Write,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Command, ExitCode},
};

/// The program that serves all verbs.
const SUITE: &str = "git-par";
/// Cannot proceed, as git has it.
const CANNOT: u8 = 128;

/// Becomes `git-par <verb>`, with the arguments of this process: the program beside this one, else the one on PATH. Returns only
/// where there is none.
#[must_use]
pub fn hand_over(verb: &str) -> ExitCode {
    let beside = env::current_exe().ok().map(|own| own.with_file_name(SUITE)).filter(|suite| suite.is_file());
    let suite = beside.unwrap_or_else(|| PathBuf::from(SUITE));
    let error = Command::new(suite).arg(verb).args(env::args_os().skip(1)).exec();
    let hint = "hint: install it into the folder of this program: cargo install --path .";
    let _ = writeln!(io::stderr(), "error: could not hand over to {SUITE}: {error}\n{hint}");
    ExitCode::from(CANNOT)
}
