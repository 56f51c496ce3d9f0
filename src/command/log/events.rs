//! Events: a run's history, a line an event; for programs each as it stands in the journal.

use super::{PIECE, Shown, Watch, is_read};
use crate::{
    command::{Error, style::Style},
    engine::{journal::State, output},
    model::{chain, event::Event, told::Told, worker::Worker},
};

/// The columns of the table, with their widths; the last is as wide as it needs.
const COLUMNS: [(&str, usize); 5] = [("event", 5), ("time", 19), ("worker", 6), ("what", 11), ("", 0)];

/// A run's events, as they are shown.
pub(super) struct Events<'a> {
    watch: &'a Watch<'a>,
    /// The workers whose events are wanted; none: everything.
    only: Option<Vec<Worker>>,
    /// How many events have been looked at.
    seen: usize,
}

impl<'a> Events<'a> {
    pub(super) fn new(watch: &'a Watch<'a>, only: Option<Vec<Worker>>) -> Self {
        Self { watch, only, seen: 0 }
    }

    /// Returns the line of an event; none where it is not wanted.
    fn line(&self, line: &[u8]) -> Result<Option<String>, Error> {
        let event = Event::parse(line)?;
        let told = Told::of(&event)?;
        let wanted = self.only.as_ref().is_none_or(|only| told.worker.is_some_and(|worker| only.contains(&worker)));
        let text = || if self.watch.context.json { format!("{}\n", event.line()) } else { row(&event, &told) };
        Ok(wanted.then(text))
    }

    fn write(&self, text: &mut String) -> Result<bool, Error> {
        let sink = self.watch.context.sink;
        let text = std::mem::take(text);
        is_read(if self.watch.context.json { sink.pass(text.as_bytes()) } else { sink.tell(&text) })
    }
}

impl Shown for Events<'_> {
    fn is_over(&mut self, state: &State) -> Result<bool, Error> {
        Ok(!output::is_under_way(self.watch.repository, self.watch.run, state)?)
    }

    fn show(&mut self, state: &State) -> Result<bool, Error> {
        let mut text = String::new();
        if self.seen == 0 && !self.watch.context.json {
            text = head();
        }
        for line in chain::lines(&state.bytes).skip(self.seen) {
            text.extend(self.line(line?)?);
            self.seen += 1;
            if text.len() > PIECE && !self.write(&mut text)? {
                return Ok(false);
            }
        }
        self.write(&mut text)
    }

    fn end(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

fn head() -> String {
    let names = COLUMNS.map(|(name, width)| format!("{name:<width$}")).join("  ");
    format!("{}\n", Style::Head.paint(names.trim_end()))
}

fn row(event: &Event<'_>, told: &Told) -> String {
    // To the second, in UTC.
    let time: String = event.time().unwrap_or_default().chars().take(19).collect::<String>().replace('T', " ");
    let worker = told.worker.map_or("-".to_owned(), |worker| worker.to_string());
    let cells = [event.seq_id().to_string(), time, worker, told.kind.clone(), told.what.clone()];
    let padded = cells.iter().zip(COLUMNS).map(|(cell, (_, width))| format!("{:<width$}", one_line(cell)));
    format!("{}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
}

/// Keeps what is somebody else's text from breaking the table.
fn one_line(cell: &str) -> String {
    cell.replace(['\n', '\r', '\t'], " ")
}
