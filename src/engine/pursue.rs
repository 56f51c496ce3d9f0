//! Pursuing: a plan is carried out step by step, each decided from the journal alone, so that anybody can go on with it.

use super::{
    blame, draw,
    gate::{self, Gate, Subject},
    journal::{self, Deed},
    progress::Progress,
    recovery,
    site::Site,
    union,
};
use crate::{
    failpoint,
    model::{
        agenda::{self, Step},
        fact::{
            GoalFinished, TaskFinished, UnionFinished, goal_finished, task_finished,
            union_finished::{self, Part},
        },
        history::{History, Lane, Pursuit},
        oid::Oid,
        ref_name::RefName,
        task_selection,
        worker::Worker,
    },
    repo::objects,
};

/// Why a plan could not be carried on with.
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
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
    /// The stream of tasks.
    #[error(transparent)]
    Draw(#[from] draw::Error),
    /// The search for what is to blame.
    #[error(transparent)]
    Blame(#[from] blame::Error),
}

/// Who does what a plan calls for.
pub struct Means<'a> {
    /// Where.
    pub site: &'a Site<'a>,
    /// The goal's gate.
    pub gate: Option<Gate>,
    /// Brings workers to their end, as far as they come.
    pub work: &'a dyn Fn(&[Worker]),
    /// Takes tasks as they come, and brings their workers to their end.
    pub draw: &'a dyn Fn() -> Result<(), draw::Error>,
    /// Tells whether no more is to be begun.
    pub is_halted: &'a dyn Fn() -> bool,
}

/// Carries a plan on until it is over, or no more is to be begun.
pub fn pursue(means: &Means<'_>) -> Result<(), Error> {
    let (mut before, mut failed) = (Step::Rest, 0);
    while !(means.is_halted)() {
        let step = means.site.journal.ask(agenda::next);
        // Whoever does not get on with it now never will.
        if step == Step::Rest || step == before {
            break;
        }
        match take(means, &step) {
            Ok(()) => (before, failed) = (step, 0),
            Err(error) => {
                failed += 1;
                // Agents are not asked twice; all else may have missed an object that comes back, and is decided on anew.
                if matches!(step, Step::Draw | Step::Work(_)) || !means.site.repository.is_worth_another(failed) {
                    return Err(error);
                }
            }
        }
    }
    Ok(())
}

fn take(means: &Means<'_>, step: &Step) -> Result<(), Error> {
    let site = means.site;
    match step {
        Step::Draw => {
            (means.draw)()?;
            site.journal.refresh()?;
        }
        Step::Work(workers) => {
            (means.work)(workers);
            // Somebody may have stopped one of them before its turn.
            site.journal.refresh()?;
        }
        Step::Settle(task) => settle(site, *task)?,
        Step::Unite(wave) => unite(site, *wave)?,
        Step::Check => check(means)?,
        Step::Blame => blame::blame(site, means.gate.as_ref())?,
        Step::Recover(scope) => recovery::begin(site, *scope)?,
        Step::Conclude => conclude(site)?,
        Step::Rest => {}
    }
    Ok(())
}

/// Returns how the plan stands, which a run that is pursued carries out.
pub(super) fn pursuit(site: &Site<'_>) -> Pursuit {
    site.journal.ask(|history| history.pursuit().cloned()).expect("only a run with a plan is pursued")
}

fn settle(site: &Site<'_>, task: usize) -> Result<(), Error> {
    site.journal.append(|history| {
        let pursuit = history.pursuit().expect("only a run with a plan is pursued");
        let id = pursuit.goal.plan.tasks[task].id.clone();
        let result = task_selection::decide(history, pursuit, task);
        let grounds: Vec<u64> = grounds(history, pursuit, task);
        Deed::of(&TaskFinished { args: task_finished::Args { task: id }, result }).causes(grounds)
    })?;
    failpoint::pass("task settled");
    let settled = site.journal.ask(|history| history.pursuit()?.tasks[task].clone());
    if let Some(TaskFinished { args, result }) = settled.map(|placed| placed.fact) {
        (site.listener)(Progress::Settled { task: args.task, end: result.end, reason: result.reason });
    }
    Ok(())
}

/// Lists the events that the outcome of a task follows from.
fn grounds(history: &History, pursuit: &Pursuit, task: usize) -> Vec<u64> {
    let lanes = pursuit.goal.workers_of(task).filter_map(|worker| history.lane(worker));
    let needs = pursuit.goal.needs(task).into_iter().filter_map(|need| pursuit.tasks[need].as_ref());
    let needs = needs.map(|placed| placed.seq);
    lanes.flat_map(Lane::grounds).chain(needs).chain([pursuit.last_union()]).collect()
}

fn unite(site: &Site<'_>, wave: usize) -> Result<(), Error> {
    let pursuit = pursuit(site);
    let parts = pursuit.wave_parts(wave);
    let number = u32::try_from(wave + 1).unwrap_or(u32::MAX);
    let base = pursuit.union().map_or(site.base, |placed| placed.fact.result.commit);
    record_union(site, &pursuit, union_finished::Args { wave: Some(number), base, parts })
}

/// Integrates candidates and records what they make.
pub(super) fn record_union(site: &Site<'_>, pursuit: &Pursuit, args: union_finished::Args) -> Result<(), Error> {
    let tasks: Vec<_> = args.parts.iter().map(|part: &Part| part.task.clone()).collect();
    (site.listener)(Progress::Uniting(tasks));
    let base_tree = site.repository.commit(args.base)?.tree;
    let changes = site.journal.ask(|history| union::changes(site.repository, history, &args.parts))?;
    let union = union::integrate(site.repository, base_tree, &changes)?;
    let commit = union::commit(site, (args.base, base_tree), &union)?;
    failpoint::pass("union committed");
    let number = pursuit.unions.len() + 1;
    let name = RefName::union(&site.journal.run, number);
    let before = site.repository.ref_target(&name).map_err(journal::Error::from)?;
    let result = union_finished::Outcome { commit, tree: union.tree, conflicts: union.conflicts };
    let fact = UnionFinished { args, result };
    site.journal.append(|history| {
        let seqs = history.pursuit().map(|pursuit| union_causes(pursuit, fact.args.wave)).unwrap_or_default();
        Deed::of(&fact).causes(seqs).moving(name.clone(), before, commit)
    })?;
    for conflict in &fact.result.conflicts {
        (site.listener)(Progress::Warning(conflict.to_string()));
    }
    Ok(())
}

fn union_causes(pursuit: &Pursuit, wave: Option<u32>) -> Vec<u64> {
    let wave = wave.and_then(|wave| pursuit.goal.order.waves.get(usize::try_from(wave).ok()?.checked_sub(1)?));
    let tasks = wave.into_iter().flatten().filter_map(|task| pursuit.tasks[*task].as_ref());
    tasks.map(|placed| placed.seq).chain(pursuit.grounds()).collect()
}

fn check(means: &Means<'_>) -> Result<(), Error> {
    let union = pursuit(means.site).union().map(|placed| placed.fact.result.commit);
    if let Some((gate, union)) = means.gate.as_ref().zip(union) {
        gate::run(means.site, gate, Subject::union(union))?;
    }
    Ok(())
}

fn conclude(site: &Site<'_>) -> Result<(), Error> {
    let name = RefName::winner(&site.journal.run);
    let before = site.repository.ref_target(&name).map_err(journal::Error::from)?;
    site.journal.append(|history| {
        let pursuit = history.pursuit().expect("only a run with a plan is pursued");
        let result = agenda::outcome(history, pursuit);
        let offered: Option<Oid> = result.commit;
        let fact = GoalFinished { args: goal_finished::Args {}, result };
        Deed::of(&fact).causes(conclusion_causes(history, pursuit)).setting(name.clone(), before, offered)
    })?;
    Ok(())
}

fn conclusion_causes(history: &History, pursuit: &Pursuit) -> Vec<u64> {
    let lanes = pursuit.recoveries.iter().filter_map(|placed| history.lane(placed.fact.args.lane.worker));
    pursuit.grounds().chain(lanes.flat_map(Lane::grounds)).collect()
}
