//! Checks: the queue's gate, run on one stack in a fresh worktree that is proven to hold it.

use std::{ffi::OsString, io, path::PathBuf, time::Duration};

use super::desk::Desk;
use crate::{
    engine::{command_line, gate::Gate, place, site},
    model::{
        ending::Ending,
        log_digest::LogDigest,
        oid::Oid,
        queue::entry::{self, EntryId},
        verdict::Verdict,
    },
    process::{
        child::{self, Exit, Spec, Stdin},
        environment::Environment,
        plain,
        stop::Stop,
        suffix,
    },
    repo::{log_store::LogEntry, objects},
};

/// Why a check could not be run, which is nobody's fault.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A name could not be made.
    #[error("could not make a name for a folder")]
    Name(#[source] io::Error),
    /// The worktree.
    #[error(transparent)]
    Place(#[from] place::Error),
    /// The setup command failed on the target alone.
    #[error("setup failed in a fresh worktree of the target: {ending}; what it printed: {}", log.display())]
    Setup {
        /// How.
        ending: Ending,
        /// What it printed.
        log: PathBuf,
    },
    /// The files that it needs, and what it printed.
    #[error(transparent)]
    Site(#[from] site::Error),
    /// The command.
    #[error(transparent)]
    Child(#[from] child::Error),
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
}

/// What is checked.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    /// The target's commit that it stands on.
    pub(super) onto: Oid,
    /// The entries, from the lowest up.
    pub(super) entries: Vec<EntryId>,
    /// The uppermost commit.
    pub(super) commit: Oid,
    /// Its tree.
    pub(super) tree: Oid,
}

impl Subject {
    /// Names its entries.
    pub(super) fn shown(&self) -> String {
        if self.entries.is_empty() { "the target alone".to_owned() } else { entry::names(&self.entries) }
    }
}

/// Tells where among the logs is what the check printed about a tree, by the uppermost entry: a folder and a name in it.
pub(in crate::engine) fn log_place(top: Option<EntryId>, tree: Oid) -> (String, String) {
    (top.map_or("target".to_owned(), |entry| format!("entry-{entry}")), format!("{tree}.log"))
}

/// What a check said.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) verdict: Verdict,
    pub(super) ending: Ending,
    pub(super) log: LogDigest,
    pub(super) entry: LogEntry,
    pub(super) took: Duration,
}

/// Runs the check and tells what it said, before its worktree is removed; one that was stopped said nothing.
pub(super) fn run(
    desk: &Desk<'_>,
    gate: &Gate,
    (subject, stop): (&Subject, &Stop),
    tell: impl FnOnce(Result<Option<Said>, Error>),
) {
    let mut tell = Some(tell);
    let mut tell = |said| tell.take().map_or((), |tell| tell(said));
    let checked = placed(desk, subject, stop, |call| {
        tell(call.check(gate));
        Ok(())
    });
    if let Err(error) = checked {
        tell(Err(error));
    }
}

/// Makes a fresh worktree of a stack for as long as something is done in it.
fn placed<T>(
    desk: &Desk<'_>,
    subject: &Subject,
    stop: &Stop,
    act: impl FnOnce(&Call<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let name = format!("gate-{}", suffix::random(6).map_err(Error::Name)?);
    let (folder, live) = (desk.root.join(&name), desk.scratch.join(&name));
    plain::make_room(&live).map_err(|source| site::Error::File { path: live.clone(), source })?;
    let wanted =
        place::Wanted { worker: None, commit: subject.commit, tree: subject.tree, is_whole: true, place: None };
    let index = live.with_extension("index");
    let found = place::make(desk.repository, (&folder, &index), wanted)?;
    let call = Call { desk, subject, folder: found.folder.clone(), live, stop };
    let done = act(&call);
    let _ = std::fs::remove_file(&call.live);
    done
}

/// A folder for one check, and what its children are given.
struct Call<'c> {
    desk: &'c Desk<'c>,
    subject: &'c Subject,
    folder: PathBuf,
    /// The file that takes what they print.
    live: PathBuf,
    stop: &'c Stop,
}

impl Call<'_> {
    /// Makes the folder ready; tells how the setup command ended where it did not succeed.
    fn prepare(&self) -> Result<Option<Exit>, Error> {
        // Beside the folders of runs: a queue's is one below them.
        let beside = self.desk.root.ancestors().nth(2).unwrap_or(&self.desk.root);
        site::furnish(self.desk.repository, (&self.desk.included, beside), &self.folder)?;
        let Some(setup) = &self.desk.setup else { return Ok(None) };
        let exit = self.run(command_line::shell(setup), None)?;
        Ok(Some(exit).filter(|exit| !exit.ending.is_success()))
    }

    fn check(&self, gate: &Gate) -> Result<Option<Said>, Error> {
        if let Some(exit) = self.prepare()? {
            return self.unready(&exit);
        }
        let timeout = gate.plan.timeout_ms.map(Duration::from_millis);
        let exit = self.run(gate.argv.clone(), timeout)?;
        if exit.ending == Ending::Stopped { Ok(None) } else { self.said(Verdict::from(exit.ending), &exit).map(Some) }
    }

    /// Says of a stack in which the setup command failed that it does not pass, unless that fails on the target alone too.
    fn unready(&self, exit: &Exit) -> Result<Option<Said>, Error> {
        if exit.ending == Ending::Stopped {
            return Ok(None);
        }
        if self.subject.entries.is_empty() {
            return Err(self.setup_failed(exit));
        }
        let onto = self.subject.onto;
        let tree = self.desk.repository.commit(onto)?.tree;
        let alone = Subject { onto, entries: Vec::new(), commit: onto, tree };
        let alone = placed(self.desk, &alone, self.stop, |call| {
            Ok(call.prepare()?.map(|exit| (exit.ending, call.setup_failed(&exit))))
        });
        match alone? {
            None => self.said(Verdict::Error, exit).map(Some),
            Some((Ending::Stopped, _)) => Ok(None),
            Some((_, error)) => Err(error),
        }
    }

    /// Tells of a setup command that failed; what it printed is put where a person finds it.
    fn setup_failed(&self, exit: &Exit) -> Error {
        let log = self.desk.scratch.join("setup.log");
        let _ = std::fs::rename(&self.live, &log);
        Error::Setup { ending: exit.ending, log }
    }

    /// Keeps what was printed.
    fn said(&self, verdict: Verdict, exit: &Exit) -> Result<Said, Error> {
        let place = log_place(self.subject.entries.last().copied(), self.subject.tree);
        let (log, entry) = site::store(self.desk.repository, place, &self.live)?;
        Ok(Said { verdict, ending: exit.ending, log, entry, took: exit.elapsed })
    }

    fn run(&self, argv: Vec<OsString>, timeout: Option<Duration>) -> Result<Exit, Error> {
        let entries: Vec<String> = self.subject.entries.iter().map(ToString::to_string).collect();
        let environment = Environment::inherit()
            .with("PAR_QUEUE", self.desk.journal.run.to_string())
            .with("PAR_ENTRIES", entries.join(" "))
            .with("PAR_BASE", self.subject.onto.to_string())
            .with("GIT_CEILING_DIRECTORIES", self.folder.parent().unwrap_or(&self.folder));
        let spec = Spec {
            argv,
            cwd: self.folder.clone(),
            environment,
            stdin: Stdin::Null,
            log: self.live.clone(),
            output: None,
            timeout,
            idle: None,
            grace: self.desk.grace,
            record: Some(self.live.with_extension("process")),
        };
        Ok(child::run(&spec, self.stop)?)
    }
}
