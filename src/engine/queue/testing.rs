//! Testing: what stacks come to, made, looked up or checked, and written down.

use super::{
    check::{Said, Subject},
    fault::Error,
    processor::{Processor, TICK},
    stacks::{self, Stack},
};
use crate::model::{
    fact::{QueueFact, StackGated, entry_held::Reason, stack_gated},
    oid::Oid,
    queue::entry::EntryId,
};

impl Processor<'_, '_> {
    /// Has these stacks checked, as far as it is not known what the check says of them, and takes in one answer.
    pub(super) fn test(&mut self, stacks: &[Vec<EntryId>]) -> Result<(), Error> {
        let Some(onto) = self.desk.journal.ask(|queue| queue.batch().map(|batch| batch.tip)) else { return Ok(()) };
        let mut subjects = Vec::new();
        for entries in stacks {
            match self.stacks.make(onto, entries) {
                Err(stacks::Error::Gone(entry)) => return self.hold_for(entry, Reason::Gone, Vec::new()),
                Err(error) => return Err(error.into()),
                Ok(Stack::Conflict(conflict)) => {
                    return self.found(onto, entries, stack_gated::Outcome::conflicting(conflict));
                }
                Ok(Stack::Made(commit, tree)) => match self.known(commit, tree) {
                    Some(outcome) => return self.found(onto, entries, outcome),
                    None => subjects.push(Subject { onto, entries: entries.clone(), commit, tree }),
                },
            }
        }
        self.check(subjects)
    }

    /// Returns what is known of a stack without a check: an earlier answer about the same tree, or that nothing is checked.
    fn known(&self, commit: Oid, tree: Oid) -> Option<stack_gated::Outcome> {
        let earlier = self.desk.journal.ask(|queue| queue.answer(tree).map(|known| known.outcome.clone()));
        let unchecked = || self.gates.is_none().then(|| stack_gated::Outcome::made(commit, tree));
        earlier.map(|outcome| stack_gated::Outcome { commit: Some(commit), cached: true, ..outcome }).or_else(unchecked)
    }

    fn check(&mut self, subjects: Vec<Subject>) -> Result<(), Error> {
        let Some(gates) = &mut self.gates else { return Ok(()) };
        gates.want(subjects.clone()).map_err(Error::Start)?;
        let Some((commit, said)) = gates.wait(TICK)? else { return Ok(()) };
        match subjects.into_iter().find(|subject| subject.commit == commit) {
            Some(subject) => self.record(subject, said),
            None => Ok(()),
        }
    }

    fn record(&self, subject: Subject, said: Said) -> Result<(), Error> {
        self.desk.tell(format!("{}: {}", subject.shown(), said.verdict));
        let (verdict, ending, log) = (said.verdict, Some(said.ending), Some(said.log));
        let made = stack_gated::Outcome::made(subject.commit, subject.tree);
        let result = stack_gated::Outcome { verdict, ending, log, ..made };
        let args = stack_gated::Args { onto: subject.onto, entries: subject.entries };
        let fact = QueueFact::StackGated(StackGated { args, result });
        self.desk.say_with(&fact, |deed| deed.took(said.took).logging([said.entry.clone()]))?;
        Ok(())
    }

    fn found(&self, onto: Oid, entries: &[EntryId], result: stack_gated::Outcome) -> Result<(), Error> {
        let args = stack_gated::Args { onto, entries: entries.to_vec() };
        self.say(&QueueFact::StackGated(StackGated { args, result }))
    }
}
