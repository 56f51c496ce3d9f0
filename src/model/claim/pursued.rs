//! What the events of a plan that is carried out claim: each stands where it was next, and says what follows from those before.

use crate::model::{
    agenda::{self, Step},
    blame::{self, Answer, Explanation},
    fact::{
        BlameFinished, BlameStarted, Fact, GateFinished, GoalFinished, RecoveryStarted, TaskFinished, UnionFinished,
        UnionProbed,
        recovery_started::{self, Scope},
        union_finished::Part,
        union_probed,
    },
    finding::{Code, Finding},
    history::{History, Placed, Pursuit},
    plan::task::{self, TaskId},
    takeover, task_selection,
    verdict::Verdict,
};

/// Judges an event of a run that carries out a plan.
pub(super) fn judge(history: &History, fact: &Fact) -> Vec<Finding> {
    let Some(pursuit) = history.pursuit() else { return Vec::new() };
    let next = || agenda::next(history);
    let found = match fact {
        Fact::WorkerStarted(fact) => {
            let worker = fact.args.worker;
            let is_next = match next() {
                Step::Work(workers) => workers.contains(&worker),
                Step::Draw => agenda::is_open(history, worker),
                _ => false,
            };
            vec![broken(Code::History, is_next, || format!("{worker} was started, and it was not its turn"))]
        }
        Fact::GateFinished(fact) if fact.args.union => judge_check(history, &next(), fact),
        Fact::StreamFinished(fact) => {
            let (told, drawn) = (fact.result.drawn, pursuit.tasks.len());
            let is_told = usize::try_from(told) == Ok(drawn);
            vec![broken(Code::History, is_told, || format!("{told} tasks are told as drawn, and it were {drawn}"))]
        }
        Fact::GateFinished(fact) => vec![judge_other_check(history, fact)],
        Fact::TaskFinished(fact) => judge_task(history, (pursuit, &next()), fact),
        Fact::UnionFinished(fact) => judge_union(history, (pursuit, &next()), fact),
        Fact::BlameStarted(fact) => judge_search((pursuit, &next()), fact),
        Fact::UnionProbed(fact) => judge_probe(history, pursuit, fact),
        Fact::BlameFinished(fact) => vec![judge_blame(pursuit, fact)],
        Fact::RecoveryStarted(fact) => judge_recovery(history, (pursuit, &next()), fact),
        Fact::GoalFinished(fact) => judge_goal(history, (pursuit, &next()), fact),
        _ => Vec::new(),
    };
    found.into_iter().flatten().collect()
}

fn broken(code: Code, holds: bool, message: impl FnOnce() -> String) -> Option<Finding> {
    (!holds).then(|| Finding::broken(code, message()))
}

/// Holds an event to being what was next.
fn in_turn(is_next: bool, what: &str) -> Option<Finding> {
    broken(Code::History, is_next, || format!("{what}, and that was not what was next"))
}

fn judge_check(history: &History, next: &Step, fact: &GateFinished) -> Vec<Option<Finding>> {
    let args = &fact.args;
    let planned = history.run().and_then(|run| run.args.gate.as_ref());
    let is_goals = planned.is_some_and(|gate| {
        (&gate.argv, &gate.protect, gate.timeout_ms) == (&args.argv, &args.protect, args.timeout_ms)
    });
    vec![
        in_turn(*next == Step::Check, "the union was put to the gate"),
        broken(Code::Goal, is_goals, || "the union was put to another check than the goal's gate".to_owned()),
    ]
}

/// Tells of a candidate that was put to another check than its task's: somebody ran that on purpose.
fn judge_other_check(history: &History, fact: &GateFinished) -> Option<Finding> {
    let (worker, argv) = (fact.args.worker?, &fact.args.argv);
    let is_its = history.gate_of(worker) == Some(argv);
    let message = || format!("{worker} was put to another check than its task's: '{}'", argv.join(" "));
    (!is_its).then(|| Finding::remark(Code::Tasks, message()))
}

fn judge_task(history: &History, (pursuit, next): (&Pursuit, &Step), fact: &TaskFinished) -> Vec<Option<Finding>> {
    // One that the plan does not have is refused already.
    let (id, told) = (&fact.args.task, &fact.result);
    let Some(task) = pursuit.goal.place(id) else { return Vec::new() };
    let found = task_selection::decide(history, pursuit, task);
    let is_same = (found.end, found.worker, found.candidate) == (told.end, told.worker, told.candidate);
    let message = match () {
        () if !is_same => Some(format!("the facts before it make task {id} {}, not what is told", found.end.as_str())),
        () if found.ranking != told.ranking => Some(format!("the ranking of task {id} does not follow from the facts")),
        () if found.reason != told.reason => {
            Some(format!("task {id}: '{}' is told, not '{}'", told.reason, found.reason))
        }
        () => None,
    };
    vec![
        in_turn(*next == Step::Settle(task), &format!("task {id} was settled")),
        message.map(|message| Finding::broken(Code::Tasks, message)),
    ]
}

fn judge_union(history: &History, (pursuit, next): (&Pursuit, &Step), fact: &UnionFinished) -> Vec<Option<Finding>> {
    let args = &fact.args;
    let origin = history.run().map(|run| run.args.base);
    let wave = args.wave.map(|wave| usize::try_from(wave).unwrap_or(usize::MAX).saturating_sub(1));
    let (is_next, parts, base) = match wave {
        Some(wave) => {
            let union = pursuit.union().map(|placed| placed.fact.result.commit);
            (*next == Step::Unite(wave), pursuit.wave_parts(wave), union.or(origin))
        }
        None => (is_regional(next) && !pursuit.is_reunited(), agenda::kept(pursuit), origin),
    };
    vec![
        in_turn(is_next, "candidates were integrated"),
        broken(Code::Unions, args.parts == parts, || {
            format!("the candidates to be integrated are those of {}, not of {}", of(&parts), of(&args.parts))
        }),
        broken(Code::Unions, base == Some(args.base), || {
            format!("candidates were integrated onto {}, which is not what there was", args.base)
        }),
    ]
}

fn is_regional(next: &Step) -> bool {
    *next == Step::Recover(Scope::Regional)
}

fn of(parts: &[Part]) -> String {
    let names: Vec<String> = parts.iter().map(|part| format!("{} ({})", part.task, part.worker)).collect();
    if names.is_empty() { "no task".to_owned() } else { names.join(", ") }
}

fn judge_search((pursuit, next): (&Pursuit, &Step), fact: &BlameStarted) -> Vec<Option<Finding>> {
    let args = &fact.args;
    let places: Vec<_> = args.hint.iter().map(|id| args.parts.iter().position(|part| part.task == *id)).collect();
    vec![
        in_turn(*next == Step::Blame, "a search for what is to blame began"),
        broken(Code::Blame, args.parts == pursuit.parts(), || {
            "the search is not among what is in the union".to_owned()
        }),
        broken(Code::Blame, places.iter().all(Option::is_some), || "the search has a hint at no candidate".to_owned()),
        broken(Code::Blame, args.budget == pursuit.goal.terms.blame_budget, || {
            format!("the search has a budget of {}, the run set {}", args.budget, pursuit.goal.terms.blame_budget)
        }),
    ]
}

fn judge_probe(history: &History, pursuit: &Pursuit, fact: &UnionProbed) -> Vec<Option<Finding>> {
    let (args, result) = (&fact.args, &fact.result);
    let names = names(&args.tasks);
    let gate = history.run().and_then(|run| run.args.gate.as_ref()).map(|gate| &gate.argv);
    let budget = pursuit.blaming.as_ref().map_or(0, |placed| placed.fact.args.budget);
    let is_spent = result.ending.is_some() && gated(&pursuit.probes) >= usize::try_from(budget).unwrap_or(usize::MAX);
    let is_twice = pursuit.probes.iter().any(|placed| placed.fact.args.tasks == args.tasks);
    vec![
        broken(Code::Blame, gate == Some(&args.argv), || format!("{names} were put to another check than the goal's")),
        broken(Code::Blame, !is_twice, || format!("{names} were put to the gate already")),
        broken(Code::Blame, !is_spent, || format!("{names} were put to the gate, and the budget was spent")),
        broken(Code::Blame, is_answer(history, fact), || {
            format!("that the gate says {} of {names} follows from nothing", result.verdict)
        }),
    ]
}

fn names(tasks: &[TaskId]) -> String {
    if tasks.is_empty() { "base alone".to_owned() } else { task::names(tasks) }
}

/// Counts the answers for which the gate ran.
fn gated(probes: &[Placed<UnionProbed>]) -> usize {
    probes.iter().filter(|placed| placed.fact.result.ending.is_some()).count()
}

/// Tells whether a verdict is what the check's end means, or that of an earlier one on the same tree, or none.
fn is_answer(history: &History, fact: &UnionProbed) -> bool {
    let union_probed::Outcome { tree, verdict, exit_code, ending, cached, .. } = &fact.result;
    match (tree, ending) {
        (None, ending) => ending.is_none() && !cached && *verdict == Verdict::None,
        (Some(tree), None) if *cached => history.verdict_on(*tree, &fact.args.argv) == Some(*verdict),
        (Some(_), None) => *verdict == Verdict::Error,
        (Some(_), Some(end)) => !cached && *verdict == Verdict::from(*end) && *exit_code == end.exit_code(),
    }
}

fn judge_blame(pursuit: &Pursuit, fact: &BlameFinished) -> Option<Finding> {
    let told = &fact.result;
    let message = match replay(pursuit) {
        Err(message) => message,
        Ok((tasks, explanation)) if (&tasks, explanation) == (&told.tasks, told.explanation) => return None,
        Ok((tasks, explanation)) => format!(
            "the recorded answers make {} to blame ({explanation}), the journal says {} ({})",
            names(&tasks),
            names(&told.tasks),
            told.explanation
        ),
    };
    Some(Finding::broken(Code::Blame, message))
}

/// Goes through the search again, with the recorded answers alone: it asks for each of them, in their order, and for no other
/// while it may.
fn replay(pursuit: &Pursuit) -> Result<(Vec<TaskId>, Explanation), String> {
    let begun = &pursuit.blaming.as_ref().ok_or("no search was begun")?.fact.args;
    let tasks: Vec<TaskId> = begun.parts.iter().map(|part| part.task.clone()).collect();
    let hint: Vec<usize> = begun.hint.iter().filter_map(|id| tasks.iter().position(|task| task == id)).collect();
    let (probes, mut asked, mut wrong) = (&pursuit.probes, 0, None);
    let found = blame::search(tasks.len(), &hint, &mut |subset| {
        let subset: Vec<TaskId> = subset.iter().map(|at| tasks[*at].clone()).collect();
        let known = probes.iter().position(|placed| placed.fact.args.tasks == subset);
        let is_spent = || gated(&probes[..asked]) >= usize::try_from(begun.budget).unwrap_or(usize::MAX);
        match known {
            Some(at) if at <= asked => asked = asked.max(at + 1),
            None if is_spent() => {}
            _ => wrong = wrong.take().or_else(|| Some(format!("the search asks for {} first", names(&subset)))),
        }
        known.map_or(Answer::Spent, |at| probes[at].fact.result.verdict.into())
    });
    match (wrong, probes.get(asked)) {
        (Some(wrong), _) => Err(wrong),
        (None, Some(placed)) => Err(format!("the search does not ask for {}", names(&placed.fact.args.tasks))),
        (None, None) => Ok((found.set.into_iter().map(|at| tasks[at].clone()).collect(), found.verdict)),
    }
}

fn judge_recovery(
    history: &History,
    (pursuit, next): (&Pursuit, &Step),
    fact: &RecoveryStarted,
) -> Vec<Option<Finding>> {
    let told = &fact.args;
    let is_ready = told.scope == Scope::Single || pursuit.is_reunited();
    let planned = takeover::plan(history, told.scope);
    let worker = told.lane.worker;
    let holds = |holds: &dyn Fn(&recovery_started::Args) -> bool| planned.as_ref().is_some_and(holds);
    vec![
        in_turn(*next == Step::Recover(told.scope) && is_ready, "a session took over"),
        broken(Code::Goal, holds(&|planned| planned.lane == told.lane), || {
            format!("{worker} takes over in another way than the run planned")
        }),
        broken(Code::Goal, holds(&|planned| planned.base == told.base), || {
            format!("{worker} takes over from {}, which is not what was kept", told.base)
        }),
        broken(Code::Goal, holds(&|planned| (&planned.kept, &planned.dropped) == (&told.kept, &told.dropped)), || {
            format!("what {worker} takes over is not what was kept and what was dropped")
        }),
    ]
}

fn judge_goal(history: &History, (pursuit, next): (&Pursuit, &Step), fact: &GoalFinished) -> Vec<Option<Finding>> {
    let (found, told) = (agenda::outcome(history, pursuit), &fact.result);
    let message = match () {
        () if found.delivered != told.delivered => {
            Some(format!("that the goal was delivered is told as {}, and it is {}", told.delivered, found.delivered))
        }
        () if (found.commit, found.tree) != (told.commit, told.tree) => {
            Some("the commit that is offered is not the one that the facts before it make".to_owned())
        }
        () if found != *told => {
            Some(format!("the goal came to '{}' ({}), which is not all told so", found.reason, found.mode.as_str()))
        }
        () => None,
    };
    vec![
        in_turn(*next == Step::Conclude, "the goal was concluded"),
        message.map(|message| Finding::broken(Code::Goal, message)),
    ]
}
