//! What the events of a plan that is carried out say, for people: a line each.

use super::{
    fact::{
        BlameFinished, BlameStarted, GoalFinished, RecoveryStarted, TaskDrawn, TaskFinished, UnionFinished,
        UnionProbed, recovery_started::Scope, union_finished::Conflict,
    },
    plan::task::names,
};

pub(super) fn task_drawn(fact: &TaskDrawn) -> String {
    let text = |key: &str| fact.args.task.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
    format!("{}: {}", text("id"), text("prompt").lines().next().unwrap_or_default())
}

pub(super) fn task_finished(fact: &TaskFinished) -> String {
    let result = &fact.result;
    format!("{} {}: {}", fact.args.task, result.end.as_str(), result.reason)
}

pub(super) fn union_finished(fact: &UnionFinished) -> String {
    let wave = fact.args.wave.map(|wave| format!("wave {wave}: ")).unwrap_or_default();
    let parts = names(fact.args.parts.iter().map(|part| &part.task));
    let conflict = |conflict: &Conflict| format!("; {conflict}");
    let conflicts: String = fact.result.conflicts.iter().map(conflict).collect();
    format!("{wave}{parts} in {}{conflicts}", fact.result.commit.short())
}

pub(super) fn blame_started(fact: &BlameStarted) -> String {
    let parts = names(fact.args.parts.iter().map(|part| &part.task));
    format!("among {parts}, with at most {} gates", fact.args.budget)
}

pub(super) fn union_probed(fact: &UnionProbed) -> String {
    let result = &fact.result;
    let said = if result.tree.is_none() { "they conflict".to_owned() } else { result.verdict.to_string() };
    let cached = if result.cached { " (known already)" } else { "" };
    format!("{} alone: {said}{cached}", names(&fact.args.tasks))
}

pub(super) fn blame_finished(fact: &BlameFinished) -> String {
    format!("{}: {}", names(&fact.result.tasks), fact.result.explanation)
}

pub(super) fn recovery_started(fact: &RecoveryStarted) -> String {
    let args = &fact.args;
    match args.scope {
        Scope::Regional => format!("keeps {}, does {} again", names(&args.kept), names(&args.dropped)),
        Scope::Single => format!("does the whole goal from {}", args.base.short()),
    }
}

pub(super) fn goal_finished(fact: &GoalFinished) -> String {
    let result = &fact.result;
    let word = if result.delivered { "delivered" } else { "not delivered" };
    format!("{word} ({}): {}", result.mode.as_str(), result.reason)
}
