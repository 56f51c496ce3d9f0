//! Verbs: the one list of them.

use std::ffi::OsString;

use super::Failure;
use crate::{
    command::{Context, Error, Kind, Report, agents, demo, gate, list, merge, pick, run, seal, spawn, verify},
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
    Run(run::Args),
    List(list::Args),
    Agents(agents::Args),
    Demo(demo::Args),
    #[command(external_subcommand)]
    External(Vec<OsString>),
}

impl Verb {
    /// Tells whether it runs children for long, so that an interrupt is to be taken in good order.
    pub(super) fn is_long(&self) -> bool {
        matches!(self, Self::Spawn(_) | Self::Gate(_) | Self::Pick(_) | Self::Run(_) | Self::Verify(_))
    }

    /// Carries it out.
    pub(super) fn run(&self, context: &Context<'_>) -> Result<Option<Box<dyn Report>>, Failure> {
        let report: Box<dyn Report> = match self {
            Self::Spawn(args) => Box::new(spawn::run(args, context)?),
            Self::Gate(args) => Box::new(gate::run(args, context)?),
            Self::Pick(args) => Box::new(pick::run(args, context)?),
            Self::Merge(args) => Box::new(merge::run(args, context)?),
            Self::Seal(args) => Box::new(seal::run(args, context)?),
            Self::Verify(args) => Box::new(verify::run(args, context)?),
            Self::Run(args) => Box::new(run::run(args, context)?),
            Self::List(args) => Box::new(list::run(args, context)?),
            Self::Agents(args) => Box::new(agents::run(args, context)?),
            Self::Demo(args) => Box::new(demo::run(args, context)?),
            Self::External(argv) => return external(argv),
        };
        Ok(Some(report))
    }
}

/// Runs `git-par-<verb>` from PATH, as git does with its own unknown verbs.
fn external(argv: &[OsString]) -> Result<Option<Box<dyn Report>>, Failure> {
    let verb = argv.first().map(|verb| verb.to_string_lossy().into_owned()).unwrap_or_default();
    let Some(path) = program::find(format!("git-par-{verb}")) else {
        return Err(Error::new(Kind::Usage, format!("'{verb}' is not a git par command"))
            .hint("git par --help")
            .into());
    };
    let ran = duct::cmd(path, &argv[1..]).unchecked().run();
    let status = ran.map_err(Error::from)?.status.code().and_then(|code| u8::try_from(code).ok());
    Err(Failure::Status(status.unwrap_or(128)))
}
