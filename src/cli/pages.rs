//! Pages: man pages and completions, generated from the definition of the command line.

use clap::{Command, ValueEnum};
use clap_complete::Shell;

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its path below the package's folder, such as `man/git-par.1`.
    pub path: String,
    /// Its text.
    pub text: String,
}
