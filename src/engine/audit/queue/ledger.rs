//! Ledgers of queues: each event of a journal held against the law of queues.

use crate::{
    engine::audit::{
        ledger::{Ledger, Told},
        links::Links,
    },
    model::{
        event::Event,
        fact::QueueFact,
        finding::{Code, Finding},
        queue::history::Queue,
    },
    process::stop::Stop,
};

/// Reads a whole journal of a queue and keeps its facts.
pub(super) fn read(journal: &[u8], stop: Option<&Stop>) -> Ledger<Queue, QueueFact> {
    let mut law = Law::new(true);
    let links = Links::follow(journal, stop, |event| law.take(event));
    close(links, law)
}

/// Ends a journal: what was not found broken holds.
pub(in crate::engine::audit) fn close(mut links: Links, law: Law) -> Ledger<Queue, QueueFact> {
    let mut findings = links.finish();
    let is_chain = links.broken.is_none();
    let is_sound = is_chain && law.illegal.is_none();
    if is_sound {
        findings.push(Finding::holds(Code::History, "each event may stand where it stands"));
        let open = law.queue.batch().map(|batch| batch.open.len()).filter(|open| *open > 0);
        findings.extend(open.map(|open| {
            let message = format!("{open} entries are being tested, or whoever tested them died");
            Finding::remark(Code::History, message)
        }));
    }
    findings.extend(law.illegal);
    Ledger { tip: links.chain.tip(), history: law.queue, facts: law.facts, is_sound, findings }
}

/// The history of a queue's journal that is being read: of events that hold as a chain.
pub(in crate::engine::audit) struct Law {
    queue: Queue,
    facts: Vec<Told<QueueFact>>,
    keeps: bool,
    /// The first event that may not stand.
    illegal: Option<Finding>,
}

impl Law {
    /// Starts before the first event; keeping facts needs memory.
    pub(in crate::engine::audit) fn new(keeps: bool) -> Self {
        Self { queue: Queue::default(), facts: Vec::new(), keeps, illegal: None }
    }

    /// Takes the next event; after one that may not stand, the rest says nothing.
    pub(in crate::engine::audit) fn take(&mut self, event: &Event<'_>) {
        if self.illegal.is_none() {
            let judged = self.judge(event);
            self.illegal = judged.err().map(|message| Finding::broken(Code::History, message).at(event.seq_id()));
        }
    }

    fn judge(&mut self, event: &Event<'_>) -> Result<(), String> {
        let seq = event.seq_id();
        let fact = QueueFact::read(event).map_err(|error| format!("event {seq}: {error}"))?;
        let success = fact.draft().map(|draft| draft.success);
        if let Some(success) = success.filter(|success| *success != event.success()) {
            return Err(format!("event {seq} says success {}, its payload says {success}", event.success()));
        }
        self.queue.push(seq, event.causes(), &fact).map_err(|error| error.to_string())?;
        if self.keeps {
            self.facts.push(Told { seq, hash: event.entry_hash(), fact, intent: None });
        }
        Ok(())
    }
}
