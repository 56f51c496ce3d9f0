//! The live rows: a line a worker, redrawn in place, and one line for those that have no room.

use std::{
    collections::BTreeMap,
    io,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anstream::AutoStream;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::{
    screen::{colored, harmless, line, say},
    terminal::Room,
};
use crate::{
    command::style,
    engine::progress::Progress,
    model::{verdict::Verdict, worker::Worker},
};

/// How often a line that is under way moves.
const TICK: Duration = Duration::from_millis(120);

/// A line a worker, redrawn in place.
pub(super) struct Live {
    lines: MultiProgress,
    rows: Mutex<Rows>,
}

#[derive(Default)]
struct Rows {
    rows: BTreeMap<Worker, Row>,
    /// What is said of those that have no line of their own.
    rest: Option<ProgressBar>,
}

struct Row {
    /// Its line; none where there is no room for it.
    bar: Option<ProgressBar>,
    stage: Stage,
    /// What the worker changed, for beside its verdict.
    diff: Option<String>,
}

/// How far a worker is, in the order in which counts of them are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Queued,
    Running,
    Checking,
    Done,
}

impl Stage {
    fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Checking => "checking",
            Self::Done => "done",
        }
    }
}

/// Writes how a row looks, with what stands at its beginning.
fn row_style(mark: &str) -> ProgressStyle {
    ProgressStyle::with_template(&format!("{mark} {{prefix:>5}} {{elapsed:>5}} {{wide_msg}}"))
        .expect("the template is well formed")
}

/// Says how many have no line of their own, and how far they are.
fn rest(hidden: &[Stage]) -> String {
    let stages = [Stage::Queued, Stage::Running, Stage::Checking, Stage::Done];
    let count = |stage: &Stage| hidden.iter().filter(|other| *other == stage).count();
    let counts = stages.iter().filter(|stage| count(stage) > 0);
    let counts: Vec<String> = counts.map(|stage| format!("{} {}", count(stage), stage.word())).collect();
    format!("... {} more: {}", hidden.len(), counts.join(", "))
}

impl Live {
    pub(super) fn new() -> Self {
        Self { lines: MultiProgress::new(), rows: Mutex::default() }
    }

    /// Takes the rows off the terminal.
    pub(super) fn clear(&self) {
        let _ = self.lines.clear();
    }

    pub(super) fn show(&self, progress: Progress) {
        match progress {
            Progress::Planned(workers) => self.plan(workers, Room::of(io::stderr()).lines),
            Progress::Preparing(worker) => self.update(worker, Stage::Running, "making the worktree"),
            Progress::Running { worker, ref agent } => {
                self.update(worker, Stage::Running, &format!("{agent} is running"));
            }
            Progress::Again { worker, iteration } => {
                self.update(worker, Stage::Running, &format!("iteration {iteration}"));
            }
            Progress::Finished { worker, ref ending, ref diff, .. } => {
                if let Some(row) = self.rows().rows.get_mut(&worker) {
                    row.diff = Some(diff.to_string());
                }
                self.update(worker, Stage::Done, &format!("{ending}, {diff}"));
                self.stop(worker, ending.is_success());
            }
            Progress::Checking(Some(worker)) => self.update(worker, Stage::Checking, "checking"),
            Progress::Checked { subject: Some(worker), verdict, .. } => {
                let diff = self.rows().rows.get(&worker).and_then(|row| row.diff.clone());
                let diff = diff.map(|diff| format!(", {diff}")).unwrap_or_default();
                self.update(worker, Stage::Done, &format!("{}{diff}", style::verdict(verdict)));
                self.stop(worker, matches!(verdict, Verdict::Pass | Verdict::None));
            }
            _ => self.lines.suspend(|| say(&line(&progress))),
        }
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives each worker a line, as far as there are lines; the last is for the rest.
    fn plan(&self, workers: Vec<Worker>, lines: usize) {
        let room = if workers.len() > lines { lines - 1 } else { workers.len() };
        let mut rows = self.rows();
        self.clear();
        *rows = Rows::default();
        for (at, worker) in workers.into_iter().enumerate() {
            let bar = || ProgressBar::new_spinner().with_style(row_style("{spinner}")).with_prefix(worker.to_string());
            let bar = (at < room).then(|| self.lines.add(bar()));
            if let Some(bar) = &bar {
                bar.set_message("queued");
            }
            rows.rows.insert(worker, Row { bar, stage: Stage::Queued, diff: None });
        }
        if rows.rows.len() > room {
            let style = ProgressStyle::with_template("{wide_msg}").expect("the template is well formed");
            rows.rest = Some(self.lines.add(ProgressBar::new_spinner().with_style(style)));
            rows.tell_rest();
        }
    }

    fn update(&self, worker: Worker, stage: Stage, message: &str) {
        let mut rows = self.rows();
        let Some(row) = rows.rows.get_mut(&worker) else { return };
        let was = std::mem::replace(&mut row.stage, stage);
        let Some(bar) = &row.bar else { return rows.tell_rest() };
        if was == Stage::Queued {
            bar.reset_elapsed();
        }
        bar.set_style(row_style("{spinner}"));
        bar.enable_steady_tick(TICK);
        bar.set_message(colored(&harmless(message), AutoStream::choice(&io::stderr())));
    }

    fn stop(&self, worker: Worker, is_good: bool) {
        let mark = if is_good { "✓" } else { "✗" };
        let rows = self.rows();
        if let Some(bar) = rows.rows.get(&worker).and_then(|row| row.bar.as_ref()) {
            bar.disable_steady_tick();
            bar.set_style(row_style(mark));
            bar.tick();
        }
    }
}

impl Rows {
    fn tell_rest(&self) {
        let hidden: Vec<Stage> = self.rows.values().filter(|row| row.bar.is_none()).map(|row| row.stage).collect();
        self.rest.iter().for_each(|bar| bar.set_message(rest(&hidden)));
    }
}

#[cfg(test)]
mod tests {
    use indicatif::ProgressDrawTarget;

    use super::*;
    use crate::model::{diff_stat::DiffStat, ending::Ending};

    fn live() -> Live {
        let lines = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        Live { lines, rows: Mutex::default() }
    }

    fn workers(count: u16) -> Vec<Worker> {
        Worker::first(count).collect()
    }

    fn running(worker: Worker) -> Progress {
        Progress::Running { worker, agent: "a".to_owned() }
    }

    #[test]
    fn a_verdict_stands_beside_what_the_worker_changed() {
        let live = live();
        let worker = workers(1)[0];
        live.show(Progress::Planned(vec![worker]));
        let (ending, diff) = (Ending::Success, DiffStat::default());
        let shown = diff.to_string();
        live.show(Progress::Finished { worker, ending, diff, took: TICK, provider_error: None });
        live.show(Progress::Checking(Some(worker)));
        live.show(Progress::Checked { subject: Some(worker), verdict: Verdict::Pass, reason: None, took: TICK });
        let message = live.rows().rows[&worker].bar.as_ref().unwrap().message();
        assert_eq!(anstream::adapter::strip_str(&message).to_string(), format!("pass, {shown}"));
    }

    #[test]
    fn workers_without_a_line_are_counted_in_the_last_one() {
        let live = live();
        live.plan(workers(20), 9);
        let said = || live.rows().rest.as_ref().map(ProgressBar::message);
        assert_eq!(said().as_deref(), Some("... 12 more: 12 queued"));
        for worker in &workers(20)[6..12] {
            live.show(running(*worker));
        }
        assert_eq!(said().as_deref(), Some("... 12 more: 8 queued, 4 running"));
        assert_eq!(live.rows().rows.values().filter(|row| row.bar.is_some()).count(), 8);
        live.plan(workers(9), 9);
        assert_eq!(said(), None);
    }

    #[test]
    fn colours_are_left_out_of_what_another_writes_where_they_do_not_belong() {
        let painted = style::verdict(Verdict::Fail);
        assert_eq!(colored(&painted, anstream::ColorChoice::Never), "fail");
        assert_eq!(colored(&painted, anstream::ColorChoice::Always), painted);
    }
}
