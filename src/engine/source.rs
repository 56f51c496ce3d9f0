//! Sources: where ready tasks come from, one by one: a file, standard input, or a command that lists them.

use std::{
    collections::VecDeque,
    io::{self, BufRead},
    path::Path,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    time::Duration,
};

use super::{
    command_line,
    progress::Progress,
    site::{self, Errand, Site},
};
use crate::process::{log::Tail, plain};

/// How often it is asked, while nothing comes, whether anybody still wants it.
const STEP: Duration = Duration::from_millis(100);
/// The longest list of tasks that is read, in bytes.
const LONGEST: u64 = 4 * 1024 * 1024;
/// How much of what a command printed last is shown where it failed, in bytes.
const SHOWN: u64 = 1024;
/// The name of the log of the command that lists them.
const LOG: &str = "tasks.log";

/// Where ready tasks come from: a line each, a JSON object or what is to be done in words.
pub enum Source {
    /// The lines of a file.
    Lines(VecDeque<String>),
    /// The lines of standard input, as they come.
    Stdin(Receiver<String>),
    /// The lines that a command prints, anew each time that it is asked.
    Command(String),
}

/// What a source says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// These tasks may be taken, the first first.
    Lines(Vec<String>),
    /// There is nothing now; something may come when others are done.
    Later,
    /// There will be nothing any more.
    Over,
}

impl Source {
    /// Opens a source: `-`, a command for the shell behind a `!`, or a file.
    pub fn open(text: &str, here: &Path) -> io::Result<Self> {
        if let Some(command) = text.strip_prefix('!') {
            return Ok(Self::Command(command.to_owned()));
        }
        if text == "-" {
            return Ok(Self::Stdin(read_stdin()));
        }
        let file = std::fs::File::open(here.join(text))?;
        if file.metadata()?.len() > LONGEST {
            return Err(io::Error::other(format!("it has more than {LONGEST} bytes")));
        }
        Ok(Self::Lines(lines(io::BufReader::new(io::Read::take(file, LONGEST))).collect()))
    }

    /// Asks for the next tasks; waits for standard input as long as nobody stops it.
    pub fn next(&mut self, site: &Site<'_>) -> Result<Offer, site::Error> {
        match self {
            Self::Lines(lines) => Ok(lines.pop_front().map_or(Offer::Over, |line| Offer::Lines(vec![line]))),
            Self::Stdin(lines) => Ok(wait(lines, site)),
            Self::Command(command) => listed(site, command),
        }
    }
}

fn read_stdin() -> Receiver<String> {
    let (sender, offered) = mpsc::sync_channel(1);
    std::thread::spawn(move || {
        // Nobody waits for it once the run is over.
        lines(io::stdin().lock()).map(|line| sender.send(line)).take_while(Result::is_ok).for_each(drop);
    });
    offered
}

/// Reads the lines that say anything; one that is no text ends nothing, what cannot be read of it is marked. A byte order mark
/// before them says nothing.
fn lines(mut reader: impl BufRead) -> impl Iterator<Item = String> {
    let mut is_first = true;
    let line = move || {
        let line = read_line(&mut reader)?;
        let is_marked = std::mem::take(&mut is_first) && line.starts_with('\u{feff}');
        Some(if is_marked { line['\u{feff}'.len_utf8()..].to_owned() } else { line })
    };
    std::iter::from_fn(line).filter(|line| !line.trim().is_empty())
}

/// Reads a line; one that is too long is read to its end, and stands for what is no task.
fn read_line(reader: &mut impl BufRead) -> Option<String> {
    let mut bytes = Vec::new();
    let read = io::Read::take(&mut *reader, LONGEST).read_until(b'\n', &mut bytes).ok().filter(|read| *read > 0)?;
    if read as u64 == LONGEST && !bytes.ends_with(b"\n") {
        reader.skip_until(b'\n').ok()?;
        return Some(format!("{{ a line of more than {LONGEST} bytes"));
    }
    Some(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned())
}

fn wait(lines: &Receiver<String>, site: &Site<'_>) -> Offer {
    loop {
        match lines.recv_timeout(STEP) {
            Ok(line) => return Offer::Lines(vec![line]),
            Err(RecvTimeoutError::Timeout) if !site.stop.is_set() => {}
            Err(_) => return Offer::Over,
        }
    }
}

fn listed(site: &Site<'_>, command: &str) -> Result<Offer, site::Error> {
    let here = site.repository.home_dir();
    let errand = Errand { argv: command_line::shell(command), is_heard: true, ..own_errand(&here) };
    let outcome = site.run(&errand, &[])?;
    if !outcome.exit.ending.is_success() {
        let said = Tail::load(&outcome.file, SHOWN).map(|tail| tail.text).unwrap_or_default();
        let said = said.lines().last().map(|line| format!(": {line}")).unwrap_or_default();
        let text = format!("the command that lists tasks ended with {}{said}", outcome.exit.ending);
        (site.listener)(Progress::Warning(text));
        return Ok(Offer::Later);
    }
    let printed = plain::open(&site.printed_file(None));
    let lines = printed.map(|printed| lines(io::BufReader::new(io::Read::take(printed, LONGEST))));
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    Ok(if lines.is_empty() { Offer::Later } else { Offer::Lines(lines) })
}

/// Prepares a command of the user's own in his repository.
fn own_errand(here: &Path) -> Errand<'_> {
    Errand {
        argv: Vec::new(),
        cwd: here,
        worker: None,
        attempt: 0,
        log: LOG,
        is_heard: false,
        stdin: None,
        timeout: None,
        idle: None,
    }
}

/// Asks the user's command whether a task is ours to take: it is where the command succeeds.
pub fn claim(site: &Site<'_>, command: &str, (id, task): (&str, &str)) -> Result<bool, site::Error> {
    let here = site.repository.home_dir();
    let file = site.scratch_of(None).join("claim.json");
    site.write_scratch(&file, task)?;
    let errand = Errand { argv: command_line::shell(command), stdin: Some(file), ..own_errand(&here) };
    Ok(site.run(&errand, &[("PAR_TASK_ID", id)])?.exit.ending.is_success())
}
