//! Resolvers: agents that resolve a conflict in a run of their own, judged by what they left.

use std::{ffi::OsString, time::Duration};

use super::terms::TermsArgs;
use crate::{
    command::{Context, Error, Kind, bounds, gate_choice::duration, spawn},
    engine::{
        journal::State,
        prune,
        queue::{desk::Desk, landing},
        resolution::{Conflict, Error as Unresolvable, Outcome},
    },
    model::{
        fact::goal_finished,
        history::Pursuit,
        oid::Oid,
        plan::{Plan, finding::Findings, task::TaskId},
        queue::{entry::Entry, style::Style},
        ref_name::RefName,
        resolution::{self, Resolution},
        run_id::RunId,
        verdict::Verdict,
    },
    repo::open::Repository,
};

/// How often whoever resolves may go on where the check fails, where nothing says so.
const HEALS: u32 = 2;
/// The most time of each agent, where nothing says so.
const TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// How agents resolve conflicts.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Bounds {
    /// How often an agent goes on where the check fails, with what the check printed [default: 2]
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub heal: Option<u32>,
    /// The most time for each of its agents [default: 30m]
    #[arg(long, value_name = "T", value_parser = duration)]
    pub timeout: Option<Duration>,
}

/// A merge by which a conflict was resolved, and where it came from.
type Merge = (Oid, Option<Resolution>);

/// What came of an attempt to resolve a conflict.
pub(super) struct Attempt {
    /// The run; none where there was no conflict any more, or the same was resolved before.
    pub(super) run: Option<RunId>,
    /// The merge, with where it came from, or why there is none.
    pub(super) merge: Result<Merge, String>,
    /// What became of the paths in conflict, as far as they were not simply edited.
    pub(super) outcome: Vec<Outcome>,
}

impl Attempt {
    fn without_run(merge: Result<Merge, String>) -> Self {
        Self { run: None, merge, outcome: Vec::new() }
    }
}

/// Who resolves conflicts.
pub(super) struct Resolver<'r> {
    pub(super) context: &'r Context<'r>,
    pub(super) agent: Option<&'r String>,
    pub(super) bounds: &'r Bounds,
}

impl Resolver<'_> {
    /// Has agents resolve what keeps an entry from landing on the branch as it is now.
    pub(super) fn resolve(&self, desk: &Desk<'_>, entry: &Entry) -> Result<Attempt, Error> {
        let target = desk.target();
        let tip = desk.tip()?.ok_or_else(|| Error::new(Kind::Cannot, format!("branch '{target}' does not exist")))?;
        // Another check may have come with what was fetched meanwhile.
        TermsArgs::require_trust(desk, false)?;
        let refused = |why: String| Ok(Attempt::without_run(Err(why)));
        let conflict = match find(desk, entry, tip)? {
            Ok(Some(conflict)) => conflict,
            Ok(None) => return Ok(Attempt::without_run(Ok((entry.commit, entry.resolution.clone())))),
            Err(why) => return refused(why),
        };
        if let Some((run, merge)) = again(desk, entry, &conflict)? {
            return finish(desk, &conflict, (run, Ok(merge)));
        }
        let base = conflict.commit(desk.repository)?;
        let plan = match plan(desk, entry, &conflict)? {
            Ok(plan) => plan,
            Err(why) => return refused(why),
        };
        let spawned = spawn::run(&self.spawning(plan, (&conflict, base)), self.context)?;
        let run = spawned.standing.run;
        let merge = judge(desk, entry, (&conflict, &run))?;
        // What cannot be tidied up is for 'git par prune'.
        let _ = prune::tidy(desk.repository, &run);
        finish(desk, &conflict, (run, merge))
    }

    fn spawning(&self, plan: Plan, (conflict, base): (&Conflict, Oid)) -> spawn::Args {
        let mut args = spawn::of_plan(plan, self.agent);
        args.base = base.to_string();
        args.plan.resolves = Some([conflict.onto, conflict.theirs]);
        args.bounds = bounds::Args {
            heal: Some(self.bounds.heal.unwrap_or(HEALS)),
            timeout: Some(self.bounds.timeout.unwrap_or(TIMEOUT)),
            ..bounds::Args::default()
        };
        args
    }
}

/// Finds what is to be resolved, if anything still is, or tells why nobody can.
fn find(desk: &Desk<'_>, entry: &Entry, tip: Oid) -> Result<Result<Option<Conflict>, String>, Error> {
    let is_of_here = entry.state.held().is_some_and(|why| why.onto == tip);
    let is_replayed = desk.journal.ask(|queue| queue.terms().is_some_and(|terms| terms.style == Style::Rebase));
    Ok(match Conflict::find(desk.repository, tip, entry.commit) {
        Err(_) if !desk.repository.is_related(tip, entry.commit)? => {
            Err(format!("it has no history in common with '{}'", desk.target()))
        }
        Ok(Some(conflict)) if conflict.conflicted.versions.is_empty() => {
            Err("what conflicts is how folders were renamed, and no file that could be edited".to_owned())
        }
        Ok(None) if is_of_here && is_replayed => {
            let way = "rebase it by hand, or land it with --style merge or squash";
            Err(format!("its commits conflict one by one, though as a whole they merge: {way}"))
        }
        found => Ok(found?),
    })
}

/// Looks what became of the paths in conflict.
fn finish(
    desk: &Desk<'_>,
    conflict: &Conflict,
    (run, merge): (RunId, Result<Merge, String>),
) -> Result<Attempt, Error> {
    let outcome = match &merge {
        Ok((commit, _)) => conflict.outcome(desk.repository, desk.repository.commit(*commit)?.tree)?,
        Err(_) => Vec::new(),
    };
    Ok(Attempt { run: Some(run), merge, outcome })
}

/// Takes up what a run came to that resolved this very conflict and was cut short before anybody heard of it.
fn again(desk: &Desk<'_>, entry: &Entry, conflict: &Conflict) -> Result<Option<(RunId, Merge)>, Error> {
    let sides = [conflict.onto, conflict.theirs];
    for run in desk.repository.noted_runs()?.into_iter().rev() {
        let base = desk.repository.ref_target(&RefName::base(&run))?;
        // What cannot be read resolves nothing.
        let begins = base.and_then(|base| desk.repository.commit(base).ok()).is_some_and(|base| base.parents == sides);
        let resolves = |state: State| state.history.run().is_some_and(|run| run.args.resolves == Some(sides));
        if begins
            && State::load(desk.repository, &run).is_ok_and(resolves)
            && let Ok(merge) = judge(desk, entry, (conflict, &run))?
        {
            return Ok(Some((run, merge)));
        }
    }
    Ok(None)
}

/// Judges what a run made of a conflict, by the tree that it offers, and makes the merge of it.
fn judge(desk: &Desk<'_>, entry: &Entry, (conflict, run): (&Conflict, &RunId)) -> Result<Result<Merge, String>, Error> {
    let tree = match offered(desk.repository, conflict, run)? {
        Ok(tree) => tree,
        Err(why) => return Ok(Err(why)),
    };
    if let Err(rejected) = conflict.judge(desk.repository, tree)? {
        return Ok(Err(rejected.to_string()));
    }
    let resolution =
        Resolution { run: Some(run.clone()), onto: conflict.onto, theirs: conflict.theirs, remembered: false };
    let resolved = Entry { resolution: Some(resolution.clone()), ..entry.clone() };
    let message = landing::resolved(desk, &resolved)?;
    Ok(Ok((conflict.merge(desk.repository, tree, &message)?, Some(resolution))))
}

/// Writes the plan of a resolution, or tells why there can be none.
fn plan(desk: &Desk<'_>, entry: &Entry, conflict: &Conflict) -> Result<Result<Plan, String>, Error> {
    let paths = match conflict.paths() {
        Err(error @ Unresolvable::Path(_)) => return Ok(Err(error.to_string())),
        paths => paths?,
    };
    let gate = desk.gate();
    let text = |argument: &OsString| argument.to_string_lossy().into_owned();
    let gate: Option<Vec<String>> = gate.map(|gate| gate.argv.iter().map(text).collect());
    let touches = desk.repository.touches(conflict.onto, conflict.theirs, &conflict.conflicted.paths())?;
    let ours_did: Vec<String> =
        touches.iter().map(|touch| format!("{} {}", touch.commit.short(), touch.subject)).collect();
    let asked = resolution::Conflict {
        onto: conflict.onto,
        theirs: conflict.theirs,
        paths: &paths,
        ours_did: &ours_did,
        theirs_did: &entry.title,
        gate: gate.as_deref(),
    };
    let findings = Findings::default();
    Ok(Plan::of(&asked.plan(), &findings).ok_or_else(|| {
        let told: Vec<String> = findings.into_vec().into_iter().map(|finding| finding.message).collect();
        format!("no plan can be made of this conflict: {}", told.join("; "))
    }))
}

/// Returns the tree that a run offers, where all its tasks did their part and the check passed, or why there is none.
fn offered(repository: &Repository, conflict: &Conflict, run: &RunId) -> Result<Result<Oid, String>, Error> {
    let history = State::load(repository, run)?.history;
    let Some((pursuit, end)) = history.pursuit().and_then(|pursuit| Some((pursuit, pursuit.end.as_ref()?))) else {
        return Ok(Err(format!("it did not come to its end: git par resume {run}")));
    };
    let goal_finished::Outcome { tree, missing, verdict, reason, .. } = &end.fact.result;
    if let Some(why) = failed(pursuit, missing) {
        return Ok(Err(why));
    }
    // Where nothing had to be changed, the tree is that of the conflict.
    let passed =
        matches!(verdict, Verdict::Pass) || tree.is_none() || history.run().is_some_and(|run| run.args.gate.is_none());
    Ok(if passed { Ok(tree.unwrap_or(conflict.conflicted.tree)) } else { Err(reason.clone()) })
}

/// Says why the first task failed of those that did not come in.
fn failed(pursuit: &Pursuit, missing: &[TaskId]) -> Option<String> {
    let over = pursuit.tasks.iter().flatten().map(|placed| &placed.fact);
    let mut failed = over.filter(|fact| missing.contains(&fact.args.task));
    let told = failed.next().map(|fact| format!("{}: {}", fact.args.task, fact.result.reason));
    told.or_else(|| missing.first().map(|task| format!("{task} did not come in")))
}
