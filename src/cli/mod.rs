//! The front: argv in, text and a number out, the same for every verb.

mod exit_code;
pub mod pages;
mod screen;
mod verbs;

use std::{ffi::OsString, process::ExitCode};

use clap::{CommandFactory, FromArgMatches};

use crate::{
    command::{Context, Error, Kind, Report},
    process::{interrupt, stop::Stop},
};
use screen::Screen;
use verbs::Verb;

/// Parallel attempts at a piece of work, each in its own git worktree: gated, picked by a written rule, merged, and sealed into a record that anyone with a clone can verify.
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "git-par", bin_name = "git par", version, subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    shared: Shared,
    #[command(subcommand)]
    verb: Verb,
}

/// What every verb takes.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Shared options")]
struct Shared {
    /// Run as if started in this folder
    #[arg(short = 'C', value_name = "DIR", global = true)]
    folder: Option<std::path::PathBuf>,
    /// Answer with one JSON object instead of text
    #[arg(long, global = true)]
    json: bool,
    /// Say nothing but the answer
    #[arg(short = 'q', long, global = true)]
    quiet: bool,
    /// When to use colours: auto, always or never
    #[arg(long, value_name = "WHEN", global = true, value_parser = screen::color)]
    color: Option<anstream::ColorChoice>,
}

/// Runs `git par` with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    run(std::env::args_os().collect())
}

/// Runs one verb as a program of its own, with the arguments of this process.
#[must_use]
pub fn main_of(verb: &str) -> ExitCode {
    let mut argv: Vec<OsString> = std::env::args_os().collect();
    argv.insert(argv.len().min(1), verb.into());
    run(argv)
}

fn run(argv: Vec<OsString>) -> ExitCode {
    let parsed = command().try_get_matches_from(argv).and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => serve(&cli),
        Err(error) => {
            // Help and version are answers: clap writes them where they belong.
            let _ = error.print();
            if error.use_stderr() { exit_code::USAGE.into() } else { ExitCode::SUCCESS }
        }
    }
}

/// Returns the definition of the whole command line.
fn command() -> clap::Command {
    Cli::command()
}

fn serve(cli: &Cli) -> ExitCode {
    let screen = Screen::new(cli.shared.color, cli.shared.quiet);
    let answered = answer(cli, &screen);
    screen.finish();
    match answered {
        Ok(Some(Answered { report, status })) => {
            let text = if cli.shared.json { format!("{}\n", report.json()) } else { report.text() };
            screen.answer(&text);
            status.into()
        }
        Ok(None) => ExitCode::SUCCESS,
        Err(Failure::Status(status)) => status.into(),
        Err(Failure::Error(error)) => {
            screen.complain(&error, cli.shared.json);
            exit_code::of_kind(error.kind).into()
        }
    }
}

/// Why there is no answer.
enum Failure {
    /// An error to tell.
    Error(Error),
    /// Another program's exit status to pass on.
    Status(u8),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// An answer with the exit status that goes with it: that of a signal, where one came.
struct Answered {
    report: Box<dyn Report>,
    status: u8,
}

fn answer(cli: &Cli, screen: &Screen) -> Result<Option<Answered>, Failure> {
    if let Some(folder) = &cli.shared.folder {
        let failed = |error| Error::new(Kind::Cannot, format!("cannot change to '{}': {error}", folder.display()));
        std::env::set_current_dir(folder).map_err(failed)?;
    }
    let here = std::env::current_dir()
        .map_err(|error| Error::new(Kind::Cannot, format!("cannot read the current folder: {error}")))?;
    let interrupt = if cli.verb.is_long() { Some(interrupt::install().map_err(Error::from)?) } else { None };
    let stop = interrupt.as_ref().map_or_else(Stop::new, |interrupt| Ok(interrupt.stop().clone()));
    let listener = |progress| screen.show(progress);
    let context = Context { here, listener: &listener, stop: stop.map_err(Error::from)? };
    let report = cli.verb.run(&context)?;
    let status = interrupt.and_then(|interrupt| interrupt.exit_status());
    Ok(report.map(|report| Answered { status: status.unwrap_or(exit_code::of_answer(report.answer())), report }))
}
