//! Blame: which tasks make a union fail, found by putting some of its candidates to the goal's gate.

use super::{
    gate::{self, Gate, Subject},
    journal::{self, Deed},
    progress::Progress,
    pursue::pursuit,
    site::Site,
    union::{self, Change},
};
use crate::{
    model::{
        blame::{self, Answer},
        candidate,
        fact::{BlameFinished, BlameStarted, UnionProbed, blame_finished, blame_started, union_probed},
        history::Pursuit,
        oid::Oid,
        plan::task::TaskId,
        verdict::Verdict,
    },
    repo::{
        log_store::LogEntry,
        measure::Changes,
        merge::{self, NewCommit},
        objects,
    },
};

/// The most of a gate's output that is looked into, in bytes.
const LOOKED_AT: u64 = 64 * 1024;

/// Why nobody could be blamed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// A union.
    #[error(transparent)]
    Union(#[from] union::Error),
    /// A gate.
    #[error(transparent)]
    Gate(#[from] gate::Error),
    /// A commit.
    #[error(transparent)]
    Commit(#[from] merge::Error),
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
}

/// A search that goes on.
struct Search<'a> {
    site: &'a Site<'a>,
    gate: &'a Gate,
    changes: Vec<Change>,
    budget: u32,
    failed: Option<Error>,
}

/// Searches for the tasks that make the union fail, and records what was found; goes on where somebody left off.
pub fn blame(site: &Site<'_>, gate: Option<&Gate>) -> Result<(), Error> {
    let Some(gate) = gate else { return Ok(()) };
    let before = pursuit(site);
    if before.blaming.is_none() {
        begin(site, &before)?;
    }
    let Some(begun) = pursuit(site).blaming.map(|placed| placed.fact.args) else { return Ok(()) };
    let changes = site.journal.ask(|history| union::changes(site.repository, history, &begun.parts))?;
    let tasks: Vec<TaskId> = begun.parts.iter().map(|part| part.task.clone()).collect();
    let hint: Vec<usize> = begun.hint.iter().filter_map(|id| tasks.iter().position(|task| task == id)).collect();
    let mut search = Search { site, gate, changes, budget: begun.budget, failed: None };
    let found = blame::search(tasks.len(), &hint, &mut |subset| search.ask(subset));
    if let Some(error) = search.failed {
        return Err(error);
    }
    if site.stop.is_set() {
        return Ok(());
    }
    let blamed = found.set.iter().map(|at| tasks[*at].clone()).collect();
    let result = blame_finished::Outcome { tasks: blamed, explanation: found.verdict };
    let fact = BlameFinished { args: blame_finished::Args {}, result };
    site.journal.append(|history| {
        let pursuit = history.pursuit();
        let begun = pursuit.and_then(|pursuit| pursuit.blaming.as_ref()).map(|placed| placed.seq);
        let probes = pursuit.into_iter().flat_map(|pursuit| &pursuit.probes).map(|placed| placed.seq);
        Deed::of(&fact).causes(begun.into_iter().chain(probes))
    })?;
    Ok(())
}

fn begin(site: &Site<'_>, before: &Pursuit) -> Result<(), Error> {
    let parts = before.parts();
    let hint = hint(site, before).into_iter().map(|at| parts[at].task.clone()).collect();
    let args = blame_started::Args { parts, hint, budget: before.goal.terms.blame_budget };
    let fact = BlameStarted { args, result: blame_started::Outcome {} };
    let cause = before.gate.as_ref().map(|placed| placed.seq);
    site.journal.append(|_| Deed::of(&fact).causes(cause))?;
    Ok(())
}

/// Finds the candidates whose paths the gate's output names; what cannot be read hints at nobody.
fn hint(site: &Site<'_>, pursuit: &Pursuit) -> Vec<usize> {
    let log = pursuit.gate.as_ref().and_then(|placed| placed.fact.result.log.as_ref());
    let output =
        log.and_then(|log| site.repository.blob_start(log.blob, log.bytes.min(LOOKED_AT)).ok()).unwrap_or_default();
    let changes = site.journal.ask(|history| union::changes(site.repository, history, &pursuit.parts()));
    let local = site.repository.local();
    let paths = |change: &Change| {
        let paths = Changes::between(&local, change.from, change.to).into_iter().flatten().map_while(Result::ok);
        paths.map(|change| String::from_utf8_lossy(&change.path).into_owned()).collect()
    };
    let paths: Vec<Vec<String>> = changes.iter().flatten().map(paths).collect();
    blame::hint(&String::from_utf8_lossy(&output), &paths)
}

impl Search<'_> {
    fn ask(&mut self, subset: &[usize]) -> Answer {
        if self.failed.is_some() || self.site.stop.is_set() {
            return Answer::Spent;
        }
        match self.answer(subset) {
            Ok(answer) => answer,
            Err(error) => {
                self.failed = Some(error);
                Answer::Spent
            }
        }
    }

    fn answer(&self, subset: &[usize]) -> Result<Answer, Error> {
        let tasks: Vec<TaskId> = subset.iter().map(|at| self.changes[*at].part.task.clone()).collect();
        let known = |pursuit: &Pursuit| {
            let known = pursuit.probes.iter().find(|placed| placed.fact.args.tasks == tasks);
            known.map(|placed| placed.fact.result.verdict)
        };
        let pursuit = pursuit(self.site);
        if let Some(verdict) = known(&pursuit) {
            return Ok(verdict.into());
        }
        let changes: Vec<Change> = subset.iter().map(|at| self.changes[*at].clone()).collect();
        let union = union::integrate(self.site.repository, self.site.origin_tree, &changes)?;
        let args = union_probed::Args { tasks, argv: self.gate.plan.argv.clone() };
        let nothing = union_probed::Outcome {
            tree: None,
            verdict: Verdict::None,
            exit_code: None,
            ending: None,
            log: None,
            cached: false,
        };
        if !union.conflicts.is_empty() {
            return self.record(&UnionProbed { args, result: nothing }, None);
        }
        if let Some(verdict) = self.site.journal.ask(|history| history.verdict_on(union.tree, &args.argv)) {
            let result = union_probed::Outcome { tree: Some(union.tree), verdict, cached: true, ..nothing };
            return self.record(&UnionProbed { args, result }, None);
        }
        let gated = pursuit.probes.iter().filter(|placed| placed.fact.result.ending.is_some()).count();
        if gated >= usize::try_from(self.budget).unwrap_or(usize::MAX) {
            return Ok(Answer::Spent);
        }
        self.probe(args, union.tree)
    }

    fn probe(&self, args: union_probed::Args, tree: Oid) -> Result<Answer, Error> {
        let names: Vec<&str> = args.tasks.iter().map(TaskId::as_str).collect();
        (self.site.listener)(Progress::Probing(args.tasks.clone()));
        let commit = self.commit(tree, &names)?;
        let said = gate::ask(self.site, self.gate, Subject::union(commit))?;
        if self.site.stop.is_set() {
            return Ok(Answer::Spent);
        }
        let found = said.fact.result;
        let result = union_probed::Outcome {
            tree: Some(tree),
            verdict: found.verdict,
            exit_code: found.exit_code,
            ending: found.ending,
            log: found.log,
            cached: false,
        };
        self.record(&UnionProbed { args, result }, said.log.as_ref())
    }

    fn commit(&self, tree: Oid, names: &[&str]) -> Result<Oid, Error> {
        let trailers = [("Par-Run", self.site.journal.run.to_string())];
        let message = candidate::message(&format!("only {}", names.join(", ")), &trailers);
        let base = self.site.base;
        let commit = NewCommit { tree, parents: &[base], message: &message, may_sign: false };
        Ok(self.site.repository.commit_tree(&commit)?)
    }

    fn record(&self, fact: &UnionProbed, log: Option<&LogEntry>) -> Result<Answer, Error> {
        self.site.journal.append(|history| {
            let pursuit = history.pursuit();
            let number = pursuit.map_or(0, |pursuit| pursuit.probes.len()) + 1;
            let log = log.cloned().map(|log| LogEntry { name: format!("probe.{number}.log"), ..log });
            let begun = pursuit.and_then(|pursuit| pursuit.blaming.as_ref()).map(|placed| placed.seq);
            Deed::of(fact).causes(begun).logging(log)
        })?;
        Ok(fact.result.verdict.into())
    }
}
