//! `git par status`: the workers of one run; `git par list RUN` under another name.

use super::{
    Context, Error,
    list::{self, Listing},
};

/// Show how a run stands: state, time, diff, verdict and cost of each worker
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The run, or a unique beginning of its name [default: the newest]
    pub run: Option<String>,
    /// Show it anew whenever it changes, until the run is over or you interrupt it
    #[arg(long)]
    pub watch: bool,
}

/// Lists the workers of a run.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Listing, Error> {
    let repository = context.open()?;
    let run = context.choose(&repository, args.run.as_deref())?;
    list::one_or_watched(&repository, &run, (args.watch, context))
}
