//! Contexts: what a command is given besides its arguments.

use std::path::PathBuf;

use super::{Error, Kind, Report, Sink};
use crate::{
    engine::{
        audit,
        progress::{Listener, Progress},
        runs,
    },
    model::run_id::RunId,
    process::stop::Stop,
    repo::{open::Repository, remote::Direction},
};

/// What a command is given besides its arguments.
pub struct Context<'a> {
    /// The folder that it runs in.
    pub here: PathBuf,
    /// Who is told what happens.
    pub listener: Listener<'a>,
    /// Shows a report that others follow, where it is new or only its times are; tells whether it stays to be read, where not it
    /// gives way to the next.
    pub show: &'a dyn Fn(&dyn Report, bool) -> bool,
    /// Whether the user wants it to stop.
    pub stop: Stop,
    /// Where an answer goes that is written piece by piece.
    pub sink: &'a dyn Sink,
    /// Whether the answer is for a program.
    pub json: bool,
    /// Asks the user a question that is answered by yes or no; none where nobody is at a terminal.
    pub confirm: Option<&'a dyn Fn(&str) -> bool>,
}

impl Context<'_> {
    /// Opens the repository that the user stands in.
    pub fn open(&self) -> Result<Repository, Error> {
        Ok(Repository::discover(&self.here)?)
    }

    /// Chooses the run that the user means, and says which where he named none.
    pub fn choose(&self, repository: &Repository, wanted: Option<&str>) -> Result<RunId, Error> {
        let run = match runs::choose(repository, wanted) {
            Err(none @ runs::Error::None) if repository.remote(None, Direction::Fetch).is_err() => {
                // Nor is there any place to fetch one from.
                return Err(Error::new(Kind::Cannot, none.to_string()).hint("git par spawn \"what is to be done\""));
            }
            chosen => chosen?,
        };
        if wanted.is_none() {
            (self.listener)(Progress::Chosen(run.clone()));
        }
        Ok(run)
    }

    /// Returns the error of a command that the user did not want to wait for; none where he still does.
    #[must_use]
    pub fn interrupted(&self) -> Option<Error> {
        self.stop.is_set().then(|| audit::Error::Interrupted.into())
    }

    /// Tells the user something that is no answer.
    pub fn warn(&self, text: impl Into<String>) {
        (self.listener)(Progress::Warning(text.into()));
    }
}
