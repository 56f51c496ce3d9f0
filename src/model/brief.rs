//! Briefs: the whole text that the agent of a task is given.

use std::fmt::Write;

use super::plan::{
    Plan,
    role::Permission,
    task::{Task, TaskId},
};

/// What stands at the end of a text that was cut.
pub const CUT: &str = "…[truncated]";

/// Writes what the agent of a task is given: what the role says that it names, the task, what it may touch, and what the tasks that it needs
/// handed over, in at most `limit` characters in total.
#[must_use]
pub fn of_task(plan: &Plan, task: &Task, upstream: &[(TaskId, String)], limit: usize) -> String {
    let role = plan.role(task);
    let named = task.role.is_some();
    let mut parts: Vec<String> = role.preamble.iter().filter(|_| named).cloned().collect();
    parts.push(task.prompt.trim_end().to_owned());
    parts.extend(task.output.as_ref().or(role.output.as_ref()).map(|output| format!("Hand over: {output}")));
    parts.extend(rights(plan, task));
    parts.extend(handed_over(upstream, limit));
    format!("{}\n", parts.join("\n\n"))
}

fn rights(plan: &Plan, task: &Task) -> Option<String> {
    if plan.permission(task) == Permission::Read {
        let told =
            "Change no file: changes are thrown away. Write what you hand over to the file that $PAR_OUTPUT names,";
        return Some(format!("{told} or print it."));
    }
    let paths: Vec<String> = task.writes.iter().map(|footprint| format!("- {footprint}")).collect();
    (!paths.is_empty()).then(|| format!("Change these and nothing else:\n{}", paths.join("\n")))
}

/// Writes what other tasks handed over, by name, each under a heading; none where there is nothing.
#[must_use]
pub fn handed_over(upstream: &[(TaskId, String)], limit: usize) -> Option<String> {
    let mut sorted: Vec<&(TaskId, String)> = upstream.iter().filter(|(_, text)| !text.trim().is_empty()).collect();
    sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut left = limit;
    let mut text = "What the tasks before this one handed over:".to_owned();
    for (id, handed) in &sorted {
        let cut = cut(handed.trim(), left);
        left = left.saturating_sub(cut.chars().count());
        write!(text, "\n\n## {id}\n\n{cut}").expect("a text takes any text");
    }
    (!sorted.is_empty()).then_some(text)
}

/// Returns the first characters of a text, so many at most, what tells that it was cut not among them.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}{CUT}", &text[..end]),
        None => text.to_owned(),
    }
}
