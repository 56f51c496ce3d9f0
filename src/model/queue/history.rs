//! Histories of queues: the state of a queue, folded from its events, and the law of which event may follow which.

use super::{
    batch::{Batch, Known, Standing},
    entry::{Entry, EntryId, State},
    odds::Odds,
    speculation::{self, Outlook},
};
use crate::model::{
    fact::{
        EntriesReturned, EntriesStarted, EntryAdded, EntryDropped, EntryHeld, EntryMerged, EntryRetried,
        LandingStarted, QueueConfigured, QueueFact, QueueStarted, StackGated, entry_held::Reason, queue_started::Terms,
        stack_gated,
    },
    history::Illegal,
    journal_name::QueueName,
    law::Law,
    oid::Oid,
    ref_name::RefName,
    transfer::Refs,
    verdict::Verdict,
};
use std::collections::HashMap;

/// The state of a queue.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    started: Option<QueueStarted>,
    /// The newest terms, with the event that brought them.
    terms: Option<(u64, Terms)>,
    entries: Vec<Entry>,
    batch: Option<Batch>,
    /// The newest commit that landed, which the gate let pass.
    landed: Option<Oid>,
    odds: Odds,
    /// What the check said of which tree, as far as nobody doubts it.
    answers: HashMap<Oid, Known>,
}

impl Queue {
    /// Returns how the queue started; none before its first event.
    #[must_use]
    pub fn started(&self) -> Option<&QueueStarted> {
        self.started.as_ref()
    }

    /// Returns how its entries land, and by what check.
    #[must_use]
    pub fn terms(&self) -> Option<&Terms> {
        self.terms.as_ref().map(|(_, terms)| terms)
    }

    /// Returns the event that brought the terms; 0 before there is one.
    #[must_use]
    pub fn terms_since(&self) -> u64 {
        self.terms.as_ref().map_or(0, |(seq, _)| *seq)
    }

    /// Returns what the check said of a tree, where it was asked before and gave a plain answer.
    #[must_use]
    pub fn answer(&self, tree: Oid) -> Option<&Known> {
        self.answers.get(&tree)
    }

    /// Lists all entries by number.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns one entry.
    #[must_use]
    pub fn entry(&self, id: EntryId) -> Option<&Entry> {
        self.entries.get(usize::try_from(id.0).ok()?.checked_sub(1)?)
    }

    /// Lists the entries that bring a commit and were not dropped.
    pub fn bringing(&self, commit: Oid) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.commit == commit && entry.state != State::Dropped)
    }

    /// Returns what is being tested; there is one processor at it, or a dead one.
    #[must_use]
    pub fn batch(&self) -> Option<&Batch> {
        self.batch.as_ref()
    }

    /// Lists the entries that wait, in the order in which they are taken.
    #[must_use]
    pub fn waiting(&self) -> Vec<EntryId> {
        let mut waiting: Vec<&Entry> = self.entries.iter().filter(|entry| entry.state == State::Queued).collect();
        waiting.sort_by_key(|entry| entry.rank());
        waiting.into_iter().map(|entry| entry.id).collect()
    }

    /// Lists the refs that it calls for: base, each commit that an entry brought, and each that landed.
    #[must_use]
    pub fn refs(&self, queue: &QueueName) -> Refs {
        let base = self.started.as_ref().map(|started| (RefName::base(queue), started.args.base));
        let brought = |entry: &Entry| {
            let numbered = (1..).zip(entry.commits()).map(|(number, id)| (RefName::entry(queue, entry.id, number), id));
            numbered.collect::<Vec<_>>()
        };
        let landed = |entry: &Entry| Some((RefName::landed(queue, entry.id), entry.state.landed()?));
        let brought = self.entries.iter().flat_map(brought);
        base.into_iter().chain(brought).chain(self.entries.iter().filter_map(landed)).collect()
    }

    /// Tells how a stack turned out, by this queue's check.
    pub(super) fn standing(&self, known: &Known) -> Standing {
        known.standing(self.is_gated())
    }

    /// Tells why an entry cannot land, where it is the lowest open one and that was found.
    pub(super) fn found(&self, id: EntryId) -> Option<Reason> {
        let batch = self.batch.as_ref().filter(|batch| batch.open.first() == Some(&id))?;
        match self.standing(batch.known(&[id])?) {
            Standing::Green => None,
            Standing::Conflicting => Some(Reason::Conflict),
            Standing::Red if self.is_tip_green(batch)? => Some(Reason::Gate),
            Standing::Red => Some(Reason::Target),
        }
    }

    /// Lists the stacks that are to be gated now; the tip itself first where it is in doubt.
    pub(super) fn wanted(&self, batch: &Batch, doubts_tip: bool, most: usize) -> Vec<Vec<EntryId>> {
        let is_doubted = |id| self.entry(id).is_some_and(|entry| entry.has_failed);
        let outlook = Outlook { odds: self.odds, is_doubted: &is_doubted, is_gated: self.is_gated() };
        let stacks = speculation::wanted(batch, &outlook, most);
        doubts_tip.then(Vec::new).into_iter().chain(stacks).take(most).collect()
    }

    /// Tells whether the gate lets the tip itself pass; none where that is not known.
    fn is_tip_green(&self, batch: &Batch) -> Option<bool> {
        let asked = batch.known(&[]).map(|known| self.standing(known) == Standing::Green);
        if self.landed == Some(batch.tip) { Some(true) } else { asked }
    }

    fn is_gated(&self) -> bool {
        self.terms().is_some_and(|terms| terms.gate.is_some())
    }

    /// Lists the events that a fact, said now, follows from, ascending.
    #[must_use]
    pub fn grounds(&self, fact: &QueueFact) -> Vec<u64> {
        let deciding = |entry| self.batch.as_ref().and_then(|batch| batch.known(&[entry])).map(|known| known.seq);
        let mut grounds: Vec<u64> = match fact {
            QueueFact::QueueStarted(_) | QueueFact::Unknown => return Vec::new(),
            QueueFact::LandingStarted(fact) => deciding(fact.args.entry).into_iter().collect(),
            QueueFact::EntryHeld(fact) => deciding(fact.args.entry).into_iter().collect(),
            QueueFact::StackGated(fact) if fact.result.cached => {
                let earlier = fact.result.tree.and_then(|tree| self.answer(tree)).map(|known| known.seq);
                std::iter::once(1).chain(earlier).collect()
            }
            _ => vec![1],
        };
        grounds.extend(fact.entries().iter().filter_map(|id| self.entry(*id)).map(|entry| entry.newest));
        grounds.sort_unstable();
        grounds.dedup();
        grounds
    }

    /// Takes the next event in: its number, the earlier events that it follows from, and what it says.
    ///
    /// # Errors
    ///
    /// Refuses what may not stand there. What the queue is then is not told: whoever wants to go on keeps a copy.
    pub fn push(&mut self, seq: u64, causes: &[u64], fact: &QueueFact) -> Result<(), Illegal> {
        let law = Law { seq, causes };
        let is_first = matches!(fact, QueueFact::QueueStarted(_));
        law.require(is_first == (seq == 1), "a queue starts once, in its first event")?;
        self.grounds(fact).into_iter().try_for_each(|cause| law.follows(cause))?;
        match fact {
            QueueFact::QueueStarted(fact) => {
                self.started = Some(fact.clone());
                self.terms = Some((seq, fact.args.terms.clone()));
            }
            QueueFact::QueueConfigured(fact) => self.configure(&law, fact)?,
            QueueFact::EntryAdded(fact) => self.add(&law, fact)?,
            QueueFact::EntriesStarted(fact) => self.start(&law, fact)?,
            QueueFact::StackGated(fact) => self.know(&law, fact)?,
            QueueFact::LandingStarted(fact) => self.intend(&law, fact)?,
            QueueFact::EntryMerged(fact) => self.land(&law, fact)?,
            QueueFact::EntryHeld(fact) => self.hold(&law, fact)?,
            QueueFact::EntriesReturned(fact) => self.give_back(&law, fact)?,
            QueueFact::EntryDropped(fact) => self.leave_out(&law, fact)?,
            QueueFact::EntryRetried(fact) => self.retry(&law, fact)?,
            QueueFact::Unknown => {}
        }
        for id in fact.entries() {
            self.entry_mut(&law, id)?.newest = seq;
        }
        self.batch.take_if(|batch| batch.open.is_empty());
        Ok(())
    }

    fn entry_mut(&mut self, law: &Law<'_>, id: EntryId) -> Result<&mut Entry, Illegal> {
        let at = usize::try_from(id.0).ok().and_then(|number| number.checked_sub(1));
        let entry = at.and_then(|at| self.entries.get_mut(at));
        entry.ok_or_else(|| law.broken(format!("the queue has no entry {id}")))
    }

    fn batch_mut(&mut self, law: &Law<'_>) -> Result<&mut Batch, Illegal> {
        self.batch.as_mut().ok_or_else(|| law.broken("nothing is being tested"))
    }

    /// Holds an entry to being the only one that brings its commit; what was dropped does not count.
    fn require_only(&self, law: &Law<'_>, id: EntryId, commit: Oid) -> Result<(), Illegal> {
        let other = self.bringing(commit).find(|entry| entry.id != id);
        other.map_or(Ok(()), |other| Err(law.broken(format!("entry {} has that commit", other.id))))
    }

    fn configure(&mut self, law: &Law<'_>, fact: &QueueConfigured) -> Result<(), Illegal> {
        law.require(self.batch.is_none(), "something is being tested")?;
        let new = fact.args.clone();
        if self.terms().is_none_or(|terms| terms.gate != new.gate) {
            // Another check is asked anew.
            self.answers.clear();
            self.landed = None;
        }
        self.terms = Some((law.seq, new));
        Ok(())
    }

    fn add(&mut self, law: &Law<'_>, fact: &EntryAdded) -> Result<(), Illegal> {
        let args = fact.args.clone();
        let next = u32::try_from(self.entries.len()).unwrap_or(u32::MAX).saturating_add(1);
        law.require(args.entry == EntryId(next), format!("the queue's next entry is {next}"))?;
        self.require_only(law, args.entry, args.commit)?;
        self.entries.push(Entry {
            id: args.entry,
            source: args.source,
            title: args.title,
            commit: args.commit,
            superseded: Vec::new(),
            resolution: None,
            has_failed: false,
            priority: args.priority,
            state: State::Queued,
            newest: law.seq,
        });
        Ok(())
    }

    fn start(&mut self, law: &Law<'_>, fact: &EntriesStarted) -> Result<(), Illegal> {
        let args = &fact.args;
        let in_order = !args.entries.is_empty() && self.waiting().starts_with(&args.entries);
        law.require(in_order, "those are not the entries whose turn it is")?;
        let batch = self.batch.get_or_insert_with(|| Batch::new(args.processor.clone(), args.onto));
        law.require(batch.processor == args.processor, "another processor is at it")?;
        law.require(batch.tip == args.onto && batch.landing.is_none(), "that is not what is being tested on")?;
        batch.open.extend(&args.entries);
        for id in &args.entries {
            self.entry_mut(law, *id)?.state = State::Testing;
        }
        Ok(())
    }

    fn know(&mut self, law: &Law<'_>, fact: &StackGated) -> Result<(), Illegal> {
        let (stack, outcome) = (fact.args.entries.clone(), fact.result.clone());
        self.require_said(law, &outcome)?;
        let batch = self.batch_mut(law)?;
        law.require(batch.tip == fact.args.onto, "that is not what is being tested on")?;
        let mut open = batch.open.iter();
        let in_order = stack.iter().all(|id| open.any(|open| open == id));
        law.require(in_order, "that is no stack of what is being tested")?;
        law.require(batch.known(&stack).is_none(), "that stack was gated already")?;
        let is_made = (outcome.commit.is_some(), outcome.tree.is_some());
        let conflicts = outcome.conflict.as_ref().map(|conflict| stack.contains(&conflict.entry));
        let fits = matches!((conflicts, is_made), (None, (true, true)) | (Some(true), (false, false)));
        law.require(fits, "a stack is made, or one of its entries conflicts")?;
        let known = Known { stack, landed: 0, outcome, seq: law.seq };
        batch.known.push(known.clone());
        let is_plain = matches!(known.outcome.verdict, Verdict::Pass | Verdict::Fail);
        if let Some(tree) = known.outcome.tree.filter(|_| is_plain && !known.outcome.cached) {
            self.answers.insert(tree, known);
        }
        Ok(())
    }

    /// Holds what is said to be an earlier answer to being one.
    fn require_said(&self, law: &Law<'_>, outcome: &stack_gated::Outcome) -> Result<(), Illegal> {
        let said = |outcome: &stack_gated::Outcome| (outcome.verdict, outcome.ending, outcome.log.clone());
        let earlier = outcome.tree.and_then(|tree| self.answer(tree)).map(|known| said(&known.outcome));
        law.require(!outcome.cached || earlier == Some(said(outcome)), "nothing was said of that tree before")
    }

    fn intend(&mut self, law: &Law<'_>, fact: &LandingStarted) -> Result<(), Illegal> {
        let (args, is_gated) = (fact.args, self.is_gated());
        let batch = self.batch_mut(law)?;
        law.require(batch.landing.is_none(), "another landing is open")?;
        law.require(batch.open.first() == Some(&args.entry), format!("it is not the turn of entry {}", args.entry))?;
        let known = batch.known(&[args.entry]).filter(|known| known.standing(is_gated) == Standing::Green);
        let passed = known.map(|known| (batch.tip, known.outcome.commit, known.outcome.tree));
        let same = passed == Some((args.onto, Some(args.commit), Some(args.tree)));
        law.require(same, "that is not what the gate let pass")?;
        batch.landing = Some(args);
        Ok(())
    }

    fn land(&mut self, law: &Law<'_>, fact: &EntryMerged) -> Result<(), Illegal> {
        let (args, result) = (&fact.args, &fact.result);
        let batch = self.batch_mut(law)?;
        let intent = batch.landing.map(|landing| (landing.entry, landing.onto, landing.commit, landing.tree));
        let same = intent == Some((args.entry, args.onto, result.commit, result.tree));
        law.require(same, "that is not the landing that was begun")?;
        batch.advance(args.entry, result.commit);
        self.landed = Some(result.commit);
        self.odds.count(true);
        self.entry_mut(law, args.entry)?.state = State::Merged(result.commit);
        Ok(())
    }

    fn hold(&mut self, law: &Law<'_>, fact: &EntryHeld) -> Result<(), Illegal> {
        let (id, reason) = (fact.args.entry, fact.result.reason);
        law.require(!reason.is_tested() || self.found(id) == Some(reason), format!("entry {id} was not found so"))?;
        let batch = self.batch_mut(law)?;
        law.require(batch.open.contains(&id), format!("entry {id} is not being tested"))?;
        law.require(batch.tip == fact.result.onto, "that is not what is being tested on")?;
        let landing = batch.landing.take();
        law.require(landing.is_none_or(|landing| landing.entry == id), "another entry is landing")?;
        law.require(landing.is_none() || !reason.is_tested(), format!("entry {id} is landing"))?;
        batch.open.retain(|open| *open != id);
        if reason.is_tested() {
            self.odds.count(false);
        }
        let entry = self.entry_mut(law, id)?;
        entry.has_failed |= reason == Reason::Gate;
        entry.state = State::NeedsReview(fact.result.clone());
        Ok(())
    }

    fn give_back(&mut self, law: &Law<'_>, fact: &EntriesReturned) -> Result<(), Illegal> {
        let returned = &fact.args.entries;
        let batch = self.batch_mut(law)?;
        let is_end = !returned.is_empty() && batch.open.ends_with(returned);
        law.require(is_end, "only the uppermost of what is being tested may be returned")?;
        let landing = batch.landing.take();
        let is_whole = landing.is_none_or(|landing| returned.contains(&landing.entry));
        law.require(is_whole, "an entry below is landing")?;
        batch.open.truncate(batch.open.len() - returned.len());
        for id in returned {
            self.entry_mut(law, *id)?.state = State::Queued;
        }
        Ok(())
    }

    fn leave_out(&mut self, law: &Law<'_>, fact: &EntryDropped) -> Result<(), Illegal> {
        let id = fact.args.entry;
        let is_final = self.entry_mut(law, id)?.state.is_final();
        law.require(!is_final, format!("entry {id} is merged or dropped already"))?;
        if let Some(batch) = &mut self.batch {
            let is_landing = batch.landing.is_some_and(|landing| landing.entry == id);
            law.require(!is_landing, format!("entry {id} is landing"))?;
            batch.open.retain(|open| *open != id);
        }
        self.entry_mut(law, id)?.state = State::Dropped;
        Ok(())
    }

    fn retry(&mut self, law: &Law<'_>, fact: &EntryRetried) -> Result<(), Illegal> {
        let (id, commit) = (fact.args.entry, fact.args.commit);
        self.require_only(law, id, commit)?;
        let entry = self.entry_mut(law, id)?;
        let held = entry.state.held().map(|held| held.reason);
        law.require(held.is_some(), format!("entry {id} waits for nobody"))?;
        let is_known = fact.args.instead_of.is_none_or(|known| known == entry.commit);
        law.require(is_known, format!("entry {id} brings {} by now", entry.commit))?;
        if entry.commit != commit {
            entry.superseded.push(entry.commit);
        }
        (entry.state, entry.commit) = (State::Queued, commit);
        entry.resolution.clone_from(&fact.args.resolution);
        // What was found of it is what the person doubts, and of the target where that was to blame.
        let is_target = held == Some(Reason::Target);
        let is_doubted = |known: &Known| known.stack.contains(&id) || (is_target && known.stack.is_empty());
        self.answers.retain(|_, known| !is_doubted(known));
        self.batch.iter_mut().for_each(|batch| batch.known.retain(|known| !is_doubted(known)));
        Ok(())
    }
}
