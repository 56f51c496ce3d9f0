//! Foreign runs: their journals came from elsewhere, and with them command lines that nobody here has written.

use super::{Error, Kind};
use crate::{
    engine::{command_line, orders::Orders},
    model::{history::History, run_id::RunId},
    repo::open::Repository,
};

/// Refuses to run what a journal says where the run was not begun in this repository, unless the user trusts it.
pub(super) fn require_trust(repository: &Repository, history: &History, trust: bool) -> Result<(), Error> {
    let Some(args) = history.run().map(|run| &run.args) else { return Ok(()) };
    if trust || Orders::are_here(&repository.scratch_dir().join(args.run.as_str())) {
        return Ok(());
    }
    let gate = args.gate.iter().map(|gate| command_line::shown(&gate.argv));
    let agents = args.workers.iter().map(|lane| command_line::shown(&lane.argv));
    let mut lines: Vec<String> = gate.chain(agents).collect();
    lines.dedup();
    Err(refused(&args.run, &lines))
}

fn refused(run: &RunId, lines: &[String]) -> Error {
    let message = format!("run '{run}' was not begun in this repository, and its record names commands to run");
    let error = Error::new(Kind::Declined, message);
    let error = lines.iter().take(3).fold(error, |error, line| Error {
        messages: [error.messages, vec![format!("it would run {line}")]].concat(),
        ..error
    });
    error.hint("the same command with --trust, where you do").hint(format!("git par gate {run} -- CHECK"))
}
