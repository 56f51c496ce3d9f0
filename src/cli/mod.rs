//! The front: argv in, text and a number out, the same for every verb.

mod board;
pub mod door;
mod exit_code;
mod live;
pub mod pages;
mod screen;
mod tame;
mod terminal;
mod usage;
mod verbs;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anstream::ColorChoice;
use clap::{
    ArgMatches, CommandFactory, FromArgMatches, Subcommand,
    builder::{OsStringValueParser, TypedValueParser},
};

use crate::{
    command::{Context, Error, Kind, Report},
    process::{
        detach,
        interrupt::{self, Interrupt},
        stop::Stop,
    },
};
use screen::Screen;
use verbs::Verb;

/// The widest line of a help text, in columns.
const WIDEST: usize = 80;

/// Run attempts in parallel worktrees, pick one by rule, keep a record to verify
///
/// Runs several attempts at a piece of work at once, each in its own git worktree, with any command as the worker;
/// gates them, picks one by a written rule, merges it, and seals a record that anyone with a clone can verify.
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "git-par", bin_name = "git par", version, propagate_version = true, max_term_width = WIDEST)]
#[command(subcommand_required = true, arg_required_else_help = true)]
struct Root {
    #[command(flatten)]
    shared: Shared,
}

/// A command line that was understood.
#[derive(Clone, Debug)]
struct Cli {
    shared: Shared,
    verb: Verb,
}

/// The name by which the parser knows the folders to go to.
const FOLDERS: &str = "folders";
/// The heading of what every verb takes.
const SHARED: &str = "Shared options";

/// What every verb takes.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = SHARED)]
struct Shared {
    /// Run as if started in this folder
    #[arg(short = 'C', value_name = "DIR", action = clap::ArgAction::Append, value_parser = folder())]
    folders: Vec<PathBuf>,
    /// Answer with one JSON object instead of text
    #[arg(long, global = true)]
    json: bool,
    /// Say nothing but the answer
    #[arg(short = 'q', long, global = true)]
    quiet: bool,
    /// When to use colours: auto, always or never
    #[arg(long, value_name = "WHEN", global = true, value_parser = screen::colors(), hide_possible_values = true)]
    color: Option<ColorChoice>,
}

/// Reads a folder, which may be empty: that is where we are, as git has it.
fn folder() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// Runs `git par` with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    run(&std::env::args_os().collect::<Vec<_>>())
}

/// Tells whether these words, the program's name first, are a command line of ours.
#[must_use]
pub fn parses(argv: &[OsString]) -> bool {
    parse(argv).is_ok_and(|cli| !matches!(cli.verb, Verb::External(_)))
}

fn run(argv: &[OsString]) -> ExitCode {
    // Without a session of its own it works all the same.
    let _ = detach::complete();
    match parse(argv) {
        Ok(cli) => serve(&cli),
        Err(error) => usage::tell(&error, argv),
    }
}

fn parse(argv: &[OsString]) -> Result<Cli, clap::Error> {
    let matches = command_of(argv).color(usage::wanted_color(argv)).try_get_matches_from(argv)?;
    let shared = Root::from_arg_matches(&matches)?.shared;
    let mut cli = Cli { shared, verb: Verb::from_arg_matches(&matches)? };
    for verb in std::iter::successors(below(&matches), |verb| below(verb)) {
        let folders = verb.try_get_many::<PathBuf>(FOLDERS).ok().flatten();
        cli.shared.folders.extend(folders.into_iter().flatten().cloned());
    }
    Ok(cli)
}

/// Returns what was said of the verb, or of the verb's own verb.
fn below(matches: &ArgMatches) -> Option<&ArgMatches> {
    matches.subcommand().map(|(_, below)| below)
}

/// Returns the definition of the whole command line.
fn command() -> clap::Command {
    let root = Root::command();
    let [short, long] = [root.get_about(), root.get_long_about()].map(|text| text.cloned().unwrap_or_default());
    // The list of verbs brings a text of its own, which is not the program's.
    with_folders(Verb::augment_subcommands(root).about(short).long_about(long))
}

/// Returns as much of the definition as these words need: that of one verb alone takes a fraction of the time.
fn command_of(argv: &[OsString]) -> clap::Command {
    let verb = argv.get(1).and_then(|word| Verb::definition(word.to_str()?));
    verb.map_or_else(command, |verb| with_folders(Root::command().subcommand(verb)))
}

fn with_folders(root: clap::Command) -> clap::Command {
    // A global option keeps the values of one place only, and these add up.
    let folders = root.get_arguments().find(|arg| arg.get_id() == FOLDERS).cloned();
    root.mut_subcommands(|verb| verb.args(folders.clone()).mut_subcommands(|below| below.args(folders.clone())))
}

fn serve(cli: &Cli) -> ExitCode {
    let screen = Screen::new(cli.shared.color, cli.shared.quiet);
    let mut interrupt = None;
    let answered = answer(cli, &screen, &mut interrupt);
    let signalled = interrupt.as_ref().and_then(Interrupt::exit_status);
    screen.finish();
    match answered {
        Ok(report) => {
            if !report.is_told() {
                screen.answer_with(report.as_ref(), cli.shared.json);
            }
            exit_code::of_answer(report.answer(), signalled).into()
        }
        Err(error) => {
            screen.complain(&error, cli.shared.json);
            exit_code::of_kind(error.kind, signalled).into()
        }
    }
}

/// Carries out the verb; what takes signals in good order meanwhile is left behind to be asked.
fn answer(cli: &Cli, screen: &Screen, interrupt: &mut Option<Interrupt>) -> Result<Box<dyn Report>, Error> {
    cli.shared.folders.iter().try_for_each(|folder| enter(folder))?;
    let here = std::env::current_dir().map_err(|error| cannot(format!("cannot read the current folder: {error}")))?;
    *interrupt = if cli.verb.is_long() { Some(interrupt::install()?) } else { None };
    let stop = interrupt.as_ref().map_or_else(Stop::new, |interrupt| Ok(interrupt.stop().clone()))?;
    let listener = |progress| screen.show(progress);
    let show = |report: &dyn Report, is_new: bool| screen.refresh(report, cli.shared.json, is_new);
    let ask = |question: &str| screen.ask(question);
    let confirm: Option<&dyn Fn(&str) -> bool> = if screen::can_ask() { Some(&ask) } else { None };
    let json = cli.shared.json;
    cli.verb.run(&Context { here, listener: &listener, show: &show, stop, sink: screen, json, confirm })
}

/// Goes to a folder.
fn enter(folder: &Path) -> Result<(), Error> {
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    std::env::set_current_dir(folder)
        .map_err(|error| cannot(format!("cannot change to '{}': {error}", folder.display())))
}

fn cannot(message: String) -> Error {
    Error::new(Kind::Cannot, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The longest text of an option in a list, in characters.
    const LONGEST: usize = 160;
    /// The longest text of a verb in a list, in characters.
    const LONGEST_ABOUT: usize = 100;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn the_definition_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn a_line_is_ours_when_its_verb_is() {
        assert!(parses(&words("git-par list --json")));
        assert!(parses(&words("git-par spawn task -- sh --nothing")));
        assert!(!parses(&words("git-par list --nothing")));
        assert!(!parses(&words("git-par nothing")));
        assert!(!parses(&words("git-par")));
    }

    fn is_well_written(text: &str, longest: usize) -> bool {
        let starts_small = text.starts_with(char::is_lowercase);
        !text.is_empty()
            && !starts_small
            && !text.ends_with('.')
            && !text.contains('\n')
            && text.chars().count() <= longest
    }

    #[test]
    fn each_verb_and_option_is_explained_in_one_short_line() {
        let root = command();
        for verb in std::iter::once(&root).chain(root.get_subcommands()) {
            let about = verb.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(is_well_written(&about, LONGEST_ABOUT), "{}: {about}", verb.get_name());
            for arg in verb.get_arguments() {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(is_well_written(&help, LONGEST), "{} {}: {help}", verb.get_name(), arg.get_id());
            }
        }
    }
}
