//! Recoveries: one session takes over what the tasks of a plan did not bring about together.

use super::{
    feedback::said,
    journal::Deed,
    pursue::{self, Error, pursuit},
    site::Site,
};
use crate::model::{
    agenda,
    fact::{
        RecoveryStarted,
        recovery_started::{self, Scope},
        union_finished,
    },
    feedback,
    history::{Lane, Pursuit},
    oid::Oid,
    plan::task::{TaskId, names},
    takeover,
    worker::Worker,
};

/// Begins a session: from what is not to blame, integrated anew, or from the run's base.
pub fn begin(site: &Site<'_>, scope: Scope) -> Result<(), Error> {
    let before = pursuit(site);
    let kept = if scope == Scope::Regional { agenda::kept(&before) } else { Vec::new() };
    if scope == Scope::Regional && !before.is_reunited() {
        pursue::record_union(site, &before, union_finished::Args { wave: None, base: site.base, parts: kept })?;
    }
    let Some(args) = site.journal.ask(|history| takeover::plan(history, scope)) else { return Ok(()) };
    let fact = RecoveryStarted { args, result: recovery_started::Outcome {} };
    site.journal.append(|history| {
        let pursuit = history.pursuit();
        let union = pursuit.map(Pursuit::last_union);
        let blame = pursuit.and_then(|pursuit| pursuit.blame.as_ref()).map(|placed| placed.seq);
        let lanes = pursuit.and_then(|pursuit| pursuit.recoveries.last()).map(|placed| placed.fact.args.lane.worker);
        let grounds = lanes.and_then(|worker| history.lane(worker)).into_iter();
        Deed::of(&fact).causes(union).causes(blame).causes(grounds.flat_map(Lane::grounds))
    })?;
    Ok(())
}

/// Writes the whole text that the agent of a session is given; none where the worker is no such session's.
#[must_use]
pub fn text(site: &Site<'_>, worker: Worker) -> Option<String> {
    let pursuit = site.journal.ask(|history| history.pursuit().cloned())?;
    let begun = pursuit.recoveries.iter().find(|placed| placed.fact.args.lane.worker == worker)?;
    let args = &begun.fact.args;
    let plan = &pursuit.goal.plan;
    let goal = site.journal.ask(|history| history.run().map(|run| run.args.task.clone())).unwrap_or_default();
    let prompts: Vec<String> = plan.tasks.iter().map(|task| format!("- {}: {}", task.id, task.prompt.trim())).collect();
    let mut parts = vec![format!("It was planned in these pieces:\n\n{}\n", prompts.join("\n"))];
    let (kept, dropped_names) = (names(&args.kept), names(&args.dropped));
    parts.push(match args.scope {
        Scope::Regional => format!("Done, and in the files: {kept}.\nNot in the files: {dropped_names}.\n"),
        Scope::Single => "Nothing of it is in the files: what came of it did not do.\n".to_owned(),
    });
    parts.extend(why(&pursuit));
    parts.extend(failure(site, &pursuit));
    if args.scope == Scope::Regional {
        parts.extend(args.dropped.iter().filter_map(|task| dropped(site, &pursuit, task)));
    }
    Some(feedback::added(&goal, &parts))
}

fn why(pursuit: &Pursuit) -> Option<String> {
    if let Some(conflict) = pursuit.conflicts().next() {
        return Some(format!("{conflict}.\n"));
    }
    let blamed = &pursuit.blame.as_ref()?.fact.result.tasks;
    if blamed.is_empty() {
        return Some("The check fails without any of these pieces, too.\n".to_owned());
    }
    Some(format!("These pieces together make the check fail: {}.\n", names(blamed)))
}

/// Writes what the goal's gate said last: of what a session left, else of the union.
fn failure(site: &Site<'_>, pursuit: &Pursuit) -> Option<String> {
    let mut sessions = pursuit.recoveries.iter().rev().map(|placed| placed.fact.args.lane.worker);
    let gate_of =
        |worker| site.journal.ask(|history| history.lane(worker)?.gate.as_ref().map(|placed| placed.fact.clone()));
    let gate = sessions.find_map(gate_of).or(pursuit.gate.as_ref().map(|placed| placed.fact.clone()))?;
    Some(said(site, &gate))
}

/// Writes what a task changed of which nothing is in the files; none where it changed nothing.
fn dropped(site: &Site<'_>, pursuit: &Pursuit, task: &TaskId) -> Option<String> {
    let part = pursuit.part_of(pursuit.goal.place(task)?)?;
    let base: Option<Oid> = site.journal.ask(|history| history.lane(part.worker)?.base());
    let diff = site.repository.patch((base?, part.candidate), &[]).ok()?;
    Some(format!("Of {task}: {}", feedback::of_diff(&String::from_utf8_lossy(&diff))))
}
