//! Ledgers: a journal read line by line: chain, history and picks checked on the way, facts kept where they are wanted.

use crate::model::{
    chain::{Broken, Chain, Form, Tip},
    event::Event,
    fact::{Fact, WinnerSelected},
    finding::{Code, Finding},
    hash::Hash,
    history::{History, Step},
    run_id::RunId,
    selection,
};

/// A fact with its place in the journal.
#[derive(Clone)]
pub(super) struct Told {
    /// The event's number.
    pub(super) seq: u64,
    /// The event's hash.
    pub(super) hash: Hash,
    /// What it says.
    pub(super) fact: Fact,
    /// The number of the intent that it closes.
    pub(super) intent: Option<u64>,
}

/// A journal that is being read.
pub(super) struct Reader {
    chain: Chain,
    form: Form,
    is_chain: bool,
    is_legal: bool,
    keeps: bool,
    picks: u64,
    ledger: Ledger,
}

/// A journal that was read.
#[derive(Clone)]
pub(super) struct Ledger {
    /// Where the chain ends, or the last event before it breaks.
    pub(super) tip: Tip,
    /// What it comes to, as far as it holds.
    pub(super) history: History,
    /// Its facts in order, where they are kept.
    pub(super) facts: Vec<Told>,
    /// Whether it is a chain and a legal history, from its first event to its last.
    pub(super) is_sound: bool,
    /// What was found on the way.
    pub(super) findings: Vec<Finding>,
}

impl Default for Ledger {
    fn default() -> Self {
        let (history, facts, findings) = Default::default();
        Self { tip: Tip::GENESIS, history, facts, is_sound: false, findings }
    }
}

impl Ledger {
    /// Reads a whole journal of ours and keeps its facts.
    pub(super) fn read(journal: &[u8]) -> Self {
        let mut reader = Reader::new(Form::Canonical, true);
        for line in crate::model::chain::lines(journal) {
            let is_more = match line {
                Ok(line) => reader.push(line),
                Err(broken) => reader.end(&broken),
            };
            if !is_more {
                break;
            }
        }
        reader.finish()
    }

    /// Returns the run that the journal is of.
    pub(super) fn run(&self) -> Option<&RunId> {
        self.history.run().map(|run| &run.args.run)
    }
}

impl Reader {
    /// Starts at the first line; others' journals have no history of ours, and facts need memory.
    pub(super) fn new(form: Form, keeps: bool) -> Self {
        let is_legal = form == Form::Canonical;
        Self { chain: Chain::new(form), form, is_chain: true, is_legal, keeps, picks: 0, ledger: Ledger::default() }
    }

    /// Takes the next line without its newline; tells whether there is any use in another.
    pub(super) fn push(&mut self, line: &[u8]) -> bool {
        match self.chain.push(line) {
            Err(broken) => self.end(&broken),
            Ok(event) => {
                let taken = self.is_legal.then(|| take(&mut self.ledger, &event, (self.keeps, &mut self.picks)));
                if let Some(Err(finding)) = taken {
                    self.is_legal = false;
                    self.ledger.findings.push(finding);
                }
                true
            }
        }
    }

    /// Ends with what breaks the chain.
    pub(super) fn end(&mut self, broken: &Broken) -> bool {
        let finding = Finding::broken(Code::from(broken), broken.to_string());
        self.ledger.findings.push(finding.at(broken.seq_id.unwrap_or(broken.line)));
        self.is_chain = false;
        false
    }

    /// Ends the journal: what was not found broken holds.
    pub(super) fn finish(mut self) -> Ledger {
        self.ledger.tip = self.chain.tip();
        if self.is_chain
            && let Err(broken) = self.chain.clone().finish()
        {
            self.end(&broken);
        }
        if self.is_chain {
            let holds = self.chain_holds();
            self.ledger.findings.splice(0..0, holds);
        }
        if self.is_legal && self.is_chain {
            self.history_holds();
        }
        self.ledger.is_sound = self.is_chain && self.is_legal;
        self.ledger
    }

    fn chain_holds(&self) -> Vec<Finding> {
        let Tip { count, hash } = self.ledger.tip;
        let head = hash.to_string();
        let mut findings = Vec::new();
        if self.form == Form::Canonical {
            findings.push(Finding::holds(Code::Canonical, format!("{count} events are in canonical bytes")));
        }
        let chain = format!("each event names the hash of the one before, up to {}", &head[..12]);
        findings.push(Finding::holds(Code::Chain, chain));
        findings.push(Finding::holds(Code::Numbering, format!("events are numbered 1 to {count}")));
        findings.push(Finding::holds(Code::Causes, "each event follows from earlier ones only"));
        findings
    }

    fn history_holds(&mut self) {
        let findings = &mut self.ledger.findings;
        if self.ledger.history.run().is_none() {
            self.is_legal = false;
            let message = "no event starts a run; for a journal of another program there is --foreign";
            return findings.push(Finding::broken(Code::History, message).at(1));
        }
        findings.push(Finding::holds(Code::History, "each event may stand where it stands"));
        let is_wrong = findings.iter().any(|finding| finding.code == Code::Winner);
        match self.picks {
            _ if is_wrong => {}
            0 => findings.push(Finding::remark(Code::Winner, "no winner was picked")),
            1 => findings.push(Finding::holds(Code::Winner, "the pick follows from the facts before it")),
            picks => findings.push(Finding::holds(Code::Winner, format!("{picks} picks follow from the facts before"))),
        }
    }
}

fn take(ledger: &mut Ledger, event: &Event<'_>, (keeps, picks): (bool, &mut u64)) -> Result<(), Finding> {
    let seq = event.seq_id();
    let illegal = |message: String| Finding::broken(Code::History, message).at(seq);
    let step = Step::read(event).map_err(|error| illegal(format!("event {seq}: {error}")))?;
    if let Fact::WinnerSelected(fact) = &step.fact {
        *picks += 1;
        ledger.findings.extend(judge_pick(&ledger.history, fact).map(|finding| finding.at(seq)));
    }
    let intent = ledger.history.merging.as_ref().map(|placed| placed.seq);
    let fact = (keeps && step.fact != Fact::Unknown).then(|| step.fact.clone());
    ledger.history.push(step).map_err(|error| illegal(error.to_string()))?;
    ledger.facts.extend(fact.map(|fact| Told { seq, hash: event.entry_hash(), fact, intent }));
    Ok(())
}

/// Makes the pick again from the facts before it and compares all that it came to.
fn judge_pick(history: &History, fact: &WinnerSelected) -> Option<Finding> {
    let broken = |message| Some(Finding::broken(Code::Winner, message));
    let named = |winner: Option<_>| winner.map_or("no winner".to_owned(), |winner| format!("{winner}"));
    let found = match selection::decide(history, &fact.args) {
        Ok(found) => found,
        Err(error) => return broken(format!("the pick cannot have been made: {error}")),
    };
    let told = &fact.result;
    if (found.winner, found.candidate) != (told.winner, told.candidate) {
        let (found, told) = (named(found.winner), named(told.winner));
        return broken(format!("the facts before it make {found}, the pick says {told}"));
    }
    if found.ranking != told.ranking {
        return broken("the ranking is not the one that the facts before it make".to_owned());
    }
    if found.reason != told.reason {
        return broken(format!("the reason is '{}', the pick says '{}'", found.reason, told.reason));
    }
    None
}
