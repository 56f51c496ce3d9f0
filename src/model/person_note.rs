//! Notes for people: what a run says on each candidate, rendered from its journal, so that `git log --notes` tells it.

use std::fmt::Write;

use super::{
    history::{History, Lane},
    oid::Oid,
    worker::Worker,
};

/// Lists every candidate with its note; base carries the journal and gets none.
#[must_use]
pub fn render_all(history: &History) -> Vec<(Oid, String)> {
    let Some(run) = history.run() else { return Vec::new() };
    let mut notes: Vec<(Oid, String)> = Vec::new();
    for (worker, lane) in history.lanes() {
        let Some(candidate) = lane.candidate().filter(|candidate| *candidate != run.args.base) else { continue };
        let text = render(history, worker, lane);
        match notes.iter_mut().find(|(known, _)| *known == candidate) {
            Some((_, shared)) => write!(shared, "\n{text}").expect("a text takes any text"),
            None => notes.push((candidate, text)),
        }
    }
    notes
}

fn render(history: &History, worker: Worker, lane: &Lane) -> String {
    let run = history.run().map(|run| &run.args);
    let own = history.pursuit().and_then(|pursuit| pursuit.goal.task_of(worker)).map(|task| task.prompt.as_str());
    let task = own.or(run.map(|run| run.task.as_str())).and_then(|task| task.lines().next()).unwrap_or_default();
    let mut rows = vec![
        ("run", run.map_or(String::new(), |run| run.run.to_string())),
        ("task", task.to_owned()),
        ("worker", format!("{worker}, attempt {}", lane.attempt())),
    ];
    rows.extend(lane_rows(lane));
    rows.extend(pick_row(history, worker));
    rows.extend(history.merged.iter().filter(|merge| Some(merge.fact.args.candidate) == lane.candidate()).map(
        |merge| {
            let commit = merge.fact.result.commit.map(|commit| commit.to_string()).unwrap_or_default();
            ("merged", format!("into {} as {commit}", merge.fact.args.target))
        },
    ));
    rows.iter().fold(String::new(), |mut text, (name, value)| {
        writeln!(text, "{:<8} {value}", format!("{name}:")).expect("a text takes any text");
        text
    })
}

fn lane_rows(lane: &Lane) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    if let Some(started) = &lane.started {
        rows.push(("agent", started.fact.args.agent.clone()));
    }
    if let Some(outcome) = lane.outcome() {
        rows.push(("ending", outcome.ending.to_string()));
        rows.push(("diff", outcome.diff.to_string()));
        rows.extend(outcome.provider_error.clone().map(|error| ("error", error)));
    }
    rows.push(("gate", lane.verdict().to_string()));
    rows
}

fn pick_row(history: &History, worker: Worker) -> Option<(&'static str, String)> {
    let selected = &history.selected.as_ref()?.fact;
    let won = history.picked() == Some(worker);
    let word = if won { format!("yes: {}", selected.result.reason) } else { "no".to_owned() };
    Some(("winner", word))
}
