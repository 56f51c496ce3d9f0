//! Journal files: a journal outside of any repository, read as a stream in memory that does not grow with it.

use std::{
    io::{self, BufRead, Read as _},
    sync::mpsc::{SyncSender, sync_channel},
    thread,
};

use super::{
    Audit,
    ledger::{Law, Ledger},
    links::Links,
    queue,
};
use crate::model::{
    chain::{Broken, Form, Kind},
    chronicle::Chronicle,
    event::{self, Event, LONGEST},
    fact::{Payload as _, QueueStarted},
    finding::{self, Signature},
};

/// How much is handed from the chain to the history at once: events, and bytes of them.
const BATCH: (usize, usize) = (256, 1 << 20);
/// How many batches may wait.
const WAITING: usize = 2;

/// A journal that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("could not read the journal")]
pub struct Error(#[from] io::Error);

/// Audits a journal by itself: its chain and, where it is ours, its history and picks. There is nothing else to look at.
pub fn journal_file(input: impl BufRead, form: Form) -> Result<Audit, Error> {
    let mut links = Links::new(form);
    match form {
        Form::Foreign => {
            each_event(input, &mut links, |_| ())?;
            Ok(audit(Ledger::of(links, None)))
        }
        Form::Canonical => Ok(match with_history(input, &mut links)? {
            Laws::Run(law) => audit(Ledger::of(links, Some(*law))),
            Laws::Queue(law) => audit(queue::close(links, *law)),
        }),
    }
}

fn audit<H: Chronicle, F>(ledger: Ledger<H, F>) -> Audit {
    Audit {
        run: ledger.history.of(),
        outcome: finding::conclude(&ledger.findings, Signature::Absent),
        findings: ledger.findings,
        signer: None,
        is_stranger: false,
        events: ledger.tip.count,
        head: ledger.tip.hash,
    }
}

/// The law of what the journal is of, which its first event tells.
enum Laws {
    Run(Box<Law>),
    Queue(Box<queue::Law>),
}

impl Laws {
    fn of(first: &Event<'_>) -> Self {
        if first.tool_name() == QueueStarted::KIND {
            Self::Queue(Box::new(queue::Law::new(false)))
        } else {
            Self::Run(Box::new(Law::new(false)))
        }
    }

    fn take(&mut self, event: &Event<'_>) {
        match self {
            Self::Run(law) => law.take(event),
            Self::Queue(law) => law.take(event),
        }
    }
}

/// Reads the history on a thread of its own, which the chain is a few batches ahead of.
fn with_history(input: impl BufRead, links: &mut Links) -> Result<Laws, Error> {
    let (sender, receiver) = sync_channel::<Vec<Event<'static>>>(WAITING);
    thread::scope(|scope| {
        let judge = thread::Builder::new().spawn_scoped(scope, move || {
            let mut laws: Option<Laws> = None;
            for event in receiver.iter().flatten() {
                laws.get_or_insert_with(|| Laws::of(&event)).take(&event);
            }
            laws.unwrap_or_else(|| Laws::Run(Box::new(Law::new(false))))
        })?;
        let mut batch = Batch { events: Vec::new(), bytes: 0, sender };
        each_event(input, links, |event| batch.put(event))?;
        batch.send();
        drop(batch);
        judge.join().map_err(|_| io::Error::other("the history could not be read").into())
    })
}

/// Events on their way to the history.
struct Batch {
    events: Vec<Event<'static>>,
    bytes: usize,
    sender: SyncSender<Vec<Event<'static>>>,
}

impl Batch {
    fn put(&mut self, event: Event<'_>) {
        self.bytes += event.line().len();
        self.events.push(event.into_owned());
        if self.events.len() >= BATCH.0 || self.bytes >= BATCH.1 {
            self.send();
        }
    }

    fn send(&mut self) {
        self.bytes = 0;
        // Nobody receives only where the history panicked, which joining tells.
        let _ = self.sender.send(std::mem::take(&mut self.events));
    }
}

/// Calls a function for each event that holds as a chain.
fn each_event(mut input: impl BufRead, links: &mut Links, mut found: impl FnMut(Event<'_>)) -> Result<(), Error> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        // A line that is too long is not read to its end, which may be anywhere.
        let read = input.by_ref().take(LONGEST as u64 + 2).read_until(b'\n', &mut line)?;
        let event = match line.strip_suffix(b"\n") {
            _ if read == 0 => None,
            Some(line) => links.push(line),
            None => {
                links.end(&unended(number, line.len()));
                None
            }
        };
        let Some(event) = event else { break };
        found(event);
    }
    Ok(())
}

fn unended(line: u64, length: usize) -> Broken {
    let kind = if length > LONGEST { Kind::Event(event::Error::TooLong) } else { Kind::Truncated };
    Broken { line, seq_id: None, kind }
}
