//! Verbs: the one list of them.

use std::{ffi::OsString, os::unix::process::CommandExt as _, process::Command};

use clap::Args as _;

use super::pages;
use crate::{
    command::{
        Context, Error, Kind, Report, agents, attach, conflicts, demo, diff, discard, fetch, gate, list, log, merge,
        pick, plan, prune, push, queue, resume, retry, run, seal, spawn, status, stop, verify,
    },
    model::likeness,
    process::program,
};

/// What can be done.
#[derive(Clone, Debug, clap::Subcommand)]
pub(super) enum Verb {
    Spawn(spawn::Args),
    Gate(gate::Args),
    Pick(pick::Args),
    Merge(merge::Args),
    Seal(seal::Args),
    Verify(verify::Args),
    Push(push::Args),
    Fetch(fetch::Args),
    Run(run::Args),
    Retry(retry::Args),
    Stop(stop::Args),
    Resume(resume::Args),
    List(list::Args),
    Status(status::Args),
    Log(log::Args),
    Diff(diff::Args),
    Conflicts(conflicts::Args),
    Attach(attach::Args),
    Discard(discard::Args),
    Prune(prune::Args),
    Plan(plan::Args),
    Queue(queue::Args),
    Agents(agents::Args),
    Demo(demo::Args),
    #[command(hide = true)]
    Pages(pages::Args),
    #[command(external_subcommand)]
    External(Vec<OsString>),
}

impl Verb {
    /// Returns the definition of one verb; none where there is no such verb.
    pub(super) fn definition(name: &str) -> Option<clap::Command> {
        let augment = match name {
            "spawn" => spawn::Args::augment_args,
            "gate" => gate::Args::augment_args,
            "pick" => pick::Args::augment_args,
            "merge" => merge::Args::augment_args,
            "seal" => seal::Args::augment_args,
            "verify" => verify::Args::augment_args,
            "push" => push::Args::augment_args,
            "fetch" => fetch::Args::augment_args,
            "run" => run::Args::augment_args,
            "retry" => retry::Args::augment_args,
            "stop" => stop::Args::augment_args,
            "resume" => resume::Args::augment_args,
            "list" => list::Args::augment_args,
            "log" => log::Args::augment_args,
            "diff" => diff::Args::augment_args,
            "conflicts" => conflicts::Args::augment_args,
            "attach" => attach::Args::augment_args,
            "status" => status::Args::augment_args,
            "discard" => discard::Args::augment_args,
            "prune" => prune::Args::augment_args,
            "plan" => plan::Args::augment_args,
            "queue" => queue::Args::augment_args,
            _ => return None,
        };
        Some(augment(clap::Command::new(name.to_owned())))
    }

    /// Tells whether it is not to be cut short anywhere, so that an interrupt is to be taken in good order.
    pub(super) fn is_long(&self) -> bool {
        match self {
            Self::Agents(_) | Self::Seal(_) | Self::Demo(_) | Self::Pages(_) | Self::External(_) => false,
            Self::Plan(args) => args.is_long(),
            Self::List(args) => args.watch,
            Self::Status(args) => args.watch,
            Self::Log(args) => args.follow,
            _ => true,
        }
    }

    /// Carries it out.
    pub(super) fn run(&self, context: &Context<'_>) -> Result<Box<dyn Report>, Error> {
        Ok(match self {
            Self::Spawn(args) => Box::new(spawn::run(args, context)?),
            Self::Gate(args) => Box::new(gate::run(args, context)?),
            Self::Pick(args) => Box::new(pick::run(args, context)?),
            Self::Merge(args) => Box::new(merge::run(args, context)?),
            Self::Seal(args) => Box::new(seal::run(args, context)?),
            Self::Verify(args) => Box::new(verify::run(args, context)?),
            Self::Push(args) => Box::new(push::run(args, context)?),
            Self::Fetch(args) => Box::new(fetch::run(args, context)?),
            Self::Run(args) => Box::new(run::run(args, context)?),
            Self::Retry(args) => Box::new(retry::run(args, context)?),
            Self::Stop(args) => Box::new(stop::run(args, context)?),
            Self::Resume(args) => Box::new(resume::run(args, context)?),
            Self::List(args) => Box::new(list::run(args, context)?),
            Self::Log(args) => Box::new(log::run(args, context)?),
            Self::Diff(args) => Box::new(diff::run(args, context)?),
            Self::Conflicts(args) => Box::new(conflicts::run(args, context)?),
            Self::Attach(args) => Box::new(attach::run(args, context)?),
            Self::Status(args) => Box::new(status::run(args, context)?),
            Self::Discard(args) => Box::new(discard::run(args, context)?),
            Self::Prune(args) => Box::new(prune::run(args, context)?),
            Self::Plan(args) => plan::run(args, context)?,
            Self::Queue(args) => queue::run(args, context)?,
            Self::Agents(args) => Box::new(agents::run(args, context)?),
            Self::Demo(args) => Box::new(demo::run(args, context)?),
            Self::Pages(args) => Box::new(pages::run(args)?),
            Self::External(argv) => return Err(external(argv)),
        })
    }
}

/// Becomes `git-par-<verb>` from PATH, as git does with its own unknown verbs; comes back only where that fails.
fn external(argv: &[OsString]) -> Error {
    let Some((verb, arguments)) = argv.split_first() else { return Error::usage("no verb was given") };
    let mut name = OsString::from("git-par-");
    name.push(verb);
    // A name with a slash would be looked for in the current folder.
    let is_name = !verb.is_empty() && !verb.as_encoded_bytes().contains(&b'/');
    let Some(path) = is_name.then(|| program::find(&name)).flatten() else {
        return unknown(&verb.to_string_lossy());
    };
    let error = Command::new(&path).args(arguments).exec();
    Error::new(Kind::Cannot, format!("could not run '{}': {error}", path.display()))
}

fn unknown(verb: &str) -> Error {
    let nearest = nearest(verb).map(|name| format!("git par {name}"));
    Error::usage(format!("'{verb}' is not a git par command")).hint(nearest.unwrap_or("git par --help".to_owned()))
}

/// Finds the verb that was probably meant.
fn nearest(typed: &str) -> Option<String> {
    let command = super::command();
    let names = command.get_subcommands().filter(|verb| !verb.is_hide_set()).map(clap::Command::get_name);
    likeness::nearest(typed, names).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_of_one_verb_is_that_of_the_whole() {
        let whole = crate::cli::command();
        for verb in whole.get_subcommands() {
            let Some(mut alone) = Verb::definition(verb.get_name()) else { continue };
            let ids = |verb: &clap::Command| verb.get_arguments().map(|arg| format!("{arg:?}")).collect::<Vec<_>>();
            let own: Vec<String> = ids(verb).into_iter().filter(|arg| !arg.contains("\"folders\"")).collect();
            assert_eq!(ids(&alone), own);
            assert_eq!(alone.get_about().map(ToString::to_string), verb.get_about().map(ToString::to_string));
            assert!(!alone.render_help().to_string().is_empty());
        }
    }

    #[test]
    fn the_verb_that_was_probably_meant_is_found() {
        for (typed, meant) in [("spwan", "spawn"), ("gates", "gate"), ("verfy", "verify"), ("Merge", "merge")] {
            assert_eq!(nearest(typed).as_deref(), Some(meant));
        }
        for typed in ["", "x", "frobnicate", "zzz"] {
            assert_eq!(nearest(typed), None, "{typed}");
        }
    }
}
