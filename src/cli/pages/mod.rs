//! Pages: man pages and completions, generated from the definition of the command line.

mod bash;
mod fish;
mod man;
mod manual;
mod settings;
mod text;
mod values;
mod zsh;

use std::{fs, io, path::PathBuf};

use clap::Command;
use serde::Serialize;
use serde_json::Value;

use crate::command::{Error, Kind, Report, report};

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its path below the package's folder, such as `man/git-par.1`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// An example of a man page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The page's name, such as `git-par-spawn`.
    pub page: String,
    /// One command line of it, for a shell.
    pub command: String,
}

/// Write the man pages and completions below a folder.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The folder, such as that of the package
    dir: PathBuf,
}

/// What was written.
#[derive(Debug, Serialize)]
pub(super) struct Written {
    /// Each file, below the folder.
    files: Vec<String>,
}

/// Generates every page, by path; the same text for the same version, wherever and whenever it is done.
#[must_use]
pub fn all() -> Vec<Page> {
    let root = tree();
    let mut pages: Vec<Page> = text::ALL.iter().map(|manual| man::page(manual, &root)).collect();
    pages.extend([bash::page(&root), fish::page(&root), zsh::page(&root)]);
    pages.sort_by(|a, b| a.path.cmp(&b.path));
    pages
}

/// Lists every command line of every EXAMPLES section.
#[must_use]
pub fn examples() -> Vec<Example> {
    let lines = |manual: &manual::Manual| {
        let page = manual.name();
        let commands = manual.examples.iter().flat_map(|(_, commands)| commands.lines());
        commands.map(move |command| Example { page: page.clone(), command: command.to_owned() }).collect::<Vec<_>>()
    };
    text::ALL.iter().flat_map(|manual| lines(manual)).collect()
}

/// Writes the pages.
pub(super) fn run(args: &Args) -> Result<Written, Error> {
    let mut files = Vec::new();
    for page in all() {
        let path = args.dir.join(&page.path);
        let failed =
            |error: io::Error| Error::new(Kind::Cannot, format!("could not write '{}': {error}", path.display()));
        fs::create_dir_all(path.parent().unwrap_or(&args.dir)).map_err(failed)?;
        fs::write(&path, page.text).map_err(failed)?;
        files.push(page.path);
    }
    Ok(Written { files })
}

impl Report for Written {
    fn text(&self) -> String {
        self.files.join("\n") + "\n"
    }

    fn json(&self) -> Value {
        report::object(self)
    }
}

/// Returns the definition of the command line as people see it, with everything that its parser would fill in.
fn tree() -> Command {
    let whole = super::command();
    let verbs = whole.get_subcommands().filter(|verb| !verb.is_hide_set()).cloned();
    let mut root = Command::new("git-par")
        .bin_name("git par")
        .version(env!("CARGO_PKG_VERSION"))
        .about(whole.get_about().cloned().unwrap_or_default())
        .args(whole.get_arguments().cloned())
        .subcommands(verbs)
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .propagate_version(true);
    root.build();
    root
}

/// Lists the verbs, as the help lists them.
fn verbs(root: &Command) -> impl Iterator<Item = &Command> {
    root.get_subcommands()
}
