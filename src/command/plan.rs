//! `git par plan`: graphs of tasks, checked and shown before anything runs.

pub mod check;
pub mod draft;
mod drawing;
pub(super) mod findings;
pub mod schema;
pub mod show;
pub(super) mod sketch;

use super::{Context, Error, Report};

/// Check a plan of tasks, show what runs when, or have an agent write one
///
/// A plan is a file that says which tasks there are, what each needs, and which paths each reads and writes. From that follows
/// what may run side by side. None of its tasks is run here.
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
    Draft(draft::Args),
    Schema(schema::Args),
}

impl Args {
    /// Tells whether it runs an agent, so that an interrupt is to be taken in good order.
    pub(crate) fn is_long(&self) -> bool {
        matches!(self.verb, Verb::Draft(_))
    }
}

/// Does it.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Box<dyn Report>, Error> {
    Ok(match &args.verb {
        Verb::Check(args) => Box::new(check::run(args, context)?),
        Verb::Show(args) => Box::new(show::run(args, context)?),
        Verb::Draft(args) => Box::new(draft::run(args, context)?),
        Verb::Schema(args) => Box::new(schema::run(args)),
    })
}
