//! Ledgers: a journal read line by line: chain, history and picks checked on the way, facts kept where they are wanted.

use super::links::Links;
use crate::{
    model::{
        chain::Tip,
        claim,
        event::Event,
        fact::{Fact, WinnerSelected, winner_selected::By},
        finding::{Code, Finding, Weight},
        hash::Hash,
        history::{History, Step},
        selection,
    },
    process::stop::Stop,
};

/// How much is told of what single events say.
const MOST: usize = 20;

/// A fact with its place in the journal.
#[derive(Clone)]
pub(super) struct Told<F = Fact> {
    /// The event's number.
    pub(super) seq: u64,
    /// The event's hash.
    pub(super) hash: Hash,
    /// What it says.
    pub(super) fact: F,
    /// The number of the intent that it closes.
    pub(super) intent: Option<u64>,
}

/// A journal that was read.
#[derive(Clone)]
pub(super) struct Ledger<H = History, F = Fact> {
    /// Where the chain ends, or the last event before it breaks.
    pub(super) tip: Tip,
    /// What it comes to, as far as it holds.
    pub(super) history: H,
    /// Its facts in order, where they are kept.
    pub(super) facts: Vec<Told<F>>,
    /// Whether it is a chain and a legal history, from its first event to its last.
    pub(super) is_sound: bool,
    /// What was found on the way.
    pub(super) findings: Vec<Finding>,
}

impl<H: Default, F> Default for Ledger<H, F> {
    fn default() -> Self {
        let (history, facts, findings) = (H::default(), Vec::new(), Vec::new());
        Self { tip: Tip::GENESIS, history, facts, is_sound: false, findings }
    }
}

impl Ledger {
    /// Reads a whole journal of a run and keeps its facts.
    pub(super) fn read(journal: &[u8], stop: Option<&Stop>) -> Self {
        let mut law = Law::new(true);
        let links = Links::follow(journal, stop, |event| law.take(event));
        Self::of(links, Some(law))
    }

    /// Ends a journal: what was not found broken holds.
    pub(super) fn of(mut links: Links, law: Option<Law>) -> Self {
        let mut findings = links.finish();
        let is_chain = links.broken.is_none();
        let Some(mut law) = law else {
            return Self { tip: links.chain.tip(), is_sound: is_chain, findings, ..Self::default() };
        };
        findings.append(&mut law.findings);
        if is_chain && law.is_legal {
            law.finish(&mut findings);
        }
        let is_sound = is_chain && law.is_legal;
        Self { tip: links.chain.tip(), history: law.history, facts: law.facts, is_sound, findings }
    }
}

/// The history of a journal that is being read: of events that hold as a chain.
pub(super) struct Law {
    history: History,
    facts: Vec<Told>,
    keeps: bool,
    picks: u64,
    is_legal: bool,
    /// When the newest event was written.
    newest: Option<String>,
    /// Whether some event was written before the one before it.
    is_backwards: bool,
    findings: Vec<Finding>,
}

impl Law {
    /// Starts before the first event; keeping facts needs memory.
    pub(super) fn new(keeps: bool) -> Self {
        let (history, facts, findings) = Default::default();
        Self { history, facts, keeps, picks: 0, is_legal: true, newest: None, is_backwards: false, findings }
    }

    /// Takes the next event; after one that may not stand, the rest says nothing.
    pub(super) fn take(&mut self, event: &Event<'_>) {
        if let Some(Err(finding)) = self.is_legal.then(|| self.judge(event)) {
            self.is_legal = false;
            self.findings.push(finding);
        }
    }

    fn judge(&mut self, event: &Event<'_>) -> Result<(), Finding> {
        let seq = event.seq_id();
        let illegal = |message: String| Finding::broken(Code::History, message).at(seq);
        let step = Step::read(event).map_err(|error| illegal(format!("event {seq}: {error}")))?;
        if let Some(success) = step.fact.success().filter(|success| *success != event.success()) {
            return Err(illegal(format!("event {seq} says success {}, its payload says {success}", event.success())));
        }
        if let Fact::WinnerSelected(fact) = &step.fact {
            self.picks += 1;
            self.findings.extend(judge_pick(&self.history, fact).map(|finding| finding.at(seq)));
            let mixed = self.history.mixed_gates().map(|mixed| Finding::remark(Code::Winner, mixed).at(seq));
            self.note(mixed);
        }
        if let (Fact::MergeStarted(_), Some(doubt)) = (&step.fact, self.history.doubt()) {
            self.note([Finding::remark(Code::Merge, format!("merged although {doubt}")).at(seq)]);
        }
        let intent = self.history.merging.as_ref().map(|placed| placed.seq);
        let claims = claim::judge(&self.history, &step.fact);
        let fact = (self.keeps && step.fact != Fact::Unknown).then(|| step.fact.clone());
        let time = step.time.clone();
        self.history.push(step).map_err(|error| illegal(error.to_string()))?;
        self.note(claims.into_iter().map(|finding| finding.at(seq)));
        self.look_at(time, seq);
        self.facts.extend(fact.map(|fact| Told { seq, hash: event.entry_hash(), fact, intent }));
        Ok(())
    }

    /// Adds what was found of one event; whoever writes so many is told by the first ones.
    fn note(&mut self, found: impl IntoIterator<Item = Finding>) {
        self.findings.extend(found.into_iter().take(MOST.saturating_sub(self.findings.len())));
    }

    /// Tells once where an event is older than the one before it.
    fn look_at(&mut self, time: Option<String>, seq: u64) {
        // All are written alike, so that what is less as text is earlier.
        if self.newest.is_some() && time.is_some() && time < self.newest && !self.is_backwards {
            self.is_backwards = true;
            let message = format!("event {seq} was written before event {}, by their times", seq - 1);
            self.note([Finding::remark(Code::History, message).at(seq)]);
        }
        self.newest = time.or(self.newest.take());
    }

    fn finish(&mut self, findings: &mut Vec<Finding>) {
        if self.history.run().is_none() {
            self.is_legal = false;
            let message = "no event starts a run; for a journal of another program there is --foreign";
            return findings.push(Finding::broken(Code::History, message).at(1));
        }
        let is_wrong = is_found(findings, Code::Winner);
        if !is_found(findings, Code::History) {
            findings.push(Finding::holds(Code::History, "each event may stand where it stands"));
        }
        findings.extend(self.pursued(findings));
        findings.extend(self.history.doubt().map(|doubt| Finding::remark(Code::Winner, doubt.to_string())));
        match self.picks {
            _ if is_wrong => {}
            // What a plan comes to is picked by nobody.
            0 if self.history.pursuit().is_some() => {}
            0 => findings.push(Finding::remark(Code::Winner, "no winner was picked")),
            1 => findings.push(Finding::holds(Code::Winner, "the pick follows from the facts before it")),
            picks => findings.push(Finding::holds(Code::Winner, format!("{picks} picks follow from the facts before"))),
        }
    }
}

impl Law {
    /// Tells what holds of a plan that is carried out.
    fn pursued(&self, findings: &[Finding]) -> Vec<Finding> {
        let Some(pursuit) = self.history.pursuit() else { return Vec::new() };
        let tasks = pursuit.tasks.iter().flatten().count();
        let tasks = format!("{tasks} of {} tasks settled as the facts before make it", pursuit.tasks.len());
        let blame = pursuit.blame.as_ref().map(|_| format!("follows from {} recorded answers", pursuit.probes.len()));
        let goal = pursuit.end.as_ref().map(|placed| format!("what it came to follows: {}", placed.fact.result.reason));
        let told = [(Code::Tasks, Some(tasks)), (Code::Blame, blame), (Code::Goal, goal)];
        let holds = told.into_iter().filter_map(|(code, message)| Some(Finding::holds(code, message?)));
        let mut holds: Vec<Finding> = holds.filter(|finding| !is_found(findings, finding.code)).collect();
        if pursuit.end.is_none() {
            holds.push(Finding::remark(Code::Goal, "the plan was not carried out to its end"));
        }
        holds
    }
}

fn is_found(findings: &[Finding], code: Code) -> bool {
    findings.iter().any(|finding| (finding.code, finding.weight) == (code, Weight::Broken))
}

/// Makes the pick again from the facts before it and compares all that it came to.
fn judge_pick(history: &History, fact: &WinnerSelected) -> Option<Finding> {
    let broken = |message| Some(Finding::broken(Code::Winner, message));
    let named = |winner: Option<_>| winner.map_or("no winner".to_owned(), |winner| format!("{winner}"));
    if (fact.args.by == By::Person) != fact.args.worker.is_some() {
        return broken("a person picks by naming a worker, and the rule names none".to_owned());
    }
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
