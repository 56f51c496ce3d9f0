//! `git par queue`: many entries landed on one branch, each only once the check passed on exactly what lands.

pub mod add;
pub mod drop;
pub mod list;
pub mod log;
mod opened;
pub mod process;
pub mod resolve;
mod resolver;
pub mod retry;
pub mod show;
pub(super) mod terms;

pub(super) use opened::{choose, name, read};

use super::{Context, Error, Report};

/// Land many winners on one branch, one after another, and keep that branch green
///
/// What is added waits in the queue of a branch until 'git par queue process' tests it on top of the branch and of what is
/// ahead of it, several at once, and lands it where the check passes. What cannot land waits for a person.
#[derive(Clone, Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true, disable_help_subcommand = true)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

/// What can be done with queues.
#[derive(Clone, Debug, clap::Subcommand)]
enum Verb {
    Add(add::Args),
    List(list::Args),
    Process(process::Args),
    Drop(drop::Args),
    Retry(retry::Args),
    Resolve(resolve::Args),
    Show(show::Args),
    Log(log::Args),
}

/// Does it.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Box<dyn Report>, Error> {
    Ok(match &args.verb {
        Verb::Add(args) => Box::new(add::run(args, context)?),
        Verb::List(args) => Box::new(list::run(args, context)?),
        Verb::Process(args) => Box::new(process::run(args, context)?),
        Verb::Drop(args) => Box::new(drop::run(args, context)?),
        Verb::Retry(args) => Box::new(retry::run(args, context)?),
        Verb::Resolve(args) => Box::new(resolve::run(args, context)?),
        Verb::Show(args) => Box::new(show::run(args, context)?),
        Verb::Log(args) => Box::new(log::run(args, context)?),
    })
}
