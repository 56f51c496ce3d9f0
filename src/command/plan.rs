//! `git par plan`: graphs of tasks, checked and shown before anything runs.

pub mod check;
mod drawing;
pub(super) mod findings;
pub mod schema;
pub mod show;
pub(super) mod sketch;

use super::{Context, Error, Report};

/// Check a plan of tasks, or show what runs when, before anything does
///
/// A plan is a file that says which tasks there are, what each needs, and which paths each reads and writes. From that follows
/// what may run side by side. Nothing is run here, and nothing written.
#[derive(Clone, Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true, disable_help_subcommand = true)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

/// What can be done with plans.
#[derive(Clone, Debug, clap::Subcommand)]
enum Verb {
    Check(check::Args),
    Show(show::Args),
    Schema(schema::Args),
}

/// Does it.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Box<dyn Report>, Error> {
    Ok(match &args.verb {
        Verb::Check(args) => Box::new(check::run(args, context)?),
        Verb::Show(args) => Box::new(show::run(args, context)?),
        Verb::Schema(args) => Box::new(schema::run(args)),
    })
}
