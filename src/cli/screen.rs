//! The screen: the only writer to standard output and standard error.

use std::{
    io::{self, IsTerminal, Write},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anstream::{AutoStream, ColorChoice};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::Value;

use super::{board::Board, live::Live, tame::Tame};
use crate::{
    command::{
        Error, Report, Sink,
        report::VERSION,
        style::{self, Style},
    },
    engine::progress::{Progress, Subject},
    model::{plan::task::names, verdict::Verdict},
};

/// Where answers and narration go.
pub(super) struct Screen {
    quiet: bool,
    live: Option<Live>,
    /// What stands between other people's bytes and a terminal; none where there is no terminal.
    tame: Option<Mutex<Tame>>,
    /// A report that is redrawn in place, on a terminal.
    board: Option<Board>,
    /// Whether a report was written that others follow.
    has_told: Mutex<bool>,
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

/// Tells whether somebody sits at a terminal who can be asked.
pub(super) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Writes the answer of a command that failed, for programs.
pub(super) fn fail(message: &str, hints: &[String]) {
    let object = serde_json::json!({ "version": VERSION, "error": message, "hints": hints });
    write(&in_json(&object));
}

/// Writes to standard output; a pipe that is closed at the other end is no error.
fn write(text: &str) {
    let _ = put(text);
}

/// Writes in one piece: a stream that looks for styles hands on what it passes line by line.
fn put(text: &str) -> io::Result<()> {
    let mut shown = AutoStream::new(Vec::with_capacity(text.len()), anstream::stdout().current_choice());
    shown.write_all(text.as_bytes())?;
    let mut out = io::stdout().lock();
    out.write_all(&shown.into_inner()).and_then(|()| out.flush())
}

impl Sink for Screen {
    fn tell(&self, text: &str) -> io::Result<()> {
        put(&harmless(text))
    }

    fn pass(&self, bytes: &[u8]) -> io::Result<()> {
        if let Some(tame) = &self.tame {
            return put(&tame.lock().unwrap_or_else(PoisonError::into_inner).take(bytes));
        }
        let mut out = io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush())
    }
}

/// Writes out what would steer a terminal, but for line ends, tabs and our own styles.
///
/// Tasks, paths and what providers and git say are other people's texts, wherever they are shown.
pub(super) fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|letter: char| steers(letter) && letter != '\n' && letter != '\t') {
        shown.push_str(&rest[..at]);
        let tail = &rest[at..];
        let letter = tail.chars().next().expect("a control character was found there");
        let style = style_length(tail);
        match style {
            Some(length) => shown.push_str(&tail[..length]),
            None => shown.extend(letter.escape_default()),
        }
        rest = &tail[style.unwrap_or(letter.len_utf8())..];
    }
    shown + rest
}

/// Tells whether a letter is none to be seen: a control character, or one that turns the direction of what is shown around.
fn steers(letter: char) -> bool {
    let turns = ['\u{61c}', '\u{200e}', '\u{200f}'].contains(&letter)
        || ('\u{202a}'..='\u{202e}').contains(&letter)
        || ('\u{2066}'..='\u{2069}').contains(&letter);
    letter.is_control() || turns
}

/// Strips a text of its colours where they do not belong, for what is not written through `anstream`.
pub(super) fn colored(text: &str, choice: ColorChoice) -> String {
    if choice == ColorChoice::Never { anstream::adapter::strip_str(text).to_string() } else { text.to_owned() }
}

/// Writes an answer for programs in one line, its control characters in escapes that any JSON reader takes back.
fn in_json(answer: &Value) -> String {
    let text = answer.to_string();
    let shown = |letter: char| {
        if steers(letter) { format!("\\u{:04x}", u32::from(letter)) } else { letter.to_string() }
    };
    text.chars().map(shown).chain(["\n".to_owned()]).collect()
}

/// Returns how long the style at the head of a text is (ECMA-48, SGR); none where there is none that we write.
fn style_length(text: &str) -> Option<usize> {
    let numbers = text.strip_prefix("\u{1b}[")?;
    let end = numbers.find(|letter: char| !letter.is_ascii_digit())?;
    let known = ["", "0", "1", "2", "31", "32", "33"].contains(&&numbers[..end]);
    (known && numbers[end..].starts_with('m')).then_some(end + 3)
}

impl Screen {
    pub(super) fn new(color: Option<ColorChoice>, quiet: bool) -> Self {
        if let Some(color) = color {
            color.write_global();
        }
        let live = (!quiet && io::stderr().is_terminal()).then(Live::new);
        let board = io::stdout().is_terminal().then(Board::new);
        let tame = io::stdout().is_terminal().then(Mutex::default);
        Self { quiet, live, tame, board, has_told: Mutex::default() }
    }

    /// Writes what a command answers.
    pub(super) fn answer_with(&self, report: &dyn Report, json: bool) {
        if json { self.answer_json(&report.json()) } else { self.answer(&report.text()) }
    }

    /// Shows a report that others follow: in place on a terminal, else where it is new; tells whether it stays to be read.
    pub(super) fn refresh(&self, report: &dyn Report, json: bool, is_new: bool) -> bool {
        if let Some(board) = self.board.as_ref().filter(|_| !json) {
            board.show(&report.text());
            return false;
        }
        if is_new {
            let mut has_told = self.has_told.lock().unwrap_or_else(PoisonError::into_inner);
            if *has_told && !json {
                write("\n");
            }
            *has_told = true;
            self.answer_with(report, json);
        }
        true
    }

    /// Writes the answer for people.
    #[allow(clippy::unused_self, reason = "the screen is who writes")]
    pub(super) fn answer(&self, text: &str) {
        write(&harmless(text));
    }

    /// Writes the answer for programs.
    #[allow(clippy::unused_self, reason = "the screen is who writes")]
    pub(super) fn answer_json(&self, answer: &Value) {
        write(&in_json(answer));
    }

    /// Tells an error, its causes and the ways out.
    #[allow(clippy::unused_self, reason = "the screen is who writes")]
    pub(super) fn complain(&self, error: &Error, json: bool) {
        let mut err = anstream::stderr().lock();
        let message = error.messages.join(": ");
        let _ = writeln!(err, "{} {}", Style::Bad.paint("error:"), harmless(&message));
        for hint in &error.hints {
            let _ = writeln!(err, "{} {}", Style::Warning.paint("hint:"), harmless(hint));
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

    /// Asks a question; whatever is not yes is no.
    pub(super) fn ask(&self, question: &str) -> bool {
        self.finish();
        let mut err = anstream::stderr().lock();
        let _ = write!(err, "{} [y/N] ", harmless(question)).and_then(|()| err.flush());
        let mut line = String::new();
        // The end of the input is no answer either.
        let _ = io::stdin().read_line(&mut line);
        matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes")
    }

    /// Ends the narration before the answer is written.
    pub(super) fn finish(&self) {
        if let Some(tame) = &self.tame {
            let _ = put(tame.lock().unwrap_or_else(PoisonError::into_inner).end());
        }
        self.live.iter().for_each(Live::clear);
        self.board.iter().for_each(Board::clear);
    }
}

pub(super) fn say(text: &str) {
    if !text.is_empty() {
        let _ = writeln!(anstream::stderr().lock(), "{}", harmless(text));
    }
}

fn whose(subject: Subject) -> String {
    subject.map_or("base".to_owned(), |worker| worker.to_string())
}

fn checked(verdict: Verdict, reason: Option<&String>, time: Duration) -> String {
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("{} after {}{reason}", style::verdict(verdict), took(time))
}

fn took(duration: Duration) -> String {
    style::duration(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

/// Tells one thing that happened in one line; nothing where a line says too little.
pub(super) fn line(progress: &Progress) -> String {
    match progress {
        Progress::Chosen(run) => format!("run {run} (the newest)"),
        Progress::Begun(run) => format!("run {run}"),
        Progress::Planned(_) | Progress::Preparing(_) => String::new(),
        Progress::Running { worker, agent } => format!("{worker}: {agent} is running"),
        Progress::Again { worker, iteration } => format!("{worker}: again, iteration {iteration}"),
        Progress::Finished { worker, ending, diff, took: time, provider_error } => {
            let error =
                provider_error.as_ref().map(|error| format!("; the provider said: {error}")).unwrap_or_default();
            format!("{worker}: {ending} after {}, {diff}{error}", took(*time))
        }
        Progress::Checking(subject) => format!("{}: checking", whose(*subject)),
        Progress::CheckingUnion => "union: checking".to_owned(),
        Progress::Checked { subject, verdict, reason, took: time } => {
            format!("{}: {}", whose(*subject), checked(*verdict, reason.as_ref(), *time))
        }
        Progress::CheckedUnion { verdict, reason, took: time } => {
            format!("union: {}", checked(*verdict, reason.as_ref(), *time))
        }
        Progress::Drawn { task, workers } => {
            let workers: Vec<String> = workers.iter().map(ToString::to_string).collect();
            format!("task {task}: {}", workers.join(", "))
        }
        Progress::Settled { task, end, reason } => format!("task {task} {}: {reason}", end.as_str()),
        Progress::Uniting(tasks) if tasks.is_empty() => String::new(),
        Progress::Uniting(tasks) => format!("integrating {}", names(tasks)),
        Progress::Probing(tasks) if tasks.is_empty() => "checking without any of the tasks".to_owned(),
        Progress::Probing(tasks) => format!("checking {} alone", names(tasks)),
        Progress::Drafting(text) | Progress::Carrying(text) | Progress::Processing(text) => text.clone(),
        Progress::Bundling(file) => format!("writing {}", file.display()),
        Progress::Warning(text) => format!("{} {text}", Style::Warning.paint("warning:")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_steer_a_terminal_is_written_out_and_styles_are_not() {
        let own = format!("{}\t{}\n", Style::Bad.paint("é"), Style::Head.paint("b"));
        assert_eq!(harmless(&own), own);
        assert_eq!(harmless("a\u{1b}]0;title\u{7}b\r\u{9b}2J\u{7f}"), r"a\u{1b}]0;title\u{7}b\r\u{9b}2J\u{7f}");
        assert_eq!(harmless("a\u{202e}b\u{2066}"), r"a\u{202e}b\u{2066}");
        for steering in ["\u{1b}[2J", "\u{1b}[8m", "\u{1b}[31", "\u{1b}[", "\u{1b}c", "\u{1b}[1;5m", "\u{1b}"] {
            assert!(!harmless(steering).contains('\u{1b}'), "{steering:?}");
        }
    }

    #[test]
    fn an_answer_for_programs_steers_nothing_and_reads_back_the_same() {
        let answer = serde_json::json!({ "a\u{9b}": "é\u{1b}[2J\u{7f}\u{202e}\n" });
        let text = in_json(&answer);
        assert!(!text.trim_end_matches('\n').contains(steers), "{text:?}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), answer);
    }
}
