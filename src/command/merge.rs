//! `git par merge`: the winner into a branch: computed first, recorded as an intent, then moved.

mod conflict;
mod merge_report;
pub(in crate::command) mod offer;

use serde_json::Value;

use super::{Context, Error, Kind};
use crate::{
    engine::{
        command_line,
        journal::{Deed, Journal},
    },
    failpoint,
    model::{
        candidate,
        fact::{MergeFinished, MergeStarted, merge_finished, merge_started},
        history::History,
        merge_mode::MergeMode,
        oid::Oid,
        ref_name::RefName,
        run_id::RunId,
        worker::Worker,
    },
    repo::{
        merge::{Merged, NewCommit},
        open::Repository,
        target::{self, Step},
    },
};
pub use merge_report::{MergeReport, State};

/// Merge the winner into a branch, or change nothing and say why
#[derive(Clone, Debug, Default, clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is one flag of the command line")]
pub struct Args {
    /// The run, or a unique beginning of its name [default: the newest]
    pub run: Option<String>,
    /// The branch to merge into [default: the one that is checked out here]
    #[arg(long, value_name = "BRANCH")]
    pub into: Option<String>,
    /// Always make a merge commit (the default)
    #[arg(long, conflicts_with_all = ["ff", "squash"])]
    pub no_ff: bool,
    /// Move the branch to the candidate itself where that is possible
    #[arg(long, conflicts_with = "squash")]
    pub ff: bool,
    /// Put the merged tree on the branch as one commit
    #[arg(long)]
    pub squash: bool,
    /// The message of the commit; trailers are added
    #[arg(short = 'm', long, value_name = "M", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub message: Option<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// A merge that is about to be done: what, where to, and how.
struct Plan {
    worker: Option<Worker>,
    candidate: Oid,
    target: RefName,
    mode: MergeMode,
    ours: Oid,
}

/// Merges the winner.
pub fn run(args: &Args, context: &Context<'_>) -> Result<MergeReport, Error> {
    let repository = context.open()?;
    let identity = repository.require_identity()?;
    let run = context.choose(&repository, args.run.as_deref())?;
    // Before the journal is read: whoever merges now is to be seen in it.
    let held = if args.dry_run { None } else { Some(repository.hold_branches()?) };
    let journal = Journal::open(&repository, run, identity, context.listener)?;
    let report = merge(args, &repository, &journal);
    // Before the journal is closed: its last hooks may want to merge, too.
    drop(held);
    report
}

fn merge(args: &Args, repository: &Repository, journal: &Journal<'_>) -> Result<MergeReport, Error> {
    if !args.dry_run {
        close_cut_short(repository, journal)?;
    }
    let plan = Plan::make(args, repository, journal)?;
    if let Some(done) = plan.find_done(repository, journal)? {
        return Ok(plan.report(journal, State::AlreadyMerged).with(done));
    }
    match repository.merge_trees(plan.ours, plan.candidate)? {
        Merged::Conflict(paths) => plan.conflict(args, repository, (journal, paths)),
        Merged::Clean(tree) if tree == repository.commit(plan.ours)?.tree => {
            Ok(plan.report(journal, State::AlreadyMerged).with((plan.ours, tree)))
        }
        Merged::Clean(tree) if args.dry_run => plan.rehearse(args, repository, (journal, tree)),
        Merged::Clean(tree) => plan.carry_out(args, repository, (journal, tree)),
    }
}

fn target(args: &Args, repository: &Repository) -> Result<RefName, Error> {
    if let Some(branch) = &args.into {
        let name = repository.real_branch(RefName::branch(branch))?;
        if !name.as_str().starts_with("refs/heads/") {
            return Err(Error::usage(format!("'{name}' is not a branch")).hint("git branch --list"));
        }
        return Ok(name);
    }
    repository.current_branch()?.ok_or_else(|| {
        Error::new(Kind::Cannot, "HEAD is detached: there is no branch to merge into")
            .hint("git par merge --into BRANCH")
    })
}

impl Args {
    /// Tells a refusal; where changes are in the way, with the commands that put them aside meanwhile.
    fn refused(&self, error: target::Error, run: &RunId) -> Error {
        let target::Error::Changed { path, .. } = &error else { return error.into() };
        let here = ["git".to_owned()];
        let there = ["git".to_owned(), "-C".to_owned(), path.display().to_string()];
        let git = command_line::shown(if self.into.is_some() { &there } else { &here });
        let hint = format!("{git} stash && {} && {git} stash pop", self.again(run));
        Error::from(error).hint(hint)
    }

    /// Writes the command that merges as this one would.
    fn again(&self, run: &RunId) -> String {
        let flags = [(self.no_ff, "--no-ff"), (self.ff, "--ff"), (self.squash, "--squash")];
        let mut argv: Vec<String> = ["git", "par", "merge"].map(str::to_owned).to_vec();
        argv.push(run.to_string());
        argv.extend(flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag.to_owned()));
        argv.extend(self.into.iter().flat_map(|branch| ["--into".to_owned(), branch.clone()]));
        argv.extend(self.message.iter().flat_map(|message| ["-m".to_owned(), message.clone()]));
        command_line::shown(&argv)
    }
}

impl Plan {
    fn make(args: &Args, repository: &Repository, journal: &Journal<'_>) -> Result<Self, Error> {
        let run = &journal.run;
        let (worker, candidate) = journal.ask(offer::find).ok_or_else(|| {
            let (message, way_out) = journal.ask(|history| (offer::none(history, run), offer::way_out(history, run)));
            Error::new(Kind::Cannot, message).hint(way_out)
        })?;
        let target = target(args, repository)?;
        let ours = repository.ref_target(&target)?;
        let ours = ours.ok_or_else(|| {
            Error::new(Kind::Cannot, format!("branch '{target}' does not exist")).hint("git branch --list")
        })?;
        let wanted = match (args.ff, args.squash) {
            (true, _) => MergeMode::Ff,
            (_, true) => MergeMode::Squash,
            _ => MergeMode::NoFf,
        };
        let can_ff = wanted == MergeMode::Ff && repository.is_ancestor(ours, candidate)?;
        // Where the branch went on meanwhile, a merge commit does what a fast-forward cannot.
        let mode = if wanted == MergeMode::Ff && !can_ff { MergeMode::NoFf } else { wanted };
        Ok(Self { worker, candidate, target, mode, ours })
    }

    fn report(&self, journal: &Journal<'_>, state: State) -> MergeReport {
        MergeReport {
            run: journal.run.clone(),
            worker: self.worker,
            candidate: self.candidate,
            target: self.target.to_string(),
            mode: self.mode,
            state,
            ours: self.ours,
            commit: None,
            tree: None,
            conflicts: Vec::new(),
            is_elsewhere: false,
        }
    }

    /// Finds the commit by which the branch has this candidate already.
    fn find_done(&self, repository: &Repository, journal: &Journal<'_>) -> Result<Option<(Oid, Oid)>, Error> {
        let recorded = journal.ask(|history| self.recorded(history));
        if let Some((commit, tree)) = recorded
            && repository.is_ancestor(commit, self.ours)?
        {
            return Ok(Some((commit, tree)));
        }
        let contained = repository.is_ancestor(self.candidate, self.ours)?;
        Ok(contained.then_some((self.ours, repository.commit(self.ours)?.tree)))
    }

    fn recorded(&self, history: &History) -> Option<(Oid, Oid)> {
        let same =
            |fact: &&MergeFinished| fact.args.candidate == self.candidate && fact.args.target == self.target.as_str();
        let fact = history.merged.iter().rev().map(|placed| &placed.fact).find(same)?;
        Some((fact.result.commit?, fact.result.tree?))
    }

    fn conflict(
        &self,
        args: &Args,
        repository: &Repository,
        (journal, conflicts): (&Journal<'_>, Vec<String>),
    ) -> Result<MergeReport, Error> {
        let report = MergeReport {
            conflicts: conflicts.clone(),
            is_elsewhere: args.into.is_some(),
            ..self.report(journal, State::Conflict)
        };
        if !args.dry_run {
            let result = merge_finished::Outcome { conflicts: conflicts.clone(), ..merge_finished::Outcome::default() };
            self.record_failure(journal, result, self.told(repository, journal, conflicts).as_ref())?;
        }
        Ok(report)
    }

    fn rehearse(
        &self,
        args: &Args,
        repository: &Repository,
        (journal, tree): (&Journal<'_>, Oid),
    ) -> Result<MergeReport, Error> {
        let step = Step { branch: &self.target, from: self.ours, to: tree, message: "" };
        repository.require_advance(&step).map_err(|error| args.refused(error, &journal.run))?;
        Ok(MergeReport { tree: Some(tree), ..self.report(journal, State::WouldMerge) })
    }

    fn carry_out(
        &self,
        args: &Args,
        repository: &Repository,
        (journal, tree): (&Journal<'_>, Oid),
    ) -> Result<MergeReport, Error> {
        let intent = MergeStarted {
            args: merge_started::Args {
                worker: self.worker,
                candidate: self.candidate,
                target: self.target.to_string(),
                mode: self.mode,
                ours: self.ours,
                tree,
            },
            result: merge_started::Outcome {},
        };
        journal.append(|history| Deed::of(&intent).causes(offer::cause(history)))?;
        match self.move_branch(args, repository, (journal, tree)) {
            Ok(commit) => {
                close(repository, journal, (&intent, commit))?;
                Ok(self.report(journal, State::Merged).with((commit, tree)))
            }
            Err(error) => {
                let reason = Some("the branch could not be moved safely".to_owned());
                let result = merge_finished::Outcome { reason, ..merge_finished::Outcome::default() };
                self.record_failure(journal, result, None)?;
                Err(error)
            }
        }
    }

    fn move_branch(
        &self,
        args: &Args,
        repository: &Repository,
        (journal, tree): (&Journal<'_>, Oid),
    ) -> Result<Oid, Error> {
        let commit = self.new_commit(repository, tree, &self.message(args, journal))?;
        let reflog = format!("par merge {}", journal.run);
        failpoint::pass("merge committed");
        let step = Step { branch: &self.target, from: self.ours, to: commit, message: &reflog };
        repository.advance(&step).map_err(|error| args.refused(error, &journal.run))?;
        Ok(commit)
    }

    fn new_commit(&self, repository: &Repository, tree: Oid, message: &str) -> Result<Oid, Error> {
        let parents: &[Oid] = match self.mode {
            MergeMode::Ff => return Ok(self.candidate),
            MergeMode::NoFf => &[self.ours, self.candidate],
            MergeMode::Squash => &[self.ours],
        };
        Ok(repository.commit_tree(&NewCommit { tree, parents, message, may_sign: true })?)
    }

    fn message(&self, args: &Args, journal: &Journal<'_>) -> String {
        let task = journal.ask(|history| history.run().map(|run| run.args.task.clone())).unwrap_or_default();
        let worker = self.worker.map(|worker| ("Par-Worker", worker.to_string()));
        let tip = ("Par-Journal", journal.state().tip().hash.to_string());
        let trailers: Vec<_> = [("Par-Run", journal.run.to_string())].into_iter().chain(worker).chain([tip]).collect();
        match &args.message {
            Some(message) => candidate::with_trailers(message, &trailers),
            None => candidate::message(&task, &trailers),
        }
    }

    fn record_failure(
        &self,
        journal: &Journal<'_>,
        result: merge_finished::Outcome,
        report: Option<&Value>,
    ) -> Result<(), Error> {
        let args = merge_finished::Args {
            worker: self.worker,
            candidate: self.candidate,
            target: self.target.to_string(),
            mode: self.mode,
            ours: self.ours,
        };
        let fact = MergeFinished { args, result };
        journal.append(|history| {
            let intent = history.merging.as_ref().map(|placed| placed.seq);
            Deed::of(&fact).causes(intent.or(offer::cause(history))).reporting(report.cloned())
        })?;
        Ok(())
    }
}

/// Ends a merge of a run that nobody wrote the end of.
pub(super) fn recover(repository: &Repository, journal: &Journal<'_>) -> Result<(), Error> {
    if journal.ask(|history| history.merging.is_none()) {
        return Ok(());
    }
    // Whoever merges now is to be waited for, and seen in the journal.
    let _held = repository.hold_branches()?;
    journal.refresh()?;
    close_cut_short(repository, journal)
}

/// Ends a merge that nobody wrote the end of: recorded where the branch moved, taken back where it did not.
///
/// It is for the caller to hold the branches.
fn close_cut_short(repository: &Repository, journal: &Journal<'_>) -> Result<(), Error> {
    let Some(intent) = journal.ask(|history| history.merging.as_ref().map(|placed| placed.fact.clone())) else {
        return Ok(());
    };
    let target = RefName::full(&intent.args.target);
    let Some(tip) = repository.ref_target(&target)? else { return Ok(()) };
    let done = find_cut_short(repository, &intent.args, tip)?;
    let step = Step { branch: &target, from: intent.args.ours, to: intent.args.tree, message: "" };
    repository.settle(&step, done.is_some())?;
    match done {
        Some(commit) => close(repository, journal, (&intent, commit)),
        None => Ok(()),
    }
}

fn find_cut_short(repository: &Repository, intent: &merge_started::Args, tip: Oid) -> Result<Option<Oid>, Error> {
    for read in repository.first_parents(tip) {
        let (at, commit) = read?;
        let made_by_us = match intent.mode {
            MergeMode::Ff => at == intent.candidate,
            MergeMode::NoFf => commit.parents == [intent.ours, intent.candidate],
            MergeMode::Squash => commit.parents == [intent.ours],
        };
        if made_by_us && commit.tree == intent.tree {
            return Ok(Some(at));
        }
        if at == intent.ours {
            break;
        }
    }
    Ok(None)
}

fn close(repository: &Repository, journal: &Journal<'_>, (intent, commit): (&MergeStarted, Oid)) -> Result<(), Error> {
    let asked = &intent.args;
    let fact = MergeFinished {
        args: merge_finished::Args {
            worker: asked.worker,
            candidate: asked.candidate,
            target: asked.target.clone(),
            mode: asked.mode,
            ours: asked.ours,
        },
        result: merge_finished::Outcome {
            commit: Some(commit),
            tree: Some(asked.tree),
            ..merge_finished::Outcome::default()
        },
    };
    let name = RefName::merge(&journal.run);
    let before = repository.ref_target(&name)?;
    journal.append(|history| {
        let intent = history.merging.as_ref().map(|placed| placed.seq);
        Deed::of(&fact).causes(intent).moving(name.clone(), before, commit)
    })?;
    Ok(())
}
