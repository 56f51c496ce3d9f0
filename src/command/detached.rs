//! Detached runs: the process that works on them has no terminal.

use std::{
    ffi::OsString,
    fs,
    time::{Duration, Instant},
};

use super::{Error, Kind, exclusive::Alone};
use crate::{
    engine::{
        site::Site,
        supervisor::{self, Hold},
    },
    process::detach,
};

/// How long the new process may take until it holds the run.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is looked whether it does.
const STEP: Duration = Duration::from_millis(10);

/// Hands a run that has begun to a process of its own, and returns once that one holds it, or has done it already.
pub(super) fn go_on(site: &Site<'_>, (hold, alone): (Hold, Option<Alone>)) -> Result<(), Error> {
    let run = &site.journal.run;
    let log = site.scratch.join("supervisor.log");
    drop(hold);
    let arguments = ["resume", "--quiet", run.as_str()].map(OsString::from);
    detach::start(&arguments, &log).map_err(|error| Error::from(error).hint(format!("git par resume {run}")))?;
    let until = Instant::now() + PATIENCE;
    while !supervisor::is_held(site.repository, run)? && !is_over(site)? {
        if Instant::now() >= until {
            let said = fs::read_to_string(&log).unwrap_or_default();
            let message = format!("run '{run}' did not go on by itself: {}", said.trim());
            return Err(Error::new(Kind::Cannot, message).hint(format!("git par resume {run}")));
        }
        std::thread::sleep(STEP);
    }
    drop(alone);
    Ok(())
}

fn is_over(site: &Site<'_>) -> Result<bool, Error> {
    site.journal.refresh()?;
    Ok(site.journal.ask(|history| history.ended.is_some()))
}
