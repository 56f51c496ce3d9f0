//! The package, its programs, and other programs that may be installed.

use std::{
    path::Path,
    process::{Command, Output},
};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_git-par");

pub(crate) fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the path of a file of the package.
pub(crate) fn folder(path: &str) -> String {
    package().join(path).display().to_string()
}

/// Runs a program with a plain environment; none where it is not installed.
pub(crate) fn run(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Option<Output> {
    let program = which::which(program).ok()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(program);
    command.args(arguments).env_clear().env("PATH", path).env("LC_ALL", "C").env("HOME", home.path());
    command.env("GIT_CONFIG_NOSYSTEM", "1");
    Some(command.envs(environment.iter().copied()).output().unwrap())
}

/// Returns all that a program printed.
pub(crate) fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
