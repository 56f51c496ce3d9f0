//! Resolvers: agents that resolve a conflict in a run of their own, judged by what they left.

use std::{ffi::OsString, time::Duration};

use super::terms::TermsArgs;
use crate::{
    command::{Context, Error, Kind, bounds, gate_choice::duration, spawn},
    engine::{
        journal::State,
        prune,
        queue::{desk::Desk, landing},
        resolution::{Conflict, Error as Unresolvable},
    },
    model::{
        fact::goal_finished,
        oid::Oid,
        plan::{Plan, finding::Findings},
        queue::{
            entry::{self, Entry},
            style::Style,
        },
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

/// What came of an attempt to resolve a conflict.
pub(super) struct Attempt {
    /// The run; none where there was no conflict any more, or the same was resolved before.
    pub(super) run: Option<RunId>,
    /// The merge, with where it came from, or why there is none.
    pub(super) merge: Result<(Oid, Option<Resolution>), String>,
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
        let refused = |why: String| Ok(Attempt { run: None, merge: Err(why) });
        let conflict = match find(desk, entry, tip)? {
            Ok(Some(conflict)) => conflict,
            Ok(None) => return Ok(Attempt { run: None, merge: Ok((entry.commit, entry.resolution.clone())) }),
            Err(why) => return refused(why),
        };
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
        Ok(Attempt { run: Some(run), merge })
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
    let is_of_here = matches!(&entry.state, entry::State::NeedsReview(why) if why.onto == tip);
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

/// Judges what a run made of a conflict, by the tree that it offers, and makes the merge of it.
fn judge(
    desk: &Desk<'_>,
    entry: &Entry,
    (conflict, run): (&Conflict, &RunId),
) -> Result<Result<(Oid, Option<Resolution>), String>, Error> {
    let tree = match offered(desk.repository, run)? {
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
fn offered(repository: &Repository, run: &RunId) -> Result<Result<Oid, String>, Error> {
    let history = State::load(repository, run)?.history;
    let end = history.pursuit().and_then(|pursuit| pursuit.end.as_ref());
    let Some(goal_finished::Outcome { tree, missing, verdict, reason, .. }) = end.map(|end| &end.fact.result) else {
        return Ok(Err("it did not come to its end".to_owned()));
    };
    let passed = *verdict == Verdict::Pass || history.run().is_some_and(|run| run.args.gate.is_none());
    Ok(tree.filter(|_| missing.is_empty() && passed).ok_or_else(|| reason.clone()))
}
