//! Certificates: the canonical summary of a run, derived from its journal alone, so that anyone derives the same bytes.

mod pursued;

use serde::{Deserialize, Serialize};

use super::{
    diff_stat::DiffStat,
    ending::Ending,
    fact::{merge_finished, run_started, winner_selected::By},
    hash::Hash,
    history::{History, Lane, Placed},
    journal_name::JournalName,
    merge_mode::MergeMode,
    oid::Oid,
    rule::Rule,
    run_id::RunId,
    usage::Usage,
    verdict::Verdict,
    worker::Worker,
};

pub use pursued::{Goal, Task, Union};

/// The version of the certificate's format.
pub const VERSION: u32 = 1;

/// The summary of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// [`VERSION`].
    pub version: u32,
    /// The run.
    pub run: RunId,
    /// The whole task text.
    pub task: String,
    /// The commit that it started from.
    pub base: Oid,
    /// That commit's tree.
    pub base_tree: Oid,
    /// The journal that this was derived from.
    pub journal: Tip,
    /// The gate's command line, where the run planned one.
    pub gate: Option<Vec<String>>,
    /// What the gate said of base; null where nobody asked.
    pub baseline: Option<Verdict>,
    /// Each worker's newest attempt, by number.
    pub workers: Vec<Entry>,
    /// The pick; null where there was none.
    pub winner: Option<Winner>,
    /// The merges that moved a branch, oldest first.
    pub merges: Vec<Merge>,
    /// The tasks of the plan that it carried out, in the plan's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
    /// What their candidates make together, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unions: Vec<Union>,
    /// What the plan came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Goal>,
}

/// A journal's length and head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tip {
    /// How many events it has.
    pub events: u64,
    /// The last event's `entry_hash`.
    pub head: String,
}

/// One worker in a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number.
    pub worker: Worker,
    /// Which of its executions.
    pub attempt: u32,
    /// The agent's name.
    pub agent: String,
    /// How the agent ended; null where it has not.
    pub ending: Option<Ending>,
    /// The candidate.
    pub candidate: Option<Oid>,
    /// Its tree.
    pub tree: Option<Oid>,
    /// How much it changed.
    pub diff: Option<DiffStat>,
    /// What the gate said.
    pub verdict: Verdict,
    /// The command line of the gate that said so, where it is not the planned one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Vec<String>>,
    /// What the agent said it spent.
    pub usage: Option<Usage>,
    /// The candidates of earlier attempts, oldest first; null where one never ran.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub superseded: Vec<Option<Oid>>,
    /// Whether the candidate was taken out of the running.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub discarded: bool,
}

/// The pick in a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Winner {
    /// The winner; null where nothing could be picked.
    pub worker: Option<Worker>,
    /// Its candidate.
    pub candidate: Option<Oid>,
    /// Who picked.
    pub by: By,
    /// Under which rule.
    pub rule: Rule,
    /// Why.
    pub reason: String,
    /// What the gate said of it after it was picked, where that is something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict_since: Option<Verdict>,
}

/// A merge in a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// The branch.
    pub target: String,
    /// How.
    pub mode: MergeMode,
    /// The branch's commit before.
    pub ours: Oid,
    /// The candidate.
    pub theirs: Oid,
    /// The branch's commit after.
    pub commit: Option<Oid>,
    /// That commit's tree.
    pub tree: Option<Oid>,
}

impl Certificate {
    /// Derives the certificate of a run; none where the run has not started.
    #[must_use]
    pub fn derive(history: &History, journal: Tip) -> Option<Self> {
        let run = &history.run()?.args;
        let pursuit = history.pursuit();
        Some(Self {
            version: VERSION,
            run: run.run.clone(),
            task: run.task.clone(),
            base: run.base,
            base_tree: run.base_tree,
            journal,
            gate: run.gate.as_ref().map(|gate| gate.argv.clone()),
            baseline: history.baseline.as_ref().map(|placed| placed.fact.result.verdict),
            workers: history.lanes().map(|(worker, lane)| entry(run, worker, lane)).collect(),
            winner: winner(history),
            merges: history.merged.iter().map(merge).collect(),
            tasks: pursuit.map(pursued::tasks).unwrap_or_default(),
            unions: pursuit.map(pursued::unions).unwrap_or_default(),
            goal: pursuit.and_then(pursued::goal),
        })
    }

    /// Returns it as the first versions of this program wrote it, whose seals still hold.
    #[must_use]
    pub fn as_first_written(mut self) -> Self {
        for entry in &mut self.workers {
            entry.gate = None;
        }
        if let Some(winner) = &mut self.winner {
            winner.verdict_since = None;
        }
        self
    }

    /// Lists the commits that a seal keeps: base, each candidate by number, each union, what is offered, each merge in order; each once.
    #[must_use]
    pub fn parents(&self) -> Vec<Oid> {
        let candidates =
            self.workers.iter().flat_map(|entry| entry.superseded.iter().copied().flatten().chain(entry.candidate));
        let unions = self.unions.iter().map(|union| union.commit);
        let offered = self.goal.iter().filter_map(|goal| goal.commit);
        let merges = self.merges.iter().filter_map(|merge| merge.commit);
        let mut parents = Vec::new();
        for commit in std::iter::once(self.base).chain(candidates).chain(unions).chain(offered).chain(merges) {
            if !parents.contains(&commit) {
                parents.push(commit);
            }
        }
        parents
    }

    /// Writes the message of the seal.
    #[must_use]
    pub fn message(&self) -> String {
        message(&self.run, &self.journal, &self.bytes())
    }

    /// Writes the certificate in canonical form, with a line end.
    #[must_use]
    pub fn bytes(&self) -> String {
        bytes(self)
    }
}

/// Returns the name of the tag that seals a run or a queue.
#[must_use]
pub fn tag_name(of: &JournalName) -> String {
    format!("par/{}", of.as_str())
}

/// Writes the message of a seal: it names by SHA-256 all that the tag stands for, whatever hash the repository uses.
pub(super) fn message(of: &JournalName, journal: &Tip, certificate: &str) -> String {
    let digest = Hash::of(&[certificate.as_bytes()]);
    let Tip { events, head } = journal;
    format!("git par seal of {}\n\ncertificate {digest}\njournal {events} {head}\n", of.spelled())
}

/// Writes a certificate in canonical form, with a line end.
pub(super) fn bytes(certificate: &impl Serialize) -> String {
    let value = serde_json::to_value(certificate).expect("certificates have string keys only");
    let mut text =
        super::canonical::to_string(&value).expect("a journal's numbers are in range and its nesting is small");
    text.push('\n');
    text
}

fn entry(run: &run_started::Args, worker: Worker, lane: &Lane) -> Entry {
    let outcome = lane.outcome();
    let planned = run.gate.as_ref().map(|gate| &gate.argv);
    let gate = lane.gate.as_ref().map(|placed| &placed.fact.args.argv).filter(|argv| Some(*argv) != planned);
    Entry {
        worker,
        attempt: lane.attempt(),
        agent: lane.started.as_ref().map(|placed| placed.fact.args.agent.clone()).unwrap_or_default(),
        ending: outcome.map(|outcome| outcome.ending),
        candidate: outcome.map(|outcome| outcome.candidate),
        tree: outcome.map(|outcome| outcome.tree),
        diff: outcome.map(|outcome| outcome.diff.clone()),
        verdict: lane.verdict(),
        gate: gate.cloned(),
        usage: outcome.and_then(|outcome| outcome.usage.clone()),
        superseded: lane.superseded.clone(),
        discarded: lane.discarded.is_some(),
    }
}

fn winner(history: &History) -> Option<Winner> {
    let fact = &history.selected.as_ref()?.fact;
    if fact.result.winner != history.picked() {
        // It was retried or discarded since.
        return None;
    }
    Some(Winner {
        worker: fact.result.winner,
        candidate: fact.result.candidate,
        by: fact.args.by,
        rule: fact.args.rule.clone(),
        reason: fact.result.reason.clone(),
        verdict_since: history.doubt().map(|doubt| doubt.verdict),
    })
}

fn merge(placed: &Placed<merge_finished::MergeFinished>) -> Merge {
    let merge_finished::MergeFinished { args, result } = &placed.fact;
    Merge {
        target: args.target.clone(),
        mode: args.mode,
        ours: args.ours,
        theirs: args.candidate,
        commit: result.commit,
        tree: result.tree,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::verdict::Verdict;

    fn oid(digit: char) -> Oid {
        digit.to_string().repeat(40).parse().unwrap()
    }

    fn certificate() -> Certificate {
        let entry = |number, candidate| Entry {
            worker: Worker::new(number).unwrap(),
            attempt: 1,
            agent: "command".to_owned(),
            ending: None,
            candidate,
            tree: None,
            diff: None,
            verdict: Verdict::None,
            gate: None,
            usage: None,
            superseded: Vec::new(),
            discarded: false,
        };
        let merge = Merge {
            target: "refs/heads/main".to_owned(),
            mode: MergeMode::Ff,
            ours: oid('1'),
            theirs: oid('3'),
            commit: Some(oid('3')),
            tree: None,
        };
        let merged = Merge { commit: Some(oid('4')), ..merge.clone() };
        Certificate {
            version: VERSION,
            run: "r1".parse().unwrap(),
            task: "t".to_owned(),
            base: oid('1'),
            base_tree: oid('2'),
            journal: Tip { events: 7, head: "f".repeat(64) },
            gate: None,
            baseline: None,
            workers: vec![entry(1, Some(oid('3'))), entry(2, Some(oid('1'))), entry(3, None)],
            winner: None,
            merges: vec![merge, merged],
            tasks: Vec::new(),
            unions: Vec::new(),
            goal: None,
        }
    }

    #[test]
    fn a_seal_keeps_base_candidates_and_merges_each_once() {
        assert_eq!(certificate().parents(), [oid('1'), oid('3'), oid('4')]);
    }

    #[test]
    fn the_message_names_the_certificate_and_the_journal_by_their_hashes() {
        let certificate = certificate();
        let message = certificate.message();
        let lines: Vec<&str> = message.lines().collect();
        let digest = Hash::of(&[certificate.bytes().as_bytes()]);
        assert_eq!(lines[..2], ["git par seal of r1", ""]);
        assert_eq!(lines[2], format!("certificate {digest}"));
        assert_eq!(lines[3..], [format!("journal 7 {}", "f".repeat(64))]);
        let other = Certificate { task: "u".to_owned(), ..certificate };
        assert_ne!(other.message(), message);
    }
}
