//! The screen: the only writer to standard output and standard error.

use std::{
    collections::HashMap,
    io::{self, IsTerminal, Write},
    sync::Mutex,
    time::Duration,
};

use anstream::ColorChoice;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::{
    command::{
        Error,
        report::VERSION,
        style::{self, Style},
    },
    engine::progress::{Progress, Subject},
    model::worker::Worker,
};

/// How often a line that is under way moves.
const TICK: Duration = Duration::from_millis(120);

/// Where answers and narration go.
pub(super) struct Screen {
    quiet: bool,
    live: Option<Live>,
}

/// A line a worker, redrawn in place.
struct Live {
    lines: MultiProgress,
    bars: Mutex<HashMap<Worker, ProgressBar>>,
}

/// Reads when to use colours.
pub(super) fn colors() -> impl TypedValueParser<Value = ColorChoice> {
    PossibleValuesParser::new(["auto", "always", "never"]).map(|text| choice(&text))
}

/// Takes every text but the two others for `auto`.
pub(super) fn choice(text: &str) -> ColorChoice {
    match text {
        "always" => ColorChoice::Always,
        "never" => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

/// Writes the answer of a command that failed, for programs.
pub(super) fn fail(message: &str, hints: &[String]) {
    let object = serde_json::json!({ "version": VERSION, "error": message, "hints": hints });
    write(&format!("{object}\n"));
}

/// Writes to standard output; a pipe that is closed at the other end is no error.
fn write(text: &str) {
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

impl Screen {
    pub(super) fn new(color: Option<ColorChoice>, quiet: bool) -> Self {
        if let Some(color) = color {
            color.write_global();
        }
        let live = (!quiet && io::stderr().is_terminal())
            .then(|| Live { lines: MultiProgress::new(), bars: Mutex::default() });
        Self { quiet, live }
    }

    /// Writes the answer.
    #[allow(clippy::unused_self, reason = "the screen is who writes")]
    pub(super) fn answer(&self, text: &str) {
        write(text);
    }

    /// Tells an error, its causes and the ways out.
    #[allow(clippy::unused_self, reason = "the screen is who writes")]
    pub(super) fn complain(&self, error: &Error, json: bool) {
        let mut err = anstream::stderr().lock();
        let message = error.messages.join(": ");
        let _ = writeln!(err, "{} {message}", Style::Bad.paint("error:"));
        for hint in &error.hints {
            let _ = writeln!(err, "{} {hint}", Style::Warning.paint("hint:"));
        }
        if json {
            fail(&message, &error.hints);
        }
    }

    /// Shows what happens.
    pub(super) fn show(&self, progress: Progress) {
        if self.quiet && !matches!(progress, Progress::Warning(_)) {
            return;
        }
        match &self.live {
            Some(live) => live.show(progress),
            None => say(&line(&progress)),
        }
    }

    /// Ends the narration before the answer is written.
    pub(super) fn finish(&self) {
        if let Some(live) = &self.live {
            let _ = live.lines.clear();
        }
    }
}

fn say(text: &str) {
    if !text.is_empty() {
        let _ = writeln!(anstream::stderr().lock(), "{text}");
    }
}

fn whose(subject: Subject) -> String {
    subject.map_or("base".to_owned(), |worker| worker.to_string())
}

fn took(duration: Duration) -> String {
    style::duration(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

/// Tells one thing that happened in one line; nothing where a line says too little.
fn line(progress: &Progress) -> String {
    match progress {
        Progress::Chosen(run) => format!("run {run} (the newest)"),
        Progress::Begun(run) => format!("run {run}"),
        Progress::Planned(_) | Progress::Preparing(_) => String::new(),
        Progress::Running { worker, agent } => format!("{worker}: {agent} is running"),
        Progress::Finished { worker, ending, diff, took: time, provider_error } => {
            let error =
                provider_error.as_ref().map(|error| format!("; the provider said: {error}")).unwrap_or_default();
            format!("{worker}: {ending} after {}, {diff}{error}", took(*time))
        }
        Progress::Checking(subject) => format!("{}: checking", whose(*subject)),
        Progress::Checked { subject, verdict, reason, took: time } => {
            let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            format!("{}: {} after {}{reason}", whose(*subject), style::verdict(*verdict), took(*time))
        }
        Progress::Bundling(file) => format!("writing {}", file.display()),
        Progress::Warning(text) => format!("{} {text}", Style::Warning.paint("warning:")),
    }
}

impl Live {
    fn show(&self, progress: Progress) {
        match progress {
            Progress::Planned(workers) => self.plan(workers),
            Progress::Preparing(worker) => self.update(worker, "making the worktree".to_owned()),
            Progress::Running { worker, ref agent } => self.update(worker, format!("{agent} is running")),
            Progress::Finished { worker, ref ending, ref diff, .. } => {
                self.update(worker, format!("{ending}, {diff}"));
                self.stop(worker);
            }
            Progress::Checking(Some(worker)) => self.update(worker, "checking".to_owned()),
            Progress::Checked { subject: Some(worker), verdict, .. } => {
                self.update(worker, style::verdict(verdict));
                self.stop(worker);
            }
            Progress::Chosen(_)
            | Progress::Begun(_)
            | Progress::Checking(None)
            | Progress::Checked { .. }
            | Progress::Bundling(_)
            | Progress::Warning(_) => {
                self.lines.suspend(|| say(&line(&progress)));
            }
        }
    }

    fn plan(&self, workers: Vec<Worker>) {
        let style = ProgressStyle::with_template("{spinner} {prefix:>5} {elapsed:>5} {wide_msg}")
            .expect("the template is well formed");
        let mut bars = self.bars.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for worker in workers {
            let bar =
                self.lines.add(ProgressBar::new_spinner().with_style(style.clone()).with_prefix(worker.to_string()));
            bar.set_message("queued");
            bars.insert(worker, bar);
        }
    }

    fn update(&self, worker: Worker, message: String) {
        self.with(worker, |bar| {
            if bar.message() == "queued" {
                bar.reset_elapsed();
            }
            bar.enable_steady_tick(TICK);
            bar.set_message(message);
        });
    }

    fn stop(&self, worker: Worker) {
        self.with(worker, ProgressBar::disable_steady_tick);
    }

    fn with(&self, worker: Worker, act: impl FnOnce(&ProgressBar)) {
        let bars = self.bars.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(bar) = bars.get(&worker) {
            act(bar);
        }
    }
}
