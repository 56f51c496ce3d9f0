//! Outputs: what workers' children printed, each from where it is, in memory that does not grow with it.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use super::{
    PIECE, Shown, Watch, is_read,
    lines::{Form, Lines},
};
use crate::{
    command::{Error, Kind},
    engine::{
        journal::State,
        output::{self, Output, Place, Which},
    },
    model::{oid::Oid, run_id::RunId, worker::Worker},
};

/// What one worker printed, as far as it has been shown.
struct Tail<'a> {
    output: Output<'a>,
    lines: Lines,
    live: Option<(File, u64)>,
    /// Whether anything was found to show.
    is_found: bool,
    is_over: bool,
    /// Whether all of it has been shown, with nothing more to come.
    is_done: bool,
    /// Why there is nothing.
    nothing: String,
}

/// What the workers printed.
pub(super) struct Outputs<'a> {
    watch: &'a Watch<'a>,
    tails: Vec<Tail<'a>>,
}

impl<'a> Outputs<'a> {
    pub(super) fn new(watch: &'a Watch<'a>, workers: &[Worker], (which, attempt): (Which, Option<u32>)) -> Self {
        let workers: Vec<Option<Worker>> = match which {
            Which::Union => vec![None],
            _ => workers.iter().copied().map(Some).collect(),
        };
        let width = workers.iter().flatten().map(|worker| worker.to_string().len()).max().unwrap_or_default();
        let form = |worker| match (watch.context.json, workers.len(), worker) {
            (true, ..) => Form::Json(worker),
            (false, 1, _) | (false, _, None) => Form::Raw,
            (false, _, Some(worker)) => Form::Prefixed(worker, width),
        };
        let tail = |worker: &Option<Worker>| Tail {
            output: Output { repository: watch.repository, run: watch.run, worker: *worker, which, attempt },
            lines: Lines::new(form(*worker)),
            live: None,
            is_found: false,
            is_over: false,
            is_done: false,
            nothing: String::new(),
        };
        Self { watch, tails: workers.iter().map(tail).collect() }
    }
}

impl Shown for Outputs<'_> {
    fn is_over(&mut self, state: &State) -> Result<bool, Error> {
        for tail in &mut self.tails {
            tail.is_over = tail.output.is_over(state)?;
        }
        Ok(self.tails.iter().all(|tail| tail.is_over))
    }

    fn show(&mut self, state: &State) -> Result<bool, Error> {
        for tail in &mut self.tails {
            if !tail.show(self.watch, state)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Says why there is nothing, where there is nothing at all.
    fn end(&mut self) -> Result<(), Error> {
        for tail in &mut self.tails {
            is_read(self.watch.context.sink.pass(&tail.lines.end()))?;
        }
        if self.tails.iter().any(|tail| tail.is_found) {
            return Ok(());
        }
        let Some(first) = self.tails.first() else { return Ok(()) };
        let Output { run, worker, which, .. } = first.output;
        let whose = worker.map_or("the union".to_owned(), |worker| worker.to_string());
        let which = if which == Which::Union { Which::Gate } else { which };
        let message = format!("run '{run}' has no {which} output of {whose}: {}", first.nothing);
        let hint = format!("git par list {run}");
        Err(Error::new(Kind::Cannot, message).hint(hint))
    }
}

impl Tail<'_> {
    /// Shows what is there; tells whether anybody reads it.
    fn show(&mut self, watch: &Watch<'_>, state: &State) -> Result<bool, Error> {
        if self.is_done {
            return Ok(true);
        }
        if self.live.is_none() {
            match self.output.find(state).map_err(|error| unfetched(error, self.output.run))? {
                Place::Live(file) => self.live = Some((file, 0)),
                Place::Kept(blob) => return self.show_kept(watch, blob),
                Place::None(reason) => self.nothing = reason,
            }
        }
        if self.live.is_some() && !self.show_live(watch)? {
            return Ok(false);
        }
        self.finish(watch)
    }

    /// Writes what is left of a last line, once nothing more comes.
    fn finish(&mut self, watch: &Watch<'_>) -> Result<bool, Error> {
        self.is_done = self.is_over;
        if self.is_done { is_read(watch.context.sink.pass(&self.lines.end())) } else { Ok(true) }
    }

    fn show_kept(&mut self, watch: &Watch<'_>, blob: Oid) -> Result<bool, Error> {
        let mut blob = self.output.repository.blob_reader(blob)?;
        let is_read = self.copy(watch, &mut blob)?.is_some();
        // What is kept is whole, whatever else the run is at.
        self.is_over = true;
        Ok(is_read && self.finish(watch)?)
    }

    fn show_live(&mut self, watch: &Watch<'_>) -> Result<bool, Error> {
        let (mut file, mut at) = self.live.take().expect("it was found");
        let length = file.metadata().map_err(|error| unreadable(&error))?.len();
        if length < at {
            // Another attempt began with an empty file.
            at = 0;
        }
        file.seek(SeekFrom::Start(at)).map_err(|error| unreadable(&error))?;
        // No further than it is now: a child may print faster than anybody reads.
        let copied = self.copy(watch, &mut (&mut file).take(length - at))?;
        self.live = Some((file, at + copied.unwrap_or_default()));
        Ok(copied.is_some())
    }

    /// Copies to the end and returns how many bytes there were; none where nobody reads them.
    fn copy(&mut self, watch: &Watch<'_>, from: &mut dyn Read) -> Result<Option<u64>, Error> {
        self.is_found = true;
        let (mut piece, mut copied) = (vec![0; PIECE], 0);
        loop {
            match from.read(&mut piece) {
                Ok(0) => return Ok(Some(copied)),
                Ok(count) => {
                    copied += count as u64;
                    if watch.context.stop.is_set()
                        || !is_read(watch.context.sink.pass(&self.lines.take(&piece[..count])))?
                    {
                        return Ok(None);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(unreadable(&error)),
            }
        }
    }
}

fn unreadable(error: &io::Error) -> Error {
    Error::new(Kind::Cannot, format!("could not read the log: {error}"))
}

/// Says how the logs come, which a push leaves at home unless it is told to send them.
fn unfetched(error: output::Error, run: &RunId) -> Error {
    let is_missing = matches!(error, output::Error::Missing { .. });
    let error = Error::from(error);
    let hint = || format!("where the run was sent from: git par push --logs origin {run}; then here: git par fetch");
    if is_missing { error.hint(hint()) } else { error }
}
