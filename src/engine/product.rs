//! Products: the text that a worker hands over to those after it.

use std::{
    fs,
    io::{BufReader, Read},
    path::Path,
};

use super::site::{self, Site};
use crate::{
    model::{log_digest::LogDigest, worker::Worker},
    process::plain,
    repo::log_store::LogEntry,
};

/// The name among the run's logs of what a worker hands over.
pub const NAME: &str = "output.md";

/// The longest text that is handed over, in bytes: a file may claim to be larger than any disk.
const LONGEST: u64 = 16 * 1024 * 1024;

/// Removes what an attempt before left where a worker puts what it hands over.
pub fn clear(site: &Site<'_>, worker: Worker) {
    remove(&site.output_file(Some(worker)));
    remove(&site.printed_file(Some(worker)));
}

fn remove(file: &Path) {
    plain::clear(file);
    let _ = fs::remove_file(file).or_else(|_| fs::remove_dir_all(file));
}

/// Keeps what a worker hands over: the file that `$PAR_OUTPUT` named, else, of one that only reads, what it said last or printed.
pub fn keep(site: &Site<'_>, worker: Worker, said: Option<&str>) -> Result<Option<(LogDigest, LogEntry)>, site::Error> {
    let is_reader = site.journal.ask(|history| history.is_reader(worker));
    let (file, printed) = (site.output_file(Some(worker)), site.printed_file(Some(worker)));
    if let Some(said) = said.filter(|_| is_reader && !has_text(&file)) {
        remove(&file);
        site.write_scratch(&file, said)?;
    }
    let chosen = [(&file, true), (&printed, is_reader)].into_iter().find(|(file, counts)| *counts && has_text(file));
    chosen.map(|(file, _)| site.store((Some(worker), NAME), file)).transpose()
}

/// Tells whether a file of ours says anything that is short enough to be kept.
fn has_text(file: &Path) -> bool {
    let is_text = |found: fs::Metadata| found.is_file() && found.len() <= LONGEST;
    let found = plain::open(file).ok().filter(|file| file.metadata().is_ok_and(is_text));
    let bytes = found.into_iter().flat_map(|file| BufReader::new(file).bytes());
    bytes.map_while(Result::ok).any(|byte| !byte.is_ascii_whitespace())
}
